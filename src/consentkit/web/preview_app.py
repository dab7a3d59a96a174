"""The page of a preview: one paper, its problems, and nothing else.

Guarantees: nothing is answered to a request that comes to another address than ours, from another page, or by another
method than GET; nothing of the paper, without the secret of a link or the cookie that it gave. Browsers are asked
to keep nothing of an answer, and frame none; no page loads anything from elsewhere. What pages are called says nothing
of a visit, since browsers keep titles and addresses.
"""

from __future__ import annotations

import datetime
import hmac
import math
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from consentkit.operations.preview.live import LivePreview, PreviewState
from consentkit.operations.preview.pictures import WIDTHS
from consentkit.problems import Problem
from consentkit.web.guards import HEADERS, sealed
from consentkit.web.serving import PACKAGE
from consentkit.web.sessions import Sessions

_HEADERS: Mapping[str, str] = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; object-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
}
"""What each answer says. `object-src` is for the viewer in which Chrome shows a PDF that is opened by itself."""
_OWN_FILES = {"preview.css": "text/css", "preview.js": "text/javascript", "desk.svg": "image/svg+xml"}
_STATIC = Path(__file__).parent / "static"
_SECONDS_TO_WAIT = 20.0
MOST_WAITING = 6
"""How many pages may wait for news at a time. The threads beyond them answer everything else."""
THREADS = MOST_WAITING + 4
_REFUSALS = {
    403: "This page opens by the link that `consentkit preview` has printed.",
    404: "There is nothing at this address.",
    405: "This page can only be read.",
    421: "This address is not that of the preview.",
}


@dataclass
class PreviewDoor:
    """Who may look: whoever has the link that the terminal shows, which works as long as the command runs."""

    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    hosts: frozenset[str] = frozenset()
    """The addresses, with their port, under which browsers may call."""
    cookie: str = "consentkit-preview"
    """Cookies don't know ports, so two previews need two names."""
    sessions: Sessions = field(default_factory=lambda: Sessions(idle_seconds=math.inf))
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_WAITING), repr=False)

    def is_opened_by(self, token: str) -> bool:
        """Whether a link is ours. That for a browser works once: others may see it in the list of processes."""
        return hmac.compare_digest(self.secret.encode(), token.encode()) or self.sessions.use_link(token)

    def listen_at(self, names: tuple[str, ...], port: int) -> None:
        """Let browsers call by these names."""
        self.hosts = frozenset(f"{name}:{port}" for name in names)
        self.cookie = f"consentkit-preview-{port}"


