"""What is kept of packets that were read back, for the next ones.

Guarantees: what is kept of the beginning of a file counts only for files with the same bytes there, and what is kept of
a drawing only for one with the same digest, which covers its content and all that it draws with. How many beginnings
and drawings are kept is bounded, and so are the bytes of the beginnings. A text that was read is kept until enough
further ones have been.
"""

from __future__ import annotations

from math import inf
from weakref import WeakKeyDictionary

from consentkit.packets.plain_drawings import StampDrawing
from consentkit.packets.same_pages import SamePages
from consentkit.pdf.file.beginnings import KnownBeginning, KnownBeginnings
from consentkit.pdf.file.reader import PdfFile
from consentkit.recent import Recent

_MOST_DRAWINGS = 256


class ReadBefore:
    """What is kept of files that were read before."""

    def __init__(self, most: int, most_bytes: float = inf) -> None:
        """Keep at most that many beginnings, with at most that many bytes unless the latest one alone has more."""
        self.beginnings = KnownBeginnings(most, most_bytes)
        self.drawings: Recent[bytes, StampDrawing | None] = Recent(_MOST_DRAWINGS)
        """Single drawings, by a digest of all that they draw with."""
        self._same: WeakKeyDictionary[KnownBeginning, SamePages] = WeakKeyDictionary()

    def expect(self, beginning: bytes, objects: int = 0) -> KnownBeginning:
        """Keep what follows from a beginning, from the next time on that a file with it is read: that many objects."""
        return self.beginnings.expect(beginning, objects)

    def same_pages(self, file: PdfFile) -> SamePages | None:
        """What a file has in common with others."""
        beginning = file.beginning
        if beginning is None:
            return None
        if beginning not in self._same:
            self._same[beginning] = SamePages(beginning)
        return self._same[beginning]
