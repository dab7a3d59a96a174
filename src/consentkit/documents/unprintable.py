"""Where the characters are that a document can't be printed for.

Guarantees: the error names a file and a line for each of them that is in the files of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from consentkit.errors import UnprintableText
from consentkit.library.approvals import source_of_record
from consentkit.library.printed_texts import first_places
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import APPROVALS
from consentkit.pdf.fonts.substitutes import complaint
from consentkit.reading.paths import is_file
from consentkit.reading.places import SourceText, source_of


def with_places(error: UnprintableText, paths: Iterable[Path], files: Snapshot) -> UnprintableText:
    """The same error with the first place of each character. The files that are most likely at fault come first."""
    places = first_places(error.characters, [_source_of(path, files) for path in paths if is_file(path)])
    return UnprintableText(complaint(error.characters, places), error.characters)


def _source_of(path: Path, files: Snapshot) -> SourceText:
    """A file whose texts are printed, with their places."""
    if path.name == APPROVALS:  # which may be longer than others
        return source_of_record(path, files)
    return source_of(files.text(path), files.parsed(path))
