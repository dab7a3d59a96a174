"""Kills a process that writes a journal, or lets the system refuse, at each call by which its files change.

Runs as a program, as `injecting` does and with its means. SQLite writes in C; its calls of the system are exchanged for
ours by its own interface for that (`xSetSystemCall`), so each one that it makes is counted like those of Python.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kit import injecting
from kit.injecting import Injected, Injector
from kit.journals import START, Clock, intent, open_journal, signed_in

BEFORE_ACT = 4
"""The entries that are there before an act, except where the journal begins with it."""

_INT, _SIZE, _POINTER = ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p
_CALLS: dict[str, tuple[Any, ...]] = {
    "write": (ctypes.c_ssize_t, _INT, _POINTER, _SIZE),
    "pwrite": (ctypes.c_ssize_t, _INT, _POINTER, _SIZE, ctypes.c_int64),
    "pwrite64": (ctypes.c_ssize_t, _INT, _POINTER, _SIZE, ctypes.c_int64),
    "ftruncate": (_INT, _INT, ctypes.c_int64),
    "unlink": (_INT, ctypes.c_char_p),
}
"""The calls by which SQLite changes files, with the types of what they give and take."""


class _Vfs(ctypes.Structure):
    """sqlite3_vfs (sqlite3.h): what comes before the methods that we use."""

    _fields_ = [
        ("version", _INT),
        ("size_of_file", _INT),
        ("longest_path", _INT),
        ("next", _POINTER),
        ("name", ctypes.c_char_p),
        ("data", _POINTER),
        ("methods", _POINTER * 13),
        ("set_system_call", ctypes.CFUNCTYPE(_INT, _POINTER, ctypes.c_char_p, _POINTER)),
        ("get_system_call", ctypes.CFUNCTYPE(_POINTER, _POINTER, ctypes.c_char_p)),
    ]


def _version_number() -> int:
    major, minor, patch = sqlite3.sqlite_version_info
    return major * 1_000_000 + minor * 1000 + patch


class JournalInjector(Injector):
    """Counts the calls of Python and those of SQLite together."""

    kept: list[Any] = []  # noqa: RUF012 - what C calls must stay in memory

    def install(self) -> None:
        library = ctypes.CDLL(ctypes.util.find_library("sqlite3"))  # the search may itself write, so it is not counted
        super().install()
        assert library.sqlite3_libversion_number() == _version_number()
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None)
        for name, types in _CALLS.items():
            address = vfs.contents.get_system_call(ctypes.cast(vfs, _POINTER), name.encode())
            if not address:
                continue
            form = ctypes.CFUNCTYPE(*types, use_errno=True)
            ours = form(self._of_sqlite(name, form(address)))
            self.kept.append(ours)
            vfs.contents.set_system_call(ctypes.cast(vfs, _POINTER), name.encode(), ctypes.cast(ours, _POINTER))

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """To be killed amid a call makes a difference where something is written only; no close is refused here."""
        is_pointless = name == "close" or (self.fault == "kill amid" and name != "write")
        return real if is_pointless else super()._counted(name, real)

    def _of_sqlite(self, name: str, real: Callable[..., int]) -> Callable[..., int]:
        def call(*arguments: Any) -> int:
            self.count += self.fault != "kill amid" or "write" in name
            if self.count != self.at:
                return real(*arguments)
            self.tell(f"sqlite {name}")
            if not self.fault.startswith("kill"):
                ctypes.set_errno(getattr(errno, self.fault))
                return -1
            if self.fault == "kill amid" and "write" in name:
                real(*arguments[:2], arguments[2] // 2, *arguments[3:])
            os.kill(os.getpid(), signal.SIGKILL)
            return signal.pause()  # type: ignore[func-returns-value]

        return call


def nothing(folder: Path) -> None:
    """What is there before a journal begins."""
    folder.mkdir()


def some_entries(folder: Path) -> None:
    folder.mkdir()
    with open_journal(folder) as journal:
        journal.record(signed_in())
        done = journal.intend(intent("V-0"))
        journal.finish(done.seq, signed_in().who)


def begin(folder: Path) -> None:
    open_journal(folder).close()


def print_one(folder: Path) -> None:
    with open_journal(folder) as journal:
        intended = journal.intend(intent())
        journal.finish(intended.seq, signed_in().who, jobs=("front-desk-12",))


def prune(folder: Path) -> None:
    with open_journal(folder, Clock(START.replace(year=2027))) as journal:
        journal.prune(START.replace(year=2021), signed_in().who)


SCENARIOS = {
    "beginning": (nothing, begin),
    "printing": (some_entries, print_one),
    "pruning": (some_entries, prune),
}


def main(scenario: str, folder: Path, faults: list[str]) -> None:
    injecting.Injector = JournalInjector  # type: ignore[misc]
    prepare, act = SCENARIOS[scenario]
    prepare(folder / "template")
    injecting.SCENARIOS[scenario] = (lambda copy: shutil.copytree(folder / "template", copy, dirs_exist_ok=True), act)
    injected: list[Injected] = []
    for fault in faults:
        for at in range(1, 200):
            happened = injecting.disturb(scenario, folder / f"{fault.replace(' ', '-')}-{at}", fault, at)
            if happened is None:
                break
            injected.append(happened)
    print(json.dumps([asdict(each) for each in injected]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
