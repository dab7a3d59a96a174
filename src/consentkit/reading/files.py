"""Reading files that came from other people.

Guarantees: only regular files are read, no link is followed, nothing waits for a pipe or a device, the size is known
before the first byte is read, and text is UTF-8 or refused with the place of the first bad byte.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consentkit.errors import FileAccess, InvalidInput, reason
from consentkit.problems import Problem, printable

LARGEST_TEXT = 256 * 1024
"""The most bytes of a text file; the longest shipped procedure has under 20 KB."""

_FOREIGN_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes.

    Raises FileAccess where it is missing or may not be read, InvalidInput where it is not a regular file or too large.
    """
    try:
        descriptor, size = open_regular(path)
        try:
            return _read(descriptor, size, path, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise FileAccess(f"{printable(str(path))}: can't be read: {reason(error)}") from error


def open_regular(path: Path | str) -> tuple[int, int]:
    """Open a regular file for reading, following no link and waiting for no pipe or device.

    Returns its descriptor, and its size in bytes. Raises InvalidInput where it is anything else, and
    OSError where the system refuses.
    """
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refused(path, "is a symbolic link; put the file itself here") from None
        raise
    except ValueError:
        raise _refused(path, "is not the name of a file; correct it") from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            return descriptor, status.st_size
        raise _refused(path, "is not a regular file; name a file")
    except BaseException:
        os.close(descriptor)
        raise


def _read(descriptor: int, size: int, path: Path, limit: int) -> bytes:
    if size > limit:
        raise _refused(path, f"has {size:,} bytes; at most {limit:,} are read")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(size + 1)  # not the limit: that much memory would be taken first
        if len(data) > size:  # it grows, or does not report its size
            data += file.read(limit + 1 - len(data))
    if len(data) > limit:
        raise _refused(path, f"grew while it was being read; at most {limit:,} bytes are read")
    return data


def read_text(path: Path, display_name: str, limit: int = LARGEST_TEXT) -> str:
    """Read a UTF-8 text file; a byte order mark is dropped. `display_name` is the file's name in messages."""
    return decoded(read_bytes(path, limit), display_name)


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Let what the system refuses while a file is read say which one it is: FileAccess."""
    try:
        yield
    except OSError as error:
        raise FileAccess(f"{printable(name)}: can't be read: {reason(error)}") from None


def require_size(data: bytes, path: Path, limit: int) -> None:
    """Raise what `read_bytes` raises for a file of more than `limit` bytes."""
    if len(data) > limit:
        raise _refused(path, f"has {len(data):,} bytes; at most {limit:,} are read")


def decoded(data: bytes, display_name: str) -> str:
    """The text of a UTF-8 file, without its mark. Raises InvalidInput with the place of the first bad byte."""
    if data.startswith(_FOREIGN_MARKS) or data.count(0) > len(data) / 4:
        raise InvalidInput([Problem(display_name, 1, 1, "", "is written in UTF-16; save the file as UTF-8")])
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode().replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        message = f"contains a byte that is not UTF-8 (0x{data[error.start]:02X}); save the file as UTF-8"
        raise InvalidInput([Problem(display_name, line, column, "", message)]) from None


def _refused(path: Path | str, message: str) -> InvalidInput:
    return InvalidInput([Problem(str(path), None, None, "", message)])
