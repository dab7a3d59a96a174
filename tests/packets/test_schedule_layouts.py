"""Schedules as programs and people write them: drop a folder into tests/examples/schedules and it becomes a case.

tests/examples/schedules/NAME/export.*       the file, with invented people
tests/examples/schedules/NAME/clinic.yaml    how the clinic states that it is written
tests/examples/schedules/NAME/expected.json  what must be read from it: each visit, or what it needs and why

As with the other examples, UPDATE_EXPECTED=1 writes what is expected; then read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from consentkit.library.clinic import load_clinic
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.visits import VisitEntry, read_visits
from kit.examples import compare

LAYOUTS = sorted(path for path in (Path(__file__).parents[1] / "examples" / "schedules").iterdir() if path.is_dir())


def export_of(folder: Path) -> Path:
    (file,) = folder.glob("export.*")
    return file


def reading_of(folder: Path, format_name: str | None = None) -> ScheduleReading:
    return ScheduleReading(load_clinic(folder).clinic.mapping, format_name)


def read(folder: Path) -> tuple[list[VisitEntry], list[int]]:
    skipped: list[int] = []
    settings = load_clinic(folder).clinic.mapping
    return list(read_visits(str(export_of(folder)), None, ScheduleReading(settings, None, skipped.append))), skipped


def as_data(entry: VisitEntry) -> dict[str, Any]:
    shown = {"row": entry.row, "number": entry.number}
    if entry.visit:
        return {**shown, "visit": entry.visit.model_dump(mode="json", exclude_defaults=True)}
    needs = [f"{need.field}: {need.reason}" for need in entry.needs]
    problems = [str(problem).partition("export.")[2] for problem in entry.problems]
    return {**shown, "data": entry.data, "needs": needs, "problems": problems}


def test_there_are_layouts_of_many_programs() -> None:
    assert len(LAYOUTS) >= 16


@pytest.mark.parametrize("folder", LAYOUTS, ids=lambda path: path.name)
def test_a_layout_is_read_as_the_clinic_states(folder: Path) -> None:
    entries, skipped = read(folder)
    data = {"visits": list(map(as_data, entries)), "skipped": skipped}
    compare(folder / "expected.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
