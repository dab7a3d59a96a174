"""The text on each page of a file, artifacts and stamps included: it shows whose name is on a page.

Guarantees: text in the notation that the engine writes (strings of hexadecimal glyph numbers in fonts with a map) is
read by the map of its font; each drawing of a page is read separately, so that the text of a stamp stays together; what
is drawn on many pages is read once. Literal strings and fonts without a map, as on the pages of extra files, give no
text: what is not in the result may still be on a page.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping

from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.syntax import Ref, Value
from consentkit.pdf.read.content_text import read_map

_FONT_OR_TEXT = re.compile(
    rb"/([^\s/<>\[\]()]+)\s+[-\d.]+\s+Tf|(\[(?:[^\]()]|\((?:[^()\\]|\\.)*\))*\])\s*TJ|(<[0-9A-Fa-f\s]*>)\s*Tj",
    re.DOTALL,
)
_DRAWN = re.compile(rb"/([^\s/<>\[\]()]+)\s+Do\b")
_CODES = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_DEEPEST = 8


class PageTexts:
    """Reads files that the engine and the linker made. The text of a stream is remembered from file to file."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def read(self, pdf: bytes) -> list[list[str]]:
        """For each page, the text of its content and of each drawing on it. Raises ValueError for a damaged file."""
        return self.read_pages(read_file(pdf))

    def read_pages(self, file: PdfFile) -> list[list[str]]:
        """The same for a file that has been parsed already."""
        try:
            return [list(self._page(file, page)) for page in file.pages()]
        except (zlib.error, KeyError, IndexError, OverflowError, RecursionError) as error:
            raise ValueError("the file is damaged") from error

    def _page(self, file: PdfFile, page: dict[str, Value]) -> Iterator[str]:
        for stream in file.contents(page):
            yield from self._stream(file, stream, page.get("Resources"), 0)
        for annotation in file.array(page.get("Annots")):
            normal = file.dictionary(file.dictionary(annotation).get("AP")).get("N")
            if isinstance(normal, Ref) and file.objects[normal].stream is not None:
                yield from self._stream(file, normal, file.objects[normal].entries.get("Resources"), 0)

    def _stream(self, file: PdfFile, reference: Value, resources: Value | None, depth: int) -> Iterator[str]:
        if not isinstance(reference, Ref) or depth > _DEEPEST:
            return
        item = file.objects[reference]
        fonts = file.dictionary(file.dictionary(resources).get("Font"))
        key = hashlib.sha256(_maps(file, fonts) + (item.stream or b"")).digest()
        content = b""
        if key not in self._known:
            content = inflated(item)
            self._known[key] = _text(file, content, fonts)
        yield self._known[key]
        drawings = file.dictionary(file.dictionary(resources).get("XObject"))
        if drawings:
            for name in _DRAWN.findall(content or inflated(item)):
                drawing = drawings.get(name.decode("latin-1"))
                if isinstance(drawing, Ref) and file.objects[drawing].entries.get("Subtype") == b"/Form":
                    yield from self._stream(file, drawing, file.objects[drawing].entries.get("Resources"), depth + 1)


def _maps(file: PdfFile, fonts: dict[str, Value]) -> bytes:
    """A digest of the maps of fonts: in another file, fonts of the same names may map codes to other characters."""
    maps = ((name, file.dictionary(font).get("ToUnicode")) for name, font in sorted(fonts.items()))
    streams = ((name, file.objects[stream].stream if isinstance(stream, Ref) else None) for name, stream in maps)
    return b"%r" % [(name, hashlib.sha256(stream or b"").digest()) for name, stream in streams]


def _text(file: PdfFile, content: bytes, fonts: dict[str, Value]) -> str:
    """The text of a stream. Fonts without a map, and strings in other notations than the engine's, give no text."""
    known: dict[bytes, Mapping[int, str]] = {}
    meanings: Mapping[int, str] = {}
    pieces: list[str] = []
    for font, array, string in _FONT_OR_TEXT.findall(content):
        if font:
            if font not in known:
                known[font] = _meanings(file, fonts.get(font.decode("latin-1")))
            meanings = known[font]
            continue
        codes = b"".join(b"".join(part.split()) for part in _CODES.findall(array or string))
        pieces += [meanings.get(int(codes[place : place + 4], 16), "") for place in range(0, len(codes) - 3, 4)]
    return "".join(pieces)


def _meanings(file: PdfFile, font: Value | None) -> Mapping[int, str]:
    stream = file.dictionary(font).get("ToUnicode")
    return read_map(inflated(file.objects[stream])) if isinstance(stream, Ref) else {}
