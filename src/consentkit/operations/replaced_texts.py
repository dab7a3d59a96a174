"""A clinic's own texts beside those that come with consentkit, which they replace.

Guarantees: a file counts as shipped only where a clinic has a folder of its own: else whoever works on it may edit it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.definitions import check_definition
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import translations_of
from consentkit.model.identity import DEFINITION_FOLDERS, kind_of_name
from consentkit.reading.paths import is_file, resolved
from consentkit.resources import shipped


def is_fixed(workspace: OpenWorkspace, path: Path) -> bool:
    """Whether a clinic can't edit a file, since it comes with consentkit."""
    if workspace.folder.path is None:
        return False
    folders = (*DEFINITION_FOLDERS.values(), "templates/languages")
    return any(
        resolved(path.parent) == resolved(shipped(name.split("/")[0]) / name.partition("/")[2]) for name in folders
    )


def replaced(files: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """The shipped file that each of a clinic's own ones replaces, by code or name."""
    texts: dict[str, Path] = {}
    for code, path in files:
        original = shipped(DEFINITION_FOLDERS[kind_of_name(code)]) / f"{code}.yaml"
        if is_file(original) and resolved(path) != resolved(original):
            texts[code] = original
    return texts


def days_of_issue(workspace: OpenWorkspace, texts: dict[str, Path], snapshot: Snapshot) -> dict[str, datetime.date]:
    """When the shipped texts were issued."""
    dates: dict[str, datetime.date] = {}
    for code, path in texts.items():
        risk_files = workspace.library.risk_files(path)
        original, _ = check_definition(path, kind_of_name(code), snapshot=snapshot, risk_files=risk_files)
        if original:
            dates[code] = original.review.issued
    return dates


def lost_languages(workspace: OpenWorkspace, texts: dict[str, Path]) -> dict[str, tuple[str, ...]]:
    """The languages that the shipped texts have, and those that replace them have not."""
    index = workspace.library.index()
    return {
        code: tuple(
            language
            for language in translations_of(workspace.library, path)
            if language not in index.translations.get(code, {})
        )
        for code, path in texts.items()
    }
