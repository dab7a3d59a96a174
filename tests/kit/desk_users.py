"""A front desk that several people share, each with a browser, a password and roles of their own."""

from __future__ import annotations

from pathlib import Path

from consentkit.operations.desk.users import DeskUser, add_user
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.web.desk import Desk
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from kit.desk import Clerk, small_clinic
from kit.small import CODE, NO_PAPERS_DUE

HOST = "desk.small.example"
PASSWORD = "correct horse battery"
SHARED = f"name: Alder Clinic\n{NO_PAPERS_DUE}journal:\n  keep_years: 6\ndesk:\n  hosts: [{HOST}]\n"
PEOPLE = {"rosa": ("desk",), "okonkwo": ("clinician", "desk"), "audrey": ("auditor",), "ida": ("admin",)}
_FIRST_PAGES = {"audrey": "/journal/", "ida": "/admin/"}


def add_people(clinic: Path, kept: str) -> None:
    """Let people sign in at a clinic's desk; `kept` is what is kept of the password of all of them."""
    for account, roles in PEOPLE.items():
        add_user(clinic, account, DeskUser(name=account.title(), roles=roles, password=kept))  # type: ignore[arg-type]


def shared_desk(folder: Path, kept: str, settings: str = SHARED, *, allow_drafts: bool = True) -> Desk:
    """A desk for several computers."""
    clinic = small_clinic(folder, settings)
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n")
    add_people(clinic, kept)
    request = DeskRequest(settle(clinic), PacketOptions(allow_drafts=allow_drafts), listen="0.0.0.0")
    return new_desk(request, lambda text: None)


class User(Clerk):
    """Somebody with a browser on another computer."""

    @staticmethod
    def of(desk: Desk, account: str = "") -> User:
        """Somebody who has signed in, or, without an account, has not yet."""
        clerk = Clerk.at(desk, signs_in=False)
        user = User(desk, clerk.client)
        user.host = HOST
        if account:
            assert user.sign_in(account) == 303
        return user

    def sign_in(self, account: str, password: str = PASSWORD) -> int:
        """Sign in. Returns the status of the answer."""
        status = self.post("/sign-in", {"account": account, "password": password}).status_code
        if status == 303:
            self.look(_FIRST_PAGES.get(account, "/end"))
        return status


def actions(desk: Desk) -> list[tuple[str, str, str | None]]:
    """What the journal has: actions, with the account and the role."""
    journal = desk.printer.journal
    assert journal is not None
    return [(row.entry.action, row.entry.who.actor, row.entry.who.role) for row in journal.rows()][1:]
