"""What of a page's text can be seen, as far as the file itself says.

Guarantees: a character counts as seen where it is drawn on the page, as `pdf.canvas` judges. Doubt never speaks for a
file: what is drawn through a mask, in an unusual way of blending, on a layer, or in a colour that can't be told, is not
seen.

What is not looked at: lines that are drawn across text; pictures and gradients below it, which count as paper; what the
shapes of a font's glyphs are.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from consentkit.pdf.canvas import LEAST_SIZE, Canvas, Glyph, Paint, Run
from consentkit.pdf.colour import BLACK, Lightness, lightness, space_named
from consentkit.pdf.content import UNKNOWN, ContentReader, Font, Key, MarkedSequence, StreamReader
from consentkit.pdf.geometry import IDENTITY, Area, Box, Matrix, Point, box_around, moved, product
from consentkit.pdf.objects import PdfFile, inflated
from consentkit.pdf.operators import Operation
from consentkit.pdf.syntax import Ref, Value, number

_KEEPING_DARK = {b"/normal", b"/compatible", b"/multiply", b"/darken"}
"""Ways of blending in which black text stays black (ISO 32000-1, 11.3.5), in small letters."""
_INVISIBLE = {3, 7}
_STROKED = {1, 5}
_FILLING = {"f": False, "F": False, "f*": True, "B": False, "B*": True, "b": False, "b*": True}
"""The operators that fill a path, each with whether by the even-odd rule."""


@dataclass
class State:
    """The graphics state, as far as it decides what is seen (ISO 32000-1, 8.4)."""

    matrix: Matrix = IDENTITY
    clips: tuple[Area, ...] = ()
    fill: Lightness = BLACK
    stroke: Lightness = BLACK
    fill_space: str | None = "grey"
    stroke_space: str | None = "grey"
    alpha: float = 1.0
    stroke_alpha: float = 1.0
    group: float = 1.0
    """What the groups around let be seen."""
    is_hidden: bool = False
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


@dataclass
class _Path:
    """The path that is being made, and what will become of it."""

    outlines: list[list[Point]] = field(default_factory=list)
    clips_even_odd: bool | None = None


class MeasuredFont(Font):
    """A font with the widths of its glyphs."""

    def __init__(self, file: PdfFile, font: Value) -> None:
        super().__init__(file, font)
        entries = file.dictionary(font)
        self._widths: dict[int, float] = {}
        if self._is_composite:
            (descendant,) = file.array(entries.get("DescendantFonts"))
            inner = file.dictionary(descendant)
            self._default = number(file.get(inner["DW"])) / 1000 if "DW" in inner else 1.0
            self._widths.update(_composite_widths(file, file.array(inner.get("W"))))
        else:
            scale = number(file.array(entries["FontMatrix"])[0]) if "FontMatrix" in entries else 0.001
            first = int(number(file.get(entries.get("FirstChar", b"0"))))
            widths = file.array(entries.get("Widths"))
            self._widths = {first + place: number(file.get(width)) * scale for place, width in enumerate(widths)}
            self._default = 0.5

    def glyphs(self, codes: bytes) -> Iterator[tuple[str, float, bool]]:
        """For each character of a string: what it says, its width as a share of the size, and if it parts words."""
        for code in self._numbers(codes):
            is_space = code == 32 and not self._is_composite
            yield self._meanings.get(code, UNKNOWN), self._widths.get(code, self._default), is_space


def _composite_widths(file: PdfFile, items: list[Value]) -> Iterator[tuple[int, float]]:
    """The entries of a W array (ISO 32000-1, 9.7.4.3)."""
    waiting = iter(items)
    for first in waiting:
        start, following = int(number(first)), file.get(next(waiting))
        if isinstance(following, list):
            yield from ((start + place, number(width) / 1000) for place, width in enumerate(following))
        else:
            width = number(next(waiting)) / 1000
            yield from ((code, width) for code in range(start, min(int(number(following)), 0xFFFF) + 1))


class SeenContent(ContentReader):
    """Reads the pages of a file as `ContentReader` does, with U+FFFD for each character that can't be seen."""

    def __init__(self, file: PdfFile, least_size: float = LEAST_SIZE, *, whole_drawings: bool = False) -> None:
        super().__init__(file)
        self._least_size = least_size
        self.whole_drawings = whole_drawings
        """Whether a drawing without text counts as painted all over: the squares of a code are many."""
        self._operations: dict[bytes, list[Operation]] = {}

    def read(self, page: Mapping[str, Value]) -> dict[Key, str]:
        """The text of each marked-content sequence of a page. Raises what a damaged one makes it stumble over."""
        text: dict[Key, str] = defaultdict(str)
        painter = self.painter(page)
        painter.read(self._contents(page), MarkedSequence(None, silent=False))
        for _, key, piece in painter.canvas.read():
            if key is not None:
                text[key] += piece
        return text

    def operations(self, stream: bytes) -> list[Operation]:
        """The operators of a stream. What is drawn on many pages is taken apart once."""
        if stream not in self._operations:
            self._operations[stream] = list(super().operations(stream))
        return self._operations[stream]

    def make_font(self, value: Value) -> Font:
        """Decode a font, with its widths."""
        return MeasuredFont(self.file, value)

    def painter(self, page: Mapping[str, Value]) -> Painter:
        """What paints the streams of a page, one after the other."""
        resources = self.file.dictionary(page.get("Resources"))
        return Painter(self, Canvas(self._least_size), resources, State(clips=(page_area(self.file, page),)))


