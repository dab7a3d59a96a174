"""A command that was given before is answered ahead of the program, word for word, unless anything has changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from consentkit import lanes
from consentkit.lanes import lookup
from consentkit.lanes.answers import KnownAnswer, Output, unpacked
from consentkit.lanes.lookup import LaneLook, look_for
from consentkit.lanes.states import FILE, PACKAGES, TREE
from consentkit.operations import remembering
from consentkit.operations.opening import open_cache, open_for_a_run
from consentkit.operations.remembering import GivenAnswer, places_of, remember_answer
from consentkit.output.locking import locked
from kit.running import SOURCE, command, environment
from kit.small import CODE, make_clinic, write_procedure

OTHER = "SMALL-2"
LIST = ("list", "--clinic", "clinic", "--cache", "cache")
LATER = 10_000_000_000
"""Nanoseconds after which no clock is so coarse that an edit could be missed."""


# --- in the lane: the same as by the ordinary way ---

COMMANDS = {
    "a document as JSON": ("render", CODE, "--json", "-o", "one.pdf"),
    "two documents": ("render", CODE, OTHER, "-o", "out/"),
    "the list": ("list",),
    "a batch": ("batch", "-o", "batch"),
    "a batch as JSON": ("batch", "-o", "batch", "--json"),
}


class Trial:
    """A clinic whose commands were all given three times, some seconds apart, and now a fourth time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_clinic(folder / "clinic")
        write_procedure(folder / "clinic/procedures", code=OTHER, review={"issued": "2020-01-15", "next": "2021-01-15"})
        (folder / "clinic/services.yaml").write_text(f"services: [{CODE}, {OTHER}]\n", encoding="utf-8")
        self.run_all()  # which makes what is missing
        self.ordinary = self.run_all()
        self.files = self.written()
        time.sleep(remembering.TICK / 1e9 + 0.1)
        self.run_all()  # which has seen the same files before and after
        self.quick = self.run_all()

    def run_all(self) -> dict[str, tuple[int, bytes, bytes, bool]]:
        return {name: self.run(*arguments) for name, arguments in COMMANDS.items()}

    def run(self, *arguments: str) -> tuple[int, bytes, bytes, bool]:
        """Exit code, stdout, stderr, and whether the program was loaded."""
        said = command(*arguments, "--clinic", "clinic", "--cache", "cache")
        done = subprocess.run(
            [said[0], "-X", "importtime", *said[1:]],
            cwd=self.folder, env=environment(), capture_output=True, timeout=600, check=False,
        )  # fmt: skip
        lines = done.stderr.splitlines(keepends=True)
        imported = [line for line in lines if line.startswith(b"import time:")]
        own = b"".join(line for line in lines if line not in imported)
        return done.returncode, done.stdout, own, any(line.split()[-1] == b"click" for line in imported)

    def written(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(self.folder.glob("*/*.pdf"))}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(tmp_path_factory.mktemp("lanes"))


WITH_TRIAL = pytest.mark.xdist_group("trial of quick answers")  # made once, in one worker


@WITH_TRIAL
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_answered_quickly_is_what_the_ordinary_way_prints(name: str, trial: Trial) -> None:
    (*ordinary, was_loaded), (*quick, is_loaded) = trial.ordinary[name], trial.quick[name]
    assert was_loaded and not is_loaded
    assert [_without_seconds(part) for part in quick] == [_without_seconds(part) for part in ordinary]
    assert quick[0] == 0 and quick[1]


@WITH_TRIAL
def test_what_is_written_quickly_is_the_same_file(trial: Trial) -> None:
    assert trial.written() == trial.files and len(trial.files) == 4
    trial.run(*COMMANDS["a document as JSON"])
    target = trial.folder / "one.pdf"
    data = target.read_bytes()
    target.unlink()
    *_, is_loaded = trial.run(*COMMANDS["a document as JSON"])
    assert not is_loaded and target.read_bytes() == data
    assert target.stat().st_mode & 0o777 == 0o600


@WITH_TRIAL
def test_a_warning_of_the_day_is_among_what_is_answered(trial: Trial) -> None:
    assert b"was due for review on 2021-01-15" in trial.quick["two documents"][2]


