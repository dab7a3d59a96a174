"""The work of `consentkit approve`, `status`, `diff` and `verify`.

Guarantees: an approval is recorded for the content as it is now, whose fingerprint is printed; nothing but the
clinic's own folder is written to.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from consentkit.approval.changes import changes
from consentkit.approval.plain_text import plain_text
from consentkit.approval.standing import Standing, standings
from consentkit.approval.verify import PdfVerdict, compare_with_today, identify, identify_packet
from consentkit.cli import report
from consentkit.cli.support import say
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, WrongUse
from consentkit.library.approvals import Approval, Identity, approved_text, load_approvals, record
from consentkit.model.identity import printed_fingerprint
from consentkit.problems import printable, quoted
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes


def approve(
    workspace: OpenWorkspace, identity: Identity, *, by: str, role: str | None, until: str | None, quiet: bool
) -> int:
    """Record an approval of a document as it is today."""
    folder = _clinic_folder(workspace)
    today, last_day = datetime.date.today(), _day(until) if until else None
    if last_day and last_day < today:
        raise WrongUse("the day of --until has passed already; name a later one")
    content = workspace.content(identity.code, language=identity.language, variant=identity.variant)
    identity = content.identity  # the procedure may have been named by the path of its file
    if content.stale:
        raise WrongUse(f"{identity} translates a text that has changed since; bring the translation up to date first")
    document = workspace.render(content)
    approval = _approval(
        code=identity.code,
        language=identity.language,
        variant=identity.variant,
        edition=load_approvals(folder).next_edition(identity, document.content_hash),
        content=document.content_hash,
        by=by,
        role=role,
        on=today,
        until=last_day,
    )
    approval = record(folder, approval, plain_text(document))
    fingerprint = printed_fingerprint(approval.content)
    click.echo(f"{identity}: edition {approval.edition}, fingerprint {fingerprint}, {_term(approval)}")
    say(f"Recorded in {folder / 'approvals.yaml'}.", quiet=quiet)
    return 0


def _term(approval: Approval) -> str:
    return f"until {approval.until}" if approval.until else "without end"


def status(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Tell how every document of the service list stands. The exit code is 3 where one can't be made."""
    found = standings(workspace, datetime.date.today())
    if as_json:
        click.echo(report.as_json({"documents": [_standing_entry(standing) for standing in found]}))
    elif found:
        click.echo(report.table(_standing_row(standing) for standing in found))
    for standing in found:
        if standing.reason:
            click.echo(f"{standing.identity}: {standing.reason}", err=True)
    approved = sum(standing.state == "approved" for standing in found)
    say(f"{report.counted(len(found), 'document')}, {approved} approved", quiet=quiet)
    return InvalidInput.exit_code if any(standing.state == "broken" for standing in found) else 0


def diff(workspace: OpenWorkspace, identity: Identity, *, quiet: bool) -> int:
    """Tell what has changed since the latest approval."""
    folder = _clinic_folder(workspace)
    content = workspace.content(identity.code, language=identity.language, variant=identity.variant)
    approval = load_approvals(folder).latest(content.identity)
    if approval is None:
        raise WrongUse(f"{content.identity} has never been approved, so there is nothing to compare it with")
    document = workspace.render(content)
    found = changes(approved_text(folder, approval), plain_text(document))
    for change in found:
        click.echo(str(change))
    since = f"since edition {approval.edition}, approved on {approval.on}"
    if not found and approval.content != document.content_hash:
        say(f"No word has changed {since}, but the look of the page has.", quiet=quiet)
    else:
        say(f"{report.counted(len(found), 'change')} {since}", quiet=quiet)
    return 0


def verify(workspace: OpenWorkspace, file: Path, *, as_json: bool) -> int:
    """Tell what a PDF file is. The exit code is 0 for a current document, 3 for any other."""
    pdf = read_bytes(file, LARGEST_PDF)
    if found := identify_packet(pdf):
        return _verify_packet(workspace, file, *found, as_json=as_json)
    said = identify(pdf)
    verdict = compare_with_today(said, _current_hash(workspace, said), load_approvals(workspace.folder.path))
    if as_json:
        click.echo(report.as_json(_verdict_entry(verdict, file)))
    else:
        for line in _verdict_lines(verdict):
            click.echo(line)
    return 0 if verdict.state == "current" else InvalidInput.exit_code


