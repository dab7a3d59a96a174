"""Documents to fill in on a screen: like those on paper, as valid and as accessible, and what is typed can be seen."""

from __future__ import annotations

import ctypes
import hashlib
import io
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import tinyhtml5
from fontTools.ttLib import TTFont
from pikepdf import Name
from PIL import Image, ImageChops

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import LOGO_ASSET
from consentkit.documents.style_sheets import read_style
from consentkit.errors import RenderingFailed
from consentkit.library.approvals import Variant
from consentkit.library.clinic import load_clinic
from consentkit.library.languages import load_language
from consentkit.library.procedures import Library
from consentkit.model.signing_words import Role
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.xmp import DocumentInfo
from consentkit.pdf.read.content_text import Font
from consentkit.pdf.read.structure_text import readable_text
from consentkit.pdf.render import engine
from consentkit.resources import shipped
from kit.composing import page_of
from kit.running import SAMPLE_CLINIC, SOURCE, environment
from kit.structure_lint import lint
from kit.tagged_file import File
from kit.validation import BOTH_STANDARDS, faults

pytestmark = pytest.mark.xdist_group("forms")

INFO = DocumentInfo("A page", "en", "TEST-1", "consent", "2026-01-01", "0" * 64)
STYLE = """
@page { size: A6; margin: 15mm; font-family: "consentkit body" }
html { font-family: "consentkit body"; font-size: 10pt }
.rule { display: block; height: 16pt; border-bottom: 1pt solid }
.box { display: inline-block; width: 12pt; height: 12pt; border: 1pt solid }
"""
DOTS_PER_INCH = 100

# Programs fill in forms by these names, so a change of one breaks something at a clinic.
NAMES_OF_90839 = [
    *("patient_name", "patient_born", "patient_record", "clinic_name", "clinic_address", "clinic_phone"),
    *(f"questions_{number}" for number in range(1, 7)),
    "confidentiality_initials",
    *("telehealth_applies", "telehealth_1", "telehealth_2"),
    *("trainee_applies", "name_of_trainee", "name_of_supervisor"),
    *("patient_signature", "patient_signed_on", "patient_signed_at", "patient_printed_name"),
    *("clinician_teach_back_1", "clinician_teach_back_2", "clinician_teach_back_3"),
    *("clinician_signature", "clinician_signed_on", "clinician_signed_at", "clinician_printed_name"),
    "representative_blank",
    *("representative_signature", "representative_signed_on", "representative_signed_at"),
    "representative_printed_name",
    *("assent_signature", "assent_signed_on", "assent_signed_at", "assent_printed_name"),
    "interpreter_blank",
    *("interpreter_signature", "interpreter_signed_on", "interpreter_signed_at", "interpreter_printed_name"),
    *("witness_signature", "witness_signed_on", "witness_signed_at", "witness_printed_name"),
]

VALUES = {
    "patient_name": "Nguyễn Thị Phương Thảo",
    "patient_born": "9/15/1978",
    "clinic_name": "Κλινική Ωμέγα",
    "clinic_address": "12 Long Winding Street, Upper Springfield, Massachusetts 01103",
    "confidentiality_initials": "ŁÆŞ",
    "patient_printed_name": "Ольга Сергеевна, її сестра",
    "questions_1": "We talk about what happened. I go home with a plan.",
    "questions_3": "May I feel worse for a day?",
    "patient_signed_on": "September 15, 2026",
}


LIBRARY = Library((shipped("procedures"),))
TEMPLATES = (shipped("templates"),)


@cache
def shipped_html(code: str = "90839", clinic: Path | None = None) -> str:
    """The page of a shipped document."""
    pack = load_language(TEMPLATES, "en")
    return page_of(LIBRARY.procedure(code), load_clinic(clinic).clinic, pack, TEMPLATES).html


@cache
def shipped_pdf(code: str = "90839", *, fillable: bool = True, clinic: Path | None = None) -> bytes:
    """A shipped document."""
    folder = load_clinic(clinic)
    styles = [read_style(name, TEMPLATES) for name in ("print.css", "paper-letter.css")]
    assets = {LOGO_ASSET: folder.logo.data} if folder.logo else {}
    return engine.render(shipped_html(code, clinic), styles, assets, INFO, fillable=fillable).pdf


