"""What a clinic changes about the findings of the rules, by its settings under `checks` in clinic.yaml.

Guarantees: what an exception hides is hidden for its procedure or language only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from consentkit.checks.rule_finding import RuleFinding
from consentkit.model.clinic import CheckSettings, RuleException


def covers(exception: RuleException, finding: RuleFinding) -> bool:
    """Whether an exception hides a finding."""
    return (
        finding.rule.id == exception.rule
        and exception.code in (None, finding.code)
        and exception.language in (None, finding.language)
    )


def settle(findings: Iterable[RuleFinding], settings: CheckSettings) -> Iterator[RuleFinding]:
    """Leave out what is switched off or excepted, and give the rest the severity that the clinic has set."""
    for finding in findings:
        level = settings.rules.get(finding.rule.id, finding.severity)
        if level != "off" and not any(covers(exception, finding) for exception in settings.exceptions):
            yield finding.of_severity(level)
