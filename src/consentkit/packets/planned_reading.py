"""Makes a plan of reading from a packet that was read completely.

Guarantees: a plan is made only where all that the packet says, draws and is filled with beyond its beginning is what a
visit writes, each in its place; where anything else is there, none is made, and such packets are read completely.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

from consentkit.packets.placed_drawings import PlacedDrawing, placed_in_field
from consentkit.packets.plain_drawings import LEAST_SIZE, StampDrawing, box_of
from consentkit.packets.printed import appearances_in, new_strings, stream_digest
from consentkit.packets.read_back import OF_FONTS, FileMarks, PageMarks
from consentkit.packets.reading_plan import DrawingPlan, PageKind, ReadingPlan, Spoken
from consentkit.packets.room_for_drawings import EVERYWHERE, PlacedBox, Room, rooms_of
from consentkit.packets.same_pages import SamePage, SamePages
from consentkit.packets.stamps import StampReader, moved_box
from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.known_ends import KnownEnd, OwnObjects
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value, string_text
from consentkit.pdf.read.visible import VisibleContent
from consentkit.recent import Recent

_HIGHEST = 4
"""Levels of fields: widget, field, paper and visit."""


@dataclass
class KnownPlan:
    """How packets of some papers are read back, once it is known."""

    key: Hashable
    """Of which papers."""
    plan: ReadingPlan | None = None
    tries: int = 0
    """How often it was tried to learn that."""


class PagePlace(NamedTuple):
    """Where a page comes from, and what numbers it must bear."""

    whose: int
    """Which texts of the visit may be on it."""
    paper: int
    page: int
    same: tuple[str, ...]
    """What it bears in every packet with these papers."""
    numbers: tuple[str, ...]
    """What else it bears, as do others: the number of the packet."""


class PacketRead(NamedTuple):
    """A packet that was read completely, and was right."""

    pdf: bytes
    file: PdfFile
    same: SamePages
    pages: Sequence[PageMarks]
    places: Sequence[PagePlace]
    marks: FileMarks
    packet: str
    """Its number."""


class _NoPlanError(ValueError):
    """Something in a packet can't be planned."""


def plan_of(read: PacketRead) -> ReadingPlan | None:
    """How others like this one are read; None where it is not certain that they can be."""
    try:
        return _PlanLearner(read).plan()
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, zlib.error):
        return None


