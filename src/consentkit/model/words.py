"""Language packs: every word of a document that is not procedure text.

Guarantees: a pack is complete or refused, so that no template meets a missing word; a placeholder in braces is one
that will be filled in there; dates are written as the language writes them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from consentkit.model.procedure import Text
from consentkit.model.values import ClauseName, LanguageTag, Line, Prose, Record
from consentkit.problems import listed, quoted

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _takes(*names: str) -> AfterValidator:
    """Check that a word contains exactly the placeholders that will be filled in."""

    def check(text: str) -> str:
        placeholders = set(_PLACEHOLDER.findall(text))
        if unknown := sorted(placeholders - set(names)):
            known = listed([f"{{{name}}}" for name in names])
            raise ValueError(f"contains {quoted(f'{{{unknown[0]}}}')}, which is no placeholder here; use {known}")
        if missing := [name for name in names if name not in placeholders]:
            raise ValueError(f"lacks the placeholder `{{{missing[0]}}}`; put it where the value belongs")
        return text

    return AfterValidator(check)


class Dates(Record):
    """How days are written."""

    pattern: Annotated[Line, _takes("day", "month", "year")]
    """The order of {day}, {month} and {year}."""
    months: Annotated[tuple[Line, ...], Field(min_length=12, max_length=12)]
    """The twelve months."""

    def write(self, day: datetime.date) -> str:
        """Write a day in words."""
        return fill(self.pattern, day=str(day.day), month=self.months[day.month - 1], year=str(day.year))


class PageWords(Record):
    """Words in the header and footer of every page."""

    draft: Line
    """The mark of a document that nobody has approved."""
    approved: Annotated[Line, _takes("by", "date", "edition")]
    """The mark of an approved document."""
    approved_until: Annotated[Line, _takes("by", "date", "edition", "until")]
    overdue: Annotated[Line, _takes("until")]
    """The mark of a document whose approval has run out."""
    page_of: Annotated[Line, _takes("page", "pages")]
    code: Annotated[Line, _takes("code")]
    edition: Annotated[Line, _takes("date")]
    review_by: Annotated[Line, _takes("date")]
    fingerprint: Annotated[Line, _takes("fingerprint")]


class LabelWords(Record):
    """Words in the region for the patient label."""

    heading: Line
    name: Line
    born: Line
    record: Line
    born_in_full: Line | None = None
    """What a screen reader says instead of `born`, where that is an abbreviation."""
    record_in_full: Line | None = None
    """What a screen reader says instead of `record`, where that is an abbreviation."""


class ClinicWords(Record):
    """Words beside the blanks for the clinic's particulars."""

    name: Line
    address: Line
    phone: Line
    logo: Annotated[Line, _takes("clinic")]
    """What a screen reader says for the logo."""


class Kinds(Record):
    """What each kind of document is called, above its title."""

    consent: Line
    information: Line
    refusal: Line
    plan: Line


class DocumentWords(Record):
    """Words around the title."""

    kinds: Kinds
    also_called: Line
    comma: Line = ","
    """The comma between items of a list."""
    retired_heading: Line
    retired: Annotated[Line, _takes("code", "year", "replacement")]


class SummaryWords(Record):
    """Labels of the "In short" box."""

    heading: Line
    what: Line
    why: Line
    how_long: Line
    main_risk: Line
    your_choice: Line


class Headings(Record):
    """Headings of sections and of their parts."""

    purpose: Line
    indications: Line
    description: Line
    practical: Line
    duration: Line
    setting: Line
    personnel: Line
    equipment: Line
    anesthesia: Line
    none: Line
    """How a text says that there is nothing of the kind; an information leaves out what says no more."""
    preparation: Line
    patient_experience: Line
    during: Line
    after: Line
    comfort: Line
    risks: Line
    common: Line
    common_means: Line
    """How likely such a risk is, in words."""
    uncommon: Line
    uncommon_means: Line
    rare: Line
    rare_means: Line
    what_helps: Line
    get_help_now: Line
    benefits: Line
    recovery: Line
    alternatives: Line
    choice: Line
    good: Line
    less_good: Line
    no_treatment: Line
    technical_terms: Line
    rights: Line
    initials: Line


class Chapters(Record):
    """The parts of an information: each heads several sections."""

    what_it_is: Line
    what_to_weigh: Line
    rights: Line
    before_and_after: Line


class TeachBack(Record):
    """The questions by which the clinic finds out whether it explained things well (AHRQ, teach-back)."""

    heading: Line
    intro: Line
    questions: tuple[Line, ...] = Field(min_length=1, max_length=5)
    own_questions: Line


class Consent(Record):
    """The statement that is signed."""

    heading: Line
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)
    agreement: Annotated[Line, _takes("title", "code")]
    treated_by: Line


class OpenDoor(Record):
    """That a refusal can be taken back."""

    heading: Line
    text: Prose


class Refusal(Record):
    """The statement by which care is refused, and headings that differ in its document."""

    title: Line
    """What heads the paper, above the name of the procedure."""
    heading: Line
    offered: Line
    choices: Line
    may_follow: Line
    open_door: OpenDoor
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)
    agreement: Annotated[Line, _takes("title", "code")]
    reason: Line


class PlanStep(Record):
    """One step of the plan for a crisis, with lines to write on."""

    heading: Line
    hint: Line
    """What may be written there."""


