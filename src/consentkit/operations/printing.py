"""Sending finished packets to a printer, as the clinic has set it up.

Guarantees: what a printer gets has been read back before; a job's name holds no more of a visit than its number; each
packet of a file that holds several is a job of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from consentkit.documents.workspace import OpenWorkspace
from consentkit.output.print_queue import PageRange, job_title, print_pdf
from consentkit.output.print_queue import printers as printers  # noqa: PLC0414 - to choose from
from consentkit.output.print_queue import require_printer as require_printer  # noqa: PLC0414 - asked before all else
from consentkit.packets.packet import Packet


def print_packet(workspace: OpenWorkspace, packet: Packet, printer: str, *, sets: bool = False) -> tuple[str, ...]:
    """Print a packet; with `sets`, each paper by itself, stapled. Returns the print system's numbers of the jobs.

    Raises WrongUse or FileAccess where the printer refuses it.
    """
    ranges = list(packet.sets) if sets else None
    return _print(
        workspace, packet.pdf, printer, packet.plan.visit.visit, ranges, duplex=packet.plan.duplex, staple=sets
    )


def print_day(workspace: OpenWorkspace, pdf: bytes, packets: Sequence[Packet], printer: str) -> tuple[str, ...]:
    """Print one file of several packets, in their order. Returns and raises what `print_packet` does."""
    duplex = any(packet.plan.duplex for packet in packets)
    return _print(workspace, pdf, printer, None, _ranges(packets), duplex=duplex, staple=False)


def _print(
    workspace: OpenWorkspace,
    pdf: bytes,
    printer: str,
    visit: str | None,
    ranges: Sequence[PageRange] | None,
    *,
    duplex: bool,
    staple: bool,
) -> tuple[str, ...]:
    settings = workspace.folder.clinic.printing
    changes = {name: True for name, is_requested in (("duplex", duplex), ("staple", staple)) if is_requested}
    settings = settings.model_copy(update=changes)
    return tuple(print_pdf(pdf, printer, settings, title=job_title(visit), page_ranges=ranges))


def _ranges(packets: Sequence[Packet]) -> list[PageRange]:
    """The pages of each packet in the file that holds them all, so that each is a job of its own."""
    ends = list(accumulate(packet.pages for packet in packets))
    return [(end - packet.pages + 1, end) for packet, end in zip(packets, ends, strict=True)]
