"""How well signed paper is read back: thousands of simulated scans of all kinds of paper, as a page of tables.

    python -m benchmarks.filing --pages 2000          reads as many, from where it was left, a page a second
    python -m benchmarks.filing --pages 2000 --jobs 4     the same, four pages at once
    python -m benchmarks.filing --write               writes docs/filing-figures.md from what was read

Packets and results are kept in build/filing, so that it can be ended at any time and goes on where it was. One page is
in memory at a time. `--series tuning` reads the scans with which the rules were found, in a file of its own.

Guarantees: the truth is known only to what draws the scans; what reads them gets the file and the records.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT / "tests"))

import numpy as np  # noqa: E402 - after the path of the tests

from consentkit.scans.page import RefusedPage  # noqa: E402
from consentkit.scans.pages import scan_pages  # noqa: E402
from consentkit.scans.reading import read_page  # noqa: E402
from consentkit.scans.references import References  # noqa: E402
from kit.scan_machines import COARSE_OR_LOSSY, SCANNERS, TELEPHONE, TOO_COARSE  # noqa: E402
from kit.scan_packets import Printed, of_all_kinds  # noqa: E402
from kit.scans import JUDGING, TUNING, simulated  # noqa: E402

FOLDER = PROJECT / "build" / "filing"
PAGE = PROJECT / "docs" / "filing-figures.md"
MACHINES = (*SCANNERS, *SCANNERS, *COARSE_OR_LOSSY, TELEPHONE, TOO_COARSE)
"""The machines, in turn: those that are recommended twice as often as the others."""
INK, NONE = ("ink", "faint"), ("nothing",)
GRAY = tuple(machine.name for machine in SCANNERS if machine.is_gray_or_color)
ONE_BIT = tuple(machine.name for machine in SCANNERS if not machine.is_gray_or_color)

Row = Mapping[str, Any]


def read_one(printed: Printed, references: References, series: int, number: int) -> Row:
    """Draw a scan, read it, and compare."""
    pages = [(packet, known) for packet in printed.packets for known in packet.pages()]
    packet, known = pages[int(np.random.default_rng([series, 1, number]).integers(len(pages)))]
    machine = MACHINES[number % len(MACHINES)]
    truth = simulated(packet, known, machine, [series, 2, number])
    row: dict[str, Any] = {
        "number": number,
        "machine": machine.name,
        "layout": truth.layout,
        "language": known.paper.language,
        "kind": known.paper.kind,
        "faults": list(truth.faults),
        "whole": truth.has_whole_code,
    }
    start = time.process_time()
    (page,) = scan_pages("scan", truth.data)
    if isinstance(page, RefusedPage):
        return {**row, "outcome": page.reason}
    found = read_page(page, printed, references)
    row |= {"outcome": found.outcome, "seconds": round(time.process_time() - start, 3)}
    row["wrong"] = any((code.packet, code.page) != (known.record.packet, known.page.number) for code in found.codes)
    row["turned"] = not found.codes or found.turn == truth.turn
    row["code"] = bool(found.codes)
    said = zip(truth.written, found.places, strict=True) if found.places else ()
    row["places"] = Counter(f"{what}/{one.verdict}" for what, one in said)
    row["missed"] = [
        f"{what} {one.verdict} {one.place.name}: {one.why} {one.measures}"
        for what, one in (zip(truth.written, found.places, strict=True) if found.places else ())
        if (what in INK and one.verdict != "ink found") or (what not in INK and one.verdict in ("ink found", "unsure"))
    ]
    return row


def run(series: int, path: Path, pages: int, jobs: int) -> None:
    """Read pages up to that number, but for those that were read before."""
    of_all_kinds(FOLDER)  # what is not there is made before several processes look for it
    done = {row["number"] for row in rows_of(path)}
    left = [number for number in range(pages) if number not in done]
    context = multiprocessing.get_context("spawn")  # OpenCV's threads do not survive a fork
    with path.open("a", encoding="utf-8") as file, context.Pool(jobs) as pool:
        for count, row in enumerate(pool.imap(partial(_read_one, series), left), len(done) + 1):
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"\r{count} of {pages}", end="", file=sys.stderr)


def _read_one(series: int, number: int) -> Row:
    return read_one(*_opened(), series, number)


@cache
def _opened() -> tuple[Printed, References]:
    """What a process looks pages up in."""
    return of_all_kinds(FOLDER), References()


def rows_of(path: Path) -> Iterator[Row]:
    """What was read before."""
    if path.exists():
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def share(part: int, whole: int) -> str:
    """A share in words: both numbers, and percent."""
    return f"{part:,} of {whole:,} ({100 * part / whole:.1f} %)" if whole else "–"


def places(rows: Sequence[Row], kinds: Sequence[str]) -> Counter[str]:
    """How often which was said of places in which there is one of these."""
    counts = Counter[str]()
    for row in rows:
        for key, count in row.get("places", {}).items():
            what, _, verdict = key.partition("/")
            counts[verdict] += count if what in kinds else 0
    return counts


def line(name: str, rows: Sequence[Row]) -> str:
    """A line of a table."""
    whole = [row for row in rows if row["whole"] and "code" in row]
    empty, ink, other = places(rows, NONE), places(rows, INK), places(rows, ("crossed", "hidden"))
    cells = [
        name,
        f"{len(rows):,}",
        share(sum(row["code"] for row in whole), len(whole)),
        share(sum(row["outcome"] == "read" for row in rows), sum(row.get("code", False) for row in rows)),
        *_verdicts(empty),
        share(ink["ink found"], ink.total()),
        f"{ink['unsure']}",
        f"{ink['no ink seen']}",
        f"{other['ink found']} of {other.total()}",
    ]
    return f"| {' | '.join(cells)} |"


def _verdicts(counts: Counter[str]) -> list[str]:
    return [f"{counts['ink found']} of {counts.total():,}", f"{counts['unsure']}"]


HEAD = (
    "pages", "codes read, of those whole on the scan", "pages found on it, of codes read", "empty: ink found",
    "empty: unsure", "inked: ink found", "inked: unsure", "inked: no ink seen", "reached into or hidden: ink found",
)  # fmt: skip


def table(first: str, groups: Mapping[str, Sequence[Row]]) -> str:
    """A table with a line for each group."""
    head = f"| {first} | {' | '.join(HEAD)} |\n| {' | '.join(['---'] * (len(HEAD) + 1))} |"
    return "\n".join([head, *(line(name, rows) for name, rows in groups.items() if rows)])


def page(rows: Sequence[Row]) -> str:
    """The page of the documentation."""
    read = [row for row in rows if "code" in row]
    of = {name: [row for row in read if row["machine"] in names] for name, names in _GROUPS.items()}
    gray = of["all in gray and color"]
    refused = [row for row in rows if row["machine"] == TOO_COARSE.name]
    layouts = {name: [row for row in gray if row["layout"] == name] for name in sorted({row["layout"] for row in gray})}
    faults = sorted({fault for row in gray for fault in row["faults"]})
    by_fault = {fault: [row for row in gray if fault in row["faults"]] for fault in faults}
    by_fault = {"nothing": [row for row in gray if not row["faults"]], **by_fault}
    languages = {
        name: [row for row in gray if row["language"] == name] for name in sorted({row["language"] for row in gray})
    }
    return TEXT.format(
        pages=len(rows),
        packets=len({row["layout"] for row in rows}),
        targets=targets(of, read, refused),
        machines=table("scanned", {**{m.name: [r for r in read if r["machine"] == m.name] for m in _EACH}, **of}),
        layouts=table("paper", layouts),
        languages=table("language", languages),
        faults=table("what happened", by_fault),
        seconds=f"{sum(row['seconds'] for row in read) / max(1, len(read)):.2f}",
    )


_EACH = tuple(dict.fromkeys(machine for machine in MACHINES if machine != TOO_COARSE))
_GROUPS: Mapping[str, Sequence[str]] = {
    "all in gray and color": GRAY,
    "all in one bit from 200": ONE_BIT,
    "coarse, or by fax": [machine.name for machine in COARSE_OR_LOSSY],
    "by telephone": [TELEPHONE.name],
}


def targets(of: Mapping[str, Sequence[Row]], read: Sequence[Row], refused: Sequence[Row]) -> str:
    """What was aimed at, and what came out."""
    gray, bits = of["all in gray and color"], of["all in one bit from 200"]
    ink, empty = places(gray, INK), places(read, NONE)
    everything = places(gray, (*INK, *NONE, "crossed", "hidden"))
    lines = [
        ('empty places with "ink found", all scans', "0", f"{empty['ink found']} of {empty.total():,}"),
        ("inked places found, gray and color", "98 %", share(ink["ink found"], ink.total())),
        ("inked places taken for empty, gray and color", "0", f"{ink['no ink seen']}"),
        ("places left unsure, gray and color", "3 % at most", share(everything["unsure"], everything.total())),
        ("whole codes read, gray and color from 150", "99.5 %", _codes(gray)),
        ("whole codes read, one bit from 200", "98 %", _codes(bits)),
        ("pages taken for those of another packet", "0", f"{sum(row['wrong'] for row in read)} of {len(read):,}"),
        ("scans of 100 dots per inch that are refused", "all", share(_refused(refused), len(refused))),
    ]
    return "\n".join(
        ["| what | aim | came out |", "| --- | --- | --- |", *(f"| {' | '.join(each)} |" for each in lines)]
    )


def _codes(rows: Sequence[Row]) -> str:
    whole = [row for row in rows if row["whole"]]
    return share(sum(row["code"] for row in whole), len(whole))


def _refused(rows: Sequence[Row]) -> int:
    return sum(row["outcome"] == "too coarse" for row in rows)


TEXT = """# How well signed paper is read back

