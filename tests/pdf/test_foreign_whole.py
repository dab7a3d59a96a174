"""What goes into a foreign PDF file comes out: its words, its look, what its fields hold; or there is a notice."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.packets import extras
from consentkit.packets.extras import Extras
from consentkit.pdf.foreign import inert
from consentkit.pdf.foreign.intake import ForeignPdf, accept
from consentkit.pdf.read.structure_text import tagged_text
from kit.foreign_files import (
    AS_IT_IS,
    NAME,
    TEXT,
    Change,
    add_field,
    annotate,
    changed,
    entries_of,
    everything_in,
    findings,
    form,
    image,
    plain,
    require_same_look,
    require_sound,
    saved,
    tagged,
    words,
)

pytestmark = pytest.mark.usefixtures("readers_of_files")

DAMAGED = "is damaged, so that parts of it may be lost"


def assembled(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A file of objects, which are numbered from 1, with a plain table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    start = len(out)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, rows)
    out += b"trailer\n<</Root 1 0 R /Size %d %b>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(data), entries, data)


# --- whole pages ---


def reused_number() -> bytes:
    """A file whose update gives the number of the old table, which was a stream, to the drawing of the page."""
    out = bytearray(b"%PDF-1.7\n")
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    places = {}
    for number, thing in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    first = places[5] = len(out)
    table = b"\0\0\0\xff" + b"".join(b"\1" + place.to_bytes(2, "big") + b"\0" for place in places.values())
    out += b"5 0 obj\n" + stream(table, b"/Type/XRef/W[1 2 1]/Size 6/Root 1 0 R") + b"\nendobj\n"
    out += b"startxref\n%d\n%%%%EOF\n" % first
    again = len(out)
    out += b"5 0 obj\n" + stream(b"BT /F1 20 Tf 90 600 Td (Use the north door) Tj ET") + b"\nendobj\n"
    start = len(out)
    out += b"xref\n5 1\n%010d 00000 n \ntrailer\n<</Root 1 0 R/Size 6/Prev %d>>\n" % (again, first)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def test_a_number_of_an_old_table_that_is_used_again_loses_no_page() -> None:
    assert words(accept(NAME, reused_number()).pdf) == ["Use", "the", "north", "door"]


def lose_drawing(*_: object) -> bytes:
    return b""


def lose_block(page: Any, copier: Any) -> bytes:
    return copier.data(page.Contents).replace(b"re f", b"re n")  # type: ignore[no-any-return]


def lose_hidden_text(page: Any, copier: Any) -> bytes:
    return re.sub(rb"BT 3 Tr.*?ET", b"", copier.data(page.Contents))


@pytest.mark.parametrize("loss", [lose_drawing, lose_block, lose_hidden_text])
def test_what_is_lost_on_the_way_is_noticed(loss: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(plain(TEXT + b"BT 3 Tr /F1 9 Tf 90 500 Td (read out only) Tj ET"))
    accept(NAME, data)
    monkeypatch.setattr(inert, "_contents", loss)
    assert findings(data) == ["page 1 would change on its way into a packet; print it to a new PDF file and use that"]


def test_a_thin_line_and_a_comma_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for lost in (b"0.25 w 100 300 m 160 300 l S", b"100 302.5 m 101 302.5 l 100.4 300.5 l f"):
        data = saved(plain(TEXT + lost))
        with monkeypatch.context() as planted:
            planted.setattr(
                inert, "_contents", lambda page, copier, lost=lost: copier.data(page.Contents)[: -len(lost)]
            )
            assert "would change on its way into a packet" in findings(data)[0]


# --- references to nothing, and things of the wrong kind ---

_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%b>>"


def small_file(page: bytes = b"", catalog: bytes = b"", pages: bytes = b"/Kids[3 0 R]", **changes: bytes) -> bytes:
    parts = {
        "page": page if page.startswith(b"<<") else _PAGE % page,
        "drawing": stream(TEXT),
        "font": b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    parts |= changes
    return assembled(
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        b"<</Type/Pages/Count 1 %b>>" % pages,
        parts["page"],
        parts["drawing"],
        parts["font"],
    )


@pytest.mark.parametrize(
    "where", ["/Outlines", "/AcroForm", "/Names", "/Metadata", "/OpenAction", "/Lang", "/OutputIntents"]
)
def test_a_reference_to_nothing_is_null(where: str) -> None:
    assert words(accept(NAME, small_file(catalog=b"%b 99 0 R" % where.encode())).pdf) == ["Your", "privacy"]


@pytest.mark.parametrize("where", ["/Annots", "/Group", "/Thumb", "/CropBox", "/StructParents", "/Annots[99 0 R]#"])
def test_a_reference_to_nothing_on_a_page_is_null(where: str) -> None:
    entry = where.strip("#").encode() if where.endswith("#") else b"%b 99 0 R" % where.encode()
    assert words(accept(NAME, small_file(page=entry)).pdf) == ["Your", "privacy"]


LOST_PARTS = {
    "contents": {"page": _PAGE.replace(b"4 0 R", b"99 0 R") % b""},
    "one of several contents": {"page": _PAGE.replace(b"4 0 R", b"[4 0 R 99 0 R]") % b""},
    "resources": {"page": b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources 99 0 R>>"},
    "font": {"page": _PAGE.replace(b"5 0 R", b"99 0 R") % b""},
    "picture": {
        "page": _PAGE.replace(b"/Font", b"/XObject<</X 99 0 R>>/Font") % b"",
        "drawing": stream(TEXT + b" q 50 0 0 50 90 90 cm /X Do Q"),
    },
    "page": {"pages": b"/Kids[3 0 R 99 0 R]"},
}


@pytest.mark.parametrize("part", LOST_PARTS)
def test_a_reference_to_a_lost_part_of_a_page_is_damage(part: str) -> None:
    assert findings(small_file(**LOST_PARTS[part]))[0].startswith(DAMAGED)


@pytest.mark.parametrize(
    "change",
    [
        {"page": _PAGE % b"/Annots(none)"},
        {"page": _PAGE % b"/Annots<</Subtype/Link>>"},
        {"page": _PAGE % b"/Annots[(note)]"},
        {"page": _PAGE.replace(b"4 0 R", b"(text)") % b""},
        {"page": _PAGE.replace(b"<</Font<</F1 5 0 R>>>>", b"[5 0 R]") % b""},
        {"page": _PAGE.replace(b"<</F1 5 0 R>>", b"(F1)") % b""},
        {"page": _PAGE % b"/Annots[<</Subtype/Widget/FT/Tx/F 4/Rect[9 9 99 30]/V(Ada)/AP(look)>>]"},
        {"page": _PAGE % b"/Annots[<</Subtype/Widget/FT/Tx/F 4/Rect[9 9 99 30]/V(Ada)/AP<</N(look)>>>>]"},
        {"page": _PAGE % b"/Annots[<</Subtype/Widget/FT/Tx/F 4/Rect[9 9 99 30]/V<</Ada true>>>>]"},
        {"catalog": b"/AcroForm[]"},
        {"catalog": b"/OCProperties(on)"},
        {"pages": b"/Kids 3"},
    ],
)
def test_a_thing_of_the_wrong_kind_is_damage_and_not_nothing(change: dict[str, bytes]) -> None:
    assert findings(small_file(**change))[0].startswith(DAMAGED)


def test_whatever_qpdf_complains_of_is_damage() -> None:
    """Of an entry that is there twice, some programs take the first and some the last."""
    data = small_file(page=b"/Contents 99 0 R")
    assert findings(data)[0].startswith(DAMAGED)
    twice = small_file(page=_PAGE.replace(b"/Contents 4 0 R", b"/Contents 99 0 R/Contents 4 0 R") % b"")
    assert findings(twice)[0].startswith(DAMAGED)


def test_thumbnails_and_private_data_are_not_judged(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        thumbnail = image(pdf, "JPEG")
        del thumbnail["/Subtype"]  # which a thumbnail may lack (ISO 32000-1, 12.3.4)
        page.Thumb = pdf.make_indirect(thumbnail)
        broken = Stream(pdf, b"no deflated data")
        broken.Filter = Name.FlateDecode
        page.PieceInfo = Dictionary(Illustrator=Dictionary(Private=pdf.make_indirect(broken)))
        pdf.Root.PieceInfo = page.PieceInfo
        pdf.Root.Metadat_ = pdf.make_indirect(broken)

    before = changed(change, options=AS_IT_IS).replace(b"/Metadat_", b"/Metadata")
    after = accept(NAME, before)
    require_same_look(before, after.pdf, tmp_path)
    assert not {"/Thumb", "/PieceInfo", "/Metadata"} & entries_of(after.pdf)


# --- fields ---


def field_showing(content: bytes, **entries: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        add_field(pdf, AP=Dictionary(N=form(pdf, content, (0, 0, 150, 20))), **entries)

    return change


OUT_OF_DATE = {
    "no picture": lambda pdf: add_field(pdf, AP=None),
    "an empty picture": field_showing(b"/Tx BMC EMC"),
    "an old text": field_showing(b"/Tx BMC q BT /F1 12 Tf 2 6 Td (Enter street) Tj ET Q EMC"),
    "part of the text": field_showing(b"/Tx BMC q BT /F1 12 Tf 2 6 Td (Willow) Tj ET Q EMC"),
    "a text beyond the edge": field_showing(b"/Tx BMC q BT /F1 12 Tf 2 60 Td (Willow Street) Tj ET Q EMC"),
    "a choice in other words": field_showing(
        b"/Tx BMC EMC", FT=Name.Ch, Ff=1 << 17, V="w", Opt=Array([Array([String("w"), String("Willow Street")])])
    ),
}


@pytest.mark.parametrize("needs", [None, True])
@pytest.mark.parametrize("case", OUT_OF_DATE)
def test_a_field_whose_picture_is_out_of_date_is_drawn_again(case: str, needs: bool | None) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        OUT_OF_DATE[case](pdf)
        if needs:
            pdf.Root.AcroForm.NeedAppearances = True

    accepted = accept(NAME, changed(change))
    require_sound(accepted.pdf)
    assert words(accepted.pdf) == ["Your", "privacy", "Willow", "Street"]
    assert [notice.split(";")[0] for notice in accepted.notices] == ["page 1 has 1 field whose picture was out of date"]


@pytest.mark.parametrize(
    "value", ["Łódź 中", "A text that is much too long for a field of 150 points, and goes on and on"]
)
def test_a_field_that_cannot_be_drawn_again_is_refused(value: str) -> None:
    (finding,) = findings(changed(lambda pdf: add_field(pdf, V=value, AP=None)))
    assert finding.startswith("page 1 has a field whose picture would differ from its value")


def test_a_picture_of_a_field_that_is_not_filled_in_is_refused() -> None:
    data = changed(field_showing(b"/Tx BMC q BT /F1 12 Tf 2 6 Td (Old text) Tj ET Q EMC", V=None))
    assert "picture would differ from its value" in findings(data)[0]


def tick(value: Name | None, state: Name, content: bytes = b"0 g 2 2 16 16 re f") -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        states = Dictionary(Yes=form(pdf, content, (0, 0, 20, 20)), Off=form(pdf, b"", (0, 0, 20, 20)))
        box = annotate(pdf, Subtype=Name.Widget, FT=Name.Btn, T="box", AS=state, AP=Dictionary(N=states))
        if value is not None:
            box.V = value
        pdf.Root.AcroForm = Dictionary(Fields=[box])

    return change


@pytest.mark.parametrize(
    "change", [tick(Name.Yes, Name.Off), tick(Name.Off, Name.Yes), tick(Name.Yes, Name.Yes, b"/Tx BMC EMC")]
)
def test_a_tick_that_its_picture_does_not_show_is_refused(change: Change) -> None:
    message = "page 1 has a check box or radio button that differs from its picture"
    assert findings(changed(change))[0].startswith(message)


@pytest.mark.parametrize("change", [tick(Name.Yes, Name.Yes), tick(Name.Off, Name.Off), tick(None, Name.Yes)])
def test_a_tick_that_agrees_with_its_picture_is_accepted(change: Change, tmp_path: Path) -> None:
    before = changed(change)
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


# --- what is left out, with a notice ---


def test_what_shows_on_the_screen_but_not_on_paper_is_reported() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for kind in (Name.Stamp, Name.FreeText):
            annotate(pdf, Subtype=kind, F=0, AP=Dictionary(N=form(pdf, b"9 9 50 9 re f", (0, 0, 60, 20))))
        annotate(pdf, Subtype=Name.Highlight, F=0)  # which viewers draw by themselves
        annotate(pdf, Subtype=Name.Stamp, F=2, AP=Dictionary(N=form(pdf, b"9 9 50 9 re f", (0, 0, 60, 20))))
        annotate(pdf, Subtype=Name.Link, F=0)
        add_field(pdf, F=0)
        add_field(pdf, F=0, V=None, AP=Dictionary(N=form(pdf, b"/Tx BMC EMC", (0, 0, 60, 20))))  # empty: nothing to see

    (notice,) = accept(NAME, changed(change)).notices
    assert notice.startswith("page 1 has 4 fields or marks that appear on the screen, but not on paper")


def test_a_digital_signature_is_reported() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        signature = Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=[0, 1, 2, 3], Contents=String("x")
        )
        add_field(pdf, FT=Name.Sig, V=pdf.make_indirect(signature))

    (notice,) = accept(NAME, changed(change)).notices
    assert notice == "page 1 has 1 digital signature, which is not valid in a packet; keep the original"


# --- layers ---


def layered(base: dict[str, Any] | None = None, membership: dict[str, Any] | None = None, **usage: Any) -> Change:
    """Text in a layer. `base` is the default configuration."""

    def change(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Header"))
        if usage:
            layer.Usage = Dictionary(**usage)
        settings = {key: Array([layer]) if value == "layer" else value for key, value in (base or {}).items()}
        pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(**settings))
        shown = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=layer, **membership)) if membership else layer
        page = pdf.pages[0].obj
        page.Resources.Properties = Dictionary(OC1=shown)
        page.Contents = pdf.make_stream(b"/OC /OC1 BDC " + TEXT + b" EMC /O#43 /OC1 BDC 9 9 9 9 re f EMC")

    return change


@pytest.mark.parametrize(
    "change",
    [
        layered(),
        layered({"BaseState": Name.ON, "ON": "layer", "Order": "layer"}),
        layered({"BaseState": Name.OFF, "ON": "layer"}),
        layered(Print=Dictionary(PrintState=Name.ON), View=Dictionary(ViewState=Name.ON)),
        layered(membership={"P": Name.AllOn}),
    ],
)
def test_layers_that_are_shown_and_printed_are_flattened(change: Change, tmp_path: Path) -> None:
    before = changed(change)
    after = accept(NAME, before)
    require_sound(after.pdf)
    require_same_look(before, after.pdf, tmp_path)
    assert not {"/OCProperties", "/OC", "/OCGs"} & entries_of(after.pdf)
    with pikepdf.open(io.BytesIO(after.pdf)) as result:
        drawing = result.pages[0].obj.Contents.read_bytes()
    assert b"/OC " not in drawing
    assert b"/O#43" not in drawing


@pytest.mark.parametrize(
    "change",
    [
        layered({"OFF": "layer"}),
        layered({"BaseState": Name.OFF}),
        layered({"BaseState": Name.Unchanged}),
        layered(Print=Dictionary(PrintState=Name.OFF)),
        layered(View=Dictionary(ViewState=Name.OFF)),
        layered(Zoom=Dictionary(max=1)),
        layered(Language=Dictionary(Lang="es")),
        layered(membership={"P": Name.AnyOff}),
        layered(membership={"VE": Array([Name.Not])}),
    ],
)
def test_layers_that_hide_something_from_somebody_are_refused(change: Change) -> None:
    assert findings(changed(change)) == ["holds layers, which can hide text; print it to a new PDF file and use that"]


# --- a budget for drawing ---


def doubling(pdf: pikepdf.Pdf, make: Callable[[pikepdf.Pdf, Any], Any], use: bytes, category: str) -> Any:
    """Thirty drawings, each of which draws the next one twice."""
    inner = make(pdf, None)
    for _ in range(30):
        inner = make(pdf, inner)
    page = pdf.pages[0].obj
    page.Resources[category] = Dictionary(X=inner, F1=page.Resources.Font.F1)
    page.Contents = pdf.make_stream(TEXT + use)
    return inner


def picture_of(pdf: pikepdf.Pdf, inner: Any) -> Any:
    content = b"/X Do /X Do" if inner is not None else b"0 0 9 9 re f"
    resources = Dictionary(XObject=Dictionary(X=inner)) if inner is not None else Dictionary()
    return pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99], Resources=resources)


def pattern_of(pdf: pikepdf.Pdf, inner: Any) -> Any:
    use = b"/Pattern cs /X scn 0 0 9 9 re f /X scn 9 9 9 9 re f"
    resources = Dictionary(Pattern=Dictionary(X=inner)) if inner is not None else Dictionary()
    entries = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "BBox": [0, 0, 9, 9], "XStep": 9, "YStep": 9}
    content = use if inner is not None else b"0 0 9 9 re f"
    return pdf.make_stream(content, Resources=resources, **entries)


def glyphs_of(pdf: pikepdf.Pdf, inner: Any) -> Any:
    content = b"9 0 d0 BT /X 9 Tf (aa) Tj ET" if inner is not None else b"9 0 d0 0 0 9 9 re f"
    resources = Dictionary(Font=Dictionary(X=inner)) if inner is not None else Dictionary()
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=[0, 0, 9, 9],
            FontMatrix=[1, 0, 0, 1, 0, 0],
            FirstChar=97,
            LastChar=97,
            Widths=[9],
            Encoding=Dictionary(Differences=Array([97, Name.a])),
            CharProcs=Dictionary(a=pdf.make_stream(content)),
            Resources=resources,
        )
    )


def masks_of(pdf: pikepdf.Pdf, inner: Any) -> Any:
    mask = picture_of(pdf, None)
    if inner is not None:
        mask = pdf.make_stream(
            b"/X gs 0 0 9 9 re f /X gs 0 0 9 9 re f",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 99, 99],
            Resources=Dictionary(ExtGState=Dictionary(X=inner)),
        )
    mask.Group = Dictionary(S=Name.Transparency)
    return pdf.make_indirect(Dictionary(SMask=Dictionary(S=Name.Luminosity, G=mask)))


BOMBS: dict[str, Change] = {
    "pictures": lambda pdf: doubling(pdf, picture_of, b" /X Do", "/XObject"),
    "patterns": lambda pdf: doubling(pdf, pattern_of, b" /Pattern cs /X scn 0 0 99 99 re f", "/Pattern"),
    "letters": lambda pdf: doubling(pdf, glyphs_of, b" BT /X 9 Tf (a) Tj ET", "/Font"),
    "masks": lambda pdf: doubling(pdf, masks_of, b" /X gs 0 0 99 99 re f", "/ExtGState"),
    "a mark": lambda pdf: annotate(
        pdf, Subtype=Name.Stamp, AP=Dictionary(N=doubling(pdf, picture_of, b"", "/XObject"))
    ),
}


def fine_pattern(pdf: pikepdf.Pdf) -> None:
    pattern = pattern_of(pdf, None)
    pattern.XStep = pattern.YStep = pikepdf.Object.parse(b"0.001")
    page = pdf.pages[0].obj
    page.Resources.Pattern = Dictionary(X=pattern)
    page.Contents = pdf.make_stream(TEXT + b" /Pattern cs /X scn 0 0 99 99 re f")


BOMBS["a fine pattern"] = fine_pattern


@pytest.mark.parametrize("kind", BOMBS)
def test_drawings_that_call_each_other_without_end_are_refused(kind: str) -> None:
    data = changed(BOMBS[kind])
    assert len(data) < 20_000
    assert findings(data)[0].startswith("holds drawings that call each other so often")


def test_a_few_levels_are_enough_to_be_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        inner = picture_of(pdf, None)
        for _ in range(8):
            outer = picture_of(pdf, inner)
            outer.write(b"/X Do " * 20)
            inner = outer
        page = pdf.pages[0].obj
        page.Resources.XObject = Dictionary(X=inner)
        page.Contents = pdf.make_stream(TEXT + b" /X Do")

    assert findings(changed(change))[0].startswith("holds drawings that call each other so often")


def test_a_drawing_that_calls_itself_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        own = picture_of(pdf, None)
        own.Resources = Dictionary(XObject=Dictionary(X=own))
        own.write(b"/X Do")
        page = pdf.pages[0].obj
        page.Resources.XObject = Dictionary(X=own)
        page.Contents = pdf.make_stream(TEXT + b" /X Do")

    assert findings(changed(change))[0].startswith(DAMAGED)


# --- on the clinic's paper ---


def sides(pdf: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(io.BytesIO(pdf)) as result:
        return [tuple(round(float(side)) for side in page.obj.MediaBox)[2:] for page in result.pages]  # type: ignore[misc]


def place_of(pdf: bytes, text: str) -> tuple[float, float, float, float]:
    """Where a text is on the first page: left, bottom, right, top."""
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    start, count = page.search(text).get_next()
    boxes = [page.get_charbox(index) for index in range(start, start + count)]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


@pytest.mark.parametrize(
    ("box", "letter", "a4"),
    [
        ((0, 0, 595, 842), (612, 792), (595, 842)),
        ((0, 0, 842, 595), (792, 612), (842, 595)),
        ((0, 0, 420, 700), (612, 792), (595, 842)),
        ((0, 0, 1224, 792), (792, 612), (842, 595)),
        ((50, 50, 500, 700), (612, 792), (595, 842)),
    ],
)
def test_extra_pages_come_on_the_paper_of_the_clinic(
    box: tuple[int, ...], letter: tuple[int, int], a4: tuple[int, int]
) -> None:
    data = changed(lambda pdf: None, content=b"BT /F1 24 Tf 90 500 Td (Your privacy) Tj ET", MediaBox=Array(box))
    for paper, size in (("letter", letter), ("a4", a4)):
        accepted = accept(NAME, data, paper)  # type: ignore[arg-type]
        require_sound(accepted.pdf)
        assert sides(accepted.pdf) == [size]
        assert [(round(width), round(height)) for width, height in accepted.sizes] == [size]
        assert words(accepted.pdf) == ["Your", "privacy"]


def width_of(box: tuple[float, float, float, float]) -> float:
    return box[2] - box[0]


def test_a_page_that_leaves_head_and_foot_free_stays_at_full_size() -> None:
    for size in ((612, 792), (595, 842), (612, 1008)):
        data = saved(plain(b"BT /F1 24 Tf 90 600 Td (Your privacy) Tj ET", MediaBox=Array([0, 0, *size])))
        before, after = place_of(data, "privacy"), place_of(accept(NAME, data, "letter").pdf, "privacy")
        assert width_of(after) == pytest.approx(width_of(before), abs=0.1)


def test_a_page_that_is_full_is_made_as_large_as_fits_between_head_and_foot() -> None:
    data = saved(plain(b"0.9 g 0 0 612 792 re f 0 g BT /F1 24 Tf 90 600 Td (Your privacy) Tj ET"))
    accepted = accept(NAME, data, "letter").pdf
    share = width_of(place_of(accepted, "privacy")) / width_of(place_of(data, "privacy"))
    assert 0.85 < share < 0.95
    picture = pypdfium2.PdfDocument(accepted)[0].render().to_pil().convert("L")
    head, foot = picture.crop((0, 0, 612, 44)), picture.crop((0, 792 - 33, 612, 792))
    assert head.getextrema() == foot.getextrema() == (255, 255)


def test_text_at_the_very_top_moves_out_of_the_head_at_full_size() -> None:
    data = saved(plain(b"BT /F1 24 Tf 90 770 Td (Your privacy) Tj ET"))
    before, after = place_of(data, "privacy"), place_of(accept(NAME, data, "letter").pdf, "privacy")
    assert width_of(after) == pytest.approx(width_of(before), abs=0.1)
    assert after[3] < 792 - 44


def test_what_was_cropped_away_does_not_come_to_light_on_larger_paper() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.CropBox = Array([80, 590, 400, 790])

    data = changed(change, content=TEXT + b" 0 0 1 rg 0 0 70 792 re f")
    picture = pypdfium2.PdfDocument(accept(NAME, data, "letter").pdf)[0].render().to_pil().convert("RGB")
    assert not any(blue > 200 and red < 100 for _, (red, _, blue) in picture.getcolors(1 << 20))


def test_tags_stay_on_other_paper_and_say_where_things_are(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(tagged())) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, Dictionary) and thing.get("/S") == Name.H1:
                thing.A = Dictionary(O=Name.Layout, BBox=[100, 700, 200, 720])
        data = saved(pdf)
    accepted = accept(NAME, data, "letter")
    assert accepted.is_tagged
    assert accepted.claims_accessibility
    assert tagged_text(accepted.pdf) == tagged_text(tagged())
    (box,) = [
        thing.BBox for thing in everything_in(accepted.pdf) if "/BBox" in entries_of_thing(thing) and "/O" in thing
    ]
    before, after = place_of(data, "Your privacy"), place_of(accepted.pdf, "Your privacy")
    assert float(box[0]) - 100 == pytest.approx(after[0] - before[0], abs=0.5)
    assert float(box[1]) - 700 == pytest.approx(after[1] - before[1], abs=0.5)


def entries_of_thing(thing: Any) -> set[str]:
    return set() if isinstance(thing, Array) else set(thing.keys())


# --- kept ---


ONLY = "number 1 of 1"


def extras_of(tmp_path: Path, paper: str = "letter") -> Extras:
    clinic = tmp_path / "clinic"
    (clinic / "extra").mkdir(parents=True, exist_ok=True)
    (clinic / "clinic.yaml").write_text("name: Northgate\n", encoding="utf-8")
    return Extras(open_workspace(clinic, open_store(tmp_path / "store")), paper)  # type: ignore[arg-type]


def no_judge(*_: object) -> ForeignPdf:
    raise AssertionError("judged again")


def test_a_file_is_judged_once_for_all_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = extras_of(tmp_path)
    path = tmp_path / "clinic" / "extra" / "Notice of Privacy Practices.pdf"
    path.write_bytes(tagged())
    first = made.get(path.name, ONLY)
    monkeypatch.setattr(extras, "accept", no_judge)
    assert extras_of(tmp_path).get(path.name, ONLY) == first
    with pytest.raises(AssertionError, match="judged again"):
        extras_of(tmp_path, "a4").get(path.name, ONLY)
    path.write_bytes(saved(plain()))
    with pytest.raises(AssertionError, match="judged again"):
        extras_of(tmp_path).get(path.name, ONLY)


def test_a_file_with_filled_in_fields_is_not_kept(tmp_path: Path) -> None:
    made = extras_of(tmp_path)
    (tmp_path / "clinic" / "extra" / "form.pdf").write_bytes(changed(add_field))
    made.get("form.pdf", ONLY)
    kept = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert not any(b"accessible" in path.read_bytes() for path in kept)


def test_another_program_judges_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = extras_of(tmp_path)
    (tmp_path / "clinic" / "extra" / "map.pdf").write_bytes(saved(plain()))
    made.get("map.pdf", ONLY)
    monkeypatch.setattr(extras, "accept", no_judge)
    extras_of(tmp_path).get("map.pdf", ONLY)
    monkeypatch.setattr(extras, "reader_versions", lambda: ("pikepdf 99",))
    with pytest.raises(AssertionError, match="judged again"):
        extras_of(tmp_path).get("map.pdf", ONLY)
