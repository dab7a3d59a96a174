"""The work of `consentkit approve`, `status`, `diff` and `verify`.

Guarantees: results go to stdout, one form for people and one for programs.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli import report
from consentkit.cli.support import say
from consentkit.errors import InvalidInput, WrongUse
from consentkit.model.identity import Variant, printed_fingerprint
from consentkit.operations.approve import approve
from consentkit.operations.diff import diff
from consentkit.operations.status import DocumentState, status
from consentkit.operations.verify import PacketVerdict, verify
from consentkit.problems import printable, quoted

if TYPE_CHECKING:
    from consentkit.approval.identify import DocumentVerdict
    from consentkit.documents.workspace import OpenWorkspace


@dataclass(frozen=True)
class ApproveRequest:
    """What was requested on the command line."""

    code: str
    language: str | None
    variant: Variant
    by: str
    role: str | None
    until: str | None
    quiet: bool


def record_approval(workspace: OpenWorkspace, request: ApproveRequest) -> int:
    """Record an approval of a document as it is today. Returns the exit code."""
    approved = approve(
        workspace,
        request.code,
        by=request.by,
        role=request.role,
        until=_day(request.until) if request.until else None,
        language=request.language,
        variant=request.variant,
    )
    approval = approved.approval
    term = f"until {approval.until}" if approval.until else "with no end date"
    fingerprint = printed_fingerprint(approval.content)
    click.echo(f"{approval.identity}: edition {approval.edition}, fingerprint {fingerprint}, {term}")
    if approved.asked != approval.variant:
        message = f"The {approved.asked} is approved with the {approval.variant}: they are one text, with one approval."
        say(message, quiet=request.quiet)
    say(f"Recorded in {approved.record}.", quiet=request.quiet)
    return 0


def print_status(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Print the state of every document of the service list. The exit code is 3 where one can't be made."""
    states = status(workspace)
    if as_json:
        click.echo(report.as_json({"documents": [_state_entry(state) for state in states]}))
    elif states:
        click.echo(report.table(_state_row(state) for state in states))
    for state in states:
        if state.reason:
            click.echo(f"{state.identity}: {state.reason}", err=True)
    approved = sum(state.state == "approved" for state in states)
    say(f"{report.counted(len(states), 'document')}, {approved} approved", quiet=quiet)
    return InvalidInput.exit_code if any(state.state == "broken" for state in states) else 0


def print_changes(workspace: OpenWorkspace, code: str, *, language: str | None, variant: Variant, quiet: bool) -> int:
    """Print what has changed since the latest approval."""
    difference = diff(workspace, code, language=language, variant=variant)
    for change in difference.changes:
        click.echo(str(change))
    since = f"since edition {difference.approval.edition}, approved on {difference.approval.on}"
    if difference.has_other_content and not difference.changes:
        say(f"No word has changed {since}, but the look of the page has.", quiet=quiet)
    else:
        say(f"{report.counted(len(difference.changes), 'change')} {since}", quiet=quiet)
    return 0


def print_verdict(workspace: OpenWorkspace, file: Path, *, as_json: bool) -> int:
    """Print what a PDF file is. The exit code is 0 for a current document, 3 for any other."""
    verdict = verify(workspace, file)
    if as_json:
        click.echo(report.as_json(_entry(verdict, file)))
    else:
        for line in _packet_lines(verdict) if isinstance(verdict, PacketVerdict) else _document_lines(verdict):
            click.echo(line)
    return 0 if verdict.state == "current" else InvalidInput.exit_code


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{quoted(text)} is not a date; write year-month-day, such as 2027-11-21") from None


def _state_row(state: DocumentState) -> tuple[str, ...]:
    identity, approval = state.identity, state.approval
    fingerprint = printed_fingerprint(state.content_hash)
    who = f"edition {approval.edition}, {approval.signed}, {approval.on}" if approval else ""
    if approval and approval.until:
        who += f", until {approval.until}"
    if state.withdrawal:
        who += f"; {report.withdrawal_line(state.withdrawal)}"
    return identity.code, identity.language, identity.variant, state.state, fingerprint, who


def _state_entry(state: DocumentState) -> dict[str, object]:
    identity = state.identity
    return {
        "code": identity.code,
        "language": identity.language,
        "variant": identity.variant,
        "state": state.state,
        "content_hash": state.content_hash,
        "approval": report.entry(state.approval),
        "withdrawal": report.entry(state.withdrawal),
        "reason": state.reason,
    }


_STATES = {
    "current": "current: it is what consentkit would make today",
    "superseded": "superseded: the content has changed since",
    "altered": "ALTERED: the file has changed since consentkit made it",
    "unknown": "unknown: there is no such document in this library",
}


def _packet_lines(verdict: PacketVerdict) -> list[str]:
    return [
        f"packet {printable(verdict.packet)}, {report.counted(len(verdict.documents), 'document')}: {verdict.state}",
        *(f"  {line}" for document in verdict.documents for line in _document_lines(document)),
        "Its cover and extra files are only checked for changes since it was made.",
    ]


def _document_lines(verdict: DocumentVerdict) -> list[str]:
    if verdict.identity is None:
        return [_STATES["altered"]] if verdict.state == "altered" else ["unknown: consentkit did not make this file"]
    issued = f", issued {verdict.issued}" if verdict.issued else ""
    lines = [
        _STATES[verdict.state],
        printable(f"document     {verdict.identity}{issued}"),
        printable(f"fingerprint  {printed_fingerprint(verdict.content_hash)}"),
        printable(f"approval     {_approval(verdict)}"),
    ]
    return [*lines, f"withdrawal   {report.withdrawal_line(verdict.withdrawal)}"] if verdict.withdrawal else lines


def _approval(verdict: DocumentVerdict) -> str:
    """Who approved the content of a file, and until when."""
    if (approval := verdict.approval) is None:
        return "never approved here"
    term = f", until {approval.until}" if approval.until else ""
    return f"approved as edition {approval.edition} by {approval.signed}, {approval.on}{term}"


def _entry(verdict: DocumentVerdict | PacketVerdict, file: Path) -> dict[str, object]:
    if isinstance(verdict, PacketVerdict):
        documents = [_entry(document, file) for document in verdict.documents]
        return {"file": str(file), "state": verdict.state, "packet": verdict.packet, "documents": documents}
    identity = verdict.identity
    return {
        "file": str(file),
        "state": verdict.state,
        "code": identity.code if identity else None,
        "language": identity.language if identity else None,
        "variant": identity.variant if identity else None,
        "issued": verdict.issued or None,
        "content_hash": verdict.content_hash or None,
        "current_hash": verdict.current_hash or None,
        "approved_edition": verdict.approved_edition,
        "approval": report.entry(verdict.approval),
        "withdrawal": report.entry(verdict.withdrawal),
    }
