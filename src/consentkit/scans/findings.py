"""What is said of a page of a scan, and what is known of the page that it shows.

Guarantees: these are plain values, which go from one process to another; a picture is in them only of a place that a
person must look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from consentkit.scans.codes import PageCode
from consentkit.scans.measures import InkMeasures, InkVerdict
from consentkit.scans.page import ScanKind
from consentkit.scans.record import PacketRecord, RecordedPage, RecordedPaper, RecordedPlace

PageOutcome = Literal[
    "read",
    "blank",
    "no code",
    "several codes",
    "no record",
    "no such page",
    "not registered",
    "not checked",
]
"""What became of a page: `read` if its places were looked at; `not checked` if OpenCV or the part is missing;
`not registered` if it does not look like the page that its code names."""


@dataclass(frozen=True)
class KnownPage:
    """A page of a packet that was printed."""

    record: PacketRecord
    paper: RecordedPaper
    page: RecordedPage
    part: bytes = field(repr=False, compare=False)
    """The PDF of the part; empty where it is lost."""


class PageLookup(Protocol):
    """Where pages of packets are found."""

    def find(self, packet: str, page: int) -> KnownPage | Literal["no record", "no such page"]:
        """The page of that number of a packet, or why there is none."""
        ...


@dataclass(frozen=True)
class PlaceFinding:
    """What is said of one place."""

    place: RecordedPlace
    verdict: InkVerdict
    why: str = ""
    """Why nothing certain can be said, in plain words; else empty."""
    measures: InkMeasures | None = None
    cut_out: bytes | None = field(default=None, repr=False, compare=False)
    """A picture of the place and what is around it, in PNG, where a person has to look."""
    is_decided: bool = False
    """Whether a person has said so."""


@dataclass(frozen=True)
class PageFinding:
    """What is said of one page of a scan."""

    name: str
    """Its file, as it was named by whoever handed it in."""
    index: int
    """Its place in the file, counted from 0."""
    kind: ScanKind
    dpi: float
    """Dots per inch of the scan."""
    is_fax: bool
    outcome: PageOutcome
    codes: tuple[PageCode, ...] = ()
    turn: int = 0
    """By how many degrees the scan is to be turned clockwise to be upright: 0, 90, 180 or 270."""
    places: tuple[PlaceFinding, ...] = ()
    warnings: tuple[str, ...] = ()
    """How the scan limits what can be said, in plain words."""

    @property
    def packet(self) -> str | None:
        """The number of the packet; None where the page has no code or several."""
        return self.codes[0].packet if len(self.codes) == 1 else None

    @property
    def page(self) -> int | None:
        """The page of the packet; None where the page has no code or several."""
        return self.codes[0].page if len(self.codes) == 1 else None

    @property
    def print(self) -> int | None:
        """Which of the printed sets of the packet it belongs to; None where the code does not say."""
        return self.codes[0].print_number if len(self.codes) == 1 else None
