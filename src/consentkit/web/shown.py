"""What the templates get: rows as the pages show them, and what all pages need.

Guarantees: a template decides nothing about a visit; each value here is ready to be shown.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flask import g, redirect, request, url_for

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.fields import FIELDS, value_of
from consentkit.operations.desk.rows import DeskRow, PrintedSet, VisitState
from consentkit.web.guards import this_desk, this_session
from consentkit.web.needs import ShownNeed, shown_needs
from consentkit.web.scan_words import scan_remarks
from consentkit.web.sentences import Known, Sentence, label_of, sentences, warnings
from consentkit.web.sessions import DeskRole, Offer
from consentkit.web.words import DEFAULT, Words, words_of

if TYPE_CHECKING:
    from werkzeug import Response

    from consentkit.operations.desk.rows import Remedy
    from consentkit.web.desk import Desk
    from consentkit.web.sessions import Session


@dataclass(frozen=True)
class ShownRow:
    """A visit as the table shows it."""

    row: DeskRow = field(repr=False)
    name: str = field(repr=False)
    time: str
    papers: tuple[tuple[str, str], ...]
    """The services, by code and title."""
    language: str
    """The language of the papers, where it is not the clinic's."""
    sentences: tuple[Sentence, ...] = field(repr=False)
    warnings: tuple[str, ...] = field(repr=False)
    needs: tuple[ShownNeed, ...] = field(repr=False)
    """What somebody can complete in its row."""
    remedies: tuple[tuple[Remedy, str], ...]
    last: PrintedSet | None
    printed: str
    """When and as which set it was printed last."""
    old_set: str
    """What to do about papers that are about and should not be."""
    scan: tuple[str, ...] = ()
    """What is said of its scans, once there are some."""

    @property
    def key(self) -> str:
        """How addresses name it."""
        return self.row.key

    @property
    def first_field(self) -> str:
        """The place in the form where the first problem is."""
        fields = [*(sentence.field for sentence in self.sentences), *(need.name for need in self.needs)]
        field = next((one for one in fields if one in FIELDS), "")
        return f"f-{field or 'patient_name'}"

    @property
    def needs_others(self) -> bool:
        """Whether somebody elsewhere has to do something, after which it is to be looked at again."""
        return any(sentence.is_elsewhere for sentence in self.sentences)

    @property
    def state(self) -> VisitState:
        """Its state."""
        return self.row.state


def here() -> dict[str, Any]:
    """What every template gets."""
    session: Session | None = g.get("session")
    words = current_words()
    said, offer, seconds = None, None, 0.0
    if session and request.method == "GET" and request.endpoint != "day.rows":
        offer, seconds = _offer(session)
        message, session.message = session.message or (offer.said if offer else None), None
        said = words(message[0], **message[1]) if message else None
    return {
        "words": words,
        "session": session,
        "said": said,
        "offer": offer,
        "has_users": this_desk().has_users,
        "offer_seconds": round(seconds),
        "csrf": session.csrf if session else "",
    }


def _offer(session: Session) -> tuple[Offer | None, float]:
    """How what was done last is taken back, and for how many seconds more that is offered."""
    left = session.offer.seconds_left(this_desk().day.clock()) if session.offer else 0.0
    if left <= 0:
        session.offer = None
    return session.offer, left


def current_words() -> Words:
    """The words in which the pages of this session are shown."""
    session: Session | None = g.get("session")
    return words_of(session.language if session and session.language else language_of_clinic(this_desk()))


def language_of_clinic(desk: Desk) -> str:
    """The language in which the clinic works, as far as that can be read."""
    try:
        return desk.day.maker.clinic.language
    except ConsentkitError:  # the page says what is wrong
        return DEFAULT


