"""Who approved which content, until when; and the text that was approved.

Guarantees: an approval belongs to a content hash, so an edit of anything that a patient reads voids it by itself. The
record is only ever added to: comments and earlier entries stay as they are, byte for byte; of approvals that are
recorded at the same moment, each one is there afterwards.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, StringConstraints

from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import APPROVALS, APPROVED_TEXTS
from consentkit.model.identity import Identity as Identity  # noqa: PLC0414 - an approval is looked for by these
from consentkit.model.identity import Variant as Variant  # noqa: PLC0414
from consentkit.model.values import CodeOrName, Day, LanguageTag, Line, Record, RecordedVariant
from consentkit.output.locking import locked_without_trace
from consentkit.output.write import prepare_folder, write_file
from consentkit.problems import Problem, printable
from consentkit.reading import yaml_file
from consentkit.reading.files import read_text
from consentkit.reading.paths import is_there
from consentkit.reading.places import SourceText, source_of
from consentkit.reading.validation import require

LARGEST_RECORD = 4 * 1024 * 1024
"""Bytes of the record: more than ten thousand approvals."""

_MOST_NODES = 400_000  # an entry has up to 20

_HEADER = """\
# Who approved which edition of which document. consentkit adds entries at the end; comments are kept.
approvals:
"""


class Approval(Record):
    """One approval."""

    code: CodeOrName
    """The code of the procedure, or the name of the paper."""
    language: LanguageTag
    """The language of the document."""
    variant: RecordedVariant
    """The kind of document."""
    edition: Annotated[int, Field(ge=1)]
    """The first approved content is edition 1; each approval of other content counts on."""
    content: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of everything that a patient reads in the document."""
    by: Annotated[Line, Field(max_length=120)]
    """Who approved it."""
    role: Annotated[Line, Field(max_length=120)] | None = None
    """In which role."""
    on: Day
    """The day of the approval."""
    until: Day | None = None
    """The day by which it must be approved again."""

    @property
    def identity(self) -> Identity:
        """The document that was approved."""
        return Identity(self.code, self.language, self.variant)

    @property
    def signed(self) -> str:
        """Who approved it, with the role."""
        return f"{self.by}, {self.role}" if self.role else self.by

    def is_overdue(self, today: datetime.date) -> bool:
        """Whether the approval has run out."""
        return self.until is not None and self.until < today


class Approvals(Record):
    """The record of a clinic, in the order of its entries."""

    approvals: tuple[Approval, ...] = ()
    """All approvals, the latest last."""

    def of(self, identity: Identity) -> tuple[Approval, ...]:
        """All approvals of a document."""
        return tuple(approval for approval in self.approvals if approval.identity == identity)

    def current(self, identity: Identity, content: str) -> Approval | None:
        """The latest approval of a document, if it is for exactly this content."""
        latest = self.latest(identity)
        return latest if latest and latest.content == content else None

    def latest(self, identity: Identity) -> Approval | None:
        """The latest approval of a document, whatever its content."""
        return next(reversed(self.of(identity)), None)

    def next_edition(self, identity: Identity, content: str) -> int:
        """The number that an approval of this content gets: that of its predecessor if the content is the same."""
        latest = self.latest(identity)
        if latest is None:
            return 1
        return latest.edition if latest.content == content else latest.edition + 1


def load_approvals(folder: Path | None, snapshot: Snapshot | None = None) -> Approvals:
    """Read the record of a clinic folder; a missing one is empty. Raises InvalidInput with all its mistakes."""
    path = folder / APPROVALS if folder else None
    if path is None or not is_there(path):
        return Approvals()
    return _parse((snapshot or Snapshot()).text(path, LARGEST_RECORD), str(path))


def source_of_record(path: Path, snapshot: Snapshot) -> SourceText:
    """The text of a record with the places of its entries. Raises InvalidInput or FileAccess."""
    parsed = snapshot.parsed(path, LARGEST_RECORD, _MOST_NODES)
    return source_of(snapshot.text(path, LARGEST_RECORD), parsed)


