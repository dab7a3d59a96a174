"""Single documents: one, all that are shipped, and what the command line costs beside the page engine."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.content import CLINIC, ONE, Paper
from benchmarks.measuring import Contender, Target
from benchmarks.peers import BARE, BARE_TAGGED
from benchmarks.peers.peer import run_python
from benchmarks.scenarios.bench import Bench, expected_document, print_with, run_consentkit, scenario

OURS = "consentkit render, a process each"
PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}, doing nothing"
_MISS = Target("cpu", 0.75)
_QUICK = Target("cpu", 0.020, over=PYTHON)
_HELP = Target("cpu", 0.050, over=PYTHON)
_SECONDS = 2.5
"""After which files are old enough for an answer that depends on them to be given again."""


@scenario("one", f"One document ({ONE})", OURS)
def one(bench: Bench) -> list[Contender]:
    """One document, from nothing."""
    return _from_everybody(bench, [bench.paper(ONE)])


@scenario("all", "All shipped documents", OURS, most_rounds=3)
def every(bench: Bench) -> list[Contender]:
    """All shipped documents, one after the other."""
    return _from_everybody(bench, bench.papers)


@scenario("cold", "A process started afresh", BARE.name)
def cold(bench: Bench) -> list[Contender]:
    """What the command line costs beside the page engine."""
    papers = [bench.paper(ONE)]
    return [
        print_with(bench, BARE, papers),
        print_with(bench, BARE_TAGGED, papers),
        _render(bench, "consentkit render, a miss", papers, target=_MISS),
        _hit(bench, papers[0]),
        _list(bench),
        Contender("consentkit --help", lambda: _run("--help"), target=_HELP),
        Contender(PYTHON, nothing),
    ]


def _from_everybody(bench: Bench, papers: Sequence[Paper]) -> list[Contender]:
    return [_render(bench, OURS, papers), *(print_with(bench, peer, papers) for peer in bench.peers())]


def _render(bench: Bench, name: str, papers: Sequence[Paper], target: Target | None = None) -> Contender:
    """`consentkit render` without a cache, in a process of its own for each document."""
    folder = bench.own_folder(name)
    files = {paper.name: folder / f"{paper.name}.pdf" for paper in papers}

    def work() -> None:
        for code, file in files.items():
            _run("render", code, "-o", file, "--clinic", CLINIC, "--no-cache", "--quiet")

    results = tuple(expected_document(files[paper.name], paper) for paper in papers)
    return Contender(name, work, results, target=target)


def _hit(bench: Bench, paper: Paper) -> Contender:
    """`consentkit render` of a document that is in the cache, over the same file, when nothing has changed."""
    name = "consentkit render, a hit"
    folder = bench.own_folder(name)
    file, cache = folder / f"{paper.name}.pdf", folder / "cache"

    def render() -> None:
        _run("render", paper.name, "-o", file, "--clinic", CLINIC, "--cache", cache, "--quiet")

    answered_before(render)
    return Contender(name, render, (expected_document(file, paper),), target=_QUICK)


def _list(bench: Bench) -> Contender:
    """`consentkit list` of the shipped library, when nothing has changed."""
    name = "consentkit list"
    cache = bench.own_folder(name) / "cache"

    def show() -> None:
        _run("list", "--clinic", CLINIC, "--cache", cache, "--quiet")

    answered_before(show)
    return Contender(name, show, target=_QUICK)


def answered_before(command: Callable[[], None]) -> None:
    """Give a command until it is answered from what was answered before: after two runs that saw the same files."""
    for _ in range(2):
        command()
    time.sleep(_SECONDS)
    command()


def _run(*arguments: str | Path) -> None:
    run_consentkit(*arguments)


def nothing() -> None:
    """What Python costs that does nothing."""
    run_python("-c", "pass")
