"""A batch, while it is killed, starved and disturbed: files are whole, and running it again finishes the rest."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.batches.batch import started
from consentkit.batches.folder import LOCK
from consentkit.batches.manifest import MANIFEST, TABLE
from consentkit.batches.plan import Choice
from consentkit.batches.service_list import requests_of
from consentkit.cache.store import Store, open_store
from consentkit.errors import FileAccess
from consentkit.pdf.file.seal import is_intact
from consentkit.processes.pool import Pool
from consentkit.processes.whole_files import UNFINISHED
from kit import batch_faults
from kit.batch_faults import place_in
from kit.batching import OTHER, Place, make_place
from kit.injecting import Injected, injected_by, may_mount, on_small_disk
from kit.running import NOBODY, as_nobody, command, environment, leftovers
from kit.skipping import needs
from kit.small import CODE, make_clinic, write_procedure

GONE, FRESH = "GONE-1", "FRESH-1"
FILES = [f"{CODE}.refusal.pdf", f"{OTHER}.refusal.pdf"]
NEW_FILE, LEFT_FILE = f"{FRESH}.refusal.pdf", f"{GONE}.refusal.pdf"
REFUSALS = "defaults: {variants: [refusal]}\n"
"""How a list asks for documents that are laid out soonest: what is in them does not matter here."""
CONSENTS = ""
"""How it asks for those that take longer, so that there is time to stop a run before the last one is made."""
CALLS = {"open", "write", "fsync", "replace", "unlink"}


# --- killed, or refused, at each call ---

one_template = pytest.mark.xdist_group("faults of a batch")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one document has changed, one has not, one is new, and one has left the list.

    Those that have to be written wait in the store.
    """
    folder = tmp_path_factory.mktemp("template")
    place = make_place(folder, f"{REFUSALS}services: [{CODE}, {OTHER}, {GONE}]\n", Store(folder / "cache"))
    for code in (GONE, FRESH):
        write_procedure(place.clinic / "procedures", code=code)
    assert "failed" not in place.endings().values()
    old = place.files()
    write_procedure(place.clinic / "procedures", no_treatment="Things may get worse.")
    place.services.write_text(f"{REFUSALS}services: [{FRESH}, {CODE}, {OTHER}]\n")
    for code in (CODE, FRESH):
        place.workspace().render(code, variant="refusal")
    assert place.files() == old
    return folder


def inject(template: Path, folder: Path, step: int, *faults: str) -> list[Injected]:
    return injected_by(batch_faults.__file__, str(template), str(folder), str(step), *faults)


