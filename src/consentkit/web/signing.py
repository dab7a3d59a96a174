"""Who signs what a clinician decides: an approval, a withdrawal, a decision about a visit.

Guarantees: it is somebody with the role of a clinician in the file of users as it is now, who has given the password
with this very form, unless the proxy has signed them in; whoever tries to sign without that role is in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from flask import request

from consentkit.web.guards import this_desk, this_session
from consentkit.web.sessions import DeskRole
from consentkit.web.sign_in_pages import user_with_password

if TYPE_CHECKING:
    from consentkit.operations.journal import Who


@dataclass(frozen=True)
class SigningClinician:
    """A clinician who has signed a form."""

    name: str
    """The whole name, as an approval states it."""
    who: Who
    """The account, as the journal has it."""


class NotSigned(Enum):
    """Why nobody has signed a form who may."""

    WRONG_PASSWORD = auto()
    """The name or the password is wrong."""
    NO_CLINICIAN = auto()
    """Both are right, but of somebody who is no clinician."""


def signing_clinician() -> SigningClinician | NotSigned:
    """The clinician who has signed the form of the request, or why it is none.

    At a clerk's computer, the form names the account.
    """
    desk, session = this_desk(), this_session()
    is_own = DeskRole.CLINICIAN in session.roles
    account = session.person if is_own else request.form.get("account", "").strip().lower()
    is_known = is_own and not session.needs_password  # the proxy knows who it is
    user = desk.users().get(account) if is_known else user_with_password(account)
    if user is None:
        return NotSigned.WRONG_PASSWORD
    if DeskRole.CLINICIAN not in user.roles:
        desk.note_failure(account)
        return NotSigned.NO_CLINICIAN
    return SigningClinician(user.name, replace(desk.who(session, DeskRole.CLINICIAN), actor=account))
