"""Content checks: whether a text says what a consent document must say, in words that a patient can read.

Guarantees: pure functions. Files that were read go in, findings come out; nothing is read, printed or remembered. The
rules are data, `RULES`. Importing the package is quick: what checks is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consentkit.checks.examine import (
        check_between,
        check_clinic,
        check_library,
        check_orphan,
        check_pack,
        check_paper,
        check_printed,
        check_procedure,
        check_risks,
        check_translation,
    )
    from consentkit.checks.inputs import (
        ClauseFile,
        ClinicFile,
        LibraryFiles,
        OrphanFile,
        PackFile,
        PaperFile,
        PaperTranslationFile,
        PrintedFile,
        ProcedureFile,
        RiskFile,
        ServiceFile,
        TranslationFile,
    )
    from consentkit.checks.registry import RULES, find_rule
    from consentkit.checks.rule import Rule
    from consentkit.checks.rule_finding import RuleFinding
    from consentkit.model.clinic import CheckSettings, RuleException
    from consentkit.reading.places import SourceText, read_source

__all__ = [
    "RULES",
    "CheckSettings",
    "ClauseFile",
    "ClinicFile",
    "LibraryFiles",
    "OrphanFile",
    "PackFile",
    "PaperFile",
    "PaperTranslationFile",
    "PrintedFile",
    "ProcedureFile",
    "RiskFile",
    "Rule",
    "RuleException",
    "RuleFinding",
    "ServiceFile",
    "SourceText",
    "TranslationFile",
    "check_between",
    "check_clinic",
    "check_library",
    "check_orphan",
    "check_pack",
    "check_paper",
    "check_printed",
    "check_procedure",
    "check_risks",
    "check_translation",
    "find_rule",
    "read_source",
]

_HOMES = {
    "RULES": "checks.registry",
    "CheckSettings": "model.clinic",
    "ClauseFile": "checks.inputs",
    "ClinicFile": "checks.inputs",
    "RuleFinding": "checks.rule_finding",
    "LibraryFiles": "checks.inputs",
    "OrphanFile": "checks.inputs",
    "PackFile": "checks.inputs",
    "PaperFile": "checks.inputs",
    "PaperTranslationFile": "checks.inputs",
    "PrintedFile": "checks.inputs",
    "ProcedureFile": "checks.inputs",
    "RiskFile": "checks.inputs",
    "Rule": "checks.rule",
    "RuleException": "model.clinic",
    "ServiceFile": "checks.inputs",
    "SourceText": "reading.places",
    "TranslationFile": "checks.inputs",
    "check_between": "checks.examine",
    "check_clinic": "checks.examine",
    "check_library": "checks.examine",
    "check_orphan": "checks.examine",
    "check_pack": "checks.examine",
    "check_paper": "checks.examine",
    "check_printed": "checks.examine",
    "check_procedure": "checks.examine",
    "check_risks": "checks.examine",
    "check_translation": "checks.examine",
    "find_rule": "checks.registry",
    "read_source": "reading.places",
}


if not TYPE_CHECKING:  # else every name would pass for one that is there

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'consentkit.checks' has no attribute {name!r}")
        return getattr(import_module(f"consentkit.{_HOMES[name]}"), name)