def _without_seconds(part: int | bytes) -> int | bytes:
    """What was printed, with no digit in the places of how long the run took."""
    if isinstance(part, int):
        return part
    return re.sub(rb'( in |"seconds": )\d+\.\d+( s:|\}\})', rb"\1-\2", part)


# --- out of the lane ---


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None) -> Path:
    """A clinic whose list was answered, and would be answered again."""
    monkeypatch.chdir(tmp_path)
    clinic = make_clinic(Path("clinic"), templates={"note.html": "<p>One</p>"})
    (clinic / "clauses.en.yaml").write_text("clauses: {}\n", encoding="utf-8")
    (clinic / "approvals.yaml").write_text("approvals: []\n", encoding="utf-8")
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "library-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "packages")
    monkeypatch.setenv("CONSENTKIT_ANYTHING", "0")
    remember()
    assert answered() == b"as before"
    return clinic


def remember(*, began: int = LATER, arguments: tuple[str, ...] = LIST, **given: object) -> None:
    """Remember an answer, of a run that saw the same files before and after."""
    for _ in range(2):
        look = look_at(arguments)
        assert look is not None
        look.began = time.time_ns() + began
        workspace = open_for_a_run(Path("clinic"), open_cache(Path("cache")))
        remember_answer(look, GivenAnswer(workspace, **given), [Output(1, b"as before")])  # type: ignore[arg-type]


def look_at(arguments: tuple[str, ...]) -> LaneLook | None:
    """Look for an answer, as from outside of pytest, which has a variable for each step of a test."""
    own = os.environ.pop("PYTEST_CURRENT_TEST")
    try:
        return look_for(arguments)
    finally:
        os.environ["PYTEST_CURRENT_TEST"] = own


def answered(arguments: tuple[str, ...] = LIST) -> bytes | None:
    look = look_at(arguments)
    return look.outputs[0].data if look and look.outputs else None


def _rewritten(path: Path) -> None:
    """The same size, another content, and the time of the old one."""
    status, data = path.stat(), path.read_bytes()
    path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _replaced(path: Path) -> None:
    """Another file of the same name, size and time."""
    status = path.stat()
    other = path.with_name("other")
    shutil.copyfile(path, other)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edit of the same size, its time set back": lambda clinic: _rewritten(clinic / f"procedures/{CODE}.yaml"),
    "another file under the same name": lambda clinic: _replaced(clinic / f"procedures/{CODE}.yaml"),
    "a touched file": lambda clinic: (clinic / f"procedures/{CODE}.yaml").touch(),
    "a closed file": lambda clinic: (clinic / f"procedures/{CODE}.yaml").chmod(0),
    "a new procedure": lambda clinic: write_procedure(clinic / "procedures", code=OTHER),
    "a removed procedure": lambda clinic: (clinic / f"procedures/{CODE}.yaml").unlink(),
    "a renamed procedure": lambda clinic: (clinic / f"procedures/{CODE}.yaml").rename(clinic / "procedures/X-1.yaml"),
    "a first paper": lambda clinic: (clinic / "papers").mkdir(),
    "a template": lambda clinic: _rewritten(clinic / "templates/note.html"),
    "a new language pack": lambda clinic: (clinic / "templates/languages").mkdir(),
    "the particulars": lambda clinic: _rewritten(clinic / "clinic.yaml"),
    "the clauses": lambda clinic: _rewritten(clinic / "clauses.en.yaml"),
    "a first clause in another language": lambda clinic: (clinic / "clauses.es.yaml").touch(),
    "the approvals": lambda clinic: _rewritten(clinic / "approvals.yaml"),
    "the services": lambda clinic: _rewritten(clinic / "services.yaml"),
    "a folder that is another one": lambda clinic: shutil.copytree(clinic.rename("old"), clinic, copy_function=os.link),
    "a clinic that is nearer": lambda _: Path("clinic.yaml").touch(),
    "a version of a library": lambda _: Path("packages/library-1.0.dist-info").rename("packages/library-1.1.dist-info"),
    "a variable": lambda _: os.environ.update(CONSENTKIT_ANYTHING="1"),
    "the current folder": os.chdir,
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_missed(change: str, place: Path) -> None:
    assert answered() == b"as before"
    CHANGES[change](place)
    assert answered() is None


