"""The work of `consentkit verify`.

Guarantees: the result goes to stdout, one form for people and one for programs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli import report
from consentkit.errors import InvalidInput
from consentkit.model.identity import printed_fingerprint
from consentkit.operations.verify import PacketVerdict, verify
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.approval.identify import DocumentVerdict
    from consentkit.documents.workspace import OpenWorkspace


def print_verdict(workspace: OpenWorkspace, file: Path, *, as_json: bool) -> int:
    """Print what a PDF file is. The exit code is 0 for a current document, 3 for any other."""
    verdict = verify(workspace, file)
    if as_json:
        click.echo(report.as_json(_entry(verdict, file)))
    else:
        for line in _packet_lines(verdict) if isinstance(verdict, PacketVerdict) else _document_lines(verdict):
            click.echo(line)
    return 0 if verdict.state == "current" else InvalidInput.exit_code


_STATES = {
    "current": "current: it is what consentkit would make today",
    "superseded": "superseded: the content has changed since",
    "altered": "ALTERED: the file has changed since consentkit made it",
    "unknown": "unknown: there is no such document in this library",
}


_OTHER_PARTICULARS = "superseded: the text is today's, but the clinic has another address or telephone number now"


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
    has_same_text = verdict.state == "superseded" and verdict.content_hash == verdict.current_hash
    ended = report.ended(verdict.withdrawal, verdict.ended)
    lines = [
        (_OTHER_PARTICULARS if has_same_text else _STATES[verdict.state]) + ended,
        printable(f"document     {verdict.identity}{issued}"),
        printable(f"fingerprint  {printed_fingerprint(verdict.content_hash)}"),
        f"approval     {report.approval_line(verdict.approval)}",
    ]
    return [*lines, f"withdrawal   {report.withdrawal_line(verdict.withdrawal)}"] if verdict.withdrawal else lines


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
        "other_particulars": verdict.has_other_particulars,
        "approved_edition": verdict.approved_edition,
        "approval": report.entry(verdict.approval),
        "withdrawal": report.entry(verdict.withdrawal),
        "replaced_by": verdict.ended.replaced_by,
        "overdue": verdict.ended.is_overdue,
        "stale": verdict.ended.is_stale,
    }
