"""What is kept of a packet so that its signed pages are recognised: which papers it had, and where people write.

Guarantees: nothing of a patient is in a record; what a later version adds to it is ignored, so that older and newer
versions read each other's records as long as their format is the same.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from consentkit.pdf.part import Corners

FORMAT = 1
"""The format of records that this version writes, and the latest that it reads."""

PlaceKind = Literal["signature", "date", "time", "initials", "choice", "text", "lines"]
"""What is written in a place: a choice is a box to mark, text is one line, and lines are several."""


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RecordedPlace(_Recorded):
    """One place to write on."""

    name: str
    """Its name in the paper, such as that of the patient's signature."""
    role: str
    """Whose place it is, such as that of the patient; empty where it is nobody's in particular."""
    kind: PlaceKind
    corners: Corners
    """Its rectangle in points, from the lower left corner of the page."""
    printed: bool
    """Whether something was printed there for the visit: whatever is in it then says nothing."""
    expected: bool
    """Whether the packet is incomplete as long as nobody has written there."""
    one_of: str = ""
    """The name that places share of which one must be filled, such as those of yes and no; empty for any other."""


class RecordedPage(_Recorded):
    """A page that bears a code, since it is filed when it comes back."""

    number: int
    """Its number in the packet, counted from 1, which is in its code."""
    page_of_part: int
    """Its number in its paper, counted from 0."""
    width: float
    """Points."""
    height: float
    """Points."""
    code: Corners | None = None
    """Where its code is, in points from the lower left corner; None where that was not recorded."""
    places: tuple[RecordedPlace, ...] = ()
    """All of them, those included into which something was printed."""


class RecordedPaper(_Recorded):
    """One paper of a packet."""

    kind: str
    """`form`, `paper`, `refusal`, `plan`, ...; as in the packet."""
    code: str
    language: str
    edition: str | None
    content_hash: str
    first: int
    """Its first page in the packet, counted from 1."""
    last: int
    part: str
    """The SHA-256 of the PDF from which the packet was joined, in hexadecimal digits: it has no patient data."""
    pages: tuple[RecordedPage, ...] = ()
    """Those that bear a code."""


class PacketRecord(_Recorded):
    """What is known of a packet's paper."""

    format: int = FORMAT
    packet: Annotated[str, StringConstraints(pattern=r"^[A-Z2-7]{10}$")]
    """The number of the packet."""
    visit: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{0,32}$")] = ""
    """The number of the visit, by which the clinic's own system knows the patient."""
    date: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    """The day of the visit, such as 2026-11-23."""
    pages: int = 0
    """How many pages it has in all, those that stay with the patient too."""
    version: str
    """The version of consentkit that made it."""
    paper_size: str
    languages: tuple[str, ...]
    papers: tuple[RecordedPaper, ...]

    def page(self, number: int) -> tuple[RecordedPaper, RecordedPage] | None:
        """The page of that number, with its paper; None if there is none that bears a code."""
        pages = ((paper, page) for paper in self.papers for page in paper.pages)
        return next(((paper, page) for paper, page in pages if page.number == number), None)
