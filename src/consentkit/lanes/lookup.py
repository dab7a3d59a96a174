"""The quick lanes: a command that has been given before is answered as before, if nothing has changed since.

Guarantees: what is answered is what the ordinary way would answer. At any doubt there is no answer, and the ordinary
way is taken: where a file, a folder, a package, an option, a variable or the day is another one, where a kept part is
damaged, where a file to be written is there and is another one. Nothing is written before all of that is certain.

The order of a lane: key -> answer -> the same state as then -> the documents -> written -> said. It loads neither click
nor the model.
"""

from __future__ import annotations

import os
import stat
import sys
import time

from consentkit.cache import local_folder
from consentkit.cache.part_file import pdf_in
from consentkit.cache.places import key_of, place_here
from consentkit.lanes.answers import KnownAnswer, Output, unpacked
from consentkit.lanes.states import FileState, state_of
from consentkit.processes.whole_files import LARGEST_PDF, SYSTEM_FOLDERS, write_whole

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence

_NOT_OF_THE_COMMAND = ("OLDPWD", "PWD", "SHLVL", "_")
"""Variables that shells change all the time, and that nothing reads."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LOCK_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class LaneLook:
    """What was found before the program was loaded."""

    def __init__(self, key: str, began: int) -> None:
        self.key = key
        """Under which the answer of this command is kept."""
        self.began = began
        """In nanoseconds since 1970."""
        self.day = today()
        self.places: tuple[tuple[str, str], ...] = ()
        self.state: FileState | None = None
        """What the places of an earlier answer are like; None where there is none."""
        self.outputs: tuple[Output, ...] | None = None
        """What is to be printed: then all is done. None where the ordinary way has to be taken."""

    def holds(self, known: KnownAnswer) -> bool:
        """Look at the places of an earlier answer. Returns whether it counts now. Raises OSError."""
        self.places, self.state = known.places, state_of(known.places)
        return known.is_proven and known.state == self.state.digest and known.day == self.day


def look_for(arguments: Sequence[str]) -> LaneLook | None:
    """Answer one of the commands that have a lane, but for the printing; or say what its ordinary run needs to know.

    None where its answer is not to be remembered either.
    """
    folder = cache_folder(arguments)
    if folder is None:
        return None
    try:
        look = LaneLook(command_key("answer", arguments), time.time_ns())
        _answer(look, folder)
    except Exception:  # noqa: BLE001 - whatever is wrong, the ordinary way answers, and says so
        return None
    return look


def cache_folder(arguments: Sequence[str]) -> str | None:
    """The folder of this machine with what the cache has here; None where nothing is kept.

    Should this take a value of another option for it, no answer is there: an answer is kept where its run keeps parts.
    """
    folder: str | None = None
    for index, argument in enumerate(arguments):
        if argument == "--no-cache":
            return None
        if argument == "--cache":
            folder = arguments[index + 1] if index + 1 < len(arguments) else None
        elif argument.startswith("--cache="):
            folder = argument.partition("=")[2]
    try:
        return place_here(folder)
    except RuntimeError:  # no home folder
        return None


def command_key(what: str, arguments: Sequence[str]) -> str:
    """The key of what is kept of a command: all that it depends on, but for files and the day. Raises OSError."""
    variables = sorted(item for item in os.environ.items() if item[0] not in _NOT_OF_THE_COMMAND)
    for descriptor in range(3):
        os.fstat(descriptor)  # what is printed into a closed one is lost, which the ordinary way reports
    screens = [os.isatty(descriptor) for descriptor in (1, 2)]
    user = (os.geteuid(), os.getgroups())
    about = (os.getcwd(), sys.version, sys.executable, repr(sys.flags), repr(screens), repr(user))
    parts = (what, *about, repr(sys.path), repr(variables), *arguments)
    return key_of(*(part.encode(errors="surrogateescape") for part in parts))


def _answer(look: LaneLook, folder: str) -> None:
    """Answer as before where that is certain. Raises whatever the doubt is."""
    known = unpacked(local_folder.read(folder, look.key))
    if known is None:
        return
    with _held(known.lock):
        if not look.holds(known):
            return
        files = [(target, _document(folder, key)) for key, target in known.documents]
        if not all(_may_write(target, data) for target, data in files):
            return
        for target, data in files:
            write_whole(target, data, sync=True)
    look.outputs = known.outputs


def today() -> str:
    """The day as people here have it."""
    return time.strftime("%Y-%m-%d")


def _document(folder: str, key: str) -> bytes:
    """The file of a kept document. Raises LookupError where it is not kept any more."""
    part = local_folder.read(folder, key)
    if part is None:
        raise LookupError(key)
    return pdf_in(part)


def _may_write(target: str, data: bytes) -> bool:
    """Whether there is nothing under this name yet, or the very same file: then it may be written."""
    if not may_be_made_in(os.path.dirname(target)):
        return False
    try:
        descriptor = os.open(target, _READ)
    except FileNotFoundError:
        return True
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(data) or status.st_size > LARGEST_PDF:
            return False
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(len(data) + 1) == data
    finally:
        os.close(descriptor)


def may_be_made_in(folder: str) -> bool:
    """Whether there is a folder in which files can be: not one in which devices and processes look like files."""
    place = os.path.realpath(folder or ".")
    is_of_system = f"{place}/".startswith(tuple(f"{system}/" for system in SYSTEM_FOLDERS))
    return not is_of_system and os.path.isdir(place)


class _held:  # noqa: N801 - used as a function is
    """Hold the lock of a folder as a run does that fills it. Raises OSError where another run holds it."""

    def __init__(self, lock: str) -> None:
        self._lock = lock
        self._descriptor = -1

    def __enter__(self) -> None:
        if self._lock:
            import fcntl

            self._descriptor = os.open(self._lock, _LOCK_FLAGS)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
