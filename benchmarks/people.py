"""Invented patients and their visits: as many as are wanted, always the same, no two alike."""

from __future__ import annotations

import csv
import datetime
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.content import VISIT, Visit
from consentkit.model.visit import Visit as VisitToServe
from consentkit.packets.visits import read_visits

_FIRST = (
    *("Alma", "Bruno", "Carmen", "Darius", "Elena", "Farid", "Greta", "Hollis", "Imani", "Jonah", "Katrin", "Lorenzo"),
    *("Mireille", "Nikhil", "Odalys", "Piotr", "Quentin", "Rosalind", "Soren", "Tamsin", "Ulrich", "Vesna", "Wendell"),
    *("Ximena", "Yusuf", "Zelda"),
)
_LAST = (
    *("Abernathy", "Brightwater", "Castellanos", "Dunmore", "Eskildsen", "Fairbairn", "Gallegos", "Hartsfield"),
    *("Ingersoll", "Jankowski", "Kirkbride", "Lindqvist", "Montenegro", "Novotny", "Oyelaran", "Pemberton"),
    *("Quintero", "Ravenscroft", "Szymborska", "Thistlewood", "Underhill", "Villaseñor", "Wetherby", "Yamaguchi"),
)
_CODES: tuple[tuple[str, ...], ...] = (
    # The first five visits stand for all where a peer is measured: on average they have as many documents.
    *(("90837",), ("90834", "90785"), ("90791",), ("90853",), ("90792",)),
    *(("90839", "90840"), ("90847",), ("90833",), ("90832", "90863"), ("90845",)),
    *(("90836",), ("90838",), ("90846",), ("90849",)),
)
"""What the visits of a day are for: all procedures that are in use, together where they belong together."""
_BESIDE_MEDICAL_VISIT = {"90833", "90836", "90838"}
_SPANISH = 5
"""One visit in so many is in Spanish."""
_COLUMNS = (
    *("visit", "date", "time", "patient_name", "date_of_birth", "record_number", "language", "procedures"),
    *("medical_visit", "clinician", "clinician_credentials", "place", "papers", "first_visit"),
)


def patients() -> Iterator[Visit]:
    """The visit that is always measured, by one patient after the other: 624 of them."""
    for number, (last, first) in enumerate(itertools.product(_LAST, _FIRST), 1):
        born_on = datetime.date(1940 + number * 7 % 65, number % 12 + 1, number % 28 + 1)
        name, record = f"{first} {last}", f"MR-{48000 + number * 13}"
        yield replace(VISIT, visit=f"V-{2000 + number}", name=name, record=record, born_on=born_on)


def day(visits: int, services: int | None = None) -> list[Visit]:
    """The visits of a day in a large clinic, for all procedures in turn; one in five is in Spanish.

    With `services`, they are for that many of the things that visits are for, and no others.
    """
    some = itertools.islice(patients(), visits)
    return [_on_the_day(visit, number, services or len(_CODES)) for number, visit in enumerate(some)]


def _on_the_day(visit: Visit, number: int, services: int) -> Visit:
    codes = _CODES[number % services]
    return replace(
        visit,
        visit=f"D-{number + 1:04}",
        time=f"{8 + number // 50:02}:{number % 50:02}",
        codes=codes,
        language="es" if number % _SPANISH == _SPANISH - 2 else "en",
        is_medical=not _BESIDE_MEDICAL_VISIT.isdisjoint(codes),
    )


def kinds_of_day(visits: Iterable[Visit]) -> list[Visit]:
    """One visit for each set of documents that occurs, to have all of them in a cache."""
    return list({(visit.codes, visit.language): visit for visit in visits}.values())


def write_schedule(file: Path, visits: Iterable[Visit]) -> None:
    """Write visits as a schedule in CSV."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(_COLUMNS)
        rows.writerows(_row(visit) for visit in visits)


def _row(visit: Visit) -> tuple[str, ...]:
    return (
        *(visit.visit, visit.date.isoformat(), visit.time, visit.name, visit.born_on.isoformat(), visit.record),
        *(visit.language, " ".join(visit.codes), "yes" if visit.is_medical else ""),
        *(visit.clinician_name, visit.credentials, visit.place),
        *(" ".join(visit.papers), "yes" if visit.is_first else ""),
    )


def write_visit(file: Path, visit: Visit) -> None:
    """Write a visit as a file of its own. (JSON is YAML too, and every string in it is quoted.)"""
    file.write_text(json.dumps(_as_data(visit), ensure_ascii=False), encoding="utf-8")


def _as_data(visit: Visit) -> dict[str, object]:
    return {
        "visit": visit.visit,
        "date": visit.date.isoformat(),
        "time": visit.time,
        "patient": {"name": visit.name, "born": visit.born_on.isoformat(), "record": visit.record},
        "language": visit.language,
        "procedures": list(visit.codes),
        "clinician": {"name": visit.clinician_name, "credentials": visit.credentials},
        "place": visit.place,
        "papers": list(visit.papers),
        "first_visit": visit.is_first,
    }


def visit_to_serve(folder: Path, visit: Visit) -> VisitToServe:
    """A visit as consentkit reads it, by way of a file in a folder."""
    file = folder / f"{visit.visit}.csv"
    write_schedule(file, [visit])
    (entry,) = read_visits(str(file))
    assert entry.visit, entry
    return entry.visit
