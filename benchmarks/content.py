"""The content that everyone prints: the shipped procedures, in the sample clinic's name, and one made-up visit.

Guarantees: it is the very pages that consentkit makes its own files of, whatever they say today, with what a visit
writes into their places, so nobody prints less; loading it is not part of any measurement.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import consentkit
from benchmarks.blocks import Block, blocks_of, running_texts, texts_of
from consentkit.cache.store import open_store
from consentkit.documents import form_making, making, printing
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import Sheet
from consentkit.documents.style_sheets import read_style
from consentkit.model.visit import Visit as VisitToServe
from consentkit.packets.items import COPY_PLACE
from consentkit.packets.packet import PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner
from consentkit.packets.writing import values_in
from consentkit.pdf.fonts.font_files import faces_for, font_rules
from consentkit.pdf.part import Part
from consentkit.resources import font_file, shipped

ROOT = Path(__file__).parents[1]
CLINIC = ROOT / "samples" / "clinic"
ONE = "90837"
"""The code of the document that stands for one."""
VISIT_CODES = ("90837", "90785", "90863")
"""A visit with two add-ons."""


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
    place: str = "in person"
    papers: tuple[str, ...] = ()
    """Papers beside those that are due."""
    is_first: bool = False

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
    """One paper as content only: nothing here is set in type yet."""

    name: str
    """What its pages are called in style sheets, and its file where it is alone."""
    title: str
    html: str
    style: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What a visit writes into its places, by their names."""

    @property
    def is_cover(self) -> bool:
        """Whether it is what a packet begins with."""
        return self.name == "cover"

    @property
    def running(self) -> tuple[str, str, str]:
        """What is on each of its pages: the mark at the head, that it is a copy too, and the two lines of the foot."""
        mark, first, second = running_texts(self.html)
        return " ".join(filter(None, (self.values.get(COPY_PLACE), mark))), first, second

    def blocks(self) -> list[Block]:
        """All of it as plain data, for programs with templates of their own."""
        return blocks_of(self.html, self.values)

    def must_have(self) -> Iterator[str]:
        """Texts that show whether a PDF is complete: all that it says, and what the visit writes into its places."""
        yield from texts_of(blocks_of(self.html, {}))
        yield from (value for name, value in self.values.items() if f'data-field="{name}"' in self.html)


def workspace() -> consentkit.Workspace:
    """The sample clinic, which has a name, an address and a logo, and otherwise uses what is shipped."""
    return consentkit.open_workspace(CLINIC, cache=False)


def load_paper(code: str, language: str = "en") -> Paper:
    """The consent document of a code."""
    clinic = open_workspace(CLINIC)
    content = clinic.content(code, language=language)
    page = clinic.compose(content)
    return Paper(code, content.title, page.html, page.style)


PRINTERS = (making, form_making, printing)
"""The modules from which a page is printed: covers and other sheets take it from the last one, when they need it."""


class PacketLoader:
    """Finds out which pages the papers of visits are printed from."""

    def __init__(self, cache: Path) -> None:
        """`cache` is a folder in which papers are kept, so that each is made once."""
        self._clinic = open_workspace(CLINIC, open_store(cache))
        self._sheets: dict[bytes, Sheet] = {}
        """The page of each part, by the digest of the part."""

    def load(self, visit: VisitToServe) -> list[Paper]:
        """The papers of a visit, as consentkit plans it, in their order."""
        with self._noting():
            plan = Planner(self._clinic, PacketOptions(allow_drafts=True)).plan(visit, visit.visit)
            packet = PacketMaker(self._clinic).make(plan)
        papers = []
        for number, placed in enumerate(packet.papers):
            paper = placed.paper
            sheet = self._sheets[paper.part.digest]
            name = "cover" if number == 0 else f"paper-{number}"
            papers.append(Paper(name, paper.bookmark, sheet.html, sheet.style, values_in(plan, paper)))
        return papers

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note which page each part is printed from."""

        def noting(print_page: Any) -> Any:
            def print_and_note(page: Sheet, *arguments: Any, **options: Any) -> Part:
                part: Part = print_page(page, *arguments, **options)
                self._sheets[part.digest] = page
                return part

            return print_and_note

        with ExitStack() as stack:
            for module in PRINTERS:
                stack.enter_context(patch.object(module, "print_page", noting(module.print_page)))
            yield


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
