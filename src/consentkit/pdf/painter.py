"""Paints the content streams of a page on a canvas, as a viewer does.

Guarantees: everything is painted that a viewer may paint, in its order: fills, lines, pictures, gradients, patterns, text
and the drawings in drawings. Doubt never speaks for a file: a colour that can't be told may be any; what is deeper in
drawings than is looked into covers all the place that it may take; text counts as hidden where it is drawn through a
mask, in an unusual way of blending, on a layer, by procedures of its font, or after text that clips.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from consentkit.pdf.canvas import Canvas, Glyph, Paint, Run
from consentkit.pdf.colour import ANY, BLACK, WHITE, Lightness, Shades, lightness, mixed, space_named
from consentkit.pdf.content import Key, MarkedSequence, StreamReader
from consentkit.pdf.geometry import IDENTITY, Area, Box, Matrix, box_around, moved, product
from consentkit.pdf.gradients import fills, shades_of
from consentkit.pdf.measuring import MeasuredFont
from consentkit.pdf.objects import inflated
from consentkit.pdf.operators import Operation
from consentkit.pdf.outlines import Path, Pen, rectangle
from consentkit.pdf.syntax import Ref, Value, number

_KEEPING_DARK = {b"/normal", b"/compatible", b"/multiply", b"/darken"}
"""Ways of blending in which black text stays black (ISO 32000-1, 11.3.5), in small letters."""
_INVISIBLE = {3, 7}
_STROKED = {1, 5}
_OUTLINED = {1, 2, 5, 6}
_CLIPPING = 4
_FILLING = {"f": False, "F": False, "f*": True, "B": False, "B*": True, "b": False, "b*": True}
"""The operators that fill a path, each with whether by the even-odd rule."""
_STROKING = {"S": False, "s": True, "B": False, "B*": False, "b": True, "b*": True}
"""The operators that draw lines along a path, each with whether they close it before."""


@dataclass
class State:
    """The graphics state, as far as it decides what is seen (ISO 32000-1, 8.4)."""

    matrix: Matrix = IDENTITY
    clips: tuple[Area, ...] = ()
    fill: Lightness = BLACK
    stroke: Lightness = BLACK
    fill_shades: Shades | None = None
    """Of a pattern."""
    fill_space: str | None = "grey"
    stroke_space: str | None = "grey"
    alpha: float = 1.0
    stroke_alpha: float = 1.0
    group: float = 1.0
    """What the groups around let be seen."""
    is_hidden: bool = False
    is_masked: bool = False
    pen: Pen = Pen()
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


class Painter(StreamReader):
    """Paints one content stream, and the drawings in it, on a canvas."""

    def __init__(
        self,
        reader: SeenContent,
        canvas: Canvas,
        resources: Mapping[str, Value],
        state: State,
        number: int | None = None,
        depth: int = 0,
    ) -> None:
        super().__init__(reader, {}, resources, number, depth)
        self._seen_reader = reader
        self.canvas = canvas
        self.state = state
        self._saved: list[State] = []
        self._path = Path()
        self._text_matrix = self._line_matrix = IDENTITY
        self._will_clip = False

    def read(self, stream: bytes, around: MarkedSequence) -> None:
        """Paint a stream."""
        self._drawing = len(self.canvas.drawings)
        self.canvas.drawings.append(around.key)
        super().read(stream, around)

    def _add(self, key: Key | None, text: str) -> None:
        self.canvas.items.append((key, text))

    def _change_state(self, operator: str, operation: Operation) -> None:
        super()._change_state(operator, operation)
        change = _CHANGES.get(operator)
        if change is not None:
            change(self, *operation.operands)
        elif operator in _FILLING or operator in _STROKING:
            self._paint_path(operator)
        elif operator in _SPACES_OF_COLOUR:
            self._set_colour(operator, operation.operands)

    def _show(self, shown: bytes | list[Any], inside: MarkedSequence) -> None:
        state, font = self.state, self._font
        if not isinstance(font, MeasuredFont):
            return
        if font.is_drawn:
            self._paint(None, ANY, is_patchy=True)  # a procedure for a letter may draw anything anywhere
        glyphs: list[Glyph] = []
        x = 0.0
        for piece in [shown] if isinstance(shown, bytes) else shown:
            if not isinstance(piece, bytes):
                x -= piece / 1000 * state.size
                continue
            for text, width, is_space in font.glyphs(piece):
                glyphs.append(Glyph(text, x, x + width * state.size))
                x += width * state.size + state.spacing + (state.word_spacing if is_space else 0)
        is_stroked = state.mode in _STROKED
        self._will_clip |= state.mode >= _CLIPPING
        matrix = product(self._text_matrix, state.matrix)
        self.canvas.items.append(
            Run(
                drawing=self._drawing,
                key=inside.key,
                is_replaced=inside.silent and inside.key is not None,
                glyphs=glyphs,
                matrix=product((state.stretch, 0, 0, 1, 0, state.rise), matrix),
                size=state.size,
                colour=state.stroke if is_stroked else state.fill,
                alpha=(state.stroke_alpha if is_stroked else state.alpha) * state.group,
                clips=state.clips,
                is_hidden=state.is_hidden
                or state.is_masked
                or font.is_drawn
                or state.mode in _INVISIBLE
                or inside.is_optional,
                is_painted=state.mode not in _INVISIBLE and not font.is_drawn,
                outline=self._outline(),
            )
        )
        self._text_matrix = product((1, 0, 0, 1, x * state.stretch, 0), self._text_matrix)

    def _outline(self) -> float:
        """Half the thickness of the outline of letters, in units of the text; that does not grow with these."""
        a, b, _, _, _, _ = self._text_matrix
        scale = (a * a + b * b) ** 0.5
        return self.state.pen.width / 2 / scale if self.state.mode in _OUTLINED and scale else 0.0

    def _draw(self, name: str, inside: MarkedSequence) -> None:
        reference = self._file.dictionary(self._resources.get("XObject"))[name[1:]]
        if not isinstance(reference, Ref):
            return
        form = self._file.objects[reference]
        if form.entries.get("Subtype") != b"/Form":
            self._paint_picture(form.entries)
            return
        self.draw_form(reference, MarkedSequence(inside.key, inside.silent, inside.is_optional or "OC" in form.entries))

    def draw_form(self, reference: Ref, inside: MarkedSequence, place: Matrix = IDENTITY) -> None:
        """Draw a form XObject, or the appearance of an annotation at its place."""
        form, state = self._file.objects[reference], copy.copy(self.state)
        if "Matrix" in form.entries:
            own = tuple(number(self._file.get(part)) for part in self._file.array(form.entries["Matrix"]))
            a, b, c, d, e, f = own
            place = product((a, b, c, d, e, f), place)
        state.matrix = product(place, state.matrix)
        if "BBox" in form.entries:
            left, bottom, right, top = self._box(form.entries["BBox"])
            state.clips = (*state.clips, Area.of([rectangle(state.matrix, left, bottom, right, top)]))
        if "Group" in form.entries:  # inside, it is painted as if nothing were around it (ISO 32000-1, 11.6.6)
            state.group, state.alpha, state.stroke_alpha = state.group * state.alpha, 1.0, 1.0
        resources = self._file.dictionary(form.entries.get("Resources")) or self._resources
        is_simple = self._seen_reader.whole_drawings and not {"Font", "XObject"} & resources.keys()
        if is_simple or self._depth >= _DEEPEST:
            self.canvas.items.append(Paint(state.clips, ANY, state.alpha * state.group, is_patchy=True))
            return
        painter = Painter(self._seen_reader, self.canvas, resources, state, reference, self._depth + 1)
        painter.read(inflated(form), inside)

    def _box(self, value: Value) -> Box:
        left, bottom, right, top = (number(self._file.get(edge)) for edge in self._file.array(value))
        return box_around([(left, bottom), (right, top)])

    def _shades_of_pattern(self, operands: list[Any]) -> Shades | None:
        """The shades of a pattern that leaves no place free; None of any other."""
        name = operands[-1] if operands else None
        value = self._file.dictionary(self._resources.get("Pattern")).get(name[1:]) if isinstance(name, str) else None
        entries = self._file.dictionary(value)
        if self._file.get(entries.get("PatternType")) == b"2":
            shading = entries.get("Shading")
            return shades_of(self._file, shading) if fills(self._file, shading) else None
        if not isinstance(value, Ref) or "BBox" not in entries or self._depth >= _DEEPEST:
            return None
        return self._shades_of_tile(value, self._box(entries["BBox"]))

    def _shades_of_tile(self, tile: Ref, box: Box) -> Shades | None:
        """The shades of what a tile is filled with; None where it has gaps."""
        entries = self._file.objects[tile].entries
        steps = (abs(number(self._file.get(entries.get(name)))) for name in ("XStep", "YStep"))
        if any(
            step > side + _GAP for step, side in zip(steps, (box.right - box.left, box.top - box.bottom), strict=True)
        ):
            return None
        canvas = Canvas(0.0)
        state = State(clips=(Area.of([rectangle(IDENTITY, *box)]),))
        resources = self._file.dictionary(entries.get("Resources"))
        painter = Painter(self._seen_reader, canvas, resources, state, tile, self._depth + 1)
        painter.read(inflated(self._file.objects[tile]), MarkedSequence(None, silent=True))
        dark, light, is_whole = WHITE, BLACK, False
        for item in canvas.items:
            if isinstance(item, tuple):
                continue
            covers = isinstance(item, Paint) and not item.is_patchy and all(area.encloses(box) for area in item.areas)
            if covers and item.alpha == 1:
                (dark, light), is_whole = item.shades, True
            elif is_whole:
                dark = min(dark, mixed(dark, item.shades[0], item.alpha))
                light = max(light, mixed(light, item.shades[1], item.alpha))
        return (dark, light) if is_whole else None

    # --- state ---

    def _save(self, *_: Any) -> None:
        self._saved.append(copy.copy(self.state))

    def _restore(self, *_: Any) -> None:
        if self._saved:
            self.state = self._saved.pop()

    def _transform(self, *parts: float) -> None:
        a, b, c, d, e, f = parts
        self.state.matrix = product((a, b, c, d, e, f), self.state.matrix)

    def _use_state(self, name: str) -> None:
        """Take over a named graphics state."""
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
            self._font, state.size = self._seen_reader.make_font(font[0]), number(font[1])

    def _set_colour(self, operator: str, operands: list[Any]) -> None:
        """Take over a colour, or a space in which colours will be given."""
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
                state.fill_shades = None if is_plain else self._shades_of_pattern(operands)
        if of_strokes:
            state.stroke, state.stroke_space = colour, space
        else:
            state.fill, state.fill_space = colour, space

    def _set_pen(self, **changes: float) -> None:
        """Change how lines are drawn: a style of ends but the first has caps, one of joins but the first no points."""
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

    def _end_text(self) -> None:
        """Clip by what was shown to clip: that leaves next to nothing of what follows."""
        self.state.is_hidden |= self._will_clip
        self._will_clip = False

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
        path, self._path = self._path, Path()
        if path.clips_even_odd is not None:
            clip = Area.of(path.outlines, is_even_odd=path.clips_even_odd)
            self.state.clips = (*self.state.clips, clip)

    def _paint_path(self, operator: str) -> None:
        path, state = self._path, self.state
        if operator in _FILLING and path.outlines:
            shades = (state.fill, state.fill) if state.fill is not None else state.fill_shades or ANY
            is_patchy = state.fill is None and state.fill_shades is None
            self._paint(Area.of(path.outlines, is_even_odd=_FILLING[operator]), shades, is_patchy=is_patchy)
        if operator in _STROKING:
            if _STROKING[operator]:
                path.close()
            lines = path.stroked(state.pen, state.matrix)
            if lines is not None:
                shades = (state.stroke, state.stroke) if state.stroke is not None else ANY
                self._paint(lines, shades, alpha=state.stroke_alpha, is_patchy=True)  # it may have dashes
        self._end_path()

    # --- pictures and gradients ---

    def _shade(self, name: str) -> None:
        shading = self._file.dictionary(self._resources.get("Shading")).get(name[1:])
        self._paint(None, shades_of(self._file, shading), is_patchy=not fills(self._file, shading))

    def _paint_picture(self, entries: Mapping[str, Any]) -> None:
        """Paint a picture, of which nothing but its place is looked at; a mask may let all of it be seen, or nothing."""
        self._paint(Area.of([rectangle(self.state.matrix, 0, 0, 1, 1)]), ANY, is_patchy=True)

    def _paint_inline_picture(self, *_: Any) -> None:
        self._paint_picture({})

    def _paint(self, area: Area | None, shades: Shades, *, alpha: float | None = None, is_patchy: bool = False) -> None:
        """Paint an area, or all within the clips."""
        state = self.state
        areas = state.clips if area is None else (area, *state.clips)
        alpha = state.alpha if alpha is None else alpha
        known = ANY if state.is_hidden else shades
        self.canvas.items.append(Paint(areas, known, alpha * state.group, is_patchy=is_patchy or state.is_masked))


_DEEPEST = 12
_GAP = 0.5
"""Points between tiles that come from rounding."""
_SPACES_OF_COLOUR: dict[str, str | None] = {
    "g": "grey",
    "rg": "rgb",
    "k": "cmyk",
    "cs": None,
    "sc": None,
    "scn": None,
} | {"G": "grey", "RG": "rgb", "K": "cmyk", "CS": None, "SC": None, "SCN": None}
"""The operators that set a colour, each with its space; None for that which was set before."""

_CHANGES: dict[str, Any] = (
    {"q": Painter._save, "Q": Painter._restore, "cm": Painter._transform, "gs": Painter._use_state}
    | {"Tf": Painter._set_size, "Tc": Painter._set_spacing, "Tw": Painter._set_word_spacing}
    | {"Tz": Painter._set_stretch, "TL": Painter._set_leading, "Ts": Painter._set_rise, "Tr": Painter._set_mode}
    | {"w": Painter._set_width, "J": Painter._set_caps, "j": Painter._set_joins, "M": Painter._set_miter}
    | {"BT": Painter._begin_text, "ET": Painter._end_text, "Tm": Painter._set_text_matrix, "Td": Painter._next_line}
    | {"TD": Painter._next_line_with_leading, "T*": Painter._next_line_by_leading, "'": Painter._next_line_by_leading}
    | {'"': Painter._next_line_with_spacing}
    | {"m": Painter._start_outline, "l": Painter._line, "re": Painter._add_rectangle, "h": Painter._close}
    | {"c": Painter._curve, "v": Painter._curve_from_here, "y": Painter._curve_to_there}
    | {"W": Painter._clip, "W*": Painter._clip_even_odd, "n": Painter._end_path}
    | {"sh": Painter._shade, "ID": Painter._paint_inline_picture}
)
