"""Faults of what a file shows and says: bookmarks, pages, text, pictures, fonts, the parent tree, metadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, String

from kit import planting_structure as at
from kit.planting_structure import all_of, bookmarks, document, drop, kids, of, pick, role, texts

Plant = Callable[[Pdf], object]

PATIENT = "Siobhán O’Keeffe-Martínez"


def _set(owner: Any, name: str, value: Any) -> None:
    owner[f"/{name}"] = value


# --- bookmarks ---


def _lose_level(pdf: Pdf) -> None:
    for mark in bookmarks(pdf):
        for name in ("First", "Last", "Count"):
            if f"/{name}" in mark:
                del mark[f"/{name}"]
    if all("/Count" not in mark for mark in bookmarks(pdf)) and not all_of(pdf, "Part"):
        raise at.NotThere


def _swap_titles(pdf: Pdf) -> None:
    first, second = bookmarks(pdf)[-1], bookmarks(pdf)[-2]
    first.Title, second.Title = second.Title, first.Title


def _earlier_page(pdf: Pdf) -> None:
    """Let a bookmark lead to the page of the one before it: the order stays as it was."""
    for before, mark in zip(bookmarks(pdf), bookmarks(pdf)[1:], strict=False):
        if mark.Dest[0].objgen != before.Dest[0].objgen:
            mark.Dest = Array([before.Dest[0], *list(mark.Dest)[1:]])
            return
    raise at.NotThere


def _higher_place(pdf: Pdf) -> None:
    mark = bookmarks(pdf)[-1]
    mark.Dest = Array([mark.Dest[0], Name.XYZ, 0, 9, 0])


BOOKMARKS: dict[str, Plant] = {
    "bookmarks: all lost": lambda pdf: drop(pdf.Root, "Outlines"),
    "bookmarks: one lost": lambda pdf: at.unhang(
        pick([mark for mark in bookmarks(pdf) if "/Prev" in mark and "/Next" in mark])
    ),
    "bookmarks: a level lost": _lose_level,
    "bookmarks: a title wrong": lambda pdf: _set(bookmarks(pdf)[2], "Title", String("Section 3")),
    "bookmarks: two titles swapped": _swap_titles,
    "bookmarks: target on an earlier page": _earlier_page,
    "bookmarks: target elsewhere on its page": _higher_place,
    "bookmarks: target missing": lambda pdf: _set(bookmarks(pdf)[-1], "Dest", Array([0, Name.Fit])),
    "bookmarks: not in order": lambda pdf: _set(bookmarks(pdf)[0], "Dest", Array([pdf.pages[-1].obj, Name.Fit])),
    "bookmarks: name the patient": lambda pdf: _set(bookmarks(pdf)[1], "Title", String(f"Papers of {PATIENT}")),
}


# --- pages ---

PAGES: dict[str, Plant] = {
    "pages: labels lost": lambda pdf: drop(pdf.Root, "PageLabels"),
    "pages: labels wrong": lambda pdf: _set(
        pdf.Root, "PageLabels", Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=5)]))
    ),
    "pages: labels in Roman figures": lambda pdf: _set(
        pdf.Root, "PageLabels", Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))
    ),
    "pages: MediaBox smaller": lambda pdf: _set(pdf.pages[1].obj, "MediaBox", Array([0, 100, 612, 792])),
    "pages: MediaBox larger": lambda pdf: _set(pdf.pages[1].obj, "MediaBox", Array([0, 0, 900, 900])),
    "pages: CropBox smaller": lambda pdf: _set(pdf.pages[1].obj, "CropBox", Array([0, 100, 612, 792])),
    "pages: one turned": lambda pdf: _set(pdf.pages[1].obj, "Rotate", 90),
    "pages: one upside down": lambda pdf: _set(pdf.pages[-1].obj, "Rotate", 180),
    "pages: a unit of its own": lambda pdf: _set(pdf.pages[1].obj, "UserUnit", 2),
    "pages: a blank one added": lambda pdf: pdf.add_blank_page(page_size=(612, 792)),
    "pages: content lost": lambda pdf: _set(pdf.pages[2].obj, "Contents", pdf.make_stream(b"")),
}


# --- text ---


def _a_paragraph(pdf: Pdf) -> Any:
    return pick([element for element in texts(pdf) if at.page_of(pdf, element) > 0], 4)


def _painted(before: bytes) -> Plant:
    return lambda pdf: at.paint(pdf, _a_paragraph(pdf), before)


def _transparent(pdf: Pdf) -> None:
    element = _a_paragraph(pdf)
    page = pdf.pages[at.page_of(pdf, element)]
    states = Dictionary(page.Resources.get("/ExtGState", Dictionary()))
    states["/Ghost"] = Dictionary(ca=0)
    page.Resources["/ExtGState"] = states
    at.paint(pdf, element, b"/Ghost gs")


def _neighbors(pdf: Pdf, name: str) -> tuple[Any, Any]:
    for parent in [document(pdf), *at.walk(document(pdf))]:
        held = [kid for kid in kids(parent) if at.is_element(kid) and f"/{name}" == kid.S]
        if len(held) > 2:
            return held[0], held[2]
    raise at.NotThere


def _double(pdf: Pdf) -> None:
    element = _a_paragraph(pdf)
    copy = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=element.P, Pg=element.Pg))
    copy.K = element.K
    at.replace_kid(element, [element, copy])


def _swap_marks(pdf: Pdf) -> None:
    """Let the marks of two paragraphs of a page change their numbers in the content."""
    first, second = [element for element in texts(pdf) if at.page_of(pdf, element) == 1][2:4]
    one, other = int(kids(first)[0]), int(kids(second)[0])
    page = at.page_of(pdf, first)
    for old, new in ((one, 9999), (other, one), (9999, other)):
        at.rewrite(pdf, rb"/MCID %d>>" % old, b"/MCID %d>>" % new, page)


def _swap_lines(pdf: Pdf) -> None:
    element = pick([element for element in texts(pdf) if len(kids(element)) > 1])
    element.K = Array(kids(element)[::-1])


def _move_mark(pdf: Pdf) -> None:
    """Let the last line of a paragraph be read with the next one."""
    pairs = zip(texts(pdf), texts(pdf)[1:], strict=False)
    for first, second in pairs:
        if len(kids(first)) > 1 and first.Pg.objgen == second.Pg.objgen:
            mark = int(kids(first)[-1])
            second.K = Array([mark, *kids(second)])
            first.K = Array(kids(first)[:-1])
            at.parent_entry(pdf, int(first.Pg.StructParents))[mark] = second
            return
    raise at.NotThere


TEXT: dict[str, Plant] = {
    "content: white text": _painted(b"1 1 1 rg"),
    "content: nearly white text": _painted(b".97 g"),
    "content: text that is not painted": _painted(b"3 Tr"),
    "content: transparent text": _transparent,
    "content: text off the page": _painted(b"1 0 0 1 5000 0 cm"),
    "content: text clipped away": _painted(b"0 0 3 3 re W n"),
    "content: text of no size": _painted(b".01 0 0 .01 0 0 cm"),
    "content: text turned artifact": lambda pdf: at.forget(
        pdf, _a_paragraph(pdf), becomes=b"/Artifact <</Type /Pagination>>"
    ),
    "content: text turned artifact without a type": lambda pdf: at.forget(
        pdf, _a_paragraph(pdf), becomes=b"/Artifact <<>>"
    ),
    "content: text in no mark": lambda pdf: at.forget(pdf, _a_paragraph(pdf), becomes=b"/Span <<>>"),
    "content: a paragraph lost": lambda pdf: at.forget(pdf, _a_paragraph(pdf), becomes=None),
    "content: a paragraph lost from the tree": lambda pdf: at.replace_kid(_a_paragraph(pdf), []),
    "content: a paragraph twice": _double,
    "content: two paragraphs swapped": lambda pdf: at.swap(*_neighbors(pdf, "P")),
    "content: two sections swapped": lambda pdf: at.swap(*_neighbors(pdf, "Sect")),
    "content: two marks swapped": _swap_marks,
    "content: lines of a paragraph reversed": _swap_lines,
    "content: a line read with the next paragraph": _move_mark,
}


# --- pictures and what is said in the place of glyphs ---


def _said(pdf: Pdf) -> list[Any]:
    return [element for element in all_of(pdf, "Span") if "/ActualText" in element]


PICTURES: dict[str, Plant] = {
    "pictures: Alt 'logo.png'": lambda pdf: _set(of(pdf, "Figure"), "Alt", String("logo.png")),
    "pictures: Alt lost": lambda pdf: drop(of(pdf, "Figure"), "Alt"),
    "pictures: Alt names the patient": lambda pdf: _set(of(pdf, "Figure"), "Alt", String(f"Logo for {PATIENT}")),
    "pictures: Figure turned Span": lambda pdf: role(of(pdf, "Figure"), "Span"),
    "pictures: box lost": lambda pdf: drop(of(pdf, "Figure"), "A"),
    "said: lost": lambda pdf: drop(pick(_said(pdf)), "ActualText"),
    "said: reversed": lambda pdf: _set(pick(_said(pdf)), "ActualText", String(str(pick(_said(pdf)).ActualText)[::-1])),
    "said: of another person": lambda pdf: _set(pick(_said(pdf)), "ActualText", String(" Marcus T. Whitfield Jr.")),
    "said: something where nothing is": lambda pdf: _set(_a_paragraph(pdf), "ActualText", String("I agree to all.")),
}


# --- fonts ---


def _other_letters(data: bytes) -> bytes:
    return data.replace(b"<0061>", b"<0000>").replace(b"<0065>", b"<0061>").replace(b"<0000>", b"<0065>")


def _change_maps(change: Callable[[bytes], bytes]) -> Plant:
    def plant(pdf: Pdf) -> None:
        for font in at.font_maps(pdf)[:1]:
            at.write_map(pdf, font, change)

    return plant


def _lose_spaces(pdf: Pdf) -> None:
    for font in at.font_maps(pdf):
        at.write_map(pdf, font, lambda data: data.replace(b"<0020>", b"<200B>"))


FONTS: dict[str, Plant] = {
    "fonts: map wrong": _change_maps(_other_letters),
    "fonts: map lost": lambda pdf: drop(pick(at.font_maps(pdf)), "ToUnicode"),
    "fonts: a letter without a meaning": _change_maps(lambda data: data.replace(b"<0061>", b"<FFFD>")),
    "fonts: spaces lost": _lose_spaces,
}


# --- the parent tree, and grouping ---


def _numbers(pdf: Pdf) -> Any:
    return pdf.Root.StructTreeRoot.ParentTree.Nums


def _unsort(pdf: Pdf) -> None:
    pairs = list(zip(list(_numbers(pdf))[::2], list(_numbers(pdf))[1::2], strict=True))
    pdf.Root.StructTreeRoot.ParentTree.Nums = Array([item for pair in pairs[::-1] for item in pair])


def _swap_owners(pdf: Pdf) -> None:
    owners = at.parent_entry(pdf, int(pdf.pages[0].obj.StructParents))
    owners[1], owners[2] = owners[2], owners[1]


def _all_to(pdf: Pdf, *names: str) -> None:
    for element in pick([all_of(pdf, *names)]):
        role(element, "Div")
    if not all_of(pdf, "Div"):
        raise at.NotThere


TREE: dict[str, Plant] = {
    "tree: parent tree unsorted": _unsort,
    "tree: an entry of the parent tree lost": lambda pdf: _numbers(pdf).__delitem__(slice(0, 2)),
    "tree: owners swapped in the parent tree": _swap_owners,
    "tree: next key in use": lambda pdf: _set(pdf.Root.StructTreeRoot, "ParentTreeNextKey", 1),
    "tree: StructParents lost": lambda pdf: drop(pdf.pages[1].obj, "StructParents"),
    "tree: a wrong parent": lambda pdf: _set(_a_paragraph(pdf), "P", of(pdf, "H1")),
    "tree: Part turned Div": lambda pdf: _all_to(pdf, "Part"),
    "tree: one Part turned Div": lambda pdf: role(of(pdf, "Part", -1), "Div"),
    "tree: Sect turned Div": lambda pdf: _all_to(pdf, "Sect"),
    "tree: a Sect dissolved": lambda pdf: at.replace_kid(of(pdf, "Sect", 2), kids(of(pdf, "Sect", 2))),
    "tree: a P turned Span": lambda pdf: role(_a_paragraph(pdf), "Span"),
    "tree: a title of a Part wrong": lambda pdf: _set(of(pdf, "Part", 1), "T", String("Paper 2")),
    "tree: two Parts swapped": lambda pdf: at.swap(of(pdf, "Part", 1), of(pdf, "Part", 2)),
    "tree: a title names the patient": lambda pdf: _set(of(pdf, "Part", 1), "T", String(f"Papers of {PATIENT}")),
    "tree: an unknown role": lambda pdf: role(of(pdf, "Sect", 2), "Chapter"),
    "tree: lost": lambda pdf: drop(pdf.Root, "StructTreeRoot"),
}


# --- metadata ---


def _title(text: str) -> Plant:
    return lambda pdf: at.metadata(pdf, rb'(x-default">)[^<]*', rb"\g<1>" + re.escape(text).encode())


METADATA: dict[str, Plant] = {
    "metadata: dc:title empty": _title(""),
    "metadata: dc:title names the patient": lambda pdf: at.metadata(
        pdf, rb'(x-default">[^<]*)', rb"\1 - " + PATIENT.encode()
    ),
    "metadata: Info title wrong": lambda pdf: _set(pdf.trailer.Info, "Title", String("Untitled")),
    "metadata: Info title names the patient": lambda pdf: _set(pdf.trailer.Info, "Title", String(PATIENT)),
    "metadata: Info subject names the patient": lambda pdf: _set(pdf.trailer.Info, "Subject", String(PATIENT)),
    "metadata: title of the Document wrong": lambda pdf: _set(document(pdf), "T", String("Untitled")),
    "metadata: claim of PDF/UA lost": lambda pdf: at.metadata(pdf, rb"<pdfuaid:part>1</pdfuaid:part>", b""),
    "metadata: lost": lambda pdf: drop(pdf.Root, "Metadata"),
    "metadata: title not shown": lambda pdf: drop(pdf.Root, "ViewerPreferences"),
    "metadata: not marked as tagged": lambda pdf: drop(pdf.Root, "MarkInfo"),
    "metadata: output intent lost": lambda pdf: drop(pdf.Root, "OutputIntents"),
    "metadata: a script when opened": lambda pdf: _set(
        pdf.Root, "OpenAction", Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    ),
}

CONTENT_FAULTS: dict[str, Plant] = {**BOOKMARKS, **PAGES, **TEXT, **PICTURES, **FONTS, **TREE, **METADATA}
