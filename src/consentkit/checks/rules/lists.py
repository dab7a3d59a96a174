"""How lists are written: not too long, with items of one form, each item once.

Guarantees: only what a reader sees as a list is one; names that are printed in a line are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from consentkit.checks.citations import CDC_INDEX, PLAIN_LANGUAGE
from consentkit.checks.inputs import AnyDefinition, PackFile
from consentkit.checks.readability import TEXT, Path, placed_passages, primary
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Subject, breach, key, value
from consentkit.model.procedure import Procedure
from consentkit.model.translation import Definition

_GLOSSARY = "technical_terms"
_WITH_STATEMENTS = ("risks", "benefits")
_NO_LISTS = {"also_called", "columns", "rows", "blanks", "on_form", "pictures", "tables"}
"""What is no list to its reader: names in a line, cells of a table, labels of lines and boxes, captions."""
_RISK_PASSAGES = ("what_helps", "get_help_now")


def _lists(definition: Definition) -> dict[Path, list[str]]:
    """Every list that a patient reads as one, by its path in the model. Names are printed in a line, not as a list."""
    lists: dict[Path, list[str]] = {}
    for placed in placed_passages(definition):
        path = placed.path[:-1] if _is_statement(placed.path) else placed.path
        if isinstance(path[-1], int) and not _NO_LISTS & {*path}:
            lists.setdefault(path[:-1], []).append(placed.text)
    if isinstance(definition, Procedure):
        lists["description", "steps"] = [step.text for step in definition.description.steps]
    return lists


def _is_statement(path: Path) -> bool:
    """Whether a path is that of the text of a risk or benefit, which is an item of a list."""
    return path[-1] == TEXT and path[0] in _WITH_STATEMENTS


LONG_LIST = Rule(
    id="long-list",
    severity="warning",
    title="List too long",
    reason="People remember no more than about 7 points. A list has at most 7 items without a subheading.",
    remedy="combine or drop items, or move some to another place",
    source=CDC_INDEX,
    bad="Nine common risks.",
    good="The six that many people notice under `common`, the other three under `uncommon`.",
)
MOST_ITEMS = 7
"""Items of a list."""


def long_list(file: AnyDefinition) -> Iterator[RuleFinding]:
    """Count the items of each list."""
    for path, items in _lists(file.definition).items():
        yield from _too_many(file, path, len(items))


def long_list_of_clause(file: PackFile) -> Iterator[RuleFinding]:
    """Count the items of the list in each clause of a language pack."""
    for name, clause in file.pack.clauses.items():
        yield from _too_many(file, ("clauses", name, "text", "items"), len(clause.text.items))


def _too_many(file: Subject, path: Path, number: int) -> Iterator[RuleFinding]:
    if number > MOST_ITEMS:
        yield breach(LONG_LIST, file, key(*path), f"has {number} items; readers remember at most {MOST_ITEMS}")


UNEVEN_LIST = Rule(
    id="uneven-list",
    severity="warning",
    title="List items end in different ways",
    reason="Items that finish a sentence have no full stop; items that are sentences have one. A mix reads as if "
    "something had been lost.",
    remedy="end all items with a full stop, or none",
    source=PLAIN_LANGUAGE,
    bad="- bring your medicines\n- Bring a friend.",
    good="- bring your medicines\n- bring a friend",
)


def uneven_list(file: AnyDefinition) -> Iterator[RuleFinding]:
    """Compare how the items of each list end."""
    for path, items in _lists(file.definition).items():
        stopped = [item.rstrip('”"’)').endswith((".", "!", "?", "…")) for item in items]
        if any(stopped) and not all(stopped):
            fewer = sum(stopped) * 2 <= len(stopped)
            message = f"ends {'with' if fewer else 'without'} a full stop, unlike other items"
            yield breach(UNEVEN_LIST, file, value(*path, stopped.index(fewer)), message)


SPLIT_ITEM = Rule(
    id="split-item",
    severity="warning",
    title="One sentence has become two items of a list",
    reason="Between square brackets each comma begins a new item, so a sentence with a comma is printed as two. Looked "
    "at are items that begin with a word such as “and” on the line of the item before.",
    remedy="put the sentence in quotation marks, or write each item in a line of its own after a hyphen",
    source="house rule",
    bad="less_good: [X-rays, and growths cannot be removed]",
    good='less_good: ["X-rays, and growths cannot be removed"]',
)
_GOES_ON: dict[str, re.Pattern[str]] = {
    "en": re.compile(r"(?:and|or|but|nor|so|because|since|which|if|when|unless)\b"),
    "es": re.compile(r"(?:y|e|o|u|pero|ni|porque|que|si|cuando)\b"),
}
"""How the rest of a sentence begins."""


def split_item(file: AnyDefinition) -> Iterator[RuleFinding]:
    """Look for items that continue the one before, in lists of every kind."""
    goes_on = _GOES_ON.get(primary(file.language))
    for placed in placed_passages(file.definition) if goes_on else ():
        path = placed.path[:-1] if _is_statement(placed.path) else placed.path
        number = path[-1]
        if goes_on and isinstance(number, int) and number and goes_on.match(placed.text):
            before = (*path[:-1], number - 1)
            if file.source.at_value(before)[0] == file.source.at_value(path)[0]:
                yield breach(SPLIT_ITEM, file, value(*path), "continues the sentence of the item before")


REPEATED_TEXT = Rule(
    id="repeated-text",
    severity="warning",
    title="The same text twice in one list",
    reason="A repeated item is a mistake, and often shows that another item was overwritten.",
    remedy="delete one of them, or write the item that was meant",
    source="house rule",
    bad="- You may feel sad.\n- You may feel sad.",
    good="- You may feel sad.",
)


def repeated_text(file: AnyDefinition) -> Iterator[RuleFinding]:
    """Look for equal items in each list. All risks together are one list, and so are the words to know."""
    for path, items in _lists(file.definition).items():
        if path[0] != "risks" or path[1] in _RISK_PASSAGES:
            yield from _repeats(file, [((*path, index), item) for index, item in enumerate(items)])
    if isinstance(file.definition, Procedure):
        groups, terms = file.definition.risks.groups, file.definition.technical_terms
        every = [(("risks", group, index), risk.text) for group in groups for index, risk in enumerate(groups[group])]
        yield from _repeats(file, every)
        yield from _repeats(file, [((_GLOSSARY, index, "term"), entry.term) for index, entry in enumerate(terms)])


def _repeats(file: Subject, entries: Sequence[tuple[Path, str]]) -> Iterator[RuleFinding]:
    first: dict[str, Path] = {}
    for path, text in entries:
        known = first.setdefault(text.casefold().rstrip("."), path)
        if known != path:
            line = file.source.at_value(known)[0]
            yield breach(REPEATED_TEXT, file, value(*path), f"is already on line {line}")


CHECKS = (long_list, uneven_list, split_item, repeated_text)
"""What an original or a translation is checked for."""
