"""Saying of translations that they are those of today's text, after somebody has compared the two.

Guarantees: only the hash in the file changes, to the byte; a translation that lacks a part of the original, or in which
the check finds any other error, is left as it is; so is one that comes with consentkit.
"""

from __future__ import annotations

import codecs
import datetime
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit import checks
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import translations_of
from consentkit.model.identity import TRANSLATION_NAMES
from consentkit.operations.library_reader import LibraryReader
from consentkit.output.write import write_file
from consentkit.problems import Problem, printable
from consentkit.reading.edits import with_value
from consentkit.resources import is_installed

_RULE = "stale-translation"


@dataclass(frozen=True)
class Updated:
    """What has become of the translations that were named."""

    paths: tuple[Path, ...]
    """The files that now name today's text."""
    problems: tuple[Problem, ...]
    """Why others do not."""


def update_translations(workspace: OpenWorkspace, names: Sequence[str]) -> Updated:
    """Let each outdated translation that is named, or that is of a definition that is named, name today's text.

    Raises WrongUse where nothing is named, UnknownCode, and FileAccess where a file can't be read or written.
    """
    if not names:
        raise WrongUse("name what a reviewer has compared with the original: a code, or files of translations")
    reader = LibraryReader(workspace, Snapshot(holds_parsed=True))
    paths = list(dict.fromkeys(path for name in names for path in _translations(workspace, name)))
    for path in paths:
        reader.read(path)
    outdated = [file for file in reader.library().translations if file.translates != file.original_hash]
    updates = {Path(file.source.name): _updated(workspace, reader, file) for file in outdated}
    refused = [problem for update in updates.values() if not isinstance(update, bytes) for problem in update]
    if not refused:  # all of them, or none: what was compared together is noted together
        for path, update in updates.items():
            if isinstance(update, bytes):
                _rewrite(path, update)
    return Updated(() if refused else tuple(updates), (*reader.problems, *refused))


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
    if is_installed(path):
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


def _rewrite(path: Path, data: bytes) -> None:
    """Replace a file, and keep its permissions. One that its owner has protected stays."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not os.access(path, os.W_OK):
        raise FileAccess(f"{printable(str(path))}: can't be written: permission denied")
    write_file(path, data, force=True)
    path.chmod(mode)
