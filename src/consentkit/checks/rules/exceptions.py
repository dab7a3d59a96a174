"""The exceptions from rules that a clinic has written down.

Guarantees: judged by the findings of a whole library; for a single file no exception is called unused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Subject, breach, value
from consentkit.checks.settings import covers
from consentkit.model.clinic import RuleException
from consentkit.problems import quoted

UNUSED_EXCEPTION = Rule(
    id="unused-exception",
    severity="warning",
    title="Exception that is no longer needed",
    reason="An exception hides findings. One that no longer hides any would hide the next one unnoticed.",
    remedy="delete it from `checks.exceptions`",
    source="house rule",
    bad="An exception for a sentence that has been shortened since.",
    good="No exception.",
)


def unused_exception(
    findings: Collection[RuleFinding], exceptions: Sequence[RuleException], clinic: Subject
) -> Iterator[RuleFinding]:
    """Report each exception that hides none of the findings of a whole library."""
    for index, exception in enumerate(exceptions):
        if not any(covers(exception, finding) for finding in findings):
            limit = exception.code or exception.language or ""
            message = f"excepts {quoted(limit)} from `{exception.rule}`, which reports nothing there"
            yield breach(UNUSED_EXCEPTION, clinic, value("checks", "exceptions", index), message)
