"""The form of a visit: its fields in groups, with what is in them and what is wrong with them.

Guarantees: every field of a visit is in one of the groups, so that a form that is sent loses none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import request

from consentkit.operations.desk.fields import FIELDS, YES_OR_NO, data_of, value_of
from consentkit.operations.desk.rows import DeskRow
from consentkit.web.guards import this_desk

if TYPE_CHECKING:
    from consentkit.web.needs import ShownNeed
    from consentkit.web.shown import ShownRow

GROUPS: Mapping[str, Sequence[str]] = {
    "patient": ("patient_name", "date_of_birth", "record_number", "language", "large_print"),
    "services": ("procedures", "medical_visit"),
    "interpreter": ("interpreter", "interpreter_is", "interpreter_language", "interpreter_number"),
    "representative": ("representative", "relationship"),
    "people": (
        "clinician",
        "clinician_credentials",
        "trainee",
        "trainee_credentials",
        "supervisor",
        "supervisor_credentials",
        "witness",
    ),
    "other": (
        "visit",
        "date",
        "time",
        "place",
        "documents",
        "also_in",
        "papers",
        "first_visit",
        "yearly_papers",
        "on_file",
        "extra",
    ),
}
"""The groups of the form, in their order; those after the second one are folded where nothing in them needs a look."""
_OPEN = ("patient", "services")
_TYPES = {"date": "date", "date_of_birth": "date", "time": "time"}
_REQUIRED = ("visit", "date", "patient_name", "date_of_birth", "record_number", "clinician")
_CHOICES = ("language", "place", "interpreter_is")


@dataclass(frozen=True)
class ShownField:
    """A field of the form."""

    name: str
    value: str = field(repr=False)
    type: str = "text"
    is_required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """What may be chosen, with what it is called; empty where anything may be typed."""
    problems: tuple[str, ...] = field(default=(), repr=False)
    is_box: bool = False


@dataclass(frozen=True)
class ShownGroup:
    """A group of fields."""

    name: str
    fields: tuple[ShownField, ...]
    is_open: bool


def fields_of(visit: ShownRow) -> list[ShownGroup]:
    """The form of a visit."""
    groups = []
    for name, names in GROUPS.items():
        fields = tuple(_shown(one, visit) for one in names)
        needs_look = any(one.problems or (one.value and name in {"interpreter", "representative"}) for one in fields)
        groups.append(ShownGroup(name, fields, name in _OPEN or needs_look or _is_about(name, visit)))
    return groups


def data_of_form() -> dict[str, object]:
    """The data of a visit as the form of the request has them."""
    values = {name: request.form.get(name, "") for name in FIELDS}
    values["procedures"] = " ".join([*request.form.getlist("procedures"), request.form.get("procedures_add", "")])
    return data_of(values)


def service_choices() -> list[tuple[str, str]]:
    """The services that a visit may be for, with what they are called."""
    from consentkit.web.shown import known

    return [(code, f"{title} ({code})") for code, title in known().titles.items()]


def likely_clinician(rows: Iterable[DeskRow]) -> str:
    """Who treats most of the visits of the day, with credentials; empty where there is none yet."""
    named = Counter(
        ", ".join(filter(None, (value_of(row.data, "clinician"), value_of(row.data, "clinician_credentials"))))
        for row in rows
    )
    del named[""]
    return named.most_common(1)[0][0] if named else ""


def _shown(name: str, visit: ShownRow) -> ShownField:
    value = value_of(visit.row.data, name)
    problems = tuple(sentence.text for sentence in visit.sentences if sentence.field == name)
    asked = next((need for need in visit.needs if need.name == name), None)
    choices = _choices(name, value)
    if asked and name in _CHOICES:  # so that nothing is chosen by leaving it as it is
        choices = ("", ""), *asked.choices
    return ShownField(
        name=name,
        value=value,
        type=_TYPES.get(name, "text"),
        is_required=name in _REQUIRED,
        choices=choices,
        problems=(*problems, *_why(asked)),
        is_box=name in YES_OR_NO,
    )


def _why(asked: ShownNeed | None) -> list[str]:
    from consentkit.web.shown import current_words

    return [asked.why or current_words()("problems.missing", field=asked.label)] if asked else []


def _choices(name: str, value: str) -> tuple[tuple[str, str], ...]:
    from consentkit.web.shown import current_words

    words = current_words()
    if name not in _CHOICES:
        return ()
    offered = dict(words.at("choices")[name])
    if name == "language":
        called = words.at("languages")
        offered |= {tag: called.get(tag, tag) for tag in this_desk().day.maker.workspace.languages()}
    if name == "place" and value == "in person":
        value = ""
    if value not in offered:
        offered[value] = value
    return tuple(offered.items())


def _is_about(group: str, visit: ShownRow) -> bool:
    """Whether something speaks against a visit that this group can help against."""
    rules = {problem.rule for problem in (visit.row.check.problems if visit.row.check else ())}
    about = {"minor-alone": "representative", "untrained-interpreter": "interpreter", "two-roles": "people"}
    return group in {about.get(rule) for rule in rules}
