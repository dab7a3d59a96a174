"""What lies in the beginning of files that many of them have, and nothing else.

Guarantees: nothing is read here of an object behind the beginning: what leads there raises NotInCommonError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from consentkit.packets.plain_drawings import LineFont, StampDrawing
from consentkit.pdf.file.beginnings import KnownBeginning
from consentkit.pdf.file.objects import Objects, PdfObject
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.read.measuring import MeasuredFont


class NotInCommonError(LookupError):
    """Something lies behind the beginning of a file."""


class _ObjectsInCommon(Objects):
    """The objects of a beginning. Raises NotInCommonError for any other one."""

    def __getitem__(self, number: int) -> PdfObject:
        if not super().__contains__(number):
            raise NotInCommonError
        return super().__getitem__(number)

    def __contains__(self, number: object) -> bool:
        if not super().__contains__(number):
            raise NotInCommonError
        return True


class InCommon:
    """The file that a beginning would be."""

    def __init__(self, beginning: KnownBeginning) -> None:
        self.file = PdfFile(_ObjectsInCommon(beginning.objects), {})
        self._objects = beginning.objects
        self._fonts: dict[Ref, Mapping[str, LineFont]] = {}
        self._drawings: dict[Ref, StampDrawing | None] = {}

    def fonts(self, resources: Ref) -> Mapping[str, LineFont]:
        """The fonts of some resources, by name; none where anything of them lies elsewhere."""
        if resources not in self._fonts:
            try:
                self._fonts[resources] = self._read_fonts(resources)
            except NotInCommonError:
                self._fonts[resources] = {}
        return self._fonts[resources]

    def _read_fonts(self, resources: Ref) -> dict[str, LineFont]:
        fonts = self.file.dictionary(self.file.dictionary(resources).get("Font"))
        measured = {name: MeasuredFont(self.file, font) for name, font in fonts.items()}
        return {
            name: LineFont(font.meanings, font.widths, font.default)
            for name, font in measured.items()
            if font.has_two_bytes and not font.is_drawn
        }

    def drawing(
        self,
        number: Ref,
        read: Callable[[PdfFile, Ref], StampDrawing | None],
        read_again: Callable[[], StampDrawing | None],
    ) -> StampDrawing | None:
        """A drawing, read once if it lies here with all that it draws with, else as `read_again` does."""
        if number not in self._objects:
            return read_again()
        if number not in self._drawings:
            try:
                self._drawings[number] = read(self.file, number)
            except NotInCommonError:
                return read_again()
        return self._drawings[number]
