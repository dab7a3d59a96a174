"""Prints tables of what documents cost: python -m benchmarks.compare [--help]."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import inspecting
from benchmarks.measuring import Contender, Row, as_markdown, as_text, measure_all, ratio_table
from benchmarks.scenarios import SCENARIOS, Bench, Scenario
from benchmarks.surroundings import OthersAtWork, surroundings

BEGIN, END = "<!-- table -->", "<!-- end -->"
"""What stands around the tables in a file that they are written into."""


@dataclass(frozen=True)
class Outcome:
    """What a scenario has shown."""

    title: str
    tables: tuple[list[Row], ...]
    faults: tuple[str, ...]
    """What is missing in whose results."""

    def told(self, *, markdown: bool) -> str:
        """It as text."""
        table = as_markdown if markdown else as_text
        title = f"### {self.title}" if markdown else self.title
        faults = [f"INCOMPLETE: {fault}\n" for fault in self.faults] if markdown else []
        return "\n".join((f"{title}\n", *map(table, self.tables), *faults))


def main() -> int:
    """Measure what is asked for. Returns 1 where somebody printed less than the others."""
    options = _options()
    others = OthersAtWork()
    about = [*surroundings(), others.before()]
    print("\n".join(about), flush=True)
    outcomes = []
    for outcome in _outcomes(options):
        outcomes.append(outcome)
        print(f"\n{outcome.told(markdown=options.markdown)}", flush=True)
        for fault in outcome.faults:
            print(f"INCOMPLETE: {fault}", file=sys.stderr)
    about.append(others.meanwhile())
    print(about[-1])
    if options.write:
        _write(options.write, about, outcomes)
    return 1 if any(outcome.faults for outcome in outcomes) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    usual = [name for name, scenario in SCENARIOS.items() if not scenario.is_optional]
    also = [name for name in SCENARIOS if name not in usual]
    listed = f"{', '.join(usual)}; all of these if left out. Only by name: {', '.join(also)}"
    parser.add_argument("scenario", nargs="*", help=f"what to measure, of {listed}")
    parser.add_argument("--rounds", type=int, help="rounds that count (default: as many as a scenario needs)")
    parser.add_argument("--contender", action="append", help="only contenders whose names hold this, and the baseline")
    parser.add_argument("--documents", type=int, default=2000, help="length of the unchanged list (default 2000)")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the tables between {BEGIN} and {END} there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder in which the files stay")
    options = parser.parse_args()
    options.scenario = options.scenario or usual
    if unknown := [name for name in options.scenario if name not in SCENARIOS]:
        parser.error(f"there is no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
    if (options.rounds or 1) < 1 or options.documents < 1:
        parser.error("--rounds and --documents must be at least 1")
    if options.keep and options.keep.exists() and any(options.keep.iterdir()):
        parser.error(f"--keep {options.keep}: is not empty; name a new folder")
    if options.write and not _is_writable(options.write):
        parser.error(f"--write {options.write}: is no file with the lines {BEGIN} and {END}")
    return options


def _outcomes(options: argparse.Namespace) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as temporary, ExitStack() as stack:
        folder = (options.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, stack, lambda name: _is_wanted(name, options.contender), options.documents)
        for name in options.scenario:
            yield _run(SCENARIOS[name], bench, options.rounds)


def _run(scenario: Scenario, bench: Bench, rounds: int | None) -> Outcome:
    """Measure a scenario and look into what was made."""
    rounds = rounds or scenario.rounds
    _progress(f"{scenario.name}: getting ready")
    contenders = [
        contender
        for contender in scenario.contenders(bench)
        if contender.name == scenario.baseline or bench.is_wanted(contender.name)
    ]
    measured = measure_all(
        contenders, rounds, lambda text: _progress(f"{scenario.name}: {text}"), warms_up=scenario.warms_up
    )
    _progress(f"{scenario.name}: looking into the files")
    tables = [ratio_table(contenders, measured, scenario.baseline)]
    printing = [contender for contender in contenders if contender.results]
    if printing:
        tables.append([inspecting.COLUMNS, *(row for contender in printing for row in _files(contender))])
    faults = tuple(f"{contender.name}: {fault}" for contender in printing for fault in _faults(contender))
    _progress("")
    return Outcome(_title(scenario, rounds), tuple(tables), faults)


def _files(contender: Contender) -> Iterator[Row]:
    """What the files of a contender are: on average, where there are several."""
    looked_into = [result.file for result in contender.results]
    if not contender.files:
        yield inspecting.average(looked_into).row(contender.name)
    else:
        yield inspecting.average(contender.files).row(f"{contender.name}, all {len(contender.files)}")
        yield inspecting.average(looked_into).row(f"{contender.name}, {len(looked_into)} that the others print, too")


def _title(scenario: Scenario, rounds: int) -> str:
    each = f"; for each {scenario.unit}" if scenario.unit else ""
    medians = f"medians of {rounds} rounds" if rounds > 1 else "one round"
    return f"{scenario.name}: {scenario.title}{each}; ratios to {scenario.baseline}; {medians}"


def _faults(contender: Contender) -> Iterator[str]:
    for result in contender.results:
        yield from result.faults()


def _is_wanted(name: str, parts: Sequence[str] | None) -> bool:
    return not parts or any(part in name for part in parts)


def _is_writable(file: Path) -> bool:
    return file.is_file() and BEGIN in (text := file.read_text(encoding="utf-8")) and END in text.partition(BEGIN)[2]


def _write(file: Path, about: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """Replace what stands between the markers."""
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    lines = "\n".join(f"- {line}" for line in about)
    tables = "\n".join(outcome.told(markdown=True) for outcome in outcomes)
    file.write_text(f"{before}{BEGIN}\n\n{lines}\n\n{tables}\n{END}{after}", encoding="utf-8")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
