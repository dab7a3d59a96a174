"""The parts of a service list that several machines have made, joined in one folder.

Guarantees: what is joined is the whole list, each document once, whole, and made by the same programs from the same
templates, for the same particulars and with the same clauses; or everything that speaks against it is reported, and
nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from consentkit.batches.folder import exclusive, file_hash, tidy
from consentkit.batches.manifest import MANIFEST, Entry, Manifest, load_manifest, save_manifest
from consentkit.batches.service_list import RequestedDocument, list_hash, shard_of
from consentkit.errors import InvalidInput
from consentkit.output.write import write_file
from consentkit.problems import Problem
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes
from consentkit.reading.paths import is_folder

_SHARED = {
    "program": "another version of consentkit or its libraries",
    "templates": "other templates",
    "clinic": "other particulars",
}
"""What all documents of a list share, by its name in `made_from`, and how it is called where parts differ in it."""

_WHICH_FOLDERS = "name the folders that `consentkit batch` has filled"


def merge(folders: Sequence[Path], target: Path, *, force: bool = False) -> Manifest:
    """Join the parts in `folders`, and write documents and manifest into `target`.

    Raises InvalidInput with everything that is missing, there twice or in conflict; FileAccess.
    """
    parts = [(folder, load_manifest(folder)) for folder in folders]
    problems = [*_list_problems(parts), *_document_problems(parts)]
    if problems:
        raise InvalidInput(problems)
    with exclusive(target):
        tidy(target)
        before = load_manifest(target)
        entries = [(folder, entry) for folder, part in parts for entry in part.documents if entry.listed]
        joined = _joined(before, parts[0][1], [entry for _, entry in entries])
        # Until a document is here, the manifest has it with the hash that it will have: no file is unknown to it.
        save_manifest(target, joined)
        for folder, entry in entries:
            _copy(folder, entry, target, force=force)
        return joined


def _joined(before: Manifest, part: Manifest, entries: Sequence[Entry]) -> Manifest:
    names = {entry.file for entry in entries}
    left = (replace(entry, listed=False) for entry in before.documents if entry.file not in names)
    return Manifest((*entries, *left), part.list_size, part.list_hash)


def _copy(folder: Path, entry: Entry, target: Path, *, force: bool) -> None:
    if entry.file_hash and file_hash(target / entry.file) != entry.file_hash:
        write_file(target / entry.file, read_bytes(folder / entry.file, LARGEST_PDF), force=force)


def _list_problems(parts: Sequence[tuple[Path, Manifest]]) -> Iterator[Problem]:
    """Whether these are all parts of one list, each once."""
    first_folder, first = next(((folder, part) for folder, part in parts if part.list_hash), parts[0])
    seen: dict[int, Path] = {}
    for folder, part in parts:
        if not is_folder(folder):
            yield Problem(str(folder), None, None, "", f"there is no such folder; {_WHICH_FOLDERS}")
        elif not part.list_hash:
            yield _problem(folder, f"contains no manifest of a batch; {_WHICH_FOLDERS}")
        elif part.list_hash != first.list_hash:
            yield _problem(
                folder, "was made from a different service list than the first; make all parts from the same one"
            )
        elif part.shard is None or (first.shard and part.shard[1] != first.shard[1]):
            yield _problem(folder, "was not made with --shard, or for another number of machines than the first")
        elif part.shard[0] in seen:
            yield _problem(folder, f"is part {part.shard[0]}, as {seen[part.shard[0]]} is; name each part once")
        else:
            seen[part.shard[0]] = folder
    if first.shard and (missing := sorted(set(range(1, first.shard[1] + 1)) - set(seen))):
        yield _problem(first_folder, f"is one of {first.shard[1]} parts; missing: {', '.join(map(str, missing))}")


def _document_problems(parts: Sequence[tuple[Path, Manifest]]) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    texts = []
    for folder, part in parts:
        for entry in part.documents:
            if not entry.listed:
                continue
            texts.append(_request(entry).text)
            if entry.file in seen:
                yield _problem(
                    folder, f"{entry.file} is in {seen[entry.file]} too; make each part in a folder of its own"
                )
            seen.setdefault(entry.file, folder)
            yield from _entry_problems(folder, part, entry)
    has_all_manifests = all(part.list_hash for _, part in parts)  # whether documents are missing is not known before
    if has_all_manifests and not _is_whole(texts, parts[0][1]):
        requested, present = parts[0][1].list_size, len(seen)
        yield _problem(parts[0][0], f"the list has {requested} documents, and the parts have {present} of them")
    yield from _conflicts(parts)


def _is_whole(texts: Sequence[str], part: Manifest) -> bool:
    return list_hash(texts) == part.list_hash or len(set(texts)) < len(texts)  # what is there twice has been reported


def _entry_problems(folder: Path, part: Manifest, entry: Entry) -> Iterator[Problem]:
    if part.shard and shard_of(_request(entry), part.shard[1]) != part.shard[0]:
        yield _problem(folder, f"{entry.file} belongs to another part; make each part in a folder of its own")
    if entry.outcome == "pending":
        yield _problem(folder, f"{entry.file} was not made yet; run that part again")
    elif entry.file_hash and file_hash(folder / entry.file) != entry.file_hash:
        yield _problem(folder, f"{entry.file} is missing, or not as it was made; run that part again")


def _conflicts(parts: Sequence[tuple[Path, Manifest]]) -> Iterator[Problem]:
    """Whether machines have worked with different programs, templates, particulars or clauses."""
    listed = [(folder, entry) for folder, part in parts for entry in part.documents if entry.listed]
    for name, what in _SHARED.items():
        yield from _differences(what, [(folder, entry.made_from.get(name)) for folder, entry in listed])
    for language in sorted({entry.language for _, entry in listed}):  # each language has a file of clauses of its own
        made = [(folder, entry.made_from.get("clauses")) for folder, entry in listed if entry.language == language]
        yield from _differences(f"other clauses ({language})", made)


def _differences(what: str, made: Sequence[tuple[Path, str | None]]) -> Iterator[Problem]:
    """Which folders have documents that were made with something else than those of the first."""
    digests = [(folder, digest) for folder, digest in made if digest]
    for folder in dict.fromkeys(folder for folder, digest in digests if digest != digests[0][1]):
        yield _problem(folder, f"was made with {what} than {digests[0][0]}; make all parts the same way")


def _request(entry: Entry) -> RequestedDocument:
    return RequestedDocument(entry.identity, entry.layout, entry.file)


def _problem(folder: Path, message: str) -> Problem:
    return Problem(str(folder / MANIFEST), None, None, "", message)
