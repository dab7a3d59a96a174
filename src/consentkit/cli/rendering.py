"""The work of `consentkit render`.

Guarantees: every procedure is read, and every target looked at, before the first document is rendered; a document that
fails does not stop the ones after it.
"""

from __future__ import annotations

import datetime
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from consentkit import report
from consentkit.cli.support import say
from consentkit.clinic import Paper
from consentkit.document import Document
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, RenderingFailed, UnknownCode, WrongUse
from consentkit.language import LanguagePack
from consentkit.model import Procedure
from consentkit.notices import notices
from consentkit.output import prepare_folder, require_replaceable, write_file
from consentkit.problems import Problem
from consentkit.workspace import Workspace

STDOUT = "-"


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    names: tuple[str, ...]
    output: str | None
    paper: Paper | None
    language: str | None
    force: bool
    as_json: bool
    quiet: bool


def render_documents(workspace: Workspace, request: Request) -> int:
    """Read, render and write. Returns the exit code."""
    _require_sense(request)
    pack = workspace.language(request.language)
    procedures = _read_all(workspace, request.names, pack)
    targets = _targets(procedures, request.output, pack.language)
    for target in targets:
        if target:
            require_replaceable(target, force=request.force)

    entries, failure = [], None
    for procedure, target in zip(procedures, targets, strict=True):
        for notice in notices(procedure, datetime.date.today()):
            say(f"Warning: {notice}", quiet=request.quiet)
        try:
            document = workspace.render(procedure, language=pack.language, paper=request.paper)
            shown = _write(document, target, force=request.force)
        except (RenderingFailed, FileAccess) as error:
            failure = failure or error
            click.echo(f"Error: {procedure.code}: {error}", err=True)
            continue
        entries.append(report.document_entry(document, shown))
        if target and not request.as_json:
            click.echo(shown)
        say(report.document_line(document, shown), quiet=request.quiet)
    if request.as_json:
        click.echo(report.as_json({"documents": entries}))
    return failure.exit_code if failure else 0


def _require_sense(request: Request) -> None:
    if request.output != STDOUT:
        return
    if len(request.names) > 1:
        raise WrongUse("only one document fits on stdout; name a folder with -o, or render them one by one")
    if request.as_json:
        raise WrongUse("-o - and --json both want stdout; leave one of them out")
    if sys.stdout.isatty():
        raise WrongUse("a PDF would garble the terminal; redirect it: consentkit render CODE -o - > FILE.pdf")


def _read_all(workspace: Workspace, names: tuple[str, ...], pack: LanguagePack) -> list[Procedure]:
    """Load all procedures, or raise once all of them have been looked at, so that every mistake is told in one run."""
    procedures: dict[str, Procedure] = {}
    problems: list[Problem] = []
    failures: list[ConsentkitError] = []
    for name in dict.fromkeys(names):
        try:
            procedure = workspace.procedure(name, pack)
        except InvalidInput as error:
            problems += error.problems
        except (UnknownCode, FileAccess) as error:
            failures.append(error)
        else:
            if procedure.code in procedures:
                raise WrongUse(f"{procedure.code} is asked for twice; its documents would have the same name")
            procedures[procedure.code] = procedure
    if problems:
        failures.append(InvalidInput(problems))
    for failure in failures[1:]:
        click.echo(f"Error: {failure}" if not isinstance(failure, InvalidInput) else str(failure), err=True)
    if failures:
        raise failures[0]
    return list(procedures.values())


def _targets(procedures: list[Procedure], output: str | None, language: str) -> list[Path | None]:
    """Where each document goes; None is stdout."""
    if output == STDOUT:
        return [None]
    if output and len(procedures) == 1 and not output.endswith("/") and not Path(output).is_dir():
        return [Path(output)]
    folder = Path(output or ".")
    if output and output.endswith(".pdf") and not folder.is_dir():
        raise WrongUse(f"-o {output} names one file for {len(procedures)} documents; name a folder, such as -o out/")
    prepare_folder(folder)
    ending = ".pdf" if language == "en" else f".{language}.pdf"
    return [folder / f"{procedure.code}{ending}" for procedure in procedures]


def _write(document: Document, target: Path | None, *, force: bool) -> str:
    if target is None:
        sys.stdout.buffer.write(document.pdf)
        sys.stdout.buffer.flush()
        return STDOUT
    write_file(target, document.pdf, force=force)
    return str(target)
