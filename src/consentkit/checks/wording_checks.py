"""Which rules of wording apply to which texts of a file.

Guarantees: all of them apply to what a patient reads as text. Labels of a language pack may be short and may speak
of the patient, since a representative signs too; notes for the clinic may be in the clinic's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from consentkit.checks.inputs import AnyDefinition, ClinicFile, PackFile, RiskFile
from consentkit.checks.readability import (
    NOT_READ_BY_PATIENTS,
    PlacedText,
    placed_passages,
    primary,
    texts_in,
    texts_of,
)
from consentkit.checks.reading_report import read_closely
from consentkit.checks.rule_finding import RuleFinding, Subject
from consentkit.checks.rules import claims, idioms, leftovers, legal, misreading, reading, sentences, wording
from consentkit.checks.rules.leftovers import PLACEHOLDER
from consentkit.checks.rules.sources import unsourced_figure
from consentkit.checks.rules.terms import undefined_term
from consentkit.checks.rules.wording import unpaired_marks
from consentkit.checks.unwanted_wording import UnwantedWordings
from consentkit.model.procedure import Procedure
from consentkit.model.translation import Definition

_CODES = {"code", "clauses", "related", "role", "goes_with", "add_on_to", "not_with", "not_with_unless_separate"}
_CODES |= {"replaced_by", "covered_by", "plan", "signers", "due", "papers", "without"}
_ONLY_NAMES = ("technical_terms", "also_called")
_READ_AS_TEXT = {"clauses", "teach_back", "consent"}
_NOT_PRINTED = {"language", "direction", "source", "months"}
"""Keys of a pack whose text is for programs or reviewers. A clause's `source` is not printed."""


@cache
def unwanted_in(language: str) -> UnwantedWordings:
    """What no text of a language should contain; `language` without region."""
    every = (*leftovers.WORDINGS, *wording.WORDINGS, *idioms.WORDINGS, *misreading.WORDINGS, *claims.WORDINGS)
    return UnwantedWordings(tuple(entry for entry in every if entry.language in ("", language)))


@cache
def left_to_clauses(language: str) -> UnwantedWordings:
    """What the text of a procedure should not contain, though a clause may; `language` without region."""
    return UnwantedWordings(tuple(entry for entry in legal.WORDINGS if entry.language == language))


def wording_of_definition(file: AnyDefinition) -> Iterator[RuleFinding]:
    """Check the texts of an original or a translation. What is left to clauses, a paper may say."""
    definition = file.definition
    written = list(_written(file))
    yield from _each(file, written, lambda placed: placed.section not in NOT_READ_BY_PATIENTS)
    for_patients = [placed for placed in written if placed.section not in NOT_READ_BY_PATIENTS]
    for placed in for_patients if isinstance(definition, Procedure) else ():
        yield from left_to_clauses(primary(file.language)).search(file, placed, for_patients=True)
    yield from unsourced_figure(file, for_patients)
    used = [placed for placed in placed_passages(definition) if not _is_name(placed, definition)]
    terms = definition.technical_terms if isinstance(definition, Procedure) else ()
    yield from undefined_term(file, used, terms, unwanted_in(primary(file.language)))


def wording_of_pack(file: PackFile) -> Iterator[RuleFinding]:
    """Check the texts of a language pack, also how hard they are to read."""
    texts = [placed for placed in texts_in(file.pack) if _is_printed(placed)]
    for finding in _each(file, texts, _is_for_patients):
        if finding.rule is not PLACEHOLDER or finding.path[0] == "clauses":  # elsewhere the model knows each {word}
            yield finding
    for_patients = [placed for placed in texts if _is_for_patients(placed)]
    yield from undefined_term(file, for_patients, (), unwanted_in(primary(file.language)))
    if report := read_closely(file, for_patients):
        for check in reading.CHECKS:
            yield from check(report)


def wording_of_clinic(file: ClinicFile) -> Iterator[RuleFinding]:
    """Check the clinic's particulars."""
    return _each(file, file.texts(), lambda placed: False)


def wording_of_risks(file: RiskFile) -> Iterator[RuleFinding]:
    """Check the wordings of a table of risks in one language, also how hard they are to read."""
    texts = file.texts()
    yield from _each(file, texts, lambda placed: True)
    report = read_closely(file, texts)
    if report and report.whole.sentences >= reading.FEWEST_SENTENCES:
        yield from reading.reading_grade(report)


def _each(
    subject: Subject, texts: Iterable[PlacedText], is_for_patients: Callable[[PlacedText], bool]
) -> Iterator[RuleFinding]:
    """Check each text on its own."""
    for placed in texts:
        for_patients = is_for_patients(placed)
        yield from unwanted_in(primary(subject.language)).search(subject, placed, for_patients=for_patients)
        yield from unpaired_marks(subject, placed)
        for check in sentences.CHECKS if for_patients else ():
            yield from check(subject, placed)


def _written(file: AnyDefinition) -> Iterator[PlacedText]:
    """Every text that is written in this file itself, except codes and names. A translation has none of the facts."""
    for placed in texts_of(file.definition):
        keys = {step for step in placed.path if isinstance(step, str)}
        if not keys & _CODES and file.source.written((placed.section,)) and not _is_of_the_table(file, placed):
            yield placed


def _is_of_the_table(file: AnyDefinition, placed: PlacedText) -> bool:
    """Whether a text is that of a risk which the file names by its key."""
    return (*placed.path[:-1], "risk") in file.source.yaml.values


def _is_name(placed: PlacedText, definition: Definition) -> bool:
    """Whether a text only names what is explained beside it."""
    if isinstance(definition, Procedure) and placed.section == "alternatives" and placed.path[-1] == "name":
        _, _, index, _ = placed.path
        return definition.alternatives.items[int(index)].about is not None
    return placed.section in _ONLY_NAMES


def _is_printed(placed: PlacedText) -> bool:
    return placed.path[-1] not in _NOT_PRINTED


def _is_for_patients(placed: PlacedText) -> bool:
    return placed.section in _READ_AS_TEXT and placed.path[-1] not in _NOT_PRINTED
