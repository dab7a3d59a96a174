"""Every rule of the lint is seen to fail: a sound file, one planted defect, and the rule that must tell."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from kit import catalog_lint, structure_lint
from kit.structure_lint import lint
from kit.tagged_samples import render

BODY = """
<h1 id=top>One</h1><h2>Two</h2><p>Text <a href="#top">link</a> <a href="https://example.org">far</a></p>
<h2 id=end>Three</h2><p style="opacity: .5">Pale <code>code</code></p>
<svg width="10" height="10"><title>Square</title><rect width="10" height="10"/></svg>
<ul><li>Item</li></ul>
<table><tr><th id=head scope=row>Head<td headers=head>Cell<tr><td>a<td>b</table>
<form><p><input name=field title=Field></p></form>
<section><p>x</p><p>y</p><p>z</p></section>
<p style="break-before: page">Last <b>page</b></p>
"""

Defect = Callable[[Pdf], object]


@cache
def sound_file() -> bytes:
    return render(BODY, "@page { @top-left { content: 'head' } } p { hyphens: auto }", forms=True)


def with_defect(plant: Defect) -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(sound_file())) as pdf:
        plant(pdf)
        pdf.save(file)
    return file.getvalue()


def element(pdf: Pdf, role: str, number: int = 0) -> Any:
    """One of the structure elements of a type, in the order in which they were written."""
    dictionaries = [item for item in pdf.objects if isinstance(item, Dictionary)]
    return [item for item in dictionaries if item.get("/S") == f"/{role}" and "/P" in item][number]


def note(pdf: Pdf, subtype: str) -> Any:
    return next(found for found in pdf.pages[0].Annots if found.Subtype == f"/{subtype}")


def set_entry(find: Callable[[Pdf], Any], name: str, value: Any) -> Defect:
    return lambda pdf: find(pdf).__setitem__(f"/{name}", value)


def drop(find: Callable[[Pdf], Any], name: str) -> Defect:
    return lambda pdf: find(pdf).__delitem__(f"/{name}")


def of(role: str, number: int = 0) -> Callable[[Pdf], Any]:
    return lambda pdf: element(pdf, role, number)


def root(pdf: Pdf) -> Any:
    return pdf.Root


def tree(pdf: Pdf) -> Any:
    return pdf.Root.StructTreeRoot


def annotation(subtype: str) -> Callable[[Pdf], Any]:
    return lambda pdf: note(pdf, subtype)


def rewrite(pattern: bytes, replacement: bytes, page: int = 0) -> Defect:
    """Change the first match in the content stream of a page."""

    def plant(pdf: Pdf) -> None:
        contents = pdf.pages[page].Contents
        changed, count = re.subn(pattern, replacement, contents.read_bytes(), count=1, flags=re.DOTALL)
        assert count == 1
        contents.write(changed)

    return plant


def append_to_page(content: bytes) -> Defect:
    def plant(pdf: Pdf) -> None:
        contents = pdf.pages[0].Contents
        contents.write(contents.read_bytes() + b"\n" + content)

    return plant


def parent_entries(pdf: Pdf) -> Any:
    return pdf.Root.StructTreeRoot.ParentTree.Nums


def add_kid(find: Callable[[Pdf], Any], role: str, **entries: Any) -> Defect:
    def plant(pdf: Pdf) -> None:
        parent = find(pdf)
        kid = pdf.make_indirect(Dictionary(S=Name(f"/{role}"), P=parent, **entries))
        parent.K.append(kid)

    return plant


def reverse_kids(find: Callable[[Pdf], Any]) -> Defect:
    return lambda pdf: find(pdf).__setitem__("/K", Array(list(find(pdf).K)[::-1]))


def document(pdf: Pdf) -> Any:
    return element(pdf, "Document")


def add_second_field(pdf: Pdf) -> None:
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(Dictionary(T=String("field"), FT=Name.Tx)))


def destinations(pdf: Pdf) -> Any:
    return pdf.Root.Names.Dests


def bookmark(pdf: Pdf) -> Any:
    return pdf.Root.Outlines.First


DEFECTS: dict[str, Defect] = {
    "no-structure": drop(root, "StructTreeRoot"),
    "element-twice": lambda pdf: document(pdf).K.append(element(pdf, "P")),
    "wrong-parent": set_entry(of("Link"), "P", Dictionary()),
    "mark-twice": lambda pdf: element(pdf, "H1").K.append(0),
    "mark-missing": lambda pdf: element(pdf, "P").K.append(99),
    "mark-not-in-tree": set_entry(of("TD"), "K", Array()),
    "parent-tree-key-twice": lambda pdf: parent_entries(pdf).extend([0, parent_entries(pdf)[1]]),
    "parent-tree-next-key": set_entry(tree, "ParentTreeNextKey", 1),
    "parent-tree-unsorted": lambda pdf: parent_entries(pdf).extend([-1, parent_entries(pdf)[1]]),
    "text-unseen": append_to_page(b"/Artifact <</Type /Pagination>> BDC BT 3 Tr (x) Tj ET EMC"),
    "parent-tree-disagrees": lambda pdf: parent_entries(pdf)[1].__setitem__(0, element(pdf, "P")),
    "struct-parents-missing": lambda pdf: pdf.pages[0].obj.__delitem__("/StructParents"),
    "struct-parents-twice": lambda pdf: pdf.pages[1].obj.__setitem__("/StructParents", 0),
    "text-untagged": append_to_page(b"BT (x) Tj ET"),
    "artifact-untyped": append_to_page(b"/Artifact BMC BT (x) Tj ET EMC"),
    "artifact-in-content": rewrite(rb"BDC", b"BDC /Artifact <</Type /Layout>> BDC EMC"),
    "heading-skips": set_entry(of("H2"), "S", Name.H3),
    "order-of-pages": reverse_kids(document),
    "order-in-element": reverse_kids(of("P", -1)),
    "order-of-siblings": reverse_kids(of("Sect")),
    "table-without-header": set_entry(of("TH"), "S", Name.TD),
    "table-irregular": set_entry(of("TH"), "A", Dictionary(O=Name.Table, Scope=Name.Row, ColSpan=2)),
    "header-without-scope": drop(of("TH"), "A"),
    "header-unknown": set_entry(of("TD"), "A", Dictionary(O=Name.Table, Headers=Array([String("gone")]))),
    "role-unknown": set_entry(of("H1"), "S", Name.Chapter),
    "list-parts": set_entry(of("LBody"), "S", Name.P),
    "table-parts": set_entry(of("TD"), "S", Name.P),
    "stray-part": set_entry(of("H1"), "S", Name.LBody),
    "block-in-phrase": set_entry(of("Code"), "S", Name.P),
    "bare-text": set_entry(of("H1"), "S", Name.Sect),
    "element-empty": add_kid(document, "P"),
    "figure-without-alt": drop(of("Figure"), "Alt"),
    "figure-box": set_entry(of("Figure"), "A", Dictionary(O=Name.Layout, BBox=Array([0, 0, 9999, 9]))),
    "annotation-not-in-tree": set_entry(of("Form"), "K", Array()),
    "annotation-parent": set_entry(annotation("Link"), "StructParent", 0),
    "annotation-role": set_entry(of("Link"), "S", Name.Span),
    "link-without-contents": set_entry(annotation("Link"), "Contents", String(" ")),
    "destination-missing": set_entry(annotation("Link"), "Dest", String("gone")),
    "field-twice": add_second_field,
    "widget-not-in-form": lambda pdf: pdf.Root.AcroForm.__setitem__("/Fields", Array()),
    "field-without-name": drop(annotation("Widget"), "TU"),
    "names-unsorted": set_entry(destinations, "Names", Array([String("b"), Array(), String("a"), Array()])),
    "identifier-twice": set_entry(of("H1"), "ID", String("end")),
    "outline-target": set_entry(bookmark, "Dest", Array([0])),
    "outline-order": lambda pdf: bookmark(pdf).Dest.__setitem__(0, pdf.pages[-1].obj),
    "not-marked": drop(root, "MarkInfo"),
    "language-missing": drop(root, "Lang"),
    "title-not-shown": drop(root, "ViewerPreferences"),
    "no-document": set_entry(document, "S", Name.Part),
    "font-without-characters": lambda pdf: next(fonts(pdf)).__delitem__("/ToUnicode"),
}


def fonts(pdf: Pdf) -> Any:
    return (item for item in pdf.objects if isinstance(item, Dictionary) and "/ToUnicode" in item)


def test_a_sound_file_has_no_defects() -> None:
    assert lint(sound_file()) == []
    assert lint(with_defect(lambda pdf: None)) == []


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")
@pytest.mark.parametrize("rule", DEFECTS)
def test_each_rule_finds_its_defect(rule: str) -> None:
    findings = lint(with_defect(DEFECTS[rule]))
    assert rule in {finding.rule for finding in findings}


def test_no_rule_is_without_a_planted_defect() -> None:
    modules = (structure_lint, catalog_lint)
    source = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules)
    rules = set(re.findall(r'Finding\(\s*"([a-z-]+)"', source)) | {"list-parts", "table-parts"}
    assert rules == set(DEFECTS)


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (drop(of("Figure"), "A"), "figure-box"),
        (drop(document, "Lang"), "language-missing"),
        (lambda pdf: pdf.Root.StructTreeRoot.ParentTree.__setitem__("/Nums", Array()), "parent-tree-disagrees"),
        (set_entry(annotation("Link"), "Dest", Array([0, Name.Fit])), "destination-missing"),
    ],
)
def test_some_rules_find_more_than_one_defect(plant: Defect, rule: str) -> None:
    assert rule in {finding.rule for finding in lint(with_defect(plant))}


@pytest.mark.parametrize(
    "operators",
    [
        b"1 g BT /F 9 Tf 50 50 Td <0001> Tj ET",
        b"1 1 .98 rg BT /F 9 Tf 50 50 Td <0001> Tj ET",
        b"0 0 0 0 k BT /F 9 Tf 50 50 Td [<0001>] TJ ET",
        b"BT 7 Tr /F 9 Tf 50 50 Td <0001> Tj ET",
        b"BT /F 9 Tf 1 0 0 1 -90 50 Tm <0001> Tj ET",
        b"1 0 0 1 9999 0 cm BT /F 9 Tf 50 50 Td <0001> Tj ET",
        b"BT /F .1 Tf 50 50 Td <0001> Tj ET",
        b"0 0 9 9 re W n BT /F 9 Tf 50 50 Td <0001> Tj ET",
        b"/Ghost gs BT /F 9 Tf 50 50 Td <0001> Tj ET",
    ],
)
def test_text_that_nobody_sees_is_found_however_it_is_hidden(operators: bytes) -> None:
    def plant(pdf: Pdf) -> None:
        resources = pdf.pages[0].Resources
        resources.Font["/F"] = next(item for name, item in resources.Font.items())
        resources["/ExtGState"] = Dictionary(Ghost=Dictionary(ca=0))
        append_to_page(b"/Artifact <</Type /Pagination>> BDC q %b Q EMC" % operators)(pdf)

    assert {finding.rule for finding in lint(with_defect(plant))} == {"text-unseen"}
    seen = b"q 0 0 90 90 re W n 0 g BT /F 9 Tf 50 50 Td <0001> Tj ET Q"
    assert lint(with_defect(append_to_page(b"/Artifact <</Type /Pagination>> BDC " + seen + b" EMC"))) == []


def test_marks_and_text_in_forms_are_seen_too() -> None:
    def plant(pdf: Pdf) -> None:
        form = Stream(pdf, b"BT (x) Tj ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        pdf.pages[0].Resources.XObject["/Stamp"] = pdf.make_indirect(form)
        append_to_page(b"/Stamp Do")(pdf)

    assert [finding.rule for finding in lint(with_defect(plant))] == ["text-untagged"]


def test_a_stamp_inside_an_artifact_is_sound() -> None:
    def plant(pdf: Pdf) -> None:
        form = Stream(pdf, b"BT (x) Tj ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        pdf.pages[0].Resources.XObject["/Stamp"] = pdf.make_indirect(form)
        append_to_page(b"/Artifact <</Type /Pagination>> BDC /Stamp Do EMC")(pdf)

    assert lint(with_defect(plant)) == []
