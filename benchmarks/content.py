"""The content that everyone prints: the shipped procedures, in the sample clinic's name, and one made-up visit.

Guarantees: it comes from the same files by the same way as consentkit's own documents, so nobody prints less; loading
it is not part of any measurement.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import consentkit
from consentkit.documents.page import Content, Page
from consentkit.documents.safety import safety_texts
from consentkit.documents.style_sheets import read_style
from consentkit.model.identity import printed_fingerprint
from consentkit.model.placeholders import fill
from consentkit.pdf.fonts.font_files import faces_for, font_rules
from consentkit.resources import font_file, shipped

ROOT = Path(__file__).parents[1]
CLINIC = ROOT / "samples" / "clinic"
ONE = "90837"
"""The code of the document that stands for one."""
VISIT_CODES = ("90837", "90785", "90863")
"""A visit with two add-ons: three documents behind a cover."""


@dataclass(frozen=True)
class Visit:
    """A made-up visit."""

    visit: str
    date: datetime.date
    time: str
    name: str
    born_on: datetime.date
    record: str
    codes: tuple[str, ...]
    language: str = "en"
    is_medical: bool = False
    """Whether a medical visit stands beside the procedures, as some add-ons need."""
    clinician_name: str = "Dana Sample"
    credentials: str = "LCSW"
    place: str = "In person"

    @property
    def day(self) -> str:
        """The day as it is printed."""
        return _written(self.date, self.language)

    @property
    def born(self) -> str:
        """The date of birth as it is printed."""
        return _written(self.born_on, self.language)

    @property
    def clinician(self) -> str:
        """Who treats, as it is printed."""
        return f"{self.clinician_name}, {self.credentials}"

    @property
    def label(self) -> tuple[str, str, str]:
        """What must stand on every page."""
        return self.name, self.born, self.record


VISIT = Visit(
    visit="V-1001",
    date=datetime.date(2026, 11, 30),
    time="14:00",
    name="Alex Example",
    born_on=datetime.date(1988, 3, 5),
    record="MR-004711",
    codes=VISIT_CODES,
)


@dataclass(frozen=True)
class Paper:
    """One document as content only: nothing here is set in type yet."""

    content: Content
    page: Page
    """consentkit's own HTML and style sheet for it."""

    @property
    def code(self) -> str:
        """The billing code, which names its files."""
        return self.content.procedure.code

    @property
    def foot(self) -> str:
        """The last line of every page: edition, review, fingerprint."""
        words, review = self.content.pack, self.content.procedure.review
        return " · ".join(
            (
                fill(words.page.edition, date=words.dates.write(review.issued)),
                fill(words.page.review_by, date=words.dates.write(review.next)),
                fill(words.page.fingerprint, fingerprint=printed_fingerprint(self.page.content_hash)),
            )
        )

    @property
    def head(self) -> str:
        """The first line of the foot: code and title."""
        return f"{self.code} · {self.content.procedure.title}"

    def data(self) -> dict[str, Any]:
        """All of it as plain data, for programs with templates of their own."""
        content = self.content
        pack, review = content.pack, content.procedure.review
        return {
            "procedure": content.procedure.model_dump(mode="json"),
            "words": pack.model_dump(mode="json", exclude={"clauses", "refusal"}),
            "clauses": [pack.clauses[name].model_dump(mode="json") for name in content.clauses],
            "clinic": content.clinic.model_dump(mode="json", exclude={"checks"}),
            "mark": self.page.mark,
            "foot": self.foot,
            "about": fill(
                pack.about.review, issued=pack.dates.write(review.issued), next=pack.dates.write(review.next)
            ),
        }

    def must_have(self) -> Iterator[str]:
        """Texts that show whether a PDF is complete: from every section, and all that no patient may miss."""
        procedure, words = self.content.procedure, self.content.pack
        yield from safety_texts(self.content)
        yield from (value for _, value in procedure.summary)
        yield from (step.name for step in procedure.description.steps)
        yield from (term.meaning for term in procedure.technical_terms)
        yield from (words.clauses[name].heading for name in self.content.clauses)
        yield from words.teach_back.questions
        yield from words.consent.statements
        yield from (block.statement for block in words.signatures.blocks)
        yield from (source.title for source in procedure.every_source)
        yield from (self.content.clinic.name or "", self.page.mark, self.foot, self.head)


def workspace() -> consentkit.Workspace:
    """The sample clinic, which has a name, an address and a logo, and otherwise uses what is shipped."""
    return consentkit.open_workspace(CLINIC, cache=False)


def load_paper(code: str, language: str = "en") -> Paper:
    """The consent document of a code."""
    clinic = workspace()
    content = clinic.content(code, language=language)
    return Paper(content, clinic.compose(content))


def shipped_codes() -> list[str]:
    """The codes of all procedures that are shipped."""
    return workspace().library.codes()


@cache
def _written(day: datetime.date, language: str) -> str:
    return workspace().language(language).dates.write(day)


def paper_style() -> str:
    """The style sheet of the paper size, Letter."""
    return read_style("paper-letter.css", [shipped("templates")])


def logo() -> Path:
    """The clinic's logo."""
    return CLINIC / "logo.png"


def font_files() -> dict[str, Path]:
    """The font files that documents in English are set in, by the addresses that `font_style` has for them."""
    return {face.asset: font_file(face.package, face.file) for face in faces_for("")}


def font_style() -> str:
    """The style rules that make these fonts known."""
    return font_rules(faces_for(""))


def visit_data(visit: Visit) -> dict[str, str]:
    """What is printed of a visit, as plain data."""
    names = ("visit", "day", "time", "name", "born", "record", "clinician", "place")
    return {name: getattr(visit, name) for name in names}
