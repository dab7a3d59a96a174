"""One visit: who comes, when, for what, and who signs.

Guarantees: every instance is frozen and complete, and nothing in it contradicts the rest; no message quotes the value
of a field, since these are a patient's particulars.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from consentkit.model.revealing import mentions as mentions  # noqa: PLC0414 - of a visit, too
from consentkit.model.revealing import revealed_in
from consentkit.model.values import AskedVariant, Code, CodeOrName, Day, LanguageTag, Line, PaperName, Record
from consentkit.model.visit_limits import ASSENT_AGE as ASSENT_AGE  # noqa: PLC0414 - of a visit
from consentkit.model.visit_limits import FIRST_YEAR, OLDEST, RECORD_PATTERN, VISIT_PATTERN, years_between
from consentkit.model.visit_limits import FULL_AGE as FULL_AGE  # noqa: PLC0414 - of a visit
from consentkit.model.visit_limits import packet_file_name as packet_file_name  # noqa: PLC0414 - of a visit

VisitId = Annotated[str, StringConstraints(pattern=VISIT_PATTERN)]
"""The clinic's number of a visit. It becomes part of file names, so it must not reveal who the patient is."""

Name = Annotated[Line, Field(max_length=80)]
"""A person's name as that person writes it."""

ShortText = Annotated[Line, Field(max_length=60)]


class VisitName(NamedTuple):
    """What names the packet of a visit, as far as it can be read, whatever else is wrong with the visit."""

    visit: str | None = None
    date: datetime.date | None = None

    @property
    def file_name(self) -> str | None:
        """The name of the packet's file: date and number, and nothing about the patient."""
        return packet_file_name(self.visit, self.date) if self.visit and self.date else None


def is_visit_number(text: str) -> bool:
    """Whether a text may be the number of a visit."""
    return _read(_VISIT_ID, text) is not None


def name_of(data: Any) -> VisitName:
    """Read the number and the day of a visit from its data, good or bad."""
    if not isinstance(data, Mapping):
        return VisitName()
    return VisitName(_read(_VISIT_ID, data.get("visit")), _read(_DAY, data.get("date")))


def _read(kind: TypeAdapter[Any], value: Any) -> Any:
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


_VISIT_ID: TypeAdapter[Any] = TypeAdapter(VisitId)
_DAY: TypeAdapter[Any] = TypeAdapter(Day)

LONGEST_FILE_NAME = 100
"""The most characters in the name of an extra file."""


def _file_name(value: str) -> str:
    if "/" in value or "\\" in value or ":" in value:
        raise ValueError("names a folder too; write only the file name, as it is in the folder `extra`")
    if not value[:1].isalnum() or value != value.strip():
        raise ValueError("is not a valid file name; begin it with a letter or a digit")
    return value


FileName = Annotated[Line, Field(max_length=LONGEST_FILE_NAME), AfterValidator(_file_name)]
"""The name of a file in one particular folder; never a path."""


def title_of_file(name: str) -> str:
    """What an extra file is called in a packet: by the clinic's name for it. Its own title may name somebody else."""
    return Path(name).stem


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", value) or value >= "24":
        raise ValueError("is not a time of day; write hours and minutes, such as 08:30 or 14:00")
    return datetime.time.fromisoformat(value)


Time = Annotated[datetime.time, BeforeValidator(_time, json_schema_input_type=str)]
"""A time of day, written as 14:00."""


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    """As `values.without_repeats`, but without quoting."""
    if len(set(values)) < len(values):
        raise ValueError("names something more than once; keep one")
    return values


class PersonalRecord(Record):
    """A record about a person: neither its own text nor what pydantic says of a mistake in it holds particulars.

    Programs keep both in logs, and tools that watch over programs send them elsewhere.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        """What `repr` and `str` show."""
        yield from ()


class Patient(PersonalRecord):
    """The person whom the papers are for: the three identifiers that stand on every page."""

    name: Name
    """The whole name."""
    born: Day
    """The day of birth."""
    record: Annotated[str, StringConstraints(pattern=RECORD_PATTERN)]
    """The record number in the clinic's system."""


class Professional(PersonalRecord):
    """Somebody who treats: a name with credentials."""

    name: Name
    """The whole name."""
    credentials: Annotated[Line, Field(max_length=40)] | None = None
    """Degrees and licences after the name, such as LCSW."""

    @property
    def signed(self) -> str:
        """The name with its credentials."""
        return f"{self.name}, {self.credentials}" if self.credentials else self.name


class Representative(PersonalRecord):
    """Who decides for a patient."""

    name: Name
    """The whole name."""
    relationship: ShortText
    """What this person is to the patient, such as mother or legal-guardian: printed in the language of the paper."""


