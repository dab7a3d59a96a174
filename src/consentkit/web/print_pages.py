"""Printing: one visit, one visit again, all that are ready.

Guarantees: each form says how often the papers were printed when it was shown, so that a double click, the back button
or a second clerk prints nothing more; without a print queue, the browser gets the very set that was counted.
"""

from __future__ import annotations

from typing import Any, get_args

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.printing import PrintedPartly, Reason, WhyVoid, replaces_earlier
from consentkit.operations.printing import PrintUncertain
from consentkit.operations.progress import CountedSteps
from consentkit.web.day_pages import printer_of_session
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.progress import at_work
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import offer_cancel, say, say_and_go, shown_rows
from consentkit.web.visit_pages import number_of, pdf_answer

pages = Blueprint("print", __name__)
REASONS: tuple[Reason, ...] = get_args(Reason)
WHY_VOID: tuple[WhyVoid, ...] = get_args(WhyVoid)


@pages.post("/visit/<key>/print")
@access(DeskRole.DESK)
def print_one(key: str) -> Any:
    """Print the papers of a visit for the first time."""
    if this_desk().day.row(key).valid_set:
        raise DeskRefusal("printed-meanwhile")
    return _print(key, None)


@pages.get("/visit/<key>/again")
@access(DeskRole.DESK)
def ask_again(key: str) -> str:
    """Ask the question that matters before papers are printed again."""
    (visit,) = shown_rows([this_desk().day.row(key)])
    return render_template("again.html", visit=visit, reasons=REASONS)


@pages.post("/visit/<key>/again")
@access(DeskRole.DESK)
def print_again(key: str) -> Any:
    """Print the papers of a visit again."""
    chosen = next((reason for reason in REASONS if reason == request.form.get("reason")), None)
    if chosen is None or (replaces_earlier(chosen) and request.form.get("taken") != "yes"):
        say("again_taken_missing")
        return redirect(url_for("print.ask_again", key=key), 303)
    return _print(key, chosen)


@pages.post("/visit/<key>/set/<int:serial>/cancel")
@access(DeskRole.DESK)
def cancel(key: str, serial: int) -> Any:
    """Take a set back from the printer."""
    desk = this_desk()
    desk.printer.cancel(key, serial, desk.who(this_session()))
    return say_and_go("said.job_cancelled", visit=key, serial=serial)


@pages.get("/visit/<key>/set/<int:serial>/void")
@access(DeskRole.DESK)
def ask_void(key: str, serial: int) -> str:
    """Ask why a set counts for nothing."""
    (visit,) = shown_rows([this_desk().day.row(key)])
    return render_template("void.html", visit=visit, serial=serial, reasons=WHY_VOID)


@pages.post("/visit/<key>/set/<int:serial>/void")
@access(DeskRole.DESK)
def void(key: str, serial: int) -> Any:
    """Note that a set counts for nothing."""
    desk = this_desk()
    chosen = next((reason for reason in WHY_VOID if reason == request.form.get("reason")), None)
    if chosen is None:
        abort(400)
    desk.printer.void(key, serial, desk.who(this_session()), chosen)
    return say_and_go("said.voided", visit=key, serial=serial)


@pages.post("/print-all")
@access(DeskRole.DESK)
def print_all() -> Any:
    """Print the papers of all visits that were ready when the page was shown, in the order of the day."""
    printer, requested = printer_of_session(), set(request.form.get("visits", "").split())
    if printer is None:
        desk = this_desk()
        with at_work("sets") as steps:
            file = desk.together.begin(requested, desk.who(this_session()), steps)
        return _to_dialog(url_for("print.print_all_here", name=file.name))
    with at_work("sets") as steps:
        return _send_all(printer, requested, steps)


