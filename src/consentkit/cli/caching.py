"""The work of `consentkit cache`.

Guarantees: nothing is removed but finished parts and what was left of unfinished ones.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli import pace, report
from consentkit.cli.support import say
from consentkit.errors import WrongUse
from consentkit.operations.opening import open_cache_to_look_after
from consentkit.problems import printable, quoted

if TYPE_CHECKING:
    from consentkit.cache.store import Pruned, StoreInfo

_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([kmgt]?i?b?)", re.ASCII | re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_FEW_PARTS = 250
"""Parts that are removed in a moment."""
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def print_info(place: str | Path | None, *, as_json: bool) -> int:
    """Print what the cache holds. Returns the exit code."""
    info = open_cache_to_look_after(place).info()
    click.echo(report.as_json(_entry(info)) if as_json else report.table(_rows(info)))
    return 0


def prune(place: str | Path | None, largest: str | None, *, as_json: bool, quiet: bool) -> int:
    """Prune the cache and report what was removed. Returns the exit code. Raises WrongUse for a size that is none."""
    store = open_cache_to_look_after(place)
    limit = None if largest is None else size_in_bytes(largest)
    with pace.long_work("Removing", quiet=quiet, few=_FEW_PARTS) as progress:
        pruned = store.prune(limit, progress)
    return _report(pruned, as_json=as_json, quiet=quiet)


def clear(place: str | Path | None, *, as_json: bool, quiet: bool) -> int:
    """Empty the cache and report what was removed. Returns the exit code."""
    store = open_cache_to_look_after(place)
    with pace.long_work("Removing", quiet=quiet, few=_FEW_PARTS) as progress:
        pruned = store.clear(progress)
    return _report(pruned, as_json=as_json, quiet=quiet)


def size_in_bytes(text: str) -> int:
    """Read a size that a person typed: `500MB`, `1.5 GB`, `512MiB`, or plain bytes. Raises WrongUse."""
    match = _SIZE.fullmatch(text.strip())
    unit = match[2].lower().removesuffix("b") if match else "i"
    if match is None or unit == "i":
        raise WrongUse(f"{quoted(text)} is not a size; write it like 500MB or 2GB")
    base = 1024 if unit.endswith("i") else 1000
    return int(Decimal(match[1]) * base ** _POWERS[unit.removesuffix("i")])


def size_as_text(size: int) -> str:
    """Write a number of bytes for a person: `60 bytes`, `1.4 MiB`."""
    number = float(size)
    for unit in _UNITS:
        if number < 1024 or unit == _UNITS[-1]:
            break
        number /= 1024
    return f"{size} bytes" if unit == "bytes" else f"{number:.1f} {unit}"


def _report(pruned: Pruned, *, as_json: bool, quiet: bool) -> int:
    if as_json:
        click.echo(report.as_json(asdict(pruned)))
    removed = report.counted(pruned.entries, "part")
    leftovers = f" and {report.counted(pruned.leftovers, 'leftover')}" if pruned.leftovers else ""
    left = f"{report.counted(pruned.left_entries, 'part')} left, {size_as_text(pruned.left_bytes)}"
    say(f"{removed}{leftovers} removed, {size_as_text(pruned.freed)} freed; {left}", quiet=quiet)
    return 0


def _rows(info: StoreInfo) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("url", info.url) if info.url else ("folder", printable(str(info.folder))),
        ("parts", str(info.entries)),
        (
            "size",
            size_as_text(info.bytes)
            if info.url
            else f"{size_as_text(info.bytes)} of at most {size_as_text(info.limit)}",
        ),
    ]
    if info.oldest and info.newest:
        rows.append(("put" if info.url else "last used", f"between {info.oldest} and {info.newest}"))
    return rows


def _entry(info: StoreInfo) -> dict[str, object]:
    return {
        "folder": str(info.folder) if info.folder else None,
        **({"url": info.url} if info.url else {}),
        "limit": None if info.url else info.limit,
        "entries": info.entries,
        "bytes": info.bytes,
        "oldest": info.oldest.isoformat() if info.oldest else None,
        "newest": info.newest.isoformat() if info.newest else None,
    }
