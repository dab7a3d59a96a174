"""What `consentkit packet` says of the packets that are made.

Guarantees: nothing that is printed, neither messages nor JSON, holds a patient's particulars; a PDF on stdout has
stdout for itself, and never goes to a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

import click

from consentkit.cli import pace, report
from consentkit.cli.answering import answers
from consentkit.cli.streams import stdin, streams, write_to_stdout
from consentkit.cli.support import interruptions, say
from consentkit.errors import ConsentkitError, RunFailed, WrongUse
from consentkit.operations.earlier_files import EarlierFile
from consentkit.operations.other_systems import require_day, systems_of
from consentkit.operations.packet_events import (
    DayFileLeftOut,
    DayFileNotPrinted,
    DayFileRefused,
    DayFileWritten,
    PacketEvent,
    PacketNotPrinted,
    PacketWritten,
    PrintUnrecorded,
    VisitNeedsNothing,
    VisitPassedOver,
    VisitRefused,
    VisitWarned,
)
from consentkit.operations.packet_files import write_packets
from consentkit.operations.schedule import RequestedVisits, needs_text, read_requested, reading_of, skipped_rows
from consentkit.operations.targets import STDOUT, PacketTargets
from consentkit.problems import Problem, printable, report_lines

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace
    from consentkit.operations.fhir_file import FhirFile
    from consentkit.operations.packets import MadePacket, NothingToPrint, PacketOptions
    from consentkit.packets.visits import VisitEntry


_PATIENCE = 1.0
"""Seconds for which packets may wait for others before their files have names."""
_END_OF_VISIT = (PacketWritten, VisitRefused, VisitNeedsNothing)
"""What is the last that is said of a visit."""


@dataclass(frozen=True)
class PacketRequest:
    """What was requested on the command line."""

    source: str
    on: str | None
    """The day whose visits are read, where the source is a file of another system."""
    visits: tuple[str, ...]
    """The numbers of the visits to make packets for; all of them where none is named."""
    output: str | None
    combined: str | None
    printer: str | None
    fhir: Path | None
    """The file for resources of FHIR."""
    options: PacketOptions
    sets: bool
    force: bool
    as_json: bool
    quiet: bool
    format_name: str | None = None
    """The format of the schedule, where one was chosen."""


def make_packets(workspace: OpenWorkspace, request: PacketRequest) -> int:
    """Read the visits, make the packets, write and print them. Returns the exit code."""
    visits, number = _counted(_requested(workspace, request), request)
    targets = PacketTargets(
        visits, request.output, request.combined, request.printer, sets=request.sets, force=request.force
    )
    targets.require_sense()
    if targets.are_on_stdout:
        _require_stdout_alone(request)
    for note in visits.notes:
        say(note, quiet=request.quiet)
    output = _PacketReport(request, is_schedule=visits.is_schedule)
    fhir = _fhir_file(workspace, request.fhir, force=request.force) if request.fhir else None
    events = write_packets(workspace, targets, request.options, write_to_stdout, patience=_PATIENCE)
    alone: PacketEvent | None = None
    with closing(events), pace.beside_messages("Packets", number) as one_more:
        for event in events:
            if fhir:
                fhir.take(event)
            with one_more(is_done=isinstance(event, _END_OF_VISIT)):
                output.show(event)
            alone = event if visits.is_alone and not isinstance(event, VisitPassedOver) else None
            interruptions.require_none()
    if fhir:
        number = fhir.write()
        say(f"{printable(str(request.fhir))}: {report.counted(number, 'packet')} to be filed", quiet=request.quiet)
    if visits.skipped:
        say(f"{printable(request.source)}: {skipped_rows(visits.skipped)}", quiet=request.quiet)
    exit_code = output.end(visits.skipped)
    if exit_code == 0 and isinstance(alone, PacketWritten):
        _offer(workspace, request, alone)
    return exit_code


def _offer(workspace: OpenWorkspace, request: PacketRequest, written: PacketWritten) -> None:
    """Let it be learned how packets of this kind are made. What else was requested is among what is printed."""
    if written.file in (None, STDOUT) or written.jobs or request.fhir or request.as_json or request.combined:
        return

    def says(made: MadePacket, file: str) -> Iterator[tuple[int, str]]:
        if not request.quiet:
            yield from ((2, f"Warning: {text}\n") for text in dict.fromkeys(notice.text for notice in made.notices))
        yield 1, f"{file}\n"
        if not request.quiet:
            yield 2, f"{report.packet_line(made.packet, file)}\n"

    answers.offer_packet(workspace, request.options, written.made, written.file, says)


def _fhir_file(workspace: OpenWorkspace, target: Path, *, force: bool) -> FhirFile:
    from consentkit.operations.fhir_file import FhirFile  # which few days need

    return FhirFile(workspace, target, force=force)


def _counted(visits: RequestedVisits, request: PacketRequest) -> tuple[RequestedVisits, int]:
    """Visits, and how many packets a person watches being made: then all visits are read first. 0 if nobody watches."""
    if request.quiet or not visits.is_schedule or not pace.is_watched():
        return visits, 0
    entries = list(visits.entries)
    return replace(visits, entries=iter(entries)), sum(map(visits.has, entries))


def _requested(workspace: OpenWorkspace, request: PacketRequest) -> RequestedVisits:
    return read_requested(
        request.source,
        stdin(),
        request.visits,
        reading_of(workspace, request.format_name),
        systems_of(workspace, require_day(request.on)),
    )


def _require_stdout_alone(request: PacketRequest) -> None:
    """Raise where a PDF can't go to stdout."""
    if request.as_json:
        raise WrongUse("a PDF on stdout and --json both use stdout; leave one of them out")
    streams.require_binary_stdout("consentkit packet visit.yaml -o - > FILE.pdf")


