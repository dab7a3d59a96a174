"""Times of HL7 v2: 202611230900-0600, with or without its last parts.

Guarantees: a time is read whole or not at all; its offset from UTC, or that of its message, counts, and where they
leave several readings none is taken.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from itertools import pairwise

from consentkit.hl7v2.messages import Message
from consentkit.packets.clinic_time import has_offset_of, shown_at_clinic
from consentkit.packets.incoming import IncomingVisit, Unreadable

_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:\.[0-9]{1,4})?)?)?([+-][0-9]{4})?"
)
_SENT = re.compile(r"([0-9]{1,14})(?:\.[0-9]{1,4})?([+-][0-9]{4})?")
_HEADER = re.compile(r"([0-9]{4})([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?(?:[0-9]{2}(?:\.[0-9]*)?)?([+-][0-9]{4})")
"""A time of a message with an offset, to any precision."""
_NO_OFFSET = re.compile(r"[0-9]*(?:\.[0-9]*)?")
_NOT_WHOLE = "is not a whole date of HL7, such as 202611230900"
_ANOTHER_ZONE = (
    "has no offset from UTC, and that of the message (MSH-7) is not the clinic's, so the time at the clinic is not "
    "certain; let the system write times with their offset, or as they are at the clinic"
)
_NO_ZONE = (
    "has no offset from UTC, and the message has one (MSH-7), so whether it is a time at the clinic is not certain; "
    "name the clinic's time zone as `hl7.timezone` in clinic.yaml"
)
_UNREADABLE = (
    "has no offset from UTC, and the time of the message (MSH-7) is not one of HL7, so whether it is a time at the "
    "clinic is not certain; let the system write both as in 202611230900-0600"
)


def put_moment(visit: IncomingVisit, message: Message, place: str, text: str, zone: str | None) -> None:
    """Fill in day and time, as clocks at the clinic show them, or say why they can't be known."""
    moment = moment_of(text)
    if moment is None:
        visit.ask("date", place, _NOT_WHOLE, "unclear", text)
    elif is_day(text):
        visit.put("date", moment.date().isoformat(), place)
    elif moment.tzinfo is None and (reason := _why_uncertain(moment, message.header.text(7), zone)):
        visit.ask("date", place, reason, "unclear", text)
    else:
        visit.put_moment(moment, zone, place, text, "hl7.timezone")


def _why_uncertain(moment: datetime.datetime, sent: str, zone: str | None) -> str:
    """Why a time without an offset may be no time at the clinic; empty where it is one.

    The offset of MSH-7 is that of all times of a message which have none of their own (HL7 v2, definition of MSH-7).
    That of UTC is one of a system that writes in UTC, or of a clinic that has it now; so it must be the clinic's then,
    too.
    """
    if _NO_OFFSET.fullmatch(sent):
        return ""
    header = _moment_of_header(sent)
    if header is None:
        return _UNREADABLE
    if zone is None:
        return _NO_ZONE
    moments = [header] if header.utcoffset() else [header, moment.replace(tzinfo=datetime.UTC)]
    return "" if all(has_offset_of(one, zone) for one in moments) else _ANOTHER_ZONE


def _moment_of_header(sent: str) -> datetime.datetime | None:
    """When a message was written, or when the year, month, day or hour began of which it states no more."""
    parts = _HEADER.fullmatch(sent)
    if parts is None:
        return None
    year, month, day, hour, minute, offset = parts.groups()
    return moment_of(f"{year}{month or '01'}{day or '01'}{hour or '00'}{minute or '00'}{offset}")


def may_be_of_utc(sent: str) -> bool:
    """Whether times of a message that have no offset may be in UTC, by the time of the message (MSH-7)."""
    if _NO_OFFSET.fullmatch(sent):
        return False
    header = _moment_of_header(sent)
    return header is None or not header.utcoffset()


def moment_of(text: str) -> datetime.datetime | None:
    """The moment that a text states; midnight where it states a day only, and None where it states none."""
    parts = _TIME.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second, offset = parts.groups()
    written = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    if hour and int(hour) > 23:
        return None  # later versions of Python read 24:00 as the day after
    try:
        return datetime.datetime.fromisoformat(f"{written}{offset[:3]}:{offset[3:]}" if offset else written)
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Whether a text states a day without a time."""
    parts = _TIME.fullmatch(text)
    return parts is not None and parts.group(4) is None


def at_clinic(text: str, zone: str | None) -> str:
    """What is the same for texts that state the same moment, as far as the clinic's time zone shows that."""
    moment = moment_of(text)
    if moment is None or is_day(text):
        return text[:12]
    shown = shown_at_clinic(moment, zone)
    return f"{shown:%Y%m%d%H%M}" if shown else f"{moment:%Y%m%d%H%M%z}"


def require_order(messages: list[Message], ends: list[bool]) -> None:
    """Raise Unreadable where messages about one appointment are not in the order in which they were written.

    `ends` says of each message whether it ends the appointment.
    """
    sent = [_SENT.match(message.header.text(7)) for message in messages]
    times = [(_Sent(one[1], one[2]), is_end) for one, is_end in zip(sent, ends, strict=True) if one]
    for (earlier, ended), (later, is_end) in pairwise(times):
        begin, end = _comparable(earlier, later)
        if end < begin:
            raise Unreadable(
                "MSH-7", "is earlier than that of the message before about this visit; which is the last is not certain"
            )
        if end == begin and ended != is_end:
            raise Unreadable(
                "MSH-7",
                "is that of another message about this visit, of which one ends it; which is the last is not certain",
            )


@dataclass(frozen=True)
class _Sent:
    """When a message was written."""

    digits: str
    offset: str | None


def _comparable(earlier: _Sent, later: _Sent) -> tuple[str, str]:
    """The digits of two times, as far as both have them: in UTC where their offsets differ."""
    length = min(len(earlier.digits), len(later.digits))  # one may have no seconds
    if earlier.offset == later.offset:
        return earlier.digits[:length], later.digits[:length]
    moments = [moment_of(f"{one.digits}{one.offset}") for one in (earlier, later) if one.offset and length >= 12]
    known = [one.astimezone(datetime.UTC) for one in moments if one is not None]
    if len(known) < 2:
        message = "has an offset from UTC that another message about this visit lacks; which is the last is not certain"
        raise Unreadable("MSH-7", message)
    first, second = (f"{one:%Y%m%d%H%M%S}"[:length] for one in known)
    return first, second
