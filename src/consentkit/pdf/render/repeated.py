"""What the page engine works out again and again is worked out once.

WeasyPrint lays out a passage several times: for each height of columns that it tries, two or three times in each row of
a flex box, and again for a page that is made twice. Each time it breaks the same text into the same lines, turns the
same percentages into the same lengths, and measures the same struts. That was a fifth of the time of a page.

Guarantees: a result comes back only for the very style and the very lengths that it was worked out for, so every box
has the place and the size that WeasyPrint gives it; what is kept of a document goes with it. Only one thing is left out
instead of remembered, and it has no effect on the result (`_without_least_heights`).
"""

from __future__ import annotations

import sys
from typing import Any

from weasyprint.css.properties import Dimension
from weasyprint.formatting_structure import boxes
from weasyprint.layout import flex, percent
from weasyprint.text import line_break

_LINES = "_consentkit_lines"
"""Where a document that is laid out keeps its lines."""
_SIZES = "_consentkit_sizes"
"""Where a style keeps the lengths that follow from it."""
_STRUT = "_consentkit_strut"
"""Where a style keeps its strut."""
_SIDES = ("top", "right", "bottom", "left")
_LENGTHS = (
    *(f"margin_{side}" for side in _SIDES),
    *(f"padding_{side}" for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)
"""What a box gets from its style and the size of what it is in."""
_OUT_OF_FLOW = ("absolute", "fixed")
_TAKEN_OUT = ("running()", "note()")
_FLOATS = ("left", "right", "inline-start", "inline-end", "footnote")
_NO_HEIGHT = Dimension(0, "px")

_stock_split = line_break.split_first_line
_stock_strut = line_break.strut
_stock_resolve = percent.resolve_percentages
_stock_flex = flex.flex_layout


def _split_first_line(
    text: str,
    style: Any,
    context: Any,
    max_width: float | None,
    justification_spacing: float,
    is_line_start: bool = True,
    minimum: bool = False,
) -> Any:
    """Break the first line from a text, as WeasyPrint does.

    Its layout is at rest until it is drawn, so that boxes with the same line can share it: they are drawn in turn.
    """
    if context is None:  # in a picture
        return _stock_split(text, style, context, max_width, justification_spacing, is_line_start, minimum)
    lines = context.__dict__.setdefault(_LINES, {})
    key = text, id(style), max_width, justification_spacing, is_line_start, minimum
    if key not in lines:  # kept with the style, so that no other one gets its identity
        line = _stock_split(text, style, context, max_width, justification_spacing, is_line_start, minimum)
        lines[key] = style, line
    return lines[key][1]


def _strut(style: Any) -> Any:
    """The height of a line and its baseline, as WeasyPrint works them out."""
    if _STRUT not in style.__dict__:
        style.__dict__[_STRUT] = _stock_strut(style)
    return style.__dict__[_STRUT]


def _resolve_percentages(box: Any, containing_block: Any) -> None:
    """Give a box its lengths, as WeasyPrint does.

    Only the width and height of a style are changed after it was used, so they are compared.
    """
    style = box.style
    if isinstance(box, boxes.PageBox) or style["border_collapse"] == "collapse":  # other rules, or more than the style
        _stock_resolve(box, containing_block)
        return
    is_box = isinstance(containing_block, boxes.Box)
    size = (containing_block.width, containing_block.height) if is_box else containing_block
    sizes = style.__dict__.setdefault(_SIZES, {})
    width, height, lengths = sizes.get(size, (None, None, None))
    if lengths is None or width is not style["width"] or height is not style["height"]:
        _stock_resolve(box, containing_block)
        lengths = {name: box.__dict__[name] for name in _LENGTHS}
        sizes[size] = style["width"], style["height"], lengths
    box.__dict__.update(lengths)


def _flex_layout(context: Any, box: Any, *more: Any, **options: Any) -> Any:
    """Lay out a flex box, as WeasyPrint does."""
    if box.style["flex_direction"].startswith("row"):
        _without_least_heights(box)
    return _stock_flex(context, box, *more, **options)


def _without_least_heights(row: Any) -> None:
    """Let WeasyPrint lay out the items of a row once less.

    It takes the height of an item that is as wide as its content for the least height of the item, also in a row, where
    CSS has none (Flexible Box Layout, 4.5). An item is at most as wide, and so at least as high.
    """
    for item in row.children:
        if item.is_flex_item and item.style["min_height"] == "auto":
            item.style = item.style.copy()
            item.style["min_height"] = _NO_HEIGHT


def _is_in_normal_flow(box: Any) -> bool:
    """Whether a box is in the normal flow, asked in one step instead of six."""
    position = box.style["position"]
    is_out = position in _OUT_OF_FLOW or position[0] in _TAKEN_OUT
    return not is_out and box.style["float"] not in _FLOATS


REPLACED = {
    "split_first_line": (_stock_split, _split_first_line),
    "strut": (_stock_strut, _strut),
    "resolve_percentages": (_stock_resolve, _resolve_percentages),
    "flex_layout": (_stock_flex, _flex_layout),
}
"""Functions of WeasyPrint by their names, and what replaces each wherever it was imported."""


def work_out_once() -> None:
    """Let WeasyPrint work in this way from now on."""
    boxes.Box.is_in_normal_flow = _is_in_normal_flow
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "weasyprint"]:
        for name, (stock, own) in REPLACED.items():
            if vars(module).get(name) is stock:
                setattr(module, name, own)
