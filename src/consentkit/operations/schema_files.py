"""The schemas in a clinic's folder, by which editors help.

Guarantees: a schema of another version, by which an editor would contradict the check, is reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from consentkit.errors import ConsentkitError
from consentkit.model.identity import DEFINITION_FOLDERS
from consentkit.model.schema import MODELS, SCHEMA_FOLDER, schema_file, schema_text
from consentkit.problems import Problem
from consentkit.reading.files import read_text
from consentkit.reading.paths import is_file

_LARGEST_SCHEMA = 4 * 1024 * 1024


def outdated_schemas(clinic: Path) -> Iterator[Problem]:
    """A warning for each schema in a clinic's folder that is not the one of this version."""
    for folder in (clinic, *(clinic / name for name in (SCHEMA_FOLDER, *DEFINITION_FOLDERS.values()))):
        for kind in MODELS:
            path = folder / schema_file(kind)
            if is_file(path) and not _is_current(path, kind):
                message = "is of another version, so an editor may contradict this check"
                remedy = f"write it again: consentkit schema {kind} > {path}"
                yield Problem(str(path), None, None, "", message, "warning", remedy=remedy)


def _is_current(path: Path, kind: str) -> bool:
    try:
        return read_text(path, str(path), _LARGEST_SCHEMA) == schema_text(kind)
    except ConsentkitError:
        return False