Made by `python -m benchmarks.filing --write`; do not edit.

All of it is simulated: no real scanner, pen, printer or telephone was at hand. A program draws pages as they come out
of the printer, writes into their places with pens of 0.25 to 0.5 mm (one of ten is faint), soils the paper, and feeds
it askew, as the comments in `tests/kit/scans.py` and beside it say. The scans below, {pages:,} pages, were not used to
find the rules by which they are read. Reading a page took {seconds} seconds of CPU.

## Aims

{targets}

A code counts as whole if all of it is on the scan and nothing covers it. What is "unsure" is shown to a
person with a picture of the place.

## By scanner

{machines}

## By paper, in gray and color

{layouts}

## By language, in gray and color

{languages}

## By what happened to the sheet, in gray and color

{faults}

`tails` are strokes that reach into places below; `two at once` is a page most of which another sheet hides; `off` lies
4 to 8 mm off.
"""


def main() -> None:
    """Read pages, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="how many pages are read at once")
    parser.add_argument("--series", choices=["judging", "tuning"], default="judging")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    path = FOLDER / f"{arguments.series}.jsonl"
    FOLDER.mkdir(parents=True, exist_ok=True)
    run(JUDGING if arguments.series == "judging" else TUNING, path, arguments.pages, arguments.jobs)
    if arguments.write:
        PAGE.write_text(page(sorted(rows_of(path), key=lambda row: row["number"])), encoding="utf-8")


if __name__ == "__main__":
    main()