def page_area(file: PdfFile, page: Mapping[str, Value]) -> Area:
    """What of a page is shown and printed: its media box within its crop box."""
    boxes = [_box(file, page, name) for name in ("MediaBox", "CropBox")]
    (left, bottom, right, top), crop = boxes[0] or Box(0, 0, 612, 792), boxes[1]
    if crop:
        left, bottom = max(left, crop.left), max(bottom, crop.bottom)
        right, top = min(right, crop.right), min(top, crop.top)
    return _rectangle(left, bottom, right, top)


def _box(file: PdfFile, page: Mapping[str, Value], name: str) -> Box | None:
    node: Mapping[str, Value] = page
    for _ in range(32):
        if name in node:
            return box_around(_corners(file, node[name]))
        if "Parent" not in node:
            break
        node = file.dictionary(node["Parent"])
    return None


def _corners(file: PdfFile, value: Value | None) -> list[Point]:
    left, bottom, right, top = (number(file.get(edge)) for edge in file.array(value))
    return [(left, bottom), (right, top)]


def _rectangle(left: float, bottom: float, right: float, top: float, matrix: Matrix = IDENTITY) -> Area:
    corners = ((left, bottom), (right, bottom), (right, top), (left, top))
    return Area.of([[moved(matrix, *corner) for corner in corners]])


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
        self._path = _Path()
        self._text_matrix = self._line_matrix = IDENTITY

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
        elif operator in _FILLING:
            self._fill_path(is_even_odd=_FILLING[operator])
        elif operator in _SPACES_OF_COLOUR:
            self._set_colour(operator, operation.operands)

    def _show(self, shown: bytes | list[Any], inside: MarkedSequence) -> None:
        state, font = self.state, self._font
        if not isinstance(font, MeasuredFont):
            return
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
                is_hidden=state.is_hidden or state.mode in _INVISIBLE or inside.is_optional,
            )
        )
        self._text_matrix = product((1, 0, 0, 1, x * state.stretch, 0), self._text_matrix)

    def _draw(self, name: str, inside: MarkedSequence) -> None:
        reference = self._file.dictionary(self._resources.get("XObject"))[name[1:]]
        if not isinstance(reference, Ref) or self._depth >= _DEEPEST:
            return
        form, state = self._file.objects[reference], self.state
        if form.entries.get("Subtype") != b"/Form":
            self._paint(_rectangle(0, 0, 1, 1, state.matrix), None)  # a mask may let all of it be seen
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
            (left, bottom), (right, top) = _corners(self._file, form.entries["BBox"])
            state.clips = (*state.clips, _rectangle(left, bottom, right, top, state.matrix))
        if "Group" in form.entries:  # inside, it is painted as if nothing were around it (ISO 32000-1, 11.6.6)
            state.group, state.alpha, state.stroke_alpha = state.group * state.alpha, 1.0, 1.0
        resources = self._file.dictionary(form.entries.get("Resources")) or self._resources
        if self._seen_reader.whole_drawings and not {"Font", "XObject"} & resources.keys():
            self.canvas.items.append(Paint(state.clips, None, state.alpha * state.group))
            return
        painter = Painter(self._seen_reader, self.canvas, resources, state, reference, self._depth + 1)
        painter.read(inflated(form), inside)

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
        if isinstance(mask, dict) or ("BM" in entries and not keep_dark):
            state.is_hidden = True
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
        if of_strokes:
            state.stroke, state.stroke_space = colour, space
        else:
            state.fill, state.fill_space = colour, space

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
        self._path.outlines.append([moved(self.state.matrix, x, y)])

    def _go_on(self, *parts: float) -> None:
        points = zip(parts[::2], parts[1::2], strict=True)
        if self._path.outlines:
            self._path.outlines[-1] += [moved(self.state.matrix, *point) for point in points]

    def _add_rectangle(self, x: float, y: float, width: float, height: float) -> None:
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self._path.outlines.append([moved(self.state.matrix, *corner) for corner in corners])

    def _clip(self) -> None:
        self._path.clips_even_odd = False

    def _clip_even_odd(self) -> None:
        self._path.clips_even_odd = True

    def _end_path(self) -> None:
        path, self._path = self._path, _Path()
        if path.clips_even_odd is not None:
            clip = Area.of(path.outlines, is_even_odd=path.clips_even_odd)
            self.state.clips = (*self.state.clips, clip)

    def _fill_path(self, *, is_even_odd: bool) -> None:
        if self._path.outlines:
            self._paint(Area.of(self._path.outlines, is_even_odd=is_even_odd), self.state.fill)
        self._end_path()

    def _shade(self, _: str) -> None:
        self._paint(self.state.clips[-1], None)

    def _paint(self, area: Area, colour: Lightness) -> None:
        state = self.state
        known = None if state.is_hidden else colour  # doubt never speaks for a file
        self.canvas.items.append(Paint((area, *state.clips), known, state.alpha * state.group))


_DEEPEST = 12
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
    | {"BT": Painter._begin_text, "Tm": Painter._set_text_matrix, "Td": Painter._next_line}
    | {"TD": Painter._next_line_with_leading, "T*": Painter._next_line_by_leading, "'": Painter._next_line_by_leading}
    | {'"': Painter._next_line_with_spacing}
    | {"m": Painter._start_outline, "l": Painter._go_on, "re": Painter._add_rectangle}
    | {"c": Painter._go_on, "v": Painter._go_on, "y": Painter._go_on}
    | {"W": Painter._clip, "W*": Painter._clip_even_odd, "sh": Painter._shade}
    | {"n": Painter._end_path, "S": Painter._end_path, "s": Painter._end_path}
)
