"""The file of a journal: an SQLite database of one table, to which rows can only be added.

Guarantees: a journal is there with its first entry or not at all; its file, and those that SQLite puts beside it, can
be read by its owner only, or by the group of its folder; SQLite itself refuses to alter or delete a row, to add one out
of order and one that does not continue the last; every failure is a FileAccess with what to do about it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.journal.chain import FIRST
from consentkit.problems import printable

FILE = "journal.sqlite3"
"""The name of the database in the folder of a journal."""

_APPLICATION = 0x434B4A31
"""The application id in the file's header: CKJ1."""
_OLDEST = (3, 37)
"""The first version of SQLite with strict tables."""
_FORM = 1
"""The version of the table, its guards and its indexes: whatever is changed in them needs another one."""

_TABLE = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    at TEXT NOT NULL CHECK (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9]*Z'),
    action TEXT NOT NULL CHECK (action NOT GLOB '*[^a-z-]*'),
    actor TEXT NOT NULL CHECK (actor NOT GLOB '*[^A-Za-z0-9._@-]*'),
    role TEXT CHECK (role NOT GLOB '*[^a-z]*'),
    station TEXT NOT NULL CHECK (station NOT GLOB '*[^A-Za-z0-9._-]*'),
    visit TEXT CHECK (length(visit) <= 32 AND visit NOT GLOB '*[^A-Za-z0-9-]*'),
    packet TEXT CHECK (length(packet) = 10 AND packet NOT GLOB '*[^A-Z2-7]*'),
    print_number INTEGER CHECK (print_number > 0),
    papers TEXT NOT NULL CHECK (papers NOT GLOB '*[^][{}:,"A-Za-z0-9_-]*'),
    pages INTEGER CHECK (pages > 0),
    copies INTEGER CHECK (copies > 0),
    printer TEXT CHECK (printer NOT GLOB '*[^A-Za-z0-9_.@-]*'),
    jobs TEXT NOT NULL CHECK (jobs NOT GLOB '*[^,A-Za-z0-9_.@-]*'),
    refers INTEGER CHECK (refers > 0),
    rule TEXT CHECK (rule NOT GLOB '*[^a-z-]*'),
    reason TEXT CHECK (reason NOT GLOB '*[^a-z-]*'),
    subject TEXT CHECK (subject NOT GLOB '*[^a-z]*'),
    count INTEGER CHECK (count >= 0),
    seal TEXT CHECK (length(seal) = 64 AND seal NOT GLOB '*[^0-9a-f]*'),
    carried TEXT CHECK (length(carried) = 64 AND carried NOT GLOB '*[^0-9a-f]*'),
    prev TEXT NOT NULL CHECK (length(prev) = 64 AND prev NOT GLOB '*[^0-9a-f]*'),
    hash TEXT NOT NULL CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*')
) STRICT
"""
NOT_DELETED = "CREATE TRIGGER not_deleted BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are kept'); END"
"""The trigger that pruning takes away and puts back, within one transaction."""

_GUARDS = (
    NOT_DELETED,
    "CREATE TRIGGER not_altered BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are kept'); END",
    # Without this one, INSERT OR REPLACE would delete a row without asking the trigger for deletion.
    f"""
CREATE TRIGGER in_order BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
  OR NEW.prev IS NOT coalesce((SELECT hash FROM entries ORDER BY seq DESC LIMIT 1), '{FIRST}')
BEGIN SELECT raise(ABORT, 'entries are added at the end'); END
""",  # noqa: S608 - constants
)
_INDEXES = (
    "CREATE INDEX by_time ON entries (at)",
    "CREATE INDEX by_visit ON entries (visit, print_number) WHERE visit IS NOT NULL",
    "CREATE INDEX by_packet ON entries (packet) WHERE packet IS NOT NULL",
    "CREATE INDEX by_reference ON entries (refers) WHERE refers IS NOT NULL",
    "CREATE INDEX by_seal ON entries (seal) WHERE seal IS NOT NULL",
    "CREATE INDEX intents ON entries (seq) WHERE action = 'to-print'",
    "CREATE INDEX starts ON entries (seq) WHERE action IN ('begun', 'pruned')",
)
_STATEMENTS = (_TABLE, *_GUARDS, *_INDEXES)

_OTHER_FOLDER = "move the folder away, and the next entry begins a new journal"


def is_begun(folder: Path) -> bool:
    """Whether there is a journal in a folder, whole or not, or that can't be seen."""
    try:
        os.lstat(folder / FILE)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def make_file(folder: Path, mode: int) -> None:
    """Make an empty file for the database, unless there is one: SQLite itself would make one that all can read."""
    path = folder / FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
    except FileExistsError:
        _require_file(path)
    except OSError as error:
        raise FileAccess(f"{printable(str(path))}: can't be made: {reason(error)}; {_REMEDY_FOR_WRITING}") from error


