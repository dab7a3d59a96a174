"""One procedure becomes one document.

Guarantees: the result is a complete tagged PDF, or an exception says what is wrong. What must never be missing from
the paper (risks, benefits and alternatives) has been found again in the finished file.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from consentkit import __version__
from consentkit.clinic import ClinicFolder, Paper
from consentkit.errors import RenderingFailed
from consentkit.html import LOGO_ASSET, Page, compose, read_style
from consentkit.language import LanguagePack
from consentkit.model import Procedure
from consentkit.pdf.metadata import DocumentInfo
from consentkit.problems import listed, quoted

VARIANT = "consent"


@dataclass(frozen=True)
class Document:
    """A finished document."""

    code: str
    title: str
    language: str
    paper: Paper
    content_hash: str
    """SHA-256 of everything that a patient reads in it; the paper size does not count."""
    pages: int
    pdf: bytes


def make_document(
    procedure: Procedure, folder: ClinicFolder, pack: LanguagePack, paper: Paper, templates: Sequence[Path]
) -> Document:
    """Make the document of a procedure.

    Raises RenderingFailed where a template is faulty, a character can't be printed, or the result is not fit to be
    handed out.
    """
    engine = load_engine()
    _require_clauses(procedure, pack)
    page = compose(procedure, folder.clinic, pack, templates)
    styles = [page.style, read_style(f"paper-{paper}.css", templates)]
    assets = {LOGO_ASSET: folder.logo.data} if folder.logo else {}
    rendered = engine.render(page.html, styles, assets, _info(procedure, folder, pack, page))
    require_texts(procedure.safety_texts(), rendered.pdf)
    return Document(
        code=procedure.code,
        title=procedure.title,
        language=pack.language,
        paper=paper,
        content_hash=page.content_hash,
        pages=rendered.pages,
        pdf=rendered.pdf,
    )


def load_engine() -> ModuleType:
    """Load WeasyPrint, which takes longer than all else together. Raises RenderingFailed where a library is missing."""
    try:
        return import_module("consentkit.pdf.engine")
    except OSError as error:
        raise RenderingFailed(
            "the page engine WeasyPrint lacks a library of the system. On Debian: "
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error


def _require_clauses(procedure: Procedure, pack: LanguagePack) -> None:
    """Raise RenderingFailed where the pack lacks a clause that the procedure asks for: it would be missing unseen."""
    if lost := [name for name in procedure.clauses if name not in pack.clauses]:
        raise RenderingFailed(
            f"{procedure.code} needs a clause that the language pack {pack.language} lacks: {listed(lost)}"
        )


def require_texts(texts: Iterable[str], pdf: bytes) -> None:
    """Raise RenderingFailed unless each text is a paragraph of the PDF, as often as it is given."""
    from consentkit.pdf.reading import tagged_text

    found = Counter(_comparable(element.text) for element in tagged_text(pdf))
    missing = Counter(_comparable(text) for text in texts) - found
    if missing:
        lost = ", ".join(quoted(text) for text in missing)
        raise RenderingFailed(f"the finished page lacks {lost}; a template leaves out what every patient must read")


def _comparable(text: str) -> str:
    """Fold what typesetting may change: kinds of space, and letters composed in another way."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _info(procedure: Procedure, folder: ClinicFolder, pack: LanguagePack, page: Page) -> DocumentInfo:
    return DocumentInfo(
        title=f"{procedure.title} ({procedure.code})",
        language=pack.language,
        code=procedure.code,
        variant=VARIANT,
        edition=procedure.review.issued.isoformat(),
        content_hash=page.content_hash,
        publisher=folder.clinic.name or "",
        tool=f"consentkit {__version__}",
    )
