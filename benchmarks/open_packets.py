"""Makes packets in a process that stays open, as for a schedule: open_packets.py CLINIC CACHE SCHEDULE.csv ... --serve

All schedules are read at the start. Each line of stdin names one of them, and a folder for its packets, or `-` to leave
them in memory; the answer is the processor time so far, and the megabytes that were held at most.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from pathlib import Path

from consentkit.cache.store import open_store
from consentkit.cli import OBJECTS_BETWEEN_COLLECTIONS
from consentkit.documents.opening import open_workspace
from consentkit.operations.packets import MadePacket, PacketsInTurn
from consentkit.packets.plan import PacketOptions
from consentkit.packets.visits import VisitEntry, read_visits


def main() -> None:
    clinic, cache, *schedules = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)  # as whatever is made by the command line
    read = {schedule: list(read_visits(schedule)) for schedule in schedules}
    making = PacketsInTurn(
        open_workspace(Path(clinic), open_store(Path(cache))), PacketOptions(allow_drafts=True), patience=1
    )
    for line in sys.stdin:
        schedule, folder = line.rstrip("\n").split("\t")
        for entry in read[schedule]:
            _make(making, entry, folder)
        print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, flush=True)


def _make(making: PacketsInTurn, entry: VisitEntry, folder: str) -> None:
    made = making.make(entry)
    if not isinstance(made, MadePacket):
        raise SystemExit(f"visit {entry.number} has no packet: {made}")
    if folder != "-":
        Path(folder, made.file_name).write_bytes(made.pdf)


if __name__ == "__main__":
    main()
