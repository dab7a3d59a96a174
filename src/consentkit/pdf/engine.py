"""From HTML to PDF: the only place that calls WeasyPrint.

Guarantees: the engine reads nothing but the named assets it is given, neither files nor the network; whatever it
complains of fails the document, and so does text in a font that is not ours; the same input gives the same bytes;
every file is tagged and claims PDF/UA-1 and PDF/A-2a.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse, URLFetchingError

from consentkit.errors import RenderingFailed
from consentkit.pdf import fonts
from consentkit.pdf.metadata import DocumentInfo, packet
from consentkit.pdf.seal import seal
from consentkit.pdf.tagging import own_tagging
from consentkit.problems import printable

PRODUCER = f"WeasyPrint {weasyprint.__version__}"

_MOST_COMPLAINTS_SHOWN = 5
_STREAM_END = b"\nendstream\nendobj"


@dataclass(frozen=True)
class Rendered:
    """A finished PDF file."""

    pdf: bytes
    pages: int


class _AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves named assets from memory, and remembers every other address that was asked for.

    WeasyPrint may swallow the refusal (inside SVG it always does), so `refusals` raises it at the end.
    """

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._assets = assets
        self._refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url in self._assets:
            return URLFetcherResponse(url, self._assets[url])
        self._refused.append(url)
        raise ValueError("only named assets may be used")

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Raise RenderingFailed where an address was refused, whatever became of the refusal in between."""
        try:
            yield
        except URLFetchingError:  # not swallowed: a colour profile
            self._require_none()
            raise
        self._require_none()

    def _require_none(self) -> None:
        if self._refused:
            addresses = ", ".join(sorted({printable(url[:200]) for url in self._refused}))
            raise RenderingFailed(f"the page asks for files or addresses that a document may not use: {addresses}")


def render(
    html: str, styles: Sequence[str], assets: Mapping[str, bytes], info: DocumentInfo, *, fillable: bool = False
) -> Rendered:
    """Render a page of HTML. Raises RenderingFailed with everything that is wrong with the result.

    A fillable document has form fields where the page marks them (consentkit.pdf.forms), and looks the same.
    """
    faces = fonts.faces_for("".join((unescape(html), *styles)))
    served = {**fonts.font_assets(faces), **assets}
    fetcher = _AssetFetcher(served)
    font_config = FontConfiguration()
    with _complaints() as complaints, fetcher.refusals():
        sheets = [
            weasyprint.CSS(string=style, url_fetcher=fetcher, font_config=font_config)
            for style in (fonts.font_rules(faces), *styles)
        ]
        page = weasyprint.HTML(string=html, url_fetcher=fetcher, media_type="print")
        document = page.render(font_config=font_config, stylesheets=sheets)
        with own_tagging(fillable):
            pdf = document.write_pdf(pdf_variant="pdf/a-2a", finisher=_finisher(info))
    _require_own_fonts(document, html, complaints)
    _require_silence(complaints)
    return Rendered(seal(pdf), len(document.pages))


def _finisher(info: DocumentInfo) -> Any:
    """Put right what the engine can't be told: metadata that claims two standards, and pictures fit for PDF/A."""

    def finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        pdf.info["Title"] = pydyf.String(info.title)
        pdf.write_line = _parting_streams(pdf.write_line)
        number = int(pdf.catalog["Metadata"].split()[0])
        stream = pdf.objects[number]
        stream.stream = [packet(info, PRODUCER)]
        stream.compress = False
        for image in pdf.objects:
            if isinstance(image, pydyf.Stream) and "Interpolate" in image.extra:
                image.extra["Interpolate"] = "false"  # ISO 19005-2, 6.2.8

    return finish


def _parting_streams(write_line: Callable[[bytes, Any], None]) -> Callable[[bytes, Any], None]:
    """Let CR LF stand before each `endstream`, in the place of LF.

    Where the data itself ends in CR, as one compressed stream in 256 does, CR and LF would look like one line end, and
    the data like one byte too short for its /Length (ISO 32000-1, 7.3.8.1; page-validation 0.11 says so).
    """

    def write(content: bytes, output: Any) -> None:
        if content.endswith(_STREAM_END):
            content = content.removesuffix(_STREAM_END) + b"\r" + _STREAM_END
        write_line(content, output)

    return write


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


def _require_own_fonts(document: weasyprint.Document, html: str, complaints: Sequence[str]) -> None:
    """Fail for characters that our fonts lack: a font of the machine has crept in then, or a box in their place."""
    foreign = not {font.family for font in document.fonts.values()} <= fonts.FAMILIES
    boxes = any(".notdef glyph" in complaint for complaint in complaints)
    if (foreign or boxes) and (missing := fonts.unprintable(unescape(html))):
        named = ", ".join(f"{printable(char)} (U+{ord(char):04X})" for char in missing)
        raise RenderingFailed(f"the fonts lack these characters: {named}; write the text without them")
    if foreign:
        raise RenderingFailed(
            "the page uses a font that is not shipped with consentkit; take the `font-family` out of the style sheet"
        )


def _require_silence(complaints: Sequence[str]) -> None:
    if complaints:
        shown = [printable(complaint) for complaint in dict.fromkeys(complaints)]
        more = f"\n… and {len(shown) - _MOST_COMPLAINTS_SHOWN} more" if len(shown) > _MOST_COMPLAINTS_SHOWN else ""
        raise RenderingFailed("the page engine complains:\n" + "\n".join(shown[:_MOST_COMPLAINTS_SHOWN]) + more)
