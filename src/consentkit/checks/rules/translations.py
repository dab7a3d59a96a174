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
from consentkit.checks.rule_finding import RuleFinding, Spot, breach, key, value
from consentkit.model.comparison import REMEDY, differences
from consentkit.model.procedure import Procedure
from consentkit.model.risks import Figure
from consentkit.model.translation import Definition
from consentkit.problems import printable

STALE_TRANSLATION = Rule(
    id="stale-translation",
    severity="error",
    title="Translation of an older text",
    reason="The translation names the text that it was made from by its hash, and that text has changed since. Two "
    "patients would agree to different things.",
    remedy="bring it up to date with the original, then run `consentkit check --update-translations` on it",
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
        yield breach(STALE_TRANSLATION, file, value("translates"), message, remedy=_bring_up_to_date(file))


def _bring_up_to_date(file: TranslatedFile) -> str:
    name = printable(file.source.name)
    return f"bring it up to date with the original, then run `consentkit check {name} --update-translations`"


TRANSLATION_SHAPE = Rule(
    id="translation-shape",
    severity="error",
    title="Translation has different parts from the original",
    reason="Each list must have as many items as in the original, and each optional text must be in both or in "
    "neither. A risk that is lost in translation is a risk that was not disclosed.",
    remedy=REMEDY,
    source=SECTION_1557,
    bad="Four common risks in English, three in Spanish.",
    good="Four in both.",
)


def translation_shape(file: TranslatedFile, original: AnyOriginal) -> Iterator[RuleFinding]:
    """Compare which texts there are, how many entries each list has, and what is filled in."""
    for difference in differences(file.definition, original.definition):
        spot = value if difference.is_value else key
        yield breach(TRANSLATION_SHAPE, file, spot(*difference.path), difference.message)


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
            is_there = (file.code, language) in there or f"{file.code}.{language}" in library.unread
            if language != file.language and not is_there:
                named_by = "code" if isinstance(file, ProcedureFile) else "name"
                yield _missing(library, file, key(named_by), language)


def _missing(library: LibraryFiles, file: AnyOriginal, spot: Spot, language: str) -> RuleFinding:
    """A text without a translation; a clinic that has replaced a text that had one must know: it is not printed now."""
    message = f"has no translation into `{language}`"
    if language not in library.lost.get(file.code, ()):
        return breach(MISSING_TRANSLATION, file, spot, message)
    return breach(
        MISSING_TRANSLATION,
        file,
        spot,
        f"{message}, though the shipped text that it replaces has one, so nothing can be made in that language",
        severity="warning",
        remedy=f"copy it with `consentkit new {file.code} --lang {language} --from {file.code}`, then adapt it",
    )


CHECKS = (stale_translation, translation_shape, translation_numbers, untranslated)
"""What a translation is checked for beside its original."""
CHECKS_OF_PROCEDURES = (translation_figures,)
"""What the translation of a procedure is checked for besides."""
