"""PDF files of other people, judged and made harmless before they go into a packet.

Guarantees: what `accept` returns holds pages to be looked at and read out, and nothing that acts, asks, fetches, hides
or was damaged; the judging can neither hang nor fill the memory. What could be lost on the way is refused, with what to
do instead; what a file claims of itself is passed on only where the rewritten file bears it out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

from pypdf.generic import DictionaryObject, StreamObject, TextStringObject

from consentkit.errors import ConsentkitError, InvalidInput, RenderingFailed
from consentkit.isolation import Limits, run_limited
from consentkit.pdf.compiling import compile_part
from consentkit.pdf.extra import inert
from consentkit.pdf.extra.drawing import Unsound
from consentkit.pdf.extra.judging import DAMAGED, REMEDY, TOO_LARGE, Judged, Refused, complaints, judge
from consentkit.pdf.extra.streams import Budget, TooLarge, peeled
from consentkit.pdf.extra.values import resolved
from consentkit.pdf.pagetext import PageTexts
from consentkit.pdf.reading import UnreadablePdf, readable_text
from consentkit.problems import Problem

MOST_BYTES = 20 * 1024**2
_LIMITS = Limits(seconds=60, memory=2 * 1024**3)
_LONGEST_TITLE = 200


@dataclass(frozen=True)
class ForeignPdf:
    """A PDF file of somebody else, rewritten."""

    name: str
    """The file as the user named it."""
    pdf: bytes
    pages: int
    is_tagged: bool
    """Whether it has a structure tree, which agrees with its pages."""
    claims_accessibility: bool
    """Whether it said of itself that it conforms to PDF/UA-1, and nothing that was seen speaks against it."""
    claims_archive: bool
    """Whether it said that it conforms to PDF/A-1a or PDF/A-2a, for colours that a packet can have."""
    title: str | None
    """What it calls itself; not to be trusted with more than being shown."""


def accept(name: str, data: bytes) -> ForeignPdf:
    """Judge and rewrite a file. Raises InvalidInput with everything that was found."""
    if not data:
        raise _invalid(name, ["is empty; use a PDF file"])
    if len(data) > MOST_BYTES:
        raise _invalid(name, [f"has more than {MOST_BYTES // 1024**2} MB; save it in a smaller size or split it"])
    if not data.startswith(b"%PDF-"):
        raise _invalid(name, ["is no PDF file; print or export it as PDF and use that"])
    try:
        return run_limited(_accepted, name, data, limits=_LIMITS)
    except RenderingFailed as error:
        finding = f"could not be read within {_LIMITS.seconds} seconds and 2 GB of memory; {REMEDY}"
        raise _invalid(name, [finding]) from error


def _invalid(name: str, findings: list[str]) -> InvalidInput:
    return InvalidInput([Problem(name, None, None, "", finding) for finding in findings])


def _accepted(name: str, data: bytes) -> ForeignPdf:
    try:
        judged = judge(data)
        rewritten = inert.rewrite(judged)
        _require_readable(judge(rewritten.pdf))  # what we pass on must stand before the same judge
        _require_linkable(rewritten.pdf)
        return _described(name, judged, rewritten)
    except Refused as error:
        raise _invalid(name, error.findings) from error
    except TooLarge as error:
        raise _invalid(name, [TOO_LARGE]) from error
    except (ConsentkitError, MemoryError):
        raise
    except Exception as error:  # pypdf raises whatever a damaged file makes it stumble over
        raise _invalid(name, [DAMAGED]) from error


def _require_readable(judged: Judged) -> None:
    """Raise whatever pypdf raises where the text can't be read back, as whoever checks a packet will want to."""
    with complaints():
        for page in judged.reader.pages:
            page.extract_text()


def _require_linkable(pdf: bytes) -> None:
    """Raise Refused where a file can't be put into a packet, or the packet not be read back with it."""
    try:
        compile_part(pdf)
        PageTexts().read(pdf)
    except ValueError as error:
        raise Refused([DAMAGED]) from error


def _described(name: str, judged: Judged, rewritten: inert.Inert) -> ForeignPdf:
    metadata = _metadata(judged)
    is_readable = rewritten.is_tagged and _is_readable(rewritten.pdf)
    return ForeignPdf(
        name=name,
        pdf=rewritten.pdf,
        pages=len(judged.pages),
        is_tagged=rewritten.is_tagged,
        claims_accessibility=is_readable and rewritten.is_wholly_tagged and _said(metadata, "pdfuaid:part") == "1",
        claims_archive=(
            rewritten.is_tagged
            and _said(metadata, "pdfaid:part") in ("1", "2")
            and _said(metadata, "pdfaid:conformance") == "A"
            and inert.colour_components(judged) in (None, 1, 3)
        ),
        title=_title(judged, metadata),
    )


def _is_readable(pdf: bytes) -> bool:
    try:
        return bool(readable_text(pdf).strip())
    except UnreadablePdf:
        return False


def _metadata(judged: Judged) -> str:
    """The metadata packet, as text; empty where there is none."""
    stream = resolved(judged.catalog.get("/Metadata"))
    if not isinstance(stream, StreamObject):
        return ""
    content = peeled(stream, Budget())
    if content.filters:
        raise Unsound("metadata in the form of a picture")
    return content.data.decode("utf-8", "replace")


def _said(metadata: str, name: str) -> str:
    """The value of a property, which stands in an element or an attribute."""
    found = re.search(rf"""<{name}>\s*([^<]*?)\s*</|\b{name}\s*=\s*["']\s*([^"']*?)\s*["']""", metadata)
    return (found[1] or found[2] or "") if found else ""


_XMP_TITLE = re.compile(r"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]*>([^<]*)</rdf:li>")


def _title(judged: Judged, metadata: str) -> str | None:
    found = _XMP_TITLE.search(metadata)
    if found and (title := _one_line(unescape(found[1]))):
        return title
    info = resolved(judged.reader.trailer.get("/Info"))
    value = resolved(info.get("/Title")) if isinstance(info, DictionaryObject) else None
    return (_one_line(value) or None) if isinstance(value, TextStringObject) else None


def _one_line(text: str) -> str:
    """A foreign text, without what is invisible or steers a terminal."""
    visible = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(visible.split())[:_LONGEST_TITLE].strip()
