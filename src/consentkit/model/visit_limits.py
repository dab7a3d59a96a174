"""What bounds a visit: ages, the forms of its numbers, the name of its file.

Guarantees: stated once, here; little is loaded, since a packet that is made ahead of the program (`consentkit.lanes`)
is bounded alike.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    import datetime

FULL_AGE = 18
"""Years from which a person decides alone in most states. Some set it lower for mental health care."""
ASSENT_AGE = 7
"""Years from which a child is asked to agree too (American Academy of Pediatrics, policy on informed consent, 2016)."""

FIRST_YEAR = 2000
"""The earliest year of a visit; an earlier one is a typing error."""
OLDEST = 130
"""An age that nobody has reached yet; the oldest person on record died at 122."""

VISIT_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$"
"""The form of a visit's number."""
RECORD_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,22}[A-Za-z0-9])?$"
"""The form of a record number."""


def years_between(born: datetime.date, day: datetime.date) -> int:
    """Whole years between two days."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def packet_file_name(visit: str, date: datetime.date) -> str:
    """The name of the file of a packet."""
    return f"{date.isoformat()}-{visit}.pdf"
