"""The structure tree that consentkit gives its PDFs, seen through small documents."""

from __future__ import annotations

import re

import pikepdf
import pytest

from consentkit.pdf.read.structure_text import readable_text, tagged_text
from consentkit.pdf.tags.collect import Collector
from kit.source_comparison import compare
from kit.tagged_samples import IMAGE, SENTENCE, TABLE, all_of, faults, opened, render, shape, whole_page

SVG = '<svg width="10" height="10" xmlns="http://www.w3.org/2000/svg">{}<rect width="10" height="10"/></svg>'


def assert_sound(body: str, pdf: bytes, language: str = "en") -> None:
    """Nothing to complain of, and exactly the text of the source, in order."""
    assert faults(pdf) == []
    assert compare(whole_page(body, language), pdf) == []


def pages_of(pdf: bytes, role: str) -> list[list[int | None]]:
    """The pages on which each element of a type has content."""
    return [sorted({content.page for content in element.contents()}) for element in all_of(pdf, role)]


def artifacts(pdf: bytes, page: int = 0) -> list[str]:
    """What the artifacts of a page are, apart from those of the layout: their types and subtypes."""
    operations = pikepdf.parse_content_stream(opened(pdf).pages[page])
    properties = [operands[1] for operands, _ in operations if operands[1:] and operands[0] == "/Artifact"]
    kinds = [" ".join(str(kind.get(key, ""))[1:] for key in ("/Type", "/Subtype")).strip() for kind in properties]
    return [kind for kind in kinds if kind != "Layout"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h1>One</h1><p>Two</p><h2>Three</h2>", "H1 P H2"),
        ("<section><h1>One</h1><p>Two</p></section>", "Sect(H1 P)"),
        ("<article><p>One</p></article><aside><p>Two</p></aside>", "Art(P) Sect(P)"),
        ("<nav><p>One</p></nav><blockquote>Two</blockquote>", "Sect(P) BlockQuote(P)"),
        ("<main><header><p>One</p></header><div><div><p>Two</p></div></div></main>", "P P"),
        ("<div>One</div><div>Two <em>three</em></div>", "P P"),
        ("<div>One<p>Two</p>three</div>four", "P P P P"),
        ("<address>One x<br>Two</address><pre>Three</pre><form><label>Four</label></form>", "P P P"),
        ("<fieldset><legend>One</legend><p>Two</p></fieldset>", "Sect(P P)"),
        ("<p>One <code>two</code> <q>three</q> <strong>four</strong></p>", "P(Code Quote)"),
        ("<p>One <span style='display: block'>two</span></p>", "P"),
        ("<div style='display: flex'><span>One</span><span>Two</span></div>", "P P"),
        ("<p style='display: flex'><span>One x</span><span>Two</span></p>", "P"),
        ("<p>One <span style='display: inline-block'>two</span></p>", "P"),
        ("<p></p><div><span></span></div><section></section><ol></ol><p>One</p>", "P"),
        ("<p style='visibility: hidden'>One</p><p style='display: none'>Two</p><p>Three</p>", "P"),
    ],
)
def test_elements_become_structure_types(body: str, expected: str) -> None:
    pdf = render(body)
    assert shape(pdf) == expected
    assert [fault for fault in faults(pdf) if "heading" not in fault.casefold()] == []


