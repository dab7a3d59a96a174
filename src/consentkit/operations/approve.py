"""Recording the approval of a document.

Guarantees: what is approved is the document as it is at that moment, and it could be made; a translation of a text that
has changed since is never approved, and no approval ends before it begins. Nothing is approved while the clinic keeps a
journal that can't be written to.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from consentkit.approval.plain_text import plain_text
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.library.approvals import Approval, load_approvals, record
from consentkit.model.identity import APPROVALS, Variant, approved_kind
from consentkit.operations.journal import (
    JournalEntry,
    JournalPaper,
    Who,
    is_for_group,
    record_entries,
    require_journal,
    who_asks,
)
from consentkit.reading import characters

_NAMES = {"by", "role"}


@dataclass(frozen=True)
class Approved:
    """An approval that has been recorded."""

    approval: Approval
    asked: Variant
    """The kind of document that was named: information and form are approved with the consent, as its parts."""
    record: Path
    """The file of the clinic that holds all approvals."""


@dataclass(frozen=True)
class ApprovalRequest:
    """What is to be approved, by whom."""

    procedure: str | Path
    by: str
    role: str | None = None
    until: datetime.date | None = None
    """The last day on which the approval holds."""
    language: str | None = None
    """The clinic's if left out."""
    variant: Variant = "consent"
    who: Who | None = None
    """Whom the journal names: the account of this process if left out."""


def approve(
    workspace: OpenWorkspace,
    procedure: str | Path,
    *,
    by: str,
    role: str | None = None,
    until: datetime.date | None = None,
    language: str | None = None,
    variant: Variant = "consent",
) -> Approved:
    """Record that a document may be used as it is today. The language is the clinic's unless another is given.

    Information, form and consent are one text with one approval, which is recorded for the consent, whichever is named.
    `until` is the last day on which the approval holds. Raises what `approve_as_requested` raises.
    """
    request = ApprovalRequest(procedure, by, role, until, language, variant)
    return approve_as_requested(workspace, request)


def approve_as_requested(workspace: OpenWorkspace, request: ApprovalRequest) -> Approved:
    """Record that a document may be used as it is today.

    Raises WrongUse for a day that has passed, a name that can't be recorded or a translation of a text that has changed
    since; FileAccess where there is no clinic's folder, or where it can't be written to; and what `Workspace.render`
    raises for a document that can't be made.
    """
    until = request.until
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    folder = clinic_folder(workspace)
    require_journal(workspace)
    today = datetime.date.today()
    if until is not None and (not isinstance(until, datetime.date) or isinstance(until, datetime.datetime)):
        raise WrongUse("`until` must be a day, as a datetime.date", arguments=["until"])
    if until and until < today:
        raise WrongUse("the day of `until` has already passed; name a later one", arguments=["until"])
    asked = workspace.content(request.procedure, language=request.language, variant=request.variant)
    content = replace(asked, variant=approved_kind(asked.variant))
    if content.stale:
        message = f"{content.identity} translates a text that has changed since; bring the translation up to date first"
        raise WrongUse(message)
    document = workspace.render(content)
    approval = _approval(
        **vars(content.identity),
        edition=load_approvals(folder, workspace.snapshot).next_edition(content.identity, document.content_hash),
        content=document.content_hash,
        by=request.by,
        role=request.role,
        on=today,
        until=until,
    )
    recorded = record(folder, approval, plain_text(document), for_group=is_for_group(workspace))
    _note_in_journal(workspace, recorded, request.who or who_asks())
    return Approved(recorded, asked.variant, folder / APPROVALS)


def _note_in_journal(workspace: OpenWorkspace, approval: Approval, who: Who) -> None:
    """Record in the journal what was approved, by which account; who approves it is in the record of approvals."""
    paper = JournalPaper(approval.variant, approval.code, approval.language, approval.content, approval.edition)
    try:
        record_entries(workspace, [JournalEntry("approved", who, papers=(paper,))])
    except FileAccess as error:
        raise FileAccess(f"the approval is recorded in {APPROVALS}, but not in the journal: {error}") from error


def clinic_folder(workspace: OpenWorkspace) -> Path:
    """The clinic's folder, where approvals are kept. Raises FileAccess where there is none."""
    if workspace.folder.path is None:
        message = "approvals are kept in the clinic's folder; name it with `clinic` (see samples/clinic)"
        raise FileAccess(message, arguments=["clinic"])
    return workspace.folder.path


def _approval(**values: Any) -> Approval:
    """An approval. Raises WrongUse where a name can't be recorded."""
    unfit = {name for name in _NAMES if _is_unfit(values[name])}
    try:
        approval = Approval(**values)
    except ValidationError as error:
        mistaken = {str(mistake["loc"][0]) for mistake in error.errors()} & _NAMES
        if not mistaken:
            raise
        raise _unfit(mistaken | unfit) from None
    if unfit:
        raise _unfit(unfit)
    return approval


def _is_unfit(name: object) -> bool:
    return name is not None and (not isinstance(name, str) or any(characters.refused(name)))


def _unfit(names: Iterable[str]) -> WrongUse:
    arguments = sorted(names)
    named = " and ".join(f"`{name}`" for name in arguments)
    return WrongUse(f"{named}: is empty, too long, or contains characters that can't be printed", arguments=arguments)
