"""How long something takes: processor time and wall time, medians of interleaved rounds.

Guarantees: processor time counts every process that does the work: this one, its ended children, and those of a program
that is kept open; in each round everyone has a turn, so whatever slows the machine down for a while slows all alike;
where a first round fills the caches of the disk, it is not counted.
"""

from __future__ import annotations

import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.inspecting import Expected

Cpu = Callable[[], float]
"""Tells the seconds of processor time that have been used so far."""


Quantity = Literal["cpu", "wall", "peak"]
_NAMES: dict[Quantity, str] = {"cpu": "CPU", "wall": "wall", "peak": "peak"}


@dataclass(frozen=True)
class Measurement:
    """What a unit of work took, in seconds. `cpu` adds up all cores, so it may be more than `wall`."""

    cpu: float
    wall: float
    peak: float | None = None
    """Megabytes that the largest process held at most, where that was measured. It is not divided by units."""
    spread: tuple[float, float] | None = None
    """The least and the most processor time of a round, where there were several."""


@dataclass(frozen=True)
class Target:
    """What the ratio to the baseline is meant to be."""

    of: Quantity
    limit: float
    at_least: bool = False
    """Whether the ratio must reach the limit; otherwise it must not be above it."""
    over: str = ""
    """The contender whose cost is taken off: then the limit is in seconds of processor time and no ratio."""
    beside: str = ""
    """The contender that the ratio is to, where it is not the baseline."""
    is_whole: bool = False
    """Whether the limit is in seconds for all that a contender makes in a turn, and no ratio."""

    def verdict(self, contender: Contender, measured: Mapping[str, Measurement], baseline: str) -> str:
        """The target, and whether a contender meets it; empty where another one that it needs was not measured."""
        if not {self.over, self.beside} <= {"", *measured}:
            return ""
        taken = measured[contender.name]
        if self.over:
            value, unit, than = (taken.cpu - measured[self.over].cpu) * 1000, " ms", f" over {self.over}"
            return self._sentence(value, self.limit * 1000, unit, than)
        if self.is_whole:
            value = (taken.cpu if self.of == "cpu" else taken.wall) * contender.units
            return self._sentence(value, self.limit, " s", f" for all {contender.units}" if contender.units > 1 else "")
        than = f" of {self.beside}" if self.beside else ""
        return self._sentence(_ratio(taken, measured[self.beside or baseline], self.of), self.limit, "", than)

    def _sentence(self, value: float, limit: float, unit: str, than: str) -> str:
        is_met = value >= limit if self.at_least else value <= limit
        sign = "≥" if self.at_least else "≤"
        bound = f"{_NAMES[self.of]} {sign} {_plain(limit)}{unit}{than}"
        return f"{bound}: {_plain(value)}{unit}, {'met' if is_met else 'NOT MET'}"


def _plain(value: float) -> str:
    """A number with as many digits as are meaningful."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}" if value < 10 else f"{value:.1f}"


@dataclass(frozen=True)
class Contender:
    """Somebody who does the work that is measured."""

    name: str
    work: Callable[[], None]
    results: tuple[Expected, ...] = ()
    """The PDF files that the work makes, or a sample of them, with what must be found in them."""
    cpu: Cpu | None = None
    """Tells the processor time of a program that is kept open, and that is therefore not among our ended children."""
    prepare: Callable[[], None] | None = None
    """Done before each turn and not measured, such as emptying a cache."""
    units: int = 1
    """How many things of the scenario's kind the work makes. Its cost is divided by that."""
    peak: Callable[[], float] | None = None
    """Tells the megabytes that the largest process of the last turn held at most."""
    targets: tuple[Target, ...] = ()
    files: tuple[Path, ...] = ()
    """All PDF files that the work makes, where `results` are only some of them."""


