"""How costs grow: with the papers of a packet, with the visits of a day, with the procedures of a library."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.content import Visit
from benchmarks.inspecting import Expected
from benchmarks.large_clinic import code, keep_documents, make_large_clinic
from benchmarks.measuring import Contender, Target
from benchmarks.people import patients, write_schedule
from benchmarks.scenarios.bench import Bench, emptied, run_consentkit, scenario
from benchmarks.scenarios.open_packets import FEWEST, packets_kept_open

PAPERS = (1, 5, 20)
VISITS = (10, 100, 1000, 5000)
LIBRARIES = (18, 200, 2000)
_VISITS_OF_PAPERS = 60
_MOST = 1.10
_LINEAR = Target("cpu", _MOST)
_FLAT = Target("peak", _MOST)


@scenario("papers", "A packet with more papers, kept open", f"{PAPERS[0]} procedure", unit="procedure", warms_up=False)
def papers(bench: Bench) -> list[Contender]:
    """What a procedure costs in packets with more and more of them."""
    place = _clinic(bench, max(PAPERS))
    contenders = []
    for number in PAPERS:
        name = f"{number} procedure{'' if number == 1 else 's'}"
        visits = list(_visits(_VISITS_OF_PAPERS + FEWEST, number))
        ahead, measured = visits[:FEWEST], visits[FEWEST:]
        results = (_result(bench.own_folder(name), ahead[0]),)
        made = packets_kept_open(bench, name, place, ahead, measured, results)
        targets = (_LINEAR,) if number > 1 else ()
        contenders.append(replace(made, units=number * len(measured), targets=targets))
    return contenders


@scenario("visits", "A day with more visits", f"{VISITS[0]} visits", unit="packet", rounds=1, warms_up=False)
def visits(bench: Bench) -> list[Contender]:
    """What a packet costs, and how much memory is held, on days with more and more visits of one kind."""
    clinic, cache = _clinic(bench, LIBRARIES[0])
    contenders = []
    for number, fewer in zip(VISITS, (None, *VISITS), strict=False):
        cheaper = (Target("cpu", _MOST, beside=_day_of(fewer)), _FLAT) if fewer else ()
        contenders.append(_day(bench, _day_of(number), clinic, cache, _visits(number, 1), number, cheaper))
    return contenders


def _day_of(number: int) -> str:
    return f"{number:,} visits"


@scenario("library", "A packet from a larger library, a process each", f"among {LIBRARIES[0]}", unit="packet", rounds=3)
def library(bench: Bench) -> list[Contender]:
    """What one packet costs by a process of its own in larger and larger libraries."""
    contenders = []
    for size in LIBRARIES:
        clinic, cache = _clinic(bench, size)
        targets = (_LINEAR, _FLAT) if size > LIBRARIES[0] else ()
        contenders.append(_day(bench, f"among {size}", clinic, cache, _visits(1, 1), 1, targets))
    return contenders


def _clinic(bench: Bench, size: int) -> tuple[Path, Path]:
    """A clinic with so many procedures, and a cache with their documents."""
    folder = bench.own_folder(f"clinic of {size}")
    clinic, cache = folder / "clinic", folder / "cache"
    if not clinic.exists():
        make_large_clinic(clinic, size)
        keep_documents(clinic, min(size, max(PAPERS)), cache, variant="information")
    return clinic, cache


def _visits(number: int, procedures: int) -> Iterator[Visit]:
    codes = tuple(map(code, range(1, procedures + 1)))
    people = itertools.chain.from_iterable(itertools.repeat(list(patients())))
    for index, visit in enumerate(itertools.islice(people, number)):
        yield replace(visit, visit=f"S-{index:05}", codes=codes)


def _day(
    bench: Bench, name: str, clinic: Path, cache: Path, visits: Iterator[Visit], units: int, targets: tuple[Target, ...]
) -> Contender:
    """The packets of some visits by one call of the command line, from a filled cache."""
    folder, output = bench.own_folder(f"{name} schedule"), bench.own_folder(f"{name} packets")
    schedule, first = folder / "schedule.csv", folder / "first.csv"
    served = list(visits)
    write_schedule(schedule, served)
    write_schedule(first, served[:1])
    peaks: list[float] = []

    def work(source: Path = schedule) -> None:
        request: Sequence[str | Path] = ("packet", source, "-o", output, "--clinic", clinic, "--cache", cache)
        peaks.append(run_consentkit(*request, "--allow-drafts", "--quiet"))

    work(first)
    return Contender(
        name,
        work,
        (_result(output, served[0]),),
        prepare=lambda: emptied(output),
        units=units,
        peak=lambda: peaks[-1],
        targets=targets,
    )


def _result(folder: Path, visit: Visit) -> Expected:
    return Expected(folder / f"{visit.date.isoformat()}-{visit.visit}.pdf", on_each_page=visit.label)
