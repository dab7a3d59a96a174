"""Finding and loading procedures.

Guarantees: a code leads to one file, a clinic's own before the shipped one; loading returns a valid procedure or
raises with every problem of the file; nothing is remembered between calls, but by a catalogue; finding
loads neither the model nor a parser.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, InvalidInput, UnknownCode
from consentkit.model.identity import CLAUSE_PATTERN, CODE_PATTERN
from consentkit.problems import Problem, did_you_mean, listed, printable, quoted
from consentkit.reading.files import read_text, reason

if TYPE_CHECKING:
    from consentkit.model.procedure import Procedure
    from consentkit.model.translation import Translation
    from consentkit.reading.yaml_file import YamlFile

_SUFFIX = ".yaml"
_TRANSLATION_NAME = re.compile(CODE_PATTERN[1:-1] + r"\.[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\.yaml")


@dataclass(frozen=True)
class Library:
    """Folders of procedure files; where two hold the same code, the first one counts."""

    folders: tuple[Path, ...]

    def codes(self) -> list[str]:
        """All codes, sorted."""
        return sorted(self._paths())

    def path(self, code: str) -> Path:
        """The file of a code. Raises UnknownCode, with the nearest known code, where there is none."""
        paths = self._paths()
        if code not in paths:
            near = did_you_mean(code, paths) or "; `consentkit list` shows all codes"
            raise UnknownCode(f"no procedure has the code {quoted(code)}{near}")
        return paths[code]

    def procedure(self, code: str) -> Procedure:
        """Load the procedure of a code."""
        return load_procedure(self.path(code))

    def translations(self, code: str) -> dict[str, Path]:
        """The translations of a procedure by language: those beside it, and a clinic's own before these."""
        own = self.path(code).parent
        found: dict[str, Path] = {}
        for folder in self.folders[: self.folders.index(own) + 1] if own in self.folders else ():
            for path in self._translated(folder).get(code, ()):
                found.setdefault(path.name.split(".")[1], path)
        return found

    def listed_once(self) -> Library:
        """The same library with its folders as they are now: for one run over thousands of documents."""
        return Catalogue(self.folders)

    def _paths(self) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for folder in self.folders:
            for path in _procedure_files(folder):
                paths.setdefault(path.stem, path)
        return paths

    def _translated(self, folder: Path) -> dict[str, list[Path]]:
        """The translations in a folder, by code."""
        found: dict[str, list[Path]] = {}
        for path in translation_files(folder):
            found.setdefault(path.name.split(".")[0], []).append(path)
        return found


@dataclass(frozen=True)
class Catalogue(Library):
    """A library whose folders are listed when they are first asked for, and then no more."""

    _listed: dict[str, Path] = field(default_factory=dict, compare=False, repr=False)
    _by_folder: dict[Path, dict[str, list[Path]]] = field(default_factory=dict, compare=False, repr=False)

    def _paths(self) -> dict[str, Path]:
        if not self._listed:
            self._listed.update(super()._paths())
        return self._listed

    def _translated(self, folder: Path) -> dict[str, list[Path]]:
        if folder not in self._by_folder:
            self._by_folder[folder] = super()._translated(folder)
        return self._by_folder[folder]


def translation_files(folder: Path) -> list[Path]:
    """The translations in a folder: CODE.LANGUAGE.yaml."""
    return [path for path in entries_of(folder) if _TRANSLATION_NAME.fullmatch(path.name)]


def passed_over(folder: Path) -> list[Path]:
    """The files of a folder that nothing reads, though they may be meant as procedures."""
    read = {*_procedure_files(folder), *translation_files(folder)}
    return [path for path in entries_of(folder) if path.suffix.lower() in {".yaml", ".yml"} and path not in read]


def load_translation(path: Path) -> Translation:
    """Load one translation. Raises InvalidInput with all its problems, or FileAccess."""
    translation, problems = check_translation_file(path)
    if translation is None:
        raise InvalidInput(problems)
    return translation


def check_translation_file(path: Path) -> tuple[Translation | None, list[Problem]]:
    """Load one translation and return its problems as data; only FileAccess is raised."""
    from consentkit.model.translation import Translation
    from consentkit.reading.validation import validated
    from consentkit.reading.yaml_file import parse

    shown = str(path)
    try:
        source = parse(read_text(path, shown), shown)
    except InvalidInput as error:
        return None, list(error.problems)
    translation, problems = validated(Translation, source)
    if translation and path.name != f"{translation.code}.{translation.language}{_SUFFIX}":
        line, column = source.values[("language",)]
        expected = quoted(f"{translation.code}.{translation.language}{_SUFFIX}")
        problems.append(Problem(shown, line, column, "language", f"does not fit the file's name; name it {expected}"))
    return (None if problems else translation), problems


def load_procedure(path: Path, *, known_clauses: Collection[str] | None = None) -> Procedure:
    """Load one procedure file. Raises InvalidInput with all its problems, or FileAccess."""
    procedure, problems = check_procedure(path, known_clauses=known_clauses)
    if procedure is None:
        raise InvalidInput(problems)
    return procedure


def check_procedure(
    path: Path, *, known_clauses: Collection[str] | None = None
) -> tuple[Procedure | None, list[Problem]]:
    """Load one procedure file and return its problems as data; only FileAccess is raised.

    `known_clauses` are the names that the language pack has a clause for; None leaves the names unchecked.
    """
    from consentkit.model.procedure import Procedure
    from consentkit.reading.validation import validated
    from consentkit.reading.yaml_file import parse

    shown = str(path)
    try:
        source = parse(read_text(path, shown), shown)
    except InvalidInput as error:
        return None, list(error.problems)
    procedure, problems = validated(Procedure, source)
    problems += _code_mismatch(path, source)
    if known_clauses is not None:
        problems += _unknown_clauses(source, known_clauses)
    problems.sort(key=Problem.place)
    return (None if problems else procedure), problems


def _unknown_clauses(source: YamlFile, known: Collection[str]) -> Iterator[Problem]:
    names = source.data.get("clauses")
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and re.fullmatch(CLAUSE_PATTERN, name) and name not in known:  # else the model's
            line, column = source.values[("clauses", index)]
            near = did_you_mean(name, known) or f"; it has {listed(sorted(known))}"
            message = f"is {quoted(name)}, which the language pack has no clause for{near}"
            yield Problem(source.name, line, column, f"clauses[{index + 1}]", message)


def _code_mismatch(path: Path, source: YamlFile) -> Iterator[Problem]:
    code = source.data.get("code")
    if not isinstance(code, str) or not re.fullmatch(CODE_PATTERN, code):
        return  # the model has reported it
    if path.name == code + _SUFFIX:
        return
    line, column = source.values[("code",)]
    advice = f"correct the code, or name the file {quoted(code + _SUFFIX)}"
    message = f"is {quoted(code)}, but the file is named {quoted(path.name)}; {advice}"
    yield Problem(source.name, line, column, "code", message)


def _procedure_files(folder: Path) -> Iterator[Path]:
    """The procedure files of a folder. Translations (CODE.LANGUAGE.yaml) and other files are passed over."""
    for path in entries_of(folder):
        if path.suffix == _SUFFIX and re.fullmatch(CODE_PATTERN, path.stem):
            yield path


def entries_of(folder: Path) -> list[Path]:
    """What a folder holds, sorted; nothing where it is missing. Raises FileAccess where it can't be read."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileAccess(f"{printable(str(folder))}: can't be read: {reason(error)}") from error
