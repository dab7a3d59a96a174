"""Edits that would help a visit which something speaks against.

Guarantees: each one has been tried; what is offered leaves the fewest reasons, takes at least one away, and brings no
other one. Nobody but the front desk decides which of them is right.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from consentkit.operations.desk.fields import fields_beside, value_of, with_value
from consentkit.operations.desk.rows import Remedy

MOST_OFFERED = 4
INTERPRETERS = ("professional", "staff")
"""Who may interpret."""
_MAY_BE_EMPTY = (
    "time",
    "language",
    "also_in",
    "documents",
    "papers",
    "first_visit",
    "yearly_papers",
    "on_file",
    "large_print",
    "medical_visit",
    "clinician_credentials",
    "trainee",
    "trainee_credentials",
    "supervisor",
    "supervisor_credentials",
    "place",
    "representative",
    "relationship",
    "interpreter_language",
    "interpreter_number",
    "witness",
    "extra",
)
"""Fields, and roles by the field of their name, that a visit can do without."""
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::00)?\s*([ap])?\.?\s*(?:m\.?)?", re.IGNORECASE)

Judge = Callable[[Mapping[str, Any]], Collection[str]]
"""What speaks against a visit, by names of the reasons."""


def remedies_of(
    data: Mapping[str, Any], judge: Judge, partners: Iterable[tuple[str, str]], languages: Iterable[str]
) -> tuple[Remedy, ...]:
    """The edits that help a visit.

    `partners` are pairs of a code that the visit has, or none, and one that may replace it or be added, the likeliest
    first; `languages` those that papers are printed in.
    """
    before = judge(data)
    if not before:
        return ()
    left: dict[Remedy, int] = {}
    for remedy in dict.fromkeys(_candidates(data, partners, languages)):
        after = judge(corrected(data, remedy))
        if len(after) < len(before) and set(after) <= set(before):
            left[remedy] = len(after)
    best = min(left.values(), default=0)
    helping = [remedy for remedy, count in left.items() if count == best]
    better = [remedy for remedy in helping if remedy.kind != "empty"]  # which also says what becomes of the field
    return tuple(better or helping)[:MOST_OFFERED]


def corrected(data: Mapping[str, Any], remedy: Remedy) -> dict[str, Any]:
    """The data of a visit after an edit."""
    edit = _EDITS.get(remedy.kind)
    return edit(data, remedy.value) if edit else dict(data)


def answered_by(remedy: Remedy) -> tuple[str, ...]:
    """The fields of which somebody says by a remedy that there is nothing."""
    if remedy.kind == "no-interpreter":
        return fields_beside("interpreter")
    return fields_beside(remedy.value) if remedy.kind == "empty" else ()


def codes_of(data: Mapping[str, Any]) -> list[str]:
    """The codes of a visit, as far as they are texts."""
    return _list(data, "procedures")


def _candidates(
    data: Mapping[str, Any], partners: Iterable[tuple[str, str]], languages: Iterable[str]
) -> Iterator[Remedy]:
    """What is likely comes first; another code is a guess, and to leave something out is the last that is tried."""
    codes = codes_of(data)
    if len(set(codes)) < len(codes):
        yield Remedy("once")
    if len(set(codes)) > 1:
        yield from (Remedy("without", code) for code in dict.fromkeys(codes))
    yield Remedy("no-medical-visit" if data.get("medical_visit") else "medical-visit")
    if time := _time_of(value_of(data, "time")):
        yield Remedy("time", time)
    if data.get("interpreter"):
        kind = value_of(data, "interpreter_is")
        if kind not in {"relative", "child"}:  # who is a relative does not become a professional by a button
            yield from (Remedy("interpreter", one) for one in INTERPRETERS if one != kind)
        yield Remedy("no-interpreter")
    if data.get("language") or not data.get("also_in"):
        yield from (Remedy("language", language) for language in languages if language != data.get("language"))
    yield from (Remedy("not-also", tag) for tag in _list(data, "also_in"))
    for old, new in partners:
        yield Remedy("instead", f"{old}>{new}") if old else Remedy("with", new)
    yield from (Remedy("without-paper", name) for name in (*_list(data, "papers"), *_list(data, "on_file")))
    yield from (Remedy("without-extra", name) for name in _list(data, "extra"))
    yield from (Remedy("empty", field) for field in _MAY_BE_EMPTY if value_of(data, field))


def _time_of(text: str) -> str:
    """A time of day that is written as people do, as the schedule has it; empty where it is none."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return ""
    hour, minute, half = int(match[1]), match[2], (match[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    with suppress(ValueError):
        return datetime.time.fromisoformat(f"{hour:02}:{minute}").strftime("%H:%M")
    return ""


def _list(data: Mapping[str, Any], field: str) -> list[str]:
    value = data.get(field)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _without(data: Mapping[str, Any], field: str, value: str) -> dict[str, Any]:
    return with_value(data, field, [one for one in _list(data, field) if one != value] or None)


def _with_codes(data: Mapping[str, Any], codes: Iterable[str]) -> dict[str, Any]:
    return with_value(data, "procedures", list(codes))


def _instead(data: Mapping[str, Any], value: str) -> dict[str, Any]:
    old, _, new = value.partition(">")
    return _with_codes(data, dict.fromkeys(new if code == old else code for code in codes_of(data)))


_EDITS: Mapping[str, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    "without": lambda data, value: _with_codes(data, (code for code in codes_of(data) if code != value)),
    "once": lambda data, _: _with_codes(data, dict.fromkeys(codes_of(data))),
    "with": lambda data, value: _with_codes(data, (value, *codes_of(data))),
    "instead": _instead,
    "medical-visit": lambda data, _: with_value(data, "medical_visit", "yes"),
    "no-medical-visit": lambda data, _: with_value(data, "medical_visit", None),
    "no-interpreter": lambda data, _: with_value(data, "interpreter", None),
    "interpreter": lambda data, value: with_value(data, "interpreter_is", value),
    "language": lambda data, value: _without(with_value(data, "language", value), "also_in", value),
    "not-also": lambda data, value: _without(data, "also_in", value),
    "without-paper": lambda data, value: _without(
        data, "papers" if value in _list(data, "papers") else "on_file", value
    ),
    "without-extra": lambda data, value: _without(data, "extra", value),
    "time": lambda data, value: with_value(data, "time", value),
    "empty": lambda data, value: with_value(data, value, None),
}
"""What each kind of remedy does."""
