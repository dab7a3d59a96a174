"""Printing the papers of a visit from the front desk, once for each time that somebody means it.

Guarantees: what is printed is what was shown, or nothing is; a printer that has been stopped gets no papers, which
would come out later when nobody is watching; a set bears its serial and its time on each sheet; where the clinic keeps
a journal, the intent is in it before the printer gets anything, and the end of it after; two clerks, a double click or
the back button print one set.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from consentkit.errors import ConsentkitError, FileAccess
from consentkit.operations.desk.day import DeskDay, DeskRefusal
from consentkit.operations.desk.maker import check_of
from consentkit.operations.desk.rows import Check, DeskRow, PrintedSet, VisitState
from consentkit.operations.journal import Journal, JournalRow, Who, intent_for
from consentkit.operations.packets import MadePacket
from consentkit.operations.printing import NoteJob, PrintUncertain, print_packet, require_printer
from consentkit.packets.plan import PrintSerial

Reason: TypeAlias = Literal["more-copies", "jammed", "wrong-particulars", "lost"]
"""Why papers are printed again."""
PRINTABLE = frozenset({VisitState.READY, VisitState.PRINTED, VisitState.CHANGED, VisitState.DONE})
"""The states in which a visit has papers."""
_DONE = ("printed", "reprinted")
_OTHER_PAPERS = b"other"


class PrintedPartly(FileAccess):
    """The printer took some papers of a visit, and then no more."""


@dataclass
class DeskPrinter:
    """Prints the papers of the visits of a day."""

    day: DeskDay
    journal: Journal | None = None

    def print(
        self, key: str, printed_before: int, printer: str | None, who: Who, reason: Reason | None = None
    ) -> PrintedSet:
        """Print a set of a visit that was printed that many times; without a printer, a browser will.

        Raises DeskRefusal where it may not be printed now, and what the printer or the journal raises.
        """
        row = self.day.update(key, lambda row: _claimed(row, printed_before))
        try:
            done = self._print(row, printer, who, reason)
        except BaseException:
            self.day.update(key, lambda row: replace(row, is_printing=False))
            raise
        self.day.update(key, lambda row: replace(row, sets=(*row.sets, done), is_printing=False, is_done=False))
        return done

    def papers(self, key: str, serial: int) -> bytes:
        """The PDF of a set that was printed, for a browser to print. Raises DeskRefusal where it is none of now."""
        row = self.day.row(key)
        done = next((one for one in row.sets if one.serial == serial), None)
        if done is None:
            raise DeskRefusal("no-such-visit")
        made = self._made(row, PrintSerial(done.serial, done.at.time()))
        if row.check is None or done.digest != row.check.digest:
            raise DeskRefusal("papers-changed")
        return made.pdf

    def earlier_sets(self, row: DeskRow, check: Check) -> tuple[PrintedSet, ...]:
        """What the journal has of the prints of a visit, as after a restart: the last one."""
        if self.journal is None or not check.digest:
            return ()
        last = next((one for one in reversed(self.journal.of_visit(row.number)) if one.entry.action in _DONE), None)
        return (self._as_printed(row, check, last),) if last else ()

    def lost(self) -> list[JournalRow]:
        """The prints that were on their way when the program was stopped, so that nobody knows what became of them."""
        if self.journal is None:
            return []
        on_their_way = {row.number for row in self.day.rows() if row.is_printing}
        return [one for one in self.journal.unfinished() if one.entry.visit not in on_their_way]

    def settle(self, seq: int, who: Who, *, came_out: bool) -> None:
        """Note what became of such a print."""
        if self.journal is None:
            raise DeskRefusal("no-such-visit")
        lost = next((one for one in self.journal.unfinished() if one.seq == seq), None)
        if lost is None:
            raise DeskRefusal("changed-meanwhile")
        if came_out:
            self.journal.finish(seq, who)
        else:
            self.journal.fail(seq, who, "nothing-came-out")
        for row in self.day.rows():
            if row.number == lost.entry.visit:
                self.day.update(row.key, lambda now: replace(now, sets=(), check=None))

    def _as_printed(self, row: DeskRow, check: Check, last: JournalRow) -> PrintedSet:
        """A set that the journal has: of the papers of now, or of other ones."""
        assert self.journal is not None
        number, at = last.entry.print_number or 1, last.at.astimezone()
        intent = next((one for one in self.journal.of_visit(row.number) if one.seq == last.entry.refers), last)
        at = intent.at.astimezone()
        made = self._made(row, PrintSerial(number, at.time()))
        is_same = last.entry.seal == self.journal.seal(made.pdf)
        return PrintedSet(number, at, check.digest if is_same else _OTHER_PAPERS, last.entry.pages or 0)

    def _print(self, row: DeskRow, printer: str | None, who: Who, reason: Reason | None) -> PrintedSet:
        if printer:
            require_printer(printer)
        made = self._made(row, None)
        check = check_of(made)
        if row.check is None or check.digest != row.check.digest:
            self.day.checked(row, check)
            raise DeskRefusal("papers-changed")
        if self.journal is None:
            serial, at = row.next_serial, self.day.clock()
            jobs = self._send(self._made(row, PrintSerial(serial, at.time())), printer)
            return PrintedSet(serial, at, check.digest, check.pages, jobs)
        return self._print_recorded(self.journal, row, made, printer, who, reason)

    def _print_recorded(
        self,
        journal: Journal,
        row: DeskRow,
        made: MadePacket,
        printer: str | None,
        who: Who,
        reason: Reason | None,
    ) -> PrintedSet:
        copies = self.day.maker.clinic.printing.copies if printer else 1
        intent = intent_for(made.packet, who, printer=printer, copies=copies, reason=reason)
        intended = journal.intend(intent)
        at = intended.at.astimezone()
        accepted: list[str] = []
        try:
            counted = self._made(row, PrintSerial(intended.print_number, at.time()))
            jobs = self._send(counted, printer, accepted.append)
        except PrintUncertain:  # the intent stays without an end, and the page asks
            raise
        except ConsentkitError:
            journal.fail(intended.seq, who, jobs=accepted)
            raise
        with suppress(ConsentkitError):  # the papers are in the tray: the page asks what the journal does not have
            journal.finish(intended.seq, who, jobs=jobs, seal=journal.seal(counted.pdf))
        return PrintedSet(intended.print_number, at, check_of(made).digest, made.packet.pages, jobs)

    def _made(self, row: DeskRow, serial: PrintSerial | None) -> MadePacket:
        made = self.day.maker.make(row.entry, serial)
        if not isinstance(made, MadePacket):
            self.day.check_again(row.key)
            raise DeskRefusal("papers-changed")
        return made

    def _send(self, made: MadePacket, printer: str | None, note_job: NoteJob = lambda job: None) -> tuple[str, ...]:
        if printer is None:
            return ()
        workspace, accepted = self.day.maker.workspace, []

        def note(job: str) -> None:
            accepted.append(job)
            note_job(job)

        try:
            sets = workspace.folder.clinic.printing.sets
            return print_packet(workspace, made.packet, printer, sets=sets, note_job=note)
        except PrintUncertain:
            raise
        except ConsentkitError as error:
            if accepted:
                raise PrintedPartly(str(error)) from error
            raise


def _claimed(row: DeskRow, printed_before: int) -> DeskRow:
    """A row that this call, and no other one, prints."""
    if row.is_printing:
        raise DeskRefusal("is-printing")
    if len(row.sets) != printed_before:
        raise DeskRefusal("printed-meanwhile")
    if row.state not in PRINTABLE:
        raise DeskRefusal("not-ready")
    return replace(row, is_printing=True)
