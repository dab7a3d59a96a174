"""Where the processor time of a path goes: `python -m benchmarks.profile packet`.

Guarantees: what is looked at is the program as it is, whatever its functions are called, in the sample clinic's name
and with parts from a filled cache, which stays in build/profile; shares are of the time of the path alone.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import sampling
from benchmarks.content import CLINIC, ONE, ROOT
from benchmarks.measuring import own_cpu
from benchmarks.peers.peer import run_python
from benchmarks.people import day, kinds_of_day, write_schedule, write_visit
from benchmarks.sampling import Place, Sampler, Stack
from benchmarks.scenarios.documents import SECONDS
from benchmarks.scenarios.open_packets import FEWEST
from benchmarks.scenarios.packets import LARGE, MEDIUM, SMALL, Kind
from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.operations.packets import PacketsInTurn
from consentkit.packets.plan import PacketOptions
from consentkit.packets.visits import read_visits

FOLDER = ROOT / "build" / "profile"
_CACHE = FOLDER / "cache"
_KINDS: dict[str, Kind] = {"packet": MEDIUM, "packet-7": SMALL, "packet-27": LARGE}
_VISITS = 500
_SERVICES = 4
"""What the visits of a day are for: to make the papers for all procedures takes two minutes, and is no part of it."""
_LEAST_SHARE = 0.01
_MOST_MODULES, _MOST_FUNCTIONS, _MOST_OF_A_MODULE = 24, 30, 3


@dataclass(frozen=True)
class Profile:
    """What was seen of a path."""

    what: str
    milliseconds: float
    """Processor time of one unit, on average, with what it takes to look."""
    seen: Counter[Stack]

    def told(self) -> str:
        """It as text: by module, with what libraries do for it; and by function, with all that it calls."""
        total = self.seen.total()
        lines = [f"{self.what}: {self.milliseconds:.2f} ms of processor time each; looked {total:,} times", ""]
        lines += ["share      ms  module, with what it calls that is not ours; its functions that take most"]
        modules: Counter[str] = Counter()
        inner: dict[str, Counter[str]] = {}
        outer: Counter[Place] = Counter()
        for stack, times in self.seen.items():
            module, function = stack[0]
            modules[module] += times
            inner.setdefault(module, Counter())[function] += times
            outer.update(dict.fromkeys(stack, times))
        for module, times in modules.most_common(_MOST_MODULES):
            if times < total * _LEAST_SHARE:
                break
            most = "loading" if module == "loading" else ""
            count = None if most else _MOST_OF_A_MODULE
            some = inner[module].most_common(count)
            functions = ", ".join(
                f"{name} {_percent(number / total)}" for name, number in some if number * 200 >= total
            )
            lines.append(f"{self._share(times, total)}  {module}: {functions}")
        lines += ["", "share      ms  function, with all that it calls"]
        for (module, function), times in outer.most_common(_MOST_FUNCTIONS):
            if times < total * _LEAST_SHARE:
                break
            lines.append(f"{self._share(times, total)}  {module}: {function}")
        return "\n".join((*lines, ""))

    def _share(self, times: int, total: int) -> str:
        return f"{_percent(times / total):>5}  {self.milliseconds * times / total:6.2f}"


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%" if share < 0.1 else f"{share * 100:.0f}%"


def of_packets(name: str, units: int) -> Profile:
    """Packets that are made by a process that is kept open, with parts warm."""
    kind = _KINDS[name]
    people = list(itertools.islice(kind.visits(), FEWEST + min(units, _VISITS)))
    making = PacketsInTurn(open_workspace(CLINIC, open_store(_CACHE)), PacketOptions(allow_drafts=True), patience=1)
    with tempfile.TemporaryDirectory() as folder:
        schedule = Path(folder, "schedule.csv")
        write_schedule(schedule, people)
        entries = list(read_visits(str(schedule)))
    for entry in entries[:FEWEST]:
        making.make(entry)
    rounds = max(1, units // _VISITS)
    sampler, took = Sampler(), time.process_time()
    sampler.start()
    for _ in range(rounds):
        turn = making.apart()  # which has never heard of these visits
        for entry in entries[FEWEST:]:
            turn.make(entry)
    sampler.stop()
    took = time.process_time() - took
    number = rounds * (len(entries) - FEWEST)
    return Profile(f"{name}: {number:,} packets kept open", took / number * 1000, Counter(sampler.seen))


def of_command(name: str, arguments: Iterable[str | Path], runs: int, units: int = 1) -> Profile:
    """A command in a process of its own, given several times."""
    request = list(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "seen")
        took = 0.0
        for _ in range(runs):
            before = own_cpu()
            run_python("-m", sampling.__name__, file, "consentkit", *request)
            took += own_cpu() - before
        seen: Counter[Stack] = Counter()
        for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
            for stack, times in ast.literal_eval(line):
                seen[stack] += times
    return Profile(f"{name}: {runs} runs of consentkit {request[0]}", took / runs / units * 1000, seen)


def _packet_arguments(source: Path, output: Path) -> list[str | Path]:
    return ["packet", source, "-o", output, "--allow-drafts", "--clinic", CLINIC, "--cache", _CACHE, "--quiet"]


def _process(units: int) -> Profile:
    visits = list(itertools.islice(SMALL.visits(), 1))
    source = FOLDER / "visit.yaml"
    write_visit(source, visits[0])
    arguments = _packet_arguments(source, FOLDER / "visit.pdf")
    _warm(arguments)
    return of_command("process", arguments, units)


def _miss(units: int) -> Profile:
    arguments = ("render", ONE, "-o", FOLDER / "miss.pdf", "--clinic", CLINIC, "--no-cache", "--quiet")
    return of_command("miss", arguments, units)


def _hit(units: int) -> Profile:
    arguments = ("render", ONE, "-o", FOLDER / "hit.pdf", "--clinic", CLINIC, "--cache", _CACHE, "--quiet")
    _warm(arguments)
    return of_command("hit", arguments, units)


def _help(units: int) -> Profile:
    return of_command("help", ["--help"], units)


def _day(units: int) -> Profile:
    visits = day(_VISITS, _SERVICES)
    kinds, schedule = FOLDER / "kinds.csv", FOLDER / "day.csv"
    write_schedule(kinds, kinds_of_day(visits))
    write_schedule(schedule, visits)
    run_python("-m", "consentkit", *_packet_arguments(kinds, FOLDER / "kinds"))
    return of_command("day", _packet_arguments(schedule, FOLDER / "day"), units, len(visits))


def _warm(arguments: Iterable[str | Path]) -> None:
    """Give a command until it would be answered from what was answered before."""
    for wait in (0.0, 0.0, SECONDS):
        time.sleep(wait)
        run_python("-m", "consentkit", *arguments)


PATHS: dict[str, tuple[Callable[[int], Profile], int]] = {
    "packet": (lambda units: of_packets("packet", units), 1000),
    "packet-7": (lambda units: of_packets("packet-7", units), 1000),
    "packet-27": (lambda units: of_packets("packet-27", units), 1000),
    "process": (_process, 10),
    "miss": (_miss, 5),
    "hit": (_hit, 100),
    "help": (_help, 100),
    "day": (_day, 1),
}
"""Each path, and how many packets or runs are looked at."""


def main() -> int:
    """Print the profiles that are requested."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("path", nargs="+", choices=PATHS, help="what to look at")
    parser.add_argument("--units", type=int, help="how many packets or runs (default: as many as a path needs)")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in options.path:
        look, units = PATHS[name]
        print(look(options.units or units).told(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
