"""What of a page's text can be seen: all that our style sheets draw, and nothing that a style sheet hides."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.errors import RenderingFailed
from consentkit.pdf.canvas import LEAST_SIZE
from consentkit.pdf.content import UNKNOWN
from consentkit.pdf.engine import render
from consentkit.pdf.metadata import Info
from consentkit.pdf.objects import read_file
from consentkit.pdf.reading import readable_text, tagged_text
from consentkit.pdf.seen import SeenContent
from consentkit.safety import require_texts

RISK = "You may feel worse for a while and want to stop."
BODY = f'<div class="around"><ul><li><p class="risk">{RISK}</p></li></ul></div><p class="next">Next.</p>'
STYLE = """
    html { font: 12pt/16pt "consentkit body", "consentkit arabic" }
    @page { size: 400pt 300pt; margin: 40pt }
    body, ul { margin: 0 }
"""
INFO = Info("A page", "en", publisher="", tool="test")


def page(style: str, body: str = BODY) -> bytes:
    pdf: bytes = render(f"<html lang='en'><body>{body}</body></html>", [STYLE, style], {}, INFO).pdf
    return pdf


HIDING = {
    "overflow": "ul { height: 2pt; overflow: hidden }",
    "half of a line": "ul { height: 9pt; overflow: hidden }",
    "part of a line": ".risk { width: 60pt; white-space: nowrap; overflow: hidden }",
    "a clip": ".around { position: absolute; clip: rect(0, 1pt, 1pt, 0) }",
    "no opacity": "ul { opacity: 0 }",
    "little opacity": "ul { opacity: 0.2 }",
    "opacity of opacity": ".around { opacity: 0.4 } ul { opacity: 0.4 }",
    "transparent": ".risk { color: transparent }",
    "little colour": ".risk { color: rgba(0, 0, 0, 0.1) }",
    "white": ".risk { color: white }",
    "white in CMYK": ".risk { color: device-cmyk(0 0 0 0) }",
    "white in Lab": ".risk { color: lab(100% 0 0) }",
    "white in oklch": ".risk { color: oklch(100% 0 0) }",
    "pale": ".risk { color: #bbb }",
    "yellow": ".risk { color: yellow }",
    "black on black": "ul { background: black }",
    "dark on dark": "ul { background: #333; color: #111 }",
    "moved to the left": ".risk { position: relative; left: -600pt }",
    "moved by a margin": ".risk { margin-left: -500pt }",
    "moved by an indent": ".risk { text-indent: -900pt; white-space: nowrap }",
    "moved up": ".around { position: absolute; top: -400pt }",
    "transformed": ".around { transform: translate(500pt, 0) }",
    "partly off the page": ".risk { margin-left: -90pt }",
    "scaled to nothing": ".around { transform: scale(0.01) }",
    "scaled flat": ".around { transform: scale(1, 0.2) }",
    "tiny": ".risk { font-size: 1pt; line-height: 2pt }",
    "covered": ".around { position: relative } .next { position: absolute; top: 0; left: 0; width: 300pt;"
    " height: 100pt; background: white }",
    "covered in part": ".next { position: absolute; top: 0; left: 99pt; width: 30pt; height: 99pt; background: #eee }",
    "covered by itself": ".around { position: relative } .around::after { content: ''; position: absolute; inset: 0;"
    " background: white }",
    "under rounded corners": ".next { position: absolute; inset: 0; background: white; border-radius: 9pt }",
    "not displayed": "ul { display: none }",
    "not visible": "ul { visibility: hidden }",
}
SHOWING = {
    "plain": "",
    "black on grey": "ul { background: #ddd }",
    "white on black": "ul { background: black; color: white }",
    "dark red": ".risk { color: #800 }",
    "Lab": ".risk { color: lab(20% 0 0) }",
    "CMYK": ".risk { color: device-cmyk(0 0 0 1) }",
    "a little transparent": "ul { opacity: 0.8 }",
    "room enough": "ul { height: 40pt; overflow: hidden }",
    "rounded corners": "ul { border: 3pt solid black; border-radius: 8pt; background: #eee; padding: 6pt }",
    "a border with holes": "ul { border: 2pt dashed #888 }",
    "a thick frame, painted later": ".around { position: relative } .around::after { content: ''; position: absolute;"
    " inset: -4pt; border: 2pt solid black }",
    "beside what covers": ".next { position: absolute; top: 200pt; height: 9pt; width: 300pt; background: black }",
    "turned": ".around { transform: rotate(90deg); width: 200pt }",
    "letters far apart": ".risk { letter-spacing: 2pt; word-spacing: 4pt }",
    "in columns": ".around { columns: 3 }",
    "small": ".risk { font-size: 7pt }",
    "a gradient below": "ul { background: linear-gradient(#fff, #ddd) }",
}


@pytest.mark.parametrize("way", HIDING)
def test_text_that_a_style_sheet_hides_is_not_seen(way: str) -> None:
    with pytest.raises(RenderingFailed, match=r"the (finished page lacks|page leaves out text).*You may feel worse"):
        require_texts([RISK], page(HIDING[way]))


@pytest.mark.parametrize("way", SHOWING)
def test_text_that_is_shown_in_an_unusual_way_is_seen(way: str) -> None:
    require_texts([RISK], page(SHOWING[way]))


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=15, deadline=None)
def test_what_is_seen_is_never_more_than_what_is_read(size: float, place: float) -> None:
    pdf = page(f".risk {{ font-size: {size * 12:.2f}pt; position: relative; left: {place * 400 - 200:.2f}pt }}")
    read, seen = readable_text(pdf), "\n".join(block.text for block in tagged_text(pdf, only_seen=True))
    assert len(read) == len(seen)
    assert all(one in (other, UNKNOWN) for one, other in zip(seen, read, strict=True))


def test_words_that_are_said_in_place_of_hidden_ones_do_not_count() -> None:
    body = '<p lang="ar" dir="rtl" class="risk">قد تشعر بالحزن</p>'
    assert "قد تشعر بالحزن" in [block.text for block in tagged_text(page("", body), only_seen=True)]
    assert UNKNOWN in tagged_text(page(".risk { color: white }", body), only_seen=True)[0].text


# --- what no style sheet can do, but a file can ---


def changed(pdf: bytes, change: Callable[[bytes], bytes], **entries: Any) -> bytes:
    """The file with the content of its page changed, and some entries of the page."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        (first,) = file.pages
        first.contents_coalesce()
        first.Contents.write(change(first.Contents.read_bytes()))
        states = {"Screen": {"BM": "/Screen"}, "Mask": {"SMask": pikepdf.Dictionary(S=pikepdf.Name.Luminosity)}}
        for state, value in states.items():
            first.Resources.ExtGState[f"/{state}"] = pikepdf.Dictionary(
                {f"/{key}": pikepdf.Name(item) if isinstance(item, str) else item for key, item in value.items()}
            )
        for name, value in entries.items():
            first[f"/{name}"] = value
        out = io.BytesIO()
        file.save(out, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def seen_text(pdf: bytes) -> str:
    file = read_file(pdf)
    return "".join(SeenContent(file, LEAST_SIZE).read(next(file.pages())).values())


FILES: dict[str, Callable[[bytes], bytes]] = {
    "an invisible rendering mode": lambda content: content.replace(b"BT", b"BT 3 Tr"),
    "text that only clips": lambda content: content.replace(b"BT", b"BT 7 Tr"),
    "lines as thin as white": lambda content: content.replace(b"BT", b"BT 1 Tr 1 G"),
    "a narrow type": lambda content: content.replace(b"BT", b"BT 1 Tz"),
    "raised out of the page": lambda content: content.replace(b"BT", b"BT 900 Ts"),
    "a way of blending": lambda content: b"/Screen gs " + content,
    "a mask": lambda content: b"/Mask gs " + content,
    "a layer": lambda content: b"/OC /Layer BDC " + content + b" EMC",
    "a clip before all": lambda content: b"0 0 1 1 re W n " + content,
    "an empty clip": lambda content: b"0 0 m W n " + content,
    "a matrix before all": lambda content: b"0.1 0 0 0.1 0 0 cm " + content,
    "a pattern": lambda content: content.replace(b"BT", b"/Pattern cs /none scn BT"),
    "a cover behind all": lambda content: b"q " + content + b" Q 1 g 0 0 999 999 re f",
    "a cover by another rule": lambda content: b"q " + content + b" Q 1 g 0 0 999 999 re f*",
}


@pytest.mark.parametrize("way", FILES)
def test_text_that_a_file_hides_is_not_seen(way: str) -> None:
    pdf = page("")
    assert RISK in seen_text(changed(pdf, lambda content: b"q " + content + b" Q"))
    assert RISK not in seen_text(changed(pdf, FILES[way]))


@pytest.mark.parametrize("box", ["MediaBox", "CropBox"])
def test_what_lies_off_the_printed_page_is_not_seen(box: str) -> None:
    pdf = page("")
    assert RISK in seen_text(changed(pdf, bytes))
    assert RISK not in seen_text(changed(pdf, bytes, **{box: [0, 0, 100, 300]}))
