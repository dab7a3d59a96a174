"""Learns from the packet of a visit how those of its kind can be made before the program is loaded (`quick_packet`).

Guarantees: what is kept makes packets of made-up visits of the kind, and that of this visit, byte for byte as the
ordinary way does, prints what that prints, and takes no packet for that of another visit; else nothing is kept. Nothing
of any visit is in it. It is believed only as `remembering` says: no file may have changed while the packet was made, or
shortly before. Of a clinic that keeps a journal or records of its packets, or files for a group, nothing is learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.lanes.answers import KnownAnswer
from consentkit.lanes.lookup import today
from consentkit.lanes.states import WatchedPlace, state_of
from consentkit.library.snapshot import Snapshot
from consentkit.model.mapping import MappingSettings
from consentkit.operations.journal_place import is_for_group, journal_folder
from consentkit.operations.packets import MadePacket, PacketOptions, PacketsInTurn
from consentkit.operations.quick_packet import PacketLook, joined_entry
from consentkit.operations.records import records_of
from consentkit.operations.remembering import is_proven, places_of
from consentkit.packets.learned_recipe import invented_visits, learned_recipe
from consentkit.packets.plain_visits import PlainVisit
from consentkit.packets.ready_packets import ReadyKind, unpacked_kind
from consentkit.packets.visit_recipe import TARGET, worded
from consentkit.pdf.lines.common_line import forget_pairs, known_pairs
from consentkit.pdf.lines.pairs import pair_table
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes

_TARGET = "target/of/nobody"
Printing = Callable[[MadePacket, str], Iterable[tuple[int, str]]]
"""What is printed of a packet in a file, with the descriptor of each stream."""


@dataclass(frozen=True)
class OfferedPacket:
    """A packet that was made, and written, by a command that made no other one."""

    workspace: OpenWorkspace
    options: PacketOptions
    made: MadePacket
    file: str
    says: Printing = field(repr=False)


@dataclass(frozen=True)
class _ReadKind:
    """A kind of visits, and the files that a packet of it was made from."""

    kind: ReadyKind
    read: frozenset[Path]


def learn_packet(look: PacketLook, offered: OfferedPacket, printed: Sequence[tuple[int, bytes]]) -> None:
    """Learn from a packet. Nothing is raised, and nothing kept where there is a doubt.

    `printed` is all that was printed, with the descriptor of each stream.
    """
    store = offered.workspace.store
    if look.is_known or store.trouble or look.day != today() or not can_be_learned_from(offered, look.visit):
        return
    try:
        if look.state is None:  # nothing would be proven: the next run compares the files with what they are like now
            if before := places_of(offered.workspace):
                store.near.put(look.key, _answer(look, before).packed())
            return
        of_kind = _kind(look.visit, offered, printed)
        places = places_of(offered.workspace, read=of_kind.read) if of_kind else None
        if of_kind is None or places is None:
            return
        answer = _answer(look, places)
        store.near.put(look.key, answer.packed())
        store.near.put(look.key_of_kind, joined_entry(answer, of_kind.kind.packed()))
    except (ConsentkitError, OSError, ValueError, LookupError):  # it is not as it was when the packet was made
        return
    finally:
        forget_pairs()


def _answer(look: PacketLook, places: tuple[WatchedPlace, ...]) -> KnownAnswer:
    state = state_of(places)
    return KnownAnswer(places, state.digest, look.day, is_proven=is_proven(look, places, state))


def can_be_learned_from(offered: OfferedPacket, visit: PlainVisit) -> bool:
    """Whether nothing is special about the packet of a visit: nothing else happens, or is said, when it is made.

    How a clinic writes days and columns counts for schedules alone.
    """
    workspace, plan = offered.workspace, offered.made.packet.plan
    clinic = workspace.folder.clinic
    is_kept = journal_folder(workspace) or clinic.journal or records_of(workspace) or is_for_group(workspace)
    is_special = plan.extras or plan.overridden or plan.serial or offered.made.warnings or offered.options.override
    is_mapped = visit.source != "yaml" and clinic.mapping != MappingSettings()
    return not is_kept and not is_special and not is_mapped


def _kind(visit: PlainVisit, offered: OfferedPacket, printed: Sequence[tuple[int, bytes]]) -> _ReadKind | None:
    """What is known of the kind of a visit whose packet has been made; None where it is not certain."""
    real = offered.made.packet.plan.visit
    snapshot = Snapshot()
    making = PacketsInTurn(offered.workspace.for_one_run(snapshot), offered.options)
    again = making.make(offered.made.entry, snapshot=snapshot)
    invented = invented_visits(real, visit)
    others = [(plain, making.make(one)) for one, plain in invented]
    made = [(visit, again), *others]
    packets = [(plain, one) for plain, one in made if isinstance(one, MadePacket)]
    if len(packets) < len(made) or not _is_the_file(packets[0][1], offered.file):
        return None
    first = packets[1][1]
    learned, pairs = making.learned(first.packet), known_pairs() or pair_table()
    recipe = learned_recipe(
        visit,
        packets[0][1].packet.plan,
        [(plain, one.packet.plan) for plain, one in packets[1:]],
        first.packet.papers,
        list(offered.says(first, _TARGET)),
        _TARGET,
    )
    if learned is None or pairs is None or recipe is None:
        return None
    kind = unpacked_kind(ReadyKind(recipe, learned, pairs).packed())
    is_right = kind is not None and _makes(kind, packets) and _prints(kind, visit, offered.file, printed)
    return _ReadKind(kind, frozenset(snapshot.paths)) if kind and is_right else None


def _is_the_file(made: MadePacket, file: str) -> bool:
    """Whether a packet that was made again is what has been written."""
    return bool(made.packet.pdf) and read_bytes(Path(file), LARGEST_PDF) == made.packet.pdf


def _makes(kind: ReadyKind, packets: Sequence[tuple[PlainVisit, MadePacket]]) -> bool:
    """Whether a kind makes these packets, and takes none of them for that of another visit."""
    quick = [(kind.made(plain), one.packet.pdf) for plain, one in packets]
    if any(made is None or made.pdf != pdf for made, pdf in quick):
        return False
    every = [made for made, _ in quick if made]
    return all(kind.is_right(one.pdf, other.fields) == (one is other) for one in every for other in every)


def _prints(kind: ReadyKind, visit: PlainVisit, file: str, printed: Sequence[tuple[int, bytes]]) -> bool:
    """Whether by a kind the same is printed on each stream that was."""
    fields = {**kind.recipe.fields(visit), TARGET: file}
    said = [(descriptor, worded(text, fields).encode()) for descriptor, text in kind.recipe.printed]
    return all(_on(one, said) == _on(one, printed) for one in (1, 2))


def _on(stream: int, pieces: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(data for descriptor, data in pieces if descriptor == stream)
