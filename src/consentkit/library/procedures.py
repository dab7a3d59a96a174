"""Finding definitions: procedures by their codes, papers by their names.

Guarantees: a code or name leads to one file, a clinic's own before the shipped one; nothing is remembered between
calls; finding loads neither the model nor a parser, and finding one file takes no longer in a library of thousands.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consentkit.errors import FileAccess, UnknownCode, WrongUse, reason
from consentkit.library.risks import risk_files
from consentkit.model.identity import (
    DEFINITION_ENDING,
    DEFINITION_NAMES,
    RISKS,
    TRANSLATION_NAMES,
    DefinitionKind,
    kind_of_name,
)
from consentkit.problems import did_you_mean, listed, printable, quoted

if TYPE_CHECKING:
    from consentkit.model.procedure import Procedure


class LibraryIndex(NamedTuple):
    """What the folders of a library hold, each listed once."""

    procedures: Mapping[str, Path]
    """The file of each code, in the order of the codes."""
    papers: Mapping[str, Path]
    """The file of each paper, in the order of the names."""
    translations: Mapping[str, Mapping[str, Path]]
    """By code or name, and language: the translations beside a definition, and a clinic's own before these."""

    @property
    def definitions(self) -> dict[str, Path]:
        """The file of each definition."""
        return {**self.procedures, **self.papers}


@dataclass(frozen=True)
class Library:
    """Folders of definitions; where two hold the same code or name, the first one counts."""

    folders: tuple[Path, ...]
    """Those of procedures."""
    paper_folders: tuple[Path, ...] = ()
    """Those of papers."""

    def codes(self) -> list[str]:
        """All codes, sorted."""
        return list(self._listed("procedure")[0])

    def papers(self) -> list[str]:
        """The names of all papers, sorted."""
        return list(self._listed("paper")[0])

    def names(self) -> list[str]:
        """All codes, and then the names of all papers."""
        return [*self.codes(), *self.papers()]

    def has(self, code: str) -> bool:
        """Whether there is a procedure of this code, or a paper of this name."""
        return self._find(code) is not None

    def path(self, code: str) -> Path:
        """The file of a code or name.

        Raises UnknownCode, with the nearest known one, where there is none; WrongUse where a procedure and a paper
        differ only in capital letters.
        """
        if path := self._find(code):
            self._require_own_name(code)
            return path
        what = "no procedure has the code" if kind_of_name(code) == "procedure" else "no paper has the name"
        near = self._longer(code) or did_you_mean(code, self.names()) or "; `consentkit list` shows all of them"
        raise UnknownCode(f"{what} {quoted(code)}{near}")

    def _longer(self, code: str) -> str:
        """Where several names begin with what was typed, all of them: it is not known which one is meant."""
        names = [name for name in self.names() if name.casefold().startswith(code.casefold())] if code else []
        return f"; {listed(names)} begin with that" if len(names) > 1 else ""

    def _require_own_name(self, code: str) -> None:
        """What is made of two names that differ in capitals would be one file on the disks of macOS and Windows."""
        twin = code.upper() if code.islower() else code.lower()
        if twin != code and (other := self._find(twin)):
            raise WrongUse(
                f"{printable(str(other))}: {quoted(twin)} and {quoted(code)} differ only in capital letters, so that "
                "their documents would have one file on many computers; rename the paper"
            )

    def paths(self, code: str) -> list[Path]:
        """Every file of a code or name: the one that counts, and then those that it replaces."""
        name = code + DEFINITION_ENDING
        kind = _kind(name)
        return [folder / name for folder in self._folders(kind) if _holds(folder, name)] if kind else []

    def procedure(self, code: str) -> Procedure:
        """Load the procedure of a code."""
        from consentkit.library.definitions import load_procedure

        path = self.path(code)
        return load_procedure(path, risk_files=self.risk_files(path))

    def risk_files(self, procedure: Path | None = None) -> tuple[Path, ...]:
        """Where the tables of risks may be to which a procedure refers; where several have a key, the first counts.

        For a procedure from elsewhere, that is the table beside it.
        """
        return risk_files(self.folders, procedure.parent if procedure else None)

    def translation(self, code: str, language: str) -> Path | None:
        """The translation of a definition: that beside it, and a clinic's own before this one."""
        name = f"{code}.{language}{DEFINITION_ENDING}"
        original = self.path(code)
        kind = _kind(original.name)
        if kind is None or not TRANSLATION_NAMES[kind].fullmatch(name):
            return None
        folders = self._folders(kind)
        own = folders.index(original.parent)
        return next((folder / name for folder in folders[: own + 1] if _holds(folder, name)), None)

    def index(self) -> LibraryIndex:
        """All definitions and translations, as the folders are now."""
        procedures, translations = self._listed("procedure")
        papers, translations_of_papers = self._listed("paper")
        return LibraryIndex(procedures, papers, {**translations, **translations_of_papers})

    def _listed(self, kind: DefinitionKind) -> tuple[dict[str, Path], dict[str, dict[str, Path]]]:
        """The definitions of a kind, and the translations of each by language."""
        originals: dict[str, Path] = {}
        translations: dict[str, dict[str, Path]] = {}
        for folder in self._folders(kind):
            names = _names_of(folder)
            own = [*filter(None, map(DEFINITION_NAMES[kind].fullmatch, names))]
            earlier = set(originals)
            originals |= {match["code"]: folder / match[0] for match in own if match["code"] not in earlier}
            for match in filter(None, map(TRANSLATION_NAMES[kind].fullmatch, names)):
                if match["code"] not in earlier:  # else what is translated is another text, that of the clinic
                    translations.setdefault(match["code"], {}).setdefault(match["language"], folder / match[0])
        known = sorted(originals)
        return {code: originals[code] for code in known}, {code: translations.get(code, {}) for code in known}

    def _folders(self, kind: DefinitionKind) -> tuple[Path, ...]:
        return self.paper_folders if kind == "paper" else self.folders

    def _find(self, code: str) -> Path | None:
        name = code + DEFINITION_ENDING
        kind = _kind(name)
        if kind is None:
            return None
        return next((folder / name for folder in self._folders(kind) if _holds(folder, name)), None)


def _kind(name: str) -> DefinitionKind | None:
    """What kind of definition a file of this name is; None for any other file."""
    return next((kind for kind, names in DEFINITION_NAMES.items() if names.fullmatch(name)), None)


class ListedLibrary(Library):
    """A library for one run: its folders are listed once, to suggest codes for any number of unknown ones."""

    def codes(self) -> list[str]:
        """All codes, sorted, as they were when they were first listed."""
        return list(self._codes)

    def papers(self) -> list[str]:
        """The names of all papers, sorted, as they were when they were first listed."""
        return list(self._papers)

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(super().codes())

    @cached_property
    def _papers(self) -> tuple[str, ...]:
        return tuple(super().papers())


def passed_over(folder: Path, kind: DefinitionKind = "procedure") -> list[Path]:
    """The files of a folder that nothing reads, though they may be meant as definitions of a kind."""
    return [
        path
        for path in entries_of(folder)
        if path.suffix.lower() in {".yaml", ".yml"}
        and not DEFINITION_NAMES[kind].fullmatch(path.name)
        and not TRANSLATION_NAMES[kind].fullmatch(path.name)
        and not (kind == "procedure" and path.name == RISKS)
    ]


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
