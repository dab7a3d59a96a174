"""PDF files of other people come in only harmless, whole and upright; what can't be made so is refused by name."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Stream, String
from pypdf import PdfReader

from consentkit.errors import InvalidInput
from consentkit.model.identity import PAPER_SIZES
from consentkit.pdf.foreign import intake
from consentkit.pdf.foreign.claims import claims_of
from consentkit.pdf.foreign.intake import ForeignPdf, accept
from consentkit.pdf.read.structure_text import tagged_text
from consentkit.pdf.render import engine
from consentkit.processes.limits import Limits
from kit.foreign_files import (
    AS_IT_IS,
    INFO,
    NAME,
    STYLE,
    TEXT,
    Change,
    add_field,
    add_highlight,
    annotate,
    changed,
    entries,
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
from kit.running import environment
from kit.structure_lint import lint
from kit.validation import BOTH_STANDARDS, faults

pytestmark = pytest.mark.usefixtures("readers_of_files")

EXAMPLES = Path(__file__).parents[1] / "examples" / "foreign"


# --- files made for the tests ---


# --- looking at files ---


# --- what is refused ---


def action(kind: str, **entries: Any) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **entries)


def on_a_link(kind: str, **entries: Any) -> Change:
    return lambda pdf: annotate(pdf, Subtype=Name.Link, A=action(kind, **entries))


def on_opening(kind: str, **entries: Any) -> Change:
    return lambda pdf: pdf.Root.__setattr__("OpenAction", action(kind, **entries))


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["list.txt"] = pikepdf.AttachedFileSpec(pdf, b"names", filename="list.txt")


def add_layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
    pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer]))


def add_script_among_names(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=["a", action("JavaScript", JS="app.alert(1)")]))


def picture_named(subtype: str, **entries: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name(f"/{subtype}"), BBox=[0, 0, 9, 9], **entries)
        pdf.pages[0].obj.Resources.XObject = Dictionary(X=stream)

    return change


def trigger(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=action("Hide", T="name"))


def xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))


def elsewhere(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Contents = pdf.make_stream(TEXT, F="other.bin")


def portfolio(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Collection = Dictionary(View=Name.T)


def hidden_deep(pdf: pikepdf.Pdf) -> None:
    chain = action("URI", URI="https://example.org/")
    chain.Next = Array([action("GoTo", D=[0, Name.Fit], Next=pdf.make_indirect(action("Launch", F="calc.exe")))])
    annotate(pdf, Subtype=Name.Link, A=chain)


ACTIVE: dict[str, tuple[Change, str]] = {
    "script in a link": (on_a_link("JavaScript", JS="app.alert(1)"), "JavaScript"),
    "script at the opening": (on_opening("JavaScript", JS="app.alert(1)"), "JavaScript"),
    "script among names": (add_script_among_names, "JavaScript"),
    "script of a rendition": (on_a_link("Rendition", JS="app.alert(1)"), "JavaScript"),
    "script for a field": (lambda pdf: add_field(pdf, AA=Dictionary(K=action("JavaScript", JS="x"))), "JavaScript"),
    "program": (on_a_link("Launch", F="calc.exe"), "starts another program"),
    "program behind other actions": (hidden_deep, "starts another program"),
    "sending": (on_a_link("SubmitForm", F="https://example.org/"), "submits the form"),
    "reading in": (on_a_link("ImportData", F="data.fdf"), "imports data"),
    "other file": (on_a_link("GoToR", F="other.pdf", D=[0, Name.Fit]), "link into another file"),
    "attached file": (on_a_link("GoToE", D=[0, Name.Fit]), "link into an attached file"),
    "film action": (on_a_link("Movie"), "sound, video or 3D content"),
    "sound action": (on_a_link("Sound"), "sound, video or 3D content"),
    "film": (lambda pdf: annotate(pdf, Subtype=Name.Movie), "sound, video or 3D content"),
    "screen": (lambda pdf: annotate(pdf, Subtype=Name.Screen), "sound, video or 3D content"),
    "3D": (lambda pdf: annotate(pdf, Subtype=Name("/3D")), "sound, video or 3D content"),
    "rich media": (lambda pdf: annotate(pdf, Subtype=Name.RichMedia), "sound, video or 3D content"),
    "attachment": (attach, "an attached file"),
    "attached to a page": (lambda pdf: annotate(pdf, Subtype=Name.FileAttachment), "an attached file"),
    "associated file": (lambda pdf: pdf.Root.__setattr__("AF", Array([Dictionary(F="a.txt")])), "an attached file"),
    "portfolio": (portfolio, "an attached file"),
    "XFA": (xfa, "an XFA form"),
    "layers": (add_layer, "layers, which can hide text"),
    "layer that depends": (
        picture_named("Form", OC=Dictionary(Type=Name.OCMD, P=Name.AllOff)),
        "layers, which can hide text",
    ),
    "switching layers": (on_a_link("SetOCGState", State=[]), "layers, which can hide text"),
    "data elsewhere": (elsewhere, "fetched from another file"),
    "page of another file": (picture_named("Form", Ref=Dictionary(F="a.pdf", Page=0)), "fetched from another file"),
    "PostScript": (picture_named("PS"), "PostScript"),
    "PostScript in a form": (picture_named("Form", Subtype2=Name.PS), "PostScript"),
    "web page at the opening": (on_opening("URI", URI="https://example.org/"), "runs by itself"),
    "hiding on opening a page": (trigger, "runs by itself"),
}


@pytest.mark.parametrize("case", ACTIVE)
def test_active_content_is_refused_by_name_with_what_to_do(case: str) -> None:
    change, expected = ACTIVE[case]
    all_findings = findings(changed(change))
    assert any(
        expected in finding and finding.endswith("print it to a new PDF file and use that") for finding in all_findings
    )


@pytest.mark.parametrize("case", ["script in a link", "program", "attachment", "layers", "XFA"])
def test_active_content_is_found_in_compressed_objects_too(case: str) -> None:
    change, expected = ACTIVE[case]
    pdf = plain()
    change(pdf)
    packed = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/ObjStm" in packed
    assert any(expected in finding for finding in findings(packed))


def test_names_that_are_written_in_numbers_are_seen_through() -> None:
    data = changed(on_a_link("JavaScript", JS="app.alert(1)"))
    disguised = data.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/#4aS ")
    assert b"/JavaScript" not in disguised
    assert findings(shifted(disguised)) == ["holds JavaScript; print it to a new PDF file and use that"]


def test_a_name_in_an_object_of_its_own_is_followed() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        annotate(pdf, Subtype=Name.Link, A=Dictionary(S=pdf.make_indirect(Name.Launch), F="calc.exe"))

    assert any("starts another program" in finding for finding in findings(changed(change)))


def shifted(data: bytes) -> bytes:
    """A file whose length has changed, with its table of objects put right."""
    table = re.search(rb"xref\n0 (\d+)\n", data)
    assert table is not None
    trailer = data.index(b"trailer")
    rows = [b"0000000000 65535 f \n"]
    for number in range(1, int(table[1])):
        place = re.search(rb"(?<=\n)%d 0 obj" % number, data)
        rows.append(b"%010d 00000 n \n" % place.start() if place else b"0000000000 00000 f \n")
    end = data[trailer : data.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % table.start()
    return data[: table.start()] + table[0] + b"".join(rows) + end


def test_everything_that_is_wrong_is_told_at_once() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        attach(pdf)
        add_layer(pdf)
        annotate(pdf, Subtype=Name.Link, A=action("Launch", F="calc.exe"))
        pdf.pages[2].obj.MediaBox = Array([0, 0, 60, 792])

    all_findings = findings(changed(change, pages=51))
    expected = ("attached file", "layers", "starts another program", "51 pages", "page 3 measures 60 by 792")
    assert all(any(word in finding for finding in all_findings) for word in expected), all_findings
    assert len(all_findings) == len(set(all_findings)) == len(expected)


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_file_is_refused_even_where_no_password_is_asked(password: str) -> None:
    for level in (4, 6):
        data = saved(plain(), encryption=pikepdf.Encryption(owner="owner", user=password, R=level))
        assert findings(data) == ["is encrypted or protected by a password; save it without protection and use that"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"GIF89a", "is not a PDF file"),
        (b"%PDF-1.7\n" + b" " * intake.MOST_BYTES, "has more than 20 MB"),
        (b"%PDF-1.7\n", "is damaged"),
    ],
)
def test_what_is_no_usable_file_is_refused(data: bytes, expected: str) -> None:
    (finding,) = findings(data)
    assert finding.startswith(expected)


@pytest.mark.parametrize(
    ("box", "size"), [((0, 0, 71, 792), "71 by 792"), ((0, 0, 612, 2001), "612 by 2001"), ((9, 9, 9, 9), "0 by 0")]
)
def test_pages_that_are_too_small_or_too_large_are_refused(box: tuple[int, ...], size: str) -> None:
    (finding,) = findings(saved(plain(MediaBox=Array(box))))
    assert f"page 1 measures {size} points" in finding


def test_the_limits_themselves_are_accepted() -> None:
    assert accept(NAME, saved(plain(pages=50))).pages == 50
    accept(NAME, saved(plain(MediaBox=Array([0, 0, 72, 2000]))))


def no_table(data: bytes) -> bytes:
    return re.sub(rb"startxref\n\d+", b"startxref\n7", data)


def wrong_place(data: bytes) -> bytes:
    return re.sub(
        rb"\n(\d{9})(\d) 00000 n", lambda match: b"\n%s%d 00000 n" % (match[1], (int(match[2]) + 3) % 10), data
    )


def missing_object(data: bytes) -> bytes:
    return re.sub(rb"/F1 \d+ 0 R", b"/F1 9 0 R", data)


def wrong_count(data: bytes) -> bytes:
    return data.replace(b"/Count 1", b"/Count 3")


def no_parent_kind(data: bytes) -> bytes:
    return data.replace(b"/Type /Page ", b"/Type /Pale ").replace(b"/Type /Page\n", b"/Type /Pale\n")


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "no table": no_table,
    "wrong places": wrong_place,
    "missing object": missing_object,
    "wrong count": wrong_count,
    "no page": no_parent_kind,
    "cut in half": lambda data: data[: len(data) // 2],
    "end cut off": lambda data: data[:-12],
    "stream cut off": lambda data: data.replace(b"endstream", b"endstreet"),
    "unknown drawing": lambda data: data.replace(b" Tj", b" Tx"),
    "open string": lambda data: data.replace(b"privacy)", b"privacy "),
    "state restored that was not saved": lambda data: data.replace(b"300 400 100", b" Q 30 40 10"),
    "name with a NUL": lambda data: data.replace(b"/Helvetica", b"/Helve#00ca"),
    "stray bracket": lambda data: data.replace(b"rg 300", b"rg >00"),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_file_is_refused_rather_than_guessed_at(case: str) -> None:
    good = saved(plain(), stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False)
    accept(NAME, good)
    bad = DAMAGES[case](good)
    assert bad != good
    (finding,) = findings(bad)
    assert finding.startswith("is damaged, so that parts of it may be lost")


def test_pages_that_run_in_a_circle_are_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    data = changed(change)
    assert "damaged" in findings(data)[0]


def test_a_page_that_stands_twice_is_refused() -> None:
    good = saved(plain())
    twice = re.sub(rb"/Kids \[ (\d+ 0 R) \]", rb"/Kids [ \1 \1 ]", good).replace(b"/Count 1", b"/Count 2")
    assert twice != good
    assert "damaged" in findings(shifted(twice))[0]


def test_a_stream_that_swells_beyond_measure_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        nothing = zlib.compressobj(9)
        bomb = b"".join(nothing.compress(b"\0" * 1024**2) for _ in range(70)) + nothing.flush()
        for number in range(4):
            stream = Stream(pdf, bomb)
            stream.Filter = Name.FlateDecode
            pdf.Root[f"/Junk{number}"] = pdf.make_indirect(stream)

    pdf = plain()
    change(pdf)
    data = saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(data) < 1024**2
    assert findings(data)[0].startswith("expands to far too much data")


@pytest.mark.parametrize("depth", [150, 5000])
def test_nesting_without_end_is_refused(depth: int) -> None:
    data = saved(plain())
    deep = data.replace(b"/Pages ", b"/Deep " + b"[" * depth + b"]" * depth + b" /Pages ", 1)
    assert "damaged" in findings(shifted(deep))[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "text"])
def test_a_picture_whose_data_are_cut_off_is_refused(kind: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        picture = image(pdf, kind)
        picture.write(picture.read_raw_bytes()[:-300], filter=picture.Filter, decode_parms=picture.get("/DecodeParms"))
        pdf.pages[0].obj.Resources.XObject = Dictionary(X=pdf.make_indirect(picture))

    assert "damaged" in findings(changed(change, options=AS_IT_IS))[0]


def test_a_drawing_whose_data_are_cut_off_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        short = Stream(pdf, zlib.compress(TEXT * 50)[:-6])
        short.Filter = Name.FlateDecode
        pdf.pages[0].obj.Contents = pdf.make_indirect(short)

    assert "damaged" in findings(changed(change, options=AS_IT_IS))[0]


@pytest.mark.parametrize("more", [False, True])
def test_more_objects_than_any_notice_has_are_refused(more: bool) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Many = Array([pikepdf.Object.parse(b"[" + b"[[1 2 3]]" * 33_000 + b"]") for _ in range(3)])
        if more:
            pdf.Root.More = pikepdf.Object.parse(b"[" + b"[]" * 3_000 + b"]")

    data = changed(change)
    if more:
        assert findings(data)[0].startswith("expands to far too much data")
    else:
        assert accept(NAME, data).pages == 1


def test_a_picture_of_endless_size_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        picture = pdf.make_stream(
            b"\0", Subtype=Name.Image, Width=60000, Height=60000, BitsPerComponent=1, ColorSpace=Name.DeviceGray
        )
        pdf.pages[0].obj.Resources.XObject = Dictionary(X=picture)

    assert findings(changed(change))[0].startswith("expands to far too much data")


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_LIMITS", Limits(seconds=1, memory=2 * 1024**3))
    (finding,) = findings(saved(plain(TEXT + b"0 w " * 12_000_000)))
    assert finding.startswith("could not be read within 1 seconds")


WITH_LITTLE_MEMORY = """
import sys
from pathlib import Path
from consentkit.processes import limits
from consentkit.errors import InvalidInput
from consentkit.pdf.foreign import intake

