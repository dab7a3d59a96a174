"""The work of `consentkit render`.

Guarantees: every procedure is read, and every target looked at, before the first document is rendered; a document that
fails does not stop the ones after it; where all documents are kept already, neither the page engine nor the model is
loaded.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli import report
from consentkit.cli.streams import streams, write_to_stdout
from consentkit.cli.support import interruptions, say
from consentkit.documents.kept import Order, fulfil, look_up
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, UnknownCode, WrongUse
from consentkit.model.identity import Layout, PaperSize, Variant, file_name
from consentkit.output.write import prepare_folder, require_replaceable, write_file
from consentkit.problems import Problem

if TYPE_CHECKING:
    from consentkit.documents.document import Document

STDOUT = "-"


@dataclass(frozen=True)
class RenderRequest:
    """What was asked for on the command line."""

    names: tuple[str, ...]
    output: str | None
    paper: PaperSize | None
    language: str | None
    variant: Variant
    large_print: bool
    fillable: bool
    force: bool
    as_json: bool
    quiet: bool


def render_documents(workspace: OpenWorkspace, request: RenderRequest) -> int:
    """Read, render and write. Returns the exit code."""
    _require_sense(request)
    layout = Layout(request.paper or workspace.usual_paper, request.large_print, request.fillable)
    orders = _read_all(workspace, request, layout)
    targets = _targets(orders, request, layout, workspace.usual_paper)
    for target in targets:
        if target:
            require_replaceable(target, force=request.force)

    entries, failure = [], None
    for order, target in zip(orders, targets, strict=True):
        try:
            document = fulfil(workspace, order).document
            for notice in document.notices(datetime.date.today()):
                say(f"Warning: {notice}", quiet=request.quiet)
            shown = _write(document, target, force=request.force)
        except ConsentkitError as error:
            failure = failure or error
            click.echo(f"Error: {order.sought.identity.code}: {error}", err=True)
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


def _require_sense(request: RenderRequest) -> None:
    if request.output != STDOUT:
        return
    if len(request.names) > 1:
        raise WrongUse("only one document fits on stdout; name a folder with -o, or render them one by one")
    if request.as_json:
        raise WrongUse("-o - and --json both want stdout; leave one of them out")
    streams.require_binary_stdout("consentkit render CODE -o - > FILE.pdf")


def _read_all(workspace: OpenWorkspace, request: RenderRequest, layout: Layout) -> list[Order]:
    """Find or read all, or raise once all have been looked at, so that every mistake is told in one run."""
    orders: dict[str, Order] = {}
    problems: list[Problem] = []
    failures: list[ConsentkitError] = []
    inputs = workspace.inputs()
    for name in dict.fromkeys(request.names):
        try:
            sought = workspace.find(name, layout, language=request.language, variant=request.variant)
            order = look_up(workspace, sought, inputs)
        except InvalidInput as error:
            problems += error.problems
        except (UnknownCode, FileAccess, WrongUse) as error:
            failures.append(error)
        else:
            code = order.sought.identity.code
            if code in orders:
                raise WrongUse(f"{code} is asked for twice; its documents would have the same name")
            orders[code] = order
    if problems:
        failures.append(InvalidInput(problems))
    for failure in failures[1:]:
        click.echo(f"Error: {failure}" if not isinstance(failure, InvalidInput) else str(failure), err=True)
    if failures:
        raise failures[0]
    return list(orders.values())


def _targets(orders: list[Order], request: RenderRequest, layout: Layout, usual: PaperSize) -> list[Path | None]:
    """Where each document goes; None is stdout."""
    output = request.output
    if output == STDOUT:
        return [None]
    if output and len(orders) == 1 and not output.endswith("/") and not Path(output).is_dir():
        return [Path(output)]
    folder = Path(output or ".")
    if output and output.endswith(".pdf") and not folder.is_dir():
        raise WrongUse(f"-o {output} names one file for {len(orders)} documents; name a folder, such as -o out/")
    prepare_folder(folder)
    return [folder / file_name(order.sought.identity, layout, usual) for order in orders]


def _write(document: Document, target: Path | None, *, force: bool) -> str:
    if target is None:
        write_to_stdout(document.pdf)
        return STDOUT
    write_file(target, document.pdf, force=force)
    return str(target)
