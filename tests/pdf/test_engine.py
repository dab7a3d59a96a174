"""The page engine reads nothing but what it is given, uses our fonts alone, and never fails quietly."""

from __future__ import annotations

import base64
import gc
import io
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import weasyprint
from fontTools.ttLib import TTFont
from PIL import Image
from weasyprint.formatting_structure import boxes
from weasyprint.layout import block
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import Layout

from consentkit.documents.opening import open_workspace
from consentkit.errors import RenderingFailed
from consentkit.pdf.file.xmp import DocumentInfo, packet, read_properties
from consentkit.pdf.fonts import font_files
from consentkit.pdf.read.structure_text import readable_text
from consentkit.pdf.render import assets, columns, engine
from consentkit.processes.limits import run_limited
from kit.engine_pages import INFO, STYLE, font_names, render
from kit.running import environment
from kit.skipping import needs
from kit.small import make_clinic
from kit.validation import BOTH_STANDARDS, faults

ARABIC_STYLE = 'html { font-family: "consentkit body", "consentkit wide", "consentkit arabic"; }'


def everything_in(pdf: bytes) -> bytes:
    """Every byte of a PDF, with all streams decompressed."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        streams = [item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)]
    return pdf + b"".join(streams)


def png(colour: str = "#ff0000") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(buffer, "PNG")
    return buffer.getvalue()


# --- columns ---


def columns_of(page: str, patched: tuple[object, str], monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, list[float]]:
    """A page, and the heights at which its columns were laid out, as the space below them; last the one that does."""
    stock_layout, tried = columns.stock_layout, list[float]()

    def counting(context: Any, box: Any, *more: Any, **options: Any) -> Any:
        if box.is_column:
            tried.append(more[0])
        return stock_layout(context, box, *more, **options)

    with monkeypatch.context() as patch:
        patch.setattr(*patched, counting)
        return render(page), tried


STOCK, OURS = (block, "block_box_layout"), (columns, "stock_layout")
"""Where each of the two asks for the layout of a column."""
THREE_COLUMNS = "div { columns: 3 } p { margin: 0 0 0.47px; font-size: 12.11px } section { margin-bottom: 4.78px }"
"""What a column leaves empty decides on the step to the next height, which a try that is cut short must not change."""
LARGER_STEP = "div { columns: 2 } p { margin: 0 } section:first-child { padding-bottom: 2.06px }"
"""The first try leaves so little empty that each step is a bit more than a pixel."""


@pytest.mark.parametrize(
    ("lines", "style", "times_fewer"),
    [
        ((12, 4), "div { columns: 2 }", 2),
        ((4, 12), "div { columns: 2 }", 5),
        ((8, 10), LARGER_STEP, 2),
        ((3, 1, 7, 1), THREE_COLUMNS, 1),
    ],
    ids=["long first", "long last", "larger step", "three"],
)
def test_columns_are_balanced_in_fewer_tries_and_come_out_the_same(
    lines: tuple[int, ...], style: str, times_fewer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = [f"<section>{'<p>A line of it</p>' * count}</section>" for count in lines]
    style += "section { break-inside: avoid }"
    page = f"<style>{style}</style><h1>Two</h1><div>{''.join(passages)}</div><p>The end</p>"
    stock, of_stock = columns_of(page, STOCK, monkeypatch)
    ours, tried = columns_of(page, OURS, monkeypatch)
    assert ours == stock
    assert tried[-1] == of_stock[-1], "the first height that does is the same"
    assert len(tried) * times_fewer < len(of_stock), (len(tried), len(of_stock))


# --- files and network ---


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on this machine that nobody may call."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        server.setblocking(False)
        yield server


def calls(server: socket.socket) -> int:
    """How often the server has been called."""
    count = 0
    while True:
        try:
            connection, _address = server.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" aria-hidden="true" width="9"'

# Each way that HTML, CSS or SVG has to name another file. {} is the address.
REFUSED_BODIES = {
    "img": '<img src="{}" alt="x">',
    "picture": '<picture><source srcset="{}"><img src="{}" alt="x"></picture>',
    "object": '<object data="{}"></object>',
    "embed": '<embed src="{}">',
    "svg image": SVG + ' height="9"><image href="{}" width="9" height="9"/></svg>',
    "svg image, old": SVG + ' height="9"><image xlink:href="{}" width="9" height="9"/></svg>',
    "style attribute": '<p style="background: url({})">x</p>',
    "attachment": '<a rel="attachment" href="{}">x</a>',
}
REFUSED_HEADS = {
    "style sheet": '<link rel="stylesheet" href="{}">',
    "import": '<style>@import url("{}");</style>',
    "attachment": '<link rel="attachment" href="{}">',
    "base": '<base href="{}/"><link rel="stylesheet" href="x.css">',
}
REFUSED_STYLES = {
    "import": '@import url("{}");',
    "import, bare": '@import "{}";',
    "background": "p {{ background: url({}); }}",
    "list": "p {{ display: list-item; list-style-image: url({}); }}",
    "content": "p::before {{ content: url({}); }}",
    "border": "p {{ border: 3pt solid; border-image: url({}) 1; }}",
    "page": "@page {{ background: url({}); }}",
    "margin box": "@page {{ @top-left {{ content: url({}); }} }}",
    "font": '@font-face {{ font-family: foreign; src: url("{}"); }} p {{ font-family: foreign, "consentkit body"; }}',
    "colour": '@color-profile device-cmyk {{ src: url("{}"); }} p {{ color: device-cmyk(1 0 0 0); }}',
}
ATTACKS = [
    pytest.param(part, template, id=f"{part}: {name}")
    for part, attacks in (("body", REFUSED_BODIES), ("head", REFUSED_HEADS), ("style", REFUSED_STYLES))
    for name, template in attacks.items()
]


def attempt(part: str, template: str, address: str) -> bytes:
    attack = template.format(address, address)
    if part == "body":
        return render(attack)
    return render("", head=attack) if part == "head" else render("", attack)


@pytest.mark.parametrize(("part", "template"), ATTACKS)
def test_no_file_is_reached(part: str, template: str, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(png())
    with pytest.raises(RenderingFailed, match=r"(may not use:|the link) .?file:"):
        attempt(part, template, picture.as_uri())


@pytest.mark.parametrize(("part", "template"), ATTACKS)
def test_no_server_is_called(part: str, template: str, listener: socket.socket) -> None:
    address = "http://{}:{}/x".format(*listener.getsockname())
    with pytest.raises(RenderingFailed, match=r"(may not use:|the link) .?http:"):
        attempt(part, template, address)
    assert calls(listener) == 0


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "data:image/png;base64," + base64.b64encode(png()).decode()])
def test_no_other_kind_of_address_is_used_either(address: str) -> None:
    with pytest.raises(RenderingFailed, match="may not use"):
        render(f'<img src="{address}" alt="x">')


def test_a_relative_address_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.png").write_bytes(png())
    for name in ("picture.png", "./picture.png", str(tmp_path / "picture.png")):
        with pytest.raises(RenderingFailed):
            render(f'<img src="{name}" alt="x">')


@pytest.mark.parametrize("attack", ['<a href="{}">link</a>', '<form action="{}"><p>x</p></form>'])
def test_a_link_without_encryption_is_refused_and_nothing_is_called(attack: str, listener: socket.socket) -> None:
    with pytest.raises(RenderingFailed, match="leads where a document may not lead"):
        render(attack.format("http://{}:{}/x".format(*listener.getsockname())))
    assert calls(listener) == 0


@pytest.mark.parametrize(
    "attack",
    [
        '<iframe src="{}"></iframe>',
        '<script src="{}"></script>',
        '<video src="{}" poster="{}"></video>',
        '<input type="image" src="{}" alt="x">',
        '<p cite="{}" data-src="{}" background="{}">x</p>',
        '<meta http-equiv="refresh" content="0; url={}">',
        SVG + ' height="9"><use href="{}#x"/></svg>',
        SVG + ' height="9"><style>@import url("{}");</style><rect width="9" height="9"/></svg>',
    ],
)
def test_what_the_engine_does_not_load_makes_no_difference(
    attack: str, tmp_path: Path, listener: socket.socket
) -> None:
    server = "http://{}:{}/x".format(*listener.getsockname())
    assert render(attack.format(server, server, server)).startswith(b"%PDF")
    assert calls(listener) == 0
    file = tmp_path / "file.svg"
    address = file.as_uri()
    without = render(attack.format(address, address, address))
    file.write_text(f'{SVG} height="9"><rect id="x" width="9" height="9" fill="red"/></svg>')
    assert render(attack.format(address, address, address)) == without


def test_a_named_asset_is_used() -> None:
    pdf = render('<img src="asset:logo" alt="A red square">', assets={"asset:logo": png("#fe0102")})
    assert b"\xfe\x01\x02" * 8 in everything_in(pdf)


def test_a_picture_cannot_load_another_one(tmp_path: Path, listener: socket.socket) -> None:
    marker = tmp_path / "marker.png"
    marker.write_bytes(png())
    for address in (marker.as_uri(), "http://{}:{}/x".format(*listener.getsockname())):
        picture = f'{SVG} height="9"><image href="{address}" width="9" height="9"/></svg>'.encode()
        with pytest.raises(RenderingFailed, match="may not use"):
            render('<img src="asset:logo" alt="x">', assets={"asset:logo": picture})
    assert calls(listener) == 0


def test_an_external_entity_is_not_resolved(tmp_path: Path) -> None:
    marker = tmp_path / "marker.txt"
    picture = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{marker.as_uri()}">]>{SVG} height="9"><text y="9">&x;</text></svg>'

    def outcome() -> bytes | str:
        try:
            return render('<img src="asset:logo" alt="x">', assets={"asset:logo": picture.encode()})
        except RenderingFailed as error:
            return str(error)

    without = outcome()
    marker.write_text("text of a file")
    assert outcome() == without


# --- nothing fails quietly ---


@pytest.mark.parametrize(
    "style", ["p { colour: red; }", "p { color: redd; }", "p { position: sticky; }", "p:hoover { }"]
)
def test_a_style_rule_that_the_engine_does_not_know_fails(style: str) -> None:
    with pytest.raises(RenderingFailed, match="the page engine complains"):
        render("", style)


def test_every_complaint_is_told_once_and_many_are_counted() -> None:
    style = "\n".join(f"p {{ wrong-{number}: 1; }}" for number in range(8)) + "p { wrong-0: 1; }"
    with pytest.raises(RenderingFailed, match=r"… and [34] more") as caught:
        render("", style)
    assert str(caught.value).count("wrong-0") == 1


def test_a_complaint_of_one_document_does_not_stick_to_the_next() -> None:
    with pytest.raises(RenderingFailed):
        render("", "p { colour: red; }")
    assert render("").startswith(b"%PDF")


def test_a_style_sheet_that_is_complained_of_fails_each_document() -> None:
    for _ in range(2):
        with pytest.raises(RenderingFailed, match="colour"):
            render("", "p { colour: red; }")


def test_a_style_sheet_is_parsed_once_for_all_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    original = weasyprint.CSS.__init__

    def counted(self: weasyprint.CSS, *arguments: object, **options: object) -> None:
        parsed.append(options.get("string"))
        original(self, *arguments, **options)

    monkeypatch.setattr(weasyprint.CSS, "__init__", counted)
    style = "p { color: #123456 }"
    assert render("", style) == render("", style)
    assert parsed.count(style) == 1


def test_a_style_sheet_that_imports_another_is_parsed_for_each_document() -> None:
    def coloured(imported: bytes) -> bytes:
        return everything_in(render("", "@import 'asset:more';", assets={"asset:more": imported}))

    assert b"1 0 0 rg" in coloured(b"p { color: red }")
    assert b"1 0 0 rg" not in coloured(b"p { color: black }")


def test_a_picture_that_is_none_fails() -> None:
    with pytest.raises(RenderingFailed, match="asset:logo"):
        render('<img src="asset:logo" alt="x">', assets={"asset:logo": b"not a picture"})


def test_a_link_to_a_place_that_does_not_exist_fails() -> None:
    with pytest.raises(RenderingFailed, match="nowhere"):
        render('<a href="#nowhere">x</a>')


# --- fonts ---


OWN_FONT = re.compile(r"/[A-Z]{6}\+consentkit-(body|wide)(-Bold)?")


def test_only_subsets_of_our_fonts_are_embedded() -> None:
    names = font_names(render("<p><b>Bold</b> and Tiếng Việt, ελληνικά, русский</p>"))
    assert {OWN_FONT.fullmatch(name)[0].split("+")[1] for name in names} == {  # type: ignore[index]
        "consentkit-body",
        "consentkit-body-Bold",
        "consentkit-wide",
    }


def test_every_font_that_is_named_is_embedded() -> None:
    with pikepdf.open(io.BytesIO(render("<p><b>Bold</b> Việt</p>"))) as document:
        descriptors = [
            item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item
        ]
        assert len(descriptors) == 3
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys()) for item in descriptors)


def machine_with_font(folder: Path, characters: str) -> dict[str, str]:
    """The environment of a machine that has one font, Foreign, which knows some characters that ours lack."""
    folder.mkdir()
    font = TTFont(io.BytesIO(next(iter(font_files.font_assets().values()))))
    for table in font["cmap"].tables:
        if table.isUnicode():
            widest = 0xFFFF if table.format == 4 else sys.maxunicode
            table.cmap.update({ord(char): "A" for char in characters if ord(char) <= widest})
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = "Foreign"
    font.save(folder / "foreign.ttf")
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>", encoding="utf-8"
    )
    return environment(FONTCONFIG_FILE=str(folder / "fonts.conf"))


def render_on(machine: dict[str, str], body: str, style: str = "") -> str:
    """Render in a process of its own. Returns `made`, or the message of the failure."""
    script = f"""
