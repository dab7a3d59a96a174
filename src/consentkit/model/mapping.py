"""How the clinic's schedules are written: what clinic.yaml has under `mapping`.

Guarantees: each column of a schedule is filled from one source; what a format states can be used as it is, so a mistake
in it is reported with the clinic's particulars, before any file is read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from consentkit.model.day_patterns import DayPatternText
from consentkit.model.values import Code, Line, Record, SchemaOnce, digits_only
from consentkit.problems import quoted

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]
"""How the characters of a file are stored."""
HoursOfDay = Literal["12-hour", "24-hour"]
"""Whether times of day go to 12, with AM and PM, or to 24."""
NameForm = Literal["First Middle Last", "Last, First Middle"]
"""The order of a name."""
CodesForm = Literal["codes", "code first"]
"""What a cell with codes holds besides."""
WithoutTranslation = Literal["ask", "keep"]
"""What becomes of a text without a translation: a person is asked, or it stays as it is."""

ForeignHeader = Annotated[str, SchemaOnce(Annotated[Line, Field(max_length=100)])]
"""The name of a column in somebody else's file; capitals, spaces and underscores don't count."""
TextPattern = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
"""A text in which * matches any characters and ? any single one; capitals don't count."""


FORMAT_NAME = r"[a-z0-9][a-z0-9-]{0,31}"
"""What the name of a format consists of, as a pattern."""


def _format_name(text: str) -> str:
    if not re.fullmatch(FORMAT_NAME, text):
        raise ValueError(f"is {quoted(text)}; name a format by at most 32 small letters, digits and hyphens")
    return text


FormatName = Annotated[str, AfterValidator(_format_name)]
"""The name of a format."""

PLACE_IN_TEMPLATE = re.compile(r"\{([^{}]*)\}")
VISIT_IN_TEMPLATE = "visit"


def header_key(header: str) -> str:
    """What of the name of a column counts when names are compared."""
    return re.sub(r"[\s_-]+", " ", header.replace("\ufeff", "")).strip().casefold()


class ColumnSource(Record):
    """Where the cells of a column of ours come from."""

    model_config = ConfigDict(populate_by_name=False)

    def headers(self) -> Iterator[str]:
        """The columns of the file that it needs."""
        yield from ()

    def _require_one(self, **given: object) -> None:
        names = [name for name, value in given.items() if value]
        if len(names) != 1:
            known = ", ".join(f"`{name}`" for name in given)
            raise ValueError(f"must state one of {known}, and only one")


