"""Which documents a definition can have, and the names of their files.

A definition is a procedure, which is known by its code, or a paper, which is known by its name.

Guarantees: two documents that differ in any way have different files; no heavy module is loaded to distinguish them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit.model.kinds import FORMER_VARIANTS as FORMER_VARIANTS  # noqa: PLC0414 - a part of which documents there are
from consentkit.model.kinds import PAPER_SIZES as PAPER_SIZES  # noqa: PLC0414
from consentkit.model.kinds import VARIANTS as VARIANTS  # noqa: PLC0414
from consentkit.model.kinds import DefinitionKind as DefinitionKind  # noqa: PLC0414
from consentkit.model.kinds import PaperSize as PaperSize  # noqa: PLC0414
from consentkit.model.kinds import ProcedureVariant as ProcedureVariant  # noqa: PLC0414
from consentkit.model.kinds import Variant as Variant  # noqa: PLC0414
from consentkit.model.kinds import complaint_of_former_variant as complaint_of_former_variant  # noqa: PLC0414
from consentkit.reading.paths import is_file, require_no_link

DEFINITION_FOLDERS: dict[DefinitionKind, str] = {"procedure": "procedures", "paper": "papers"}
"""The folder of each kind of definition: in a clinic's folder, and as it is shipped."""

_APPROVED_WITH: dict[Variant, Variant] = {"information": "consent", "form": "consent"}
"""Kinds that have no approval of their own, each with the kind whose approval counts: what they say is one text."""
_ONE_TEXT: tuple[Variant, ...] = (*_APPROVED_WITH, "consent")
"""These with that kind: they share a hash."""

TEMPLATE_ENDINGS = (".html", ".htm", ".css", ".yaml", ".yml", ".txt", ".jinja", ".j2")
"""The endings of the files that count in a folder of templates, and that a template may include."""

LANGUAGES = "languages"
"""The folder of language packs in a folder of templates."""


def is_template(steps: Sequence[str]) -> bool:
    """Whether a path in a folder of templates, step by step, is that of a template.

    Leftovers of editors, office programs and file managers are not: `.~lock.x.html#`, `~$x.html`, `x.html~`, `.x.swp`.
    """
    return bool(steps) and steps[-1].endswith(TEMPLATE_ENDINGS) and not any(step[:1] in ".~#" for step in steps)


def template_files(folder: Path) -> list[Path]:
    """Every file of a folder of templates that may be part of a page, those in folders within it too.

    Raises FileAccess where the folder of language packs is a link: no template is reached through one, and what changes
    behind it would not be noticed.
    """
    require_no_link(folder / LANGUAGES)
    # Walking is four times as fast as `rglob`, and this is done for each visit.
    paths: list[Path] = []
    for here, _, names in os.walk(folder):
        parent = Path(here)
        steps = parent.parts[len(folder.parts) :]
        paths += (parent / name for name in names if is_template((*steps, name)))
    return sorted(filter(is_file, paths), key=lambda path: path.parts)


PARTICULARS = "clinic.yaml"
"""The file by which a clinic's folder is known."""

RISKS = "risks.yaml"
"""The file of the risks that procedures share, beside the procedures."""

SERVICES = "services.yaml"
"""The file of a clinic that names its services."""

APPROVALS = "approvals.yaml"
"""The file of a clinic in which approvals are recorded."""

APPROVED_TEXTS = "approved"
"""The folder of a clinic in which the approved texts are kept."""

LARGEST_LIST = 1024 * 1024
"""The most bytes of a service list: several thousand services that all differ."""

CODE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{0,15}$"
"""The form of a procedure's code."""

PAPER_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""The form of a paper's name: words in small letters, joined by hyphens. It is never that of a code."""

LONGEST_PAPER_NAME = 40
"""The most characters of a paper's name."""

NO_PAPER_NAMES = ("clinic", "services", "approvals", "risks", "clauses")
"""Names that no paper has, since files of these names are something else."""

