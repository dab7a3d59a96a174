"""What is requested, resolved once: which files, which document of theirs, in which layout.

Guarantees: the same question gives the same value as long as the library is the same; nothing is read but names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from consentkit.library.procedures import Library
from consentkit.model.identity import LANGUAGE_PATTERN, ORIGINAL_LANGUAGE, Identity, Layout, Variant


@dataclass(frozen=True)
class Sought:
    """A document that was requested."""

    original: Path
    """The file of the procedure."""
    translation: Path | None
    """The file of its translation; None where the language needs none, or where the library has none.

    For a file from elsewhere, it is the name that a translation beside it would have, whether there is one or not.
    """
    risks: tuple[Path, ...]
    """Where the tables of risks may be to which the texts refer."""
    identity: Identity
    layout: Layout


def find(library: Library, asked: str | Path, language: str, variant: Variant, layout: Layout) -> Sought:
    """Resolve a code, or the path of a file. Raises UnknownCode; that a translation is missing, its reader reports."""
    original = locate(library, asked)
    translation = translation_of(library, original, language)
    identity = Identity(original.stem, language, variant)
    return Sought(original, translation, library.risk_files(original), identity, layout)


def locate(library: Library, asked: str | Path) -> Path:
    """The file of a procedure. Text with a slash, or that ends in .yaml, is a path; anything else is a code."""
    if isinstance(asked, Path) or "/" in asked or asked.endswith((".yaml", ".yml")):
        return Path(asked)
    return library.path(asked)


def translation_of(library: Library, original: Path, language: str) -> Path | None:
    """Where the translation of a procedure's file is: in the library, or beside a file from elsewhere."""
    if language == ORIGINAL_LANGUAGE:
        return None
    code = original.stem
    if library.has(code) and library.path(code) == original:
        return library.translation(code, language)
    return original.with_suffix(f".{language}.yaml") if re.fullmatch(LANGUAGE_PATTERN, language) else None
