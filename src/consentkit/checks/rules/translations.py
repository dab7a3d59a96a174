"""A translation beside its original.

Guarantees: what the two must share is compared key by key: parts, lengths of lists, numbers. Whether the meaning is
the same, only a person can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks.citations import SECTION_1557
from consentkit.checks.inputs import AnyOriginal, LibraryFiles, ProcedureFile, TranslatedFile, TranslationFile
from consentkit.checks.readability import Path, count_words, passages_of, placed_passages
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key, value
from consentkit.model.paper import Paper
from consentkit.model.procedure import Procedure
from consentkit.model.risks import Figure
from consentkit.model.translation import Definition
from consentkit.problems import quoted

STALE_TRANSLATION = Rule(
    id="stale-translation",
    severity="error",
    title="Translation of an older text",
    reason="The translation names the text that it was made from by its hash, and that text has changed since. Two "
    "patients would agree to different things.",
    remedy="bring it up to date with the original, then set `translates` to the hash of today’s text",
    source=SECTION_1557,
    bad="translates: the hash of last year’s text",
    good="translates: the hash of today’s text",
)


def stale_translation(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Compare the hash of the text that was translated with that of today's text."""
    if not file.translates:
        message = "does not say which text it translates"
        yield breach(STALE_TRANSLATION, file, key("translates"), message, severity="warning")
    elif file.translates != file.original_hash:
        message = f"names a text that {file.code} no longer has; today’s is `{file.original_hash}`"
        yield breach(STALE_TRANSLATION, file, value("translates"), message)


TRANSLATION_SHAPE = Rule(
    id="translation-shape",
    severity="error",
    title="Translation has different parts from the original",
    reason="Each list must have as many items as in the original, and each optional text must be in both or in "
    "neither. A risk that is lost in translation is a risk that was not disclosed.",
    remedy="add what is missing, or remove what the original does not have",
    source=SECTION_1557,
    bad="Four common risks in English, three in Spanish.",
    good="Four in both.",
)
_OTHER_NAMES = "also_called"
"""Each language may have a different number of the names that people use."""