class Interpreter(PersonalRecord):
    """Who interprets the talk."""

    name: Name
    """The whole name."""
    is_a: Literal["professional", "staff", "relative", "child"]
    """A trained interpreter, a bilingual member of the staff, or, which is refused, a relative or a child."""
    language: ShortText | None = None
    """The language, such as Spanish or es: printed in the language of the paper."""
    number: ShortText | None = None
    """The number by which an interpreting service knows this person."""


VisitDocuments = Annotated[tuple[AskedVariant, ...], Field(min_length=1), AfterValidator(_each_once)]


class Visit(PersonalRecord):
    """One visit of one patient."""

    visit: VisitId
    """The clinic's number of the visit; not a record number, and nothing that reveals who the patient is."""
    date: Day
    """The day of the visit."""
    time: Time | None = None
    """When it begins."""
    patient: Patient
    """Who comes."""
    language: LanguageTag | None = None
    """The patient's language; the clinic's if left out."""
    also_in: Annotated[tuple[LanguageTag, ...], Field(max_length=5), AfterValidator(_each_once)] = ()
    """Further languages in which each document is added to that in the patient's language."""
    procedures: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]
    """The codes of what is offered at this visit."""
    documents: VisitDocuments | None = None
    """The kinds of documents for each procedure; the clinic's choice if left out."""
    papers: Annotated[tuple[PaperName, ...], Field(max_length=20), AfterValidator(_each_once)] = ()
    """Papers that are not about one procedure, by name, beside those that are due at this visit."""
    first_visit: bool = False
    """Whether it is the patient's first one, at which some papers are due."""
    yearly_papers: bool = False
    """Whether the papers are due that are signed or given once a year."""
    on_file: Annotated[tuple[CodeOrName, ...], Field(max_length=40), AfterValidator(_each_once)] = ()
    """What is signed, on file and still valid, by code or name: the form and the packet leave it out."""
    large_print: bool = False
    """Whether the papers are set in large type."""
    medical_visit: bool = False
    """Whether there is also a medical (evaluation and management) visit, as some add-ons need."""
    clinician: Professional
    """Who treats, or supervises the trainee who does."""
    trainee: Professional | None = None
    """The trainee who treats; the supervisor must be named too."""
    supervisor: Professional | None = None
    """Who supervises the trainee."""
    place: Literal["in person", "telehealth"] = "in person"
    """Whether the patient comes, or is seen by video or telephone."""
    representative: Representative | None = None
    """Who signs, where the patient does not."""
    interpreter: Interpreter | None = None
    """Who interprets, where somebody does."""
    witness: Name | None = None
    """Who watches the signing, where somebody does."""
    extra: Annotated[tuple[FileName, ...], Field(max_length=10), AfterValidator(_each_once)] = ()
    """Names of PDF files in the folder `extra` of the clinic, which are put at the end."""

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        """What `repr` and `str` show: the number, which reveals nobody's name."""
        yield "visit", self.visit

    @field_validator("date")
    @classmethod
    def _in_our_time(cls, date: datetime.date) -> datetime.date:
        if date.year < FIRST_YEAR:
            raise ValueError(f"is before the year {FIRST_YEAR}; correct it")
        return date

    @field_validator("patient")
    @classmethod
    def _alive(cls, patient: Patient, info: ValidationInfo) -> Patient:
        date = info.data.get("date")
        if date and patient.born > date:
            raise ValueError("has a date of birth after the date of the visit; correct one of them")
        if date and years_between(patient.born, date) > OLDEST:
            raise ValueError(f"has a date of birth more than {OLDEST} years before the visit; correct one of them")
        return patient

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.trainee is None) != (self.supervisor is None):
            raise ValueError("names only one of `trainee` and `supervisor`; a trainee is always supervised")
        if not set(self.papers).isdisjoint(self.on_file):
            raise ValueError("names a paper under both `papers` and `on_file`; delete it from one of the two")
        if particular := particular_in(self, self.visit):
            raise ValueError(
                f"has a visit number that contains {particular}; it becomes part of file names, "
                "so use a number that reveals nothing about the patient"
            )
        return self

    @property
    def age(self) -> int:
        """The patient's age in whole years on the day of the visit."""
        return years_between(self.patient.born, self.date)

    @property
    def treats(self) -> Professional:
        """Who treats the patient: the trainee where there is one."""
        return self.trainee or self.clinician


def particular_in(visit: Visit, text: str) -> str | None:
    """What in a text reveals who the patient is, in words that quote nothing; None where nothing does."""
    patient, representative = visit.patient, visit.representative
    name = representative.name if representative else None
    return revealed_in(text, patient.name, patient.record, patient.born, representative=name)