def test_what_lies_beside_the_clinic_s_texts_changes_nothing(place: Path) -> None:
    (place / "schedule.csv").touch()
    (place / "filed").mkdir()
    assert answered() == b"as before"


@pytest.mark.parametrize("more", [("--json",), ("-q",), ("--no-cache",)])
def test_another_option_is_another_command(more: tuple[str, ...], place: Path) -> None:
    assert answered((*LIST, *more)) is None


def test_another_day_is_another_answer(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "today", lambda: "2099-12-31")
    assert answered() is None


def test_the_program_its_texts_and_its_libraries_are_looked_at(place: Path) -> None:
    workspace = open_for_a_run(place, open_cache(Path("cache")))
    places = places_of(workspace)
    assert places is not None
    assert (TREE, str(SOURCE / "consentkit")) in places
    assert {path.rpartition("/")[2] for kind, path in places if kind == TREE} >= {"templates", "procedures", "papers"}
    libraries = {Path(path).name.partition(".so")[0] for kind, path in places if kind == FILE and ".so" in path}
    assert libraries >= {"libpango-1.0", "libharfbuzz", "libfontconfig"}
    assert (PACKAGES, str(Path("packages").absolute())) in places


def test_a_file_that_the_run_has_read_from_elsewhere_is_looked_at(place: Path) -> None:
    workspace = open_for_a_run(place, open_cache(Path("cache")))
    assert workspace.snapshot
    workspace.snapshot.digest(Path("elsewhere.yaml"))  # which is not there
    assert (FILE, "elsewhere.yaml") in (places_of(workspace) or ())


# --- what is remembered ---


def test_a_file_that_was_changed_a_moment_ago_is_not_trusted(place: Path) -> None:
    (place / "clinic.yaml").touch()
    remember(began=0)
    assert answered() is None
    remember(began=LATER)
    assert answered() == b"as before"


def test_what_can_not_be_seen_any_more_when_a_run_ends_keeps_its_answer_from_being_remembered(place: Path) -> None:
    other = ("list", "--cache", "cache")
    look, workspace = look_at(other), open_for_a_run(Path("clinic"), open_cache(Path("cache")))
    assert look is not None
    (place / "templates/languages").write_text("no folder any more", encoding="utf-8")
    remember_answer(look, GivenAnswer(workspace), [Output(1, b"as before")])
    later = look_at(other)
    assert later is not None and later.state is None


def test_one_run_proves_nothing(place: Path) -> None:
    """Of what was edited while it ran, it may have read the old text."""
    (place / "clinic.yaml").touch()
    look = look_at(LIST)
    assert look
    look.began = time.time_ns() + LATER
    (place / "services.yaml").touch()
    workspace = open_for_a_run(place, open_cache(Path("cache")))
    remember_answer(look, GivenAnswer(workspace), [Output(1, b"read before the edit")])
    assert answered() is None


def _entries() -> Iterator[Path]:
    return (path for path in Path("cache").glob("*/*") if b"answer 1\0" in path.read_bytes())


def test_a_damaged_answer_is_not_believed(place: Path) -> None:
    (entry,) = _entries()
    data = entry.read_bytes()
    assert data.count(b"as before") == 1
    entry.write_bytes(data.replace(b"as before", b"as forged"))
    assert answered() is None
    assert not entry.exists()


def test_a_cache_that_others_can_write_to_answers_nothing(place: Path) -> None:
    Path("cache").chmod(0o777)
    assert answered() is None


def test_bytes_of_another_form_are_no_answer() -> None:
    answer = KnownAnswer([(FILE, "a")], "00", "2026-01-01", is_proven=True, outputs=[Output(2, b"b", 1)], lock="c")
    again = unpacked(answer.packed())
    assert again and again.packed() == answer.packed()
    assert unpacked(b"something else") is None and unpacked(None) is None


# --- what is written ---


