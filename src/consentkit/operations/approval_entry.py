"""What approving and withdrawing share: the clinic's folder, entries of the record of approvals, and of the journal.

Guarantees: a name or reason that can't be printed or recorded is refused by the name of its argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, UnknownCode, WrongUse
from consentkit.library.approvals import Approval, Withdrawal, load_approvals
from consentkit.model.identity import APPROVALS, Identity, Layout, Variant, kind_of_name
from consentkit.model.values import Record
from consentkit.operations.journal import MOST_PAPERS, JournalEntry, JournalPaper, JournalReason, Who, record_entries
from consentkit.reading import characters

Entry = TypeVar("Entry", Approval, Withdrawal)
Made = TypeVar("Made", bound=Record)
_Action = Literal["approved", "withdrawn"]


def clinic_folder(workspace: OpenWorkspace) -> Path:
    """The clinic's folder, where approvals are kept. Raises FileAccess where there is none."""
    if workspace.folder.path is None:
        message = "approvals are kept in the clinic's folder; name it with `clinic`, or make one with `consentkit init`"
        raise FileAccess(message, arguments=["clinic"])
    return workspace.folder.path


def identity_of(workspace: OpenWorkspace, definition: str | Path, language: str | None, variant: Variant) -> Identity:
    """The document that is meant; one that has left the library is known by the record of approvals.

    Raises UnknownCode where neither knows it, and WrongUse for a kind of document that there can't be.
    """
    try:
        return workspace.find(definition, Layout(), language=language, variant=variant).identity
    except UnknownCode:
        code = str(definition)
        if all(entry.code != code for entry in load_approvals(workspace.folder.path, workspace.snapshot).approvals):
            raise
        kind: Variant = "paper" if kind_of_name(code) == "paper" else variant
        return Identity(code, language or workspace.default_language, kind)


def journal_entries(
    action: _Action, entries: Sequence[Entry], who: Who, reason: JournalReason | None = None
) -> list[JournalEntry]:
    """What the journal keeps of approvals or withdrawals: an entry for as many as one may hold."""
    papers = [
        JournalPaper(entry.variant, entry.code, entry.language, entry.content, entry.edition) for entry in entries
    ]
    parts = (tuple(papers[start : start + MOST_PAPERS]) for start in range(0, len(papers), MOST_PAPERS))
    return [JournalEntry(action, who, papers=part, reason=reason) for part in parts]


def note_in_journal(
    workspace: OpenWorkspace, action: _Action, entries: Sequence[Entry], who: Who, reason: JournalReason | None = None
) -> None:
    """Record in the journal what was approved or withdrawn, by which account; the names are in the record of approvals.

    `reason` is a code: what somebody typed is in the record of approvals only.

    Raises FileAccess, which states that the record of approvals has the entries.
    """
    try:
        record_entries(workspace, journal_entries(action, entries, who, reason))
    except FileAccess as error:
        subject = "approval" if action == "approved" else "withdrawal"
        raise FileAccess(f"the {subject} is recorded in {APPROVALS}, but not in the journal: {error}") from error


def entry_of(kind: type[Made], arguments: dict[str, str], **values: Any) -> Made:
    """An entry of the record, or a part of one. Raises WrongUse where a name or reason can't be recorded.

    `arguments` are the fields that somebody typed, each with the name of its argument.
    """
    unfit = {field for field in arguments if _is_unfit(values[field])}
    try:
        entry = kind(**values)
    except ValidationError as error:
        mistaken = {str(mistake["loc"][0]) for mistake in error.errors()} & set(arguments)
        if not mistaken:
            raise
        raise _unfit(arguments[field] for field in mistaken | unfit) from None
    if unfit:
        raise _unfit(arguments[field] for field in unfit)
    return entry


def _is_unfit(text: object) -> bool:
    return text is not None and (not isinstance(text, str) or any(characters.refused(text)))


def _unfit(names: Iterable[str]) -> WrongUse:
    arguments = sorted(names)
    named = " and ".join(f"`{name}`" for name in arguments)
    return WrongUse(f"{named}: is empty, too long, or contains characters that can't be printed", arguments=arguments)
