"""What a clinic says in clinic.yaml about the systems that its visits come from: FHIR servers and interface engines.

Guarantees: a code of a service or of a place is read only in the system that is named with it, or without a system
where none is named; a time zone is one that there is.
"""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from consentkit.model.values import Code, Line, Record


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # what it raises for a folder, for a path, and for an unknown name
        raise ValueError("is not a time zone; write it as America/Chicago or Europe/London") from None
    return name


TimeZone = Annotated[Line, Field(max_length=60), AfterValidator(_time_zone)]
"""A time zone by its name in the IANA list."""

SystemToken = Annotated[Line, Field(max_length=200)]
"""A code, or the name of a system of codes, as another system writes it."""


class CodedService(Record):
    """A code of another system, with the papers that it calls for."""

    system: SystemToken | None = None
    """The system of the code: a web address in FHIR, a short name in HL7 v2. Left out: a code without one."""
    code: SystemToken
    """The code as the other system writes it."""
    procedures: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]
    """The procedures that it means."""


class CodedPlace(Record):
    """A code or a display text of another system, with the place of care that it means."""

    system: SystemToken | None = None
    """The system of the code."""
    code: SystemToken | None = None
    """The code as the other system writes it."""
    display: SystemToken | None = None
    """Instead of a code: the text that the other system shows, such as `Phone Call`."""
    place: Literal["in person", "telehealth"]
    """Where the patient is seen."""

    @model_validator(mode="after")
    def _has_one_of_both(self) -> Self:
        if (self.code is None) == (self.display is None):
            raise ValueError("needs either `code` or `display`; write one of them")
        return self


class FhirSettings(Record):
    """How Bundles of FHIR R4 become visits, and packets become FHIR resources."""

    timezone: TimeZone | None = None
    """The clinic's time zone, such as America/Chicago. Times with an offset from UTC can't be read without it."""
    record_system: SystemToken | None = None
    """The system of the identifiers that are the clinic's record numbers, as `Patient.identifier.system` has it."""
    visit_system: SystemToken | None = None
    """The system of the identifiers that are the clinic's numbers of visits: `Appointment.identifier.system`."""
    services: Annotated[tuple[CodedService, ...], Field(max_length=500)] = ()
    """Codes of types of services and appointments, with the procedures that they stand for."""
    places: Annotated[tuple[CodedPlace, ...], Field(max_length=100)] = ()
    """Codes and texts that say where the patient is seen."""
    custodian: Annotated[SystemToken, Field(pattern=r"^(https?://\S+|Organization/[A-Za-z0-9.-]{1,64})$")] | None = None
    """The reference of the organization that keeps the papers, such as Organization/clinic; else its name."""


class Hl7Settings(Record):
    """How messages of HL7 v2 about appointments become visits."""

    timezone: TimeZone | None = None
    """The clinic's time zone. Times with an offset from UTC, their own or their message's, can't be read without it."""
    record_authority: SystemToken | None = None
    """Who assigns the clinic's record numbers, as the fourth component of PID-3 has it."""
    encoding: Literal["utf-8", "iso-8859-1", "windows-1252"] = "utf-8"
    """How messages are encoded that don't say so in MSH-18."""
    services: Annotated[tuple[CodedService, ...], Field(max_length=500)] = ()
    """Codes of services and types of appointments, with the procedures that they stand for."""
    places: Annotated[tuple[CodedPlace, ...], Field(max_length=100)] = ()
    """Codes and texts that say where the patient is seen."""
