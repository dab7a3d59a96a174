"""The packet of one visit, made before the program is loaded (`consentkit.lanes`).

Guarantees: a packet that is made here is the one that the ordinary way would make and write, and so is all that is
printed. It is made only for a visit of a kind of which that way has made one (`learning_packets`) with the same
command, where no file, folder, package, option, variable or day is another one since; at any doubt nothing is written,
and the ordinary way is taken. Nothing of the visit is kept.
"""

from __future__ import annotations

import os
import stat
import time

from consentkit.cache import local_folder
from consentkit.cache.places import key_of
from consentkit.lanes.answers import KnownAnswer, Output, unpacked
from consentkit.lanes.lookup import LaneLook, cache_folder, command_key
from consentkit.operations.packet_command import PacketCommand, packet_command
from consentkit.packets.plain_files import LARGEST_VISIT, visit_in_yaml
from consentkit.processes.whole_files import write_whole

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence

    from consentkit.packets.plain_visits import PlainVisit

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LENGTH = 8
"""Bytes of the length of what an entry begins with."""


class PacketLook(LaneLook):
    """What was found before the program was loaded, of a command that makes a packet."""

    def __init__(self, command: PacketCommand, visit: PlainVisit, key: str, began: int) -> None:
        """Under `key` it is kept what all kinds of visits have in common."""
        super().__init__(key, began)
        self.command, self.visit = command, visit
        self.key_of_kind = key_of(b"packets of a kind", key.encode(), visit.kind.encode())
        """Under which it is kept how packets of its kind are made."""
        self.is_known = False
        """Whether it is known how packets of its kind are made, and that holds."""


def make_quickly(arguments: Sequence[str]) -> PacketLook | None:
    """Make and write the packet of a visit, but for the printing; or say what its ordinary run needs to know.

    None where nothing is to be learned from that run either.
    """
    command, folder = packet_command(arguments), cache_folder(arguments)
    if command is None or folder is None:
        return None
    try:
        began = time.time_ns()
        look = PacketLook(command, _visit(command), command_key("packets", ["packet", *command.others]), began)
        _make(look, folder)
    except Exception:  # noqa: BLE001 - whatever is wrong, the ordinary way says so
        return None
    return look


def _visit(command: PacketCommand) -> PlainVisit:
    """The visit of a command. Raises ValueError or OSError where it is not certain."""
    if command.is_of_schedule:
        from consentkit.packets.plain_schedules import LARGEST_DAY, visit_in_schedule

        return visit_in_schedule(_bytes(command.source, LARGEST_DAY), command.number or "")
    visit = visit_in_yaml(_bytes(command.source, LARGEST_VISIT))
    if command.number not in {None, visit.number}:
        raise ValueError("is another visit")
    return visit


def _bytes(path: str, most: int) -> bytes:
    """The bytes of a file, or one more than the most that it may have. Raises ValueError or OSError."""
    descriptor = os.open(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("is no file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most + 1)
    finally:
        os.close(descriptor)


def _make(look: PacketLook, folder: str) -> None:
    """Make the packet, if that is certain. Raises whatever the doubt is."""
    known = local_folder.read(folder, look.key_of_kind)
    answer, kind = separated(known) if known is not None else (unpacked(local_folder.read(folder, look.key)), b"")
    if answer is None:
        return
    if not look.holds(answer) or not kind:
        return
    look.is_known = True
    target = look.command.target(look.visit)
    if target is None:
        return
    from consentkit.packets.ready_packets import unpacked_kind
    from consentkit.packets.visit_recipe import TARGET, worded

    ready = unpacked_kind(kind)
    made = ready.made(look.visit) if ready else None
    if ready is None or made is None:
        return
    fields = {**made.fields, TARGET: target}
    outputs = tuple(Output(descriptor, worded(text, fields).encode()) for descriptor, text in ready.recipe.printed)
    write_whole(target, made.pdf, sync=True)
    look.outputs = outputs


def joined_entry(answer: KnownAnswer, kind: bytes) -> bytes:
    """What is kept of a kind: what it depends on, and how its packets are made. Raises ValueError."""
    first = answer.packed()
    return len(first).to_bytes(_LENGTH) + first + kind


def separated(entry: bytes) -> tuple[KnownAnswer | None, bytes]:
    """The two parts of what is kept of a kind."""
    end = _LENGTH + int.from_bytes(entry[:_LENGTH])
    return unpacked(entry[_LENGTH:end]), entry[end:]
