"""Sending finished packets to a printer, as the clinic has set it up.

Guarantees: what a printer gets has been read back before; a job's name holds no more of a visit than its number; each
packet of a file that holds several is a job of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from consentkit.documents.workspace import OpenWorkspace
from consentkit.output.print_queue import PageRange, job_title, print_pdf
from consentkit.output.print_queue import PrintUncertain as PrintUncertain  # noqa: PLC0414 - what it may raise
from consentkit.output.print_queue import cancel_job as cancel_job  # noqa: PLC0414 - by the number of a job
from consentkit.output.print_queue import printers as printers  # noqa: PLC0414 - to choose from
from consentkit.output.print_queue import require_printer as require_printer  # noqa: PLC0414 - asked before all else
from consentkit.packets.packet import Packet

NoteJob = Callable[[str], None]


def print_packet(
    workspace: OpenWorkspace, packet: Packet, printer: str, *, sets: bool = False, note_job: NoteJob | None = None
) -> tuple[str, ...]:
    """Print a packet; with `sets`, each paper by itself, stapled. Returns the print system's numbers of the jobs.

    `note_job` is called with each of them as it is accepted.

    Raises WrongUse or FileAccess where the printer refuses it.
    """
    ranges = list(packet.sets) if sets else None
    return _print(
        workspace,
        packet.pdf,
        _Job(printer, packet.plan.visit.visit, ranges, note_job, duplex=packet.plan.duplex, staple=sets),
    )


def print_day(
    workspace: OpenWorkspace,
    pdf: bytes,
    packets: Sequence[Packet],
    printer: str,
    *,
    note_job: NoteJob | None = None,
) -> tuple[str, ...]:
    """Print one file of several packets in order, a job for each. Returns and raises what `print_packet` does."""
    duplex = any(packet.plan.duplex for packet in packets)
    return _print(workspace, pdf, _Job(printer, None, _ranges(packets), note_job, duplex=duplex, staple=False))


@dataclass(frozen=True)
class _Job:
    """What is printed of a file, and how."""

    printer: str
    visit: str | None
    ranges: Sequence[PageRange] | None
    note_job: NoteJob | None
    duplex: bool
    staple: bool


def _print(workspace: OpenWorkspace, pdf: bytes, job: _Job) -> tuple[str, ...]:
    settings = workspace.folder.clinic.printing
    changes = {name: True for name, is_requested in (("duplex", job.duplex), ("staple", job.staple)) if is_requested}
    settings = settings.model_copy(update=changes)
    title = job_title(job.visit)
    return tuple(print_pdf(pdf, job.printer, settings, title=title, page_ranges=job.ranges, note_job=job.note_job))


def _ranges(packets: Sequence[Packet]) -> list[PageRange]:
    """The pages of each packet in the file that holds them all, so that each is a job of its own."""
    ends = list(accumulate(packet.pages for packet in packets))
    return [(end - packet.pages + 1, end) for packet, end in zip(packets, ends, strict=True)]
