"""Memory that WeasyPrint's text layouts take from Pango and never free.

For each piece of text to which a style gives font features, such as `font-variant-numeric`, WeasyPrint makes an
attribute and a list for it, frees neither, and makes both again when it draws the text: 8 KB for the lines of a packet.

Guarantees: in a font configuration whose `font_features` are `OwnedFeatures`, each layout owns its list, the list owns
its attribute, and both are freed with the layout. What is drawn does not change, and neither do layouts of other
configurations.
"""

from __future__ import annotations

from typing import Any

from weasyprint.text.ffi import ffi, pango
from weasyprint.text.line_break import Layout


class OwnedFeatures(dict[bytes, Any]):
    """Replaces WeasyPrint's cache of attributes, and keeps none.

    A list frees the attributes that it holds, so an attribute can be in one list only.
    """

    def setdefault(self, features: bytes, attribute: Any = None) -> Any:
        """The attribute that was just made."""
        return attribute


_stock_setup = Layout.setup


def _setup(layout: Any, style: Any) -> None:
    """Set up a layout as WeasyPrint does, and make the layout the only owner of its list of attributes."""
    _stock_setup(layout, style)
    if isinstance(style.font_config.font_features, OwnedFeatures):
        attributes = pango.pango_layout_get_attributes(layout.layout)
        if attributes != ffi.NULL:
            pango.pango_attr_list_unref(attributes)


Layout.setup = _setup
