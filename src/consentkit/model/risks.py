"""Risks and benefits with their figures, and the table of risks that several procedures share.

Guarantees: a figure has a source with its year; a risk of the table has one group, one figure and one wording for each
language, wherever it is named; a text that files it under another group is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from consentkit.model.identity import RISKS
from consentkit.model.values import LanguageTag, Line, Prose, Record, RiskName, digits_only
from consentkit.problems import did_you_mean, quoted

RiskGroup = Literal["common", "uncommon", "rare"]
"""How likely a risk is."""

RISK_GROUPS: tuple[RiskGroup, ...] = get_args(RiskGroup)
"""The groups, the most likely first."""

Year = Annotated[int, Field(ge=1900, le=2100), BeforeValidator(digits_only)]


Section = Literal[
    "purpose",
    "indications",
    "preparation",
    "tables",
    "description",
    "equipment",
    "anesthesia",
    "duration",
    "setting",
    "personnel",
    "risks",
    "benefits",
    "recovery",
    "warning_signs",
    "alternatives",
    "no_treatment",
    "patient_experience",
]
"""A part of a procedure that makes claims of its own."""


class Source(Record):
    """Where facts in the text come from."""

    title: Line
    """The title of the book, paper or page."""
    publisher: Line
    """Who wrote or published it."""
    year: Year | None = None
    """The year of publication, where known."""
    supports: tuple[Section, ...] = ()
    """The parts of the procedure whose claims come from it; for reviewers, not printed."""


class DatedSource(Source):
    """Where a figure comes from. Its year must be known: a figure grows old."""

    year: Year
    """The year of publication."""


class Figure(Record):
    """How many people, out of how many. Whom was counted, and what happened to them, the text says."""

    number: Annotated[int, Field(ge=1, le=1000), BeforeValidator(digits_only)]
    """To how many it happened."""
    out_of: Annotated[int, Field(ge=2, le=1000), BeforeValidator(digits_only)]
    """Of how many: 10, 20, 50, 100 or 1000."""

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        if self.out_of not in _BASES:
            raise ValueError("has another `out_of` than 10, 20, 50, 100 or 1000; readers can't compare it, so round it")
        if self.number > self.out_of:
            raise ValueError("has a `number` above `out_of`; correct one of them")
        return self


_BASES = (10, 20, 50, 100, 1000)


def _require_source(figure: Figure | None, source: DatedSource | None) -> None:
    if figure and not source:
        where = "with `title`, `publisher` and `year`"
        raise ValueError(f"has a `figure` without a `source`; say where it comes from, {where}, or delete the figure")


class Statement(Record):
    """An item that may have a figure, with the source of it."""

    text: Line
    """What the reader learns. A figure is printed in front of it."""
    figure: Figure | None = None
    """How many people, out of how many."""
    source: DatedSource | None = None
    """Where the figure comes from."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        _require_source(self.figure, self.source)
        return self

    def __str__(self) -> str:
        return self.text

    @model_serializer(mode="wrap")
    def _as_it_may_be_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        """Plain text where there is no more: the hash of a text does not depend on how it is written."""
        written = {name: value for name, value in handler(self).items() if value is not None}
        return written["text"] if set(written) == {"text"} else written


class Benefit(Statement):
    """What good may come of it."""


Phrase = Annotated[Line, Field(max_length=90)]
"""A few words that stand for a longer text."""


class Risk(Statement):
    """What can go wrong."""

    short: Phrase | None = None
    """The same in a few words, for the form that is signed."""
    risk: RiskName | None = None
    """The key of this risk in the shared table, which has all the rest."""

    @property
    def phrase(self) -> str:
        """The risk in a few words, where there are some."""
        return self.short or self.text

    @model_serializer(mode="wrap")
    def _as_it_may_be_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        """The key alone for a risk of the table: what the table says is not text of the procedure."""
        if self.risk:
            return {"risk": self.risk}
        written = {name: value for name, value in handler(self).items() if value is not None}
        return written["text"] if set(written) == {"text"} else written


class OwnRisk(Statement):
    """A risk of this procedure alone."""

    short: Phrase | None = None
    """The same in a few words, for the form that is signed."""


class RiskReference(Record):
    """A risk of the shared table `risks.yaml`."""

    risk: RiskName
    """The key of the risk in the table, which has its wording, group, figure and source."""


