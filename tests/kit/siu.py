"""Messages of HL7 v2 about appointments, for tests: one whole message, to be varied by its fields."""

from __future__ import annotations

from typing import Any

from consentkit.hl7v2.visits import read_hl7
from consentkit.model.systems import Hl7Settings
from consentkit.packets.other_systems import SystemsReading, VisitsRead
from consentkit.packets.visits import VisitEntry
from kit.small import CODE

_SEGMENTS: dict[str, dict[int, str]] = {
    "MSH": {2: "^~\\&", 7: "20261120080000", 9: "SIU^S12^SIU_S12", 10: "M1", 11: "P", 12: "2.5.1"},
    "SCH": {1: "P-1", 2: "V-1", 11: "^^60^20261123090000", 25: "Booked"},
    "PID": {1: "1", 3: "MR-20417^^^WILLOW^MR", 5: "O’Keeffe^Siobhán^^^^^L", 7: "19840709", 15: "en"},
    "RGS": {1: "1"},
    "AIS": {1: "1", 2: "A", 3: f"{CODE}^A talk^C4"},
    "AIP": {1: "1", 2: "A", 3: "9^Okonkwo^Amara^^^Dr.^PhD"},
}


def message(event: str = "S12", *more: str, end: str = "\r", **changes: str | None) -> str:
    """A message; `SCH_25="Cancelled"` sets a field, `AIP=None` leaves a segment out. `more` are further segments."""
    segments = {name: dict(fields) for name, fields in _SEGMENTS.items()}
    segments["MSH"][9] = f"SIU^{event}^SIU_{event}"
    for key, value in changes.items():
        name, _, number = key.partition("_")
        if not number:
            segments.pop(name)
        else:
            segments.setdefault(name, {})[int(number)] = value or ""
    return end.join([*(_line(name, fields) for name, fields in segments.items()), *more, ""])


def _line(name: str, fields: dict[int, str]) -> str:
    first = 2 if name == "MSH" else 1
    return "|".join([name, *(fields.get(number, "") for number in range(first, max(fields) + 1))])


def read(*messages: str | bytes, day: Any = None, **settings: Any) -> VisitsRead:
    """The visits of messages; `settings` are those of the clinic."""
    data = b"".join(one.encode() if isinstance(one, str) else one for one in messages)
    reading = SystemsReading(hl7=Hl7Settings.model_validate(settings), languages=("en", "es"), day=day)
    return read_hl7(data, "day.hl7", reading)


def only(*messages: str | bytes, **settings: Any) -> VisitEntry:
    """The one visit of messages."""
    (entry,) = read(*messages, **settings).entries
    return entry
