"""The visits of messages of HL7 v2 about appointments: SIU S12 (new), S13 (moved), S14 (changed), S15 (cancelled) and
S26 (did not come).

Guarantees: of several messages about one appointment, the last one counts, and where their order is not certain, none
does; an appointment that was cancelled gets no papers; one that can't be read stops no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from consentkit.hl7v2.appointments import (
    Appointment,
    Appointments,
    end_of,
    event_of,
    names_of,
    occurrence_of,
    occurrences_of,
    state_of,
)
from consentkit.hl7v2.messages import Message, Repetition, Segment, read_messages
from consentkit.hl7v2.people import put_language, put_patient, written_clinician
from consentkit.hl7v2.times import at_clinic, put_moment, require_order
from consentkit.model.visit import is_visit_number, mentions
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.made_numbers import made_number
from consentkit.packets.other_systems import (
    Coded,
    SystemsReading,
    VisitsRead,
    counted,
    place_of,
    service_of,
    without_repeats,
)

CPT = "C4"
"""The name of the system of CPT codes (HL7 table 0396)."""
_BOOKED = ("S12", "S13", "S14")
_OVER = ("COMPLETE",)
_COMING = ("", "BOOKED", "OVERBOOK", "STARTED", "ARRIVED", "CONFIRMED", "SCHEDULED")


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
    appointments = Appointments()
    for message in messages:
        try:
            if message.header.text(9) == "SIU":
                appointments.of(names_of(message)).messages.append(message)
            else:
                left_out["it is about something else than an appointment"] += 1
        except Unreadable as unreadable:
            yield _refused(message, name, unreadable)
    for appointment in appointments.known:
        for occurrence in occurrences_of(appointment):
            yield from _of_appointment(occurrence, name, reading, left_out)


def _refused(message: Message, name: str, unreadable: Unreadable) -> IncomingVisit:
    visit = IncomingVisit(name, message.line, unreadable.place)
    visit.abandon(unreadable)
    return visit


def _of_appointment(
    appointment: Appointment, name: str, reading: SystemsReading, left_out: Counter[str]
) -> Iterator[IncomingVisit]:
    last = appointment.messages[-1]
    if earlier := len(appointment.messages) - 1:
        left_out["a later one replaces it"] += earlier
    try:
        if not appointment.is_certain:
            raise Unreadable("SCH-3", "is empty in a message and not in another about this visit; which is not certain")
        require_order(appointment.messages, [bool(end_of(one)) for one in appointment.messages])
        event, state = event_of(last), state_of(last)
        if reason := end_of(last):
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
            self._put_time(visit)
            self._put_state(visit)
            put_patient(visit, self.pid, self.message.header.text(7), self.reading.hl7.record_authority)
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
        state, day = state_of(self.message), str(visit.data.get("date", ""))
        if state == "PENDING":
            visit.warn("SCH-25", "is pending: the appointment is not confirmed")
        elif state not in (*_COMING, *_OVER):
            message = "is a state that is not known; give the day of the visit if it takes place"
            visit.ask("date", "SCH-25", message, "unclear", day)

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
        zone = self.reading.hl7.timezone
        if len({at_clinic(one, zone) for _, one in times}) > 1:
            if own_times := {at_clinic(one, zone) for _, one in own if one}:
                message = "has another time than the message has elsewhere" if len(own_times) > 1 else ""
            else:
                message = "has several times"
            if message:
                visit.ask("date", place, f"{message}; which is that of the visit is not certain", "conflict")
                return
        put_moment(visit, self.message, place, text, zone)

    def _put_number(self, visit: IncomingVisit) -> None:
        number = 2 if self._sch.text(2) else 1
        name, space, place = self._sch.text(number), self._sch.text(number, 2), f"SCH-{number}"
        particulars = visit.data.get("patient", {}).values()
        occurrence = occurrence_of(self.message)
        is_alone = not self.is_group and not occurrence
        if is_alone and is_visit_number(name) and not any(mentions(str(one), name) for one in particulars):
            visit.put("visit", name, place)
            return
        records = [one.text(1) for one in self.pid.repetitions(3)] if self.is_group else []
        visit.shown = made_number(name, space, *([occurrence] if occurrence else []), *records)
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
