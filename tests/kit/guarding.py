"""The guards of consentkit, knocked out one by one, and the tests that must notice it.

    PYTHONPATH=tests python -m kit.guarding [--jobs N] [WORD...]

does what `make guards` does; words choose guards whose entry holds them.

Each entry of tests/guards/*.yaml names a guard, the file that calls it, the text to take out there (`take`) and what
takes its place (`put`, nothing where left out), and the tests that must fail then (`seen`). The text is that of the
call, not of the guard itself: a guard that is right and never called protects nobody.

Guarantees: nothing of this tree is altered, since each knock-out happens in a copy of it. A guard counts as seen only
where each of its tests passes on the whole tree, and fails by an assertion without the guard: a test that ends by any
other exception might fail for a reason that has nothing to do with it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
TABLES = "tests/guards"
SOURCE = "src/consentkit"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the tables are read by each worker of the tests
_COPIED = ("src", "tests", "templates", "procedures", "papers", "docs", "samples", "tools", "pyproject.toml")
_LOADED_ONCE = ("weasyprint", "pydantic", "jinja2", "pypdf", "pypdfium2", "PIL.Image", "fontTools.ttLib", "zxingcpp")
"""Libraries that take long to load: the processes that are forked have them then. Nothing of consentkit is loaded."""
_FEW = 3
"""Guards for which it is not worth loading them ahead."""
_BY_ASSERTION = ("AssertionError", "Failed")
"""How a test fails that has looked: by `assert`, or by pytest, where what it waited for was not raised."""
_SECONDS = 240
"""Of processor time that the tests of one guard may take: without its limit, a page might be made for ever."""
_MOST_SECONDS = 10 * _SECONDS
"""How long they may take in all, on a machine that has much else to do."""


@dataclass(frozen=True)
class Guard:
    """One guard: where it is called, and which tests notice that it is not."""

    area: str
    guard: str
    """What it protects from, in words."""
    file: str
    """The file that calls it, from the package's folder."""
    take: str
    """The text to take out: it occurs there once."""
    seen: tuple[str, ...]
    """The tests that must fail then, each as FILE::NAME in the folder of tests."""
    put: str = ""
    """What takes the place of the text."""

    def knocked_out(self, source: str) -> str:
        """The source without the guard. Raises ValueError unless the text occurs in it once."""
        if (count := source.count(self.take)) != 1:
            raise ValueError(f"{self.guard}: {self.file} holds {self.take!r} {count} times; bring the entry up to date")
        return source.replace(self.take, self.put)


@dataclass
class Verdict:
    """What has become of a test."""

    passed: bool = False
    raised: list[str] = field(default_factory=list)
    """The exception of each of its cases that failed."""

    @property
    def has_noticed(self) -> bool:
        """Whether a case failed by an assertion."""
        return any(name in _BY_ASSERTION for name in self.raised)

    def __str__(self) -> str:
        if self.has_noticed:
            return "seen to fail"
        if self.raised:
            return f"ENDED BY {', '.join(sorted(set(self.raised)))}"
        return "PASSED" if self.passed else "DID NOT RUN TO ITS END"


Verdicts = dict[str, Verdict]


def read_guards(project: Path = PROJECT) -> list[Guard]:
    """All guards, in the order of the tables."""
    return [guard for table in sorted((project / TABLES).glob("*.yaml")) for guard in _read_table(table)]


def _read_table(table: Path) -> Iterator[Guard]:
    for values in yaml.load(table.read_text(encoding="utf-8"), Loader=_Loader):
        seen = values.pop("seen")
        yield Guard(area=table.stem, seen=tuple([seen] if isinstance(seen, str) else seen), **values)


# --- one run of tests, in a process of its own ---


class _Noting:
    """Notes how each test ends."""

    def __init__(self) -> None:
        self.verdicts: Verdicts = {}

    def pytest_exception_interact(self, node: Any, call: Any) -> None:
        if hasattr(node, "nodeid") and call.excinfo is not None:
            self._of(node.nodeid).raised.append(call.excinfo.typename)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._of(report.nodeid).passed = True

    def _of(self, node: str) -> Verdict:
        return self.verdicts.setdefault(node.removeprefix("tests/"), Verdict())


