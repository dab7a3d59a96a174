"""Findings as text, as JSON, and as annotations on GitHub.

Guarantees: nothing here prints. A text that came from a file cannot end an annotation, begin another one, or steer a
terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from consentkit.problems import Problem, printable, report_lines

FORM = "form"
"""What is printed instead of a rule's id for mistakes in the form of a file, which have none."""


def as_text(problems: Iterable[Problem]) -> str:
    """A line for each problem: file, line, column, severity, place, message, remedy and rule.

    For a file with very many problems, the first ones are shown, and how many more there are.
    """
    return "".join(f"{line}\n" for line in report_lines(problems))


def entry(problem: Problem) -> dict[str, Any]:
    """A problem as plain data for JSON."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "severity": problem.severity,
        "rule": problem.rule or FORM,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def as_annotations(problems: Iterable[Problem]) -> str:
    """A workflow command for each problem, as GitHub Actions reads them from the log."""
    return "".join(f"{_annotation(problem)}\n" for problem in problems)


def _annotation(problem: Problem) -> str:
    places = {"file": problem.file, "line": problem.line, "col": problem.column, "title": problem.rule or FORM}
    properties = ",".join(f"{name}={_property(str(place))}" for name, place in places.items() if place is not None)
    field = f"{problem.field}: " if problem.field else ""
    remedy = f"; {problem.remedy}" if problem.remedy else ""
    return f"::{problem.severity} {properties}::{_data(f'{field}{problem.message}{remedy}')}"


def _data(text: str) -> str:
    """Escape as the runner's ActionCommand.cs unescapes. The percent sign comes first, or it would be escaped twice."""
    for sign, escape in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(sign, escape)
    return printable(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
