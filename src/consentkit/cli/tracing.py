"""The work of `consentkit trace` and `remake`.

Guarantees: results go to stdout, one form for people and one for programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli import pace, report
from consentkit.cli.support import say
from consentkit.errors import UnknownCode
from consentkit.model.identity import Variant, printed_fingerprint
from consentkit.operations.journal_reading import as_data
from consentkit.operations.picture_codes import SCANS
from consentkit.operations.progress import CountedSteps
from consentkit.operations.remake import remake, write_edition
from consentkit.operations.trace import Traced, TracedScan, TracedText, trace, trace_scan
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


def print_trace(workspace: OpenWorkspace, printed: str, *, with_text: bool, as_json: bool, quiet: bool) -> int:
    """Print what something printed is. Returns the exit code."""
    workspace = workspace.for_one_run()
    is_scan = printed.lower().endswith(SCANS)
    with pace.long_work("Looking", quiet=quiet) as progress:
        steps = CountedSteps(progress)
        if is_scan:
            scan = trace_scan(workspace, Path(printed), steps)
        else:
            scan = TracedScan((trace(workspace, printed, steps),))
    code = UnknownCode.exit_code if scan.unknown else 0
    if as_json:
        click.echo(report.as_json(_scan_entry(scan) if is_scan else _entry(scan.pages[0])))
        return code
    for line in _lines(scan.pages):
        click.echo(line)
    for packet in scan.unknown:
        click.echo(f"packet {packet}: the journal has no such packet")
    if scan.without_code:
        click.echo(f"no code on {_pages(scan.without_code)}; trace the fingerprints at their feet")
    texts = {(text.identity, text.content_hash): text for traced in scan.pages for text in traced.texts}.values()
    for text in texts if with_text else ():
        click.echo(f"\n{text.identity}, as it was approved:")
        click.echo("\n".join(printable(line) for line in (text.words or "is not kept").splitlines()))
    if not with_text and any(text.words for text in texts):
        say("With --text, the text is printed as it was approved.", quiet=quiet)
    return code


@dataclass(frozen=True)
class RemakeRequest:
    """What was requested on the command line."""

    definition: str
    edition: int
    language: str | None
    variant: Variant
    output: Path | None
    force: bool
    quiet: bool


def remake_edition(workspace: OpenWorkspace, request: RemakeRequest) -> int:
    """Make an approved edition again, and write it. Returns the exit code."""
    workspace = workspace.for_one_run()
    edition = request.edition
    document = remake(workspace, request.definition, edition, language=request.language, variant=request.variant)
    target = request.output or Path(f"{document.code}.edition-{edition}.pdf")
    write_edition(document, target, force=request.force)
    click.echo(report.document_line(document, str(target)))
    say("It is marked as a draft: it is for reading, and not for patients.", quiet=request.quiet)
    return 0


def _lines(verdicts: Sequence[Traced]) -> Iterator[str]:
    """All that is known, what several pages of a packet have in common once."""
    of_packets: dict[str | None, list[Traced]] = {}
    for traced in verdicts:
        of_packets.setdefault(traced.packet, []).append(traced)
    for pages in of_packets.values():
        yield from _packet_lines(pages)


def _packet_lines(pages: Sequence[Traced]) -> Iterator[str]:
    traced = pages[0]
    if traced.packet:
        for one in pages:
            scanned = f" ({_pages(one.scanned)} of the scan)" if one.scanned else ""
            page = f", page {one.page}{scanned}" if one.page else ""
            yield f"packet {one.packet}{page}: {report.counted(len(one.texts), 'text')}"
        for row in traced.entries:
            entry = row.entry
            visit = f" visit {entry.visit}," if entry.visit else ""
            print_number = f", print {entry.print_number}" if entry.print_number else ""
            by = f"by {entry.who.actor} at {entry.who.station}"
            yield f"  {row.at:%Y-%m-%d %H:%M} UTC:{visit} {entry.action}{print_number}, {by}"
    for text in traced.texts:
        yield from _text_lines(text)


_STATES = {
    "current": "current: it is the text of today; address and telephone number are not compared",
    "superseded": "superseded: the text has changed since",
    "unknown": "unknown today: the document can't be made any more",
}


def _text_lines(text: TracedText) -> Iterator[str]:
    yield f"{_STATES[text.state]}{report.ended(text.withdrawal, text.ended)}"
    if text.was_draft:
        yield "printed as   a draft: no approval held then"
    yield f"document     {printable(str(text.identity))}"
    yield f"fingerprint  {printed_fingerprint(text.content_hash)}"
    yield f"approval     {report.approval_line(text.approval)}"
    if text.withdrawal:
        yield f"withdrawal   {report.withdrawal_line(text.withdrawal)}"
    if text.state != "superseded":
        return
    if text.changes is None:
        yield "changes      not known: the text as it was is not kept"
        return
    yield f"changes      {report.counted(len(text.changes), 'change')} since"
    for change in text.changes:
        yield "\n".join(f"    {line}" for line in str(change).splitlines())


def _pages(numbers: tuple[int, ...]) -> str:
    return f"page{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def _scan_entry(scan: TracedScan) -> dict[str, Any]:
    pages = [{**_entry(traced), "scanned": list(traced.scanned)} for traced in scan.pages]
    return {"kind": "scan", "pages": pages, "unknown": list(scan.unknown), "without_code": list(scan.without_code)}


def _entry(traced: Traced) -> dict[str, Any]:
    return {
        "kind": traced.kind,
        "packet": traced.packet,
        "page": traced.page,
        "texts": [
            {
                "code": text.identity.code,
                "language": text.identity.language,
                "variant": text.identity.variant,
                "state": text.state,
                "content_hash": text.content_hash,
                "approval": report.entry(text.approval),
                "withdrawal": report.entry(text.withdrawal),
                "replaced_by": text.ended.replaced_by,
                "overdue": text.ended.is_overdue,
                "stale": text.ended.is_stale,
                "was_draft": text.was_draft,
                "text": text.words,
                "changes": None if text.changes is None else [vars(change) for change in text.changes],
            }
            for text in traced.texts
        ],
        "entries": [as_data(row) for row in traced.entries],
    }
