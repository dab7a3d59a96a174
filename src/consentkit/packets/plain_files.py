"""Files of one visit as nearly all of them are written, read without the library of YAML.

Guarantees: a file that is read here is read alike by the ordinary way (`visits`), which has no complaint about it, and
no remark; whatever might be read in another way there is not read here at all. No exception quotes the file.
"""

from __future__ import annotations

import json
import re

from consentkit.packets.plain_visits import LETTERS, PlainVisit

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from consentkit.packets.plain_visits import PlainValue

LARGEST_VISIT = 8 * 1024
"""Bytes of the largest file of one visit that is read here."""
PLAIN_TEXT = re.compile(f"[\n -~{LETTERS}’]*")
"""A text without characters that need a second look."""
_KEY = re.compile("[a-z_]+")


def visit_in_yaml(data: bytes) -> PlainVisit:
    """The visit of a file in YAML, or in JSON, which is YAML, too. Raises ValueError where it is not plain."""
    if len(data) > LARGEST_VISIT:
        raise ValueError("is too large")
    text = data.decode()
    if not PLAIN_TEXT.fullmatch(text):
        raise ValueError("has other characters")
    if text.startswith("{"):
        return PlainVisit(_in_json(text), "yaml")
    from consentkit.packets.plain_yaml import fields_in_lines  # which programs that write JSON do without

    return PlainVisit(fields_in_lines(text.split("\n")), "yaml")


def _in_json(text: str) -> dict[str, PlainValue]:
    """The fields of a visit in JSON. Raises ValueError."""
    if "\\" in text or "#" in text:
        raise ValueError("has an escape, or what may be a comment")
    data = json.loads(text, object_pairs_hook=_each_once, parse_int=_refused, parse_float=_refused)
    return dict(_flat(data.items(), ""))


def _flat(entries: Iterable[tuple[str, object]], before: str) -> Iterator[tuple[str, PlainValue]]:
    for key, value in entries:
        if not _KEY.fullmatch(key):  # with a point, it would be taken for the path of a field
            raise ValueError("has a key that is none")
        path = f"{before}{key}"
        if isinstance(value, bool):
            yield path, "true" if value else "false"
        elif isinstance(value, dict) and value and not before:
            yield from _flat(value.items(), f"{path}.")
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            yield path, tuple(value)
        elif isinstance(value, str):
            yield path, value
        else:
            raise ValueError("has a value of another kind")


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("has a key twice")
    return entries


def _refused(_: str) -> object:
    raise ValueError("has a number")
