"""A command loads what it needs: the rest would take most of the time of a packet whose papers are in the cache."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from kit.packets import write_schedule
from kit.running import Outcome
from kit.small import NO_PAPERS_DUE, make_clinic

SCRIPT = "import sys, consentkit.cli as c; c.run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
PARTICULARS = f"""
name: Alder Clinic
logo: logo.png
mapping: {{formats: {{other: {{recognize: [Client, Start], columns: {{date: Start, patient_name: Client}}}}}}}}
{NO_PAPERS_DUE}
"""
FOR_OTHER_RUNS = {
    "making papers": {"weasyprint", "jinja2", "consentkit.pdf.render.engine", "consentkit.documents.making"},
    "a logo that is seen for the first time": {"PIL", "logging"},
    "a journal, or records": {"sqlite3", "consentkit.journal.journal", "consentkit.records.folder"},
    "printing": {"consentkit.output.print_queue", "consentkit.operations.printing", "subprocess"},
    "a second process": {"multiprocessing", "concurrent.futures", "consentkit.processes.aside"},
    "schedules of other programs": {"consentkit.packets.mapping.rows", "consentkit.packets.mapping.days"},
    "workbooks": {"openpyxl", "consentkit.reading.workbooks", "xml.parsers.expat"},
    "other systems": {"hl7", "consentkit.fhir", "consentkit.hl7v2"},
    "files of others": {"pikepdf", "pypdf", "pypdfium2"},
    "other commands": {"consentkit.checks", "consentkit.batches", "consentkit.approval.approve", "consentkit.web"},
}


def test_a_packet_from_the_cache_loads_nothing_that_only_other_runs_need(
    call: Callable[..., Outcome], tmp_path: Path
) -> None:
    clinic = make_clinic(tmp_path / "clinic", PARTICULARS)
    Image.new("RGB", (8, 8), "navy").save(clinic / "logo.png")
    day = write_schedule(tmp_path / "day.csv", {}, {})
    arguments = ["packet", day, "--visit", "V-1", "-o", "out/", "--clinic", clinic, "--allow-drafts"]
    assert call(*arguments).code == 0  # which fills the cache
    run = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "V-1.pdf" in done.stdout
    loaded = set(done.stderr.split())
    assert {needed_for: names & loaded for needed_for, names in FOR_OTHER_RUNS.items() if names & loaded} == {}
