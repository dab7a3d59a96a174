"""What a visit lacks, as fields in its row.

Guarantees: nothing is filled in beforehand, so that what the schedule has counts only once somebody has typed or chosen
it; what may be left out is left out only where somebody says that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import request

from consentkit.operations.desk.completing import questions_of
from consentkit.operations.desk.fields import FIELDS, NEEDED

if TYPE_CHECKING:
    from consentkit.operations.desk.rows import DeskRow
    from consentkit.packets.needs import Need
    from consentkit.web.sentences import Known
    from consentkit.web.words import Words

_TYPES = {"date": "date", "date_of_birth": "date", "time": "time"}
_IN_PERSON, _TELEHEALTH = "in person", "telehealth"


@dataclass(frozen=True)
class ShownNeed:
    """Something that a visit lacks."""

    name: str
    label: str
    why: str = field(repr=False)
    type: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    """What may be chosen; empty where anything may be typed."""
    is_required: bool = True
    """Whether there must be something; else somebody may say that there is none."""


def shown_needs(row: DeskRow, words: Words, known: Known) -> tuple[ShownNeed, ...]:
    """The fields that complete a visit."""
    if row.entry.refusals:
        return ()
    return tuple(_shown(need, words, known) for need in questions_of(row.entry))


def answers_of_form() -> tuple[dict[str, str], set[str]]:
    """What the form of the request fills in, and the fields of which it says that there is nothing."""
    answers = {name: request.form.get(name, "") for name in FIELDS}
    return answers, {name for name in FIELDS if name not in NEEDED and request.form.get(f"none_{name}") == "yes"}


def _shown(need: Need, words: Words, known: Known) -> ShownNeed:
    choices = _choices(need.field, words, known)
    return ShownNeed(
        name=need.field,
        label=words(f"fields.{need.field}"),
        why=_why(need, words),
        type=_TYPES.get(need.field, "text"),
        choices=choices,
        is_required=need.field in NEEDED or bool(choices),
    )


def _why(need: Need, words: Words) -> str:
    if need.reason == "empty":
        return ""
    if need.reason in {"unknown", "unclear"} and not need.given:
        return words("needs_why_nothing")
    return words(f"needs_why.{need.reason}", given=need.given)


def _choices(name: str, words: Words, known: Known) -> tuple[tuple[str, str], ...]:
    if name == "procedures":
        return tuple((code, f"{title} ({code})") for code, title in known.titles.items())
    if name == "language":
        called = words.at("languages")
        return tuple((tag, called.get(tag, tag)) for tag in known.languages)
    if name == "place":
        return (_IN_PERSON, words("in_person")), (_TELEHEALTH, words.at("choices")["place"][_TELEHEALTH])
    if name == "interpreter_is":
        return tuple((value, called) for value, called in words.at("choices")[name].items() if value)
    return ()
