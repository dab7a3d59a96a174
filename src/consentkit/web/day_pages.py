"""The page of the day, and what concerns the day as a whole.

Guarantees: no address and no title holds anything of a patient, since browsers keep both; a file that is loaded is
forgotten as soon as it is read.
"""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.fields import FIELDS, data_of
from consentkit.operations.desk.merging import MergedDay
from consentkit.operations.desk.rows import DeskRow, VisitState
from consentkit.operations.printing import printers
from consentkit.operations.uploads import formats_to_choose, read_upload
from consentkit.web.day_table import DayTable, table_of
from consentkit.web.forms import fields_of, likely_clinician, service_choices
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.sentences import left_out, of_file
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import current_words, day_of, offer_undo, say_and_go
from consentkit.web.visit_pages import number_of
from consentkit.web.words import languages

pages = Blueprint("day", __name__)
_SOURCE = "schedule"
"""What messages call a schedule that is loaded: never by the name of its file, which may be anything."""


@pages.get("/")
@access(DeskRole.DESK)
def show() -> str:
    """The visits of the day, and beside them one of them, or a form."""
    return _day(selected=request.args.get("visit"), walk_in="walk-in" in request.args)


@pages.get("/rows")
@access(DeskRole.DESK)
def rows() -> Any:
    """The table alone, for a page that is open to refresh itself; nothing where it has the newest one."""
    visits, version = _newest()
    if request.args.get("version") == str(version):
        return "", 204  # it has them: a table of hundreds of visits every few seconds would make an old PC slow
    return render_template("rows.html", table=_table(visits, version, request.args.get("visit"), ""))


def _newest() -> tuple[list[DeskRow], int]:
    """All visits, and a number that grows with each change of them or of what has come back."""
    visits, version = this_desk().day.rows_of_version()
    return visits, version + this_desk().scans.version


@pages.post("/find")
@access(DeskRole.DESK)
def find() -> str:
    """The visits that match what somebody looks for. It is posted, so that no address holds a name."""
    return _day(sought=request.form.get("sought", ""))


@pages.post("/schedule")
@access(DeskRole.DESK)
def load() -> Any:
    """Load a schedule, or load it again."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return say_and_go("said.no-file")
    desk = this_desk()
    day = desk.day
    is_first = not day.rows()
    try:
        chosen = request.form.get("format") or None
        read = read_upload(day.maker.workspace, io.BytesIO(file.read()), _SOURCE, chosen)
        merged, step = day.with_undo(lambda: day.load(read.entries))
    except ConsentkitError as error:
        return say_and_go("said.file", message=of_file(error, current_words()))
    desk.note_loaded(this_session(), len(read.entries))
    words = current_words()
    key, values = ("said.loaded", {"added": len(merged.added)}) if is_first else _what_changed(merged)
    offer_undo(step, "said.text", text=" ".join([words(key, **values), *left_out(read, words)]))
    return redirect(url_for("day.show"), 303)


@pages.route("/walk-in", methods=["POST"])
@access(DeskRole.DESK)
def add_walk_in() -> Any:
    """Add a visit that no schedule has."""
    day = this_desk().day
    values = {name: request.form.get(name, "") for name in FIELDS}
    name, _, credentials = values["clinician"].partition(", ")
    data = data_of({**values, "clinician": name, "clinician_credentials": credentials})
    row, step = day.with_undo(lambda: day.add_walk_in(data))
    offer_undo(step, "said.added", number=row.number)
    return redirect(url_for("day.show", visit=row.key), 303)


@pages.post("/undo/<step>")
@access(DeskRole.DESK)
def undo(step: str) -> Any:
    """Take back what was done last."""
    this_desk().day.undo(step)
    return say_and_go("said.taken_back")


@pages.post("/language")
@access(*DeskRole)
def switch_language() -> Any:
    """Show the pages in the next language."""
    known = languages()
    this_session().language = known[(known.index(current_words().language) + 1) % len(known)]
    return redirect(url_for("sign_in.home"), 303)


@pages.post("/shortcuts")
@access(DeskRole.DESK)
def switch_shortcuts() -> Any:
    """Let letters do something by themselves, or no longer."""
    session = this_session()
    session.has_shortcuts = not session.has_shortcuts
    return redirect(url_for("day.show"), 303)


@pages.post("/printer")
@access(DeskRole.DESK)
def choose_printer() -> Any:
    """Use another printer from now on."""
    chosen = request.form.get("printer", "")
    this_session().printer = chosen if chosen in {HERE, *printers()} else ""
    return redirect(url_for("day.show"), 303)


@pages.get("/end")
@access(DeskRole.DESK)
def ask_end() -> str:
    """Ask whether the day is to be ended."""
    return render_template("end.html")


@pages.post("/end")
@access(DeskRole.DESK)
def end() -> Any:
    """Forget everything about the visits."""
    this_desk().end_day(this_session())
    return say_and_go("ended")


HERE = "-"
"""The print dialog of the browser, among the printers."""


def printer_of_session() -> str | None:
    """The printer that this session uses, whether it is there or not; None for the dialog of the browser."""
    chosen, there = this_session().printer, printers()
    own = this_desk().day.maker.clinic.printing.printer
    # One that is chosen and not there is not replaced: papers would come out where nobody expects them.
    name = chosen or own or next(iter(there), HERE)
    return None if name == HERE else name


def _heading(rows: list[DeskRow]) -> dict[str, str]:
    """For which days the papers are, and a warning where none of them is today: it may be yesterday's schedule."""
    words, today = current_words(), this_desk().day.today()
    days = sorted({day for row in rows if (day := day_of(row))}) or [today]
    first, last = words.date(days[0]), words.date(days[-1])
    heading = words("heading", date=first) if len(days) == 1 else words("heading_days", first=first, last=last)
    return {"heading": heading, "not_today": "" if today in days else words("not_today", date=words.date(today))}


