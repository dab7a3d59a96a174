"""Printing the papers of a visit from the front desk, once for each time that somebody means it.

Guarantees: what is printed is what was shown, or nothing is; a printer that has been stopped gets no papers, which
would come out later when nobody is watching; a set bears its serial and its time on each sheet; where the clinic keeps
a journal, the intent is in it before the printer gets anything, and the end of it after; two clerks, a double click or
the back button print one set.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from consentkit.errors import ConsentkitError, FileAccess
from consentkit.operations.desk.day import DeskDay, DeskRefusal
from consentkit.operations.desk.maker import check_of
from consentkit.operations.desk.rows import Check, DeskRow, PrintedSet, VisitState
from consentkit.operations.journal import Journal, JournalEntry, JournalRow, Who, intent_for
from consentkit.operations.packets import MadePacket
from consentkit.operations.printing import PrintUncertain, cancel_job, print_packet, require_printer
from consentkit.operations.records import keep_record
from consentkit.packets.plan import PrintSerial

Reason: TypeAlias = Literal["more-copies", "jammed", "wrong-particulars", "lost"]
"""Why papers are printed again."""
WhyVoid: TypeAlias = Literal["jammed", "wrong-particulars", "lost", "cancelled"]
"""Why a set that was printed counts for nothing."""
PRINTABLE = frozenset({VisitState.READY, VisitState.PRINTED, VisitState.CHANGED, VisitState.DONE})
"""The states in which a visit has papers."""
_DONE = ("printed", "reprinted")
_OTHER_PAPERS = b"other"


class PrintedPartly(FileAccess):
    """The printer took some papers of a visit, and then no more. `jobs` are those that it took."""

    def __init__(self, message: str, jobs: tuple[str, ...]) -> None:
        super().__init__(message)
        self.jobs = jobs


def replaces_earlier(reason: str | None) -> bool:
    """Whether the sets that were printed before are taken out where one is printed for a reason."""
    return reason not in {None, "more-copies"}


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
        row = self.day.update(key, lambda row: claimed(row, printed_before))
        try:
            done = self._print(row, printer, who, reason)
        except BaseException:
            self.day.update(key, lambda row: replace(row, is_printing=False))
            raise
        self.day.update(key, lambda row: _with_set(row, done, reason))
        return done

    def void(self, key: str, serial: int, who: Who, reason: WhyVoid) -> PrintedSet:
        """Note that a set counts for nothing: whoever has it should not use it. Its serial is never given again.

        Raises DeskRefusal where it is no set that counts, and what the journal raises: then it still counts.
        """
        return self._void(key, serial, who, reason, is_taken_back=False)

    def _void(self, key: str, serial: int, who: Who, reason: WhyVoid, *, is_taken_back: bool) -> PrintedSet:
        done = _counting(self.day.row(key), serial)
        row = self.day.update(key, lambda now: _without_set(now, serial))  # first, so that nobody else does it too
        try:
            if self.journal is not None:
                voided = JournalEntry(
                    "voided", who, visit=row.number, print_number=serial, refers=done.entry, reason=reason
                )
                self.journal.record(voided)
        except BaseException:
            done = replace(done, is_void=is_taken_back)  # such papers don't come, whatever the journal has
            self.day.update(key, lambda now: replace(now, sets=_with(now.sets, done)))
            raise
        return done

    def cancel(self, key: str, serial: int, who: Who) -> None:
        """Take the jobs of a set back from the printer, and void it.

        Raises DeskRefusal where it has none or the printer has done with them, and what the journal raises: the set
        is void all the same.
        """
        done = _counting(self.day.row(key), serial)
        if not done.jobs:
            raise DeskRefusal("no-job")
        taken_back = [cancel_job(job) for job in done.jobs]
        if not any(taken_back):
            raise DeskRefusal("job-is-done")
        self._void(key, serial, who, "cancelled", is_taken_back=True)

    def papers(self, key: str, serial: int) -> bytes:
        """The PDF of a set that was printed, for a browser to print. Raises DeskRefusal where it is none of now."""
        row = self.day.row(key)
        done = next((one for one in row.sets if one.serial == serial), None)
        if done is None:
            raise DeskRefusal("no-such-visit")
        made = self.made(row, PrintSerial(done.serial, done.at.time()))
        if row.check is None or done.digest != row.check.digest:
            raise DeskRefusal("papers-changed")
        return made.pdf

    def earlier_sets(self, row: DeskRow, check: Check) -> tuple[PrintedSet, ...]:
        """What the journal has of the prints of a visit, as after a restart: the last one."""
        if self.journal is None or not check.digest:
            return ()
        everything = self.journal.of_visit(row.number)
        known = _since_replaced(everything)
        void = {one.entry.refers for one in known if one.entry.action == "voided"}
        last = next((one for one in reversed(known) if one.entry.action in _DONE and one.seq not in void), None)
        return (self._as_printed(row, check, last, everything),) if last else ()

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

    def _as_printed(self, row: DeskRow, check: Check, last: JournalRow, everything: Sequence[JournalRow]) -> PrintedSet:
        """A set that the journal has: of the papers of now, or of other ones."""
        assert self.journal is not None
        number = last.entry.print_number or 1
        at = next((one for one in everything if one.seq == last.entry.refers), last).at.astimezone()
        made = self.made(row, PrintSerial(number, at.time()))
        is_same = last.entry.seal == self.journal.seal(made.pdf)
        digest = check.digest if is_same else _OTHER_PAPERS
        return PrintedSet(number, at, digest, last.entry.pages or 0, last.entry.jobs, last.seq)

    def _print(self, row: DeskRow, printer: str | None, who: Who, reason: Reason | None) -> PrintedSet:
        if printer:
            require_printer(printer)
        made = self.to_print(row)
        check = check_of(made)
        if self.journal is None:
            serial, at = row.next_serial, self.day.clock()
            jobs = self._send(self.made(row, PrintSerial(serial, at.time())), printer)
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
        try:
            counted = self.made(row, PrintSerial(intended.print_number, at.time()))
            jobs = self._send(counted, printer)
        except PrintUncertain:  # the intent stays without an end, and the page asks
            raise
        except ConsentkitError as error:
            journal.fail(intended.seq, who, jobs=error.jobs if isinstance(error, PrintedPartly) else ())
            raise
        entry = None
        with suppress(ConsentkitError):  # the papers are in the tray: the page asks what the journal does not have
            entry = journal.finish(intended.seq, who, jobs=jobs, seal=journal.seal(counted.pdf)).seq
        return PrintedSet(intended.print_number, at, check_of(made).digest, made.packet.pages, jobs, entry)

    def as_shown(self, row: DeskRow) -> MadePacket:
        """The papers of a visit, which are those that were shown. Raises DeskRefusal where they are not."""
        made = self.made(row, None)
        check = check_of(made)
        if row.check is None or check.digest != row.check.digest:
            self.day.checked(row, check)
            raise DeskRefusal("papers-changed")
        return made

    def to_print(self, row: DeskRow) -> MadePacket:
        """The same, with what is kept of them for the day on which they are scanned. Raises FileAccess, too."""
        made = self.as_shown(row)
        keep_record(self.day.maker.workspace, made.packet)
        return made

    def made(self, row: DeskRow, serial: PrintSerial | None) -> MadePacket:
        """The papers of a visit with a serial. Raises DeskRefusal where it has none any more."""
        made = self.day.maker.make(row.entry, serial, row.override)
        if not isinstance(made, MadePacket):
            self.day.check_again(row.key)
            raise DeskRefusal("papers-changed")
        return made

    def _send(self, made: MadePacket, printer: str | None) -> tuple[str, ...]:
        if printer is None:
            return ()
        workspace = self.day.maker.workspace
        accepted: list[str] = []
        try:
            sets = workspace.folder.clinic.printing.sets
            return print_packet(workspace, made.packet, printer, sets=sets, note_job=accepted.append)
        except PrintUncertain:
            raise
        except ConsentkitError as error:
            if accepted:
                raise PrintedPartly(str(error), tuple(accepted)) from error
            raise


def _since_replaced(known: Sequence[JournalRow]) -> Sequence[JournalRow]:
    """What the journal has of a visit from the last set on that was printed instead of the earlier ones."""
    done = [place for place, one in enumerate(known) if one.entry.action in _DONE]
    places = [place for place in done if replaces_earlier(known[place].entry.reason)]
    return known[places[-1] :] if places else known


def _with_set(row: DeskRow, done: PrintedSet, reason: Reason | None) -> DeskRow:
    """A row of which one more set was printed: those that it replaces count for nothing, also where it is void."""
    earlier = tuple(replace(one, is_void=True) for one in row.sets) if replaces_earlier(reason) else row.sets
    return replace(row, sets=(*earlier, done), is_printing=False, is_done=False)


def _counting(row: DeskRow, serial: int) -> PrintedSet:
    """A set of a visit that is not void."""
    done = next((one for one in row.sets if one.serial == serial and not one.is_void), None)
    if done is None:
        raise DeskRefusal("no-such-set")
    return done


def _without_set(row: DeskRow, serial: int) -> DeskRow:
    """A row one set of which is void."""
    return replace(row, sets=_with(row.sets, replace(_counting(row, serial), is_void=True)), is_done=False)


def _with(sets: tuple[PrintedSet, ...], changed: PrintedSet) -> tuple[PrintedSet, ...]:
    return tuple(changed if one.serial == changed.serial else one for one in sets)


def claimed(row: DeskRow, printed_before: int) -> DeskRow:
    """A row that this call, and no other one, prints. Raises DeskRefusal where it may not be printed now."""
    if row.is_printing:
        raise DeskRefusal("is-printing")
    if len(row.sets) != printed_before:
        raise DeskRefusal("printed-meanwhile")
    if row.state not in PRINTABLE:
        raise DeskRefusal("not-ready")
    return replace(row, is_printing=True)
