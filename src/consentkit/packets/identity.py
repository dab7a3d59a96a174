"""Whose papers these are, read back from the finished file.

Guarantees: every page of a packet bears the patient's name, date of birth, record number and its own page number, as
drawn and not as meant; and nothing else is drawn onto it but what belongs to this visit, whoever it may belong to; or
the packet is not given out. What is said of a failure names pages, never people.

What a visit may write is taken from the visit itself, by a way of its own: what writes onto the pages must not be the
only witness to what it wrote.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consentkit.errors import RenderingFailed
from consentkit.language import LanguagePack
from consentkit.packets.stamping import halves
from consentkit.packets.visit import Visit
from consentkit.pdf.pagetext import PageTexts


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
        found = reader.read(pdf)
    except (ValueError, KeyError) as error:
        raise RenderingFailed("the finished packet can't be read back") from error
    if len(found) != len(pages):
        raise RenderingFailed("the finished packet has another number of pages than was meant")
    for number, (texts, marks) in enumerate(zip(found, pages, strict=True), 1):
        drawn = {_folded(text) for text in texts if text not in marks.printed} - {""}
        if not all(_is_borne(text, drawn) for text in marks.required):
            raise RenderingFailed(f"page {number} of the packet does not bear this patient's particulars")
        known = {_folded(part) for text in (*marks.required, *marks.allowed) for part in (text, *(halves(text) or ()))}
        if drawn - known:
            raise RenderingFailed(f"page {number} of the packet bears something that does not belong to this visit")


def required_texts(visit: Visit, pack: LanguagePack, *, in_one_line: bool) -> list[str]:
    """What stands on every page: name, date of birth and record number; in one line on the pages of extra files."""
    name, born, record = visit.patient.name, pack.dates.write(visit.patient.born), visit.patient.record
    label = pack.label
    return (
        [" ".join((label.name, name, label.born, born, label.record, record))] if in_one_line else [name, born, record]
    )


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


def _is_borne(text: str, drawn: set[str]) -> bool:
    """Whether a page bears a text, on one line or on two."""
    pair = halves(text)
    return _folded(text) in drawn or (pair is not None and {_folded(half) for half in pair} <= drawn)


def _folded(text: str) -> str:
    """Letters and digits alone. Those of a script from right to left are drawn in another order, so they are sorted."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = [char for char in plain if char.isalnum() or unicodedata.combining(char)]
    if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in letters):
        letters.sort()
    return "".join(letters)