@pytest.mark.parametrize(
    ("body", "expected", "numbering"),
    [
        ("<ul><li>One</li></ul>", "L(LI(Lbl LBody))", "/Disc"),
        ("<ol><li>One</li><li>Two</li></ol>", "L(LI(Lbl LBody) LI(Lbl LBody))", "/Decimal"),
        ("<ol style='list-style: upper-roman inside'><li><p>One</p></li></ol>", "L(LI(Lbl LBody(P)))", "/UpperRoman"),
        ("<ul style='list-style: \"> \"'><li>One</li></ul>", "L(LI(Lbl LBody))", "/Disc"),
        ("<ul style='list-style: none'><li>One</li></ul>", "L(LI(LBody))", "/None"),
        ("<ul><li style='display: inline'>One</li></ul>", "L(LI(LBody))", "/None"),
        ("<ul class=own><li>One</li></ul>", "L(LI(Lbl LBody))", "/None"),
        ("<ol class=own><li>One</li></ol>", "L(LI(Lbl LBody))", "/Decimal"),
        ("<ul><li>One<ul><li>Two</li></ul></li></ul>", "L(LI(Lbl LBody(P L(LI(Lbl LBody)))))", "/Disc"),
        ("<dl><dt>One</dt><dd>Two</dd></dl>", "L(LI(Lbl LBody(P)))", "/None"),
        ("<dl><div><dt>One</dt><dd><p>Two</p></dd></div></dl>", "L(LI(Lbl LBody(P)))", "/None"),
        ("<dl><dt>A</dt><dt>B</dt><dd>C</dd><dd>D</dd></dl>", "L(LI(Lbl Lbl LBody(P P)))", "/None"),
        ("<dl><dt>A</dt><dd>B</dd><dt>C</dt><dd>D</dd></dl>", "L(LI(Lbl LBody(P)) LI(Lbl LBody(P)))", "/None"),
        ("<ul><li></li></ul>", "L(LI(Lbl LBody))", "/Disc"),
        ("<ul><p>One</p>two</ul>", "L(LI(LBody(P P)))", "/None"),
    ],
)
def test_lists_become_items_of_label_and_body(body: str, expected: str, numbering: str) -> None:
    pdf = render(body, ".own { list-style: none } .own li::before { content: 'x '; position: absolute; left: -1em }")
    assert shape(pdf) == expected
    assert str(all_of(pdf, "L")[0].attribute("/ListNumbering")) == numbering
    assert_sound(body, pdf)


def test_tables_have_caption_headers_with_scope_and_spans() -> None:
    pdf = render(TABLE)
    assert shape(pdf) == "Table(Caption THead(TR(TH TH TH)) TBody(TR(TH TD TD) TR(TH TD) TR(TD TD)))"
    assert [str(header.attribute("/Scope")) for header in all_of(pdf, "TH")] == ["/Column"] * 3 + ["/Row"] * 2
    assert all_of(pdf, "TH")[4].attribute("/RowSpan") == 2
    assert all_of(pdf, "TD")[2].attribute("/ColSpan") == 2
    assert list(map(str, all_of(pdf, "TD")[0].attribute("/Headers"))) == ["talk", "good"]
    assert_sound(TABLE, pdf)


def test_text_that_a_style_sheet_adds_to_a_row_gets_a_cell() -> None:
    pdf = render("<table><tr><th>One</tr></table>", "tr::after { content: 'x' } table::before { content: 'y' }")
    assert shape(pdf) == "Table(TR(TD) TBody(TR(TH TD)))"


def test_a_paragraph_on_two_pages_is_one_element() -> None:
    body = f"<p>{SENTENCE * 20}</p>"
    pdf = render(body)
    assert shape(pdf) == "P"
    assert pages_of(pdf, "P") == [[0, 1, 2]]
    assert_sound(body, pdf)


@pytest.mark.parametrize(
    ("body", "role"),
    [
        (f"<ul><li>{SENTENCE * 20}</li></ul>", "LI"),
        (f"<table><tr><th>One<tr><td>{SENTENCE * 20}</table>", "TD"),
        (f"<dl><dt>One</dt><dd>{SENTENCE * 20}</dd></dl>", "LBody"),
        (f"<p><a href='https://example.org'>{SENTENCE * 20}</a></p>", "Link"),
        (f"<p><span lang=es>{SENTENCE * 20}</span></p>", "Span"),
        (f"<div style='columns: 2'><p>{SENTENCE * 30}</p></div>", "P"),
    ],
)
def test_no_element_is_doubled_by_a_page_break(body: str, role: str) -> None:
    pdf = render(body)
    assert len(pages_of(pdf, role)) == 1
    assert len(pages_of(pdf, role)[0]) > 1
    assert_sound(body, pdf)


