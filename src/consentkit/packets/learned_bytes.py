"""What is learned of packets with the same papers, as bytes that can be kept: how they are written, and read back.

Guarantees: what comes back fills and reads packets as what was packed does; bytes of another form give None. Nothing of
any visit is in them, and nothing that is ever run. Little is loaded.
"""

from __future__ import annotations

from typing import NamedTuple

from consentkit.packets.plan_bytes import read_plan, write_plan
from consentkit.packets.reading_plan import ReadingPlan
from consentkit.packets.stencil import Stencil
from consentkit.packets.stencil_bytes import read_stencil, write_stencil
from consentkit.pdf.file.packed_tables import TableReader, TableWriter

_FORM = b"packets of papers 1\n"


class LearnedPackets(NamedTuple):
    """What is learned of packets with the same papers."""

    stencil: Stencil
    """What the next one is filled into."""
    plan: ReadingPlan
    """How it is read back. It begins with the same bytes."""


def pack_learned(learned: LearnedPackets) -> bytes:
    """Write it as bytes. Raises ValueError where it has numbers that are too large, or two beginnings."""
    stencil, plan = learned
    if plan.end.beginning != stencil.beginning.data:
        raise ValueError("what is filled is not what is read")
    tables = TableWriter(_FORM)
    write_stencil(tables, stencil)
    write_plan(tables, plan)
    return tables.data


def unpack_learned(data: bytes | None) -> LearnedPackets | None:
    """Read what `pack_learned` wrote; None for anything else."""
    try:
        tables = TableReader(_FORM, data or b"")
        stencil = read_stencil(tables)
        plan = read_plan(tables, stencil.beginning.data)
        tables.end()
        stencil.beginning.take_deflated(plan.end.table.rows.start, plan.end.table.rows.known)
    except ValueError:
        return None
    return LearnedPackets(stencil, plan)
