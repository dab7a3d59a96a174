"""The number of a visit that has mistakes, as far as messages, JSON and names of files in them may hold it.

Guarantees: a number is given only where it looks like one, and where every particular of the patient has a place of its
own; so it is neither a name nor a record number that came into the wrong place, and it reveals no particular.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from consentkit.model.visit import Patient, VisitName, is_visit_number, mentions, name_of
from consentkit.packets.cells import DAY_IN_ANY_FORM, DAYS, REQUIRED
from consentkit.reading.yaml_file import Data

_DAY = re.compile(DAY_IN_ANY_FORM)
_FORMS = {
    "date": _DAY,
    "date_of_birth": _DAY,
    "patient_name": re.compile(r"[^\d]*[^\W\d_][^\d]*"),
    "record_number": re.compile(r".*\d.*"),
    "procedures": re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9 ;-]*"),
    "clinician": re.compile(r".*[^\W\d_].*"),
}
"""What cells that a visit requires must look like to be in their places."""


def shown_number(data: Mapping[str, Data]) -> str | None:
    """The number of a visit whose data are faulty; None where a message may not hold it."""
    number, patient, other = data.get("visit"), data.get("patient"), data.get("representative")
    if not isinstance(number, str) or not _looks_like_a_number(number):
        return None
    texts = [text for person in (patient, other) if isinstance(person, Mapping) for text in person.values()]
    is_revealing = any(mentions(text, number) for text in texts if isinstance(text, str))
    # Where a particular is missing, it may be what was written as the number.
    is_whole = isinstance(patient, Mapping) and all(isinstance(patient.get(key), str) for key in Patient.model_fields)
    return number if is_whole and not is_revealing else None


def name_among(columns: tuple[str, ...], cells: Sequence[str]) -> VisitName:
    """The number and the day of a visit whose row can't be split rightly; None for what a message may not hold.

    Which cell holds what is not certain in such a row, so the number may reveal none of the others, and no cell that
    is required may be empty. Where there is a cell too many, any cell before the number may be the one that was split,
    so the number must come first. Where there is none, one may have been left out: the row must be in order, and
    must not also be in order if the number is what was left out.
    """
    plain = [cell.strip(' "') for cell in cells]
    if "visit" not in columns or len(plain) <= columns.index("visit"):
        return VisitName()
    place, filled = columns.index("visit"), dict(zip(columns, plain, strict=False))
    number, before, after = plain[place], plain[:place], plain[place + 1 :]
    if not _looks_like_a_number(number) or not all(filled.get(column) for column in REQUIRED):
        return VisitName()
    is_in_order = _are_in_order(columns, plain)
    if len(plain) > len(columns):
        is_known = place == 0 and _are_in_order(columns[:2], plain)
    else:
        is_known = is_in_order and all(column in DAYS or column == "time" for column in columns[:place])
        is_known = is_known and not _are_in_order(columns, [*before, "", number, *after])
    if not is_known or any(mentions(cell, number) for cell in [*before, *after] if cell):
        return VisitName()
    has_day = is_in_order or columns[:2] == ("visit", "date")
    return name_of({"visit": number, "date": filled["date"] if has_day else None})


def _are_in_order(columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether cells look like what these columns must hold, as far as that is known."""
    filled = dict(zip(columns, cells, strict=False))
    return all(form.fullmatch(filled.get(column, "")) for column, form in _FORMS.items() if column in columns)


def _looks_like_a_number(text: str) -> bool:
    """Whether a text looks like the number of a visit, and like neither a name nor a day."""
    return is_visit_number(text) and any(map(str.isdigit, text)) and not _DAY.fullmatch(text)
