"""What `consentkit packet` was asked for, and where its packets go.

Guarantees: what can't be meant, and a target that can't be written to, is refused before anything is made; where a
packet would be is said for a visit without a packet, too, so that an earlier one can be found there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consentkit.cli.streams import streams
from consentkit.errors import FileAccess, WrongUse
from consentkit.model.visit import VisitName
from consentkit.output.write import require_replaceable
from consentkit.packets.planning import PacketOptions
from consentkit.packets.visits import STDIN
from consentkit.problems import printable


@dataclass(frozen=True)
class PacketRequest:
    """What was asked for on the command line."""

    source: str
    visits: tuple[str, ...]
    """The numbers of the visits to make packets for; all of them where none is named."""
    output: str | None
    combined: str | None
    printer: str | None
    options: PacketOptions
    sets: bool
    force: bool
    as_json: bool
    quiet: bool


@dataclass(frozen=True)
class Targets:
    """Where the packets of a call go."""

    request: PacketRequest
    is_schedule: bool
    is_alone: bool
    """Whether a packet is made for one visit only."""

    @property
    def are_in_a_folder(self) -> bool:
        """Whether each packet goes into a folder, under a name of its own."""
        request = self.request
        if request.combined is not None or request.output == STDIN or (request.output is None and request.printer):
            return False
        return not (request.output and self.is_alone and _names_a_file(request.output, is_schedule=self.is_schedule))

    def place_of(self, name: VisitName) -> Path | None:
        """Where the packet of a visit would be; None where it has no file of its own, or that is not known."""
        request = self.request
        if self.are_in_a_folder:
            return Path(request.output or ".") / name.file_name if name.file_name else None
        return Path(request.output) if request.output and request.output != STDIN else None


def require_sense(targets: Targets) -> None:
    """Refuse what can't be meant, and look at the targets, before anything is made.

    Raises WrongUse, or FileAccess for a target that can't be written to.
    """
    request, is_schedule = targets.request, targets.is_schedule
    if request.output and request.combined:
        raise WrongUse("-o writes a file for each visit and --combined one for all; leave one of them out")
    if request.sets and not request.printer:
        raise WrongUse("--sets staples what is printed; add --print PRINTER, or leave it out")
    if request.sets and request.combined:
        raise WrongUse("--sets prints each paper by itself, and --combined all in one go; leave one of them out")
    is_of_many = is_schedule and not (targets.is_alone and request.visits)
    if is_schedule and not (request.output or request.combined or request.printer or request.visits):
        raise WrongUse("a schedule makes many files; name a folder with -o DIR, or one file with --combined FILE")
    target = request.combined or request.output
    if target == STDIN:
        if is_of_many and not request.combined:
            raise WrongUse("-o - writes one packet to stdout; for a schedule, use --combined -")
        if request.as_json:
            raise WrongUse("a PDF on stdout and --json both want stdout; leave one of them out")
        streams.require_binary_stdout("consentkit packet visit.yaml -o - > FILE.pdf")
    elif request.combined:
        require_replaceable(Path(request.combined), force=request.force)
    elif request.output:
        _require_sound_output(request.output, targets)


def _require_sound_output(output: str, targets: Targets) -> None:
    """Refuse a target of -o that can't be written to, or that is no folder where many files have to go."""
    names_a_file = _names_a_file(output, is_schedule=targets.is_schedule)
    if names_a_file and targets.is_alone:
        require_replaceable(Path(output), force=targets.request.force)
    elif Path(output).is_file():
        raise FileAccess(f"{printable(output)}: is a file; name a folder, since a schedule makes a file for each visit")
    elif names_a_file:
        raise WrongUse(
            f"-o {printable(output)} names one file, and there are several visits; name a folder, such as -o out/, "
            f"or put all into one file with --combined {printable(output)}"
        )


def _is_folder(output: str) -> bool:
    return output.endswith("/") or Path(output).is_dir()


def _names_a_file(output: str, *, is_schedule: bool) -> bool:
    """Whether -o means a file: for a schedule only where the name says so, since its packets mostly need a folder."""
    return not _is_folder(output) and (not is_schedule or output.casefold().endswith(".pdf"))
