"""Rules of the structure lint about what lies beside the tree: annotations, fields, names, bookmarks, the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pikepdf import Array, Dictionary, Name

from kit.finding import Finding
from kit.page_content import Reference
from kit.tagged_file import File, names, whole_number


def check_annotations(file: File) -> Iterator[Finding]:
    """Links and form fields are in the tree, under an element of their kind, and lead back to it."""
    entries = dict(file.parent_tree)
    kinds = {"/Link": "Link", "/Widget": "Form"}
    for page, note in file.annotations:
        kind, element = str(note.get("/Subtype")), file.objects.get(note.objgen)
        if kind == "/Popup":
            continue
        if element is None:
            yield Finding("annotation-not-in-tree", f"page {page + 1}: the tree does not name a {kind[1:]}")
            continue
        entry = entries.get(whole_number(note.get("/StructParent")))
        if not isinstance(entry, Dictionary) or entry.objgen != element.dictionary.objgen:
            yield Finding(
                "annotation-parent", f"page {page + 1}: StructParent of a {kind[1:]} does not lead to its element"
            )
        if element.role != kinds.get(kind, "Annot"):
            yield Finding("annotation-role", f"page {page + 1}: a {kind[1:]} stands in {element.name}")
        if kind == "/Link" and not str(note.get("/Contents", "")).strip():
            yield Finding("link-without-contents", f"page {page + 1}: a link does not say what it is")


def check_links(file: File) -> Iterator[Finding]:
    """Links lead to pages that exist."""
    known = set(file.destinations)
    for page, note in file.annotations:
        target = note.get("/Dest", note.get("/A", Dictionary()).get("/D"))
        if isinstance(target, Array):
            exists = isinstance(target[0], Dictionary) and target[0].objgen in file.page_numbers
        else:
            exists = target is None or str(target) in known
        if not exists:
            yield Finding("destination-missing", f"page {page + 1}: a link leads nowhere")


def check_fields(file: File) -> Iterator[Finding]:
    """Form fields can be reached, have names of their own, and say what is to be filled in."""
    fields = list(_fields(file.pdf.Root.get("/AcroForm", Dictionary()).get("/Fields", []), ""))
    for name, count in Counter(name for name, part in fields if "/T" in part).items():
        if count > 1:
            yield Finding("field-twice", f"{count} form fields are named {name}")
    reached = {part.objgen for _, part in fields}
    for page, note in file.annotations:
        if note.get("/Subtype") != Name.Widget:
            continue
        if note.objgen not in reached:
            yield Finding("widget-not-in-form", f"page {page + 1}: a form field is not in the AcroForm")
        if "/TU" not in note and "/TU" not in note.get("/Parent", Dictionary()):
            yield Finding("field-without-name", f"page {page + 1}: form field {note.get('/T')} does not say what it is")


def _fields(fields: Iterable[Dictionary], prefix: str) -> Iterator[tuple[str, Dictionary]]:
    """Form fields and their widgets, each with the full name."""
    for part in fields:
        name = ".".join(filter(None, (prefix, str(part.get("/T", "")))))
        yield name, part
        yield from _fields(part.get("/Kids", []), name)


def check_names(file: File) -> Iterator[Finding]:
    """Name trees are sorted by bytes, or viewers don't find what is in them; identifiers are unique."""
    trees = dict(file.pdf.Root.get("/Names", Dictionary()).items()) | {
        "/IDTree": file.tree.get("/IDTree", Dictionary())
    }
    for kind, tree in trees.items():
        keys = [bytes(name) for name, _ in names(tree)]
        if keys != sorted(keys):
            yield Finding("names-unsorted", f"the names in {kind[1:]} are not sorted")
    identifiers = Counter(str(element.dictionary.ID) for element in file.elements if "/ID" in element.dictionary)
    for identifier, count in identifiers.items():
        if count > 1:
            yield Finding("identifier-twice", f"{count} elements have the ID {identifier}")


def check_outline(file: File) -> Iterator[Finding]:
    """Bookmarks lead to pages that exist, in the order of the pages."""
    pages = [file.page_numbers.get(page) for page in _outline_pages(file.pdf.Root.get("/Outlines", Dictionary()))]
    if None in pages:
        yield Finding("outline-target", "a bookmark leads nowhere")
    known = [page for page in pages if page is not None]
    if known != sorted(known):
        yield Finding("outline-order", "the bookmarks are not in the order of the pages")


def _outline_pages(parent: Dictionary) -> Iterator[Reference | None]:
    entry = parent.get("/First")
    while entry is not None:
        target = entry.get("/Dest", entry.get("/A", Dictionary()).get("/D"))
        named = isinstance(target, Array) and len(target) and isinstance(target[0], Dictionary)
        yield target[0].objgen if named else None
        yield from _outline_pages(entry)
        entry = entry.get("/Next")


def check_document(file: File) -> Iterator[Finding]:
    """The document says that it is tagged, in which language, and under which title it wants to be shown."""
    root = file.pdf.Root
    if not root.get("/MarkInfo", Dictionary()).get("/Marked", False):
        yield Finding("not-marked", "the catalog does not say that the file is tagged")
    if not str(root.get("/Lang", "")).strip():
        yield Finding("language-missing", "the catalog names no language")
    if not root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        yield Finding("title-not-shown", "viewers are not told to show the title")
    if [top.role for top in file.top] != ["Document"]:
        yield Finding("no-document", "the tree does not start with one Document")
    elif "/Lang" not in file.top[0].dictionary:
        yield Finding("language-missing", "the Document element names no language")


def check_fonts(file: File) -> Iterator[Finding]:
    """Every font says which characters its glyphs are."""
    for item in file.pdf.objects:
        is_font = isinstance(item, Dictionary) and item.get("/Type") == Name.Font
        if is_font and "CIDFont" not in str(item.get("/Subtype")) and "/ToUnicode" not in item:
            yield Finding("font-without-characters", f"font {item.get('/BaseFont')} has no ToUnicode map")