from consentkit.errors import RenderingFailed
from kit.engine_pages import render
try:
    render({body!r}, {style!r})
    print("made")
except RenderingFailed as error:
    print(error)
"""
    machine = {**machine, "PYTHONPATH": f"{machine['PYTHONPATH']}:{Path(__file__).parents[1]}"}
    done = subprocess.run([sys.executable, "-c", script], env=machine, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_font_of_the_machine_is_refused_however_it_comes_in(tmp_path: Path) -> None:
    machine = machine_with_font(tmp_path / "fonts", "ก")
    assert render_on(machine, "<p>plain</p>") == "made\n"
    assert "a font that is not shipped" in render_on(machine, "", "p { font-family: Foreign; }")
    by_name = '@font-face { font-family: "consentkit body"; src: local("Foreign"); }'
    assert "its own font; remove the `@font-face` rule" in render_on(machine, "", by_name)


def test_the_fonts_are_made_known_to_the_page_engine_once_however_many_pages_and_threads_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []
    original = FontConfiguration.__init__

    def counted(self: FontConfiguration) -> None:
        made.append(self)
        original(self)

    monkeypatch.setattr(FontConfiguration, "__init__", counted)
    monkeypatch.setattr(assets, "_fonts_made", {})

    def work() -> None:
        for number in range(3):
            render(f"<p>Page {number}</p>")
            engine.draw_lines([f"Line {number}"])

    def in_threads_of_their_own(function: Callable[[], object]) -> None:
        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(function) for _ in range(2)]:
                done.result()

    in_threads_of_their_own(work)
    in_threads_of_their_own(work)
    assert len(made) == 1
    in_threads_of_their_own(lambda: render("<p>\u0645\u0631\u062d\u0628\u0627</p>", ARABIC_STYLE))
    assert len(made) == 2


def test_a_process_that_was_forked_makes_the_fonts_known_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_fonts_made", {})
    render("<p>Here</p>")
    assert run_limited(_fonts_of_this_process) == 1
    assert len(assets._fonts_made) == 1


def _fonts_of_this_process() -> int:
    before = len(assets._fonts_made)
    render("<p>There</p>")
    return len(assets._fonts_made) - before


def test_what_was_made_before_does_not_change_a_page() -> None:
    alone = render("<p>Plain</p>")
    render("<p>\u0645\u0631\u062d\u0628\u0627</p>", ARABIC_STYLE)
    engine.draw_lines(["\u0645\u0631\u062d\u0628\u0627"])
    assert render("<p>Plain</p>") == alone
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(render, "<p>Plain</p>").result() == alone


@pytest.mark.parametrize(
    "rule",
    [
        '@font-face { font-family: "mine"; src: url("asset:fontpkg_source_sans_3/SourceSans3(wght).ttf"); }',
        '@FONT-face { font-family: "consentkit body"; src: local("Foreign"), url("asset:logo"); }',
        '@\\66ont-face { font-family: "mine"; src: url("asset:logo"); }',
        '@media print { @font-face { font-family: "mine"; src: url("asset:logo"); } }',
    ],
)
def test_a_page_brings_no_font_of_its_own_that_later_pages_would_have_too(rule: str) -> None:
    with pytest.raises(RenderingFailed, match=r"remove the `@font-face` rule|may not use"):
        render("<p>x</p>", rule)
    assert render("<p>x</p>")


def test_a_character_that_our_fonts_lack_is_named_whether_the_machine_has_it_or_not(tmp_path: Path) -> None:
    expected = (
        "the fonts lack these characters: ก (U+0E01 THAI CHARACTER KO KAI): write it in Latin letters; "
        "𐘀 (U+10600 LINEAR A SIGN AB001): write it in Latin letters\n"
    )
    body = "<p>ก𐘀</p>"
    assert render_on(machine_with_font(tmp_path / "rich", "ก𐘀"), body) == expected
    assert render_on(machine_with_font(tmp_path / "poor", ""), body) == expected


def test_without_a_font_for_chinese_the_package_that_holds_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_files, "CJK_FONT", Path("/nowhere/font.ttc"))
    with pytest.raises(RenderingFailed, match="install a font: sudo apt-get install fonts-noto-cjk"):
        render("<p>安</p>")


@needs(str(font_files.CJK_FONT))
def test_with_a_font_for_chinese_its_letters_are_printed_and_read_back() -> None:
    pdf = render("<p>安娜 先生</p>", 'p { font-family: "consentkit cjk"; }')
    assert "安娜 先生" in readable_text(pdf)
    assert [fault for profile in BOTH_STANDARDS for fault in faults(pdf, profile)] == []


@pytest.mark.parametrize("style", ["", "b { font-weight: 700; font-variation-settings: 'wght' 700; }"])
def test_letters_of_the_variable_font_have_the_width_that_the_file_gives_them(style: str) -> None:
    pdf = render("<p>Nguyễn <b>Nguyễn</b> ελληνικά русский</p>", style)
    assert [fault for profile in BOTH_STANDARDS for fault in faults(pdf, profile)] == []


# --- what every file says about itself ---


def test_the_metadata_of_a_finished_file_can_be_read_back() -> None:
    own = read_properties(render(""))
    assert own == INFO.properties()


def test_metadata_is_printed_as_typed_whatever_it_holds() -> None:
    nasty = "</rdf:li> & <x> ]]> \"'"
    info = DocumentInfo(nasty, "en", "TEST-1", nasty, "2026-01-01", "0" * 64, publisher=nasty)
    assert (read_properties(b"%PDF-" + packet(info, nasty)) or {})["variant"] == nasty
    pdf = engine.render("<html lang=en><title>x</title><p>x", [STYLE], {}, info).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_metadata() as metadata:
        assert metadata["dc:title"] == nasty
        assert metadata["dc:publisher"] == [nasty] or nasty in metadata["dc:publisher"]


@pytest.mark.parametrize("foreign", [b"", b"%PDF-1.7 another", b"xmlns:consentkit", png()])
def test_a_file_of_another_program_has_no_properties_of_ours(foreign: bytes) -> None:
    assert read_properties(foreign) is None


def test_it_is_clear_where_each_stream_ends_even_if_its_data_ends_in_a_carriage_return() -> None:
    pdf = render('<img src="asset:logo" alt="x">', assets={"asset:logo": png()})
    assert pdf.count(b"endstream") == pdf.count(b"\r\nendstream") > 5
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []


def test_the_title_is_the_one_that_is_given_and_not_the_one_in_the_page() -> None:
    pdf = engine.render("<html lang=en><title>A\u00a0patient</title><p>x", [STYLE], {}, INFO).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_metadata() as metadata:
        assert (str(document.docinfo["/Title"]), metadata["dc:title"]) == ("A page", "A page")
    assert "patient" not in everything_in(pdf).decode("latin-1")


# --- limits ---


def test_a_document_of_a_clinic_with_its_own_templates_is_the_same_as_one_without(tmp_path: Path) -> None:
    plain = open_workspace(make_clinic(tmp_path / "plain")).render("SMALL-1")
    own = open_workspace(make_clinic(tmp_path / "own", templates={"note.html": ""})).render("SMALL-1")
    assert own == plain


def test_no_font_is_left_in_the_temporary_folder_even_before_memory_is_cleaned_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gc.disable()
    try:
        render("<p>Text</p>")
        engine.draw_lines(["Text"])
        assert list(tmp_path.iterdir()) == []
    finally:
        gc.enable()


DRAWN_AGAIN_AND_AGAIN = """
import gc
from pathlib import Path
from consentkit.pdf.render import assets, engine
from consentkit.processes.limits import run_limited

