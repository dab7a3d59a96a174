"""consentkit in a process that stays open, and looks at the files of the clinic once a second, as for a schedule.

Guarantees: its start, and the first visits with a list of papers, do not count; it has never seen the patients whose
packets are measured; they are planned, made and read back in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks import open_packets
from benchmarks.content import Visit
from benchmarks.inspecting import Expected
from benchmarks.measuring import Contender
from benchmarks.peers.kept_open import KeptOpen
from benchmarks.peers.peer import Job
from benchmarks.people import write_schedule
from benchmarks.scenarios.bench import Bench

FEWEST = 20
"""Visits with the same papers that a process has served before its packets are measured."""
_SCRIPT = Path(open_packets.__file__)


def packets_kept_open(
    bench: Bench,
    name: str,
    place: tuple[Path, Path],
    ahead: Sequence[Visit],
    measured: Sequence[Visit],
    results: tuple[Expected, ...],
) -> Contender:
    """Packets by a process that has served the visits `ahead`, which are written into the folder of this name.

    `place` is the folder of the clinic, and that of the cache.
    """
    folder = bench.own_folder(name)
    first, others = folder / "ahead.csv", folder / "measured.csv"
    write_schedule(first, ahead)
    write_schedule(others, measured)
    process = KeptOpen(_SCRIPT, *place, first, others)
    bench.stack.callback(process.close)
    return Contender(
        name,
        lambda: process.print([Job(others, Path("-"))]),
        results,
        process.cpu,
        prepare=lambda: process.begin(Job(first, folder)),
        units=len(measured),
        peak=lambda: process.peak,
    )
