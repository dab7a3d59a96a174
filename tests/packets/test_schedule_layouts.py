"""Schedules as programs and people write them: drop a folder into tests/examples/schedules and it becomes a case.

tests/examples/schedules/NAME/export.*       the file, with invented people
tests/examples/schedules/NAME/clinic.yaml    how the clinic states that it is written
tests/examples/schedules/NAME/expected.json  what must be read from it: each visit, or what it needs and why
tests/examples/schedules/NAME/completed.json what a person answers to that, by the lines of the rows

As with the other examples, UPDATE_EXPECTED=1 writes what is expected; then read the difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.library.clinic import load_clinic
from consentkit.model.translation import text_hash
from consentkit.operations.desk.completing import completed_data, edited_entry
from consentkit.operations.desk.fields import data_of
from consentkit.operations.packets import MadePacket, PacketOptions, packets_of
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.visits import VisitEntry, read_visits
from kit.examples import compare
from kit.packets import page_texts
from kit.running import PROJECT, SAMPLE_CLINIC
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
    chosen = next((name for name, one in settings.formats.items() if one.header), None)
    return list(read_visits(str(export_of(folder)), None, ScheduleReading(settings, chosen, skipped.append))), skipped


def completed(folder: Path, entries: list[VisitEntry]) -> list[VisitEntry]:
    """The visits, with what a person has answered, as at the desk."""
    file = folder / "completed.json"
    answers = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return [
        edited_entry(entry, data_of(completed_data(entry.data, answers[str(entry.row)])))
        if str(entry.row) in answers and isinstance(entry.data, Mapping)
        else entry
        for entry in entries
    ]


def as_data(entry: VisitEntry) -> dict[str, Any]:
    shown = {"row": entry.row, "number": entry.number}
    if entry.visit:
        return {**shown, "visit": entry.visit.model_dump(mode="json", exclude_defaults=True)}
    needs = [f"{need.field}: {need.reason}" for need in entry.needs]
    problems = [str(problem).partition("export.")[2] for problem in entry.problems]
    return {**shown, "data": entry.data, "needs": needs, "problems": problems}


def test_there_are_layouts_of_many_programs() -> None:
    assert len(LAYOUTS) >= 22
    table = (PROJECT / "docs" / "layouts.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (?!folder)([a-z][a-z-]+) \|", table, re.MULTILINE)
    assert sorted(listed) == [path.name for path in LAYOUTS]


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
    entries = completed(folder, read(folder)[0])
    if (folder / "completed.json").exists():
        assert sum(entry.visit is not None for entry in entries) >= 2
        entries = entries[:1]  # the others differ in nothing that is drawn
    made = list(packets_of(workspace, entries, PacketOptions(allow_drafts=True)))
    packets = [one for one in made if isinstance(one, MadePacket)]
    assert packets
    assert [one.entry.visit for one in packets] == [entry.visit for entry in entries if entry.visit]
    for one in packets:
        visit = one.packet.plan.visit
        pages = page_texts(one.pdf)
        assert all(visit.patient.record in page for page in pages)
        assert str(visit.clinician.name) in " ".join(pages)
