"""The kinds of values in files: texts, codes, days, numbers.

Guarantees: white space in a text is what a reader will see; a text that shows nothing is refused; a day is in the
calendar, and a number is written in digits only.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import CoreSchema

from consentkit.model.identity import (
    CLAUSE_PATTERN,
    CODE_PATTERN,
    FORMER_VARIANTS,
    LANGUAGE_PATTERN,
    LONGEST_PAPER_NAME,
    PAPER_PATTERN,
    ProcedureVariant,
    Variant,
    complaint_of_former_variant,
)
from consentkit.problems import quoted


def fold(text: str) -> str:
    """Make white space what the reader will see: one space within a paragraph, one blank line between paragraphs."""
    paragraphs = re.split(r"\n[ \t]*\n", text)
    return "\n\n".join(folded for paragraph in paragraphs if (folded := " ".join(paragraph.split())))


def _not_blank(text: str) -> str:
    if not any(char.isprintable() and not char.isspace() for char in text):  # joiners and marks alone show nothing
        raise ValueError("is empty; write the text or delete the line")
    return text


def _one_paragraph(text: str) -> str:
    if "\n\n" in text:
        raise ValueError("contains a blank line; make it one paragraph")
    return text


def _plain(limit: int) -> WrapValidator:
    """Take a text in one step where nothing can be wrong with it, as with nearly every text, since each step costs."""

    def take(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        # A text without an empty line is one paragraph, and one that begins with a visible character shows something.
        if type(value) is str and len(value) <= limit and value.count("\n") <= 1:
            folded = " ".join(value.split())
            if "!" <= folded[:1] <= "~":
                return folded
        return check(value)

    return WrapValidator(take)


class SchemaOnce:
    """Has pydantic work out once what a type of many fields requires: for each field alone it takes far longer."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._schema: CoreSchema | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if self._schema is None:
            self._schema = handler.generate_schema(self._kind)
        # What a field adds, such as a limit, is that field's own.
        return {**self._schema, "metadata": {**self._schema.get("metadata", {})}}


_LONGEST_PROSE, _LONGEST_LINE = 6000, 1000

_CheckedProse = Annotated[
    str,
    AfterValidator(fold),
    AfterValidator(_not_blank),
    Field(min_length=1, max_length=_LONGEST_PROSE),
    _plain(_LONGEST_PROSE),
]
_CheckedLine = Annotated[
    _CheckedProse, AfterValidator(_one_paragraph), Field(max_length=_LONGEST_LINE), _plain(_LONGEST_LINE)
]

Prose = Annotated[str, SchemaOnce(_CheckedProse)]
"""One or more paragraphs, separated by blank lines."""

Line = Annotated[str, SchemaOnce(_CheckedLine)]
"""One paragraph: a list item, a label, a sentence."""

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
"""A billing code as text: capital letters, digits and hyphens, at most 16 characters."""

PaperName = Annotated[str, StringConstraints(pattern=PAPER_PATTERN, max_length=LONGEST_PAPER_NAME)]
"""The name of a paper: words in small letters, digits and hyphens."""

CodeOrName = Annotated[str, StringConstraints(pattern=f"{CODE_PATTERN}|{PAPER_PATTERN}", max_length=LONGEST_PAPER_NAME)]
"""The code of a procedure, or the name of a paper."""

LanguageTag = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
"""A language as BCP 47 writes it: en, es, zh-Hant, es-MX."""

ClauseName = Annotated[str, StringConstraints(pattern=CLAUSE_PATTERN)]
"""The name of a clause of the language pack."""

RiskName = Annotated[str, StringConstraints(pattern=CLAUSE_PATTERN)]
"""The key of a risk in the shared table."""


def _not_a_former_name(value: Any) -> Any:
    if complaint := complaint_of_former_variant(value):
        raise ValueError(complaint)
    return value


def todays_name(value: Any) -> Any:
    """What a kind of document is called today, given any of its names."""
    return FORMER_VARIANTS.get(value, value) if isinstance(value, str) else value


AskedVariant = Annotated[ProcedureVariant, BeforeValidator(_not_a_former_name, json_schema_input_type=ProcedureVariant)]
"""A kind of document of a procedure that is requested by its current name."""

RecordedVariant = Annotated[Variant, BeforeValidator(todays_name, json_schema_input_type=Variant)]
"""A kind of document in a record that is only ever added to: it may hold former names."""


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("is not a date; write year-month-day, such as 2026-11-21")
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day in the calendar; write year-month-day, such as 2026-11-21") from None


_WrittenDay = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]

Day = Annotated[datetime.date, BeforeValidator(_day, json_schema_input_type=_WrittenDay)]
"""A calendar day, written as 2026-11-21."""


def digits_only(value: Any) -> Any:
    """Accept a number in digits only: pydantic would read 1_0 as 10 and 30.0 as 30."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+", value):
        raise ValueError("is not a whole number; write digits only")
    return value


Minutes = Annotated[int, Field(ge=1, le=1440), BeforeValidator(digits_only)]
"""A length of time in minutes, at most a day."""


class Record(BaseModel):
    """The base of everything that is read from a file: frozen, and no key is ever ignored.

    Modules of records do without `from __future__ import annotations`: from each annotation that pydantic gets as text
    it has to make the type again, which takes a third of the time that a record takes to define.
    """

    # What the docstrings behind fields say, `model.descriptions` reads where it is shown: it takes long.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


TextPath = tuple[str | int, ...]
"""Where something is in the data of a file, by keys and by numbers counted from 0."""


def without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check that no entry of a list is repeated. Raises ValueError."""
    if len(set(values)) == len(values):  # as nearly always
        return values
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"names {', '.join(map(quoted, repeated))} more than once; keep one")
    return values
