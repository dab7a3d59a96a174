"""How somebody comes in, locks the page and goes.

Guarantees: what is shown before the sign-in says nothing of anybody; a link works once; a locked page has no names in
it, whatever the browser's back button shows; a name in a header counts only where the clinic trusts a proxy for it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from consentkit.operations.desk.users import DeskUser
from consentkit.web.desk import Desk
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.sessions import COOKIE, DeskRole, lock
from consentkit.web.shown import current_words

pages = Blueprint("sign_in", __name__)
_ALL = tuple(DeskRole)
_HOMES = {
    DeskRole.DESK: "day.show",
    DeskRole.CLINICIAN: "texts.show",
    DeskRole.ADMIN: "admin.show",
    DeskRole.AUDITOR: "journal.show",
}
"""Where somebody of a role begins."""


@pages.get("/open/<token>")
@access()
def open_link(token: str) -> Any:
    """Open a session by a link."""
    desk = this_desk()
    if desk.shared or not desk.sessions.use_link(token):
        return _form(403)
    name, _ = desk.open_by_link()
    return _with_cookie(redirect(url_for("day.show"), 303), name)


@pages.get("/home")
@access(*_ALL)
def home() -> Any:
    """Where somebody begins."""
    return redirect(url_for(_HOMES[this_session().main_role]), 303)


@pages.get("/sign-in")
@access()
def show() -> Any:
    """Say how to come in, or let in whom the proxy names."""
    if g.session:
        return redirect(url_for("sign_in.home"), 303)
    desk = this_desk()
    if named := _named_by_proxy(desk):
        account, user = named
        return _with_cookie(redirect(url_for("sign_in.home"), 303), desk.open_for(account, user, needs_password=False))
    return _form(401)


@pages.post("/sign-in")
@access()
def sign_in() -> Any:
    """Open a session for somebody who knows the password."""
    desk, account = this_desk(), request.form.get("account", "").strip().lower()
    user = _with_password(desk, account)
    if not isinstance(user, DeskUser):
        return user
    name = desk.open_for(account, user, needs_password=True)
    return _with_cookie(redirect(url_for("sign_in.home"), 303), name)


@pages.get("/answer")
@access(*_ALL, while_locked=True)
def answer() -> Any:
    """The page that answers the form which was sent last."""
    session = this_session()
    if session.answer is None:
        return redirect(url_for("sign_in.home"), 303)
    status, page = session.answer
    return Response(page, status, mimetype="text/html")


@pages.get("/locked")
@access(*_ALL, while_locked=True)
def locked() -> Any:
    """A page that shows nobody."""
    session = this_session()
    lock(session)  # before the journal is written to, which may fail
    if not session.is_lock_noted:  # also where it was idle, and so is locked already
        this_desk().note(session, "locked")
        session.is_lock_noted = True
    return render_template("locked.html", wrong="")


@pages.post("/lock")
@access(*_ALL, while_locked=True)
def lock_now() -> Any:
    """Take the names out of the page."""
    lock(this_session())  # at once, also where the browser never asks for the page that this leads to
    return redirect(url_for("sign_in.locked"), 303)


@pages.post("/unlock")
@access(*_ALL, while_locked=True)
def unlock() -> Any:
    """Show the visits again."""
    desk, session = this_desk(), this_session()
    if session.needs_password and user_with_password(session.person) is None:
        return render_template("locked.html", wrong=current_words()("sign_in_wrong")), 403
    if session.is_locked:
        desk.note(session, "unlocked")  # first, so that nothing is shown that the journal could not have
    desk.sessions.unlock(session)
    return redirect(url_for("sign_in.home"), 303)


@pages.post("/sign-out")
@access(*_ALL, while_locked=True)
def sign_out() -> Any:
    """End the session."""
    g.session = None  # so that a journal that can't have it is told on a page of its own
    this_desk().sessions.close(request.cookies.get(COOKIE))
    return redirect(url_for("sign_in.show"), 303)


def user_with_password(account: str) -> DeskUser | None:
    """The user of an account, where the form holds the password."""
    user = _with_password(this_desk(), account)
    return user if isinstance(user, DeskUser) else None


def _with_password(desk: Desk, account: str) -> DeskUser | Any:
    """The user whose password the form holds, or the answer to a wrong one."""
    user, address = desk.users().get(account), request.remote_addr or ""
    is_right = desk.door.opens(account, address, user.password if user else None, request.form.get("password", ""))
    if is_right and user:
        return user
    if is_right is None:
        seconds = max(1, round(desk.door.wait_of(account, address)))
        return _form(429, current_words()("sign_in_wait", seconds=seconds))
    desk.note_failure(account if user else None)
    return _form(403, current_words()("sign_in_wrong"))


def _named_by_proxy(desk: Desk) -> tuple[str, DeskUser] | None:
    """Whom the proxy has signed in. The guards have checked that the request comes from it."""
    if desk.shared is None or desk.shared.proxy is None or desk.shared.user_header is None:
        return None
    account = request.headers.get(desk.shared.user_header, "").lower()
    user = desk.users().get(account)
    return (account, user) if user else None


def _form(status: int, wrong: str = "") -> Any:
    return render_template(
        "sign_in.html", has_users=this_desk().has_users, by_link=this_desk().shared is None, wrong=wrong
    ), status


def _with_cookie(response: Any, name: str) -> Any:
    """An answer that lets the browser keep the name of its session until it is closed."""
    desk = this_desk()
    is_secure = bool(desk.shared and desk.shared.proxy)
    response.set_cookie(COOKIE, name, httponly=True, samesite="Strict", secure=is_secure, path="/")
    return response
