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
from consentkit.approvals import Variant
from consentkit.cli.support import interruptions, say
from consentkit.clinic import Paper
from consentkit.document import Document
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, UnknownCode, WrongUse
from consentkit.html import Content
from consentkit.language import LanguagePack
from consentkit.notices import notices
from consentkit.output import prepare_folder, require_replaceable, write_file
from consentkit.problems import Problem
from consentkit.workspace import ORIGINAL_LANGUAGE, Workspace

STDOUT = "-"


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    names: tuple[str, ...]
    output: str | None
    paper: Paper | None
    language: str | None
    variant: Variant
    large_print: bool
    fillable: bool
    force: bool
    as_json: bool
    quiet: bool


def render_documents(workspace: Workspace, request: Request) -> int:
    """Read, render and write. Returns the exit code."""
    _require_sense(request)
    pack = workspace.language(request.language)
    contents = _read_all(workspace, request, pack)
    targets = _targets(contents, request)
    for target in targets:
        if target:
            require_replaceable(target, force=request.force)

    entries, failure = [], None
    for content, target in zip(contents, targets, strict=True):
        for notice in notices(content, datetime.date.today()):
            say(f"Warning: {notice}", quiet=request.quiet)
        try:
            document = workspace.render(
                content, paper=request.paper, large_print=request.large_print, fillable=request.fillable
            )
            shown = _write(document, target, force=request.force)
        except ConsentkitError as error:
            failure = failure or error
            click.echo(f"Error: {content.procedure.code}: {error}", err=True)
            continue
        finally:
            interruptions.require_none()
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


def _read_all(workspace: Workspace, request: Request, pack: LanguagePack) -> list[Content]:
    """Load all procedures, or raise once all of them have been looked at, so that every mistake is told in one run."""
    contents: dict[str, Content] = {}
    problems: list[Problem] = []
    failures: list[ConsentkitError] = []
    for name in dict.fromkeys(request.names):
        try:
            content = workspace.content(name, language=pack.language, variant=request.variant)
        except InvalidInput as error:
            problems += error.problems
        except (UnknownCode, FileAccess, WrongUse) as error:
            failures.append(error)
        else:
            code = content.procedure.code
            if code in contents:
                raise WrongUse(f"{code} is asked for twice; its documents would have the same name")
            contents[code] = content
    if problems:
        failures.append(InvalidInput(problems))
    for failure in failures[1:]:
        click.echo(f"Error: {failure}" if not isinstance(failure, InvalidInput) else str(failure), err=True)
    if failures:
        raise failures[0]
    return list(contents.values())


def _targets(contents: list[Content], request: Request) -> list[Path | None]:
    """Where each document goes; None is stdout."""
    output = request.output
    if output == STDOUT:
        return [None]
    if output and len(contents) == 1 and not output.endswith("/") and not Path(output).is_dir():
        return [Path(output)]
    folder = Path(output or ".")
    if output and output.endswith(".pdf") and not folder.is_dir():
        raise WrongUse(f"-o {output} names one file for {len(contents)} documents; name a folder, such as -o out/")
    prepare_folder(folder)
    return [folder / file_name(content, request) for content in contents]


def file_name(content: Content, request: Request) -> str:
    """The name of a document's file: the code, and then only what is out of the ordinary."""
    language, variant = content.pack.language, content.variant
    parts = (
        content.procedure.code,
        "" if language == ORIGINAL_LANGUAGE else language,
        "" if variant == "consent" else variant,
        "large" if request.large_print else "",
        "fillable" if request.fillable else "",
        "pdf",
    )
    return ".".join(part for part in parts if part)


def _write(document: Document, target: Path | None, *, force: bool) -> str:
    if target is None:
        sys.stdout.buffer.write(document.pdf)
        sys.stdout.buffer.flush()
        return STDOUT
    write_file(target, document.pdf, force=force)
    return str(target)
