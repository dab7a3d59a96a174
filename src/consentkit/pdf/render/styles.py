"""Plain values of styles, found by a short way.

WeasyPrint works out some hundred properties of each style, most of which no style sheet mentions: they have their
initial value, or that of the parent. It finds this out in thirty steps for each, which take a tenth of the time of a
page.

Guarantees: a style has the values that WeasyPrint gives it; whatever a style sheet says anything about, and whatever
depends on another property, is worked out by WeasyPrint.
"""

from __future__ import annotations

from typing import Any

from weasyprint.css import ComputedStyle
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

_DEPENDENT = {"display", "float", "page", "position"}
_PROPAGATED = "text_decoration_"
_PLAIN = {
    name
    for name in INITIAL_VALUES
    if name not in _DEPENDENT and name not in INITIAL_NOT_COMPUTED and not name.startswith(_PROPAGATED)
}
_FROM_PARENT = _PLAIN & set(INHERITED)
_INITIAL = {name: INITIAL_VALUES[name] for name in _PLAIN - _FROM_PARENT}
_LOGICAL = {
    function(block="ttb", inline=direction) for function in PHYSICAL_FUNCTIONS.values() for direction in ("ltr", "rtl")
}
"""Properties such as `margin-inline-start`, which may stand for another one."""

stock_value = ComputedStyle.__missing__
"""How WeasyPrint works out a value."""


def _value(style: Any, name: str) -> Any:
    """The value of a property that a style does not have yet."""
    cascaded = style.cascaded
    if name in cascaded or (name in PHYSICAL_FUNCTIONS and not _LOGICAL.isdisjoint(cascaded)):
        return stock_value(style, name)
    if name in _INITIAL:
        value = _INITIAL[name]
    elif name in _FROM_PARENT and style.parent_style is not None:
        value = style.parent_style[name]
    else:
        return stock_value(style, name)
    style[name] = value
    return value


def find_plain_values_quickly() -> None:
    """Let WeasyPrint work in this way from now on."""
    ComputedStyle.__missing__ = _value