@pytest.fixture
def writing(place: Path) -> tuple[str, ...]:
    """A command that writes a document which is kept, and would be answered."""
    store = open_cache(Path("cache"))
    key = "ab" * 32
    store.put(key, b"{}\n%PDF-1.7 a document")
    arguments = ("render", CODE, "--cache", "cache", "-o", "a.pdf")
    remember(arguments=arguments, documents=[(key, Path("a.pdf"))])
    assert answered(arguments) == b"as before"
    assert Path("a.pdf").read_bytes() == b"%PDF-1.7 a document"
    return arguments


def test_a_file_of_somebody_else_is_not_overwritten(writing: tuple[str, ...]) -> None:
    Path("a.pdf").write_bytes(b"%PDF-1.7 mydocument")
    assert answered(writing) is None
    assert Path("a.pdf").read_bytes() == b"%PDF-1.7 mydocument"


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a link": lambda path: path.symlink_to("b.pdf"),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_nothing_but_a_file_is_replaced(kind: str, writing: tuple[str, ...]) -> None:
    Path("a.pdf").rename("b.pdf")
    NO_FILES[kind](Path("a.pdf"))
    before = os.lstat("a.pdf").st_ino
    assert answered(writing) is None
    assert os.lstat("a.pdf").st_ino == before


def test_a_document_that_is_not_kept_any_more_is_not_answered(writing: tuple[str, ...]) -> None:
    Path("cache/ab", "ab" * 32).unlink()
    assert answered(writing) is None


def test_a_kept_document_that_was_altered_is_not_written(writing: tuple[str, ...]) -> None:
    Path("a.pdf").unlink()
    entry = Path("cache/ab", "ab" * 32)
    entry.write_bytes(entry.read_bytes().replace(b"a document", b"a forgery!"))
    assert answered(writing) is None
    assert not Path("a.pdf").exists()


# --- a folder that is as it should be ---


@pytest.fixture
def filled(place: Path) -> tuple[str, ...]:
    """A command that has found all documents of its folder as they should be."""
    Path("out").mkdir()
    Path("out/A.pdf").write_bytes(b"%PDF-1.7")
    with _held_folder():
        pass
    arguments = ("batch", "--cache", "cache", "-o", "out")
    remember(arguments=arguments, folder=Path("out"))
    assert answered(arguments) == b"as before"
    return arguments


def _held_folder() -> AbstractContextManager[int]:
    return locked(Path("out"), seconds=0, taken="is taken", remedy="")


OF_FOLDER: dict[str, Callable[[], object]] = {
    "an altered document": lambda: _rewritten(Path("out/A.pdf")),
    "a missing document": lambda: Path("out/A.pdf").unlink(),
    "something else in it": lambda: Path("out/B.pdf").touch(),
    "a folder that is gone": lambda: shutil.rmtree("out"),
}


@pytest.mark.parametrize("change", OF_FOLDER)
def test_no_change_of_the_folder_is_missed(change: str, filled: tuple[str, ...]) -> None:
    OF_FOLDER[change]()
    assert answered(filled) is None


def test_a_folder_in_which_another_run_works_is_left_to_it(filled: tuple[str, ...]) -> None:
    with _held_folder():
        assert answered(filled) is None
    assert answered(filled) == b"as before"


def test_leftovers_of_a_killed_run_are_left_to_the_ordinary_way(filled: tuple[str, ...]) -> None:
    Path("out/.consentkit-0123456789abcdef.tmp").touch()
    remember(arguments=filled, folder=Path("out"))
    assert answered(filled) is None


# --- the printing ---


@WITH_TRIAL
def test_lost_results_are_reported_by_a_quick_answer_too(trial: Trial) -> None:
    said = command("list", "--clinic", "clinic", "--cache", "cache")
    with Path("/dev/full").open("wb") as full:
        for _ in range(2):
            done = subprocess.run(
                said, cwd=trial.folder, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False
            )
            assert (done.returncode, b"results were lost" in done.stderr) == (5, True)


def test_no_answer_about_a_patient_is_kept() -> None:
    assert set(lanes.COMMANDS) == {"batch", "list", "render"}