def _from_header(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Translations: TypeAlias = dict[TextPattern, Literal[""] | Line]
"""What each text of the file means; the first one that matches counts, and "" is nothing, on either side."""


class TextColumn(ColumnSource):
    """Text from a column, from several, or the same for each visit."""

    source: ForeignHeader | None = Field(default=None, alias="from")
    """The column of the file."""
    join: tuple[ForeignHeader, ...] = ()
    """Several columns, joined by spaces."""
    fixed: Line | None = Field(default=None, alias="is")
    """What it is for each visit."""
    translate: Translations = Field(default_factory=dict)
    """What the texts of the file stand for."""
    unknown: WithoutTranslation = "ask"
    """What becomes of a text that `translate` lacks: `ask` for it, or `keep` it as it is."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        self._require_one(**{"from": self.source, "join": self.join, "is": self.fixed})
        if self.fixed and self.translate:
            raise ValueError("states with `is` what it is, so there is nothing to translate; delete one of them")
        return self

    def headers(self) -> Iterator[str]:
        """The columns of the file that it needs."""
        yield from (self.source,) if self.source else self.join


class NameColumn(TextColumn):
    """The name of a person."""

    form: NameForm | None = None
    """The order of the name: `Last, First Middle` is turned round."""

    @model_validator(mode="after")
    def _has_a_name_to_turn(self) -> Self:
        if self.form and not self.source:
            raise ValueError("has a `form`, which is for a name in one column; delete it")
        return self


class DayColumn(ColumnSource):
    """A day."""

    source: ForeignHeader = Field(alias="from")
    """The column of the file; it may hold the time of day, too."""
    form: DayPatternText | None = None
    """How the day is written, where it differs from `dates`."""

    def headers(self) -> Iterator[str]:
        """The columns of the file that it needs."""
        yield self.source


class TimeColumn(ColumnSource):
    """A time of day."""

    source: ForeignHeader = Field(alias="from")
    """The column of the file; it may be that of the day."""
    form: HoursOfDay | None = None
    """How the time is written, where it differs from `times`."""

    def headers(self) -> Iterator[str]:
        """The columns of the file that it needs."""
        yield self.source


def _template(text: str) -> str:
    if not PLACE_IN_TEMPLATE.search(text) or re.search(r"[{}]", PLACE_IN_TEMPLATE.sub("", text)):
        raise ValueError('must name a column in braces, such as "T-{Appointment ID}"')
    return text


def _beginning(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}", text):
        raise ValueError("must have 1 to 16 letters from A to Z, digits and hyphens, such as F-")
    return text


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class VisitColumn(ColumnSource):
    """The number of a visit: from a column, made of columns, or counted."""

    source: ForeignHeader | None = Field(default=None, alias="from")
    """The column of the file."""
    template: Annotated[Line, AfterValidator(_template)] | None = None
    """A text with columns of the file in braces, such as "T-{Appointment ID}"."""
    count: Annotated[Line, AfterValidator(_beginning)] | None = None
    """How numbers begin that are counted: "F-" gives F-20261124-01 for the first visit of that day in the file."""

    made_of: Annotated[tuple[ForeignHeader, ...], BeforeValidator(_as_list, json_schema_input_type=Any)] = ()
    """Columns whose texts are too long for a number, or may name somebody: F- and letters are made of them."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        sources = {"from": self.source, "template": self.template, "count": self.count, "made_of": self.made_of}
        self._require_one(**sources)
        return self

    def headers(self) -> Iterator[str]:
        """The columns of the file that it needs."""
        if self.template:
            yield from PLACE_IN_TEMPLATE.findall(self.template)
        elif self.source:
            yield self.source
        yield from self.made_of


FixedCodes = Annotated[tuple[Code, ...], Field(min_length=1), BeforeValidator(_as_list, json_schema_input_type=Any)]


class CodesColumn(ColumnSource):
    """The codes of what is offered: codes with their modifiers, or words for them, such as appointment types."""

    source: ForeignHeader | None = Field(default=None, alias="from")
    """The column of the file; it may hold several codes, and modifiers, as in 90837-95."""
    join: tuple[ForeignHeader, ...] = ()
    """Several columns, each with codes."""
    fixed: FixedCodes | None = Field(default=None, alias="is")
    """The codes of each visit."""
    form: CodesForm = "codes"
    """Whether a cell holds `codes` only, or `code first` and then words, as in 90837: Talk, one hour."""
    translate: dict[TextPattern, FixedCodes] = Field(default_factory=dict)
    """The codes that each text of the file means; the first one that matches counts."""
    modifiers: tuple[ForeignHeader, ...] = ()
    """Columns with modifiers: 93, 95, FQ and GT mean telehealth."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        self._require_one(**{"from": self.source, "join": self.join, "is": self.fixed})
        return self

    def headers(self) -> Iterator[str]:
        """The columns of the file that it needs."""
        yield from (self.source,) if self.source else self.join
        yield from self.modifiers


_TextSource: TypeAlias = Annotated[
    TextColumn, BeforeValidator(_from_header, json_schema_input_type=ForeignHeader | TextColumn)
]
_PersonSource: TypeAlias = Annotated[
    NameColumn, BeforeValidator(_from_header, json_schema_input_type=ForeignHeader | NameColumn)
]
_DaySource: TypeAlias = Annotated[
    DayColumn, BeforeValidator(_from_header, json_schema_input_type=ForeignHeader | DayColumn)
]
_TimeSource: TypeAlias = Annotated[
    TimeColumn, BeforeValidator(_from_header, json_schema_input_type=ForeignHeader | TimeColumn)
]
_VisitSource: TypeAlias = Annotated[
    VisitColumn, BeforeValidator(_from_header, json_schema_input_type=ForeignHeader | VisitColumn)
]
_CodesSource: TypeAlias = Annotated[
    CodesColumn, BeforeValidator(_from_header, json_schema_input_type=ForeignHeader | CodesColumn)
]


class FormatColumns(Record):
    """Our columns, each with what fills it: a column of the file, or more about it. The others stay empty."""

    visit: _VisitSource | None = None
    date: _DaySource | None = None
    time: _TimeSource | None = None
    patient_name: _PersonSource | None = None
    date_of_birth: _DaySource | None = None
    record_number: _TextSource | None = None
    language: _TextSource | None = None
    also_in: _TextSource | None = None
    procedures: _CodesSource | None = None
    documents: _TextSource | None = None
    papers: _TextSource | None = None
    first_visit: _TextSource | None = None
    yearly_papers: _TextSource | None = None
    on_file: _TextSource | None = None
    large_print: _TextSource | None = None
    medical_visit: _TextSource | None = None
    clinician: _PersonSource | None = None
    clinician_credentials: _TextSource | None = None
    trainee: _PersonSource | None = None
    trainee_credentials: _TextSource | None = None
    supervisor: _PersonSource | None = None
    supervisor_credentials: _TextSource | None = None
    place: _TextSource | None = None
    representative: _PersonSource | None = None
    relationship: _TextSource | None = None
    interpreter: _PersonSource | None = None
    interpreter_is: _TextSource | None = None
    interpreter_language: _TextSource | None = None
    interpreter_number: _TextSource | None = None
    witness: _PersonSource | None = None
    extra: _TextSource | None = None

    def sources(self) -> Mapping[str, ColumnSource]:
        """The columns that are filled, each with its source."""
        return {name: source for name in type(self).model_fields if (source := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _fills_something(self) -> Self:
        if not self.sources():
            raise ValueError("fills no column; name at least those of the day and of the patient's name")
        return self


class TextSettings(Record):
    """How the text of a schedule is written."""

    encoding: Encoding | None = None
    """How its characters are stored; utf-8 by default."""
    dates: DayPatternText | None = None
    """How days are written, such as MM/DD/YYYY; days as 2026-11-24 are always read."""
    times: HoursOfDay | None = None
    """Whether times of day are written up to 12, with AM and PM, or up to 24."""
    two_digit_years_from: Annotated[int, Field(ge=1890, le=2000), BeforeValidator(digits_only)] | None = None
    """The first of the hundred years that years of two digits mean in dates of birth, such as 1930."""
    credentials: Annotated[tuple[Annotated[Line, Field(max_length=40)], ...], Field(max_length=100)] | None = None
    """What may be behind a comma after names of those who treat, beside common degrees and licences: [Intern]."""


def _several(headers: tuple[str, ...]) -> tuple[str, ...]:
    if len(headers) == 1:
        raise ValueError("names one column only, which other files may have, too; name at least two")
    return headers


def _different(headers: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(map(header_key, headers))) < len(headers):
        raise ValueError("names a column twice; give each a name of its own")
    return headers


class ScheduleFormat(TextSettings):
    """A layout of schedules that some program writes."""

    recognize: Annotated[tuple[ForeignHeader, ...], AfterValidator(_several)] = ()
    """Columns by which a file is recognised; without them, select the format with `--format`, or at the desk."""
    header: Annotated[tuple[ForeignHeader, ...], AfterValidator(_different)] = ()
    """What the columns are called here, for files that don't name them; select it with `--format`, or at the desk."""
    sheet: Annotated[Line, Field(max_length=31)] | None = None
    """The sheet of an .xlsx file; the one with the columns by default."""
    columns: FormatColumns
    """What fills our columns."""
    skip: dict[ForeignHeader, Annotated[tuple[TextPattern, ...], Field(min_length=1), BeforeValidator(_as_list)]] = (
        Field(default_factory=dict)
    )
    """Rows that are no visits, by what a column holds, such as Status: [Cancelled, No Show*]."""
    skip_lines: tuple[TextPattern, ...] = ()
    """Lines that are no rows, by what their first cell holds, such as Total*."""
    ignore: tuple[TextPattern, ...] = ()
    """Columns that are not used. Any other column that is not used is refused."""

    @model_validator(mode="after")
    def _names_its_columns_once(self) -> Self:
        if self.header and self.recognize:
            raise ValueError("has both `recognize` and `header`, which is for files that name no columns; delete one")
        known = {header_key(name) for name in self.header}
        if lacking := [name for name in self.headers() if self.header and header_key(name) not in known]:
            raise ValueError(f"uses the column {quoted(lacking[0])}, which its `header` lacks; add it there")
        return self

    def headers(self) -> Iterator[str]:
        """The columns of the file that it uses."""
        for source in self.columns.sources().values():
            yield from source.headers()
        yield from self.skip

    def with_defaults(self, settings: TextSettings) -> Self:
        """The format, with what the clinic states for all formats where it states nothing itself."""
        missing = {name: getattr(settings, name) for name in TextSettings.model_fields if getattr(self, name) is None}
        return self.model_copy(update=missing)


def _record_template(text: str) -> str:
    rest = text.replace("{visit}", "", 1)
    if rest == text or not re.fullmatch(r"[A-Za-z0-9 ./-]*[A-Za-z][A-Za-z0-9 ./-]*", rest):
        raise ValueError('must be letters with the number of the visit in it, such as "NEW-{visit}"')
    return text


class MappingSettings(TextSettings):
    """How the clinic's schedules are written, and what their words stand for."""

    new_patients: Annotated[Line, Field(max_length=24), AfterValidator(_record_template)] | None = None
    """What is printed as the record number of patients who have none yet, such as "NEW-{visit}"; required otherwise."""
    formats: dict[FormatName, ScheduleFormat] = Field(default_factory=dict)
    """Layouts of schedules by name."""

    def record_for(self, visit: str) -> str | None:
        """The record number of a patient who has none yet, at a visit; None where the clinic has not stated one."""
        return self.new_patients.replace("{visit}", visit) if self.new_patients else None
