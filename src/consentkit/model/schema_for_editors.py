"""What a schema of the models must say for an editor.

The reader takes every value as text: a code `90837` without quotation marks, a year with them, `yes`. An editor sees a
number, a text and a text there, by the rules of YAML 1.2, and would mark what the check accepts.

Guarantees: what the reader accepts is accepted, in whatever way it is written; a value that is left empty, which the
reader refuses, is refused.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

_OF_NAMES = ("properties", "$defs", "patternProperties")
"""Keywords with a schema under each name."""
_OF_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_OF_ONE = ("items", "additionalProperties")
_DESCRIBING = ("title", "description", "default", "examples")
_WORDS = ("true", "false", "yes", "no", "on", "off", "y", "n", "t", "f")
_TRUTH_VALUES = sorted({spelling for word in _WORDS for spelling in (word, word.capitalize(), word.upper())})
"""How the reader lets truth values be written; an editor takes some for text. 0 and 1 are such, too."""


def as_editors_read(schema: Schema) -> Schema:
    """A schema that accepts values as an editor reads them."""
    made = {key: _within(key, value) for key, value in schema.items()}
    if isinstance(made.get("anyOf"), list):
        made["anyOf"] = [choice for choice in made["anyOf"] if choice != {"type": "null"}]
    if made.get("default", "") is None:
        del made["default"]  # leaving out the line is what has this meaning; null itself is refused
    if "enum" in made or "const" in made:
        return made
    kind = made.get("type")
    if kind == "string":
        return {**made, "type": _types_of_text(made.get("pattern"))}
    if kind == "integer":
        return _either(made, {"type": "string", "pattern": "^[0-9]+$"})
    return _either(made, {"enum": [0, 1, *_TRUTH_VALUES]}) if kind == "boolean" else made


def _within(key: str, value: Any) -> Any:
    if key in _OF_NAMES:
        return {name: as_editors_read(inner) for name, inner in value.items()}
    if key in _OF_LISTS:
        return [as_editors_read(inner) for inner in value]
    return as_editors_read(value) if key in _OF_ONE and isinstance(value, dict) else value


def _types_of_text(pattern: str | None) -> str | list[str]:
    """As what an editor may see a text without quotation marks: as a number only where digits can be the text."""
    if pattern is None:
        return ["string", "number", "boolean"]
    return ["string", "integer"] if re.search(pattern, "10") or re.search(pattern, "90837") else "string"


def _either(schema: Schema, other: Schema) -> Schema:
    """A schema or another one, under the description of the first."""
    outer = {key: value for key, value in schema.items() if key in _DESCRIBING}
    inner = {key: value for key, value in schema.items() if key not in _DESCRIBING}
    return {"anyOf": [inner, other], **outer}
