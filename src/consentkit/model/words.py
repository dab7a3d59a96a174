"""Language packs: every word of a document that is not procedure text.

Guarantees: a pack is complete or refused, so that no template meets a missing word; dates and figures are written as
the language writes them.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from consentkit.model.clauses import Clause
from consentkit.model.filling import written_day, written_time
from consentkit.model.identity import DefinitionKind
from consentkit.model.packet_words import PacketWords
from consentkit.model.placeholders import fill, takes, with_placeholders
from consentkit.model.risks import Figure
from consentkit.model.signing_words import Consent, FormWords, Refusal, Signatures
from consentkit.model.values import ClauseName, LanguageTag, Line, Record
from consentkit.model.visit_words import VisitWords


def _time_pattern(text: str) -> str:
    return with_placeholders(text, ("hour", "minute", *(("half",) if "{half}" in text else ())))


class Dates(Record):
    """How days and times of day are written."""

    pattern: Annotated[Line, takes("day", "month", "year")]
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
        return written_day(self.pattern, self.months, day)

    def write_time(self, time: datetime.time) -> str:
        """Write a time of day as people say it."""
        return written_time(self.time, self.halves, time)


class PageWords(Record):
    """Words in the header and footer of every page."""

    draft: Line
    """The mark of a document that nobody has approved."""
    approved: Annotated[Line, takes("by", "date", "edition")]
    """The mark of an approved document."""
    approved_until: Annotated[Line, takes("by", "date", "edition", "until")]
    overdue: Annotated[Line, takes("until")]
    """The mark of a document whose approval has run out."""
    page_of: Annotated[Line, takes("page", "pages")]
    code: Annotated[Line, takes("code")]
    edition: Annotated[Line, takes("date")]
    fingerprint: Annotated[Line, takes("fingerprint")]


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
    logo: Annotated[Line, takes("clinic")]
    """What a screen reader says for the logo."""


class Kinds(Record):
    """What each kind of document is called, above its title."""

    consent: Line
    information: Line
    form: Line
    refusal: Line
    plan: Line
    paper: Line


class DocumentWords(Record):
    """Words around the title."""

    kinds: Kinds
    also_called: Line
    comma: Line = ","
    """The comma between items of a list."""
    retired_heading: Line
    retired: Annotated[Line, takes("code", "year", "replacement")]


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
    """How a text says that there is nothing of the kind; the information leaves out what says no more."""
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
    warning_signs: Line
    """The signs afterwards that mean: call."""
    alternatives: Line
    choice: Line
    good: Line
    less_good: Line
    no_treatment: Line
    technical_terms: Line
    rights: Line


class FigureWords(Record):
    """How figures of risks and benefits are written and spoken."""

    before: Annotated[Line, takes("number", "out_of")]
    """What is printed before the text: how many, out of how many."""
    spoken: Annotated[Line, takes("number", "out_of")]
    """What a screen reader says instead of the dots."""

    def write(self, figure: Figure) -> str:
        """Write a figure as it is printed before its text."""
        return fill(self.before, number=str(figure.number), out_of=str(figure.out_of))


class Chapters(Record):
    """The parts of the information: each heads several sections."""

    what_it_is: Line
    what_to_weigh: Line
    before_and_after: Line


class TeachBack(Record):
    """The questions by which the clinic finds out whether it explained things well (AHRQ, teach-back)."""

    questions: tuple[Line, ...] = Field(min_length=1, max_length=5)
    """The clinician's questions about procedures that have none of their own."""
    own_questions: Line
    """What heads the lines for the patient's questions."""


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


class PaperWords(Record):
    """Words of papers that are not about one procedure."""

    to_sign: Line
    """What such a paper is called, above its title, where it is signed."""
    to_keep: Line
    """The same where nobody signs it."""
    to_read: Line
    """The same where it is a copy to read of one that is signed in another language."""
    participant: Annotated[Line, takes("number")]
    """What whoever takes part is called above a place to sign."""
    participants: Line
    """What all of them are called on the cover of a packet."""
    cell: Annotated[Line, takes("column", "row")]
    """What a screen reader says for a cell of a table to fill in."""


class AboutWords(Record):
    """Words of the last section: edition, review and sources."""

    review: Annotated[Line, takes("issued", "next")]
    reviewed: Annotated[Line, takes("issued", "last", "by", "next")]
    reviewed_by: Annotated[Line, takes("issued", "by", "next")]
    """The same, where it is not known on which day."""
    translated: Line
    """That the text is a translation which nobody has reviewed."""
    sources: Line
    source: Annotated[Line, takes("title", "publisher")]
    source_with_year: Annotated[Line, takes("title", "publisher", "year")]


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
    papers: PaperWords
    plan: PlanWords
    signatures: Signatures
    about: AboutWords
    packet: PacketWords
    visit: VisitWords
    clauses: dict[ClauseName, Clause]
    """The clauses by name, in the order in which they are printed."""
    _dropped: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @property
    def dropped(self) -> Mapping[str, str]:
        """The clauses that the clinic's documents do not have: their names, each with its heading."""
        return self._dropped

    def with_clauses(self, clauses: Mapping[str, Clause], dropped: Iterable[str]) -> Self:
        """The same with the clauses of a clinic, and what it drops."""
        names = set(dropped)
        known = {name: clause for name, clause in clauses.items() if name not in names}
        pack = self.model_copy(update={"clauses": known})
        pack._dropped = {name: clause.heading for name, clause in clauses.items() if name in names}
        return pack

    def clauses_for(self, kind: DefinitionKind) -> dict[str, Clause | None]:
        """The clauses that a definition may name: a paper one that is dropped, too, which it then leaves out."""
        return {**(dict.fromkeys(self.dropped) if kind == "paper" else {}), **self.clauses}
