"""A PDF held against the HTML that it was made from: nothing lost, doubled or moved, no words run together.

Text that the style sheet makes (list markers, quotation marks, counters) is not in the HTML and may stand anywhere
between two pieces of it. Alternative texts of pictures count as such text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import tinyhtml5

from consentkit.pdf.read.structure_text import readable_text

SILENT = {"script", "style", "template", "title", "select", "textarea", "{http://www.w3.org/2000/svg}svg"}
INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "cite",
    "code",
    "data",
    "dfn",
    "em",
    "i",
    "img",
    "input",
    "kbd",
    "label",
    "mark",
}
INLINE |= {"q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
UNSEEN = str.maketrans({"\u00ad": None, "\u200b": None})
SAME = str.maketrans({"\u2010": "-", "\u2011": "-"})
"""Hyphens that fonts show with the same glyph, so that a PDF can't tell them apart."""

LONG_ENOUGH = 12
"""Letters from which on a text that stands twice is no accident."""


@dataclass(frozen=True)
class Piece:
    """A text node of the HTML, white space folded, and whether anything parts it from the one before."""

    text: str
    parted: bool


def compare(html: str, pdf: bytes) -> list[str]:
    """Every way in which the text of a PDF differs from that of the body of its HTML."""
    pieces = list(_pieces(html))
    read = _plain(readable_text(pdf))
    return list(_differences(pieces, read))


def _differences(pieces: list[Piece], read: str) -> Iterator[str]:
    known = {piece.text for piece in pieces}
    end = 0
    for number, piece in enumerate(pieces):
        start = read.find(piece.text, end)
        between = read[end:start]
        if start < 0 or any(_covers(later.text, piece.text, start, end, read) for later in pieces[number + 1 :]):
            yield f"{'out of order' if piece.text in read[:end] else 'missing'}: {piece.text!r}"
            continue
        yield from _join_differences(piece, read[:end], between)
        yield from _repeats(between, known)
        end = start + len(piece.text)
    yield from _repeats(read[end:], known)


def _join_differences(piece: Piece, before: str, between: str) -> Iterator[str]:
    if piece.parted and before and not any(map(str.isspace, between)):
        yield f"words run together: {before[-20:]!r} and {piece.text[:20]!r}"
    if not piece.parted and between and not between.strip():
        yield f"a word torn apart: {before[-20:]!r} and {piece.text[:20]!r}"


def _repeats(generated: str, known: set[str]) -> Iterator[str]:
    """What is not from the HTML must not be a second copy of what is."""
    if generated.strip() in known or any(_stands_in(text, generated) for text in known):
        yield f"not in the source, or there only once: {generated.strip()!r}"


def _covers(later: str, text: str, start: int, end: int, read: str) -> bool:
    """Whether what was found at `start`, after `end`, is no more than a part of a text that comes later."""
    return later != text and text in later and 0 <= (place := read.find(later, end)) <= start < place + len(later)


def _stands_in(text: str, passage: str) -> bool:
    return len(text) >= LONG_ENOUGH and text in passage


def _plain(text: str) -> str:
    return "\n".join(" ".join(line.translate(UNSEEN).translate(SAME).split()) for line in text.split("\n"))


def _pieces(html: str) -> Iterator[Piece]:
    body = next(element for element in tinyhtml5.parse(html, namespace_html_elements=False) if element.tag == "body")
    parted = True
    for text in _texts(body):
        folded = _plain(text.replace("\n", " "))
        if folded:
            yield Piece(folded, parted or text[0].isspace())
            parted = text[-1].isspace()
        else:
            parted = True  # white space, or the edge of a block


def _texts(element: Element) -> Iterator[str]:
    """The text nodes below an element, with a space for each edge of a block and each `<br>`."""
    edge = "" if element.tag in INLINE else " "
    if edge:
        yield edge
    if _is_read(element):
        if element.text:
            yield element.text
        for child in element:
            yield from _texts(child)
            if child.tail:
                yield child.tail
    if edge:
        yield edge


def _is_read(element: Element) -> bool:
    hidden = element.get("aria-hidden") == "true" or element.get("hidden") is not None
    running = element.get("data-running") is not None
    return isinstance(element.tag, str) and element.tag not in SILENT and not hidden and not running
