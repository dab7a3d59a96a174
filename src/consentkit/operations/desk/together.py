"""The papers of several visits as one file, where no print queue takes them and a browser's dialog prints.

Guarantees: each set has its serial and its intent in the journal before anybody sees the file; nothing counts as
printed until somebody says that it came out, and until then nobody else prints or changes it; where both sides are
printed, each set starts on a fresh sheet.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.day import DeskDay, DeskRefusal
from consentkit.operations.desk.maker import check_of
from consentkit.operations.desk.printing import DeskPrinter, claimed
from consentkit.operations.desk.rows import DeskRow, PrintedSet
from consentkit.operations.journal import Journal, Who, intent_for
from consentkit.operations.progress import CountedSteps
from consentkit.packets.plan import PrintSerial


@dataclass(frozen=True)
class SetOfFile:
    """A set in such a file."""

    key: str
    number: str
    """The number of the visit."""
    revision: int
    packet: str
    """The number on the papers."""
    made: PrintedSet
    intent: int | None = None
    """The number of the entry in the journal that says that it is about to be printed."""
    seal: str | None = None


@dataclass(frozen=True)
class FileOfSets:
    """Several sets in one file, of which nobody has said yet whether they came out."""

    name: str
    at: datetime.datetime
    sets: tuple[SetOfFile, ...]


@dataclass
class SetsTogether:
    """Prints the papers of several visits by the dialog of a browser."""

    printer: DeskPrinter
    _files: dict[str, FileOfSets] = field(default_factory=dict)

    def open_files(self) -> list[FileOfSets]:
        """The files of which nobody has said yet what came out."""
        return list(self._files.values())

    def intents(self) -> set[int]:
        """The intents in the journal that these files will give an end."""
        return {one.intent for file in self.open_files() for one in file.sets if one.intent}

    def begin(self, keys: Collection[str], who: Who, steps: CountedSteps | None = None) -> FileOfSets:
        """Put the papers of visits that are ready into one file, in the order of the day.

        Visits that were printed or changed meanwhile are left out. Raises DeskRefusal where none is left, and what the
        journal raises where it can't be written to. `steps` count the visits.
        """
        sets = []
        rows = [row for row in self._day.rows() if row.key in keys and not row.valid_set]
        for row in (steps or CountedSteps()).through(rows):
            try:
                sets.append(self._set_of(row, who))
            except DeskRefusal:
                continue
            except ConsentkitError:
                if not sets:
                    raise
                break  # those that have their intents are printed; the others stay as they are
        if not sets:
            raise DeskRefusal("not-ready")
        file = FileOfSets(secrets.token_hex(6), self._day.clock(), tuple(sets))
        self._files[file.name] = file
        return file

    def file(self, name: str) -> FileOfSets:
        """A file that was begun. Raises DeskRefusal where somebody has said already what came out of it."""
        file = self._files.get(name)
        if file is None:
            raise DeskRefusal("said-already")
        return file

    def pdf(self, name: str) -> bytes:
        """The file itself. Raises DeskRefusal where the papers of a visit have changed since."""
        requested = []
        for one in self.file(name).sets:
            row = self._day.row(one.key)
            if row.revision != one.revision:
                raise DeskRefusal("papers-changed")
            requested.append((row, PrintSerial(one.made.serial, one.made.at.time()), one.packet))
        pdf = self._day.maker.make_together(requested)
        if pdf is None:
            raise DeskRefusal("papers-changed")
        return pdf

    def settle(self, name: str, came_out: Collection[str], who: Who) -> int:
        """Note which sets of a file came out, by the keys of their visits. Returns how many did not.

        Where the journal can't be written to now, the page asks again. Raises DeskRefusal as `file` does.
        """
        file = self._files.pop(name, None)
        if file is None:
            raise DeskRefusal("said-already")
        for one in file.sets:
            is_out = one.key in came_out
            entry = None
            with suppress(ConsentkitError):
                entry = self._end(one, who, is_out=is_out)
            done = replace(one.made, entry=entry, is_void=not is_out)
            with suppress(DeskRefusal):  # the day may have ended meanwhile
                self._day.update(one.key, lambda row, done=done: _with(row, done))  # type: ignore[misc]
        return sum(one.key not in came_out for one in file.sets)

    def forget_all(self) -> None:
        """Forget the files. What the journal has no end of is asked from there."""
        self._files.clear()

    @property
    def _day(self) -> DeskDay:
        return self.printer.day

    @property
    def _journal(self) -> Journal | None:
        return self.printer.journal

    def _end(self, one: SetOfFile, who: Who, *, is_out: bool) -> int | None:
        if self._journal is None or one.intent is None:
            return None
        if is_out:
            return self._journal.finish(one.intent, who, seal=one.seal).seq
        return self._journal.fail(one.intent, who, "nothing-came-out").seq

    def _set_of(self, row: DeskRow, who: Who) -> SetOfFile:
        row = self._day.update(row.key, lambda now: claimed(now, len(row.sets)))
        try:
            return self._claimed_set_of(row, who)
        except BaseException:
            self._day.update(row.key, lambda now: replace(now, is_printing=False))
            raise

    def _claimed_set_of(self, row: DeskRow, who: Who) -> SetOfFile:
        made = self.printer.to_print(row)
        check, packet = check_of(made), made.packet
        first = SetOfFile(
            row.key,
            row.number,
            row.revision,
            packet.plan.packet,
            PrintedSet(row.next_serial, self._day.clock(), check.digest, check.pages),
        )
        if self._journal is None:
            return first
        intended = self._journal.intend(intent_for(packet, who, printer=None))
        at = intended.at.astimezone()
        counted = self.printer.made(row, PrintSerial(intended.print_number, at.time()))
        return replace(
            first,
            made=replace(first.made, serial=intended.print_number, at=at),
            intent=intended.seq,
            seal=self._journal.seal(counted.pdf),
        )


def _with(row: DeskRow, done: PrintedSet) -> DeskRow:
    return replace(row, sets=(*row.sets, done), is_printing=False)
