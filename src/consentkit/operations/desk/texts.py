"""The texts of a clinic, as whoever approves them sees them.

Guarantees: what is approved is the text that was read, by its hash; a text in which `check` finds an error is not
approved here; what is withdrawn is the approval that was shown.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from consentkit.approval.changes import Change
from consentkit.errors import WrongUse
from consentkit.model.identity import Identity
from consentkit.operations.approve import ApprovalRequest, approve_as_requested, errors_of
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
    pdf: bytes = field(repr=False)


def list_texts(place: ClinicPlace) -> tuple[DocumentState, ...]:
    """The state of each text. Raises what `status` raises."""
    return status(open_for_a_call(place))


def read_text(place: ClinicPlace, identity: Identity) -> TextToApprove:
    """A text as it is now. Raises DeskRefusal where there is none, and what `render` raises."""
    state = state_of(open_for_a_call(place), identity)
    if state.state == "broken":
        raise DeskRefusal("no-such-text")
    workspace = open_for_a_call(place)
    document = workspace.render(identity.code, language=identity.language, variant=identity.variant)
    errors = errors_in(place, identity)
    return TextToApprove(state, _changes(place, identity), errors, document.review_due, document.pdf)


def errors_in(place: ClinicPlace, identity: Identity) -> tuple[Problem, ...]:
    """The errors that `check` finds in the files that a text is made from."""
    workspace = open_for_a_call(place, despite_faults=True)
    return tuple(errors_of(workspace, identity.code, identity.language, identity.variant))


def approve_text(
    place: ClinicPlace,
    identity: Identity,
    content_hash: str,
    *,
    by: str,
    until: datetime.date | None,
    who: Who,
) -> None:
    """Approve a text that somebody has read, by the hash of what was read.

    Raises DeskRefusal where it has changed since or has errors, and what `approve` raises.
    """
    if state_of(open_for_a_call(place), identity).content_hash != content_hash:
        raise DeskRefusal("text-changed")
    if errors_in(place, identity):
        raise DeskRefusal("text-has-errors")
    request = ApprovalRequest(
        identity.code, by, until=until, language=identity.language, variant=identity.variant, who=who
    )
    approve_as_requested(open_for_a_call(place), request)


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


def _changes(place: ClinicPlace, identity: Identity) -> tuple[Change, ...]:
    try:
        difference = diff(open_for_a_call(place), identity.code, language=identity.language, variant=identity.variant)
    except WrongUse:  # it was never approved
        return ()
    return difference.changes
