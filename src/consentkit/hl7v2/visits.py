"""The visits of messages of HL7 v2 about appointments: SIU S12 (new), S13 (moved), S14 (changed), S15 (cancelled) and
S26 (did not come).

Guarantees: of several messages about one appointment, the last one counts, and where their order is not certain, none
does; an appointment that was cancelled gets no papers; one that can't be read stops no other.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from consentkit.hl7v2.messages import Message, Repetition, Segment, read_messages
from consentkit.hl7v2.people import put_language, put_patient, written_clinician
from consentkit.model.visit import is_visit_number, mentions
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.other_systems import (
    Coded,
    SystemsReading,
    VisitsRead,
    counted,
    local_time,
    made_number,
    place_of,
    service_of,
    without_repeats,
)

CPT = "C4"
"""The name of the system of CPT codes (HL7 table 0396)."""
_BOOKED = ("S12", "S13", "S14")
_ENDED = {"S15": "cancelled", "S16": "cancelled", "S17": "deleted", "S26": "missed by the patient"}
_STATES = {
    **dict.fromkeys(("CANCELLED", "CANCELED", "DELETED", "DC", "DISCONTINUED"), "cancelled"),
    "NOSHOW": "missed by the patient",
    "WAITLIST": "on a waiting list",
    "BLOCKED": "a blocked time",
}
"""States of an appointment (HL7 table 0278) that gets no papers."""
_OVER = ("COMPLETE",)
_COMING = ("", "BOOKED", "OVERBOOK", "STARTED")
_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})(?:[0-9]{2}(?:\.[0-9]{1,4})?)?)?([+-][0-9]{4})?"
)


@dataclass
class _Appointment:
    """What messages say of one appointment."""

    names: _AppointmentNames
    messages: list[Message] = field(default_factory=list)


def read_hl7(data: bytes, name: str, reading: SystemsReading) -> VisitsRead:
    """Read the visits of a file of messages. Raises InvalidInput for what is wrong with the file as a whole."""
    file = read_messages(data, name, reading.hl7.encoding)
    left_out: Counter[str] = Counter()
    entries = []
    for visit in _visits(file.messages, name, reading, left_out):
        entry = visit.entry()
        if reading.day and entry.name.date and entry.name.date != reading.day:
            left_out["it is on another day"] += 1
        else:
            entries.append(entry)
    notes = (*file.notes, *counted(left_out, "message", "messages"))
    return VisitsRead(tuple(without_repeats(entries)), notes)


def _visits(
    messages: tuple[Message, ...], name: str, reading: SystemsReading, left_out: Counter[str]
) -> Iterator[IncomingVisit]:
    """The visits that are still to come, each with all that its last message says."""
    appointments = _Appointments()
    for message in messages:
        try:
            kind = message.header.text(9)
            names = _names(message) if kind == "SIU" else {}
        except Unreadable as unreadable:
            yield _refused(message, name, unreadable)
            continue
        if kind != "SIU":
            left_out["it is about something else than an appointment"] += 1
            continue
        try:
            appointments.of(_required(names)).messages.append(message)
        except Unreadable as unreadable:
            yield _refused(message, name, unreadable)
    for appointment in appointments.known:
        yield from _of_appointment(appointment, name, reading, left_out)


def _refused(message: Message, name: str, unreadable: Unreadable) -> IncomingVisit:
    visit = IncomingVisit(name, message.line, unreadable.place)
    visit.abandon(unreadable)
    return visit


_AppointmentNames = dict[int, tuple[str, str]]
"""By which numbers an appointment goes: that of the system that fills it (SCH-2), and that of the one that placed it
(SCH-1), each with who assigned it."""


def _names(message: Message) -> _AppointmentNames:
    segments = message.named("SCH")
    if len(segments) != 1:
        raise Unreadable("SCH", "is missing" if not segments else "appears more than once")
    names = {number: segments[0].first(number) for number in (2, 1)}
    return {number: (one.text(1), one.text(2)) for number, one in names.items() if one and one.text(1)}


def _required(names: _AppointmentNames) -> _AppointmentNames:
    if not names:
        raise Unreadable("SCH-2", "is empty, and so is SCH-1; which visit it is can't be known")
    return names


class _Appointments:
    """The appointments of a file."""

    def __init__(self) -> None:
        self.known: list[_Appointment] = []
        self._by_number: dict[tuple[int, str], list[_Appointment]] = defaultdict(list)

    def of(self, names: _AppointmentNames) -> _Appointment:
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
        fresh = _Appointment({})
        self.known.append(fresh)
        return self._noted(fresh, names)

    def _noted(self, appointment: _Appointment, names: _AppointmentNames) -> _Appointment:
        for number, name in names.items():
            if number not in appointment.names:
                appointment.names[number] = name
                self._by_number[number, name[0]].append(appointment)
        return appointment


def _of_appointment(
    appointment: _Appointment, name: str, reading: SystemsReading, left_out: Counter[str]
) -> Iterator[IncomingVisit]:
    last = appointment.messages[-1]
    if earlier := len(appointment.messages) - 1:
        left_out["a later one replaces it"] += earlier
    try:
        _require_order(appointment.messages)
        event = last.header.text(9, 2) or last.header.text(9, 3).rpartition("_")[2]
        state = _state(last)
        if reason := _ENDED.get(event) or _STATES.get(state):
            left_out[f"the appointment is {reason}"] += 1
            return
        if state in _OVER and reading.day is None:
            left_out["the appointment is over"] += 1
            return
        if event not in _BOOKED:
            raise Unreadable("MSH-9", "is a change of a kind that is not read, so the visit is not certain")
        patients = _patients(appointment.messages)
    except Unreadable as unreadable:
        yield _refused(last, name, unreadable)
        return
    for pid in patients:
        yield _MessageMapper(last, pid, name, reading, is_group=len(patients) > 1).visit()


def _state(message: Message) -> str:
    """The state of an appointment, in capitals and without spaces."""
    return re.sub(r"[\s_-]", "", message.named("SCH")[0].text(25)).upper()


def _require_order(messages: list[Message]) -> None:
    """Raise Unreadable where messages about one appointment are not in the order in which they were written."""
    times = [time for message in messages if (time := message.header.text(7)[:12])]
    if any(later[: len(earlier)] < earlier[: len(later)] for earlier, later in pairwise(times)):
        raise Unreadable(
            "MSH-7", "is earlier than that of the message before about this visit; which is the last is not certain"
        )


def _patients(messages: list[Message]) -> list[Segment]:
    """The patients of the last message. Raises Unreadable where an earlier one is about somebody else."""
    patients = messages[-1].named("PID")
    if not patients:
        raise Unreadable("PID", "is missing; there are no papers without a patient")
    known = _numbers(patients)
    for message in messages[:-1]:
        earlier = _numbers(message.named("PID"))
        if known and earlier and not known & earlier:
            raise Unreadable("PID-3", "is of another patient than in an earlier message about this visit")
    return patients


def _numbers(patients: list[Segment]) -> set[str]:
    return {one.text(1) for pid in patients for one in pid.repetitions(3)}


@dataclass
class _MessageMapper:
    """Makes a visit of a message."""

    message: Message
    pid: Segment
    file: str
    reading: SystemsReading
    is_group: bool

    def visit(self) -> IncomingVisit:
        """The visit."""
        visit = IncomingVisit(self.file, self.message.line, "SCH")
        try:
            self._put_state(visit)
            self._put_time(visit)
            put_patient(visit, self.pid, self.reading.hl7.record_authority)
            put_language(visit, self.pid, self.reading.languages)
            self._put_number(visit)
            self._put_procedures(visit)
            self._put_clinician(visit)
            self._put_place(visit)
        except Unreadable as unreadable:
            visit.abandon(unreadable)
        return visit

    @property
    def _sch(self) -> Segment:
        return self.message.named("SCH")[0]

    def _put_state(self, visit: IncomingVisit) -> None:
        state = _state(self.message)
        if state == "PENDING":
            visit.warn("SCH-25", "is pending: the appointment is not confirmed")
        elif state not in (*_COMING, *_OVER):
            visit.warn("SCH-25", "is a state that HL7 does not know; see whether the visit takes place")

    def _put_time(self, visit: IncomingVisit) -> None:
        """The beginning: of the appointment, or, where that is not stated, of what is done in it."""
        own = [("SCH-11.4", one.text(4)) for one in self._sch.repetitions(11)]
        own += [("TQ1-7", segment.text(7)) for segment in self.message.named("TQ1")]
        resources = [
            (f"{name}-{number}", segment.text(number)) for name, number in _STARTS for segment in self._used(name)
        ]
        times = [(place, text) for place, text in own if text] or [(place, text) for place, text in resources if text]
        if not times:
            visit.ask("date", "SCH-11", "is empty, and so is TQ1-7; the day of the visit is not known")
            return
        place, text = times[0]
        if len({one[:12] for _, one in times}) > 1:
            if own_times := {one[:12] for place, one in own if one}:
                message = "has another time than the message has elsewhere" if len(own_times) > 1 else ""
            else:
                message = "has several times"
            if message:
                visit.ask("date", place, f"{message}; which is that of the visit is not certain", "conflict")
                return
        self._put_moment(visit, place, text)

    def _put_moment(self, visit: IncomingVisit, place: str, text: str) -> None:
        parts = _TIME.fullmatch(text)
        try:
            moment = _moment(parts) if parts else None
        except ValueError:
            moment = None
        if parts is None or moment is None:
            visit.ask("date", place, "is not a whole date of HL7, such as 202611230900", "unclear", text)
            return
        if parts.group(4) is None:
            visit.put("date", moment.date().isoformat(), place)
            return
        local = local_time(moment, self.reading.hl7.timezone)
        if local is None:
            message = (
                "is in UTC, so the day at the clinic is not known; name the time zone as `hl7.timezone` in clinic.yaml"
            )
            visit.ask("date", place, message, "unclear", text)
            return
        visit.put("date", local.date().isoformat(), place)
        visit.put("time", f"{local:%H:%M}", place)

    def _put_number(self, visit: IncomingVisit) -> None:
        number = 2 if self._sch.text(2) else 1
        name, space, place = self._sch.text(number), self._sch.text(number, 2), f"SCH-{number}"
        particulars = visit.data.get("patient", {}).values()
        if not self.is_group and is_visit_number(name) and not any(mentions(str(one), name) for one in particulars):
            visit.put("visit", name, place)
            return
        records = [one.text(1) for one in self.pid.repetitions(3)] if self.is_group else []
        visit.shown = made_number(name, space, *records)
        visit.put("visit", visit.shown, place)

    def _put_procedures(self, visit: IncomingVisit) -> None:
        services = [one for segment in self._used("AIS") for one in segment.repetitions(3)]
        kinds = [one for number in (8, 7) for one in self._sch.repetitions(number)]
        meanings = [(one, self._service(one)) for one in services]
        if unknown := next((one for one, meant in meanings if meant is None), None):
            visit.ask("procedures", unknown.place, _UNKNOWN_SERVICE, "unknown", unknown.text(2) or unknown.text(1))
            return
        codes = [code for _, meant in meanings for code in meant or ()]
        if not codes:
            of_kind = [meant for one in kinds if (meant := self._service(one))]
            codes = list(of_kind[0]) if of_kind and all(each == of_kind[0] for each in of_kind) else []
        if codes:
            visit.put("procedures", list(dict.fromkeys(codes)), "AIS-3" if services else "SCH-8")
        else:
            message = (
                "is empty, and neither SCH-7 nor SCH-8 is in `hl7.services` of clinic.yaml; the papers are not known"
            )
            given = next((one.text(2) or one.text(1) for one in kinds), "")
            visit.ask("procedures", "AIS-3", message, "unknown" if kinds else "empty", given)

    def _service(self, one: Repetition) -> tuple[str, ...] | None:
        return service_of(list(_codes(one)), self.reading.hl7.services, CPT)

    def _put_clinician(self, visit: IncomingVisit) -> None:
        people = self._used("AIP")
        helping = [segment for segment in people if any(map(_interprets, segment.repetitions(4)))]
        if helping:
            message = "interprets, and whether as a professional, staff or a relative is not said"
            visit.ask("interpreter", "AIP-4", message, "unclear")
        names = [one for segment in people if segment not in helping for one in segment.repetitions(3)]
        written = {written_clinician(one) for one in names}
        if len(written) == 1 and written != {("", "")}:
            name, credentials = written.pop()
            visit.put("clinician", name, "AIP-3")
            if credentials:
                visit.put("clinician_credentials", credentials, "AIP-3")
            return
        if not names:
            visit.ask("clinician", "AIP-3", "names nobody who treats")
        elif len(written) == 1:
            visit.ask("clinician", "AIP-3", "is not a whole name", "unclear")
        else:
            visit.ask("clinician", "AIP-3", "names several who may treat", "unclear")

    def _put_place(self, visit: IncomingVisit) -> None:
        coded = [*self._sch.repetitions(8), *(one for part in self._used("AIL") for one in part.repetitions(4))]
        rooms = [one for part in self._used("AIL") for one in part.repetitions(3)]
        codes = [code for one in coded for code in _codes(one)]
        displays = [*(one.text(2) for one in coded), *(one.text(number) for one in rooms for number in (1, 9))]
        meant = place_of(codes, filter(None, displays), self.reading.hl7.places)
        if len(meant) > 1:
            visit.ask("place", "AIL-4", "says that the patient comes, and that it is telehealth", "conflict")
        elif meant:
            visit.put("place", meant.pop(), "AIL-4" if rooms else "SCH-8")

    def _used(self, name: str) -> list[Segment]:
        """The segments of a name that are not deleted by the message."""
        return [segment for segment in self.message.named(name) if segment.text(2).upper() != "D"]


_STARTS = (("AIS", 4), ("AIP", 6), ("AIL", 6))
"""The fields with the beginning of what is used in an appointment."""
_UNKNOWN_SERVICE = (
    "has no CPT code (of the system C4), and no code that `hl7.services` of clinic.yaml names with its system (or "
    "without one, where it has none), so the papers are not known"
)


def _moment(parts: re.Match[str]) -> datetime.datetime:
    year, month, day, hour, minute, offset = parts.groups()
    text = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}"
    return datetime.datetime.fromisoformat(f"{text}{offset[:3]}:{offset[3:]}" if offset else text)


def _interprets(role: Repetition) -> bool:
    """Whether the type of a resource is that of an interpreter."""
    words = [role.text(number).casefold() for number in (1, 2)]
    return words[0] in ("int", "interp") or any(
        word in text for text in words for word in ("interpreter", "translator")
    )


def _codes(one: Repetition) -> Iterator[Coded]:
    """The code of a value of the type CE, and its alternate."""
    for first in (1, 4):
        if code := one.text(first):
            yield Coded(one.text(first + 2), code, one.place)
