"""The state of each document of a clinic: approved or not, and why not.

Guarantees: the answer comes from the record of approvals and from today's content; a document whose content has changed
is never called approved.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.library.approvals import Approval, Approvals, Withdrawal, load_approvals
from consentkit.library.services import load_services
from consentkit.model.approval import EndedApproval
from consentkit.model.identity import Identity
from consentkit.operations.progress import CountedSteps

State = Literal["approved", "draft", "changed", "overdue", "withdrawn", "stale translation", "broken"]
"""All but `approved` are drafts. `draft` was never approved; `changed` was, with another content; the approval of
`withdrawn` was withdrawn, whatever its content is today; `broken` can't be made."""


@dataclass(frozen=True)
class DocumentState:
    """The state of one document."""

    identity: Identity
    state: State
    content_hash: str = ""
    """SHA-256 of what a patient would read today; empty for a document that can't be made."""
    approval: Approval | None = None
    """The latest approval, whatever its content."""
    withdrawal: Withdrawal | None = None
    """The withdrawal of that approval, if it was withdrawn."""
    reason: str = ""
    """Why the document can't be made, where it can't."""


def status(workspace: OpenWorkspace, steps: CountedSteps | None = None) -> tuple[DocumentState, ...]:
    """The state of every document of the service list, and then of every other one that was ever approved.

    Information and form have the state of the consent, and no line of their own. `steps` counts the documents.
    Raises InvalidInput or FileAccess where the service list or the record of approvals can't be read.
    """
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    folder, today = workspace.folder, datetime.date.today()
    services = load_services(folder.path, workspace.library.names(), folder.clinic.language)
    approvals = load_approvals(folder.path, workspace.snapshot)
    identities = [*services.documents(), *(approval.identity for approval in approvals.approvals)]
    counting = dict.fromkeys(identity.approved_as for identity in identities)
    counted = (steps or CountedSteps()).through(counting)
    return tuple(_state_of(workspace, identity, approvals, today) for identity in counted)


def due_within(states: Iterable[DocumentState], days: int) -> tuple[DocumentState, ...]:
    """The documents that nobody may use any more in that many days, the first one first; drafts of today are none."""
    last = datetime.date.today() + datetime.timedelta(days=days)
    due = [
        (state.approval.until, state)
        for state in states
        if state.state in ("approved", "overdue") and state.approval and state.approval.until
    ]
    return tuple(state for until, state in sorted(due, key=lambda one: one[0]) if until <= last)


def state_of(workspace: OpenWorkspace, identity: Identity) -> DocumentState:
    """The state of one document. Raises InvalidInput or FileAccess where the record of approvals can't be read."""
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    approvals = load_approvals(workspace.folder.path, workspace.snapshot)
    return _state_of(workspace, identity, approvals, datetime.date.today())


def ended_approval(today: DocumentState, approval: Approval | None) -> EndedApproval:
    """Why today's text is a draft, though it had this approval once."""
    latest = today.approval
    is_replaced = approval is not None and latest is not None and latest.content != today.content_hash
    return EndedApproval(
        latest.edition if is_replaced and latest else None, today.state == "overdue", today.state == "stale translation"
    )


def _state_of(
    workspace: OpenWorkspace, identity: Identity, approvals: Approvals, today: datetime.date
) -> DocumentState:
    latest, withdrawal = approvals.latest(identity), approvals.withdrawal(identity)
    try:
        content = workspace.content(identity.code, language=identity.language, variant=identity.variant)
        content_hash = workspace.compose(content).content_hash
    except ConsentkitError as error:
        return DocumentState(identity, "broken", "", latest, withdrawal, str(error))
    if latest and latest.content == content_hash:
        latest = latest.ending_by(content.definition.review.next)
    state: State = "stale translation" if content.stale else _state(latest, withdrawal, content_hash, today)
    return DocumentState(identity, state, content_hash, latest, withdrawal)


def _state(latest: Approval | None, withdrawal: Withdrawal | None, content_hash: str, today: datetime.date) -> State:
    if latest is None:
        return "draft"
    if withdrawal:
        return "withdrawn"
    if latest.content != content_hash:
        return "changed"
    return "overdue" if latest.is_overdue(today) else "approved"