def approvals_in(source: SourceText) -> Approvals:
    """What a record says. Raises InvalidInput with all its mistakes."""
    return require(Approvals, source.yaml) if _says_anything(source.text.splitlines()) else Approvals()


def record(folder: Path, approval: Approval, text: str, *, for_group: bool = False) -> Approval:
    """Add an approval to the record, and keep the approved text for later comparison.

    With `for_group`, the group of the folder can read both.

    Returns what was recorded: where others have recorded editions since `approval` was made, the next edition of these.
    Raises InvalidInput where the record has mistakes, FileAccess where it can't be written.
    """
    path = folder / APPROVALS
    with locked_without_trace(folder, seconds=_SECONDS_TO_WAIT, taken=_TAKEN, remedy=_NO_LOCK):
        before = _read(path) if is_there(path) else _HEADER
        earlier = _parse(before, str(path))
        approval = _renumbered(approval, earlier)
        after = before.rstrip("\n") + "\n" + _entry(approval)
        if not _is_continued(
            after, str(path), (*earlier.approvals, approval)
        ):  # a hand has changed the form of the list, so that text at its end means something else
            message = "must end with the list `approvals`, each entry on lines of its own that begin with two spaces"
            raise InvalidInput([Problem(str(path), None, None, "", message)])
        texts = folder / APPROVED_TEXTS
        prepare_folder(texts, for_group=for_group)
        write_file(_text_file(folder, approval), text.encode(), force=True, for_group=for_group)
        write_file(path, after.encode(), force=True, for_group=for_group)
    return approval


_SECONDS_TO_WAIT = 30
_TAKEN = f"somebody else has been recording an approval for {_SECONDS_TO_WAIT} seconds; try again"
_NO_LOCK = "keep the clinic's folder where files can be locked, so that two simultaneous approvals both count"


def _renumbered(approval: Approval, earlier: Approvals) -> Approval:
    """The approval with an edition that no other content has."""
    latest = earlier.latest(approval.identity)
    if latest is None or latest.edition < approval.edition:
        return approval
    return approval.model_copy(update={"edition": earlier.next_edition(approval.identity, approval.content)})


def _is_continued(text: str, name: str, expected: tuple[Approval, ...]) -> bool:
    """Whether a record that text was added to holds what it should."""
    if len(text.encode()) > LARGEST_RECORD:
        raise FileAccess(
            f"{printable(name)}: has reached its size limit; move the entries of earlier years to another file"
        )
    try:
        return _parse(text, name).approvals == expected
    except InvalidInput:
        return False


def approved_text(folder: Path, approval: Approval) -> str:
    """The text that was approved. Raises FileAccess where it has not been kept."""
    path = _text_file(folder, approval)
    if not is_there(path):
        raise FileAccess(f"{printable(str(path))}: the approved text is missing, so nothing can be compared")
    return read_text(path, str(path))


def _text_file(folder: Path, approval: Approval) -> Path:
    name = f"{approval.code}.{approval.language}.{approval.variant}.{approval.content[:12]}.txt"
    return folder / APPROVED_TEXTS / name


def _read(path: Path) -> str:
    return read_text(path, str(path), LARGEST_RECORD)


@lru_cache(maxsize=1)
def _parse(text: str, name: str) -> Approvals:
    """Read a record. A long one takes seconds, and a run of many documents needs it for each."""
    return approvals_in(source_of(text, yaml_file.parse(text, name, most_nodes=_MOST_NODES)))


def _says_anything(lines: Iterable[str]) -> bool:
    """Whether there is more than comments and the bare key."""
    content = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return content not in ([], ["approvals:"], ["approvals: []"])


def _entry(approval: Approval) -> str:
    """The lines of one entry."""
    values = {name: str(value) for name, value in approval.model_dump(exclude_none=True).items()}
    dumped = yaml.safe_dump([values], allow_unicode=True, sort_keys=False, width=1000)
    return "".join(f"  {line}\n" for line in dumped.splitlines())