def _verify_packet(
    workspace: OpenWorkspace, file: Path, packet: str, documents: list[PdfVerdict], *, as_json: bool
) -> int:
    """Tell what a packet holds. It is current if it is unaltered and each of its documents is current."""
    approvals = load_approvals(workspace.folder.path)
    verdicts = [compare_with_today(said, _current_hash(workspace, said), approvals) for said in documents]
    states = {verdict.state for verdict in verdicts} or {"unknown"}
    state = next(state for state in ("altered", "unknown", "superseded", "current") if state in states)
    if as_json:
        entries = [_verdict_entry(verdict, file) for verdict in verdicts]
        click.echo(report.as_json({"file": str(file), "state": state, "packet": packet, "documents": entries}))
    else:
        click.echo(f"packet {printable(packet)}, {report.counted(len(verdicts), 'document')}: {state}")
        for verdict in verdicts:
            for line in _verdict_lines(verdict):
                click.echo(f"  {line}")
        click.echo("Its cover, statements and extra files are looked at for changes since it was made, and no further.")
    return 0 if state == "current" else InvalidInput.exit_code


def _current_hash(workspace: OpenWorkspace, said: PdfVerdict) -> str | None:
    """The hash that the document would have today; None where it could not be made."""
    identity = said.identity
    if identity is None or not workspace.library.has(identity.code):  # never a path: anyone may write the file
        return None
    try:
        content = workspace.content(identity.code, language=identity.language, variant=identity.variant)
        return workspace.compose(content).content_hash
    except ConsentkitError:
        return None


def _clinic_folder(workspace: OpenWorkspace) -> Path:
    if workspace.folder.path is None:
        raise FileAccess("approvals are kept in the clinic's folder; name it with --clinic (see samples/clinic)")
    return workspace.folder.path


def _approval(**values: Any) -> Approval:
    """An approval. Raises WrongUse where a name can't be recorded."""
    try:
        return Approval(**values)
    except ValidationError as error:
        options = {str(mistake["loc"][0]) for mistake in error.errors()} & {"by", "role"}
        if not options:
            raise
        named = " and ".join(f"--{option}" for option in sorted(options))
        raise WrongUse(f"{named}: is empty, too long, or holds characters that can't be printed") from None


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{quoted(text)} is not a date; write year-month-day, such as 2027-11-21") from None


def _standing_row(standing: Standing) -> tuple[str, ...]:
    identity, approval = standing.identity, standing.approval
    fingerprint = printed_fingerprint(standing.content_hash)
    who = f"edition {approval.edition}, {approval.signed}, {approval.on}" if approval else ""
    if approval and approval.until:
        who += f", until {approval.until}"
    return identity.code, identity.language, identity.variant, standing.state, fingerprint, who


def _standing_entry(standing: Standing) -> dict[str, object]:
    identity = standing.identity
    return {
        "code": identity.code,
        "language": identity.language,
        "variant": identity.variant,
        "state": standing.state,
        "content_hash": standing.content_hash,
        "approval": report.approval_entry(standing.approval) if standing.approval else None,
        "reason": standing.reason,
    }


_STATES = {
    "current": "current: it is what consentkit would make today",
    "superseded": "superseded: the content has changed since",
    "altered": "ALTERED: the file has changed since consentkit made it",
    "unknown": "unknown: there is no such document in this library",
}


def _verdict_lines(verdict: PdfVerdict) -> list[str]:
    if verdict.identity is None:
        return [_STATES["altered"]] if verdict.state == "altered" else ["unknown: consentkit did not make this file"]
    issued = f", issued {verdict.issued}" if verdict.issued else ""
    edition = f"approved as edition {verdict.approved_edition}" if verdict.approved_edition else "never approved here"
    return [
        _STATES[verdict.state],
        printable(f"document     {verdict.identity}{issued}"),
        printable(f"fingerprint  {printed_fingerprint(verdict.content_hash)}, {edition}"),
    ]


def _verdict_entry(verdict: PdfVerdict, file: Path) -> dict[str, object]:
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
    }
