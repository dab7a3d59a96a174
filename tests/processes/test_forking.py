"""Forks of a program with several threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from consentkit.pdf.render import engine
from consentkit.processes.forking import no_fork
from consentkit.processes.limits import run_limited
from kit.engine_pages import render


def fork() -> int:
    """Fork a process that ends at once, as other parts of a program may."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("forking", [fork, lambda: run_limited(int)], ids=["os.fork", "run_limited"])
def test_a_fork_waits_until_another_thread_has_done_what_it_would_spoil(forking: Callable[[], int]) -> None:
    is_in, is_done = threading.Event(), threading.Event()
    order = []

    def first() -> None:
        with no_fork():
            is_in.set()
            is_done.wait(0.3)  # the other thread would have forked by now
            order.append("done")

    def second() -> None:
        assert is_in.wait(60)
        assert forking() == 0
        is_done.set()
        order.append("forked")

    with ThreadPoolExecutor(2) as threads:
        for ended in [threads.submit(first), threads.submit(second)]:
            ended.result()
    assert order == ["done", "forked"]


def test_the_thread_that_lets_no_other_fork_may_fork_itself_and_so_may_its_child() -> None:
    with no_fork():
        assert fork() == 0
        assert run_limited(fork) == 0


def test_no_process_is_forked_while_the_page_engine_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    is_in = threading.Event()
    stock = engine._laid_out

    def slowly(*arguments: object) -> object:
        document = stock(*arguments)  # type: ignore[arg-type]
        is_in.set()
        threading.Event().wait(0.3)
        order.append("laid out")
        return document

    monkeypatch.setattr(engine, "_laid_out", slowly)

    def forking() -> None:
        assert is_in.wait(60)
        fork()
        order.append("forked")

    for work in (lambda: render("<p>Text</p>"), lambda: engine.draw_lines(["Text"])):
        order.clear()
        is_in.clear()
        with ThreadPoolExecutor(2) as threads:
            for ended in [threads.submit(work), threads.submit(forking)]:
                ended.result()
        assert order == ["laid out", "forked"]
