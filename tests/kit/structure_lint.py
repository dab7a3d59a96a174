"""The defects of a tagged PDF that validators do not see.

A validator is content with a paragraph that is missing from the tree, with a parent tree that points elsewhere, with a
table whose header cells are data cells, with links that lead nowhere. `lint` finds these, in a file from any engine.
Two rules judge by likelihood, since painting order is not always reading order: `order-in-element` and
`order-of-siblings`.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

from kit.catalog_lint import (
    check_annotations,
    check_document,
    check_fields,
    check_fonts,
    check_links,
    check_names,
    check_outline,
)
from kit.finding import Finding
from kit.page_content import Reference
from kit.tagged_file import Content, Element, File

CELLS = {"TH", "TD"}
ROW_GROUPS = {"THead", "TBody", "TFoot"}
TABLE_HOLDS = {"Table": {"Caption", "TR"} | ROW_GROUPS, "THead": {"TR"}, "TBody": {"TR"}, "TFoot": {"TR"}, "TR": CELLS}
LIST_HOLDS = {"L": {"LI", "Caption"}, "LI": {"Lbl", "LBody"}}
HOLDS = TABLE_HOLDS | LIST_HOLDS
PARTS = CELLS | ROW_GROUPS | {"TR", "LI", "Lbl", "LBody"}
PHRASES = {"P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "Lbl", "Span", "Link", "Code", "Quote"}
RUBY = {"Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP"}
INLINE = RUBY | {"Span", "Link", "Code", "Quote", "Figure", "Formula", "Form", "Note", "Reference", "BibEntry", "Annot"}
GROUPING = {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "TOC", "TOCI", "Index", "NonStruct", "Private"}
KNOWN = GROUPING | PHRASES | INLINE | PARTS | {"L", "Table", "Caption"}

TOLERANCE = 1.0
"""How far, in points, a figure may stick out of its page."""


def check_tree(file: File) -> Iterator[Finding]:
    """Each element stands once in the tree and knows its parent; each mark is named once, and exists."""
    for dictionary in file.repeated:
        yield Finding(
            "element-twice", f"{dictionary.get('/S')} (object {dictionary.objgen[0]}) stands twice in the tree"
        )
    for element in file.elements:
        parent = file.tree if element.parent is None else element.parent.dictionary
        if element.dictionary.get("/P", Dictionary()).objgen != parent.objgen:
            yield Finding("wrong-parent", f"/P of {element.name} is not its parent")
    named = Counter((content.stream, content.mcid) for content, _ in file.contents)
    marked = {(stream.reference, mcid): stream.page for stream in file.streams for mcid in stream.mcids}
    for (stream, mcid), count in named.items():
        if count > 1:
            yield Finding("mark-twice", f"MCID {mcid} of object {stream[0]} stands {count} times in the tree")
        if (stream, mcid) not in marked:
            yield Finding("mark-missing", f"the tree names MCID {mcid} of object {stream[0]}, which is not there")
    for (stream, mcid), page in marked.items():
        if (stream, mcid) not in named:
            yield Finding("mark-not-in-tree", f"page {page + 1}: MCID {mcid} is not in the tree")


def check_parent_tree(file: File) -> Iterator[Finding]:
    """The way back from a mark to its element leads to the element that names the mark."""
    keys = Counter(key for key, _ in file.parent_tree)
    for key, count in keys.items():
        if count > 1:
            yield Finding("parent-tree-key-twice", f"the parent tree holds key {key} {count} times")
    if not file.parent_tree_is_sorted:
        yield Finding("parent-tree-unsorted", "the keys of the parent tree do not rise, so viewers miss some of them")
    if keys and int(file.tree.get("/ParentTreeNextKey", max(keys) + 1)) <= max(keys):
        yield Finding("parent-tree-next-key", "ParentTreeNextKey is in use")
    used = Counter(stream.key for stream in file.streams if stream.key is not None)
    for key, count in used.items():
        if count > 1:
            yield Finding("struct-parents-twice", f"{count} streams share the StructParents {key}")
    owners = {(content.stream, content.mcid): element for content, element in file.contents}
    entries = dict(file.parent_tree)
    for stream in file.streams:
        if stream.mcids and stream.key is None:
            yield Finding("struct-parents-missing", f"page {stream.page + 1} has marks, but no StructParents")
            continue
        for mcid in stream.mcids:
            owner = owners.get((stream.reference, mcid))
            if owner is not None and _at(entries.get(stream.key), mcid) != owner.dictionary.objgen:
                yield Finding("parent-tree-disagrees", f"page {stream.page + 1}, MCID {mcid}: not {owner.name}")


def _at(entry: Any, index: int) -> Reference | None:
    if not isinstance(entry, Array) or index >= len(entry) or not isinstance(entry[index], Dictionary):
        return None
    return entry[index].objgen


def check_marks(file: File) -> Iterator[Finding]:
    """Text is content or an artifact whose type is known, and never both."""
    for stream in file.streams:
        if stream.untagged_text:
            yield Finding("text-untagged", f"page {stream.page + 1} has text that is neither content nor an artifact")
        if stream.untyped_artifact:
            yield Finding("artifact-untyped", f"page {stream.page + 1} has text in an artifact without a type")
        if stream.artifact_in_content:
            yield Finding("artifact-in-content", f"page {stream.page + 1} has an artifact inside content")


def check_visibility(file: File) -> Iterator[Finding]:
    """Text is painted, in a color that paper does not swallow, within its page and its clip."""
    for stream in file.streams:
        for reason in dict.fromkeys(reason for _, reason in stream.unseen):
            yield Finding("text-unseen", f"page {stream.page + 1} has text that nobody sees: {reason}")


def check_headings(file: File) -> Iterator[Finding]:
    """Headings start at level 1 and leave out no level on the way down."""
    levels = [int(element.role[1]) for element in file.elements if re.fullmatch("H[1-6]", element.role)]
    for before, after in pairwise([0, *levels]):
        if after > before + 1:
            yield Finding("heading-skips", f"a heading of level {after} follows one of level {before}")


def check_order(file: File) -> Iterator[Finding]:
    """What is read does not jump back: never by a page, not within a line of text, not mostly among siblings."""
    pages = [content.page for top in file.top for content in top.contents() if content.page is not None]
    jumps = [after for before, after in pairwise(pages) if after < before]
    if jumps:
        yield Finding(
            "order-of-pages", f"the reading order jumps back {len(jumps)} times, first to page {jumps[0] + 1}"
        )
    for element in file.elements:
        own = [kid for kid in element.kids if isinstance(kid, Content)]
        if any(_is_back(before, after) for before, after in pairwise(own)):
            yield Finding("order-in-element", f"{element.name} is read in another order than it is painted")
        starts = [first for kid in element.elements if (first := next(kid.contents(), None)) and kid.role != "Lbl"]
        pairs = list(pairwise(starts))
        if len(pairs) > 1 and sum(_is_back(*pair) for pair in pairs) * 2 > len(pairs):
            yield Finding("order-of-siblings", f"what {element.name} holds is read backwards")


def _is_back(before: Content, after: Content) -> bool:
    if before.page is None or after.page is None or before.page != after.page:
        return (before.page or 0) > (after.page or 0)
    return before.stream == after.stream and after.mcid < before.mcid


def check_tables(file: File) -> Iterator[Finding]:
    """A table has headers that say what they head, rows of one width, and names no header that is not there."""
    named = {str(element.dictionary.ID) for element in file.elements if "/ID" in element.dictionary}
    for element in file.elements:
        if element.role == "Table":
            yield from _check_table(element)
        if element.role == "TH" and element.attribute("/Scope") is None:
            yield Finding("header-without-scope", f"{element.name} does not say what it heads")
        unknown = {str(header) for header in element.attribute("/Headers") or []} - named
        if unknown:
            yield Finding(
                "header-unknown", f"{element.name} names headers that do not exist: {', '.join(sorted(unknown))}"
            )


def _check_table(table: Element) -> Iterator[Finding]:
    rows = list(_rows(table))
    if not any(cell.role == "TH" for row in rows for cell in row):
        yield Finding("table-without-header", f"{table.name} has no header cell")
    widths: Counter[int] = Counter()
    for number, row in enumerate(rows):
        for cell in row:
            for covered in range(number, number + int(cell.attribute("/RowSpan") or 1)):
                widths[covered] += int(cell.attribute("/ColSpan") or 1)
    if len(set(widths.values())) > 1 or len(widths) > len(rows):
        yield Finding("table-irregular", f"the rows of {table.name} are {sorted(set(widths.values()))} cells wide")


def _rows(element: Element) -> Iterator[list[Element]]:
    for kid in element.elements:
        if kid.role == "TR":
            yield [cell for cell in kid.elements if cell.role in CELLS]
        elif kid.role in ROW_GROUPS:
            yield from _rows(kid)


def check_nesting(file: File) -> Iterator[Finding]:
    """Each type holds what it may hold, and stands where it may stand."""
    for element in file.elements:
        around = element.parent.role if element.parent else "StructTreeRoot"
        where = f"{element.name} stands in {around}"
        if element.role not in KNOWN:
            yield Finding("role-unknown", f"{element.name} is of no standard type")
        elif element.role not in HOLDS.get(around, KNOWN):
            yield Finding("list-parts" if around in LIST_HOLDS else "table-parts", where)
        elif element.role in PARTS and element.role not in HOLDS.get(around, ()):
            yield Finding("stray-part", where)
        elif around in PHRASES and element.role not in INLINE:
            yield Finding("block-in-phrase", where)
        if element.role in GROUPING | set(HOLDS) and any(isinstance(kid, Content) for kid in element.kids):
            yield Finding("bare-text", f"{element.name} holds text that is in no paragraph")


def check_emptiness(file: File) -> Iterator[Finding]:
    """Nothing is empty but cells of tables and bodies of labelled items, which forms to fill in need."""
    for element in file.elements:
        labelled = (
            element.role == "LBody" and element.parent and any(kid.role == "Lbl" for kid in element.parent.elements)
        )
        if not element.kids and element.role not in CELLS and not labelled:
            yield Finding("element-empty", f"{element.name} holds nothing")


def check_figures(file: File) -> Iterator[Finding]:
    """A figure says what it shows and where on its page."""
    for element in file.elements:
        if element.role not in ("Figure", "Formula"):
            continue
        if not str(element.dictionary.get("/Alt", element.dictionary.get("/ActualText", ""))).strip():
            yield Finding("figure-without-alt", f"{element.name} has no alternative text")
        box = element.attribute("/BBox")
        page = next((content.page for content in element.contents()), None)
        if box is None:
            yield Finding("figure-box", f"{element.name} does not say where it stands")
        elif page is not None and not _is_inside(list(map(float, box)), list(map(float, file.pages[page].MediaBox))):
            yield Finding("figure-box", f"{element.name} stands outside page {page + 1}")


def _is_inside(box: list[float], page: list[float]) -> bool:
    left, bottom, right, top = box
    return (
        page[0] - TOLERANCE <= left < right <= page[2] + TOLERANCE
        and page[1] - TOLERANCE <= bottom < top <= page[3] + TOLERANCE
    )


CHECKS: tuple[Callable[[File], Iterator[Finding]], ...] = (
    check_tree,
    check_parent_tree,
    check_marks,
    check_visibility,
    check_headings,
    check_order,
    check_tables,
    check_nesting,
    check_emptiness,
    check_figures,
    check_annotations,
    check_links,
    check_fields,
    check_names,
    check_outline,
    check_document,
    check_fonts,
)


def lint(pdf: bytes) -> list[Finding]:
    """All defects of the structure of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        if "/StructTreeRoot" not in opened.Root:
            return [Finding("no-structure", "the file is not tagged")]
        return list(lint_file(File(opened)))


def lint_file(file: File) -> Iterator[Finding]:
    """All defects of the structure of a tagged file, one after the other."""
    for check in CHECKS:
        yield from check(file)
