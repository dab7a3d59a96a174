"""The packets of visits, written into files and sent to a printer.

Guarantees: a visit that can't be served does not stop the others; nothing of an earlier run is left under the name of a
visit that was refused, unless the event says so; no event but the packets themselves holds a patient's particulars;
files are readable for their owner only, or for the group of their folder where the clinic says so; nothing is said to
be written that a power failure could take. Where the clinic keeps a journal, or records of what it prints, that can't
be written to, nothing is made or given out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess
from consentkit.model.visit import VisitName
from consentkit.operations.earlier_files import EarlierFile, EarlierFiles
from consentkit.operations.journal_place import is_for_group, journal_folder
from consentkit.operations.made_ahead import in_parts, made_ahead, one_by_one
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
from consentkit.operations.packet_group import PacketGroup, PacketInGroup
from consentkit.operations.packets import (
    MadePacket,
    NothingToPrint,
    NumberOfAnotherPatient,
    PacketAhead,
    PacketOptions,
    PacketsInTurn,
    RefusedVisit,
    ResultOfVisit,
    refusal,
)
from consentkit.operations.recording import PacketRecorder, PrintRecord
from consentkit.operations.records import keep_record
from consentkit.operations.schedule import RequestedVisits
from consentkit.operations.targets import STDOUT, PacketTargets
from consentkit.output.write import prepare_folder, require_usable_folder, write_file
from consentkit.packets.packet import Packet
from consentkit.packets.visits import VisitEntry
from consentkit.problems import printable
from consentkit.processes.whole_files import remove_unfinished

_HOUR = 3600.0


def write_packets(
    workspace: OpenWorkspace,
    targets: PacketTargets,
    options: PacketOptions,
    stdout: Callable[[bytes], None],
    *,
    patience: float = 0,
) -> Generator[PacketEvent, None, None]:
    """Make the packets of the visits of `targets`, write and print them; yields what was done, visit by visit.

    `stdout` takes the PDF that goes to standard output. `patience` is for how long, in seconds, packets that are made
    may wait for others, since to make many files safe takes no longer than one, and how old may be what is known of the
    clinic's files; what is printed never waits, and is from files as they are then.

    Raises WrongUse or FileAccess for a printer that can't print and for a journal that can't be written to, before
    anything is made.
    """
    if targets.printer:
        from consentkit.operations.printing import require_printer  # which few runs need

        require_printer(targets.printer)
    with _recorder_of(workspace, options.override) as recorder:
        seconds = 0 if targets.printer else patience
        if targets.are_in_a_folder:  # what killed runs have left there are packets of patients
            remove_unfinished(targets.output or ".", seconds=_HOUR)
        with PacketGroup(workspace, recorder, force=targets.force, seconds=seconds) as group:
            run = _Run(workspace, targets, options, stdout, recorder, group, seconds)
            is_patient = seconds > 0 and targets.combined is None
            for part in in_parts(targets.visits.entries) if is_patient else one_by_one(targets.visits.entries):
                yield from run.serve_all(part)
            yield from run.finish()
            if targets.combined is not None:
                yield from run.combine(targets.combined)


def _recorder_of(workspace: OpenWorkspace, override: str | None) -> AbstractContextManager[PacketRecorder]:
    """What records the packets of a run. Raises FileAccess where the clinic keeps a journal that can't be opened."""
    if journal_folder(workspace) is None:
        return nullcontext(PacketRecorder())
    from consentkit.operations.journal_recording import journal_recorder

    return journal_recorder(workspace, override)


def packets_into(
    workspace: OpenWorkspace, entries: Iterator[VisitEntry], folder: Path, options: PacketOptions, *, force: bool
) -> Iterator[ResultOfVisit]:
    """Make the packets of visits and write each into a folder, under its own name.

    Raises FileAccess where no file can be written there, nor an entry into the journal, before anything is made.
    """
    visits = RequestedVisits(str(folder), entries, frozenset(), is_schedule=True, is_alone=False)
    targets = PacketTargets(visits, output=f"{folder}/", force=force)
    targets.require_sense()
    require_usable_folder(folder)
    with _recorder_of(workspace, options.override):
        pass  # it can be written to
    return _results(write_packets(workspace, targets, options, _no_stdout))


def _results(events: Iterator[PacketEvent]) -> Iterator[ResultOfVisit]:
    """What became of each visit; its warnings are in that, too."""
    for event in events:
        if isinstance(event, PacketWritten):
            yield event.made
        elif isinstance(event, VisitRefused):
            yield event.refused
        elif isinstance(event, VisitNeedsNothing):
            yield event.nothing


