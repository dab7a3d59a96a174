"""Pages for the engine that hold one thing."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pikepdf

from consentkit.pdf.file.xmp import DocumentInfo
from consentkit.pdf.render import engine

STYLE = 'html { font-family: "consentkit body", "consentkit wide"; }'


INFO = DocumentInfo("A page", "en", "TEST-1", "consent", "2026-01-01", "0" * 64)


def render(body: str, style: str = "", *, head: str = "", assets: Mapping[str, bytes] | None = None) -> bytes:
    html = (
        f'<!doctype html><html lang="en"><head><title>A page</title>{head}</head><body><p>Text</p>{body}</body></html>'
    )
    return engine.render(html, [STYLE, style], assets or {}, INFO).pdf


def font_names(pdf: bytes) -> set[str]:
    """The names of all fonts of a PDF: of descriptors and of what refers to them."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        dictionaries = [item for item in document.objects if isinstance(item, pikepdf.Dictionary)]
        named = [item.get(key) for item in dictionaries for key in ("/FontName", "/BaseFont")]
    return {str(name) for name in named if name is not None}
