"""Kills a desk at many moments, and looks for its patients in everything that it could have written.

    PYTHONPATH=tests python -m kit.desk_kills [KILLS] [SEED]

A desk is a process of its own with a journal; a clerk loads invented patients, looks at papers, corrects, prints and
ends the day over the network. It is killed at each of MOMENTS, around midnight, and then as often as is said at random
moments, by one of SIGNALS, and started again: what it printed without an end must be asked about, and the journal be
whole. After each kill every file of it and its user is searched, and at the end those that the system shares. Ends with
1 where anything was found.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kit.desk import Printer, set_up_printer
from kit.desk_mornings import MOMENTS, Morning, People, shown_in_proc, start, unfinished_in
from kit.desk_process import Running, lay_out
from kit.traces import left_behind, new_files

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT, signal.SIGHUP)
"""By what a desk ends: three of them would leave a core dump."""
AROUND_MIDNIGHT = (-0.5, -0.1, 0.0, 0.05, 0.2, 25.0)
"""Seconds after midnight; by the last one, the day must have been forgotten without anybody doing anything."""
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/spool", "/var/log", "/var/crash", "/root")


@dataclass
class LongRun:
    """Many kills of desks that work in one folder, and what was found."""

    root: Path
    printer: Printer
    random: random.Random
    people: People = field(default_factory=People)
    random: random.Random = field(default_factory=lambda: random.Random(14))
    began: float = field(default_factory=time.time)
    found: list[str] = field(default_factory=list)
    asked: int = 0

    def kill_at(self, name: str, act: Callable[[Morning], None], number: signal.Signals) -> None:
        """Start a desk, work, kill it, and look."""
        desk = self.start()
        morning = Morning(desk, self.people, self.printer)
        act(morning)
        self._look_while_running(name, desk)
        self._end(name, morning, number)

    def kill_somewhen(self, number: signal.Signals) -> None:
        """The same at a random moment of a whole day."""
        desk = self.start()
        morning = Morning(desk, self.people, self.printer)
        wait = self.random.uniform(0, 8)
        morning.begin(morning.work)
        time.sleep(wait)
        self._look_while_running("at random", desk)
        self._end(f"after {wait:.2f} s", morning, number)

    def kill_at_midnight(self, after: float) -> None:
        """The same around a change of the date: in a time zone in which it is nearly midnight."""
        seconds = int(time.time() + 25) % 86400
        zone = f"XXX{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        began = time.time()
        desk = self.start(TZ=zone)
        morning = Morning(desk, self.people, self.printer)
        morning.load()
        morning.look()
        in_time = time.time() - began < 24
        time.sleep(max(0.0, began + 25 + after - time.time()))
        shown = self.people.patient in desk.look() if after > 1 else None
        if in_time and shown:
            self.found.append("at midnight: the day was not forgotten")
        self._end(
            f"{after:+.2f} s from midnight (loaded before it: {in_time}, shown after it: {shown})",
            morning,
            signal.SIGKILL,
        )

    def start(self, **variables: str) -> Running:
        """Start a desk. What an earlier one has left open is asked about, and answered."""
        open_prints = unfinished_in(self.root / "clinic")
        desk = start(self.root, **variables)
        page = desk.look()
        asked = re.findall(r'action="(/lost/\d+)"', page)
        if len(set(asked)) != len(open_prints):
            self.found.append(f"{len(open_prints)} prints have no end, and {len(set(asked))} are asked about")
        for path in sorted(set(asked)):
            desk.send(path, came_out=self.random.choice(["yes", "no"]))
            self.asked += 1
        return desk

    def _look_while_running(self, name: str, desk: Running) -> None:
        words = self.people.words()
        if any(map(words.in_data, shown_in_proc(desk))):
            self.found.append(f"{name}: in /proc")

    def _end(self, name: str, morning: Morning, number: signal.Signals) -> None:
        try:
            rest = morning.desk.kill(number)
        except subprocess.TimeoutExpired:
            self.found.append(f"{name}: {number.name} does not end it within a minute")
            rest = morning.desk.kill()
        morning.close()
        words = self.people.words()
        if words.in_data(rest.encode()):
            self.found.append(f"{name}: on standard output")
        paths = left_behind(self.root, words)
        self.found += [f"{name}: {path}" for path in paths]
        code = morning.desk.process.returncode
        print(f"{name}, {number.name}: ended with {code}; found in {len(paths)} files", flush=True)

    def search_system(self) -> None:
        """Look into the folders that all programs share: once, since other programs write there, too."""
        words, searched = self.people.words(), (self.root, self.printer.folder, self.printer.folder.parent / "commands")
        for place in map(Path, PLACES):
            self.found += map(str, filter(words.in_file, new_files(place, self.began, but=searched)))


@contextmanager
def _long_run(seed: int) -> Iterator[LongRun]:
    with tempfile.TemporaryDirectory(prefix="desk-kills-") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        printer = set_up_printer(folder, patch)
        lay_out(folder / "root")
        patch.setenv("CONSENTKIT_CACHE", str(folder / "root" / "cache"))
        yield LongRun(folder / "root", printer, random.Random(seed))


def main(count: int = 100, seed: int = 14) -> int:
    """Kill, and say what was found."""
    for number in set(SIGNALS) - {signal.SIGKILL}:
        signal.signal(number, signal.SIG_DFL)  # since whoever runs this may let its children ignore some
    with _long_run(seed) as run:
        for name, (act, number) in MOMENTS.items():
            run.kill_at(name, act, number)
        for after in AROUND_MIDNIGHT:
            run.kill_at_midnight(after)
        for turn in range(count):
            run.kill_somewhen(SIGNALS[turn % len(SIGNALS)])
        run.start().kill()
        run.search_system()
        kills = len(MOMENTS) + 6 + count
        files = sum(path.is_file() for path in run.root.rglob("*"))
        print(
            f"{kills} kills; {run.asked} prints asked about; {files} files of the desk; found: {run.found or 'nothing'}"
        )
        return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
