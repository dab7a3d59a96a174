"""A PDF read back through its structure tree: files of our engine, and files made by hand that hold what others do."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import pikepdf
import pypdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Stream

from consentkit.pdf.file.operators import operations
from consentkit.pdf.read.structure_text import TaggedText, UnreadablePdf, readable_text, tagged_text
from kit.tagged_samples import lay_out, render

CHARACTER_MAP = b"""
1 begincodespacerange <00> <ff> endcodespacerange
2 beginbfchar <01> <00660069> <02> <0020> endbfchar
2 beginbfrange <41> <5a> <0041> <61> <63> [<0061> <00620062> <0063>] endbfrange
"""
"""1 is "fi", 2 a space, capitals are themselves, b is doubled; nothing else means anything."""


def by_hand(
    content: bytes,
    build: Callable[[pikepdf.Pdf, Dictionary, Dictionary], object] | None = None,
    *,
    compressed: bool = True,
) -> bytes:
    """A page with a font F, and a paragraph that holds mark 0; `build` may change the file, the page, the paragraph."""
    pdf = pikepdf.new()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, ToUnicode=Stream(pdf, CHARACTER_MAP))
    page = pdf.add_blank_page().obj
    page.Resources = Dictionary(Font=Dictionary(F=pdf.make_indirect(font)))
    page.Contents = Stream(pdf, content)
    paragraph = pdf.make_indirect(Dictionary(S=Name.P, Pg=page, K=0))
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Dictionary(S=Name.Document, K=Array([paragraph]))))
    pdf.Root.StructTreeRoot = tree
    if build is not None:
        build(pdf, page, paragraph)
    file = io.BytesIO()
    pdf.save(file, compress_streams=compressed)
    return file.getvalue()


def test_blocks_come_in_reading_order_with_type_text_and_page() -> None:
    body = "<h1>One</h1><ul><li>Two <b>and</b> a half</li></ul><p style='break-before: page'>Three</p>"
    assert tagged_text(render(body)) == [
        TaggedText("H1", "One", 1),
        TaggedText("Lbl", "•", 1),
        TaggedText("LBody", "Two and a half", 1),
        TaggedText("P", "Three", 2),
    ]


def test_readable_text_has_a_line_for_each_block() -> None:
    body = "<table><caption>One</caption><tr><th>Two<td>Three</table><div>four<p>five</p></div>"
    assert readable_text(render(body)) == "One\nTwo\nThree\nfour\nfive"


def test_no_word_break_is_made_up() -> None:
    stock = lay_out("<p>One<br>two</p>").write_pdf(pdf_variant="pdf/a-2a", pdf_tags=True)
    assert readable_text(stock) == "Onetwo", "the engine itself leaves out the space at a line end"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (rb"/P <</MCID 0>> BDC /F 9 Tf (AB) Tj EMC", "AB"),
        (rb"/P<</MCID 0>>BDC/F 9 Tf<41 4>Tj EMC", "A@".replace("@", "\ufffd")),
        (rb"/P <</MCID 0>> BDC /F 9 Tf [(A) -900 <42> 3.5 (\103)] TJ EMC", "ABC"),
        (rb"/P <</MCID 0>> BDC /F 9 Tf (A) ' 1 2 (B) " b'" EMC', "AB"),
        (rb"/P <</MCID 0>> BDC /F 9 Tf (\001\002abc) Tj EMC", "fi abbc"),
        (rb"/P <</MCID 0>> BDC /F 9 Tf (A\)) Tj (\(C) Tj EMC", "A\ufffd\ufffdC"),
        (rb"/P <</MCID 0>> BDC /F 9 Tf (A(B)C) Tj EMC", "A\ufffdB\ufffdC"),
        (b"/P <</MCID 0>> BDC /F 9 Tf (A\\\nB\\\r\nC\\D) Tj EMC", "ABCD"),
        (b"/P <</MCID 0>> BDC % (X) Tj\n/F 9 Tf (A) Tj EMC", "A"),
        (rb"/P <</MCID 0>> BDC /F 9 Tf q /F 9 Tf Q (A) Tj EMC (B) Tj", "A"),
        (rb"/F 9 Tf /P <</MCID 0>> BDC (A) Tj /Artifact BMC (B) Tj EMC (C) Tj EMC", "AC"),
        (rb"/F 9 Tf /P <</MCID 0>> BDC /Span <</ActualText (B\351)>> BDC (A) Tj EMC EMC", "Bé"),
        (rb"/F 9 Tf /P <</MCID 0 /ActualText <FEFF05D0>>> BDC (A) Tj EMC", "א"),
        (rb"/F 9 Tf /P <</MCID 0>> BDC BI /W 1 /H 1 ID (X) Tj EMC EI (A) Tj EMC EMC EMC", "A"),
        (rb"/F 9 Tf /P <</X [<</Y (a)>> true null] /MCID 0>> BDC (A) Tj EMC", "A"),
        (b"/F 9 Tf /P <</MCID %b.0>> BDC (B) Tj EMC /P <</MCID 0>> BDC (A) Tj EMC" % (b"9" * 400), "A"),
        (b"/F 9 Tf /P 3 BDC (B) Tj EMC /P <</MCID 0>> BDC (A) Tj EMC", "A"),
        (b"/F 9 Tf /P <</MCID 0 /ActualText <EFBBBFC3A9>>> BDC (A) Tj EMC", "é"),
    ],
)
def test_content_streams_are_read_as_the_standard_has_it(content: bytes, expected: str) -> None:
    assert readable_text(by_hand(content)) == expected


def test_properties_may_stand_among_the_resources() -> None:
    def build(_: pikepdf.Pdf, page: Dictionary, __: Dictionary) -> None:
        page.Resources.Properties = Dictionary(M=Dictionary(MCID=0))

    assert readable_text(by_hand(b"/F 9 Tf /P /M BDC (A) Tj EMC", build)) == "A"


def test_a_form_drawn_inside_a_mark_belongs_to_the_mark() -> None:
    def build(pdf: pikepdf.Pdf, page: Dictionary, _: Dictionary) -> None:
        form = Stream(pdf, b"/F 9 Tf (B) Tj", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        page.Resources.XObject = Dictionary(X=pdf.make_indirect(form))

    assert readable_text(by_hand(b"/F 9 Tf /P <</MCID 0>> BDC (A) Tj /X Do (C) Tj EMC", build)) == "ABC"


def test_a_form_may_have_marks_of_its_own() -> None:
    def build(pdf: pikepdf.Pdf, page: Dictionary, paragraph: Dictionary) -> None:
        form = Stream(pdf, b"/F 9 Tf /P <</MCID 0>> BDC (B) Tj EMC", Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        page.Resources.XObject = Dictionary(X=pdf.make_indirect(form))
        paragraph.K = Array([0, Dictionary(Type=Name.MCR, Pg=page, Stm=page.Resources.XObject.X, MCID=0)])

    assert readable_text(by_hand(b"/F 9 Tf /P <</MCID 0>> BDC (A) Tj EMC /X Do", build)) == "AB"


def test_a_form_that_draws_itself_is_read_and_left() -> None:
    def build(pdf: pikepdf.Pdf, page: Dictionary, _: Dictionary) -> None:
        form = pdf.make_indirect(Stream(pdf, b"/F 9 Tf (B) Tj /X Do", Subtype=Name.Form))
        page.Resources.XObject = Dictionary(X=form)

    assert set(readable_text(by_hand(b"/P <</MCID 0>> BDC /X Do EMC", build))) == {"B"}


def test_roles_are_looked_up_in_the_role_map() -> None:
    def build(pdf: pikepdf.Pdf, _: Dictionary, paragraph: Dictionary) -> None:
        paragraph.S = Name.Chapter
        pdf.Root.StructTreeRoot.RoleMap = Dictionary(Chapter=Name.Title, Title=Name.H1)

    assert tagged_text(by_hand(b"/F 9 Tf /P <</MCID 0>> BDC (A) Tj EMC", build))[0].role == "H1"


@pytest.mark.parametrize(
    ("role", "entry", "expected"),
    [
        ("P", "ActualText", "Said"),
        ("Figure", "Alt", "Said"),
        ("Formula", "Alt", "Said"),
        ("P", "Alt", "A"),
        ("P", "E", "A"),
    ],
)
def test_replacements_are_read_in_place_of_content(role: str, entry: str, expected: str) -> None:
    def build(_: pikepdf.Pdf, __: Dictionary, paragraph: Dictionary) -> None:
        paragraph.S = Name(f"/{role}")
        paragraph[f"/{entry}"] = "Said"

    pdf = by_hand(b"/F 9 Tf /P <</MCID 0>> BDC (A) Tj EMC", build)
    assert tagged_text(pdf) == [TaggedText(role, expected, 1)]


def test_text_around_an_inner_block_stays_with_the_outer_one() -> None:
    def build(pdf: pikepdf.Pdf, page: Dictionary, paragraph: Dictionary) -> None:
        paragraph.S = Name.LBody
        inner = Dictionary(S=Name.P, Pg=page, K=1)
        paragraph.K = Array([0, pdf.make_indirect(inner), 2])

    content = b" ".join(b"/P <</MCID %d>> BDC (%c) Tj EMC" % (mcid, 65 + mcid) for mcid in range(3))
    assert tagged_text(by_hand(b"/F 9 Tf " + content, build)) == [
        TaggedText("LBody", "A", 1),
        TaggedText("P", "B", 1),
        TaggedText("LBody", "C", 1),
    ]


def tree_that_bites_its_tail() -> bytes:
    def build(_: pikepdf.Pdf, __: Dictionary, paragraph: Dictionary) -> None:
        paragraph.K = Array([paragraph])

    return by_hand(b"", build)


def encrypted() -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(by_hand(b""))) as pdf:
        pdf.save(file, encryption=pikepdf.Encryption(owner="one", user="two"))
    return file.getvalue()


def test_a_kid_that_is_null_and_an_empty_stream_say_nothing() -> None:
    def build(pdf: pikepdf.Pdf, page: Dictionary, paragraph: Dictionary) -> None:
        paragraph.K = Array([0, None])
        page.Contents = Array([page.Contents, Stream(pdf, b"")])

    assert readable_text(by_hand(b"/P <</MCID 0>> BDC /F 9 Tf (A) Tj EMC", build)) == "A"


UNCOMPRESSED = by_hand(b"/P <</MCID 0>> BDC /F 9 Tf (ABC) Tj EMC", compressed=False)


@given(st.lists(st.tuples(st.integers(0, len(UNCOMPRESSED) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_file_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(UNCOMPRESSED)
    for place, byte in changes:
        damaged[place] = byte
    with contextlib.suppress(UnreadablePdf):
        tagged_text(bytes(damaged))


def test_a_document_of_ours_reads_as_pypdf_reads_its_tree() -> None:
    """Two readers that know nothing of each other find the same characters, if not in the same order."""
    pdf = render("<h1>One</h1><p>Two <b>and</b> a half, “quoted” – é</p><ul><li>Three</li></ul>")
    theirs = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert sorted("".join(readable_text(pdf).split())) == sorted("".join(theirs.split()))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("pdf", "message"),
    [
        (b"", "not a PDF"),
        (b"%PDF-1.7\nnothing", "not a PDF"),
        (b"\x00" * 2000, "not a PDF"),
        (by_hand(b"")[:400], "not a PDF"),
        (lay_out("<p>One</p>").write_pdf(), "no structure tree"),
        (tree_that_bites_its_tail(), "damaged"),
        (encrypted(), "encrypted"),
        (by_hand(b"/P <</MCID 0>> BDC /G 9 Tf (A) Tj EMC"), "damaged"),
        (by_hand(b"/P <</MCID 0>> BDC Tj EMC"), "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused(pdf: bytes, message: str) -> None:
    with pytest.raises(UnreadablePdf, match=message):
        tagged_text(pdf)


_PIECES = ["[", "]", "<<", ">>", "<41 4>", "(a", ")", "\\", " ", "%c\n", "-12.5", "3", "/A", "TJ", "true", "ID", "EI"]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(_PIECES)).map(lambda pieces: "".join(pieces).encode()))
@example(b"[[]41>>")
@example(b"1" * 20_000)
def test_every_byte_string_is_a_content_stream(stream: bytes) -> None:
    for operation in operations(stream):
        assert isinstance(operation.operator, str)


@given(st.binary(max_size=40))
def test_strings_come_through_both_ways_of_writing_them(text: bytes) -> None:
    escaped = b"".join(b"\\%03o" % byte for byte in text)
    (operation,) = operations(b"(%b) <%b> Tj" % (escaped, text.hex().encode()))
    assert operation.operands == [text, text]