PICTURE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""The form of the name of a picture's file: no folder is part of it."""

CLAUSE_PATTERN = r"^[a-z][a-z0-9_]{0,40}$"
"""The form of a clause's name."""

LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"
"""How BCP 47 writes a language: en, es, zh-Hant, es-MX."""

_PATTERNS: dict[DefinitionKind, str] = {
    "procedure": CODE_PATTERN[1:-1],
    "paper": rf"(?![a-z0-9-]{{{LONGEST_PAPER_NAME + 1}}}){PAPER_PATTERN[1:-1]}",
}
"""The forms of codes and names. No text has both."""

NAME_PATTERN = rf"^(?:{'|'.join(_PATTERNS.values())})$"
"""The form of what a text is known by: the code of a procedure, or the name of a paper."""

DEFINITION_NAMES = {kind: re.compile(rf"(?P<code>{pattern})\.yaml") for kind, pattern in _PATTERNS.items()}
"""How the file of a definition of each kind is named."""

TRANSLATION_NAMES = {
    kind: re.compile(rf"(?P<code>{pattern})\.(?P<language>{LANGUAGE_PATTERN[1:-1]})\.yaml")
    for kind, pattern in _PATTERNS.items()
}
"""How the file of a translation is named, beside its definition."""


DEFINITION_ENDING = ".yaml"
"""The ending of the file of a definition."""


def kind_of_name(name: str) -> DefinitionKind:
    """What kind of definition a code or name belongs to."""
    return "paper" if re.fullmatch(_PATTERNS["paper"], name) else "procedure"


CLAUSES_NAME = re.compile(rf"clauses\.(?P<language>{LANGUAGE_PATTERN[1:-1]})\.yaml")
"""How the file is named in which a clinic changes the clauses of a language."""


def clause_file(folder: Path, language: str) -> Path:
    """The file in which a clinic changes the clauses of a language."""
    return folder / f"clauses.{language}.yaml"


ORIGINAL_LANGUAGE = "en"
"""The language in which procedures are written first; others are translations."""


def approved_kind(variant: Variant) -> Variant:
    """The kind of document whose approval counts for this kind."""
    return _APPROVED_WITH.get(variant, variant)


def kinds_of_text(variant: Variant) -> tuple[Variant, ...]:
    """The kinds whose pages the hash of a text covers, for a text that is printed as this kind."""
    return _ONE_TEXT if approved_kind(variant) == "consent" else (variant,)


@dataclass(frozen=True)
class Identity:
    """Which document: the same definition gives one for each language and variant."""

    code: str
    """The code of the procedure, or the name of the paper."""
    language: str
    variant: Variant

    def __str__(self) -> str:
        return f"{self.code} ({self.language}, {self.variant})"

    @property
    def approved_as(self) -> Identity:
        """The document whose approval counts for this one: itself, or the consent that it is a part of."""
        return Identity(self.code, self.language, approved_kind(self.variant))


@dataclass(frozen=True)
class Layout:
    """How a document is laid out: none of this changes its text."""

    paper: PaperSize = "letter"
    large_print: bool = False
    """Whether it is set in 18 points, in one column."""
    fillable: bool = False
    """Whether it has form fields."""


def file_name(identity: Identity, layout: Layout, default_paper: PaperSize) -> str:
    """The name of a document's file: the code, and then only what is not the default."""
    parts = (
        identity.code,
        "" if identity.language == ORIGINAL_LANGUAGE else identity.language,
        "" if identity.variant in ("consent", "paper") else identity.variant,
        "" if layout.paper == default_paper else layout.paper,
        "large" if layout.large_print else "",
        "fillable" if layout.fillable else "",
        "pdf",
    )
    return ".".join(part for part in parts if part)


def printed_fingerprint(content_hash: str) -> str:
    """The first 48 bits of a content hash in three groups: short enough to read out over the telephone."""
    return " ".join(content_hash[index : index + 4] for index in (0, 4, 8))
