"""A table over all examples of FHIR R4: which become visits, and why the others don't.

    npm pack hl7.fhir.r4.examples@4.0.1 && tar xzf hl7.fhir.r4.examples-4.0.1.tgz
    python -m benchmarks.fhir_examples package > docs/fhir-examples.md

The package is in the public domain (CC0). None of its appointments has a code that papers could be made of, and most
of its resources refer to some that are in other files. So three questions are asked:

1. What is said of each file by itself?
2. What is said of each Appointment, Encounter and ServiceRequest together with all people that the package holds?
3. What is said of each Patient who comes to an appointment that is complete in all other respects?
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from consentkit.errors import InvalidInput
from consentkit.fhir.services import CPT
from consentkit.fhir.visits import read_fhir
from consentkit.model.systems import FhirSettings
from consentkit.packets.other_systems import SystemsReading
from consentkit.packets.visits import VisitEntry

VISITS = ("Appointment", "Encounter", "ServiceRequest")
PEOPLE = ("Patient", "Practitioner", "PractitionerRole", "Location", "RelatedPerson")
READING = SystemsReading(FhirSettings(timezone="America/Chicago"), languages=("en", "es"))
LARGEST = 2 * 1024 * 1024
"""Bytes of a file that is kept in memory; the larger ones are definitions of FHIR itself."""

Resource = dict[str, Any]


def main(folder: Path) -> None:
    """Print the table."""
    files = sorted(folder.glob("*.json"))
    wholes = Counter(_whole(path) for path in files)
    resources = [one for path in files if path.stat().st_size <= LARGEST for one in _resources(path)]
    print("# What becomes of the examples of FHIR R4\n\nMade by a command; do not edit.\n")
    print("`benchmarks/fhir_examples.py` says how. The package is hl7.fhir.r4.examples 4.0.1 (CC0).\n")
    _print_table(f"Each of {len(files):,} files by itself", wholes)
    people = [one for one in resources if one["resourceType"] in PEOPLE]
    visits = [one for one in resources if one["resourceType"] in VISITS]
    entries, notes = _read(_bundle([*_unique(visits), *_unique(people)]))
    print(f"## Each of {len(_unique(visits))} appointments, encounters and requests, with all people\n")
    for note in notes:
        print(f"- {note}")
    print("\n| example | result |\n| --- | --- |")
    for entry, place in zip(entries, map(_name, entries), strict=True):
        print(f"| {place} | {_result(entry)} |")
    patients = _unique([one for one in resources if one["resourceType"] == "Patient"])
    results = Counter(_of_patient(patient) for patient in patients)
    print()
    _print_table(f"Each of {len(patients)} patients, at an appointment that is complete", results)


def _name(entry: VisitEntry) -> str:
    return entry.name.visit or entry.label


def _print_table(title: str, counts: Counter[str]) -> None:
    print(f"## {title}\n\n| result | number |\n| --- | --- |")
    for result, number in counts.most_common():
        print(f"| {result} | {number:,} |")
    print()


def _whole(path: Path) -> str:
    """What is said of a file by itself."""
    try:
        read = read_fhir(path.read_bytes(), "file", READING)
    except InvalidInput as refused:
        problem = refused.problems[0]
        return re.sub(r"^file(:[0-9]+)*: ", "refused: ", str(problem))
    if not read.entries:
        return "a Bundle without visits" if not read.notes else "a Bundle whose visits are left out"
    is_complete = any(entry.visit for entry in read.entries)
    return "a Bundle with visits" if is_complete else "a Bundle of visits that need something"


def _resources(path: Path) -> Iterator[Resource]:
    """The resource of a file, or those of a Bundle."""
    data = json.loads(path.read_bytes())
    if isinstance(data, dict) and data.get("resourceType") == "Bundle":
        yield from (inner for entry in data.get("entry", []) if (inner := entry.get("resource")))
    elif isinstance(data, dict) and "resourceType" in data:
        yield data


def _unique(resources: list[Resource]) -> list[Resource]:
    """Each resource once, by its type and id."""
    named = {f"{one['resourceType']}/{one.get('id', number)}": one for number, one in enumerate(resources)}
    return list(named.values())


def _bundle(resources: list[Resource]) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def _read(bundle: Resource) -> tuple[tuple[VisitEntry, ...], tuple[str, ...]]:
    read = read_fhir(json.dumps(bundle).encode(), "examples", READING)
    return read.entries, read.notes


def _of_patient(patient: Resource) -> str:
    """What is said of a patient who comes to an appointment that is complete."""
    appointment = {
        "resourceType": "Appointment",
        "id": "A-1",
        "status": "booked",
        "start": f"{date(2026, 11, 23)}T09:00:00-06:00",
        "serviceType": [{"coding": [{"system": CPT, "code": "90837"}]}],
        "participant": [
            {"actor": {"reference": "#patient"}},
            {"actor": {"reference": "Practitioner/d"}},
        ],
        "contained": [{**patient, "id": "patient"}],
    }
    clinician = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Dr. Lee"}]}
    (entry,) = _read(_bundle([appointment, clinician]))[0]
    return _result(entry)


def _result(entry: VisitEntry) -> str:
    """A visit, or why not, without the places of entries."""
    if entry.visit:
        return "visit" + (" with a warning" if entry.warnings else "")
    said = [re.sub(r"Bundle\.entry\[[0-9]+\]\.resource(\.contained\[0\])?\.?", "", one.field) for one in entry.problems]
    messages = [one.message.split(";")[0].split(", and no code")[0] for one in entry.problems]
    lines = [f"{place or 'itself'}: {message}" for place, message in zip(said, messages, strict=True)]
    return "; ".join(dict.fromkeys(lines)).replace("|", "\\|")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
