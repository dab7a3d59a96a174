"""The benchmark: what it is about can be served, and what it says of a target is so."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.content import CLINIC, PRINTERS, Visit
from benchmarks.measuring import Contender, Measurement, Target, median, ratio_table
from benchmarks.people import day, kinds_of_day, write_schedule
from benchmarks.sampling import stack_of
from benchmarks.scenarios import SCENARIOS
from benchmarks.scenarios.packets import LARGE, MEDIUM, SMALL

from consentkit.documents.opening import open_workspace
from consentkit.operations.packets import PacketsInTurn
from consentkit.packets.plan import PacketOptions
from consentkit.packets.visits import read_visits
from consentkit.recent import Recent


def _objections(folder: Path, visits: list[Visit]) -> list[str]:
    schedule = folder / "schedule.csv"
    write_schedule(schedule, (replace(visit, visit=f"B-{number}") for number, visit in enumerate(visits)))
    making = PacketsInTurn(open_workspace(CLINIC), PacketOptions(allow_drafts=True))
    return [str(problem) for entry in read_visits(str(schedule)) for problem in making.objections(entry)]


def test_nothing_speaks_against_any_visit_that_is_measured(tmp_path: Path) -> None:
    kinds = [visit for kind in (SMALL, MEDIUM, LARGE) for visit in islice(kind.visits(), 1)]
    assert _objections(tmp_path, [*kinds, *kinds_of_day(day(500))]) == []
    refused = replace(kinds[0], codes=("90791", "90837"))
    assert _objections(tmp_path, [refused]), "this test can't see a visit that is refused"


def test_whoever_serves_for_the_others_makes_as_much_as_they_do() -> None:
    visits = day(500)
    documents = [len(visit.codes) for visit in visits]
    assert sum(documents[:5]) / 5 == pytest.approx(sum(documents) / 500, rel=0.05)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target("cpu", 40, at_least=True), "CPU ≥ 40: 50, met"),
        (Target("cpu", 60, at_least=True), "CPU ≥ 60: 50, NOT MET"),
        (Target("cpu", 1 / 3, beside="peer"), "CPU ≤ 0.333 of peer: 0.5, NOT MET"),
        (Target("cpu", 0.95, over="ours"), "CPU ≤ 950 ms over ours: 980 ms, NOT MET"),
        (Target("wall", 2.0, is_whole=True), "wall ≤ 2 s for all 10: 15 s, NOT MET"),
        (Target("wall", 20.0, is_whole=True), "wall ≤ 20 s for all 10: 15 s, met"),
        (Target("peak", 1.1), "peak ≤ 1.1: 1.05, met"),
        (Target("cpu", 1, beside="nobody"), ""),
    ],
)
def test_a_target_says_whether_it_is_met(target: Target, said: str) -> None:
    measured = {
        "ours": Measurement(0.02, 0.03, 100),
        "peer": Measurement(2.0, 2.0),
        "it": Measurement(1.0, 1.5, 105),
    }
    contender = Contender("it", lambda: None, units=10, targets=(target,))
    assert target.verdict(contender, measured, "ours") == said
    assert ratio_table([contender], measured, "ours")[1][-1] == said


def test_a_median_comes_with_the_least_and_the_most() -> None:
    rounds = [Measurement(seconds, seconds) for seconds in (3.0, 1.0, 2.0)]
    assert (median(rounds).cpu, median(rounds).spread, median(rounds[:1]).spread) == (2.0, (1.0, 3.0), None)


def test_all_scenarios_but_the_longest_are_part_of_the_whole() -> None:
    assert [name for name, scenario in SCENARIOS.items() if scenario.is_optional] == ["one"]
    assert {"papers", "visits", "library", "memory", "day", "all"} <= set(SCENARIOS)


def test_a_sample_belongs_to_our_function_whoever_else_is_called() -> None:
    stack = Recent(1).get("key", lambda: stack_of(sys._getframe()))
    assert stack[0] == ("recent", "Recent.get")


def test_whatever_prints_a_page_is_where_the_benchmark_looks_for_it() -> None:
    assert all(callable(getattr(module, "print_page", None)) for module in PRINTERS)
