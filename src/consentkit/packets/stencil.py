"""A packet with gaps for what a visit says: what is written for the next visit with the same papers fills these in.

Guarantees: a file that is made from a stencil is byte for byte the one that `writing` makes without it, or there is
none; a stencil holds no text of any visit. It serves visits whose texts go where those of the first one went, each on
one line, in full size, in the font that all packets have. Little is loaded to fill one in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from consentkit.packets.code_drawing import BOX_OF_CODE, drawn_code
from consentkit.packets.line_fit import LineFit, LineRoom, drawn_line
from consentkit.pdf.file.syntax import Ref, text_string
from consentkit.pdf.file.writer import Beginning, FileWriter
from consentkit.pdf.lines.common_line import common_line
from consentkit.pdf.lines.pair_table import ShapedLine
from consentkit.pdf.link.own_objects import ENTRIES_OF_METADATA, entries_of_drawing, filled, put_drawing

_ENTRIES_OF_CODE = entries_of_drawing(BOX_OF_CODE, None)
_HELD = 3
"""How many times the bytes of its beginning a stencil takes, with where its objects are (measured)."""


class DrawnCode(NamedTuple):
    """A code that is drawn in a packet."""

    number: Ref
    """The number of its drawing."""
    page: int
    """Its page, counted from 1."""


class StencilLine(NamedTuple):
    """A line that is drawn in a packet."""

    number: Ref
    """The number of its drawing."""
    resources: Ref
    text: int
    """Which of the texts it is."""
    rooms: tuple[LineRoom, ...]
    """The kinds of room that it has."""


class FilledText(NamedTuple):
    """What gaps are filled in with."""

    text: int
    """Which of the texts it is."""
    is_spoken: bool
    """Whether it is read out behind its label, rather than the value of a field."""


class FilledGap(NamedTuple):
    """An object that is written for each visit."""

    number: Ref
    opening: bytes
    """All of it before the text."""
    said: int
    """Which of what is filled in it has."""


class Stencil(NamedTuple):
    """A packet with gaps."""

    beginning: Beginning
    numbers: int
    """How many numbers have been given away."""
    root: Ref
    info: Ref
    metadata: Ref
    metadata_pieces: tuple[bytes, bytes]
    """What is before the number of the packet, and what is behind it."""
    drawings: tuple[StencilLine | DrawnCode, ...]
    """What is drawn for each visit, in the order of the file."""
    gaps: tuple[FilledGap, ...]
    said: tuple[FilledText, ...]
    """What is filled in."""
    texts: int
    """How many texts a visit has."""
    drawn: tuple[int, ...]
    """The texts that are drawn."""
    varying: tuple[int, ...]
    """The texts that differ from visit to visit, drawn or not."""
    heavy: frozenset[str]
    """The lines in heavy type, which all visits with these papers have."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return _HELD * len(self.beginning.data)

    def fill(
        self,
        packet: str,
        identifier: str,
        payload: Callable[[int], str],
        texts: Sequence[str],
        unwritten: Iterable[str] = (),
    ) -> bytes | None:
        """The packet of a visit with the same papers, and texts of the same pattern. None where one goes elsewhere.

        `packet` is its number, and `identifier` that of its file; `payload` gives what the code of a page says.
        `unwritten` are pieces of its texts that need the same font.
        """
        if len(texts) != self.texts or not self.heavy.isdisjoint([texts[place] for place in self.varying]):
            return None
        lines = ((place, common_line(texts[place])) for place in self.drawn)
        shaped = {place: line for place, line in lines if line}
        if len(shaped) < len(self.drawn) or not all(map(common_line, unwritten)):
            return None
        file = FileWriter(io.BytesIO())
        file.count = self.numbers
        if not self._draw(file, payload, shaped):
            return None
        strings = [text_string(f" {texts[text]}" if is_spoken else texts[text]) for text, is_spoken in self.said]
        for gap in self.gaps:
            file.put(gap.number, filled(gap.opening, strings[gap.said]))
        file.put_data(self.metadata, ENTRIES_OF_METADATA, packet.encode().join(self.metadata_pieces), compress=False)
        end = file.end(self.root, self.info, identifier, self.beginning)
        return b"".join((self.beginning.data, end))

    def _draw(self, file: FileWriter, payload: Callable[[int], str], shaped: Mapping[int, ShapedLine]) -> bool:
        """Draw the lines and codes. Returns whether each is as large in all of its places, and drawn once."""
        before: set[tuple[int, LineFit]] = set()
        for one in self.drawings:
            if isinstance(one, StencilLine):
                line = shaped[one.text]
                fit, *others = {room.fit_of_one(line.width) for room in one.rooms}
                if fit is None or others or (one.text, fit) in before:
                    return False
                before.add((one.text, fit))
                put_drawing(file, one.number, *drawn_line(line.content, line.width, fit), one.resources)
            else:
                file.put_data(one.number, _ENTRIES_OF_CODE, drawn_code(payload(one.page)), compress=False)
        return True
