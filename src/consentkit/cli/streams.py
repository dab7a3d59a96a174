"""Standard input, output and error as they may be: closed, full, not blocking, or with nobody who reads them.

Guarantees: what can't be written to stdout or stderr stops no work that is under way; results that were lost on stdout
are reported at the end, by a message and the exit code, except where the reader has left of its own accord, as `head`
does; a stream that was closed when the process started never becomes the file that is opened next; where a stream does
not block, as another program may have set it up for itself, all of it is still read and written.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Any, BinaryIO

import click

from consentkit.errors import FileAccess, WrongUse, reason


class _Inlet(io.FileIO):
    """Standard input that waits for data where reading from it would not block."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "r", closefd=False)

    def readinto(self, buffer: Any, /) -> int:
        """Read what is there, as soon as something is; 0 is the end."""
        while (count := super().readinto(buffer)) is None:
            select.select([self], [], [])
        return count


class Noted:
    """What was printed, in its order, on both streams; nothing more once that is much."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, bytes]] | None = None
        """Each piece with the descriptor of its stream; None where nothing is noted, or it was too much."""
        self._bytes = 0

    def note(self, descriptor: int, data: bytes) -> None:
        """Note what was printed."""
        if self.pieces is None:
            return
        self._bytes += len(data)
        self.pieces.append((descriptor, data))
        if self._bytes > _MOST_NOTED:
            self.pieces = None


_MOST_NOTED = 4 * 1024**2


class _Outlet(io.FileIO):
    """A stream that swallows what can't be written, and remembers why. Where it is only full for now, it waits."""

    def __init__(self, descriptor: int, noted: Noted, *, was_closed: bool) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.was_closed = was_closed
        self.trouble: OSError | None = None
        self._noted = noted

    def write(self, data: Any, /) -> int:
        try:
            while (count := super().write(data)) is None:  # it does not block, and its reader is slow
                select.select([], [self], [])
            if self._noted.pieces is not None:
                self._noted.note(self.fileno(), bytes(memoryview(data)[:count]))
            return count
        except OSError as error:
            self.trouble = self.trouble or error
            _fill(self.fileno())  # what follows is lost without another complaint
            return memoryview(data).nbytes


class Streams:
    """The standard streams of this process. Before `guard`, they are as Python has set them up."""

    def __init__(self) -> None:
        self._stdout: _Outlet | None = None
        self._stderr: _Outlet | None = None
        self.noted = Noted()

    @property
    def are_whole(self) -> bool:
        """Whether all that was printed so far has been written."""
        return all(outlet is not None and outlet.trouble is None for outlet in (self._stdout, self._stderr))

    def guard(self, *, are_noted: bool = False) -> None:
        """From now on, let no trouble with them end the work; note what is printed, if that is requested."""
        self.noted.pieces = [] if are_noted else None
        closed = [descriptor for descriptor in range(3) if not _is_open(descriptor)]
        for descriptor in closed:
            _fill(descriptor)
        self._stdout = _Outlet(1, self.noted, was_closed=1 in closed)
        self._stderr = _Outlet(2, self.noted, was_closed=2 in closed)
        if sys.stdin and 0 not in closed:
            sys.stdin = io.TextIOWrapper(io.BufferedReader(_Inlet(0)), encoding=sys.stdin.encoding)
        sys.stdout = _text_stream(self._stdout, sys.stdout)
        sys.stderr = _text_stream(self._stderr, sys.stderr)

    def end(self, exit_code: int) -> int:
        """Write what is left. Returns the exit code: another one where results were lost and nothing else failed."""
        sys.stdout.flush()
        trouble = self._stdout.trouble if self._stdout else None
        if trouble is not None and not isinstance(trouble, BrokenPipeError):
            lost_results(trouble)
            exit_code = exit_code or FileAccess.exit_code
        sys.stderr.flush()
        return exit_code

    def require_binary_stdout(self, example: str) -> None:
        """Raise where a PDF can't go to stdout. `example` is a command that would do."""
        if self._stdout and self._stdout.was_closed:
            raise FileAccess("stdout is closed, so the PDF would be lost; open it, or name a file with -o")
        if sys.stdout.isatty():
            raise WrongUse(f"a PDF would garble the terminal; redirect it: {example}")


streams = Streams()


def lost_results(trouble: OSError) -> None:
    """Say on stderr that results were lost on stdout, and why."""
    click.echo(f"Error: stdout: can't be written: {reason(trouble)}; results were lost", err=True)


def stdin() -> BinaryIO | None:
    """Standard input; None where it is closed."""
    return sys.stdin.buffer if sys.stdin else None


def write_to_stdout(data: bytes) -> None:
    """Write bytes to stdout."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _fill(descriptor: int) -> None:
    """Let a descriptor lead to nowhere, whatever it led to before."""
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
    else:
        os.set_inheritable(descriptor, True)


def _text_stream(outlet: _Outlet, before: Any) -> io.TextIOWrapper:
    """Text for a stream, encoded as before; what the encoding lacks is escaped."""
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
