"""What packets with the same papers have in common, read once.

Guarantees: what is kept here follows from the beginning of a file alone, and counts only for files that have the same
bytes there (`pdf.file.beginnings`). A page to which anything behind the beginning belongs, but for what is stamped onto
it, is not kept: it is read again in each file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consentkit.packets.in_common import InCommon, NotInCommonError
from consentkit.packets.placed_drawings import PlacedDrawing, placed_on_page
from consentkit.packets.printed import (
    OF_PAGE,
    PageAnnotation,
    PrintedPage,
    Strings,
    annotation_of,
    appearances_in,
    is_placed,
    new_strings,
    resources_digest,
    stream_digest,
    values_in,
)
from consentkit.pdf.file.beginnings import KnownBeginning
from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value, integer

_BEFORE = b"q"
"""What comes before the content of a page: the state of a viewer is saved, and that is all."""


@dataclass(frozen=True, eq=False)
class StampedLines:
    """Drawings that lie behind the beginning, in their places: one object for all pages onto which they are stamped."""

    placed: tuple[PlacedDrawing, ...]
    area: Box
    """That of the page."""


@dataclass(frozen=True)
class SamePage:
    """A page that is the one of its part, with links and fields, but for what the streams behind its own draw."""

    printed: PrintedPage
    called: str
    behind: tuple[Ref, ...]
    """The streams behind its own."""
    lines: StampedLines | None
    """What these draw that lies elsewhere, if where they draw it is the same in all files."""
    own_drawings: Sequence[PlacedDrawing]
    """What else they draw."""
    drawings: Mapping[str, Value]
    """What they may draw, by name."""
    owners: Sequence[Value]
    """For each marked sequence, the element that it belongs to."""
    annotations: Mapping[Ref, PageAnnotation] = field(default_factory=dict)
    """Its links and form fields, but for those of which a part lies behind the beginning: these may be filled in."""
    in_common: InCommon | None = None
    """Where its own drawings and fonts are."""
    free: dict[Box, bool] = field(default_factory=dict)
    """Whether none of its own letters lies in a place, for those that were looked at."""

    def has(self, annotation: Value) -> bool:
        """Whether an annotation is one of these."""
        return isinstance(annotation, Ref) and annotation in self.annotations

    def annotation(self, file: PdfFile, reference: Value) -> PageAnnotation:
        """A link or form field of the page in a file."""
        known = self.annotations.get(reference) if isinstance(reference, Ref) else None
        return annotation_of(file, reference) if known is None else known

    def is_free(self, place: Box) -> bool:
        """Whether none of its own letters lies in a place."""
        if place not in self.free:
            left, bottom, right, top = place
            inside = (left <= x <= right and bottom <= y <= top for x, y in self.printed.letters)
            self.free[place] = not any(inside)
        return self.free[place]


class SamePages:
    """What files with the same beginning have in common."""

    def __init__(self, beginning: KnownBeginning) -> None:
        self._beginning = beginning.objects
        self._in_common = InCommon(beginning)
        self._file = self._in_common.file
        self._root: Value = b"null"
        self._pages: list[Value] = []
        self._owners: dict[int, Value] = {}
        self._read: dict[int, SamePage | None] = {}
        self._digests: dict[int, bytes] = {}
        self._lines: dict[tuple[tuple[PlacedDrawing, ...], Box], StampedLines] = {}
        self._strings: tuple[frozenset[bytes], Strings] | None = None

    def pages_of(self, root: Value) -> Sequence[Value]:
        """The pages of a catalog. Raises NotInCommonError."""
        if self._root != root:
            file = PdfFile(self._file.objects, {"Root": root})
            tree = file.dictionary(file.dictionary(file.catalog.get("StructTreeRoot")).get("ParentTree"))
            items = file.array(tree.get("Nums"))
            owners = {integer(key): value for key, value in zip(items[::2], items[1::2], strict=True)}
            self._root, self._owners, self._pages = root, owners, list(file.page_references())
            self._read.clear()
        return self._pages

    def page(self, place: int, printed: PrintedPage, called: str) -> SamePage | None:
        """A page of that catalog, if it is the one of its part and none of that lies behind the beginning."""
        known = self._read.get(place)
        if known is None or known.printed is not printed or known.called != called:
            try:
                known = self._page(self._file.dictionary(self._pages[place]), printed, called)
            except NotInCommonError:
                known = None
            self._read[place] = known
        return known

    def strings(self, said: frozenset[bytes]) -> Strings:
        """The strings that its parts do not say."""
        if self._strings is None or self._strings[0] is not said:
            self._strings = said, new_strings(PdfFile(self._beginning, {}), said)
        return self._strings[1]

    def _page(self, page: Mapping[str, Value], printed: PrintedPage, called: str) -> SamePage | None:
        file = self._file
        streams = file.contents(page)
        before, own = streams[:1], streams[1 : 1 + len(printed.streams)]
        if [inflated(file.objects[one]) for one in before] != [_BEFORE]:
            return None
        if tuple(stream_digest(file, stream) for stream in own) != printed.streams:
            return None
        is_same = (
            resources_digest(file, page, printed.resources, self._digests) == printed.drawn_with
            and is_placed(file, page, printed)
            and not page.keys() - OF_PAGE
        )
        if not is_same:
            return None
        behind = tuple(streams[1 + len(own) :])
        drawings = file.dictionary(file.dictionary(page.get("Resources")).get("XObject"))
        return SamePage(
            printed,
            called,
            behind,
            *self._placed(behind, drawings, printed.box),
            drawings,
            file.array(self._owners.get(integer(page.get("StructParents"), -1))),
            dict(self._empty_annotations(page, printed)),
            self._in_common,
        )

    def _placed(
        self, behind: Sequence[Ref], drawings: Mapping[str, Value], area: Box | None
    ) -> tuple[StampedLines | None, Sequence[PlacedDrawing]]:
        """What the streams behind a page's own draw, if it is one that lies here: what lies elsewhere, and the rest."""
        is_here = len(behind) == 1 and behind[0] in self._beginning
        placed = placed_on_page(inflated(self._beginning[behind[0]]), drawings) if is_here else None
        if placed is None or area is None:
            return None, ()
        elsewhere = tuple(one for one in placed if one.drawing not in self._beginning)
        lines = self._lines.setdefault((elsewhere, area), StampedLines(elsewhere, area))
        return lines, [one for one in placed if one.drawing in self._beginning]

    def _empty_annotations(
        self, page: Mapping[str, Value], printed: PrintedPage
    ) -> Iterator[tuple[Ref, PageAnnotation]]:
        """Those annotations that lie here, have no value, and look as in the part."""
        file = self._file
        for reference in file.array(page.get("Annots")):
            try:
                annotation, values = annotation_of(file, reference), list(values_in(file, reference))
                looks = {stream_digest(file, one) for one in appearances_in(file, file.dictionary(reference))}
            except NotInCommonError:
                continue
            if isinstance(reference, Ref) and not values and looks <= printed.appearances:
                yield reference, annotation
