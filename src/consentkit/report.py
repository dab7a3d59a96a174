"""Results as text and as JSON: one form of each, for every command.

Guarantees: nothing here prints; the JSON forms hold only plain values and keep their keys from version to version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from consentkit.approvals import Approval
from consentkit.document import Document
from consentkit.html import printed_fingerprint


def as_json(value: Any) -> str:
    """Write one JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def document_entry(document: Document, file: str) -> dict[str, Any]:
    """A finished document as plain data."""
    return {
        "code": document.code,
        "title": document.title,
        "language": document.language,
        "variant": document.variant,
        "paper": document.layout.paper,
        "large_print": document.layout.large_print,
        "fillable": document.layout.fillable,
        "file": file,
        "pages": document.pages,
        "bytes": len(document.pdf),
        "content_hash": document.content_hash,
        "clauses": [{"name": name, "why": why} for name, why in document.clauses.items()],
        "approved": document.is_approved,
        "approval": approval_entry(document.approval) if document.approval else None,
    }


def approval_entry(approval: Approval) -> dict[str, Any]:
    """An approval as plain data."""
    return approval.model_dump(mode="json")


def document_line(document: Document, file: str) -> str:
    """A finished document as a sentence for a person."""
    fingerprint = printed_fingerprint(document.content_hash)
    state = f"edition {document.approval.edition}" if document.is_approved and document.approval else "draft"
    return f"{file}: {document.title}, {document.pages} pages, {state}, fingerprint {fingerprint}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 problem`, `2 problems`, `no problems`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Columns of text, aligned; the last one is not padded."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
