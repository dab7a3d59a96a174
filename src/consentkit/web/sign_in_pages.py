"""How somebody comes in, locks the page and goes.

Guarantees: what is shown before the sign-in says nothing of anybody; a link works once; a locked page has no names in
it, whatever the browser's back button shows.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.sessions import COOKIE, DeskRole, lock

pages = Blueprint("sign_in", __name__)
_ALL = (DeskRole.DESK, DeskRole.CLINICIAN, DeskRole.AUDITOR)


@pages.get("/open/<token>")
@access()
def open_link(token: str) -> Any:
    """Open a session by a link."""
    desk = this_desk()
    if not desk.sessions.use_link(token):
        return render_template("sign_in.html"), 403
    name, _ = desk.open_by_link()
    return with_cookie(redirect(url_for("day.show"), 303), name)


@pages.get("/sign-in")
@access()
def show() -> Any:
    """Say how to come in."""
    if g.session:
        return redirect(url_for("day.show"), 303)
    return render_template("sign_in.html"), 401


@pages.get("/locked")
@access(*_ALL, while_locked=True)
def locked() -> Any:
    """A page that shows nobody."""
    lock(this_session())
    return render_template("locked.html")


@pages.post("/lock")
@access(*_ALL, while_locked=True)
def lock_now() -> Any:
    """Take the names out of the page."""
    return redirect(url_for("sign_in.locked"), 303)


@pages.post("/unlock")
@access(*_ALL, while_locked=True)
def unlock() -> Any:
    """Show the visits again."""
    session = this_session()
    if session.needs_password:
        abort(403)
    this_desk().sessions.unlock(session)
    return redirect(url_for("day.show"), 303)


@pages.post("/sign-out")
@access(*_ALL, while_locked=True)
def sign_out() -> Any:
    """End the session."""
    this_desk().sessions.close(request.cookies.get(COOKIE))
    return redirect(url_for("sign_in.show"), 303)


def with_cookie(response: Any, name: str) -> Any:
    """An answer that lets the browser keep the name of its session until it is closed."""
    response.set_cookie(COOKIE, name, httponly=True, samesite="Strict", secure=request.is_secure, path="/")
    return response
