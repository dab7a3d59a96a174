"""Word breaks at which the page engine drew no space.

WeasyPrint drops the space at which it breaks a line, and draws nothing for white space between two elements. A tagged
PDF must contain its word breaks as characters (ISO 32000-1, 14.8.2.5), or a screen reader runs words together. A line
may also end where there was no space: after a hyphen that the engine inserted, after one that the author wrote, at a
`<wbr>`.

Guarantees: two neighbouring pieces of text are separated by a space if and only if white space, a `<br>` or the edge of
a block is between them in the source. Only text that the style sheet generates has no source: there, a line end
separates words.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from consentkit.pdf.tags.nodes import Break, Node, TextNode, holds_phrase
from consentkit.pdf.tags.roles import OBJECTS

_SOFT_HYPHEN = "\u00ad"
_EDGE = "\0"
"""Represents every start and end of an element in the source text, so that no two of them have the same position."""
_UNREAD = str.maketrans("", "", _SOFT_HYPHEN + "\u200b" + _EDGE)
_ALIKE = str.maketrans("ı", "i", "\u0307")
"""In Turkish, "i" without its dot and capital "I" with one are separate letters, which case folding does not unite."""
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class HtmlText:
    """The text of one or more HTML trees, in which every element and every drawn piece of text can be found."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._spans: dict[Element, tuple[int, int]] = {}
        self._languages: dict[Element, str] = {}
        self._own_text: dict[Element, tuple[str, list[int]]] = {}
        self._read: dict[Element, int] = {}

    def __contains__(self, element: Element) -> bool:
        return element in self._spans

    def add(self, element: Element, language: str = "") -> None:
        """Add an element and everything below it."""
        language = element.get("lang") or element.get(_XML_LANGUAGE) or language
        start = len(self._text)
        own = _OwnText()
        self._text.append(_EDGE)
        if element.tag == "br":
            self._text.append("\n")
        if isinstance(element.tag, str):  # comments and instructions have a function for a tag
            self._add_text(element.text, own)
        for child in element:
            self.add(child, language)
            self._add_text(child.tail, own)
        self._text.append(_EDGE)
        self._spans[element] = (start, len(self._text))
        self._languages[element] = language
        self._own_text[element] = ("".join(own.characters), own.places)

    def _add_text(self, text: str | None, own: _OwnText) -> None:
        for place, character in enumerate(text or "", len(self._text)):
            if not character.isspace() and character != _SOFT_HYPHEN:
                own.add(character.casefold().translate(_ALIKE), place)
        self._text.extend(text or "")

    def span(self, element: Element) -> tuple[int, int]:
        """Where an element starts and ends."""
        return self._spans[element]

    def language(self, element: Element) -> str:
        """The language of an element, its own or inherited; empty where none is stated."""
        return self._languages[element]

    def find_next(self, element: Element, drawn: str, hyphen: str) -> tuple[int, int] | None:
        """Locate drawn text at the start of the unread rest of an element's own text; None if it is not there.

        Case and white space don't count, since style sheets change both; nor does a hyphen that ends the drawn text.
        """
        own, places = self._own_text[element]
        read = self._read.get(element, 0)
        folded = _folded(drawn)
        if not own.startswith(folded, read):
            folded = folded.removesuffix(_folded(hyphen))
        if not folded or not own.startswith(folded, read):
            return None
        self._read[element] = read + len(folded)
        return places[read], places[read + len(folded) - 1] + 1

    def unfinished(self) -> Iterator[str]:
        """The rest of each text that was drawn only in part. One that was not drawn at all may be hidden."""
        for element, read in self._read.items():
            own, places = self._own_text[element]
            if read < len(own):
                yield "".join(self._text[places[read] : places[-1] + 1]).replace(_EDGE, "")

    def as_written(self, place: tuple[int, int], drawn: str) -> str | None:
        """What the author wrote at a place, if it is not what was drawn; white space and soft hyphens don't count."""
        written = "".join(self._text[slice(*place)]).translate(_UNREAD).split()
        if written == drawn.translate(_UNREAD).split():
            return None
        before, after = drawn[: -len(drawn.lstrip())], drawn[len(drawn.rstrip()) :]
        return f"{before}{' '.join(written)}{after}"

    def has_space(self, start: int, end: int) -> bool:
        """Whether there is white space between two places."""
        return any(map(str.isspace, self._text[start:end]))


class _OwnText:
    """The folded characters of an element's own text, without that of its children, and the place of each."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.places: list[int] = []

    def add(self, folded: str, place: int) -> None:
        """Add one character, folded: this may be several characters, such as "ss" for "ß"."""
        self.characters.append(folded)
        self.places.extend([place] * len(folded))


def _folded(text: str) -> str:
    return "".join(text.split()).replace(_SOFT_HYPHEN, "").casefold().translate(_ALIKE)


def mark_word_breaks(node: Node, source: HtmlText) -> None:
    """Record for each piece of text whether a space must follow that was not drawn."""
    if holds_phrase(node):
        for before, after, at_edge in _neighbours(node):
            if isinstance(before, TextNode):
                before.space_follows = _are_separate(before, after, at_edge, source)
    for kid in node.nodes():
        if not kid.is_inline:
            mark_word_breaks(kid, source)


def _neighbours(node: Node) -> Iterator[tuple[TextNode | Node, TextNode | Node, bool]]:
    """Each pair of successive pieces of a phrase, and whether the edge of a block is between them."""
    before: TextNode | Node | None = None
    at_edge = False
    for piece in _pieces(node):
        if isinstance(piece, Break):
            at_edge = True
            continue
        if before is not None:
            yield before, piece, at_edge
        before, at_edge = piece, False


def _pieces(node: Node) -> Iterator[TextNode | Node | Break]:
    """The pieces of a phrase; figures and form fields count as one piece, whatever they contain."""
    for kid in node.kids:
        if isinstance(kid, TextNode | Break) or (isinstance(kid, Node) and kid.role in OBJECTS):
            yield kid
        elif isinstance(kid, Node) and kid.is_inline:
            yield from _pieces(kid)


def _are_separate(before: TextNode, after: TextNode | Node, at_edge: bool, source: HtmlText) -> bool:
    """Whether two pieces are separate words although no space was drawn between them."""
    following = after.drawn if isinstance(after, TextNode) else ""
    if before.drawn[-1:].isspace() or following[:1].isspace():
        return False  # the space was drawn
    if at_edge:
        return True
    if before.end >= after.start and _is_generated(before, after):
        return isinstance(after, TextNode) and before.line is not after.line
    return source.has_space(before.end, after.start)


def _is_generated(before: TextNode, after: TextNode | Node) -> bool:
    return before.generated or (isinstance(after, TextNode) and after.generated)
