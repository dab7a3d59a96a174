"""The number of a visit that has mistakes, as far as messages, JSON and names of files in them may hold it.

Guarantees: a number is given only where it looks like one, and where every particular of the patient has a place of its
own; so it is neither a name nor a record number that came into the wrong place, and it tells of no particular.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from consentkit.model.visit import Patient, is_visit_number, tells_of
from consentkit.packets.cells import REQUIRED
from consentkit.reading.yaml_file import Data

_DAY = re.compile(r"[0-9]{1,4}[/. -][0-9]{1,2}[/. -][0-9]{1,4}")
_FORMS = {
    "date": _DAY,
    "date_of_birth": _DAY,
    "patient_name": re.compile(r".*[^\W\d_].*"),
    "procedures": re.compile(r"[A-Z0-9][A-Z0-9 ;-]*"),
}
"""What some of the cells that a visit requires must look like to be in their places."""


def shown_number(data: Mapping[str, Data]) -> str | None:
    """The number of a visit whose data are faulty; None where a message may not hold it."""
    number, patient, other = data.get("visit"), data.get("patient"), data.get("representative")
    if not isinstance(number, str) or not _looks_like_a_number(number):
        return None
    texts = [text for person in (patient, other) if isinstance(person, Mapping) for text in person.values()]
    tells = any(tells_of(text, number) for text in texts if isinstance(text, str))
    # Where a particular is missing, it may be what is in the place of the number.
    is_whole = isinstance(patient, Mapping) and all(isinstance(patient.get(key), str) for key in Patient.model_fields)
    return number if is_whole and not tells else None


def number_among(filled: Mapping[str, str], cells: Sequence[str], *, is_cut: bool) -> str | None:
    """The number of a visit whose row can't be split rightly; None where a message may not hold it.

    `filled` are the cells by their columns, as far as they go. Which cell holds what is not certain in such a row, so
    the number may tell of none of the others. Where one that is required is empty, or where the row is cut (it has no
    cell too many) and they are not in their places, one may be missing, and be what is in the place of the number.
    """
    number = filled.get("visit", "")
    if not _looks_like_a_number(number) or not all(filled.get(column) for column in REQUIRED):
        return None
    if is_cut and not all(form.fullmatch(filled[column]) for column, form in _FORMS.items()):
        return None
    others = [cell.strip(' "') for cell in cells if cell.strip(' "') != number]
    return None if any(tells_of(cell, number) for cell in others if cell) else number


def _looks_like_a_number(text: str) -> bool:
    """Whether a text looks like the number of a visit, and like neither a name nor a day."""
    return is_visit_number(text) and any(map(str.isdigit, text)) and not _DAY.fullmatch(text)