def _serve(bench: Path, tests: Sequence[str], sender: Connection) -> None:
    """Run tests of a copy of the tree, and send the verdicts."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.chdir(bench)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS + int(time.process_time()), resource.RLIM_INFINITY))
    sys.path[:] = [str(bench / "src"), *(path for path in sys.path if Path(path) != PROJECT / "tests")]
    os.environ["PYTHONPATH"] = str(bench / "src")
    for name in [name for name in sys.modules if name.partition(".")[0] == "kit"]:
        del sys.modules[name]  # the copy has helpers of its own
    sys.dont_write_bytecode = True  # a file that changes twice within a second would be taken from it unchanged
    noting = _Noting()
    plain = ["-p", "no:cacheprovider", "-o", "addopts=", "-q", f"--basetemp={bench}.tmp"]
    pytest.main([*plain, *(f"tests/{test}" for test in tests)], plugins=[noting])
    sender.send(noting.verdicts)


@dataclass
class _Bench:
    """A copy of the tree that a process works in."""

    folder: Path
    source: str = ""
    guard: Guard | None = None
    process: BaseProcess | None = None
    since: float = 0

    def start(self, guard: Guard | None, tests: Sequence[str]) -> Connection:
        """Knock a guard out, if there is one, and begin to run tests."""
        if guard:
            path = self.folder / SOURCE / guard.file
            self.source = path.read_text(encoding="utf-8")
            path.write_text(guard.knocked_out(self.source), encoding="utf-8")
        receiver, sender = _CONTEXT.Pipe(duplex=False)
        self.guard, self.since = guard, time.monotonic()
        self.process = _CONTEXT.Process(target=_serve, args=(self.folder, tests, sender))
        self.process.start()
        sender.close()
        return receiver

    @property
    def is_late(self) -> bool:
        return time.monotonic() - self.since > _MOST_SECONDS

    def end(self, receiver: Connection) -> Verdicts:
        """Take the verdicts, and put the guard back."""
        assert self.process is not None
        verdicts: Verdicts = {}
        with suppress(EOFError):
            verdicts = receiver.recv() if receiver.poll() else {}
        self.process.kill()
        self.process.join()
        receiver.close()
        if self.guard:
            (self.folder / SOURCE / self.guard.file).write_text(self.source, encoding="utf-8")
        return verdicts


_CONTEXT = multiprocessing.get_context("fork")


# --- all of them ---


def verdict_of(test: str, verdicts: Verdicts) -> Verdict:
    """The verdict of a test with all its cases, or of the one case that is named."""
    of_cases = [verdict for node, verdict in verdicts.items() if node == test or node.startswith(f"{test}[")]
    return Verdict(
        any(verdict.passed for verdict in of_cases), [name for verdict in of_cases for name in verdict.raised]
    )


def run(guards: Sequence[Guard], project: Path, jobs: int) -> Iterator[tuple[Guard, Verdicts]]:
    """Run the tests of each guard without it; yield the verdicts as they come."""
    with tempfile.TemporaryDirectory(prefix="consentkit-guards-") as folder:
        free = [_Bench(_copied(project, Path(folder) / str(number))) for number in range(min(jobs, len(guards)))]
        waiting, at_work = list(reversed(guards)), dict[Connection, _Bench]()
        while waiting or at_work:
            while waiting and free:
                guard, bench = waiting.pop(), free.pop()
                at_work[bench.start(guard, guard.seen)] = bench
            ready = wait(list(at_work), timeout=1)
            for receiver, bench in list(at_work.items()):
                if receiver in ready or bench.is_late:
                    del at_work[receiver]
                    assert bench.guard is not None
                    yield bench.guard, bench.end(receiver)
                    free.append(bench)


def passing(guards: Iterable[Guard], project: Path) -> Verdicts:
    """The verdicts of all tests with every guard in its place."""
    tests = sorted({test for guard in guards for test in guard.seen})
    with tempfile.TemporaryDirectory(prefix="consentkit-guards-") as folder:
        bench = _Bench(_copied(project, Path(folder) / "whole"))
        receiver = bench.start(None, tests)
        wait([receiver])
        return bench.end(receiver)


def _copied(project: Path, folder: Path) -> Path:
    folder.mkdir()
    for name in _COPIED:
        if (project / name).is_dir():
            shutil.copytree(project / name, folder / name)  # with times, so that what was compiled serves again
        elif (project / name).exists():
            shutil.copy2(project / name, folder)
    return folder


def report(guards: Sequence[Guard], project: Path, jobs: int) -> int:
    """Print the table as it comes. Returns how many guards nothing has noticed."""
    whole = passing(guards, project)
    broken = {test for guard in guards for test in guard.seen if not verdict_of(test, whole).passed}
    broken |= {test for guard in guards for test in guard.seen if verdict_of(test, whole).raised}
    for test in sorted(broken):
        print(f"{test} does not pass with every guard in its place: {verdict_of(test, whole)}")
    if broken:  # then no failure without a guard would say anything
        return len(guards)
    missed = 0
    for guard, verdicts in run(guards, project, jobs):
        seen = {test: verdict_of(test, verdicts) for test in guard.seen}
        is_seen = all(verdict.has_noticed for verdict in seen.values())
        missed += not is_seen
        for test, verdict in seen.items():
            print(" | ".join(("  " if is_seen else "!!", guard.guard, guard.file, test, str(verdict))), flush=True)
    print(f"{len(guards)} guards, {missed} of them missed")
    return missed


def _holds(guard: Guard, words: Sequence[str]) -> bool:
    text = " ".join((guard.area, guard.guard, guard.file, guard.take, *guard.seen))
    return not words or any(word in text for word in words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only guards whose entry holds one of these")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--project", type=Path, default=PROJECT, help="the tree to work on")
    options = parser.parse_args()
    guards = [guard for guard in read_guards(options.project) if _holds(guard, options.words)]
    if not guards:
        parser.error("no guard has an entry with these words")
    for name in _LOADED_ONCE if len(guards) > _FEW else ():
        with suppress(ImportError, OSError):
            import_module(name)
    sys.exit(bool(report(guards, options.project, max(1, options.jobs))))


if __name__ == "__main__":
    main()
