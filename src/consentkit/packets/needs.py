"""What a visit lacks that a person can supply, such as the record number of somebody who comes for the first time.

Guarantees: what a source has instead is there for that person alone; it is in no text that this module makes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from consentkit.packets.cells import COLUMNS, REQUIRED
from consentkit.reading.yaml_file import Data

NeedReason = Literal["empty", "unknown", "unclear", "conflict"]
"""Why something is needed: nothing is there; a word that nobody has translated; several meanings; two that differ."""

_LABELS = {"visit": "visit number", "procedures": "procedures", "clinician": "clinician’s name"}


@dataclass(frozen=True)
class Need:
    """Something that a visit lacks."""

    field: str
    """The column of a schedule that it belongs into, such as `record_number`."""
    reason: NeedReason = "empty"
    column: int | None = None
    """The column of the source, counted from 1, where it has one for it."""
    given: str = dataclasses.field(default="", repr=False, compare=False)
    """What the source has, for the person who supplies the rest; never for a message."""
    message: str = dataclasses.field(default="", compare=False)
    """Which mistake of the visit it is about, in the words of that mistake."""

    @property
    def label(self) -> str:
        """What people call it."""
        return _LABELS.get(self.field, self.field.replace("_", " "))


def needs_of(data: Data | None) -> tuple[Need, ...]:
    """Required fields of which the data of a visit have nothing."""
    return tuple(Need(column) for column in REQUIRED if not _is_filled(data, column))


def in_order(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Needs in the order of a schedule's columns, one for each."""
    places = list(COLUMNS)
    by_field = {need.field: need for need in needs}
    return tuple(sorted(by_field.values(), key=lambda need: places.index(need.field)))


def needs_text(needs: Iterable[Need]) -> str:
    """What a visit lacks, in words: `needs: record number, procedures`."""
    return "needs: " + ", ".join(need.label for need in needs)


def _is_filled(data: Data | None, column: str) -> bool:
    value = data
    for step in COLUMNS[column]:
        value = value.get(str(step)) if isinstance(value, Mapping) else None
    return bool(value)


def missing(filled: Mapping[str, str]) -> Iterator[str]:
    """The required columns that a row leaves empty."""
    return (column for column in REQUIRED if not filled.get(column))
