"""Finding and loading procedures.

Guarantees: a code leads to one file, a clinic's own before the shipped one; loading returns a valid procedure or
raises with every problem of the file; nothing is remembered between calls; finding loads neither the model nor a
parser, and finding one file takes no longer in a library of thousands.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, InvalidInput, UnknownCode, reason
from consentkit.library.risks import known_risks, refers_to_risks
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import (
    CLAUSE_PATTERN,
    CODE_PATTERN,
    ORIGINAL_LANGUAGE,
    PROCEDURE_NAME,
    RISKS,
    TRANSLATION_NAME,
)
from consentkit.problems import Problem, did_you_mean, listed, printable, quoted
from consentkit.resources import shipped

if TYPE_CHECKING:
    from consentkit.model.procedure import Procedure
    from consentkit.model.risks import KnownRisks
    from consentkit.model.translation import Translation
    from consentkit.reading.yaml_file import YamlFile

_SUFFIX = ".yaml"


@dataclass(frozen=True)
class LibraryIndex:
    """What the folders of a library hold, each listed once."""

    procedures: Mapping[str, Path]
    """The file of each code, in the order of the codes."""
    translations: Mapping[str, Mapping[str, Path]]
    """By code and language: the translations beside a procedure, and a clinic's own before these."""


@dataclass(frozen=True)
class Library:
    """Folders of procedure files; where two hold the same code, the first one counts."""

    folders: tuple[Path, ...]

    def codes(self) -> list[str]:
        """All codes, sorted."""
        return list(self.index().procedures)

    def has(self, code: str) -> bool:
        """Whether there is a procedure of this code."""
        return self._find(code) is not None

    def path(self, code: str) -> Path:
        """The file of a code. Raises UnknownCode, with the nearest known code, where there is none."""
        if path := self._find(code):
            return path
        near = did_you_mean(code, self.codes()) or "; `consentkit list` shows all codes"
        raise UnknownCode(f"no procedure has the code {quoted(code)}{near}")

    def procedure(self, code: str) -> Procedure:
        """Load the procedure of a code."""
        path = self.path(code)
        return load_procedure(path, risk_files=self.risk_files(path))

    def risk_files(self, procedure: Path | None = None) -> tuple[Path, ...]:
        """Where the tables of risks may be to which a procedure refers; where several have a key, the first counts.

        For a procedure from elsewhere, that is the table beside it.
        """
        beside = [procedure.parent] if procedure and procedure.parent not in self.folders else []
        return tuple(folder / RISKS for folder in (*beside, *self.folders))

    def translation(self, code: str, language: str) -> Path | None:
        """The translation of a procedure: that beside it, and a clinic's own before this one."""
        name = f"{code}.{language}{_SUFFIX}"
        original = self.path(code)
        own = self.folders.index(original.parent)
        if not TRANSLATION_NAME.fullmatch(name):
            return None
        return next((folder / name for folder in self.folders[: own + 1] if _holds(folder, name)), None)

    def index(self) -> LibraryIndex:
        """All procedures and translations, as the folders are now."""
        procedures: dict[str, Path] = {}
        translations: dict[str, dict[str, Path]] = {}
        for folder in self.folders:
            names = _names_of(folder)
            originals = [match for name in names if (match := PROCEDURE_NAME.fullmatch(name))]
            earlier = set(procedures)
            procedures |= {match["code"]: folder / match[0] for match in originals if match["code"] not in earlier}
            for match in filter(None, map(TRANSLATION_NAME.fullmatch, names)):
                if match["code"] not in earlier:  # else what is translated is another text, that of the clinic
                    translations.setdefault(match["code"], {}).setdefault(match["language"], folder / match[0])
        known = sorted(procedures)
        return LibraryIndex(
            {code: procedures[code] for code in known}, {code: translations.get(code, {}) for code in known}
        )

    def _find(self, code: str) -> Path | None:
        name = code + _SUFFIX
        if not PROCEDURE_NAME.fullmatch(name):
            return None
        return next((folder / name for folder in self.folders if _holds(folder, name)), None)


class ListedLibrary(Library):
    """A library for one run: its folders are listed once, to suggest codes for any number of unknown ones."""

    def codes(self) -> list[str]:
        """All codes, sorted, as they were when they were first listed."""
        return list(self._codes)

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(super().codes())


