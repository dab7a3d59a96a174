"""The data of a foreign stream, decoded as far as necessary.

Guarantees: compressed data that is cut off, altered or expands beyond the budget is detected before anything relies on
it. Pictures are checked without being decoded, except for JPEG, where only decoding reveals damage. Everything else is
decoded by qpdf.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Name, Pdf, PdfError, Stream, StreamDecodeLevel
from PIL import Image, ImageFile

from consentkit.pdf.foreign.drawing import Unsound
from consentkit.pdf.foreign.values import has_entries, listed, name_of, put, text_of_name

MOST_DECODED = 200 * 1024**2
"""The most bytes of all streams of a file, decoded."""
MOST_PIXELS = 100_000_000
"""The most pixels of one picture: a page of 11 by 17 inches at 600 dots per inch has 67 million."""

_PICTURES = {"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"}
_GENERAL = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
_LINE_ENDS = (b"\r", b"\n")
_ABOUT_DATA = ("/Filter", "/DecodeParms", "/Length", "/F", "/FFilter", "/FDecodeParms", "/DL")

Filters = tuple[tuple[str, Any], ...]
"""The filters of a stream, each with its parameters."""


class TooLarge(ValueError):
    """A file that expands to too much data when it is read."""


@dataclass
class Budget:
    """How much may still be decoded, in bytes."""

    left: int = MOST_DECODED

    def spend(self, amount: int) -> None:
        """Count bytes that were decoded. Raises TooLarge."""
        self.left -= amount
        if self.left < 0:
            raise TooLarge


@dataclass(frozen=True)
class Peeled:
    """The data of a stream, and the filters with which it is still encoded, each with its parameters."""

    data: bytes
    filters: Filters = ()


def peeled(stream: Any, budget: Budget) -> Peeled:
    """Decode a stream up to the filters that only pictures have. Raises Unsound, TooLarge."""
    is_picture = name_of(stream, "/Subtype") == "/Image"
    data, chain = _raw(stream), _filters(stream)
    general, special = chain, chain[len(chain) :]
    if chain and chain[-1][0] in _PICTURES:
        general, special = chain[:-1], chain[-1:]
        if not is_picture:
            raise Unsound("data that is encoded as a picture but is none")
    if any(name not in _GENERAL for name, _ in general):
        raise Unsound("data with an unknown filter")
    if is_picture and general and _predictor(general[-1][1]) > 1:
        if special or len(general) > 1 or general[0][0] != "/FlateDecode":
            general, special = general[:-1], general[-1:] + special
            if len(special) > 1 or special[0][0] != "/FlateDecode":
                raise Unsound("a picture with an uncommon combination of filters")
            data = _decoded(data, general, budget)
        else:
            special = general
        budget.spend(len(inflated_within(data, budget)))
        return Peeled(data, special)
    if general:
        data = _decoded(data, general, budget)
    budget.spend(len(data))
    if special:
        _check_picture(special[0][0], data)
    return Peeled(data, special)


def check_size(picture: Any) -> None:
    """Raise Unsound if a picture has no size, or TooLarge if it has too many pixels."""
    width, height = picture.get("/Width"), picture.get("/Height")
    if type(width) is not int or type(height) is not int or width < 1 or height < 1:
        raise Unsound("a picture without a size")
    if width * height > MOST_PIXELS:
        raise TooLarge


def fill(stream: Any, content: Peeled, entries: dict[str, Any]) -> None:
    """Give a new stream its entries, and data that no program can misread."""
    filters, data = content.filters, content.data
    if not filters:
        data, filters = deflated(data), (("/FlateDecode", None),)
    elif filters[0][0] == "/FlateDecode" and data.endswith(_LINE_ENDS):
        data = deflated(inflated_within(data, Budget()))
    ((name, parameters),) = filters
    stream.write(data, filter=Name(name), decode_parms=parameters)
    put(stream, {key: value for key, value in entries.items() if key not in _ABOUT_DATA})


def deflated(data: bytes) -> bytes:
    """Compress data so that it does not end in a line end, which some programs would not count as data."""
    for level in (9, 8, 7, 6, 5, 4, 3, 2, 1, 0):
        compressed = zlib.compress(data, level)
        if not compressed.endswith(_LINE_ENDS):
            return compressed
    return compressed + b"\0"  # after its end, where no decoder looks


def inflated_within(data: bytes, budget: Budget) -> bytes:
    """Decompress data that must be complete. Raises Unsound, TooLarge."""
    if not data:  # as qpdf writes an empty stream
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


def _raw(stream: Any) -> bytes:
    try:
        return bytes(stream.read_raw_bytes())
    except PdfError as error:
        raise Unsound("data that can't be read") from error


def _filters(stream: Any) -> Filters:
    names, parameters = listed(stream.get("/Filter")), listed(stream.get("/DecodeParms"))
    parameters += [None] * (len(names) - len(parameters))
    return tuple((text_of_name(name), values) for name, values in zip(names, parameters, strict=False))


def _decoded(data: bytes, filters: Filters, budget: Budget) -> bytes:
    """Undo general filters. zlib enforces the budget and detects data that is cut off, where qpdf is lenient."""
    if not filters:
        return data
    if filters[0][0] == "/FlateDecode":
        plain = inflated_within(data, budget)
        if len(filters) == 1 and _predictor(filters[0][1]) == 1:
            return plain
    owner = Pdf.new()  # it must live as long as its objects
    packed = Stream(owner, data)
    packed.Filter = Array([Name(name) for name, _ in filters])
    packed.DecodeParms = Array([None if values is None else _parameters(values) for _, values in filters])
    try:
        return bytes(packed.read_bytes(StreamDecodeLevel.specialized))
    except (PdfError, RuntimeError) as error:
        raise Unsound("compressed data that was altered") from error


def _parameters(values: Any) -> Any:
    """A copy of parameters, which are plain numbers for the general filters."""
    from pikepdf import Dictionary

    if not has_entries(values):
        raise Unsound("a filter with unknown parameters")
    return Dictionary({key: value for key, value in values.items() if type(value) is int})


def _predictor(parameters: Any) -> int:
    value = parameters.get("/Predictor", 1) if has_entries(parameters) else 1
    if type(value) is not int:
        raise Unsound("a filter with unknown parameters")
    return value


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
