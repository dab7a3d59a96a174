"""The text that a page of HTML shows, looked at before the page is laid out.

Guarantees: every text is in the form in which our fonts have it, and one that needs letters and marks from one font is
set so; the first thing that is said of a page with characters that no font can print is which they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from consentkit.errors import UnprintableText
from consentkit.pdf.fonts.coverage import needs_one_font, settable, unprintable
from consentkit.pdf.fonts.font_files import ONE_FONT
from consentkit.pdf.fonts.substitutes import complaint

_NOT_SHOWN = {"head", "script", "style", "template", "title"}
_SHOWN_BY_STYLES = "data-"
"""How attributes begin whose text a style sheet may show with `content: attr()`."""


def set_text(root: Element) -> None:
    """Put every text into the form that our fonts can set. Raises UnprintableText where there is none."""
    lost: set[str] = set()
    for element in _shown(root):
        lost.update(_set_own_text(element))
    if lost:
        raise UnprintableText(complaint(sorted(lost)), sorted(lost))


def _shown(element: Element) -> Iterator[Element]:
    """An element and all within it whose text may be shown."""
    if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] in _NOT_SHOWN:  # a comment has no name
        return
    yield element
    for child in element:
        yield from _shown(child)


def _set_own_text(element: Element) -> Iterator[str]:
    """Set the text that stands in an element itself. Yields what can't be printed of it."""
    texts = [element.text or "", *(child.tail or "" for child in element)]
    named = {name: value for name, value in element.attrib.items() if name.startswith(_SHOWN_BY_STYLES)}
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