class _PlanLearner:
    def __init__(self, read: PacketRead) -> None:
        beginning = read.file.beginning
        if beginning is None:
            raise _NoPlanError
        self._read, self._file, self._beginning = read, read.file, beginning.objects
        self._end = KnownEnd.of(read.pdf, beginning)
        own = self._end.read(read.pdf)
        if own is None:
            raise _NoPlanError
        self._own: OwnObjects = own
        content = VisibleContent(read.file, LEAST_SIZE, whole_drawings=True)
        self._stamps = StampReader(read.file, content, LEAST_SIZE, Recent(0))
        self._metadata = read.file.catalog["Metadata"]
        self._of_metadata = [number for number in own.streams if number == self._metadata]
        self._drawings: dict[int, SamePage] = {}
        """A page that may draw each drawing."""

    def plan(self) -> ReadingPlan:
        read, own = self._read, self._own
        self._require_known_strings()
        every = read.same.pages_of(self._file.trailer["Root"])
        kinds: dict[tuple[object, ...], PageKind] = {}
        spoken: list[Spoken] = []
        values: list[tuple[int, int]] = []
        sheets: dict[tuple[object, ...], tuple[Box, list[PlacedBox]]] = {}
        for number, (mark, place) in enumerate(zip(read.pages, read.places, strict=True)):
            page = read.same.page(number, mark.printed, mark.called)
            if page is None or page.lines is None:
                raise _NoPlanError
            annotations = self._file.array(self._file.dictionary(every[number]).get("Annots"))
            fields = [one for one in annotations if not page.has(one)]
            placed = [*page.lines.placed, *page.own_drawings]
            in_fields = [shown for one in fields for shown in self._in_field(page, one)]
            sheet = tuple(placed), tuple(in_fields), page.lines.area
            if sheet not in sheets:
                boxes = [self._box(page, one, None) for one in placed]
                sheets[sheet] = page.lines.area, [*boxes, *(self._box(page, *one) for one in in_fields)]
            self._require_own_number(page, place)
            self._require_free(page, placed)
            drawn = {one.drawing for one in (*placed, *(one for one, _ in in_fields)) if self._has_own_text(page, one)}
            kind = place.whose, tuple(sorted(drawn)), place.numbers
            kinds.setdefault(kind, PageKind(place.whose, kind[1], place.paper, place.page))
            spoken += self._spoken(page, placed, place.whose)
            values += ((holder, place.whose) for one in fields for holder in self._values(one))
        self._require_each_once(spoken, values)
        (metadata,) = self._of_metadata
        entries, data = own.streams[metadata]
        pieces = data.split(read.packet.encode())
        if not _are_around_texts(pieces):
            raise _NoPlanError
        return ReadingPlan(
            self._end,
            list(self._plans(rooms_of(sheets.values()))),
            metadata,
            entries,
            pieces,
            tuple(kinds.values()),
            tuple(dict.fromkeys(spoken)),
            tuple(dict.fromkeys(values)),
        )

    # --- what is said ---

    def _require_known_strings(self) -> None:
        """Raise ValueError where a string is known that only this packet may say, but for those in its own texts."""
        read = self._read
        strings = {*new_strings(self._file, read.marks.said), *read.same.strings(read.marks.said)}
        own = set(self._own.texts.values())
        known = read.marks.texts - {read.packet}
        for key, string in strings:
            if key in OF_FONTS or (key in {b"ActualText", b"V"} and string in own):
                continue
            if key in {b"ActualText", b"V"} or string_text(string) not in known:
                raise _NoPlanError

    def _spoken(self, page: SamePage, placed: Sequence[PlacedDrawing], whose: int) -> Iterator[Spoken]:
        for one in placed:
            if one.sequence is None:
                continue
            element = page.owners[one.sequence]
            if not isinstance(element, Ref) or one.drawing not in self._own.streams:
                raise _NoPlanError
            yield Spoken(element, one.drawing, whose)

    def _values(self, widget: Value) -> Iterator[int]:
        """The objects that hold what a field is filled with. Raises ValueError where that is no text of the visit."""
        for _ in range(_HIGHEST):
            entries = self._file.dictionary(widget)
            if "V" in entries:
                if not isinstance(widget, Ref) or widget not in self._own.texts:
                    raise _NoPlanError
                yield widget
            widget = entries.get("Parent", b"null")

    def _require_each_once(self, spoken: Sequence[Spoken], values: Sequence[tuple[int, int]]) -> None:
        """Raise ValueError unless each text is read out once, or fills a field, and no other is there."""
        counts = Counter(one.element for one in spoken)
        of_fields = {holder for holder, _ in values}
        keys = {number: "ActualText" if number in counts else "V" for number in self._own.texts}
        is_whole = counts.keys() | of_fields == self._own.texts.keys() and not counts.keys() & of_fields
        if not is_whole or any(count > 1 for count in counts.values()):
            raise _NoPlanError
        if any(self._file.objects[number].entries.get(key) != self._own.texts[number] for number, key in keys.items()):
            raise _NoPlanError

    def _require_own_number(self, page: SamePage, place: PagePlace) -> None:
        """Raise ValueError unless what a page draws in every packet is what it must bear in each."""
        same = [self._drawing(page, one) for one in page.own_drawings]
        if {drawing.text for drawing in same if drawing.text is not None} != set(place.same):
            raise _NoPlanError

    # --- what is drawn ---

    def _require_free(self, page: SamePage, placed: Sequence[PlacedDrawing]) -> None:
        """Raise ValueError where a drawing without text is over a letter of its page."""
        for one in placed:
            drawing = self._drawing(page, one)
            if drawing.text is None and not page.is_free(moved_box(drawing.box, one.scale, one.left, one.bottom)):
                raise _NoPlanError

    def _drawing(self, page: SamePage, one: PlacedDrawing) -> StampDrawing:
        drawing = self._stamps.drawing(page, one.drawing)
        if drawing is None:
            raise _NoPlanError
        if one.drawing not in self._beginning:
            self._drawings[one.drawing] = page
        return drawing

    def _has_own_text(self, page: SamePage, one: PlacedDrawing) -> bool:
        return one.drawing not in self._beginning and self._drawing(page, one).text is not None

    def _box(self, page: SamePage, one: PlacedDrawing, window: Box | None) -> PlacedBox:
        drawing = self._drawing(page, one)
        box = moved_box(drawing.box, one.scale, one.left, one.bottom)
        is_fixed = one.drawing in self._beginning or drawing.text is None
        return PlacedBox(one.drawing, is_fixed, box, one.scale, one.left, one.bottom, window)

    def _in_field(self, page: SamePage, field: Value) -> Iterator[tuple[PlacedDrawing, Box]]:
        """What a field shows, where it is on the page, and through which window."""
        file, entries = self._file, self._file.dictionary(field)
        for look in appearances_in(file, entries):
            if stream_digest(file, look) in page.printed.appearances:
                continue
            item = file.objects[look]
            box, place = box_of(item.entries.get("BBox")), box_of(file.array(entries.get("Rect")))
            drawings = file.dictionary(file.dictionary(item.entries.get("Resources")).get("XObject"))
            placed = placed_in_field(inflated(item), drawings)
            if look not in self._beginning or box is None or place is None or placed is None:
                raise _NoPlanError
            left, bottom = place.left - box.left, place.bottom - box.bottom
            for one in placed:
                moved = one._replace(left=one.left + left, bottom=one.bottom + bottom)
                yield moved, moved_box(box, 1.0, left, bottom)

    def _plans(self, rooms: Mapping[int, Room]) -> Iterator[DrawingPlan]:
        """A plan for each stream of the packet, but for its metadata. Raises ValueError where it is not certain."""
        for number in self._own.streams.keys() - set(self._of_metadata):
            page = self._drawings.get(number)
            drawing = self._stamps.drawing(page, Ref(number)) if page else None
            if page is None or drawing is None or page.in_common is None:
                raise _NoPlanError
            resources = self._file.objects[number].entries.get("Resources")
            named = resources if isinstance(resources, Ref) else None
            fonts = page.in_common.fonts(named) if named is not None else {}
            room = rooms.get(number) or Room(drawing.box, EVERYWHERE, inf)
            plan = DrawingPlan(number, drawing.text is not None, named, fonts, room)
            if plan.read(self._own.streams[number]) is None:
                raise _NoPlanError
            yield plan


def _are_around_texts(pieces: Sequence[bytes]) -> bool:
    """Whether pieces of XML are what is before and behind whole texts."""
    return len(pieces) > 1 and all(one.endswith(b">") and other[:1] == b"<" for one, other in pairwise(pieces))
