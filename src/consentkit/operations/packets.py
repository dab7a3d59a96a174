"""The packets of visits, in memory.

Guarantees: a visit that can't be served does not stop the others, and is refused with every reason at once; no reason,
warning or notice holds a patient's particulars; each visit is compared with those before it, and one that comes again,
by its number, replaces what it was before, unless it is now that of another patient: such a visit is refused, and
nothing else is said of it. Nothing is written or printed.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from consentkit.documents.budgets import form_notices
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, EverythingOnFile, InvalidInput
from consentkit.library.keys import Inputs
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import kind_of_name
from consentkit.model.visit import Visit
from consentkit.operations.earlier_files import EarlierFile
from consentkit.packets.day_file import combine
from consentkit.packets.learned_bytes import LearnedPackets
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.pairing import NumberBook, RecordBook
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketOptions as PacketOptions  # noqa: PLC0414 - how packets are requested
from consentkit.packets.plan import PacketPlan, PrintSerial
from consentkit.packets.planning import OVERRIDE_HINT as OVERRIDE_HINT  # noqa: PLC0414 - what ends a message
from consentkit.packets.planning import Planner
from consentkit.packets.visit_problems import field_of, named_visit, problems_of, unread_problems
from consentkit.packets.visits import VisitEntry, entry_of
from consentkit.problems import Problem
from consentkit.reading.files import read_bytes

_AS_USUAL = PacketOptions()
_NO_FILE = EarlierFile()
_LARGEST = 1024**3
"""Bytes of a packet that is read again; files of others make some large."""


class NumberOfAnotherPatient(InvalidInput):
    """A visit has the number of a visit of somebody else, so that its papers would replace those."""


@dataclass(frozen=True)
class Notice:
    """Something that the front desk should know of a packet."""

    kind: Literal["document", "form", "untagged", "extra", "overridden"]
    subject: str
    """The code of the document, the codes of the form, the name of the extra file, or the rule that was overridden."""
    text: str
    """A sentence, which names the subject."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class MadePacket:
    """The packet of a visit."""

    entry: VisitEntry
    packet: Packet
    notices: tuple[Notice, ...] = ()
    """What the front desk should know before it hands the papers out."""
    warnings: tuple[Problem, ...] = ()
    """What may be wrong with the visit: whoever knows the patient should look."""
    file: Path | None = None
    """The file that it was written into, if it was."""
    earlier: EarlierFile = _NO_FILE
    """What became of the file that was written for the visit before, under another name, such as for another day."""

    def __repr__(self) -> str:
        return f"<MadePacket of {named_visit(self.packet.plan.visit.visit)}>"

    @property
    def pdf(self) -> bytes:
        """The papers. Where only their file has them, raises FileAccess for one that is not there any more."""
        return self.packet.pdf or (read_bytes(self.file, _LARGEST) if self.file else b"")

    @property
    def size(self) -> int:
        """How many bytes it has; 0 where its file alone has them, and can't be asked any more."""
        if self.packet.pdf or self.file is None:
            return len(self.packet.pdf)
        with suppress(OSError):
            return self.file.stat().st_size
        return 0

    @property
    def file_name(self) -> str:
        """The name that its file has: day and number of the visit, and nothing about the patient."""
        return self.packet.file_name


@dataclass(frozen=True)
class RefusedVisit:
    """A visit without a packet."""

    entry: VisitEntry
    error: ConsentkitError
    """What was raised; its class says what kind of failure it is."""
    problems: tuple[Problem, ...]
    """Everything that speaks against the visit, with the remedies."""
    warnings: tuple[Problem, ...] = ()
    earlier: EarlierFile = _NO_FILE
    """What became of an earlier packet of the visit, where packets are written."""

    def __repr__(self) -> str:
        count = len(self.problems)
        return f"<RefusedVisit {self.entry.label}: {count} problem{'' if count == 1 else 's'}>"

    @property
    def advice(self) -> str:
        """What to say of the earlier packet, as the rest of a sentence; empty where there was none."""
        return self.earlier.advice


