"""Files that would fill the memory of the front desk: refused plainly, before anything is made of what they hold."""

from __future__ import annotations

import io
import zipfile

import pytest

from kit.desk import Clerk
from kit.tables import workbook

SHEET = "xl/worksheets/sheet1.xml"
OURS = b"visit,date,patient_name,date_of_birth,record_number,procedures,clinician\n"
HL7 = b"MSH|^~\\&|A|B|C|D|20261120||SIU^S12|1|P|2.5\r"
FHIR = b'{"resourceType":"Bundle","type":"collection","entry":['
TOO_MANY_CELLS = "It has a sheet of more than 200,000 cells"


def with_part(name: str, content: str, *, within: str = "") -> bytes:
    """A workbook with a part, or with something in a part that it has."""
    old, new = zipfile.ZipFile(io.BytesIO(workbook(["A"]))), io.BytesIO()
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in old.namelist():
            if part != name:
                archive.writestr(part, old.read(part))
        before = old.read(name).decode() if within else ""
        archive.writestr(name, before.replace(within, f"{content}{within}", 1) if within else content)
    return new.getvalue()


FILES = {
    "a zip bomb": (with_part("xl/media/1.png", "\0" * 17_000_000), "It unpacks to more than 16,777,216 bytes"),
    "a sheet of many cells": (
        with_part(SHEET, f"<row>{'<c/>' * 200_001}</row>", within="</sheetData>"),
        TOO_MANY_CELLS,
    ),
    "a sheet with a far corner": (
        with_part(SHEET, '<row r="9999"><c r="KN9999"><v>1</v></c></row>', within="</sheetData>"),
        TOO_MANY_CELLS,
    ),
    "a merged area": (
        with_part(SHEET, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', within="<pageMargins"),
        TOO_MANY_CELLS,
    ),
    "a link of a whole sheet": (
        with_part(SHEET, '<hyperlinks><hyperlink ref="A1:XFD99" location="a"/></hyperlinks>', within="<pageMargins"),
        TOO_MANY_CELLS,
    ),
    "many styles": (
        with_part("xl/styles.xml", "<xf/>" * 100_001, within="</cellXfs>"),
        "It holds too much besides its cells",
    ),
    "entities": (with_part(SHEET, '<!DOCTYPE a [<!ENTITY b "c">]>', within="<worksheet"), "It has declarations"),
    "macros": (with_part("xl/vbaProject.bin", "x"), "It contains macros"),
    "many visits": (OURS + b"V-1,2026-11-23,A B,1980-01-01,M,9,C D\n" * 6_000, "It is one visit too many"),
    "JSON without end": (FHIR + b"[" * 100_000, "It is nested more than 20 levels deep"),
    "too many messages": (HL7 * 5_001, "It holds more than 5,000 messages"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_would_fill_the_memory_is_refused_in_a_sentence(clerk: Clerk, kind: str) -> None:
    content, said = FILES[kind]
    assert clerk.post("/schedule", {"file": (io.BytesIO(content), "x")}).status_code == 303
    page = clerk.look()
    assert f"The file could not be read. {said}" in page or f": {said}" in page, page
    assert clerk.desk.day.rows() == []
