"""The text of a definition in another language.

Guarantees: a translation of the text as it is now has whatever the text has, or InvalidInput says at which line of
which file it differs: a risk that is lost in translation would be missing from a document unnoticed. Of a text that has
changed since, the places are known where its translation differs. No translation is due for review later than its
original.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consentkit.errors import InvalidInput, WrongUse
from consentkit.library.definitions import load_translation
from consentkit.library.known_files import ABSENT
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import DefinitionKind
from consentkit.problems import Problem, quoted
from consentkit.reading.paths import is_file

if TYPE_CHECKING:  # a document that is kept is found without these
    from consentkit.model.comparison import DifferentShape
    from consentkit.model.translation import Definition


class TranslatedText(NamedTuple):
    """A definition with its text in another language."""

    definition: Definition
    fits: bool
    """Whether the text is still the one that was translated."""
    lost: tuple[str, ...]
    """Where the translation differs from it, if it is no longer that text."""


def require_translation(path: Path | None, code: str, language: str, files: Snapshot) -> Path:
    """The file of a translation, if it is there or was there when the run has read it. Raises WrongUse."""
    if path is None or (files.digest(path) == ABSENT and not is_file(path)):
        raise WrongUse(f"{code} has no translation for {quoted(language)}; write {code}.{language}.yaml beside it")
    return path


def translated(
    original: Definition, path: Path, *, kind: DefinitionKind, risk_files: Sequence[Path], files: Snapshot
) -> TranslatedText:
    """A definition in the language of the translation at `path`. Raises InvalidInput where that is not whole."""
    from consentkit.model.comparison import differences
    from consentkit.reading.yaml_file import dotted

    translation = load_translation(path, files, kind=kind, risk_files=risk_files)
    different, fits = differences(translation, original), translation.fits(original)
    if fits and different:
        raise InvalidInput(_problems(different, path, files))
    lost = tuple(dotted(difference.path) for difference in different)
    return TranslatedText(_due_with(original, translation.applied_to(original)), fits, lost)


def _due_with(original: Definition, text: Definition) -> Definition:
    """A translation that is due for review when it says so, or when the text that it translates is, if that is before.

    Of a text that somebody has to look at again, nobody knows whether its translation is still right.
    """
    review = text.review.model_copy(update={"next": min(text.review.next, original.review.next)})
    return text.model_copy(update={"review": review})


def _problems(different: Sequence[DifferentShape], path: Path, files: Snapshot) -> list[Problem]:
    """The differences with their lines, in the words of `consentkit check`."""
    from consentkit.model.comparison import REMEDY
    from consentkit.reading.places import source_of
    from consentkit.reading.yaml_file import dotted

    source = source_of(files.text(path), files.parsed(path))
    problems = []
    for one in different:
        line, column = source.at_value(one.path) if one.is_value else source.at_key(one.path)
        field = dotted(source.written(one.path))
        problems.append(Problem(str(path), line, column, field, one.message, remedy=REMEDY))
    return sorted(problems, key=Problem.place)
