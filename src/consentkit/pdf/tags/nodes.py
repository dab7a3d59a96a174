"""The structure of a document as plain data, before it becomes PDF objects.

Guarantees: after `arrange`, every node holds only what its type may hold (ISO 32000-1, 14.8.4), siblings are in the
order of the source, nothing is empty but table cells and the bodies of list items that have a label, and no text is
lost or duplicated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from consentkit.pdf.tags.roles import CELLS, CONTENT, FLOW, INLINE, OBJECTS, Holds


class Mark(NamedTuple):
    """A marked-content sequence: its page, counted from 0, and its identifier there."""

    page: int
    mcid: int


@dataclass(eq=False)
class TextNode:
    """A piece of text that was drawn at once, at most a line long. `start` and `end` are its place in the source."""

    mark: Mark
    drawn: str
    line: object
    """The same object for all pieces of a line, and for no others."""
    start: int
    end: int
    generated: bool = False
    """Whether the style sheet generated it: its place is then where its element starts or ends."""
    spoken: str | None = None
    """What is to be read out, if that is not what is drawn."""
    space_follows: bool = False
    """Whether a space that was not drawn separates it from what follows."""


@dataclass(eq=False)
class PictureNode:
    """A drawing that was marked as content."""

    mark: Mark
    start: int


@dataclass(eq=False)
class AnnotationNode:
    """A link or a form field on a page."""

    page: int
    dictionary: Any
    start: int


@dataclass(eq=False)
class Break:
    """The edge of a block that was dissolved into a line of text. It separates words."""

    start: int


@dataclass(eq=False)
class Node:
    """A structure element. `start` and `end` are its place in the source."""

    role: str
    start: int
    end: int
    language: str
    kids: list[Kid] = field(default_factory=list)
    entries: dict[str, str] = field(default_factory=dict)
    """Text entries of the structure element, such as Alt."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """Attributes, whose owner depends on the type."""
    label: str = ""
    """The author's label for it (aria-label, title), in addition to its own text."""

    @property
    def is_inline(self) -> bool:
        """Whether it is part of a line of text."""
        return self.role in INLINE

    def nodes(self, *roles: str) -> list[Node]:
        """The kids that are structure elements, of the given types or of any."""
        return [kid for kid in self.kids if isinstance(kid, Node) and (not roles or kid.role in roles)]


Kid: TypeAlias = Node | TextNode | PictureNode | AnnotationNode | Break


def arrange(node: Node) -> None:
    """Turn what was collected into a valid structure, from the leaves up."""
    node.kids.sort(key=lambda kid: kid.start)
    for kid in node.nodes():
        arrange(kid)
    node.kids = [kid for kid in node.kids if not _is_empty(kid)]
    node.kids = _fitting(node)


def holds_phrase(node: Node) -> bool:
    """Whether a line of text starts in a node: it holds text or inline elements, and is not itself inline."""
    return not node.is_inline and any(map(_is_inline, node.kids))


def text_of(node: Node) -> str:
    """What is read out for a node, with white space collapsed."""
    return " ".join("".join(_spoken(node)).split())


def _spoken(node: Node) -> Iterator[str]:
    if "Alt" in node.entries:
        yield f" {node.entries['Alt']} "
        return
    for kid in node.kids:
        if isinstance(kid, Node):
            yield from _spoken(kid)
        elif isinstance(kid, TextNode):
            yield kid.drawn if kid.spoken is None else kid.spoken
            yield " " if kid.space_follows else ""


def _is_empty(kid: Kid) -> bool:
    if isinstance(kid, Node):
        return kid.role not in CELLS and all(map(_is_empty, kid.kids))
    return isinstance(kid, Break)


def _is_inline(kid: Kid) -> bool:
    return not isinstance(kid, Node) or kid.is_inline


def _fitting(node: Node) -> list[Kid]:
    match CONTENT[node.role]:
        case Holds.BLOCKS:
            return _blocks(node)
        case Holds.PHRASE:
            return list(_phrase(node.kids))
        case Holds.EITHER:
            return node.kids if all(map(_is_inline, node.kids)) else _blocks(node)
        case Holds.ITEMS:
            return _items(node)
        case Holds.ITEM_PARTS:
            return _item_parts(node)
        case Holds.ROWS:
            return list(_rows(node))


