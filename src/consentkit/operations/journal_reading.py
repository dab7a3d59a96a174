"""The journal of a clinic, as whoever audits it reads it: entries, export, verification, pruning.

Guarantees: reading changes nothing and needs no permission to write; what can't be the number of a visit or a packet is
refused and not repeated; an export is there whole or not at all.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.journal.adding import PrunedEntries
from consentkit.journal.chain import COLUMNS, JournalHead, JournalVerdict
from consentkit.journal.entries import JournalRow
from consentkit.journal.rows import as_data as as_data  # noqa: PLC0414 - an entry as plain values
from consentkit.model.years import in_years
from consentkit.operations.journal import (
    Journal,
    open_journal_to_read,
    require_journal_folder,
    who_asks,
)
from consentkit.operations.journal_place import is_for_group
from consentkit.operations.progress import Progress, counted, ignore_progress
from consentkit.operations.targets import STDOUT
from consentkit.output.write import require_replaceable, write_file
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes

_TODAY = "today"


def entries_of_visit(workspace: OpenWorkspace, visit: str) -> list[JournalRow]:
    """The entries about a visit. Raises WrongUse for what can't be its number."""
    with open_journal_to_read(workspace) as journal:
        return journal.of_visit(visit)


def entries_of_packet(workspace: OpenWorkspace, packet: str) -> list[JournalRow]:
    """The entries about a packet. Raises WrongUse for what can't be its number."""
    with open_journal_to_read(workspace) as journal:
        return journal.of_packet(packet.upper().replace(" ", ""))


def entries_of_day(workspace: OpenWorkspace, day: str | None = None) -> list[JournalRow]:
    """The entries of a day: today by default. Raises WrongUse for what is no day."""
    try:
        date = datetime.date.today() if day in {None, _TODAY} else datetime.date.fromisoformat(day or "")
        with open_journal_to_read(workspace) as journal:
            return journal.of_day(date)
    except (ValueError, OverflowError):
        message = "`day` is not a date; write year-month-day, such as 2026-11-23, or `today`"
        raise WrongUse(message, arguments=["day"]) from None


def entries_about_pdf(workspace: OpenWorkspace, file: Path) -> list[JournalRow]:
    """The entries about exactly this file. Raises FileAccess where it can't be read."""
    pdf = read_bytes(file, LARGEST_PDF)
    with open_journal_to_read(workspace) as journal:
        return journal.of_pdf(pdf)


def unfinished_prints(workspace: OpenWorkspace) -> list[JournalRow]:
    """The intents to print of which nobody knows what became of them."""
    with open_journal_to_read(workspace) as journal:
        return journal.unfinished()


def export_csv(
    workspace: OpenWorkspace,
    target: str,
    stdout: Callable[[bytes], None],
    *,
    force: bool = False,
    progress: Progress = ignore_progress,
) -> int:
    """Write all entries as CSV into a file, or to `stdout` where the target is `-`. Returns how many there are."""
    if target != STDOUT:
        require_replaceable(Path(target), force=force)
    with open_journal_to_read(workspace) as journal:
        written = csv_of(counted(journal.rows(), journal.count(), progress))
    if target == STDOUT:
        stdout(written)
    else:
        write_file(Path(target), written, force=force, for_group=is_for_group(workspace))
    return written.count(b"\r\n") - 1  # no field has a line break


def csv_of(rows: Iterable[JournalRow]) -> bytes:
    """Entries as CSV, with a row that names the columns."""
    text = io.StringIO()
    table = csv.writer(text)
    columns = [column for column in COLUMNS if column != "prev"]
    table.writerow(columns)
    for row in rows:
        data = as_data(row)
        data["papers"] = " ".join(map(_paper_in_a_cell, data["papers"]))
        data["jobs"] = " ".join(data["jobs"])
        table.writerow(["" if data[column] is None else data[column] for column in columns])
    return text.getvalue().encode()


def _paper_in_a_cell(paper: dict[str, object]) -> str:
    """A paper as one word: kind, code, language, hash and edition."""
    return "/".join(str(paper.get(name, "")) for name in ("kind", "code", "language", "content_hash", "edition"))


def journal_head(workspace: OpenWorkspace) -> JournalHead:
    """The number and the hash of the last entry."""
    with open_journal_to_read(workspace) as journal:
        return journal.head()


def verify_journal(
    workspace: OpenWorkspace, head: str | None = None, progress: Progress = ignore_progress
) -> JournalVerdict:
    """Whether the journal is whole. `head` is a hash that was noted earlier. Raises WrongUse for what is no hash."""
    if head is not None and not re.fullmatch(r"[0-9a-f]{64}", head):
        message = "`head` must be the hash that `journal head` printed: 64 hexadecimal digits"
        raise WrongUse(message, arguments=["head"])
    with open_journal_to_read(workspace) as journal:
        return journal.verify(head, progress)


def prune_journal(workspace: OpenWorkspace) -> PrunedEntries:
    """Remove the entries that are older than the clinic keeps them."""
    folder, settings = require_journal_folder(workspace), workspace.folder.clinic.journal
    assert settings is not None  # there is a folder
    who = who_asks()
    with Journal.open_to_read(folder):  # else pruning would begin a journal
        pass
    with Journal.open(folder, who, for_group=is_for_group(workspace)) as journal:
        return journal.prune(in_years(datetime.datetime.now(datetime.UTC), -settings.keep_years), who)