def test_the_head_of_a_table_is_read_once_and_is_pagination_on_later_pages() -> None:
    rows = "".join(f"<tr><td>{number}<td>{SENTENCE}" for number in range(8))
    body = f"<table><thead><tr><th>Number<th>Text</thead><tbody>{rows}</tbody></table>"
    pdf = render(body)
    assert len(all_of(pdf, "THead")) == 1
    assert artifacts(pdf, page=0) == []
    assert artifacts(pdf, page=1) == ["Pagination"] * 2
    assert_sound(body, pdf)


def test_running_heads_and_feet_are_artifacts() -> None:
    body = "<div class=head data-running>Head <a href='https://example.org'>link</a></div><p>Body</p>"
    style = ".head { position: running(head) } @page { @top-left { content: element(head) }"
    pdf = render(body, style + "@bottom-right { content: counter(page) } @left-middle { content: 'side' } }")
    assert sorted(artifacts(pdf)) == ["Pagination", "Pagination Footer", "Pagination Header", "Pagination Header"]
    assert "/Annots" not in opened(pdf).pages[0], "a link that is no content has no one to follow it"
    assert_sound(body, pdf)


@pytest.mark.parametrize(
    "decoration",
    [
        "<p aria-hidden=true>gone</p>",
        "<p><span aria-hidden=true>gone <b>too</b></span></p>",
        f"<img src='{IMAGE}' alt=''>",
        f"<img src='{IMAGE}' role=presentation>",
        SVG.format("").replace("<svg", "<svg aria-hidden=true"),
        "<div class=picture></div>",
        "<p><b>&nbsp;</b></p>",
    ],
)
def test_decoration_is_no_content(decoration: str, caplog: pytest.LogCaptureFixture) -> None:
    pdf = render(f"{decoration}<p>One</p>", f".picture::before {{ content: url('{IMAGE}') }}")
    assert shape(pdf) == "P"
    assert readable_text(pdf) == "One"
    assert faults(pdf) == []
    assert caplog.messages == []


def test_the_dots_that_lead_to_a_page_number_are_not_read() -> None:
    pdf = render("<p class=entry>One</p>", ".entry::after { content: leader('.') '7' }")
    assert re.fullmatch("One ?7", readable_text(pdf))
    assert faults(pdf) == []


@pytest.mark.parametrize("picture", [f"<img src='{IMAGE}' id=seal>", SVG.format("")])
def test_a_picture_without_a_description_is_complained_of(picture: str, caplog: pytest.LogCaptureFixture) -> None:
    render(picture)
    assert [record.name for record in caplog.records] == ["weasyprint"]
    assert caplog.messages[0].startswith("picture without a description")


def test_a_figure_says_what_it_shows_and_where() -> None:
    style = "@page { size: 200pt 300pt; margin: 0 } body { margin: 0 }"
    image = f"<img style='position: absolute; left: 20pt; top: 30pt; width: 40pt; height: 50pt' src='{IMAGE}' alt=Seal>"
    pdf = render(f"<p>Text</p>{image}", style)
    (figure,) = all_of(pdf, "Figure")
    assert str(figure.dictionary.Alt) == "Seal"
    assert list(map(float, figure.attribute("/BBox"))) == [20, 220, 60, 270]
    assert faults(pdf) == []


def test_the_box_of_a_turned_figure_is_the_one_that_it_fills() -> None:
    style = "@page { size: 200pt 300pt; margin: 0 } body { margin: 0 } div { transform: translate(10pt, 20pt) }"
    turned = (
        "transform: rotate(90deg); transform-origin: 0 0; margin-left: 100pt; display: block; width: 40pt; height: 10pt"
    )
    pdf = render(f"<div><img style='{turned}' src='{IMAGE}' alt=Seal></div>", style)
    assert list(map(float, all_of(pdf, "Figure")[0].attribute("/BBox"))) == [100, 240, 110, 280]


def test_figures_stand_alone_among_blocks_and_in_line_within_text() -> None:
    drawing = SVG.format("<title>A square</title>")
    pdf = render(f"<figure>{drawing}<figcaption>Caption</figcaption></figure><p>See {drawing}, please.</p>")
    assert shape(pdf) == "Div(Figure Caption) P(Figure)"
    assert [(block.role, block.text) for block in tagged_text(pdf)] == [
        ("Figure", "A square"),
        ("Caption", "Caption"),
        ("P", "See A square , please."),
    ]
    assert faults(pdf) == []


