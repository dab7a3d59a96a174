"""What a reader must know to judge the figures: the machine, the programs, the day."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import consentkit
from benchmarks.peers import skipped
from benchmarks.peers.browser import browser_version

_CPU_INFO = Path("/proc/cpuinfo")


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
