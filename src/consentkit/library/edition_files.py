"""Which files a document is made from, as they are kept with its approval.

Guarantees: a clinic's folder that holds these files, at these paths, gives the same text with the same version of the
program, whatever has become of the clinic's folder and of what is shipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from consentkit.library.pictures import PICTURES, mentions_pictures, named_pictures, picture_folder
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought
from consentkit.model.identity import (
    DEFINITION_FOLDERS,
    PARTICULARS,
    RISKS,
    clause_file,
    template_files,
)
from consentkit.reading.paths import is_there

BEHIND = "risks"
"""The folder of the tables of risks that stand behind the first one, each in a folder by its number."""


def edition_files(
    clinic: Path, logo: str | None, templates: Sequence[Path], sought: Sought, snapshot: Snapshot
) -> dict[str, bytes]:
    """The bytes of each file that a document is made from, by its path in a clinic's folder."""
    folder = DEFINITION_FOLDERS[sought.kind]
    files = {f"{folder}/{path.name}": path for path in (sought.original, sought.translation) if path}
    tables = [path for path in sought.risks if is_there(path)]
    places = (folder, *(f"{BEHIND}/{number}" for number in range(1, len(tables))))
    files |= {f"{place}/{RISKS}": table for place, table in zip(places, tables, strict=False)}
    texts = (clinic / PARTICULARS, clause_file(clinic, sought.identity.language))
    files |= {path.name: path for path in texts if is_there(path)}
    if logo:
        files[logo] = clinic / logo
    files |= dict(_pictures(sought.translation or sought.original, snapshot))
    for templates_folder in reversed(templates):  # the first of them counts
        paths = template_files(templates_folder)
        files |= {f"templates/{path.relative_to(templates_folder).as_posix()}": path for path in paths}
    return {name: snapshot.data(path) for name, path in files.items()}


def _pictures(definition: Path, snapshot: Snapshot) -> Iterator[tuple[str, Path]]:
    if mentions_pictures(snapshot.data(definition)):
        for name in named_pictures(snapshot.parsed(definition).data):
            yield f"{PICTURES}/{name}", picture_folder(definition.parent) / name
