"""What `packet` records of packets before and after it writes or prints them: nothing, where a clinic keeps no journal.

Guarantees: where it keeps one, they are recorded there (`journal_recording`), which is loaded only then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from consentkit.errors import ConsentkitError
from consentkit.packets.packet import Packet

if TYPE_CHECKING:
    from consentkit.journal.entries import JournalRow


class PacketRecorder:
    """Records nothing."""

    def overrides(self, packet: Packet) -> None:
        """Record which rules were overridden for a packet that is about to be written or printed."""

    def seal(self, pdf: bytes) -> str | None:
        """The keyed digest of a file, for `made`; None without a journal."""
        return None

    def writing(self, packets: Sequence[Packet], pdf: bytes) -> contextlib.AbstractContextManager[None]:
        """Record packets before the one file is written that has them, and afterwards if it could not be."""
        return contextlib.nullcontext()

    def made(self, packets: Sequence[tuple[Packet, str | None]]) -> list[JournalRow]:
        """Record packets, each with the seal of its file, and what was overridden for each, before files get names.

        Returns the entry of each packet, for `not_made`; none without a journal.
        """
        return []

    def not_made(self, rows: Sequence[JournalRow]) -> None:
        """Record that packets which were recorded could not be written after all."""

    def printing(
        self, packets: Sequence[Packet], pdf: bytes, printer: str, *, copies: int, jobs_of_each: int = 1
    ) -> contextlib.AbstractContextManager[PrintRecord]:
        """Record the intent to print packets, and afterwards what became of each.

        Each has the same number of jobs; `PrintRecord.note_job` takes them in their order.
        """
        return contextlib.nullcontext(PrintRecord())


class PrintRecord:
    """What becomes of the packets that are being printed."""

    trouble: ConsentkitError | None = None
    """Why the journal does not have what became of a packet that was printed."""

    def note_job(self, job: str) -> None:
        """A job has been accepted."""
