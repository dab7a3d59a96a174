"""What of a page's text can be seen: all that our style sheets draw, and nothing that a style sheet hides."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.documents.safety import require_texts
from consentkit.errors import RenderingFailed
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.unknown_letter import UNKNOWN
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.read.canvas import LEAST_SIZE
from consentkit.pdf.read.content_text import ContentReader
from consentkit.pdf.read.structure_text import readable_text, tagged_text
from consentkit.pdf.read.visible import VisibleContent
from consentkit.pdf.render.engine import render

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
    "crossed out": ".risk { text-decoration: line-through }",
    "under a thick line": ".around { position: relative } .around::after { content: ''; position: absolute; left: 0;"
    " width: 400pt; border-top: 60pt dashed white; top: -22pt }",
    "under dots": ".next { position: absolute; top: 0; left: 0; width: 320pt; border-top: 60pt dotted #eee }",
    "on a thick underline": ".risk { text-decoration: underline; text-decoration-thickness: 16pt;"
    " text-underline-offset: -14pt }",
    "under huge letters": ".next { position: absolute; top: -60pt; left: 0; font-size: 200pt; line-height: 200pt;"
    " color: white; font-weight: bold }",
    "on huge letters": ".next { position: absolute; top: -60pt; left: 0; font-size: 200pt; line-height: 200pt }"
    " .around { position: relative; z-index: 2 }",
    "under other text": ".next { margin: -28pt 0 0 40pt }",
    "letters on letters": ".risk { letter-spacing: -6pt }",
    "on a dark gradient": "ul { background: linear-gradient(#555, #000) }",
    "on what may be a dark gradient": "ul { background: linear-gradient(90deg, rgba(0, 0, 0, 0), rgba(0, 0, 0, .9)) }",
    "on dark stripes": "ul { background: repeating-linear-gradient(#000, #000 3pt, #fff 3pt, #fff 6pt) }",
    "under a gradient": ".next { position: absolute; inset: 0; background: linear-gradient(#fff, #eee) }",
    "under veils": ".next { position: absolute; inset: 0; background: rgba(255, 255, 255, .45) }"
    " .next::before { content: ''; position: absolute; inset: 0; background: rgba(255, 255, 255, .45) }"
    " .next::after { content: ''; position: absolute; inset: 0; background: rgba(255, 255, 255, .45) }",
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
    "light on a dark gradient": "ul { background: linear-gradient(#333, #000); color: white }",
    "a gradient that is a little transparent": "ul { background: linear-gradient(rgba(255, 255, 255, .1), #ddd) }",
    "large pale letters below": ".next { position: absolute; top: -60pt; left: 0; font-size: 200pt; line-height: 200pt;"
    " color: #eee } .around { position: relative; z-index: 2 }",
    "a thin veil": ".next { position: absolute; inset: 0; background: rgba(255, 255, 255, .2) }",
    "underlined": ".risk { text-decoration: underline }",
    "lines close together": ".risk { width: 90pt; line-height: 12pt }",
    "in bold": ".risk { font-weight: bold }",
    "letters close together": ".risk { letter-spacing: -0.5pt }",
    "between thick lines": ".risk { border: 20pt solid black; border-style: dashed solid dotted double }",
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
    read, seen = readable_text(pdf), "\n".join(block.text for block in tagged_text(pdf, only_visible=True))
    assert len(read) == len(seen)
    assert all(one in (other, UNKNOWN) for one, other in zip(seen, read, strict=True))


def test_words_that_are_said_in_place_of_hidden_ones_do_not_count() -> None:
    body = '<p lang="ar" dir="rtl" class="risk">قد تشعر بالحزن</p>'
    assert "قد تشعر بالحزن" in [block.text for block in tagged_text(page("", body), only_visible=True)]
    assert UNKNOWN in tagged_text(page(".risk { color: white }", body), only_visible=True)[0].text


# --- what no style sheet can do, but a file can ---


def changed(pdf: bytes, change: Callable[[bytes], bytes], **entries: Any) -> bytes:
    """The file with the content of its page changed, and some entries of the page."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        (first,) = file.pages
        first.contents_coalesce()
        first.Contents.write(change(first.Contents.read_bytes()))
        add_resources(file, first.Resources)
        for name, value in entries.items():
            first[f"/{name}"] = value
        out = io.BytesIO()
        file.save(out, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def add_resources(file: pikepdf.Pdf, resources: pikepdf.Object) -> None:
    """What the ways below draw with."""
    states = {
        "Thick": {"LW": 300},
        "Veil": {"ca": 0.45},
        "Clear": {"ca": 0, "CA": 0},
        "Screen": {"BM": pikepdf.Name.Screen},
    }
    states["Mask"] = {"SMask": pikepdf.Dictionary(S=pikepdf.Name.Luminosity)}
    for name, value in states.items():
        resources.ExtGState[f"/{name}"] = pikepdf.Dictionary({f"/{key}": item for key, item in value.items()})
    picture = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": 1, "Height": 1}
    grey = {"BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceGray}
    resources.XObject.Picture = file.make_stream(b"\x00", **picture, **grey)
    resources.XObject.Stencil = file.make_stream(b"\x00", **picture, ImageMask=True, BitsPerComponent=1)
    cover = resources.XObject.Cover = form(file, b"1 g 0 0 400 300 re f", pikepdf.Dictionary())
    for _ in range(20):
        cover = form(file, b"/Inner Do", pikepdf.Dictionary(XObject={"/Inner": cover}))
    resources.XObject.Deep = cover
    resources.XObject.Letters = form(file, b"BT 40 100 Td <00240024> Tj ET", pikepdf.Dictionary())
    function = pikepdf.Dictionary(FunctionType=2, Domain=[0, 1], C0=[0], C1=[0.2], N=1)
    space = pikepdf.Name.DeviceGray
    resources.Shading.Gradient = pikepdf.Dictionary(
        ShadingType=2, ColorSpace=space, Coords=[0, 0, 400, 0], Function=function, Extend=[True, True]
    )
    gradients = {
        "Cut": {"ShadingType": 2, "Coords": [0, 0, 400, 0], "BBox": [0, 0, 9, 9]},
        "Nowhere": {"ShadingType": 2, "Coords": [9, 9, 9, 9]},
        "Apart": {"ShadingType": 3, "Coords": [380, 20, 5, 390, 20, 5]},
        "Touching": {"ShadingType": 3, "Coords": [380, 20, 5, 385, 20, 10]},
        "Around": {"ShadingType": 3, "Coords": [380, 20, 5, 380, 20, 90]},
        "Values": {"ShadingType": 1, "Domain": [0, 1, 0, 1]},
    }
    for name, entries in gradients.items():
        made = {"ColorSpace": space, "Function": function, "Extend": [True, True], **entries}
        resources.Shading[f"/{name}"] = pikepdf.Dictionary({f"/{key}": value for key, value in made.items()})
    tile = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "BBox": [0, 0, 9, 9], "XStep": 9, "YStep": 9}
    resources.Pattern.Tiles = file.make_stream(b"0 g 0 0 9 9 re f", **tile, Resources=pikepdf.Dictionary())
    resources.Pattern.Stencils = file.make_stream(
        b"0 0 9 9 re f", **(tile | {"PaintType": 2}), Resources=pikepdf.Dictionary()
    )
    resources.ColorSpace = pikepdf.Dictionary(Tinted=[pikepdf.Name.Pattern, pikepdf.Name.DeviceGray])
    resources.Font.Other = next(font for name, font in resources.Font.items())
    letter = file.make_stream(b"9 0 d0 1 g 0 0 400 300 re f")
    resources.Font.Drawn = file.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type3,
            FontBBox=[0, 0, 0, 0],
            FontMatrix=[0.1, 0, 0, 0.1, 0, 0],
            CharProcs={"/a": letter},
            Encoding=pikepdf.Dictionary(Differences=[97, pikepdf.Name.a]),
            FirstChar=97,
            LastChar=97,
            Widths=[9],
        )
    )


