"""Packets: the papers of one visit, and those of a day."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.content import CLINIC, ONE, VISIT_CODES, Visit
from benchmarks.measuring import Contender, Target
from benchmarks.people import day, kinds_of_day, patients, write_schedule, write_visit
from benchmarks.scenarios.bench import Bench, emptied, expected_packet, packets_with, run_consentkit, scenario
from benchmarks.scenarios.documents import SECONDS
from benchmarks.scenarios.open_packets import FEWEST, packets_kept_open

ONE_EACH = "consentkit packet, a process each"
FIRST_EACH = "consentkit packet, a process each, first of its kind"
KEPT_OPEN = "consentkit in Python, kept open"
SCHEDULE = "consentkit packet schedule.csv"
_WEASYPRINT = "WeasyPrint, tagged, kept open"
_TYPST = "Typst, kept open"
_TYPST_EACH = "Typst, a process each"
_CHROMIUM = "Chromium, kept open"
_SERVED = {_WEASYPRINT: 1, _TYPST: 10, _TYPST_EACH: 3, _CHROMIUM: 3}
"""Who is compared, and how many packets each makes in a turn: more where one takes little."""
OF_KIND = b"packets of a kind"
"""How what is kept of a kind of visits is recognised in a cache."""
_SERVED_BY_PROCESSES = 3
_SERVED_KEPT_OPEN = 240
_ROUNDS = 3
_DAY = 500
_DAY_OF_PEERS = 5
_PROCESS = Target("cpu", 1 / 3, beside=_TYPST_EACH)
_TIMES_TYPST_OF_DAY = 25
_TIMES_WEASYPRINT = 1000
"""How many times as quick a packet kept open is meant to be as WeasyPrint with one tagged page of HTML."""
_SECONDS_OF_DAY = 0.6


@dataclass(frozen=True)
class Kind:
    """A kind of visit whose packets are measured."""

    codes: tuple[str, ...]
    papers: tuple[str, ...] = ()
    is_first: bool = False
    place: str = "in person"

    def visits(self) -> Iterator[Visit]:
        """Visits of that kind, by one patient after the other."""
        for visit in patients():
            yield replace(visit, codes=self.codes, papers=self.papers, is_first=self.is_first, place=self.place)


SMALL = Kind((ONE,))
MEDIUM = Kind(("90791",), is_first=True, place="telehealth")
LARGE = Kind(
    VISIT_CODES,
    papers=("medicine-antidepressants", "medicine-consent", "electronic-messages"),
    is_first=True,
    place="telehealth",
)


_of_packets = partial(scenario, unit="packet", rounds=_ROUNDS, warms_up=False)
"""A scenario whose costs are those of one packet, with parts that are warm before the first round."""


@_of_packets("small-packet", f"A packet of 7 pages ({ONE}), parts warm", KEPT_OPEN)
def small_packet(bench: Bench) -> list[Contender]:
    """The papers of a visit, which all come from parts that were made before where somebody keeps parts."""
    return _everybody(bench, SMALL, times_typst=40)


@_of_packets("packet", "A packet of 12 pages (90791, first visit, by telehealth), parts warm", KEPT_OPEN)
def packet(bench: Bench) -> list[Contender]:
    """The papers of a first visit, with those that are due then."""
    return _everybody(bench, MEDIUM, times_typst=60)


@_of_packets("large-packet", f"A packet of 27 pages ({', '.join(VISIT_CODES)}, six papers), parts warm", KEPT_OPEN)
def large_packet(bench: Bench) -> list[Contender]:
    """The papers of a first visit for three procedures, one of which is about a medicine."""
    return _everybody(bench, LARGE, times_typst=60)


def _everybody(bench: Bench, kind: Kind, *, times_typst: int) -> list[Contender]:
    """Who makes packets for visits of a kind."""
    people = kind.visits()
    visits = list(itertools.islice(people, max(_SERVED.values()) + 1))
    peers = list(_peers(bench, visits, _SERVED, {_WEASYPRINT: _TIMES_WEASYPRINT, _TYPST: times_typst}))
    cache = _filled_cache(bench, visits[:1])
    ahead = [*visits, *itertools.islice(people, FEWEST)]
    measured = list(itertools.islice(people, _SERVED_KEPT_OPEN))
    folder = bench.own_folder(_named(KEPT_OPEN, visits))
    results = tuple(expected_packet(bench, folder / _file_name(visit), visit) for visit in visits[1:4])
    kept_open = packets_kept_open(bench, folder.name, (CLINIC, cache), ahead, measured, results)
    return [
        replace(kept_open, name=KEPT_OPEN, peak=None),
        _one_each(bench, visits[: _SERVED_BY_PROCESSES + 1], cache),
        _first_each(bench, visits[: _SERVED_BY_PROCESSES + 1], cache),
        *peers,
    ]


def _peers(
    bench: Bench, visits: Sequence[Visit], served: Mapping[str, int], times: Mapping[str, int]
) -> Iterator[Contender]:
    """Peers with as many visits as each of them serves; some are meant to take so many times as long as we do."""
    for peer in bench.peers():
        if peer.name in served:
            made = packets_with(bench, peer, visits, served[peer.name])
            dearer = [Target("cpu", times[peer.name], at_least=True)] if peer.name in times else []
            yield replace(made, targets=tuple(dearer))


@_of_packets("day", f"A day of {_DAY} visits, parts warm", SCHEDULE)
def whole_day(bench: Bench) -> list[Contender]:
    """The papers of all visits of a day, from the schedule to files. The peers serve the first of them."""
    visits = day(_DAY)
    served = [visits[_DAY_OF_PEERS], *visits[:_DAY_OF_PEERS]]
    everybody = dict.fromkeys((_WEASYPRINT, _TYPST, _CHROMIUM), _DAY_OF_PEERS)
    peers = list(_peers(bench, served, everybody, {_TYPST: _TIMES_TYPST_OF_DAY}))
    cache = _filled_cache(bench, kinds_of_day(visits))
    return [_schedule(bench, visits, cache), *peers]


def _filled_cache(bench: Bench, visits: Sequence[Visit]) -> Path:
    """A cache with all parts of these visits, made by two processes where there are many."""
    folder = bench.own_folder("filled cache")
    if (made := bench.own_folder("pages") / "cache").exists():
        shutil.copytree(made, folder / "cache", dirs_exist_ok=True)

    def fill(number: int) -> None:
        if some := visits[number::2]:
            schedule = folder / f"schedule-{number}.csv"
            write_schedule(schedule, some)
            _make_packets(schedule, folder / f"out-{number}", folder / "cache")

    with ThreadPoolExecutor(2) as both:
        list(both.map(fill, range(2)))
    return folder / "cache"


def _make_packets(source: Path, output: Path, cache: Path) -> None:
    run_consentkit(*("packet", source, "-o", output, "--allow-drafts", "--clinic", CLINIC, "--cache", cache, "--quiet"))


def _one_each(bench: Bench, visits: Sequence[Visit], cache: Path) -> Contender:
    """The command line, for each visit anew. The first one, of the same kind, has been served before, on this day."""
    folder = bench.own_folder(_named(ONE_EACH, visits))
    _serve_before(folder, visits, cache)

    def work() -> None:
        for visit in visits[1:]:
            _serve(folder, visit, cache)

    def prepare() -> None:
        for visit in visits[1:]:
            (folder / _file_name(visit)).unlink(missing_ok=True)

    results = tuple(expected_packet(bench, folder / _file_name(visit), visit) for visit in visits[1:])
    return Contender(ONE_EACH, work, results, prepare=prepare, units=len(visits) - 1, targets=(_PROCESS,))


def _first_each(bench: Bench, visits: Sequence[Visit], cache: Path) -> Contender:
    """The command line, for a visit that is the first of its kind. What it learns of the kind is part of its work."""
    folder = bench.own_folder(_named(FIRST_EACH, visits))
    own = shutil.copytree(cache, folder / "cache", dirs_exist_ok=True)
    _serve_before(folder, visits, own)
    target = folder / _file_name(visits[1])

    def prepare() -> None:
        for kept in [path for path in own.glob("*/*") if OF_KIND in path.read_bytes()]:
            kept.unlink()
        target.unlink(missing_ok=True)

    results = (expected_packet(bench, target, visits[1]),)
    return Contender(FIRST_EACH, lambda: _serve(folder, visits[1], own), results, prepare=prepare)


def _serve_before(folder: Path, visits: Sequence[Visit], cache: Path) -> None:
    """Write the files of visits, and serve the first one, until all that can be learned from it has been."""
    for visit in visits:
        write_visit(_source(folder, visit), visit)
    for _ in range(2):
        _serve(folder, visits[0], cache)
    time.sleep(SECONDS)
    _serve(folder, visits[0], cache)


def _serve(folder: Path, visit: Visit, cache: Path) -> None:
    _make_packets(_source(folder, visit), folder / _file_name(visit), cache)


def _schedule(bench: Bench, visits: Sequence[Visit], cache: Path) -> Contender:
    """The command line, once for the whole day."""
    folder = bench.own_folder("day")
    schedule, output = folder / "schedule.csv", bench.own_folder("packets of the day")
    write_schedule(schedule, visits)
    results = (expected_packet(bench, output / _file_name(visit), visit) for visit in visits[:_DAY_OF_PEERS])
    return Contender(
        SCHEDULE,
        lambda: _make_packets(schedule, output, cache),
        tuple(results),
        prepare=lambda: emptied(output),
        units=len(visits),
        targets=(Target("wall", _SECONDS_OF_DAY, is_whole=True),),
        files=tuple(output / _file_name(visit) for visit in visits),
    )


def _named(name: str, visits: Sequence[Visit]) -> str:
    """The name of a folder for visits of one kind."""
    return "-".join((name, *visits[0].codes))


def _source(folder: Path, visit: Visit) -> Path:
    return folder / f"{visit.visit}.yaml"


def _file_name(visit: Visit) -> str:
    """What consentkit calls the packet of a visit."""
    return f"{visit.date.isoformat()}-{visit.visit}.pdf"
