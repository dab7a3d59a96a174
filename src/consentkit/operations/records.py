"""What a clinic keeps of its packets, so that the signed pages can be checked when they are scanned.

Guarantees: where a clinic keeps records, no packet is printed or written whose record could not be kept first; nothing
of a patient is in a record but the number of the visit, as in the journal.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.model.years import in_years
from consentkit.operations.journal_place import is_for_group
from consentkit.output.new_files import WaitingFiles
from consentkit.packets.packet import Packet

if TYPE_CHECKING:  # which a clinic that keeps no records does without
    from consentkit.records.folder import PrunedRecords, RecordFolder


def records_of(workspace: OpenWorkspace) -> RecordFolder | None:
    """Where the clinic keeps records of its packets; None where it keeps none."""
    settings, folder = workspace.folder.clinic.records, workspace.folder.path
    if not settings or not folder:
        return None
    from consentkit.records.folder import RecordFolder

    return RecordFolder(folder / settings.folder, is_for_group(workspace))


def keep_record(workspace: OpenWorkspace, packet: Packet, files: WaitingFiles | None = None) -> None:
    """Keep the record of a packet that is about to be given out, if the clinic keeps records. Raises FileAccess.

    With `files`, it is kept once these are finished.
    """
    if records := records_of(workspace):
        from consentkit.packets.record import record_of

        record, parts = record_of(packet)
        if record.papers:
            records.keep(record, parts, files)


def prune_records(workspace: OpenWorkspace, today: datetime.date | None = None) -> PrunedRecords:
    """Remove what is older than the clinic keeps it. Raises WrongUse where it keeps no records, and FileAccess."""
    records, settings = records_of(workspace), workspace.folder.clinic.records
    if records is None or settings is None:
        raise WrongUse(
            "this clinic keeps no records of its packets; to begin, write `records:` into clinic.yaml, and below it, "
            "indented, `keep_years: 6`"
        )
    return records.prune(in_years(today or datetime.date.today(), -settings.keep_years))