def form(file: pikepdf.Pdf, content: bytes, resources: pikepdf.Dictionary) -> pikepdf.Object:
    entries = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 400, 300]}
    return file.make_stream(content, **entries, Resources=resources)


def seen_text(pdf: bytes) -> str:
    file = read_file(pdf)
    return "".join(VisibleContent(file, LEAST_SIZE).read(next(file.pages())).values())


def covered_by(over: bytes) -> Callable[[bytes], bytes]:
    return lambda content: b"q " + content + b" Q " + over


def white_on(below: bytes) -> Callable[[bytes], bytes]:
    return lambda content: b"q " + below + b" Q " + content.replace(b"0 0 0 rg", b"1 1 1 rg")


COVERS: dict[str, bytes] = {
    "thick lines": b"1 G 300 w 0 250 m 400 250 l S",
    "thick lines by a matrix": b"q 1 0 0 30 0 0 cm 1 G 10 w 0 8 m 400 8 l S Q",
    "a thick line that a state sets": b"/Thick gs 1 G 0 250 m 400 250 l s",
    "a thick frame": b"1 G 400 w 450 200 900 100 re S",
    "a dot": b"1 G 1 J 900 w 200 150 m 200 150 l S",
    "the end of a line": b"1 G 2 J 800 w -390 200 m -300 200 l S",
    "a corner": b"1 G 300 w -500 50 m -160 250 l -500 450 l S",
    "a point": b"1 G 0 j 10 M 60 w -300 263 m 0 223 l -300 183 l S",
    "a line along a curve": b"1 G 90 w 0 200 m 100 240 300 240 400 200 c S",
    "a fill with lines": b"1 g 1 G 500 w 0 0 9 9 re b*",
    "many thin lines": b"1 G 0 w " + b"".join(b"0 %.2f m 400 %.2f l S " % (y / 10, y / 10) for y in range(2000, 2600)),
    "an inline picture": b"q 400 0 0 300 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI Q",
    "a picture": b"q 400 0 0 300 0 0 cm /Picture Do Q",
    "a stencil": b"q 1 g 400 0 0 300 0 0 cm /Stencil Do Q",
    "a gradient": b"/Gradient sh",
    "a pattern over all": b"/Pattern cs /Tiles scn 0 0 400 300 re f",
    "a form": b"/Cover Do",
    "forms in forms": b"/Deep Do",
    "letters of 300 points": b"BT /Other 300 Tf 1 g 40 100 Td <00240024> Tj ET",
    "letters of 300 points by a matrix": b"BT /Other 1 Tf 1 g 300 0 0 300 40 100 Tm <00240024> Tj ET",
    "blocks of one size": b"BT /Other 16 Tf 1 g 40 240 Td <" + b"0024" * 40 + b"> Tj ET",
    "letters of a form in the font around it": b"BT /Other 300 Tf 1 g ET /Letters Do",
    "letters without any font": b"BT 1 g 40 100 Td <00240024> Tj ET",
    "letters of a form without any font": b"/Letters Do",
    "letters drawn by procedures": b"BT /Drawn 12 Tf 0 0 Td (a) Tj ET",
    "three veils": b"/Veil gs 1 g " + b"0 0 400 300 re f " * 3,
}
"""What lies over all when it is painted at last."""


