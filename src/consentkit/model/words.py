"""Language packs: every word of a document that is not procedure text.

Guarantees: a pack is complete or refused, so that no template meets a missing word; a placeholder in braces is one
that will be filled in there; dates are written as the language writes them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from consentkit.model.procedure import Text
from consentkit.model.risks import Figure
from consentkit.model.values import ClauseName, LanguageTag, Line, Prose, Record
from consentkit.model.visit_words import VisitWords
from consentkit.problems import listed, quoted

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _takes(*names: str) -> AfterValidator:
    """Check that a word contains exactly the placeholders that will be filled in."""
    return AfterValidator(lambda text: _with_placeholders(text, names))


def _with_placeholders(text: str, names: Sequence[str]) -> str:
    placeholders = set(_PLACEHOLDER.findall(text))
    if unknown := sorted(placeholders - set(names)):
        known = listed([f"{{{name}}}" for name in names])
        raise ValueError(f"contains {quoted(f'{{{unknown[0]}}}')}, which is no placeholder here; use {known}")
    if missing := [name for name in names if name not in placeholders]:
        raise ValueError(f"lacks the placeholder `{{{missing[0]}}}`; put it where the value belongs")
    return text


def _time_pattern(text: str) -> str:
    return _with_placeholders(text, ("hour", "minute", *(("half",) if "{half}" in text else ())))


class Dates(Record):
    """How days and times of day are written."""

    pattern: Annotated[Line, _takes("day", "month", "year")]
    """The order of {day}, {month} and {year}."""
    months: Annotated[tuple[Line, ...], Field(min_length=12, max_length=12)]
    """The twelve months."""
    typed: Line = "yyyy-mm-dd"
    """How a day is typed into a field: behind the label of such a field that a screen reader speaks."""
    time: Annotated[Line, AfterValidator(_time_pattern)] = "{hour}:{minute}"
    """The order of {hour} and {minute}, and {half} of the day where hours are counted to twelve."""
    halves: Annotated[tuple[Line, ...], Field(min_length=2, max_length=2)] | None = None
    """What is written for {half} before noon and after it; hours are counted to 24 where it is left out."""

    @model_validator(mode="after")
    def _halves_are_written(self) -> Self:
        if (self.halves is None) == ("{half}" in self.time):
            raise ValueError("must have both `halves` and `{half}` in `time`, or neither; add what is missing")
        return self

    def write(self, day: datetime.date) -> str:
        """Write a day in words."""
        return fill(self.pattern, day=str(day.day), month=self.months[day.month - 1], year=str(day.year))

    def write_time(self, time: datetime.time) -> str:
        """Write a time of day as people say it."""
        if self.halves is None:
            return fill(self.time, hour=str(time.hour), minute=f"{time.minute:02}")
        half = self.halves[time.hour // 12]
        return fill(self.time, hour=str(time.hour % 12 or 12), minute=f"{time.minute:02}", half=half)


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
    form: Line
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


class FigureWords(Record):
    """How figures of risks and benefits are written and spoken."""

    before: Annotated[Line, _takes("number", "out_of")]
    """What is printed before the text: how many, out of how many."""
    spoken: Annotated[Line, _takes("number", "out_of")]
    """What a screen reader says instead of the dots."""

    def write(self, figure: Figure) -> str:
        """Write a figure as it is printed before its text."""
        return fill(self.before, number=str(figure.number), out_of=str(figure.out_of))


class Chapters(Record):
    """The parts of an information: each heads several sections."""

    what_it_is: Line
    what_to_weigh: Line
    rights: Line
    before_and_after: Line


class TeachBack(Record):
    """The questions by which the clinic finds out whether it explained things well (AHRQ, teach-back)."""

    questions: tuple[Line, ...] = Field(min_length=1, max_length=5)
    """The clinician's questions about procedures that have none of their own."""
    own_questions: Line
    """What heads the lines for the patient's questions."""


class Consent(Record):
    """The statement that is signed."""

    heading: Line
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)


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


class Assent(Record):
    """What a patient for whom somebody else decides is asked to agree to."""

    who: Line
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)
    statement: Line
    """What the signature says."""


class FormWords(Record):
    """Words of the form to sign."""

    asked: Line
    """What heads the procedures for which consent is asked."""
    item: Annotated[Line, _takes("title", "code")]
    """How a procedure is named."""
    yes: Line
    no: Line
    on_file: Annotated[Line, _takes("codes")]
    """That consent to further procedures of the visit is signed already and still holds."""
    choices: Line
    nothing: Line
    """The choice of doing nothing, at the end of the other choices."""
    initials: Line
    given_paper: Annotated[Line, _takes("title", "code", "date", "fingerprint")]
    """The statement that the patient was given an information paper."""
    given_paper_later: Annotated[Line, _takes("title", "code", "date", "fingerprint")]
    """The same where the paper may follow, as in a crisis."""
    agreement: Line
    """The statement by which the signer agrees, where the form is about one procedure."""
    agreement_by_row: Line
    """The same for several procedures, each with a box for yes and one for no."""
    only_if_needed: Line
    """What heads what only some visits call for, on a form that no visit is known for."""
    teach_back: Line
    """What the clinician says by ticking the questions for teach-back."""
    assent: Assent
    approved: Line
    """The mark of a form that several texts are on, each of them approved."""
    approved_until: Annotated[Line, _takes("until")]
    """The same where an approval runs out; the first day on which one does."""


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
    sign_here: Line
    """What heads the papers to sign."""
    read: Line
    """What heads the papers to read."""
    keep: Line
    """What heads the papers to keep."""
    paper: Line
    page: Line
    who: Line
    """What heads the column of those who sign."""
    initials: Line
    from_to: Annotated[Line, _takes("first", "last")]
    kind_of: Annotated[Line, _takes("title", "kind", "code")]
    """How a document is named in the list."""
    copy_for_clinic: Annotated[Line, _takes("title")]
    """How the clinic's copy of a paper is named that the patient keeps."""
    desk: Line
    """What heads, for the front desk, what comes back."""
    desk_pages: Annotated[Line, _takes("pages")]
    desk_signatures: Annotated[Line, _takes("number")]
    desk_dates: Annotated[Line, _takes("number")]
    desk_initials: Annotated[Line, _takes("number")]
    language_help: Line
    """A sentence in this language that says that help with language is free. A cover has it in every language."""


class PacketWords(Record):
    """Words that are used in packets only."""

    page_of: Annotated[Line, _takes("page", "pages")]
    """The number of a page within the packet."""
    packet: Annotated[Line, _takes("packet")]
    blank_page: Line
    """The text of a page that is left blank so that the next paper starts on a fresh sheet."""
    cover: CoverWords


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
    """The kind of visit that calls for it, where it depends on the visit."""
    form: bool = False
    """Whether the form has it too; one with initials or for a kind of visit is on the form in any case."""
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
    figures: FigureWords
    chapters: Chapters
    teach_back: TeachBack
    consent: Consent
    refusal: Refusal
    form: FormWords
    plan: PlanWords
    signatures: Signatures
    about: AboutWords
    packet: PacketWords
    visit: VisitWords
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
