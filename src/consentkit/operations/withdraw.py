"""Withdrawing the approval of a document.

Guarantees: from then on the document is a draft, whatever becomes of its text, until somebody approves it again; a
document that can't be made, or that is no longer in the library, can be withdrawn, too. Nothing is withdrawn while the
clinic keeps a journal that can't be written to.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.library.approvals import Approval, Withdrawal, record_withdrawal
from consentkit.model.identity import APPROVALS, Variant
from consentkit.operations.approval_entry import clinic_folder, entry_of, identity_of, note_in_journal
from consentkit.operations.journal import WITHDRAWAL_REASONS, Who, reason_code, require_journal, who_asks
from consentkit.operations.journal_place import is_for_group


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal that has been recorded."""

    withdrawal: Withdrawal
    approval: Approval
    """The approval that was withdrawn."""
    record: Path
    """The file of the clinic that holds all approvals and withdrawals."""


@dataclass(frozen=True)
class WithdrawalRequest:
    """What is to be withdrawn, by whom and why."""

    definition: str | Path
    """A code or name, or the path of a file."""
    by: str
    reason: str
    role: str | None = None
    language: str | None = None
    """The clinic's if left out."""
    variant: Variant = "consent"
    who: Who | None = None
    """Whom the journal names: the account of this process if left out."""


def withdraw(workspace: OpenWorkspace, request: WithdrawalRequest) -> Withdrawn:
    """Withdraw the latest approval of a document. Information, form and consent of a procedure have one approval.

    Raises UnknownCode for a document that is not in the library and was never approved; WrongUse where it was never
    approved or is withdrawn already, and for a name or reason that can't be recorded; FileAccess where there is no
    clinic's folder, or where it can't be written to.
    """
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    folder = clinic_folder(workspace)
    require_journal(workspace)
    identity = identity_of(workspace, request.definition, request.language, request.variant).approved_as
    withdrawn: list[Approval] = []

    def make(latest: Approval | None, before: Withdrawal | None) -> Withdrawal:
        if latest is None:
            raise WrongUse(f"{identity} was never approved, so there is nothing to withdraw")
        if before is not None:
            raise WrongUse(f"{identity} was withdrawn on {before.on} by {before.signed}, so it is a draft already")
        withdrawn.append(latest)
        return entry_of(
            Withdrawal,
            {"withdrawn_by": "by", "role": "role", "reason": "reason"},
            **vars(identity),
            edition=latest.edition,
            content=latest.content,
            withdrawn_by=request.by,
            role=request.role,
            on=datetime.date.today(),
            reason=request.reason,
        )

    recorded = record_withdrawal(folder, identity, make, for_group=is_for_group(workspace))
    code = reason_code(request.reason, WITHDRAWAL_REASONS)
    note_in_journal(workspace, "withdrawn", [recorded], request.who or who_asks(), code)
    return Withdrawn(recorded, withdrawn[0], folder / APPROVALS)
