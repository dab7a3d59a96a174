"""Whether memory stays flat while one process makes packet after packet.

    python -m benchmarks.memory_of_packets [PACKETS]

Prints the resident memory after every 200th packet, and ends with 1 where the last is more than 1.10 of the 200th.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
from pathlib import Path

from consentkit.cache.store import Store
from consentkit.documents.opening import open_workspace
from consentkit.model.visit import Visit
from consentkit.packets.packet import PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner

CLINIC = Path(__file__).parent.parent / "samples" / "clinic"
STEP = 200
MOST = 1.10


def resident() -> int:
    """Resident memory of this process in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def visit(number: int) -> Visit:
    """A visit of an invented patient; each has another name, birthday and record."""
    born = datetime.date(1950, 1, 1) + datetime.timedelta(days=7 * (number % 2500))
    letters = "".join(chr(97 + (number // 26**place) % 26) for place in range(4))
    return Visit.model_validate(
        {
            "visit": f"V-{number}",
            "date": "2026-11-21",
            "procedures": ["90837"],
            "patient": {"name": f"Ana {letters.title()}", "born": born.isoformat(), "record": f"MR-{number}"},
            "clinician": {"name": "Dana Whitfield"},
        }
    )


def main() -> int:
    """Make the packets, and print what they cost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(CLINIC, Store(Path(folder)))
        planner, maker = Planner(workspace, PacketOptions(allow_drafts=True)), PacketMaker(workspace)
        first = 0
        for number in range(1, count + 1):
            maker.make(planner.plan(visit(number), "memory", number))
            if number % STEP == 0:
                first = first or resident()
                print(f"{number:6} packets: {resident():7} KiB, {resident() / first:.3f} of the {STEP}th", flush=True)
        return 0 if not first or resident() / first <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
