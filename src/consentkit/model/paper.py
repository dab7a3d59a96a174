"""The shape of a paper: what a clinic gives or has signed that is not about one procedure, such as rules for a group.

Guarantees: every instance is frozen and complete, no key is ignored, and no text is empty; what somebody signs says
what is agreed to; whatever is filled in has a label of its own on its paper.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from consentkit.model.clauses import Clause
from consentkit.model.identity import NO_PAPER_NAMES
from consentkit.model.on_form import FormChoice
from consentkit.model.passages import Text
from consentkit.model.procedure import Review
from consentkit.model.risks import Source
from consentkit.model.tables import Count, Table
from consentkit.model.values import ClauseName, Code, Line, PaperName, Prose, Record, TextPath, without_repeats

PaperSigner = Literal["patient", "representative", "assent", "participant", "interpreter", "witness", "clinician"]
"""Who may sign a paper. `participant` is whoever else takes part, such as each member of a family; `assent` is the
patient, asked beside whoever decides."""

_ABOVE_SIGNATURES = ("statements", "agreement")
"""What is said above the signatures, and printed nowhere else."""


class PaperSection(Record):
    """One part of a paper, under a heading. It says something, or has something to fill in, or both."""

    heading: Annotated[Line, Field(max_length=90)] | None = None
    """What heads it; left out where that is the heading of a clause."""
    clause: ClauseName | None = None
    """The clause of the language pack that is said here, with its heading, its blanks and its initials: so a statement
    of law has the same words on each paper, and a clinic changes them in one place."""
    text: Text | None = None
    """What it says; behind a clause, what is said besides."""
    table: Table | None = None
    """A table, printed or to fill in."""
    choices: tuple[FormChoice, ...] = Field(default=(), max_length=6)
    """Choices, each with boxes to tick."""
    blanks: tuple[Line, ...] = Field(default=(), max_length=8)
    """Labels of lines to write on."""
    lines: Annotated[Count, Field(ge=0, le=12)] = 0
    """How many lines without a label there are to write on."""
    initials: bool = False
    """Whether there is room for the patient's initials."""

    @field_validator("blanks")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.heading and self.clause:
            raise ValueError("has both `heading` and `clause`, which has a heading of its own; delete one of the two")
        if not (self.heading or self.clause):
            raise ValueError("has no `heading`; write one")
        if not (self.text or self.clause or self.table or self.choices or self.blanks or self.lines):
            raise ValueError("says nothing; write `text` or `clause`, or something to fill in")
        without_repeats((*(choice.label for choice in self.choices), *self.blanks))
        return self

    def without_clause(self, dropped: Mapping[str, str]) -> Self | None:
        """The section without its clause, if that is dropped; None where nothing else is left to read or fill in."""
        if self.clause is None or self.clause not in dropped:
            return self
        if not (self.text or self.table or self.choices or self.blanks or self.lines):
            return None
        return self.model_copy(update={"heading": dropped[self.clause], "clause": None})


