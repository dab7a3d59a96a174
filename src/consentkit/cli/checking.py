"""The work of `consentkit check`.

Guarantees: every file is looked at, whatever is wrong with the others; findings are results, so they go to stdout.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from consentkit.checks import find_rule, outputs
from consentkit.checks.read import inspect_files, inspect_library, reading_files
from consentkit.checks.rule_help import explain_rule, overview
from consentkit.checks.table import reading_table
from consentkit.cli import report
from consentkit.cli.support import say
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, UnknownCode
from consentkit.library.procedures import entries_of
from consentkit.problems import MOST_PROBLEMS_IN_DATA, Problem, printable

_EVERY_RULE = "all"


@dataclass(frozen=True)
class CheckRequest:
    """What was asked for on the command line."""

    files: tuple[str, ...]
    strict: bool
    notices: bool
    output_format: str
    quiet: bool


def print_rule(rule: str) -> int:
    """Print what a rule wants and why, or all rules in a table."""
    click.echo(overview() if rule == _EVERY_RULE else explain_rule(find_rule(rule)), nl=False)
    return 0


def print_grades(workspace: OpenWorkspace) -> int:
    """Print a table of how hard every text is to read."""
    if fault := workspace.folder.fault:
        raise fault
    click.echo(reading_table(reading_files(workspace)), nl=False)
    return 0


def check_files(workspace: OpenWorkspace, request: CheckRequest) -> int:
    """Check the named files, or the whole library. Returns the exit code."""
    today = datetime.date.today()
    failures: list[ConsentkitError] = []
    if request.files:
        named = _paths(workspace, request.files, failures)
        paths, problems, unreadable = inspect_files(workspace, named, today)
    else:
        paths, problems, unreadable = inspect_library(workspace, today)
    failures += unreadable
    shown = [problem for problem in problems if request.notices or problem.severity != "notice"]
    _print(paths, shown, request.output_format)
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    say(_summary(paths, problems, len(failures)), quiet=request.quiet)
    if failures:
        return failures[0].exit_code
    fatal = {"error", "warning"} if request.strict else {"error"}
    return InvalidInput.exit_code if any(problem.severity in fatal for problem in problems) else 0


def _print(paths: list[Path], problems: list[Problem], output_format: str) -> None:
    if output_format == "json":
        entries = [outputs.entry(problem) for problem in problems[:MOST_PROBLEMS_IN_DATA]]
        left_out = len(problems) - len(entries)
        more = {"problems_left_out": left_out} if left_out else {}
        click.echo(report.as_json({"files": [str(path) for path in paths], "problems": entries, **more}))
    elif output_format == "github":
        click.echo(outputs.as_annotations(problems), nl=False)
    else:
        click.echo(outputs.as_text(problems), nl=False)


def _summary(paths: list[Path], problems: list[Problem], failures: int) -> str:
    """What was checked, and what came out. Of what could not be checked, nothing good is said."""
    left_out = f"{report.counted(failures, 'name')} could not be checked; see above"
    if failures and not paths:
        return f"Nothing was checked: {left_out}."
    counts = outputs.counts(problems)
    parts = [report.counted(len(paths), "file"), report.counted(counts["error"] + counts["warning"], "problem")]
    if counts["notice"]:
        parts.append(f"{report.counted(counts['notice'], 'notice')} (--notices shows them)")
    if failures:
        parts.append(left_out)
    return ", ".join(parts)


@contextmanager
def _noting(failures: list[ConsentkitError]) -> Iterator[None]:
    """Keep a failure that concerns one name for later, so that the others are looked at too."""
    try:
        yield
    except (UnknownCode, FileAccess) as failure:
        failures.append(failure)


def _paths(workspace: OpenWorkspace, names: tuple[str, ...], failures: list[ConsentkitError]) -> list[Path]:
    paths: list[Path] = []
    for name in names:
        with _noting(failures):
            paths += _files_of(workspace, name)
    return paths


def _files_of(workspace: OpenWorkspace, name: str) -> list[Path]:
    """A named file, or every YAML file of a named folder."""
    if not name:
        raise FileAccess("an empty name stands for no file; name a code, a file or a folder")
    folder = Path(name)
    if not folder.is_dir():
        return [workspace.locate(name)]
    found = [path for path in entries_of(folder) if path.suffix in {".yaml", ".yml"}]
    if not found:
        raise FileAccess(f"{printable(name)}: holds no .yaml file")
    return found
