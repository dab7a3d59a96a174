"""How the tests run consentkit as a new user does: in a process of its own, from a folder of its own."""

from __future__ import annotations

import ctypes
import importlib
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import consentkit

SOURCE = Path(consentkit.__file__).parent.parent
PROJECT = Path(__file__).parents[2]
SAMPLE_CLINIC = PROJECT / "samples" / "clinic"

_KEPT = ("PATH", "HOME", "TMPDIR", "FONTCONFIG_FILE", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "CONSENTKIT_CACHE")


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.stdout.decode().splitlines()


NOBODY = 65534


@cache
def load_all_modules() -> None:
    """Load what the program loads only when it needs it: another user may not be able to read where it is installed."""
    for module in pkgutil.walk_packages(consentkit.__path__, "consentkit."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):  # of an extra that is not installed
                importlib.import_module(module.name)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the administrator's right to read and write everywhere, for a while."""
    if os.geteuid() != 0:
        yield
        return
    load_all_modules()
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


_CAPABILITIES_VERSION = 0x20080522  # capget(2): of 64 bits, in two parts of three words each
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


@contextmanager
def as_mere_owner() -> Iterator[None]:
    """Give up the administrator's right to look into closed folders, for a while, and stay the owner of the project."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    before, without = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    without[:] = [before[0] & ~(1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH), *before[1:]]
    assert libc.capset(header, without) == 0
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0


def environment(**changes: str) -> dict[str, str]:
    """The environment of a plain user: nothing in it that a test machine may have set for us."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(SOURCE), **changes}


def command(*arguments: str | Path) -> list[str]:
    """The command line that runs consentkit."""
    return [sys.executable, "-m", "consentkit", *map(str, arguments)]


def run_consentkit(*arguments: str | Path, folder: Path, env: Mapping[str, str] | None = None) -> Outcome:
    """Run consentkit in a process of its own, and wait for its end."""
    done = subprocess.run(
        command(*arguments), cwd=folder, env=env or environment(), capture_output=True, timeout=120, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace"))


def leftovers(folder: Path) -> list[str]:
    """The names of temporary files that consentkit has left in a folder or below."""
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith((".consentkit", "consentkit-")))