def small_pdf(body: str, style: str = "", *, fillable: bool = True) -> bytes:
    """A small page."""
    html = f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{body}</body></html>'
    return engine.render(html, [STYLE, style], {}, INFO, fillable=fillable).pdf


def box(name: str, label: str | None = None, kind: str = "text", style: str = "rule") -> str:
    """A box that asks for a field."""
    label = f"Label of {name}" if label is None else label
    return f'<span class="{style}" data-field="{name}" data-label="{label}" data-kind="{kind}"></span>'


def failures(pdf: bytes) -> list[str]:
    """What the validator holds against a PDF, as PDF/UA-1 and as PDF/A-2a."""
    return [fault for profile in BOTH_STANDARDS for fault in faults(pdf, profile)]


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def widgets(document: pikepdf.Pdf) -> Iterator[tuple[int, str, pikepdf.Dictionary]]:
    """The widgets of a document with their pages, counted from 0, and the names of their fields."""
    for number, page in enumerate(document.pages):
        for note in page.obj.get("/Annots", []):
            if note.Subtype == Name.Widget:
                yield number, str(note.get("/Parent", note).T), note


def fields(document: pikepdf.Pdf) -> dict[str, pikepdf.Dictionary]:
    return {str(field.T): field for field in document.Root.AcroForm.Fields}


@lru_cache(maxsize=4)
def pictures(pdf: bytes) -> list[Image.Image]:
    """The pages as poppler shows them."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-", f"{folder}/page"]
        subprocess.run(arguments, input=pdf, check=True)
        return [Image.open(path).convert("L") for path in sorted(Path(folder).iterdir())]


def shown(pdf: bytes, page: int, widget: pikepdf.Dictionary) -> Image.Image:
    """What can be seen where a widget stands."""
    picture = pictures(pdf)[page]
    left, bottom, right, top = (float(value) * DOTS_PER_INCH / 72 for value in widget.Rect)
    return picture.crop((round(left), round(picture.height - top), round(right), round(picture.height - bottom)))


def ink(of_part: Image.Image) -> int:
    """How many dark pixels there are."""
    return sum(of_part.histogram()[:128])


def assert_seen(pdf: bytes, values: Mapping[str, str]) -> None:
    """Each value can be seen in every place of its field, more than what the empty document shows there."""
    seen = set()
    with opened(pdf) as document:
        for page, name, widget in widgets(document):
            if name in values:
                before = ink(shown(shipped_pdf(), page, widget))
                assert ink(shown(pdf, page, widget)) > before + 3 * len(values[name]), (name, page)
                seen.add(name)
    assert seen == set(values)


def text_of(pdf: bytes) -> str:
    """The text of a PDF as poppler finds it on the pages, values of fields included."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


# --- the form ---


@pytest.mark.parametrize(("code", "clinic"), [("90839", None), ("90853", SAMPLE_CLINIC)])
def test_a_fillable_document_is_valid_and_reads_like_the_one_on_paper(code: str, clinic: Path | None) -> None:
    pdf = shipped_pdf(code, clinic=clinic)
    assert failures(pdf) == []
    assert lint(pdf) == []
    assert readable_text(pdf) == readable_text(shipped_pdf(code, fillable=False, clinic=clinic))


def test_an_empty_form_looks_like_the_document_on_paper() -> None:
    on_paper = shipped_pdf(fillable=False)
    assert b"/AcroForm" not in on_paper
    for number, (paper, form) in enumerate(zip(pictures(on_paper), pictures(shipped_pdf()), strict=True), 1):
        assert ImageChops.difference(paper, form).getbbox() is None, f"page {number}"


def test_fields_have_the_names_that_programs_know() -> None:
    with opened(shipped_pdf()) as document:
        assert list(fields(document)) == NAMES_OF_90839


def test_no_document_uses_a_name_for_two_things() -> None:
    for code in LIBRARY.codes():
        marks = [element.attrib for element in tinyhtml5.parse(shipped_html(code)).iter() if element.get("data-field")]
        asked = Counter(mark["data-field"] for mark in marks)
        assert {name for name, count in asked.items() if count > 1} == {
            "patient_name",
            "patient_born",
            "patient_record",
            "packet_print",
        }
        assert len({tuple(sorted(mark.items())) for mark in marks if mark.pop("class")}) == len(asked), code


