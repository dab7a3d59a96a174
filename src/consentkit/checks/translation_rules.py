"""The rules about a translation beside its original.

Guarantees: what the two must share is compared key by key: parts, lengths of lists, numbers. Whether the meaning is
the same, only a person can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks import rules_library as rules
from consentkit.checks.inputs import ProcedureFile, TranslationFile
from consentkit.checks.readability import Path, count_words, passages_of, placed_passages
from consentkit.checks.rule_finding import RuleFinding, breach, key, value
from consentkit.model.procedure import Procedure
from consentkit.problems import quoted

SHORTEST_FORGOTTEN = 4
"""Words; shorter texts can be the same in two languages."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_OTHER_NAMES = "also_called"
"""Names that people use need not be as many in each language."""


def check_translation(file: TranslationFile, original: ProcedureFile) -> Iterator[RuleFinding]:
    """Compare a translation with its original."""
    yield from _stale(file)
    yield from _shape(file, original)
    yield from _numbers(file, original)
    yield from _untranslated(file, original)


def _stale(file: TranslationFile) -> Iterator[RuleFinding]:
    if not file.translates:
        message = "does not say which text it translates"
        yield breach(rules.STALE_TRANSLATION, file, key("translates"), message, severity="warning")
    elif file.translates != file.original_hash:
        message = f"names a text that {file.code} no longer has; today’s is `{file.original_hash}`"
        yield breach(rules.STALE_TRANSLATION, file, value("translates"), message)


def _shape(file: TranslationFile, original: ProcedureFile) -> Iterator[RuleFinding]:
    here, there = _parts(file.procedure), _parts(original.procedure)
    reported: list[Path] = []
    for path in sorted(here | there, key=len):
        mine, other = here.get(path, 0), there.get(path, 0)
        inside_reported = any(path[: len(outer)] == outer for outer in reported)
        if mine != other and not inside_reported and path[0] != _OTHER_NAMES:
            reported.append(path)
            yield breach(rules.TRANSLATION_SHAPE, file, key(*path), _difference(path, mine, other))


def _parts(procedure: Procedure) -> dict[Path, int]:
    """How many entries each list has, and 1 for each text outside of lists."""
    parts: dict[Path, int] = {}
    for placed in placed_passages(procedure):
        for length, step in enumerate(placed.path):
            if isinstance(step, int):
                parts[placed.path[:length]] = step + 1
        if not isinstance(placed.path[-1], int):
            parts[placed.path] = 1
    return parts


def _difference(path: Path, mine: int, other: int) -> str:
    if mine and other:
        return f"has {_entries(mine)}, but the original has {_entries(other)}"
    name = quoted(str(path[-1]))
    return f"lacks {name}, which the original has" if other else f"has {name}, which the original does not have"


def _entries(number: int) -> str:
    return "one entry" if number == 1 else f"{number} entries"


def _numbers(file: TranslationFile, original: ProcedureFile) -> Iterator[RuleFinding]:
    mine = _numbers_by_section(file.procedure)
    for section, numbers in _numbers_by_section(original.procedure).items():
        lost = [number for number in numbers if number not in mine.get(section, {})]
        if lost:
            message = f"lacks {' and '.join(lost)}, which the original has"
            yield breach(rules.TRANSLATION_NUMBERS, file, key(section), message)


def _numbers_by_section(procedure: Procedure) -> dict[str, dict[str, None]]:
    """The numbers of each section, in their order."""
    sections: dict[str, dict[str, None]] = {}
    for section, text in passages_of(procedure):
        sections.setdefault(section, {}).update(dict.fromkeys(_NUMBER.findall(text)))
    return sections


def _untranslated(file: TranslationFile, original: ProcedureFile) -> Iterator[RuleFinding]:
    texts = {placed.text for placed in placed_passages(original.procedure)}
    for placed in placed_passages(file.procedure):
        if placed.text in texts and count_words(placed.text) >= SHORTEST_FORGOTTEN:
            yield breach(rules.UNTRANSLATED, file, value(*placed.path), "is the text of the original")
