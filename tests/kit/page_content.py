"""What the content of a page draws: its text by mark, and whether a reader can see it.

Guarantees: nothing of the package under test takes part, so that a fault there cannot hide itself; the operators of a
content stream are parsed once, however many files hold the same stream.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import pikepdf
from pikepdf import Array, Dictionary, Name

from kit.character_maps import FontMap, font_map

Reference: TypeAlias = tuple[int, int]
"""The object and generation number of an indirect object."""

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
Box: TypeAlias = tuple[float, float, float, float]
Operation: TypeAlias = tuple[str, tuple[Any, ...]]

SHOWS_TEXT = {"Tj": 0, "TJ": 0, "'": 0, '"': 2}
"""The operators that show text, each with the place of the text among its operands."""

IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
LETTER = (0, 0, 612, 792)
"""The box of a page that names none: the tree of pages above it may."""

UNPAINTED = {3, 7}
"""Rendering modes that paint nothing (ISO 32000-1, table 106)."""
LEAST_CONTRAST = 1.5
"""Contrast with white paper, as WCAG 2.1 computes it, below which text counts as invisible."""
MOST_FORMS = 1000
"""Drawings of forms that are looked at on a page: forms that draw each other know no end."""
LEAST_OPACITY = 0.1
LEAST_SIZE = 2.0
"""Points below which text counts as invisible."""


@dataclass
class Stream:
    """What is marked in the content stream of a page or of a form that it draws."""

    reference: Reference
    page: int
    key: int | None
    """StructParents."""
    mcids: list[int] = field(default_factory=list)
    untagged_text: bool = False
    untyped_artifact: bool = False
    artifact_in_content: bool = False
    text: str = ""
    """All of its text, that of the forms that it draws included."""
    texts: dict[int, str] = field(default_factory=dict)
    """The text of each mark, spaces as drawn."""
    tops: dict[int, float] = field(default_factory=dict)
    """The height of the first baseline of each mark, in points from the bottom of the page."""
    furniture: list[float] = field(default_factory=list)
    """The height of each text in the head or foot of the page, or that the engine repeats."""
    unseen: list[tuple[str, str]] = field(default_factory=list)
    """Text that no reader can see, each with the reason, but for artifacts of the layout: nobody misses those."""


TYPED = "artifact with type"

PAINTS = {"n", "f", "F", "f*", "S", "s", "B", "B*", "b", "b*"}
"""The operators that end a path."""


@dataclass(frozen=True)
class _State:
    """The part of the graphics state that decides whether text is seen."""

    matrix: Matrix = IDENTITY
    contrast: float = 21.0
    opacity: float = 1.0
    mode: int = 0
    font: str = ""
    size: float = 12.0
    leading: float = 0.0
    clip: Box | None = None


class PageScan:
    """Goes through what a page draws, and through the forms that it draws."""

    def __init__(self, page: Dictionary, number: int) -> None:
        self.streams: list[Stream] = []
        self._page = number
        self._forms = 0
        left, bottom, right, top = map(float, page.get("/MediaBox", LETTER))
        self._box = left, bottom, right, top
        self._scan(page, page.get("/Resources", Dictionary()), [], _State())

    def _scan(self, owner: Any, resources: Dictionary, around: Sequence[str], state: _State) -> Stream:
        key = owner.get("/StructParents")
        stream = Stream(owner.objgen, self._page, None if key is None else int(key))
        data = owner.read_bytes() if isinstance(owner, pikepdf.Stream) else _content_of(owner)
        if all(known.reference != owner.objgen for known in self.streams):
            self.streams.append(stream)
        _StreamScan(self, stream, resources, list(around), state).run(operations(data))
        return stream

    def draw(self, drawn: Any, resources: Dictionary, marks: Sequence[str], state: _State) -> Stream | None:
        """Go through a form. One that is drawn again is gone through again, to see whether it is seen there."""
        if drawn.get("/Subtype") != Name.Form or self._forms == MOST_FORMS:
            return None
        self._forms += 1
        a, b, c, d, e, f = map(float, drawn.get("/Matrix", IDENTITY))
        inner = replace(state, matrix=_times((a, b, c, d, e, f), state.matrix))
        return self._scan(drawn, drawn.get("/Resources", resources), marks, inner)

    def reason_unseen(self, state: _State, matrix: Matrix) -> str:
        """Why text at the origin of a matrix is not seen; nothing where it is."""
        x, y = matrix[4:]
        reasons = {
            f"rendering mode {state.mode}": state.mode in UNPAINTED,
            "transparent": state.opacity < LEAST_OPACITY,
            "as pale as the paper": state.contrast < LEAST_CONTRAST,
            "outside the page": not _holds(self._box, x, y),
            "clipped away": state.clip is not None and not _holds(state.clip, x, y),
            "too small": state.size * max(abs(matrix[0]), abs(matrix[1])) < LEAST_SIZE,
        }
        return next((reason for reason, applies in reasons.items() if applies), "")


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1


class _StreamScan:
    """The operators of one stream, one after the other."""

    def __init__(self, page: PageScan, stream: Stream, resources: Dictionary, marks: list[str], state: _State) -> None:
        self._page, self._stream, self._resources = page, stream, resources
        self._marks, self._depth = marks, len(marks)
        self._mcids: list[int | None] = [None] * len(marks)
        self._state, self._saved = state, list[_State]()
        self._line = self._text = IDENTITY
        self._rectangle: Box | None = None
        self._clips = False
        self._fonts: dict[str, FontMap] = {}

    def run(self, done: Sequence[Operation]) -> None:
        for operator, operands in done:
            if operator in SHOWS_TEXT:
                self._show(operator, operands)
            elif operator in ("BDC", "BMC"):
                self._open_mark(operands)
            elif operator == "EMC":
                if len(self._marks) > self._depth:
                    self._marks.pop()
                    self._mcids.pop()
            elif operator == "Do":
                drawn = self._resources.get("/XObject", Dictionary()).get(operands[0])
                if drawn is not None:
                    self._take(self._page.draw(drawn, self._resources, self._marks, self._state))
            else:
                self._change(operator, operands)

    def _open_mark(self, operands: tuple[Any, ...]) -> None:
        properties = operands[1] if len(operands) > 1 else {}
        if isinstance(properties, str):
            properties = dict(self._resources.Properties[properties].items())
        mcid = properties.get("/MCID")
        if operands[0] == "/Artifact":
            kind = f"artifact with type {properties['/Type']}" if "/Type" in properties else "artifact"
        else:
            kind = "other" if mcid is None else "content"
        self._marks.append(kind)
        self._mcids.append(int(mcid) if kind == "content" else self._mcids[-1] if self._mcids else None)
        if kind == "content":
            self._stream.mcids.append(int(mcid))
        self._stream.artifact_in_content |= kind.startswith("artifact") and "content" in self._marks

    def _show(self, operator: str, operands: tuple[Any, ...]) -> None:
        if operator in {"'", '"'}:
            self._move(0, -self._state.leading)
        stream, marks = self._stream, self._marks
        stream.untagged_text |= not any(mark != "other" for mark in marks)
        stream.untyped_artifact |= "artifact" in marks and not any(mark.startswith(TYPED) for mark in marks)
        text = self._decoded(operands[SHOWS_TEXT[operator]])
        place = _times(self._text, self._state.matrix)
        is_decoration = f"{TYPED} /Layout" in marks
        if text.strip() and not is_decoration and (reason := self._page.reason_unseen(self._state, place)):
            stream.unseen.append((text, reason))
        if f"{TYPED} /Pagination" in marks:
            stream.furniture.append(place[5])
        stream.text += text
        mcid = self._mcids[-1] if self._mcids else None
        if mcid is not None:
            stream.texts[mcid] = stream.texts.get(mcid, "") + text
            stream.tops.setdefault(mcid, place[5])

    def _take(self, drawn: Stream | None) -> None:
        """Count what a form shows as shown where it is drawn."""
        if drawn is None:
            return
        stream = self._stream
        stream.text += drawn.text
        stream.unseen += [entry for entry in drawn.unseen if entry not in stream.unseen]
        if self._mcids and (mcid := self._mcids[-1]) is not None:
            stream.texts[mcid] = stream.texts.get(mcid, "") + drawn.text

    def _decoded(self, shown: Any) -> str:
        name = self._state.font
        if name not in self._fonts:
            self._fonts[name] = font_map(self._resources.get("/Font", Dictionary()).get(name))
        pieces = [part for part in (shown if isinstance(shown, list) else [shown]) if isinstance(part, bytes)]
        return self._fonts[name].decode(b"".join(pieces))

    def _move(self, x: float, y: float) -> None:
        self._line = self._text = _times((1, 0, 0, 1, x, y), self._line)

    def _change(self, operator: str, operands: tuple[Any, ...]) -> None:
        match operator:
            case "q":
                self._saved.append(self._state)
            case "Q" if self._saved:
                self._state = self._saved.pop()
            case "BT":
                self._line = self._text = IDENTITY
            case "Tm":
                self._line = self._text = _numbers(operands)
            case "Td" | "TD":
                self._move(*operands)
            case "T*":
                self._move(0, -self._state.leading)
            case "re":
                self._rectangle = None if self._rectangle else _rectangle(operands, self._state.matrix)
            case "W" | "W*":
                self._clips = True
            case painting if painting in PAINTS:
                if self._clips and self._rectangle:
                    self._state = replace(self._state, clip=_common(self._state.clip, self._rectangle))
                self._clips, self._rectangle = False, None
        if operator in _CHANGES:
            self._state = _CHANGES[operator](self._state, operands)
        elif operator == "gs":
            entries = self._resources.get("/ExtGState", Dictionary()).get(operands[0], Dictionary())
            self._state = replace(self._state, opacity=float(entries.get("/ca", self._state.opacity)))


def _numbers(operands: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = operands
    return a, b, c, d, e, f


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _rectangle(operands: Sequence[Any], matrix: Matrix) -> Box:
    x, y, width, height = operands
    corners = [_times((1, 0, 0, 1, across, up), matrix)[4:] for across in (x, x + width) for up in (y, y + height)]
    across, up = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(across), min(up), max(across), max(up)


def _common(first: Box | None, second: Box) -> Box:
    if first is None:
        return second
    return max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]), min(first[3], second[3])


def _contrast(operands: Sequence[Any]) -> float:
    """The contrast of a color with white paper (WCAG 2.1, contrast ratio). Patterns count as black."""
    values = [value for value in operands if isinstance(value, float | int)]
    if len(values) == 4:
        black = 1 - values[3]
        values = [(1 - value) * black for value in values[:3]]
    if len(values) not in (1, 3):
        return 21.0
    red, green, blue = (_linear(value) for value in (values if len(values) == 3 else values * 3))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _content_of(page: Dictionary) -> bytes:
    contents = page.get("/Contents", Array())
    streams = list(contents) if isinstance(contents, Array) else [contents]
    return b"\n".join(stream.read_bytes() for stream in streams)


def _colored(state: _State, operands: Sequence[Any]) -> _State:
    return replace(state, contrast=_contrast(operands))


_CHANGES: dict[str, Callable[[_State, Sequence[Any]], _State]] = {
    **dict.fromkeys(("g", "rg", "k", "sc", "scn", "cs"), _colored),
    "cm": lambda state, operands: replace(state, matrix=_times(_numbers(operands), state.matrix)),
    "TD": lambda state, operands: replace(state, leading=-operands[1]),
    "TL": lambda state, operands: replace(state, leading=operands[0]),
    "Tf": lambda state, operands: replace(state, font=operands[0], size=operands[1]),
    "Tr": lambda state, operands: replace(state, mode=int(operands[0])),
}
"""What operators change of the graphics state alone."""

_HOLDER = pikepdf.Pdf.new()


@lru_cache(maxsize=512)
def operations(data: bytes) -> tuple[Operation, ...]:
    """The operators of a content stream with their operands as plain values: names and text with their marks."""
    parsed = pikepdf.parse_content_stream(pikepdf.Stream(_HOLDER, data))
    return tuple((str(operator), tuple(_plain(operand) for operand in operands)) for operands, operator in parsed)


def _plain(value: Any) -> Any:
    """A name as text with its slash, a string as bytes, numbers, lists and dictionaries as those of Python."""
    match value:
        case pikepdf.String():
            return bytes(value)
        case Array():
            return [_plain(item) for item in value]
        case Dictionary():
            return {key: _plain(item) for key, item in value.items()}
        case Decimal():
            return float(value)
        case bool() | int() | float() | None:
            return value
    return str(value)
