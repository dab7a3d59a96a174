"""Kills a run of documents, or lets the system refuse, at each call by which it changes its folder.

Runs as a program, as `injecting` does and with its means. Each run works in a copy of a folder that has been prepared:
one document has changed, one has not, one is new, and one has left the list.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from consentkit.batches.folder import LOCK
from consentkit.batches.plan import Choice
from consentkit.cache.store import Store
from consentkit.cache.versions import versions
from kit import injecting
from kit.batching import Place
from kit.injecting import Injected, Injector

_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CALLS = ("open", "fdopen", "write", "fsync", "replace", "unlink")


class FolderInjector(Injector):
    """Counts the calls that change something, from the moment at which the run holds its folder."""

    begun = False

    def install(self) -> None:
        for name in _CALLS:
            setattr(os, name, self._from_the_lock_on(name, getattr(os, name)))

    def _from_the_lock_on(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        counted = self._counted(name, real)

        def call(*arguments: Any, **options: Any) -> Any:
            self.begun = self.begun or (name == "open" and str(arguments[0]).endswith(LOCK))
            reads = (name == "open" and not arguments[1] & _CHANGING) or (name == "fdopen" and "r" in arguments[1])
            return (real if reads or not self.begun else counted)(*arguments, **options)

        return call


def place_in(folder: Path) -> Place:
    """The clinic and the folder of its documents, in a copy."""
    return Place(folder / "clinic", folder / "out", Store(folder / "cache"))


def act(folder: Path) -> None:
    """The run that is disturbed."""
    place_in(folder).run(Choice(prune=True))


def main(template: Path, folder: Path, step: int, faults: list[str]) -> None:
    """Let each fault happen at each call, or, with a larger step, at every second or third."""
    versions()  # once, before anything is forked
    injecting.Injector = FolderInjector  # type: ignore[misc]
    injecting.SCENARIOS["a run"] = (lambda copy: shutil.copytree(template, copy, dirs_exist_ok=True) and None, act)
    injected: list[Injected] = []
    for fault in faults:
        for at in range(1, 200, step):
            happened = injecting.disturb("a run", folder / f"{fault.replace(' ', '-')}-{at}", fault, at)
            if happened is None:
                break
            injected.append(happened)
    print(json.dumps([asdict(each) for each in injected]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
