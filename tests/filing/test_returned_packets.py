"""What is said of the pages of a packet that came back: pure values, no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.operations.filing.packets import ReturnedPacket, place_words, returned_packets
from consentkit.operations.filing.reading import PlacedPage
from consentkit.operations.filing.sheet import unsure_sheet
from consentkit.pdf.part import Corners
from consentkit.records.folder import RecordFolder
from consentkit.scans.codes import PageCode
from consentkit.scans.findings import PageFinding, PlaceFinding
from consentkit.scans.record import PacketRecord, RecordedPage, RecordedPaper, RecordedPlace

PACKET = "ABCDEFGHIJ"
CORNERS = Corners(10, 10, 100, 30)
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def place(name: str, *, kind: str = "signature", expected: bool = True, one_of: str = "") -> RecordedPlace:
    role = name.split("_", maxsplit=1)[0] if kind in ("signature", "date") else ""
    return RecordedPlace(
        name=name, role=role, kind=kind, corners=CORNERS, printed=False, expected=expected, one_of=one_of
    )


SIGNATURE = place("patient_signature")
DATE = place("patient_signed_on", kind="date")
TIME = place("patient_signed_at", kind="time", expected=False)
YES, NO = (place(f"calls_{answer}", kind="choice", one_of="calls") for answer in ("yes", "no"))
PAGES = {2: (SIGNATURE, DATE, TIME), 3: (YES, NO)}


def record(packet: str = PACKET) -> PacketRecord:
    pages = tuple(
        RecordedPage(number=number, page_of_part=number - 2, width=612, height=792, places=places)
        for number, places in PAGES.items()
    )
    paper = RecordedPaper(
        kind="form", code="90837", language="en", edition="1", content_hash="", first=2, last=3, part="", pages=pages
    )
    return PacketRecord(
        packet=packet, visit="V-1", date="2026-11-23", pages=5, version="1", paper_size="letter", languages=("en",),
        papers=(paper,),
    )  # fmt: skip


class Records(RecordFolder):
    """Records in memory."""

    def __init__(self, *kept: PacketRecord) -> None:
        super().__init__(Path("nowhere"))
        object.__setattr__(self, "kept", kept)

    def find(self, packet: str) -> tuple[PacketRecord, ...]:
        return tuple(one for one in self.__dict__["kept"] if one.packet == packet)


def came(
    number: int, *, packet: str = PACKET, outcome: Any = "read", print_number: int | None = None, **verdicts: Any
) -> PlacedPage:
    """A page that came back: ink in all its places but where `verdicts` says otherwise."""
    places = tuple(PlaceFinding(one, verdicts.get(one.name, "ink found")) for one in PAGES[number])
    if number == 3 and not verdicts:
        places = (PlaceFinding(YES, "ink found"), PlaceFinding(NO, "no ink seen"))
    code = PageCode(packet, number, print_number, SQUARE)
    read = places if outcome == "read" else ()
    finding = PageFinding("stack.pdf", 0, "gray", 200, False, outcome, (code,), places=read)
    return PlacedPage(Path("stack.pdf"), b"", (612, 792), finding)


def one(pages: Sequence[PlacedPage], *records: PacketRecord) -> ReturnedPacket:
    (packet,) = returned_packets(pages, Records(*(records or (record(),))))
    return packet


def test_all_pages_with_ink_in_all_expected_places_are_complete() -> None:
    packet = one([came(3), came(2, patient_signed_at="no ink seen")])
    assert packet.state == "complete" and packet.with_ink == 3
    assert [page.finding.page for page in packet.pages] == [2, 3]
    assert packet.name == f"2026-11-23-V-1-{PACKET}"


@pytest.mark.parametrize(
    ("yes", "no", "state", "words"),
    [
        ("ink found", "no ink seen", "complete", []),
        ("no ink seen", "ink found", "complete", []),
        ("no ink seen", "no ink seen", "incomplete", ["yes or no at calls"]),
        ("ink found", "ink found", "unsure", ["yes or no at calls", "yes or no at calls"]),
        ("unsure", "no ink seen", "unsure", ["yes or no at calls"]),
        ("ink found", "unsure", "unsure", ["yes or no at calls"]),
    ],
)
def test_of_yes_and_no_exactly_one_is_marked(yes: str, no: str, state: str, words: list[str]) -> None:
    packet = one([came(2), came(3, calls_yes=yes, calls_no=no)])
    assert packet.state == state
    assert [found.words for found in (*packet.without_ink, *packet.unsure)] == words


def test_where_a_person_has_seen_that_both_are_marked_it_is_said_and_not_asked_again() -> None:
    page = came(3, calls_yes="ink found", calls_no="ink found")
    (yes, no) = page.finding.places

    def seen(*places: PlaceFinding) -> ReturnedPacket:
        return one([came(2), replace(page, finding=replace(page.finding, places=places))])

    packet = seen(replace(yes, is_decided=True), no)
    assert packet.state == "unsure" and [place.name for place in packet.unsure] == ["calls_no"]
    packet = seen(replace(yes, is_decided=True), replace(no, is_decided=True))
    assert packet.state == "incomplete" and packet.unsure == () and len(packet.both_marked) == 1


def test_pages_of_each_making_of_a_packet_are_expected() -> None:
    shorter = record()
    (paper,) = shorter.papers
    shorter = shorter.model_copy(update={"papers": (paper.model_copy(update={"pages": paper.pages[:1]}),)})
    assert one([came(2)], shorter).state == "complete"
    assert one([came(2)], shorter, record()).missing == (3,)


def test_a_page_that_could_not_be_checked_or_a_page_without_a_record_is_never_complete() -> None:
    assert one([came(2), came(3, outcome="not registered")]).state == "unsure"
    assert one([came(2), came(3, outcome="not checked")]).unchecked
    assert one([came(2), came(3)], record("BBBBBBBBBB")).state == "not checked"


def test_of_two_copies_one_must_have_everything_by_itself() -> None:
    halves = one([came(2, patient_signature="no ink seen"), came(2, patient_signed_on="no ink seen"), came(3)])
    assert halves.state == "incomplete" and halves.twice == (2,) and len(halves.without_ink) == 1
    whole = one([came(2, patient_signature="no ink seen"), came(2), came(3)])
    assert whole.state == "complete" and whole.twice == (2,) and len(whole.pages) == 3


def test_pages_of_two_prints_are_for_a_person_to_look_at() -> None:
    packet = one([came(2, print_number=1), came(3, print_number=2)])
    assert packet.prints == (1, 2) and packet.state == "unsure"
    assert one([came(2, print_number=2), came(3, print_number=2)]).prints == ()


def test_packets_of_one_visit_name_each_other() -> None:
    other = "BBBBBBBBBB"
    pages = [came(2), came(3, packet=other)]
    packets = returned_packets(pages, Records(record(), record(other)))
    assert [(packet.packet, packet.other_packets) for packet in packets] == [(PACKET, (other,)), (other, (PACKET,))]


VERDICTS = st.sampled_from(["ink found", "no ink seen", "unsure"])


@given(st.fixed_dictionaries(dict.fromkeys(("patient_signature", "patient_signed_on"), VERDICTS)), VERDICTS, VERDICTS)
def test_nothing_is_complete_unless_ink_was_found_wherever_it_is_expected(
    verdicts: dict[str, str], yes: str, no: str
) -> None:
    packet = one([came(2, **verdicts), came(3, calls_yes=yes, calls_no=no)])
    is_whole = set(verdicts.values()) == {"ink found"} and {yes, no} == {"ink found", "no ink seen"}
    assert (packet.state == "complete") == is_whole
    found = {place.name for place in (*packet.without_ink, *packet.unsure)}
    assert {name for name, verdict in verdicts.items() if verdict != "ink found"} <= found


def test_places_are_named_in_words() -> None:
    second = SIGNATURE.model_copy(update={"role": "second_clinician_1"})
    names = {
        SIGNATURE: "signature of the patient",
        DATE: "date of the patient",
        second: "signature of the second clinician 1",
        place("confidentiality_initials", kind="initials"): "initials at confidentiality",
        place("section_1_blank_2", kind="text"): "section 1 blank 2",
    }
    assert [place_words(one) for one in names] == list(names.values())


def test_the_sheet_escapes_what_it_quotes() -> None:
    packet = one([came(2, patient_signature="unsure"), came(3)])
    hostile = ReturnedPacket("<b>&", packet.pages, None, unsure=packet.unsure)
    text = (unsure_sheet([hostile]) or b"").decode()
    assert "<h2>Packet &lt;b&gt;&amp;</h2>" in text and unsure_sheet([one([came(2), came(3)])]) is None
