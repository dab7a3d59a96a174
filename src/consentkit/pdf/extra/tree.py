"""The structure tree of a foreign file, read, judged and written anew.

Guarantees: a tree is kept only if it and the pages agree on every piece of content: each is named once, exists, and
leads back to the element that names it. A tree of which that is not true would have a screen reader leave text out, so
the file counts as untagged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from consentkit.pdf.extra.copying import Objects, made
from consentkit.pdf.extra.drawing import Drawing, Unsound
from consentkit.pdf.extra.values import Key, dictionary, key_of, name_of, resolved

_DEEPEST = 150
_DEEPEST_ATTRIBUTES = 6
_MOST_ELEMENTS = 50_000
_KEPT = ("/S", "/C", "/T", "/Lang", "/Alt", "/E", "/ActualText")
_ON_ANNOTATIONS = {"Link", "Form", "Annot"}
_STRINGS = (TextStringObject, ByteStringObject)


@dataclass(frozen=True)
class Content:
    """Marked content: in which stream (a page, or a picture on it), on which page, under which number."""

    stream: Key
    page: Key
    mcid: int


@dataclass(frozen=True)
class Annotation:
    """An annotation that the tree names."""

    key: Key


@dataclass(eq=False)
class Element:
    """A structure element."""

    dictionary: DictionaryObject
    page: Key | None
    depth: int
    key: Key | None = None
    kids: list[Element | Content | Annotation] = field(default_factory=list)
    role: str = ""
    """The name of a printed form field that it has become."""


@dataclass(frozen=True)
class Tree:
    """A structure tree that agrees with the pages."""

    root: DictionaryObject
    top: Element
    elements: list[Element]

    def annotations(self) -> set[Key]:
        """The annotations that the tree names."""
        return {kid.key for element in self.elements for kid in element.kids if isinstance(kid, Annotation)}


def read_tree(
    catalog: DictionaryObject, drawings: Mapping[Key, Drawing], parents: Mapping[Key, PdfObject]
) -> Tree | None:
    """Read the tree of a file; None where there is none, or none that agrees with the pages.

    `parents` has the StructParents of each page and picture.
    """
    marks = resolved(catalog.get("/MarkInfo"))
    if not isinstance(marks, DictionaryObject) or resolved(marks.get("/Marked")) != BooleanObject(True):
        return None
    try:
        root = dictionary(catalog.get("/StructTreeRoot"))
        top = Element(root, None, 0)
        elements = list(_elements(top))
        tree = Tree(root, top, elements)
        _require_known_roles(tree)
        _require_agreement(tree, drawings, parents)
    except Unsound:
        return None
    return tree if elements else None


def _elements(top: Element) -> Iterator[Element]:
    """Read the elements, each before those below it."""
    waiting, seen = [top], set[Key]()
    while waiting:
        element = waiting.pop()
        if element is not top:
            yield element
        for kid in _listed(element.dictionary.get("/K")):
            element.kids.append(_kid(kid, element))
        below = [kid for kid in element.kids if isinstance(kid, Element)]
        for kid in below:
            if kid.key is None or kid.key in seen or kid.depth > _DEEPEST or len(seen) > _MOST_ELEMENTS:
                raise Unsound("a structure that is no tree")
            seen.add(kid.key)
        waiting.extend(reversed(below))


def _listed(value: Any) -> list[Any]:
    found = resolved(value)
    if isinstance(found, NullObject):
        return []
    return list(found) if isinstance(found, ArrayObject) else [value]


def _kid(value: Any, element: Element) -> Element | Content | Annotation:
    found = resolved(value)
    if isinstance(found, int):
        return Content(_on(element.page), _on(element.page), int(found))
    part = dictionary(found)
    page = key_of(part.get("/Pg")) or element.page
    match name_of(part, "/Type"):
        case "/MCR":
            mcid = resolved(part.get("/MCID"))
            stream = key_of(part.get("/Stm")) if "/Stm" in part else page
            return Content(_on(stream), _on(page), int(mcid) if isinstance(mcid, int) else -1)
        case "/OBJR":
            return Annotation(_on(key_of(part.get("/Obj"))))
    if not name_of(part, "/S"):
        raise Unsound("an element without a type")
    return Element(part, page, element.depth + 1, key_of(value))


def _on(key: Key | None) -> Key:
    if key is None:
        raise Unsound("content without a place")
    return key


def _require_known_roles(tree: Tree) -> None:
    for element in tree.elements:
        standard_role(tree.root, name_of(element.dictionary, "/S"))


def standard_role(root: DictionaryObject, role: str) -> str:
    """What the role map makes of a type, without the slash. Raises Unsound where it runs in a circle."""
    found = resolved(root.get("/RoleMap"))
    role_map = found if isinstance(found, DictionaryObject) else DictionaryObject()
    seen: set[str] = set()
    while role in role_map and name_of(role_map, role) != role:
        if role in seen:
            raise Unsound("types that run in a circle")
        seen.add(role)
        role = name_of(role_map, role)
    return role[1:]


def _require_agreement(tree: Tree, drawings: Mapping[Key, Drawing], parents: Mapping[Key, PdfObject]) -> None:
    named = {(kid.stream, kid.mcid): element.key for element in tree.elements for kid in _contents(element)}
    drawn = Counter((key, mcid) for key, drawing in drawings.items() for mcid in drawing.mcids)
    count = sum(1 for element in tree.elements for _ in _contents(element))
    if set(named) != set(drawn) or count != len(named) or any(times > 1 for times in drawn.values()):
        raise Unsound("a structure that names other content than there is")
    known: dict[int, Any] = dict(_numbers(tree.root))
    for (stream, mcid), owner in named.items():
        number = parents.get(stream)
        owners: list[Any] = _listed(known.get(int(number))) if isinstance(number, int) else []
        if mcid >= len(owners) or key_of(owners[mcid]) != owner:
            raise Unsound("content that does not lead back to its element")


def _contents(element: Element) -> Iterator[Content]:
    return (kid for kid in element.kids if isinstance(kid, Content))


def _numbers(root: DictionaryObject) -> Iterator[tuple[int, Any]]:
    """The entries of the parent tree."""
    waiting, left = [(resolved(root.get("/ParentTree")), 0)], _MOST_ELEMENTS
    while waiting:
        (node, depth), left = waiting.pop(), left - 1
        if depth > _DEEPEST or left < 0:
            raise Unsound("numbers that are no tree")
        entries = dictionary(node)
        waiting.extend((resolved(kid), depth + 1) for kid in _listed(entries.get("/Kids")))
        flat = _listed(entries.get("/Nums"))
        for number, value in zip(flat[::2], flat[1::2], strict=False):
            if isinstance(found := resolved(number), int):
                yield int(found), value


# --- writing ---


def replace_annotations(tree: Tree, drawn: Mapping[Key, tuple[Content, str]]) -> None:
    """Put what was drawn of annotations in their place; `drawn` has the content and the role of each.

    Of the others nothing is left; where an element stood for one of them alone, it goes too, and a link that leads
    nowhere becomes plain text.
    """
    for element in reversed(tree.elements):  # from the leaves up
        had_annotation = any(isinstance(kid, Annotation) for kid in element.kids)
        element.kids = [new for kid in element.kids for new in _replaced(kid, element, drawn)]
        role = standard_role(tree.root, name_of(element.dictionary, "/S"))
        if had_annotation and not element.role and role in _ON_ANNOTATIONS:
            element.dictionary[NameObject("/S")] = NameObject("/Span")
            if not element.kids:
                element.key = None
    for element in (tree.top, *tree.elements):
        element.kids = [kid for kid in element.kids if not isinstance(kid, Element) or kid.key is not None]
    tree.elements[:] = [element for element in tree.elements if element.key is not None]


def _replaced(
    kid: Element | Content | Annotation, element: Element, drawn: Mapping[Key, tuple[Content, str]]
) -> Iterator[Element | Content]:
    if not isinstance(kid, Annotation):
        yield kid
    elif kid.key in drawn:
        content, element.role = drawn[kid.key]
        yield content


class TreeWriter:
    """Writes a tree into a new file."""

    def __init__(
        self, tree: Tree, objects: Objects, places: Mapping[Key, IndirectObject], pages: Sequence[Key]
    ) -> None:
        self._tree = tree
        self._objects = objects
        self._places = places
        self._pages = pages
        self._numbers = {key: objects.add() for key in (element.key for element in tree.elements) if key is not None}
        self._ids = self._identifiers()

    def write(self) -> IndirectObject:
        """Write the tree; every page and picture that holds content gets its StructParents."""
        root = self._objects.add()
        entries: dict[str, PdfObject] = {"/Type": NameObject("/StructTreeRoot"), "/K": self._kids(self._tree.top)}
        for name in ("/RoleMap", "/ClassMap"):
            found = resolved(self._tree.root.get(name))
            if isinstance(found, DictionaryObject):
                entries[name] = self._plain(found, 0)
        for element in (self._tree.top, *self._tree.elements):
            own = root if element is self._tree.top else self._number(element)
            for kid in element.kids:
                if isinstance(kid, Element):
                    self._write(kid, own)
        entries |= self._parent_tree()
        if self._ids:
            flat = [part for name in sorted(self._ids) for part in (ByteStringObject(name), self._ids[name])]
            entries["/IDTree"] = made({"/Names": ArrayObject(flat)})
        self._objects.put(root, made(entries))
        return root

    def _identifiers(self) -> dict[bytes, IndirectObject]:
        found: dict[bytes, IndirectObject] = {}
        for element in self._tree.elements:
            name = resolved(element.dictionary.get("/ID"))
            if isinstance(name, _STRINGS) and element.key is not None:
                found.setdefault(name.original_bytes, self._numbers[element.key])
        return found

    def _write(self, element: Element, parent: IndirectObject) -> None:
        source, own = element.dictionary, self._number(element)
        entries: dict[str, PdfObject] = {"/Type": NameObject("/StructElem"), "/P": parent}
        entries |= {key: self._plain(source.get(key), 0) for key in _KEPT if key in source}
        if element.page in self._pages:
            entries["/Pg"] = self._places[element.page]  # type: ignore[index]
        attributes = [self._plain(source.get("/A"), 0)] if "/A" in source else []
        if element.role:
            attributes.append(made({"/O": NameObject("/PrintField"), "/Role": NameObject(f"/{element.role}")}))
        flat = [part for item in attributes for part in (item if isinstance(item, ArrayObject) else [item])]
        if flat:
            entries["/A"] = flat[0] if len(flat) == 1 else ArrayObject(flat)
        name = resolved(source.get("/ID"))
        if isinstance(name, _STRINGS) and self._ids.get(name.original_bytes) == own:
            entries["/ID"] = ByteStringObject(name.original_bytes)
        if element.kids:
            entries["/K"] = self._kids(element)
        self._objects.put(own, made(entries))

    def _number(self, element: Element) -> IndirectObject:
        return self._numbers[_on(element.key)]

    def _kids(self, element: Element) -> ArrayObject:
        kids: list[PdfObject] = []
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(self._number(kid))
            elif isinstance(kid, Content):
                kids.append(self._content(kid, element))
        return ArrayObject(kids)

    def _content(self, content: Content, element: Element) -> PdfObject:
        if content.stream == content.page == element.page:
            return NumberObject(content.mcid)
        entries: dict[str, PdfObject] = {"/Type": NameObject("/MCR"), "/Pg": self._places[content.page]}
        if content.stream != content.page:
            entries["/Stm"] = self._places[content.stream]
        return made({**entries, "/MCID": NumberObject(content.mcid)})

    def _parent_tree(self) -> dict[str, PdfObject]:
        owners: dict[Key, dict[int, IndirectObject]] = {}
        for element in self._tree.elements:
            for kid in _contents(element):
                owners.setdefault(kid.stream, {})[kid.mcid] = self._number(element)
        streams = sorted(owners, key=lambda key: self._places[key].idnum)
        flat: list[PdfObject] = []
        for number, stream in enumerate(streams):
            of_page = owners[stream]
            row = [of_page.get(mcid, NullObject()) for mcid in range(max(of_page) + 1)]
            flat += [NumberObject(number), self._objects.add(ArrayObject(row))]
            place = dictionary(self._objects.get_object(self._places[stream]))
            place[NameObject("/StructParents")] = NumberObject(number)
        return {
            "/ParentTree": made({"/Nums": ArrayObject(flat)}),
            "/ParentTreeNextKey": NumberObject(len(streams)),
        }

    def _plain(self, value: Any, depth: int) -> PdfObject:
        """A copy of values that refer to nothing; of header cells, only those that there are."""
        found = resolved(value)
        if depth > _DEEPEST_ATTRIBUTES or isinstance(found, StreamObject):
            return NullObject()
        if isinstance(found, ArrayObject):
            return ArrayObject([self._plain(item, depth + 1) for item in found])
        if not isinstance(found, DictionaryObject):
            return found
        copy = {str(key): self._plain(found.get(key), depth + 1) for key in found}
        if "/Headers" in copy:
            headers = copy["/Headers"]
            known = [name for name in _listed(headers) if getattr(name, "original_bytes", None) in self._ids]
            copy["/Headers"] = ArrayObject(known)
        return made(copy)