@one_template
@pytest.mark.parametrize(
    ("fault", "step"),
    [("kill before", 1), ("kill amid", 1), ("kill after", 3), ("ENOSPC", 1), ("EMFILE", 3), ("EACCES", 3)],
)
def test_a_fault_at_any_step_leaves_whole_files_that_the_manifest_knows_and_the_next_run_finishes(
    fault: str, step: int, template: Path, tmp_path: Path
) -> None:
    workspace = place_in(template).workspace()
    codes = {FILES[0]: CODE, NEW_FILE: FRESH}
    old = place_in(template).files()
    new = {file: workspace.render(code, variant="refusal").pdf for file, code in codes.items()}
    assert new[FILES[0]] != old[FILES[0]]
    injected = inject(template, tmp_path, step, fault)
    met = {each.call for each in injected}
    if fault == "kill amid":
        assert met == {"write"}
    else:
        assert {"open", "write", "replace"} <= met if step > 1 else met == CALLS
    assert {each.ended for each in injected} <= ({-9} if fault.startswith("kill") else {0, 5})
    assert len(injected) > (5 if fault == "kill amid" else 25 // step)
    for each in injected:
        place = place_in(Path(each.folder))
        require_whole(each, place, old, new)
        if fault != "kill before":
            continue_from(each, place, old, new)


def require_whole(each: Injected, place: Place, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    files = place.files()
    assert files[FILES[0]] in {old[FILES[0]], new[FILES[0]]}, each
    assert files.get(NEW_FILE) in {None, new[NEW_FILE]}, each
    assert files[FILES[1]] == old[FILES[1]], each
    assert files.get(LEFT_FILE, old[LEFT_FILE]) == old[LEFT_FILE], each
    assert set(files) <= set(place.entries()), each
    allowed = {MANIFEST, TABLE, LOCK, *old, *new}
    unfinished = [path for path in place.out.iterdir() if path.name not in allowed]
    assert all(UNFINISHED.fullmatch(path.name) for path in unfinished), each
    assert not unfinished or each.fault.startswith("kill") or each.call == "unlink", each
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.out.iterdir()} == {0o600}


def continue_from(each: Injected, place: Place, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    endings = place.endings()
    assert set(endings.values()) <= {"copied", "unchanged"}, each
    files = place.files()
    assert {name: files[name] for name in (*new, FILES[1])} == {**new, FILES[1]: old[FILES[1]]}, each
    assert set(place.endings().values()) == {"unchanged"}


# --- a whole run of the command ---


def start(place: Place, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command("batch", "-o", place.out, "--clinic", place.clinic, "--cache", place.store.folder or "", *arguments),
        cwd=folder,
        env=environment(TMPDIR=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def many(
    folder: Path,
    number: int,
    templates: dict[str, str] | None = None,
    store: Store | None = None,
    variants: str = REFUSALS,
) -> Place:
    """A clinic with a list of many documents, of one page if nothing else is asked for, of which none is made yet."""
    codes = [f"MANY-{each}" for each in range(number)]
    clinic = make_clinic(folder / "clinic", templates=templates)
    for code in codes:
        write_procedure(clinic / "procedures", code=code)
    (clinic / "services.yaml").write_text(f"{variants}services: [{', '.join(codes)}]\n")
    return Place(clinic, folder / "out", store or Store(folder / "cache"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_process_and_no_half_file_and_the_next_one_finishes(
    how: signal.Signals, tmp_path: Path
) -> None:
    place = many(tmp_path, 5, variants=CONSENTS)
    process = start(place, tmp_path, "--jobs", "2")
    assert process.stdout
    assert process.stdout.readline().startswith("made")
    os.kill(process.pid, how)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if how == signal.SIGINT else -9)
    assert_nobody_left(process.pid)
    made = place.files()
    assert 0 < len(made) < 5
    assert all(map(is_intact, made.values()))
    assert set(made) <= set(place.entries())
    if how == signal.SIGINT:
        assert "Interrupted" in errors
        assert leftovers(place.out) == [LOCK]
        assert not list(tmp_path.glob("consentkit-*"))
        assert {name for name, entry in place.entries().items() if entry.outcome == "pending"} == (
            set(place.entries()) - set(made)
        )
    endings = place.endings()
    assert len(endings) == len(place.files()) == 5
    assert set(endings.values()) <= {"made", "copied", "unchanged"}
    assert sum(ending == "made" for ending in endings.values()) <= 5 - len(made)
    assert all(place.files()[name] == data for name, data in made.items())


def assert_nobody_left(group: int) -> None:
    """Processes of a run whose parent was killed may finish their document; then they are gone."""
    for _ in range(200):
        found = subprocess.run(
            ["ps", "-o", "pid=,stat=", "-s", str(group)], capture_output=True, text=True, check=False
        )
        if not [line for line in found.stdout.splitlines() if "Z" not in line]:
            return
        time.sleep(0.1)
    raise AssertionError(found.stdout)


def test_a_worker_that_is_killed_costs_its_own_document_only(tmp_path: Path) -> None:
    place = many(tmp_path, 4, variants=CONSENTS)
    process = start(place, tmp_path, "--jobs", "1")
    assert process.stdout
    assert process.stdout.readline().startswith("made")
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    os.kill(int(children.stdout.split()[0]), signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    failed = [entry.file for entry in place.entries().values() if entry.outcome == "failed"]
    assert (process.returncode, len(failed), len(place.files())) == (7, 1, 3), errors
    assert f"Error: {failed[0]}: the process that made it ended early (signal 9)" in errors
    assert place.endings()[failed[0]] in {"made", "copied"}


ENDLESS = (
    "{% macro again(depth) %}{% if depth %}{{ again(depth - 1) }}{{ again(depth - 1) }}{% endif %}{% endmacro %}"
    "{{ again(60) }}"
)


def test_a_document_that_never_ends_is_given_up_and_the_others_are_made(tmp_path: Path) -> None:
    place = many(tmp_path, 1, {"refusal.html": ENDLESS})
    place.services.write_text("services: [{code: MANY-0, variants: [information, refusal]}]\n")
    process = start(place, tmp_path, "--time-limit", "9")
    output, errors = process.communicate(timeout=90)
    assert process.returncode == 7
    assert errors.splitlines()[0] == (
        "Error: MANY-0.refusal.pdf: took more than 9 seconds and was stopped; raise the limit with --time-limit"
    )
    assert output.startswith("made       MANY-0.information.pdf")
    assert leftovers(tmp_path) == [LOCK]
    assert_nobody_left(process.pid)


# --- starved ---

SMALL_DISK = """
import subprocess, sys
from pathlib import Path
sys.path[:0] = {path!r}
from kit.batching import Place, counted
from consentkit.errors import FileAccess
from consentkit.cache.store import Store, open_store
place = Place(Path({clinic!r}), Path(sys.argv[1]) / "out", Store(Path({cache!r})))
results = place.run()
print(counted(results))
print(sorted({{result.entry.problem.split(": ", 1)[1] for result in results if result.ending == "failed"}}))
print([name for name in place.files() if place.entries()[name].outcome != "copied"])
subprocess.run(["mount", "-o", "remount,size=10m", sys.argv[1]], check=True)
print(counted(place.run()), len(place.files()))
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
try:
    place.run()
except FileAccess as error:
    print(str(error).split(": ", 1)[1])
"""


@needs("mount", "unshare", allowed=may_mount, otherwise="no file system may be mounted")
def test_a_real_disk_that_is_full_costs_what_does_not_fit_and_with_room_the_rest_is_made(tmp_path: Path) -> None:
    place = many(tmp_path, 6)
    place.run()
    disk = tmp_path / "disk"
    disk.mkdir()
    script = SMALL_DISK.format(path=sys.path, clinic=str(place.clinic), cache=str(place.store.folder))
    lines = on_small_disk(script, disk)
    counts = json.loads(lines[0].replace("'", '"'))
    assert counts["copied"] >= 1
    assert counts["failed"] >= 1
    assert sum(counts.values()) == 6
    assert lines[1] == '["can\'t be written: no space left on device"]'
    assert lines[2] == "[]"
    assert lines[3] == f"{{'unchanged': {counts['copied']}, 'copied': {counts['failed']}}} 6"
    assert lines[4] == "can't be written to: read-only file system"


@pytest.fixture
def taken() -> Iterator[Path]:
    """A folder that a user who is not the administrator may enter but not write to."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, -1)
        Path(folder).chmod(0o555)
        yield Path(folder)
        Path(folder).chmod(0o755)


def test_a_folder_that_may_not_be_written_to_is_told_before_any_work(taken: Path, tmp_path: Path) -> None:
    place = make_place(tmp_path)
    workspace = place.workspace()
    requests = requests_of(workspace, None)
    with (
        as_nobody(),
        pytest.raises(FileAccess, match="can't be written to: permission denied"),
        started(workspace, requests, taken, Choice(), Pool(1)),
    ):
        pass
    assert list(taken.iterdir()) == []


def batch_under_limit(place: Place, folder: Path, kind: int, most: int) -> subprocess.CompletedProcess[str]:
    """Run a batch in a process that may have so much of something."""
    return subprocess.run(
        command("batch", "-o", place.out, "--clinic", place.clinic, "--no-cache"),
        cwd=folder,
        env=environment(),
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(kind, (most, most)),
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("handles", [6, 9, 14])
def test_with_few_file_handles_nothing_is_half_done_and_with_more_all_is(handles: int, tmp_path: Path) -> None:
    place = many(tmp_path, 2, store=open_store())
    done = batch_under_limit(place, tmp_path, resource.RLIMIT_NOFILE, handles)
    assert done.returncode in {0, 5, 6, 7}
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or "rror" in done.stderr
    assert all(map(is_intact, place.files().values()))
    assert set(place.endings().values()) <= {"made", "copied", "unchanged"}
    assert len(place.files()) == 2


@pytest.mark.parametrize("megabytes", [100, 200])
def test_with_little_memory_nothing_is_half_done_and_with_more_all_is(megabytes: int, tmp_path: Path) -> None:
    place = many(tmp_path, 2, store=open_store())
    done = batch_under_limit(place, tmp_path, resource.RLIMIT_AS, megabytes * 1024**2)
    assert done.returncode != 0 or len(place.files()) == 2
    assert "unexpected" not in done.stderr
    assert all(map(is_intact, place.files().values()))
    assert set(place.endings().values()) <= {"made", "copied", "unchanged"}
