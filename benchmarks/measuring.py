"""How long something takes: processor time and wall time, medians of interleaved rounds.

Guarantees: processor time counts every process that does the work: this one, its ended children, and those of a program
that is kept open; in each round everyone has a turn, so whatever slows the machine down for a while slows all alike;
the first round, which fills the caches of the disk, is not counted.
"""

from __future__ import annotations

import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

    def verdict(self, ratio: float) -> str:
        """The target, and whether a ratio, or what is left over, meets it."""
        if self.over:
            state = "met" if ratio <= self.limit else "not met"
            return f"CPU ≤ {self.limit * 1000:.0f} ms over Python: {ratio * 1000:.1f}, {state}"
        is_met = ratio >= self.limit if self.at_least else ratio <= self.limit
        sign = "≥" if self.at_least else "≤"
        beside = f" of {self.beside}" if self.beside else ""
        return f"{_NAMES[self.of]} {sign} {self.limit:.2f}{beside}: {ratio:.2f}, {'met' if is_met else 'not met'}"


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
    target: Target | None = None
    also: Target | None = None
    """A second target, of another quantity."""


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
    contenders: Sequence[Contender], rounds: int, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Measurement]:
    """The median of each contender by name, after one round that does not count and `rounds` that do."""
    taken: dict[str, list[Measurement]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in contenders:
            progress(f"{contender.name}, round {number} of {rounds}")
            measurement = measure(contender)
            if number:
                taken[contender.name].append(measurement)
    return {name: median(measurements) for name, measurements in taken.items()}


def median(measurements: Sequence[Measurement]) -> Measurement:
    """The medians of processor time, wall time and memory, each by itself."""
    peaks = [measurement.peak for measurement in measurements if measurement.peak is not None]
    return Measurement(
        statistics.median(measurement.cpu for measurement in measurements),
        statistics.median(measurement.wall for measurement in measurements),
        statistics.median(peaks) if peaks else None,
    )


Row = tuple[str, ...]
_COLUMNS: Row = ("", "CPU s", "wall s", "per s", "CPU ratio", "wall ratio")


def ratio_table(contenders: Sequence[Contender], measured: Mapping[str, Measurement], baseline: str) -> list[Row]:
    """The columns, and a row for each contender; ratios say how many times as much as the baseline it took.

    `per s` is how many units are done in a second of wall time. Columns that nobody fills are left out.
    """
    base = measured[baseline]
    has_peaks = any(taken.peak is not None for taken in measured.values())
    has_targets = any(contender.target for contender in contenders)
    columns = (*_COLUMNS, *(("peak MB", "peak ratio") if has_peaks else ()), *(("target",) if has_targets else ()))
    rows = [columns]
    for contender in contenders:
        taken = measured[contender.name]
        peaks = (f"{taken.peak:.0f}", _written(_ratio(taken, base, "peak"))) if taken.peak is not None else ("", "")
        verdicts = (_verdict(target, taken, base, measured) for target in (contender.target, contender.also))
        targets = ("; ".join(filter(None, verdicts)),)
        rows.append((*_costs(taken, base, contender.name), *peaks[: 2 * has_peaks], *targets[:has_targets]))
    return rows


def _verdict(target: Target | None, taken: Measurement, base: Measurement, measured: Mapping[str, Measurement]) -> str:
    if target is None or not {target.over, target.beside} <= {"", *measured}:
        return ""
    base = measured[target.beside] if target.beside else base
    return target.verdict(taken.cpu - measured[target.over].cpu if target.over else _ratio(taken, base, target.of))


def _costs(taken: Measurement, base: Measurement, name: str) -> Row:
    rate = f"{1 / taken.wall:.3g}" if taken.wall > 0 else "–"
    ratios = (_written(_ratio(taken, base, "cpu")), _written(_ratio(taken, base, "wall")))
    return (name, _seconds(taken.cpu), _seconds(taken.wall), rate, *ratios)


def _seconds(value: float) -> str:
    """Seconds with as many digits as are meaningful."""
    return f"{value:.3f}" if value >= 0.1 else f"{value:#.3g}"


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