class Wording(Record):
    """What a risk is called in one language."""

    text: Line
    """What the reader learns. A figure is printed in front of it."""
    short: Phrase | None = None
    """The same in a few words, for the form that is signed."""


def _from_text(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class SharedRisk(Record):
    """A risk that several procedures share."""

    group: RiskGroup
    """How likely it is: `common`, `uncommon` or `rare`, in every text alike."""
    figure: Figure | None = None
    """How many people, out of how many."""
    source: DatedSource | None = None
    """Where the figure comes from."""
    wording: dict[
        LanguageTag, Annotated[Wording, BeforeValidator(_from_text, json_schema_input_type=Prose | Wording)]
    ] = Field(min_length=1)
    """The wording in each language."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        _require_source(self.figure, self.source)
        return self

    def worded(self, language: str) -> Wording | None:
        """The wording in a language; that without a region serves for each region."""
        return self.wording.get(language) or self.wording.get(language.partition("-")[0])


class RiskTable(Record):
    """The risks that procedures share: the file risks.yaml beside the procedures."""

    risks: dict[RiskName, SharedRisk] = Field(default_factory=dict)
    """The risks by their keys."""


@dataclass(frozen=True)
class KnownRisks:
    """What a text may refer to: it is given to the validation of a procedure as its context."""

    language: str
    """The language of the text."""
    risks: Mapping[str, SharedRisk] = field(default_factory=dict)


def _statement(value: Any) -> Any:
    """Take a text for a statement; what is neither a text nor has a known key is reported as a text gone wrong."""
    if isinstance(value, Statement) or (isinstance(value, dict) and value.keys() & _KEYS):
        return value
    return {"text": value}


_KEYS = {"text", "short", "figure", "source", "risk"}


def _risk(group: RiskGroup, value: Any, info: ValidationInfo) -> Any:
    """Take a text for a risk, or replace each key by the risk of the table."""
    if isinstance(value, dict) and isinstance(value.get("risk"), str):
        return _of_the_table(group, value, info.context)
    return _statement(value)


def _of_the_table(group: RiskGroup, value: dict[str, Any], known: Any) -> Any:
    name = value["risk"]
    if others := sorted(value.keys() - {"risk"}):
        raise ValueError(
            f"refers to `{RISKS}` by `risk`, which has all the rest; delete {' and '.join(map(quoted, others))}"
        )
    if not isinstance(known, KnownRisks):
        raise ValueError(f"refers to {quoted(name)} of `{RISKS}`, but there is no table here; write the text itself")
    shared = known.risks.get(name)
    if shared is None:
        near = (
            did_you_mean(name, known.risks) or f"; add it to `{RISKS}` beside the procedures, or write the text itself"
        )
        raise ValueError(f"refers to {quoted(name)}, which `{RISKS}` does not have{near}")
    if shared.group != group:
        raise ValueError(
            f"files {quoted(name)} under `{group}`, but in `{RISKS}` it is `{shared.group}` for all texts; "
            f"move it to `{shared.group}`"
        )
    wording = shared.worded(known.language)
    if wording is None:
        message = f"refers to {quoted(name)}, for which `{RISKS}` has no wording in {quoted(known.language)}"
        raise ValueError(f"{message}; add it there under `wording`")
    return {"risk": name, **dict(wording), "figure": shared.figure, "source": shared.source}


_RISK_AS_WRITTEN = Prose | OwnRisk | RiskReference
CommonRisk = Annotated[Risk, BeforeValidator(partial(_risk, "common"), json_schema_input_type=_RISK_AS_WRITTEN)]
UncommonRisk = Annotated[Risk, BeforeValidator(partial(_risk, "uncommon"), json_schema_input_type=_RISK_AS_WRITTEN)]
RareRisk = Annotated[Risk, BeforeValidator(partial(_risk, "rare"), json_schema_input_type=_RISK_AS_WRITTEN)]
AnyBenefit = Annotated[Benefit, BeforeValidator(_statement, json_schema_input_type=Prose | Statement)]
"""A statement, which an author may also write as plain text."""


def risks_of_table(*tables: RiskTable) -> dict[str, SharedRisk]:
    """The risks of several tables together; where two have the same key, the first one counts."""
    return {name: risk for table in reversed(tables) for name, risk in table.risks.items()}
