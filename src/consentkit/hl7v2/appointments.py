"""Which messages of HL7 v2 are about one appointment, in which order, and how they leave it.

Guarantees: an appointment is known by the numbers of both systems, each with who assigned it, and by its place in a
series; what may be one of several, or out of order, is refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from consentkit.hl7v2.messages import Message
from consentkit.packets.incoming import Unreadable

_ENDED = {"S15": "cancelled", "S16": "cancelled", "S17": "deleted", "S26": "missed by the patient"}
_STATES = {
    **dict.fromkeys(("DELETED", "DC", "DISCONTINUED"), "cancelled"),
    "WAITLIST": "on a waiting list",
    "BLOCKED": "a blocked time",
}
"""States of an appointment (HL7 table 0278) that gets no papers."""
_BEGINNINGS = {"CANC": "cancelled", "NOSHOW": "missed by the patient"}
"""How states begin that systems write with a reason behind them."""


AppointmentNames = dict[int, tuple[str, str]]
"""By which numbers an appointment goes: that of the system that fills it (SCH-2), and that of the one that placed it
(SCH-1), each with who assigned it."""


@dataclass
class Appointment:
    """What messages say of one appointment."""

    names: AppointmentNames
    messages: list[Message] = field(default_factory=list)
    is_certain: bool = True
    """Whether all messages with its number say which one of a series it is, or none does."""


def names_of(message: Message) -> AppointmentNames:
    """By which numbers the appointment of a message goes. Raises Unreadable where that can't be known."""
    segments = message.named("SCH")
    if len(segments) != 1:
        raise Unreadable("SCH", "is missing" if not segments else "appears more than once")
    names = {number: segments[0].first(number) for number in (2, 1)}
    known = {number: (one.text(1), one.text(2)) for number, one in names.items() if one and one.text(1)}
    if not known:
        raise Unreadable("SCH-2", "is empty, and so is SCH-1; which visit it is can't be known")
    return known


class Appointments:
    """The appointments of a file."""

    def __init__(self) -> None:
        self.known: list[Appointment] = []
        self._by_number: dict[tuple[int, str], list[Appointment]] = defaultdict(list)

    def of(self, names: AppointmentNames) -> Appointment:
        """The appointment that goes by one of these numbers. That of the filler decides where both have one.

        Raises Unreadable where it may be one of several, since their numbers are from different systems.
        """
        for number, (value, authority) in names.items():
            same = [
                one
                for one in self._by_number[number, value]
                if authority in ("", one.names[number][1]) or not one.names[number][1]
                if number == 2 or not (2 in names and 2 in one.names)
            ]
            if len(same) > 1:
                raise Unreadable(f"SCH-{number}", "may be the number of several appointments; state who assigns it")
            if same:
                return self._noted(same[0], names)
        fresh = Appointment({})
        self.known.append(fresh)
        return self._noted(fresh, names)

    def _noted(self, appointment: Appointment, names: AppointmentNames) -> Appointment:
        for number, name in names.items():
            if number not in appointment.names:
                appointment.names[number] = name
                self._by_number[number, name[0]].append(appointment)
        return appointment


def occurrence_of(message: Message) -> str:
    """Which one of a series of appointments with one number it is (SCH-3); empty where it is none of a series."""
    return message.named("SCH")[0].text(3)


def occurrences_of(appointment: Appointment) -> Iterator[Appointment]:
    """The appointments of a series; they have one number."""
    by_occurrence: dict[str, list[Message]] = defaultdict(list)
    for message in appointment.messages:
        by_occurrence[occurrence_of(message)].append(message)
    for messages in by_occurrence.values():
        yield Appointment(appointment.names, messages, is_certain="" not in by_occurrence or len(by_occurrence) == 1)


def state_of(message: Message) -> str:
    """The state of an appointment, in capitals and without spaces."""
    segment = message.named("SCH")[0]
    return re.sub(r"[\s_-]", "", segment.text(25) or segment.text(25, 2)).upper()


def event_of(message: Message) -> str:
    """What has happened (HL7 table 0003), such as `S12`."""
    return message.header.text(9, 2) or message.header.text(9, 3).rpartition("_")[2]


def end_of(message: Message) -> str:
    """Why the appointment does not take place after this message; empty where it does."""
    state = state_of(message)
    by_beginning = (why for begin, why in _BEGINNINGS.items() if state.startswith(begin))
    return _ENDED.get(event_of(message)) or _STATES.get(state) or next(by_beginning, "")


def require_order(messages: list[Message]) -> None:
    """Raise Unreadable where messages about one appointment are not in the order in which they were written."""
    times = [(time[0], bool(end_of(one))) for one in messages if (time := re.match("[0-9]{1,14}", one.header.text(7)))]
    for (earlier, ended), (later, ends) in pairwise(times):
        begin, end = earlier[: len(later)], later[: len(earlier)]  # one may have no seconds
        if end < begin:
            raise Unreadable(
                "MSH-7", "is earlier than that of the message before about this visit; which is the last is not certain"
            )
        if end == begin and ended != ends:
            raise Unreadable(
                "MSH-7",
                "is that of another message about this visit, of which one ends it; which is the last is not certain",
            )
