"""The checks of a procedure, a translation, a language pack, a clinic folder, or all of them together.

Guarantees: pure functions. Files that were read go in, findings come out, in the order of files and lines; what the
clinic has switched off or excepted is left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from consentkit.checks.clinic_rules import check_clinic as _clinic
from consentkit.checks.fact_rules import check_facts, check_review
from consentkit.checks.inputs import (
    ClinicFile,
    LibraryFiles,
    PackFile,
    PrintedFile,
    ProcedureFile,
    TranslationFile,
)
from consentkit.checks.letter_rules import check_letters
from consentkit.checks.library_rules import check_across
from consentkit.checks.pack_rules import check_pack as _pack
from consentkit.checks.procedure_rules import check_text
from consentkit.checks.rule_finding import RuleFinding
from consentkit.checks.settings import CheckSettings, settle, unused_exceptions
from consentkit.checks.translation_rules import check_translation as _beside_original

_DEFAULTS = CheckSettings()


def check_procedure(
    file: ProcedureFile, today: datetime.date, settings: CheckSettings = _DEFAULTS
) -> list[RuleFinding]:
    """Check one procedure by itself."""
    return _in_order(settle(_procedure(file, today), settings))


def check_translation(
    file: TranslationFile, original: ProcedureFile, today: datetime.date, settings: CheckSettings = _DEFAULTS
) -> list[RuleFinding]:
    """Check one translation, by itself and beside its original."""
    return _in_order(settle(_translation(file, original, today), settings))


def check_pack(file: PackFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check one language pack."""
    return _in_order(settle([*_pack(file), *check_letters(file)], settings))


def check_printed(file: PrintedFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check a file of which no more is asked than that it can be printed."""
    return _in_order(settle(check_letters(file), settings))


def check_clinic(file: ClinicFile, settings: CheckSettings = _DEFAULTS) -> list[RuleFinding]:
    """Check a clinic's particulars."""
    return _in_order(settle([*_clinic(file), *check_letters(file)], settings))


def check_library(
    library: LibraryFiles, today: datetime.date, settings: CheckSettings = _DEFAULTS
) -> list[RuleFinding]:
    """Check everything, also how the files fit each other, and whether each exception is still needed."""
    findings = list(_everything(library, today))
    if library.clinic:
        findings += unused_exceptions(findings, settings, library.clinic)
    return _in_order(settle(findings, settings))


def _everything(library: LibraryFiles, today: datetime.date) -> Iterator[RuleFinding]:
    originals = library.by_code()
    for file in library.procedures:
        yield from _procedure(file, today)
    for translation in library.translations:
        if original := originals.get(translation.code):
            yield from _translation(translation, original, today)
    for pack in library.packs:
        yield from _pack(pack)
        yield from check_letters(pack)
    if library.clinic:
        yield from _clinic(library.clinic)
        yield from check_letters(library.clinic)
    for printed in library.printed:
        yield from check_letters(printed)
    yield from check_across(library)


def _procedure(file: ProcedureFile, today: datetime.date) -> Iterator[RuleFinding]:
    yield from check_text(file)
    yield from check_letters(file)
    yield from check_facts(file, today)


def _translation(file: TranslationFile, original: ProcedureFile, today: datetime.date) -> Iterator[RuleFinding]:
    yield from check_text(file)
    yield from check_letters(file)
    yield from check_review(file, file.procedure.review, today)
    yield from _beside_original(file, original)


def _in_order(findings: Iterable[RuleFinding]) -> list[RuleFinding]:
    return sorted(dict.fromkeys(findings), key=RuleFinding.place)
