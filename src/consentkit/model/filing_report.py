"""What `consentkit file --json` writes: what came back of each packet, and what is missing.

Guarantees: the report has these keys and no others, so that its schema, which is made from them, holds for every
report; nothing of a patient is in it but the number of the visit.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Reported(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlaceReport(_Reported):
    """A place to write on, and what is seen in it. Ink is no proof of who signed."""

    name: str
    """Its name in the record of the packet, such as that of the signature of the patient."""
    kind: Literal["signature", "date", "time", "initials", "choice", "text", "lines"]
    """What is written there: a `choice` is a box to mark."""
    role: str | None
    """Whose place it is, such as `patient`; null where it is nobody's in particular."""
    expected: bool
    """Whether the packet is incomplete without ink there."""
    verdict: Literal["ink found", "no ink seen", "unsure", "printed"]
    """What is seen there: `unsure` is for a person to look at."""
    why: str | None
    """Why nothing certain can be said of it, in words; else null."""


class PageReport(_Reported):
    """A page that came back."""

    page: int = Field(ge=1)
    """Its number in the packet, counted from 1."""
    print_number: int | None = Field(alias="print")
    """Which of the printed sets it belongs to; null where the code does not say."""
    file: str
    """The scan that it was on."""
    page_of_file: int = Field(ge=1)
    """Its number in that scan, counted from 1."""
    outcome: Literal["read", "no record", "not registered", "not checked"]
    """`read` if its places were looked at; `not registered` if it does not look like the page that its code names; `no
    record` and `not checked` if only its code is known."""
    places: tuple[PlaceReport, ...]
    """Its places, without those into which something was printed for the visit."""


class NamedPlace(_Reported):
    """A place about which there is something to say."""

    page: int = Field(ge=1)
    """The page of the packet."""
    name: str
    """Its name in the record of the packet."""
    words: str
    """What it is, in words: `date of the patient`."""
    why: str | None
    """Why nothing certain can be said of it, in words; else null."""


class ReportedPacket(_Reported):
    """What came back of a packet."""

    packet: str = Field(pattern="^[A-Z2-7]{10}$")
    """Its number, as it is printed on each page."""
    visit: str | None
    """The number of the visit; null where there is no record of the packet."""
    date: str | None
    """The day of the visit; null where there is no record of the packet."""
    file: str
    """The file with its pages."""
    fhir: str | None
    """The file with its pages as a DocumentReference of FHIR; null where none was requested."""
    state: Literal["complete", "incomplete", "unsure", "not checked"]
    """`incomplete` where something is missing, `unsure` where a person must look, `not checked` where no place could be
    looked at: without a record of the packet, or without OpenCV."""
    pages: tuple[PageReport, ...]
    """Its pages in their order; one that came twice is there twice."""
    missing: tuple[int, ...]
    """Pages that should have come back and did not."""
    twice: tuple[int, ...]
    """Pages that came more than once; all copies are in the file."""
    prints: tuple[int, ...]
    """The printed sets from which the pages are, where they are from several; else empty."""
    other_packets: tuple[str, ...]
    """Packets of the same visit, in another edition or layout, pages of which came back, too."""
    no_ink_seen: tuple[NamedPlace, ...]
    """Places where ink is expected and none is seen."""
    unsure: tuple[NamedPlace, ...]
    """Places at which a person must look."""
    not_checked: tuple[int, ...]
    """Pages whose places could not be looked at."""


class UnfiledReport(_Reported):
    """A page that could not be placed."""

    file: str
    """The scan that it is on."""
    page: int = Field(ge=1)
    """Its number in that scan, counted from 1."""
    why: str
    """Why, in words."""
    offers: tuple[str, ...]
    """Which pages it may be, in words; nobody but a person can tell."""


class UnreadReport(_Reported):
    """A page or a file that was not read."""

    file: str
    """The scan."""
    page: int | None
    """Its number in that scan, counted from 1; null where all of the scan, or all from there on, was not read."""
    why: str
    """Why, and what to do, in words."""


class FilingReport(_Reported):
    """The report of `consentkit file --json`."""

    complete: bool
    """Whether nothing is missing and nobody needs to look; the exit code is 0 then, and else 7."""
    packets: tuple[ReportedPacket, ...]
    """The packets, in the order in which their first pages came."""
    unfiled: tuple[UnfiledReport, ...]
    """Pages that could not be placed."""
    unread: tuple[UnreadReport, ...]
    """Pages and files that were not read."""
    blank: int = Field(ge=0)
    """How many blank pages were dropped."""
    unfiled_file: str | None
    """The file with the pages that could not be placed; null where there is none."""
    look_at: str | None
    """The page for the browser with the places at which a person must look; null where there is none."""
    warnings: tuple[str, ...]
    """How the scans limit what can be said, in words."""
    note: str
    """What ink is worth."""
