"""What is between the network and the pages.

Guarantees: a request reaches a page only if it comes to an address that is ours, from a page of ours, with a session
that is open and has a role for it, and, where it changes something, with the token of that session's forms. A page that
does not declare who may use it is refused to everybody. Nothing that is answered is kept by a browser or a proxy,
framed by other pages, or allowed to load anything from elsewhere. A browser never shows a page as the answer to a form:
with such a page, Chromium keeps on the disk what was posted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, request, url_for

from consentkit.web.sessions import DeskRole, Session

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug import Response

    from consentkit.web.desk import Desk

View = TypeVar("View", bound=Callable[..., object])

PUBLIC: frozenset[DeskRole] = frozenset()
"""For pages that show nothing of anybody: those before the sign-in, and files of the program."""
_ACCESS = "consentkit_access"
_LOCKED = "consentkit_while_locked"

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; object-src 'self'; form-action 'self'; frame-ancestors 'self'; "
    "base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
"""What each answer says. A page of ours may frame a packet of ours, and nobody else anything."""


def access(*roles: DeskRole, while_locked: bool = False) -> Callable[[View], View]:
    """Declare who may use a page: those with one of the roles, or, where none is named, anybody."""

    def declare(view: View) -> View:
        setattr(view, _ACCESS, frozenset(roles))
        setattr(view, _LOCKED, while_locked)
        return view

    return declare


def guard(app: Flask) -> None:
    """Let nothing through to the pages of an app unless it may."""
    app.before_request(_require_permission)
    app.after_request(_seal)


def this_desk() -> Desk:
    """The desk that the request is for."""
    desk: Desk = current_app.extensions["desk"]
    return desk


def this_session() -> Session:
    """The session of the request. It is there wherever a page needs a role."""
    session: Session = g.session
    return session


def _require_permission() -> Response | None:
    desk = this_desk()
    if request.host not in desk.hosts:
        abort(421)
    if desk.shared and desk.shared.proxy and request.remote_addr != desk.shared.proxy:
        abort(403)
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint == "static":
        return None
    roles: frozenset[DeskRole] | None = getattr(view, _ACCESS, None)
    if view is not None and roles is None:
        abort(403)
    if request.method not in {"GET", "HEAD"}:
        _require_own_page()
    g.session = desk.session_of(request)
    if view is None or roles is None:
        return None  # 404 follows
    if roles == PUBLIC:
        return None
    return _require_session(g.session, roles, while_locked=getattr(view, _LOCKED))


def _require_own_page() -> None:
    """Refuse what another page sends: browsers say which page a request comes from.

    Since our pages send no referrer, browsers call their origin `null`, and say in another header that it is ours.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    is_ours = site == "same-origin" if origin == "null" else origin is None or urlsplit(origin).netloc == request.host
    if not is_ours or site not in {None, "same-origin", "none"}:
        abort(403)


def _require_session(session: Session | None, roles: frozenset[DeskRole], *, while_locked: bool) -> Response | None:
    if session is None:
        return redirect(url_for("sign_in.show"), 303)
    if session.is_locked and not while_locked:
        return redirect(url_for("sign_in.locked"), 303)
    if not session.may(roles):
        abort(403)
    if request.method == "POST" and not session.is_form_of(request.form.get("csrf", "")):
        abort(403)
    return None


def _apart_from_form(response: Response) -> Response:
    """Let a browser fetch the page that answers a form, instead of giving it right away."""
    session: Session | None = g.get("session")
    is_shown = request.headers.get("Sec-Fetch-Mode") == "navigate" and response.mimetype == "text/html"
    if request.method != "POST" or session is None or not is_shown or response.location:
        return response
    session.answer = response.status_code, response.get_data()
    return redirect(url_for("sign_in.answer"), 303)


def sealed(response: Response, headers: Mapping[str, str]) -> Response:
    """An answer that says what it forbids, and not which server it comes from."""
    for name, value in headers.items():
        response.headers[name] = value
    response.headers.pop("Server", None)
    return response


def _seal(response: Response) -> Response:
    response = _apart_from_form(response)
    return sealed(response, HEADERS)
