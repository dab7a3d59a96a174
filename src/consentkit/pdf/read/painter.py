"""Paints the content streams of a page on a canvas, as a viewer does.

Guarantees: everything that a viewer may paint is painted, in the same order: fills, lines, pictures, gradients,
patterns, text and nested drawings. Doubts count against a file: a colour that can't be determined may be any; drawings
that are nested too deeply, and text without any font, cover everything that they might; text counts as hidden if it is
drawn through a mask, with an uncommon blend mode, on a layer, by procedures of its font, or after text that clips.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from consentkit.pdf.file.geometry import IDENTITY, Area, Box, Matrix, box_around, product
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.operators import Operation
from consentkit.pdf.file.syntax import Ref, Value, number
from consentkit.pdf.file.unknown_letter import UNKNOWN
from consentkit.pdf.read.canvas import Canvas, DrawnRun, Glyph, Paint
from consentkit.pdf.read.colour import ANY, BLACK, WHITE, Shades
from consentkit.pdf.read.content_text import ContentReader, MarkedSequence, SequenceKey
from consentkit.pdf.read.gradients import fills, shades_of
from consentkit.pdf.read.graphics import GraphicsReader, GraphicsState, Pattern
from consentkit.pdf.read.measuring import MeasuredFont
from consentkit.pdf.read.outlines import rectangle

_INVISIBLE = {3, 7}
_STROKED = {1, 5}
_OUTLINED = {1, 2, 5, 6}
_CLIPPING = 4
_SHOWING = (b"Tj", b"TJ", b"'", b'"', b"Do")
"""The operators that show text, in any font, or draw something that may."""
_FILLING = {"f": False, "F": False, "f*": True, "B": False, "B*": True, "b": False, "b*": True}
"""The operators that fill a path, each with whether it uses the even-odd rule."""
_STROKING = {"S": False, "s": True, "B": False, "B*": False, "b": True, "b*": True}
"""The operators that draw lines along a path, each with whether it first closes the path."""


class Painter(GraphicsReader):
    """Paints one content stream, and the drawings in it, on a canvas."""

    def __init__(
        self,
        reader: ContentReader,
        canvas: Canvas,
        resources: Mapping[str, Value],
        state: GraphicsState,
        number: int | None = None,
        depth: int = 0,
        *,
        whole_drawings: bool = False,
    ) -> None:
        """Whole drawings: one without text counts as covering its whole box, since a 2D code has very many squares."""
        super().__init__(reader, resources, state, number, depth)
        self.canvas = canvas
        self._whole_drawings = whole_drawings
        self._will_clip = False

    def read(self, stream: bytes, enclosing: MarkedSequence) -> None:
        """Paint a stream."""
        self._drawing = len(self.canvas.drawings)
        self.canvas.drawings.append(enclosing.key)
        super().read(stream, enclosing)

    def _add(self, key: SequenceKey | None, text: str) -> None:
        self.canvas.items.append((key, text))

    def _change_state(self, operator: str, operation: Operation) -> None:
        super()._change_state(operator, operation)
        if operator in _FILLING or operator in _STROKING:
            self._paint_path(operator)

    def _show(self, operand: bytes | list[Any], inside: MarkedSequence) -> None:
        state, font = self.state, self.font
        if not isinstance(font, MeasuredFont):
            self._paint(None, ANY, is_patchy=True)  # a viewer may use any font
            self._add(inside.key, UNKNOWN)
            return
        if font.is_drawn:
            self._paint(None, ANY, is_patchy=True)  # a procedure for a glyph may draw anything anywhere
        glyphs: list[Glyph] = []
        x = 0.0
        for piece in [operand] if isinstance(operand, bytes) else operand:
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
            DrawnRun(
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
        """Half the thickness of the outline of characters, in units of the text; the font size does not affect it."""
        a, b, _, _, _, _ = self._text_matrix
        scale = (a * a + b * b) ** 0.5
        return self.state.pen.width / 2 / scale if self.state.mode in _OUTLINED and scale else 0.0

    def _draw(self, name: str, inside: MarkedSequence) -> None:
        reference = self._file.dictionary(self._resources.get("XObject"))[name[1:]]
        if not isinstance(reference, Ref):
            return
        form = self._file.objects[reference]
        if form.entries.get("Subtype") != b"/Form":
            self._paint_picture()
            return
        self.draw_form(reference, MarkedSequence(inside.key, inside.silent, inside.is_optional or "OC" in form.entries))

    def draw_form(self, reference: Ref, inside: MarkedSequence, place: Matrix = IDENTITY) -> None:
        """Draw a form XObject, or the appearance of an annotation at its position."""
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
        stream = inflated(form)
        may_have_text = any(operator in stream for operator in _SHOWING)
        is_simple = self._whole_drawings and not may_have_text
        if is_simple or self._depth >= _DEEPEST:
            self.canvas.items.append(Paint(state.clips, ANY, state.alpha * state.group, is_patchy=True))
            return
        painter = self._inner(self.canvas, resources, state, reference)
        painter.font = self.font
        painter.read(stream, inside)

    def _inner(self, canvas: Canvas, resources: Mapping[str, Value], state: GraphicsState, stream: Ref) -> Painter:
        whole = self._whole_drawings
        return Painter(self._reader, canvas, resources, state, stream, self._depth + 1, whole_drawings=whole)

    def _box(self, value: Value) -> Box:
        left, bottom, right, top = (number(self._file.get(edge)) for edge in self._file.array(value))
        return box_around([(left, bottom), (right, top)])

    def _pattern(self, operands: list[Any]) -> Pattern:
        name = operands[-1] if operands else None
        value = self._file.dictionary(self._resources.get("Pattern")).get(name[1:]) if isinstance(name, str) else None
        entries = self._file.dictionary(value)
        if self._file.get(entries.get("PatternType")) == b"2":
            shading = entries.get("Shading")
            return Pattern(shades_of(self._file, shading), not fills(self._file, shading))
        has_colours = self._file.get(entries.get("PaintType")) == b"1"  # others get their colour where they are used
        if not isinstance(value, Ref) or not has_colours or "BBox" not in entries or self._depth >= _DEEPEST:
            return Pattern(ANY, is_patchy=True)
        return self._tiles(value, entries, self._box(entries["BBox"]))

    def _tiles(self, tile: Ref, entries: Mapping[str, Value], box: Box) -> Pattern:
        """What tiles look like: without gaps if a tile is fully covered and the next one adjoins it."""
        canvas = Canvas(0.0)
        state = GraphicsState(clips=(Area.of([rectangle(IDENTITY, *box)]),))
        painter = self._inner(canvas, self._file.dictionary(entries.get("Resources")), state, tile)
        painter.read(inflated(self._file.objects[tile]), MarkedSequence(None, silent=True))
        dark, light, is_patchy = WHITE, BLACK, True
        for item in canvas.items:
            if isinstance(item, tuple):
                continue
            if isinstance(item, Paint) and item.hides(box):
                (dark, light), is_patchy = item.shades, False
            else:
                dark, light = min(dark, item.shades[0]), max(light, item.shades[1])
        steps = (abs(number(self._file.get(entries.get(name)))) for name in ("XStep", "YStep"))
        sides = (box.right - box.left, box.top - box.bottom)
        has_gaps = any(step > side + _GAP for step, side in zip(steps, sides, strict=True))
        return Pattern((dark, light) if dark <= light else ANY, is_patchy or has_gaps)

    # --- what clips ---

    def _end_text(self) -> None:
        """Clip by the text that was shown for clipping: next to nothing of what follows remains visible."""
        self.state.is_hidden |= self._will_clip
        self._will_clip = False

    # --- paths, pictures and gradients ---

    def _paint_path(self, operator: str) -> None:
        path, state = self._path, self.state
        if operator in _FILLING and path.outlines:
            pattern = state.fill_pattern or Pattern(ANY, is_patchy=False)
            shades, is_patchy = pattern if state.fill is None else ((state.fill, state.fill), False)
            self._paint(Area.of(path.outlines, is_even_odd=_FILLING[operator]), shades, is_patchy=is_patchy)
        if operator in _STROKING:
            if _STROKING[operator]:
                path.close()
            lines = path.stroked(state.pen, state.matrix)
            if lines is not None:
                shades = (state.stroke, state.stroke) if state.stroke is not None else ANY
                self._paint(lines, shades, alpha=state.stroke_alpha, is_patchy=True)  # it may have dashes
        self._end_path()

    def _shade(self, name: str) -> None:
        shading = self._file.dictionary(self._resources.get("Shading")).get(name[1:])
        self._paint(None, shades_of(self._file, shading), is_patchy=not fills(self._file, shading))

    def _paint_picture(self, *_: Any) -> None:
        """Paint a picture, of which only the position is examined; a mask may leave all of it visible, or nothing."""
        self._paint(Area.of([rectangle(self.state.matrix, 0, 0, 1, 1)]), ANY, is_patchy=True)

    def _paint(self, area: Area | None, shades: Shades, *, alpha: float | None = None, is_patchy: bool = False) -> None:
        """Paint an area, or everything within the clips."""
        state = self.state
        areas = state.clips if area is None else (area, *state.clips)
        alpha = state.alpha if alpha is None else alpha
        known = ANY if state.is_hidden else shades
        self.canvas.items.append(Paint(areas, known, alpha * state.group, is_patchy=is_patchy or state.is_masked))


_DEEPEST = 12
_GAP = 0.5
"""Points between tiles that may result from rounding."""

Painter.changes = GraphicsReader.changes | {
    "ET": Painter._end_text,
    "sh": Painter._shade,
    "ID": Painter._paint_picture,
}
