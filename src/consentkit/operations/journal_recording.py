"""What `packet` records in the journal of a clinic, before and after it writes or prints.

Guarantees: what is written or printed has been recorded first, so a packet without an entry is in no folder and no
tray; an entry of a packet that could not be written is followed by one that says so; an intent to print is left without
an end only where nobody knows whether the printer has it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.operations.journal import (
    Journal,
    JournalEntry,
    JournalRow,
    Who,
    intent_for,
    open_journal,
    overrides_in,
    papers_in,
    who_asks,
)
from consentkit.operations.printing import PrintUncertain
from consentkit.operations.recording import PacketRecorder, PrintRecord
from consentkit.packets.packet import Packet


@contextlib.contextmanager
def journal_recorder(workspace: OpenWorkspace, override: str | None) -> Iterator[PacketRecorder]:
    """What records the packets of a run, while the clinic's journal is open. Raises FileAccess where it can't be.

    `override` is the reason that was given for overriding rules.
    """
    with open_journal(workspace) or contextlib.nullcontext() as journal:
        yield JournalRecorder(journal, override) if journal else PacketRecorder()


class JournalRecorder(PacketRecorder):
    """Records the packets of one run."""

    def __init__(self, journal: Journal, override: str | None) -> None:
        """`override` is the reason that was given for overriding rules."""
        self._journal = journal
        self._override = override
        self._who = who_asks()

    def overrides(self, packet: Packet) -> None:
        """Record which rules were overridden for a packet that is about to be written or printed."""
        self._recorded(overrides_in(packet, self._who, self._override))

    def seal(self, pdf: bytes) -> str | None:
        """The keyed digest of a file, for `made`."""
        return self._journal.seal(pdf)

    @contextlib.contextmanager
    def writing(self, packets: Sequence[Packet], pdf: bytes) -> Iterator[None]:
        """Record packets before the one file is written that has them, and afterwards if it could not be."""
        seal = self.seal(pdf)
        rows = self._recorded([self._made(packet, seal) for packet in packets])
        try:
            yield
        except ConsentkitError:
            self.not_made(rows)
            raise

    def made(self, packets: Sequence[tuple[Packet, str | None]]) -> list[JournalRow]:
        """Record packets, each with the seal of its file, and what was overridden for each, before files get names.

        Returns the entry of each packet, for `not_made`.
        """
        entries: list[JournalEntry] = []
        for packet, seal in packets:
            entries += [*overrides_in(packet, self._who, self._override), self._made(packet, seal)]
        return [row for row in self._recorded(entries) if row.entry.action == "made"]

    def not_made(self, rows: Sequence[JournalRow]) -> None:
        """Record that packets which were recorded could not be written after all."""
        entries = [
            JournalEntry(
                "not-made",
                self._who,
                visit=row.entry.visit,
                packet=row.entry.packet,
                refers=row.seq,
                reason="not-written",
            )
            for row in rows
        ]
        with contextlib.suppress(ConsentkitError):  # the failure to write is what is reported
            self._recorded(entries)

    def _recorded(self, entries: Sequence[JournalEntry]) -> list[JournalRow]:
        return self._journal.record_all(entries) if entries else []

    def _made(self, packet: Packet, seal: str | None) -> JournalEntry:
        return JournalEntry(
            "made",
            self._who,
            visit=packet.plan.visit.visit,
            packet=packet.plan.packet,
            papers=papers_in(packet),
            pages=packet.pages,
            seal=seal,
        )

    @contextlib.contextmanager
    def printing(
        self, packets: Sequence[Packet], pdf: bytes, printer: str, *, copies: int, jobs_of_each: int = 1
    ) -> Iterator[PrintRecord]:
        """Record the intent to print packets, and afterwards what became of each.

        Each has the same number of jobs; `PrintRecord.note_job` takes them in their order.
        """
        seal = self._journal.seal(pdf)
        intents = [intent_for(one, self._who, printer=printer, copies=copies, seal=seal) for one in packets]
        seqs = [intended.seq for intended in self._journal.intend_all(intents)]
        record = _JournalPrintRecord(self._journal, self._who, seqs, jobs_of_each)
        try:
            yield record
        except PrintUncertain:
            record.fail(is_uncertain=True)
            raise
        except ConsentkitError:
            record.fail()
            raise
        record.finish()


class _JournalPrintRecord(PrintRecord):
    """What becomes of the packets that are being printed."""

    def __init__(self, journal: Journal, who: Who, seqs: list[int], jobs_of_each: int) -> None:
        self._journal, self._who = journal, who
        self._waiting, self._jobs_of_each = seqs, jobs_of_each
        self._jobs: list[str] = []

    def note_job(self, job: str) -> None:
        """A job has been accepted."""
        self._jobs.append(job)
        if len(self._jobs) == self._jobs_of_each:
            self.finish()

    def finish(self) -> None:
        """All jobs of a packet have been accepted."""
        if self._waiting and self._jobs:
            self._end(self._waiting.pop(0), is_printed=True)

    def fail(self, *, is_uncertain: bool = False) -> None:
        """The printer took no more. What is uncertain keeps its intent without an end."""
        if is_uncertain:
            del self._waiting[:1]
            self._jobs = []
        while self._waiting:
            self._end(self._waiting.pop(0), is_printed=False)

    def _end(self, seq: int, *, is_printed: bool) -> None:
        jobs, self._jobs = tuple(self._jobs), []
        try:
            if is_printed:
                self._journal.finish(seq, self._who, jobs=jobs)
            else:
                self._journal.fail(seq, self._who, jobs=jobs)
        except ConsentkitError as error:  # the papers are in the tray: that must not look like a failure to print
            self.trouble = self.trouble or error
