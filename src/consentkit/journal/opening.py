"""Opening a journal to write, and beginning one where there is none.

Guarantees: whatever ends the process, there is a whole journal with its key, or none yet; its files are for their owner
only, or, where the clinic says so, for the group of its folder; a journal is never opened with another one's key.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.journal import database
from consentkit.journal.adding import add_row
from consentkit.journal.entries import JournalEntry, Who
from consentkit.journal.key import KEY_FILE, JournalKey, make_key, other_key, read_key
from consentkit.output.locking import locked_without_trace
from consentkit.problems import printable

_MARK = "SELECT seal FROM entries WHERE action IN ('begun', 'pruned') ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True)
class _Modes:
    """Who may do what with the files."""

    folder: int
    database: int
    key: int


_FOR_OWNER = _Modes(folder=0o700, database=0o600, key=0o600)
_FOR_GROUP = _Modes(folder=0o2770, database=0o660, key=0o640)
"""Files that are made in the folder are given to its group; whoever prints has to write to the database."""


def open_to_write(
    folder: Path, who: Who, at: datetime.datetime, *, for_group: bool, patience: float
) -> tuple[sqlite3.Connection, JournalKey]:
    """Open the database in a folder, with its key. Raises FileAccess where it can't be written to or is not sound."""
    modes = _FOR_GROUP if for_group else _FOR_OWNER
    _prepare(folder, modes)
    database.make_file(folder, modes.database)
    connection = database.connect(folder, patience=patience)
    try:
        with database.reported(folder / database.FILE, patience):
            if database.is_empty(connection):
                taken = f"somebody else has been beginning a journal here for {patience:g} seconds; try again"
                with locked_without_trace(folder, seconds=patience, taken=taken, remedy=_LOCAL):
                    _begin(folder, connection, who, at, modes)
            _settle(folder, modes)
            with database.writing(connection):  # which fails where nothing can be written
                mark = connection.execute(_MARK).fetchone()
        key = read_key(folder)
        if mark is None or mark["seal"] != key.mark:
            raise other_key(folder)
    except BaseException:
        connection.close()
        raise
    return connection, key


_LOCAL = "keep the journal on a disk of this machine: name it with `folder` under `journal` in clinic.yaml"


def _begin(folder: Path, connection: sqlite3.Connection, who: Who, at: datetime.datetime, modes: _Modes) -> None:
    """Make the key and the table with the first entry, unless another process has done so by now."""
    if not database.is_empty(connection):
        return
    make_key(folder, for_group=modes is _FOR_GROUP)
    connection.execute("PRAGMA journal_mode = WAL")
    with database.writing(connection):
        database.make_table(connection)
        add_row(connection, JournalEntry("begun", who, seal=read_key(folder).mark), at)


def _prepare(folder: Path, modes: _Modes) -> None:
    """Make the folder if there is none. For a group, it is that of the folder around it."""
    name = printable(str(folder))
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.stat()
        is_of_another = status.st_uid != os.geteuid()
        if stat.S_ISDIR(status.st_mode) and not is_of_another and stat.S_IMODE(status.st_mode) != modes.folder:
            if modes is _FOR_GROUP:
                os.chown(folder, -1, folder.absolute().parent.stat().st_gid)
            folder.chmod(modes.folder)
    except OSError as error:
        message = f"{name}: the folder of the journal can't be made: {reason(error)}"
        raise FileAccess(f"{message}; nothing is printed or written without the journal") from error
    if not folder.is_dir():
        raise FileAccess(f"{name}: is no folder, so it can't hold the journal; move it away")


def _settle(folder: Path, modes: _Modes) -> None:
    """Let the files be for whom clinic.yaml says now, where they are ours."""
    for name in (database.FILE, f"{database.FILE}-wal", f"{database.FILE}-shm", KEY_FILE):
        with contextlib.suppress(OSError):  # SQLite removes files of its own at any moment
            path, group = folder / name, folder.stat().st_gid
            mode = modes.key if name == KEY_FILE else modes.database
            status = path.lstat()
            if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
                continue
            if modes is _FOR_GROUP and status.st_gid != group:
                os.chown(path, -1, group)
            if stat.S_IMODE(status.st_mode) != mode:
                path.chmod(mode)
