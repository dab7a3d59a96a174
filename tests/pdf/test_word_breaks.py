"""What is read of the text that was drawn: words parted as in the source, and each piece as its author wrote it."""

from __future__ import annotations

import re
import unicodedata

import pikepdf
import pytest

from consentkit.pdf.read.structure_text import readable_text
from consentkit.pdf.tags.write import own_tagging
from kit.source_comparison import compare
from kit.tagged_samples import IMAGE, TABLE, all_of, faults, lay_out, opened, render, whole_page


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one two", "one two"),
        ("<b>one</b> two", "one two"),
        ("<b>one</b> <i>two</i>", "one two"),
        ("<b>one</b>&nbsp;<i>two</i>", "one two"),
        ("<b>one </b><i> two</i>", "one two"),
        ("one<b>two</b>", "onetwo"),
        ("one<br>two", "one two"),
        ("one <br> two", "one two"),
        ("one<wbr>two", "onetwo"),
        ("well-being", "well-being"),
        ("pre- and", "pre- and"),
        ("information", "information"),
        ("infor&shy;mation", "information"),
        ("one&#8203;two", "onetwo"),
        ("“one” two", "“one” two"),
        ("one <!-- a note --> two", "one two"),
        ("one <img alt=two src=IMAGE> three", "one two three"),
        ("Straße", "Straße"),
    ],
)
@pytest.mark.parametrize("width", ["1em", "30em"])
@pytest.mark.parametrize("looks", ["", "text-transform: uppercase", "text-align: justify"])
def test_words_are_parted_where_the_source_parts_them(body: str, expected: str, width: str, looks: str) -> None:
    pdf = render(f"<p>{body}</p>".replace("IMAGE", IMAGE), f"p {{ width: {width}; hyphens: auto; {looks} }}")
    assert readable_text(pdf) == expected
    assert faults(pdf) == []


def test_turkish_capitals_are_recognized() -> None:
    body = "<p lang=tr>izin ısırık <b>İki</b> ILIK</p>"
    assert compare(whole_page(body), render(body, "p { text-transform: uppercase; width: 4em }")) == []


@pytest.mark.filterwarnings("ignore")
def test_text_that_is_not_recognized_stays_in_its_place_and_is_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    pdf = render("<p>one two three <b>four</b> five</p>", "p { text-transform: full-width; width: 30em }")
    assert unicodedata.normalize("NFKC", readable_text(pdf)) == "one two three four five"
    assert "page 1: text that does not occur there in the source: 'ｆｏｕｒ'" in caplog.messages


@pytest.mark.parametrize("inner", ["", "<p style='height: 30mm'>Five</p>"])
def test_text_that_the_engine_loses_or_draws_twice_is_complained_of(
    inner: str, caplog: pytest.LogCaptureFixture
) -> None:
    """WeasyPrint 70.0 does so with floats near the end of a page, in a group that may not break."""
    body = f"<div style='height: 94mm'>One</div><section><h3>Two three four</h3>{inner}<p>Six</p></section>"
    pdf = render(body, "h3 { float: left; width: 3em } section { break-inside: avoid }")
    differs = compare(whole_page(body), pdf) != []
    assert differs == any(re.search("leaves out text|does not occur there", message) for message in caplog.messages)


def test_a_space_is_found_in_another_font_or_else_in_what_is_read() -> None:
    borrowed = render("<p>a b <b>one</b><br>two</p>")
    assert readable_text(borrowed) == "a b one two"
    assert all_of(borrowed, "Span") == []
    made_up = render("<p>one<br>two</p>")
    assert readable_text(made_up) == "one two"
    assert [str(span.dictionary.ActualText) for span in all_of(made_up, "Span")] == ["one "]


@pytest.mark.parametrize("text", ["שלום עולם", "السلام عليكم", "non\u2011smoking and well-being", "עולם (1) one"])
@pytest.mark.filterwarnings("ignore")
def test_text_whose_glyphs_do_not_say_it_is_replaced(text: str) -> None:
    body = f"<p>{text}</p>"
    assert compare(whole_page(body), render(body)) == []
    assert readable_text(render(body, "p { width: 2em }")) == text


def test_nothing_but_marks_and_spaces_at_line_ends_is_changed() -> None:
    body = f"<h1>One</h1><p>{'one <b>and two</b> ' * 99}</p>{TABLE}<p style='opacity: .5'>two<br>three</p>"
    document = lay_out(body, "@page { @top-left { content: 'head' } }")
    stock = drawn(document.write_pdf(pdf_variant="pdf/a-2a"))
    with own_tagging():
        own = drawn(document.write_pdf(pdf_variant="pdf/a-2a"))
    assert [operator for operator, _ in own] == [operator for operator, _ in stock]
    added = [ours[len(theirs) :] for (_, ours), (_, theirs) in zip(own, stock, strict=True) if ours != theirs]
    assert all(ours[: len(theirs)] == theirs for (_, ours), (_, theirs) in zip(own, stock, strict=True))
    assert len(added) > 20
    assert len(set(map(repr, added))) <= 2, "one space for each of the two fonts"


def drawn(pdf: bytes) -> list[tuple[str, list[object]]]:
    """The operators that draw, with their operands, those of arrays one by one."""
    file = opened(pdf)
    forms = [item for item in file.pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"]
    return [
        (str(operator), list(operands[0]) if str(operator) == "TJ" else list(operands))
        for stream in (*file.pages, *forms)
        for operands, operator in pikepdf.parse_content_stream(stream)
        if str(operator) not in ("BDC", "BMC", "EMC")
    ]