def create_preview(live: LivePreview, door: PreviewDoor) -> Flask:
    """The application of a preview."""
    app = Flask(PACKAGE, static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    pages = _Pages(live, door)
    app.before_request(pages.require_permission)
    app.after_request(_seal)
    app.add_url_rule("/open/<token>", "open", pages.open)
    app.add_url_rule("/", "show", pages.show)
    app.add_url_rule("/news/<int:revision>", "news", pages.news)
    app.add_url_rule("/view/<int(min=1):first>/<int(min=1):last>", "view", pages.view)
    app.add_url_rule("/paper/<name>.pdf", "paper", pages.paper)
    app.add_url_rule("/paper/<name>/<int:page>-<int:width>.png", "page", pages.page)
    app.add_url_rule("/<any(" + ", ".join(_OWN_FILES) + "):name>", "own", pages.own_file)
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(Exception, pages.fault)
    return app


@dataclass
class _Pages:
    live: LivePreview
    door: PreviewDoor

    def require_permission(self) -> None:
        """Refuse whoever may not look."""
        if request.host not in self.door.hosts:
            abort(421)
        if request.method not in ("GET", "HEAD"):
            abort(405)
        if request.endpoint in (None, "open"):
            return  # 404 follows, or the link is looked at
        # Other ports of this computer are the same site to a browser, so the cookie comes with what their pages ask.
        if request.headers.get("Sec-Fetch-Site") in ("same-site", "cross-site") and not _navigates():
            abort(403)
        if self.door.sessions.find(request.cookies.get(self.door.cookie), is_active=True) is None:
            abort(403)

    def open(self, token: str) -> Any:
        """Let in whoever has a link."""
        if not self.door.is_opened_by(token):
            abort(403)
        name, _ = self.door.sessions.open("author", frozenset())
        answer = redirect("/", 303)
        # Lax, since a link in a terminal that is itself a web page would not get a strict one back.
        answer.set_cookie(self.door.cookie, name, httponly=True, samesite="Lax")
        return answer

    def show(self) -> Any:
        """The page, as it is now."""
        state = self.live.state
        return render_template("author.html", state=state, about=About(self.live, state))

    def news(self, revision: int) -> Any:
        """The revision that there is, as soon as it is another one than that of the page that asks."""
        waits = self.door.waiting.acquire(blocking=False)
        try:
            state = self.live.wait(revision, _SECONDS_TO_WAIT if waits else 0)
        finally:
            if waits:
                self.door.waiting.release()
        return jsonify(preview=self.live.name, revision=state.revision, waits=waits, has_ended=self.live.has_ended)

    def view(self, first: int, last: int) -> Any:
        """Note which pages are in view."""
        self.live.look_at(first, last)
        return Response(mimetype="text/plain")

    def paper(self, name: str) -> Any:
        """The paper as a file."""
        shown = self.live.paper(name)
        if shown is None:
            abort(404)
        answer = Response(shown.paper.pdf, mimetype="application/pdf")
        answer.headers["Content-Disposition"] = 'inline; filename="preview.pdf"'
        return answer

    def page(self, name: str, page: int, width: int) -> Any:
        """A page of the paper as a picture."""
        picture = self.live.png(name, page, width)
        if picture is None:
            abort(404)
        return Response(picture, mimetype="image/png")

    def own_file(self, name: str) -> Any:
        """A style sheet, script or picture of the page."""
        return Response((_STATIC / name).read_bytes(), mimetype=_OWN_FILES[name])

    def fault(self, error: Exception) -> Any:
        """Say that something went wrong, and nothing of what it was about."""
        self.live.report(f"{request.endpoint}: {type(error).__name__}")
        return Response("Something went wrong.", 500, mimetype="text/plain")


@dataclass(frozen=True)
class About:
    """What the page says of its state."""

    live: LivePreview
    state: PreviewState

    @property
    def title(self) -> str:
        """What browsers may keep as the title."""
        if self.state.is_visit:
            return "Visit"
        return Path(self.live.request.source).name if self.live.is_of_library else "Text"

    @property
    def heading(self) -> str:
        """What is shown."""
        if self.state.is_visit:
            return f"The packet of {Path(self.live.request.source).name}"
        name = Path(self.live.request.source).stem if self.live.request.is_path else self.live.request.source
        paper = self.state.paper
        return f"{name}: {paper.paper.title}" if paper else name

    @property
    def form(self) -> str:
        """In which form a text is shown, where that is not the default."""
        asked = self.live.request
        words = [asked.variant, asked.language, asked.paper, "large print" if asked.large_print else None]
        return ", ".join(filter(None, words))

    @property
    def counts(self) -> str:
        """How many problems there are."""
        severities = [problem.severity for problem in self.state.problems]
        counts = [(severities.count("error"), "error"), (severities.count("warning"), "warning")]
        said = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts if number]
        if self.state.is_working:
            return f"{' and '.join(said)}, being checked again" if said else "Being checked"
        return " and ".join(said) or "No problems"

    @property
    def status(self) -> str:
        """How new the paper is."""
        paper = self.state.paper
        if paper is None:
            return "There is no paper." if not self.state.is_current else "There is nothing to print."
        time = f"{paper.at:%H:%M:%S}"
        if paper.at.date() != datetime.date.today():
            time = f"{paper.at:%B} {paper.at.day}, {time}"
        if self.state.is_current:
            return f"The paper is up to date ({time})."
        if ahead := self.state.ahead:
            numbers = sorted(ahead.pages.pictures)
            pages = f"Page {numbers[0]} is" if len(numbers) == 1 else f"Pages {numbers[0]} to {numbers[-1]} are"
            return f"{pages} new ({ahead.at:%H:%M:%S}); the other pages follow, and are of {time}."
        if self.state.is_working:
            return f"This is the paper of {time}; it is being made again, since something has changed."
        return f"This is an older paper, of {time}: the files can't be used as they are now."

    @property
    def is_older(self) -> bool:
        """Whether the paper is not what the files would make, and no other one is coming."""
        return self.state.paper is not None and not self.state.is_current and not self.state.is_working

    def pictures_of(self, number: int) -> list[tuple[str, int]]:
        """The addresses of the pictures of a page, counted from 1, and their widths."""
        state = self.state
        name, widths = state.paper.name if state.paper else "", list(WIDTHS)
        if state.ahead and number in state.ahead.pages.pictures:
            name, widths = state.ahead.name, [state.ahead.pages.width]
        return [(f"/paper/{name}/{number}-{width}.png", width) for width in widths]

    def caption(self, number: int) -> str:
        """What is said below a page, counted from 1."""
        of_pages = f"Page {number} of {len(self.state.paper.pictures.sizes) if self.state.paper else 0}"
        if self.is_older:
            return f"{of_pages}, older"
        if self.state.ahead:
            return f"{of_pages}, {'new' if number in self.state.ahead.pages.pictures else 'older'}"
        return of_pages

    def of_severity(self, severity: str) -> list[Problem]:
        """The problems of one severity."""
        return [problem for problem in self.state.problems if problem.severity == severity]

    def place(self, problem: Problem) -> str:
        """Where a problem is, in words."""
        if not problem.file:
            return ""
        file = _shortened(problem.file)
        return f"{file}, line {problem.line}" if problem.line else file


def _shortened(file: str) -> str:
    """A path as one would name it from here."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file


def _navigates() -> bool:
    return request.headers.get("Sec-Fetch-Mode") == "navigate" and request.headers.get("Sec-Fetch-Dest") == "document"


def _refuse(error: HTTPException) -> Any:
    code = error.code or 500
    return Response(_REFUSALS.get(code, error.name), code, mimetype="text/plain")


def _seal(response: Response) -> Response:
    sealed(response, _HEADERS)
    return response
