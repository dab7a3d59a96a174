"""The structure tree that a page of HTML asks for, by its roles, languages, header cells, links and fields.

Guarantees: it is made from the HTML alone, by rules that are written down here a second time, so that what the tagging
gets wrong is not wrong here too. It knows what our own style sheets make of a page: markers of lists, and in large
print a table whose heads stand in each cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element

import tinyhtml5

from kit.source_comparison import INLINE
from kit.structure_tree import Kid, Node, folded, joined

ROLES = {
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
    **dict.fromkeys(("section", "aside", "nav", "fieldset"), "Sect"),
    "article": "Art",
    "blockquote": "BlockQuote",
    "figure": "Div",
    "figcaption": "Caption",
    "caption": "Caption",
    "p": "P",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "li": "LI",
    "dt": "Lbl",
    "dd": "LBody",
    "table": "Table",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
}
PHRASES = {"P", "Lbl", *(f"H{level}" for level in range(1, 7))}
OBJECTS = {"Figure", "Form"}
"""What needs no paragraph around it."""
KINDS_IN_FILE = {"initials": "text", "line": "text"}
"""Kinds of fields that a file does not tell apart: initials are written into a field for text, and so are lines."""
SILENT = {"script", "style", "template", "title", "select", "textarea"}
SCOPES = {"row": "Row", "rowgroup": "Row"}
IN_PROSE = ("one-language", "everybody", "assent")
"""The classes, from outside to inside, of what a list stands in that is printed as running text, without marks."""
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Layout:
    """How the page is printed."""

    fillable: bool = False
    large_print: bool = False


def source_tree(html: str, *, fillable: bool = False, large_print: bool = False) -> Node:
    """The tree that a page asks for."""
    root = tinyhtml5.parse(html, namespace_html_elements=False)
    body = next(element for element in root if element.tag == "body")
    title = next((folded(element.text or "") for element in root.iter("title")), "")
    language = root.get("lang", "")
    document = Node("Document", language, {"title": title} if title else {})
    document.kids = list(_Source(Layout(fillable, large_print), list(_in_prose(body))).blocks(body, language))
    return document


def running_fields(html: str) -> set[str]:
    """The names of the fields in what is repeated on every page."""
    root = tinyhtml5.parse(html, namespace_html_elements=False)
    running = [element for element in root.iter() if element.get("data-running") is not None]
    return {field.get("data-field", "") for element in running for field in element.iter() if field.get("data-field")}


def _in_prose(element: Element, classes: tuple[str, ...] = IN_PROSE) -> Iterator[Element]:
    """The lists that are printed as running text."""
    if classes and classes[0] in element.get("class", "").split():
        classes = classes[1:]
    if not classes:
        yield from element.iter("ul")
        return
    for kid in element:
        yield from _in_prose(kid, classes)


class _Source:
    def __init__(self, layout: Layout, in_prose: list[Element]) -> None:
        self._layout = layout
        self._in_prose = in_prose

    def blocks(self, element: Element, language: str) -> Iterator[Node]:
        """What a container of blocks holds: blocks, and a paragraph for each run of text."""
        for is_block, group in groupby(self._parts(element, language), lambda kid: isinstance(kid, _Blocks)):
            if is_block:
                for part in group:
                    yield from part.nodes  # type: ignore[union-attr]
                continue
            run = joined(kid for kid in group if not isinstance(kid, _Blocks))
            if run and all(isinstance(kid, Node) and kid.role in OBJECTS for kid in run):
                yield from (kid for kid in run if isinstance(kid, Node))
            elif run:
                yield Node("P", language, kids=run)

    def _parts(self, element: Element, language: str) -> Iterator[Kid | _Blocks]:
        """The text and inline elements in an element, and the blocks between them."""
        yield from self._generated(element, language)
        yield element.text or ""
        for child in element:
            own = child.get("lang", language) if isinstance(child.tag, str) else language
            if not self._is_read(child):
                pass
            elif _is_inline(child) or child.get("data-field"):
                yield from self._inline(child, own, language)
            else:
                yield " " if child.tag == "br" else _Blocks(list(self._block(child, own)))
            yield child.tail or ""

    def _generated(self, element: Element, language: str) -> Iterator[_Blocks]:
        """What the style sheet of large print puts in front of an element."""
        if self._layout.large_print:
            for name in ("data-side", "data-agreement"):
                if text := element.get(name):
                    yield _Blocks([Node("P", language, kids=[folded(text)])])

    def _is_read(self, element: Element) -> bool:
        hidden = element.get("aria-hidden") == "true" or element.get("hidden") is not None
        running = element.get("data-running") is not None
        if not isinstance(element.tag, str) or element.tag in SILENT or hidden or running:
            return False
        return not (self._layout.large_print and element.tag == "thead")

    def _inline(self, element: Element, language: str, around: str) -> Iterator[Kid]:
        """What an inline element adds to the line of text around it."""
        if element.get("data-field"):
            if self._layout.fillable:
                yield Node("Form", language, _field(element))
            return
        if element.tag in ("img", f"{SVG}svg"):
            if alternative := _alternative(element):
                yield Node("Figure", language, {"alt": alternative})
            return
        kids = joined(self._phrase(element, language))
        details = {}
        if element.tag == "a" and element.get("href"):
            label = element.get("aria-label") or element.get("title")
            says = folded(label or Node("Link", language, kids=list(kids)).text)
            yield Node("Link", language, {"to": element.get("href", ""), "says": says}, kids)
        elif element.tag in ("code", "q"):
            yield Node({"code": "Code", "q": "Quote"}[element.tag], language, kids=kids)
        else:
            if element.tag == "abbr" and element.get("title"):
                details["means"] = folded(element.get("title", ""))
            if language != around or details:
                yield Node("Span", language, details, kids)
            else:
                yield from self._phrase(element, language)

    def _phrase(self, element: Element, language: str) -> Iterator[Kid]:
        """The line of text in an element; blocks in it are dissolved."""
        for part in self._parts(element, language):
            if isinstance(part, _Blocks):
                yield " "
                for node in part.nodes:
                    yield from node.kids
                    yield " "
            else:
                yield part

    def _block(self, element: Element, language: str) -> Iterator[Node]:
        role = ROLES.get(str(element.tag))
        if role is None:
            yield from self.blocks(element, language)
        elif role == "L":
            yield from self._list(element, language)
        elif role in PHRASES:
            yield from _unless_empty(Node(role, language, kids=joined(self._phrase(element, language))))
        elif role == "LBody":
            yield from _unless_empty(Node(role, language, kids=list(self.blocks(element, language))))
        elif role in ("TH", "TD"):
            yield Node(role, language, _cell(element), self._either(element, language))
        elif role == "Caption":
            yield from _unless_empty(Node(role, language, kids=self._either(element, language)))
        else:
            kids: list[Kid] = list(self.blocks(element, language))
            yield from _unless_empty(Node(role, language, kids=kids))

    def _either(self, element: Element, language: str) -> list[Kid]:
        parts = [part for part in self._parts(element, language) if not isinstance(part, _Blocks) or part.nodes]
        if any(isinstance(part, _Blocks) for part in parts):
            return list(self.blocks(element, language))
        return joined(part for part in parts if not isinstance(part, _Blocks))

    def _list(self, element: Element, language: str) -> Iterator[Node]:
        has_marks = not any(element is one for one in self._in_prose)
        numbering = {"ul": "Disc", "ol": "Decimal"}.get(str(element.tag), "None") if has_marks else "None"
        items = [kid for kid in element if isinstance(kid.tag, str) and self._is_read(kid)]
        kids: list[Kid] = []
        if element.tag == "dl":
            kids += self._terms(element, language)
        for place, item in enumerate(items if element.tag != "dl" else [], 1):
            own = item.get("lang", language)
            mark = Node("Lbl", own, kids=["•" if element.tag == "ul" else f"{place}."])
            body = Node("LBody", own, kids=self._either(item, own))
            kids.append(Node("LI", own, kids=[mark, body] if has_marks else [body]))
        yield from _unless_empty(Node("L", language, {"numbering": numbering}, kids))

    def _terms(self, element: Element, language: str) -> Iterator[Node]:
        """An item for each term and its description."""
        term: list[Kid] = []
        for kid in element.iter():
            if kid.tag == "dt":
                term = list(self._block(kid, kid.get("lang", language)))
            elif kid.tag == "dd":
                yield Node("LI", language, kids=[*term, *self._block(kid, kid.get("lang", language))])
                term = []


@dataclass(frozen=True)
class _Blocks:
    """What a block between texts becomes; nothing, where it only ends a line."""

    nodes: list[Node]


def _is_inline(element: Element) -> bool:
    return element.tag in INLINE or element.tag == f"{SVG}svg"


def _unless_empty(node: Node) -> Iterator[Node]:
    if node.kids:
        yield node


def _cell(element: Element) -> dict[str, str]:
    details = {name: element.get(f"{key}span", "1") for name, key in (("columns", "col"), ("rows", "row"))}
    details = {name: value for name, value in details.items() if value != "1"}
    if element.tag == "th":
        details["scope"] = SCOPES.get(element.get("scope", ""), "Column")
    return details


def _field(element: Element) -> dict[str, str]:
    label, kind = folded(element.get("data-label", "")), element.get("data-kind") or "text"
    return {"field": element.get("data-field", ""), "kind": KINDS_IN_FILE.get(kind, kind), "label": label}


def _alternative(element: Element) -> str:
    title = next(element.iter(f"{SVG}title"), None)
    return folded(element.get("alt") or element.get("aria-label") or (title.text if title is not None else "") or "")
