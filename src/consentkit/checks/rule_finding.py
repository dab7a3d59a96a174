"""A breach of a rule: what is wrong, in which file and where.

Guarantees: every finding names its rule, and becomes a `Problem` that says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from consentkit.checks.rule import Rule
from consentkit.problems import Problem, Severity
from consentkit.reading.places import SourceText
from consentkit.reading.yaml_file import DataPath, Position, dotted


class Subject(Protocol):
    """A file that is checked."""

    @property
    def source(self) -> SourceText:
        """The file as it was read."""

    @property
    def code(self) -> str:
        """The procedure that it is about; empty where it is about none."""

    @property
    def language(self) -> str:
        """The language of its texts."""


@dataclass(frozen=True)
class RuleFinding:
    """A breach of a rule."""

    rule: Rule
    file: str
    path: DataPath
    """The place in the data, as far as it is written in the file."""
    position: Position
    """Line and column, both counted from 1."""
    message: str
    """What is wrong."""
    severity: Severity
    code: str
    """The procedure that it concerns; empty where it concerns none."""
    language: str
    remedy: str = ""
    """What to do, where the rule's own remedy is not precise enough."""

    def problem(self) -> Problem:
        """The finding as it is reported."""
        line, column = self.position
        return Problem(
            file=self.file,
            line=line,
            column=column,
            field=dotted(self.path),
            message=self.message,
            severity=self.severity,
            rule=self.rule.id,
            remedy=self.remedy or self.rule.remedy,
        )

    def place(self) -> tuple[str, Position, str, str]:
        """The order in which findings are reported: file by file, from the top."""
        return self.file, self.position, self.rule.id, self.message

    def of_severity(self, severity: Severity) -> RuleFinding:
        """The same finding, more or less severe."""
        return replace(self, severity=severity)


@dataclass(frozen=True)
class Spot:
    """Where to look in a file: a value, a key, or a fragment of a text."""

    path: DataPath = ()
    fragment: str = ""
    occurrence: int = 0
    """Which of equal fragments is meant, counted from 0."""
    is_key: bool = False


def key(*path: str | int) -> Spot:
    """Look at a key, since the matter is what is under it, or what is missing there."""
    return Spot(path, is_key=True)


def value(*path: str | int) -> Spot:
    """Look at a value."""
    return Spot(path)


def breach(
    rule: Rule, subject: Subject, spot: Spot, message: str, *, severity: Severity | None = None, remedy: str = ""
) -> RuleFinding:
    """Report a breach."""
    source = subject.source
    position = source.at_key(spot.path) if spot.is_key else source.at_value(spot.path, spot.fragment, spot.occurrence)
    return RuleFinding(
        rule=rule,
        file=source.name,
        path=source.written(spot.path),
        position=position,
        message=message,
        severity=severity or rule.severity,
        code=subject.code,
        language=subject.language,
        remedy=remedy,
    )
