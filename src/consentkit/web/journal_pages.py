"""The page of whoever reads the journal.

Guarantees: nothing is changed here; the number of a visit that somebody looks for is in no address.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from consentkit.errors import WrongUse
from consentkit.operations.journal_reading import (
    entries_of_day,
    entries_of_packet,
    entries_of_visit,
    export_csv,
    verify_journal,
)
from consentkit.operations.targets import STDOUT
from consentkit.web.guards import access, this_desk
from consentkit.web.sessions import DeskRole

pages = Blueprint("journal", __name__, url_prefix="/journal")


@pages.get("/")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def show() -> str:
    """The entries of today."""
    return _page(entries_of_day(this_desk().day.maker.workspace), day=this_desk().day.today().isoformat())


@pages.post("/")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def find() -> Any:
    """The entries of another day, of a visit or of a packet."""
    workspace, form = this_desk().day.maker.workspace, request.form
    day, visit, packet = (form.get(name, "").strip() for name in ("day", "visit", "packet"))
    try:
        if visit:
            return _page(entries_of_visit(workspace, visit), visit=visit)
        if packet:
            return _page(entries_of_packet(workspace, packet), packet=packet)
        return _page(entries_of_day(workspace, day or None), day=day)
    except WrongUse as error:
        return _page([], problem=str(error)), 400


@pages.post("/verify")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def verify() -> Any:
    """Go through the whole chain."""
    workspace, head = this_desk().day.maker.workspace, request.form.get("head", "").strip()
    try:
        verdict = verify_journal(workspace, head or None)
    except WrongUse as error:
        return _page([], problem=str(error)), 400
    return _page([], verdict=verdict)


@pages.get("/journal.csv")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def export() -> Response:
    """All entries as a table."""
    desk, parts = this_desk(), list[bytes]()
    export_csv(desk.day.maker.workspace, STDOUT, parts.append)
    name = f"journal-{desk.day.today().isoformat()}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(b"".join(parts), mimetype="text/csv", headers=headers)


def _page(rows: list[Any], **shown: Any) -> str:
    values = {"day": "", "visit": "", "packet": "", "problem": "", "verdict": None, **shown}
    return render_template("journal.html", rows=rows, **values)
