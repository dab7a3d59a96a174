"""Edits that would help a visit which something speaks against.

Guarantees: each one has been tried; what is offered leaves the fewest reasons, takes at least one away, and brings no
other one. Nobody but the front desk decides which of them is right.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from consentkit.operations.desk.rows import Remedy

MOST_OFFERED = 4

Judge = Callable[[Mapping[str, Any]], Collection[str] | None]
"""What speaks against a visit, by the names of the rules; None where it can't be judged."""


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
    left = {}
    for remedy in dict.fromkeys(_candidates(data, partners, languages)):
        after = judge(corrected(data, remedy))
        if after is not None and len(after) < len(before) and set(after) <= set(before):
            left[remedy] = len(after)
    best = min(left.values(), default=0)
    return tuple(remedy for remedy, count in left.items() if count == best)[:MOST_OFFERED]


def corrected(data: Mapping[str, Any], remedy: Remedy) -> dict[str, Any]:
    """The data of a visit after an edit."""
    after = copy.deepcopy(dict(data))
    codes = [code for code in after.get("procedures", []) if isinstance(code, str)]
    match remedy.kind:
        case "without":
            after["procedures"] = [code for code in codes if code != remedy.value]
        case "once":
            after["procedures"] = list(dict.fromkeys(codes))
        case "with":
            after["procedures"] = [remedy.value, *codes]
        case "instead":
            old, _, new = remedy.value.partition(">")
            after["procedures"] = list(dict.fromkeys(new if code == old else code for code in codes))
        case "medical-visit":
            after["medical_visit"] = "yes"
        case "no-medical-visit":
            after.pop("medical_visit", None)
        case "no-interpreter":
            after.pop("interpreter", None)
        case "language":
            after["language"] = remedy.value
            after["also_in"] = [tag for tag in after.get("also_in", []) if tag != remedy.value]
    return after


def _candidates(
    data: Mapping[str, Any], partners: Iterable[tuple[str, str]], languages: Iterable[str]
) -> Iterator[Remedy]:
    """To leave something out comes first; another code is a guess."""
    codes = [code for code in data.get("procedures", []) if isinstance(code, str)]
    if len(set(codes)) < len(codes):
        yield Remedy("once")
    if len(set(codes)) > 1:
        yield from (Remedy("without", code) for code in dict.fromkeys(codes))
    yield Remedy("no-medical-visit" if data.get("medical_visit") else "medical-visit")
    if data.get("interpreter"):
        yield Remedy("no-interpreter")
    if data.get("language"):
        yield from (Remedy("language", language) for language in languages if language != data["language"])
    for old, new in partners:
        yield Remedy("instead", f"{old}>{new}") if old else Remedy("with", new)
