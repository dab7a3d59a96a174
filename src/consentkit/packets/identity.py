"""Whose papers these are, read back from the finished file.

Guarantees: every page of a packet bears the patient's name, date of birth, record number and its own page number, as
drawn and not as meant; nothing else is drawn onto it, and nothing stands in its form fields, but what belongs to this
visit; or the packet is not given out. What is said of a failure names pages, never people.

What is not checked: which slot of a page holds which of the visit's texts, so two names of one visit that change places
are not seen; what the code for filing says; what is read out in the place of the glyphs; and what the inside of extra
files shows. Which three particulars belong on a page, and how a language writes a day, is said in one place for whoever
writes and for the check: a fault there is in both. What else a visit may write (`own_texts`) is said here anew.
Words in letters from right to left are told apart by their letters, not by the order of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from consentkit.errors import RenderingFailed
from consentkit.language import LanguagePack
from consentkit.packets.particulars import identifiers, labelled
from consentkit.packets.stamping import halves
from consentkit.packets.visit import Visit
from consentkit.pdf.objects import PdfFile, read_file
from consentkit.pdf.pagetext import PageTexts
from consentkit.pdf.syntax import Value, string_text


@dataclass(frozen=True)
class PageMarks:
    """What has to be found on one page of a finished packet."""

    required: Sequence[str]
    """What must be drawn on it: the particulars of its patient, and its number."""
    allowed: Iterable[str]
    """What else of the visit may be drawn on it."""
    printed: frozenset[str]
    """What stood on it before anything of a visit came to it."""


def require_identity(pdf: bytes, pages: Sequence[PageMarks], reader: PageTexts) -> None:
    """Raise RenderingFailed unless each page bears what is required of it, and nothing that is not allowed."""
    try:
        file = read_file(pdf)
        found = reader.read_pages(file)
        filled = _field_values(file, len(found))
    except (ValueError, KeyError) as error:
        raise RenderingFailed("the finished packet can't be read back") from error
    if len(found) != len(pages):
        raise RenderingFailed("the finished packet has another number of pages than was meant")
    for number, (texts, values, marks) in enumerate(zip(found, filled, pages, strict=True), 1):
        drawn = {_folded(text) for text in texts if text not in marks.printed} - {_NOTHING}
        if not all(_is_borne(text, drawn) for text in marks.required):
            raise RenderingFailed(f"page {number} of the packet does not bear this patient's particulars")
        whole = {_folded(text) for text in (*marks.required, *marks.allowed)}
        known = whole | {_folded(half) for text in (*marks.required, *marks.allowed) for half in halves(text) or ()}
        if drawn - known or {_folded(value) for value in values} - whole - {_NOTHING}:
            raise RenderingFailed(f"page {number} of the packet bears something that does not belong to this visit")


def required_texts(visit: Visit, pack: LanguagePack, *, with_labels: bool) -> tuple[str, str, str]:
    """What stands on every page: name, date of birth and record number; with their labels where it has no slots."""
    return labelled(visit, pack) if with_labels else identifiers(visit, pack)


def own_texts(visit: Visit, pack: LanguagePack) -> Iterator[str]:
    """Everything that a visit may write onto its papers, in the words of a language."""
    yield from (visit.patient.name, visit.patient.record, visit.visit)
    yield from (pack.dates.write(visit.patient.born), pack.dates.write(visit.date))
    if visit.time:
        yield visit.time.isoformat("minutes")
    for professional in (visit.clinician, visit.trainee, visit.supervisor):
        if professional:
            yield professional.signed
    if representative := visit.representative:
        yield from (representative.name, representative.relationship)
        yield f"{representative.name} {representative.relationship}"
    if interpreter := visit.interpreter:
        yield interpreter.name
        for told in ((interpreter.language, interpreter.number), (interpreter.name, interpreter.language)):
            yield " ".join(filter(None, told))
    if visit.witness:
        yield visit.witness


def _is_borne(text: str, drawn: set[Runs]) -> bool:
    """Whether a page bears a text, on one line or on two."""
    pair = halves(text)
    return _folded(text) in drawn or (pair is not None and {_folded(half) for half in pair} <= drawn)


class Runs(NamedTuple):
    """A text as far as its glyphs tell it: without capitals, and without spaces and marks between the words."""

    is_mixed: bool
    """Whether something in it runs from right to left: its runs are drawn in another order then, and stand sorted."""
    runs: tuple[str, ...]


_NOTHING = Runs(False, ())
_KEPT = "-./"
"""What tells record numbers apart: 1-23 is not 12-3."""
_RIGHT_TO_LEFT = {"R", "AL"}
"""The classes of letters that are drawn from right to left (Unicode Standard Annex 9, table 4)."""
_TURNING = {*_RIGHT_TO_LEFT, "AN"}
"""Classes of characters that change the order in which others are drawn: Arabic digits, too."""


def _folded(text: str) -> Runs:
    """A text in whole runs of letters and digits, in their order; sorted where some of it runs from right to left.

    A run of digits or Latin letters is drawn in its own order in any case, and is never taken apart. Marks between runs
    change places with these where the text is mixed, so they are runs of their own there.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    shown = "".join(_simplified(char) for char in plain)
    if not any(unicodedata.bidirectional(char) in _TURNING for char in shown):
        return Runs(False, tuple(shown.split()))
    words = re.sub(rf"([{re.escape(_KEPT)}])", r" \1 ", shown).split()
    return Runs(True, tuple(sorted(run for word in words for run in _parted(word))))


def _simplified(char: str) -> str:
    """A character as far as it counts: letters, digits and what tells record numbers apart. What is unseen is nothing.

    One glyph serves for several kinds of hyphen, so a font says of it whichever it likes.
    """
    category = unicodedata.category(char)
    if category in {"Pd", "Cf"}:
        return "-" if category == "Pd" else ""
    return char if char.isalnum() or category.startswith("M") or char in _KEPT else " "


def _parted(word: str) -> Iterator[str]:
    """The runs of a word that is mixed, each in one direction. Letters from right to left are read backwards."""
    for is_turned, run in groupby(word, key=_is_turned):
        letters = list(run)
        yield "".join(sorted(letters) if is_turned else letters)


def _is_turned(char: str) -> bool:
    """Whether a character goes with letters from right to left; so do their vowel signs."""
    return unicodedata.bidirectional(char) in {*_RIGHT_TO_LEFT, "NSM"}


def _field_values(file: PdfFile, pages: int) -> list[list[str]]:
    """For each page, what its form fields are filled with. Raises ValueError for a damaged file."""
    if "AcroForm" not in file.catalog:
        return [[] for _ in range(pages)]
    return [
        [text for widget in file.array(page.get("Annots")) for text in _value(file, file.dictionary(widget))]
        for page in file.pages()
    ]


def _value(file: PdfFile, field: dict[str, Value]) -> Iterator[str]:
    """The text of a field. A field of several widgets has it one level higher (ISO 32000-1, 12.7.3.1)."""
    for _ in range(_HIGHEST):
        value = file.get(field.get("V"))
        if isinstance(value, bytes) and value.startswith((b"(", b"<")):
            yield string_text(value)
        field = file.dictionary(field.get("Parent"))


_HIGHEST = 4
"""Levels of fields: widget, field, paper and visit."""
