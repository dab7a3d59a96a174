"""The data of a foreign stream, decoded as far as it has to be.

Guarantees: compressed data that is cut off, altered or swells beyond the budget is found before anybody relies on it;
no outside program is called. Pictures are checked, not decoded, but for JPEG, whose decoder tells damage only so.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageFile
from pypdf.filters import ASCII85Decode, ASCIIHexDecode, FlateDecode, LZWDecode, RunLengthDecode
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from consentkit.pdf.extra.drawing import Unsound

MOST_DECODED = 200 * 1024**2
"""Bytes of all streams of a file, decoded."""
MOST_PIXELS = 100_000_000
"""Pixels of one picture: a page of 11 by 17 inches at 600 dots to the inch has 67 million."""

_PICTURES = {"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"}
_LINE_ENDS = (b"\r", b"\n")


class TooLarge(ValueError):
    """A file that swells when it is read."""


@dataclass
class Budget:
    """How much may still be decoded, in bytes."""

    left: int = MOST_DECODED

    def spend(self, amount: int) -> None:
        """Raises TooLarge."""
        self.left -= amount
        if self.left < 0:
            raise TooLarge


@dataclass(frozen=True)
class Peeled:
    """The data of a stream, and the filters that are still to be applied, each with its parameters."""

    data: bytes
    filters: tuple[tuple[str, PdfObject], ...] = ()


def peeled(stream: StreamObject, budget: Budget) -> Peeled:
    """Decode a stream up to the filters that only pictures have. Raises Unsound, TooLarge."""
    is_picture = _value(stream.get("/Subtype")) == "/Image"
    data, chain = bytes(stream._data), _filters(stream)  # pypdf has no public way to the data as it stands
    for index, (name, parameters) in enumerate(chain):
        if name in _PICTURES:
            if not is_picture or index != len(chain) - 1:
                raise Unsound("data in the form of a picture that is none")
            _check_picture(name, data)
            return Peeled(data, chain[index:])
        decoded = _decoded(name, data, parameters, budget, undo_prediction=not is_picture)
        budget.spend(len(decoded))
        if is_picture and _predictor(parameters) > 1:
            if index != len(chain) - 1:
                raise Unsound("a picture that is packed in an uncommon way")
            return Peeled(data if name == "/FlateDecode" else decoded, chain[index:])
        data = decoded
    budget.spend(len(data))
    return Peeled(data)


def check_size(picture: DictionaryObject) -> None:
    """Raises Unsound or TooLarge where a picture has no size, or one beyond measure."""
    width, height = (_value(picture.get(side)) for side in ("/Width", "/Height"))
    if not isinstance(width, int) or not isinstance(height, int) or width < 1 or height < 1:
        raise Unsound("a picture without a size")
    if width * height > MOST_PIXELS:
        raise TooLarge


def packed(content: Peeled, entries: DictionaryObject) -> StreamObject:
    """Make a stream of the entries given, whose data no program can misread."""
    stream = StreamObject()
    stream.update({key: value for key, value in entries.items() if key not in _ABOUT_DATA})
    filters, data = content.filters, content.data
    if not filters:
        data = deflated(data)
        filters = (("/FlateDecode", NullObject()),)
    elif filters[0][0] == "/FlateDecode" and data.endswith(_LINE_ENDS):
        data = deflated(inflated(data, Budget()))
    ((name, parameters),) = filters
    stream[NameObject("/Filter")] = NameObject(name)
    if isinstance(parameters, DictionaryObject):
        stream[NameObject("/DecodeParms")] = parameters
    stream.set_data(data)
    return stream


_ABOUT_DATA = ("/Filter", "/DecodeParms", "/Length", "/F", "/FFilter", "/FDecodeParms", "/DL")


def new_stream(data: bytes) -> StreamObject:
    """Make a compressed stream."""
    return packed(Peeled(data), DecodedStreamObject())


def deflated(data: bytes) -> bytes:
    """Compress data so that it does not end in a line end, which some programs take for that of the file."""
    for level in (9, 8, 7, 6, 5, 4, 3, 2, 1, 0):
        compressed = zlib.compress(data, level)
        if not compressed.endswith(_LINE_ENDS):
            return compressed
    return compressed + b"\0"  # behind its end, where no decoder looks


def inflated(data: bytes, budget: Budget) -> bytes:
    """Decompress data that must be whole. Raises Unsound, TooLarge."""
    if not data:  # what qpdf writes for an empty stream
        return b""
    decompressor = zlib.decompressobj()
    try:
        decoded = decompressor.decompress(data, max(budget.left, 0) + 1)
    except zlib.error as error:
        raise Unsound("compressed data that was altered") from error
    if len(decoded) > budget.left:
        raise TooLarge
    if not decompressor.eof:
        raise Unsound("compressed data that is cut off")
    return decoded


def _filters(stream: StreamObject) -> tuple[tuple[str, PdfObject], ...]:
    names, parameters = _listed(stream.get("/Filter")), _listed(stream.get("/DecodeParms"))
    parameters += [NullObject()] * (len(names) - len(parameters))
    return tuple((str(name), values) for name, values in zip(names, parameters, strict=False))


def _value(entry: Any) -> Any:
    return None if entry is None else entry.get_object()


def _listed(value: Any) -> list[Any]:
    value = _value(value)
    if value is None or isinstance(value, NullObject):
        return []
    return [item.get_object() for item in value] if isinstance(value, ArrayObject) else [value]


def _decoded(name: str, data: bytes, parameters: PdfObject, budget: Budget, *, undo_prediction: bool) -> bytes:
    values = parameters if isinstance(parameters, DictionaryObject) else DictionaryObject()
    match name:
        case "/FlateDecode":
            plain = inflated(data, budget)
            return FlateDecode.decode(data, values) if undo_prediction and _predictor(values) > 1 else plain
        case "/LZWDecode":
            if _predictor(values) > 1:
                raise Unsound("data that is packed in an uncommon way")
            return LZWDecode.decode(data, values)
        case "/ASCII85Decode":
            return ASCII85Decode.decode(data)
        case "/ASCIIHexDecode":
            return ASCIIHexDecode.decode(data)
        case "/RunLengthDecode":
            return RunLengthDecode.decode(data)
    raise Unsound("data that is packed in a way that is not known")


def _predictor(parameters: PdfObject) -> int:
    value = parameters.get("/Predictor", NumberObject(1)).get_object() if isinstance(parameters, dict) else 1
    if not isinstance(value, int):
        raise Unsound("data that is packed in a way that is not known")
    return int(value)


def _check_picture(name: str, data: bytes) -> None:
    if name != "/DCTDecode":
        return
    before = ImageFile.LOAD_TRUNCATED_IMAGES  # WeasyPrint 70 sets it for the whole process
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge
            picture.load()
    except TooLarge:
        raise
    except Exception as error:
        raise Unsound("a picture that is damaged") from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
