"""What `consentkit render` prints.

Guarantees: stdout has the file of each document as soon as it is written, or one JSON document at the end, or the one
document itself; where all documents are kept already, neither the page engine nor the model is loaded.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli import pace, report
from consentkit.cli.answering import answers
from consentkit.cli.streams import streams, write_to_stdout
from consentkit.cli.support import interruptions, say
from consentkit.errors import ConsentkitError, InvalidInput, WrongUse
from consentkit.operations.render import (
    DocumentFailed,
    DocumentMade,
    DocumentWritten,
    RenderEvent,
    RenderRequest,
    render,
)

if TYPE_CHECKING:
    from consentkit.documents.document import Document
    from consentkit.documents.workspace import OpenWorkspace

STDOUT = "-"


def render_documents(
    workspace: OpenWorkspace,
    procedures: tuple[str, ...],
    *,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Make the documents, and print what has become of them. Returns the exit code."""
    to_stdout = output == STDOUT
    if to_stdout:
        _require_sense(procedures, as_json=as_json)
    request = RenderRequest(procedures, None if to_stdout else output, returns_documents=to_stdout, **options)
    printer = _RenderReport(as_json=as_json, quiet=quiet)
    number = len(set(procedures)) if pace.is_watched() and not quiet else 0
    with (
        contextlib.closing(render(workspace, request)) as events,
        pace.beside_messages("Documents", number) as one_more,
    ):
        for event in events:
            with one_more(is_done=isinstance(event, DocumentWritten | DocumentFailed)):
                printer.print(event)
            interruptions.require_none()
    if as_json:
        click.echo(report.as_json({"documents": printer.entries}))
    if printer.exit_code == 0 and not to_stdout and _are_in_library(procedures):
        answers.offer(workspace, documents=printer.written)
    return printer.exit_code


def _are_in_library(procedures: tuple[str, ...]) -> bool:
    """Whether procedures and papers of the library are meant, and no file from elsewhere."""
    return not any("/" in name or name.endswith((".yaml", ".yml")) for name in procedures)


def _require_sense(procedures: tuple[str, ...], *, as_json: bool) -> None:
    """Raise where a document can't go to stdout."""
    if len(procedures) > 1:
        raise WrongUse("only one document fits on stdout; name a folder with -o, or render them one by one")
    if as_json:
        raise WrongUse("-o - and --json both use stdout; leave one of them out")
    streams.require_binary_stdout("consentkit render CODE -o - > FILE.pdf")


@dataclass
class _RenderReport:
    """Prints events as they come; collects what is printed at the end."""

    as_json: bool
    quiet: bool
    entries: list[dict[str, Any]] = field(default_factory=list)
    written: list[tuple[str, Path]] = field(default_factory=list)
    """The documents that are in their files, by the keys under which they are kept."""
    exit_code: int = 0
    """That of the first failure."""
    _notices: tuple[str, ...] = ()
    """What is to be known of the document that was made last."""

    def print(self, event: RenderEvent) -> None:
        """Print one event."""
        if isinstance(event, DocumentFailed):
            self.exit_code = self.exit_code or event.error.exit_code
            click.echo(f"Error: {event.code}: {event.error}", err=True)
        elif isinstance(event, DocumentMade):
            self._notices = event.notices
            for notice in event.notices:
                say(f"Warning: {notice}", quiet=self.quiet)
            if event.target is None:
                write_to_stdout(event.document.pdf)
                self._finish(event.document, STDOUT)
        elif isinstance(event, DocumentWritten):
            self.written.append((event.kept_as, event.target))
            if not self.as_json:
                click.echo(event.target)
            self._finish(event.document, str(event.target))
        else:
            click.echo(_refusal(event.error), err=True)

    def _finish(self, document: Document, shown: str) -> None:
        self.entries.append(report.document_entry(document, shown, self._notices))
        say(report.document_line(document, shown), quiet=self.quiet)


def _refusal(error: ConsentkitError) -> str:
    return str(error) if isinstance(error, InvalidInput) else f"Error: {error}"
