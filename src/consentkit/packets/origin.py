"""What the system that a visit comes from calls the visit and its people.

Guarantees: it is held in memory with the visit, and appears in no `repr`, since it leads to a patient.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origin:
    """References to what a FHIR server holds, each by its web address or as `Type/id`; None where it has none."""

    patient: str | None = field(default=None, repr=False)
    appointment: str | None = field(default=None, repr=False)
    encounter: str | None = field(default=None, repr=False)
