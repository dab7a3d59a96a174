"""Content checks: whether a text says what a consent document must say, in words that a patient can read.

Guarantees: pure functions. Files that were read go in, findings come out; nothing is read, printed or remembered. The
rules are data, `RULES`. Importing the package is quick: what checks is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consentkit.checks.examine import (
        check_clinic,
        check_library,
        check_pack,
        check_printed,
        check_procedure,
        check_translation,
    )
    from consentkit.checks.findings import Finding
    from consentkit.checks.inputs import (
        ClinicFile,
        LibraryFiles,
        PackFile,
        PrintedFile,
        ProcedureFile,
        ServiceFile,
        TranslationFile,
    )
    from consentkit.checks.rulebook import Rule
    from consentkit.checks.rules import RULES, find_rule
    from consentkit.model.clinic import CheckSettings, RuleException
    from consentkit.reading.places import Source, read_source

__all__ = [
    "RULES",
    "CheckSettings",
    "ClinicFile",
    "Finding",
    "LibraryFiles",
    "PackFile",
    "PrintedFile",
    "ProcedureFile",
    "Rule",
    "RuleException",
    "ServiceFile",
    "Source",
    "TranslationFile",
    "check_clinic",
    "check_library",
    "check_pack",
    "check_printed",
    "check_procedure",
    "check_translation",
    "find_rule",
    "read_source",
]

_HOMES = {
    "RULES": "checks.rules",
    "CheckSettings": "model.clinic",
    "ClinicFile": "checks.inputs",
    "Finding": "checks.findings",
    "LibraryFiles": "checks.inputs",
    "PackFile": "checks.inputs",
    "PrintedFile": "checks.inputs",
    "ProcedureFile": "checks.inputs",
    "Rule": "checks.rulebook",
    "RuleException": "model.clinic",
    "ServiceFile": "checks.inputs",
    "Source": "reading.places",
    "TranslationFile": "checks.inputs",
    "check_clinic": "checks.examine",
    "check_library": "checks.examine",
    "check_pack": "checks.examine",
    "check_printed": "checks.examine",
    "check_procedure": "checks.examine",
    "check_translation": "checks.examine",
    "find_rule": "checks.rules",
    "read_source": "reading.places",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'consentkit.checks' has no attribute {name!r}")
    return getattr(import_module(f"consentkit.{_HOMES[name]}"), name)
