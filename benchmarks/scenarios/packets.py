"""Packets: the papers of one visit, and those of a day."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.content import CLINIC, MANY_CODES, ONE, VISIT_CODES, Visit
from benchmarks.measuring import Contender, Target
from benchmarks.people import day, kinds_of_day, patients, write_schedule, write_visit
from benchmarks.scenarios.bench import Bench, emptied, expected_packet, packets_with, run_consentkit, scenario
from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.model.visit import Visit as VisitToServe
from consentkit.output.write import write_file
from consentkit.packets.packet import PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner
from consentkit.packets.visits import read_visits

ONE_EACH = "consentkit packet, a process each"
KEPT_OPEN = "consentkit in Python, kept open"
SCHEDULE = "consentkit packet schedule.csv"
_VISITS = 3
"""Visits of a turn. The first does not count: whoever is kept open has served it before."""
_VISITS_KEPT_OPEN = 30
"""Visits in a turn where one takes next to nothing."""
_DAY = 500
_DAY_OF_PEERS = 5
_PROCESS = Target("cpu", 1 / 3, beside="Typst, a process each")
_TIMES_TYPST_OF_DAY = 25
_TIMES_WEASYPRINT = 1000
"""How many times as quick a packet kept open is meant to be as WeasyPrint with one tagged page of HTML."""


@scenario("packet", f"One packet ({', '.join(VISIT_CODES)}) from a filled cache", KEPT_OPEN, unit="packet")
def packet(bench: Bench) -> list[Contender]:
    """The papers of a visit, which all come from parts that were made before where somebody keeps parts."""
    visits = list(itertools.islice(patients(), _VISITS))
    cache = _filled_cache(bench, visits[:1])
    return _everybody(bench, visits, cache, times_typst=60)


@scenario("small-packet", f"One packet ({ONE}) from a filled cache", KEPT_OPEN, unit="packet")
def small_packet(bench: Bench) -> list[Contender]:
    """The papers of a visit for one procedure."""
    visits = [replace(visit, codes=(ONE,)) for visit in itertools.islice(patients(), _VISITS)]
    return _everybody(bench, visits, _filled_cache(bench, visits[:1]), times_typst=40)


@scenario("large-packet", f"One packet ({', '.join(MANY_CODES)}) from a filled cache", KEPT_OPEN, unit="packet")
def large_packet(bench: Bench) -> list[Contender]:
    """The papers of a visit for five procedures."""
    visits = [replace(visit, codes=MANY_CODES) for visit in itertools.islice(patients(), _VISITS)]
    return _everybody(bench, visits, _filled_cache(bench, visits[:1]), times_typst=60)


def _everybody(bench: Bench, visits: Sequence[Visit], cache: Path, *, times_typst: int) -> list[Contender]:
    """Who makes a packet for each of some visits."""
    times = {"WeasyPrint, tagged, kept open": _TIMES_WEASYPRINT, "Typst, kept open": times_typst}
    peers = (packets_with(bench, peer, visits) for peer in bench.peers())
    return [_kept_open(bench, visits, cache), _one_each(bench, visits, cache), *_dearer(peers, times)]


def _dearer(peers: Iterable[Contender], times: Mapping[str, int]) -> Iterator[Contender]:
    """Peers of whom some are meant to take so many times as long as the baseline, by their names."""
    for peer in peers:
        yield replace(peer, target=Target("cpu", times[peer.name], at_least=True)) if peer.name in times else peer


@scenario("day", f"A day of {_DAY} visits from a filled cache", SCHEDULE, unit="packet", most_rounds=3)
def whole_day(bench: Bench) -> list[Contender]:
    """The papers of all visits of a day. The peers serve the first of them."""
    visits = day(_DAY)
    cache = _filled_cache(bench, kinds_of_day(visits))
    served = [visits[_DAY_OF_PEERS], *visits[:_DAY_OF_PEERS]]
    peers = (packets_with(bench, peer, served) for peer in bench.peers())
    return [_schedule(bench, visits, cache), *_dearer(peers, {"Typst, kept open": _TIMES_TYPST_OF_DAY})]


def _filled_cache(bench: Bench, visits: Sequence[Visit]) -> Path:
    """A cache with all parts of these visits."""
    folder = bench.own_folder("filled cache")
    schedule = folder / "schedule.csv"
    write_schedule(schedule, visits)
    _make_packets(schedule, folder / "out", folder / "cache")
    return folder / "cache"


def _make_packets(source: Path, output: Path, cache: Path) -> None:
    run_consentkit(*("packet", source, "-o", output, "--allow-drafts", "--clinic", CLINIC, "--cache", cache, "--quiet"))


def _one_each(bench: Bench, visits: Sequence[Visit], cache: Path) -> Contender:
    """The command line, for each visit but the first anew."""
    visits = visits[1:]
    folder = bench.own_folder(f"{ONE_EACH} {len(visits[0].codes)}")
    for visit in visits:
        write_visit(_source(folder, visit), visit)

    def work() -> None:
        for visit in visits:
            _make_packets(_source(folder, visit), folder / _file_name(visit), cache)

    results = tuple(expected_packet(bench, folder / _file_name(visit), visit) for visit in visits)
    return Contender(ONE_EACH, work, results, units=len(visits), target=_PROCESS)


class _OpenMaker:
    """consentkit's Python interface in this process, which stays open over many visits."""

    def __init__(self, cache: Path, folder: Path, visits: Sequence[VisitToServe]) -> None:
        self._cache, self._folder, self._visits = cache, folder, visits

    def prepare(self) -> None:
        """Begin anew, so that no patient of the turn is known, and serve somebody else first."""
        workspace = open_workspace(CLINIC, open_store(self._cache))
        self._planner = Planner(workspace, PacketOptions(allow_drafts=True))
        self._maker = PacketMaker(workspace)
        self._serve(self._visits[0])

    def work(self) -> None:
        """Serve all but the first."""
        for visit in self._visits[1:]:
            self._serve(visit)

    def _serve(self, visit: VisitToServe) -> None:
        made = self._maker.make(self._planner.plan(visit, "visit"))
        write_file(self._folder / made.file_name, made.pdf)


def _kept_open(bench: Bench, visits: Sequence[Visit], cache: Path) -> Contender:
    folder = bench.own_folder(f"{KEPT_OPEN} {len(visits[0].codes)}")
    many = [replace(visit, codes=visits[0].codes) for visit in itertools.islice(patients(), _VISITS_KEPT_OPEN + 1)]
    write_schedule(folder / "schedule.csv", many)
    read = [entry.visit for entry in read_visits(str(folder / "schedule.csv")) if entry.visit]
    maker = _OpenMaker(cache, folder, read)
    results = tuple(expected_packet(bench, folder / _file_name(visit), visit) for visit in visits[1:])
    return Contender(KEPT_OPEN, maker.work, results, prepare=maker.prepare, units=_VISITS_KEPT_OPEN)


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
    )


def _source(folder: Path, visit: Visit) -> Path:
    return folder / f"{visit.visit}.yaml"


def _file_name(visit: Visit) -> str:
    """What consentkit calls the packet of a visit."""
    return f"{visit.date.isoformat()}-{visit.visit}.pdf"
