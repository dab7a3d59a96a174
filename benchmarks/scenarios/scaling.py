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

DOCUMENTS = (1, 5, 20)
VISITS = (10, 100, 1000, 5000)
LIBRARIES = (18, 200, 2000)
_LINEAR = Target("cpu", 1.10)
_FLAT = Target("peak", 1.10)


@scenario(
    "papers", "A packet with more papers", f"{DOCUMENTS[0]} procedures", unit="paper", most_rounds=3, is_optional=True
)
def papers(bench: Bench) -> list[Contender]:
    """What a paper costs in packets of a day of twenty visits, with more and more procedures."""
    clinic, cache = _clinic(bench, max(DOCUMENTS))
    return [
        _day(bench, f"{number} procedures", clinic, cache, _visits(20, number), units=20 * number)
        for number in DOCUMENTS
    ]


@scenario("visits", "A day with more visits", f"{VISITS[0]} visits", unit="packet", most_rounds=1, is_optional=True)
def visits(bench: Bench) -> list[Contender]:
    """What a packet costs, and how much memory is held, on days with more and more visits."""
    clinic, cache = _clinic(bench, LIBRARIES[0])
    return [
        _day(
            bench,
            f"{number} visits",
            clinic,
            cache,
            _visits(number, 1),
            units=number,
            is_flat=True,
        )
        for number in VISITS
    ]


@scenario("library", "A packet from a larger library", f"among {LIBRARIES[0]}", most_rounds=3, is_optional=True)
def library(bench: Bench) -> list[Contender]:
    """What one packet costs, and a first list, by a process of its own in larger and larger libraries."""
    contenders = []
    for size in LIBRARIES:
        clinic, cache = _clinic(bench, size)
        contenders.append(_day(bench, f"among {size}", clinic, cache, _visits(1, 1), units=1))
    return contenders


def _clinic(bench: Bench, size: int) -> tuple[Path, Path]:
    """A clinic with so many procedures, and a cache with their documents."""
    folder = bench.own_folder(f"clinic of {size}")
    clinic, cache = folder / "clinic", folder / "cache"
    if not clinic.exists():
        make_large_clinic(clinic, size)
        keep_documents(clinic, min(size, max(DOCUMENTS)), cache, variant="information")
    return clinic, cache


def _visits(number: int, procedures: int) -> Iterator[Visit]:
    codes = tuple(map(code, range(1, procedures + 1)))
    people = itertools.chain.from_iterable(itertools.repeat(list(patients())))
    for index, visit in enumerate(itertools.islice(people, number)):
        yield replace(visit, visit=f"S-{index:05}", codes=codes)


def _day(
    bench: Bench,
    name: str,
    clinic: Path,
    cache: Path,
    visits: Iterator[Visit],
    *,
    units: int,
    is_flat: bool = False,
) -> Contender:
    """The packets of some visits by one call of the command line, from a filled cache; `is_flat` in memory, too."""
    folder, output = bench.own_folder(f"{name} schedule"), bench.own_folder(f"{name} packets")
    schedule = folder / "schedule.csv"
    served = list(visits)
    write_schedule(schedule, served)
    first = served[0]
    results = (Expected(output / f"{first.date.isoformat()}-{first.visit}.pdf", on_each_page=first.label),)
    arguments: Sequence[str | Path] = ("packet", schedule, "-o", output, "--clinic", clinic, "--cache", cache)
    peaks: list[float] = []

    def work() -> None:
        peaks.append(run_consentkit(*arguments, "--allow-drafts", "--quiet"))

    work()
    return Contender(
        name,
        work,
        results,
        prepare=lambda: emptied(output),
        units=units,
        peak=lambda: peaks[-1],
        target=_LINEAR,
        also=_FLAT if is_flat else None,
    )
