"""What a list of the library says about each procedure and paper.

Guarantees: what is listed is what the files hold now; a file that has not changed to the byte since an earlier run is
not parsed again, however many others have; a file with mistakes is read each time, so that its mistakes are reported.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from consentkit.cache.store import Store, key_of
from consentkit.cache.versions import versions
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.definitions import check_definition
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import kind_of_name

if TYPE_CHECKING:
    from consentkit.model.paper import Paper
    from consentkit.model.procedure import Procedure
    from consentkit.model.translation import Definition

ListedDefinition = dict[str, Any]
"""A procedure or paper in plain data, as `consentkit list --json` prints it."""

_FILES_PER_GROUP = 32
"""Definitions that are kept together, about: an edit of one lets all of its group be parsed again."""


class _ListedGroup(NamedTuple):
    """Definitions that are kept together."""

    key: str
    paths: Mapping[str, Path]
    known: dict[str, ListedDefinition]
    """What is kept of them."""


def overview(
    definitions: Mapping[str, Path],
    risk_files: Sequence[Path],
    store: Store,
    snapshot: Snapshot | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, ListedDefinition | InvalidInput | FileAccess]:
    """An entry for each code or name, in their order, or why its file can't be used.

    `risk_files` are where the tables of risks may be to which procedures refer; `snapshot` reads all of them.
    `progress` gets how many files are read of which nothing is kept, and of how many; it is not called without any.
    """
    files = snapshot or Snapshot(most_parsed=2)  # a procedure, and the table to which it refers
    groups = [_kept_group(paths, risk_files, store, files) for paths in _groups(definitions)]
    steps = iter(range(1, len(definitions) + 1))
    total = sum(len(group.paths) - len(group.known) for group in groups)

    def read(path: Path) -> ListedDefinition | InvalidInput | FileAccess:
        entry = _read(path, risk_files, files)
        progress(next(steps), total)
        return entry

    entries: dict[str, ListedDefinition | InvalidInput | FileAccess] = {}
    for group in groups:
        entries |= _entries_of(group, store, read)
    return {code: entries[code] for code in definitions}


def translated_titles(translations: Mapping[str, Mapping[str, Path]], language: str, store: Store) -> dict[str, str]:
    """What definitions are called in a language, by code or name; those without a readable translation are left out.

    The files are not checked any further: a title is shown to choose by, and printed from the checked text only.
    """
    paths = {code: files[language] for code, files in translations.items() if language in files}
    files = Snapshot(most_parsed=1)
    key = key_of("titles", *versions(), language, *(f"{code} {files.digest(path)}" for code, path in paths.items()))
    if kept := store.near.get(key):
        known: dict[str, str] = json.loads(kept)
        return known
    titles = {code: title for code, path in paths.items() if (title := _title_in(path, files))}
    store.near.put(key, json.dumps(titles).encode())
    return titles


def _title_in(path: Path, files: Snapshot) -> str | None:
    try:
        title = files.parsed(path).data.get("title")
    except (InvalidInput, FileAccess):  # `check` says what is wrong with it
        return None
    return title if isinstance(title, str) else None


def _groups(definitions: Mapping[str, Path]) -> list[dict[str, Path]]:
    """The definitions in groups of about the same size; a code changes its group only when the library has doubled."""
    groups: list[dict[str, Path]] = [{} for _ in range(1 << (len(definitions) // _FILES_PER_GROUP).bit_length())]
    for code, path in definitions.items():
        groups[zlib.crc32(code.encode()) % len(groups)][code] = path
    return [group for group in groups if group]


def _kept_group(
    paths: Mapping[str, Path], risk_files: Sequence[Path], store: Store, snapshot: Snapshot
) -> _ListedGroup:
    tables = map(snapshot.digest, risk_files)  # which say what a reference means, and whether it means anything
    key = key_of("list", *versions(), *tables, *(f"{code} {snapshot.digest(path)}" for code, path in paths.items()))
    kept = store.near.get(key)
    return _ListedGroup(key, paths, json.loads(kept) if kept else {})


def _entries_of(
    group: _ListedGroup, store: Store, read: Callable[[Path], ListedDefinition | InvalidInput | FileAccess]
) -> dict[str, ListedDefinition | InvalidInput | FileAccess]:
    entries = {code: group.known.get(code) or read(path) for code, path in group.paths.items()}
    good = {code: entry for code, entry in entries.items() if isinstance(entry, dict)}
    if good.keys() != group.known.keys():
        store.near.put(group.key, json.dumps(good).encode())
    return entries


def _read(path: Path, risk_files: Sequence[Path], snapshot: Snapshot) -> ListedDefinition | InvalidInput | FileAccess:
    try:
        definition, problems = check_definition(path, kind_of_name(path.stem), snapshot=snapshot, risk_files=risk_files)
    except FileAccess as error:
        return error
    return _entry(definition) if definition else InvalidInput(problems)


def _entry(definition: Definition) -> ListedDefinition:
    review = definition.review
    return {**_facts(definition), "issued": review.issued.isoformat(), "next_review": review.next.isoformat()}


def _facts(definition: Definition) -> ListedDefinition:
    from consentkit.model.paper import Paper

    return _facts_of_paper(definition) if isinstance(definition, Paper) else _facts_of_procedure(definition)


def _facts_of_paper(paper: Paper) -> ListedDefinition:
    return {
        "name": paper.name,
        "title": paper.title,
        "signers": list(paper.signers),
        "due": paper.due.model_dump() if paper.due else None,
        "clauses": list(paper.clauses),
    }


def _facts_of_procedure(procedure: Procedure) -> ListedDefinition:
    billing = procedure.billing
    return {
        "code": procedure.code,
        "title": procedure.title,
        "role": billing.role,
        "minutes": billing.minutes.model_dump() if billing.minutes else None,
        "replaced_by": list(billing.replaced_by),
        "note": billing.note,
        "related": list(procedure.related),
        "policies": list(procedure.policies),
    }
