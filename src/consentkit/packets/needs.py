"""What a visit lacks that a person can supply, such as a record number that an export does not have.

Guarantees: a need names a column of a schedule; what the source has there is for the person who supplies it only, and
appears in neither `repr` nor messages.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Reason = Literal["empty", "unknown", "unclear", "conflict"]
"""Nothing is there; a word that the clinic does not translate; may mean several things; two places contradict."""


@dataclass(frozen=True)
class Need:
    """Something that a row lacks, which a person can supply."""

    field: str
    """A column of a schedule, such as `record_number`."""
    reason: Reason = "empty"
    column: int | None = None
    """The column of the source, where it has columns."""
    given: str = dataclasses.field(default="", repr=False, compare=False)
    """What the source has there, for the person at the desk only."""

    @property
    def label(self) -> str:
        """What people call it: `record number`."""
        return self.field.replace("_", " ")


def needs_text(needs: Iterable[Need]) -> str:
    """What is needed, as one text: `needs: record number, procedures`."""
    return f"needs: {', '.join(need.label for need in needs)}"
