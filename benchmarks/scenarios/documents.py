"""Single documents: one, all that are shipped, and what the command line costs beside the page engine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.content import CLINIC, ONE, Paper
from benchmarks.measuring import Contender, Target
from benchmarks.peers import BARE, BARE_TAGGED
from benchmarks.peers.peer import run_python
from benchmarks.scenarios.bench import Bench, expected_document, print_with, run_consentkit, scenario

OURS = "consentkit render, a process each"
_MISS = Target("cpu", 1.10)
_HIT = Target("cpu", 0.20)


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
        Contender("consentkit --help", lambda: _run("--help"), target=_HIT),
        Contender("consentkit list", lambda: _run("list", "--clinic", CLINIC)),
        Contender(f"Python {sys.version_info.major}.{sys.version_info.minor}, doing nothing", _nothing),
    ]


def _from_everybody(bench: Bench, papers: Sequence[Paper]) -> list[Contender]:
    return [_render(bench, OURS, papers), *(print_with(bench, peer, papers) for peer in bench.peers())]


def _render(bench: Bench, name: str, papers: Sequence[Paper], target: Target | None = None) -> Contender:
    """`consentkit render` without a cache, in a process of its own for each document."""
    folder = bench.own_folder(name)
    files = {paper.code: folder / f"{paper.code}.pdf" for paper in papers}

    def work() -> None:
        for code, file in files.items():
            _run("render", code, "-o", file, "--clinic", CLINIC, "--no-cache", "--quiet")

    results = tuple(expected_document(files[paper.code], paper) for paper in papers)
    return Contender(name, work, results, target=target)


def _hit(bench: Bench, paper: Paper) -> Contender:
    """`consentkit render` of a document that is in the cache, over the same file."""
    name = "consentkit render, a hit"
    folder = bench.own_folder(name)
    file, cache = folder / f"{paper.code}.pdf", folder / "cache"

    def render() -> None:
        _run("render", paper.code, "-o", file, "--clinic", CLINIC, "--cache", cache, "--quiet")

    return Contender(name, render, (expected_document(file, paper),), prepare=render, target=_HIT)


def _run(*arguments: str | Path) -> None:
    run_consentkit(*arguments)


def _nothing() -> None:
    run_python("-c", "pass")
