"""One visit: who comes, when, for what, and who signs.

Guarantees: every instance is frozen and complete, and nothing in it contradicts the rest; no message quotes the value
of a field, since these are a patient's particulars.
"""

import datetime
import re
import unicodedata
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

from consentkit.model.values import AskedVariant, Code, CodeOrName, Day, LanguageTag, Line, PaperName, Record

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


def packet_file_name(visit: str, date: datetime.date) -> str:
    """The name of the file of a packet."""
    return f"{date.isoformat()}-{visit}.pdf"


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
    record: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,22}[A-Za-z0-9])?$")]
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
        if date and _years(patient.born, date) > OLDEST:
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
        return _years(self.patient.born, self.date)

    @property
    def treats(self) -> Professional:
        """Who treats the patient: the trainee where there is one."""
        return self.trainee or self.clinician


def _years(born: datetime.date, day: datetime.date) -> int:
    """Whole years between two days."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def particular_in(visit: Visit, text: str) -> str | None:
    """What in a text reveals who the patient is, in words that quote nothing; None where nothing does.

    Accents, capitals and the marks between letters don't count. A text is split where letters and digits end, and a
    piece is somebody's if it is a word of the name or several of them in a row, or if it contains a word of six letters
    or more. Nicknames, initials and names written in another script are not detected.
    """
    plain = _folded(text)
    pieces = set(re.findall(r"[^\W\d_]+", plain))
    if any(_is_named(visit.patient.name, pieces)) or _contains_record(visit.patient.record, plain):
        return "the patient's name or record number"
    if _contains_day(visit.patient.born, plain):
        return "the patient's date of birth"
    if visit.representative and any(_is_named(visit.representative.name, pieces)):
        return "the representative's name"
    return None


def mentions(particular: str, text: str) -> bool:
    """Whether a text reveals a particular that was not validated: a name, a record number or a day, in any form."""
    plain = _folded(text)
    pieces = set(re.findall(r"[^\W\d_]+", plain))
    if any(_is_named(particular, pieces)):
        return True
    if not any(char.isdigit() for char in particular):
        return False
    try:
        day = datetime.date.fromisoformat(particular)
    except ValueError:
        return _contains_record(particular, plain)
    return _contains_day(day, plain)


_LEAST_LETTERS = 2
"""The fewest letters of a word that counts as a name: an initial is part of too many numbers."""
_LEAST_ANYWHERE = 6
"""The fewest letters of a word that counts within a longer one; shorter ones are part of too many other words."""
_LEAST_JOINED = 4
"""The fewest letters of words in a row that count where they are written as one."""
_LEAST_OF_RECORD = 4
"""The fewest characters of a record number that counts within others."""
_UNMARKED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not treat as a plain one with a mark, but people who type without accents do."""
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""How such letters are spelled in German and the Nordic languages where they can't be typed."""
_MONTHS = ("jan|ene", "feb", "mar", "apr|abr", "may", "jun", "jul", "aug|ago", "sep|set", "oct", "nov", "dec|dic")
"""The first letters of the months, in English and Spanish."""


def _folded(text: str) -> str:
    """A text without capitals and without marks on its letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in apart if not unicodedata.category(char).startswith("M")).translate(_UNMARKED)


def _is_named(name: str, pieces: set[str]) -> Iterator[bool]:
    """For each way to write a name, whether it is among the pieces of a text."""
    composed = unicodedata.normalize("NFKC", name).casefold()
    for plain in {_folded(name), _folded(composed.translate(_SPELLED_OUT))}:
        words = re.findall(r"[^\W\d_]+", plain)
        yield not pieces.isdisjoint(word for word in words if len(word) >= _LEAST_LETTERS)
        yield not pieces.isdisjoint(_joined(words))
        yield any(word in piece for word in words if _counts_anywhere(word) for piece in pieces)


def _counts_anywhere(word: str) -> bool:
    """Whether a word counts within a longer piece. Chinese, Thai and others put no spaces between words."""
    return len(word) >= (_LEAST_ANYWHERE if word.isascii() else _LEAST_LETTERS)


def _joined(words: list[str]) -> Iterator[str]:
    """Words of a name in a row, written as one, such as `okeeffe` for O’Keeffe."""
    for first in range(len(words)):
        for last in range(first + 2, len(words) + 1):
            if len(joined := "".join(words[first:last])) >= _LEAST_JOINED:
                yield joined


def _contains_record(record: str, plain: str) -> bool:
    """Whether a folded text contains a record number, whatever is between its characters."""
    number, squeezed = (re.sub(r"[\W_]", "", text) for text in (_folded(record), plain))
    if len(number) >= _LEAST_OF_RECORD:
        return number in squeezed
    between = r"[\W_]?".join(map(re.escape, number))
    return number == squeezed or (len(number) > 1 and bool(re.search(rf"(?<![^\W_]){between}(?![^\W_])", plain)))


def _contains_day(day: datetime.date, plain: str) -> bool:
    """Whether a folded text contains a day: in digits, in each common order, or with the month as a word."""
    if f"{day:%y}" not in plain or str(day.day) not in plain:
        return False  # as nearly always, and the pattern takes long to make
    year, month, number = f"{day.year:04}", f"0?{day.month}", f"0?{day.day}"
    years, mark = f"(?:{year}|{year[2:]})", r"[\W_]{1,2}"
    word, gap = rf"(?:{_MONTHS[day.month - 1]})[a-z]*", r"[\W_]{0,2}(?:(?:of|de|del)\b)?[\W_]{0,2}"
    orders = ((year, month, number), (month, number, year), (number, month, year))
    in_digits = [r"[\W_]{0,2}".join(parts) for parts in orders]
    in_digits += [mark.join(parts) for parts in ((month, number, years), (number, month, years))]
    in_digits += [f"{day:{form}}" for form in ("%m%d%y", "%d%m%y", "%y%m%d")]
    nth = f"{number}(?:st|nd|rd|th)?"
    in_words = [gap.join(parts) for parts in ((word, nth, years), (nth, word, years), (year, word, nth))]
    return bool(re.search(rf"(?<!\d)(?:{'|'.join([*in_digits, *in_words])})(?!\d)", plain))
