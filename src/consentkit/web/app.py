"""The pages of the front desk, as one application.

Guarantees: what is uploaded stays in memory, however large it is; a fault shows one sentence to whoever meets it, and
what is noted of it is the name of the page and the kind of error, never what was on it.
"""

from __future__ import annotations

import io
from typing import IO, Any

from flask import Flask, Request, g, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, InternalServerError

from consentkit.errors import ConsentkitError
from consentkit.model.clinic import Clinic
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.printing import PrintedPartly
from consentkit.operations.printing import PrintUncertain
from consentkit.web import (
    admin_pages,
    day_pages,
    deciding_pages,
    journal_pages,
    print_pages,
    progress,
    scan_pages,
    sign_in_pages,
    texts_pages,
    visit_pages,
)
from consentkit.web.desk import Desk
from consentkit.web.guards import guard, this_desk
from consentkit.web.serving import LARGEST_UPLOAD, PACKAGE
from consentkit.web.shown import current_words, here, say_and_go
from consentkit.web.words import words_of

_MOST_FIELDS = 200
_PRINTING = frozenset({"print.print_one", "print.print_again", "print.print_all"})
"""What prints, so that a failure is said of the papers."""
_PAPERS_TO_PRINT = frozenset({"print.set_to_print", "print.all_to_print"})
"""What a page prints that frames it: never another page, such as that of the day with all names."""
_PAGES = (
    day_pages.pages,
    visit_pages.pages,
    print_pages.pages,
    deciding_pages.pages,
    scan_pages.pages,
    progress.pages,
    sign_in_pages.pages,
    texts_pages.pages,
    journal_pages.pages,
    admin_pages.pages,
)


class RequestInMemory(Request):
    """A request whose files are never written to a disk, as Werkzeug does with those of half a megabyte and more."""

    max_content_length = LARGEST_UPLOAD
    max_form_memory_size = LARGEST_UPLOAD
    max_form_parts = _MOST_FIELDS

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return io.BytesIO()


class DeskApp(Flask):
    """Flask with requests that stay in memory."""

    request_class = RequestInMemory


def create_app(desk: Desk) -> Flask:
    """The application of a desk."""
    app = DeskApp(PACKAGE)
    app.extensions["desk"] = desk
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard(app)
    for pages in _PAGES:
        app.register_blueprint(pages)
    app.context_processor(here)
    app.register_error_handler(DeskRefusal, _refused)
    app.register_error_handler(ConsentkitError, _failed)
    app.register_error_handler(Exception, _fault)
    return app


def _refused(error: DeskRefusal) -> Any:
    if request.endpoint in _PAPERS_TO_PRINT and g.get("session") is not None:
        return _page(409, current_words()(f"said.{error.reason}"))
    return say_and_go(f"said.{error.reason}")


def _failed(error: ConsentkitError) -> Any:
    """A mistake in the clinic's files, or a print system that refuses: its message holds nothing of a patient."""
    if request.method == "GET" or g.get("session") is None:
        return _page(500, str(error))
    if isinstance(error, PrintUncertain):
        return say_and_go("said.print-uncertain", message=str(error))
    if isinstance(error, PrintedPartly):
        return say_and_go("said.printed-partly", message=str(error))
    return say_and_go("said.not-printed" if request.endpoint in _PRINTING else "said.trouble", message=str(error))


def _fault(error: Exception) -> Any:
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return _page(error.code)
    if not isinstance(error, HTTPException):
        this_desk().report(f"{request.endpoint}: {type(error).__name__}")
    return _page(InternalServerError.code)


def _page(status: int, message: str = "") -> Any:
    session = g.get("session")
    words = words_of(session.language if session else "")
    key = f"errors.{status}"
    text = words(key if words.has(key) else "errors.400")
    return render_template("error.html", text=text, message=message, is_signed_in=session is not None), status


def clinic_of(desk: Desk) -> Clinic:
    """What the clinic states about itself."""
    return desk.day.maker.clinic
