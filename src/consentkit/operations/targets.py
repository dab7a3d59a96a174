"""Where the packets of a run go.

Guarantees: what can't be meant, and a target that can't be written to, is refused before anything is made; where a
packet would be is known of a visit without a packet, too, so that an earlier one can be looked for there.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from consentkit.errors import FileAccess, WrongUse
from consentkit.model.visit import VisitName
from consentkit.operations.schedule import RequestedVisits
from consentkit.output.write import require_replaceable
from consentkit.problems import printable
from consentkit.reading.paths import is_file, is_folder

STDOUT = "-"
"""The target that means standard output."""


class PacketTargets(NamedTuple):
    """Where the packets of visits go."""

    visits: RequestedVisits
    output: str | None = None
    """A file for one packet, or a folder for each; the current folder where neither this nor anything else is named."""
    combined: str | None = None
    """One file for all packets."""
    printer: str | None = None
    """The printer that gets each packet, or the one file for all."""
    sets: bool = False
    """Whether each paper is printed by itself, to be stapled."""
    force: bool = False
    """Whether files may be overwritten that consentkit did not make."""

    @property
    def are_on_stdout(self) -> bool:
        """Whether a PDF goes to standard output."""
        return (self.combined or self.output) == STDOUT

    @property
    def are_in_a_folder(self) -> bool:
        """Whether each packet goes into a folder, under a name of its own."""
        if self.combined is not None or self.output == STDOUT or (self.output is None and self.printer):
            return False
        return not (self.output and self.visits.is_alone and self._names_a_file(self.output))

    def place_of(self, name: VisitName) -> Path | None:
        """Where the packet of a visit would be; None where it has no file of its own, or that is not known."""
        if self.are_in_a_folder:
            return Path(self.output or ".") / name.file_name if name.file_name else None
        return Path(self.output) if self.output and self.output != STDOUT else None

    def require_sense(self) -> None:
        """Refuse what can't be meant, and look at the targets, before anything is made.

        Raises WrongUse, or FileAccess for a target that can't be written to.
        """
        self._require_one_meaning()
        if self.are_on_stdout:
            if self._are_many and not self.combined:
                message = "`output` - writes one packet to stdout; for a schedule, use `combined` -"
                raise WrongUse(message, arguments=["output", "combined"])
        elif self.combined:
            require_replaceable(Path(self.combined), force=self.force)
        elif self.output:
            self._require_sound_output(self.output)

    def _require_one_meaning(self) -> None:
        if self.output and self.combined:
            message = "`output` writes a file for each visit and `combined` one for all; leave one of them out"
            raise WrongUse(message, arguments=["output", "combined"])
        if self.sets and not self.printer:
            message = "`sets` staples what is printed; add `printer` PRINTER, or leave it out"
            raise WrongUse(message, arguments=["sets", "printer"])
        if self.sets and self.combined:
            message = "`sets` prints each paper by itself, and `combined` all in one go; leave one of them out"
            raise WrongUse(message, arguments=["sets", "combined"])
        if self.visits.is_schedule and not (self.output or self.combined or self.printer or self.visits.numbers):
            message = "a schedule makes many files; name a folder with `output` DIR, or one file with `combined` FILE"
            raise WrongUse(message, arguments=["output", "combined"])

    @property
    def _are_many(self) -> bool:
        """Whether there may be several packets: a schedule of today with one visit has more of them tomorrow."""
        return self.visits.is_schedule and not (self.visits.is_alone and self.visits.numbers)

    def _require_sound_output(self, output: str) -> None:
        """Refuse an output that can't be written to, or that is no folder where many files have to go."""
        names_a_file = self._names_a_file(output)
        if names_a_file and self.visits.is_alone:
            require_replaceable(Path(output), force=self.force)
        elif is_file(Path(output)):
            raise FileAccess(
                f"{printable(output)}: is a file; name a folder, since a schedule makes a file for each visit"
            )
        elif names_a_file:
            message = (
                f"`output` {printable(output)} names one file, and there are several visits; name a folder, such as "
                f"`output` out/, or put all into one file with `combined` {printable(output)}"
            )
            raise WrongUse(message, arguments=["output", "combined"])

    def _names_a_file(self, output: str) -> bool:
        """Whether an output is a file: for a schedule only where the name says so, since its packets need a folder."""
        if output.endswith("/") or is_folder(Path(output)):
            return False
        return not self.visits.is_schedule or output.casefold().endswith(".pdf")
