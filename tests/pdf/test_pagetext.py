"""The text of each page of a packet, as it is drawn: whose papers these are is told by nothing else."""

from __future__ import annotations

import io
import unicodedata

import pikepdf
import pypdf
import pytest

from consentkit.pdf.file.seal import seal
from consentkit.pdf.file.syntax import Value, write
from consentkit.pdf.file.writer import FileWriter
from consentkit.pdf.read.drawn_text import PageTexts
from kit.linked_papers import FOOT, VALUES, Paper, box, document, link, small, untagged

pytestmark = pytest.mark.xdist_group("packets")

BODY = f"<h1>One</h1><p>Name {box('patient_name')}</p><h1>Two</h1><p>Name {box('patient_name')} {box('other')}</p>"


@pytest.mark.parametrize("fillable", [False, True])
def test_every_page_says_what_was_written_on_it_each_text_by_itself(fillable: bool) -> None:
    pdf = link(
        Paper(small(BODY, fillable=fillable), values={"patient_name": "Ann Sample"}),
        Paper(small(BODY, fillable=fillable), values={"patient_name": "Zoë Łuk"}),
    )
    pages = PageTexts().read(pdf)
    assert [texts.count("Ann Sample") for texts in pages] == [1, 1, 0, 0]
    assert [texts.count("Zoë Łuk") for texts in pages] == [0, 0, 1, 1]
    assert [texts.count(FOOT) for texts in pages] == [1, 1, 1, 1]


def test_the_text_of_the_paper_itself_is_found_too() -> None:
    (texts,) = PageTexts().read(link(Paper(small("<p>Some words of ours.</p>"))))
    assert "Some words of ours." in "".join(texts)


@pytest.mark.parametrize("layout", [{}, {"fillable": True}, {"large_print": True}])
def test_every_page_of_a_document_bears_the_patient(layout: dict[str, bool]) -> None:
    pages = PageTexts().read(link(Paper(document(**layout)[1], values=VALUES)))
    assert len(pages) == document(**layout)[1].pages
    for texts in pages:
        assert set(VALUES.values()) <= set(texts)
    assert all(set(VALUES.values()).isdisjoint(texts) for texts in PageTexts().read(document(**layout)[1].pdf))


def test_names_from_right_to_left_are_found_letter_for_letter() -> None:
    name = "سارة الأحمد"
    part = small(f"<p>الاسم: {box('patient_name')}</p>", "ar")
    for texts in PageTexts().read(link(Paper(part, values={"patient_name": name}, foot=False), language="ar")):
        letters = [sorted(unicodedata.normalize("NFKC", text).replace(" ", "")) for text in texts]
        assert sorted(name.replace(" ", "")) in letters


def test_a_reader_that_knows_other_files_says_the_same() -> None:
    reader = PageTexts()
    files = [
        link(Paper(small(BODY), values={"patient_name": name})) for name in ("Ann Sample", "Bob Other", "Ann Sample")
    ]
    assert [reader.read(pdf) for pdf in files] == [PageTexts().read(pdf) for pdf in files]


def lettered(meaning: str) -> bytes:
    """A file whose page shows code 1 in a font named F, which says that this is a certain letter."""
    out = io.BytesIO()
    writer = FileWriter(out)
    pages = writer.new_number()
    meanings = writer.add_stream({}, b"1 beginbfchar <0001> <%04X> endbfchar" % ord(meaning))
    font = writer.add({"Type": b"/Font", "Subtype": b"/Type0", "ToUnicode": meanings})
    resources: Value = {"Font": {"F": font}}
    contents = writer.add_stream({}, b"BT /F 9 Tf [<0001> -3 <0001>] TJ <00 01> Tj ET")
    page = writer.add({"Type": b"/Page", "Parent": pages, "Resources": resources, "Contents": contents})
    writer.put(pages, write({"Type": b"/Pages", "Kids": [page], "Count": b"1"}))
    writer.finish(writer.add({"Type": b"/Catalog", "Pages": pages}), writer.add({}), "0" * 32)
    return seal(out.getvalue())


def test_the_same_codes_may_say_something_else_in_the_next_file() -> None:
    reader = PageTexts()
    assert [reader.read(lettered(letter)) for letter in "aba"] == [[["aaa"]], [["bbb"]], [["aaa"]]]


def test_what_is_drawn_without_telling_its_letters_says_nothing() -> None:
    pages = PageTexts().read(link(Paper(untagged(b"BT /F1 24 Tf 90 600 Td (Your privacy) Tj ET"))))
    assert [text for text in pages[0] if text] == [FOOT]


def changed(name: str) -> bytes:
    """A packet from which something has been taken away."""
    with pikepdf.open(io.BytesIO(link(Paper(small(BODY), values=VALUES)))) as pdf:
        page = pdf.pages[0].obj
        for stamp in [key for key in page.Resources.XObject if key.startswith("/Stamp")]:
            if name == "drawing":
                del page.Resources.XObject[stamp]
            else:
                page.Resources.XObject[stamp].Resources = pikepdf.Dictionary()
        out = io.BytesIO()
        pdf.save(out)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    again = io.BytesIO()
    writer.write(again)
    return again.getvalue()


@pytest.mark.parametrize("name", ["drawing", "font"])
def test_a_stamp_that_is_not_drawn_is_not_found(name: str) -> None:
    assert [("Ann Sample" in texts) for texts in PageTexts().read(changed(name))] == [False, False]


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n", link(Paper(small("<p>x")))[:-9]])
def test_a_damaged_file_is_refused(pdf: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        PageTexts().read(pdf)
