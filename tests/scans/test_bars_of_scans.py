"""The bars that docs/filing-figures.md is measured by, held on a few scans that are always the same.

They are of a series of their own, with everything that may happen to a sheet left to chance.
"""

from __future__ import annotations

from consentkit.scans.page import ScanPage
from consentkit.scans.pages import scan_pages
from consentkit.scans.reading import read_page
from consentkit.scans.references import References
from kit.scan_machines import COARSE_OR_LOSSY, SCANNERS, TELEPHONE
from kit.scan_packets import Printed, kept_packet
from kit.scans import simulated

HELD = 3
"""The series: neither that for tuning nor that for judging."""
MACHINES = (*SCANNERS[:2], SCANNERS[3], *SCANNERS[5:], *COARSE_OR_LOSSY[:2], TELEPHONE)
PRINTED = Printed((kept_packet(),))
PAGES = list(PRINTED.packets[0].pages())


def test_no_empty_place_is_called_inked_and_no_page_is_taken_for_another() -> None:
    references = References()
    said: list[tuple[bool, str, str]] = []
    happened, readable = set[str](), 0
    for number, machine in enumerate(MACHINES):
        known = PAGES[number % len(PAGES)]
        truth = simulated(PRINTED.packets[0], known, machine, [HELD, number])
        (page,) = scan_pages("scan", truth.data)
        assert isinstance(page, ScanPage)
        finding = read_page(page, PRINTED, references)
        assert [(code.packet, code.page) for code in finding.codes] in ([], [(known.record.packet, known.page.number)])
        assert not finding.codes or finding.turn == truth.turn
        readable += bool(finding.codes)
        happened.update(truth.faults)
        verdicts = [one.verdict for one in finding.places]
        said += ((machine.is_gray_or_color, *pair) for pair in zip(truth.written, verdicts, strict=False))
    assert [one for one in said if one[1] in ("nothing", "crossed") and one[2] == "ink found"] == []
    inked = [one for one in said if one[0] and one[1] in ("ink", "faint")]
    assert [one for one in inked if one[2] == "no ink seen"] == []
    assert sum(verdict == "ink found" for *_, verdict in inked) >= 0.9 * len(inked)
    assert readable >= len(MACHINES) - 2 and len(happened) >= 3
    assert len(inked) >= 8 and sum(written == "nothing" for _, written, _ in said) >= 15
