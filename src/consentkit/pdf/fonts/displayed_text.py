"""The text that a page of HTML displays, prepared before the page is laid out.

Guarantees: every text is in the form that our fonts need, and elements that need letters and marks from one font are
marked as such; characters that no font can print are reported before anything else about the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from consentkit.errors import UnprintableText
from consentkit.pdf.fonts.coverage import needs_one_font, settable, unprintable
from consentkit.pdf.fonts.font_files import ONE_FONT
from consentkit.pdf.fonts.substitutes import complaint

_NOT_DISPLAYED = {"head", "script", "style", "template", "title"}
_DISPLAYED_BY_STYLES = "data-"
"""How attributes begin whose text a style sheet may display with `content: attr()`."""


def prepare_text(root: Element) -> None:
    """Convert every text into the form that our fonts can set. Raises UnprintableText for what no font can print."""
    lost: set[str] = set()
    for element in _displayed(root):
        lost.update(_prepare_own_text(element))
    if lost:
        raise UnprintableText(complaint(sorted(lost)), sorted(lost))


def _displayed(element: Element) -> Iterator[Element]:
    """An element and all elements in it whose text may be displayed."""
    if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] in _NOT_DISPLAYED:  # a comment has no name
        return
    yield element
    for child in element:
        yield from _displayed(child)


def _prepare_own_text(element: Element) -> Iterator[str]:
    """Convert the text of an element, without that of its children. Yields what can't be printed of it."""
    texts = [element.text or "", *(child.tail or "" for child in element)]
    named = {name: value for name, value in element.attrib.items() if name.startswith(_DISPLAYED_BY_STYLES)}
    if all(text.isascii() for text in (*texts, *named.values())):
        return
    for text in (*texts, *named.values()):
        yield from unprintable(text)
    element.text, *tails = map(settable, texts)
    for child, tail in zip(element, tails, strict=True):
        child.tail = tail
    element.attrib.update({name: settable(value) for name, value in named.items()})
    if any(map(needs_one_font, (element.text, *tails, *element.attrib.values()))):
        element.set(ONE_FONT, "")