def test_a_form_is_read_in_the_font_around_it() -> None:
    def marked(content: bytes) -> str:
        pdf = changed(page(""), covered_by(b"BT /Other 12 Tf ET /P <</MCID 99>> BDC " + content + b" EMC"))
        file = read_file(pdf)
        return ContentReader(file).read(next(file.pages()))[None, 99]

    assert marked(b"/Letters Do") == marked(b"BT <00240024> Tj ET") == UNKNOWN * 2  # without a font, it is one


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
FILES |= {f"covered by {way}": covered_by(over) for way, over in COVERS.items()}
NOT_BELOW = {
    "tiles without a colour of their own": b"/Tinted cs 1 /Stencils scn 0 0 400 300 re f",
    "a gradient in a box": b"/Cut sh",
    "a gradient without length": b"/Nowhere sh",
    "a gradient between circles side by side": b"/Apart sh",
    "a gradient between circles that touch": b"/Touching sh",
    "a gradient of another kind": b"/Values sh",
}
"""What does not make a white page dark."""
FILES |= {f"white on {way}": white_on(below) for way, below in NOT_BELOW.items()}
FILES |= {
    "an outline that makes a blot": lambda content: content.replace(b"BT", b"BT 2 Tr 6 w"),
    "after text that clips": lambda content: b"BT /Other 9 Tf 7 Tr 1 0 0 1 5 5 Tm <0024> Tj ET 0 Tr " + content,
    "on a picture": lambda content: b"q 400 0 0 300 0 0 cm /Picture Do Q " + content,
    "on a pattern": lambda content: b"/Pattern cs /Tiles scn 0 0 400 300 re f " + content,
    "on a gradient": lambda content: b"/Gradient sh " + content,
    "on a thick line": lambda content: b"q 0 G 300 w 0 250 m 400 250 l S Q " + content,
    "on a stroke of its colour": lambda content: b"q 300 w 0 250 m 400 250 l S Q " + content,
    "a line across, at another height": lambda content: b"q " + content + b" Q 0 G 0.6 w 0 240.1 m 400 240.1 l S",
}


@pytest.mark.parametrize("way", FILES)
def test_text_that_a_file_hides_is_not_seen(way: str) -> None:
    pdf = page("")
    assert RISK in seen_text(changed(pdf, lambda content: b"q " + content + b" Q"))
    assert RISK not in seen_text(changed(pdf, FILES[way]))


