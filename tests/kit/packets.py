"""Visits and packets for tests: quick to make, since all share one small procedure and what was made of it."""

from __future__ import annotations

import copy
import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pypdf
from PIL import Image

from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.visit import Visit
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.plan import PacketOptions, PacketPlan
from consentkit.packets.planning import Planner
from consentkit.pdf.read.drawn_text import PageTexts
from kit.pictures import photograph
from kit.small import CODE

_VISIT: dict[str, Any] = {
    "visit": "V-1",
    "date": "2026-11-23",
    "time": "08:00",
    "patient": {"name": "Siobhán O’Keeffe-Martínez", "born": "1984-07-09", "record": "MR-20417"},
    "procedures": [CODE],
    "clinician": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
}
OTHER = {"name": "Marcus T. Whitfield Jr.", "born": "1958-11-24", "record": "MR-20419"}
"""Another patient."""
CHILD = {"name": "D’Angelo Reyes de la Cruz", "born": "2017-06-02", "record": "MR-20427"}
MOTHER = {"name": "Guadalupe de la Cruz Ortega", "relationship": "mother"}


def visit_data(**changes: Any) -> dict[str, Any]:
    """A visit as plain data; `changes` replace whole keys."""
    return {**copy.deepcopy(_VISIT), **changes}


def visit(**changes: Any) -> Visit:
    """A visit."""
    return Visit.model_validate(visit_data(**changes))


def plan(workspace: OpenWorkspace, planned: Visit, **options: Any) -> PacketPlan:
    """The plan of a visit."""
    return Planner(workspace, PacketOptions(**{"allow_drafts": True, **options})).plan(planned, "visit.yaml")


def packet(workspace: OpenWorkspace, planned: Visit, *, duplex: bool = False, **options: Any) -> Packet:
    """The packet of a visit."""
    return PacketMaker(workspace, duplex=duplex).make(plan(workspace, planned, **options))


def texts(pdf: bytes) -> list[list[str]]:
    """What is drawn on each page, drawing by drawing."""
    return PageTexts().read(pdf)


def page_texts(pdf: bytes) -> list[str]:
    """What a program that knows nothing of us reads on each page."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def bookmarks(pdf: bytes) -> list[str]:
    """The titles of all bookmarks."""
    return _titles(pypdf.PdfReader(io.BytesIO(pdf)).outline)


def _titles(outline: Any) -> list[str]:
    return [title for item in outline for title in (_titles(item) if isinstance(item, list) else [str(item["/Title"])])]


def codes(pdf: bytes) -> dict[int, str]:
    """What the codes say that a scanner of 150 dots per inch finds, by page, counted from 1."""
    import zxingcpp

    found = {number: zxingcpp.read_barcodes(page) for number, page in enumerate(scans(pdf), 1)}
    return {number: " ".join(code.text for code in read) for number, read in found.items() if read}


def scans(pdf: bytes) -> list[Image.Image]:
    """A picture of each page, as a scanner takes it."""
    return photograph(pdf, dots_per_inch=150)


def write_visit(path: Path, **changes: Any) -> Path:
    """Write a visit. (JSON is YAML too.)"""
    path.write_text(json.dumps(visit_data(**changes), ensure_ascii=False), encoding="utf-8")
    return path


def write_schedule(path: Path, *rows: dict[str, str]) -> Path:
    """Write a schedule. Each row is a visit of the small procedure unless it says otherwise."""
    usual = {
        "date": "2026-11-23",
        "patient_name": "Nora Nye",
        "date_of_birth": "1984-07-09",
        "procedures": CODE,
        "clinician": "Dr. Amara Okonkwo",
    }
    full = [
        {"visit": f"V-{number}", "record_number": f"MR-{number}", **usual, **row} for number, row in enumerate(rows, 1)
    ]
    columns = list(dict.fromkeys(column for row in full for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(full)
    return path
