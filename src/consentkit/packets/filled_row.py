"""What a row of a table fills of a schedule's columns, whoever wrote the table.

Guarantees: nothing of what it holds is shown by `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from consentkit.packets.needs import Need


@dataclass
class FilledRow:
    """What a row fills."""

    line: int
    """The line, or in a sheet the row, that it is on."""
    filled: dict[str, str] = field(default_factory=dict, repr=False)
    """Our columns with their cells."""
    columns: dict[str, int] = field(default_factory=dict)
    """The column of the table, counted from 1, of each of ours."""
    faults: dict[str, str] = field(default_factory=dict)
    """What is wrong with a cell, by our columns."""
    needs: dict[str, Need] = field(default_factory=dict)
    """What a person must supply, by our columns."""
    is_mapped: bool = False
    """Whether clinic.yaml states what fills our columns; else the table itself has them."""