class _PacketReport:
    """What is printed of the packets of one call."""

    def __init__(self, request: PacketRequest, *, is_schedule: bool) -> None:
        self._request = request
        self._is_schedule = is_schedule
        self._packets: list[dict[str, Any]] = []
        self._refused: list[dict[str, Any]] = []
        self._nothing: list[dict[str, Any]] = []
        self._notices: set[str] = set()
        self._failure: ConsentkitError | None = None
        self._day_failure: ConsentkitError | None = None
        """What is wrong with the one file for all."""

    def end(self, skipped: Sequence[int]) -> int:
        """Sum up what was done; `skipped` are the lines of rows that are no visits. Returns the exit code."""
        if self._request.as_json:
            more = {"skipped": list(skipped)} if skipped else {}
            result = {"packets": self._packets, "nothing_to_print": self._nothing, "refused": self._refused, **more}
            click.echo(report.as_json(result))
        if self._day_failure:
            return self._day_failure.exit_code
        if self._failure is None:
            return 0
        if not self._is_schedule:
            return self._failure.exit_code
        made, refused = len(self._packets), len(self._refused)
        click.echo(f"{report.counted(made, 'packet')} made, {refused} refused; see the messages above.", err=True)
        return RunFailed.exit_code

    def show(self, event: PacketEvent) -> None:
        """Print what there is to say of an event."""
        match event:
            case VisitPassedOver():
                pass
            case VisitWarned():
                click.echo(str(event.warning), err=True)
            case PacketWritten():
                self._show_written(event)
            case PacketNotPrinted():
                self._show_refusal(event.entry, event.error, event.problems)
            case PrintUnrecorded():
                click.echo(f"Warning: {event.message}", err=True)
            case VisitRefused():
                self._show_refused(event)
            case VisitNeedsNothing():
                self._show_nothing(event.nothing)
            case DayFileWritten() | DayFileNotPrinted() | DayFileRefused() | DayFileLeftOut():
                self._show_day_file(event)
            case _:
                assert_never(event)

    def _show_day_file(self, event: DayFileWritten | DayFileNotPrinted | DayFileRefused | DayFileLeftOut) -> None:
        match event:
            case DayFileWritten():
                self._show_jobs(event.jobs)
                self._show_file(event.file)
            case DayFileNotPrinted():
                self._show_day_failure(event.error, event.message)
            case DayFileRefused():
                self._packets.clear()  # they would have been in that file
                self._show_day_failure(event.error, event.message)
                self._show_earlier_day_file(event.earlier)
                self._refused[-1] |= _earlier_entry(event.earlier)
            case DayFileLeftOut():
                self._show_earlier_day_file(event.earlier)
                for refused in self._refused:
                    refused.update(_earlier_entry(event.earlier))

    def _show_written(self, event: PacketWritten) -> None:
        packet = event.made.packet
        self._show_jobs(event.jobs)
        for notice in event.made.notices:
            if notice.text not in self._notices:  # which many packets share
                self._notices.add(notice.text)
                self._say(f"Warning: {notice}")
        self._packets.append(report.packet_entry(event.made, event.file, self._request.options.override))
        if event.file:
            self._show_file(event.file)
        self._say(report.packet_line(packet, event.file))

    def _show_refused(self, event: VisitRefused) -> None:
        refused, earlier = event.refused, event.refused.earlier
        entry = refused.entry
        self._show_refusal(entry, refused.error, refused.problems)
        self._refused[-1] |= _earlier_entry(earlier)
        if self._is_schedule or earlier.fate in {"removed", "left"}:
            visit = f"visit {entry.number}" if entry.number else "this visit"
            needs = f"; {needs_text(entry.needs)}" if entry.needs else ""
            advice = f"; {earlier.advice}" if earlier.advice else ""
            click.echo(f"{entry.label}: {visit} has no packet{needs}{advice}", err=True)

    def _show_nothing(self, nothing: NothingToPrint) -> None:
        """Nothing has gone wrong, but an earlier packet may have been removed, or be left."""
        entry, earlier = nothing.entry, nothing.earlier
        self._nothing.append(
            {"row": entry.row, "visit": entry.number, "on_file": list(nothing.codes), **_earlier_entry(earlier)}
        )
        advice = f"; {earlier.advice}" if earlier.advice else ""
        said = f"nothing to print: everything is on file ({', '.join(nothing.codes)}){advice}"
        if earlier.fate == "left":  # which somebody must remove
            click.echo(f"{entry.label}: visit {entry.number}: {said}", err=True)
        else:
            self._say(f"{entry.label}: visit {entry.number}: {said}")

    def _show_refusal(self, entry: VisitEntry, error: ConsentkitError, problems: Sequence[Problem]) -> None:
        self._failure = self._failure or error
        lines = list(report_lines(problems))
        for line in lines:
            click.echo(line, err=True)
        self._refused.append(_refused_entry(error, lines, entry))

    def _show_day_failure(self, error: ConsentkitError, message: str) -> None:
        self._day_failure = error
        click.echo(f"Error: {message}", err=True)
        self._refused.append(_refused_entry(error, [message]))

    def _show_earlier_day_file(self, earlier: EarlierFile) -> None:
        if earlier.advice:
            click.echo(f"{printable(self._request.source)}: {earlier.advice}", err=True)

    def _show_jobs(self, jobs: Sequence[str]) -> None:
        if jobs:
            self._say(f"Sent to {self._request.printer}: {', '.join(jobs)}")

    def _show_file(self, file: str) -> None:
        """The name of a file is a result."""
        if file != STDOUT and not self._request.as_json:
            click.echo(file)

    def _say(self, message: str) -> None:
        say(message, quiet=self._request.quiet)


def _refused_entry(error: ConsentkitError, problems: list[str], entry: VisitEntry | None = None) -> dict[str, Any]:
    """What JSON says of a visit that is refused, or, without a visit, of the file for all."""
    row, number = (entry.row, entry.number) if entry else (None, None)
    needs = [report.need_entry(need) for need in entry.needs] if entry else []
    plain = {"row": row, "visit": number, "exit_code": error.exit_code, "problems": problems, "needs": needs}
    return plain | _earlier_entry(EarlierFile())


def _earlier_entry(earlier: EarlierFile) -> dict[str, str | None]:
    """What JSON says of an earlier file."""
    return {fate: earlier.place if earlier.fate == fate else None for fate in ("removed", "left")}
