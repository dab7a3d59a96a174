"""How objects are written that a packet has for itself: drawings, what a gap is filled in with, and its metadata.

Guarantees: the same values give the same bytes, whoever writes them; little is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consentkit.pdf.file.syntax import Ref
    from consentkit.pdf.file.writer import FileSection

ENTRIES_OF_METADATA = b"/Type /Metadata/Subtype /XML"
"""What the dictionary of the metadata says beside their length."""


def filled(opening: bytes, text: bytes) -> bytes:
    """A gap that is filled in with a text, which is written as a string."""
    return b"%b%b>>" % (opening, text)


def put_drawing(
    file: FileSection, number: Ref, content: bytes, box: Sequence[float], resources: Ref | None = None
) -> None:
    """Write a drawing under a number that it has already. It is small, so it is not compressed, which takes longer.

    `box` has its edges in points: left, bottom, right and top.
    """
    file.put_data(number, entries_of_drawing(box, resources), content, compress=False)


def entries_of_drawing(box: Sequence[float], resources: Ref | None) -> bytes:
    """The entries of a drawing."""
    uses = b"<<>>" if resources is None else b"%d 0 R" % resources
    left, bottom, right, top = box
    return b"/Type /XObject/Subtype /Form/BBox [%g %g %g %g]/Resources %b" % (left, bottom, right, top, uses)