def resident():
    return int(Path("/proc/self/status").read_text(encoding="ascii").split("VmRSS:")[1].split()[0])

for turn in range(24):
    engine.draw_lines([f"Line {number} of {turn}" for number in range(300)])
    gc.collect()
    if turn == 3:
        before = resident()
print(resident() - before)
"""


@needs(allowed=lambda: sys.platform == "linux", otherwise="only Linux says in /proc how much memory a process has")
def test_what_is_drawn_leaves_nothing_in_memory() -> None:
    """6,000 lines would leave 2,000 KiB if their font features were not given back; the heap itself may grow by 600."""
    arguments = [sys.executable, "-c", DRAWN_AGAIN_AND_AGAIN]
    grown = subprocess.run(arguments, capture_output=True, check=True, text=True).stdout
    assert int(grown) < 1200


def test_weasyprint_still_leaves_a_reference_to_the_attributes_of_a_layout() -> None:
    """Where it no longer does, pdf/attributes.py would free them twice, and has to go."""
    document = weasyprint.HTML(string="<p style='font-variant-numeric: tabular-nums'>1</p>").render(
        font_config=FontConfiguration()
    )
    style = next(box.style for box in document.pages[0]._page_box.descendants() if isinstance(box, boxes.TextBox))
    layout = Layout(style)
    references = ffi.cast("unsigned int *", pango.pango_layout_get_attributes(layout.layout))
    assert references[0] == 2
