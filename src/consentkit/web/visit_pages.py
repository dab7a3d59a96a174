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
from consentkit.web.shown import current_words, known, language_of_clinic, offer_undo, shown_row

_LONGEST_NUMBER = 10
pages = Blueprint("visit", __name__, url_prefix="/visit/<key>")


@pages.post("/save")
@access(DeskRole.DESK)
def save(key: str) -> Any:
    """Correct a visit."""
    day, data, revision = this_desk().day, data_of_form(), revision_of_form()
    _, step = day.with_undo(lambda: day.change(key, data, revision))
    return _done(step, key, "said.saved")


@pages.post("/complete")
@access(DeskRole.DESK)
def complete(key: str) -> Any:
    """Fill in what a visit lacks."""
    answers, without = answers_of_form()
    day, revision = this_desk().day, revision_of_form()
    _, step = day.with_undo(lambda: day.complete(key, answers, without, revision))
    return _done(step, key, "said.saved")


@pages.post("/remedy")
@access(DeskRole.DESK)
def remedy(key: str) -> Any:
    """Make an edit that was offered."""
    day, name, revision = this_desk().day, request.form.get("remedy", ""), revision_of_form()
    _, step = day.with_undo(lambda: day.remedy(key, name, revision))
    return _done(step, key, "said.saved")


@pages.post("/done")
@access(DeskRole.DESK)
def mark_done(key: str) -> Any:
    """Note that the signed papers are back, or not."""
    day, is_done = this_desk().day, request.form.get("done") == "yes"
    _, step = day.with_undo(lambda: day.mark_done(key, is_done=is_done))
    return _done(step, key, "said.done" if is_done else "said.not_done")


@pages.post("/keep")
@access(DeskRole.DESK)
def keep(key: str) -> Any:
    """Keep a visit that the newer schedule does not have."""
    day = this_desk().day
    _, step = day.with_undo(lambda: day.keep(key))
    return _done(step, key, "said.kept")


@pages.post("/remove")
@access(DeskRole.DESK)
def remove(key: str) -> Any:
    """Take a visit off the list."""
    day, revision = this_desk().day, revision_of_form()
    _, step = day.with_undo(lambda: day.remove(key, revision))
    offer_undo(step, "said.removed")
    return redirect(url_for("day.show"), 303)


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
    row = desk.day.row(key)
    made = desk.day.maker.make(row.entry, override=row.override)
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


def number_of(text: str) -> int | None:
    """The number that a field of a form holds; None where it holds none that can be."""
    return int(text) if text.isdecimal() and len(text) < _LONGEST_NUMBER else None


def revision_of_form() -> int:
    """The revision of a visit that the form of the request was shown for; 0 where it names none."""
    return number_of(request.form.get("revision", "")) or 0


def _done(step: str, key: str, said: str) -> Any:
    offer_undo(step, said)
    return _to(key)


def _to(key: str) -> Any:
    return redirect(url_for("day.show", visit=key, _anchor=f"who-{key}"), 303)
