"""How much of each room the tests run: `python -m kit.coverage_of_rooms`, after `coverage combine`.

Guarantees: every file that was measured counts for exactly one room, so the line `all` is the sum of the others.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PACKAGE = PurePosixPath("src/consentkit")


@dataclass(frozen=True)
class Measured:
    """Statements and branches, and how many of both were run."""

    statements: int = 0
    statements_run: int = 0
    branches: int = 0
    branches_run: int = 0

    def __add__(self, other: Measured) -> Measured:
        return Measured(
            self.statements + other.statements,
            self.statements_run + other.statements_run,
            self.branches + other.branches,
            self.branches_run + other.branches_run,
        )

    @property
    def percent(self) -> float:
        """The share that was run, as coverage.py counts it: statements and branches alike."""
        total = self.statements + self.branches
        return 100 * (self.statements_run + self.branches_run) / total if total else 100.0


def room_of(file: str) -> str:
    """The room of a file: its folder in the package, or the module itself where it is in none."""
    first = PurePosixPath(file).relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def by_room(report: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> dict[str, Measured]:
    """Add up the files of a JSON report of coverage.py, in the order of the alphabet."""
    rooms: dict[str, Measured] = {}
    for file, found in sorted(report["files"].items()):
        summary = found["summary"]
        measured = Measured(
            summary["num_statements"],
            summary["covered_lines"],
            summary.get("num_branches", 0),
            summary.get("covered_branches", 0),
        )
        room = room_of(file)
        rooms[room] = rooms.get(room, Measured()) + measured
    return rooms


def table(rooms: Mapping[str, Measured]) -> Iterator[str]:
    """The lines to print."""
    yield f"{'room':<16} {'statements':>10} {'not run':>8} {'branches':>9} {'not run':>8} {'run':>7}"
    for name, it in [*rooms.items(), ("all", sum(rooms.values(), Measured()))]:
        missed = it.statements - it.statements_run, it.branches - it.branches_run
        yield f"{name:<16} {it.statements:>10,} {missed[0]:>8,} {it.branches:>9,} {missed[1]:>8,} {it.percent:>6.1f}%"


def main() -> None:
    """Print the table of the measurement in the current folder."""
    import coverage

    measurement = coverage.Coverage()
    measurement.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        measurement.json_report(outfile=file.name)
        report = json.loads(Path(file.name).read_text(encoding="utf-8"))
    sys.stdout.writelines(line + "\n" for line in table(by_room(report)))


if __name__ == "__main__":
    main()
