"""The marked content of the pages, as the engine wrote it: located, read, and corrected.

Guarantees: only marks and invisible spaces are changed; what is drawn stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pydyf
from weasyprint.pdf.stream import Stream

from consentkit.pdf.tags.collect import Artifact
from consentkit.pdf.tags.nodes import Mark

_SHOW_TEXT = re.compile(rb"\] TJ$")
_SELECT_FONT = re.compile(rb"^/(?P<name>\S+) (?P<size>\S+) Tf$")
_GLYPHS = re.compile(rb"<([0-9a-f]+)>")
_SPACES = (" ", "\u00a0")


class _MarkSpot(NamedTuple):
    """Where a marked-content sequence starts: the position of its properties among the operators of its stream."""

    stream: Stream
    position: int


class _TextOperator(NamedTuple):
    """An operator that shows text: its position, and the font that is selected for it."""

    position: int
    font: re.Match[bytes]


class _Glyphs:
    """What the glyphs of a font mean, and how its space is written."""

    def __init__(self, font: Any) -> None:
        self._digits = 2 if font.bitmap else 4
        self._meanings: dict[int, str] = font.to_unicode
        spaces = (glyph for glyph, meaning in font.to_unicode.items() if meaning in _SPACES)
        self.space = next((f"<{glyph:0{self._digits}x}>".encode() for glyph in spaces), None)

    def read(self, operator: bytes) -> Iterator[str]:
        """The characters that an operator shows."""
        for glyphs in _GLYPHS.findall(operator):
            for start in range(0, len(glyphs), self._digits):
                yield self._meanings.get(int(glyphs[start : start + self._digits], 16), "")


class MarkedContent:
    """All marked-content sequences of a document.

    Text under an element with an opacity below 1 is not in the stream of its page, but in that of a group (a form
    XObject) which the page draws. The engine counts its marks together with those of the page.
    """

    def __init__(self, pdf: pydyf.PDF, page_streams: Sequence[Stream], fonts: Iterable[Any]) -> None:
        pages = {id(stream._tags): page for page, stream in enumerate(page_streams)}
        self._spots: dict[Mark, _MarkSpot] = {}
        self._fonts = {font.hash.encode(): _Glyphs(font) for font in fonts}
        self._spare_space = next(((name, font.space) for name, font in self._fonts.items() if font.space), None)
        for item in pdf.objects:
            if isinstance(item, Stream) and id(item._tags) in pages:
                page = pages[id(item._tags)]
                self._spots.update({Mark(page, mcid): _MarkSpot(item, position) for position, mcid in sequences(item)})

    def stream(self, mark: Mark) -> Stream:
        """The content stream that holds a sequence."""
        return self._spots[mark].stream

    def set_aside(self, mark: Mark, artifact: Artifact) -> None:
        """Mark a sequence as an artifact."""
        stream, start = self._spots[mark]
        stream.stream[start - 1] = "/Artifact"
        stream.stream[start] = artifact.value

    def read(self, mark: Mark) -> str:
        """The text of a sequence according to its glyphs, in the order in which they are drawn."""
        operators = self.stream(mark).stream
        return "".join(
            character
            for item in self._text_operators(mark)
            for character in self._fonts[item.font["name"]].read(operators[item.position])
        )

    def append_space(self, mark: Mark) -> bool:
        """Add a space to the end of a piece of text, where it can't move anything that follows.

        Returns whether that was possible: the font files have only the characters that the document already contains.
        """
        last = next(reversed(self._text_operators(mark)), None)
        if last is None or self._spare_space is None:
            return False
        operators = self.stream(mark).stream
        if own_space := self._fonts[last.font["name"]].space:
            operators[last.position] = operators[last.position].removesuffix(b"] TJ") + own_space + b"] TJ"
        else:
            name, space = self._spare_space
            operators[last.position] += b"\n/%b %b Tf\n[%b] TJ" % (name, last.font["size"], space)
        return True

    def _text_operators(self, mark: Mark) -> list[_TextOperator]:
        stream, start = self._spots[mark]
        text_operators: list[_TextOperator] = []
        font: re.Match[bytes] | None = None
        for position in range(start, stream.stream.index(b"EMC", start)):
            operator = stream.stream[position]
            if not isinstance(operator, bytes):
                continue
            font = _SELECT_FONT.search(operator) or font
            if font is not None and _SHOW_TEXT.search(operator):
                text_operators.append(_TextOperator(position, font))
        return text_operators


def sequences(stream: Stream) -> Iterator[tuple[int, int]]:
    """The position and the identifier of each marked-content sequence that has one."""
    for position, item in enumerate(stream.stream):
        if isinstance(item, pydyf.Dictionary) and "MCID" in item:
            yield position, item["MCID"]
