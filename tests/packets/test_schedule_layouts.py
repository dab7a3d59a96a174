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

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.library.clinic import load_clinic
from consentkit.model.translation import text_hash
from consentkit.operations.packets import MadePacket, PacketOptions, packets_of
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.visits import VisitEntry, read_visits
from kit.examples import compare
from kit.packets import page_texts
from kit.running import SAMPLE_CLINIC
from kit.small import make_clinic, small_procedure, write_procedure, write_translation

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


def test_the_sample_of_an_export_shows_what_is_ready_what_is_needed_and_what_is_skipped() -> None:
    skipped: list[int] = []
    reading = ScheduleReading(load_clinic(SAMPLE_CLINIC).clinic.mapping, None, skipped.append)
    entries = list(read_visits(str(SAMPLE_CLINIC.parent / "export.csv"), None, reading))
    assert [entry.visit is not None for entry in entries] == [True, True, False]
    assert [need.field for need in entries[2].needs] == ["record_number"]
    assert skipped == [8]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic whose procedures have the codes of the layouts, and are quick to lay out."""
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    for code in ("90791", "90834", "90837", "90847", "90853"):
        write_procedure(folder / "procedures", code=code)
    spanish = write_translation(
        folder / "procedures", "es", code="90837", translates=text_hash(small_procedure(code="90837"))
    )
    spanish.rename(spanish.with_name("90837.es.yaml"))
    write_procedure(folder / "procedures", code="90785", billing={"role": "add_on", "add_on_to": ["90834", "90837"]})
    return folder


@pytest.mark.xdist_group("schedules")
@pytest.mark.parametrize("folder", LAYOUTS, ids=lambda path: path.name)
def test_a_layout_becomes_a_day_of_packets(folder: Path, clinic: Path) -> None:
    workspace = open_workspace(clinic, open_store())
    entries, _ = read(folder)
    made = list(packets_of(workspace, entries, PacketOptions(allow_drafts=True)))
    packets = [one for one in made if isinstance(one, MadePacket)]
    assert [one.entry.row for one in packets] == [entry.row for entry in entries if entry.visit]
    for one in packets:
        visit = one.packet.plan.visit
        pages = page_texts(one.pdf)
        assert all(visit.patient.record in page for page in pages)
        assert str(visit.clinician.name) in " ".join(pages)
