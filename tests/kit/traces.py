"""Looks for words in files, in every form in which programs keep text.

Guarantees: a word is found as it is and in capitals, in UTF-8 and UTF-16, in addresses, in HTML, in JSON, in base64 and
in hexadecimal digits; in what was compressed by zlib or gzip or put into a ZIP, wherever in a file that begins; and on
the pages of PDF files, which draw glyphs and have no words in them.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

import pypdfium2

_COMPRESSED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
"""How something compressed begins."""
_LOCAL_HEADER = 30
_LARGEST = 32 * 1024 * 1024
_LARGEST_FILE = 300_000_000
_DEEPEST = 3


class Words:
    """Words to look for."""

    def __init__(self, words: Iterable[str]) -> None:
        forms = {form for word in words for form in _forms(word)}
        self._pattern = re.compile(b"|".join(re.escape(form) for form in sorted(forms, key=len)), re.IGNORECASE)
        self._words = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)

    def in_file(self, path: Path) -> bool:
        """Whether a file holds any of them; one that is gone holds none."""
        try:
            return self.in_data(path.read_bytes())
        except OSError:
            return False

    def in_data(self, data: bytes) -> bool:
        """Whether any of them is in some data."""
        return any(
            self._pattern.search(part) or (part.startswith(b"%PDF-") and self._words.search(_text_of_pdf(part)))
            for part in _parts(data, _DEEPEST)
        )


def left_behind(folder: Path, words: Words, *, but: Iterable[Path] = ()) -> list[Path]:
    """The files below a folder, except for some folders, that hold any of the words or are named by them."""
    others = tuple(but)
    files = [path for path in folder.rglob("*") if not any(path.is_relative_to(other) for other in others)]
    return [
        path
        for path in files
        if words.in_data(str(path.relative_to(folder)).encode()) or (_is_file(path) and words.in_file(path))
    ]


def new_files(place: Path, since: float, *, but: Iterable[Path] = ()) -> Iterator[Path]:
    """The files below a folder of the system, except in some folders, that were changed since a moment."""
    others = set(but)
    for folder, inner, names in os.walk(place):
        if Path(folder) in others:
            inner.clear()
            continue
        for name in names:
            path = Path(folder, name)
            with suppress(OSError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and status.st_mtime >= since - 1 and status.st_size < _LARGEST_FILE:
                    yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink()
    except OSError:
        return False


def _forms(word: str) -> Iterator[bytes]:
    for text in {word, quote(word), quote_plus(word), html.escape(word), json.dumps(word)[1:-1]}:
        yield text.encode()
    for coding in ("utf-16-le", "utf-16-be"):
        yield word.encode(coding)
    yield word.encode().hex().encode()
    yield word.encode("utf-16-be").hex().encode()
    for before in range(
        3
    ):  # base64 depends on what comes before; the ends, which depend on the neighbours, are left out
        whole = base64.b64encode(b"\0" * before + word.encode()).rstrip(b"=")
        yield whole[(0, 2, 3)[before] : -1]


def _parts(data: bytes, depth: int) -> Iterator[bytes]:
    """The data, and everything in it that was compressed."""
    yield data
    if depth == 0:
        return
    for found in _COMPRESSED.finditer(data):
        if unpacked := _unpacked(data, found.start()):
            yield from _parts(unpacked, depth - 1)


def _unpacked(data: bytes, start: int) -> bytes:
    """What was compressed from some place on, as far as it can be read; a process may have been killed amid it."""
    if data[start : start + 2] == b"PK":
        names = int.from_bytes(data[start + 26 : start + 28], "little")
        names += int.from_bytes(data[start + 28 : start + 30], "little")
        start, bits = start + _LOCAL_HEADER + names, -zlib.MAX_WBITS
    else:
        bits = zlib.MAX_WBITS | 32
    try:
        return zlib.decompressobj(bits).decompress(data[start:], _LARGEST)
    except zlib.error:
        return b""


def _text_of_pdf(data: bytes) -> str:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return ""
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