@pytest.mark.parametrize(
    "below", [b"/Pattern cs /Tiles scn 0 0 400 300 re f", b"/Gradient sh", b"/Around sh", b"0 g 0 0 400 300 re f"]
)
def test_white_text_on_what_is_dark_all_over_is_seen(below: bytes) -> None:
    assert RISK in seen_text(changed(page(""), white_on(below)))


@pytest.mark.parametrize("box", ["MediaBox", "CropBox"])
def test_what_lies_off_the_printed_page_is_not_seen(box: str) -> None:
    pdf = page("")
    assert RISK in seen_text(changed(pdf, bytes))
    assert RISK not in seen_text(changed(pdf, bytes, **{box: [0, 0, 100, 300]}))


def annotated(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(file: pikepdf.Pdf) -> None:
        whole = {"Type": pikepdf.Name.Annot, "Rect": [0, 0, 400, 300], **entries}
        if "N" in whole:
            whole["AP"] = pikepdf.Dictionary(N=form(file, whole.pop("N"), pikepdf.Dictionary()))
        file.pages[0].Annots = pikepdf.Array([file.make_indirect(pikepdf.Dictionary(**whole))])
        file.Root.AcroForm = pikepdf.Dictionary(Fields=file.pages[0].Annots)

    return change


WHITE = b"1 g 0 0 400 300 re f"
OVERLAID = {
    "a stamp": annotated(Subtype=pikepdf.Name.Stamp, N=WHITE),
    "a field": annotated(Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, N=WHITE, F=4),
    "a frame": annotated(Subtype=pikepdf.Name.Stamp, N=b"1 G 400 w 0 150 m 400 150 l S"),
    "what viewers draw": annotated(Subtype=pikepdf.Name.Redact),
    "a field that viewers fill": annotated(
        Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, MK=pikepdf.Dictionary(BG=[1])
    ),
    "a link with a thick frame": annotated(Subtype=pikepdf.Name.Link, Border=[0, 0, 400]),
}
NOT_OVERLAID = {
    "a link": annotated(Subtype=pikepdf.Name.Link, Border=[0, 0, 0]),
    "a field": annotated(Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, N=b"", F=4),
    "a hidden stamp": annotated(Subtype=pikepdf.Name.Stamp, N=WHITE, F=2),
    "a stamp beside the text": annotated(Subtype=pikepdf.Name.Stamp, N=WHITE, Rect=[0, 0, 400, 90]),
}


def annotated_page(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(page(""))) as file:
        change(file)
        out = io.BytesIO()
        file.save(out, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


@pytest.mark.parametrize("way", OVERLAID)
def test_text_below_an_annotation_is_not_seen(way: str) -> None:
    with pytest.raises(RenderingFailed, match="lacks"):
        require_texts([RISK], annotated_page(OVERLAID[way]))


@pytest.mark.parametrize("way", NOT_OVERLAID)
def test_text_beside_or_below_nothing_is_seen(way: str) -> None:
    require_texts([RISK], annotated_page(NOT_OVERLAID[way]))


HARMLESS = {
    "thin lines beside": b"1 G 300 w -200 0 m -200 300 l S 1 w 0 230 m 400 230 l S 0 250 m 400 250 l S",
    "a thick line with a plain end": b"0 G 800 w -390 200 m 40 200 l S",
    "a blunt corner": b"1 G 2 j 60 w -300 263 m 0 223 l -300 183 l S",
    "a dot without caps": b"1 G 900 w 200 150 m 200 150 l S",
    "a path that is not painted": b"1 G 900 w 0 150 m 400 150 l n",
    "thick lines cut off": b"q 0 0 400 90 re W n 1 G 900 w 0 150 m 400 150 l S Q",
    "a clear line": b"/Clear gs 0 G 900 w 0 150 m 400 150 l S",
    "huge letters beside": b"BT /Other 200 Tf 1 g 40 20 Td <00240024> Tj ET",
    "huge spaces": b"BT /Other 300 Tf 1 g 40 100 Td <00030003> Tj ET",
    "small letters of a form in the font around it": b"BT /Other 12 Tf 1 g ET /Letters Do",
    "huge letters that leave nothing": b"BT /Other 300 Tf 3 Tr 40 100 Td <00240024> Tj ET",
}


@pytest.mark.parametrize("way", HARMLESS)
def test_text_beside_what_is_painted_later_is_seen(way: str) -> None:
    assert RISK in seen_text(changed(page(""), covered_by(HARMLESS[way])))
