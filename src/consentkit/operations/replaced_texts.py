"""A clinic's own texts beside those that come with consentkit, which they replace.

Guarantees: whether a file is one that nobody can edit is decided here alone, for whatever asks it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.definitions import check_definition
from consentkit.library.shipped_files import is_shipped
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import translations_of
from consentkit.model.identity import DEFINITION_FOLDERS, kind_of_name
from consentkit.reading.paths import is_file, resolved
from consentkit.resources import is_installed, shipped


def is_fixed(workspace: OpenWorkspace, path: Path) -> bool:
    """Whether nobody can edit a file, since it comes with consentkit.

    An upgrade would undo what is written into an installed one, and a clinic works on copies in its own folder. Only in
    a checkout, and without a clinic, are shipped files the author's own.
    """
    return is_shipped(path) and (is_installed() or workspace.folder.path is not None)


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
