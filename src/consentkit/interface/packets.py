"""What a program can do with visits: read them, and make their packets.

Guarantees: nothing of a visit is kept between two calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.interface.place import PlaceOfClinic
from consentkit.operations.given import require_names

if TYPE_CHECKING:
    from consentkit.operations.packets import MadePacket, ResultOfVisit
    from consentkit.operations.visits import GivenVisit, VisitFile
    from consentkit.packets.visits import VisitEntry


@dataclass(frozen=True, slots=True, eq=False)
class WithPackets(PlaceOfClinic):
    """The packets of a clinic's visits."""

    def visits(
        self, source: VisitFile, *, name: str = "visits", format_name: str | None = None
    ) -> Iterator[VisitEntry]:
        """Read the visits of a file, one by one: a visit in YAML, a schedule in CSV or .xlsx, a Bundle of
        FHIR R4 (.json), or messages of HL7 v2 (.hl7).

        `source` is a path, or an open file of bytes, which is read from its beginning, and which messages call by
        `name`. Schedules may be in a format that clinic.yaml has under `mapping`: the one of `format_name`, or the one
        that they are recognised as. Raises WrongUse for what is neither a path nor such a file, and for a format that
        clinic.yaml lacks; before the first visit InvalidInput for what is wrong with the file as a whole, and
        FileAccess where it can't be read. What is wrong with one visit is in its entry, and what it lacks in its
        `needs`.
        """
        from consentkit.operations.other_systems import read_any
        from consentkit.operations.schedule import reading_of

        workspace = self._open()
        return read_any(workspace, source, name, reading_of(workspace, format_name))

    def packet(
        self,
        visit: GivenVisit,
        *,
        others: VisitFile | Iterable[GivenVisit] = (),
        duplex: bool = False,
        fillable: bool = False,
        allow_drafts: bool = False,
        override: str | None = None,
    ) -> MadePacket:
        """Make the packet of one visit: a Visit, a dictionary with the keys of a visit in YAML, or a file.

        `others` are visits that it is compared with, such as all those of its day; it may be among them, and one that
        can't be read is among the `warnings` of the packet. `duplex` lets
        each paper start on a fresh sheet, `fillable` gives the papers form fields, `allow_drafts` uses documents that
        nobody has approved, and `override` is the reason why conflicts that may be overridden are.

        Raises ConsentkitError where the visit is refused: InvalidInput has every reason as a problem; EverythingOnFile
        where it needs no papers, which is nothing wrong; and what `visits` raises for a file of others.
        """
        from consentkit.operations.packets import PacketOptions, packet_of
        from consentkit.operations.schedule import reading_of
        from consentkit.operations.visits import others_of, single_entry_of

        options = PacketOptions(duplex=duplex, fillable=fillable, allow_drafts=allow_drafts, override=override)
        workspace = self._open()
        reading = reading_of(workspace)
        return packet_of(workspace, single_entry_of(visit, reading), options, others=others_of(others, reading))

    def packets(  # noqa: PLR0913 - those of the command, each with a name
        self,
        visits: VisitFile | Iterable[GivenVisit],
        folder: str | Path | None = None,
        *,
        duplex: bool = False,
        fillable: bool = False,
        allow_drafts: bool = False,
        override: str | None = None,
        force: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[ResultOfVisit]:
        """Make the packets of visits, such as those of a day, one after the other, each when it is requested.

        `visits` are the path of a file, an open file of bytes, or visits as `packet` takes them. Each is compared with
        those before it; one that comes again, by its number, replaces what it was before. A visit that is refused stops
        no other, and one that needs no papers is a NothingToPrint. The other options are those of `packet`.

        Where a folder is named, each packet is written into it as it is made, for its owner only, and an earlier packet
        of a visit that is refused, or has another day now, is removed; with `force`, files may be overwritten that
        consentkit did not make. `progress` is called after each visit, with how many are done, and of how many; then
        all visits are read before the first packet is made.

        Before the first packet, raises InvalidInput or FileAccess for a file of visits that can't be read, and
        FileAccess for a folder that can't be written to.
        """
        from consentkit.operations.packet_files import packets_into
        from consentkit.operations.packets import PacketOptions, packets_of
        from consentkit.operations.progress import counted
        from consentkit.operations.schedule import reading_of
        from consentkit.operations.visits import entries_of

        options = PacketOptions(duplex=duplex, fillable=fillable, allow_drafts=allow_drafts, override=override)
        workspace = self._open()
        entries = entries_of(visits, reading_of(workspace))
        require_names(folder)
        number = 0
        if progress:
            read = list(entries)
            entries, number = iter(read), len(read)
        if folder is None:
            results = packets_of(workspace, entries, options)
        else:
            results = packets_into(workspace, entries, Path(folder).absolute(), options, force=force)
        return counted(results, number, progress) if progress else results
