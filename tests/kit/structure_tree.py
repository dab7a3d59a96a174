"""A structure tree as plain data: to be compared with that of a source, and to be read by people.

Guarantees: the text of an element is what a screen reader says for it, ActualText in place of the glyphs; a language is
stated for each element, inherited or its own; spans that change nothing but the reading of glyphs are dissolved.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pikepdf import Array, Dictionary, Name

from kit.tagged_file import Content, Element, File, Object, names

UNSEEN = str.maketrans({"\u00ad": None, "\u200b": None, "\u2010": "-", "\u2011": "-"})
"""Characters that draw nothing, and hyphens that fonts show with one glyph."""

CUT = 40
"""Characters of a text that are shown to people."""
MOST_SHOWN = 40
"""Lines of a difference that are reported."""

ATTRIBUTES = {"/Scope": "scope", "/ListNumbering": "numbering", "/ColSpan": "columns", "/RowSpan": "rows"}
_MULTILINE, _READ_ONLY = 1 << 12, 1 << 0
_KINDS = {"/Btn": "check", "/Sig": "signature"}


@dataclass(eq=False)
class Node:
    """A structure element."""

    role: str
    language: str
    details: dict[str, str] = field(default_factory=dict)
    """What is said of it beyond its text."""
    kids: list[Node | str] = field(default_factory=list)
    number: int = 0
    """The number of its object; 0 where it comes from no file."""

    @property
    def nodes(self) -> list[Node]:
        """The kids that are elements."""
        return [kid for kid in self.kids if isinstance(kid, Node)]

    @property
    def text(self) -> str:
        """Everything that is read for it."""
        return folded("".join(kid if isinstance(kid, str) else f" {kid.text} " for kid in self.kids))

    def below(self) -> Iterator[Node]:
        """It and everything in it, in order."""
        yield self
        for node in self.nodes:
            yield from node.below()


Kid: TypeAlias = Node | str


def folded(text: str) -> str:
    """A text without what typesetting may change."""
    return " ".join(text.translate(UNSEEN).split())


def joined(kids: Iterable[Kid]) -> list[Kid]:
    """Kids of which neighboring texts are one, with white space folded and nothing empty."""
    result: list[Kid] = []
    for kid in kids:
        if isinstance(kid, str) and result and isinstance(result[-1], str):
            result[-1] += kid
        else:
            result.append(kid)
    texts = [folded(kid) if isinstance(kid, str) else kid for kid in result]
    return [kid for kid in texts if kid]


# --- from a file ---


def tree_of(file: File) -> Node:
    """The structure tree of a file that begins with one element."""
    language = str(file.pdf.Root.get("/Lang", ""))
    return _TreeReader(file).node(file.top[0], language)


def tree_with_targets(file: File) -> tuple[Node, dict[str, int]]:
    """The tree, and the page of each named destination, counted from 0."""
    return tree_of(file), _named_targets(file)


class _TreeReader:
    def __init__(self, file: File) -> None:
        self._file = file
        self._notes = {note.objgen: note for _, note in file.annotations}
        self._targets = _named_targets(file)
        self._own_pages = {
            str(element.dictionary.ID): page
            for element in file.elements
            if "/ID" in element.dictionary and (page := first_page(element)) is not None
        }

    def node(self, element: Element, around: str) -> Node:
        return _fold(self._unfolded(element, around))

    def _unfolded(self, element: Element, around: str) -> Node:
        dictionary = element.dictionary
        node = Node(element.role, str(dictionary.get("/Lang", around)), number=dictionary.objgen[0])
        node.details.update(_details(element))
        kids: list[Kid] = []
        for kid in element.kids:
            if isinstance(kid, Content):
                kids.append(self._file.text_of(kid))
            elif isinstance(kid, Object):
                self._describe(node, kid)
            else:
                inner = self._unfolded(kid, node.language)
                kids += inner.kids if _changes_nothing(inner, node) else [_fold(inner)]
        if "/ActualText" in dictionary:
            kids = [str(dictionary.ActualText)]
        node.kids = kids
        return node

    def _describe(self, node: Node, kid: Object) -> None:
        note = self._notes.get(kid.reference)
        if note is None:
            node.details["object"] = "nowhere"
        elif note.get("/Subtype") == Name.Widget:
            node.details.update(_field_details(note))
        elif note.get("/Subtype") == Name.Link:  # a link over two lines is two annotations
            _add_detail(node, "to", self._target(note))
            _add_detail(node, "says", folded(str(note.get("/Contents", ""))))

    def _target(self, note: Dictionary) -> str:
        action = note.get("/A", Dictionary())
        if "/URI" in action:
            return str(action.URI)
        target = note.get("/Dest", action.get("/D"))
        if isinstance(target, Array):
            page = self._file.page_of(target)
            return "no page" if page is None else f"page {page + 1}"
        name = str(target)
        page, own = self._targets.get(name), self._own_pages.get(name)
        if page is None:
            return f"#{name}, which is missing"
        return f"#{name}" if own in (None, page) else f"#{name} on page {page + 1}, which is on page {own + 1}"


def _fold(node: Node) -> Node:
    node.kids = joined(node.kids)
    return node


def _add_detail(node: Node, name: str, value: str) -> None:
    """Note a detail, beside another value of it that was there already."""
    known = node.details.get(name)
    node.details[name] = value if known in (None, value) else f"{known}, and {value}"


def _changes_nothing(node: Node, around: Node) -> bool:
    return node.role == "Span" and node.language == around.language and not node.details


def _details(element: Element) -> Iterator[tuple[str, str]]:
    entries = {"/T": "title", "/Alt": "alt", "/E": "means"}
    for key, name in entries.items():
        if key in element.dictionary:
            yield name, folded(str(element.dictionary[key]))
    for key, name in ATTRIBUTES.items():
        value = element.attribute(key)
        if value is not None:
            yield name, str(value).removeprefix("/")


def _field_details(note: Dictionary) -> dict[str, str]:
    """What a form field is called, asks for, and holds: its widget or the field above it says so."""
    holders = [note]
    while "/Parent" in holders[-1]:
        holders.append(holders[-1].Parent)
    entries: dict[str, Any] = {}
    for holder in reversed(holders):
        entries.update((key, holder[key]) for key in ("/T", "/FT", "/Ff", "/V") if key in holder)
    flags = int(entries.get("/Ff", 0))
    kind = "lines" if flags & _MULTILINE else "text"
    details = {"field": str(entries.get("/T", "")), "kind": _KINDS.get(str(entries.get("/FT")), kind)}
    details["label"] = folded(str(note.get("/TU", next((h.TU for h in holders if "/TU" in h), ""))))
    if flags & _READ_ONLY:
        details["locked"] = "yes"
    if details["kind"] in {"text", "lines"} and str(entries.get("/V", "")):
        details["value"] = folded(str(entries["/V"]))
    return details


def _named_targets(file: File) -> dict[str, int]:
    tree = file.pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary())
    targets = {}
    for name, target in names(tree):
        place = target.get("/D") if isinstance(target, Dictionary) else target
        page = file.page_of(place)
        if page is not None:
            targets[str(name)] = page
    return targets


def first_page(element: Element) -> int | None:
    """The page on which an element begins, counted from 0."""
    return next((content.page for content in element.contents()), None)


# --- as lines ---


def lines(node: Node, *, cut: int | None = None) -> list[str]:
    """A tree as lines: role, language where it changes, details and text; an only child stands behind its parent."""
    return list(_lines(node, "", 0, cut))


def _lines(node: Node, language: str, depth: int, cut: int | None) -> Iterator[str]:
    parts = [_named(node, language, cut)]
    kids = list(node.kids)
    while len(kids) == 1 and isinstance(kids[0], Node):
        (only,) = kids
        parts.append(_named(only, node.language, cut))
        node, kids = only, list(only.kids)
    if node.role == "LI" and kids and isinstance(kids[0], Node) and _is_mark(kids[0]):
        parts.append(_quoted(kids.pop(0).text, cut))  # type: ignore[union-attr]
        if len(kids) == 1 and isinstance(kids[0], Node):
            yield from _behind("  " * depth + " ".join(parts), kids[0], node.language, depth, cut)
            return
    if kids and isinstance(kids[0], str):
        parts.append(_quoted(kids.pop(0), cut))  # type: ignore[arg-type]
    yield "  " * depth + " ".join(parts)
    for kid in kids:
        if isinstance(kid, str):
            yield "  " * (depth + 1) + _quoted(kid, cut)
        else:
            yield from _lines(kid, node.language, depth + 1, cut)


def _behind(start: str, node: Node, language: str, depth: int, cut: int | None) -> Iterator[str]:
    """The lines of a node, the first of them behind something else."""
    first, *others = _lines(node, language, depth, cut)
    yield f"{start} {first.strip()}"
    yield from others


def _is_mark(node: Node) -> bool:
    return node.role == "Lbl" and len(node.kids) == 1 and isinstance(node.kids[0], str)


def _named(node: Node, around: str, cut: int | None) -> str:
    details = [f"{name}={_quoted(value, cut)}" for name, value in sorted(node.details.items())]
    language = [f"lang={node.language}"] if node.language != around else []
    return " ".join([node.role, *language, *details])


def _quoted(text: str, cut: int | None) -> str:
    return f'"{text if cut is None or len(text) <= cut else text[: cut - 1] + "…"}"'


def differences(expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """The lines that only one of two trees has: - for what is expected, + for what is there instead."""
    changed = (
        [line for line in difflib.ndiff(list(expected), list(actual)) if line.startswith(("- ", "+ "))]
        if list(expected) != list(actual)
        else []
    )
    more = len(changed) - MOST_SHOWN
    return changed[:MOST_SHOWN] + ([f"and {more} more"] if more > 0 else [])
