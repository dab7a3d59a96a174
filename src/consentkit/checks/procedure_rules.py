"""The rules about one procedure, original or translation.

Guarantees: a rule looks at the procedure and at the day alone, and stays silent where the facts do not speak.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from consentkit.checks import rules_content as rules
from consentkit.checks.inputs import ProcedureFile, TranslationFile
from consentkit.checks.lexicon import DANGER, FREE_TO_REFUSE, MINUTES, SUPERVISOR, TRAINEE
from consentkit.checks.readability import (
    NOT_READ_BY_PATIENTS,
    Path,
    PlacedText,
    count_words,
    placed_passages,
    primary,
    split_sentences,
    texts_in,
)
from consentkit.checks.reading_rules import check_reading, read_procedure
from consentkit.checks.rule_finding import RuleFinding, Spot, breach, key, value
from consentkit.checks.rules_wording import LONG_LIST, UNEVEN_LIST
from consentkit.checks.text_rules import check_wording, undefined_terms
from consentkit.model.procedure import Procedure
from consentkit.problems import quoted

AnyProcedure = ProcedureFile | TranslationFile

MOST_ITEMS = 7
"""Items of a list."""
MOST_ANSWER = 3
"""Sentences of an answer in the "In short" box."""
LONGEST_TITLE = 70
"""Characters."""
FEWEST_RISKS_TO_SORT = 3
FEWEST_ON_NO_TREATMENT = 2
"""Sentences."""
MOST_UNEVEN = 2
"""By how many points one side of an alternative may outweigh the other."""

_CODES = {"code", "clauses", "related", "role", "goes_with", "add_on_to", "not_with", "not_with_unless_separate"}
_CODES |= {"replaced_by"}
_GLOSSARY, _NAMES = "technical_terms", "also_called"
_RISK_GROUPS = ("common", "uncommon", "rare")
_RISK_PASSAGES = ("what_helps", "get_help_now")


def check_text(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Check what an original and a translation have in common: the text."""
    procedure = file.procedure
    for_patients = list(placed_passages(procedure))
    yield from check_wording(file, _printed(file), lambda placed: placed.section not in NOT_READ_BY_PATIENTS)
    used = [placed for placed in for_patients if not _is_name(placed, procedure)]
    yield from undefined_terms(file, used, procedure.technical_terms)
    yield from check_reading(file, read_procedure(file, procedure))
    for rule in _TEXT_RULES:
        yield from rule(file)


def _printed(file: AnyProcedure) -> Iterator[PlacedText]:
    """Every text that stands in this very file, but for codes and names. A translation has none of the facts."""
    for placed in texts_in(file.procedure):
        keys = {step for step in placed.path if isinstance(step, str)}
        if not keys & _CODES and file.source.written((placed.section,)):
            yield placed


def _is_name(placed: PlacedText, procedure: Procedure) -> bool:
    """Whether a text only names what is explained beside it."""
    if placed.section == "alternatives" and placed.path[-1] == "name":
        _, _, index, _ = placed.path
        return procedure.alternatives.items[int(index)].about is not None
    return placed.section in (_GLOSSARY, _NAMES)


def _lists(procedure: Procedure) -> dict[Path, list[str]]:
    """Every list that a patient reads as one, by its path in the model. Names stand in a line, not in a list."""
    lists: dict[Path, list[str]] = {}
    for placed in placed_passages(procedure):
        if isinstance(placed.path[-1], int) and placed.section != _NAMES:
            lists.setdefault(placed.path[:-1], []).append(placed.text)
    lists["description", "steps"] = [step.text for step in procedure.description.steps]
    return lists


def _long_lists(file: AnyProcedure) -> Iterator[RuleFinding]:
    for path, items in _lists(file.procedure).items():
        if len(items) > MOST_ITEMS:
            message = f"has {len(items)} items, at most {MOST_ITEMS} are kept in mind"
            yield breach(LONG_LIST, file, key(*path), message)


def _uneven_lists(file: AnyProcedure) -> Iterator[RuleFinding]:
    for path, items in _lists(file.procedure).items():
        stopped = [item.rstrip('”"’)').endswith((".", "!", "?", "…")) for item in items]
        if any(stopped) and not all(stopped):
            fewer = sum(stopped) * 2 <= len(stopped)
            message = f"ends {'with' if fewer else 'without'} a full stop, unlike other items"
            yield breach(UNEVEN_LIST, file, value(*path, stopped.index(fewer)), message)


def _repeated_texts(file: AnyProcedure) -> Iterator[RuleFinding]:
    risks = file.procedure.risks
    every = [
        (("risks", group, index), risk) for group in _RISK_GROUPS for index, risk in enumerate(getattr(risks, group))
    ]
    yield from _repeats(file, every)
    for path, items in _lists(file.procedure).items():
        if path[0] != "risks" or path[1] in _RISK_PASSAGES:
            yield from _repeats(file, [((*path, index), item) for index, item in enumerate(items)])
    terms = file.procedure.technical_terms
    yield from _repeats(file, [((_GLOSSARY, index, "term"), entry.term) for index, entry in enumerate(terms)])


def _repeats(file: AnyProcedure, entries: Sequence[tuple[Path, str]]) -> Iterator[RuleFinding]:
    first: dict[str, Path] = {}
    for path, text in entries:
        known = first.setdefault(text.casefold().rstrip("."), path)
        if known != path:
            line = file.source.at_value(known)[0]
            yield breach(rules.REPEATED_TEXT, file, value(*path), f"stands on line {line} already")


