"""The page of whoever reads the journal.

Guarantees: nothing is changed here; the number of a visit that somebody looks for is in no address and no file's name;
what is saved as a table is what the page shows, or, by a button of its own, all of it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request

from consentkit.errors import WrongUse
from consentkit.operations.journal_reading import (
    csv_of,
    entries_of_day,
    entries_of_packet,
    entries_of_visit,
    export_csv,
    verify_journal,
)
from consentkit.operations.targets import STDOUT
from consentkit.web.guards import access, this_desk
from consentkit.web.sessions import DeskRole

if TYPE_CHECKING:
    from consentkit.operations.journal import JournalRow

pages = Blueprint("journal", __name__, url_prefix="/journal")


@dataclass(frozen=True)
class _Selection:
    """Which entries somebody looks for: those of a visit, else those of a packet, else those of a day."""

    day: str
    visit: str = ""
    packet: str = ""

    @staticmethod
    def of_form() -> _Selection:
        """What the form of the request says; today where it says nothing."""
        day, visit, packet = (request.form.get(name, "").strip() for name in ("day", "visit", "packet"))
        if visit or packet:
            return _Selection("", visit, "" if visit else packet)
        return _Selection(day or _today())

    def entries(self) -> list[JournalRow]:
        """The entries. Raises WrongUse for what can't be a day, or the number of a visit or packet."""
        workspace = this_desk().day.maker.workspace
        if self.visit:
            return entries_of_visit(workspace, self.visit)
        if self.packet:
            return entries_of_packet(workspace, self.packet)
        return entries_of_day(workspace, self.day)


@pages.before_request
def require_journal() -> Any:
    """Say so where the clinic keeps no journal, once the guards have let somebody in."""
    return None if this_desk().day.maker.workspace.keeps_journal else (render_template("no_journal.html"), 404)


@pages.get("/")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def show() -> str:
    """The entries of today."""
    selection = _Selection(_today())
    return _page(selection.entries(), selection)


@pages.post("/")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def find() -> Any:
    """The entries of another day, of a visit or of a packet."""
    selection = _Selection.of_form()
    try:
        return _page(selection.entries(), selection)
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


@pages.post("/shown.csv")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def export_shown() -> Any:
    """The entries that the page shows, as a table. It is posted, so that no address holds what they are about."""
    selection = _Selection.of_form()
    try:
        return _table(csv_of(selection.entries()), selection.day or "part")
    except WrongUse as error:
        return _page([], problem=str(error)), 400


@pages.get("/journal.csv")
@access(DeskRole.ADMIN, DeskRole.AUDITOR)
def export() -> Response:
    """All entries as a table."""
    parts = list[bytes]()
    export_csv(this_desk().day.maker.workspace, STDOUT, parts.append)
    return _table(b"".join(parts), f"to-{_today()}")


def _today() -> str:
    """The day by the clock of the journal, which is that of the machine."""
    return datetime.date.today().isoformat()


def _table(content: bytes, which: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename=journal-{which}.csv"}
    return Response(content, mimetype="text/csv", headers=headers)


def _page(rows: list[JournalRow], selection: _Selection | None = None, **shown: Any) -> str:
    values = {"problem": "", "verdict": None, **shown}
    return render_template("journal.html", rows=rows, selection=selection or _Selection(""), **values)
