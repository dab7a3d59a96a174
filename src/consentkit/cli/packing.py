"""The work of `consentkit packet`.

Guarantees: a visit that can't be served does not stop the others, and is told with its row and the reason; nothing that
is printed, neither messages nor JSON nor names of files, holds a patient's particulars; files are readable for their
owner only; nothing of an earlier run is left under the name of a visit that was refused, unless it is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any

import click

from consentkit.cli import report
from consentkit.cli.packing_targets import PacketRequest, Targets, require_sense
from consentkit.cli.streams import stdin, write_to_stdout
from consentkit.cli.support import interruptions, say
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, RunFailed, WrongUse
from consentkit.model.visit import Visit, VisitName, is_visit_number
from consentkit.output.print_queue import job_title, print_pdf, require_printer
from consentkit.output.write import prepare_folder, write_file
from consentkit.packets.day_file import combine
from consentkit.packets.earlier import Fate, take_away
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.pairing import RecordBook
from consentkit.packets.planning import Planner, failure_of_visit, named_visit, problem_of_visit
from consentkit.packets.visits import STDIN, VisitEntry, read_visits
from consentkit.problems import Problem, did_you_mean, listed, printable, quoted, report_lines


@dataclass
class _PacketOutcome:
    """What has been done so far."""

    packets: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    refused_visits: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    """The files of this run, in one case, since not every file system tells V-1 from v-1."""
    failure: ConsentkitError | None = None
    whole_failure: ConsentkitError | None = None
    """Why the one file for all could not be written."""


def make_packets(workspace: OpenWorkspace, request: PacketRequest) -> int:
    """Read the visits, make the packets, write and print them. Returns the exit code."""
    entries = read_visits(request.source, stdin())
    if request.visits:
        entries = _up_to_the_last(list(entries), request)
    begin = list(islice(entries, 2))
    if not begin:
        raise InvalidInput([Problem(request.source, None, None, "", "holds no visit")])
    is_schedule = begin[0].row is not None
    is_alone = len(request.visits) == 1 if request.visits else len(begin) == 1
    targets = Targets(request, is_schedule, is_alone)
    require_sense(targets)
    if request.printer:
        require_printer(request.printer)
    run = _PacketRun(workspace, targets)
    for entry in chain(begin, entries):
        if not request.visits or entry.name.visit in request.visits:
            run.serve(entry)
        else:
            run.pass_over(entry)
        interruptions.require_none()
    run.write_combined()
    return run.report()


def _up_to_the_last(entries: list[VisitEntry], request: PacketRequest) -> Iterator[VisitEntry]:
    """The visits that are asked for, with those before them, which they are compared with.

    Raises WrongUse for a number that no visit has.
    """
    known = {entry.name.visit: number for number, entry in enumerate(entries, 1) if entry.name.visit}
    for visit in request.visits:
        if visit in known:
            continue
        if not is_visit_number(visit):  # it might be a name, so it is not repeated
            raise WrongUse("what --visit names can't be the number of a visit; write it as the schedule does: V-1002")
        numbers = list(dict.fromkeys(entry.number for entry in entries if entry.number))
        near = did_you_mean(visit, numbers) or f"; it holds {listed(numbers[:_MOST_TOLD])}"
        unread = [str(entry.row) for entry in entries if entry.row and not entry.name.visit][:_MOST_TOLD]
        hint = f"; no number can be read in line {', '.join(unread)}" if unread else ""
        raise WrongUse(f"{printable(request.source)} holds no visit {quoted(visit)}{near}{hint}")
    return iter(entries[: max(known[visit] for visit in request.visits)])


class _PacketRun:
    """The packets of one call."""

    def __init__(self, workspace: OpenWorkspace, targets: Targets) -> None:
        self._targets = targets
        self._request = request = targets.request
        self._workspace = workspace
        self._planner = Planner(workspace, request.options)
        self._maker = PacketMaker(
            workspace, duplex=request.options.duplex, ends_on_even_page=request.combined is not None
        )
        self._outcome = _PacketOutcome()
        self._kept: list[Packet] = []
        self._told: set[str] = set()
        self._records = RecordBook()

    def serve(self, entry: VisitEntry) -> None:
        """Make the packet of one visit, or tell why not."""
        try:
            if entry.visit is None:
                raise InvalidInput([_named(problem, entry) for problem in entry.problems])
            self._warn_of_record(entry, entry.visit)
            plan = self._planner.plan(entry.visit, _file_of(entry), entry.row, entry.code_places)
            packet = self._maker.make(plan)
            file = self._deliver(packet)
        except ConsentkitError as error:
            self._refuse(entry, error)
            return
        try:
            self._print(packet)
        except ConsentkitError as error:
            where = f"the packet was written to {file}, but not printed: " if file else "the packet was not printed: "
            self._report_refusal(entry, FileAccess(f"{where}{error}"))
            if file is None:
                return
        self._tell_about(packet)
        self._outcome.packets.append(report.packet_entry(packet, file, self._request.options.override))
        if file and file != STDIN and not self._request.as_json:
            click.echo(file)
        say(report.packet_line(packet, file), quiet=self._request.quiet)

    def pass_over(self, entry: VisitEntry) -> None:
        """Take note of a visit that is not asked for, since others of its day may depend on it."""
        if entry.visit:
            self._records.earlier(entry.visit, entry.row or 0)
            self._planner.pass_over(entry.visit)

    def write_combined(self) -> None:
        """Write all packets into one file, if that was asked for."""
        target = self._request.combined
        if target is None:
            return
        if not self._kept:
            fate = self._take_away_combined(target)
            for refused in self._outcome.refused:
                refused.update(_fate_entry(fate, printable(target)))
            return
        try:
            pdf = combine(self._maker, self._kept)
        except ConsentkitError as error:
            self._refuse_combined(target, error, f"{'stdout' if target == STDIN else printable(target)}: {error}")
            return
        try:
            self._put(pdf, target)
        except ConsentkitError as error:
            self._refuse_combined(target, error, str(error))  # which names the file
            return
        if self._request.printer:
            self._print_combined(pdf, target)
        if target != STDIN and not self._request.as_json:
            click.echo(target)

    def _refuse_combined(self, target: str, error: ConsentkitError, message: str) -> None:
        """Say why there is no file for all."""
        self._outcome.whole_failure = error
        self._outcome.packets.clear()  # they would have been in that file
        click.echo(f"Error: {message}", err=True)
        fate = self._take_away_combined(target)
        self._outcome.refused.append(_refused_entry(error, [message]) | _fate_entry(fate, printable(target)))

    def _print_combined(self, pdf: bytes, target: str) -> None:
        """Print the one file of all packets. It stays where it was written if the printer refuses it."""
        try:
            self._print_bytes(pdf, "", _ranges(self._kept))
        except ConsentkitError as error:
            message = f"the packets were written to {printable(target)}, but not printed: {error}"
            self._outcome.whole_failure = error
            click.echo(f"Error: {message}", err=True)
            self._outcome.refused.append(_refused_entry(error, [message]))

    def report(self) -> int:
        """Tell what was done. Returns the exit code, or raises the failure of the only visit that there was."""
        outcome, request = self._outcome, self._request
        if request.as_json:
            click.echo(report.as_json({"packets": outcome.packets, "refused": outcome.refused}))
        if outcome.whole_failure:
            return outcome.whole_failure.exit_code
        if outcome.failure is None:
            return 0
        if not self._targets.is_schedule:
            return outcome.failure.exit_code
        made, refused = len(outcome.packets), len(outcome.refused)
        click.echo(f"{report.counted(made, 'packet')} made, {refused} refused; see the messages above.", err=True)
        return RunFailed.exit_code

    def _refuse(self, entry: VisitEntry, error: ConsentkitError) -> None:
        """Say why a visit has no packet, and see to it that nobody takes an earlier one for it."""
        self._report_refusal(entry, error)
        if entry.name.visit:
            self._outcome.refused_visits.add(entry.name.visit)
        place = self._targets.place_of(entry.name)
        fate = self._take_away(place, {entry.name.visit} if entry.name.visit else set()) if place else "absent"
        # A number that tells who comes is part of the file's name, too, so neither is repeated.
        shown = (
            printable(str(place)) if entry.number or not self._targets.are_in_a_folder else "the file under its name"
        )
        self._outcome.refused[-1] |= _fate_entry(fate, shown)
        what = f"visit {entry.number} has no packet" if entry.number else "this visit has no packet"
        if fate != "absent" and place:
            what += f"; {_FATES[fate].format(place=shown)}"
        elif self._targets.are_in_a_folder and not entry.name.file_name:
            unread = "day" if entry.name.visit else "number"
            what += f"; its {unread} can't be read, so look whether one from an earlier run is still there"
        if self._targets.is_schedule or fate != "absent":
            click.echo(f"{entry.label}: {what}", err=True)

    def _report_refusal(self, entry: VisitEntry, error: ConsentkitError) -> None:
        self._outcome.failure = self._outcome.failure or error
        problems = error.problems if isinstance(error, InvalidInput) else [_as_problem(entry, error)]
        told = list(report_lines(_of_visit(problem, entry) for problem in problems))
        for line in told:
            click.echo(line, err=True)
        self._outcome.refused.append(_refused_entry(error, told, entry))

    def _take_away(self, place: Path, visits: Collection[str]) -> Fate:
        return "absent" if str(place).casefold() in self._outcome.written else take_away(place, visits)

    def _take_away_combined(self, target: str) -> Fate:
        """No visit is in the file for all, so none may be found there from before."""
        if target == STDIN:
            return "absent"
        visits = self._outcome.refused_visits | {packet.plan.visit.visit for packet in self._kept}
        fate = take_away(Path(target), visits)
        if fate != "absent":
            click.echo(f"{printable(self._request.source)}: {_FATES[fate].format(place=printable(target))}", err=True)
        return fate

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
        if self._request.output == STDIN:
            return STDIN
        if self._targets.are_in_a_folder:
            prepare_folder(Path(self._request.output or "."))
        place = self._targets.place_of(VisitName(packet.plan.visit.visit, packet.plan.visit.date))
        return str(place) if place else None

    def _put(self, pdf: bytes, target: str) -> None:
        if target == STDIN:
            write_to_stdout(pdf)
            return
        write_file(Path(target), pdf, force=self._request.force)
        self._outcome.written.add(target.casefold())

    def _print_bytes(self, pdf: bytes, visit: str, ranges: list[tuple[int, int]] | None) -> None:
        settings = self._workspace.folder.clinic.printing
        if self._request.options.duplex:
            settings = settings.model_copy(update={"duplex": True})
        if self._request.sets:
            settings = settings.model_copy(update={"staple": True})
        printer = self._request.printer or ""
        requests = print_pdf(pdf, printer, settings, title=job_title(visit or None), page_ranges=ranges)
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
        for name, extra in zip(packet.plan.extra_names, packet.plan.extras, strict=True):
            for notice in extra.notices:
                self._tell_once(f"Warning: {name}: {notice}")
        for conflict in packet.plan.overridden:
            say(f"Warning: visit {packet.plan.visit.visit}: overridden: {conflict.reason}", quiet=self._request.quiet)

    def _warn_of_record(self, entry: VisitEntry, visit: Visit) -> None:
        """Warn where a record number came with another name before: one of the two papers is about somebody else."""
        if earlier := self._records.earlier(visit, entry.row or 0):
            message = f"has the record number of line {earlier} with another name or date of birth; see whose it is"
            place = _file_of(entry), entry.row, None, named_visit(visit.visit)
            click.echo(str(Problem(*place, message, "warning")), err=True)

    def _tell_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            say(message, quiet=self._request.quiet)


def _ranges(packets: Sequence[Packet]) -> list[tuple[int, int]]:
    """The pages of each packet in the file that holds them all, so that each is a job of its own."""
    ends = list(accumulate(packet.pages for packet in packets))
    return [(end - packet.pages + 1, end) for packet, end in zip(packets, ends, strict=True)]


def _as_problem(entry: VisitEntry, error: ConsentkitError) -> Problem:
    if entry.number is None:
        return Problem(_file_of(entry), entry.row, None, "", str(error))
    return failure_of_visit(error, _file_of(entry), entry.row, entry.number)


def _named(problem: Problem, entry: VisitEntry) -> Problem:
    """A mistake of a visit that can't be read, with the number of the visit where that may be told."""
    if entry.number is None:
        return problem
    field = f"{named_visit(entry.number)}: {problem.field}" if problem.field else named_visit(entry.number)
    return replace(problem, field=field)


