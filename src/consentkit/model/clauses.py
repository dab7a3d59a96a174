"""Clauses: statements that are not about one procedure, of a language or of a clinic.

Guarantees: a clause states the rule or practice that it follows.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from consentkit.model.passages import Text
from consentkit.model.values import ClauseName, Line, Record

NEVER_WITHOUT = ("rights", "language_help", "fees", "third_parties", "confidentiality")
"""Clauses that no procedure is without: what laws and codes of ethics ask of every consent."""


class Blank(Record):
    """A line of a clause to fill in."""

    label: Line
    """What to fill in."""
    holds: Literal["trainee", "supervisor"] | None = None
    """Whose name a packet prints there; left out where people write it by hand."""


def _from_label(value: Any) -> Any:
    return {"label": value} if isinstance(value, str) else value


class Clause(Record):
    """A statement that is not about one procedure."""

    heading: Line
    text: Text
    blanks: tuple[Annotated[Blank, BeforeValidator(_from_label, json_schema_input_type=Line | Blank)], ...] = ()
    """Lines to fill in: a label, or a label with the person whose name belongs there."""
    initials: bool = False
    """Whether the reader is asked to put initials beside it."""
    yes_or_no: bool = False
    """Whether the reader answers it with a yes or a no, beside it on the form."""
    always: bool = False
    """Whether every document has it; otherwise a procedure requests it by name."""
    visit: Literal["telehealth", "trainee"] | None = None
    """The kind of visit that calls for it, where it depends on the visit."""
    form: bool = False
    """Whether the form has it, and the information not; so it is with initials or an answer, or for a kind of visit."""
    source: Line
    """The rule or practice that it follows; for reviewers, not printed."""

    @property
    def is_on_form(self) -> bool:
        """Whether the form has it at visits of every kind."""
        return self.form or self.initials or self.yes_or_no

    @property
    def has_lines(self) -> bool:
        """Whether it has a line that nobody can fill in beforehand: names are known."""
        return any(not blank.holds for blank in self.blanks)


class ClauseChanges(Record):
    """What a clinic changes in the clauses of a language: the file clauses.LANGUAGE.yaml in its folder."""

    clauses: dict[ClauseName, Clause] = Field(default_factory=dict)
    """Clauses of the clinic's own: a known name replaces that clause, a new one is added at the end."""
    drop: tuple[ClauseName, ...] = ()
    """Names of clauses that the clinic's documents do not have."""