def passed_over(folder: Path) -> list[Path]:
    """The files of a folder that nothing reads, though they may be meant as procedures."""
    return [
        path
        for path in entries_of(folder)
        if path.suffix.lower() in {".yaml", ".yml"}
        and not PROCEDURE_NAME.fullmatch(path.name)
        and not TRANSLATION_NAME.fullmatch(path.name)
        and path.name != RISKS
    ]


def load_translation(
    path: Path, snapshot: Snapshot | None = None, *, risk_files: Sequence[Path] | None = None
) -> Translation:
    """Load one translation. Raises InvalidInput with all its problems, or FileAccess."""
    translation, problems = check_translation_file(path, snapshot, risk_files=risk_files)
    if translation is None:
        raise InvalidInput(problems)
    return translation


def check_translation_file(
    path: Path, snapshot: Snapshot | None = None, *, risk_files: Sequence[Path] | None = None
) -> tuple[Translation | None, list[Problem]]:
    """Load one translation and return its problems as data; only FileAccess is raised.

    `risk_files` are as for `check_procedure`.
    """
    from consentkit.model.translation import Translation
    from consentkit.reading.validation import validated

    snapshot = snapshot or Snapshot()
    try:
        source = snapshot.parsed(path)
        known = _known_risks(path, source, str(source.data.get("language", "")), risk_files, snapshot)
    except InvalidInput as error:
        return None, list(error.problems)
    translation, problems = validated(Translation, source, known)
    if translation and path.name != f"{translation.code}.{translation.language}{_SUFFIX}":
        line, column = source.values[("language",)]
        expected = quoted(f"{translation.code}.{translation.language}{_SUFFIX}")
        problems.append(
            Problem(str(path), line, column, "language", f"does not match the file's name; name it {expected}")
        )
    return (None if problems else translation), problems


def load_procedure(
    path: Path,
    *,
    known_clauses: Collection[str] | None = None,
    snapshot: Snapshot | None = None,
    risk_files: Sequence[Path] | None = None,
) -> Procedure:
    """Load one procedure file. Raises InvalidInput with all its problems, or FileAccess."""
    procedure, problems = check_procedure(path, known_clauses=known_clauses, snapshot=snapshot, risk_files=risk_files)
    if procedure is None:
        raise InvalidInput(problems)
    return procedure


def check_procedure(
    path: Path,
    *,
    known_clauses: Collection[str] | None = None,
    snapshot: Snapshot | None = None,
    risk_files: Sequence[Path] | None = None,
) -> tuple[Procedure | None, list[Problem]]:
    """Load one procedure file and return its problems as data; only FileAccess is raised.

    `known_clauses` are the names that the language pack has a clause for; None leaves the names unchecked.
    `risk_files` are where the tables of risks may be; None are that beside the file and the shipped one.
    """
    from consentkit.model.procedure import Procedure
    from consentkit.reading.validation import validated

    snapshot = snapshot or Snapshot()
    try:
        source = snapshot.parsed(path)
        known = _known_risks(path, source, ORIGINAL_LANGUAGE, risk_files, snapshot)
    except InvalidInput as error:
        return None, list(error.problems)
    procedure, problems = validated(Procedure, source, known)
    problems += _code_mismatch(path, source)
    if known_clauses is not None:
        problems += _unknown_clauses(source, known_clauses)
    problems.sort(key=Problem.place)
    return (None if problems else procedure), problems


def _known_risks(
    path: Path, source: YamlFile, language: str, risk_files: Sequence[Path] | None, snapshot: Snapshot
) -> KnownRisks | None:
    """What a text may refer to; None where it refers to nothing. Raises InvalidInput where a table has mistakes."""
    if not refers_to_risks(source.data):
        return None
    if risk_files is None:
        risk_files = Library((shipped("procedures"),)).risk_files(path)
    return known_risks(risk_files, language, snapshot)


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


def entries_of(folder: Path) -> list[Path]:
    """What a folder holds, sorted; nothing where it is missing. Raises FileAccess where it can't be read."""
    return [folder / name for name in _names_of(folder)]


def _names_of(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(folder, error) from error


def _holds(folder: Path, name: str) -> bool:
    """Whether there is anything of this name in a folder. Raises FileAccess where that can't be seen."""
    try:
        os.lstat(folder / name)
    except FileNotFoundError:
        return False
    except OSError as error:  # never "no": the shipped file would take the place of the clinic's own
        raise _unreadable(folder, error) from error
    return True


def _unreadable(folder: Path, error: OSError) -> FileAccess:
    return FileAccess(f"{printable(str(folder))}: can't be read: {reason(error)}")
