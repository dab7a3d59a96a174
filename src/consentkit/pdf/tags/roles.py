"""Which structure type each HTML element becomes, and what each type may hold.

Guarantees: every type named here is a standard one of PDF 1.7 (ISO 32000-1, 14.8.4), so that no role map is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

import pydyf
from weasyprint.formatting_structure import boxes

FLOW = ""
"""The role of a box that only arranges others, such as a `div`: its content belongs to the parent."""


class Holds(Enum):
    """What may be directly inside a structure element."""

    BLOCKS = auto()
    """Paragraphs, headings, lists, tables: never bare text."""
    PHRASE = auto()
    """Text and inline elements: never a block."""
    EITHER = auto()
    """One of the two, never both."""
    ITEMS = auto()
    """List items."""
    ITEM_PARTS = auto()
    """A label and a body."""
    ROWS = auto()
    """The parts of a table."""


CONTENT: Mapping[str, Holds] = {
    FLOW: Holds.BLOCKS,
    **dict.fromkeys(("Document", "Art", "Sect", "Div", "BlockQuote"), Holds.BLOCKS),
    **dict.fromkeys(("P", "H1", "H2", "H3", "H4", "H5", "H6", "Lbl"), Holds.PHRASE),
    **dict.fromkeys(("Span", "Link", "Code", "Quote", "Figure", "Form"), Holds.PHRASE),
    **dict.fromkeys(("LBody", "TH", "TD", "Caption"), Holds.EITHER),
    **dict.fromkeys(("Table", "THead", "TBody", "TFoot", "TR"), Holds.ROWS),
    "L": Holds.ITEMS,
    "LI": Holds.ITEM_PARTS,
}

INLINE = frozenset({"Span", "Link", "Code", "Quote", "Figure", "Form"})
"""Types that are part of a line of text."""

OBJECTS = frozenset({"Figure", "Form"})
"""Inline types that may also occur among blocks, without a paragraph around them."""

CELLS = frozenset({"TH", "TD"})
"""Types that count even where they hold nothing: without them a table would lose its shape."""

ATTRIBUTE_OWNERS: Mapping[str, str] = {"L": "List", "TH": "Table", "TD": "Table", "Figure": "Layout"}
"""The attribute owner (ISO 32000-1, 14.8.5) of the attributes that we write for a type."""

# Types for elements that keep their meaning however a style sheet displays them. All others are FLOW as blocks and have
# no type within a line. PDF 1.7 has no type for `aside` and `nav`. A `figure` is a Div, since a reader that announces
# the alternative text of a Figure skips its content: the caption would be lost.
_STRUCTURE_TYPES: Mapping[str, str] = {
    **{heading: heading.upper() for heading in ("h1", "h2", "h3", "h4", "h5", "h6")},
    "article": "Art",
    "aside": "Sect",
    "blockquote": "BlockQuote",
    "caption": "Caption",
    "code": "Code",
    "dd": "LBody",
    "dl": "L",
    "dt": "Lbl",
    "fieldset": "Sect",
    "figcaption": "Caption",
    "figure": "Div",
    "li": "LI",
    "nav": "Sect",
    "ol": "L",
    "p": "P",
    "q": "Quote",
    "section": "Sect",
    "table": "Table",
    "tbody": "TBody",
    "td": "TD",
    "tfoot": "TFoot",
    "th": "TH",
    "thead": "THead",
    "tr": "TR",
    "ul": "L",
}

_NUMBERINGS: Mapping[str, str] = {
    "circle": "Circle",
    "decimal": "Decimal",
    "decimal-leading-zero": "Decimal",
    "disc": "Disc",
    "lower-alpha": "LowerAlpha",
    "lower-latin": "LowerAlpha",
    "lower-roman": "LowerRoman",
    "none": "None",
    "square": "Square",
    "upper-alpha": "UpperAlpha",
    "upper-latin": "UpperAlpha",
    "upper-roman": "UpperRoman",
}

_SCOPES: Mapping[str, str] = {"row": "Row", "rowgroup": "Row"}


def tag_and_pseudo(box: boxes.Box) -> tuple[str, str]:
    """The tag of a box, and the name of its pseudo-element, if it belongs to one.

    The first letter and the first line of an element are text of the element itself, so they do not count.
    """
    tag, _, pseudo = box.element_tag.partition("::")
    return tag, "" if pseudo in ("first-letter", "first-line") else pseudo


def role_of(box: boxes.Box) -> str | None:
    """The structure type of a box with an element, FLOW for a block without one, None for a run of text without one."""
    tag, pseudo = tag_and_pseudo(box)
    if tag == "li" and _is_label(box, pseudo):
        return "Lbl"
    if box.widget_annotation is not None:
        return "Form"
    if isinstance(box, boxes.ReplacedBox):
        return "Figure"
    if not pseudo and tag in _STRUCTURE_TYPES:
        return _STRUCTURE_TYPES[tag]
    return None if isinstance(box, boxes.InlineLevelBox) else FLOW


def _is_label(box: boxes.Box, pseudo: str) -> bool:
    """Whether a box is the marker of a list item, or one that the style sheet generates instead of the default one."""
    return pseudo == "marker" or (pseudo == "before" and box.style["list_style_type"] == "none")


def list_numbering(item: boxes.Box) -> str:
    """The ListNumbering of a list item. A marker for which CSS has no name counts as a bullet."""
    style = item.style
    if "list-item" not in style["display"]:
        return "/None"
    return f"/{_NUMBERINGS.get(str(style['list_style_type']), 'Disc')}"


def _span(cell: boxes.Box, attribute: str) -> int:
    """How many columns or rows a cell spans. The engine knows it of cells of a table that is displayed as one only."""
    if isinstance(cell, boxes.TableCellBox):
        return int(getattr(cell, attribute))
    written = cell.element.get(attribute, "").strip()
    return max(1, int(written)) if written.isascii() and written.isdigit() else 1


def cell_attributes(cell: boxes.Box) -> dict[str, Any]:
    """The spans, scope and headers of a table cell. A header cell heads its column, unless it has another scope."""
    attributes: dict[str, Any] = {}
    for name, attribute in (("ColSpan", "colspan"), ("RowSpan", "rowspan")):
        span = _span(cell, attribute)
        if span != 1:
            attributes[name] = span
    if cell.element.tag == "th":
        attributes["Scope"] = f"/{_SCOPES.get(cell.element.get('scope', ''), 'Column')}"
    if cell.element.get("headers"):
        attributes["Headers"] = [pydyf.String(identifier) for identifier in cell.element.get("headers").split()]
    return attributes
