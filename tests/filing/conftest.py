"""Signed papers of a clinic, and the command that files their scans."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.plan import PacketPlan, PrintSerial
from consentkit.packets.record import record_of
from consentkit.records.folder import RecordFolder
from kit.filed import DPI, Papers, SignedPaper, as_pdf
from kit.packets import OTHER, plan, visit
from kit.pictures import photograph
from kit.running import Outcome
from kit.small import NO_PAPERS_DUE, lengthen_form, make_clinic

Call = Callable[..., Outcome]


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory, findings_of_the_tests: None) -> Papers:
    particulars = f"name: Alder\n{NO_PAPERS_DUE}records:\n  keep_years: 6\n"
    clinic = lengthen_form(make_clinic(tmp_path_factory.mktemp("clinic") / "clinic", particulars))
    workspace = open_workspace(clinic, open_store())
    maker, records = PacketMaker(workspace), RecordFolder(clinic / "records")

    def made(planned: PacketPlan) -> SignedPaper:
        packet: Packet = maker.make(planned)
        record, parts = record_of(packet)
        records.keep(record, parts)
        return SignedPaper(record, [page.convert("L") for page in photograph(packet.pdf, dots_per_inch=DPI)])

    one = plan(workspace, visit())
    two = plan(workspace, visit(visit="V-2", patient=OTHER))
    again = replace(one, serial=PrintSerial(2, datetime.time(9, 5)))
    return Papers(clinic, made(one), made(two), made(again), made(replace(one, duplex=True)))


@pytest.fixture
def file(call: Call, papers: Papers, tmp_path: Path) -> Call:
    """File pictures, as a PDF of a scanner, or files, into `filed`."""

    def filed(scans: Sequence[Image.Image] | Sequence[Path], *options: str) -> Outcome:
        files = [scan for scan in scans if isinstance(scan, Path)]
        if not files:
            files = [tmp_path / "stack.pdf"]
            files[0].write_bytes(as_pdf([scan for scan in scans if isinstance(scan, Image.Image)]))
        return call("file", *files, "-o", "filed", "--clinic", papers.clinic, *options)

    return filed
