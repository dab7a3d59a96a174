"""Finished documents and parts as bytes that can be kept.

Guarantees: what comes back is what was kept; bytes in another form, as an earlier version may have written them, give
None, so that the document is made again. Nothing of a patient is in it.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict
from typing import Any

from consentkit.documents.document import Document
from consentkit.model.identity import Layout
from consentkit.pdf.part import Corners, Flaw, Part, Slot

_FORM = 3


def pack_part(part: Part, about: dict[str, Any] | None = None) -> bytes:
    """Write a part as bytes, with anything else that can be JSON."""
    slots = [[slot.name, slot.kind, slot.page, list(slot.corners), slot.element, slot.widget] for slot in part.slots]
    flaws = [[flaw.kind, flaw.page, flaw.about] for flaw in part.flaws]
    head = {"form": _FORM, "pages": part.pages, "slots": slots, "flaws": flaws, "about": about or {}}
    return json.dumps(head).encode() + b"\n" + part.pdf


def unpack_part(data: bytes | None) -> tuple[Part, dict[str, Any]] | None:
    """Read what `pack_part` wrote."""
    head, _, pdf = (data or b"").partition(b"\n")
    try:
        entries = json.loads(head)
        if entries["form"] != _FORM:
            return None
        slots = tuple(
            Slot(name, kind, page, Corners(*corners), element, widget)
            for name, kind, page, corners, element, widget in entries["slots"]
        )
        flaws = tuple(Flaw(*flaw) for flaw in entries["flaws"])
        return Part(pdf, entries["pages"], slots, flaws), entries["about"]
    except (ValueError, KeyError, TypeError):
        return None


def pack_document(document: Document) -> bytes:
    """Write a document as bytes."""
    about = {
        "code": document.code,
        "title": document.title,
        "language": document.language,
        "variant": document.variant,
        "layout": asdict(document.layout),
        "content_hash": document.content_hash,
        "approval_entry": dict(document.approval_entry) if document.approval_entry else None,
        "is_approved": document.is_approved,
        "mark": document.mark,
        "review_note": document.review_note,
        "own_review_note": document.own_review_note,
        "unreviewed": document.unreviewed,
        "clauses": dict(document.clauses),
        "warnings": list(document.warnings),
        "page_notices": list(document.page_notices),
        "review_due": document.review_due.isoformat(),
    }
    return pack_part(document.part, about)


def unpack_document(data: bytes | None) -> Document | None:
    """Read what `pack_document` wrote."""
    kept = unpack_part(data)
    if kept is None:
        return None
    part, about = kept
    try:
        about["layout"] = Layout(**about["layout"])
        about["warnings"] = tuple(about["warnings"])
        about["page_notices"] = tuple(about["page_notices"])
        about["review_due"] = datetime.date.fromisoformat(about["review_due"])
        return Document(part=part, **about)
    except (ValueError, KeyError, TypeError):
        return None
