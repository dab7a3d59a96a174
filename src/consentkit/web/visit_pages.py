"""What is done to one visit: correct it, look at its papers, mark it, take it off the list.

Guarantees: an edit counts only where nobody else has changed the visit since its form was shown; the preview is the
packet that would be printed; what is typed is kept for a preview only until the next one.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from consentkit.operations.desk.completing import edited_entry
from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.packets import MadePacket
from consentkit.web.forms import data_of_form
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.needs import answers_of_form
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import current_words, known, language_of_clinic, say_and_go, shown_row

pages = Blueprint("visit", __name__, url_prefix="/visit/<key>")


@pages.post("/save")
@access(DeskRole.DESK)
def save(key: str) -> Any:
    """Correct a visit."""
    this_desk().day.change(key, data_of_form(), _revision())
    return say_and_go("said.saved", visit=key)


@pages.post("/complete")
@access(DeskRole.DESK)
def complete(key: str) -> Any:
    """Fill in what a visit lacks."""
    answers, without = answers_of_form()
    this_desk().day.complete(key, answers, without, _revision())
    return say_and_go("said.saved", visit=key)


@pages.post("/remedy")
@access(DeskRole.DESK)
def remedy(key: str) -> Any:
    """Make an edit that was offered."""
    this_desk().day.remedy(key, request.form.get("remedy", ""), _revision())
    return say_and_go("said.saved", visit=key)


@pages.post("/done")
@access(DeskRole.DESK)
def mark_done(key: str) -> Any:
    """Note that the signed papers are back, or not."""
    this_desk().day.mark_done(key, is_done=request.form.get("done") == "yes")
    return _to(key)


@pages.post("/keep")
@access(DeskRole.DESK)
def keep(key: str) -> Any:
    """Keep a visit that the newer schedule does not have."""
    this_desk().day.keep(key)
    return _to(key)


@pages.post("/remove")
@access(DeskRole.DESK)
def remove(key: str) -> Any:
    """Take a visit off the list."""
    this_desk().day.remove(key, _revision())
    return say_and_go("said.removed")


@pages.post("/check")
@access(DeskRole.DESK)
def check(key: str) -> Any:
    """Look at a visit again, as after a text was approved."""
    this_desk().day.check_again(key)
    return _to(key)


@pages.get("/packet.pdf")
@access(DeskRole.DESK)
def packet(key: str) -> Response:
    """The papers of a visit as they would be printed."""
    desk = this_desk()
    made = desk.day.maker.make(desk.day.row(key).entry)
    if not isinstance(made, MadePacket):
        abort(404)
    return pdf_answer(made.pdf)


@pages.post("/draft")
@access(DeskRole.DESK)
def draft(key: str) -> Any:
    """What a visit would be with an edit that is not saved yet: what speaks against it, and a preview of its papers."""
    desk, session = this_desk(), this_session()
    data = data_of_form()
    edited = DeskRow(edited_entry(desk.day.row(key).entry, data), data, key=key)
    result = desk.day.maker.preview(edited)
    checked = replace(edited, check=desk.day.maker.judged(edited, result))
    session.draft = result.pdf if isinstance(result, MadePacket) else b""
    words = current_words()
    shown = shown_row(checked, words, known(), language_of_clinic(desk))
    return render_template("draft.html", chosen=shown, stamp=secrets.token_hex(4))


@pages.get("/draft.pdf")
@access(DeskRole.DESK)
def draft_packet(key: str) -> Response:
    """The papers of the edit that this session looked at last."""
    if not this_session().draft:
        abort(404)
    return pdf_answer(this_session().draft)


def pdf_answer(pdf: bytes) -> Response:
    """A PDF to be shown, under a name that says nothing of a patient."""
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": "inline; filename=papers.pdf"})


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() else 0


def _to(key: str) -> Any:
    return redirect(url_for("day.show", visit=key, _anchor=f"who-{key}"), 303)