def say_and_go(key: str, to: str = "", **values: Any) -> Response:
    """Go to a page, which then says something; to where somebody begins, unless another one is named."""
    if not to:
        to = "day.show" if DeskRole.DESK in this_session().roles else "sign_in.home"
    say(key, **values)
    named: dict[str, Any] = {"visit": visit, "_anchor": f"who-{visit}"} if (visit := values.get("visit")) else {}
    if to == "texts.read":
        named = values
    return redirect(url_for(to, **named), 303)


def say(key: str, **values: Any) -> None:
    """Let the next page say something."""
    session = this_session()
    session.message, session.offer = (key, values), None


def offer_undo(step: str, key: str, **values: Any) -> None:
    """Let the next page say what was done, and offer to take it back."""
    say(key, **values)
    if step:
        _offer_to("day.undo", {"step": step}, "actions.undo")


def offer_cancel(row: DeskRow, done: PrintedSet, key: str, **values: Any) -> None:
    """Let the next page say what was sent to the printer, and offer to take it back from there."""
    say(key, **values)
    if done.jobs:
        _offer_to("print.cancel", {"key": row.key, "serial": done.serial}, "actions.cancel_job")


def _offer_to(endpoint: str, values: dict[str, object], label: str) -> None:
    session = this_session()
    assert session.message is not None
    address = url_for(endpoint, **values)  # type: ignore[arg-type]
    session.offer = Offer(address, values, label, session.message, this_desk().day.clock())


def known() -> Known:
    """What is there to compare visits with, in the words of this session."""
    maker = this_desk().day.maker
    return Known(maker.titles_in(current_words().language), tuple(maker.workspace.languages()))


def shown_rows(rows: list[DeskRow]) -> list[ShownRow]:
    """Visits as the table shows them."""
    words, what_is_known, language = current_words(), known(), language_of_clinic(this_desk())
    scans = {packet.packet: scan_remarks(packet, words) for packet in this_desk().scans.packets()}
    return [
        replace(
            shown_row(row, words, what_is_known, language), scan=scans.get(row.check.packet, ()) if row.check else ()
        )
        for row in rows
    ]


def shown_row(row: DeskRow, words: Words, what_is_known: Known, language: str) -> ShownRow:
    """A visit as the table shows it."""
    own = value_of(row.data, "language")
    last = row.valid_set
    at = words.time(last.at.time()) if last else ""
    return ShownRow(
        row=row,
        name=name_of(row, words),
        time=time_of(row, words),
        papers=papers_of(row, what_is_known),
        language=words.at("languages").get(own, own) if own and own != language else "",
        sentences=tuple(sentences(row, words, what_is_known)),
        warnings=tuple(warnings(row, words)),
        needs=shown_needs(row, words, what_is_known) if row.check else (),
        remedies=tuple((remedy, label_of(remedy, words)) for remedy in (row.check.remedies if row.check else ())),
        last=last,
        printed=words("printed_at", serial=last.serial, time=at) if last else "",
        old_set=words("old_set", serial=last.serial, time=at) if last and row.has_old_set else "",
    )


def name_of(row: DeskRow, words: Words) -> str:
    """The patient of a visit, as the table has it."""
    return value_of(row.data, "patient_name") or words("unnamed")


def papers_of(row: DeskRow, what_is_known: Known) -> tuple[tuple[str, str], ...]:
    """The services of a visit, by code and title."""
    codes = row.data.get("procedures", [])
    listed = codes if isinstance(codes, list) else []
    return tuple((str(code), what_is_known.titles.get(code, "")) for code in listed)


def day_of(row: DeskRow) -> datetime.date | None:
    """The day of a visit; None where that can't be read."""
    try:
        return datetime.date.fromisoformat(value_of(row.data, "date"))
    except ValueError:
        return None


def time_of(row: DeskRow, words: Words) -> str:
    """The time of a visit as people say it, or as it was typed where that can't be read."""
    text = value_of(row.data, "time")
    try:
        return words.time(datetime.time.fromisoformat(text))
    except ValueError:
        return text
