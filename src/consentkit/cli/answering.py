"""What a command has answered, offered to be remembered for the next time that it is given.

Guarantees: only what has ended well, and was printed whole, is remembered; what depends on a screen or a clock is not,
but for the seconds of a run, which each run has of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.cli.streams import streams

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace
    from consentkit.lanes.answers import Output
    from consentkit.lanes.lookup import LaneLook
    from consentkit.operations.learning_packets import Printing
    from consentkit.operations.packets import MadePacket, PacketOptions
    from consentkit.operations.quick_packet import PacketLook
    from consentkit.operations.remembering import GivenAnswer

_MOVES_THE_CURSOR = (b"\r", b"\x1b")


class Answers:
    """The answer of this run, if a command has offered one."""

    def __init__(self) -> None:
        self._given: GivenAnswer | None = None
        self._seconds: float | None = None
        self._packet: tuple[OpenWorkspace, PacketOptions, MadePacket, str, Printing] | None = None

    def offer(
        self,
        workspace: OpenWorkspace,
        documents: Sequence[tuple[str, Path]] = (),
        folder: Path | None = None,
        seconds: float | None = None,
    ) -> None:
        """Say that the same is to be answered as long as no file changes.

        `documents` are those that were written, by their keys; `folder` is the one in which nothing had to be done;
        `seconds` is how long the run took, where that was printed.
        """
        from consentkit.operations.remembering import GivenAnswer

        self._given, self._seconds = GivenAnswer(workspace, documents, folder), seconds

    def offer_packet(
        self, workspace: OpenWorkspace, options: PacketOptions, made: MadePacket, file: str, says: Printing
    ) -> None:
        """Say that a packet is all that was made, and was written into a file. `says` gives what is printed of one."""
        self._packet = workspace, options, made, file, says

    def remember(self, look: LaneLook | None) -> None:
        """Remember what was offered."""
        if look is None or (self._given is None and self._packet is None):
            return
        sys.stdout.flush()
        sys.stderr.flush()
        pieces = streams.noted.pieces
        if (
            pieces is None
            or not streams.are_whole
            or any(mark in data for _, data in pieces for mark in _MOVES_THE_CURSOR)
        ):
            return
        from consentkit.operations.quick_packet import PacketLook

        if isinstance(look, PacketLook):
            self._learn(look, pieces)
        elif self._given:
            from consentkit.operations.remembering import remember_answer

            remember_answer(look, self._given, _outputs(pieces, self._seconds))

    def _learn(self, look: PacketLook, pieces: Sequence[tuple[int, bytes]]) -> None:
        if self._packet:
            from consentkit.operations.learning_packets import OfferedPacket, learn_packet

            learn_packet(look, OfferedPacket(*self._packet), pieces)


answers = Answers()


def _outputs(pieces: Sequence[tuple[int, bytes]], seconds: float | None) -> list[Output]:
    """What was printed, with a place for the seconds of the run wherever those were printed."""
    from consentkit.lanes.answers import Output

    outputs = [Output(descriptor, data) for descriptor, data in pieces]
    if seconds is not None:
        _leave_place(outputs, 1, '"seconds": ', repr(round(seconds, 3)), "}}", decimals=3)
        _leave_place(outputs, 2, " in ", f"{seconds:.1f}", " s: ", decimals=1)
    return outputs


def _leave_place(outputs: list[Output], descriptor: int, before: str, shown: str, after: str, *, decimals: int) -> None:
    from consentkit.lanes.answers import Output

    text = f"{before}{shown}{after}".encode()
    for index, output in reversed(list(enumerate(outputs))):
        if output.descriptor == descriptor and text in output.data:
            first, _, last = output.data.rpartition(text)
            outputs[index : index + 1] = [
                Output(descriptor, first + before.encode()),
                Output(descriptor, decimals=decimals),
                Output(descriptor, after.encode() + last),
            ]
            return
