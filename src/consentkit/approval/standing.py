"""How each document of a clinic stands: approved or not, and why not.

Guarantees: the answer comes from the record of approvals and from today's content; a document whose content has changed
is never called approved.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.library.approvals import Approval, Approvals, Identity, load_approvals
from consentkit.model.services import load_services

StandingState = Literal["approved", "draft", "changed", "overdue", "stale translation", "broken"]
"""`draft` was never approved; `changed` was, with another content; `broken` can't be made."""


@dataclass(frozen=True)
class Standing:
    """How one document stands."""

    identity: Identity
    state: StandingState
    content_hash: str = ""
    approval: Approval | None = None
    """The latest approval, whatever its content."""
    reason: str = ""
    """Why the document can't be made, where it can't."""


def standings(workspace: OpenWorkspace, today: datetime.date) -> list[Standing]:
    """How every document of the service list stands, and every other one that was ever approved."""
    folder = workspace.folder
    services = load_services(folder.path, workspace.library.codes(), folder.clinic.language)
    approvals = load_approvals(folder.path)
    wanted = [*services.documents(), *(approval.identity for approval in approvals.approvals)]
    return [standing_of(workspace, identity, approvals, today) for identity in dict.fromkeys(wanted)]


def standing_of(workspace: OpenWorkspace, identity: Identity, approvals: Approvals, today: datetime.date) -> Standing:
    """How one document stands."""
    latest = approvals.latest(identity)
    try:
        content = workspace.content(identity.code, language=identity.language, variant=identity.variant)
        content_hash = workspace.compose(content).content_hash
    except ConsentkitError as error:
        return Standing(identity, "broken", approval=latest, reason=str(error))
    if content.stale:
        return Standing(identity, "stale translation", content_hash, latest)
    return Standing(identity, _state(latest, content_hash, today), content_hash, latest)


def _state(latest: Approval | None, content_hash: str, today: datetime.date) -> StandingState:
    if latest is None:
        return "draft"
    if latest.content != content_hash:
        return "changed"
    return "overdue" if latest.is_overdue(today) else "approved"
