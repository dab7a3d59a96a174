"""Forks of a program with several threads."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from consentkit.pdf.render import engine
from consentkit.processes.forking import no_fork
from consentkit.processes.limits import run_limited
from kit.engine_pages import render
from kit.running import environment


def fork() -> int:
    """Fork a process that ends at once, as other parts of a program may."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_child_does_not_look_through_what_its_parent_holds() -> None:
    before = gc.get_freeze_count()
    assert run_limited(gc.get_freeze_count) > before + 1000
    assert gc.get_freeze_count() == before


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


REGISTERED_LAST = """
import os
registered, register = [], os.register_at_fork

def remember(*, before=None, **hooks):
    if before:
        registered.append(before)
    register(before=before, **hooks) if before else register(**hooks)

os.register_at_fork = remember
import {first}
from consentkit import MadePacket, RefusedVisit, open_workspace
open_workspace(cache=False).render("90837")
import asyncio, concurrent.futures.thread, logging.config, multiprocessing.pool
from consentkit.processes import forking
assert registered[-1] == forking._in_progress.acquire, registered
"""
"""Hooks run in the reverse order of their registration, so that ours waits while no other lock is taken."""

FORK_WHILE_ANOTHER_THREAD_LOGS = """
import faulthandler, os, threading
faulthandler.dump_traceback_later(60, exit=True)
from consentkit.processes.forking import no_fork
is_in, is_forking = threading.Event(), threading.Event()
os.register_at_fork(before=is_forking.set)
import logging

def work():
    with no_fork():
        is_in.set()
        is_forking.wait()
        logging.getLogger("a.new.one").setLevel(logging.ERROR)

thread = threading.Thread(target=work)
thread.start()
is_in.wait()
if os.fork() == 0:
    os._exit(0)
os.wait()
thread.join()
"""
"""The fork is at our lock, and has taken whatever is registered later, when the other thread needs that of logging."""


def run_alone(program: str) -> None:
    """Run a program in a process of its own, which must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("first", ["consentkit", "consentkit.processes.forking"])
def test_a_fork_takes_no_lock_of_a_library_before_ours(first: str) -> None:
    run_alone(REGISTERED_LAST.format(first=first))


def test_a_fork_waits_for_a_thread_that_logs_and_does_not_hold_it_up() -> None:
    run_alone(FORK_WHILE_ANOTHER_THREAD_LOGS)
