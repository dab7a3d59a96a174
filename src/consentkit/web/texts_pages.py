"""The pages of whoever approves texts.

Guarantees: nobody approves a text without having its pages and its changes on the screen, saying so, and giving the
password again, and nobody withdraws one without the password, unless the proxy has signed them in; what is approved or
withdrawn is what was on the screen; nothing is typed as a reason, so that no name of a patient gets into the records.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request

from consentkit.model.identity import VARIANTS, Identity
from consentkit.model.years import in_years
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.texts import ShownText, approve_text, list_texts, read_text, withdraw_text
from consentkit.operations.journal import WITHDRAWAL_REASONS
from consentkit.operations.opening import ClinicPlace
from consentkit.web.guards import access, this_desk
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import say_and_go
from consentkit.web.signing import NotSigned, signing_clinician
from consentkit.web.visit_pages import pdf_answer

pages = Blueprint("texts", __name__, url_prefix="/texts")


@pages.get("/")
@access(DeskRole.CLINICIAN)
def show() -> str:
    """All texts, with the state of each."""
    return render_template("texts.html", states=list_texts(this_desk().day.maker.place))


@pages.get("/<code>/<language>/<variant>")
@access(DeskRole.CLINICIAN)
def read(code: str, language: str, variant: str) -> str:
    """A text: what has changed, what it says, what keeps it from being approved."""
    text = read_text(this_desk().day.maker.place, _identity(code, language, variant))
    proposed = min(in_years(datetime.date.today(), 1), text.review_due)
    return render_template("text.html", text=text, proposed=proposed, reasons=WITHDRAWAL_REASONS)


@pages.get("/<code>/<language>/<variant>.pdf")
@access(DeskRole.CLINICIAN)
def pdf(code: str, language: str, variant: str) -> Any:
    """The pages of a text."""
    return pdf_answer(read_text(this_desk().day.maker.place, _identity(code, language, variant)).pdf)


@pages.post("/<code>/<language>/<variant>")
@access(DeskRole.CLINICIAN)
def approve(code: str, language: str, variant: str) -> Any:
    """Approve a text."""
    if request.form.get("read") != "yes":
        return _back_to(code, language, variant, "said.text-not-read")
    until, entries = _day(request.form.get("until", "")), request.form.get("entries", type=int)
    if entries is None:
        abort(400)

    def change(place: ClinicPlace, text: Identity, content: str, **by: Any) -> None:
        approve_text(place, text, ShownText(content, entries), **by, until=until)

    return _signed(code, language, variant, "said.text-approved", change)


@pages.post("/<code>/<language>/<variant>/withdraw")
@access(DeskRole.CLINICIAN)
def withdraw(code: str, language: str, variant: str) -> Any:
    """Withdraw the approval of a text."""
    reason = next((one for one in WITHDRAWAL_REASONS if one == request.form.get("reason")), None)
    if reason is None:
        return _back_to(code, language, variant, "text_why_needed")
    return _signed(
        code, language, variant, "said.text-withdrawn", lambda *text, **by: withdraw_text(*text, **by, reason=reason)
    )


def _signed(code: str, language: str, variant: str, said: str, change: Callable[..., object]) -> Any:
    """Change the approval of a text in the name of whoever has filled in the form, and look at all visits again."""
    desk, clinician = this_desk(), signing_clinician()
    if isinstance(clinician, NotSigned):
        said = "no_clinician" if clinician is NotSigned.NO_CLINICIAN else "sign_in_wrong"
        return _back_to(code, language, variant, said)
    content = request.form.get("content", "")
    try:
        change(
            desk.day.maker.place,
            _identity(code, language, variant),
            content,
            by=clinician.name,
            who=clinician.who,
        )
    except DeskRefusal as refusal:
        return _back_to(code, language, variant, f"said.{refusal.reason}")
    desk.day.check_all_again()
    return say_and_go(said, to="texts.show", code=code)


def _back_to(code: str, language: str, variant: str, said: str) -> Any:
    return say_and_go(said, to="texts.read", code=code, language=language, variant=variant)


def _identity(code: str, language: str, variant: str) -> Identity:
    kind = next((one for one in VARIANTS if one == variant), None)
    if kind is None:
        abort(404)
    return Identity(code, language, kind)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        abort(400)
