"""What is worked out of a part before it is first in a packet, kept for the next process.

Guarantees: what is kept is found again only for a part with the same bytes, a compiled one also only with text at the
same places, and by the same editions of the program and of all that it reads with; what has another form, or does not
go with the file of the part, is as good as nothing. It
stays on this machine, as what was worked out here of a file that was verified; nothing is kept of other people's files,
which may be about one patient.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from consentkit.cache.store import Store, key_of
from consentkit.cache.versions import versions
from consentkit.packets.items import PacketItem
from consentkit.packets.printed import PrintedPart, printed_part
from consentkit.packets.printed_bytes import pack_printed, unpack_printed
from consentkit.pdf.link.compile import CompiledPart, compile_part
from consentkit.pdf.link.compiled_bytes import pack_compiled, unpack_compiled
from consentkit.pdf.part import Part

Worked = TypeVar("Worked", CompiledPart, PrintedPart)


def kept_compiled(store: Store, paper: PacketItem) -> CompiledPart:
    """The part of a paper, ready to be linked. Raises ValueError for a damaged one."""
    part = paper.part
    written_on = _written_on(part)
    if paper.is_foreign:
        return compile_part(part.pdf, written_on)
    return _kept(
        store,
        key_of_compiled(part),
        lambda data: unpack_compiled(data, part.pdf, written_on),
        lambda: compile_part(part.pdf, written_on),
        pack_compiled,
    )


def kept_printed(store: Store, paper: PacketItem) -> PrintedPart:
    """What the part of a paper holds before anything is written on it. Raises ValueError for a damaged one."""
    part = paper.part
    if paper.is_foreign:
        return printed_part(part.pdf, is_ours=False)
    return _kept(store, key_of_printed(part), unpack_printed, lambda: printed_part(part.pdf), pack_printed)


def key_of_compiled(part: Part) -> str:
    """The key under which a part is kept that is ready to be linked."""
    return _key("compiled", part, *map(str, _written_on(part)))


def key_of_printed(part: Part) -> str:
    """The key under which it is kept what a part holds."""
    return _key("printed", part)


def _written_on(part: Part) -> list[int]:
    """The structure elements to which text will be added."""
    return [slot.element for slot in part.slots if slot.element is not None]


def _key(kind: str, part: Part, *about: str) -> str:
    return key_of(f"of a part: {kind}", *versions(), part.digest, *about)


def _kept(
    store: Store,
    key: str,
    unpack: Callable[[bytes | None], Worked | None],
    make: Callable[[], Worked],
    pack: Callable[[Worked], bytes],
) -> Worked:
    """What is kept, or else made and kept."""
    known = unpack(store.near.get(key))
    if known is not None:
        return known
    made = make()
    with suppress(ValueError):  # it has a number that is too large to be kept
        store.near.put(key, pack(made))
    return made
