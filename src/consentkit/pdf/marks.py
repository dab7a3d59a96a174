"""The marked content of the pages, as the engine wrote it: found again, and changed where it is wrong.

Guarantees: only marks and invisible spaces are changed; what is drawn stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pydyf
from weasyprint.pdf.stream import Stream

from consentkit.pdf.gathering import Artifact
from consentkit.pdf.structure import Mark

_SHOW_TEXT = re.compile(rb"\] TJ$")
_SELECT_FONT = re.compile(rb"^/(?P<name>\S+) (?P<size>\S+) Tf$")
_SPACES = (" ", "\u00a0")


class _Spot(NamedTuple):
    """Where a marked-content sequence starts: the position of its properties among the operators of its stream."""

    stream: Stream
    position: int


class MarkedContent:
    """All marked-content sequences of a document.

    Text under an element with an opacity below 1 is not in the stream of its page, but in that of a group (a form
    XObject) which the page draws. The engine counts its marks together with those of the page.
    """

    def __init__(self, pdf: pydyf.PDF, page_streams: Sequence[Stream], fonts: Iterable[Any]) -> None:
        pages = {id(stream._tags): page for page, stream in enumerate(page_streams)}
        self._spots: dict[Mark, _Spot] = {}
        self._spaces = dict(_spaces(fonts))
        for item in pdf.objects:
            if isinstance(item, Stream) and id(item._tags) in pages:
                page = pages[id(item._tags)]
                self._spots.update({Mark(page, mcid): _Spot(item, position) for position, mcid in _sequences(item)})

    def stream(self, mark: Mark) -> Stream:
        """The content stream that holds a sequence."""
        return self._spots[mark].stream

    def set_aside(self, mark: Mark, artifact: Artifact) -> None:
        """Mark a sequence as an artifact."""
        stream, start = self._spots[mark]
        stream.stream[start - 1] = "/Artifact"
        stream.stream[start] = artifact.value

    def append_space(self, mark: Mark) -> bool:
        """Add a space to the end of a piece of text, where nothing follows that it could move.

        Returns whether that was possible: the font files hold only the characters that the document already shows.
        """
        stream, start = self._spots[mark]
        operators = stream.stream
        shown, font = None, None
        for position in range(start, operators.index(b"EMC", start)):
            if selected := _match(_SELECT_FONT, operators[position]):
                font = selected
            elif _match(_SHOW_TEXT, operators[position]):
                shown = position
        if shown is None or font is None or not self._spaces:
            return False
        if font["name"] in self._spaces:
            operators[shown] = operators[shown].removesuffix(b"] TJ") + self._spaces[font["name"]] + b"] TJ"
        else:
            name, glyph = next(iter(self._spaces.items()))
            operators[shown] += b"\n/%b %b Tf\n[%b] TJ" % (name, font["size"], glyph)
        return True


def _sequences(stream: Stream) -> Iterator[tuple[int, int]]:
    """The position and the identifier of each marked-content sequence that is content."""
    for position, item in enumerate(stream.stream):
        if isinstance(item, pydyf.Dictionary) and "MCID" in item:
            yield position, item["MCID"]


def _spaces(fonts: Iterable[Any]) -> Iterator[tuple[bytes, bytes]]:
    """The fonts that have a space, by the name that selects them in a stream, each with its space as written there."""
    for font in fonts:
        digits = 2 if font.bitmap else 4
        for glyph, text in font.to_unicode.items():
            if text in _SPACES:
                yield font.hash.encode(), f"<{glyph:0{digits}x}>".encode()
                break


def _match(pattern: re.Pattern[bytes], operator: object) -> re.Match[bytes] | None:
    return pattern.search(operator) if isinstance(operator, bytes) else None
