"""Who approved which content, until when; and the text that was approved.

Guarantees: an approval belongs to a content hash, so an edit of anything that a patient reads voids it by itself. The
record is only ever added to: comments and earlier entries stay as they are, byte for byte; of approvals that are
recorded at the same moment, each one is there afterwards. A withdrawal is an entry, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from consentkit._version import __version__
from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.library.approved_files import keep_files
from consentkit.library.snapshot import Snapshot
from consentkit.model.approval import Approval as Approval  # noqa: PLC0414 - what is handed out
from consentkit.model.approval import Approvals as Approvals  # noqa: PLC0414
from consentkit.model.approval import RecordEntry
from consentkit.model.approval import Withdrawal as Withdrawal  # noqa: PLC0414
from consentkit.model.identity import APPROVALS, APPROVED_TEXTS
from consentkit.model.identity import Identity as Identity  # noqa: PLC0414 - an approval is looked for by these
from consentkit.model.identity import Variant as Variant  # noqa: PLC0414
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


@dataclass(frozen=True)
class ApprovedText:
    """An approval with what was approved."""

    approval: Approval
    words: str
    """The words of the document, a paragraph a line."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The files that it was made from, by their paths in a clinic's folder (`approved_files`)."""


def record_all(
    folder: Path,
    texts: Sequence[ApprovedText],
    *,
    seen: Mapping[Identity, Withdrawal | None] | None = None,
    for_group: bool = False,
) -> list[Approval]:
    """Add approvals to the record in one step, and keep what was approved, for comparison and to make it again.

    `seen` is which withdrawals whoever approves knows of. With `for_group`, the group of the folder can read all of it.

    Returns what was recorded: where others have recorded editions since an approval was made, the next edition of
    these. Raises WrongUse where somebody has withdrawn a document since that was seen, InvalidInput where the record
    has mistakes, FileAccess where it can't be written; then none counts.
    """
    path = folder / APPROVALS
    with _held(folder):
        before, earlier = _earlier(path)
        _require_seen(earlier, seen or {})
        after, recorded = before, list[Approval]()
        for text in texts:
            approval = _renumbered(text.approval, earlier)
            after = _continued(after, path, earlier, approval)
            earlier = Approvals(approvals=(*earlier.approvals, approval))
            recorded.append(approval)
        prepare_folder(folder / APPROVED_TEXTS, for_group=for_group)
        for text, approval in zip(texts, recorded, strict=True):
            write_file(_text_file(folder, approval), text.words.encode(), force=True, for_group=for_group)
            if text.files:
                keep_files(folder, approval, text.files, program=__version__, for_group=for_group)
        write_file(path, after.encode(), force=True, for_group=for_group)
    return recorded


def _require_seen(earlier: Approvals, seen: Mapping[Identity, Withdrawal | None]) -> None:
    """Raise WrongUse for a withdrawal that whoever approves does not know of: it would be undone unawares."""
    for identity, known in seen.items():
        taken = earlier.withdrawal(identity)
        if taken is not None and taken != known:
            raise WrongUse(
                f"{identity} has just been withdrawn by {printable(taken.signed)}: {printable(taken.reason)}; nothing "
                "was approved; to approve in spite of that, do it again"
            )


def record_withdrawal(folder: Path, identity: Identity, make: MakeWithdrawal, *, for_group: bool = False) -> Withdrawal:
    """Add the withdrawal of a document to the record; `make` makes it of the approval that is in force by then.

    Returns what was recorded. Raises what `make` raises and what `record_all` raises; then nothing has been recorded.
    """
    path = folder / APPROVALS
    with _held(folder):
        before, earlier = _earlier(path)
        withdrawal = make(earlier.latest(identity), earlier.withdrawal(identity))
        after = _continued(before, path, earlier, withdrawal)
        write_file(path, after.encode(), force=True, for_group=for_group)
    return withdrawal


MakeWithdrawal = Callable[[Approval | None, Withdrawal | None], Withdrawal]
"""Makes the withdrawal of the latest approval of a document; it is also given an earlier withdrawal that holds."""


def _held(folder: Path) -> AbstractContextManager[None]:
    """The record, for whoever adds to it, and nobody else meanwhile."""
    return locked_without_trace(folder, seconds=_SECONDS_TO_WAIT, taken=_TAKEN, remedy=_NO_LOCK)


def _earlier(path: Path) -> tuple[str, Approvals]:
    """The text of the record as it is, or of a new one, and what it says."""
    text = _read(path) if is_there(path) else _HEADER
    return text, _parse(text, str(path))


def _continued(before: str, path: Path, earlier: Approvals, entry: RecordEntry) -> str:
    """The text of the record with one more entry. Raises InvalidInput where that would mean something else."""
    after = before.rstrip("\n") + "\n" + _entry(entry)
    if not _is_continued(after, str(path), (*earlier.approvals, entry)):
        # A hand has changed the form of the list, so that text at its end means something else.
        message = "must end with the list `approvals`, each entry on lines of its own that begin with two spaces"
        raise InvalidInput([Problem(str(path), None, None, "", message)])
    return after


_SECONDS_TO_WAIT = 30
_TAKEN = f"somebody else has been recording an approval for {_SECONDS_TO_WAIT} seconds; try again"
_NO_LOCK = "keep the clinic's folder where files can be locked, so that two simultaneous approvals both count"


def _renumbered(approval: Approval, earlier: Approvals) -> Approval:
    """The approval with an edition that no other content has."""
    latest = earlier.latest(approval.identity)
    if latest is None or latest.edition < approval.edition:
        return approval
    return approval.model_copy(update={"edition": earlier.next_edition(approval.identity, approval.content)})


def _is_continued(text: str, name: str, expected: tuple[RecordEntry, ...]) -> bool:
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


def _entry(entry: RecordEntry) -> str:
    """The lines of one entry."""
    said = entry.model_dump(mode="json", exclude_defaults=True)
    values = {name: value if isinstance(value, list) else str(value) for name, value in said.items()}
    dumped = yaml.safe_dump([values], allow_unicode=True, sort_keys=False, width=1000)
    return "".join(f"  {line}\n" for line in dumped.splitlines())
