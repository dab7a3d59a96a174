"""Which packet a command makes, read from its arguments before the program is loaded.

Guarantees: what is read is what the command line would read; whatever it might read in another way is not read here.
Nothing of a patient is part of a key.
"""

from __future__ import annotations

import os
import re

from consentkit.model.visit_limits import VISIT_PATTERN, packet_file_name
from consentkit.processes.whole_files import UNFINISHED

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence

    from consentkit.packets.plain_visits import PlainVisit

_FLAGS = {"--allow-drafts", "--duplex", "--fillable", "--quiet", "-q"}
"""Options without a value that are as good as any other."""
_VALUED = {"--cache", "--clinic"}
_OWN = {"--output": "output", "-o": "output", "--visit": "number"}
"""Options that say which visit it is, and where its packet goes: no part of a key."""
_SEGMENT = r"\.?[A-Za-z0-9_][A-Za-z0-9._ ,()+@=-]*"
_SOURCE = re.compile(rf"/?(?:{_SEGMENT}/)*{_SEGMENT}\.(ya?ml|csv)")
_TARGET = re.compile(rf"/?{_SEGMENT}(?:/{_SEGMENT})*/?")
"""Names that are printed as they are."""
_NUMBER = re.compile(VISIT_PATTERN.removeprefix("^").removesuffix("$"))


class PacketCommand:
    """A command that makes the packet of one visit."""

    def __init__(self, source: str, others: Sequence[str], output: str | None, number: str | None) -> None:
        self.source = source
        self.others = tuple(others)
        """All other arguments, in their order: they count as they are."""
        self.output = output
        self.number = number
        """The number of the visit, where one is named."""

    @property
    def is_of_schedule(self) -> bool:
        """Whether its visit is one of a schedule."""
        return self.source.endswith(".csv")

    def target(self, visit: PlainVisit) -> str | None:
        """The file that the packet goes into; None where something is there, or might be, that has to be looked at."""
        output = self.output
        if output is None:
            return _new_file("", packet_file_name(visit.number, visit.day))
        if output.endswith("/") or os.path.isdir(output):
            return _new_file(output.rstrip("/"), packet_file_name(visit.number, visit.day))
        if self.is_of_schedule and not output.casefold().endswith(".pdf"):
            return None
        folder, _, name = output.rpartition("/")
        return _new_file(folder, name, is_folder_ours=False)


def packet_command(arguments: Sequence[str]) -> PacketCommand | None:
    """The command of some arguments; None where it is another one, or not certain."""
    if arguments[:1] != ["packet"]:
        return None
    given = list(arguments[1:])
    sources: list[str] = []
    others: list[str] = []
    own: dict[str, str] = {}
    while given:
        argument = given.pop(0)
        name, has_value, value = argument.partition("=") if argument.startswith("--") else (argument, "", "")
        if argument in _FLAGS:
            others.append(argument)
            continue
        if not argument.startswith("-"):
            sources.append(argument)
            continue
        if name not in _VALUED and name not in _OWN:
            return None
        if not has_value:
            if not given:
                return None
            value = given.pop(0)
        if name in _VALUED:
            others += [name, value]
        elif _OWN[name] in own:
            return None
        else:
            own[_OWN[name]] = value
    return _command(sources, others, own.get("output"), own.get("number"))


def _command(
    sources: Sequence[str], others: Sequence[str], output: str | None, number: str | None
) -> PacketCommand | None:
    if len(sources) != 1 or not _SOURCE.fullmatch(sources[0]):
        return None
    if (output is not None and not _TARGET.fullmatch(output)) or (number is not None and not _NUMBER.fullmatch(number)):
        return None
    command = PacketCommand(sources[0], others, output, number)
    return None if command.is_of_schedule and number is None else command


def _new_file(folder: str, name: str, *, is_folder_ours: bool = True) -> str | None:
    """A file that is not there yet, in a folder that is; None where that is not certain.

    In a folder of packets, the ordinary way looks for what killed runs have left there.
    """
    from consentkit.lanes.lookup import may_be_made_in

    target = f"{folder}/{name}" if folder else name
    if not may_be_made_in(folder) or os.path.lexists(target):
        return None
    if is_folder_ours and any(UNFINISHED.fullmatch(other) for other in os.listdir(folder or ".")):
        return None
    return target
