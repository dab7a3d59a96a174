"""The checks of a procedure, a translation, a language pack, a clinic folder, or all of them together.

Guarantees: pure functions. Files that were read go in, findings come out, in the order of files and lines; what the
clinic has switched off or excepted is left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator

from consentkit.checks.inputs import (
    AnyDefinition,
    AnyOriginal,
    ClinicFile,
    LibraryFiles,
    OrphanFile,
    PackFile,
    PaperFile,
    PrintedFile,
    ProcedureFile,
    RiskFile,
    TranslatedFile,
    TranslationFile,
)
from consentkit.checks.reading_report import read_definition
from consentkit.checks.rule_finding import RuleFinding
from consentkit.checks.rules import (
    both_languages,
    clinic,
    content,
    dates,
    facts,
    library,
    lists,
    packs,
    reading,
    risks,
    services,
    translations,
)
from consentkit.checks.rules.characters import unprintable_character
from consentkit.checks.rules.clauses import clause_needed, clause_of_code, clause_of_every_paper_replaced
from consentkit.checks.rules.exceptions import unused_exception
from consentkit.checks.settings import settle
from consentkit.checks.wording_checks import wording_of_clinic, wording_of_definition, wording_of_pack, wording_of_risks
from consentkit.model.clinic import CheckSettings

_DEFAULTS = CheckSettings()


def check_procedure(
    file: ProcedureFile, today: datetime.date, settings: CheckSettings = _DEFAULTS
) -> list[RuleFinding]:
    """Check one procedure on its own."""
    return _in_order(settle(_procedure(file, today), settings))


def check_paper(file: PaperFile, today: datetime.date, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check one paper on its own."""
    return _in_order(settle(_paper(file, today), settings))


def check_translation(
    file: TranslatedFile, original: AnyOriginal, today: datetime.date, settings: CheckSettings = _DEFAULTS
) -> list[RuleFinding]:
    """Check one translation, on its own and beside its original."""
    return _in_order(settle(_translation(file, original, today), settings))


def check_pack(file: PackFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check one language pack."""
    return _in_order(settle(_pack(file), settings))


def check_printed(file: PrintedFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check a file that need only be printable."""
    return _in_order(settle(unprintable_character(file), settings))


def check_risks(file: RiskFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check one table of risks by itself."""
    return _in_order(settle(_risks(file), settings))


def check_clinic(file: ClinicFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check a clinic's particulars."""
    return _in_order(settle(_clinic(file), settings))


def check_orphan(file: OrphanFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check a translation of a procedure or paper that doesn't exist."""
    return _in_order(settle(clinic.ignored_translation(file), settings))


def check_between(library: LibraryFiles, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check only how the files fit each other."""
    return _in_order(settle(_between(library), settings))


def check_library(
    library: LibraryFiles,
    today: datetime.date,
    settings: CheckSettings = _DEFAULTS,
    *,
    when_checked: Callable[[], object] = lambda: None,
) -> list[RuleFinding]:
    """Check everything, also how the files fit each other, and whether each exception is still needed.

    `when_checked` is called after each procedure, paper and translation.
    """
    findings = list(_everything(library, today, when_checked))
    if library.clinic:
        findings += unused_exception(findings, settings.exceptions, library.clinic)
    return _in_order(settle(findings, settings))


def _everything(files: LibraryFiles, today: datetime.date, when_checked: Callable[[], object]) -> Iterator[RuleFinding]:
    originals = files.by_name()
    for file in files.procedures:
        yield from _procedure(file, today)
        when_checked()
    for paper in files.papers:
        yield from _paper(paper, today)
        when_checked()
    for translation in files.translations:
        if original := originals.get(translation.code):
            yield from _translation(translation, original, today)
        when_checked()
    for pack in files.packs:
        yield from _pack(pack)
    if files.clinic:
        yield from _clinic(files.clinic)
    for table in files.risks:
        yield from _risks(table)
    for printed in files.printed:
        yield from unprintable_character(printed)
    for orphan in files.orphans:
        yield from clinic.ignored_translation(orphan)
    yield from _between(files)


def _between(files: LibraryFiles) -> Iterator[RuleFinding]:
    for check in (
        *library.CHECKS,
        clause_needed,
        clause_of_every_paper_replaced,
        *risks.CHECKS_OF_LIBRARY,
        *both_languages.CHECKS,
    ):
        yield from check(files)
    for list_of_services in files.services:
        for check_services in services.CHECKS:
            yield from check_services(list_of_services, files)


def _procedure(file: ProcedureFile, today: datetime.date) -> Iterator[RuleFinding]:
    yield from _text(file, today)
    yield from clause_of_code(file)
    for check in facts.CHECKS_OF_FACTS:
        yield from check(file)
    yield from _days_of_facts(file, today)


def _paper(file: PaperFile, today: datetime.date) -> Iterator[RuleFinding]:
    yield from _text(file, today)
    yield from _days_of_facts(file, today)


def _days_of_facts(file: AnyOriginal, today: datetime.date) -> Iterator[RuleFinding]:
    for check_day in dates.CHECKS_OF_FACTS:
        yield from check_day(file, today)


def _translation(file: TranslatedFile, original: AnyOriginal, today: datetime.date) -> Iterator[RuleFinding]:
    yield from _text(file, today)
    for check in translations.CHECKS:
        yield from check(file, original)
    if isinstance(file, TranslationFile) and isinstance(original, ProcedureFile):
        for check_both in translations.CHECKS_OF_PROCEDURES:
            yield from check_both(file, original)


def _text(file: AnyDefinition, today: datetime.date) -> Iterator[RuleFinding]:
    """Check what an original and a translation have in common, of a procedure or a paper."""
    yield from unprintable_character(file)
    yield from wording_of_definition(file)
    if report := read_definition(file, file.definition):
        for check_figures in reading.CHECKS:
            yield from check_figures(report)
    for check in lists.CHECKS:
        yield from check(file)
    if isinstance(file, ProcedureFile | TranslationFile):
        for check_procedure_text in (*content.CHECKS, *risks.CHECKS, *facts.CHECKS):
            yield from check_procedure_text(file)
    for check_day in dates.CHECKS:
        yield from check_day(file, today)


def _pack(file: PackFile) -> Iterator[RuleFinding]:
    yield from unprintable_character(file)
    yield from wording_of_pack(file)
    for check in packs.CHECKS:
        yield from check(file)


def _risks(file: RiskFile) -> Iterator[RuleFinding]:
    yield from unprintable_character(file)
    for wordings in file.each_language():
        yield from wording_of_risks(wordings)


def _clinic(file: ClinicFile) -> Iterator[RuleFinding]:
    yield from unprintable_character(file)
    yield from wording_of_clinic(file)
    for check in clinic.CHECKS:
        yield from check(file)


def _in_order(findings: Iterable[RuleFinding]) -> list[RuleFinding]:
    return sorted(dict.fromkeys(findings), key=RuleFinding.place)
