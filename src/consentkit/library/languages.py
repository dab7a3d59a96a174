"""Finding and reading language packs, with what a clinic changes in their clauses.

Guarantees: the pack of the first folder that has one counts, and it is of the language that its file is named after; a
clause that a clinic drops is one that the pack has.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from consentkit.errors import InvalidInput, WrongUse
from consentkit.library.procedures import entries_of
from consentkit.library.snapshot import Snapshot
from consentkit.model.clauses import ClauseChanges
from consentkit.model.identity import LANGUAGES, clause_file
from consentkit.model.words import LanguagePack
from consentkit.problems import Problem, did_you_mean, listed, quoted
from consentkit.reading.paths import require_no_link
from consentkit.reading.validation import require


def languages(templates: Sequence[Path]) -> list[str]:
    """The languages for which the folders of templates hold a pack. Raises FileAccess where one can't be read."""
    return sorted({path.stem for folder in templates for path in _packs_in(folder / LANGUAGES)})


def _packs_in(folder: Path) -> list[Path]:
    require_no_link(folder)
    return list(filter(_is_pack, entries_of(folder)))


def _is_pack(path: Path) -> bool:
    return path.suffix == ".yaml" and not path.name.startswith(".")


def load_language(templates: Sequence[Path], language: str, snapshot: Snapshot | None = None) -> LanguagePack:
    """Load the pack of a language from the first folder that holds it.

    Raises WrongUse where there is none, InvalidInput where it has mistakes.
    """
    known = languages(templates)
    if language not in known:
        message = f"there is no language pack for {quoted(language)}; there is {listed(known)}"
        raise WrongUse(message + did_you_mean(language, known))
    path = pack_file(templates, language)
    source = (snapshot or Snapshot()).parsed(path)
    pack = require(LanguagePack, source)
    if pack.language != language:  # a screen reader would read the document in the wrong tongue
        message = f"is {quoted(pack.language)}, but the file is named {quoted(path.name)}; correct one of them"
        raise InvalidInput([Problem(source.name, *source.values[("language",)], "language", message)])
    return pack


def pack_files(templates: Sequence[Path], language: str) -> list[Path]:
    """The files in which the pack of a language may be; the first one that is there counts."""
    return [folder / LANGUAGES / f"{language}.yaml" for folder in templates]


def pack_file(templates: Sequence[Path], language: str) -> Path:
    """The file of the pack of a language that there is."""
    return next(path for path in pack_files(templates, language) if os.path.lexists(path))


def with_clauses_of(pack: LanguagePack, folder: Path, snapshot: Snapshot | None = None) -> LanguagePack:
    """The pack with the clinic's own clauses. Raises InvalidInput where the clinic's file has mistakes."""
    path = clause_file(folder, pack.language)
    if not os.path.lexists(path):
        return pack
    source = (snapshot or Snapshot()).parsed(path)
    changes = require(ClauseChanges, source)
    known = {**pack.clauses, **changes.clauses}
    for index, name in enumerate(changes.drop):
        if name not in pack.clauses:
            place = source.values[("drop", index)]
            message = f"is {quoted(name)}, which the language pack has no clause for{did_you_mean(name, pack.clauses)}"
            raise InvalidInput([Problem(source.name, *place, f"drop[{index + 1}]", message)])
    return pack.with_clauses(known, changes.drop)
