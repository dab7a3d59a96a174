"""Whose papers these are, read back from the finished file.

Guarantees: every page of a packet bears the patient's name, date of birth, record number and its own page number, drawn
so that they can be seen; each page draws what its part draws, unchanged; nothing else is drawn onto it, read out in the
place of what is drawn, or filled into its form fields, but what belongs to this visit; and no string of the whole file,
be it a title, a bookmark, a label, an alternative text or metadata, says anything but what the parts say, what the
papers are called and what belongs to the visits. Otherwise the packet is not given out. What is said of a failure names
pages, never people. A packet is spared this only where it is the same as one that was read like this, byte by byte, but
for the texts and drawings of its visit, and where these are judged by the same rules (`reading_plan`).

What is not checked: which slot of a page holds which of the visit's texts, so two names of one visit that change places
are not seen; what the code for filing says; and what lies below a text on the page of its part, which counts as white.
Which three particulars belong on a page, and how a language writes a day, is said in one place for whoever writes and
for the check: a fault there is in both. What else a visit may write (`own_texts`) is stated here again. Words in
letters from right to left are compared by their letters, not by the order of these.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from consentkit.errors import RenderingFailed
from consentkit.model.visit import Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.compared_texts import ComparedTexts, DrawnText, OwnTexts, fault_of_page
from consentkit.packets.drawn import PageReader
from consentkit.packets.in_common import NotInCommonError
from consentkit.packets.printed import (
    OF_PAGE,
    PrintedPage,
    annotation_of,
    metadata_texts,
    new_strings,
    values_in,
)
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.same_pages import SamePage, SamePages
from consentkit.packets.slots import identifiers, labelled
from consentkit.packets.wording import AS_TYPED, VisitWording, every_way
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.syntax import Value, decoded_text, string_bytes, string_text


class PageMarks(NamedTuple):
    """What must be on one page of a finished packet."""

    required: Sequence[str]
    """What must be drawn on it and on the others of its paper: the particulars of its patient."""
    allowed: Collection[str]
    """What else of the visit may be drawn on these."""
    printed: PrintedPage
    """The page as it was before anything of a visit came to it."""
    called: str = ""
    """What is said behind the label of each of its form fields."""
    numbers: Sequence[str] = ()
    """What must be drawn on it alone: its number, and what its paper alone says there."""


class FileMarks(NamedTuple):
    """What a finished file may say beside its visits' particulars."""

    title: str
    texts: frozenset[str]
    """What its papers, fields and the file itself are called, and its languages."""
    said: frozenset[bytes]
    """Every string of its parts, as `PrintedPart` has them."""


def require_identity(
    pdf: bytes, pages: Sequence[PageMarks], marks: FileMarks, before: ReadBefore | None = None
) -> None:
    """Raise RenderingFailed unless each page bears what is required of it, and nothing else is drawn or said.

    What is the same as in packets that were read before is compared byte by byte, and not read again.
    """
    before = before or ReadBefore(0)
    try:
        file = read_file(pdf, before.beginnings)
        _require_all(file, pages, marks, before)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, zlib.error) as error:
        raise RenderingFailed("the finished packet can't be read back") from error


def _require_all(file: PdfFile, pages: Sequence[PageMarks], marks: FileMarks, before: ReadBefore) -> None:
    _require_plain(file)
    same = before.same_pages(file)
    every, same_catalog = _pages_of(file, same)
    if len(every) != len(pages):
        raise RenderingFailed("the finished packet has an unexpected number of pages")
    reader, texts = PageReader(file, before), ComparedTexts()
    pages_drawn: list[list[DrawnText] | None] = []
    filled: list[list[str]] = []
    for number, (page, mark) in enumerate(zip(every, pages, strict=True), 1):
        known = same_catalog.page(number - 1, mark.printed, mark.called) if same_catalog else None
        annotations = file.array(page.get("Annots"))
        others = [one for one in annotations if known is None or not known.has(one)]
        values = [value for widget in others for value in values_in(file, widget)]
        drawn = reader.read_stamps(known, others) if known else None
        if drawn is None:
            _require_no_others(page.keys() - OF_PAGE)
            drawn = reader.read(page, mark.printed)
        _require_page(number, drawn, values, mark, texts)
        if annotations or mark.printed.annotations:
            _require_annotations(number, file, annotations, known, values, mark)
        pages_drawn.append(drawn)
        filled.append(values)
    _require_known_strings(file, pages_drawn, filled, marks, same)


def _pages_of(file: PdfFile, same: SamePages | None) -> tuple[list[dict[str, Value]], SamePages | None]:
    """Every page, in order, and what they have in common with others, if the catalogue that leads to them is theirs."""
    try:
        references = same.pages_of(file.trailer["Root"]) if same else list(file.page_references())
    except NotInCommonError:
        references, same = list(file.page_references()), None
    return [file.dictionary(page) for page in references], same


