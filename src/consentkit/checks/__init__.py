"""Content checks: whether a text says what a consent document must say, in words that a patient can read.

Guarantees: pure functions. Files that were read go in, findings come out; nothing is read, printed or remembered. The
rules are data, `RULES`. Importing the package is quick, since every command reads a clinic's settings for the checks,
but few commands check anything.
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
    from consentkit.checks.inputs import (
        ClinicFile,
        LibraryFiles,
        PackFile,
        PrintedFile,
        ProcedureFile,
        ServiceFile,
        TranslationFile,
    )
    from consentkit.checks.places import SourceText, read_source
    from consentkit.checks.registry import RULES, find_rule
    from consentkit.checks.rule import Rule
    from consentkit.checks.rule_finding import RuleFinding
    from consentkit.checks.settings import CheckSettings, RuleException

__all__ = [
    "RULES",
    "CheckSettings",
    "ClinicFile",
    "LibraryFiles",
    "PackFile",
    "PrintedFile",
    "ProcedureFile",
    "Rule",
    "RuleException",
    "RuleFinding",
    "ServiceFile",
    "SourceText",
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
    "RULES": "registry",
    "CheckSettings": "settings",
    "ClinicFile": "inputs",
    "RuleFinding": "rule_finding",
    "LibraryFiles": "inputs",
    "PackFile": "inputs",
    "PrintedFile": "inputs",
    "ProcedureFile": "inputs",
    "Rule": "rule",
    "RuleException": "settings",
    "ServiceFile": "inputs",
    "SourceText": "places",
    "TranslationFile": "inputs",
    "check_clinic": "examine",
    "check_library": "examine",
    "check_pack": "examine",
    "check_printed": "examine",
    "check_procedure": "examine",
    "check_translation": "examine",
    "find_rule": "registry",
    "read_source": "places",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'consentkit.checks' has no attribute {name!r}")
    return getattr(import_module(f"consentkit.checks.{_HOMES[name]}"), name)
