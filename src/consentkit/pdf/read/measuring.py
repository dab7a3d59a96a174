"""The widths of the glyphs of a font.

Guarantees: widths are those by which a viewer advances, as fractions of the size (ISO 32000-1, 9.4.4); a glyph whose
width the font does not state has the font's default.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Value, number
from consentkit.pdf.file.unknown_letter import UNKNOWN
from consentkit.pdf.read.content_text import Font


class MeasuredFont(Font):
    """A font with the widths of its glyphs."""

    def __init__(self, file: PdfFile, font: Value) -> None:
        super().__init__(file, font)
        entries = file.dictionary(font)
        self.is_drawn = file.get(entries.get("Subtype")) == b"/Type3"
        """Whether its glyphs are drawn by procedures, which may draw anything."""
        self.widths: dict[int, float] = {}
        """How wide each of its codes is, where that is not the default."""
        if self.has_two_bytes:
            (descendant,) = file.array(entries.get("DescendantFonts"))
            inner = file.dictionary(descendant)
            self.default = number(file.get(inner["DW"])) / 1000 if "DW" in inner else 1.0
            self.widths.update(_composite_widths(file, file.array(inner.get("W"))))
        else:
            scale = number(file.array(entries["FontMatrix"])[0]) if "FontMatrix" in entries else 0.001
            first = int(number(file.get(entries.get("FirstChar", b"0"))))
            widths = file.array(entries.get("Widths"))
            self.widths = {first + place: number(file.get(width)) * scale for place, width in enumerate(widths)}
            self.default = 0.5

    def glyphs(self, codes: bytes) -> Iterator[tuple[str, float, bool]]:
        """For each code of a string: its text, its width as a fraction of the size, and whether it is a word space."""
        for code in self._numbers(codes):
            is_space = code == 32 and not self.has_two_bytes
            yield self.meanings.get(code, UNKNOWN), self.widths.get(code, self.default), is_space


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