def _no_stdout(pdf: bytes) -> None:
    raise AssertionError("no packet of a folder goes to standard output")


def _unrecorded(label: str, record: PrintRecord) -> Iterator[PrintUnrecorded]:
    if record.trouble:
        yield PrintUnrecorded(f"{label} printed, but the journal has only the intent: {record.trouble}")


class _Run:
    """The packets of one call."""

    def __init__(
        self,
        workspace: OpenWorkspace,
        targets: PacketTargets,
        options: PacketOptions,
        stdout: Callable[[bytes], None],
        recorder: PacketRecorder,
        group: PacketGroup,
        patience: float,
    ) -> None:
        self._workspace = workspace
        self._targets = targets
        self._stdout = stdout
        self._recorder = recorder
        self._group = group
        self._said: list[PacketEvent | PacketInGroup] = []
        """What is said once the group is finished, in the order of the visits that are to have a packet."""
        is_in_day_file = targets.combined is not None
        self._making = PacketsInTurn(workspace, options, ends_on_even_page=is_in_day_file, patience=patience)
        self._kept: list[Packet] = []
        self._without_packet: set[str] = set()
        self._files = EarlierFiles(targets)
        self._has_folder = False
        """Whether the folder of the packets was seen to be there since the last of them got their names."""

    def pass_over(self, entry: VisitEntry) -> Iterator[PacketEvent]:
        """Take note of a visit that gets no packet. That is said at once, before what is said of those that wait."""
        yield from self._settle(entry)
        self._making.pass_over(entry)
        yield VisitPassedOver(entry)

    def serve_all(self, entries: Sequence[VisitEntry]) -> Iterator[PacketEvent]:
        """Serve visits that are to have a packet, and pass over the others."""
        has = self._targets.visits.has
        with made_ahead(self._making, [entry if has(entry) else None for entry in entries]) as ahead:
            for place, entry in enumerate(entries):
                if has(entry):
                    yield from self.serve(entry, ahead.packet(place))
                else:
                    yield from self.pass_over(entry)

    def serve(self, entry: VisitEntry, ahead: PacketAhead | None = None) -> Iterator[PacketEvent]:
        """Make, write and print the packet of one visit, or say why not. What is said of it may follow later."""
        yield from self._settle(entry)
        result = self._making.make(entry, ahead=ahead)
        self._said += (VisitWarned(entry, warning) for warning in result.warnings)
        if isinstance(result, RefusedVisit):
            self._said.append(self._refuse(result))
        elif isinstance(result, NothingToPrint):
            self._without_packet.add(result.entry.name.visit or "")
            self._said.append(VisitNeedsNothing(replace(result, earlier=self._files.of_refused(entry))))
        else:
            try:
                self._said.append(self._deliver(result))
            except ConsentkitError as error:
                self._said.append(self._not_delivered(result, error))
        if self._group.is_due:
            yield from self.finish()

    def _settle(self, entry: VisitEntry) -> Iterator[PacketEvent]:
        """See to it that no packet waits on which a visit depends.

        The file of its number has to be there, so that it can be replaced or removed; and another visit of its patient
        counts only if it gets its packet.
        """
        if self._group.decides_on(entry):
            yield from self.finish()

    def finish(self) -> Iterator[PacketEvent]:
        """Let the packets that wait have their names, and say what became of all visits until now.

        That is said in the order of the visits; only `VisitPassedOver` was said before, and overtakes those that wait.
        """
        failed, self._has_folder = self._group.finish(), False
        said, self._said = self._said, []
        ends = [self._end(one, failed) if isinstance(one, PacketInGroup) else one for one in said]
        for event in ends:
            if isinstance(event, PacketWritten):
                yield from self._print(event)
            else:
                yield event

    def _end(self, one: PacketInGroup, failed: Mapping[str, ConsentkitError]) -> PacketEvent:
        """What became of a packet that waited, by why some could not be written."""
        made = one.made
        if error := failed.get(one.visit):
            return self._not_delivered(made, error)
        earlier = self._files.replaced_by(made.entry, made.packet.plan.visit.visit, one.target)
        return PacketWritten(replace(made, earlier=earlier), one.target, ())

    def _not_delivered(self, made: MadePacket, error: ConsentkitError) -> VisitRefused:
        self._making.forget(made.packet.plan.visit)
        return self._refuse(refusal(made.entry, error))

    def combine(self, target: str) -> Iterator[PacketEvent]:
        """Write all packets into one file, and print that."""
        if not self._kept:
            yield DayFileLeftOut(self._earlier_day_file(target))
            return
        try:
            pdf = self._making.combine(self._kept)
        except ConsentkitError as error:
            message = f"{'stdout' if target == STDOUT else printable(target)}: {error}"
            yield DayFileRefused(error, message, self._earlier_day_file(target))
            return
        try:
            for packet in self._kept:
                self._recorder.overrides(packet)
            with self._recorder.writing(self._kept, pdf):
                self._put(pdf, target)
        except ConsentkitError as error:  # which names the file
            yield DayFileRefused(error, str(error), self._earlier_day_file(target))
            return
        yield from self._print_day(pdf, target)

    def _print(self, written: PacketWritten) -> Iterator[PacketEvent]:
        """Print a packet, unless all are printed in one go. It stays where it was written if the printer refuses it."""
        made, file = written.made, written.file
        targets, jobs, packet = self._targets, tuple[str, ...](), made.packet
        if targets.printer and targets.combined is None:
            from consentkit.operations.printing import print_packet

            jobs_of_each = len(packet.sets) if targets.sets else 1
            printing = self._recorder.printing(
                [packet], packet.pdf, targets.printer, copies=self._copies, jobs_of_each=jobs_of_each
            )
            try:
                with printing as record:
                    jobs = print_packet(
                        self._workspace, packet, targets.printer, sets=targets.sets, note_job=record.note_job
                    )
            except ConsentkitError as cause:
                where = f"the packet was written to {printable(file)}, but not" if file else "the packet was not"
                error = FileAccess(f"{where} printed: {cause}")
                yield PacketNotPrinted(made.entry, error, refusal(made.entry, error).problems)
                if file is None:
                    return
            else:
                yield from _unrecorded(f"{made.entry.label}: was", record)
        yield PacketWritten(made, file, jobs)

    def _print_day(self, pdf: bytes, target: str) -> Iterator[PacketEvent]:
        jobs = tuple[str, ...]()
        if self._targets.printer:
            from consentkit.operations.printing import print_day

            try:
                with self._recorder.printing(self._kept, pdf, self._targets.printer, copies=self._copies) as record:
                    jobs = print_day(self._workspace, pdf, self._kept, self._targets.printer, note_job=record.note_job)
            except ConsentkitError as error:
                message = f"the packets were written to {printable(target)}, but not printed: {error}"
                yield DayFileNotPrinted(error, message)
            else:
                yield from _unrecorded(f"{printable(target)}: the packets were", record)
        yield DayFileWritten(target, len(self._kept), jobs)

    def _deliver(self, made: MadePacket) -> PacketEvent | PacketInGroup:
        """Write one packet, into the file for all, into one of its own, or to standard output."""
        packet, is_in_day_file = made.packet, self._targets.combined is not None
        file = None if is_in_day_file else self._file_of(packet)
        if file is not None and file != STDOUT:
            return self._group.add(made, file)
        keep_record(self._workspace, packet)
        if is_in_day_file:
            self._kept.append(replace(packet, pdf=b""))  # the whole file is linked again from the same parts
            return PacketWritten(made, None, ())
        self._recorder.overrides(packet)
        if file is not None:
            with self._recorder.writing([packet], packet.pdf):
                self._put(packet.pdf, file)
        return PacketWritten(made, file, ())

    def _file_of(self, packet: Packet) -> str | None:
        if self._targets.output == STDOUT:
            return STDOUT
        if self._targets.are_in_a_folder and not self._has_folder:
            prepare_folder(Path(self._targets.output or "."), for_group=is_for_group(self._workspace))
            self._has_folder = True
        place = self._targets.place_of(VisitName(packet.plan.visit.visit, packet.plan.visit.date))
        return str(place) if place else None

    def _put(self, pdf: bytes, target: str) -> None:
        if target == STDOUT:
            self._stdout(pdf)
            return
        write_file(Path(target), pdf, force=self._targets.force, for_group=is_for_group(self._workspace))

    @property
    def _copies(self) -> int:
        return self._workspace.folder.clinic.printing.copies

    def _refuse(self, refused: RefusedVisit) -> VisitRefused:
        """See to it that nobody takes an earlier packet for that of a visit that has none."""
        visit = refused.entry.name.visit
        if visit:
            self._without_packet.add(visit)
        is_of_another = isinstance(refused.error, NumberOfAnotherPatient)
        earlier = self._files.of_refused(refused.entry, is_of_another_patient=is_of_another)
        return VisitRefused(replace(refused, earlier=earlier))

    def _earlier_day_file(self, target: str) -> EarlierFile:
        return self._files.of_day(target, self._without_packet | {packet.plan.visit.visit for packet in self._kept})
