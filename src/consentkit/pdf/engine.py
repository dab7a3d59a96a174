"""From HTML to PDF: the only place that calls WeasyPrint.

Guarantees: the engine reads nothing but the named assets it is given, neither files nor the network; whatever it
complains of fails the document, and so does text in a font that is not ours; the same input gives the same bytes;
every file is tagged and claims PDF/UA-1 and PDF/A-2a.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from consentkit.errors import RenderingFailed
from consentkit.pdf import fonts
from consentkit.pdf.metadata import DocumentInfo, packet
from consentkit.pdf.tagging import own_tagging
from consentkit.problems import printable

PRODUCER = f"WeasyPrint {weasyprint.__version__}"

_MOST_COMPLAINTS_SHOWN = 5


@dataclass(frozen=True)
class Rendered:
    """A finished PDF file."""

    pdf: bytes
    pages: int


class _AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves named assets from memory, and remembers every other address that was asked for.

    WeasyPrint may swallow the refusal (inside SVG it always does), so the engine's caller looks at `refused`
    afterwards.
    """

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._assets = assets
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url in self._assets:
            return URLFetcherResponse(url, self._assets[url])
        self.refused.append(url)
        raise ValueError("only named assets may be used")


def render(html: str, styles: Sequence[str], assets: Mapping[str, bytes], info: DocumentInfo) -> Rendered:
    """Render a page of HTML. Raises RenderingFailed with everything that is wrong with the result."""
    served = {**fonts.font_assets(), **assets}
    fetcher = _AssetFetcher(served)
    font_config = FontConfiguration()
    with _complaints() as complaints:
        sheets = [
            weasyprint.CSS(string=style, url_fetcher=fetcher, font_config=font_config)
            for style in (fonts.font_rules(), *styles)
        ]
        page = weasyprint.HTML(string=html, url_fetcher=fetcher, media_type="print")
        document = page.render(font_config=font_config, stylesheets=sheets)
        with own_tagging():
            pdf = document.write_pdf(pdf_variant="pdf/a-2a", finisher=_finisher(info))
    _require_no_refusals(fetcher.refused)
    _require_own_fonts(document, html)
    _require_silence(complaints)
    return Rendered(pdf, len(document.pages))


def _finisher(info: DocumentInfo) -> Any:
    """Replace the engine's metadata, which can claim one standard only, by ours."""

    def finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        number = int(pdf.catalog["Metadata"].split()[0])
        stream = pdf.objects[number]
        stream.stream = [packet(info, PRODUCER)]
        stream.compress = False

    return finish


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what the engine logs in this thread as a warning or worse."""
    handler = _Collector(threading.get_ident())
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    before = logger.propagate
    logger.propagate = False  # a message may quote the document
    try:
        yield handler.messages
    finally:
        logger.propagate = before
        logger.removeHandler(handler)


class _Collector(logging.Handler):
    def __init__(self, thread: int) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self._thread = thread

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.messages.append(record.getMessage())


def _require_no_refusals(refused: Sequence[str]) -> None:
    if refused:
        addresses = ", ".join(sorted({printable(url[:200]) for url in refused}))
        raise RenderingFailed(f"the page asks for files or addresses that a document may not use: {addresses}")


def _require_own_fonts(document: weasyprint.Document, html: str) -> None:
    """Fail where a font of the machine has crept in: that happens for characters that our fonts lack."""
    if {font.family for font in document.fonts.values()} <= fonts.FAMILIES:
        return
    missing = [f"{printable(char)} (U+{ord(char):04X})" for char in fonts.unprintable(html)]
    raise RenderingFailed(
        f"the fonts lack these characters: {', '.join(missing)}; write the text without them"
        if missing
        else "the page uses a font that is not shipped with consentkit; take the `font-family` out of the style sheet"
    )


def _require_silence(complaints: Sequence[str]) -> None:
    if complaints:
        shown = [printable(complaint) for complaint in dict.fromkeys(complaints)]
        more = f"\n… and {len(shown) - _MOST_COMPLAINTS_SHOWN} more" if len(shown) > _MOST_COMPLAINTS_SHOWN else ""
        raise RenderingFailed("the page engine complains:\n" + "\n".join(shown[:_MOST_COMPLAINTS_SHOWN]) + more)
