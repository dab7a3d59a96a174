"""What a clinic changes about the findings of the rules, by its settings under `checks` in clinic.yaml.

Guarantees: what an exception hides is hidden for its procedure or language only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from consentkit.checks.findings import Finding, Subject, found, value
from consentkit.checks.rules_library import UNUSED_EXCEPTION
from consentkit.model.clinic import CheckSettings, RuleException
from consentkit.problems import quoted


def covers(exception: RuleException, finding: Finding) -> bool:
    """Whether an exception hides a finding."""
    return (
        finding.rule.id == exception.rule
        and exception.code in (None, finding.code)
        and exception.language in (None, finding.language)
    )


def settle(findings: Iterable[Finding], settings: CheckSettings) -> Iterator[Finding]:
    """Leave out what is switched off or excepted, and give the rest the severity that the clinic wants."""
    for finding in findings:
        level = settings.rules.get(finding.rule.id, finding.severity)
        if level != "off" and not any(covers(exception, finding) for exception in settings.exceptions):
            yield finding.of_severity(level)


def unused_exceptions(findings: Collection[Finding], settings: CheckSettings, clinic: Subject) -> Iterator[Finding]:
    """Report each exception that hides none of the findings of a whole library."""
    for index, exception in enumerate(settings.exceptions):
        if not any(covers(exception, finding) for finding in findings):
            limit = exception.code or exception.language or ""
            message = f"excepts {quoted(limit)} from `{exception.rule}`, which finds nothing there"
            yield found(UNUSED_EXCEPTION, clinic, value("checks", "exceptions", index), message)