def test_a_link_over_several_lines_is_one_element_that_says_what_it_is() -> None:
    far = f"<a href='https://example.org'>our <b>long</b> page {SENTENCE}</a>"
    body = f"<p>See {far}, <a href='#end'>end</a></p><p id=end>End</p>"
    pdf = render(body)
    notes = [note for _, note in opened(pdf).annotations]
    assert shape(pdf) == "P(Link Link) P"
    assert len(notes) > 3
    assert {str(note.Contents)[:13] for note in notes} == {"our long page", "end"}
    assert_sound(body, pdf)


@pytest.mark.parametrize("attribute", ["aria-label", "title"])
def test_a_link_may_be_described_by_its_author(attribute: str) -> None:
    pdf = render(f"<p><a href='https://example.org' {attribute}='Our page'>here</a></p>")
    assert [str(note.Contents) for _, note in opened(pdf).annotations] == ["Our page"]


def test_language_is_stated_where_it_changes() -> None:
    body = """
    <p>English <span lang=es>español <span lang=es>más</span></span> English</p>
    <div lang=fr><p>français</p>nu <b lang=en>English</b></div><ul><li lang=de>deutsch</li></ul>
    """
    pdf = render(body)
    languages = [(element.role, str(element.dictionary.get("/Lang", ""))) for element in opened(pdf).elements]
    expected = "Document=en P= Span=es P=fr P=fr Span=en L= LI=de Lbl= LBody="
    assert " ".join(f"{role}={language}" for role, language in languages) == expected
    assert_sound(body, pdf)


def test_abbreviations_are_expanded() -> None:
    pdf = render("<p><abbr title='Food and Drug Administration'>FDA</abbr> says, <abbr>etc</abbr></p>")
    assert shape(pdf) == "P(Span)"
    assert str(all_of(pdf, "Span")[0].dictionary.E) == "Food and Drug Administration"


def test_elements_keep_their_identifiers_and_the_first_of_two_wins() -> None:
    pdf = render("<h1 id=zoo>Zoo</h1><p id=ärger>One</p><p id=zoo>Two</p><div id=gone><p id=ape>Three</p></div>")
    identifiers = [str(element.dictionary.get("/ID", "")) for element in opened(pdf).elements]
    assert identifiers == ["", "zoo", "ärger", "", "ape"]
    assert faults(pdf) == []


def test_the_document_has_title_and_language() -> None:
    (document,) = opened(render("<p>One</p>")).top
    assert (str(document.dictionary.T), str(document.dictionary.Lang)) == ("Sample", "en")


def test_a_page_without_language_is_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    render("<p>One</p>", language="")
    assert caplog.messages == ['the document states no language: write <html lang="...">']


def test_generated_text_is_read_in_its_place() -> None:
    style = "body { counter-reset: n } h2 { counter-increment: n } h2::before { content: counter(n) '. ' }"
    pdf = render("<h2>One</h2><p><q>Two</q></p><h2>Three</h2>", style + " p::after { content: ' (end)' }")
    assert readable_text(pdf) == "1. One\n“Two” (end)\n2. Three"


def test_generated_text_over_several_lines_keeps_its_words_apart() -> None:
    pdf = render("<p>One</p>", "p::before { content: 'a rather long note on several lines: ' } p { width: 5em }")
    assert readable_text(pdf) == "a rather long note on several lines: One"


