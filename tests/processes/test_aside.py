"""Something that is worked out in a process of its own: its results come one after the other, and it never stays."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.context import ForkProcess
from typing import cast

import pytest

from consentkit.processes.aside import begin_aside


def test_each_result_comes_when_it_is_there_and_changes_nothing_here() -> None:
    mine: list[int] = []

    def count() -> Iterator[tuple[int, int]]:
        for number in range(3):
            mine.append(number)
            yield os.getpid(), len(mine)

    process = begin_aside(60, count)
    results = list(process.results())
    assert [length for _, length in results] == [1, 2, 3]
    assert {pid for pid, _ in results} == {process.process.pid}
    assert mine == []


def test_what_goes_wrong_costs_the_results_only_and_is_printed_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise ValueError("a sentence of a patient")

    process = begin_aside(60, fail)
    assert list(process.results()) == [1]
    assert process.process.exitcode is not None
    assert capfd.readouterr() == ("", "")


def test_it_is_ended_where_it_takes_too_long() -> None:
    def wait() -> Iterator[int]:
        time.sleep(3600)
        yield 1

    process = begin_aside(0.1, wait)
    assert list(process.results()) == []
    assert process.process.exitcode is not None and process.process.exitcode < 0


@dataclass
class _Interrupted:
    """A process while whose end somebody presses Ctrl-C."""

    process: ForkProcess

    def kill(self) -> None:
        self.process.kill()
        signal.raise_signal(signal.SIGINT)

    def join(self) -> None:
        self.process.join()


def test_nothing_is_left_of_it_where_its_end_is_interrupted() -> None:
    def wait() -> Iterator[int]:
        time.sleep(3600)
        yield 1

    begun = begin_aside(3600, wait)
    pid = begun.process.pid or 0
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with SIGINT ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            replace(begun, process=cast("ForkProcess", _Interrupted(begun.process))).end()
    finally:
        signal.signal(signal.SIGINT, before)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # which would fetch a zombie
    assert begun.receiver.closed


def test_it_ends_itself_where_nobody_waits_for_what_takes_too_long() -> None:
    def wait() -> Iterator[int]:
        yield 1
        time.sleep(5)

    process = begin_aside(0.1, wait)
    process.process.join()
    assert process.process.exitcode == -signal.SIGALRM
    process.end()
