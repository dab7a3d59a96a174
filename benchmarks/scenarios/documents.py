"""Single documents: one, all that are shipped, and what the command line costs beside the page engine."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.content import CLINIC, ONE, Paper
from benchmarks.measuring import Contender, Target
from benchmarks.peers import BARE, BARE_TAGGED, TYPST_EACH
from benchmarks.peers.peer import run_python
from benchmarks.scenarios.bench import Bench, expected_document, print_with, run_consentkit, scenario

OURS = "consentkit render, a process each"
PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}, doing nothing"
_MISS = Target("cpu", 0.75)
_QUICK = Target("cpu", 0.020, over=PYTHON)
_HELP = Target("cpu", 0.050, over=PYTHON)
_TIMES = 10
"""How often something is done in a turn that takes some milliseconds."""
_OF_ALL = ("WeasyPrint, tagged, kept open", "Chromium, kept open", "Typst, kept open")
"""Who prints all documents: each of them kept open."""
SECONDS = 2.5
"""After which files are old enough for an answer that depends on them to be given again."""


@scenario("one", f"One document ({ONE})", OURS, is_optional=True)
def one(bench: Bench) -> list[Contender]:
    """One document, from nothing, by everybody."""
    return _from_everybody(bench, [bench.paper(ONE)])


@scenario("all", "All shipped documents", OURS, unit="document", rounds=1, warms_up=False)
def every(bench: Bench) -> list[Contender]:
    """All shipped documents, one after the other."""
    return _from_everybody(bench, bench.papers, _OF_ALL)


@scenario("cold", f"A process started afresh, for one document ({ONE}) or an answer", BARE.name, rounds=7)
def cold(bench: Bench) -> list[Contender]:
    """What the command line costs beside the page engine."""
    papers = [bench.paper(ONE)]
    return [
        print_with(bench, BARE, papers),
        print_with(bench, BARE_TAGGED, papers),
        *(print_with(bench, peer, papers) for peer in bench.peers() if peer.name == TYPST_EACH.name),
        _render(bench, "consentkit render, a miss", papers, _MISS),
        _often(_hit(bench, papers[0])),
        _often(_list(bench)),
        _often(Contender("consentkit --help", lambda: _run("--help"), targets=(_HELP,))),
        python(),
    ]


def _from_everybody(bench: Bench, papers: Sequence[Paper], names: Sequence[str] = ()) -> list[Contender]:
    peers = [peer for peer in bench.peers() if not names or peer.name in names]
    return [_render(bench, OURS, papers), *(print_with(bench, peer, papers) for peer in peers)]


def _often(contender: Contender) -> Contender:
    """A contender that does what takes little several times in a turn."""

    def work() -> None:
        for _ in range(_TIMES):
            contender.work()

    return replace(contender, work=work, units=_TIMES)


def python() -> Contender:
    """What Python costs that does nothing."""
    return _often(Contender(PYTHON, _nothing))


def _render(bench: Bench, name: str, papers: Sequence[Paper], *targets: Target) -> Contender:
    """`consentkit render` without a cache, in a process of its own for each document."""
    folder = bench.own_folder(name)
    files = {paper.name: folder / f"{paper.name}.pdf" for paper in papers}

    def work() -> None:
        for code, file in files.items():
            _run("render", code, "-o", file, "--clinic", CLINIC, "--no-cache", "--quiet")

    results = tuple(expected_document(files[paper.name], paper) for paper in papers)
    return Contender(name, work, results, units=len(papers), targets=targets)


def _hit(bench: Bench, paper: Paper) -> Contender:
    """`consentkit render` of a document that is in the cache, over the same file, when nothing has changed."""
    name = "consentkit render, a hit"
    folder = bench.own_folder(name)
    file, cache = folder / f"{paper.name}.pdf", folder / "cache"

    def render() -> None:
        _run("render", paper.name, "-o", file, "--clinic", CLINIC, "--cache", cache, "--quiet")

    answered_before(render)
    return Contender(name, render, (expected_document(file, paper),), targets=(_QUICK,))


def _list(bench: Bench) -> Contender:
    """`consentkit list` of the shipped library, when nothing has changed."""
    name = "consentkit list"
    cache = bench.own_folder(name) / "cache"

    def show() -> None:
        _run("list", "--clinic", CLINIC, "--cache", cache, "--quiet")

    answered_before(show)
    return Contender(name, show, targets=(_QUICK,))


def answered_before(command: Callable[[], None]) -> None:
    """Give a command until it is answered from what was answered before: after two runs that saw the same files."""
    for _ in range(2):
        command()
    time.sleep(SECONDS)
    command()


def _run(*arguments: str | Path) -> None:
    run_consentkit(*arguments)


def _nothing() -> None:
    run_python("-c", "pass")