def translation_shape(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Compare which texts there are, and how many items each list has."""
    here, there = _parts(file.definition), _parts(original.definition)
    reported: list[Path] = []
    for path in sorted(here | there, key=len):
        mine, other = here.get(path, 0), there.get(path, 0)
        inside_reported = any(path[: len(outer)] == outer for outer in reported)
        if mine != other and not inside_reported and path[0] != _OTHER_NAMES:
            has_some = mine or any(known[:1] == path[:1] for known in here)
            part = path if has_some else path[:1]  # one that is missing as a whole is named once
            reported.append(part)
            yield breach(TRANSLATION_SHAPE, file, key(*part), _difference(part, mine, other))
    if not reported:
        yield from _other_clauses(file, original)
        yield from _other_places(file, original)


def _other_clauses(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Compare which clause each section of a paper says."""
    mine, theirs = file.definition, original.definition
    if isinstance(mine, Paper) and isinstance(theirs, Paper):
        for index, (section, other) in enumerate(zip(mine.sections, theirs.sections, strict=True)):
            if section.clause != other.clause:
                message = _difference_of_names(section.clause, other.clause)
                yield breach(TRANSLATION_SHAPE, file, key("sections", index, "clause"), message)


def _difference_of_names(mine: str | None, other: str | None) -> str:
    has = f"has the clause {quoted(mine)}" if mine else "has no clause"
    return f"{has}, but the original has {quoted(other) if other else 'none'}"


def _other_places(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Compare what there is to fill in on a paper beside what has a label: lines, empty rows, room for initials."""
    mine, theirs = _places(file.definition), _places(original.definition)
    for path in mine:
        if mine[path] != theirs[path]:
            message = f"is {_said(mine[path])}, but the original has {_said(theirs[path])}"
            yield breach(TRANSLATION_SHAPE, file, value(*path), message)


def _places(definition: Definition) -> dict[Path, int]:
    """How many places of each kind there are in each section of a paper."""
    places: dict[Path, int] = {}
    for index, section in enumerate(definition.sections if isinstance(definition, Paper) else ()):
        places["sections", index, "lines"] = section.lines
        places["sections", index, "initials"] = section.initials
        places["sections", index, "table", "empty_rows"] = section.table.empty_rows if section.table else 0
    return places


def _said(number: int) -> str:
    """A value as a file has it."""
    return str(number).lower()


def _parts(definition: Definition) -> dict[Path, int]:
    """How many entries each list has, and 1 for each text outside of lists."""
    parts: dict[Path, int] = {}
    for placed in placed_passages(definition):
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


TRANSLATION_NUMBERS = Rule(
    id="translation-numbers",
    severity="warning",
    title="Number lost in translation",
    reason="Every number in a section of the original, such as minutes or a phone number, must be in the same section "
    "of the translation.",
    remedy="compare the two texts; write numbers as digits in both",
    source=SECTION_1557,
    bad="“call 988” and “llame al 998”",
    good="“call 988” and “llame al 988”",
)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def translation_numbers(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Look for each number of a section in the same section of the translation."""
    mine = _numbers_by_section(file.definition)
    for section, numbers in _numbers_by_section(original.definition).items():
        lost = [number for number in numbers if number not in mine.get(section, {})]
        if lost:
            message = f"lacks {' and '.join(lost)}, which the original has"
            yield breach(TRANSLATION_NUMBERS, file, key(section), message)


def _numbers_by_section(definition: Definition) -> dict[str, dict[str, None]]:
    """The numbers of each section, in their order."""
    sections: dict[str, dict[str, None]] = {}
    for section, text in passages_of(definition):
        sections.setdefault(section, {}).update(dict.fromkeys(_NUMBER.findall(text)))
    return sections


TRANSLATION_FIGURES = Rule(
    id="translation-figures",
    severity="error",
    title="Figure lost or changed in translation",
    reason="How many people, out of how many, is a fact: each risk and benefit has the same figure in both texts, or "
    "none in both. Figures of the shared table are the same by themselves.",
    remedy="compare the two texts; write the same `figure` in both",
    source=SECTION_1557,
    bad="figure: {number: 4, out_of: 10} in English, {number: 5, out_of: 10} in Spanish.",
    good="figure: {number: 4, out_of: 10} in both.",
)


def translation_figures(file: TranslationFile, original: ProcedureFile) -> Iterator[RuleFinding]:
    """Compare the figures of the risks and benefits that are in the same place."""
    theirs = dict(_figures(original.procedure))
    for path, figure in _figures(file.procedure):
        if path in theirs and figure != theirs[path]:
            message = f"has {_written(figure)}, but the original has {_written(theirs[path])}"
            yield breach(TRANSLATION_FIGURES, file, value(*path), message)


def _figures(procedure: Procedure) -> Iterator[tuple[Path, Figure | None]]:
    for group, risks in procedure.risks.groups.items():
        yield from ((("risks", group, index), risk.figure) for index, risk in enumerate(risks))
    yield from ((("benefits", "items", index), item.figure) for index, item in enumerate(procedure.benefits.items))


def _written(figure: Figure | None) -> str:
    return f"the figure {figure.number} of {figure.out_of}" if figure else "no figure"


UNTRANSLATED = Rule(
    id="untranslated",
    severity="error",
    title="Text left in the original’s language",
    reason="A text of four words or more that is the same in both files has been forgotten.",
    remedy="translate it",
    source=SECTION_1557,
    bad="“You may feel sad.” in a Spanish file",
    good="“Puede sentir tristeza.”",
)
SHORTEST_FORGOTTEN = 4
"""Words; shorter texts can be the same in two languages."""


def untranslated(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Look for texts of the original."""
    texts = {placed.text for placed in placed_passages(original.definition)}
    for placed in placed_passages(file.definition):
        if placed.text in texts and count_words(placed.text) >= SHORTEST_FORGOTTEN:
            yield breach(UNTRANSLATED, file, value(*placed.path), "is the text of the original")


MISSING_TRANSLATION = Rule(
    id="missing-translation",
    severity="notice",
    title="Not translated into a language that the library has",
    reason="A patient who was given one paper in Spanish should get the next one in Spanish too.",
    remedy="have it translated",
    source=SECTION_1557,
    bad="90837.yaml without 90837.es.yaml, while others have one.",
    good="Both files.",
)


def missing_translation(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for a translation of each procedure and paper into each language of the library."""
    there = {(file.code, file.language) for file in library.translations}
    for language in sorted({language for _, language in there}):
        for file in library.originals:
            if language != file.language and (file.code, language) not in there:
                named_by = "code" if isinstance(file, ProcedureFile) else "name"
                yield breach(MISSING_TRANSLATION, file, key(named_by), f"has no translation into `{language}`")


CHECKS = (stale_translation, translation_shape, translation_numbers, untranslated)
"""What a translation is checked for beside its original."""
CHECKS_OF_PROCEDURES = (translation_figures,)
"""What the translation of a procedure is checked for besides."""
