"""What is said of scanned pages: which page each is, and where there is ink."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
import pytest

from consentkit.scans.faces import offers
from consentkit.scans.findings import KnownPage, PageFinding
from consentkit.scans.page import ScanPage
from consentkit.scans.pages import scan_pages
from consentkit.scans.reading import read_page
from consentkit.scans.references import References
from kit.scan_machines import COARSE_OR_LOSSY, SCANNERS, TELEPHONE, Machine
from kit.scan_packets import Printed, kept_packet
from kit.scans import TUNING, SimulatedScan, simulated

PRINTED = Printed((kept_packet(),))
PAGES = list(PRINTED.packets[0].pages())
REFERENCES = References()
GRAY = SCANNERS[1]
ONE_BIT = SCANNERS[5]
FAX = COARSE_OR_LOSSY[2]


@cache
def scan(page: int, machine: Machine, seed: int, *faults: str) -> SimulatedScan:
    """A page of the packet that was written on and scanned, with faults."""
    return simulated(PRINTED.packets[0], PAGES[page], machine, [TUNING, 77, seed], faults)


def page_of(data: bytes) -> ScanPage:
    (page,) = scan_pages("scan", data)
    assert isinstance(page, ScanPage), page
    return page


def read(simulated_scan: SimulatedScan, lookup: Printed = PRINTED) -> PageFinding:
    return read_page(page_of(simulated_scan.data), lookup, REFERENCES)


def wrongs(found: PageFinding, truth: SimulatedScan) -> list[str]:
    """What is said of places that is not so; to be unsure is not wrong, nor not to see what the scanner left out."""
    right = {
        "ink": {"ink found", "unsure"},
        "faint": {"ink found", "unsure"} | ({"no ink seen"} if truth.machine.kind == "one-bit" else set()),
        "nothing": {"no ink seen", "unsure"},
        "crossed": {"no ink seen", "unsure"},
        "hidden": {"no ink seen", "unsure"},
        "printed": {"printed"},
    }
    said = zip(truth.written, found.places, strict=True)
    return [f"{one.place.name}: {what} taken for {one.verdict}" for what, one in said if one.verdict not in right[what]]


@pytest.mark.parametrize(
    ("page", "machine"), [(0, GRAY), *((1, machine) for machine in (*SCANNERS, *COARSE_OR_LOSSY[:2], TELEPHONE))]
)
def test_a_page_is_known_by_its_code_and_its_ink_is_found(page: int, machine: Machine) -> None:
    truth = scan(page, machine, 1)
    found = read(truth)
    assert (found.outcome, found.packet, found.page) == ("read", PAGES[page].record.packet, PAGES[page].page.number)
    assert found.kind == machine.kind and found.is_fax == (machine.down == 98)
    assert wrongs(found, truth) == []
    if machine.is_gray_or_color:
        unsure = [one.place.name for one in found.places if one.verdict == "unsure"]
        assert unsure == []


@pytest.mark.parametrize(("page", "seed"), [(0, 16), (1, 63)])
def test_a_photograph_of_a_curled_sheet_is_found_whole(page: int, seed: int) -> None:
    truth = scan(page, TELEPHONE, seed)  # whose code alone leads to one half of it
    found = read(truth)
    assert found.outcome == "read" and wrongs(found, truth) == []
    assert [one.place.name for one in found.places if one.verdict == "unsure"] == []


@pytest.mark.parametrize(
    "fault", ["upside down", "quarter turn", "off", "holes", "staple", "notes", "stamp", "highlight"]
)
def test_what_is_beside_the_places_does_not_count(fault: str) -> None:
    truth = scan(1, GRAY, 2, fault)
    found = read(truth)
    assert found.outcome == "read" and found.turn == truth.turn
    assert wrongs(found, truth) == []
    assert "ink" in truth.written and "nothing" in truth.written
    assert [one.place.name for one in found.places if one.verdict == "unsure"] == []


@pytest.mark.parametrize("machine", [GRAY, ONE_BIT], ids=["gray", "one bit"])
@pytest.mark.parametrize(
    "faults", [("stain",), ("streak",), ("fold",), ("show-through",), ("two at once",), ("tails",)]
)
def test_dirt_is_never_taken_for_ink(faults: Sequence[str], machine: Machine) -> None:
    truth = scan(1, machine, 3, *faults)
    found = read(truth)
    assert found.outcome in ("read", "not registered")
    assert found.outcome == "not registered" or wrongs(found, truth) == []


def test_in_black_and_white_and_by_fax_a_warning_says_what_is_lost() -> None:
    assert read(scan(1, GRAY, 1)).warnings == ()
    (warning,) = read(scan(1, ONE_BIT, 1)).warnings
    assert warning.startswith("it was scanned in black and white, where a faint pen leaves nothing")
    (warning,) = read(scan(1, FAX, 1)).warnings
    assert warning.startswith("it came by fax, which loses thin strokes")


def test_what_is_unsure_comes_with_its_reason_and_a_picture() -> None:
    finding = next(
        one
        for seed in range(3, 9)
        for one in read(scan(1, ONE_BIT, seed, "stain", "tails", "fold")).places
        if one.verdict == "unsure"
    )
    assert finding.why and finding.cut_out is not None and finding.cut_out.startswith(b"\x89PNG")
    assert finding.measures is not None


def test_what_is_said_goes_from_one_process_to_another_and_shows_no_picture() -> None:
    found = read(scan(1, GRAY, 1))
    assert pickle.loads(pickle.dumps(found)) == found
    assert "PNG" not in repr(found) and "array" not in repr(found)


class OnlyPageThree:
    """A packet of which one page is known, with another part."""

    def __init__(self, known: KnownPage) -> None:
        self._known = known

    def find(self, packet: str, page: int) -> KnownPage | Literal["no record", "no such page"]:
        return self._known


def test_a_page_without_a_record_or_a_part_is_known_by_its_code_alone() -> None:
    truth = scan(1, GRAY, 1)
    lost = replace(truth.known, part=b"")
    damaged = replace(truth.known, part=b"%PDF-1.7\n", paper=truth.known.paper.model_copy(update={"part": "0" * 64}))
    page = page_of(truth.data)
    assert read_page(page, Printed(())).outcome == "no record"
    assert read_page(page, OnlyPageThree(lost)).outcome == "not checked"
    assert read_page(page, OnlyPageThree(damaged)).outcome == "not checked"
    assert read_page(page, Printed(())).page == 3


def test_a_page_that_does_not_look_like_its_code_is_not_judged() -> None:
    other = replace(PAGES[0], page=PAGES[0].page.model_copy(update={"number": 3}))
    assert read_page(page_of(scan(1, GRAY, 1).data), OnlyPageThree(other)).outcome == "not registered"


def test_an_empty_back_is_blank_and_a_page_with_a_line_is_not() -> None:
    empty = np.full((2200, 1700), 236, np.uint8)
    page = replace(page_of(scan(1, GRAY, 1).data), gray=empty)
    assert read_page(page, PRINTED).outcome == "blank"
    written = empty.copy()
    written[1000:1004, 300:1200] = 60
    assert read_page(replace(page, gray=written), PRINTED).outcome == "no code"


def without_code(truth: SimulatedScan) -> ScanPage:
    """A scan from which the corner with the code is torn off."""
    page = page_of(truth.data)
    gray = page.gray.copy()
    gray[-260:, -260:] = 240
    gray[:260, :260] = 240
    return replace(page, gray=gray)


@pytest.mark.parametrize(("page", "faults"), [(0, ()), (1, ("upside down",)), (1, ("stain", "notes"))])
def test_a_page_without_its_code_is_offered_by_its_face(page: int, faults: tuple[str, ...]) -> None:
    truth = scan(page, GRAY, 5, *faults)
    torn = without_code(truth)
    assert read_page(torn, PRINTED).outcome == "no code"
    (best, *_) = offers(torn, PAGES, REFERENCES)
    assert (best.packet, best.page, best.turn) == (PAGES[page].record.packet, PAGES[page].page.number, truth.turn)
    assert 0.6 <= best.score <= 1
    assert [offer for offer in offers(torn, [PAGES[1 - page]], REFERENCES) if offer.score > best.score - 0.1] == []


def test_a_page_that_is_like_none_gets_no_offer() -> None:
    page = replace(page_of(scan(1, GRAY, 1).data), gray=np.full((2200, 1700), 236, np.uint8))
    assert offers(page, PAGES, REFERENCES) == ()
    assert offers(without_code(scan(1, GRAY, 5)), [], REFERENCES) == ()
