"""Plain visits: those with nothing in them that could be read in two ways.

Guarantees: a visit is plain only where the model (`consentkit.model.visit`) would take each of its fields as it is,
without a complaint, and where nothing that `planning` judges by names, numbers and days speaks against it; two
plain visits of one kind differ in nothing that decides on their papers (`visit_kinds`), and no field that may differ is
part of the kind. Whatever a plain visit may not have leaves that to the ordinary way. Little is loaded.
"""

from __future__ import annotations

import datetime
import json
import re

from consentkit.model.revealing import revealed_in
from consentkit.model.same_names import is_same_name
from consentkit.model.visit_limits import ASSENT_AGE, FIRST_YEAR, FULL_AGE, OLDEST, VISIT_PATTERN, years_between

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Mapping

    PlainValue = str | tuple[str, ...]
    """What a field holds: a text, or a list of them."""

LETTERS = "A-Za-zÀ-ÖØ-öø-ÿ"
"""Letters of the font that all packets have, as a part of a pattern: each of them is one character."""
_WORD = rf"[{LETTERS}][{LETTERS}'’.-]*"
_NAME = re.compile(rf"(?=.{{2,60}}\Z){_WORD}(?: {_WORD})*")
_CREDENTIALS = re.compile(rf"(?=.{{1,40}}\Z)[{LETTERS}][{LETTERS}0-9.-]*,?(?: [{LETTERS}][{LETTERS}0-9.-]*,?)*(?<!,)")
_NUMBER = re.compile(VISIT_PATTERN.removeprefix("^").removesuffix("$"))
_RECORD = re.compile(r"(?=[^1-9]*[1-9])[A-Za-z0-9](?:[A-Za-z0-9-]{0,22}[A-Za-z0-9])?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

MAY_DIFFER = {
    "visit": _NUMBER,
    "date": _DAY,
    "time": _TIME,
    "patient.name": _NAME,
    "patient.born": _DAY,
    "patient.record": _RECORD,
    "clinician.name": _NAME,
    "clinician.credentials": _CREDENTIALS,
    "witness": _NAME,
}
"""The fields that may differ among visits of one kind, with the form that each must have."""
REQUIRED = ("visit", "date", "patient.name", "patient.born", "patient.record", "procedures", "clinician.name")
DECIDING = (
    *("language", "also_in", "procedures", "documents", "papers", "first_visit", "yearly_papers", "on_file"),
    *("large_print", "medical_visit", "place"),
)
"""The fields that decide on the papers of a visit, and are alike in all visits of one kind."""


class PlainVisit:
    """One plain visit, as it was typed."""

    def __init__(self, fields: Mapping[str, PlainValue], source: str) -> None:
        """Raises ValueError for a visit that is not plain. `fields` has the path of each field, such as patient.name.

        `source` is what kind of file it comes from, since the same text may mean something else in another one.
        """
        texts = {path: fields[path] for path in MAY_DIFFER if path in fields}
        deciding = {path: fields[path] for path in DECIDING if path in fields}
        if len(texts) + len(deciding) < len(fields) or not all(map(fields.__contains__, REQUIRED)):
            raise ValueError("has a field that no plain visit has, or lacks one")
        self._texts: dict[str, str] = {}
        for path, text in texts.items():
            if not isinstance(text, str) or not MAY_DIFFER[path].fullmatch(text):
                raise ValueError(f"has a {path} of another form")
            self._texts[path] = text
        self._deciding, self.source = deciding, source
        self.number, self.name = self._texts["visit"], self._texts["patient.name"]
        self.record, self.clinician = self._texts["patient.record"], self._texts["clinician.name"]
        self.day = datetime.date.fromisoformat(self._texts["date"])
        self.born = datetime.date.fromisoformat(self._texts["patient.born"])
        time = self._texts.get("time")
        self.time = datetime.time.fromisoformat(time) if time else None
        self.credentials, self.witness = self._texts.get("clinician.credentials"), self._texts.get("witness")
        self._require_nothing_against_it()

    @property
    def fields(self) -> Mapping[str, PlainValue]:
        """All that was typed, by the path of each field."""
        return {**self._texts, **self._deciding}

    @property
    def signed(self) -> str:
        """The clinician with credentials, as on a line to sign."""
        return f"{self.clinician}, {self.credentials}" if self.credentials else self.clinician

    @property
    def kind(self) -> str:
        """What all visits of its kind have in common: nothing that may differ is part of it."""
        age = years_between(self.born, self.day)
        there = [path for path in MAY_DIFFER if path in self._texts]
        of_age = age < FULL_AGE, age < ASSENT_AGE
        return json.dumps([self.source, self._deciding, there, self.day.year, *of_age], sort_keys=True)

    def _require_nothing_against_it(self) -> None:
        """Raise ValueError where the model, or planning, would refuse it by its days, its number or its names."""
        if self.day.year < FIRST_YEAR or not 0 <= years_between(self.born, self.day) <= OLDEST:
            raise ValueError("has days that can't be")
        if self.born > self.day or revealed_in(self.number, self.name, self.record, self.born):
            raise ValueError("has a number that reveals who comes, or a patient who is not born yet")
        people = [self.name, self.clinician, *([self.witness] if self.witness else [])]
        if any(is_same_name(one, other) for place, one in enumerate(people) for other in people[:place]):
            raise ValueError("has one person in two roles")
