"""The columns of a schedule.

Guarantees: each has its place in a visit; little is loaded, since a packet that is made ahead of the program
(`consentkit.lanes`) reads schedules, too.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Mapping

    from consentkit.reading.yaml_file import DataPath

COLUMNS: Mapping[str, DataPath] = {
    "visit": ("visit",),
    "date": ("date",),
    "time": ("time",),
    "patient_name": ("patient", "name"),
    "date_of_birth": ("patient", "born"),
    "record_number": ("patient", "record"),
    "language": ("language",),
    "also_in": ("also_in",),
    "procedures": ("procedures",),
    "documents": ("documents",),
    "papers": ("papers",),
    "first_visit": ("first_visit",),
    "yearly_papers": ("yearly_papers",),
    "on_file": ("on_file",),
    "large_print": ("large_print",),
    "medical_visit": ("medical_visit",),
    "clinician": ("clinician", "name"),
    "clinician_credentials": ("clinician", "credentials"),
    "trainee": ("trainee", "name"),
    "trainee_credentials": ("trainee", "credentials"),
    "supervisor": ("supervisor", "name"),
    "supervisor_credentials": ("supervisor", "credentials"),
    "place": ("place",),
    "representative": ("representative", "name"),
    "relationship": ("representative", "relationship"),
    "interpreter": ("interpreter", "name"),
    "interpreter_is": ("interpreter", "is_a"),
    "interpreter_language": ("interpreter", "language"),
    "interpreter_number": ("interpreter", "number"),
    "witness": ("witness",),
    "extra": ("extra",),
}
"""Each column with the place in a visit that it fills."""
REQUIRED = ("visit", "date", "patient_name", "date_of_birth", "record_number", "procedures", "clinician")
"""The columns without which there is no visit."""
