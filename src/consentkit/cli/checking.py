"""The work of `consentkit check`.

Guarantees: every file is looked at, whatever is wrong with the others; findings are results, so they go to stdout.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from consentkit import report
from consentkit.cli.support import say
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, UnknownCode
from consentkit.problems import Problem
from consentkit.workspace import Workspace


def check_files(workspace: Workspace, names: tuple[str, ...], *, as_json: bool, quiet: bool) -> int:
    """Check the named files, or the whole library. Returns the exit code."""
    pack = workspace.language()
    failures: list[ConsentkitError] = []
    paths = _paths(workspace, names, failures)
    problems: list[Problem] = []
    for path in paths:
        with _noting(failures):
            problems += workspace.check(path, pack)
    if as_json:
        entries = [report.problem_entry(problem) for problem in problems]
        click.echo(report.as_json({"files": [str(path) for path in paths], "problems": entries}))
    else:
        for problem in problems:
            click.echo(str(problem))
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    say(f"{report.counted(len(paths), 'file')}, {report.counted(len(problems), 'problem')}", quiet=quiet)
    if failures:
        return failures[0].exit_code
    return InvalidInput.exit_code if any(problem.severity == "error" for problem in problems) else 0


@contextmanager
def _noting(failures: list[ConsentkitError]) -> Iterator[None]:
    """Keep a failure that concerns one name for later, so that the others are looked at too."""
    try:
        yield
    except (UnknownCode, FileAccess) as failure:
        failures.append(failure)


def _paths(workspace: Workspace, names: tuple[str, ...], failures: list[ConsentkitError]) -> list[Path]:
    if not names:
        return [workspace.library.path(code) for code in workspace.library.codes()]
    paths: list[Path] = []
    for name in names:
        with _noting(failures):
            paths += _files_of(workspace, name)
    return paths


def _files_of(workspace: Workspace, name: str) -> list[Path]:
    """A named file, or every YAML file of a named folder."""
    folder = Path(name)
    if not folder.is_dir():
        return [workspace.locate(name)]
    found = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    if not found:
        raise FileAccess(f"{name}: holds no .yaml file")
    return found
