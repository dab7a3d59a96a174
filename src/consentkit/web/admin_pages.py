"""The page of whoever looks after the desk: people, sessions, settings.

Guarantees: nothing of a visit is on it; a session is named by something that opens none; nobody's password is seen or
changed here.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from consentkit.operations.desk.overseeing import people_seen, setting_problems
from consentkit.operations.printing import printers
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import say_and_go

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.get("/")
@access(DeskRole.ADMIN)
def show() -> str:
    """Who there is, who is there now, and what can't work."""
    desk = this_desk()
    clinic, users, queues = desk.day.maker.clinic, desk.users(), printers()
    return render_template(
        "admin.html",
        clinic=clinic,
        people=people_seen(users, desk.printer.journal),
        waits=desk.door.waits(),
        sessions=desk.sessions.listed(),
        problems=list(setting_problems(clinic, users, queues, is_shared=desk.shared is not None)),
        queues=queues,
        has_journal=desk.printer.journal is not None,
    )


@pages.post("/sessions/<public>/end")
@access(DeskRole.ADMIN)
def end_session(public: str) -> Any:
    """End somebody's session."""
    if public == this_session().public:
        return say_and_go("said.own-session", to="admin.show")
    desk = this_desk()
    if any(one.public == public for one, _ in desk.sessions.listed()):
        desk.note(this_session(), "session-ended", DeskRole.ADMIN)
    desk.sessions.close_public(public)
    return say_and_go("said.session_ended", to="admin.show")


@pages.post("/people/<account>/let-in")
@access(DeskRole.ADMIN)
def let_in(account: str) -> Any:
    """Let somebody who has to wait after wrong passwords try again at once."""
    this_desk().door.forgive(account)
    return say_and_go("said.let_in", to="admin.show", account=account)
