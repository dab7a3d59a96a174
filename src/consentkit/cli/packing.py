"""The work of `consentkit packet`.

Guarantees: a visit that can't be served does not stop the others, and is told with its row and the reason; nothing that
is printed, neither messages nor JSON nor names of files, holds a patient's particulars; files are readable for their
owner only.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import click

from consentkit import report
from consentkit.cli.support import interruptions, say
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, RunFailed, WrongUse
from consentkit.output import prepare_folder, require_replaceable, write_file
from consentkit.packets.combining import combine
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.planning import PacketOptions, Planner
from consentkit.packets.printing import job_title, print_file, require_printer
from consentkit.packets.visits import STDIN, VisitEntry, read_visits
from consentkit.problems import MOST_PROBLEMS_IN_DATA, Problem, shown
from consentkit.workspace import Workspace


@dataclass(frozen=True)
class PacketRequest:
    """What was asked for on the command line."""

    source: str
    output: str | None
    combined: str | None
    printer: str | None
    options: PacketOptions
    sets: bool
    force: bool
    as_json: bool
    quiet: bool


@dataclass
class _Outcome:
    """What has been done so far."""

    packets: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    failure: ConsentkitError | None = None
    whole_failure: ConsentkitError | None = None
    """Why the one file for all could not be written."""


def make_packets(workspace: Workspace, request: PacketRequest) -> int:
    """Read the visits, make the packets, write and print them. Returns the exit code."""
    entries = read_visits(request.source, sys.stdin.buffer)
    first = next(entries, None)
    if first is None:
        raise InvalidInput([Problem(request.source, None, None, "", "holds no visit")])
    is_schedule = first.row is not None
    _require_sense(request, is_schedule=is_schedule)
    if request.printer:
        require_printer(request.printer)
    run = _Run(workspace, request, is_schedule)
    for entry in chain([first], entries):
        run.serve(entry)
        interruptions.require_none()
    run.write_combined()
    return run.report()


class _Run:
    """The packets of one call."""

    def __init__(self, workspace: Workspace, request: PacketRequest, is_schedule: bool) -> None:
        self._request = request
        self._workspace = workspace
        self._is_schedule = is_schedule
        self._planner = Planner(workspace, request.options)
        self._maker = PacketMaker(
            workspace, duplex=request.options.duplex, ends_on_even_page=request.combined is not None
        )
        self._outcome = _Outcome()
        self._kept: list[Packet] = []
        self._told: set[str] = set()

    def serve(self, entry: VisitEntry) -> None:
        """Make the packet of one visit, or tell why not."""
        try:
            if entry.visit is None:
                raise InvalidInput(entry.problems)
            packet = self._maker.make(self._planner.plan(entry.visit, _file_of(entry), entry.row))
            file = self._deliver(packet)
        except ConsentkitError as error:
            self._refuse(entry, error)
            return
        try:
            self._print(packet)
        except ConsentkitError as error:
            where = f"the packet was written to {file}, but not printed: " if file else "the packet was not printed: "
            self._refuse(entry, FileAccess(f"{where}{error}"))
            if file is None:
                return
        self._tell_about(packet)
        self._outcome.packets.append(report.packet_entry(packet, file, self._request.options.override))
        if file and file != STDIN and not self._request.as_json:
            click.echo(file)
        say(report.packet_line(packet, file), quiet=self._request.quiet)

    def write_combined(self) -> None:
        """Write all packets into one file, if that was asked for."""
        target = self._request.combined
        if target is None or not self._kept:
            return
        try:
            pdf = combine(self._maker, self._kept)
            self._put(pdf, target)
            if self._request.printer:
                self._print_bytes(pdf, "", _ranges(self._kept))
        except ConsentkitError as error:
            self._outcome.whole_failure = error
            self._outcome.packets.clear()  # they would have been in that file
            click.echo(f"Error: {target}: {error}", err=True)
            self._outcome.refused.append({"row": None, "exit_code": error.exit_code, "problems": [str(error)]})
            return
        if target != STDIN and not self._request.as_json:
            click.echo(target)

    def report(self) -> int:
        """Tell what was done. Returns the exit code, or raises the failure of the only visit that there was."""
        outcome, request = self._outcome, self._request
        if request.as_json:
            click.echo(report.as_json({"packets": outcome.packets, "refused": outcome.refused}))
        if outcome.whole_failure:
            return outcome.whole_failure.exit_code
        if outcome.failure is None:
            return 0
        if not self._is_schedule:
            return outcome.failure.exit_code
        made, refused = len(outcome.packets), len(outcome.refused)
        click.echo(f"{report.counted(made, 'packet')} made, {refused} refused; see the messages above.", err=True)
        return RunFailed.exit_code

    def _refuse(self, entry: VisitEntry, error: ConsentkitError) -> None:
        self._outcome.failure = self._outcome.failure or error
        problems = error.problems if isinstance(error, InvalidInput) else [_as_problem(entry, error)]
        for line in shown(problems):
            click.echo(line, err=True)
        self._outcome.refused.append(
            {"row": entry.row, "exit_code": error.exit_code, "problems": shown(problems, MOST_PROBLEMS_IN_DATA)}
        )

    def _deliver(self, packet: Packet) -> str | None:
        """Write one packet. Returns the name of its file, if it has one of its own."""
        request = self._request
        if request.combined is not None:
            self._kept.append(replace(packet, pdf=b""))  # the whole file is linked anew from the same parts
            return None
        file = self._target(packet)
        if file is not None:
            self._put(packet.pdf, file)
        return file

    def _print(self, packet: Packet) -> None:
        request = self._request
        if request.printer and request.combined is None:
            ranges = [(first, last) for first, last in packet.sets] if request.sets else None
            self._print_bytes(packet.pdf, packet.plan.visit.visit, ranges)

    def _target(self, packet: Packet) -> str | None:
        output = self._request.output
        if output == STDIN:
            return STDIN
        if output is None and self._request.printer:
            return None
        if output and not self._is_schedule and not _is_folder(output):
            return output
        folder = Path(output or ".")
        prepare_folder(folder)
        return str(folder / packet.file_name)

    def _put(self, pdf: bytes, target: str) -> None:
        if target == STDIN:
            sys.stdout.buffer.write(pdf)
            sys.stdout.buffer.flush()
            return
        write_file(Path(target), pdf, force=self._request.force)

    def _print_bytes(self, pdf: bytes, visit: str, ranges: list[tuple[int, int]] | None) -> None:
        settings = self._workspace.folder.clinic.printing
        if self._request.options.duplex:
            settings = settings.model_copy(update={"duplex": True})
        if self._request.sets:
            settings = settings.model_copy(update={"staple": True})
        with tempfile.TemporaryDirectory(prefix="consentkit-") as folder:
            path = Path(folder) / "packet.pdf"
            write_file(path, pdf)
            printer = self._request.printer or ""
            requests = print_file(path, printer, settings, title=job_title(visit or None), page_ranges=ranges)
        say(f"Sent to {printer}: {', '.join(requests)}", quiet=self._request.quiet)

    def _tell_about(self, packet: Packet) -> None:
        """Say once what the front desk should know."""
        for document in packet.plan.documents:
            for notice in document.notices(self._planner.today):
                self._tell_once(f"Warning: {notice}")
        for name in packet.untagged:
            self._tell_once(
                f"Warning: packets with {name} are not PDF/UA, because that file has no tags that a screen reader needs"
            )
        for conflict in packet.plan.overridden:
            say(f"Warning: visit {packet.plan.visit.visit}: overridden: {conflict.reason}", quiet=self._request.quiet)

    def _tell_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            say(message, quiet=self._request.quiet)


def _ranges(packets: Sequence[Packet]) -> list[tuple[int, int]]:
    """The pages of each packet in the file that holds them all, so that each is a job of its own."""
    ends = list(accumulate(packet.pages for packet in packets))
    return [(end - packet.pages + 1, end) for packet, end in zip(packets, ends, strict=True)]


def _is_folder(output: str) -> bool:
    return output.endswith("/") or Path(output).is_dir()


def _as_problem(entry: VisitEntry, error: ConsentkitError) -> Problem:
    return Problem(_file_of(entry), entry.row, None, "", str(error))


def _file_of(entry: VisitEntry) -> str:
    """The file that a visit stands in: a label holds the row, too."""
    return entry.label.rsplit(":", 1)[0] if entry.row else entry.label


def _require_sense(request: PacketRequest, *, is_schedule: bool) -> None:
    """Refuse what can't be meant, and look at the targets, before anything is made."""
    if request.output and request.combined:
        raise WrongUse("-o writes a file for each visit and --combined one for all; leave one of them out")
    if request.options.override is not None and not request.options.override.strip():
        raise WrongUse('--override wants a reason, such as --override "state law lets minors decide on this"')
    if request.sets and not request.printer:
        raise WrongUse("--sets staples what is printed; add --print PRINTER, or leave it out")
    if request.sets and request.combined:
        raise WrongUse("--sets prints each paper by itself, and --combined all in one go; leave one of them out")
    if is_schedule and not (request.output or request.combined or request.printer):
        raise WrongUse("a schedule makes many files; name a folder with -o DIR, or one file with --combined FILE")
    target = request.combined or request.output
    if target == STDIN:
        if is_schedule and not request.combined:
            raise WrongUse("-o - writes one packet to stdout; for a schedule, use --combined -")
        if request.as_json:
            raise WrongUse("a PDF on stdout and --json both want stdout; leave one of them out")
        if sys.stdout.isatty():
            raise WrongUse("a PDF would garble the terminal; redirect it: consentkit packet visit.yaml -o - > FILE.pdf")
    elif request.combined:
        require_replaceable(Path(request.combined), force=request.force)
    elif request.output and not is_schedule and not _is_folder(request.output):
        require_replaceable(Path(request.output), force=request.force)
    elif is_schedule and request.output and Path(request.output).is_file():
        raise FileAccess(f"{request.output}: is a file; name a folder, since a schedule makes a file for each visit")
