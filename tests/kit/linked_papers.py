"""Small parts, and packets linked from them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import pikepdf

from consentkit.documents.making import DocumentSource, compose_page
from consentkit.documents.page import Content
from consentkit.documents.printing import assets_of, print_page
from consentkit.library.approvals import Variant, load_approvals
from consentkit.library.clinic import load_clinic
from consentkit.library.languages import load_language
from consentkit.model.identity import Layout
from consentkit.packets.lettering import Texts, field_values
from consentkit.pdf.file.seal import seal
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.foreign.intake import accept
from consentkit.pdf.link.compile import CompiledPart, compile_part
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import Insert, Stamp
from consentkit.pdf.part import Part
from consentkit.pdf.render import engine
from consentkit.resources import shipped
from kit.small import small_procedure

TEMPLATES = (shipped("templates"),)


STYLE = """
@page { size: A5; margin: 20mm } html { font-family: "consentkit body", "consentkit arabic" }
.box { display: inline-block; width: 60mm; height: 8mm } h1 ~ h1 { break-before: page }
"""


VALUES = {"patient_name": "Ann Sample", "patient_born": "9/15/1978", "patient_record": "MR-00471"}


FOOT = "Page of a packet"


@dataclass(frozen=True)
class Paper:
    """A part, and what a test does with it."""

    part: Part
    title: str = "A paper"
    values: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[bytes, int] = field(default_factory=dict)
    flush_right: bool = False
    foot: bool = True


def box(name: str, label: str | None = None, kind: str = "text") -> str:
    label = f"Label of {name}" if label is None else label
    return f'<span class="box" data-field="{name}" data-label="{label}" data-kind="{kind}"></span>'


@cache
def small(body: str, language: str = "en", *, fillable: bool = False, style: str = "") -> Part:
    """A part with little on it."""
    html = f'<!doctype html><html lang="{language}"><head><title>A page</title></head><body>{body}</body></html>'
    return engine.render(html, [STYLE, style], {}, Info("A page", language), fillable=fillable)


@cache
def document(language: str = "en", variant: Variant = "consent", **layout: bool) -> tuple[str, Part]:
    """The HTML of a whole document, and the document."""
    folder = load_clinic(None)
    content = Content(small_procedure(), folder.clinic, load_language(TEMPLATES, language), variant)
    source = DocumentSource(folder, TEMPLATES, load_approvals(folder.path), datetime.date(2026, 11, 21))
    page = compose_page(content, source)
    return page.html, print_page(
        page, Layout("letter", **layout), Info("A small procedure", language), assets_of(folder), TEMPLATES
    )


@cache
def compiled(part: Part) -> CompiledPart:
    """A part compiled once for all tests, as in a run for many patients."""
    return compile_part(part.pdf, [slot.element for slot in part.slots if slot.element is not None])


def link(*papers: Paper, language: str = "en", accessible: bool = True, sizes: Sequence[int] = ()) -> bytes:
    """A packet; or several in one file, of so many papers each."""
    out = io.BytesIO()
    linker = Linker(out, "Your papers", language)
    linker.expect_pages(sum(paper.part.pages for paper in papers))
    texts = Texts([FOOT, *(value for paper in papers for value in paper.values.values())])
    texts.put_into(linker)
    waiting, first = list(papers), 0
    for number, size in enumerate(sizes or [len(papers)], 1):
        if sizes:
            linker.open_branch()
        now, waiting = waiting[:size], waiting[size:]
        for place, paper in enumerate(now, 1):
            linker.add(_insert(paper, f"paper_{place}", texts))
        if sizes:
            linker.close_branch(f"Visit {number}", f"visit_{number}", first)
        linker.label_pages(first, f"V{number}: " if sizes else "")
        first += sum(paper.part.pages for paper in now)
    linker.finish(Info("Your papers", language, is_accessible=accessible), "the tests", "0" * 32)
    return seal(out.getvalue())


def _insert(paper: Paper, name: str, texts: Texts) -> Insert:
    part = compiled(paper.part)
    stamps: dict[int, list[Stamp]] = {page: [] for page in range(paper.part.pages)}
    for slot in paper.part.slots:
        if slot.widget is None and slot.name in paper.values:
            stamps[slot.page] += texts.in_slot(paper.values[slot.name], slot, flush_right=paper.flush_right)
    for page in stamps if paper.foot else ():
        stamps[page].append(texts.at(FOOT, 30, 12, part.sizes[0][0] - 60))
    values = field_values(texts, paper.part.slots, paper.values, flush_right=paper.flush_right)
    return Insert(part, paper.title, name, stamps, values, paper.targets)


def saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


@cache
def untagged(*contents: bytes) -> Part:
    """A file without tags; each content is a page."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for content in contents:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.pages[-1].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.pages[-1].obj.Contents = pdf.make_stream(content)
    accepted = accept("privacy.pdf", saved(pdf))
    assert not accepted.is_tagged
    return Part(accepted.pdf, accepted.pages)
