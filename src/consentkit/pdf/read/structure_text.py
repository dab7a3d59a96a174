"""A finished PDF is read back through its structure tree, as a screen reader does it.

Guarantees: text is joined as it is in the file, and no space is added where a line ends: a tagged PDF must contain its
word breaks (ISO 32000-1, 14.8.2.5), so if one is missing, words run together here, too. ActualText and the Alt of
figures replace the content. A file that is damaged, or written in a way that `pdf.file.reader` does not support, raises
UnreadablePdf; operators that make no sense are skipped, as viewers do. Strings in PDFDocEncoding count as Latin-1.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.syntax import Ref, Value, integer, string_text
from consentkit.pdf.file.unknown_letter import UNKNOWN
from consentkit.pdf.read.content_text import ContentReader, SequenceKey
from consentkit.pdf.read.visible import VisibleContent

# The standard structure types (ISO 32000-1, 14.8.4), with those of PDF 2.0 that occur in a line of text.
_GROUPING = frozenset(
    {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "TOC", "TOCI", "Index", "NonStruct", "Private"}
    | {"L", "LI", "Table", "THead", "TBody", "TFoot", "TR"}
)
_REPLACED = frozenset({"Figure", "Formula"})
_INLINE = frozenset(
    {"Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Form", "Em", "Strong", "Sub"}
    | {"Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP"}
)


Element: TypeAlias = dict[str, Value]
"""A dictionary of the structure tree."""


class UnreadablePdf(ValueError):
    """Not a PDF, or one without a structure tree, or one in a form that our files never have."""


@dataclass(frozen=True)
class TaggedText:
    """The text of one block, with its structure type without the slash, and its first page, counted from 1."""

    role: str
    text: str
    page: int


def tagged_text(pdf: bytes, *, only_visible: bool = False) -> list[TaggedText]:
    """Every block of a PDF in reading order: headings, paragraphs, labels, list bodies, cells, captions, figures.

    Blocks without text are left out. If only visible text counts (`pdf.read.visible`), U+FFFD replaces each character
    that is not visible, and each ActualText whose glyphs are not all visible. Raises UnreadablePdf.
    """
    try:
        file = read_file(pdf)
        if "Encrypt" in file.trailer:
            raise UnreadablePdf("the PDF is encrypted; make it without a password")
        root = file.dictionary(file.catalog.get("StructTreeRoot"))
        if not root:
            raise UnreadablePdf("the PDF has no structure tree; make it with tags")
        return list(_TreeReader(file, root, only_visible=only_visible).blocks())
    except UnreadablePdf:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, zlib.error) as error:
        raise UnreadablePdf("the file is not a PDF, is damaged, or has an unsupported form") from error


def readable_text(pdf: bytes) -> str:
    """The text of a PDF in reading order, a line for each block. Raises UnreadablePdf."""
    return "\n".join(block.text for block in tagged_text(pdf))


@dataclass
class _BlockText:
    """The text of a block while it is being read."""

    pieces: list[str] = field(default_factory=list)
    page: int | None = None

    def add(self, text: str, page: int | None) -> None:
        self.pieces.append(text)
        if self.page is None:
            self.page = page

    def finish(self, role: str) -> Iterator[TaggedText]:
        """Return what has been read so far, if anything, and start again."""
        text = " ".join("".join(self.pieces).split())
        if text:
            yield TaggedText(role, text, (self.page or 0) + 1)
        self.pieces.clear()
        self.page = None


class _TreeReader:
    """Walks through a structure tree, and reads the text of each page once."""

    def __init__(self, file: PdfFile, root: Element, *, only_visible: bool) -> None:
        self._file = file
        self._root = root
        self._role_map = file.dictionary(root.get("RoleMap"))
        self._references = list(file.page_references())
        self._page_numbers = {page: number for number, page in enumerate(self._references) if isinstance(page, Ref)}
        self._only_visible = only_visible
        self._content = VisibleContent(file) if only_visible else ContentReader(file)
        self._texts: dict[int, dict[SequenceKey, str]] = {}

    def blocks(self) -> Iterator[TaggedText]:
        """Every block of the tree, in order."""
        return self._block(self._root, "Document", None)

    def _block(self, element: Element, role: str, page: int | None) -> Iterator[TaggedText]:
        page = self._page_of(element, page)
        line = _BlockText()
        for kid in self._kids(element):
            kid_role = self._role(kid)
            if kid_role is None or self._is_in_line(kid_role, role):
                self._speak(kid, page, line)
                continue
            yield from line.finish(role)
            part = self._file.dictionary(kid)
            if kid_role in _REPLACED or "ActualText" in part:
                self._speak(kid, page, line)
                yield from line.finish(kid_role)
            else:
                yield from self._block(part, kid_role, page)
        yield from line.finish(role)

    def _is_in_line(self, role: str, enclosing: str) -> bool:
        """Whether an element is part of the text around it. Figures among blocks are blocks themselves."""
        if role in _REPLACED or role == "NonStruct":
            return enclosing not in _GROUPING
        return role in _INLINE

    def _speak(self, kid: Value, page: int | None, line: _BlockText) -> None:
        """Add to a line what is read for a kid of an element: content, or an element within the line."""
        if kid == b"null":
            return
        if isinstance(kid, bytes):
            line.add(self._content_text(page, None, integer(kid)), page)
            return
        part = self._file.dictionary(kid)
        page = self._page_of(part, page)
        replaced = self._role(part) in _REPLACED
        if "ActualText" in part:
            hidden = self._only_visible and UNKNOWN in self._drawn(part, page)
            line.add(UNKNOWN if hidden else self._string(part["ActualText"]), page)
        elif replaced and "Alt" in part:
            line.add(UNKNOWN if self._only_visible else f" {self._string(part['Alt'])} ", page)
        elif part.get("Type") == b"/MCR":
            stream = part.get("Stm")
            number = integer(self._file.get(part["MCID"]))
            line.add(self._content_text(page, stream if isinstance(stream, Ref) else None, number), page)
        elif part.get("Type") != b"/OBJR":
            for inner in self._kids(part):
                self._speak(inner, page, line)

    def _drawn(self, part: Element, page: int | None) -> str:
        """The content of an element for which something else is read."""
        line = _BlockText()
        for kid in self._kids(part):
            self._speak(kid, page, line)
        return "".join(line.pieces)

    def _string(self, value: Value) -> str:
        return string_text(self._file.get(value))

    def _kids(self, element: Element) -> list[Value]:
        kids = self._file.get(element.get("K", []))
        return [self._file.get(kid) for kid in kids] if isinstance(kids, list) else [kids]

    def _role(self, kid: Value) -> str | None:
        """The standard type of a kid, None if it is not an element."""
        role = self._file.get(kid["S"]) if isinstance(kid, dict) and "S" in kid else None
        if not isinstance(role, bytes):
            return None
        name = role[1:].decode("latin-1")
        for _ in range(len(self._role_map)):
            other = self._file.get(self._role_map.get(name))
            if not isinstance(other, bytes) or not other.startswith(b"/"):
                break
            name = other[1:].decode("latin-1")
        return name

    def _page_of(self, part: Element, page: int | None) -> int | None:
        """The page that a part names, counted from 0, or else that of the enclosing element."""
        named = part.get("Pg")
        return self._page_numbers.get(named) if isinstance(named, Ref) else page

    def _content_text(self, page: int | None, stream: int | None, mcid: int) -> str:
        if page is None:
            return ""
        if page not in self._texts:
            self._texts[page] = self._content.read(self._file.dictionary(self._references[page]))
        return self._texts[page].get((stream, mcid), "")
