"""One procedure becomes one document.

Guarantees: the result is a complete tagged PDF, or an exception says what is wrong. What must never be missing from the
paper (`safety`) has been found again in the finished file, where it can be seen.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

from consentkit._version import __version__
from consentkit.documents.document import Document as Document  # noqa: PLC0414 - what is made here, and how it is laid out
from consentkit.documents.notices import standing_notices
from consentkit.documents.page import (
    LARGE_STYLE_SHEET,
    LOGO_ASSET,
    USUAL_STYLE_SHEET,
    Content,
    Page,
    compose,
    read_style,
    style_path,
)
from consentkit.documents.safety import require_texts, safety_texts
from consentkit.documents.template_places import naming_templates
from consentkit.errors import RenderingFailed
from consentkit.library.approvals import Approvals
from consentkit.library.clinic import ClinicFolder
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import Layout as Layout  # noqa: PLC0414
from consentkit.model.identity import printed_fingerprint
from consentkit.model.procedure import Procedure
from consentkit.model.words import LanguagePack
from consentkit.pdf.file.xmp import DocumentInfo
from consentkit.problems import listed
from consentkit.processes.forking import no_fork

_ENGINE = "consentkit.pdf.render.engine"


@dataclass(frozen=True)
class DocumentSource:
    """Where a document takes everything from but its content and layout."""

    folder: ClinicFolder
    templates: tuple[Path, ...]
    approvals: Approvals
    today: datetime.date
    files: Snapshot = field(default_factory=Snapshot)
    """Reads templates and style sheets."""


def make_document(content: Content, layout: Layout, source: DocumentSource) -> Document:
    """Make a document.

    Raises RenderingFailed where a template is faulty, a character can't be printed, or the result is not fit to be
    handed out.
    """
    engine = load_engine()
    require_clauses(content.procedure, content.pack)
    page = compose_page(content, source)
    assets = {LOGO_ASSET: source.folder.logo.data} if source.folder.logo else {}
    styles = [page.style, *layout_styles(layout, source.templates, source.files)]
    with naming_templates((*page.templates, *layout_style_paths(layout, source.templates))):
        rendered = engine.render(
            page.html, styles, assets, _info(content, page), fillable=layout.fillable, paper=layout.paper
        )
        require_texts(safety_texts(content, printed_fingerprint(page.content_hash)), rendered.pdf)
    return Document(
        code=content.procedure.code,
        title=content.title,
        language=content.pack.language,
        variant=content.variant,
        layout=layout,
        content_hash=page.content_hash,
        approval_entry=page.approval.model_dump(mode="json") if page.approval else None,
        is_approved=bool(page.approval and not page.approval.is_overdue(source.today)),
        mark=page.mark,
        clauses=content.clauses,
        warnings=tuple(standing_notices(content)),
        review_due=content.procedure.review.next,
        part=rendered,
    )


def compose_page(content: Content, source: DocumentSource) -> Page:
    """Write the page of a document, with its approval if there is one."""
    return compose(
        content,
        source.templates,
        lambda content_hash: (
            None if content.stale else source.approvals.current(content.identity.approved_as, content_hash)
        ),
        source.today,
        source.folder.logo.digest if source.folder.logo else "",
        source.files,
    )


def load_engine() -> ModuleType:
    """Load WeasyPrint, which takes longer than all else together. Raises RenderingFailed where a library is missing."""
    if _ENGINE in sys.modules:  # most often, and then there is nothing to guard
        return import_module(_ENGINE)
    from consentkit.pdf.render.libraries import without_search

    try:
        with no_fork(), without_search():
            return import_module(_ENGINE)
    except OSError as error:
        raise RenderingFailed(
            "the page engine WeasyPrint lacks a library of the system. On Debian: "
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error


def require_clauses(procedure: Procedure, pack: LanguagePack) -> None:
    """Raise RenderingFailed where the pack lacks a clause that the procedure names: it would be missing unnoticed."""
    if lost := [name for name in procedure.clauses if name not in pack.clauses]:
        raise RenderingFailed(
            f"{procedure.code} needs a clause that the language pack {pack.language} lacks: {listed(lost)}"
        )


def layout_styles(layout: Layout, templates: Sequence[Path], files: Snapshot | None = None) -> Iterator[str]:
    """The style sheets that a layout adds to that of every page."""
    return (read_style(name, templates, files) for name in _layout_style_names(layout))


def layout_style_paths(layout: Layout, templates: Sequence[Path]) -> Iterator[Path]:
    """The files of these style sheets."""
    return (style_path(name, templates) for name in _layout_style_names(layout))


def _layout_style_names(layout: Layout) -> Iterator[str]:
    yield f"paper-{layout.paper}.css"
    yield LARGE_STYLE_SHEET if layout.large_print else USUAL_STYLE_SHEET


def _info(content: Content, page: Page) -> DocumentInfo:
    procedure = content.procedure
    return DocumentInfo(
        title=f"{content.title} ({procedure.code})",
        language=content.pack.language,
        code=procedure.code,
        variant=content.variant,
        edition=procedure.review.issued.isoformat(),
        content_hash=page.content_hash,
        publisher=content.clinic.name or "",
        tool=f"consentkit {__version__}",
    )
