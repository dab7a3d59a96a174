"""The page of whoever reads the journal.

Guarantees: nothing is changed here; the number of a visit that somebody looks for is in no address.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from consentkit.errors import WrongUse
from consentkit.operations.journal_reading import entries_of_day, entries_of_packet, entries_of_visit
from consentkit.web.guards import access, this_desk
from consentkit.web.sessions import DeskRole

pages = Blueprint("journal", __name__, url_prefix="/journal")


@pages.get("/")
@access(DeskRole.AUDITOR)
def show() -> str:
    """The entries of today."""
    return _page(entries_of_day(this_desk().day.maker.workspace), day=this_desk().day.today().isoformat())


@pages.post("/")
@access(DeskRole.AUDITOR)
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


def _page(rows: list[Any], day: str = "", visit: str = "", packet: str = "", problem: str = "") -> str:
    return render_template("journal.html", rows=rows, day=day, visit=visit, packet=packet, problem=problem)