@pytest.mark.parametrize(
    "body",
    [
        "<p>One</p><p style='float: right'>Two</p><p>Three</p>",
        "<div style='display: flex; flex-direction: row-reverse'><p>One</p><p>Two</p></div>",
        "<div style='position: relative'><p style='position: absolute; top: 90pt'>One</p><p>Two</p></div>",
        "<p>One <span style='position: absolute; top: 0'>two</span> three</p>",
        "<p>One <span style='float: left'>two</span> three</p>",
        "<div style='columns: 2'><p>One</p><p style='break-before: column'>Two</p></div>",
        "<p style='position: relative; z-index: -1'>One</p><p>Two</p>",
        "<p>One <span style='display: inline-block'><span style='display: block'>two</span> three</span> four</p>",
        "<div style='position: fixed; bottom: 0'>One</div><p style='break-after: page'>Two</p><p>Three</p>",
        "<table><tfoot><tr><td>One</tfoot><tbody><tr><th>Two</tbody></table>",
    ],
)
def test_reading_order_is_that_of_the_source_however_boxes_are_placed(body: str) -> None:
    assert_sound(body, render(body))


def test_text_in_a_transparent_group_is_in_the_tree() -> None:
    body = "<p>One</p><p style='opacity: .5'>two <b style='opacity: .5'>three</b></p><p>four</p>"
    pdf = render(body)
    assert shape(pdf) == "P P P"
    assert len({stream.reference for stream in opened(pdf).streams if stream.mcids}) == 3
    assert_sound(body, pdf)


def test_the_parent_tree_has_gaps_where_marks_are_artifacts() -> None:
    pdf = render("<p aria-hidden=true>gone</p><p>One</p><p aria-hidden=true>gone</p><p>Two</p>")
    ((_, entries),) = opened(pdf).parent_tree
    assert [entry is None for entry in entries] == [True, False, True, False]
    assert faults(pdf) == []


FIELDS = """
<form><p><label for=name>Your name</label> <input id=name name=name></p>
<p><input type=checkbox name=agree title='I agree'> I agree
<select name=choice title=Choice><option>one<option selected>two</select>
<textarea name=notes title=Notes>hello</textarea></p></form>
"""


def test_form_fields_are_in_the_tree_and_hold_nothing_else() -> None:
    pdf = render(FIELDS, forms=True)
    assert shape(pdf) == "P(Form) P(Form Form Form)"
    assert [len(field.kids) for field in all_of(pdf, "Form")] == [1, 1, 1, 1]
    assert readable_text(pdf) == "Your name\nI agree"
    assert faults(pdf, "ua1") == []  # for PDF/A-2a, fields would need appearances


def test_a_field_takes_the_name_that_its_author_gives_it() -> None:
    body = "<form><p><label><input type=checkbox name=agree aria-label='I agree'></label></p></form>"
    assert [str(note.TU) for _, note in opened(render(body, forms=True)).annotations] == ["I agree"]


def test_a_field_that_nobody_would_hear_of_is_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    render("<form aria-hidden=true><input name=a title=A></form><p>One</p>", forms=True)
    assert "form field in a place that is not read out" in caplog.messages[0]


def test_text_without_a_place_is_complained_of_and_left_out_of_the_tree(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Collector, "_visit", lambda *_: None)
    pdf = render("<p>One</p>")
    assert shape(pdf) == ""
    assert "text or picture outside the structure" in caplog.messages[0]


def test_a_long_document_with_everything_is_sound() -> None:
    body = f"""
    <div class=head data-running>Running</div><h1>One</h1><p>{SENTENCE * 12}</p>
    <h2>Two</h2><ol>{f"<li><p>{SENTENCE}</p><ul><li>{SENTENCE}</li></ul></li>" * 6}</ol>
    <table><thead><tr><th>A<th>B</thead>{f"<tr><th scope=row>x<td>{SENTENCE}" * 9}</table>
    <div style="display: flex"><p>{SENTENCE}</p><div>{SENTENCE}</div></div>
    <dl><div><dt>Term</dt><dd>{SENTENCE * 4}</dd></div></dl>
    <figure>{SVG.format("<title>Square</title>")}<figcaption>Caption</figcaption></figure>
    <p lang=es>{SENTENCE * 3}<a href="#end">{SENTENCE}</a></p><p id=end>End</p>
    """
    style = ".head { position: running(head) } @page { @top-left { content: element(head) } } p { text-align: justify }"
    assert_sound(body, render(body, style + " p, li, td { hyphens: auto }"))
