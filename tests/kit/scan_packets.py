"""Packets of all kinds whose signed paper is simulated: what came out of the printer, and what is kept of it.

Guarantees: every kind of paper that is filed is among them, both languages, two languages in one form, large print,
right to left, both sizes of paper, fields to fill in on a screen, and both sides of a sheet.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from consentkit.documents.opening import open_workspace
from consentkit.model.visit import Visit
from consentkit.packets.packet import Packet
from consentkit.packets.record import record_of
from consentkit.packets.visits import read_visits
from consentkit.scans.findings import KnownPage
from consentkit.scans.record import PacketRecord
from kit import packets
from kit.running import PROJECT

SAMPLES = PROJECT / "samples"
ARABIC = PROJECT / "tests" / "examples" / "arabic"


@dataclass(frozen=True)
class PrintedPacket:
    """A packet as it was printed, and what is kept of it."""

    layout: str
    """What is special about its paper, for the tables: `letter`, `a4`, `large print`, `right to left`, ..."""
    pdf: bytes = field(repr=False)
    record: PacketRecord
    parts: dict[str, bytes] = field(repr=False)

    def pages(self) -> Iterator[KnownPage]:
        """Its pages that are filed."""
        for paper in self.record.papers:
            for page in paper.pages:
                yield KnownPage(self.record, paper, page, self.parts[paper.part])


@dataclass(frozen=True)
class Printed:
    """Several packets: where the pages that come back are looked up."""

    packets: tuple[PrintedPacket, ...]

    def find(self, packet: str, page: int) -> KnownPage | Literal["no record", "no such page"]:
        """The page of that number of a packet, or why there is none."""
        for printed in self.packets:
            if printed.record.packet == packet:
                known = (one for one in printed.pages() if one.page.number == page)
                return next(known, "no such page")
        return "no record"


def printed(layout: str, packet: Packet) -> PrintedPacket:
    """A packet that was made."""
    record, parts = record_of(packet)
    return PrintedPacket(layout, packet.pdf, record, parts)


def of_all_kinds(folder: Path) -> Printed:
    """The packets of the figures; they are made once, and kept in `folder`."""
    kept = folder / "packets.pickle"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = Printed(tuple(_made(folder)))
        kept.write_bytes(pickle.dumps(made))
    loaded: Printed = pickle.loads(kept.read_bytes())
    return loaded


def _made(folder: Path) -> Iterator[PrintedPacket]:
    letter, a4 = SAMPLES / "clinic", _on_a4(folder)
    schedule = [entry.visit for entry in read_visits(str(SAMPLES / "schedule.csv")) if entry.visit]
    yield from _each("letter", letter, schedule)
    yield from _each("a4", a4, schedule[:3])
    yield from _each("a4, two languages, duplex", a4, schedule[10:11], duplex=True)
    yield from _each("large print, a4", a4, [schedule[3]])
    yield from _each("fillable", letter, [schedule[0], schedule[1], schedule[9]], fillable=True)
    yield from _each("duplex", letter, schedule[4:6], duplex=True)
    yield from _each("right to left", ARABIC, [_visit(1, procedures=["90853"], language="ar")])
    fields = [_visit(2, procedures=["45378"]), _visit(3, procedures=["D7140"]), _visit(4, procedures=["90867"])]
    yield from _each(
        "other fields", SAMPLES / "other-fields", [*fields, _visit(5, procedures=["45378"], language="es")]
    )
    papers = ["release-general", "practice-agreement"]
    yield from _each(
        "refusal and papers",
        letter,
        [
            _visit(6, documents=["consent", "refusal"]),
            _visit(7, documents=["refusal"], language="es"),
            _visit(8, documents=["consent", "plan"], papers=papers),
            _visit(9, papers=papers, language="es", first_visit=True),
            _visit(10, papers=papers, large_print=True, yearly_papers=True),
        ],
    )


def _each(
    layout: str, clinic: Path, visits: Sequence[Visit], *, duplex: bool = False, **options: Any
) -> Iterator[PrintedPacket]:
    workspace = open_workspace(clinic)
    for visit in visits:
        name = "large print" if visit.large_print and layout == "letter" else layout
        yield printed(name, packets.packet(workspace, visit, duplex=duplex, **options))


def _visit(number: int, **changes: Any) -> Visit:
    return packets.visit(**{"visit": f"F-{number}", "procedures": ["90837"], "place": "in person", **changes})


def _on_a4(folder: Path) -> Path:
    """The clinic of the samples, with paper of A4."""
    clinic = folder / "a4"
    clinic.mkdir(parents=True, exist_ok=True)
    text = (SAMPLES / "clinic" / "clinic.yaml").read_text(encoding="utf-8").replace("paper: letter", "paper: a4")
    (clinic / "clinic.yaml").write_text(text, encoding="utf-8")
    for each in (SAMPLES / "clinic").iterdir():
        if each.name != "clinic.yaml" and not (clinic / each.name).exists():
            (clinic / each.name).symlink_to(each)
    return clinic
