"""The work of `consentkit check`.

Guarantees: findings are results, so they go to stdout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from consentkit.cli import pace, problem_outputs, report
from consentkit.cli.support import say
from consentkit.errors import InvalidInput
from consentkit.operations.check import CheckResult, check, explain, explain_all, grades
from consentkit.operations.update_translations import update_translations
from consentkit.problems import MOST_PROBLEMS_IN_DATA, Problem

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace

_EVERY_RULE = "all"
_FEW_FILES = 100
"""Files up to which a check takes a second or two."""


@dataclass(frozen=True)
class CheckRequest:
    """What was requested on the command line."""

    files: tuple[str, ...]
    strict: bool
    notices: bool
    pages: bool
    output_format: str
    quiet: bool
    update_translations: bool = False


def print_rule(rule: str) -> int:
    """Print what a rule demands and why, or all rules in a table."""
    click.echo(explain_all() if rule == _EVERY_RULE else explain(rule), nl=False)
    return 0


def print_grades(workspace: OpenWorkspace) -> int:
    """Print a table of how hard every text is to read."""
    click.echo(grades(workspace), nl=False)
    return 0


def check_files(workspace: OpenWorkspace, request: CheckRequest) -> int:
    """Check the named files, or the whole library. Returns the exit code."""
    if request.update_translations and (code := _update(workspace, request)):
        return code
    with pace.long_work("Checking", quiet=request.quiet, few=_FEW_FILES) as progress:
        result = check(workspace, request.files, pages=request.pages, progress=progress)
    shown = [problem for problem in result.problems if request.notices or problem.severity != "notice"]
    _print(result, shown, request.output_format)
    for failure in result.failures:
        click.echo(f"Error: {failure}", err=True)
    say(_summary(result), quiet=request.quiet)
    if result.failures:
        return result.failures[0].exit_code
    return 0 if result.is_passed(strict=request.strict) else InvalidInput.exit_code


def _update(workspace: OpenWorkspace, request: CheckRequest) -> int:
    """Let translations name today's text. Returns the exit code where it was refused, and else 0."""
    updated = update_translations(workspace, request.files)
    for path in updated.paths:
        say(f"{path}: names today's text now", quiet=request.quiet)
    if updated.problems:
        if request.output_format == "text":
            click.echo(problem_outputs.as_text(updated.problems), err=True, nl=False)
        else:  # a program reads the standard output, whatever comes of its request
            _print(CheckResult((), updated.problems, ()), list(updated.problems), request.output_format)
        say("No translation was changed.", quiet=request.quiet)
        return InvalidInput.exit_code
    if not updated.paths:
        say("No translation is outdated.", quiet=request.quiet)
    return 0


def _print(result: CheckResult, problems: list[Problem], output_format: str) -> None:
    if output_format == "json":
        entries = [problem_outputs.entry(problem) for problem in problems[:MOST_PROBLEMS_IN_DATA]]
        left_out = len(problems) - len(entries)
        more = {"problems_left_out": left_out} if left_out else {}
        click.echo(report.as_json({"files": [str(path) for path in result.paths], "problems": entries, **more}))
    elif output_format == "github":
        click.echo(problem_outputs.as_annotations(problems), nl=False)
    else:
        click.echo(problem_outputs.as_text(problems), nl=False)


def _summary(result: CheckResult) -> str:
    """What was checked, and with which result. Of what could not be checked, nothing good is said."""
    failures = len(result.failures)
    left_out = f"{report.counted(failures, 'name')} could not be checked; see above"
    if failures and not result.paths:
        return f"Nothing was checked: {left_out}."
    counts = result.counts
    parts = [report.counted(len(result.paths), "file"), report.counted(counts["error"] + counts["warning"], "problem")]
    if counts["notice"]:
        parts.append(f"{report.counted(counts['notice'], 'notice')} (--notices shows them)")
    if failures:
        parts.append(left_out)
    return ", ".join(parts)