class PlanWords(Record):
    """Words of the plan for a crisis (the six steps of a safety plan: Stanley and Brown, 2012)."""

    heading: Line
    call: Line
    """Whom to call or text at any hour."""
    call_note: Line
    """Whom to call where life is in danger."""
    keep: Line
    """What to do with the paper."""
    steps: tuple[PlanStep, ...] = Field(min_length=6, max_length=6)


Role = Literal["patient", "representative", "interpreter", "witness", "clinician"]


class SignatureBlock(Record):
    """One place to sign."""

    role: Role
    """Who signs there, for programs: packets print names by it."""
    who: Line
    """The signer's part in this."""
    statement: Line
    """What the signature confirms."""
    blank: Line | None = None
    """The label of one more line to fill in."""
    blank_in_full: Line | None = None
    """What a screen reader says instead of that label, where it holds an abbreviation."""


class Signatures(Record):
    """The places to sign, and the labels under their lines."""

    signature: Line
    printed_name: Line
    date: Line
    time: Line
    blocks: tuple[SignatureBlock, ...] = Field(min_length=1)

    @field_validator("blocks")
    @classmethod
    def _the_patient_comes_first(cls, blocks: tuple[SignatureBlock, ...]) -> tuple[SignatureBlock, ...]:
        roles = [block.role for block in blocks]
        if roles[0] != "patient" or len(set(roles)) < len(roles):
            raise ValueError("must begin with the role `patient`, and have each role once; correct the roles")
        return blocks


class AboutWords(Record):
    """Words of the last section: edition, review and sources."""

    heading: Line
    review: Annotated[Line, _takes("issued", "next")]
    reviewed: Annotated[Line, _takes("issued", "last", "by", "next")]
    translated: Line
    """That the text is a translation which nobody has reviewed."""
    sources: Line
    source: Annotated[Line, _takes("title", "publisher")]
    source_with_year: Annotated[Line, _takes("title", "publisher", "year")]


class CoverWords(Record):
    """Words of the first page of a packet."""

    heading: Line
    check: Line
    """What to do first: check that the name on the pages is right."""
    visit: Line
    date: Line
    time: Line
    clinician: Line
    supervisor: Line
    place: Line
    in_person: Line
    telehealth: Line
    representative: Line
    interpreter: Line
    witness: Line
    enclosed: Line
    paper: Line
    pages: Line
    to_do: Line
    from_to: Annotated[Line, _takes("first", "last")]
    kind_of: Annotated[Line, _takes("title", "kind", "code")]
    """How a document is named in the list."""
    sign: Line
    """What to do with a paper to sign."""
    take_home: Line
    """What to do with a paper to keep."""
    read: Line
    """What to do with any other paper."""
    language_help: Line
    """A sentence in this language: help with language is free. A cover has it in every language."""
    language_help_heading: Line


class StatementWords(Record):
    """Words of the pages that only some visits need."""

    title: Line
    intro: Line
    assent_heading: Line
    assent_intro: Line
    assent: tuple[Line, ...] = Field(min_length=1)
    """What a patient for whom somebody else decides is asked to agree to."""
    assent_who: Line
    assent_statement: Line
    agreement_heading: Line
    agreement: Line
    """The statement by which the signer agrees to these pages."""


class PacketWords(Record):
    """Words that are used in packets only."""

    page_of: Annotated[Line, _takes("page", "pages")]
    """The number of a page within the packet."""
    packet: Annotated[Line, _takes("packet")]
    blank_page: Line
    """The text of a page that is left blank so that the next paper starts on a fresh sheet."""
    cover: CoverWords
    statements: StatementWords


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
    always: bool = False
    """Whether every document has it; otherwise a procedure requests it by name."""
    visit: Literal["telehealth", "trainee"] | None = None
    """The kind of visit that needs it, where it depends on the visit."""
    source: Line
    """The rule or practice that it follows; for reviewers, not printed."""


class LanguagePack(Record):
    """All words of one language."""

    language: LanguageTag
    name: Line
    """The language's own name for itself."""
    direction: Literal["ltr", "rtl"]
    """Whether it is written from left to right or from right to left."""
    dates: Dates
    page: PageWords
    label: LabelWords
    clinic: ClinicWords
    document: DocumentWords
    summary: SummaryWords
    headings: Headings
    chapters: Chapters
    teach_back: TeachBack
    consent: Consent
    refusal: Refusal
    plan: PlanWords
    signatures: Signatures
    about: AboutWords
    packet: PacketWords
    clauses: dict[ClauseName, Clause]
    """The clauses by name, in the order in which they are printed."""


class ClauseChanges(Record):
    """What a clinic changes in the clauses of a language: the file clauses.LANGUAGE.yaml in its folder."""

    clauses: dict[ClauseName, Clause] = Field(default_factory=dict)
    """Clauses of the clinic's own: a known name replaces that clause, a new one is added at the end."""
    drop: tuple[ClauseName, ...] = ()
    """Names of clauses that the clinic's documents do not have."""


def fill(text: str, **values: str) -> str:
    """Replace the {placeholders} by values. The values are never searched for placeholders."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Cut a text at its placeholders: pairs of a kind, `text` or the placeholder's name, and the text."""
    for index, piece in enumerate(_PLACEHOLDER.split(text)):
        if index % 2:
            yield piece, ""
        elif piece:
            yield "text", piece