def own_cpu() -> float:
    """Seconds of processor time of this process and of its children that have ended and been waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(contender: Contender) -> Measurement:
    """Let a contender do its work once."""
    if contender.prepare:
        contender.prepare()
    kept_open = contender.cpu or (lambda: 0.0)
    cpu, wall = own_cpu() + kept_open(), time.perf_counter()
    contender.work()
    wall = time.perf_counter() - wall
    cpu = own_cpu() + kept_open() - cpu
    return Measurement(cpu / contender.units, wall / contender.units, contender.peak() if contender.peak else None)


def measure_all(
    contenders: Sequence[Contender],
    rounds: int,
    progress: Callable[[str], None] = lambda _: None,
    *,
    warms_up: bool = True,
) -> dict[str, Measurement]:
    """The median of each contender by name, after `rounds`; if it `warms_up`, one that does not count goes ahead."""
    taken: dict[str, list[Measurement]] = {contender.name: [] for contender in contenders}
    for number in range(0 if warms_up else 1, rounds + 1):
        for contender in contenders:
            progress(f"{contender.name}, round {number} of {rounds}")
            measurement = measure(contender)
            if number:
                taken[contender.name].append(measurement)
    return {name: median(measurements) for name, measurements in taken.items()}


def median(measurements: Sequence[Measurement]) -> Measurement:
    """The medians of processor time, wall time and memory, each by itself."""
    peaks = [measurement.peak for measurement in measurements if measurement.peak is not None]
    seconds = [measurement.cpu for measurement in measurements]
    return Measurement(
        statistics.median(seconds),
        statistics.median(measurement.wall for measurement in measurements),
        statistics.median(peaks) if peaks else None,
        (min(seconds), max(seconds)) if len(seconds) > 1 else None,
    )


Row = tuple[str, ...]
_COLUMNS: Row = ("", "CPU s", "wall s", "per s", "CPU ratio", "wall ratio")
_SPREAD = "CPU s, least to most"
_PEAKS: Row = ("peak MB", "peak ratio")


def ratio_table(contenders: Sequence[Contender], measured: Mapping[str, Measurement], baseline: str) -> list[Row]:
    """The columns, and a row for each contender; ratios say how many times as much as the baseline it took.

    `per s` is how many units are done in a second of wall time. Columns that nobody fills are left out.
    """
    has_spreads = any(taken.spread for taken in measured.values())
    has_peaks = any(taken.peak is not None for taken in measured.values())
    has_targets = any(contender.targets for contender in contenders)
    columns = (_SPREAD,) * has_spreads, _PEAKS * has_peaks, ("target",) * has_targets
    rows = [(*_COLUMNS[:2], *columns[0], *_COLUMNS[2:], *columns[1], *columns[2])]
    base = measured[baseline]
    for contender in contenders:
        taken = measured[contender.name]
        name, cpu, *costs = _costs(taken, base, contender.name)
        spread = (" – ".join(map(_seconds, taken.spread or ())),) * has_spreads
        verdicts = (each.verdict(contender, measured, baseline) for each in contender.targets)
        target = ("; ".join(filter(None, verdicts)),) * has_targets
        rows.append((name, cpu, *spread, *costs, *(_peaks(taken, base) * has_peaks), *target))
    return rows


def _peaks(taken: Measurement, base: Measurement) -> Row:
    return ("", "") if taken.peak is None else (f"{taken.peak:.0f}", _written(_ratio(taken, base, "peak")))


def _costs(taken: Measurement, base: Measurement, name: str) -> Row:
    rate = f"{1 / taken.wall:.3g}" if taken.wall > 0 else "–"
    ratios = (_written(_ratio(taken, base, "cpu")), _written(_ratio(taken, base, "wall")))
    return (name, _seconds(taken.cpu), _seconds(taken.wall), rate, *ratios)


def _seconds(value: float) -> str:
    """Seconds with as many digits as are meaningful."""
    return f"{value:.3f}" if value >= 0.1 else f"{value:#.3g}" if value >= 0.001 else f"{value:.5f}"


def _ratio(taken: Measurement, base: Measurement, of: Quantity) -> float:
    value, one = getattr(taken, of), getattr(base, of)
    return float(value / one) if value is not None and one else math.nan


def _written(ratio: float) -> str:
    if math.isnan(ratio):
        return "–"
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def as_text(rows: Sequence[Row]) -> str:
    """A table for the terminal, its columns named in the first row: the first to the left, all others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_text_row(row, widths) for row in (rows[0], rule, *rows[1:])) + "\n"


def _text_row(row: Row, widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if index else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def as_markdown(rows: Sequence[Row]) -> str:
    """A table for a Markdown file, its columns named in the first row."""
    rule = ("---", *("---:" for _ in rows[0][1:]))
    return "".join("| " + " | ".join(row) + " |\n" for row in (rows[0], rule, *rows[1:]))
