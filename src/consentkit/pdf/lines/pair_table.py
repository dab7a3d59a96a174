"""How far the letters of the font that all packets have are from each other, once that is known of every pair.

Guarantees: a line is set as HarfBuzz sets it as a whole, letter by letter, since in this font a letter depends on its
neighbour alone; what `packed` gives is read again by `unpacked_pairs`, and bytes of another form are nothing. Little is
loaded, and no font.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from consentkit.pdf.line_box import BASELINE, LINE_SIZE

COMMON_FONT = "F1"
"""What drawings call the font."""
_FORM = b"pairs of letters 1\n"
_COMMON_LINE = b"BT\n0 %g Td\n/%b %g Tf\n" % (BASELINE, COMMON_FONT.encode(), LINE_SIZE) + b"[<%b>] TJ\nET"
"""What draws a line with the font."""
_NUMBER = struct.Struct("<h")
_MOST_BYTES = 4 * 1024 * 1024
"""Bytes of the distances between letters: far more than there are, with a few hundred of these."""


class ShapedLine(NamedTuple):
    """A line, ready to be drawn."""

    content: bytes
    """The operators that draw it, from the left edge, in a box that is LINE_HEIGHT high."""
    width: float
    """Its width in points."""


class SetLetter(NamedTuple):
    """A letter in front of a certain other one."""

    shown: bytes
    """Its glyph as in an array of glyphs, with the distance behind it (ISO 32000-1, 9.4.3)."""
    advance: int
    """How far the next one is, in thousandths of the size of the type."""


def set_letter(glyph: int, advance: int, back: int) -> SetLetter:
    """A letter behind which the next one is moved back by as many thousandths of the size of the type."""
    return SetLetter(b"%04x>%d<" % (glyph, back) if back else b"%04x" % glyph, advance)


def line_of(letters: Sequence[SetLetter]) -> ShapedLine:
    """The line of these letters."""
    shown = b"".join([letter for letter, _ in letters])
    return ShapedLine(_COMMON_LINE % shown, sum([advance for _, advance in letters]) * LINE_SIZE / 1000)


def is_plain(line: str) -> bool:
    """Whether a line has spaces between words alone, each by itself."""
    return bool(line) and "  " not in line and line[0] != " " != line[-1]


class PairTable:
    """The letters of the font, and how far each two of them are from each other."""

    def __init__(
        self, letters: str, in_script: Sequence[int], glyphs: Sequence[int], widths: Sequence[int], backs: bytes
    ) -> None:
        """`in_script` says of each letter whether it has a script, which the whole line has then.

        `backs` has for lines with and without a script, for each letter, how far each of them is moved back behind it,
        and what is behind the last of a line; two bytes for each, in thousandths of the size of the type. Raises
        ValueError where something is missing.
        """
        count = len(letters)
        if not len(set(letters)) == len(in_script) == len(glyphs) == len(widths) == count:
            raise ValueError("a letter lacks something")
        if len(backs) != 2 * count * (count + 1) * _NUMBER.size:
            raise ValueError("there are not as many pairs as there should be")
        self._letters, self._backs = letters, backs
        self._in_script = frozenset(letter for letter, has in zip(letters, in_script, strict=True) if has)
        self._places = {letter: place for place, letter in enumerate(letters)}
        self._glyphs, self._widths = tuple(glyphs), tuple(widths)
        self._rows: dict[bool, dict[str, dict[str, SetLetter]]] = {
            has: {letter: {} for letter in letters} for has in (True, False)
        }
        """What was needed so far: for lines with a script and without, for each letter, what it is before others."""

    def packed(self) -> bytes:
        """All of it, as bytes that can be kept. Raises ValueError where there is a number that is too large."""
        tables = TableWriter(_FORM)
        tables.strings([self._letters.encode(), zlib.compress(self._backs)])
        tables.numbers(letter in self._in_script for letter in self._letters)
        tables.numbers(self._glyphs)
        tables.numbers(self._widths)
        return tables.data

    def set(self, line: str) -> ShapedLine | None:
        """Set a line. None for one with another letter, and for one that is not plain."""
        if not is_plain(line):
            return None
        rows = self._rows[not self._in_script.isdisjoint(line)]
        try:
            letters = [rows[letter].get(behind) or self._add(rows, letter, behind) for letter, behind in pairwise(line)]
            letters.append(rows[line[-1]].get("") or self._add(rows, line[-1], ""))
        except KeyError:
            return None
        return line_of(letters)

    def _add(self, rows: dict[str, dict[str, SetLetter]], letter: str, behind: str) -> SetLetter:
        """Note what a letter is in front of another one, or at the end of a line. Raises KeyError for other letters."""
        count, place = len(self._letters), self._places[letter]
        row = (rows is self._rows[False]) * count + place
        column = self._places[behind] if behind else count
        (back,) = _NUMBER.unpack_from(self._backs, (row * (count + 1) + column) * _NUMBER.size)
        rows[letter][behind] = done = set_letter(self._glyphs[place], self._widths[place] - back, back)
        return done


def packed_backs(backs: Sequence[int]) -> bytes:
    """Numbers as a table has them. Raises ValueError where one is too large."""
    try:
        return struct.pack(f"<{len(backs)}h", *backs)
    except struct.error as error:
        raise ValueError("two letters are too far apart") from error


def unpacked_pairs(data: bytes | None) -> PairTable | None:
    """Read what `PairTable.packed` wrote; None for anything else."""
    try:
        tables = TableReader(_FORM, data or b"")
        letters, packed = tables.strings()
        in_script, glyphs, widths = tables.numbers(), tables.numbers(), tables.numbers()
        tables.end()
        inflating = zlib.decompressobj()
        backs = inflating.decompress(packed, _MOST_BYTES)
        return PairTable(letters.decode(), in_script, glyphs, widths, backs) if inflating.eof else None
    except (ValueError, zlib.error):
        return None
