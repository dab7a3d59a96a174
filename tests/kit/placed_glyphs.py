"""Where each glyph of a drawn line is, read from its operators: to compare lines that were drawn in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from consentkit.pdf.file.objects import PdfObject, inflated
from consentkit.pdf.file.operators import operations
from consentkit.pdf.file.syntax import Ref, Value, integer, number, parse
from consentkit.pdf.link.order import DrawingResources
from consentkit.pdf.read.content_text import character_meanings


class PlacedGlyph(NamedTuple):
    """A glyph; its place is in thousandths of the size of the type, from the beginning of the line."""

    font: str
    number: int
    across: float
    up: float
    is_mark: bool
    """Whether it takes no room of its own."""

    def is_at(self, other: PlacedGlyph, tolerance: float) -> bool:
        """Whether it is the same glyph at the same place."""
        is_same = (self.font, self.number) == (other.font, other.number)
        return is_same and abs(self.across - other.across) <= tolerance and abs(self.up - other.up) <= tolerance


class _Font:
    def __init__(self, resources: DrawingResources, reference: Value) -> None:
        whole = _object(resources, reference)
        glyphs = _object(resources, whole["DescendantFonts"][0])  # type: ignore[index]
        name = whole["BaseFont"]
        assert isinstance(name, bytes)
        self.name = name.rpartition(b"+")[2].decode()
        self.widths: dict[int, float] = {}
        items = glyphs["W"]
        for first, widths in zip(items[::2], items[1::2], strict=True):  # type: ignore[index]
            self.widths |= {integer(first) + at: number(width) for at, width in enumerate(widths)}
        stream = resources.streams[whole["ToUnicode"]]  # type: ignore[index]
        self.meanings = dict(character_meanings(_inflated(stream.dictionary.text, stream.data)))


def _object(resources: DrawingResources, reference: Value) -> dict[str, Value]:
    assert isinstance(reference, Ref)
    form = resources.plain[reference]
    value, _ = parse(form.text % form.references)
    assert isinstance(value, dict)
    return value


def _inflated(dictionary: bytes, data: bytes) -> bytes:
    return inflated(PdfObject(parse(dictionary)[0], data))


def fonts_of(resources: DrawingResources) -> dict[str, _Font]:
    """The fonts that lines are drawn with, by the names that these call them."""
    fonts = resources.entries["Font"]
    entries = _object(resources, fonts) if isinstance(fonts, Ref) else fonts
    assert isinstance(entries, dict)
    return {f"/{name}": _Font(resources, reference) for name, reference in entries.items()}


def placed_glyphs(content: bytes, fonts: dict[str, _Font]) -> Iterator[PlacedGlyph]:
    """The glyphs of a line, in the order in which they are drawn."""
    across, up, size, font = 0.0, 0.0, 1.0, None
    for operator, operands in operations(content):
        if operator == "Tf":
            font, size = fonts[operands[0]], operands[1]
        elif operator == "Ts":
            up = operands[0] / size * 1000
        for piece in operands[0] if operator == "TJ" else [operands[0]] if operator == "Tj" else ():
            if not isinstance(piece, bytes):
                across -= piece
                continue
            assert font
            for glyph in (high << 8 | low for high, low in zip(piece[::2], piece[1::2], strict=True)):
                yield PlacedGlyph(font.name, glyph, across, up, not font.widths[glyph])
                across += font.widths[glyph]
