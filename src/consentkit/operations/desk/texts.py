"""The texts of a clinic, as whoever approves them sees them.

Guarantees: what is approved is the text that was read, by its hash, whatever is edited meanwhile; a text in which
`check` finds an error is not approved here, nor one that somebody has approved or withdrawn since it was shown; what is
withdrawn is the approval that was shown.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from consentkit.approval.changes import Change
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, WrongUse
from consentkit.library.approvals import load_approvals
from consentkit.model.identity import Identity
from consentkit.operations.approve import ApprovalTerms, errors_of, prepare, record_prepared
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.diff import diff
from consentkit.operations.journal import Who
from consentkit.operations.opening import ClinicPlace, open_for_a_call
from consentkit.operations.status import DocumentState, state_of, status
from consentkit.operations.withdraw import WithdrawalRequest, withdraw
from consentkit.problems import Problem


@dataclass(frozen=True)
class TextToApprove:
    """A text, with what speaks for and against it."""

    state: DocumentState
    changes: tuple[Change, ...]
    """What has changed since the latest approval."""
    errors: tuple[Problem, ...]
    """What keeps it from being approved."""
    review_due: datetime.date
    """The day by which it must be reviewed: no approval holds longer."""
    entries: int
    """How many approvals and withdrawals of it are recorded, by which the next one is noticed."""
    pdf: bytes = field(repr=False)


@dataclass(frozen=True)
class ShownText:
    """What was on the screen when somebody approved a text."""

    content_hash: str
    entries: int
    """How many approvals and withdrawals of the text were recorded by then."""


def list_texts(place: ClinicPlace) -> tuple[DocumentState, ...]:
    """The state of each text. Raises what `status` raises."""
    return status(open_for_a_call(place))


def read_text(place: ClinicPlace, identity: Identity) -> TextToApprove:
    """A text as it is now. Raises DeskRefusal where there is none, and what `render` raises."""
    workspace = open_for_a_call(place)
    state = state_of(workspace, identity)
    if state.state == "broken":
        raise DeskRefusal("no-such-text")
    document = workspace.render(identity.code, language=identity.language, variant=identity.variant)
    return TextToApprove(
        state,
        _changes(workspace, identity),
        tuple(errors_of(workspace, identity.code, identity.language, identity.variant)),
        document.review_due,
        _entries(workspace, identity),
        document.pdf,
    )


def approve_text(
    place: ClinicPlace,
    identity: Identity,
    shown: ShownText,
    *,
    by: str,
    until: datetime.date | None,
    who: Who,
) -> None:
    """Approve a text as somebody has read it. All files are read once, so what is compared is what is approved.

    Raises DeskRefusal where it has changed since or has errors, or where somebody has approved or withdrawn it since,
    and what `approve` raises.
    """
    workspace, terms = open_for_a_call(place), ApprovalTerms(by, until=until)
    if state_of(workspace, identity).content_hash != shown.content_hash:
        raise DeskRefusal("text-changed")
    if _entries(workspace, identity) != shown.entries:
        raise DeskRefusal("approval-changed")
    try:
        prepared = prepare(workspace, terms, identity.code, language=identity.language, variant=identity.variant)
    except InvalidInput:
        raise DeskRefusal("text-has-errors") from None
    record_prepared(workspace, [prepared], who)


def withdraw_text(place: ClinicPlace, identity: Identity, content_hash: str, *, by: str, reason: str, who: Who) -> None:
    """Withdraw the approval of a text, by the hash of what was approved.

    Raises DeskRefusal where there is no such approval any more, and what `withdraw` raises.
    """
    state = state_of(open_for_a_call(place), identity)
    if state.approval is None or state.withdrawal or state.approval.content != content_hash:
        raise DeskRefusal("approval-changed")
    request = WithdrawalRequest(
        identity.code, by, reason, language=identity.language, variant=identity.variant, who=who
    )
    withdraw(open_for_a_call(place), request)


def _entries(workspace: OpenWorkspace, identity: Identity) -> int:
    return len(load_approvals(workspace.folder.path, workspace.snapshot).entries_of(identity.approved_as))


def _changes(workspace: OpenWorkspace, identity: Identity) -> tuple[Change, ...]:
    try:
        difference = diff(workspace, identity.code, language=identity.language, variant=identity.variant)
    except WrongUse:  # it was never approved
        return ()
    return difference.changes