@dataclass(frozen=True)
class NothingToPrint:
    """A visit that needs no papers, since everything is on file; nothing is wrong with it."""

    entry: VisitEntry
    codes: tuple[str, ...]
    """The procedures to which consent is on file: all of those for which it would be asked."""
    warnings: tuple[Problem, ...] = ()
    """What may be wrong with the visit: whoever knows the patient should look."""
    earlier: EarlierFile = _NO_FILE
    """What became of an earlier packet of the visit, where packets are written."""

    def __repr__(self) -> str:
        return f"<NothingToPrint {self.entry.label}>"


@dataclass(frozen=True, eq=False)
class PacketAhead:
    """The file of a packet that another process has made and read back."""

    of: Hashable = field(repr=False)
    """What it was made of: its visit, its number, its papers, and all words."""
    pdf: bytes = field(repr=False)


ResultOfVisit: TypeAlias = MadePacket | NothingToPrint | RefusedVisit
"""What becomes of a visit."""


def packets_of(
    workspace: OpenWorkspace, visits: Iterable[Visit | VisitEntry], options: PacketOptions = _AS_USUAL
) -> Iterator[ResultOfVisit]:
    """Make the packets of visits, such as those of a day, one after the other, each when it is requested."""
    making = PacketsInTurn(workspace, options)
    for visit in visits:
        yield making.make(visit)


def packet_of(
    workspace: OpenWorkspace,
    visit: Visit | VisitEntry,
    options: PacketOptions = _AS_USUAL,
    *,
    others: Iterable[Visit | VisitEntry] = (),
) -> MadePacket:
    """Make the packet of one visit.

    `others` are visits to compare it with, such as all those of its day; what it was before may be among them. Those
    that can't be read are warnings. Raises ConsentkitError where the visit is refused: InvalidInput has every reason as
    a problem; and EverythingOnFile where it needs no papers.
    """
    making = PacketsInTurn(workspace, options)
    unread = []
    for other in others:
        making.pass_over(other)
        if isinstance(other, VisitEntry) and other.visit is None:
            unread.append(_not_compared(other))
    result = making.make(visit)
    if isinstance(result, RefusedVisit):
        raise result.error
    if isinstance(result, NothingToPrint):
        raise EverythingOnFile(result.codes)
    return replace(result, warnings=(*unread, *result.warnings))


