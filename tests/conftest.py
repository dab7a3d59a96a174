"""Fixtures that several files of tests share."""

from __future__ import annotations

import datetime
import gc
import os
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from consentkit import resources
from consentkit.cli import OBJECTS_BETWEEN_COLLECTIONS, run
from kit import loaded_in_turns, skipping, thorough
from kit.cluster import Cluster, running_cluster
from kit.cups import PrintSystem, print_system
from kit.running import Outcome
from kit.small import ship_few_texts

IN_CI = os.environ.get("CI", "").casefold() in {"1", "true", "yes"}

QUICK = frozenset(
    [
        "approvals",
        "checks",
        "clinic",
        "docs",
        "examples",
        "files",
        "journal",
        "language",
        "library",
        "library_facts",
        "lock",
        "manifest",
        "model",
        "notices",
        "objects",
        "output",
        "places",
        "readability",
        "reading",
        "rooms",
        "rules",
        "schema",
        "seal",
        "services",
        "syntax",
        "translation",
        "trip",
        "versions",
        "visit_data",
        "visits",
        "writing",
        "yamlfile",
    ]
)
"""The files of tests for daily work: what is read, checked and planned, without a whole document or a process."""


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples properties are tried on, and look for garbage as seldom as the command does, or more so.

    With the page engine a fifth of the time would go by looking.
    """
    thorough.choose_examples(config.option.markexpr)
    gc.set_threshold(8 * OBJECTS_BETWEEN_COLLECTIONS)  # there are ten thousand tests among what is looked at


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let each worker load its share of the files first: what others have compiled by then it need not compile."""
    loaded_in_turns.load_own_share(session.config.args)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look no more for garbage among the tests themselves, and what was loaded with them: all of it stays.

    There are millions of objects, and each test that wants to know what is left in memory looked through them.
    """
    gc.collect()
    gc.freeze()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the quick tests, which `make quick` runs."""
    if item.path.stem.removeprefix("test_") in QUICK:
        item.add_marker(pytest.mark.quick)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark what `make test` leaves out, and keep groups of tests together.

    For pytest 9.2 no longer reads the attribute in which xdist 3.8 notes the group.
    """
    thorough.mark(items)
    yield
    for item in items:
        noted = getattr(item, "_nodeid", item.nodeid)
        if noted != item.nodeid:
            item._id = type(item._id).parse(noted)  # type: ignore[attr-defined,unused-ignore]


def _reasons_of_skips(config: pytest.Config) -> list[str]:
    """Why tests were skipped: in the process that reports, of all workers."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports if report.longrepr]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, a test that could have run must have run."""
    if IN_CI and session.exitstatus == pytest.ExitCode.OK:
        reasons = _reasons_of_skips(session.config)
        if not all(map(skipping.is_accepted, reasons)):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were skipped and why."""
    reasons = _reasons_of_skips(terminalreporter.config)
    terminalreporter.section(f"{len(reasons)} skipped" if reasons else "no test was skipped")
    for line in skipping.summary(reasons, strict=IN_CI):
        terminalreporter.write_line(line)


def _folder_of_run(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder that all workers of this run share, and nobody else."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A cache for this run of the tests, which all its workers share: the user's own is never touched."""
    os.environ["CONSENTKIT_CACHE"] = str(_folder_of_run(tmp_path_factory, "consentkit-cache"))


@pytest.fixture(scope="session", autouse=True)
def parts_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Lay out a page, and read it back, once for this run of the tests, whichever of its workers and tests need it."""
    from kit import laid_out_once, read_back_once  # with the page engine, which who only collects tests does without

    laid_out_once.keep_parts(_folder_of_run(tmp_path_factory, "laid-out"))
    read_back_once.keep_texts(_folder_of_run(tmp_path_factory, "read-back"))


@pytest.fixture(scope="module")
def nothing_kept_of_packets() -> Iterator[None]:
    """Let packets be joined and read completely, as where no process has made such packets before."""
    from consentkit.packets.kept_packets import KeptPackets

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KeptPackets, "_is_used", False)
        yield


@pytest.fixture(scope="session")
def findings_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Look at a page of a scan once for this run of the tests, whichever of its workers and tests hand it in.

    What each process that reads scans would load is loaded first.
    """
    from kit import loaded_ahead, looked_at_once

    loaded_ahead.load_ahead(*loaded_ahead.FOR_SCANS)
    looked_at_once.keep_findings(_folder_of_run(tmp_path_factory, "looked-at"))


@pytest.fixture(scope="session")
def readers_of_files() -> None:
    """Load what each process that accepts a PDF file would load for it."""
    from kit import loaded_ahead

    loaded_ahead.load_ahead(*loaded_ahead.FOR_FILES)


@pytest.fixture(scope="session")
def folder_of_few_texts() -> Iterator[Path]:
    """Where few texts are shipped. Anybody may read it, as an installed package, and unlike what pytest gives."""
    with TemporaryDirectory(prefix="few-texts-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        ship_few_texts(folder / "_shipped")
        yield folder


@pytest.fixture(autouse=True)
def today() -> datetime.date:
    """The day on which the test begins and ends: in the last minute of a day it waits for the next one."""
    now = datetime.datetime.now()
    left = datetime.datetime.combine(now + datetime.timedelta(days=1), datetime.time()) - now
    if left < datetime.timedelta(minutes=1):
        time.sleep(left.total_seconds())
    return datetime.date.today()


@pytest.fixture
def few_texts(folder_of_few_texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few texts be shipped, where a test is about those of a clinic: to check all real ones takes seconds."""
    monkeypatch.setattr(resources, "_PACKAGE", folder_of_few_texts)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line within this process, in an empty folder: quicker than a process of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONSENTKIT_CLINIC", "CONSENTKIT_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call_consentkit(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        stdout, stderr = capsys.readouterr()
        return Outcome(code, stdout.encode(), stderr)

    return call_consentkit


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Dask cluster with two workers. Whoever takes it is in the group `cluster`, so that there is one."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        for _ in range(2):
            cluster.start()
        yield cluster


@pytest.fixture(scope="module")
def cups() -> Iterator[PrintSystem]:
    """A print system for the tests of a file."""
    with print_system() as system:
        yield system


@pytest.fixture
def real(cups: PrintSystem, monkeypatch: pytest.MonkeyPatch) -> PrintSystem:
    """The print system, in place of that of the machine."""
    monkeypatch.setenv("CUPS_SERVER", cups.server)
    return cups
