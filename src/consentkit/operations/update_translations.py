"""Saying of translations that they are those of today's text, after somebody has compared the two.

Guarantees: only the hash in a file changes, to the byte; all files are changed, or none. None is where a translation or
its original has mistakes, where a translation lacks a part of the original, where the check finds any other error in
it, where it has been saved meanwhile, and where nobody can edit it, since it comes with consentkit.
"""

from __future__ import annotations

import codecs
import datetime
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from consentkit import checks
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, WrongUse
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import translations_of
from consentkit.model.identity import TRANSLATION_NAMES
from consentkit.operations.library_reader import LibraryReader
from consentkit.operations.replaced_texts import is_fixed
from consentkit.output.write import write_file
from consentkit.problems import Problem, printable
from consentkit.reading.edits import with_value
from consentkit.reading.files import LARGEST_TEXT, read_bytes

_RULE = "stale-translation"


@dataclass(frozen=True)
class Updated:
    """What has become of the translations that were named."""

    paths: tuple[Path, ...]
    """The files that now name today's text."""
    problems: tuple[Problem, ...]
    """Why none of them does."""


def update_translations(workspace: OpenWorkspace, names: Sequence[str]) -> Updated:
    """Let each outdated translation that is named, or that is of a definition that is named, name today's text.

    Raises WrongUse where nothing is named, UnknownCode, and FileAccess where a file can't be read or written. No file
    is changed then.
    """
    if not names:
        raise WrongUse("name what a reviewer has compared with the original: a code, or files of translations")
    reader = LibraryReader(workspace, Snapshot(holds_parsed=True))
    paths = list(dict.fromkeys(path for name in names for path in _translations(workspace, name)))
    for path in paths:
        reader.read(path)
    library = reader.library()
    orphans = [finding for file in library.orphans for finding in checks.check_orphan(file)]
    outdated = [file for file in library.translations if file.translates != file.original_hash]
    updates: dict[Path, bytes] = {}
    refused = [
        *reader.problems,
        *_mistakes_of_originals(workspace, reader, paths),
        *(finding.problem() for finding in orphans),
    ]
    for file in outdated:
        update = _updated(workspace, reader, file)
        if isinstance(update, bytes):
            updates[Path(file.source.name)] = update
        else:
            refused += update
    if refused:  # all of them are changed, or none: what was compared together is noted together
        return Updated((), tuple(refused))
    _rewrite_all(updates, reader.snapshot)
    return Updated(tuple(updates), ())


def _mistakes_of_originals(workspace: OpenWorkspace, reader: LibraryReader, paths: Sequence[Path]) -> Iterator[Problem]:
    """What is wrong with the form of what is translated: whether a translation fits it is not known then."""
    originals = (reader.path_of_original(path, path.stem.partition(".")[0]) for path in paths)
    for original in dict.fromkeys(originals):
        if original:
            beside = LibraryReader(workspace, reader.snapshot)
            beside.read(original)
            yield from beside.problems


def _translations(workspace: OpenWorkspace, name: str) -> Iterator[Path]:
    """The translation that is named, or all those of the definition that is."""
    path = workspace.locate(name)
    if any(names.fullmatch(path.name) for names in TRANSLATION_NAMES.values()):
        yield path
    else:
        yield from translations_of(workspace.library, path).values()


def _updated(
    workspace: OpenWorkspace, reader: LibraryReader, file: checks.TranslationFile | checks.PaperTranslationFile
) -> bytes | list[Problem]:
    """The bytes of a translation that names today's text; or why it can't."""
    path = Path(file.source.name)
    if is_fixed(workspace, path):
        raise FileAccess(
            f"{printable(str(path))}: comes with consentkit; copy it with `consentkit new {file.code} --lang "
            f"{file.language} --from {file.code}`, and correct the copy"
        )
    original = reader.original_of(path, file.code)
    if original is None:  # which has mistakes, and they are reported
        return []
    findings = checks.check_translation(file, original, datetime.date.today(), workspace.folder.clinic.checks)
    errors = [finding for finding in findings if finding.severity == "error" and finding.rule.id != _RULE]
    if errors:
        return [finding.problem() for finding in errors]
    data = reader.snapshot.data(path)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data.removeprefix(mark).decode()
    changed = with_value(text, file.source.yaml, ("translates",), file.original_hash)
    if changed is None:
        place = file.source.at_value(("translates",))
        message = "is written in a way that can't be changed here; write the hash by hand"
        return [Problem(str(path), *place, "translates", message, rule=_RULE, remedy=f"it is `{file.original_hash}`")]
    return mark + changed.encode()


def _rewrite_all(updates: Mapping[Path, bytes], snapshot: Snapshot) -> None:
    """Replace files, all of them or none. What somebody has saved since they were read stays, and so does one that its
    owner has protected.
    """
    for path in updates:
        _require_rewritable(path, snapshot)
    written: list[Path] = []
    try:
        for path, data in updates.items():
            _require_rewritable(path, snapshot)
            _rewrite(path, data)
            written.append(path)
    except BaseException:
        for path in written:
            with suppress(ConsentkitError, OSError):
                _rewrite(path, snapshot.data(path))
        raise


def _require_rewritable(path: Path, snapshot: Snapshot) -> None:
    shown = printable(str(path))
    if not os.access(path, os.W_OK, effective_ids=True):
        raise FileAccess(f"{shown}: can't be written: permission denied; no translation was changed")
    if read_bytes(path, LARGEST_TEXT) != snapshot.data(path):
        raise FileAccess(
            f"{shown}: has been changed while it was checked; no translation was changed. Compare it again, then run "
            "this again"
        )


def _rewrite(path: Path, data: bytes) -> None:
    """Replace a file, and keep its permissions."""
    mode = stat.S_IMODE(path.stat().st_mode)
    write_file(path, data, force=True)
    path.chmod(mode)