def _of_visit(problem: Problem, entry: VisitEntry) -> Problem:
    """A problem of another file, such as the clauses of the clinic, as one of the visit that needs that file."""
    if printable(problem.file) == _file_of(entry):
        return problem
    if entry.number is None:
        return Problem(_file_of(entry), entry.row, None, "", str(problem))
    return problem_of_visit(problem, _file_of(entry), entry.row, entry.number)


def _refused_entry(error: ConsentkitError, problems: list[str], entry: VisitEntry | None = None) -> dict[str, Any]:
    """What JSON says of a visit that is refused, or, without a visit, of the file for all."""
    row, number = (entry.row, entry.number) if entry else (None, None)
    return {"row": row, "visit": number, "exit_code": error.exit_code, "problems": problems} | _fate_entry("absent", "")


def _fate_entry(fate: Fate, place: str) -> dict[str, str | None]:
    """What JSON says of an earlier file."""
    return {kind: place if fate == kind else None for kind in ("removed", "left")}


def _file_of(entry: VisitEntry) -> str:
    """The file that a visit is in: a label holds the row, too."""
    return entry.label.rsplit(":", 1)[0] if entry.row else entry.label


_MOST_TOLD = 10
_FATES = {
    "removed": "{place}, which was made for it before, has been removed",
    "left": "{place} is still there from before, since it is not this visit's packet as consentkit made it: it may be "
    "filled in, altered or something else; do not hand it out for this visit",
}
"""What is said of an earlier file of a visit that is refused."""
