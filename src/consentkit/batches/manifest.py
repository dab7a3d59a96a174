"""What is in a folder of documents: a record for programs (JSON) and the same for people (CSV).

Guarantees: a record is read whole or refused with what is wrong, however it was tampered with; a file that it names is
always one in its own folder; a cell of the table is never a formula; the same documents give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from consentkit.errors import FileAccess, InvalidInput
from consentkit.model.identity import FORMER_VARIANTS, Identity, Layout, PaperSize, Variant
from consentkit.output.write import write_file
from consentkit.problems import Problem, printable
from consentkit.reading.files import read_bytes
from consentkit.reading.paths import is_there

MANIFEST = "manifest.json"
TABLE = "manifest.csv"

LARGEST_MANIFEST = 64 * 1024 * 1024
"""Bytes of a record: some fifty thousand documents."""

EntryOutcome = Literal["made", "copied", "unchanged", "failed", "pending"]
"""`copied` came from the cache; `pending` was not reached when a run ended early."""

ApprovalState = Literal["approved", "overdue", "draft", ""]
"""The state of its approval when a document was made; empty where there is no file."""

_FORM = 1
_FILE = re.compile(r"([A-Z0-9][A-Z0-9-]{0,15}|[a-z][a-z0-9-]{0,39})(\.[A-Za-z0-9-]{1,20}){1,6}", re.ASCII)
_HASH = re.compile(r"([0-9a-f]{64})?", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ADVICE = "delete it, and the next run makes it again"


@dataclass(frozen=True)
class Entry:
    """One document."""

    file: str
    """The name of its file in the folder."""
    code: str
    language: str
    variant: Variant
    paper: PaperSize
    large_print: bool
    fillable: bool
    outcome: EntryOutcome
    problem: str = ""
    """Why it could not be made; if there is a file all the same, it is that of an earlier run."""
    title: str = ""
    edition: str = ""
    """The day on which its text was issued."""
    approval: ApprovalState = ""
    pages: int = 0
    bytes: int = 0
    content_hash: str = ""
    """SHA-256 of everything that a patient reads in it."""
    file_hash: str = ""
    """SHA-256 of the file; empty where there is none."""
    key: str = ""
    """The hash of everything that the file was made from; empty where that is not known."""
    made_from: Mapping[str, str] = field(default_factory=dict)
    """The beginning of a hash for each group of what it was made from."""
    listed: bool = True
    """Whether it is still in the service list."""

    @property
    def identity(self) -> Identity:
        """Which document it is."""
        return Identity(self.code, self.language, self.variant)

    @property
    def layout(self) -> Layout:
        """How it is laid out."""
        return Layout(self.paper, self.large_print, self.fillable)


@dataclass(frozen=True)
class Manifest:
    """The record of a folder."""

    documents: tuple[Entry, ...] = ()
    list_size: int = 0
    """How many documents are in the whole service list."""
    list_hash: str = ""
    """SHA-256 of what is in the whole list."""
    shard: tuple[int, int] | None = None
    """Which part of the list this is, of how many."""

    def by_file(self) -> dict[str, Entry]:
        """The documents by the names of their files."""
        return {entry.file: entry for entry in self.documents}


# --- writing ---


def manifest_text(manifest: Manifest) -> str:
    """The record as JSON, a document a line, in the order of the files' names."""
    head = {
        "consentkit": "manifest",
        "form": _FORM,
        "list": {"documents": manifest.list_size, "hash": manifest.list_hash},
        "shard": "{}/{}".format(*manifest.shard) if manifest.shard else None,
    }
    # vars, not asdict, which copies all it finds: ten times slower for a long list
    lines = ",\n".join(json.dumps(vars(entry), ensure_ascii=False) for entry in _sorted(manifest.documents))
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "documents": [\n' + lines + "\n]}\n"


_COLUMNS: dict[str, Callable[[Entry], str]] = {
    "file": lambda entry: entry.file,
    "code": lambda entry: entry.code,
    "title": lambda entry: entry.title,
    "language": lambda entry: entry.language,
    "kind": lambda entry: entry.variant,
    "paper": lambda entry: entry.paper,
    "large print": lambda entry: "yes" if entry.large_print else "no",
    "fillable": lambda entry: "yes" if entry.fillable else "no",
    "edition": lambda entry: entry.edition,
    "approval": lambda entry: entry.approval,
    "pages": lambda entry: str(entry.pages or ""),
    "outcome": lambda entry: entry.outcome if entry.listed else "no longer listed",
    "problem": lambda entry: entry.problem,
    "content hash": lambda entry: entry.content_hash,
    "file hash": lambda entry: entry.file_hash,
}


def table_text(manifest: Manifest) -> str:
    """The record as a table for a spreadsheet."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    for entry in _sorted(manifest.documents):
        writer.writerow([_cell(value(entry)) for value in _COLUMNS.values()])
    return table.getvalue()


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula, and lines from breaking the row."""
    text = " / ".join(text.splitlines())
    return f"'{text}" if text.startswith(_FORMULA) else text


def _sorted(documents: Iterable[Entry]) -> list[Entry]:
    return sorted(documents, key=lambda entry: entry.file)


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Write both records, each in one step; one that says the same already is left alone. Raises FileAccess."""
    # The table first: what the JSON says is what counts, so it must not be the one that is behind.
    _save(folder / TABLE, b"\xef\xbb\xbf" + table_text(manifest).encode())  # the mark tells Excel that it is UTF-8
    _save(folder / MANIFEST, manifest_text(manifest).encode())


def _save(path: Path, data: bytes) -> None:
    try:
        if read_bytes(path, LARGEST_MANIFEST) == data:
            return
    except (FileAccess, InvalidInput):
        pass
    write_file(path, data, force=True)


# --- reading ---


def load_manifest(folder: Path) -> Manifest:
    """Read the record of a folder; an empty one where there is none.

    Raises InvalidInput where it is damaged or not consentkit's, FileAccess where it can't be read.
    """
    _require_own_table(folder / TABLE)
    path = folder / MANIFEST
    if not is_there(path):
        return Manifest()
    return parse_manifest(read_bytes(path, LARGEST_MANIFEST), str(path))


def parse_manifest(data: bytes, shown: str) -> Manifest:
    """Read a record. `shown` is the file's name in messages. Raises InvalidInput."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise _refused(shown, f"is damaged; {_ADVICE}") from None
    if not isinstance(content, dict) or content.get("consentkit") != "manifest":
        raise _refused(shown, "was not made by consentkit; move it away, or name another folder with -o")
    if content.get("form") != _FORM:
        raise _refused(shown, f"was made by another version of consentkit; {_ADVICE}")
    try:
        return _manifest(content)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _refused(shown, f"is damaged; {_ADVICE}") from None


def _require_own_table(path: Path) -> None:
    """Raise InvalidInput where there is a table of this name that is somebody else's."""
    if not is_there(path):
        return
    head = ",".join(_COLUMNS).encode()
    if not read_bytes(path, LARGEST_MANIFEST).removeprefix(b"\xef\xbb\xbf").startswith(head):
        raise _refused(str(path), "was not made by consentkit; move it away, or name another folder with -o")


def _refused(shown: str, message: str) -> InvalidInput:
    return InvalidInput([Problem(shown, None, None, "", message)])


def _manifest(content: Mapping[str, Any]) -> Manifest:
    json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair can be read, and not written
    documents = tuple(_entry(values) for values in content["documents"])
    if len({entry.file for entry in documents}) < len(documents):
        raise ValueError("a file is named twice")
    size, digest = content["list"]["documents"], content["list"]["hash"]
    _require(type(size) is int and size >= 0 and isinstance(digest, str) and bool(_HASH.fullmatch(digest)))
    return Manifest(documents, size, digest, parse_shard(content["shard"]) if content["shard"] else None)


_KINDS: dict[str, Any] = {"str": str, "int": int, "bool": bool, "Mapping[str, str]": dict}
_CHOICES = {"variant": Variant, "paper": PaperSize, "outcome": EntryOutcome, "approval": ApprovalState}
_ALLOWED = {name: frozenset(get_args(choices)) for name, choices in _CHOICES.items()}
_ALLOWED["variant"] |= FORMER_VARIANTS.keys()  # an earlier version has written them
_TYPES = {each.name: _KINDS[str(each.type)] for each in fields(Entry) if each.name not in _CHOICES}


def _entry(values: Mapping[str, Any]) -> Entry:
    entry = Entry(**values)
    values_read = vars(entry)
    _require(all(type(values_read[name]) is kind for name, kind in _TYPES.items()))
    _require(
        all(isinstance(values_read[name], str) and values_read[name] in allowed for name, allowed in _ALLOWED.items())
    )
    _require(all(isinstance(text, str) for text in entry.made_from.values()) and entry.pages >= 0 and entry.bytes >= 0)
    _require(
        bool(_FILE.fullmatch(entry.file)) and entry.file.endswith(".pdf") and entry.code == entry.file.split(".")[0]
    )
    _require(all(_HASH.fullmatch(text) for text in (entry.content_hash, entry.file_hash, entry.key)))
    return entry


def _require(good: bool) -> None:
    if not good:
        raise ValueError


def parse_shard(text: str) -> tuple[int, int]:
    """Read a part such as `2/3`. Raises ValueError."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text, re.ASCII)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"{printable(text)} is not a part of a list; write 1/3, 2/3 and 3/3 for three machines")
    return int(match[1]), int(match[2])
