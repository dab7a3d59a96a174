"""Tables of another program for tests: one whole row, to be varied, and how the clinic states that it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from consentkit.errors import InvalidInput
from consentkit.model.clinic import Clinic
from consentkit.model.mapping import MappingSettings
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.visits import VisitEntry, visits_in
from consentkit.reading import yaml_file
from consentkit.reading.validation import validated

HEADER = ["Appt ID", "Appt Date", "Appt Time", "Patient", "DOB", "MRN", "Type", "Mod", "Provider", "Place", "Note"]
ROW = ["5001", "11/24/2026", "9:00 AM", "Quillfeather, Ada", "07/09/1984", "QF-77123", "Talk", "", "Vane", "Room 1", ""]
COLUMNS_OF = {
    "visit": {"from": "Appt ID"},
    "date": {"from": "Appt Date"},
    "time": {"from": "Appt Time"},
    "patient_name": {"from": "Patient", "form": "Last, First Middle"},
    "date_of_birth": {"from": "DOB"},
    "record_number": {"from": "MRN"},
    "procedures": {"from": "Type", "translate": {"Talk": ["90837"]}, "modifiers": ["Mod"]},
    "clinician": {"from": "Provider", "translate": {"Vane": "Dr. Vane Umbersley"}},
    "place": {"from": "Place", "translate": {"Room*": "in person", "Video": "telehealth"}},
}
FORMAT: dict[str, Any] = {
    "recognize": ["Appt ID", "MRN"],
    "dates": "MM/DD/YYYY",
    "times": "12-hour",
    "columns": COLUMNS_OF,
    "ignore": ["Note"],
}


def settings(changes: dict[str, Any] | None = None, **others: Any) -> MappingSettings:
    """How the clinic states that tables are written."""
    return MappingSettings.model_validate({"formats": {"one": {**FORMAT, **(changes or {})}}, **others})


def table(*rows: list[str], header: list[str] = HEADER, **dialect: Any) -> bytes:
    """A table in CSV."""
    text = io.StringIO()
    csv.writer(text, **dialect).writerows([header, *rows])
    return text.getvalue().encode()


def row(**cells: str) -> list[str]:
    """The row, with other cells."""
    return [cells.get(name.replace(" ", "_"), cell) for name, cell in zip(HEADER, ROW, strict=True)]


def read(data: bytes, mapping: MappingSettings | None = None, format_name: str | None = None) -> list[VisitEntry]:
    """The visits of a table."""
    return list(visits_in(io.BytesIO(data), "day.csv", ScheduleReading(mapping or settings(), format_name)))


def needs(entry: VisitEntry) -> dict[str, str]:
    """What a visit needs, and why."""
    return {need.field: need.reason for need in entry.needs}


def faults(data: bytes, mapping: MappingSettings | None = None, format_name: str | None = None) -> list[str]:
    """Why a table is refused as a whole."""
    with pytest.raises(InvalidInput) as caught:
        read(data, mapping, format_name)
    return list(map(str, caught.value.problems))


def workbook(*rows: list[object], change: Callable[[Any], object] = lambda sheet: None) -> bytes:
    """A workbook of one sheet, which `change` may change."""
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(cells)
    change(book.active)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def problems_in(text: str) -> list[str]:
    """What is wrong with a clinic.yaml."""
    return [str(problem) for problem in validated(Clinic, yaml_file.parse(text, "clinic.yaml"))[1]]
