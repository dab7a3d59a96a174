"""What is requested, resolved once: which files, which document of theirs, in which layout.

Guarantees: the same question gives the same value as long as the library is the same; nothing is read but names, and
of a file from elsewhere, where its name does not tell, what kind of definition it is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from consentkit.errors import WrongUse
from consentkit.library.definitions import kind_of_file
from consentkit.library.procedures import Library, entries_of
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import (
    LANGUAGE_PATTERN,
    ORIGINAL_LANGUAGE,
    TRANSLATION_NAMES,
    DefinitionKind,
    Identity,
    Layout,
    Variant,
    kind_of_name,
)


class Sought(NamedTuple):
    """A document that was requested."""

    original: Path
    """The file of the definition."""
    translation: Path | None
    """The file of its translation; None where the language needs none, or where the library has none.

    For a file from elsewhere, it is the name that a translation beside it would have, whether there is one or not.
    """
    risks: tuple[Path, ...]
    """Where the tables of risks may be to which the texts refer."""
    identity: Identity
    layout: Layout
    signers: tuple[str, ...] | None = None
    """Of a paper in a packet, the roles of those who sign at the visit, so that nobody else has a place; None where no
    visit is known. Where there are no roles, it is a copy to read, as there is one of a refusal, too."""

    @property
    def kind(self) -> DefinitionKind:
        """What it is made from."""
        return "paper" if self.identity.variant == "paper" else "procedure"


def find(
    library: Library,
    asked: str | Path,
    language: str,
    variant: Variant,
    layout: Layout,
    snapshot: Snapshot | None = None,
) -> Sought:
    """Resolve a code or name, or the path of a file; that a translation is missing, its reader reports.

    Raises UnknownCode, and WrongUse for a kind of document that there can't be.
    """
    original = locate(library, asked)
    translation = translation_of(library, original, language)
    variant = variant_of(kind_of(library, original, snapshot), original.stem, variant)
    risks = () if variant == "paper" else library.risk_files(original)
    return Sought(original, translation, risks, Identity(original.stem, language, variant), layout)


def kind_of(library: Library, original: Path, snapshot: Snapshot | None = None) -> DefinitionKind:
    """What kind of definition a file is."""
    if original.parent in library.paper_folders:
        return "paper"
    return "procedure" if original.parent in library.folders else kind_of_file(original, snapshot or Snapshot())


def variant_of(kind: DefinitionKind, name: str, variant: Variant) -> Variant:
    """The kind of document that is meant: a paper has one, which need not be named. Raises WrongUse for any other."""
    if kind == "procedure":
        if variant == "paper":
            raise WrongUse(f"{name} is a procedure, of which there is no `paper`; name another kind of document")
        return variant
    if variant not in ("consent", "paper"):
        raise WrongUse(f"{name} is a paper by itself, so there is no `{variant}` of it; leave out the kind of document")
    return "paper"


def locate(library: Library, asked: str | Path) -> Path:
    """The file of a definition. Text with a slash, or that ends in .yaml, is a path; else it is a code or name."""
    if isinstance(asked, Path) or "/" in asked or asked.endswith((".yaml", ".yml")):
        return Path(asked)
    return library.path(asked)


def translation_of(library: Library, original: Path, language: str) -> Path | None:
    """Where the translation of a definition's file is: in the library, or beside a file from elsewhere."""
    if language == ORIGINAL_LANGUAGE:
        return None
    code = original.stem
    if library.has(code) and library.path(code) == original:
        return library.translation(code, language)
    return original.with_suffix(f".{language}.yaml") if re.fullmatch(LANGUAGE_PATTERN, language) else None


def translations_of(library: Library, original: Path) -> dict[str, Path]:
    """All translations of a file, by language: those of the library, or those beside a file from elsewhere."""
    code = original.stem
    if library.has(code) and library.path(code) == original:
        return dict(library.index().translations[code])
    names = (TRANSLATION_NAMES[kind_of_name(code)].fullmatch(path.name) for path in entries_of(original.parent))
    return {match["language"]: original.parent / match[0] for match in names if match and match["code"] == code}
