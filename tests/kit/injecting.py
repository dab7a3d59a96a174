"""Kills a process, or lets the system refuse, at each call by which consentkit changes files, one after the other.

The calls are the real ones of Python's `os`; each is counted, and at the n-th the fault happens. For each n and each
fault a child is forked that works in a folder of its own, and what it leaves there is looked at afterwards. It ends
with the first n that is not reached. It runs as a program, since a process with threads should not fork.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from consentkit.cache.store import Store, key_of
from consentkit.output.write import write_file
from kit.running import environment

OLD, NEW = b"old " * 20_000, b"new " * 30_000
KEY, OTHER_KEY = key_of("a part"), key_of("another part")
KILLS = ("kill before", "kill amid", "kill after")
REFUSALS = ("ENOSPC", "EIO", "EMFILE", "EACCES", "EROFS")

_CALLS = (
    "open",
    "write",
    "fsync",
    "close",
    "replace",
    "rename",
    "mkdir",
    "unlink",
    "rmdir",
    "utime",
    "scandir",
    "fdopen",
)
_LONGEST = 200


@dataclass(frozen=True)
class Injected:
    """A fault that has happened."""

    folder: str
    """Where the child worked."""
    fault: str
    call: str
    """The function of `os` at which it happened."""
    ended: int
    """How the child ended: its exit code, or the number of the signal, negative."""


# --- what is disturbed ---


def new_part(folder: Path) -> None:
    Store(folder / "cache").put(KEY, NEW)


def old_part(folder: Path) -> None:
    Store(folder / "cache").put(KEY, OLD)
    Store(folder / "cache").put(OTHER_KEY, OLD)


def pruning(folder: Path) -> None:
    Store(folder / "cache").prune(len(OLD) + 1000)


def clearing(folder: Path) -> None:
    Store(folder / "cache").clear()


def reading(folder: Path) -> None:
    Store(folder / "cache").get(KEY)


def damaged_part(folder: Path) -> None:
    old_part(folder)
    path = folder / "cache" / KEY[:2] / KEY
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def new_file(folder: Path) -> None:
    write_file(folder / "90837.pdf", NEW)


def old_file(folder: Path) -> None:
    (folder / "90837.pdf").write_bytes(OLD)


def replaced_file(folder: Path) -> None:
    write_file(folder / "90837.pdf", NEW, force=True)


def nothing(folder: Path) -> None:
    """What stands before a thing that is new."""


SCENARIOS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "a new part": (nothing, new_part),
    "a part in place of an old one": (old_part, new_part),
    "pruning": (old_part, pruning),
    "clearing": (old_part, clearing),
    "reading": (old_part, reading),
    "reading what is damaged": (damaged_part, reading),
    "a new file": (nothing, new_file),
    "a file in place of an old one": (old_file, replaced_file),
}


def inject(scenario: str, folder: Path, *faults: str) -> list[Injected]:
    """Let each fault happen at each call of a scenario. Returns what has happened."""
    return injected_by(__file__, scenario, str(folder), *faults)


def injected_by(program: str, *arguments: str) -> list[Injected]:
    """Run a program that lets faults happen, in a process of its own. Returns what it says has happened."""
    done = subprocess.run(
        [sys.executable, program, *arguments],
        env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Injected(**entry) for entry in json.loads(done.stdout)]


def may_mount() -> bool:
    """Whether this user may mount a file system of its own."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return on_small_disk("print('mounted')", Path(folder)) == ["mounted"]
        except (OSError, AssertionError):
            return False


def may_trace() -> bool:
    """Whether this user may trace a process of its own."""
    return subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False).returncode == 0


def on_small_disk(script: str, folder: Path) -> list[str]:
    """Run a Python script with a folder on a disk of 100 KiB as its argument. Returns the lines that it prints."""
    mount = 'mount -t tmpfs -o size=100k,mode=0700 tmpfs "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, "sh", str(folder), sys.executable, script],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


# --- in the process of its own ---


class Injector:
    """Counts calls, and lets the fault happen at one of them."""

    def __init__(self, fault: str, at: int, tell: Callable[[str], None]) -> None:
        self.fault, self.at, self.tell = fault, at, tell
        self.count = 0

    def install(self) -> None:
        for name in _CALLS:
            setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.count += self.fault != "kill amid" or name == "write"  # before and amid other calls is the same
            if self.count != self.at:
                return perform(*arguments, **options)
            self.tell(name)
            if self.fault in KILLS:
                return self._kill(name, perform, arguments, options)
            return self._refuse(name, perform, arguments, options)

        def perform(*arguments: Any, **options: Any) -> Any:
            if name == "fdopen" and "w" in arguments[1]:
                return io.BufferedWriter(Raw(arguments[0]))
            return real(*arguments, **options)

        return call

    def _kill(self, name: str, perform: Callable[..., Any], arguments: tuple[Any, ...], options: Any) -> None:
        if self.fault == "kill amid" and name == "write":
            perform(arguments[0], arguments[1][: len(arguments[1]) // 2])
        elif self.fault == "kill after":
            with contextlib.suppress(OSError):
                perform(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)
        signal.pause()  # some sandboxes deliver the signal a moment later

    def _refuse(self, name: str, perform: Callable[..., Any], arguments: tuple[Any, ...], options: Any) -> None:
        if name == "close":
            perform(*arguments, **options)  # a close that fails has closed all the same
        if name == "write":
            perform(arguments[0], arguments[1][: len(arguments[1]) // 2])
        code = getattr(errno, self.fault)
        raise OSError(code, os.strerror(code))


class Raw(io.RawIOBase):
    """An open file whose writing goes through `os.write`, where it is counted."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor = descriptor

    def fileno(self) -> int:
        return self.descriptor

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return os.write(self.descriptor, data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self.descriptor)


def main(scenario: str, folder: Path, faults: list[str]) -> None:
    injected: list[Injected] = []
    for fault in faults:
        for at in range(1, _LONGEST):
            happened = disturb(scenario, folder / f"{fault.replace(' ', '-')}-{at}", fault, at)
            if happened is None:
                break
            injected.append(happened)
        else:
            raise SystemExit("the scenario does not end")
    print(json.dumps([asdict(each) for each in injected]))


def disturb(scenario: str, folder: Path, fault: str, at: int) -> Injected | None:
    """Fork a child and disturb it. Returns None where it has ended before the fault."""
    prepare, act = SCENARIOS[scenario]
    folder.mkdir(parents=True)
    prepare(folder)
    reading_end, writing_end = os.pipe()
    child = os.fork()
    if child == 0:
        _run(act, folder, Injector(fault, at, _teller(writing_end)))
    os.close(writing_end)
    with os.fdopen(reading_end) as pipe:
        call = pipe.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return Injected(str(folder), fault, call, ended) if call else None


def _teller(descriptor: int) -> Callable[[str], None]:
    write = os.write

    def tell(name: str) -> None:
        write(descriptor, name.encode())

    return tell


def _run(act: Callable[[Path], None], folder: Path, injector: Injector) -> None:
    from consentkit.errors import FileAccess

    code = 70
    try:
        injector.install()
        act(folder)
        code = 0
    except FileAccess:
        code = FileAccess.exit_code
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
