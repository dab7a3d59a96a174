"""Scans of signed papers: what came back, and the places at which a person must look.

Guarantees: no address and no title holds anything of a patient; pictures of places are shown to whoever may see the
visits, and kept by no browser; what somebody decides is about the place that was shown, or about none. That papers were
signed, or care was refused, is what somebody states with a button of its own.
"""

from __future__ import annotations

from typing import Any, get_args

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.signed_papers import (
    Decision,
    DeskStatement,
    Signer,
    scan_as_resource,
    stated_consents,
    statement_of,
)
from consentkit.operations.filing.packets import PlaceOfPage, ReturnedPacket
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.progress import at_work
from consentkit.web.scan_words import place_in_words, scan_remarks
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import current_words, say, say_and_go

pages = Blueprint("scans", __name__, url_prefix="/scans")
_SEEN = {"ink": True, "no-ink": False}
_STATEMENTS = {
    (decision, signer): DeskStatement(decision, signer)
    for decision in get_args(Decision)
    for signer in get_args(Signer)
}
"""What a form may state."""


@pages.get("/")
@access(DeskRole.DESK)
def show() -> str:
    """What came back of each packet, and the first place at which somebody must look."""
    packets, words = this_desk().scans.packets(), current_words()
    place, left = _first(packets), sum(len(packet.unsure) for packet in packets)
    what = place_in_words(place[1], words) if place else ""
    rows = this_desk().day.rows()
    scans = this_desk().scans
    shown = [
        (packet, scan_remarks(packet, words), statement_of(packet, rows), scans.stated_of(packet)) for packet in packets
    ]
    return render_template("scans.html", packets=shown, place=place, what=what, left=left)


@pages.post("/")
@access(DeskRole.DESK)
def take() -> Any:
    """Read scans that somebody hands in."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        return say_and_go("said.no-file", to="scans.show")
    filed = blank = unfiled = 0
    unread: list[str] = []
    scans, contents = this_desk().scans, [file.read() for file in files]
    try:
        with at_work("scans") as steps:
            steps.expect(sum(map(scans.pages_of, contents)))
            for content in contents:
                read = scans.take(content, steps)
                filed, blank, unfiled = filed + read.filed, blank + read.blank, unfiled + read.unfiled
                unread += read.unread
    except ConsentkitError as error:
        return say_and_go("said.file", to="scans.show", message=str(error))
    words = current_words()
    text = [words("said.scans", number=filed, unfiled=unfiled, blank=blank)]
    text += [words("said.scan_unread", message=message) for message in dict.fromkeys(unread)]
    say("said.text", text=" ".join(text))
    return redirect(url_for("scans.show"), 303)


@pages.post("/<packet>/<int:page>/<name>")
@access(DeskRole.DESK)
def decide(packet: str, page: int, name: str) -> Any:
    """Note whether somebody sees ink in a place."""
    seen = request.form.get("seen", "")
    if seen not in _SEEN:
        abort(400)
    desk = this_desk()
    scan, who = request.form.get("scan", ""), desk.who(this_session())
    desk.scans.decide(packet, page, name, who, scan=scan, has_ink=_SEEN[seen])
    return redirect(url_for("scans.show", _anchor="look"), 303)


@pages.get("/<packet>/<int:page>/<name>.png")
@access(DeskRole.DESK)
def picture(packet: str, page: int, name: str) -> Response:
    """The picture of a place."""
    place = this_desk().scans.place(packet, page, name)
    return Response(place.cut_out or abort(404), mimetype="image/png")


@pages.get("/<packet>.pdf")
@access(DeskRole.DESK)
def file(packet: str) -> Response:
    """The scanned pages of a packet as one file, under a name that says nothing of a patient."""
    scans = this_desk().scans
    returned = scans.packet(packet)
    headers = {"Content-Disposition": f'attachment; filename="{returned.name}.pdf"'}
    return Response(scans.file(returned), mimetype="application/pdf", headers=headers)


@pages.get("/<packet>.json")
@access(DeskRole.DESK)
def resource(packet: str) -> Response:
    """The same as a DocumentReference of FHIR, for the system that files it."""
    desk = this_desk()
    returned = desk.scans.packet(packet)
    return _saved(returned, scan_as_resource(desk.day.maker.workspace, desk.scans, returned))


@pages.post("/<packet>/signed")
@access(DeskRole.DESK)
def signed(packet: str) -> Response:
    """The same with the consents to its texts, as somebody states that they were signed, or that care was refused."""
    desk, stated = this_desk(), (request.form.get("decision", ""), request.form.get("by", ""))
    if stated not in _STATEMENTS:
        abort(400)
    returned, at = desk.scans.packet(packet), desk.day.clock().astimezone()
    who, statement = desk.who(this_session()), _STATEMENTS[stated]
    return _saved(returned, stated_consents(desk.printer, desk.scans, returned, statement, who, at))


def _saved(packet: ReturnedPacket, data: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{packet.name}.json"'}
    return Response(data, mimetype="application/fhir+json", headers=headers)


def _first(packets: list[ReturnedPacket]) -> tuple[ReturnedPacket, PlaceOfPage] | None:
    return next(((packet, place) for packet in packets for place in packet.unsure), None)