class PacketsInTurn:
    """Makes the packets of one visit after the other.

    It may be kept for as long as one likes; what it holds in memory is bounded but for a few hashes a visit. It is for
    one thread at a time.
    """

    def __init__(
        self,
        workspace: OpenWorkspace,
        options: PacketOptions = _AS_USUAL,
        *,
        ends_on_even_page: bool = False,
        patience: float = 0,
    ) -> None:
        """`ends_on_even_page` is for packets that come after one another in one file.

        `patience` is for how long, in seconds, the clinic's files count as they were when they were last looked at:
        without it, all of them are looked at for each visit.
        """
        self._parsed = parsed = ParsedFiles(workspace, patience)
        self._workspace = workspace
        self._planner = Planner(workspace, options, parsed)
        self._maker = PacketMaker(workspace, options.duplex, ends_on_even_page, parsed)
        self._records = RecordBook()
        self._numbers = NumberBook()

    def apart(self, *, ends_on_even_page: bool = False) -> PacketsInTurn:
        """Another one, which has what this one has made and read, and compares its visits with none of this one's.

        Both are for the same thread at a time.
        """
        other = copy.copy(self)
        other._planner, other._records, other._numbers = self._planner.apart(), RecordBook(), NumberBook()
        if ends_on_even_page:
            other._maker = PacketMaker(self._workspace, self._maker.duplex, ends_on_even_page, self._parsed)
        return other

    def make(
        self,
        visit: Visit | VisitEntry,
        serial: PrintSerial | None = None,
        *,
        options: PacketOptions | None = None,
        snapshot: Snapshot | None = None,
        ahead: PacketAhead | None = None,
    ) -> ResultOfVisit:
        """Make the packet of a visit, or say why it has none. What was made ahead is taken if it is what is made here.

        `serial` is printed on each sheet, if there is one. `options` says how this packet is made, where that differs
        from the others; whether both sides are printed does not. `snapshot` is a new one for the clinic's files, for
        whoever needs to know which of them were read.
        """
        entry = entry_of(visit) if isinstance(visit, Visit) else visit
        inputs = self._parsed.inputs(snapshot)  # files are as they are now, or were shortly before
        return self._make(entry, inputs, serial, options, ahead)

    def made_ahead(self, entry: VisitEntry) -> PacketAhead | None:
        """The packet of a visit, for another process that plans the same one; None where it has none."""
        inputs = self._parsed.inputs()
        result = self._make(entry, inputs)
        if not isinstance(result, MadePacket):
            return None
        return PacketAhead(self._made_of(result.packet, inputs), result.packet.pdf)

    def _make(
        self,
        entry: VisitEntry,
        inputs: Inputs,
        serial: PrintSerial | None = None,
        options: PacketOptions | None = None,
        ahead: PacketAhead | None = None,
    ) -> ResultOfVisit:
        if entry.visit is None:
            problems = unread_problems(entry)
            return RefusedVisit(entry, entry.failure or InvalidInput(problems), tuple(problems))
        if self._numbers.is_of_another_patient(entry.visit):
            return refusal(entry, NumberOfAnotherPatient([_number_problem(entry, entry.visit)]))
        seen = (*self._record_warnings(entry, entry.visit), *self._unknown_on_file(entry, entry.visit))
        warnings = (*entry.warnings, *seen)
        try:
            plan = self._planner.plan(entry.visit, entry.file, entry.row, entry.code_places, inputs, options)
            plan = replace(plan, serial=serial) if serial else plan
            packet = self._taken(plan, inputs, ahead) or self._maker.make(plan, inputs)
        except EverythingOnFile as nothing:
            self._numbers.remember(entry.visit)
            return NothingToPrint(entry, nothing.codes, warnings)
        except ConsentkitError as error:
            self.forget(entry.visit)
            return refusal(entry, error, warnings)
        self._numbers.remember(entry.visit)
        return MadePacket(entry, packet, tuple(notices_of(packet)), warnings)

    def _taken(self, plan: PacketPlan, inputs: Inputs, ahead: PacketAhead | None) -> Packet | None:
        """What was made ahead, if it is of this plan with these papers."""
        if ahead is None:
            return None
        try:
            packet = Packet(plan, self._maker.papers(plan, inputs), ahead.pdf)
        except ValueError:  # a part is damaged, which is reported where it is made
            return None
        return packet if self._made_of(packet, inputs) == ahead.of else None

    def _made_of(self, packet: Packet, inputs: Inputs) -> Hashable:
        papers = tuple((placed.paper.part.digest, placed.first) for placed in packet.papers)
        plan = packet.plan
        return plan.visit, plan.packet, plan.serial, papers, self._parsed.words(inputs)

    def objections(self, entry: VisitEntry) -> list[Problem]:
        """What `make` would say of a visit, but for drafts: why it would have no packet, and what may be wrong with it.

        No document is made. The visit counts for later ones as if it had been.
        """
        visit = entry.visit
        if visit is None:
            return unread_problems(entry)
        if self._numbers.is_of_another_patient(visit):
            return [_number_problem(entry, visit)]
        warnings = [*entry.warnings, *self._record_warnings(entry, visit), *self._unknown_on_file(entry, visit)]
        inputs = self._parsed.inputs()
        problems = self._planner.objections(visit, entry.file, entry.row, entry.code_places, inputs)
        if any(problem.severity == "error" for problem in problems):
            self._numbers.forget(visit)
        else:
            self._numbers.remember(visit)
        return [*warnings, *problems]

    def pass_over(self, visit: Visit | VisitEntry) -> None:
        """Take note of a visit that gets no packet now, since others of its day may depend on it."""
        entry = entry_of(visit) if isinstance(visit, Visit) else visit
        if entry.visit and not self._numbers.is_of_another_patient(entry.visit):
            self._numbers.remember(entry.visit)
            self._records.earlier(entry.visit, _place(entry, entry.visit))
            self._planner.pass_over(entry.visit)

    def forget(self, visit: Visit) -> None:
        """Let a visit count for no other one, since it is refused, whatever it was before."""
        self._planner.forget(visit)
        self._numbers.forget(visit)

    def learned(self, packet: Packet) -> LearnedPackets | None:
        """What is known by now of packets with the papers of one that was made here; None where that is not certain."""
        return self._maker.learned(packet)

    def combine(self, packets: Sequence[Packet]) -> bytes:
        """Join packets that were made here into one file. There must be one at least. Raises RenderingFailed."""
        return combine(self._maker, packets)

    def _record_warnings(self, entry: VisitEntry, visit: Visit) -> Iterator[Problem]:
        """Warn where a record number came with another name before: one of the two papers is about somebody else."""
        if earlier := self._records.earlier(visit, _place(entry, visit)):
            message = f"has the record number of {earlier} with another name or date of birth; see whose it is"
            yield Problem(entry.file, entry.row, None, field_of(visit.visit, entry.file), message, "warning")

    def _unknown_on_file(self, entry: VisitEntry, visit: Visit) -> Iterator[Problem]:
        """Warn of what no procedure has as its code, such as a record number in the wrong cell: it is not quoted."""
        codes = enumerate(visit.on_file, 1)  # a paper that is unknown is an error, which planning reports
        unknown = [
            number for number, code in codes if kind_of_name(code) != "paper" and not self._workspace.library.has(code)
        ]
        if unknown:
            message = (
                f"`on_file` contains entry {' and '.join(map(str, unknown))} of {len(visit.on_file)}, which no "
                "procedure has as its code, so consent may be asked once more; write the codes of what is signed"
            )
            yield Problem(entry.file, entry.row, None, field_of(visit.visit, entry.file), message, "warning")