_OF_FILE = {"Type", "Pages", "Metadata", "MarkInfo", "StructTreeRoot", "Lang", "Outlines", "PageLabels", "AcroForm"} | {
    "OutputIntents",
    "ViewerPreferences",
}
_OF_FORM = {"Fields", "DR", "DA", "SigFlags"}


def _require_plain(file: PdfFile) -> None:
    """Raise RenderingFailed where a viewer would do more with the file than to show it."""
    form = file.dictionary(file.catalog.get("AcroForm"))
    _require_no_others([*file.catalog.keys() - _OF_FILE, *form.keys() - _OF_FORM])


def _require_no_others(unknown: Collection[str]) -> None:
    if unknown:
        raise RenderingFailed(f"the packet has an entry that no packet has: /{min(unknown)}")


def _require_page(
    number: int, read: Sequence[DrawnText] | None, values: Sequence[str], marks: PageMarks, texts: ComparedTexts
) -> None:
    """Raise RenderingFailed unless what was read of a page bears what it must, and nothing else."""
    if read is None:
        raise RenderingFailed(f"page {number} of the packet differs from the paper that it was made from")
    if fault := fault_of_page(read, values, OwnTexts(marks.required, marks.allowed), marks.numbers, texts):
        raise RenderingFailed(f"page {number} of the packet {fault}")


def _require_annotations(
    number: int,
    file: PdfFile,
    references: Sequence[Value],
    known: SamePage | None,
    values: Sequence[str],
    marks: PageMarks,
) -> None:
    """Raise RenderingFailed unless the links and fields of a page are those of its part, each called what it is."""
    annotations = [known.annotation(file, one) if known else annotation_of(file, one) for one in references]
    if values:  # what has been filled in can't be changed
        annotations = [item._replace(flags=item.flags & ~1) for item in annotations]
    if annotations != marks.printed.annotations_called(marks.called):
        raise RenderingFailed(f"page {number} of the packet has different links or form fields than its paper")


def _require_known_strings(
    file: PdfFile,
    drawn: Iterable[Sequence[DrawnText] | None],
    filled: Iterable[Sequence[str]],
    marks: FileMarks,
    same: SamePages | None,
) -> None:
    """Raise RenderingFailed where a string of the file is neither known nor read from its place on a page."""
    spoken = Counter(item.spoken for page in drawn for item in page or () if item.spoken is not None)
    values = {value for page in filled for value in page}
    strings = new_strings(file, marks.said)
    strings.update(same.strings(marks.said) if same else {})
    for (key, string), count in strings.items():
        text = string_text(string)
        if key in OF_FONTS or (key == b"ActualText" and count == spoken.get(text)):
            continue
        if text not in marks.texts and not (key in _VALUES and text in values):
            raise RenderingFailed(
                f"the packet contains something that belongs to none of its papers, as /{key.decode()}"
            )
    texts = metadata_texts(file)
    if any(text not in marks.texts and text.encode() not in marks.said for text in texts):
        raise RenderingFailed("the metadata of the packet contains something that does not belong there")
    if _title(file) != marks.title or marks.title not in texts:
        raise RenderingFailed("the packet has an unexpected title")


_VALUES = {b"V", b"DV"}
OF_FONTS = {b"FontFamily", b"Registry", b"Ordering"}
"""What is said of fonts, which nobody is shown."""


def _title(file: PdfFile) -> str:
    return decoded_text(string_bytes(file.get(file.dictionary(file.trailer.get("Info")).get("Title"))))


def required_texts(visit: Visit, pack: LanguagePack, *, with_labels: bool) -> tuple[str, str, str]:
    """What is on every page: name, date of birth and record number; with their labels where it has no slots."""
    return labelled(visit, pack) if with_labels else identifiers(visit, pack)


def own_texts(visit: Visit, pack: LanguagePack, wording: VisitWording = AS_TYPED) -> Iterator[str]:
    """Everything that a visit may write onto its papers, in the words of a language, whole and in pieces."""
    yield from (visit.patient.name, visit.patient.record, visit.visit)
    yield from (pack.dates.write(visit.patient.born), pack.dates.write(visit.date))
    if visit.time:
        yield pack.dates.write_time(visit.time)
    for professional in (visit.clinician, visit.trainee, visit.supervisor):
        if professional:
            yield professional.signed
    if representative := visit.representative:
        yield representative.name
        for way in every_way(wording.relationship, representative.relationship):
            yield from (way, f"({way})", f"{representative.name} ({way})")
    if interpreter := visit.interpreter:
        yield interpreter.name
        yield from (f"{interpreter.name},", interpreter.number or "")
        for way in every_way(wording.interpreted, interpreter.language) if interpreter.language else ():
            yield from (way, f"{way}; {interpreter.number}", f"{interpreter.name}, {way}")
    if visit.witness:
        yield visit.witness
