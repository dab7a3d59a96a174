"""How the tagging takes its place in WeasyPrint, and leaves it."""

from __future__ import annotations

import inspect
from concurrent.futures import ThreadPoolExecutor

import pydyf
import pytest
import weasyprint.pdf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from consentkit.pdf.read.structure_text import readable_text
from consentkit.pdf.tags.write import own_tagging
from kit.tagged_samples import SENTENCE, faults, lay_out, render, shape


def test_the_engine_has_its_own_function_back_afterwards() -> None:
    stock = weasyprint.pdf.add_tags
    with own_tagging():
        assert weasyprint.pdf.add_tags is not stock
    assert weasyprint.pdf.add_tags is stock


def test_the_engine_has_its_own_function_back_after_an_exception() -> None:
    stock = weasyprint.pdf.add_tags
    with pytest.raises(RuntimeError), own_tagging():
        raise RuntimeError
    assert weasyprint.pdf.add_tags is stock
    with own_tagging():  # the lock is free again
        pass


def write(document: weasyprint.Document) -> bytes:
    with own_tagging():
        return document.write_pdf(pdf_variant="pdf/a-2a")


def test_threads_do_not_take_the_function_from_each_other() -> None:
    stock = weasyprint.pdf.add_tags
    documents = [lay_out("<div>One</div>") for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        pdfs = list(pool.map(write, documents))
    assert {shape(pdf) for pdf in pdfs} == {"P"}
    assert weasyprint.pdf.add_tags is stock


def test_weasyprint_still_has_the_private_parts_that_the_tagging_relies_on(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = "WeasyPrint has changed {}; adapt src/consentkit/pdf/ (tagging, gathering, marks), then this test"
    parameters = list(inspect.signature(weasyprint.pdf.add_tags).parameters)
    assert parameters == ["pdf", "document", "pdf_version", "page_streams"], changed.format("the signature of add_tags")

    parameters = list(inspect.signature(weasyprint.pdf.build_fonts_dictionary).parameters)
    assert parameters[:2] == ["pdf", "fonts"], changed.format("the signature of build_fonts_dictionary")

    calls = []
    monkeypatch.setattr(weasyprint.pdf, "add_tags", lambda *arguments: calls.append(arguments))
    body = "<ul><li>One</li></ul><table><thead><tr><td>Two</thead></table><p style='position: fixed'>Three</p>"
    lay_out(body).write_pdf(pdf_tags=True)
    assert len(calls) == 1, changed.format("how generate_pdf calls add_tags")
    pdf, document, _, (stream,) = calls[0]

    box, tag = next(iter(stream._tags.items()))
    assert isinstance(box, boxes.TextBox), changed.format("what Stream._tags is keyed by")
    assert set(tag) == {"tag", "mcid"}, changed.format("what Stream._tags holds")
    (start,) = (index for index, item in enumerate(stream.stream) if item == pydyf.Dictionary({"MCID": tag["mcid"]}))
    assert stream.stream[start - 1] == f"/{tag['tag']}", changed.format("how marked content starts")
    assert stream.stream[start + 1] == b"BDC", changed.format("how marked content starts")
    assert stream in pdf.objects, changed.format("when streams become objects")
    assert pdf.page_references == (f"{pdf.objects.index(stream) + 1} 0 R".encode(),), changed.format("page_references")

    font = next(iter(document.fonts.values()))
    assert " " in {**font.to_unicode, -1: " "}.values() and not font.bitmap, changed.format("Font")
    assert f"/{font.hash} ".encode() in b"\n".join(item for item in stream.stream if isinstance(item, bytes))

    page_box = document.pages[0]._page_box
    everything = list(page_box.descendants(placeholders=True))
    placeholders = [box for box in everything if isinstance(box, AbsolutePlaceholder)]
    assert all(isinstance(box._box, boxes.Box) for box in placeholders), changed.format("AbsolutePlaceholder")
    assert {"li::marker", "li"} <= {box.element_tag for box in everything}, changed.format("element_tag")
    assert any(box.is_header for box in everything if isinstance(box, boxes.TableRowGroupBox))
    assert any(box.is_for_root_element for box in page_box.children), changed.format("is_for_root_element")
    for name in ("element", "style", "link_annotation", "widget_annotation", "transformation_matrix", "is_leader"):
        assert all(hasattr(box, name) for box in everything), changed.format(f"Box.{name}")


def test_the_same_page_gives_the_same_bytes() -> None:
    body = f"<h1 id=a>One</h1><ul><li>{SENTENCE * 20}</li></ul><p><a href='#a'>two</a></p>"
    assert render(body) == render(body)


def test_a_laid_out_page_can_be_written_twice() -> None:
    document = lay_out("<p>One <a href='https://example.org'>two</a></p>")
    assert write(document) == write(document)


def test_pages_of_several_documents_can_be_written_together() -> None:
    documents = [lay_out("<p>One</p>"), lay_out("<p>Two</p>")]
    pages = [page for document in documents for page in document.pages]
    pdf = write(documents[0].copy(pages))
    assert readable_text(pdf) == "One\nTwo"
    assert faults(pdf) == []
