"""A finished PDF read back through its structure tree, as a screen reader does.
 Guarantees: nothing here knows the engine that made the file; text is joined as it stands in the file, and no space
is made up where a line ends: a tagged PDF must hold its word breaks (ISO 32000-1, 14.8.2.5), so a missing one is seen
here as words run together. ActualText and the Alt of figures stand for what they replace.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from consentkit.pdf.content import ContentReader, Key

# The standard structure types (ISO 32000-1, 14.8.4), with those of PDF 2.0 that stand in a line of text.
_GROUPING = frozenset(
    {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "TOC", "TOCI", "Index", "NonStruct", "Private"}
    | {"L", "LI", "Table", "THead", "TBody", "TFoot", "TR"}
)
_REPLACED = frozenset({"Figure", "Formula"})
_INLINE = frozenset(
    {"Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Form", "Em", "Strong", "Sub"}
    | {"Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP"}
)


class UnreadablePdf(ValueError):
    """Not a PDF, or one without a structure tree that could be read."""


@dataclass(frozen=True)
class TaggedText:
    """What is read for one block: its structure type without the slash, its text, and its first page, from 1."""

    role: str
    text: str
    page: int


def tagged_text(pdf: bytes) -> list[TaggedText]:
    """Every block of a PDF in reading order: headings, paragraphs, labels, list bodies, cells, captions, figures.

    Blocks without text are left out. Raises UnreadablePdf.
    """
    try:
        reader = PdfReader(io.BytesIO(pdf))
        root = reader.root_object.get("/StructTreeRoot")
        if root is None:
            raise UnreadablePdf("the PDF has no structure tree; make it with tags")
        return list(_TreeReader(reader, _dictionary(root)).blocks())
    except UnreadablePdf:
        raise
    except (PyPdfError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnreadablePdf("the file is no PDF, or a damaged one") from error
    except DependencyError as error:
        raise UnreadablePdf("the PDF is encrypted; make it without a password") from error


def readable_text(pdf: bytes) -> str:
    """The text of a PDF in reading order, a line for each block. Raises UnreadablePdf."""
    return "\n".join(block.text for block in tagged_text(pdf))


@dataclass
class _Line:
    """The text of a block while it is being read."""

    pieces: list[str] = field(default_factory=list)
    page: int | None = None

    def add(self, text: str, page: int | None) -> None:
        self.pieces.append(text)
        if self.page is None:
            self.page = page

    def finish(self, role: str) -> Iterator[TaggedText]:
        """Give out what has been read so far, if anything, and start anew."""
        text = " ".join("".join(self.pieces).split())
        if text:
            yield TaggedText(role, text, (self.page or 0) + 1)
        self.pieces.clear()
        self.page = None


class _TreeReader:
    """Walks through a structure tree, and fetches the text of each page once."""

    def __init__(self, reader: PdfReader, root: DictionaryObject) -> None:
        self._root = root
        self._role_map = _dictionary(root.get("/RoleMap"))
        self._pages = reader.pages
        self._page_numbers = {
            page.indirect_reference.idnum: number
            for number, page in enumerate(reader.pages)
            if page.indirect_reference is not None
        }
        self._content = ContentReader()
        self._texts: dict[int, dict[Key, str]] = {}

    def blocks(self) -> Iterator[TaggedText]:
        """Every block of the tree, in order."""
        return self._block(self._root, "Document", None)

    def _block(self, element: DictionaryObject, role: str, page: int | None) -> Iterator[TaggedText]:
        page = self._page_of(element, page)
        line = _Line()
        for kid in _kids(element):
            kid_role = self._role(kid)
            if kid_role is None or self._is_in_line(kid_role, role):
                self._speak(kid, page, line)
                continue
            yield from line.finish(role)
            if kid_role in _REPLACED or "/ActualText" in kid:
                self._speak(kid, page, line)
                yield from line.finish(kid_role)
            else:
                yield from self._block(kid, kid_role, page)
        yield from line.finish(role)

    def _is_in_line(self, role: str, around: str) -> bool:
        """Whether an element belongs to the text around it. Figures among blocks are blocks themselves."""
        if role in _REPLACED or role == "NonStruct":
            return around not in _GROUPING
        return role in _INLINE

    def _speak(self, kid: Any, page: int | None, line: _Line) -> None:
        """Add to a line what is read for a kid of an element: content, or an element within the line."""
        if isinstance(kid, int):
            line.add(self._content_text(page, None, kid), page)
            return
        part = _dictionary(kid)
        page = self._page_of(part, page)
        replaced = self._role(part) in _REPLACED
        if "/ActualText" in part:
            line.add(str(part["/ActualText"]), page)
        elif replaced and "/Alt" in part:
            line.add(f" {part['/Alt']} ", page)
        elif part.get("/Type") == "/MCR":
            stream = part.raw_get("/Stm").idnum if "/Stm" in part else None
            line.add(self._content_text(page, stream, int(str(part["/MCID"]))), page)
        elif part.get("/Type") != "/OBJR":
            for inner in _kids(part):
                self._speak(inner, page, line)

    def _role(self, kid: Any) -> str | None:
        """The standard type of a kid, None if it is not an element."""
        role = kid.get("/S") if isinstance(kid, DictionaryObject) else None
        for _ in range(len(self._role_map)):
            role = self._role_map.get(role, role)
        return None if role is None else str(role)[1:]

    def _page_of(self, part: DictionaryObject, page: int | None) -> int | None:
        """The page that a part names, counted from 0, or the one that holds around it."""
        return self._page_numbers.get(part.raw_get("/Pg").idnum) if "/Pg" in part else page

    def _content_text(self, page: int | None, stream: int | None, mcid: int) -> str:
        if page is None:
            return ""
        if page not in self._texts:
            self._texts[page] = self._content.read(self._pages[page])
        return self._texts[page].get((stream, mcid), "")


def _kids(element: DictionaryObject) -> list[Any]:
    kids = element.get("/K", ArrayObject()).get_object()
    return [kid.get_object() for kid in kids] if isinstance(kids, ArrayObject) else [kids]


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