def test_every_field_says_what_it_asks_for_in_words_of_the_page() -> None:
    words = readable_text(shipped_pdf())
    with opened(shipped_pdf()) as document:
        words += "".join(str(element.dictionary.get("/E", "")) for element in File(document).elements)
        labels = [str(field.TU) for field in fields(document).values()]
        assert len(list(widgets(document))) == len(labels), "the heads of later pages ask for nothing"
    assert {"Patient: Name", "Patient: Date of birth (mm/dd/yyyy)", "Patient: Record number"} <= set(labels)
    assert len(set(labels)) == len(labels)
    assert [
        piece for label in labels for piece in label.replace(" (mm/dd/yyyy)", "").split(": ") if piece not in words
    ] == []


def test_every_field_is_on_its_page_and_is_printed() -> None:
    with opened(shipped_pdf()) as document:
        known = {field.objgen for field in fields(document).values()}
        for number, name, widget in widgets(document):
            page = document.pages[number].obj
            left, bottom, right, top = (float(value) for value in widget.Rect)
            assert page.MediaBox[0] <= left < right <= page.MediaBox[2], name
            assert page.MediaBox[1] <= bottom < top <= page.MediaBox[3], name
            assert widget.P.objgen == page.objgen
            assert widget.get("/Parent", widget).objgen in known
            assert widget.F == 4
            shown_states = (
                [widget.AP.N] if "/BBox" in widget.AP.N else list(dict(widget.AP.N).values())
            )  # of a box to tick
            for state in shown_states:
                assert [float(value) for value in state.BBox] == pytest.approx([0, 0, right - left, top - bottom])


def test_fields_are_walked_through_in_reading_order() -> None:
    with opened(shipped_pdf()) as document:
        in_tree = list(File(document).objects)
        for page in document.pages:
            assert page.obj.Tabs == Name.S
            notes = [note.objgen for note in page.obj.get("/Annots", [])]
            assert notes == [reference for reference in in_tree if reference in notes]


def test_a_signature_is_a_field_of_its_kind_that_is_still_empty() -> None:
    with opened(shipped_pdf()) as document:
        assert document.Root.AcroForm.SigFlags == 1
        signatures = {name: field for name, field in fields(document).items() if name.endswith("_signature")}
        assert set(signatures) == {f"{role}_signature" for role in (*get_args(Role), "assent")}
        assert {str(field.FT) for field in signatures.values()} == {"/Sig"}
        assert not any("/V" in field for field in signatures.values())


def test_viewers_need_not_draw_the_fields_before_they_are_filled_in() -> None:
    with opened(shipped_pdf()) as document:
        assert "/NeedAppearances" not in document.Root.AcroForm
        fonts = document.Root.AcroForm.DR.Font
        for field in fields(document).values():
            if str(field.FT) == "/Tx":
                font, *rest = str(field.DA).split()
                assert rest[1:] == ["Tf", "0", "g"]
                assert "/FontFile2" in fonts[font].DescendantFonts[0].FontDescriptor


def test_the_same_input_gives_the_same_bytes_in_any_process() -> None:
    body = f"<p>Name {box('name')}</p><p>Signature {box('sig', kind='signature')}</p>"
    program = f"import hashlib, test_forms; print(hashlib.sha256(test_forms.small_pdf({body!r})).hexdigest())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=environment(
                PYTHONHASHSEED=seed, PYTHONPATH=f"{SOURCE}:{Path(__file__).parents[1]}:{Path(__file__).parent}"
            ),
            capture_output=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    assert {run.stdout.decode().strip() for run in runs} == {hashlib.sha256(small_pdf(body)).hexdigest()}


# --- what is typed ---


def filled_with_pypdf(values: Mapping[str, str], pdf: bytes = b"") -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf or shipped_pdf()))
    writer.update_page_form_field_values(None, values, auto_regenerate=False)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_what_pypdf_fills_in_is_seen_and_the_document_stays_valid() -> None:
    pdf = filled_with_pypdf(VALUES)
    assert_seen(pdf, VALUES)
    assert failures(pdf) == []
    text = " ".join(text_of(pdf).split())
    assert [value for value in VALUES.values() if value not in text] == []


