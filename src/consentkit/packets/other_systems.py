"""What visits of other systems have in common, in whichever format they come: codes, places, numbers.

Guarantees: a code counts only in its own system; of contradicting codes none is taken.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from consentkit.model.systems import CodedPlace, CodedService, FhirSettings, Hl7Settings
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem


@dataclass(frozen=True)
class SystemsReading:
    """What must be known to read the visits of other systems."""

    fhir: FhirSettings = field(default_factory=FhirSettings)
    hl7: Hl7Settings = field(default_factory=Hl7Settings)
    languages: tuple[str, ...] = ("en",)
    """The languages that there are words for."""
    day: datetime.date | None = None
    """The day whose visits are read; all days where none is named."""


class VisitsRead(NamedTuple):
    """The visits of a file of another system."""

    entries: tuple[VisitEntry, ...]
    notes: tuple[str, ...] = ()
    """What was left out, and why; nothing of a patient."""


class Coded(NamedTuple):
    """A code as another system writes it."""

    system: str
    """The system of the code; empty where it names none."""
    code: str
    place: str
    """Where it is in the file."""


def service_of(codes: Sequence[Coded], services: Sequence[CodedService], cpt: str) -> tuple[str, ...] | None:
    """The procedures that codes of one concept stand for; None where they stand for none, or contradict each other.

    `cpt` is the system of CPT codes, which stand for themselves.
    """
    meant: set[tuple[str, ...]] = {(one.code,) for one in codes if one.system == cpt and one.code}
    for one in codes:
        meant |= {each.procedures for each in services if each.code == one.code and (each.system or "") == one.system}
    return meant.pop() if len(meant) == 1 else None


RECORD_TYPES = ("MR", "PI", "PT")
"""Types of identifiers (HL7 table 0203) by which a clinic knows a patient; a number of any other type is none of it."""


def place_of(codes: Iterable[Coded], displays: Iterable[str], places: Sequence[CodedPlace]) -> set[str]:
    """The places of care that codes and display texts stand for."""
    texts = {" ".join(text.split()).casefold() for text in displays}
    meant = {
        each.place
        for one in codes
        for each in places
        if each.code == one.code and each.code is not None and (each.system or "") == one.system
    }
    return meant | {one.place for one in places if one.display is not None and one.display.casefold() in texts}


def repeated(entries: Sequence[VisitEntry]) -> Iterator[int]:
    """The places of visits that have the number of another one."""
    counts = Counter(entry.name.visit.casefold() for entry in entries if entry.name.visit)
    for place, entry in enumerate(entries):
        if entry.name.visit and counts[entry.name.visit.casefold()] > 1:
            yield place


def without_repeats(entries: Sequence[VisitEntry]) -> list[VisitEntry]:
    """Refuse each visit that has the number of another one: which of them is meant can't be known."""
    kept = list(entries)
    message = "has a number that another visit of the file has, too; give each visit a number of its own"
    for place in repeated(entries):
        entry = kept[place]
        problem = Problem(entry.file, entry.row, None, "", message)
        kept[place] = replace(entry, visit=None, problems=(*entry.problems, problem))
    return kept


def counted(left_out: Counter[str], one: str, several: str) -> Iterator[str]:
    """How many were left out for each reason, as sentences."""
    for reason, number in sorted(left_out.items()):
        yield f"left out {number} {one if number == 1 else several}: {reason}"
