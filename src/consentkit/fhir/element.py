"""An element of a FHIR resource, with its place.

Guarantees: what is asked of an element is of the type that FHIR gives it, or the place is reported; a place is written
as in FHIRPath, from names of FHIR and numbers alone, so that it holds nothing of a patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from consentkit.packets.incoming import Unreadable


@dataclass(frozen=True)
class FhirElement:
    """An object of a resource."""

    value: Mapping[str, Any] = field(repr=False)
    place: str

    def has(self, key: str) -> bool:
        """Whether there is something of this name."""
        return self.value.get(key) is not None

    def at(self, key: str) -> str:
        """The place of what has this name."""
        return f"{self.place}.{key}"

    def text(self, key: str) -> str:
        """The text of this name; empty where there is none."""
        value = self.value.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Unreadable(self.at(key), "must be text; export the file again")
        return value.strip()

    def texts(self, key: str) -> list[str]:
        """The texts of a list. Those that are left empty, since only an extension says why, are left out."""
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(item is None or isinstance(item, str) for item in value):
            raise Unreadable(self.at(key), "must be a list of texts; export the file again")
        return [item.strip() for item in value if item and item.strip()]

    def flag(self, key: str) -> bool | None:
        """Whether something is so; None where that is not said."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            raise Unreadable(self.at(key), "must be true or false; export the file again")
        return value

    def element(self, key: str) -> FhirElement | None:
        """The object of this name."""
        value = self.value.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise Unreadable(self.at(key), "must be an object; export the file again")
        return FhirElement(value, self.at(key))

    def elements(self, key: str) -> list[FhirElement]:
        """The objects of a list."""
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise Unreadable(self.at(key), "must be a list of objects; export the file again")
        return [FhirElement(item, f"{self.at(key)}[{number}]") for number, item in enumerate(value)]

    def codings(self, key: str) -> Iterator[FhirElement]:
        """The codings of a CodeableConcept, or of each of a list of them."""
        for concept in self.concepts(key):
            yield from concept.elements("coding")

    def concepts(self, key: str) -> list[FhirElement]:
        """The CodeableConcepts of this name, whether there may be one or several."""
        if isinstance(self.value.get(key), list):
            return self.elements(key)
        concept = self.element(key)
        return [concept] if concept else []

    def extension(self, url: str) -> FhirElement | None:
        """The extension of this address."""
        return next((one for one in self.elements("extension") if one.text("url") == url), None)


def has_code(concept: FhirElement, system: str, *codes: str) -> bool:
    """Whether a CodeableConcept has one of these codes of a system."""
    return any(one.text("system") == system and one.text("code") in codes for one in concept.elements("coding"))


def is_current(element: FhirElement, day: str) -> bool:
    """Whether an element with a `use` and a `period`, such as a name, is in use on a day.

    Where the day is not known, what has an end counts as over.
    """
    period = element.element("period")
    begin, end = (period.text("start"), period.text("end")) if period else ("", "")
    has_begun = not begin or begin[: len(day)] <= day[: len(begin)]
    is_over = bool(end) and (not day or end[: len(day)] < day[: len(end)])
    return element.text("use") != "old" and has_begun and not is_over
