"""What a reader must know to judge the figures: the machine, the programs, the day."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import consentkit
from benchmarks.measuring import own_cpu
from benchmarks.peers import skipped
from benchmarks.peers.browser import browser_version

_CPU_INFO = Path("/proc/cpuinfo")


_STATISTICS = Path("/proc/stat")
_IDLE = 0.05
"""The share of the processors that others may use on a machine that counts as idle."""
_LOOK = 2.0
"""Seconds for which is looked, before a run, at what others use."""


class OthersAtWork:
    """How much of the processors other programs use, before a run and during it."""

    def __init__(self) -> None:
        self._began = _now()

    def before(self) -> str:
        """Look for a moment, and say whether the machine is idle."""
        time.sleep(_LOOK)
        said = f"before the run {self._sentence()}"
        self._began = _now()
        return said

    def meanwhile(self) -> str:
        """How long it took so far, and whether the machine was idle but for this."""
        minutes = (_now().at - self._began.at) / 60
        return f"the run took {minutes:.1f} minutes; meanwhile {self._sentence()}"

    def _sentence(self) -> str:
        first, last = self._began, _now()
        if first.busy is None or last.busy is None:
            return "nobody knows what other programs used"
        share = max(0.0, last.busy - first.busy - (last.own - first.own)) / (last.at - first.at) / _cores()
        state = "idle" if share <= _IDLE else "NOT IDLE, so judge by ratios only"
        return f"other programs used {share * 100:.1f} % of the processors: the machine was {state}"


@dataclass(frozen=True)
class _Moment:
    at: float
    busy: float | None
    """Seconds for which all processors together have been busy; None where the system does not say."""
    own: float
    """Seconds of those for which they were busy with this run."""


def _now() -> _Moment:
    return _Moment(time.monotonic(), _busy(), own_cpu())


def _busy() -> float | None:
    """What the first line of /proc/stat says, but for idle, iowait and the time of guests, which is counted twice."""
    if not _STATISTICS.exists():
        return None
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, _STATISTICS.read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _cores() -> int:
    return os.cpu_count() or 1


def surroundings() -> Iterator[str]:
    """Lines about the machine and the programs, and who is not there."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.release()}"
    yield f"{datetime.date.today().isoformat()}: {cores} cores of {_cpu_model()}, {platform.machine()}, {system}"
    versions = ", ".join(f"{name} {_version(name.lower())}" for name in ("WeasyPrint", "Typst"))
    browser = browser_version() or "no Chromium"
    python = f"Python {platform.python_version()}"
    yield f"consentkit {consentkit.__version__}{_commit()}, {python}, {versions}, {browser}"
    for name, lack in skipped().items():
        yield f"skipped: {name}: lacks {lack}"


def _commit() -> str:
    """The commit that is measured, marked where files differ from it; empty outside a repository."""
    asked = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return f" ({done.stdout.strip()})"


def _cpu_model() -> str:
    """What the processor calls itself."""
    lines = _CPU_INFO.read_text(encoding="utf-8").splitlines() if _CPU_INFO.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "an unnamed processor"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"
