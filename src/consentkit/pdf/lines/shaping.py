"""Lines of text become the operators that draw them, with the fonts that these need.

Guarantees: a line looks as the page engine would draw it, and every letter of it means what was typed; what that can't
be said of is not drawn here, and is left to the page engine. No line stays in memory but those
in heavy type, in an object that the caller holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TypeAlias

from consentkit.pdf.line_box import BASELINE, LINE_SIZE
from consentkit.pdf.lines.common import common_face, common_font, common_glyphs
from consentkit.pdf.lines.embedding import resources_of
from consentkit.pdf.lines.faces import BOLD, REGULAR, LineFace, ShapedGlyph
from consentkit.pdf.lines.pair_table import COMMON_FONT, ShapedLine
from consentkit.pdf.lines.pairs import set_line
from consentkit.pdf.lines.runs import FontRun, runs_of
from consentkit.pdf.link.order import CommonResources, DrawingResources
from consentkit.recent import Recent

_LineGlyphs: TypeAlias = Sequence[tuple[FontRun, Sequence[ShapedGlyph] | None]]
"""The runs of a line with their glyphs."""

_MOST_PAGE_COUNTS = 64
"""For how many numbers of pages it is kept how these are drawn."""
_MOST_LINES = 256
"""Lines of which it is kept how they are shaped, until as many others have been."""


class ShapedBefore:
    """The lines in heavy type that were shaped before: the numbers of pages, which are on many packets."""

    def __init__(self) -> None:
        self._glyphs: Recent[tuple[str, int], _LineGlyphs | None] = Recent(_MOST_LINES)
        self._common: Recent[tuple[str, ...], CommonLines] = Recent(_MOST_PAGE_COUNTS)

    def glyphs(self, line: str, weight: int) -> _LineGlyphs | None:
        """The glyphs of a line, or None where they are not certain."""
        return self._glyphs.get((line, weight), lambda: _glyphs_of(line, weight))

    def common(self, bold: tuple[str, ...]) -> CommonLines:
        """What the packets have in common that have these lines in heavy type: the same object each time."""
        return self._common.get(bold, lambda: CommonLines(bold, self))


class CommonLines:
    """Lines in heavy type, and the font of most others: the same in all packets with these lines."""

    def __init__(self, bold: Sequence[str], before: ShapedBefore) -> None:
        shaped = ShapedLines(bold, bold, before)
        self.bold = shaped.lines
        """Those that could be shaped, by what they say."""
        self.resources = CommonResources([common_font(), *([shaped.resources()] if self.bold else [])])
        """What most lines need, and what those in heavy type do."""


class ShapedLines:
    """Lines that are drawn with the same fonts."""

    def __init__(self, lines: Iterable[str], bold: Container[str] = (), before: ShapedBefore | None = None) -> None:
        """Shape lines, those of `bold` in heavy type. `before` has some of these."""
        self._before = before or ShapedBefore()
        self._names: dict[LineFace, str] = {}
        self._meanings: dict[LineFace, dict[int, str]] = {}
        shaped = ((line, self._shaped(line, BOLD if line in bold else REGULAR)) for line in lines)
        self.lines: dict[str, ShapedLine] = {line: done for line, done in shaped if done}
        """Every line that could be shaped."""

    def resources(self) -> DrawingResources:
        """What their operators need."""
        return resources_of({name: (face, self._meanings[face]) for face, name in self._names.items()})

    def _shaped(self, line: str, weight: int) -> ShapedLine | None:
        shaped = self._before.glyphs(line, weight) if weight == BOLD else _glyphs_of(line, weight)
        if shaped is None:
            return None
        meant: dict[LineFace, dict[int, str]] = {}
        known = [(run, glyphs) for run, glyphs in shaped if glyphs and self._mean_what_they_show(run, glyphs, meant)]
        if len(known) < len(shaped):
            return None
        for face, meanings in meant.items():
            self._meanings.setdefault(face, {}).update(meanings)
        operators: list[bytes] = []
        for run, glyphs in known:
            name = self._names.setdefault(run.face, f"F{len(self._names) + 1}")
            operators += [*_in_font(name), *_showing(run.face, glyphs)]
        return _line(operators, [glyph for _, glyphs in known for glyph in glyphs])

    def _mean_what_they_show(
        self, run: FontRun, glyphs: Sequence[ShapedGlyph], meant: dict[LineFace, dict[int, str]]
    ) -> bool:
        """Whether glyphs have the meaning that they have elsewhere, and together that of their text.

        What they mean is added to what those of the runs before them, on the same line, have meant.
        """
        known, in_line = self._meanings.get(run.face, {}), meant.setdefault(run.face, {})
        for glyph in glyphs:
            elsewhere = known.get(glyph.number, glyph.meaning)
            if elsewhere != glyph.meaning or in_line.setdefault(glyph.number, elsewhere) != glyph.meaning:
                return False
        in_order = reversed(glyphs) if run.is_turned else glyphs
        return _plain("".join(glyph.meaning for glyph in in_order)) == _plain(run.text)


def shaped_common_line(line: str) -> ShapedLine | None:
    """A line that needs no font but the one that all packets have; None for any other one."""
    if done := set_line(line):
        return done
    glyphs = common_glyphs(line)
    return _line([*_in_font(COMMON_FONT), *_showing(common_face(), glyphs)], glyphs) if glyphs else None


def _glyphs_of(line: str, weight: int) -> _LineGlyphs | None:
    runs = runs_of(line, weight)
    if runs is None:
        return None
    return [(run, run.face.shape(run.text, run.script, is_turned=run.is_turned)) for run in runs]


def _in_font(name: str) -> Iterator[bytes]:
    yield b"/%b %g Tf" % (name.encode(), LINE_SIZE)


def _line(operators: Iterable[bytes], glyphs: Iterable[ShapedGlyph]) -> ShapedLine:
    content = b"\n".join([b"BT", b"0 %g Td" % BASELINE, *operators, b"ET"])
    return ShapedLine(content, sum(glyph.advance for glyph in glyphs) * LINE_SIZE / 1000)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _showing(face: LineFace, glyphs: Sequence[ShapedGlyph]) -> Iterator[bytes]:
    """The operators that show glyphs (ISO 32000-1, 9.4.3): each where HarfBuzz placed it, from the left."""
    pieces: list[bytes] = []
    back = 0
    for glyph in glyphs:
        if glyph.up:
            yield from _shown(pieces)
            yield b"%g Ts" % (glyph.up * LINE_SIZE / 1000)
            pieces = []
        if before := back - glyph.across:
            pieces.append(b"%d" % before)
        pieces.append(b"<%04x>" % glyph.number)
        if glyph.up:
            yield from _shown(pieces)
            yield b"0 Ts"
            pieces = []
        back = face.width(glyph.number) + glyph.across - glyph.advance
    if back:
        pieces.append(b"%d" % back)
    yield from _shown(pieces)


def _shown(pieces: Sequence[bytes]) -> Iterator[bytes]:
    if pieces:
        yield b"[%b] TJ" % b"".join(pieces).replace(b"><", b"")