limits._LEAST_MEMORY = 128 * 1024**2
intake._LIMITS = limits.Limits(seconds=60, memory=1)
for path in map(Path, sys.argv[1:]):
    try:
        intake.accept(path.name, path.read_bytes())
        print("accepted")
    except InvalidInput as error:
        print(error.problems[0].message)
"""
"""Judges files in a process of its own: one that has grown in other tests has room that it no longer uses."""


def test_a_file_that_fills_the_memory_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "small.pdf").write_bytes(saved(plain()))
    (tmp_path / "large.pdf").write_bytes(saved(plain(b"% " + b"x" * 60_000_000)))
    script = [sys.executable, "-c", WITH_LITTLE_MEMORY, tmp_path / "small.pdf", tmp_path / "large.pdf"]
    done = subprocess.run(script, env=environment(), capture_output=True, text=True, check=True)
    small, large = done.stdout.splitlines()
    assert small == "accepted"
    assert large.startswith("could not be read")


def test_a_mark_without_a_picture_is_refused_since_it_would_be_lost() -> None:
    (finding,) = findings(changed(lambda pdf: annotate(pdf, Subtype=Name.FreeText, Contents="Do not sign")))
    assert finding.startswith("page 1 has a comment or mark without a picture of itself")


def test_no_message_quotes_the_file() -> None:
    secret = "Rosalind"
    for change in (
        on_a_link("JavaScript", JS=secret),
        on_a_link("Launch", F=secret),
        lambda pdf: add_field(pdf, V=secret + " \u4e2d", AP=None),
    ):
        assert all(secret not in finding for finding in findings(changed(change)))


# --- what is accepted, and what becomes of it ---

_CATALOG = {"/Type", "/Pages", "/Lang", "/OutputIntents", "/StructTreeRoot", "/MarkInfo"}
_PAGE = {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents", "/Group", "/StructParents"}


def laden(pdf: pikepdf.Pdf) -> None:
    """Everything that is allowed in and yet must not come out."""
    add_field(pdf)
    add_highlight(pdf)
    annotate(pdf, Subtype=Name.Link, A=action("URI", URI="https://example.org/"))
    annotate(pdf, Subtype=Name.Text, Contents="a note")
    page = pdf.pages[0].obj
    page.Metadata = pdf.make_stream(b"<x/>")
    page.PieceInfo = Dictionary(App=Dictionary(Private=1))
    page.Thumb = pdf.make_stream(b"")
    page.AA = Dictionary(O=action("Named", N=Name.NextPage))
    page.Resources.Font.F1.Parent = page
    own = {"Metadata": page.Metadata, "PieceInfo": page.PieceInfo, "StructParent": 3, "LastModified": "D:2026"}
    page.Resources.XObject = Dictionary(Own=form(pdf, b"", (0, 0, 9, 9), **own))
    pdf.Root.OpenAction = Array([page, Name.Fit])
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.D)])
    pdf.Root.Names = Dictionary(Dests=Dictionary(Names=["here", Array([page, Name.Fit])]))
    pdf.Root.ViewerPreferences = Dictionary(HideToolbar=True)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Contents", 0))
    pdf.docinfo["/Title"] = "Privacy"


def test_nothing_but_pages_to_look_at_comes_out() -> None:
    accepted = accept(NAME, changed(laden))
    require_sound(accepted.pdf)
    with pikepdf.open(io.BytesIO(accepted.pdf)) as result:
        assert set(result.Root.keys()) <= _CATALOG
        assert set(result.trailer.keys()) == {"/Size", "/Root", "/ID"}
        for page in result.pages:
            assert set(page.obj.keys()) <= _PAGE
            assert isinstance(page.obj.Contents, Stream)
    gone = {
        "/A",
        "/AA",
        "/Annots",
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/Thumb",
        "/Dest",
        "/Names",
        "/URI",
        "/Next",
        "/First",
    }
    assert not gone & entries_of(accepted.pdf)
    assert not {"/StructParents", "/StructParent"} & entries_of(accepted.pdf)
    types = {str(thing.get("/Type")) for thing in everything_in(accepted.pdf) if isinstance(thing, Dictionary)}
    assert types == {"None", "/Catalog", "/Pages", "/Page", "/Font"}


def test_no_data_end_in_a_line_end_which_programs_take_for_that_of_the_file() -> None:
    pdf = plain(pages=50)
    for start in range(0, 400, 50):
        for number, page in enumerate(pdf.pages, start):
            page.obj.Contents = pdf.make_stream(TEXT + b"\n%" + b"y" * number + b"\n")  # 121 is odd: all check sums
        written = accept(NAME, saved(pdf)).pdf
        with pikepdf.open(io.BytesIO(written)) as result:
            assert not any(page.obj.Contents.read_raw_bytes().endswith((b"\r", b"\n")) for page in result.pages)


def test_every_object_that_comes_out_is_used() -> None:
    for data in (changed(laden), tagged(), tagged(fields=True), changed(laden, Rotate=90)):
        accepted = accept(NAME, data)
        used = {thing.objgen[0] for thing in everything_in(accepted.pdf) if thing.is_indirect}
        written = {int(number) for number in re.findall(rb"\n(\d+) 0 obj\n", accepted.pdf)}
        assert used == written


def test_the_same_file_gives_the_same_bytes() -> None:
    for data in (changed(laden), tagged(fields=True)):
        assert accept(NAME, data).pdf == accept("other.pdf", data).pdf


def test_a_file_that_was_accepted_is_accepted_again_and_stays_the_same_to_look_at(tmp_path: Path) -> None:
    once = accept(NAME, tagged(fields=True))
    again = accept(NAME, once.pdf)
    assert again.is_tagged
    assert tagged_text(again.pdf) == tagged_text(once.pdf)
    require_same_look(once.pdf, again.pdf, tmp_path)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, -90])
@pytest.mark.parametrize("crop", [None, (50, 300, 500, 700), (-20, -20, 900, 900)])
def test_turned_and_cropped_pages_look_the_same_and_stand_upright(
    rotation: int, crop: tuple[int, ...] | None, tmp_path: Path
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        add_field(pdf)
        add_highlight(pdf)
        page = pdf.pages[0].obj
        page.Rotate = rotation
        if crop:
            page.CropBox = Array(crop)

    before = changed(change)
    after = accept(NAME, before)
    require_sound(after.pdf)
    require_same_look(before, after.pdf, tmp_path)
    with pikepdf.open(io.BytesIO(after.pdf)) as result:
        page = result.pages[0].obj
        assert "/Rotate" not in page
        assert "/CropBox" not in page
        assert [float(side) for side in page.MediaBox][:2] == [0, 0]


def test_attributes_that_pages_inherit_are_kept(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        root, page = pdf.Root.Pages, pdf.pages[0].obj
        for key in ("/MediaBox", "/Resources"):
            root[key] = page[key]
            del page[key]
        root.Rotate = 90

    before = changed(change)
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


def test_a_larger_unit_makes_a_larger_page() -> None:
    with pikepdf.open(io.BytesIO(accept(NAME, saved(plain(UserUnit=2))).pdf)) as result:
        assert [int(side) for side in result.pages[0].obj.MediaBox] == [0, 0, 1224, 1584]


@pytest.mark.parametrize("shading", [False, True])
def test_patterns_stay_where_they_were_on_turned_and_cropped_pages(shading: bool, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        if shading:
            blend = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 0, 0], C1=[0, 0, 1], N=1)
            shade = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=[100, 0, 500, 0], Function=blend)
            pattern = Dictionary(PatternType=2, Shading=shade, Matrix=[1, 0, 0, 1, 20, 0])
        else:
            cell = b"1 0 0 rg 0 0 30 50 re f"
            entries = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "BBox": [0, 0, 100, 100], "XStep": 100}
            pattern = pdf.make_stream(cell, **entries, YStep=100, Resources=Dictionary())
        page.Resources.Pattern = Dictionary(P=pattern)
        inner = pdf.make_stream(
            b"/Pattern cs /P scn 0 0 200 100 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 100]
        )
        page.Resources.XObject = Dictionary(X=inner)  # borrows the pattern from the page, as old files do
        page.Rotate = 90
        page.CropBox = Array([35, 45, 500, 700])

    content = b"/Pattern cs /P scn 100 100 300 200 re f q 1 0 0 1 120 420 cm /X Do Q"
    before = changed(change, content=content)
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"q 0.5 0 0 0.5 0 0 cm q " + TEXT,
        TEXT + b" Q Q",
        b"BT /F1 24 Tf 90 600 Td (a) Tj",
        b"/Span BMC " + TEXT,
        TEXT + b"EMC ET 0 0 1 rg 10 10 50 50 re f",
    ],
)
def test_a_drawing_that_is_not_closed_is_closed_so_that_a_stamp_lands_right(content: bytes, tmp_path: Path) -> None:
    before = saved(plain(content))
    accepted = accept(NAME, before)
    require_same_look(before, accepted.pdf, tmp_path)
    with pikepdf.open(io.BytesIO(accepted.pdf)) as result:
        depth = {"q": 0, "BT": 0, "BMC": 0}
        for _, operator in pikepdf.parse_content_stream(result.pages[0]):
            for opening, closing in (("q", "Q"), ("BT", "ET"), ("BMC", "EMC")):
                depth[opening] += (str(operator) == opening) - (str(operator) == closing)
                assert depth[opening] >= 0
        assert not any(depth.values())


def test_a_drawing_in_pieces_is_put_together(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        middle = TEXT.index(b" Td")
        pieces = (b"q 0.7 0 0 0.7 0 0 cm", TEXT[:middle], TEXT[middle:], b"Q")
        pdf.pages[0].obj.Contents = Array([pdf.make_stream(piece) for piece in pieces])

    before = changed(change)
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "text"])
def test_pictures_stay_as_they_are(kind: str, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Resources.XObject = Dictionary(X=pdf.make_indirect(image(pdf, kind)))

    pdf = plain(b"q 400 0 0 400 100 100 cm /X Do Q")
    change(pdf)
    before = saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    accepted = accept(NAME, before)
    require_sound(accepted.pdf)
    require_same_look(before, accepted.pdf, tmp_path)


def test_a_picture_within_the_drawing_stays(tmp_path: Path) -> None:
    content = b"q 300 0 0 300 100 300 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\xc0\x40\x90 EI Q " + TEXT
    before = saved(plain(content))
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


@pytest.mark.parametrize("how", ["linearized", "object streams"])
def test_files_are_accepted_however_they_are_packed(how: str, tmp_path: Path) -> None:
    pdf = plain(pages=3)
    laden(pdf)
    if how == "linearized":
        before = saved(pdf, linearize=True)
    else:
        before = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert accept(NAME, before).pages == 3


# --- annotations ---


def test_what_is_hidden_or_not_for_printing_is_not_drawn() -> None:
    for flags in (0, 4 | 2, 4 | 32, 2):
        accepted = accept(NAME, changed(lambda pdf, flags=flags: add_field(pdf, F=flags)))
        assert words(accepted.pdf) == ["Your", "privacy"]


def test_a_filled_in_field_becomes_text() -> None:
    assert words(accept(NAME, changed(add_field)).pdf) == ["Your", "privacy", "Willow", "Street"]


def test_of_a_tick_box_the_present_state_is_drawn(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        states = Dictionary(
            Yes=form(pdf, b"0 g 2 2 16 16 re f", (0, 0, 20, 20)), Off=form(pdf, b"0 G 2 2 16 16 re S", (0, 0, 20, 20))
        )
        for left, state in ((100, Name.Yes), (200, Name.Off), (300, Name.Other)):
            rectangle = Array([left, 300, left + 60, 360])
            annotate(pdf, Subtype=Name.Widget, FT=Name.Btn, AS=state, AP=Dictionary(N=states), Rect=rectangle)

    before = changed(change)
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


@pytest.mark.parametrize("matrix", [[0, 1, -1, 0, 0, 0], [2, 0, 0, 2, 30, -40], [0.7, 0.7, -0.7, 0.7, 5, 9]])
def test_the_picture_of_an_annotation_fills_its_rectangle_whatever_its_matrix(
    matrix: list[float], tmp_path: Path
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        picture = form(pdf, b"0 0 1 rg 10 10 60 20 re f 1 0 0 rg 10 30 20 20 re f", (10, 10, 70, 50), Matrix=matrix)
        annotate(pdf, Subtype=Name.Stamp, AP=Dictionary(N=picture), Rect=[300, 100, 500, 260])

    before = changed(change)
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


def test_a_name_that_the_page_has_already_is_not_taken_for_a_picture(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        own = form(pdf, b"0 1 0 rg 0 0 100 100 re f", (0, 0, 100, 100))
        pdf.pages[0].obj.Resources.XObject = Dictionary(Annotation1=own)
        add_highlight(pdf)

    before = changed(change, content=TEXT + b" /Annotation1 Do")
    require_same_look(before, accept(NAME, before).pdf, tmp_path)


# --- structure ---


def roles(pdf: bytes) -> list[str]:
    return [str(thing.S) for thing in everything_in(pdf) if isinstance(thing, Dictionary) and "/S" in thing]


def test_a_tagged_file_stays_tagged_and_reads_the_same(tmp_path: Path) -> None:
    accepted = accept(NAME, tagged())
    require_sound(accepted.pdf)
    assert accepted == ForeignPdf(NAME, accepted.pdf, accepted.sizes, True, True, True)
    assert accepted.pages == 2
    assert tagged_text(accepted.pdf) == tagged_text(tagged())
    assert {finding.rule for finding in lint(accepted.pdf)} == {"title-not-shown"}  # which is the packet's to say
    require_same_look(tagged(), accepted.pdf, tmp_path)


def test_the_structure_breaks_no_rule_of_the_standards_beyond_the_missing_metadata() -> None:
    for data in (tagged(), tagged(fields=True)):
        accepted = accept(NAME, data)
        for profile in BOTH_STANDARDS:
            remaining = [fault for fault in faults(accepted.pdf, profile) if not _is_about_the_catalog(fault)]
            assert not remaining


def _is_about_the_catalog(fault: str) -> bool:
    """Metadata and preferences belong to the packet, which has its own."""
    return bool(re.search(r"metadata|XMP|DisplayDocTitle|ViewerPreferences|dc:title", fault, re.IGNORECASE))


def test_a_link_becomes_plain_text_in_the_structure() -> None:
    assert "/Link" in roles(tagged())
    accepted = accept(NAME, tagged())
    assert "/Link" not in roles(accepted.pdf)
    assert "/OBJR" not in {
        str(thing.get("/Type")) for thing in everything_in(accepted.pdf) if "/Type" in entries(thing)
    }
    assert "the rules" in " ".join(block.text for block in tagged_text(accepted.pdf))


def test_a_field_becomes_text_in_its_place_in_the_structure() -> None:
    accepted = accept(NAME, tagged(fields=True))
    assert accepted.is_tagged
    assert accepted.claims_accessibility
    texts = [block.text for block in tagged_text(accepted.pdf)]
    assert "Name Willow" in texts
    printed = [thing for thing in everything_in(accepted.pdf) if "/Role" in entries(thing)]
    assert [str(thing.Role) for thing in printed] == ["/tv"]


def tamper(change: Change) -> bytes:
    with pikepdf.open(io.BytesIO(tagged())) as pdf:
        change(pdf)
        return saved(pdf)


def elements(pdf: pikepdf.Pdf) -> list[Dictionary]:
    return [thing for thing in pdf.objects if isinstance(thing, Dictionary) and thing.get("/Type") == Name.StructElem]


def element_of(pdf: pikepdf.Pdf, role: str) -> Dictionary:
    return next(element for element in elements(pdf) if str(element.S) == role)


def paragraph(pdf: pikepdf.Pdf) -> Dictionary:
    return element_of(pdf, "/H1")


def lose_paragraph(pdf: pikepdf.Pdf) -> None:
    paragraph(pdf).K = Array()


def name_twice(pdf: pikepdf.Pdf) -> None:
    element_of(pdf, "/Document").K.append(paragraph(pdf))


def name_what_is_not(pdf: pikepdf.Pdf) -> None:
    paragraph(pdf).K = Array([*paragraph(pdf).K, 99]) if isinstance(paragraph(pdf).K, Array) else Array([99])


def lose_parent_tree(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTree = Dictionary(Nums=[])


def lie_in_parent_tree(pdf: pikepdf.Pdf) -> None:
    wrong = element_of(pdf, "/Document")
    for value in pdf.Root.StructTreeRoot.ParentTree.Nums:
        if isinstance(value, Array):
            value[0] = wrong


def circle(pdf: pikepdf.Pdf) -> None:
    paragraph(pdf).K = Array([element_of(pdf, "/Document")])


def circle_of_roles(pdf: pikepdf.Pdf) -> None:
    paragraph(pdf).S = Name.Head
    pdf.Root.StructTreeRoot.RoleMap = Dictionary(Head=Name.Kopf, Kopf=Name.Head)


def not_marked(pdf: pikepdf.Pdf) -> None:
    pdf.Root.MarkInfo.Marked = False


FALSE_TREES = (
    lose_paragraph,
    name_twice,
    name_what_is_not,
    lose_parent_tree,
    lie_in_parent_tree,
    circle,
    circle_of_roles,
    not_marked,
)


@pytest.mark.parametrize("change", FALSE_TREES)
def test_a_file_whose_structure_does_not_fit_its_pages_counts_as_untagged(change: Change, tmp_path: Path) -> None:
    accepted = accept(NAME, tamper(change))
    require_sound(accepted.pdf)
    assert not accepted.is_tagged
    assert not accepted.claims_accessibility
    assert not accepted.claims_archive
    assert not {"/StructTreeRoot", "/StructParents", "/MarkInfo"} & entries_of(accepted.pdf)
    require_same_look(tagged(), accepted.pdf, tmp_path)


def test_headers_that_name_no_cell_are_dropped_and_others_kept() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        cells = [element for element in elements(pdf) if element.S == Name.TD]
        cells[0].A = Dictionary(O=Name.Table, Headers=[String("nowhere")])

    before = [headers for thing in everything_in(tagged()) if "/Headers" in entries(thing) for headers in thing.Headers]
    after = accept(NAME, tamper(change)).pdf
    kept = [bytes(name) for thing in everything_in(after) if "/Headers" in entries(thing) for name in thing.Headers]
    known = {bytes(thing.ID) for thing in everything_in(after) if "/ID" in entries(thing) and "/S" in entries(thing)}
    assert b"nowhere" not in kept
    assert set(kept) <= known
    assert len(kept) == len(before) - 1


def test_text_outside_the_structure_takes_the_claim_away_but_not_the_tags() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        font = next(iter(page.Resources.Font.keys()))
        extra = pdf.make_stream(b"q BT %s 9 Tf (\\001) Tj ET Q" % font.encode())
        page.Contents = Array([page.Contents, extra])

    accepted = accept(NAME, tamper(change))
    assert accepted.is_tagged
    assert not accepted.claims_accessibility


def test_a_file_without_tags_claims_nothing_whatever_it_says() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(tagged())) as model:
            pdf.Root.Metadata = pdf.copy_foreign(model.Root.Metadata)

    accepted = accept(NAME, changed(change))
    assert (accepted.is_tagged, accepted.claims_accessibility, accepted.claims_archive) == (False, False, False)


@pytest.mark.parametrize(
    ("part", "level", "claims"), [("1", "A", True), ("2", "A", True), ("2", "B", False), ("3", "A", False)]
)
def test_only_level_a_of_parts_one_and_two_counts_as_fit_for_the_archive(part: str, level: str, claims: bool) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        packet = packet.replace(b"<pdfaid:part>2<", f"<pdfaid:part>{part}<".encode())
        packet = packet.replace(b"<pdfaid:conformance>A<", f"<pdfaid:conformance>{level}<".encode())
        pdf.Root.Metadata = pdf.make_stream(packet)

    assert accept(NAME, tamper(change)).claims_archive is claims


UA_SPACE, A_SPACE = "http://www.aiim.org/pdfua/ns/id/", "http://www.aiim.org/pdfa/ns/id/"
ELEMENTS = (
    f'<rdf:Description rdf:about="" xmlns:pdfuaid="{UA_SPACE}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>'
    f'<rdf:Description rdf:about="" xmlns:pdfaid="{A_SPACE}"><pdfaid:part>2</pdfaid:part>'
    "<pdfaid:conformance>A</pdfaid:conformance></rdf:Description>"
)
NO_CLAIM = '<rdf:Description rdf:about=""/>'
CLAIMING = {
    "elements": ELEMENTS,
    "attributes": f'<rdf:Description rdf:about="" xmlns:pdfuaid="{UA_SPACE}" xmlns:pdfaid="{A_SPACE}"'
    " pdfuaid:part='1' pdfaid:part = \"2\" pdfaid:conformance='A'/>",
    "other prefixes": ELEMENTS.replace("pdfuaid", "u").replace("pdfaid", "archive"),
    "a default namespace": f'<rdf:Description><part xmlns="{UA_SPACE}">1</part></rdf:Description>'
    f'<rdf:Description><part xmlns="{A_SPACE}">1</part>'
    f'<conformance xmlns="{A_SPACE}">A</conformance></rdf:Description>',
    "white space": ELEMENTS.replace(">1<", ">\n 1 <").replace(">A<", "> A\n<"),
    "a comment within the value": ELEMENTS.replace(">1<", "><!-- one -->1<"),
    "CDATA within the value": ELEMENTS.replace(">1<", "><![CDATA[1]]><"),
}
"""Ways to say it (ISO 16684-1, 7)."""
NOT_CLAIMING = {
    "a comment": f"<!-- {ELEMENTS} -->{NO_CLAIM}",
    "a comment within the description": f"<rdf:Description><!-- {ELEMENTS} --></rdf:Description>",
    "CDATA": "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'>"
    f"<dc:source><![CDATA[{ELEMENTS}]]></dc:source></rdf:Description>",
    "escaped": "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:source>"
    f"{ELEMENTS.replace('<', '&lt;')}</dc:source></rdf:Description>",
    "the value of an attribute": "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='"
    f"{ELEMENTS.replace('<', '&lt;')} pdfuaid:part=&quot;1&quot;'/>",
    "a processing instruction": f"<?note {ELEMENTS}?>{NO_CLAIM}",
    "other namespaces": ELEMENTS.replace(UA_SPACE, "http://example.org/ua/").replace(A_SPACE, "http://example.org/a/"),
    "no namespaces": "<rdf:Description part='1' conformance='A'/>",
    "prefixes that stand for nothing": ELEMENTS.replace("xmlns:pdfuaid", "xmlns:u").replace("xmlns:pdfaid", "xmlns:a"),
    "each other's namespaces": ELEMENTS.replace(">1<", ">7<").replace(">2<", ">8<"),
    "something inside the file": "<rdf:Description xmlns:m='http://ns.adobe.com/xap/1.0/mm/'><m:DerivedFrom>"
    f"{ELEMENTS}</m:DerivedFrom></rdf:Description>",
    "a structure for a value": ELEMENTS.replace(">1<", "><rdf:Bag/>1<").replace(">2<", "><rdf:Bag/>2<"),
    "twice": ELEMENTS + ELEMENTS.replace(">1<", ">2<").replace(">2<", ">3<"),
    "an end that is missing": ELEMENTS + "<rdf:Description>",
    "an entity that is not known": ELEMENTS + "<rdf:Description>&none;</rdf:Description>",
    "nothing": "",
}


def claiming(descriptions: str, before: str = "") -> bytes:
    packet = (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{before}<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{descriptions}</rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    )
    return packet.encode()


def claims(packet: bytes) -> tuple[bool, bool]:
    with pikepdf.open(io.BytesIO(tagged())) as pdf:
        pdf.Root.Metadata = pdf.make_stream(packet)
        data = saved(pdf, fix_metadata_version=False)  # it would mend the metadata
    accepted = accept(NAME, data)
    assert accepted.is_tagged
    return accepted.claims_accessibility, accepted.claims_archive


@pytest.mark.parametrize("way", CLAIMING)
def test_a_claim_counts_whichever_way_it_is_written(way: str) -> None:
    assert claims(claiming(CLAIMING[way])) == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda packet: packet + bytes(40),
        lambda packet: packet + b"\n" + bytes(3) + b"\n",
        lambda packet: b"\n <?xml version='1.0'?>" + packet,
        lambda packet: packet.replace(b"x:xmpmeta", b"x:xapmeta"),
        lambda packet: packet.decode().replace("\ufeff", "").encode("utf-16-be"),
        lambda packet: packet.decode().replace("\ufeff", "").encode("utf-16-le"),
    ],
    ids=[
        "zeros",
        "lines with zeros",
        "a line before",
        "an old name",
        "wide letters",
        "wide letters in the other order",
    ],
)
def test_a_claim_counts_in_metadata_that_is_padded_or_old(change: Callable[[bytes], bytes]) -> None:
    assert claims(change(claiming(ELEMENTS))) == (True, True)


@pytest.mark.parametrize("way", NOT_CLAIMING)
def test_what_only_looks_like_a_claim_is_none(way: str) -> None:
    assert claims(claiming(NOT_CLAIMING[way])) == (False, False)


def test_metadata_with_a_document_type_claims_nothing() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "1"}">' for n in range(12))
    for inner, value in (("", "1"), ('<!ENTITY one "1">', "&one;"), (entities, "&e11;")):
        packet = claiming(ELEMENTS.replace(">1<", f">{value}<"), f"<!DOCTYPE x [{inner}]>")
        assert claims(packet) == (False, False)
        assert claims(packet.decode().encode("utf-16")) == (False, False)


def test_metadata_in_another_encoding_counts_and_metadata_without_end_does_not() -> None:
    assert claims(claiming(ELEMENTS).decode().encode("utf-16")) == (True, True)
    assert claims(claiming(ELEMENTS + " " * 1024 * 1024)) == (False, False)
    assert claims(claiming(ELEMENTS)[:-40]) == (False, False)


@given(st.binary(max_size=60), st.integers(0, 600), st.integers(0, 60))
def test_no_metadata_makes_the_reading_of_claims_stumble(junk: bytes, start: int, length: int) -> None:
    packet = claiming(ELEMENTS)
    for metadata in (junk, packet[:start] + junk + packet[start + length :]):
        assert isinstance(claims_of(metadata).accessibility, bool)


def test_extra_pages_and_documents_have_one_size_of_paper() -> None:
    sheet, _ = PdfReader(io.BytesIO(accept(NAME, tagged(), paper="a4").pdf)).pages
    made = engine.render("<html lang='en'><body><p>A</p></body></html>", ["@page { size: A4 } ", STYLE], {}, INFO).pdf
    (own,) = PdfReader(io.BytesIO(made)).pages
    for page in (sheet, own):
        assert [*map(float, page.mediabox)] == pytest.approx([0, 0, *PAPER_SIZES["a4"]], abs=0.001)


# --- whatever comes ---


@cache
def good_files() -> dict[str, bytes]:
    packed = plain(pages=2)
    laden(packed)
    return {
        "plain": saved(plain(), compress_streams=False),
        "laden": changed(laden),
        "packed": saved(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "tagged": tagged(),
        "fields": tagged(fields=True),
    }


def require_refused_or_sound(data: bytes) -> None:
    try:
        accepted = accept(NAME, data)
    except InvalidInput as error:
        assert error.problems
        assert all(problem.file == NAME and "; " in problem.message for problem in error.problems)
    else:
        require_sound(accepted.pdf)


@pytest.mark.parametrize("name", ["plain", "laden", "packed", "tagged", "fields"])
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_an_altered_file_is_refused_or_comes_out_sound(name: str, data: st.DataObject) -> None:
    good = good_files()[name]
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(bad) - 1))
        bad[place] ^= 1 << data.draw(st.integers(0, 7))
    if data.draw(st.booleans()):
        start = data.draw(st.integers(0, len(bad) - 1))
        del bad[start : start + data.draw(st.integers(1, 200))]
    require_refused_or_sound(bytes(bad))


@settings(max_examples=12, deadline=None)
@given(keep=st.floats(0, 1), name=st.sampled_from(["plain", "laden", "packed", "tagged", "fields"]))
def test_a_file_that_breaks_off_is_refused_or_comes_out_sound(keep: float, name: str) -> None:
    good = good_files()[name]
    require_refused_or_sound(good[: int(len(good) * keep)])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([*b"q Q BT ET BMC /A EMC BX EX ( ) < > << >> [ ] 1 0 Tj cm % Do BI ID EI".split()])))
def test_any_drawing_is_refused_or_comes_out_closed(tokens: list[bytes]) -> None:
    require_refused_or_sound(saved(plain(b" ".join(tokens) + b"\n"), compress_streams=False))


def test_random_bytes_behind_a_good_beginning_are_refused() -> None:
    noise = random.Random(7).randbytes(5000)
    assert "damaged" in findings(b"%PDF-1.7\n" + noise)[0]


@pytest.mark.parametrize("path", sorted((EXAMPLES / "good").glob("*.pdf")), ids=lambda path: path.stem)
def test_the_good_examples_are_accepted(path: Path) -> None:
    require_sound(accept(path.name, path.read_bytes()).pdf)


@pytest.mark.parametrize("path", sorted((EXAMPLES / "bad").glob("*.pdf")), ids=lambda path: path.stem)
def test_the_bad_examples_are_refused_with_what_is_written_beside_them(path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        accept(path.name, path.read_bytes())
    expected = path.with_suffix(".txt").read_text().splitlines()
    assert [str(problem) for problem in caught.value.problems] == expected
