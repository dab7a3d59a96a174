"""The lines of a visit, drawn for its packet: shaped here where that is certain to be right, else by the page engine.

Guarantees: a line looks and reads the same whichever of the two draws it; what no font can print is refused, without a
word of it in the message; a packet holds the lines of a visit that are used in it and no others. The numbers of its
pages, and the font of most lines, are the same in all packets with as many pages, and lie at their beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from consentkit.errors import RenderingFailed
from consentkit.packets.line_fit import AS_IT_IS, LineFit, drawn_line
from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.line_box import BASELINE
from consentkit.pdf.lines.common_line import common_line
from consentkit.pdf.lines.shaping import ShapedBefore, ShapedLines
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.link.link import Linker, resources_of_page
from consentkit.pdf.link.order import DrawingResources, PlannedDrawing

_COMMON, _BOLD, _OWN, _ENGINE = range(4)
"""The resources that lines need: those of all packets, those of the numbers of pages, those of one packet, and those of
the page engine.
"""


class VisitLine(NamedTuple):
    """A line, with its width and baseline in points."""

    content: bytes
    width: float
    baseline: float
    sheet: int
    """Which of the resources of the lines it needs."""


class DrawnLine(NamedTuple):
    """A line that is drawn in a packet."""

    number: Ref
    """The number of its drawing."""
    line: str
    fit: LineFit
    resources: Ref
    is_common: bool
    """Whether it needs no font but that of all packets."""


class VisitLines:
    """The lines of a packet, by their texts."""

    def __init__(
        self,
        lines: Iterable[str],
        bold: Container[str] = (),
        before: ShapedBefore | None = None,
        *,
        texts: Iterable[str] = (),
        ways_to_break: Callable[[str], Sequence[tuple[str, ...]]] = lambda text: [(text,)],
    ) -> None:
        """Shape lines, those of `bold` in heavy type. Raises RenderingFailed where no font has a character.

        `texts` may be set in several ways, of which the first one is on one line. Where all of a text is in the font
        that all packets have, its other ways are shaped only when they are needed.
        """
        before = before or ShapedBefore()
        self._ways_to_break = ways_to_break
        self._lines: dict[str, VisitLine] = {}
        every, self._texts = dict.fromkeys(lines), dict.fromkeys(texts)  # in their order, on which the bytes depend
        for text in self._texts:
            line = text.strip()
            every[line] = None
            if line in bold or not self._is_common(line):
                every |= dict.fromkeys(line for way in ways_to_break(text)[1:] for line in way)
        common = before.common(tuple(line for line in every if line in bold))
        self._common = common.resources
        for line, done in common.bold.items():
            self._lines[line] = VisitLine(done.content, done.width, BASELINE, _BOLD)
        self._resources: dict[int, DrawingResources] = {}
        self._shape(line for line in every if line not in self._lines and line not in bold)
        if unshaped := [line for line in every if line not in self._lines]:
            self._have_drawn(unshaped, bold)
        self._linker: Linker | None = None
        self._shared: dict[int, Ref] = {}
        self._drawings: dict[tuple[str, LineFit], Ref] = {}

    def _is_common(self, line: str) -> bool:
        """Whether a line needs no font but that of all packets; it is shaped then."""
        if line not in self._lines and (done := common_line(line)):
            self._lines[line] = VisitLine(done.content, done.width, BASELINE, _COMMON)
        return line in self._lines and self._lines[line].sheet == _COMMON

    def _shape(self, lines: Iterable[str]) -> None:
        own = [line for line in lines if not self._is_common(line)]
        if not own:
            return
        shaped = ShapedLines(own)
        for line, done in shaped.lines.items():
            self._lines[line] = VisitLine(done.content, done.width, BASELINE, _OWN)
        if shaped.lines:
            self._resources[_OWN] = shaped.resources()

    def _have_drawn(self, lines: Sequence[str], bold: Container[str]) -> None:
        drawn = _drawn_by_engine(lines, bold)
        self._resources[_ENGINE] = _resources_of(drawn.pdf)
        for line, content, width, baseline in zip(lines, drawn.contents, drawn.widths, drawn.baselines, strict=True):
            self._lines[line] = VisitLine(content, width, baseline, _ENGINE)

    def __contains__(self, line: str) -> bool:
        return line in self._lines

    def __getitem__(self, line: str) -> VisitLine:
        return self._lines[line]

    def ways(self, text: str) -> Iterator[tuple[str, ...]]:
        """The ways to set a text, each with lines that are shaped: on one line, unless it is one of the texts."""
        yield (text.strip(),)
        for way in self._ways_to_break(text)[1:] if text in self._texts else ():
            if all(line in self._lines or self._is_common(line) for line in way):
                yield way

    def put_into(self, linker: Linker) -> None:
        """Draw into a packet from here on."""
        self._linker = linker
        self._shared = dict(zip((_COMMON, _BOLD), linker.share_in_common(self._common), strict=False))
        self._shared |= {sheet: linker.share(own) for sheet, own in self._resources.items()}
        self._drawings.clear()

    def drawing(self, line: str, fit: LineFit = AS_IT_IS) -> Ref:
        """The drawing of a line, which is added to the packet where it is used for the first time."""
        number = self._drawings.get((line, fit))
        if number is None:
            number = self._drawings[line, fit] = self._drawn(line, fit)
        return number

    def drawn(self) -> Iterator[DrawnLine]:
        """The lines that are drawn in the packet by themselves, in their order."""
        for (line, fit), number in self._drawings.items():
            known = self._lines[line]
            if known.sheet != _BOLD:
                yield DrawnLine(number, line, fit, self._shared[known.sheet], is_common=known.sheet == _COMMON)

    def _drawn(self, line: str, fit: LineFit) -> Ref:
        if self._linker is None:
            raise ValueError("the lines are in no packet yet")
        known = self._lines[line]
        content, box = drawn_line(known.content, known.width, fit)
        sheet = known.sheet
        if sheet == _BOLD:
            return self._linker.draw_in_common(PlannedDrawing(content, box, self._shared[sheet]))
        return self._linker.draw(content, box, self._shared[sheet])


def _resources_of(pdf: bytes) -> DrawingResources:
    return resources_of_page(compile_part(pdf))


def _drawn_by_engine(lines: Sequence[str], bold: Container[str]) -> Any:
    """Have the page engine draw lines. What it complains of may quote letters of a name, so it is not passed on."""
    from consentkit.documents.printing import load_engine  # which hardly any visit needs

    engine = load_engine()
    try:
        return engine.draw_lines(lines, bold)
    except RenderingFailed:
        raise RenderingFailed(
            "a name or another particular of this visit has letters that can't be printed; write it in Latin letters"
        ) from None
