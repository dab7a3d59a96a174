"""Reads a content stream and keeps its graphics state: matrices, colours, pen, clips, font, and the current path.

Guarantees: each operator that changes the state does so as in a viewer (ISO 32000-1, 8.4 and 9.3); a colour that can't
be determined is None.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

from consentkit.pdf.file.geometry import IDENTITY, Area, Matrix, moved, product
from consentkit.pdf.file.operators import Operation
from consentkit.pdf.file.syntax import Value, number
from consentkit.pdf.read.colour import BLACK, Lightness, Shades, lightness, space_named
from consentkit.pdf.read.content_text import ContentReader, StreamReader
from consentkit.pdf.read.outlines import DrawnPath, Pen, rectangle

_KEEPING_DARK = {b"/normal", b"/compatible", b"/multiply", b"/darken"}
"""Blend modes in which black text stays black (ISO 32000-1, 11.3.5), in lowercase."""


class Pattern(NamedTuple):
    """What an area that is filled with a pattern looks like."""

    shades: Shades
    is_patchy: bool
    """Whether what is below may be visible unchanged in places."""


@dataclass
class GraphicsState:
    """The graphics state, as far as it determines what is visible (ISO 32000-1, 8.4)."""

    matrix: Matrix = IDENTITY
    clips: tuple[Area, ...] = ()
    fill: Lightness = BLACK
    stroke: Lightness = BLACK
    fill_pattern: Pattern | None = None
    fill_space: str | None = "grey"
    stroke_space: str | None = "grey"
    alpha: float = 1.0
    stroke_alpha: float = 1.0
    group: float = 1.0
    """The opacity of the enclosing groups."""
    is_hidden: bool = False
    is_masked: bool = False
    pen: Pen = field(default_factory=Pen)
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


class GraphicsReader(StreamReader):
    """Reads one content stream. Subclasses decide what is painted."""

    changes: ClassVar[dict[str, Any]] = {}
    """The methods that apply an operator with its operands."""

    def __init__(
        self,
        reader: ContentReader,
        resources: Mapping[str, Value],
        state: GraphicsState,
        number: int | None = None,
        depth: int = 0,
    ) -> None:
        super().__init__(reader, {}, resources, number, depth)
        self.state = state
        self._saved: list[GraphicsState] = []
        self._path = DrawnPath()
        self._text_matrix = self._line_matrix = IDENTITY

    @property
    def has_saved(self) -> bool:
        """Whether a state has been saved that can be restored."""
        return bool(self._saved)

    def _change_state(self, operator: str, operation: Operation) -> None:
        super()._change_state(operator, operation)
        change = self.changes.get(operator)
        if change is not None:
            change(self, *operation.operands)
        elif operator in _SPACES_OF_COLOUR:
            self._set_colour(operator, operation.operands)

    def _pattern(self, operands: list[Any]) -> Pattern:
        """What a pattern looks like."""
        raise NotImplementedError

    def _save(self, *_: Any) -> None:
        self._saved.append(copy.copy(self.state))

    def _restore(self, *_: Any) -> None:
        if self._saved:
            self.state = self._saved.pop()

    def _transform(self, *parts: float) -> None:
        a, b, c, d, e, f = parts
        self.state.matrix = product((a, b, c, d, e, f), self.state.matrix)

    def _use_state(self, name: str) -> None:
        """Apply a named graphics state."""
        file, state = self._file, self.state
        entries = file.dictionary(file.dictionary(self._resources.get("ExtGState")).get(name[1:]))
        state.alpha = number(file.get(entries["ca"])) if "ca" in entries else state.alpha
        state.stroke_alpha = number(file.get(entries["CA"])) if "CA" in entries else state.stroke_alpha
        mask, blending = file.get(entries.get("SMask")), file.get(entries.get("BM"))
        modes = blending if isinstance(blending, list) else [blending]
        keep_dark = all(isinstance(mode, bytes) and mode.lower() in _KEEPING_DARK for mode in modes)
        state.is_masked |= isinstance(mask, dict)
        state.is_hidden |= "BM" in entries and not keep_dark
        pen = {"LW": "width", "LC": "has_caps", "LJ": "has_points", "ML": "miter"}
        given = {field: number(file.get(entries[name])) for name, field in pen.items() if name in entries}
        self._set_pen(**given)
        font = file.array(entries.get("Font"))
        if font:
            self.font, state.size = self._reader.make_font(font[0]), number(font[1])

    def _set_colour(self, operator: str, operands: list[Any]) -> None:
        """Set a colour, or the colour space of the colours that follow."""
        state, of_strokes = self.state, operator.isupper()
        space = _SPACES_OF_COLOUR[operator]
        if operator in ("cs", "CS"):
            space = space_named(self._file, self._resources, str(operands[0]))
            colour = lightness(space, {"cmyk": (0.0, 0.0, 0.0, 1.0), "grey": (0.0,)}.get(space or "", (0.0, 0.0, 0.0)))
        else:
            space = space or (state.stroke_space if of_strokes else state.fill_space)
            is_plain = all(isinstance(part, int | float) for part in operands)
            colour = lightness(space, tuple(operands)) if is_plain else None
            if not of_strokes:
                state.fill_pattern = None if is_plain else self._pattern(operands)
        if of_strokes:
            state.stroke, state.stroke_space = colour, space
        else:
            state.fill, state.fill_space = colour, space

    def _set_pen(self, **changes: float) -> None:
        """Change how lines are drawn. Every style of line ends but 0 has caps; only style 0 of joins is pointed."""
        if "has_caps" in changes:
            changes["has_caps"] = changes["has_caps"] != 0
        if "has_points" in changes:
            changes["has_points"] = changes["has_points"] == 0
        self.state.pen = replace(self.state.pen, **changes)  # type: ignore[arg-type]

    def _set_width(self, width: float) -> None:
        self._set_pen(width=abs(width))

    def _set_caps(self, style: float) -> None:
        self._set_pen(has_caps=style)

    def _set_joins(self, style: float) -> None:
        self._set_pen(has_points=style)

    def _set_miter(self, limit: float) -> None:
        self._set_pen(miter=limit)

    def _set_size(self, _: str, size: float) -> None:
        self.state.size = size

    def _set_spacing(self, spacing: float) -> None:
        self.state.spacing = spacing

    def _set_word_spacing(self, spacing: float) -> None:
        self.state.word_spacing = spacing

    def _set_stretch(self, percent: float) -> None:
        self.state.stretch = percent / 100

    def _set_leading(self, leading: float) -> None:
        self.state.leading = leading

    def _set_rise(self, rise: float) -> None:
        self.state.rise = rise

    def _set_mode(self, mode: float) -> None:
        self.state.mode = int(mode)

    # --- where text goes ---

    def _begin_text(self) -> None:
        self._text_matrix = self._line_matrix = IDENTITY

    def _set_text_matrix(self, *parts: float) -> None:
        a, b, c, d, e, f = parts
        self._text_matrix = self._line_matrix = (a, b, c, d, e, f)

    def _next_line(self, x: float, y: float) -> None:
        self._text_matrix = self._line_matrix = product((1, 0, 0, 1, x, y), self._line_matrix)

    def _next_line_with_leading(self, x: float, y: float) -> None:
        self.state.leading = -y
        self._next_line(x, y)

    def _next_line_by_leading(self, *_: Any) -> None:
        self._next_line(0, -self.state.leading)

    def _next_line_with_spacing(self, word: float, spacing: float, _: Any) -> None:
        self.state.word_spacing, self.state.spacing = word, spacing
        self._next_line_by_leading()

    # --- paths ---

    def _start_outline(self, x: float, y: float) -> None:
        self._path.start(moved(self.state.matrix, x, y))

    def _line(self, x: float, y: float) -> None:
        self._path.line(moved(self.state.matrix, x, y))

    def _curve(self, *parts: float) -> None:
        first, second, end = (moved(self.state.matrix, *parts[place : place + 2]) for place in (0, 2, 4))
        self._path.curve(first, second, end)

    def _curve_from_here(self, *parts: float) -> None:
        second, end = (moved(self.state.matrix, *parts[place : place + 2]) for place in (0, 2))
        if self._path.outlines:
            self._path.curve(self._path.outlines[-1][-1], second, end)

    def _curve_to_there(self, *parts: float) -> None:
        self._curve(*parts, *parts[2:])

    def _close(self, *_: Any) -> None:
        self._path.close()

    def _add_rectangle(self, x: float, y: float, width: float, height: float) -> None:
        self._path.outlines.append(rectangle(self.state.matrix, x, y, x + width, y + height))

    def _clip(self) -> None:
        self._path.clips_even_odd = False

    def _clip_even_odd(self) -> None:
        self._path.clips_even_odd = True

    def _end_path(self) -> None:
        path, self._path = self._path, DrawnPath()
        if path.clips_even_odd is not None:
            clip = Area.of(path.outlines, is_even_odd=path.clips_even_odd)
            self.state.clips = (*self.state.clips, clip)


_SPACES_OF_COLOUR: dict[str, str | None] = {
    "g": "grey",
    "rg": "rgb",
    "k": "cmyk",
    "cs": None,
    "sc": None,
    "scn": None,
} | {"G": "grey", "RG": "rgb", "K": "cmyk", "CS": None, "SC": None, "SCN": None}
"""The operators that set a colour, each with its colour space; None for the one that was set before."""

GraphicsReader.changes = {
    "q": GraphicsReader._save,
    "Q": GraphicsReader._restore,
    "cm": GraphicsReader._transform,
    "gs": GraphicsReader._use_state,
    "Tf": GraphicsReader._set_size,
    "Tc": GraphicsReader._set_spacing,
    "Tw": GraphicsReader._set_word_spacing,
    "Tz": GraphicsReader._set_stretch,
    "TL": GraphicsReader._set_leading,
    "Ts": GraphicsReader._set_rise,
    "Tr": GraphicsReader._set_mode,
    "w": GraphicsReader._set_width,
    "J": GraphicsReader._set_caps,
    "j": GraphicsReader._set_joins,
    "M": GraphicsReader._set_miter,
    "BT": GraphicsReader._begin_text,
    "Tm": GraphicsReader._set_text_matrix,
    "Td": GraphicsReader._next_line,
    "TD": GraphicsReader._next_line_with_leading,
    "T*": GraphicsReader._next_line_by_leading,
    "'": GraphicsReader._next_line_by_leading,
    "m": GraphicsReader._start_outline,
    "l": GraphicsReader._line,
    "re": GraphicsReader._add_rectangle,
    "h": GraphicsReader._close,
    "c": GraphicsReader._curve,
    "v": GraphicsReader._curve_from_here,
    "y": GraphicsReader._curve_to_there,
    "W": GraphicsReader._clip,
    "W*": GraphicsReader._clip_even_odd,
    "n": GraphicsReader._end_path,
    '"': GraphicsReader._next_line_with_spacing,
}