def test_what_pikepdf_fills_in_is_seen_once_a_viewer_draws_it() -> None:
    with opened(shipped_pdf()) as document:
        for name, field in fields(document).items():
            if name in VALUES:
                field.V = pikepdf.String(VALUES[name])
                for widget in field.get("/Kids", [field]):
                    del widget.AP
        written = io.BytesIO()
        document.save(written)
    assert_seen(written.getvalue(), VALUES)


@pytest.mark.parametrize("typed", ["with pypdf", "in pdfium"])
def test_what_is_typed_lies_on_its_ruled_line_and_not_across_one(typed: str) -> None:
    values = {f"questions_{number}": "My longest question: why today, gyps?" for number in range(1, 7)}
    pdf = filled_with_pypdf(values) if typed == "with pypdf" else typed_in_pdfium(values)
    with opened(pdf) as document:
        places = [(page, widget) for page, name, widget in widgets(document) if name in values]
    assert len(places) == len(values)
    for page, widget in places:
        left, bottom, right, top = (float(value) for value in widget.Rect)
        rows = shown(pdf, page, pikepdf.Dictionary(Rect=[left, bottom - 3, right, top + 2]))
        inked = [y for y in range(rows.height) if ink(rows.crop((0, y, rows.width, y + 1)))]
        letters = [y for y in inked if ink(rows.crop((0, y, rows.width, y + 1))) < 0.9 * rows.width]
        ruled = max(set(inked) - set(letters))
        assert max(letters) <= ruled, "the letters end on the line"
        assert ruled - max(letters) < 4 * DOTS_PER_INCH / 72, "and begin no higher than that"
        assert min(letters) > 2 * DOTS_PER_INCH / 72, "and do not reach the line above"


def typed_in_pdfium(values: Mapping[str, str]) -> bytes:
    """What becomes of a document when someone clicks into its fields and types, as in Chrome."""
    with opened(shipped_pdf()) as document:
        places = {name: (page, widget.Rect) for page, name, widget in reversed(list(widgets(document)))}
        rectangles = {name: (page, [float(value) for value in places[name][1]]) for name, (page, _) in places.items()}
    form = pypdfium2.PdfDocument(shipped_pdf())
    form.init_forms()
    pages = [form[number] for number in range(len(form))]
    for name, value in values.items():
        number, (left, bottom, right, top) = rectangles[name]
        at = (form.formenv, pages[number], 0, (left + right) / 2, (bottom + top) / 2)
        for act in (pdfium.FORM_OnMouseMove, pdfium.FORM_OnLButtonDown, pdfium.FORM_OnLButtonUp):
            act(*at)
        text = ctypes.create_string_buffer(value.encode("utf-16-le") + b"\0\0")
        pdfium.FORM_ReplaceSelection(form.formenv, pages[number], ctypes.cast(text, pdfium.FPDF_WIDESTRING))
        pdfium.FORM_ForceToKillFocus(form.formenv)
    written = io.BytesIO()
    form.save(written)
    form.close()
    return written.getvalue()


def test_what_is_typed_in_pdfium_is_seen_on_every_page() -> None:
    values = {"patient_name": "José Müller", "patient_born": "9/15/1978", "questions_1": VALUES["questions_1"]}
    pdf = typed_in_pdfium(values)
    assert_seen(pdf, values)
    assert failures(pdf) == []
    with opened(pdf) as document:
        assert {name: str(fields(document)[name].V) for name in values} == values


# --- the font ---