def _day(*, selected: str | None = None, walk_in: bool = False, sought: str = "") -> str:
    desk = this_desk()
    rows, version = _newest()
    table = _table(rows, version, selected, sought)
    chosen, printer = next((visit for visit in table.visits if visit.key == selected), None), printer_of_session()
    return render_template(
        "day.html",
        table=table,
        **_heading(rows),
        clinic=desk.day.maker.clinic.name or "",
        formats=formats_to_choose(desk.day.maker.workspace),
        chosen=chosen,
        fields=fields_of(chosen) if chosen else None,
        walk_in=walk_in,
        services=service_choices(),
        clinician=likely_clinician(rows),
        to_print=[row.key for row in rows if row.state is VisitState.READY and not row.is_printing],
        printers=list(dict.fromkeys([*printers(), *filter(None, [printer])])),
        printer=printer,
        here=HERE,
        lost=[one for one in desk.printer.lost() if one.seq not in desk.together.intents()],
        files=desk.together.open_files(),
    )


def _table(rows: list[DeskRow], version: int, selected: str | None, sought: str) -> DayTable:
    return table_of(rows, version, selected, sought, _start(), this_desk().day.making())


def _start() -> int:
    """The place in the day at which the table begins, as the address has it."""
    return number_of(request.args.get("start", "")) or 0


def _what_changed(merged: MergedDay) -> tuple[str, dict[str, Any]]:
    """What a schedule that was loaded again has changed, in a sentence."""
    words = current_words()
    by_key = {row.key: row for row in merged.rows}
    parts = []
    for name in ("added", "moved", "changed", "gone", "back"):
        keys = getattr(merged, name)
        if keys:
            named = ", ".join(_called(by_key[key]) for key in keys)
            parts.append(words(f"said.merged_{name}", number=len(keys), names=named))
    if not parts:
        return "said.merged_same", {}
    tray = [_called(by_key[key]) for key in (*merged.gone, *merged.changed) if by_key[key].valid_set]
    text = words("said.merged", parts="; ".join(parts))
    if tray:
        text = f"{text} {words('said.merged_tray', names=', '.join(tray))}"
    return "said.text", {"text": text}


def _called(row: DeskRow) -> str:
    return row.number or "?"