def _send_all(printer: str, requested: set[str], steps: CountedSteps) -> Any:
    desk, printed = this_desk(), 0
    for row in steps.through([row for row in desk.day.rows() if row.key in requested and not row.valid_set]):
        try:
            desk.printer.print(row.key, len(row.sets), printer, desk.who(this_session()))
        except DeskRefusal:  # it was changed or printed meanwhile: its row shows it
            continue
        except ConsentkitError as error:
            return say_and_go(_said_of(error), number=printed, name=row.number, message=str(error))
        printed += 1
    return say_and_go("said.printed_all", number=printed)


def _said_of(error: ConsentkitError) -> str:
    """What is said of the visit at which printing all has stopped."""
    if isinstance(error, PrintUncertain):
        return "said.printed_some_uncertain"
    return "said.printed_some_partly" if isinstance(error, PrintedPartly) else "said.printed_some"


@pages.get("/print-all/<name>")
@access(DeskRole.DESK)
def print_all_here(name: str) -> str:
    """Several sets that the browser is to print, and the question whether they came out."""
    desk = this_desk()
    file = desk.together.file(name)
    keys = {one.key for one in file.sets}
    visits = {visit.key: visit for visit in shown_rows([row for row in desk.day.rows() if row.key in keys])}
    return render_template("print_all_here.html", file=file, visits=visits, at_once=_is_at_once())


@pages.get("/print-all/<name>.pdf")
@access(DeskRole.DESK)
def all_to_print(name: str) -> Response:
    """The file of the sets that the browser is to print."""
    return pdf_answer(this_desk().together.pdf(name))


@pages.post("/print-all/<name>")
@access(DeskRole.DESK)
def answer_all(name: str) -> Any:
    """Note which of the sets came out."""
    desk, form = this_desk(), request.form
    file = desk.together.file(name)
    came_out = {one.key for one in file.sets} if form.get("all") == "yes" else set(form.getlist("set"))
    missing = desk.together.settle(name, came_out, desk.who(this_session()))
    if missing:
        return say_and_go("said.came_out_some", number=len(file.sets) - missing, missing=missing)
    return say_and_go("said.came_out", number=len(file.sets))


@pages.get("/visit/<key>/set/<int:serial>")
@access(DeskRole.DESK)
def print_here(key: str, serial: int) -> str:
    """A set that the browser is to print."""
    (visit,) = shown_rows([this_desk().day.row(key)])
    return render_template("print_here.html", visit=visit, serial=serial, at_once=_is_at_once())


@pages.get("/visit/<key>/set/<int:serial>.pdf")
@access(DeskRole.DESK)
def set_to_print(key: str, serial: int) -> Response:
    """The PDF of a set that the browser is to print."""
    return pdf_answer(this_desk().printer.papers(key, serial))


@pages.post("/lost/<int:intent>")
@access(DeskRole.DESK)
def answer_lost(intent: int) -> Any:
    """Note whether papers came out that were on their way when the program was stopped."""
    desk = this_desk()
    desk.printer.settle(intent, desk.who(this_session()), came_out=request.form.get("came_out") == "yes")
    return redirect(url_for("day.show"), 303)


def _to_dialog(address: str) -> Any:
    this_session().prints_at = address
    return redirect(address, 303)


def _is_at_once() -> bool:
    """Whether a page opens the dialog by itself: not where it is loaded again, or somebody only looks at it."""
    session = this_session()
    is_new, session.prints_at = session.prints_at == request.path, ""
    return is_new


def _print(key: str, reason: Reason | None) -> Any:
    desk, printer = this_desk(), printer_of_session()
    before = number_of(request.form.get("printed", ""))
    done = desk.printer.print(key, -1 if before is None else before, printer, desk.who(this_session()), reason)
    if printer is None:
        return _to_dialog(url_for("print.print_here", key=key, serial=done.serial))
    row = desk.day.row(key)
    offer_cancel(row, done, "said.printed", serial=done.serial, number=row.number)
    return redirect(url_for("day.show", visit=key, _anchor=f"who-{key}"), 303)
