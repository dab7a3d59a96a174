"""The structure tree of a foreign file is read, judged and rewritten.

Guarantees: a tree is kept only if it and the pages agree on every piece of content: each is referenced once, exists,
and leads back to the element that references it. With any other tree, a screen reader would omit text, so the file
counts as untagged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from consentkit.pdf.file.geometry import Matrix, box_moved
from consentkit.pdf.foreign.copying import numbers
from consentkit.pdf.foreign.drawing import Drawing, Unsound
from consentkit.pdf.foreign.values import (
    ObjectKey,
    dictionary,
    entries_of,
    has_entries,
    listed,
    name_of,
    numbers_of,
    object_key,
    plain_value,
    put,
    whole_number,
)

_DEEPEST = 150
_DEEPEST_ATTRIBUTES = 6
_MOST_ELEMENTS = 50_000
_KEPT = ("/S", "/C", "/T", "/Lang", "/Alt", "/E", "/ActualText")
_ON_ANNOTATIONS = {"Link", "Form", "Annot"}


@dataclass(frozen=True)
class ForeignContent:
    """Marked content: its stream (a page, or a picture on it), its page, and its number there."""

    stream: ObjectKey
    page: ObjectKey
    mcid: int


@dataclass(frozen=True)
class ForeignAnnotation:
    """An annotation that the tree references."""

    key: ObjectKey


@dataclass(eq=False)
class ForeignElement:
    """A structure element."""

    dictionary: Any
    page: ObjectKey | None
    depth: int
    key: ObjectKey | None = None
    kids: list[ForeignElement | ForeignContent | ForeignAnnotation] = field(default_factory=list)
    is_plain: bool = False
    """Whether it was about an annotation that has been removed, and is now plain text."""
    role: str = ""
    """The role of the printed form field that it has become."""


@dataclass(frozen=True)
class Tree:
    """A structure tree that agrees with the pages."""

    root: Any
    top: ForeignElement
    elements: list[ForeignElement]

    def annotations(self) -> set[ObjectKey]:
        """The annotations that the tree references."""
        return {kid.key for element in self.elements for kid in element.kids if isinstance(kid, ForeignAnnotation)}


def read_tree(
    catalog: Any, drawings: Mapping[ObjectKey, Drawing], parents: Mapping[ObjectKey, int | None]
) -> Tree | None:
    """Read the tree of a file; None if there is none, or none that agrees with the pages.

    `parents` has the StructParents of each page and picture.
    """
    marks = catalog.get("/MarkInfo")
    if not has_entries(marks) or marks.get("/Marked") is not True:
        return None
    try:
        root = dictionary(catalog.get("/StructTreeRoot"))
        top = ForeignElement(root, None, 0)
        elements = list(_elements(top))
        tree = Tree(root, top, elements)
        _require_known_roles(tree)
        _require_agreement(tree, drawings, parents)
    except Unsound:
        return None
    return tree if elements else None


def _elements(top: ForeignElement) -> Iterator[ForeignElement]:
    """Read the elements, each before those below it."""
    waiting, seen = [top], set[ObjectKey]()
    while waiting:
        element = waiting.pop()
        if element is not top:
            yield element
        for kid in listed(element.dictionary.get("/K")):
            if kid is not None:
                element.kids.append(_kid(kid, element))
        below = [kid for kid in element.kids if isinstance(kid, ForeignElement)]
        for kid in below:
            if kid.key is None or kid.key in seen or kid.depth > _DEEPEST or len(seen) > _MOST_ELEMENTS:
                raise Unsound("a structure that is not a tree")
            seen.add(kid.key)
        waiting.extend(reversed(below))


def _kid(value: Any, element: ForeignElement) -> ForeignElement | ForeignContent | ForeignAnnotation:
    if (number := whole_number(value)) is not None:
        return ForeignContent(_on(element.page), _on(element.page), number)
    part = dictionary(value)
    page = object_key(part.get("/Pg")) or element.page
    match name_of(part, "/Type"):
        case "/MCR":
            mcid = whole_number(part.get("/MCID"))
            stream = object_key(part.get("/Stm")) if "/Stm" in part else page
            return ForeignContent(_on(stream), _on(page), -1 if mcid is None else mcid)
        case "/OBJR":
            return ForeignAnnotation(_on(object_key(part.get("/Obj"))))
    if not name_of(part, "/S"):
        raise Unsound("an element without a type")
    return ForeignElement(part, page, element.depth + 1, object_key(value))


def _on(key: ObjectKey | None) -> ObjectKey:
    if key is None:
        raise Unsound("content without a page")
    return key


def _require_known_roles(tree: Tree) -> None:
    for element in tree.elements:
        standard_role(tree.root, name_of(element.dictionary, "/S"))


def standard_role(root: Any, role: str) -> str:
    """The standard type to which the role map maps a type, without the slash. Raises Unsound if it has a circle."""
    entry = root.get("/RoleMap")
    role_map: Any = entry if has_entries(entry) else Dictionary()
    seen: set[str] = set()
    while role in role_map and name_of(role_map, role) != role:
        if role in seen:
            raise Unsound("types that form a circle")
        seen.add(role)
        role = name_of(role_map, role)
    return role[1:]


def _require_agreement(
    tree: Tree, drawings: Mapping[ObjectKey, Drawing], parents: Mapping[ObjectKey, int | None]
) -> None:
    named = {(kid.stream, kid.mcid): element.key for element in tree.elements for kid in _contents(element)}
    drawn = Counter((key, mcid) for key, drawing in drawings.items() for mcid in drawing.mcids)
    count = sum(1 for element in tree.elements for _ in _contents(element))
    if set(named) != set(drawn) or count != len(named) or any(times > 1 for times in drawn.values()):
        raise Unsound("a structure that does not match the content")
    known: dict[int, Any] = dict(_numbers(tree.root))
    for (stream, mcid), owner in named.items():
        number = parents.get(stream)
        owners = listed(known.get(number)) if number is not None else []
        if mcid >= len(owners) or object_key(owners[mcid]) != owner:
            raise Unsound("content that does not lead back to its element")


def _contents(element: ForeignElement) -> Iterator[ForeignContent]:
    return (kid for kid in element.kids if isinstance(kid, ForeignContent))


def _numbers(root: Any) -> Iterator[tuple[int, Any]]:
    """The entries of the parent tree."""
    waiting, left = [(root.get("/ParentTree"), 0)], _MOST_ELEMENTS
    while waiting:
        (node, depth), left = waiting.pop(), left - 1
        if depth > _DEEPEST or left < 0:
            raise Unsound("numbers that do not form a tree")
        entries = dictionary(node)
        waiting.extend((kid, depth + 1) for kid in listed(entries.get("/Kids")))
        flat = listed(entries.get("/Nums"))
        for number, value in zip(flat[::2], flat[1::2], strict=False):
            if type(number) is int:
                yield number, value


# --- writing ---


def replace_annotations(tree: Tree, drawn: Mapping[ObjectKey, tuple[ForeignContent, str]]) -> None:
    """Replace annotations by the content that was drawn for them; `drawn` has the content and the role of each.

    All others are removed, and so are elements that contained nothing else; a link that leads nowhere becomes plain
    text.
    """
    for element in reversed(tree.elements):  # from the leaves up
        had_annotation = any(isinstance(kid, ForeignAnnotation) for kid in element.kids)
        element.kids = [new for kid in element.kids for new in _replaced(kid, element, drawn)]
        role = standard_role(tree.root, name_of(element.dictionary, "/S"))
        if had_annotation and not element.role and role in _ON_ANNOTATIONS:
            element.is_plain = True
            if not element.kids:
                element.key = None
    for element in (tree.top, *tree.elements):
        element.kids = [kid for kid in element.kids if not isinstance(kid, ForeignElement) or kid.key is not None]
    tree.elements[:] = [element for element in tree.elements if element.key is not None]


def _replaced(
    kid: ForeignElement | ForeignContent | ForeignAnnotation,
    element: ForeignElement,
    drawn: Mapping[ObjectKey, tuple[ForeignContent, str]],
) -> Iterator[ForeignElement | ForeignContent]:
    if not isinstance(kid, ForeignAnnotation):
        yield kid
    elif kid.key in drawn:
        content, element.role = drawn[kid.key]
        yield content


class ForeignTreeWriter:
    """Writes a tree into a new file."""

    def __init__(
        self, tree: Tree, new: pikepdf.Pdf, places: Mapping[ObjectKey, Any], pages: Mapping[ObjectKey, Matrix]
    ) -> None:
        """`places` are the new pages and pictures; `pages` has the matrix by which each page was moved."""
        self._tree, self._new, self._places, self._pages = tree, new, places, pages
        keys = [element.key for element in tree.elements if element.key is not None]
        self._numbers = {key: new.make_indirect(Dictionary()) for key in keys}
        self._ids = self._identifiers()

    def write(self) -> Any:
        """Write the tree; every page and picture with content gets its StructParents."""
        root: Any = self._new.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        root["/K"] = self._kids(self._tree.top)
        for name in ("/RoleMap", "/ClassMap"):
            entry = self._tree.root.get(name)
            if has_entries(entry):
                root[name] = self._plain(entry, 0)
        for element in (self._tree.top, *self._tree.elements):
            own = root if element is self._tree.top else self._number(element)
            for kid in element.kids:
                if isinstance(kid, ForeignElement):
                    self._write(kid, own)
        self._write_parent_tree(root)
        if self._ids:
            flat = [part for name in sorted(self._ids) for part in (String(name), self._ids[name])]
            root["/IDTree"] = Dictionary(Names=Array(flat))
        return root

    def _identifiers(self) -> dict[bytes, Any]:
        identifiers: dict[bytes, Any] = {}
        for element in self._tree.elements:
            name = element.dictionary.get("/ID")
            if isinstance(name, String) and element.key is not None:
                identifiers.setdefault(bytes(name), self._numbers[element.key])
        return identifiers

    def _write(self, element: ForeignElement, parent: Any) -> None:
        source, own = element.dictionary, self._number(element)
        own["/Type"], own["/P"] = Name.StructElem, parent
        put(own, {key: self._plain(source.get(key), 0) for key in _KEPT if key in source})
        if element.page in self._pages:
            own["/Pg"] = self._places[_on(element.page)]
        if element.is_plain:
            own["/S"] = Name.Span
        attributes = [item for item in (self._plain(item, 1) for item in listed(source.get("/A"))) if item is not None]
        for item in attributes:
            self._move_box(item, element)
        if element.role:
            attributes.append(Dictionary(O=Name.PrintField, Role=Name(f"/{element.role}")))
        if attributes:
            own["/A"] = attributes[0] if len(attributes) == 1 else Array(attributes)
        name = source.get("/ID")
        if isinstance(name, String) and bytes(name) in self._ids and self._ids[bytes(name)].objgen == own.objgen:
            own["/ID"] = String(bytes(name))
        if element.kids:
            own["/K"] = self._kids(element)

    def _move_box(self, attributes: Any, element: ForeignElement) -> None:
        """Update the position of a figure or a table for the new page (ISO 32000-1, table 344)."""
        page = element.page or next((content.page for content in _contents(element)), None)
        if not has_entries(attributes) or "/BBox" not in attributes:
            return
        try:
            box = numbers_of(attributes.get("/BBox"), 4)
        except Unsound:
            del attributes["/BBox"]
            return
        if page is not None and page in self._pages:
            attributes["/BBox"] = numbers(box_moved(self._pages[page], box))

    def _number(self, element: ForeignElement) -> Any:
        return self._numbers[_on(element.key)]

    def _kids(self, element: ForeignElement) -> Any:
        kids: list[Any] = []
        for kid in element.kids:
            if isinstance(kid, ForeignElement):
                kids.append(self._number(kid))
            elif isinstance(kid, ForeignContent):
                kids.append(self._content(kid, element))
        return Array(kids)

    def _content(self, content: ForeignContent, element: ForeignElement) -> Any:
        if content.stream == content.page == element.page:
            return content.mcid
        entries = Dictionary(Type=Name.MCR, Pg=self._places[content.page], MCID=content.mcid)
        if content.stream != content.page:
            entries["/Stm"] = self._places[content.stream]
        return entries

    def _write_parent_tree(self, root: Any) -> None:
        owners: dict[ObjectKey, dict[int, Any]] = {}
        for element in self._tree.elements:
            for kid in _contents(element):
                owners.setdefault(kid.stream, {})[kid.mcid] = self._number(element)
        flat: list[Any] = []
        streams = sorted(owners, key=lambda key: self._places[key].objgen)
        for number, stream in enumerate(streams):
            of_page = owners[stream]
            row = [of_page.get(mcid) for mcid in range(max(of_page) + 1)]
            flat += [number, self._new.make_indirect(Array(row))]
            self._places[stream]["/StructParents"] = number
        root["/ParentTree"] = Dictionary(Nums=Array(flat))
        root["/ParentTreeNextKey"] = len(streams)

    def _plain(self, value: Any, depth: int) -> Any:
        """A copy of a value without references; of the names of header cells, only those that exist."""
        if depth > _DEEPEST_ATTRIBUTES or isinstance(value, Stream):
            return None
        if isinstance(value, Array):
            return Array([self._plain(item, depth + 1) for item in listed(value)])
        if not has_entries(value):
            return plain_value(value)
        copy: Any = Dictionary({key: self._plain(item, depth + 1) for key, item in entries_of(value) if key.isascii()})
        if "/Headers" in copy:
            names = [name for name in listed(copy.get("/Headers")) if isinstance(name, String)]
            copy["/Headers"] = Array([name for name in names if bytes(name) in self._ids])
        return copy
