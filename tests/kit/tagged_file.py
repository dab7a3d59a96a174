"""A tagged PDF taken apart: its structure tree, what its pages mark, and the ways between the two.

Nothing is judged here, and the file may come from any engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

from kit.page_content import PageScan, Reference, Stream


class Object(NamedTuple):
    """An annotation that the tree names."""

    reference: Reference


class Content(NamedTuple):
    """A marked-content sequence that the tree names, and the page on which it says that it is."""

    stream: Reference
    mcid: int
    page: int | None


@dataclass(eq=False)
class Element:
    """A structure element, with what it holds in order."""

    dictionary: Dictionary
    parent: Element | None
    kids: list[Element | Content | Object] = field(default_factory=list)

    @cached_property
    def role(self) -> str:
        return str(self.dictionary.S)[1:]

    @property
    def elements(self) -> list[Element]:
        return [kid for kid in self.kids if isinstance(kid, Element)]

    @property
    def name(self) -> str:
        return f"{self.role} (object {self.dictionary.objgen[0]})"

    def contents(self) -> Iterator[Content]:
        """Everything that is read for the element, in order."""
        for kid in self.kids:
            if isinstance(kid, Content):
                yield kid
            elif isinstance(kid, Element):
                yield from kid.contents()

    def attribute(self, name: str) -> Any:
        """An attribute, whichever of the attribute objects holds it."""
        attributes = self.dictionary.get("/A", [])
        holders = [attributes] if isinstance(attributes, Dictionary) else attributes
        return next((holder[name] for holder in holders if isinstance(holder, Dictionary) and name in holder), None)


class File:
    """A PDF taken apart: the tree, the content streams, the parent tree, the annotations."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.pages = [page.obj for page in pdf.pages]
        self.page_numbers = {page.objgen: number for number, page in enumerate(self.pages)}
        self.tree = pdf.Root.StructTreeRoot
        self.elements: list[Element] = []
        self.repeated: list[Dictionary] = []
        self._seen: set[Reference] = set()
        self.top = [self._element(kid, None) for kid in listed(self.tree.get("/K"))]

    def _element(self, dictionary: Dictionary, parent: Element | None) -> Element:
        element = Element(dictionary, parent)
        self.elements.append(element)
        self._seen.add(dictionary.objgen)
        for kid in listed(dictionary.get("/K")):
            element.kids.extend(self._kid(kid, element))
        return element

    def _kid(self, kid: Any, element: Element) -> Iterator[Element | Content | Object]:
        page = element.dictionary.get("/Pg")
        if isinstance(kid, int):
            yield self._content(page, page, kid)
        elif kid.get("/Type") == Name.MCR:
            page = kid.get("/Pg", page)
            yield self._content(kid.get("/Stm", page), page, int(kid.MCID))
        elif kid.get("/Type") == Name.OBJR:
            yield Object(kid.Obj.objgen)
        elif kid.objgen in self._seen:
            self.repeated.append(kid)
        else:
            yield self._element(kid, element)

    def _content(self, stream: Any, page: Any, mcid: int) -> Content:
        number = None if page is None else self.page_numbers.get(page.objgen)
        return Content((0, 0) if stream is None else stream.objgen, mcid, number)

    def page_of(self, target: Any) -> int | None:
        """The page that an explicit destination leads to, counted from 0."""
        names_page = isinstance(target, Array) and len(target) and isinstance(target[0], Dictionary)
        return self.page_numbers.get(target[0].objgen) if names_page else None

    @cached_property
    def contents(self) -> list[tuple[Content, Element]]:
        """All content that the tree names, each with its element."""
        return [(kid, element) for element in self.elements for kid in element.kids if isinstance(kid, Content)]

    @cached_property
    def objects(self) -> dict[Reference, Element]:
        """The elements of annotations."""
        return {kid.reference: element for element in self.elements for kid in element.kids if isinstance(kid, Object)}

    @cached_property
    def parent_tree(self) -> list[tuple[int, Any]]:
        return list(_numbers(self.tree.get("/ParentTree", Dictionary())))

    @cached_property
    def parent_tree_is_sorted(self) -> bool:
        """Whether its keys rise, in each node and from one to the next: viewers look keys up by halves."""
        keys = [key for key, _ in self.parent_tree]
        return keys == sorted(keys)

    @cached_property
    def streams(self) -> list[Stream]:
        return [stream for number, page in enumerate(self.pages) for stream in PageScan(page, number).streams]

    @cached_property
    def _marked(self) -> dict[tuple[Reference, int], Stream]:
        return {(stream.reference, mcid): stream for stream in self.streams for mcid in stream.texts}

    def text_of(self, content: Content) -> str:
        """The text that a mark shows, spaces as drawn."""
        stream = self._marked.get((content.stream, content.mcid))
        return stream.texts[content.mcid] if stream else ""

    def top_of(self, content: Content) -> float | None:
        """The height of its first baseline, in points from the bottom of the page."""
        stream = self._marked.get((content.stream, content.mcid))
        return stream.tops.get(content.mcid) if stream else None

    @cached_property
    def annotations(self) -> list[tuple[int, Dictionary]]:
        """All annotations, each with the number of its page."""
        return [(number, note) for number, page in enumerate(self.pages) for note in page.get("/Annots", [])]

    @cached_property
    def destinations(self) -> list[str]:
        """The names of all destinations, in the order of the file."""
        return [str(name) for name, _ in names(self.pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary()))]


def whole_number(value: Any) -> int | None:
    return None if value is None else int(value)


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _numbers(tree: Dictionary) -> Iterator[tuple[int, Any]]:
    """The entries of a number tree."""
    entries = list(tree.get("/Nums", []))
    yield from zip(map(int, entries[::2]), entries[1::2], strict=True)
    for kid in tree.get("/Kids", []):
        yield from _numbers(kid)


def names(tree: Dictionary) -> Iterator[tuple[Any, Any]]:
    """The entries of a name tree."""
    entries = list(tree.get("/Names", []))
    yield from zip(entries[::2], entries[1::2], strict=True)
    for kid in tree.get("/Kids", []):
        yield from names(kid)
