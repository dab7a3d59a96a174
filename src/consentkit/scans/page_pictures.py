"""The pictures on a page of a PDF, where it has nothing else to show.

Guarantees: a page with anything visible but pictures is not taken for one, nor is a picture that PDF/A does not take as
it is. Text that nobody sees, as scanners with a text recognition add it, is left out, and so is what a JPEG has beside
its picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from consentkit.pdf.file.geometry import IDENTITY, Matrix, moved, product
from consentkit.pdf.file.syntax import Ref, Value
from consentkit.scans.jpeg import only_picture

_PICTURE_KEYS = ("Width", "Height", "BitsPerComponent", "Decode", "ImageMask")
_KEPT_AS_THEY_ARE = {"/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/FlateDecode", "/RunLengthDecode"}
_DEVICE_SPACES = {"/DeviceGray", "/DeviceRGB"}
_HARMLESS = {"w", "J", "j", "M", "d", "ri", "i", "BMC", "EMC", "MP", "DP", "BT", "ET", "BX", "EX"}
"""Operators that draw nothing, and without which the pictures look the same."""
_OF_TEXT = {"Tc", "Tw", "Tz", "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*"}
_SHOWING = {"Tj", "TJ", "'", '"'}
_BLACK = {"g": (0.0,), "rg": (0.0, 0.0, 0.0), "G": (0.0,), "RG": (0.0, 0.0, 0.0)}
_INVISIBLE = 3
_MOST_OPERATORS = 200_000
_MOST_PICTURES = 200
_DEEPEST = 4
_SLACK = 1.5
"""Points by which a clipping path may be smaller than its page."""


class NotOnlyPictures(ValueError):
    """A page shows something else, or a picture of a kind that can't be taken over."""


@dataclass
class DrawnPictures:
    """What a page shows."""

    box: tuple[float, float, float, float]
    rotate: int
    drawings: list[tuple[Matrix, int]] = field(default_factory=list)
    """Each picture with its matrix, by its place in `streams`."""
    streams: list[tuple[dict[str, Value], bytes]] = field(default_factory=list)
    """Entries and content; a reference is the place of another one."""