class PaperText(Record):
    """What a paper says: all that a translation puts into another language."""

    name: PaperName
    """The name of the paper, equal to the file's name."""
    title: Annotated[Line, Field(max_length=90)]
    """What the paper is called, in plain words."""
    intro: Prose | None = None
    """What this paper is, in one to three short sentences."""
    sections: tuple[PaperSection, ...] = Field(min_length=1, max_length=30)
    """The parts of the paper, in their order."""
    statements: tuple[Line, ...] = Field(default=(), max_length=8)
    """What the signer says by signing; needed where somebody signs."""
    agreement: Line | None = None
    """The sentence above the signatures, such as "I agree to these rules."; needed where somebody signs."""

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name in NO_PAPER_NAMES:
            raise ValueError("is the name of another kind of file; choose another one")
        return name

    @field_validator("statements")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    @field_validator("sections")
    @classmethod
    def _headings_differ(cls, sections: tuple[PaperSection, ...]) -> tuple[PaperSection, ...]:
        headings = [section.heading for section in sections if section.heading]
        without_repeats(tuple(headings))  # a screen reader could not tell fields apart
        without_repeats(tuple(section.clause for section in sections if section.clause))
        return sections

    def without_clauses(self, dropped: Mapping[str, str]) -> Self:
        """The same without the clauses that are dropped; `dropped` has their headings.

        Whatever the author wrote in such a section stays, under the heading of the clause, since nobody dropped that.
        """
        kept = (section.without_clause(dropped) for section in self.sections)
        sections = tuple(section for section in kept if section)
        return self if sections == self.sections else self.model_copy(update={"sections": sections})

    @property
    def code(self) -> str:
        """The name of the paper, which does the work of a procedure's code."""
        return self.name

    def labels_of_clauses(self, clauses: Mapping[str, Clause | None]) -> Iterator[tuple[TextPath, str]]:
        """Where a section has a label or heading that a clause of the paper has, too, with the name of the clause.

        A screen reader could not tell such fields apart. Clauses that are None are left out of the paper.
        """
        headings = {clause.heading: name for name in self.clauses if (clause := clauses.get(name))}
        for index, section in enumerate(self.sections):
            if section.heading in headings:
                yield ("sections", index, "heading"), headings[section.heading]
            clause = clauses.get(section.clause) if section.clause else None
            labels = {blank.label for blank in clause.blanks} if clause else set()
            choices: list[tuple[TextPath, str]]
            choices = [(("choices", number, "label"), choice.label) for number, choice in enumerate(section.choices)]
            blanks: list[tuple[TextPath, str]] = [
                (("blanks", number), text) for number, text in enumerate(section.blanks)
            ]
            places = (*choices, *blanks)
            yield from ((("sections", index, *path), str(section.clause)) for path, label in places if label in labels)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that it says, in their order."""
        return tuple(section.clause for section in self.sections if section.clause)


class Due(Record):
    """When a packet has the paper although nobody requests it by name: any of these is enough."""

    first_visit: bool = False
    """At a patient's first visit: one with `first_visit: yes`."""
    yearly: bool = False
    """Once a year: at a visit with `yearly_papers: yes`."""
    telehealth: bool = False
    """At a visit by video or telephone."""
    minor: bool = False
    """Where the patient is younger than 18 years on the day of the visit."""
    codes: tuple[Code, ...] = Field(default=(), max_length=40)
    """At a visit for any of these codes."""

    @field_validator("codes")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("says never; write a condition, such as `first_visit: true`, or delete the line")
        return self


class Paper(PaperText):
    """One paper."""

    signers: tuple[PaperSigner, ...] = ()
    """Who signs, if anybody does. Representative, interpreter and witness sign only where there is one; a
    representative does in the patient's place, whether named here or not. With `assent`, a patient of 7 years or more
    signs beside the representative."""
    participants: Annotated[Count, Field(ge=0, le=12)] = 0
    """How many places to sign there are for participants."""
    due: Due | None = None
    """When a packet has this paper; where left out, only if a visit or a procedure requests it by name."""
    sources: tuple[Source, ...] = Field(min_length=1)
    """Where the facts come from."""
    review: Review
    """Edition and review dates."""

    @property
    def every_source(self) -> tuple[Source, ...]:
        """Where the facts come from, each once."""
        named = (Source(title=one.title, publisher=one.publisher, year=one.year) for one in self.sources)
        return tuple(dict.fromkeys(named))

    @field_validator("signers")
    @classmethod
    def _no_repeated_signers(cls, values: tuple[PaperSigner, ...]) -> tuple[PaperSigner, ...]:
        without_repeats(tuple(values))
        return values

    @model_validator(mode="after")
    def _is_signed_by_somebody(self) -> Self:
        if ("participant" in self.signers) != bool(self.participants):
            raise ValueError(
                "must have both `participant` among its `signers` and the number of `participants`, or neither; "
                "add what is missing"
            )
        if self.signers and not {"patient", "participant"} & {*self.signers}:
            raise ValueError("has `signers`, but neither patient nor participant among them; add one of the two")
        if "assent" in self.signers and "patient" not in self.signers:
            raise ValueError("has `assent` among its `signers`, which is the patient's; add `patient`, too")
        if any(section.initials for section in self.sections) and "patient" not in self.signers:
            raise ValueError("has `initials`, which are the patient's; add `patient` to its `signers`")
        if not self.signers and (unsigned := [name for name in _ABOVE_SIGNATURES if getattr(self, name)]):
            raise ValueError(f"has `{unsigned[0]}`, but no `signers`, so nobody signs it; add `signers`, or delete it")
        if missing := next(self.missing_above_signatures, ""):
            raise ValueError(f"has `signers`, so it needs `{missing}`; write what they agree to")
        return self

    @property
    def missing_above_signatures(self) -> Iterator[str]:
        """What is missing of what must be above the signatures."""
        if self.signers:
            yield from (name for name in _ABOVE_SIGNATURES if not getattr(self, name))
