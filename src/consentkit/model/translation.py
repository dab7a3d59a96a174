"""A procedure in another language.

Guarantees: a translation contains text only, so a billing fact is stated once; it names the hash of the text that it
translates, so an outdated translation is detected.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from pydantic import StringConstraints

from consentkit.model.procedure import Procedure, ProcedureText, Review
from consentkit.model.values import LanguageTag

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in hexadecimal digits."""


class Translation(ProcedureText):
    """The text of a procedure in another language."""

    language: LanguageTag
    """The language of the text."""
    translates: Hash
    """The hash of the text that this one translates; `consentkit check` reports the right one."""
    review: Review
    """Edition and review dates of the translation; `consentkit check` reports when the original has changed."""

    def fits(self, procedure: Procedure) -> bool:
        """Whether the procedure's text is still the one that was translated."""
        return self.translates == text_hash(procedure)

    def applied_to(self, procedure: Procedure) -> Procedure:
        """The procedure with its text in this language; facts and sources stay."""
        text = {name: getattr(self, name) for name in ProcedureText.model_fields}
        return procedure.model_copy(update={**text, "review": self.review})


def text_hash(procedure: Procedure) -> str:
    """SHA-256 of a procedure's text: white space, the order of keys and all facts left out."""
    text = procedure.model_dump(mode="json", include=set(ProcedureText.model_fields))
    return hashlib.sha256(json.dumps(text, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
