"""What a clinic changes about the rules, as it stands in clinic.yaml under `checks`.

Guarantees: a rule that does not exist is refused, and so is an exception without a reason or without a limit; what an
exception hides is hidden for its procedure or language only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from consentkit.checks.rule_finding import RuleFinding as Finding
from consentkit.checks.rule_finding import Subject, value
from consentkit.checks.rule_finding import breach as found
from consentkit.checks.rule_ids import RULE_IDS as RULES
from consentkit.checks.rules.exceptions import UNUSED_EXCEPTION
from consentkit.model.values import Code, Line, Record
from consentkit.model.words import LanguageTag
from consentkit.problems import did_you_mean, quoted


def _known(name: str) -> str:
    if name not in RULES:
        near = did_you_mean(name, RULES) or "; `consentkit check --explain all` shows all rules"
        raise ValueError(f"is {quoted(name)}, which is no rule{near}")
    return name


RuleId = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(RULES)})]
"""The id of a rule."""

Level = Literal["off", "notice", "warning", "error"]
"""How much a rule matters to this clinic."""


class RuleException(Record):
    """One rule that does not hold for one procedure, or for one language."""

    rule: RuleId
    """The id of the rule."""
    code: Code | None = None
    """The procedure that it does not hold for."""
    language: LanguageTag | None = None
    """The language that it does not hold for."""
    reason: Line
    """Why, for whoever asks later."""

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.code is None and self.language is None:
            raise ValueError("names no `code` and no `language`; to switch a rule off, set it to `off` under `rules`")
        return self

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is hidden by it."""
        return (
            finding.rule.id == self.rule
            and self.code in (None, finding.code)
            and self.language in (None, finding.language)
        )


class CheckSettings(Record):
    """What the clinic changes about the content checks."""

    rules: dict[RuleId, Level] = Field(default_factory=dict)
    """Rules by id: `off`, or how much each one matters."""
    exceptions: tuple[RuleException, ...] = ()
    """Rules that do not hold for one procedure or language, each with the reason."""


def settle(findings: Iterable[Finding], settings: CheckSettings) -> Iterator[Finding]:
    """Leave out what is switched off or excepted, and give the rest the severity that the clinic wants."""
    for finding in findings:
        level = settings.rules.get(finding.rule.id, finding.severity)
        if level != "off" and not any(exception.covers(finding) for exception in settings.exceptions):
            yield finding.of_severity(level)


def unused_exceptions(findings: Collection[Finding], settings: CheckSettings, clinic: Subject) -> Iterator[Finding]:
    """Report each exception that hides none of the findings of a whole library."""
    for index, exception in enumerate(settings.exceptions):
        if not any(exception.covers(finding) for finding in findings):
            limit = exception.code or exception.language or ""
            message = f"excepts {quoted(limit)} from `{exception.rule}`, which finds nothing there"
            yield found(UNUSED_EXCEPTION, clinic, value("checks", "exceptions", index), message)
