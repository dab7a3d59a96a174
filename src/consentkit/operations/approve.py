"""Recording the approval of a document.

Guarantees: what is approved is the document as it is at that moment, and it could be made; a translation of a text that
has changed since is never approved, and no approval ends before it begins. Nothing is approved while the clinic keeps a
journal that can't be written to.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

from consentkit.approval.plain_text import plain_text
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.library.approvals import Approval, load_approvals, record
from consentkit.model.identity import APPROVALS, Variant, approved_kind
from consentkit.operations.approval_entry import clinic_folder, entry_of, note_in_journal
from consentkit.operations.journal import Who, is_for_group, require_journal, who_asks


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
    approval = entry_of(
        Approval,
        {"by": "by", "role": "role"},
        **vars(content.identity),
        edition=load_approvals(folder, workspace.snapshot).next_edition(content.identity, document.content_hash),
        content=document.content_hash,
        by=request.by,
        role=request.role,
        on=today,
        until=until,
    )
    recorded = record(folder, approval, plain_text(document), for_group=is_for_group(workspace))
    note_in_journal(workspace, "approved", [recorded], request.who or who_asks())
    return Approved(recorded, asked.variant, folder / APPROVALS)
