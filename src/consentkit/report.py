"""Results as text and as JSON: one form of each, for every command.

Guarantees: nothing here prints; the JSON forms hold only plain values and keep their keys from version to version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from consentkit.document import VARIANT, Document
from consentkit.html import printed_fingerprint
from consentkit.problems import Problem


def as_json(value: Any) -> str:
    """Write one JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def problem_entry(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "severity": problem.severity,
        "message": problem.message,
    }


def document_entry(document: Document, file: str) -> dict[str, Any]:
    """A finished document as plain data."""
    return {
        "code": document.code,
        "title": document.title,
        "language": document.language,
        "variant": VARIANT,
        "paper": document.paper,
        "file": file,
        "pages": document.pages,
        "bytes": len(document.pdf),
        "content_hash": document.content_hash,
        "approved": False,
    }


def document_line(document: Document, file: str) -> str:
    """A finished document as a sentence for a person."""
    fingerprint = printed_fingerprint(document.content_hash)
    return f"{file}: {document.title}, {document.pages} pages, draft, fingerprint {fingerprint}"


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
