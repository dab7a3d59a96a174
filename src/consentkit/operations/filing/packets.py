"""What came back of each packet: its pages in their order, and what is missing from it.

Guarantees: a packet is complete only where each page that is filed came back and was checked, and ink was found in each
place where it is expected at the visit; whatever a person must look at is said. Ink is no proof of who signed, and
nothing here says that somebody has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consentkit.operations.filing.reading import PlacedPage
from consentkit.records.folder import RecordFolder
from consentkit.scans.findings import PlaceFinding
from consentkit.scans.record import PacketRecord, PlaceKind, RecordedPlace

PacketState = Literal["complete", "incomplete", "unsure", "not checked"]
"""`incomplete` where something is missing; `unsure` where a person must look; `not checked` where no place could be
looked at, without a record or without OpenCV."""

_ROLES = {"assent": "patient who assents"}


@dataclass(frozen=True)
class PlaceOfPage:
    """A place of a packet about which there is something to say."""

    page: int
    """The page of the packet."""
    name: str
    """Its name in the record."""
    words: str
    """What it is, in words: `date of the patient`."""
    why: str = ""
    """Why nothing certain can be said of it."""
    cut_out: bytes | None = field(default=None, repr=False)
    """A picture of it, where a person must look."""
    kind: PlaceKind = "text"
    role: str = ""
    scan: str = ""
    """The scanned page that it is on: another copy of the page has other ink."""


@dataclass(frozen=True)
class ReturnedPacket:
    """The pages of one packet that came back."""

    packet: str
    pages: tuple[PlacedPage, ...]
    """In the order of the packet; one that came twice is there twice."""
    record: PacketRecord | None = None
    missing: tuple[int, ...] = ()
    """Pages that should have come back and did not."""
    twice: tuple[int, ...] = ()
    """Pages that came more than once."""
    prints: tuple[int, ...] = ()
    """The printed sets from which the pages are, where they are from several."""
    other_packets: tuple[str, ...] = ()
    """Packets of the same visit, such as of another edition of a text, pages of which came back, too."""
    without_ink: tuple[PlaceOfPage, ...] = ()
    """Places where ink is expected and none is seen."""
    unsure: tuple[PlaceOfPage, ...] = ()
    """Places at which a person must look."""
    both_marked: tuple[PlaceOfPage, ...] = ()
    """Questions to which yes and no are marked, as a person has seen."""
    unchecked: tuple[PlacedPage, ...] = ()
    """Pages whose places could not be looked at."""
    with_ink: int = 0
    """In how many of the places where it is expected there is ink."""

    @property
    def state(self) -> PacketState:
        """Whether everything is there."""
        if self.record is None:
            return "not checked"
        if self.missing or self.without_ink or self.both_marked:
            return "incomplete"
        if all(page.finding.outcome == "not checked" for page in self.pages):
            return "not checked"
        if self.unsure or self.unchecked or self.prints:
            return "unsure"
        return "complete"

    @property
    def name(self) -> str:
        """What its file is called, without the ending: the day and number of the visit, and its own number."""
        if self.record is None or not self.record.visit:
            return self.packet
        return f"{self.record.date}-{self.record.visit}-{self.packet}"


def returned_packets(pages: Iterable[PlacedPage], records: RecordFolder | None) -> list[ReturnedPacket]:
    """The packets of pages, in the order in which they first came."""
    of_packets: dict[str, list[PlacedPage]] = {}
    for page in pages:
        if page.finding.packet is not None:
            of_packets.setdefault(page.finding.packet, []).append(page)
    known = {packet: records.find(packet) if records else () for packet in of_packets}
    visits = {packet: (kept[0].visit, kept[0].date) for packet, kept in known.items() if kept and kept[0].visit}
    return [
        _returned(
            packet,
            own,
            known[packet],
            tuple(other for other in visits if other != packet and visits[other] == visits.get(packet)),
        )
        for packet, own in of_packets.items()
    ]


def _returned(
    packet: str, pages: Sequence[PlacedPage], records: Sequence[PacketRecord], others: tuple[str, ...]
) -> ReturnedPacket:
    ordered = sorted(pages, key=lambda page: page.finding.page or 0)
    copies: dict[int, list[PlacedPage]] = {}
    for page in ordered:
        copies.setdefault(page.finding.page or 0, []).append(page)
    twice = tuple(number for number, same in copies.items() if len(same) > 1)
    prints = tuple(sorted({page.finding.print for page in ordered if page.finding.print is not None}))
    prints = prints if len(prints) > 1 else ()
    if not records:
        return ReturnedPacket(packet, tuple(ordered), twice=twice, prints=prints, other_packets=others)
    # Where it was made more than once, nobody knows which of them was signed.
    filed = sorted({page.number for record in records for paper in record.papers for page in paper.pages})
    judged = [_best(number, same) for number, same in copies.items()]
    return ReturnedPacket(
        packet,
        tuple(ordered),
        records[0],
        missing=tuple(number for number in filed if number not in copies),
        twice=twice,
        prints=prints,
        other_packets=others,
        without_ink=tuple(place for one in judged for place in one.without_ink),
        unsure=tuple(place for one in judged for place in one.unsure),
        both_marked=tuple(place for one in judged for place in one.both_marked),
        unchecked=tuple(one.page for one in judged if one.page.finding.outcome != "read"),
        with_ink=sum(one.with_ink for one in judged),
    )


@dataclass(frozen=True)
class _JudgedPage:
    page: PlacedPage
    without_ink: tuple[PlaceOfPage, ...] = ()
    unsure: tuple[PlaceOfPage, ...] = ()
    both_marked: tuple[PlaceOfPage, ...] = ()
    with_ink: int = 0

    @property
    def lacks(self) -> tuple[bool, int, int]:
        """How much is missing, for comparison with other copies of the page."""
        is_unread = self.page.finding.outcome != "read"
        return is_unread, len(self.without_ink) + len(self.both_marked), len(self.unsure)


def _best(number: int, copies: Sequence[PlacedPage]) -> _JudgedPage:
    """What is said of a page; of several copies, the one from which least is missing."""
    return min((_judged(number, page) for page in copies), key=lambda one: one.lacks)


def _judged(number: int, page: PlacedPage) -> _JudgedPage:
    without, unsure, both, inked = list[PlaceOfPage](), list[PlaceOfPage](), list[PlaceOfPage](), 0
    for same in _questions(page.finding.places):
        verdicts = {one.verdict for one in same}
        if not same[0].place.expected:  # whatever is in it, nothing follows from that
            continue
        doubtful = [one for one in same if one.verdict == "unsure"]
        unsure += (_place_of_page(number, page, one) for one in doubtful)
        if len(same) > 1 and all(one.verdict == "ink found" for one in same):
            undecided = [one for one in same if not one.is_decided]
            unsure += (_place_of_page(number, page, one, "both answers are marked") for one in undecided)
            both += [] if undecided else [_place_of_page(number, page, same[0])]
        elif "ink found" in verdicts:
            inked += 1
        elif not doubtful:
            without.append(_place_of_page(number, page, same[0]))
    return _JudgedPage(page, tuple(without), tuple(unsure), tuple(both), inked)


def is_unsure(page: PlacedPage) -> bool:
    """Whether a person must look at a place of this copy of a page, if no other copy has everything."""
    return bool(_judged(page.finding.page or 0, page).unsure)


def _questions(places: Iterable[PlaceFinding]) -> Iterator[list[PlaceFinding]]:
    """Places that are looked at together: one by one, but for those of which one is filled in."""
    together: dict[str, list[PlaceFinding]] = {}
    for place in places:
        together.setdefault(place.place.one_of or f"place {place.place.name}", []).append(place)
    yield from together.values()


def _place_of_page(number: int, page: PlacedPage, finding: PlaceFinding, why: str = "") -> PlaceOfPage:
    place = finding.place
    return PlaceOfPage(
        number,
        place.name,
        place_words(place),
        why or finding.why,
        finding.cut_out,
        place.kind,
        place.role,
        page.label,
    )


def place_words(place: RecordedPlace) -> str:
    """What a place is, in words."""
    if place.role:
        what = "name" if place.name.endswith("_printed_name") else place.kind
        return f"{what} of the {_ROLES.get(place.role, place.role.replace('_', ' '))}"
    name = place.name.replace("_", " ")
    if place.kind == "initials":
        return f"initials at {name.removesuffix(' initials')}"
    return f"yes or no at {place.one_of.replace('_', ' ')}" if place.one_of else name