@pytest.mark.parametrize(
    "letters",
    [
        "ABCXYZ abcxyz 0123456789 .,:;!?'\"()/@#&%+-=*",
        "ÀÉÎÕÜßæøåçñÐÞ ĄĆĘŁŃŚŹŻ ČŘŠŽĎŤŮ ŐŰ ĂȘȚ ĞİŞı ĀĒĢĶĻŅ ĊĠĦ ŴŶ Əə Ŋŋ",
        "ĂăÂâĐđÊêÔôƠơƯư ẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặ ẸẹẺẻẼẽẾếỀềỂểỄễỆệ ỈỉỊị",
        "ỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợ ỤụỦủỨứỪừỬửỮữỰự ỲỳỴỵỶỷỸỹ",
        "ΑΒΓΔΘΛΞΠΣΦΨΩ αβγδεζηθικλμνξοπρσςτυφχψω ΆΈΉΊΌΎΏ άέήίόύώϊϋΐΰ",
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ абвгдеёжзийклмнопрстуфхцчшщъыьэюя ЂЃЄЅІЇЈЉЊЋЌЎЏҐ ђѓєѕіїјљњћќўџґ",
        "–—‘’‚“”„…•€£¥₫№™",
    ],
)
def test_the_font_of_the_fields_has_what_people_type_and_each_glyph_says_its_letter(letters: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(shipped_pdf()))
    (font,) = reader.root_object["/AcroForm"]["/DR"]["/Font"].values()
    font = font.get_object()
    file = TTFont(io.BytesIO(font["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"].get_data()))
    glyphs = {chr(code): file.getGlyphID(name) for code, name in file.getBestCmap().items()}
    assert {letter for letter in letters if letter not in glyphs} == set()
    parts = read_file(shipped_pdf())
    (reference,) = parts.dictionary(
        parts.dictionary(parts.dictionary(parts.catalog["AcroForm"])["DR"])["Font"]
    ).values()
    assert Font(parts, reference).decode(b"".join(glyphs[letter].to_bytes(2, "big") for letter in letters)) == letters


# --- marks in templates ---


def test_a_check_box_can_be_ticked_and_stays_valid() -> None:
    pdf = small_pdf(f"<p>I agree {box('agree', 'I agree', 'check', 'box')}</p>")
    ticked = filled_with_pypdf({"agree": "/Yes"}, pdf)
    assert (failures(pdf), failures(ticked), lint(pdf)) == ([], [], [])
    with opened(pdf) as document:
        ((_, _, widget),) = widgets(document)
        assert [str(widget[key]) for key in ("/FT", "/AS", "/V")] == ["/Btn", "/Off", "/Off"]
        empty, full = (ink(shown(version, 0, widget)) for version in (pdf, ticked))
    assert full > empty + 10


REPEATED = {
    "head": "#again { position: running(x) } @page { @top-left { content: element(x); width: 50% } }",
    "foot": "#again { position: running(x) } @page { @bottom-left { content: element(x); width: 50% } }",
    "fixed box": "#again { position: fixed; bottom: 0 }",
}
"""Ways to draw something on each page."""


@pytest.mark.parametrize("where", REPEATED)
def test_what_each_page_asks_for_again_is_no_field(where: str) -> None:
    style = f"{REPEATED[where]} #again .rule {{ width: 30mm }} h1 + p {{ break-before: page }}"
    body = f"<p>Name {box('name')}</p><div id='again'>{box('name')}</div><h1>One</h1><p>Two {box('other')}</p>"
    pdf = small_pdf(body, style)
    assert failures(pdf) == []
    assert lint(pdf) == []
    with opened(pdf) as document:
        names = [(page, name) for page, name, _ in widgets(document)]
        assert names in ([(0, "name"), (1, "other")], [(0, "name"), (0, "name"), (1, "other")])
        assert [element.role for element in File(document).elements].count("Form") == len(names)
        assert list(fields(document)) == ["name", "other"]


def test_what_each_page_asks_for_again_is_a_slot_on_each_for_packets() -> None:
    style = REPEATED["head"] + "#again .rule { width: 30mm } h1 + p { break-before: page }"
    html = f"<html lang=en><body><div id=again>{box('name')}</div><h1>One</h1><p>Two</p></body></html>"
    part = engine.render(html, [STYLE, style], {}, INFO, fillable=True)
    assert [(slot.page, slot.name, slot.element, slot.widget) for slot in part.slots] == [
        (0, "name", None, None),
        (1, "name", None, None),
    ]


def test_fields_are_reached_in_the_order_of_the_pages_and_never_go_back() -> None:
    with opened(shipped_pdf()) as document:
        pages = {page.objgen: number for number, page in enumerate(document.pages)}
        reached = [pages[kid.Pg.objgen] for kid in objects_of(document.Root.StructTreeRoot)]
        assert reached == sorted(reached)
        assert len(reached) == len(list(widgets(document)))


