"""Faults of the tree and of what leads to it: languages, headings, tables, lists, links, fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, String

from kit import planting_structure as at
from kit.planting_structure import all_of, below, document, drop, fields, kids, notes, of, pick, role, texts

Plant = Callable[[Pdf], object]


def _set(owner: Any, name: str, value: Any) -> None:
    owner[f"/{name}"] = value


# --- languages ---


def _whole_language(pdf: Pdf) -> None:
    pdf.Root.Lang = document(pdf).Lang = String("fr")


def _spanish(pdf: Pdf) -> Any:
    return pick([part for part in all_of(pdf, "Part") if part.get("/Lang") == "es"])


def _line_in_spanish(pdf: Pdf) -> Any:
    return pick([element for element in all_of(pdf, "P", "Span") if "/Lang" in element])


LANGUAGES: dict[str, Plant] = {
    "language: of the document wrong": _whole_language,
    "language: of the catalog wrong": lambda pdf: _set(pdf.Root, "Lang", String("fr")),
    "language: of the catalog lost": lambda pdf: drop(pdf.Root, "Lang"),
    "language: of the Document element wrong": lambda pdf: _set(document(pdf), "Lang", String("fr")),
    "language: of the Document element lost": lambda pdf: drop(document(pdf), "Lang"),
    "language: of a Part lost": lambda pdf: drop(_spanish(pdf), "Lang"),
    "language: of a Part wrong": lambda pdf: _set(_spanish(pdf), "Lang", String("fr")),
    "language: of a line lost": lambda pdf: drop(_line_in_spanish(pdf), "Lang"),
    "language: of a line wrong": lambda pdf: _set(_line_in_spanish(pdf), "Lang", String("fr")),
    "language: of a paragraph that has none": lambda pdf: _set(of(pdf, "P", 9), "Lang", String("fr")),
    "language: dc:language wrong": lambda pdf: at.metadata(pdf, rb"(<dc:language><rdf:Bag><rdf:li>)[a-z]+", rb"\1fr"),
    "language: dc:language lost": lambda pdf: at.metadata(pdf, rb"<dc:language>.*?</dc:language>", b""),
}


# --- headings ---

HEADINGS: dict[str, Plant] = {
    "headings: H1 turned P": lambda pdf: role(of(pdf, "H1"), "P"),
    "headings: H2 turned P": lambda pdf: role(of(pdf, "H2", 3), "P"),
    "headings: P turned H2": lambda pdf: role(texts(pdf)[9], "H2"),
    "headings: H2 turned H3": lambda pdf: role(of(pdf, "H2", 2), "H3"),
    "headings: H3 turned H2": lambda pdf: role(of(pdf, "H3", 1), "H2"),
    "headings: H3 turned H4": lambda pdf: role(of(pdf, "H3", 1), "H4"),
    "headings: all H2 turned P": lambda pdf: [role(heading, "P") for heading in all_of(pdf, "H2")],
}


# --- tables ---


def _row_headers(pdf: Pdf) -> list[Any]:
    return [cell for cell in all_of(pdf, "TH") if cell.get("/A", Dictionary()).get("/Scope") == Name.Row]


def _to_data(cells: list[Any]) -> None:
    pick(cells)
    for cell in cells:
        role(cell, "TD")
        del cell["/A"]


def _swap_scopes(pdf: Pdf) -> None:
    other = {Name.Row: Name.Column, Name.Column: Name.Row}
    for cell in all_of(pdf, "TH"):
        cell.A = Dictionary(O=Name.Table, Scope=other[cell.A.Scope])


def _swap_cells(pdf: Pdf) -> None:
    first, second, *_ = [cell for cell in kids(of(pdf, "TR", -2)) if cell.S == Name.TD]
    at.swap(first, second)


def _lose_row(pdf: Pdf) -> None:
    row = of(pdf, "TR", -1)
    at.replace_kid(row, [])


TABLES: dict[str, Plant] = {
    "tables: row headers turned TD": lambda pdf: _to_data(_row_headers(pdf)),
    "tables: one row header turned TD": lambda pdf: _to_data(_row_headers(pdf)[-1:]),
    "tables: column headers turned TD": lambda pdf: _to_data(below(of(pdf, "THead", -1), "TH")),
    "tables: one column header turned TD": lambda pdf: _to_data(below(of(pdf, "THead", -1), "TH")[1:2]),
    "tables: all headers turned TD": lambda pdf: _to_data(all_of(pdf, "TH")),
    "tables: scopes swapped": _swap_scopes,
    "tables: a scope lost": lambda pdf: drop(of(pdf, "TH", -1), "A"),
    "tables: a scope wrong": lambda pdf: _set(of(pdf, "TH", -1), "A", Dictionary(O=Name.Table, Scope=Name.Column)),
    "tables: THead turned TBody": lambda pdf: role(of(pdf, "THead", -1), "TBody"),
    "tables: a cell over two columns": lambda pdf: _set(of(pdf, "TD"), "A", Dictionary(O=Name.Table, ColSpan=2)),
    "tables: two cells swapped": _swap_cells,
    "tables: a row lost from the tree": _lose_row,
    "tables: turned Div and P": lambda pdf: [
        role(element, "P" if element.S in (Name.TH, Name.TD) else "Div")
        for element in [of(pdf, "Table", -1), *walk_table(of(pdf, "Table", -1))]
    ],
}


def walk_table(table: Any) -> list[Any]:
    """The parts of a table."""
    return [element for element in at.walk(table) if str(element.S)[1:] in ("THead", "TBody", "TR", "TH", "TD")]


# --- lists ---


def _a_list(pdf: Pdf, numbering: str = "Disc") -> Any:
    return pick(
        [held for held in all_of(pdf, "L") if held.get("/A", Dictionary()).get("/ListNumbering") == f"/{numbering}"]
    )


def _flatten(pdf: Pdf) -> None:
    held = _a_list(pdf)
    role(held, "Div")
    del held["/A"]
    for item in kids(held):
        role(item, "Div")
        for part in kids(item):
            role(part, "P" if Name.Lbl == part.S else "Div")


def _split(pdf: Pdf) -> None:
    held = pick([held for held in all_of(pdf, "L") if len(kids(held)) > 1])
    items = kids(held)
    second = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.L, P=held.P, A=held.get("/A", Dictionary(O=Name.List)))
    )
    second.K = Array(items[1:])
    for item in items[1:]:
        item.P = second
    held.K = Array(items[:1])
    at.replace_kid(held, [held, second])


LISTS: dict[str, Plant] = {
    "lists: flattened into Div and P": _flatten,
    "lists: split in two": _split,
    "lists: numbering lost": lambda pdf: drop(_a_list(pdf), "A"),
    "lists: numbering wrong": lambda pdf: _set(
        _a_list(pdf, "Decimal"), "A", Dictionary(O=Name.List, ListNumbering=Name("/None"))
    ),
    "lists: a body turned P": lambda pdf: role(of(pdf, "LBody", 2), "P"),
    "lists: labels turned Span": lambda pdf: [role(label, "Span") for label in all_of(pdf, "Lbl")],
    "lists: two items swapped": lambda pdf: at.swap(
        *pick([kids(held) for held in all_of(pdf, "L") if len(kids(held)) > 1])[:2]
    ),
    "lists: an item outside its list": lambda pdf: at.replace_kid(_a_list(pdf), kids(_a_list(pdf))),
}


# --- links ---


def _first_link(pdf: Pdf) -> Any:
    return pick(notes(pdf, "Link"))


def _turn_to_last_page(pdf: Pdf) -> None:
    for note in notes(pdf, "Link")[:2]:
        note.Dest = Array([pdf.pages[-1].obj, Name.Fit])
    _first_link(pdf)


LINKS: dict[str, Plant] = {
    "links: target wrong": _turn_to_last_page,
    "links: target missing": lambda pdf: _set(_first_link(pdf), "Dest", Array([0, Name.Fit])),
    "links: says 'click here'": lambda pdf: _set(_first_link(pdf), "Contents", String("click here")),
    "links: says nothing": lambda pdf: drop(_first_link(pdf), "Contents"),
    "links: Link turned Span": lambda pdf: role(of(pdf, "Link"), "Span"),
    "links: leads to another site": lambda pdf: (
        _set(_first_link(pdf), "A", Dictionary(S=Name.URI, URI=String("https://example.org")))
        or drop(_first_link(pdf), "Dest")
    ),
    "links: annotation lost from the tree": lambda pdf: _set(
        of(pdf, "Link"), "K", Array([kid for kid in kids(of(pdf, "Link")) if not _is_reference(kid)])
    ),
}


def _is_reference(kid: Any) -> bool:
    return isinstance(kid, Dictionary) and kid.get("/Type") == Name.OBJR


# --- fields ---


def _swap_labels(pdf: Pdf) -> None:
    first, second = pick(fields(pdf, "Tx"), 3), pick(fields(pdf, "Tx"), -1)
    first.TU, second.TU = second.TU, first.TU


def _move_form(pdf: Pdf) -> None:
    form = at.form_of(pdf, pick(fields(pdf, "Sig")))
    top = form
    while "/P" in top and top.S not in (Name.Part, Name.Document):
        top = top.P
    at.replace_kid(form, [])
    top.K.append(form)
    form.P = top


def _swap_fields(pdf: Pdf) -> None:
    first, second = (at.form_of(pdf, pick(fields(pdf, "Tx"), place)) for place in (-1, -2))
    at.swap(first, second)


def _lock_all(pdf: Pdf) -> None:
    pick(fields(pdf))
    for field in fields(pdf):
        field.Ff = int(field.get("/Ff", 0)) | 1


def _text_of_signature(pdf: Pdf) -> None:
    field = pick(fields(pdf, "Sig"))
    field.FT, field.DA = Name.Tx, String("/Field 0 Tf 0 g")


def _filled(pdf: Pdf) -> Any:
    return pick([note for note in fields(pdf, "Tx") if "/V" in note])


def _same_name(pdf: Pdf) -> None:
    first, second = pick(fields(pdf, "Tx"), -1), pick(fields(pdf, "Tx"), -2)
    first["/T"] = second["/T"]


FIELDS: dict[str, Plant] = {
    "fields: two labels swapped": _swap_labels,
    "fields: label 'field 7'": lambda pdf: _set(pick(fields(pdf), -1), "TU", String("field 7")),
    "fields: label lost": lambda pdf: drop(pick(fields(pdf), -1), "TU"),
    "fields: moved to the end of its part": _move_form,
    "fields: two change places": _swap_fields,
    "fields: signature turned text": _text_of_signature,
    "fields: a line turned lines": lambda pdf: _set(pick(fields(pdf, "Tx")), "Ff", 4096),
    "fields: all read-only": _lock_all,
    "fields: one read-only": lambda pdf: _set(pick(fields(pdf, "Sig")), "Ff", 1),
    "fields: value of another person": lambda pdf: _set(_filled(pdf), "V", String("Marcus T. Whitfield Jr.")),
    "fields: value lost": lambda pdf: drop(_filled(pdf), "V"),
    "fields: two of one name": _same_name,
    "fields: not in the form": lambda pdf: pick(fields(pdf)) and _set(pdf.Root.AcroForm, "Fields", Array()),
    "fields: a Form element lost": lambda pdf: at.replace_kid(at.form_of(pdf, pick(fields(pdf, "Sig"))), []),
    "fields: Form turned Span": lambda pdf: role(at.form_of(pdf, pick(fields(pdf, "Sig"))), "Span"),
    "fields: renamed": lambda pdf: _set(pick(fields(pdf, "Sig")), "T", String("signature")),
}

TREE_FAULTS: dict[str, Plant] = {**LANGUAGES, **HEADINGS, **TABLES, **LISTS, **LINKS, **FIELDS}