def pictures_of(pdf: Any, index: int) -> DrawnPictures:
    """The pictures of a page of a file that pikepdf has opened. Raises NotOnlyPictures."""
    import pikepdf

    page = pdf.pages[index]
    try:
        drawn = DrawnPictures(_box(page), int(page.get("/Rotate", 0)) % 360)
        if drawn.rotate % 90 or "/UserUnit" in page.obj or page.get("/Annots"):
            raise NotOnlyPictures
        resources = page.get("/Resources", {})
        pictures = resources.get("/XObject", {})
        copier = _PictureCopier(drawn.streams)
        for matrix, name in _drawn(pikepdf.parse_content_stream(page), drawn.box):
            if len(drawn.drawings) == _MOST_PICTURES:
                raise NotOnlyPictures
            drawn.drawings.append((matrix, copier.picture(pictures[name])))
    except (pikepdf.PdfError, LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise NotOnlyPictures from error
    if not drawn.drawings:
        raise NotOnlyPictures
    return drawn


def _box(page: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(value) for value in page.cropbox)
    box = min(left, right), min(bottom, top), max(left, right), max(bottom, top)
    if not (3 <= box[2] - box[0] <= 14400 and 3 <= box[3] - box[1] <= 14400):  # ISO 32000-1, annex C.2
        raise NotOnlyPictures
    return box


@dataclass
class _PageCanvas:
    """What is drawn, operator by operator."""

    box: tuple[float, float, float, float]
    matrix: Matrix = IDENTITY
    is_hidden: bool = False
    """Whether text would not be seen."""
    saved: list[Matrix] = field(default_factory=list)
    path: list[tuple[Matrix, Any]] = field(default_factory=list)

    def take(self, name: str, operands: Any) -> None:
        """Follow an operator that draws nothing. Raises NotOnlyPictures for any other."""
        match name:
            case "q":
                self.saved.append(self.matrix)
            case "Q":
                self.matrix = self.saved.pop()
            case "cm":
                self.matrix = product(_numbers(operands, 6), self.matrix)
            case "Tr":
                self.is_hidden = int(operands[0]) == _INVISIBLE
            case "re":
                self.path.append((self.matrix, operands))
            case "n":
                self.path.clear()
            case _ if not self._is_harmless(name, operands):
                raise NotOnlyPictures

    def _is_harmless(self, name: str, operands: Any) -> bool:
        if name in _SHOWING:
            return self.is_hidden
        if name in ("W", "W*"):
            return len(self.path) == 1 and _covers(*self.path[0], self.box)
        if name in _BLACK:
            return tuple(map(float, operands)) == _BLACK[name]
        if name == "BDC":
            return str(operands[0]) != "/OC"  # a layer, which may be hidden
        return name in _HARMLESS | _OF_TEXT


def _drawn(operations: Any, box: tuple[float, float, float, float]) -> Iterator[tuple[Matrix, str]]:
    """Each picture that is drawn, with the matrix for it. Raises NotOnlyPictures."""
    if len(operations) > _MOST_OPERATORS:
        raise NotOnlyPictures
    canvas = _PageCanvas(box)
    for operands, operator in operations:
        name = str(operator)
        if name == "Do":
            yield canvas.matrix, str(operands[0])
        else:
            canvas.take(name, operands)


def _numbers(operands: Any, count: int) -> Matrix:
    values = tuple(float(value) for value in operands)
    if len(values) != count:
        raise NotOnlyPictures
    return values  # type: ignore[return-value]


def _covers(matrix: Matrix, operands: Any, box: tuple[float, float, float, float]) -> bool:
    """Whether a rectangle, in which everything is drawn from there on, is at least the page."""
    left, bottom, width, height = (float(value) for value in operands)
    corners = [(left, bottom), (left + width, bottom + height)]
    a, b, c, d, *_ = matrix
    points = [moved(matrix, x, y) for x, y in corners]
    across, up = sorted(x for x, _ in points), sorted(y for _, y in points)
    is_straight = not (b or c) or not (a or d)
    return (
        is_straight
        and across[0] <= box[0] + _SLACK
        and up[0] <= box[1] + _SLACK
        and across[1] >= box[2] - _SLACK
        and up[1] >= box[3] - _SLACK
    )


@dataclass
class _PictureCopier:
    """Copies pictures with what belongs to them, each once."""

    streams: list[tuple[dict[str, Value], bytes]]
    _places: dict[tuple[int, int], int] = field(default_factory=dict)

    def picture(self, picture: Any, *, is_mask: bool = False) -> int:
        """Copy a picture. Returns its place among the streams. Raises NotOnlyPictures."""
        key = picture.objgen
        if key in self._places and key != (0, 0):
            return self._places[key]
        if str(picture.get("/Subtype")) != "/Image" or "/Alternates" in picture or "/OPI" in picture:
            raise NotOnlyPictures
        entries: dict[str, Value] = {"Type": b"/XObject", "Subtype": b"/Image"}
        for name in _PICTURE_KEYS:
            if f"/{name}" in picture:
                entries[name] = self._value(picture[f"/{name}"])
        if "/ColorSpace" in picture:
            entries["ColorSpace"] = self._space(picture.ColorSpace)
        for name in ("Mask", "SMask"):
            if f"/{name}" in picture and not is_mask:
                other = picture[f"/{name}"]
                entries[name] = self._value(other) if _is_array(other) else Ref(self.picture(other, is_mask=True))
        return self._add(key, {**entries, **self._compression(picture)}, picture)

    def _compression(self, picture: Any) -> dict[str, Value]:
        """How it is compressed: as it is, or not any more where it is in a way that PDF/A does not take."""
        filters = picture.get("/Filter")
        if filters is None:
            return {}
        names = [str(name) for name in filters] if _is_array(filters) else [str(filters)]
        if not set(names) <= _KEPT_AS_THEY_ARE:
            if set(names) <= _KEPT_AS_THEY_ARE | {"/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode"} and not (
                set(names) & {"/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode"}
            ):
                return {"Filter": b"/FlateDecode"}
            raise NotOnlyPictures
        entries: dict[str, Value] = {"Filter": self._value(filters)}
        if "/DecodeParms" in picture:
            entries["DecodeParms"] = self._value(picture.DecodeParms)
        return entries

    def _space(self, space: Any) -> Value:
        """A colour space that PDF/A takes beside that of the file: gray, red-green-blue, or one with a profile."""
        if not _is_array(space):
            if str(space) not in _DEVICE_SPACES:
                raise NotOnlyPictures
            return str(space).encode()
        kind = str(space[0])
        if kind == "/ICCBased":
            profile = space[1]
            if int(profile.N) not in (1, 3):
                raise NotOnlyPictures
            entries: dict[str, Value] = {"N": b"%d" % int(profile.N), "Filter": b"/FlateDecode"}
            return [b"/ICCBased", Ref(self._add(profile.objgen, entries, profile))]
        if kind == "/Indexed":
            base, highest, table = self._space(space[1]), self._value(space[2]), space[3]
            content = table.read_bytes() if hasattr(table, "read_bytes") else bytes(table)
            return [b"/Indexed", base, highest, b"<" + content.hex().encode() + b">"]
        if kind in ("/CalGray", "/CalRGB"):
            return [kind.encode(), self._value(space[1])]
        raise NotOnlyPictures

    def _value(self, value: Any, depth: int = 0) -> Value:
        """A number, a name, or a list or dictionary of such; and what JBIG2 pictures share."""
        import pikepdf

        if depth > _DEEPEST:
            raise NotOnlyPictures
        if isinstance(value, pikepdf.Stream):
            return Ref(self._add(value.objgen, {"Filter": b"/FlateDecode"}, value))
        if isinstance(value, pikepdf.Array):
            return [self._value(item, depth + 1) for item in value]
        if isinstance(value, pikepdf.Dictionary):
            return {str(key)[1:]: self._value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if isinstance(value, Decimal):
            return f"{value:f}".encode()
        return b"null" if value is None else str(value).encode()  # a name, or a number without decimals

    def _add(self, key: tuple[int, int], entries: dict[str, Value], stream: Any) -> int:
        """Add a stream, in its own compression where the entries have that."""
        is_kept = "Filter" not in entries or ("Width" in entries and _same_filter(entries, stream))
        content = stream.read_raw_bytes() if is_kept else zlib.compress(stream.read_bytes(), 6)
        if entries.get("Filter") in (b"/DCTDecode", [b"/DCTDecode"]):
            content = only_picture(content)
        place = len(self.streams)
        self.streams.append((entries, content))
        self._places[key] = place
        return place


def _is_array(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Array)


def _same_filter(entries: dict[str, Value], stream: Any) -> bool:
    filters = stream.get("/Filter")
    names = [str(name).encode() for name in filters] if _is_array(filters) else [str(filters).encode()]
    kept = entries["Filter"]
    return names == (kept if isinstance(kept, list) else [kept])