def refusal(entry: VisitEntry, error: ConsentkitError, warnings: tuple[Problem, ...] = ()) -> RefusedVisit:
    """A visit that has no packet because of an error."""
    return RefusedVisit(entry, error, tuple(problems_of(error, entry)), warnings)


def notices_of(packet: Packet, today: datetime.date | None = None) -> Iterator[Notice]:
    """What the front desk should know of a packet on a day; on this one if none is named."""
    plan = packet.plan
    for document in plan.documents:
        for text in document.notices(today or datetime.date.today()):
            yield Notice("document", document.code, text)
    if plan.form:
        subject = ", ".join(plan.form.codes)
        yield from (Notice("form", subject, text) for text in form_notices(plan.form, plan.layout))
    for name in packet.untagged:
        text = f"packets with {name} are not PDF/UA, because that file has no tags that a screen reader needs"
        yield Notice("untagged", name, text)
    for name, extra in zip(plan.extra_names, plan.extras, strict=True):
        yield from (Notice("extra", name, f"{name}: {notice}") for notice in extra.notices)
    for conflict in plan.overridden:
        text = f"{named_visit(plan.visit.visit)}: overridden: {conflict.reason}"
        yield Notice("overridden", conflict.rule, text)


def _not_compared(other: VisitEntry) -> Problem:
    """Warn of a visit that another one should have been compared with."""
    name = field_of(other.number, other.file) if other.number else ""
    problems = "; ".join(f"{problem.field}: {problem.message}".removeprefix(": ") for problem in other.problems)
    message = f"can't be read, so the visit was not compared with it ({problems})"
    return Problem(other.file, other.row, None, name, message, "warning")


def _number_problem(entry: VisitEntry, visit: Visit) -> Problem:
    message = "its number is also that of another patient's visit; give each visit a number of its own"
    return Problem(entry.file, entry.row, None, field_of(visit.visit, entry.file), message)


def _place(entry: VisitEntry, visit: Visit) -> str:
    """Where a visit is, for those that come later."""
    return f"line {entry.row}" if entry.row else named_visit(visit.visit)
