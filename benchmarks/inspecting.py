"""What is in a finished PDF: whether it is complete, and whether a screen reader can follow it.

Guarantees: nobody wins by printing less, since a file that lacks a text is named together with the text.
"""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

COLUMNS: tuple[str, ...] = ("", "pages", "KB", "structure tree", "marked", "PDF/UA claim")


@dataclass(frozen=True)
class Expected:
    """A PDF file that somebody makes, and what must be found in it."""

    file: Path
    texts: tuple[str, ...] = ()
    """Texts that must stand somewhere in it."""
    on_each_page: tuple[str, ...] = ()
    """Texts that must stand on every page, such as the patient's particulars."""

    def faults(self) -> Iterator[str]:
        """What it lacks."""
        pages = _pages(self.file)
        for text in _missing(pages, self.texts):
            yield f"{self.file.name} lacks “{text}”"
        for text in self.on_each_page:
            if bare := _without(pages, text):
                yield f"{self.file.name} lacks “{text}” on pages {', '.join(map(str, bare))}"


@dataclass(frozen=True)
class Facts:
    """What a PDF file says of itself."""

    pages: float
    size: float
    """Bytes."""
    has_structure: bool
    """Whether there is a structure tree: /StructTreeRoot in the catalog."""
    is_marked: bool
    """Whether it says that it is tagged: /Marked in /MarkInfo (ISO 32000-1, 14.7.1)."""
    claims_ua: bool
    """Whether its metadata claims PDF/UA. That the claim is true takes a validator."""

    def row(self, name: str) -> tuple[str, ...]:
        """The facts as a row of a table."""
        answers = ("yes" if answer else "no" for answer in (self.has_structure, self.is_marked, self.claims_ua))
        return (name, f"{self.pages:.1f}".removesuffix(".0"), f"{self.size / 1000:.0f}", *answers)


def facts(pdf: Path) -> Facts:
    """Read what a file says of itself."""
    reader = PdfReader(pdf)
    catalog = reader.root_object
    info = catalog.get("/MarkInfo", DictionaryObject()).get_object()
    metadata = catalog.get("/Metadata")
    return Facts(
        pages=len(reader.pages),
        size=pdf.stat().st_size,
        has_structure="/StructTreeRoot" in catalog,
        is_marked=bool(info.get("/Marked", False)),
        claims_ua=bool(metadata and b"pdfuaid" in metadata.get_object().get_data()),
    )


def average(pdfs: Sequence[Path]) -> Facts:
    """What several files are on average; that they are tagged only where each of them is."""
    read = [facts(pdf) for pdf in pdfs]
    return Facts(
        statistics.fmean(each.pages for each in read),
        statistics.fmean(each.size for each in read),
        all(each.has_structure for each in read),
        all(each.is_marked for each in read),
        all(each.claims_ua for each in read),
    )


def missing(pdf: Path, texts: Iterable[str]) -> list[str]:
    """The texts that the file does not hold. White space and the forms of letters do not count."""
    return _missing(_pages(pdf), texts)


def _pages(pdf: Path) -> list[str]:
    """The text of each page, without white space."""
    return [_bare(page.extract_text()) for page in PdfReader(pdf).pages]


def _missing(pages: Sequence[str], texts: Iterable[str]) -> list[str]:
    found = "".join(pages)
    return [text for text in dict.fromkeys(texts) if _bare(text) not in found and not _is_cut(text, found)]


def _is_cut(text: str, found: str) -> bool:
    """Whether a text is there in two pieces, as where it goes on on the next page, with the foot between them."""
    words = [_bare(word) for word in text.split()]
    return any("".join(words[:cut]) in found and "".join(words[cut:]) in found for cut in range(1, len(words)))


def _without(pages: Sequence[str], text: str) -> list[int]:
    return [number for number, page in enumerate(pages, 1) if _bare(text) not in page]


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("\u00ad", "").split())
