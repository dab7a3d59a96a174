"""Packets of all kinds whose signed paper is simulated: what came out of the printer, and what is kept of it.

Guarantees: every kind of paper that is filed is among them, both languages, two languages in one form, large print,
right to left, both sizes of paper, fields to fill in on a screen, and both sides of a sheet.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from consentkit.documents.opening import open_workspace
from consentkit.model.visit import Visit
from consentkit.packets.code_drawing import SIDE_OF_CODE
from consentkit.packets.lettering import EDGE
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.record import record_of
from consentkit.packets.visits import read_visits
from consentkit.pdf.part import Corners
from consentkit.scans.findings import KnownPage
from consentkit.scans.record import PacketRecord, RecordedPage
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
    """Empty where only its parts were kept."""
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


def kept_packet() -> PrintedPacket:
    """The small packet of which an old record is among the tests: nothing needs to be made for it."""
    folder = PROJECT / "tests" / "records" / "format-1"
    (path,) = folder.glob("????-??-??/*.json")
    record = PacketRecord.model_validate_json(path.read_bytes())
    parts = {part.stem: part.read_bytes() for part in (folder / "parts").iterdir()}
    papers = tuple(paper.model_copy(update={"pages": tuple(map(_with_code, paper.pages))}) for paper in record.papers)
    return PrintedPacket("letter", b"", record.model_copy(update={"papers": papers}), parts)


def _with_code(page: RecordedPage) -> RecordedPage:
    left, right = page.width - EDGE - SIDE_OF_CODE, page.width - EDGE
    return page.model_copy(update={"code": Corners(left, EDGE, right, EDGE + SIDE_OF_CODE)})


def of_all_kinds(folder: Path) -> Printed:
    """The packets of the figures. Each is made once, and kept in `folder`."""
    return Printed(tuple(_kept(folder, kind) for kind in _kinds(folder)))


def kept_in(folder: Path) -> Printed:
    """Those that were made before."""
    return Printed(tuple(pickle.loads(path.read_bytes()) for path in sorted(folder.glob("*.packet"))))


@dataclass(frozen=True)
class _Kind:
    """A packet that is to be made."""

    layout: str
    clinic: Path
    visit: Visit
    duplex: bool = False
    fillable: bool = False


def _kept(folder: Path, kind: _Kind) -> PrintedPacket:
    path = folder / f"{kind.layout} {kind.visit.visit}.packet"
    if not path.exists():
        workspace = open_workspace(kind.clinic)
        planned = packets.plan(workspace, kind.visit, duplex=kind.duplex, fillable=kind.fillable)
        made = PacketMaker(workspace, duplex=kind.duplex).make(planned)
        path.write_bytes(pickle.dumps(printed(kind.layout, made)))
    kept: PrintedPacket = pickle.loads(path.read_bytes())
    return kept


def _kinds(folder: Path) -> Iterator[_Kind]:
    letter, a4 = SAMPLES / "clinic", _on_a4(folder)
    schedule = [entry.visit for entry in read_visits(str(SAMPLES / "schedule.csv")) if entry.visit]
    for visit in schedule:
        yield _Kind("large print" if visit.large_print else "letter", letter, visit)
    papers = ["release-general", "practice-agreement"]
    yield _Kind("right to left", ARABIC, _visit(1, procedures=["90853"], language="ar", on_file=["group-rules"]))
    yield from (_Kind("a4", a4, visit) for visit in schedule[:3])
    yield _Kind("large print, a4", a4, schedule[3])
    yield _Kind("a4, two languages, duplex", a4, schedule[10], duplex=True)
    yield from (_Kind("fillable", letter, schedule[number], fillable=True) for number in (0, 1, 9))
    yield from (_Kind("duplex", letter, schedule[number], duplex=True) for number in (4, 5))
    fields = SAMPLES / "other-fields"
    yield from (_Kind("other fields", fields, _visit(n, procedures=[code])) for n, code in enumerate(_OTHER, 2))
    yield _Kind("other fields", fields, _visit(5, procedures=["45378"], language="es"))
    yield _Kind("refusal", letter, _visit(6, documents=["consent", "refusal"]))
    yield _Kind("refusal", letter, _visit(7, documents=["refusal"], language="es"))
    yield _Kind("papers", letter, _visit(8, procedures=["90839"], documents=["consent", "plan"], papers=papers))
    yield _Kind("papers", letter, _visit(9, papers=papers, language="es", first_visit=True))
    yield _Kind("papers, large print", letter, _visit(10, papers=papers, large_print=True, yearly_papers=True))


_OTHER = ("45378", "D7140", "90867")


def _visit(number: int, **changes: Any) -> Visit:
    return packets.visit(**{"visit": f"F-{number}", "procedures": ["90837"], "place": "in person", **changes})


def _on_a4(folder: Path) -> Path:
    """The clinic of the samples, with paper of A4."""
    clinic = folder / "a4"
    if not clinic.exists():
        shutil.copytree(SAMPLES / "clinic", clinic)
        particulars = clinic / "clinic.yaml"
        text = particulars.read_text(encoding="utf-8").replace("paper: letter", "paper: a4")
        particulars.write_text(text, encoding="utf-8")
    return clinic
