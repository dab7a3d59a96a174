"""Checking the files of a library, of a clinic, or of somebody who writes procedures.

Guarantees: every file that is named is checked, whatever is wrong with the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from consentkit.checks.read import inspect_files, inspect_library, reading_files
from consentkit.checks.registry import find_rule
from consentkit.checks.rule_help import explain_rule, overview
from consentkit.checks.table import reading_table
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, UnknownCode
from consentkit.library.procedures import entries_of
from consentkit.problems import Problem, Severity, printable
from consentkit.reading.paths import is_folder

_ENDINGS = {".yaml", ".yml"}


@dataclass(frozen=True)
class CheckResult:
    """What a check has found."""

    paths: tuple[Path, ...]
    """The files that were checked."""
    problems: tuple[Problem, ...]
    """By file and line; with warnings, and with notices, such as that nobody has reviewed a text."""
    failures: tuple[ConsentkitError, ...]
    """Why files that were named could not be checked."""

    @property
    def counts(self) -> dict[Severity, int]:
        """How many problems there are of each severity."""
        severities = [problem.severity for problem in self.problems]
        return {severity: severities.count(severity) for severity in get_args(Severity)}

    def is_passed(self, *, strict: bool = False) -> bool:
        """Whether everything could be checked and has no error; with `strict`, no warning either."""
        return not (self.failures or self.counts["error"] or (strict and self.counts["warning"]))


def check(workspace: OpenWorkspace, names: Sequence[str] = ()) -> CheckResult:
    """Check what is named: codes, files and folders. Where nothing is, check everything that documents are made from.

    Open the workspace for it by `opening.open_despite_faults`: a fault of the clinic's particulars is a problem then,
    and keeps no other file from being checked.
    """
    today = datetime.date.today()
    failures: list[ConsentkitError] = []
    if names:
        paths, problems, unreadable = inspect_files(workspace, _paths(workspace, names, failures), today)
    else:
        paths, problems, unreadable = inspect_library(workspace, today)
    return CheckResult(tuple(paths), tuple(problems), (*failures, *unreadable))


def grades(workspace: OpenWorkspace) -> str:
    """A Markdown page: how hard every text of the library is to read. Raises what makes the clinic's folder useless."""
    if fault := workspace.folder.fault:
        raise fault
    return reading_table(reading_files(workspace))


def explain(rule: str) -> str:
    """What a rule demands, why, and how a clinic changes it. Raises WrongUse where there is no such rule."""
    return explain_rule(find_rule(rule))


def explain_all() -> str:
    """All rules, a line each, as a Markdown table."""
    return overview()


@contextmanager
def _collecting(failures: list[ConsentkitError]) -> Iterator[None]:
    """Keep a failure that concerns one name for later, so that the others are checked too."""
    try:
        yield
    except (UnknownCode, FileAccess) as failure:
        failures.append(failure)


def _paths(workspace: OpenWorkspace, names: Sequence[str], failures: list[ConsentkitError]) -> list[Path]:
    paths: list[Path] = []
    for name in names:
        with _collecting(failures):
            paths += _files_of(workspace, name)
    return paths


def _files_of(workspace: OpenWorkspace, name: str) -> list[Path]:
    """A named file, or every YAML file of a named folder."""
    if not name:
        raise FileAccess("an empty name is not a file; name a code, a file or a folder")
    folder = Path(name)
    if not is_folder(folder):
        return [workspace.locate(name)]
    files = [path for path in entries_of(folder) if path.suffix in _ENDINGS]
    if not files:
        raise FileAccess(f"{printable(name)}: contains no .yaml file")
    return files