def _blocks(node: Node) -> list[Kid]:
    """Dissolve boxes without a role, and wrap each run of text and inline elements in a paragraph."""
    blocks: list[Kid] = []
    for run, inline in _runs(node.kids):
        if not inline:
            blocks.extend(_without_flow(run))
        elif all(isinstance(kid, Node) and kid.role in OBJECTS for kid in run):
            blocks.extend(run)
        else:
            blocks.append(_wrapped("P", run, node))
    return blocks


def _runs(kids: Iterable[Kid]) -> Iterator[tuple[list[Kid], bool]]:
    """The longest runs of inline kids and of blocks, in order, each with whether it is inline."""
    for inline, group in groupby(kids, _is_inline):
        yield list(group), inline


def _without_flow(kids: Iterable[Kid]) -> Iterator[Kid]:
    for kid in kids:
        if isinstance(kid, Node) and kid.role == FLOW:
            yield from kid.kids
        else:
            yield kid


def _wrapped(role: str, kids: Sequence[Kid], parent: Node) -> Node:
    return Node(role, kids[0].start, parent.end, parent.language, list(kids))


def _phrase(kids: Iterable[Kid]) -> Iterator[Kid]:
    """Dissolve blocks into the line of text that contains them."""
    for kid in kids:
        if isinstance(kid, Node) and not kid.is_inline:
            yield Break(kid.start)
            yield from _phrase(kid.kids)
            yield Break(kid.end)
        else:
            yield kid


def _items(node: Node) -> list[Kid]:
    """Put everything in a list into items; a term and its descriptions become one item."""
    items: list[Node] = []
    open_item: Node | None = None
    for kid in _list_parts(node.kids):
        if isinstance(kid, Node) and kid.role == "LI":
            items.append(kid)
            open_item = None
            continue
        if open_item is None or (_has_role(kid, "Lbl") and open_item.nodes("LBody")):
            open_item = Node("LI", kid.start, node.end, node.language)
            items.append(open_item)
        _add_to_item(open_item, kid)
    _settle_numbering(node, items)
    return list(items)


def _list_parts(kids: Iterable[Kid]) -> Iterator[Kid]:
    """Look through boxes that only group items, such as the `div` around a term and its description."""
    for kid in kids:
        if isinstance(kid, Node) and kid.role == FLOW and kid.nodes("LI", "Lbl", "LBody"):
            yield from _list_parts(kid.kids)
        else:
            yield kid


def _has_role(kid: Kid, role: str) -> bool:
    return isinstance(kid, Node) and kid.role == role


def _add_to_item(item: Node, kid: Kid) -> None:
    if _has_role(kid, "Lbl"):
        item.kids.append(kid)
        return
    if not item.nodes("LBody"):
        item.kids.append(Node("LBody", kid.start, item.end, item.language))
    (body,) = item.nodes("LBody")
    if isinstance(kid, Node) and kid.role == "LBody":
        kid.role = FLOW  # several descriptions of one term share a body
        kid.kids = _fitting(kid)
    body.kids.append(kid)
    body.kids = _fitting(body)


def _settle_numbering(node: Node, items: Sequence[Node]) -> None:
    """A list is numbered like its first item; an ordered one whose labels the style sheet generates is decimal."""
    numberings = [item.attributes.pop("ListNumbering") for item in items if item.attributes]
    if numberings and numberings[0] != "/None":
        node.attributes["ListNumbering"] = numberings[0]
    elif not any(item.nodes("Lbl") for item in items):
        node.attributes["ListNumbering"] = "/None"


def _item_parts(node: Node) -> list[Kid]:
    labels = node.nodes("Lbl")
    body = Node("LBody", node.start, node.end, node.language, [kid for kid in node.kids if kid not in labels])
    body.kids = _fitting(body)
    return [*labels, body]


def _rows(node: Node) -> Iterator[Kid]:
    """Dissolve boxes without a role, and wrap stray text in the cell in which it is displayed."""
    for run, inline in _runs(node.kids):
        if not inline:
            yield from _without_flow(run)
        elif node.role == "TR":
            yield _wrapped("TD", run, node)
        else:
            yield _wrapped("TR", [_wrapped("TD", run, node)], node)
