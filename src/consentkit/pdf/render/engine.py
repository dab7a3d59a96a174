"""HTML becomes PDF: the only place that calls WeasyPrint.

Guarantees: the engine reads only the named assets that it is given, neither files nor the network; a document fails if
the engine complains of anything, or if text is in a font that is not ours; the same input gives the same bytes; every
file is tagged and claims PDF/UA-1 and PDF/A-2a. Several threads may call it; it serves one at a time.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

import pydyf
import weasyprint
from weasyprint.formatting_structure import boxes

from consentkit.errors import RenderingFailed, TemplateFault
from consentkit.model.bidi import direction_of
from consentkit.model.identity import PAPER_SIZES, PaperSize
from consentkit.pdf.file.seal import seal
from consentkit.pdf.file.xmp import Info, packet
from consentkit.pdf.fonts import font_files
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.displayed_text import prepare_text
from consentkit.pdf.line_box import LINE_HEIGHT, LINE_SIZE
from consentkit.pdf.part import Part
from consentkit.pdf.render.ahead import WhenLaidOut, let_be_watched, watched_layout
from consentkit.pdf.render.assets import AssetFetcher, own_fonts, style_sheet
from consentkit.pdf.render.columns import balance_quickly
from consentkit.pdf.render.links import require_allowed_actions, require_allowed_links
from consentkit.pdf.render.measuring import flaws_of
from consentkit.pdf.render.repeated import work_out_once
from consentkit.pdf.render.styles import find_plain_values_quickly
from consentkit.pdf.tags.collect import POINTS_PER_PIXEL
from consentkit.pdf.tags.write import operators_of_text, own_tagging
from consentkit.problems import printable, shortened
from consentkit.processes.forking import no_fork

balance_quickly()
work_out_once()
let_be_watched()
find_plain_values_quickly()
PRODUCER = f"WeasyPrint {weasyprint.__version__}"

_MOST_COMPLAINTS = 5
_QUOTED = re.compile(r"[`'\"]([^`'\"]{3,})[`'\"]|#\S+")
_SIZE_TOLERANCE = 0.5
"""Points by which a page may differ from its paper."""
_STREAM_END = b"\nendstream\nendobj"


def render(
    html: str,
    styles: Sequence[str],
    assets: Mapping[str, bytes],
    info: Info,
    *,
    fillable: bool = False,
    paper: PaperSize | None = None,
    watch: WhenLaidOut | None = None,
) -> Part:
    """Render a page of HTML. Raises RenderingFailed with everything that is wrong with the result.

    If a size of paper is given, each page must have it.
    A fillable document has form fields where the page marks them (consentkit.pdf.tags.forms), and looks the same.
    `watch` gets the pages each time that another one is laid out.
    """
    faces = font_files.faces_for("".join((unescape(html), *styles)))
    fetcher = AssetFetcher({**font_files.font_assets(faces), **assets})
    all_styles = (font_files.font_rules(faces), *styles)
    with no_fork(), _complaints() as complaints, fetcher.refusals():
        with watched_layout(watch):
            document = _laid_out(html, all_styles, fetcher, complaints, faces)
        _require_size(document, paper)
        flaws = flaws_of(document)
        with own_tagging(fillable) as slots:
            pdf = document.write_pdf(pdf_variant="pdf/a-2a", finisher=_finisher(info))
    _require_own_fonts(document)
    _require_silence(complaints)
    return Part(seal(pdf), len(document.pages), tuple(slots), flaws)


def read_styles(styles: Iterable[str]) -> None:
    """Parse style sheets of our own ahead: the processes that are forked from this one need not."""
    with no_fork(), _complaints() as complaints:
        for style in styles:
            style_sheet(style, AssetFetcher({}), complaints)


def _laid_out(
    html: str,
    styles: Iterable[str],
    fetcher: AssetFetcher,
    complaints: Sequence[str],
    faces: tuple[font_files.FontFace, ...],
) -> weasyprint.Document:
    """Lay out a page of HTML with style sheets, and with the assets that the fetcher serves."""
    own = own_fonts(faces)
    sheets = [style_sheet(style, fetcher, complaints, own) for style in styles]
    page = weasyprint.HTML(string=html, url_fetcher=fetcher, media_type="print")
    require_allowed_links(page.etree_element.iter())
    prepare_text(page.etree_element)
    return page.render(font_config=own, stylesheets=sheets)


@dataclass(frozen=True)
class Lines:
    """Lines of text, drawn separately to be put onto finished pages."""

    pdf: bytes
    """A file with one page, whose resources the lines need."""
    contents: tuple[bytes, ...]
    """The operators that draw each line, from the left edge, in a box that is LINE_HEIGHT high."""
    widths: tuple[float, ...]
    """The width of each line, in points."""
    baselines: tuple[float, ...]
    """The place of each baseline, in points above the bottom of its box."""


_UNPRINTABLE_NAME = "a name or another text of the visit has characters that no font here can print"

_WEIGHT = ' class="bold"'


def draw_lines(lines: Sequence[str], bold: Container[str] = ()) -> Lines:
    """Draw lines of text, those of `bold` in heavy type. Raises RenderingFailed if no font has a character, unnamed.

    All are on one page, since a separate page for each would take ten times as long.
    """
    if unprintable("\n".join(lines)):
        raise RenderingFailed(_UNPRINTABLE_NAME)
    faces = font_files.faces_for("".join(lines))
    fetcher = AssetFetcher(font_files.font_assets(faces))
    html = "".join(
        f'<p dir="{direction_of(line)}"{_WEIGHT if line in bold else ""}>{escape(line)}</p>' for line in lines
    )
    page, styles = f"<html><body>{html}</body></html>", (font_files.font_rules(faces), _line_style(len(lines)))
    with no_fork(), _complaints() as complaints, fetcher.refusals():
        document = _laid_out(page, styles, fetcher, complaints, faces)
        with operators_of_text() as operators:
            pdf = document.write_pdf(pdf_tags=True)
    if complaints or len(document.pages) != 1 or _has_foreign_font(document):
        raise RenderingFailed(_UNPRINTABLE_NAME)
    drawn = [_drawn_line(box, operators, place) for place, box in enumerate(_paragraphs(document.pages[0]._page_box))]
    return Lines(pdf, *zip(*drawn, strict=True))


def _line_style(count: int) -> str:
    return f"""
        @page {{ size: 4000pt {(count + 1) * LINE_HEIGHT:g}pt; margin: 0; }}
        html {{ font: {LINE_SIZE:g}pt/{LINE_HEIGHT:g}pt {font_files.as_list(font_files.IN_ORDER)}; }}
        body, p {{ margin: 0; }}
        p {{ height: {LINE_HEIGHT:g}pt; white-space: nowrap; text-align: left; }}
        html {{ font-variant-numeric: lining-nums tabular-nums; }}
        .bold {{ font-weight: 700; font-variation-settings: "wght" 700; }}
    """


def _paragraphs(box: Any) -> Iterator[Any]:
    if box.element_tag == "p":
        yield box
        return
    for child in getattr(box, "children", ()):
        yield from _paragraphs(child)


def _texts(box: Any) -> Iterator[Any]:
    if isinstance(box, boxes.TextBox):
        yield box
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def _drawn_line(paragraph: Any, operators: Mapping[Any, bytes], place: int) -> tuple[bytes, float, float]:
    """The operators of a line, its width and its baseline. `place` counts the lines above it."""
    texts = list(_texts(paragraph))
    top = place * LINE_HEIGHT
    matrix = b"1 0 0 -1 0 %g cm\n%g 0 0 %g 0 %g cm" % (LINE_HEIGHT, POINTS_PER_PIXEL, POINTS_PER_PIXEL, -top)
    content = b"\n".join([matrix, *(operators[text] for text in texts)])
    width = max(((text.position_x + text.width) * POINTS_PER_PIXEL for text in texts), default=0.0)
    down = max(((text.position_y + text.baseline) * POINTS_PER_PIXEL for text in texts), default=top)
    return content, width, LINE_HEIGHT - (down - top)


def _finisher(info: Info) -> Any:
    """Correct what the engine has no options for: metadata that claims two standards, and pictures fit for PDF/A."""

    def finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        require_allowed_actions(pdf.objects)
        pdf.info["Title"] = pydyf.String(info.title)
        pdf.write_line = _ending_streams_with_crlf(pdf.write_line)
        number = int(pdf.catalog["Metadata"].split()[0])
        stream = pdf.objects[number]
        stream.stream = [packet(info, PRODUCER)]
        stream.compress = False
        for image in pdf.objects:
            if isinstance(image, pydyf.Stream) and "Interpolate" in image.extra:
                image.extra["Interpolate"] = "false"  # ISO 19005-2, 6.2.8

    return finish


def _ending_streams_with_crlf(write_line: Callable[[bytes, Any], None]) -> Callable[[bytes, Any], None]:
    """Write CR LF instead of LF before each `endstream`.

    If the data itself ends in CR, as one compressed stream in 256 does, CR and LF would look like one line end, and the
    data one byte too short for its /Length (ISO 32000-1, 7.3.8.1; page-validation 0.11 reports it).
    """

    def write(content: bytes, output: Any) -> None:
        if content.endswith(_STREAM_END):
            content = content.removesuffix(_STREAM_END) + b"\r" + _STREAM_END
        write_line(content, output)

    return write


class _Complaints(logging.Filter):
    """Collects what the engine logs in a thread, and keeps it out of all logs: a message may quote a document.

    It is never removed, and acts only on the thread that collects. A setting of the logger, such as `propagate`, would
    be changed and reset by several threads at once: one would log what another has just begun to collect.
    """

    def __init__(self) -> None:
        super().__init__()
        self.of_thread = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record goes to the log."""
        messages: list[str] | None = getattr(self.of_thread, "messages", None)
        if messages is None:
            return True
        if record.levelno >= logging.WARNING:
            messages.append(record.getMessage())
        return False


