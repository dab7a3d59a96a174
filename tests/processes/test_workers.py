"""Many tasks in processes of their own: each ends once, whatever happens to the process that worked on it."""

from __future__ import annotations

import gc
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.errors import ConsentkitError, InvalidInput, RenderingFailed, UnknownCode
from consentkit.problems import Problem
from consentkit.processes.pool import Pool
from consentkit.processes.workers import work
from kit.running import environment

QUICK = Pool(jobs=2, seconds=20)


def act(task: str) -> object:
    """What a task does, by its first word."""
    verb, _, rest = task.partition(" ")
    if verb == "die":
        os.kill(os.getpid(), int(rest))
    if verb == "exit":
        os._exit(int(rest))
    if verb == "hang":
        time.sleep(600)
    if verb == "fail":
        raise UnknownCode("no such code")
    if verb == "invalid":
        raise InvalidInput([Problem("a.yaml", 1, 2, "title", "is empty")])
    if verb == "break":
        raise LookupError("the name of somebody")
    if verb == "eat":
        return len(bytearray(64 * 1024**3))
    if verb == "pid":
        return os.getpid()
    if verb == "frozen":
        return gc.get_freeze_count()
    if verb == "temporary":
        Path(tempfile.mkstemp(prefix="consentkit-")[1]).write_bytes(b"x")
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "fork":
        child = os.fork()
        if child == 0:
            time.sleep(600)
        Path(rest).write_text(str(child))
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def ends(tasks: list[str], pool: Pool = QUICK) -> dict[str, object]:
    """How each task ended: its value, or the text of its error."""
    found: dict[str, object] = {}
    for end in work(act, tasks, pool):
        assert end.task not in found
        found[end.task] = str(end.error) if end.error else end.value
    return found


def test_each_task_has_one_end(tmp_path: Path) -> None:
    tasks = [f"task {number}" for number in range(100)]
    assert ends(tasks, Pool(jobs=3)) == {task: task for task in tasks}
    assert ends([]) == {}


def test_with_one_job_the_work_is_done_in_another_process_too() -> None:
    assert ends(["pid"], Pool(jobs=1))["pid"] != os.getpid()


def test_a_process_does_not_look_through_what_its_parent_holds() -> None:
    before = gc.get_freeze_count()
    (count,) = ends(["frozen"]).values()
    assert isinstance(count, int) and count > before + 1000
    assert gc.get_freeze_count() == before


@pytest.mark.parametrize("death", ["die 9", "die 15", "exit 3"])
def test_a_process_that_dies_costs_its_own_task_only(death: str) -> None:
    tasks = ["task 1", death, "task 2", "task 3", "task 4"]
    found = ends(tasks)
    assert [found[task] for task in tasks if task != death] == [task for task in tasks if task != death]
    assert "ended early" in str(found[death])
    assert ("exit code 3" if death == "exit 3" else f"signal {death[4:]}") in str(found[death])


def test_a_task_that_hangs_is_ended_and_the_others_are_done() -> None:
    begun = time.monotonic()
    found = ends(["hang 1", "hang 2", "task"], Pool(jobs=2, seconds=0.5))
    assert found["task"] == "task"
    assert (
        found["hang 1"]
        == found["hang 2"]
        == "took more than 0.5 seconds and was stopped; raise the limit with --time-limit"
    )
    assert time.monotonic() - begun < 60


def test_a_process_that_dies_while_its_own_child_lives_on_is_noticed_and_the_child_ended(tmp_path: Path) -> None:
    mark, before = tmp_path / "forked", children_of_this_run()
    found = ends([f"fork {mark}", "task"])
    assert found["task"] == "task"
    assert "ended early" in str(found[f"fork {mark}"])
    assert is_gone(int(mark.read_text()))
    assert children_of_this_run() <= before


def is_gone(process: int) -> bool:
    """Whether a process ends: on a busy machine one that was killed is there for another moment."""
    deadline = time.monotonic() + 30
    while _state(process) not in {"", "Z"}:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _state(process: int) -> str:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1]


def children_of_this_run() -> set[str]:
    """The processes that it has started, also those that serve other tests; `ps` itself and the dead are left out."""
    with subprocess.Popen(
        ["ps", "-o", "pid=,stat=", "--ppid", str(os.getpid())], stdout=subprocess.PIPE, text=True
    ) as ps:
        lines, _ = ps.communicate()
    return {line.split()[0] for line in lines.splitlines() if "Z" not in line} - {str(ps.pid)}


def test_failures_come_back_as_what_they_are() -> None:
    found = {end.task: end.error for end in work(act, ["fail", "invalid", "break"], QUICK)}
    assert isinstance(found["fail"], UnknownCode)
    invalid = found["invalid"]
    assert isinstance(invalid, InvalidInput)
    assert str(invalid.problems[0]) == "a.yaml:1:2: title: is empty"
    assert str(found["break"]) == "something unexpected went wrong in consentkit (LookupError)"


def test_a_task_that_wants_too_much_memory_is_refused_it() -> None:
    found = ends(["eat", "task"], Pool(jobs=1, memory=2 * 1024**3))
    assert found == {
        "eat": "needs more memory than a document is allowed; check its text and templates",
        "task": "task",
    }


def test_a_process_is_replaced_after_a_number_of_tasks() -> None:
    found = [end.value for end in work(act, ["pid"] * 10, Pool(jobs=1, tasks=4))]
    assert [found.count(pid) for pid in dict.fromkeys(found)] == [4, 4, 2]


def test_temporary_files_of_a_process_that_died_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ends(["temporary", "task"])
    assert list(tmp_path.iterdir()) == []


def test_an_iterator_that_is_closed_early_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = children_of_this_run()
    running = work(act, ["task", "hang", "hang"], QUICK)
    assert next(iter(running)).task == "task"
    running.close()
    assert children_of_this_run() <= before
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_only_the_run_may_hold_is_closed_in_the_processes(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)

    def is_open(_: str) -> bool:
        try:
            os.fstat(descriptor)
        except OSError:
            return False
        return True

    assert [end.value for end in work(is_open, ["x"], Pool(1), [descriptor])] == [False]
    assert is_open("here")
    os.close(descriptor)


@pytest.fixture(params=range(4))
def few_files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hardly any more files may be opened; temporary ones must be gone afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + request.param, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("few_files")
def test_where_no_process_can_be_started_each_task_says_so_and_nothing_is_left() -> None:
    errors: list[ConsentkitError | None] = [end.error for end in work(act, ["a", "b"], QUICK)]
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, RenderingFailed)
        assert str(error).startswith("no process can be started for it: ")


INTERRUPTED = """
import signal, sys, time
from consentkit.processes.pool import Pool
from consentkit.processes.workers import work
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with SIGINT ignored
def act(task):
    time.sleep(600 if task == "hang" else 0)
    return task
try:
    for end in work(act, ["task", "hang", "hang"], Pool(2)):
        print(end.task, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("killed", [False, True])
def test_neither_an_interrupt_nor_a_kill_leaves_processes(killed: bool, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], env=environment(TMPDIR=str(tmp_path)), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "task\n"
    process.send_signal(signal.SIGKILL if killed else signal.SIGINT)
    rest, _ = process.communicate(timeout=20) if not killed else ("", "")
    process.wait(20)
    if not killed:
        assert rest == "interrupted\n"
        assert list(tmp_path.iterdir()) == []
    process.stdout.close()