def connect(folder: Path, *, patience: float, is_for_reading: bool = False) -> sqlite3.Connection:
    """Open the database of a folder; it is closed with the connection. Raises FileAccess."""
    path = folder.absolute() / FILE
    if sqlite3.sqlite_version_info < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise FileAccess(f"this Python has SQLite {sqlite3.sqlite_version}, and the journal needs {oldest} or newer")
    _require_file(path)
    with reported(path, patience):
        if not is_for_reading:
            return _opened(path, "rw", patience)
        try:
            return _opened(path, "ro", patience)
        except sqlite3.OperationalError:
            if path.with_name(f"{FILE}-wal").exists():
                raise
            # A medium that can't be written to has no room for the file that SQLite shares between readers.
            return _opened(path, "ro&immutable=1", patience)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether there is not even a table."""
    return not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]


def make_table(connection: sqlite3.Connection) -> None:
    """Make the table, within a transaction that has begun."""
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_FORM}")
    for statement in _STATEMENTS:
        connection.execute(statement)


def altered_parts(connection: sqlite3.Connection) -> list[str]:
    """The names of the table, triggers and indexes that are not as they were made."""
    there = {_plain(sql) for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    expected = {_plain(statement): statement.split()[2] for statement in _STATEMENTS}
    missing = [name for sql, name in expected.items() if sql not in there]
    return missing + ["something that does not belong there"] * bool(there - set(expected))


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction of one writer, who sees what all others have written: all of it is done, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # the failure that is being raised says more
                connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def reported(path: Path, patience: float) -> Iterator[None]:
    """Turn what SQLite says into FileAccess with a remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise FileAccess(f"{printable(str(path))}: {_complaint(error, patience)}") from error


def _opened(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    try:
        _require_own_form(connection, path, is_for_reading=mode != "rw")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_own_form(connection: sqlite3.Connection, path: Path, *, is_for_reading: bool) -> None:
    """Raise FileAccess for the database of another program, or of another version; an empty file will do."""
    connection.execute("PRAGMA trusted_schema = OFF")
    was_empty = is_empty(connection)  # first, since another process may make the table and say at once whose it is
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    form = connection.execute("PRAGMA user_version").fetchone()[0]
    name = printable(str(path))
    if application != _APPLICATION and not was_empty:
        raise FileAccess(f"{name}: is the database of another program; {_OTHER_FOLDER}")
    if application == _APPLICATION and form != _FORM:
        which = "a newer version of consentkit; update this one" if form > _FORM else "an older version of consentkit"
        raise FileAccess(f"{name}: has form {form} and was made by {which}, which reads form {_FORM}; {_OTHER_FOLDER}")
    if not is_for_reading:
        connection.execute("PRAGMA synchronous = FULL")  # what was recorded survives a power failure
        connection.execute("PRAGMA secure_delete = ON")  # what was pruned is overwritten


def _require_file(path: Path) -> None:
    try:
        status = os.lstat(path)
    except OSError as error:
        raise FileAccess(f"{printable(str(path))}: can't be read: {reason(error)}") from error
    if not stat.S_ISREG(status.st_mode):
        raise FileAccess(f"{printable(str(path))}: is no file, but a link or something else; {_OTHER_FOLDER}")


def _plain(sql: str) -> str:
    return " ".join(sql.split())


_REMEDY_FOR_WRITING = (
    "let your account write to the folder of the journal, or name another one with `folder` under `journal` in "
    "clinic.yaml; nothing is printed or written without the journal"
)
_COMPLAINTS = (
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "another program has held it for {patience} seconds; close it, then try again",
    ),
    (("SQLITE_NOTADB",), f"is no journal, nor any database; {_OTHER_FOLDER}"),
    (
        ("SQLITE_CORRUPT",),
        f"is damaged; put it back from a backup, or keep it for whoever looks into it: {_OTHER_FOLDER}",
    ),
    (("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN"), f"can't be written to; {_REMEDY_FOR_WRITING}"),
    (("SQLITE_FULL",), "the disk is full; make room, then try again"),
    (("SQLITE_IOERR",), "the disk refuses to read or write; check it, then try again"),
)


def _complaint(error: sqlite3.Error, patience: float) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    for beginnings, complaint in _COMPLAINTS:
        if name.startswith(beginnings):
            return complaint.replace("{patience}", f"{patience:g}")
    return f"can't be used ({name or type(error).__name__}); {_OTHER_FOLDER}"
