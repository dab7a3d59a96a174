"""The journal of a clinic, for those who write to it and those who read it.

Guarantees: where a clinic keeps a journal, nothing is printed, written or approved that it could not record; what goes
in is taken from the papers, never from what was typed about a patient.
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Sequence
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse

# What is handed out, and what an entry is made of.
from consentkit.journal.chain import JournalHead as JournalHead  # noqa: PLC0414
from consentkit.journal.chain import JournalVerdict as JournalVerdict  # noqa: PLC0414
from consentkit.journal.entries import MOST_PAPERS as MOST_PAPERS  # noqa: PLC0414
from consentkit.journal.entries import IntendedPrint as IntendedPrint  # noqa: PLC0414
from consentkit.journal.entries import JournalEntry as JournalEntry  # noqa: PLC0414
from consentkit.journal.entries import JournalPaper as JournalPaper  # noqa: PLC0414
from consentkit.journal.entries import JournalRow as JournalRow  # noqa: PLC0414
from consentkit.journal.entries import PrintIntent as PrintIntent  # noqa: PLC0414
from consentkit.journal.entries import Who as Who  # noqa: PLC0414
from consentkit.journal.journal import Journal as Journal  # noqa: PLC0414
from consentkit.journal.values import FORMS
from consentkit.journal.values import OVERRIDE_REASONS as OVERRIDE_REASONS  # noqa: PLC0414
from consentkit.journal.values import UNKNOWN_ACTOR as UNKNOWN_ACTOR  # noqa: PLC0414
from consentkit.journal.values import WITHDRAWAL_REASONS as WITHDRAWAL_REASONS  # noqa: PLC0414
from consentkit.journal.values import JournalAction as JournalAction  # noqa: PLC0414
from consentkit.journal.values import JournalReason as JournalReason  # noqa: PLC0414
from consentkit.operations.journal_place import is_for_group, journal_folder
from consentkit.packets.packet import Packet


def open_journal(workspace: OpenWorkspace, who: Who | None = None) -> Journal | None:
    """Open the clinic's journal to write to it; None where the clinic keeps none. Raises FileAccess."""
    folder = journal_folder(workspace)
    if folder is None:
        return None
    return Journal.open(folder, who or who_asks(), for_group=is_for_group(workspace))


def record_entries(workspace: OpenWorkspace, entries: Sequence[JournalEntry]) -> None:
    """Record entries, if the clinic keeps a journal. Raises FileAccess."""
    journal = open_journal(workspace) if entries else None
    if journal:
        with journal:
            journal.record_all(entries)


def require_journal(workspace: OpenWorkspace) -> None:
    """Raise FileAccess where the clinic keeps a journal that can't be written to."""
    if journal := open_journal(workspace):
        journal.close()


def open_journal_to_read(workspace: OpenWorkspace) -> Journal:
    """Open the clinic's journal to read it. Raises WrongUse where the clinic keeps none, and FileAccess."""
    return Journal.open_to_read(require_journal_folder(workspace))


def require_journal_folder(workspace: OpenWorkspace) -> Path:
    """Where the clinic's journal is. Raises WrongUse where the clinic keeps none."""
    folder = journal_folder(workspace)
    if folder is None:
        raise WrongUse(
            "this clinic keeps no journal; to begin one, write `journal:` into clinic.yaml, and below it, indented, "
            "`keep_years: 6`"
        )
    return folder


def who_asks() -> Who:
    """The account of this process, and the machine."""
    try:
        actor = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        actor = f"uid-{os.geteuid()}"
    station = socket.gethostname().split(".")[0]
    return Who(_fitting("actor", actor, UNKNOWN_ACTOR), _fitting("station", station, "unnamed"))


def _fitting(field: str, value: str, otherwise: str) -> str:
    return value if FORMS[field].match(value) else otherwise


def papers_in(packet: Packet) -> tuple[JournalPaper, ...]:
    """The texts of a packet, as the journal keeps them: of files of somebody else, only that they are there."""
    plan = packet.plan
    signed = plan.form.texts if plan.form else ()
    return (
        *(JournalPaper("form", text.code, text.language, text.content_hash, text.approved_edition) for text in signed),
        *(
            JournalPaper(one.variant, one.code, one.language, one.content_hash, one.approved_edition)
            for one in plan.documents
        ),
        *(JournalPaper("extra") for _ in plan.extras),
    )


def intent_for(
    packet: Packet,
    who: Who,
    *,
    printer: str | None,
    copies: int = 1,
    reason: JournalReason | None = None,
    seal: str | None = None,
) -> PrintIntent:
    """The intent to print a packet."""
    return PrintIntent(
        who=who,
        visit=packet.plan.visit.visit,
        packet=packet.plan.packet,
        pages=packet.pages,
        papers=papers_in(packet),
        copies=copies,
        printer=printer,
        reason=reason,
        seal=seal,
    )


def reason_code(reason: str | None, codes: Sequence[JournalReason]) -> JournalReason:
    """A reason as the journal keeps it. One in words is not kept, since it may name somebody."""
    return next((code for code in codes if code == reason), "stated")


def overrides_in(packet: Packet, who: Who, reason: str | None) -> list[JournalEntry]:
    """An entry for each rule that was overridden for a packet. A reason in words is not kept."""
    code, plan = reason_code(reason, OVERRIDE_REASONS), packet.plan
    return [
        JournalEntry("overridden", who, visit=plan.visit.visit, packet=plan.packet, rule=conflict.rule, reason=code)
        for conflict in plan.overridden
    ]
