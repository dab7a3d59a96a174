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

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from consentkit.errors import RenderingFailed
from consentkit.model.visit import Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.drawn import DrawnText, PageReader
from consentkit.packets.in_common import NotInCommonError
from consentkit.packets.lettering import ways_to_break
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
from consentkit.pdf.read.content_text import UNKNOWN


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
        require_page(number, drawn, values, mark, texts)
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


class ComparedTexts:
    """Texts as they are compared, each of them worked out once."""

    def __init__(self) -> None:
        self.fold = cache(_folded)
        self._lines = cache(_lines_of)
        self._known: dict[tuple[int, int], frozenset[str]] = {}

    def known(self, page: PageMarks) -> frozenset[str]:
        """Every line of what may be drawn on a page and on others of its paper."""
        key = id(page.required), id(page.allowed)  # the marks of all pages stay until the file is read
        if key not in self._known:
            self._known[key] = self.lines([*page.required, *page.allowed])
        return self._known[key]

    def lines(self, texts: Iterable[str]) -> frozenset[str]:
        """Every line that these texts may be set on."""
        return frozenset().union(*map(self._lines, texts))


def _lines_of(text: str) -> frozenset[str]:
    """Every line that a text may be set on."""
    return frozenset(line for way in ways_to_break(text) for line in way)


def require_page(
    number: int, read: Sequence[DrawnText] | None, values: Sequence[str], marks: PageMarks, texts: ComparedTexts
) -> None:
    """Raise RenderingFailed unless what was read of a page bears what it must, and nothing else."""
    if read is None:
        raise RenderingFailed(f"page {number} of the packet differs from the paper that it was made from")
    drawn = {item.text for item in read}
    required = [*marks.required, *marks.numbers]
    if not all(text in drawn or _is_borne(text, drawn, texts.fold) for text in required):
        raise RenderingFailed(f"page {number} of the packet does not bear this patient's particulars")
    known = texts.known(marks)
    strange = set(map(texts.fold, drawn.difference(known, marks.numbers))) - {_NOTHING}
    is_strange = bool(strange) and not strange.issubset(map(texts.fold, known | texts.lines(marks.numbers)))
    if is_strange or not {*required, *marks.allowed}.issuperset(values):
        raise RenderingFailed(f"page {number} of the packet contains something that does not belong to this visit")
    for item in read:
        if item.spoken is not None and not is_read_out(item.text, item.spoken, known, texts.fold):
            raise RenderingFailed(f"page {number} of the packet is read aloud differently than it is drawn")


def is_read_out(text: str, said: str, known: Collection[str], fold: Callable[[str], Runs]) -> bool:
    """Whether what is said for a text is what it shows, in the order in which it is written."""
    if text in known and said.strip() == text:
        return True
    return fold(said) == fold(text) and _words(said) in set(map(_words, known))


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


def _is_borne(text: str, drawn: Collection[str], fold: Callable[[str], Runs]) -> bool:
    """Whether a page bears a text, on one line or on several."""
    if text.strip() in drawn:
        return True
    ways = [set(lines) for lines in ways_to_break(text)]
    folded = set(map(fold, drawn))
    return any(set(map(fold, lines)) <= folded for lines in ways)


class Runs(NamedTuple):
    """A text as far as its glyphs show it: without capitals, and without spaces and marks between the words."""

    is_mixed: bool
    """Whether something in it runs from right to left: its runs are drawn in another order then, and sorted here."""
    runs: tuple[str, ...]


_NOTHING = Runs(False, ())
_KEPT = "-./"
"""What distinguishes record numbers: 1-23 is not 12-3."""
_RIGHT_TO_LEFT = {"R", "AL"}
"""The classes of letters that are drawn from right to left (Unicode Standard Annex 9, table 4)."""
_TURNING = {*_RIGHT_TO_LEFT, "AN"}
"""Classes of characters that change the order in which others are drawn: Arabic digits, too."""


def _folded(text: str) -> Runs:
    """A text in whole runs of letters and digits, in their order; sorted where some of it runs from right to left.

    A run of digits or Latin letters is drawn in its own order in any case, and is never taken apart. Marks between runs
    change places with these where the text is mixed, so they are runs of their own there.
    """
    shown = _shown(text)
    if not any(unicodedata.bidirectional(char) in _TURNING for char in shown):
        return Runs(False, tuple(shown.split()))
    words = re.sub(rf"([{re.escape(_KEPT)}])", r" \1 ", shown).split()
    return Runs(True, tuple(sorted(run for word in words for run in _separated(word))))


def _words(text: str) -> tuple[str, ...]:
    """The words of a text in the order in which it is written, whichever way it runs."""
    return tuple(_shown(text).split())


def _shown(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_simplified(char) for char in plain)


def _simplified(char: str) -> str:
    """A character as far as it counts: letters, digits, what distinguishes record numbers; no format characters.

    One glyph serves for several kinds of hyphen, so a font says of it whichever it likes. What can't be known or
    can't be seen counts as a letter that no text of a visit has.
    """
    if char == UNKNOWN:
        return char
    category = unicodedata.category(char)
    if category in {"Pd", "Cf"}:
        return "-" if category == "Pd" else ""
    return char if char.isalnum() or category.startswith("M") or char in _KEPT else " "


def _separated(word: str) -> Iterator[str]:
    """The runs of a word that is mixed, each in one direction. Letters from right to left are read backwards."""
    for is_turned, run in groupby(word, key=_is_turned):
        letters = list(run)
        yield "".join(sorted(letters) if is_turned else letters)


def _is_turned(char: str) -> bool:
    """Whether a character goes with letters from right to left; so do their vowel signs."""
    return unicodedata.bidirectional(char) in {*_RIGHT_TO_LEFT, "NSM"}
