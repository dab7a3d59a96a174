"""Structure nodes, made from the boxes that WeasyPrint laid out.

Guarantees: an element becomes one node, however many lines, columns and pages it spans; each mark that the engine put
into the page belongs either to a node or to an artifact, never to both. Text that does not occur in the source, was
drawn twice or is incomplete is an error: with floats in groups that may not break, WeasyPrint 70.0 does all of that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.matrix import Matrix

from consentkit.pdf.tags.nodes import AnnotationNode, Mark, Node, PictureNode, TextNode
from consentkit.pdf.tags.roles import FLOW, cell_attributes, list_numbering, role_of, tag_and_pseudo
from consentkit.pdf.tags.word_breaks import HtmlText

logger = logging.getLogger("weasyprint")  # the engine's own: what collects its complaints gets ours, too

POINTS_PER_PIXEL = 0.75

_SVG_TITLE = "{http://www.w3.org/2000/svg}title"


_STRUT = " \u200b"
"""What the engine puts into an empty list item to give it height."""


class Artifact(Enum):
    """Why something on a page is not content (ISO 32000-1, 14.8.2.2.2), as the properties of its mark."""

    HEADER = "<</Type /Pagination /Subtype /Header>>"
    FOOTER = "<</Type /Pagination /Subtype /Footer>>"
    PAGINATION = "<</Type /Pagination>>"
    LAYOUT = "<</Type /Layout>>"


@dataclass(frozen=True)
class _Context:
    """The position in the structure at which a box occurs."""

    key: tuple[Element, str] | None
    """The element of the enclosing box, and its pseudo-element."""
    node: Node
    link: Node | None
    line: object
    matrix: Matrix


class Collector:
    """Walks through the pages of one document, in order, and collects the nodes of its structure."""

    def __init__(self, language: str) -> None:
        self.source = HtmlText()
        self.document = Node("Document", 0, 0, language)
        self.artifacts: dict[Mark, Artifact] = {}
        self.dropped: list[tuple[int, Any]] = []
        """Links in artifacts, each with its page: a screen reader could not announce where they lead."""
        self.places: dict[boxes.Box, Node] = {}
        """The node to which each box to write in belongs. Those at the head or foot of a page belong to none."""
        self._nodes: dict[tuple[Element, str], Node] = {}
        self._repeatable: set[Element] = set()
        self._page = 0
        self._marks: dict[boxes.Box, Mark] = {}
        self._height = 0.0

    def add_page(self, number: int, page: Any, tags: Mapping[boxes.Box, Mapping[str, Any]]) -> None:
        """Add a page, with the marks that the engine put into it."""
        self._page = number
        self._height = page.height
        self._marks = {box: Mark(number, tag["mcid"]) for box, tag in tags.items()}
        page_box = page._page_box
        for root in page_box.children:
            if root.element is not None and root.is_for_root_element and root.element not in self.source:
                self.source.add(root.element)
        self._visit(page_box, _Context(None, self.document, None, None, Matrix()))
        self._report_unplaced()

    def finish(self) -> None:
        """Report text that was left out, once all pages have been added."""
        for rest in self.source.unfinished():
            logger.error("the page leaves out text: %r", rest)

    def _report_unplaced(self) -> None:
        for box, mark in self._marks.items():
            self.artifacts[mark] = Artifact.LAYOUT
            if _is_visible(box):
                logger.error("page %d: text or picture outside the structure: %r", mark.page + 1, box)

    def _visit(self, box: Any, where: _Context) -> None:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, boxes.MarginBox):
            self._set_aside(box, _margin_artifact(box))
        elif self._is_repeated(box):
            self._set_aside(box, Artifact.PAGINATION)
        elif _is_decoration(box):
            self._set_aside(box, Artifact.LAYOUT)
        elif isinstance(box, boxes.TextBox):
            self._add_text(box, where)
        else:
            self._add_element(box, where)

    def _set_aside(self, box: Any, artifact: Artifact) -> None:
        """Make an artifact of a box and everything in it."""
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        mark = self._marks.pop(box, None)
        if mark is not None:
            self.artifacts[mark] = artifact
        if box.link_annotation is not None:
            self.dropped.append((self._page, box.link_annotation))
        if box.widget_annotation is not None:  # fields are never artifacts (ISO 14289-1, 7.18.4)
            logger.error("page %d: form field in a place that is not read out: %r", self._page + 1, box)
        for child in box.children:
            self._set_aside(child, artifact)

    def _is_repeated(self, box: boxes.Box) -> bool:
        """Whether a box is one that the engine draws on every page, and an earlier page had it already."""
        if not is_repeatable(box):
            return False
        repeated = box.element in self._repeatable
        self._repeatable.add(box.element)
        return repeated

    def _add_text(self, box: boxes.TextBox, where: _Context) -> None:
        mark = self._marks.pop(box, None)
        if mark is None:
            return
        pseudo = tag_and_pseudo(box)[1]
        place = None if pseudo else self.source.find_next(box.element, box.text, box.style["hyphenate_character"])
        start, end = place or self._place_beside(box.element, pseudo, where)
        text = TextNode(mark, box.text, where.line, start, end, generated=place is None)
        if place is not None:
            text.spoken = self.source.as_written(place, box.text)
        elif not pseudo and box.text.strip(_STRUT):
            logger.error("page %d: text that does not occur there in the source: %r", self._page + 1, box.text)
        where.node.kids.append(text)

    def _place_beside(self, element: Element, pseudo: str, where: _Context) -> tuple[int, int]:
        """A place for text that is not in the source: the start or end of its element, or where it occurred."""
        start, end = self.source.span(element)
        place = {"before": start, "marker": start, "after": end}.get(pseudo, _last_place(where.node))
        return place, place

    def _add_element(self, box: boxes.Box, where: _Context) -> None:
        inner = self._inside(box, where)
        if box.element is not None and "data-field" in box.element.attrib:
            self.places[box] = where.node
        if box.link_annotation is not None:
            self._add_annotation(box.link_annotation, inner.link or inner.node)
        if box.widget_annotation is not None:
            self._add_annotation(box.widget_annotation, inner.node)
            for child in box.children:  # the value, which the field itself displays
                self._set_aside(child, Artifact.LAYOUT)
            return
        mark = self._marks.pop(box, None)
        if mark is not None:
            inner.node.kids.append(PictureNode(mark, inner.node.start))
        for child in box.children:
            self._visit(child, inner)

    def _add_annotation(self, annotation: Any, node: Node) -> None:
        node.kids.append(AnnotationNode(self._page, annotation, _last_place(node)))

    def _inside(self, box: boxes.Box, where: _Context) -> _Context:
        """The position at which the children of a box occur."""
        if isinstance(box, boxes.LineBox):
            return replace(where, line=box)
        if box.transformation_matrix:
            where = replace(where, matrix=box.transformation_matrix @ where.matrix)
        if box.element is None:
            return where
        key = (box.element, tag_and_pseudo(box)[1])
        if key == where.key:  # an anonymous box, which the engine put around some of the element's content
            return where
        node = self._node(box, where, key)
        return replace(where, key=key, node=node, link=node if node.role == "Link" else where.link)

    def _node(self, box: boxes.Box, where: _Context, key: tuple[Element, str]) -> Node:
        """The node of a box: that of its element, made where the element first occurs, or the enclosing one."""
        pseudo = key[1]
        if key in self._nodes and box.widget_annotation is None:  # an element of a field holds one widget, no more
            return self._nodes[key]
        role = self._role(box, where)
        if role is None:
            return where.node
        parent = where.node
        if role == "Lbl" and pseudo:  # a marker may be inside the first paragraph of its item
            parent = self._nodes[box.element, ""]
        start, end = self.source.span(box.element)
        node = Node(role, end if pseudo == "after" else start, end, self.source.language(box.element))
        if not pseudo:
            self._describe(node, box, where)
        parent.kids.append(node)
        self._nodes[key] = node
        return node

    def _role(self, box: boxes.Box, where: _Context) -> str | None:
        role = role_of(box)
        if role or tag_and_pseudo(box)[1]:
            return role
        if box.link_annotation is not None and where.link is None:
            return "Link"
        if role is None and self._needs_span(box, where):
            return "Span"
        return role

    def _needs_span(self, box: boxes.Box, where: _Context) -> bool:
        expands = box.element.tag == "abbr" and bool(box.element.get("title"))
        return expands or self.source.language(box.element) != where.node.language

    def _describe(self, node: Node, box: boxes.Box, where: _Context) -> None:
        """Add what the element specifies beyond its text."""
        element = box.element
        node.label = element.get("aria-label") or element.get("title") or ""
        if node.role != FLOW and element.get("id"):
            node.entries["ID"] = element.get("id")
        match node.role:
            case "Span" if element.tag == "abbr" and element.get("title"):
                node.entries["E"] = element.get("title")
            case "L":
                node.attributes["ListNumbering"] = "/Decimal" if element.tag == "ol" else "/None"
            case "LI":
                node.attributes["ListNumbering"] = list_numbering(box)
            case "TH" | "TD":
                node.attributes.update(cell_attributes(box))
            case "Figure":
                self._describe_figure(node, box, where)

    def _describe_figure(self, node: Node, box: boxes.Box, where: _Context) -> None:
        alternative = _alternative_text(box.element)
        if alternative:
            node.entries["Alt"] = alternative
        else:
            logger.error(
                'picture without a description: write alt="..." (in SVG <title>), or aria-hidden="true" if it is only '
                "decoration: %s",
                box.element.get("src", box.element.tag),
            )
        node.attributes.update(Placement="/Block", BBox=self._bounding_box(box, where))

    def _bounding_box(self, box: boxes.Box, where: _Context) -> list[float]:
        """The rectangle that a box fills on the page, in points from the lower left corner."""
        left, top = box.content_box_x(), box.content_box_y()
        corners = [
            where.matrix.transform_point(x, y) for x in (left, left + box.width) for y in (top, top + box.height)
        ]
        across = [x * POINTS_PER_PIXEL for x, _ in corners]
        up = [(self._height - y) * POINTS_PER_PIXEL for _, y in corners]
        return [round(value, 3) for value in (min(across), min(up), max(across), max(up))]


def is_repeatable(box: boxes.Box) -> bool:
    """Whether a box is one that the engine draws on every page that its element reaches."""
    is_header_or_footer = isinstance(box, boxes.TableRowGroupBox) and (box.is_header or box.is_footer)
    return is_header_or_footer or bool(box.style["position"] == "fixed")


def _last_place(node: Node) -> int:
    """Where the latest kid of a node is, so that what is added next stays beside it."""
    return node.kids[-1].start if node.kids else node.start


def _margin_artifact(box: boxes.MarginBox) -> Artifact:
    if box.at_keyword.startswith("@top"):
        return Artifact.HEADER
    if box.at_keyword.startswith("@bottom"):
        return Artifact.FOOTER
    return Artifact.PAGINATION


def _is_visible(box: boxes.Box) -> bool:
    if box.style["visibility"] != "visible":
        return False
    return not isinstance(box, boxes.TextBox) or bool(box.text.strip())


def _is_decoration(box: boxes.Box) -> bool:
    """Whether a box has nothing that a reader needs: hidden or blank, or marked as decoration by its author."""
    if isinstance(box, boxes.TextBox):
        return not _is_visible(box)
    if box.element is None or isinstance(box, boxes.LineBox):
        return False
    if box.is_leader or box.element.get("aria-hidden") == "true":
        return True
    if not isinstance(box, boxes.ReplacedBox):
        return False
    presentational = box.element.get("role") in ("presentation", "none") or box.element.get("alt") == ""
    return presentational or bool(tag_and_pseudo(box)[1]) or not _is_visible(box)


def _alternative_text(element: Element) -> str:
    title = element.find(_SVG_TITLE)
    text = element.get("alt") or element.get("aria-label") or (title is not None and title.text) or ""
    return " ".join(text.split())
