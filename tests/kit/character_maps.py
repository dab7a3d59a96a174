"""What the codes of a font mean, as its ToUnicode map says (ISO 32000-1, 9.10.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pikepdf import Name

_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|([\[\]])")


class FontMap(NamedTuple):
    """How the strings of a font are read."""

    meanings: Mapping[int, str]
    width: int
    """Bytes of a code."""

    def decode(self, data: bytes) -> str:
        """The text of a string. A code without a meaning becomes U+FFFD."""
        codes = (int.from_bytes(data[at : at + self.width], "big") for at in range(0, len(data), self.width))
        return "".join(self.meanings.get(code, "\ufffd") for code in codes)


def font_map(font: Any) -> FontMap:
    """The map of a font. One without a map, and with codes of one byte, counts as Latin-1."""
    if font is None:
        return FontMap({}, 1)
    width = 2 if font.get("/Subtype") == Name.Type0 else 1
    if "/ToUnicode" not in font:
        return FontMap({} if width == 2 else {code: chr(code) for code in range(256)}, width)
    return FontMap(read_character_map(font.ToUnicode.read_bytes()), width)


@lru_cache(maxsize=256)
def read_character_map(data: bytes) -> dict[int, str]:
    """A ToUnicode map (ISO 32000-1, 9.10.3)."""
    found: dict[int, str] = {}
    for kind, body in _BLOCK.findall(data):
        groups = list(_groups(body, 2 if kind == b"bfchar" else 3))
        for group in groups:
            if kind == b"bfchar":
                found[int(group[0], 16)] = _text(group[1])
            else:
                found.update(_range(*group))
    return found


def _groups(body: bytes, size: int) -> Iterator[list[Any]]:
    """The entries of a block: so many strings each, the last of which may be a list."""
    group: list[Any] = []
    inner: list[bytes] | None = None
    for text, bracket in _TOKEN.findall(body):
        if bracket == b"[":
            inner = []
        elif bracket == b"]":
            group.append(inner)
            inner = None
        elif inner is not None:
            inner.append(text)
        else:
            group.append(text)
        if len(group) == size:
            yield group
            group = []


def _range(first: bytes, last: bytes, target: Any) -> Iterator[tuple[int, str]]:
    for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
        if isinstance(target, list):
            yield code, _text(target[place])
        else:
            text = _text(target)
            yield code, text[:-1] + chr(ord(text[-1]) + place)


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")