def objects_of(element: Any) -> Iterator[Any]:
    """What the structure says of each form field, in reading order."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if kid.get("/Type") == pikepdf.Name.OBJR and kid.Obj.Subtype == "/Widget":
                yield kid
            yield from objects_of(kid)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("variant", ["consent", "information", "refusal", "plan"])
def test_no_two_fields_of_a_document_say_the_same(language: str, variant: Variant) -> None:
    document = open_workspace(None, open_store()).render("90839", language=language, variant=variant, fillable=True)
    with opened(document.pdf) as file:
        labels = Counter(str(widget.TU) for _, _, widget in widgets(file))
    assert [label for label, count in labels.items() if count > 1] == []
    assert len(labels) > 3


def test_abbreviations_are_said_in_full() -> None:
    pdf = open_workspace(None, open_store()).render("90839", language="es", fillable=True).pdf
    with opened(pdf) as file:
        labels = [str(widget.TU) for _, _, widget in widgets(file)]
        expanded = {str(element.dictionary.E) for element in File(file).elements if "/E" in element.dictionary}
    assert {"Paciente: Fecha de nacimiento (mm/dd/aaaa)", "Paciente: Número de expediente"} <= set(labels)
    assert expanded == {"Fecha de nacimiento", "Número de expediente", "Idioma; número de identificación"}
    assert [label for label in labels if "nac." in label or "n.º" in label] == []


def test_two_fields_of_one_label_are_refused() -> None:
    with pytest.raises(RenderingFailed, match="form fields 'one' and 'two' have the same label"):
        small_pdf(box("one", "Name") + box("two", "Name"))
    assert small_pdf(box("one", "Name") + box("two", "Name"), fillable=False)


def test_a_box_that_breaks_over_two_pages_is_one_field_on_both() -> None:
    lines = "<div style='height: 20mm'></div>" * 8
    pdf = small_pdf(f"<h1>One</h1><div data-field=name data-label=Name data-kind=line>{lines}</div>")
    assert (failures(pdf), lint(pdf)) == ([], [])
    with opened(pdf) as document:
        assert [page for page, _, _ in widgets(document)] == [0, 1]
        assert list(fields(document)) == ["name"]


def test_a_field_is_as_large_as_its_box_wherever_that_was_moved() -> None:
    style = "@page { size: 200pt 300pt; margin: 0 } body { margin: 0 }"
    moved = ".rule { width: 100pt; transform: translate(20pt, 40pt) rotate(90deg); transform-origin: 0 0 }"
    plain, turned = (small_pdf(f"{box('a')}<p>Text</p>", style + rule) for rule in (".rule { width: 100pt }", moved))
    rectangles = []
    for pdf in (plain, turned):
        with opened(pdf) as document:
            ((_, _, widget),) = widgets(document)
            rectangles.append([float(value) for value in widget.Rect])
    assert rectangles == [[0, 284, 100, 300], [4, 160, 20, 260]]


def test_marks_mean_nothing_in_a_document_on_paper() -> None:
    marked = small_pdf(f"<p>Name {box('Not a name!', '')}</p>", fillable=False)
    assert marked == small_pdf("<p>Name <span class='rule'></span></p>", fillable=False)


def test_a_page_without_marks_has_no_form() -> None:
    assert small_pdf("<p>Text</p>") == small_pdf("<p>Text</p>", fillable=False)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (box("a.b"), "form field 'a.b' needs a name that starts with a letter and consists of a-z, 0-9 and _"),
        (box(""), "form field '' needs a name"),
        (box("a", " "), "form field 'a' has no label: write data-label"),
        (box("a", kind="date"), "'a' is of an unknown kind; data-kind must be one of text, line, check, signature"),
        ("<p data-field=a data-label=A>Text</p>", "form field 'a' holds text"),
        (box("a") + box("a", "Another"), "form field 'a' is marked twice, with different labels"),
        (box("a") + box("a", kind="signature"), "form field 'a' is marked twice"),
        (box("a", style="none"), "form field 'a' is too small on page 1"),
        (f"<div style='margin-left: -60mm'>{box('a')}</div>", "form field 'a' extends beyond page 1"),
        (f"<div aria-hidden=true>{box('a')}</div>", "form field in a place that is not read out"),
    ],
)
def test_a_wrong_mark_fails_the_document(body: str, message: str) -> None:
    with pytest.raises(RenderingFailed) as raised:
        small_pdf(body)
    assert message in str(raised.value)
