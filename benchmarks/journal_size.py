"""What a journal of 100,000 entries costs: the page of a day, a visit, the prints that are unfinished, an entry.

    python -m benchmarks.journal_size                 100,000 entries
    python -m benchmarks.journal_size --entries 5000

Prints the median of the time of each in milliseconds. The entries are spread over days with 150 each. They go in within
one transaction, which is how a test machine gets there in a minute; each is made as the journal makes it.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from consentkit.journal.entries import JournalEntry, JournalPaper, PrintIntent, Who
from consentkit.journal.journal import Journal

ROUNDS = 21
WHO = Who("rosa", "desk-1", "desk")
PAPER = JournalPaper("form", "90837", "en", "ab" * 32, 3)
OF_A_DAY = 150


class Days:
    """A clock that goes through working days, so that each has the same number of entries."""

    def __init__(self) -> None:
        self.count = 0
        self.first = datetime.datetime(2020, 1, 6, 8, 0).astimezone()

    def __call__(self) -> datetime.datetime:
        day, place = divmod(self.count, OF_A_DAY)
        self.count += 1
        return self.first + datetime.timedelta(days=day, minutes=3 * place)


def entries(count: int) -> Iterator[JournalEntry]:
    for number in range(count):
        yield JournalEntry(
            "made", WHO, visit=f"V-{number % (count // 4)}", packet="VPCRGVH4WS", papers=(PAPER,) * 4, pages=9
        )


def fill(journal: Journal, count: int) -> None:
    journal.record_all(entries(count))
    for number in range(20):
        journal.intend(PrintIntent(WHO, f"V-{number}", "VPCRGVH4WS", 9))


def milliseconds(act: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as folder:
        with Journal.open(Path(folder) / "journal", WHO, clock=Days()) as journal:
            fill(journal, count)
        middle = Days().first.date() + datetime.timedelta(days=count // OF_A_DAY // 2)

        def page_of_the_day() -> None:
            with Journal.open_to_read(Path(folder) / "journal") as again:
                assert len(again.of_day(middle)) == OF_A_DAY

        with Journal.open(Path(folder) / "journal", WHO) as journal:
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            print(f"{count:,} entries, {size / 1e6:.0f} MB")
            measured: dict[str, Callable[[], object]] = {
                f"the page of a day with {OF_A_DAY} entries, opened for it": page_of_the_day,
                "the same, in a journal that is open": lambda: journal.of_day(middle),
                "a visit": lambda: journal.of_visit("V-7"),
                "unfinished prints": journal.unfinished,
                "an entry, on the disk": lambda: journal.record(JournalEntry("signed-in", WHO)),
            }
            for name, act in measured.items():
                print(f"{milliseconds(act):8.2f} ms  {name}")
            begun = time.perf_counter()
            assert journal.verify().is_whole
            print(f"{time.perf_counter() - begun:8.2f} s   verifying all of it")


if __name__ == "__main__":
    main()