def _in_short(file: AnyProcedure) -> Iterator[RuleFinding]:
    for placed in texts_in(file.procedure.summary, ("summary",)):
        if (length := len(split_sentences(placed.text))) > MOST_ANSWER:
            message = f"has {length} sentences, at most {MOST_ANSWER} are short"
            yield breach(rules.IN_SHORT_LONG, file, value(*placed.path), message)
    free = FREE_TO_REFUSE.get(primary(file.language))
    if free and not free.search(file.procedure.summary.your_choice):
        message = "does not say that the reader may say no or stop"
        yield breach(rules.CHOICE_UNSAID, file, value("summary", "your_choice"), message)


def _title(file: AnyProcedure) -> Iterator[RuleFinding]:
    if (length := len(file.procedure.title)) > LONGEST_TITLE:
        yield breach(rules.LONG_TITLE, file, value("title"), f"has {length} characters, at most {LONGEST_TITLE} fit")


def _risk_likelihood(file: AnyProcedure) -> Iterator[RuleFinding]:
    risks = file.procedure.risks
    filled = [name for name in _RISK_GROUPS if getattr(risks, name)]
    if len(filled) == 1 and len(risks.every) >= FEWEST_RISKS_TO_SORT:
        message = f"has all {len(risks.every)} risks under `{filled[0]}`"
        yield breach(rules.RISK_LIKELIHOOD, file, key("risks", filled[0]), message)


def _get_help(file: AnyProcedure) -> Iterator[RuleFinding]:
    danger = DANGER.get(primary(file.language))
    risks = file.procedure.risks
    named = next((match[0] for risk in risks.every if danger and (match := danger.search(risk))), None)
    if named is None:
        return
    if risks.get_help_now is None:
        message = f"names {quoted(named)}, but has no `get_help_now`"
        yield breach(rules.GET_HELP_MISSING, file, key("risks"), message)
    elif not any(char.isdigit() for placed in texts_in(risks.get_help_now) for char in placed.text):
        message = f"gives no number to call, though the risks name {quoted(named)}"
        yield breach(rules.GET_HELP_MISSING, file, key("risks", "get_help_now"), message)


def _no_treatment(file: AnyProcedure) -> Iterator[RuleFinding]:
    texts = [placed.text for placed in texts_in(file.procedure.no_treatment)]
    length = sum(len(split_sentences(text)) for text in texts)
    if length < FEWEST_ON_NO_TREATMENT:
        words = sum(map(count_words, texts))
        message = f"has {length} sentence of {words} words, at least {FEWEST_ON_NO_TREATMENT} sentences are needed"
        yield breach(rules.NO_TREATMENT_THIN, file, key("no_treatment"), message)


def _alternatives(file: AnyProcedure) -> Iterator[RuleFinding]:
    for index, choice in enumerate(file.procedure.alternatives.items):
        good, bad = len(choice.good), len(choice.less_good)
        if abs(good - bad) > MOST_UNEVEN:
            message = f"has {good} good and {bad} less good points"
            yield breach(rules.ALTERNATIVE_ONE_SIDED, file, value("alternatives", "items", index, "name"), message)
        for at, text in enumerate(choice.less_good):
            if text in choice.good:
                spot = value("alternatives", "items", index, "less_good", at)
                yield breach(rules.ALTERNATIVE_ONE_SIDED, file, spot, "stands under `good` too")


def _trainee(file: AnyProcedure) -> Iterator[RuleFinding]:
    trainee = TRAINEE.get(primary(file.language))
    texts = list(texts_in(file.procedure.personnel, ("personnel",)))
    if trainee is None or any(SUPERVISOR.search(placed.text) for placed in texts):
        return
    for placed in texts:
        if match := trainee.search(placed.text):
            message = f"says {quoted(match[0])}, but nothing of a supervisor"
            yield breach(rules.TRAINEE_WITHOUT_SUPERVISOR, file, Spot(placed.path, match[0]), message)
            return


def _minutes(file: AnyProcedure) -> Iterator[RuleFinding]:
    minutes, pattern = file.procedure.billing.minutes, MINUTES.get(primary(file.language))
    if minutes is None or pattern is None:
        return
    low = minutes.at_least or minutes.usual
    high = minutes.at_most or (math.inf if minutes.at_least else minutes.usual)  # "53 or more" has no end
    for path, part in (
        (("summary", "how_long"), file.procedure.summary.how_long),
        (("duration",), file.procedure.duration),
    ):
        named = [(placed, match) for placed in texts_in(part, path) for match in pattern.finditer(placed.text)]
        if named and not any(int(match[1]) <= high and int(match[2] or match[1]) >= low for _, match in named):
            placed, match = named[0]
            message = f"says {quoted(match[0])}, but the usual time in `billing.minutes` is {minutes.usual}"
            yield breach(rules.MINUTES_MISMATCH, file, Spot(placed.path, match[0]), message)


_TEXT_RULES = (
    _long_lists,
    _uneven_lists,
    _repeated_texts,
    _in_short,
    _title,
    _risk_likelihood,
    _get_help,
    _no_treatment,
    _alternatives,
    _trainee,
    _minutes,
)
