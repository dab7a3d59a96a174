"""A definition in another language: of a procedure, or of a paper.

Guarantees: a translation contains text only, so a fact is stated once; it names the hash of the text that it
translates, so an outdated translation is detected.
"""

import hashlib
import json
from typing import Annotated, TypeVar, cast

from pydantic import StringConstraints

from consentkit.model.paper import Paper, PaperText
from consentkit.model.procedure import Procedure, ProcedureText, Review
from consentkit.model.values import LanguageTag, Record

Definition = Procedure | Paper
"""What a document is made from."""

DefinitionType = TypeVar("DefinitionType", bound=Procedure | Paper)

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in hexadecimal digits."""


ADDED_LATER = {"teach_back", "on_form", "tables", "pictures", "warning_signs"}
"""Keys that count only where a text has them: what was translated before there were any still fits."""


class Translated(Record):
    """What a translation says of itself, beside the text."""

    language: LanguageTag
    """The language of the text."""
    translates: Hash
    """The hash of the text that this one translates; `consentkit check` reports the right one."""
    review: Review
    """Edition and review dates of the translation; `consentkit check` reports when the original has changed."""

    def fits(self, original: Definition) -> bool:
        """Whether the text of the original is still the one that was translated."""
        return self.translates == text_hash(original)

    def applied_to(self, original: DefinitionType) -> DefinitionType:
        """The original with its text in this language; facts and sources stay."""
        text = {name: getattr(self, name) for name in _keys_of_text(original)}
        return cast("DefinitionType", original.model_copy(update={**text, "review": self.review}))


class Translation(Translated, ProcedureText):
    """The text of a procedure in another language."""


class PaperTranslation(Translated, PaperText):
    """The text of a paper in another language."""


AnyTranslation = Translation | PaperTranslation


def _keys_of_text(definition: Definition) -> set[str]:
    text = PaperText if isinstance(definition, Paper) else ProcedureText
    return set(text.model_fields)


def text_hash(definition: Definition) -> str:
    """SHA-256 of what a definition says: white space, the order of keys and all facts left out."""
    text = definition.model_dump(mode="json", include=_keys_of_text(definition))
    text = {name: value for name, value in text.items() if value or name not in ADDED_LATER}
    for section in text.get("sections", ()):
        if section["clause"] is None:  # which no section had once
            del section["clause"]
    return hashlib.sha256(json.dumps(text, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