_collected = _Complaints()
for _name in ("weasyprint", "weasyprint.progress"):  # a filter of a logger does not apply to those below it
    logging.getLogger(_name).addFilter(_collected)


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what the engine logs in this thread as a warning or worse."""
    messages: list[str] = []
    _collected.of_thread.messages = messages
    try:
        yield messages
    finally:
        del _collected.of_thread.messages


def _require_size(document: weasyprint.Document, paper: PaperSize | None) -> None:
    """Raise TemplateFault unless each page has the size of the paper, and nothing beyond its edge."""
    if paper is None:
        return
    for number, page in enumerate(document.pages, 1):
        width, height = page.width * POINTS_PER_PIXEL, page.height * POINTS_PER_PIXEL
        size = PAPER_SIZES[paper]
        if max(abs(width - size[0]), abs(height - size[1])) > _SIZE_TOLERANCE or any(page.bleed.values()):
            raise TemplateFault(
                f"page {number} measures {width:.0f} by {height:.0f} points, and not {paper} ({size[0]:.0f} by "
                f"{size[1]:.0f}) without bleed; remove `size`, `bleed` and `marks` from the `@page` rules",
                ["size:", "bleed:", "marks:"],
            )


def _require_own_fonts(document: weasyprint.Document) -> None:
    """Raise TemplateFault if the page uses a font of the machine: it was checked that ours have all its characters."""
    if _has_foreign_font(document):
        message = (
            "the page uses a font that is not shipped with consentkit; remove the `font-family` from the style sheet"
        )
        raise TemplateFault(message, ["font-family", "font:"])


def _has_foreign_font(document: weasyprint.Document) -> bool:
    return not {font.family for font in document.fonts.values()} <= font_files.FAMILIES


def _require_silence(complaints: Sequence[str]) -> None:
    if complaints:
        lines = [printable(shortened(complaint, 200)) for complaint in dict.fromkeys(complaints)]
        more = f"\n… and {len(lines) - _MOST_COMPLAINTS} more" if len(lines) > _MOST_COMPLAINTS else ""
        pieces = [piece[1] or piece[0] for complaint in complaints for piece in _QUOTED.finditer(complaint)]
        raise TemplateFault("the page engine complains:\n" + "\n".join(lines[:_MOST_COMPLAINTS]) + more, pieces)
