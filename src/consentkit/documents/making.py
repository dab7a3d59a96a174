"""One procedure becomes one document.

Guarantees: the result is a complete tagged PDF, or an exception says what is wrong. What must never be missing from the
paper (`safety`) has been found again in the finished file, where it can be seen.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from consentkit._version import __version__
from consentkit.documents.budgets import budget_notices
from consentkit.documents.document import Document
from consentkit.documents.notices import standing_notices
from consentkit.documents.onlooker import DrawnDocument, Onlooker
from consentkit.documents.page import Content, Page, compose
from consentkit.documents.printing import Overseer, assets_of, print_page
from consentkit.documents.safety import require, required_of
from consentkit.errors import RenderingFailed
from consentkit.library.approvals import Approval, Approvals
from consentkit.library.clinic import ClinicFolder
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import Layout, printed_fingerprint
from consentkit.model.translation import Definition
from consentkit.model.words import LanguagePack
from consentkit.pdf.file.xmp import DocumentInfo
from consentkit.pdf.part import Part
from consentkit.problems import listed


@dataclass(frozen=True)
class DocumentSource:
    """Where a document takes everything from but its content and layout."""

    folder: ClinicFolder
    templates: tuple[Path, ...]
    approvals: Approvals
    today: datetime.date
    files: Snapshot = field(default_factory=Snapshot)
    """Reads templates and style sheets."""
    onlooker: Onlooker | None = None


def make_document(content: Content, layout: Layout, source: DocumentSource) -> Document:
    """Make a document.

    Raises RenderingFailed where a template is faulty, a character can't be printed, or the result is not fit to be
    handed out.
    """
    require_whole(content)
    page = compose_page(content, source)
    required = required_of(content, printed_fingerprint(page.content_hash))

    def judge(part: Part) -> None:
        if source.onlooker:
            source.onlooker.when_drawn(DrawnDocument(part.pdf, content.title, page.mark.full))
        require(required, part)

    part = print_page(
        page,
        layout,
        _info(content, page),
        assets_of(source.folder, content),
        source.templates,
        source.files,
        overseer=Overseer(judge, source.onlooker.when_laid_out if source.onlooker else None),
    )
    return Document(
        code=content.definition.code,
        title=content.title,
        language=content.pack.language,
        variant=content.variant,
        layout=layout,
        content_hash=page.content_hash,
        approval_entry=page.approval.model_dump(mode="json") if page.approval else None,
        is_approved=bool(page.approval and not page.approval.is_overdue(source.today)),
        mark=page.mark.full,
        review_note=page.review.printed,
        own_review_note=page.review.own,
        unreviewed=page.review.unreviewed,
        clauses=content.clauses,
        warnings=tuple(standing_notices(content)),
        page_notices=tuple(budget_notices(content, layout, part)),
        review_due=content.definition.review.next,
        part=part,
    )


def compose_page(content: Content, source: DocumentSource) -> Page:
    """Write the page of a document, with its approval if there is one."""
    return compose(
        content,
        source.templates,
        lambda content_hash: _approval_of(content, source.approvals, content_hash),
        source.today,
        "".join(picture.digest for picture in (source.folder.logo, *content.shown) if picture),
        source.files,
    )


def _approval_of(content: Content, approvals: Approvals, content_hash: str) -> Approval | None:
    """The approval of this content; it ends when the text is due for review, whatever was recorded."""
    approval = None if content.stale else approvals.current(content.identity.approved_as, content_hash)
    return approval.ending_by(content.definition.review.next) if approval else None


def require_whole(content: Content) -> None:
    """Raise RenderingFailed where something would be missing from the document unnoticed."""
    require_clauses(content.definition, content.pack)
    if content.variant != "paper":
        return
    if not content.paper.sections:
        raise RenderingFailed(f"{content.identity} says nothing but clauses that the clinic drops; add a section to it")
    if repeated := next(content.paper.labels_of_clauses(content.pack.clauses), None):
        raise RenderingFailed(
            f"{content.identity} has a label or heading that its clause `{repeated[1]}` has, too; word it differently"
        )
    if lost := list(content.paper.missing_above_signatures):  # as the original has it, so a translation lost it
        raise RenderingFailed(f"{content.identity} is signed, but lacks {listed(lost)}; add it to the translation")


def require_clauses(definition: Definition, pack: LanguagePack) -> None:
    """Raise RenderingFailed where the pack lacks a clause that a definition names: it would be missing unnoticed."""
    if lost := [name for name in definition.clauses if name not in pack.clauses]:
        raise RenderingFailed(
            f"{definition.code} needs a clause that the language pack {pack.language} lacks: {listed(lost)}"
        )


def _info(content: Content, page: Page) -> DocumentInfo:
    definition = content.definition
    return DocumentInfo(
        title=content.called,
        language=content.pack.language,
        code=definition.code,
        variant=content.variant,
        edition=definition.review.issued.isoformat(),
        content_hash=page.content_hash,
        particulars=page.particulars,
        publisher=content.clinic.name or "",
        tool=f"consentkit {__version__}",
    )
