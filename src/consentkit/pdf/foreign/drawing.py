"""The content stream of a page or of a picture, read strictly (ISO 32000-1, 7.8.2 and Annex A).

Guarantees: the result closes all brackets, saved states, text objects and marks that it opens, so that more can be
drawn after it; nothing that is drawn has been left out. What can't be read with certainty is Unsound: if programs have
to guess, one of them may drop a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from consentkit.pdf.file.tokens import tokens

_NUMBER = re.compile(rb"[-+]{0,2}\d*\.?\d*")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")

_SHOWS_TEXT = {b"Tj", b"TJ", b"'", b'"'}
_PAINTS = {*(b"b", b"b*", b"B", b"B*", b"BI", b"Do", b"f", b"f*", b"F", b"s", b"S", b"sh")}
_USES = {b"Do": "/XObject", b"gs": "/ExtGState", b"scn": "/Pattern", b"SCN": "/Pattern"}
_MARKS = {b"BMC", b"BDC", b"DP", b"MP"}
_LAYER = "/OC"
_NO_LAYER = b"/Span"
"""The tag that replaces that of a layer that is always visible."""
_OPERATORS = frozenset(
    rb"""b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re
    RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' " """.split()
)
_CONSTANTS = {b"true", b"false", b"null"}
_PAIRS = {b"q": b"Q", b"BT": b"ET", b"BX": b"EX", b"BMC": b"EMC", b"BDC": b"EMC"}
_OPENINGS = {closing: tuple(start for start, end in _PAIRS.items() if end == closing) for closing in _PAIRS.values()}
_BRACKETS = {b"]": b"[", b">>": b"<<"}


class Unsound(ValueError):
    """A part of a PDF file that can't be read with certainty."""


@dataclass
class Drawing:
    """A content stream that was read."""

    data: bytes
    """The stream; what it left open is closed, and what closed nothing is removed."""
    mcids: list[int] = field(default_factory=list)
    """The identifiers of its marked content, in order."""
    has_loose_text: bool = False
    """Whether there is text outside of marked content and artifacts."""
    operators: int = 0
    """How many instructions it has."""
    uses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often it uses each of its resources, by category and name: fonts once for each character that is drawn."""
    paints: bool = False
    """Whether it paints anything or draws text that is not empty."""


@dataclass
class _Open:
    """Something that has begun and not yet ended."""

    operator: bytes
    is_read: bool = False
    """Whether it marks content or an artifact, so that a screen reader knows what to do with it."""


def read_drawing(data: bytes, properties: Mapping[str, int | None]) -> Drawing:
    """Read a content stream. `properties` has the MCID, if any, of each property list in its resources.

    Raises Unsound.
    """
    return _DrawingReader(data, properties).read()


class _DrawingReader:
    def __init__(self, data: bytes, properties: Mapping[str, int | None]) -> None:
        self._data = data
        self._properties = properties
        self._drawing = Drawing(data)
        self._open: list[_Open] = []
        self._replaced: list[tuple[int, int, bytes]] = []
        self._is_ambiguous = False
        self._font = ""
        self._fonts: list[str] = []

    def read(self) -> Drawing:
        for operator, operands, first, start, end in _operations(self._data):
            self._drawing.operators += 1
            self._use(operator, operands)
            if self._is_ambiguous and operator not in _OPENINGS:
                raise Unsound("a drawing that restores what it did not save")
            if operator in _PAIRS:
                self._begin(operator, operands)
            elif operator in _OPENINGS:
                self._end(operator, start, end)
            elif operator in _SHOWS_TEXT:
                self._drawing.has_loose_text |= not any(thing.is_read for thing in self._open)
            elif operator not in _OPERATORS and all(thing.operator != b"BX" for thing in self._open):
                raise Unsound("a drawing instruction that no program knows")
            if operator in _MARKS and operands and plain_name(operands[0]) == _LAYER:
                # its layer is displayed and printed (`layers`), and is not in the new file
                self._replaced.append((first, first + len(operands[0]), _NO_LAYER))
        self._drawing.data = self._balanced()
        return self._drawing

    def _use(self, operator: bytes, operands: list[bytes]) -> None:
        """Record what the drawing uses from its resources."""
        uses = self._drawing.uses
        if operator in _SHOWS_TEXT:
            length = sum(len(operand) for operand in operands if operand[:1] in b"(<")
            if self._font and length:
                uses["/Font", self._font] += length
            self._drawing.paints |= length > 2
        elif operator == b"Tf" and len(operands) == 2:
            self._font = plain_name(operands[0])
        elif operator == b"q":
            self._fonts.append(self._font)
        elif operator == b"Q" and self._fonts:
            self._font = self._fonts.pop()
        elif operator in _USES and operands and operands[-1].startswith(b"/"):
            uses[_USES[operator], plain_name(operands[-1])] += 1
        self._drawing.paints |= operator in _PAINTS

    def _begin(self, operator: bytes, operands: list[bytes]) -> None:
        opened = _Open(operator)
        if operator in (b"BMC", b"BDC"):
            mcid = self._mcid(operands) if operator == b"BDC" else None
            opened.is_read = mcid is not None or operands[:1] == [b"/Artifact"]
            if mcid is not None:
                self._drawing.mcids.append(mcid)
        self._open.append(opened)

    def _mcid(self, operands: list[bytes]) -> int | None:
        if len(operands) == 2:
            return self._properties.get(plain_name(operands[1]))
        for index, operand in enumerate(operands[:-1]):
            if plain_name(operand) == "/MCID" and operands[index + 1].isdigit():
                return int(operands[index + 1])
        return None

    def _end(self, operator: bytes, start: int, end: int) -> None:
        for index in reversed(range(len(self._open))):
            if self._open[index].operator in _OPENINGS[operator]:
                del self._open[index]
                return
        self._replaced.append((start, end, b""))  # it would end something outside of this drawing
        self._is_ambiguous |= operator == b"Q"  # some programs skip it, some restore what the page began with

    def _balanced(self) -> bytes:
        pieces, done = [], 0
        for start, end, instead in self._replaced:
            pieces += [self._data[done:start], instead]
            done = end
        pieces.append(self._data[done:])
        pieces.extend(b"\n" + _PAIRS[thing.operator] for thing in reversed(self._open))
        return b"".join(pieces)


def plain_name(token: bytes) -> str:
    """A name with its slash and without escapes: `#41` means A."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), token).decode("latin-1")


def _operations(data: bytes) -> Iterator[tuple[bytes, list[bytes], int, int, int]]:
    """Each operator, its operands, where these start, and where the operator starts and ends."""
    operands: list[bytes] = []
    brackets: list[bytes] = []
    before = b""
    first, end_of_number = 0, -1
    for kind, token, start in tokens(data):
        if kind in _UNSOUND:
            raise Unsound(_UNSOUND[kind])
        if kind in ("number", "word") and start == end_of_number:  # `0cm`: two words to some programs
            raise Unsound("a drawing instruction that no program knows")
        if kind == "number":
            end_of_number = start + len(token)
        elif kind == "image":
            continue
        elif kind == "word" and not _NUMBER.fullmatch(token) and token not in _CONSTANTS:
            if brackets:
                raise Unsound("a drawing with an open bracket")
            if (before == b"BI") != (token == b"ID") or token == b"EI":
                raise Unsound("a drawing with half a picture in it")
            yield token, operands, first, start, start + len(token)
            operands, before = [], token
            continue
        elif kind == "opening":
            brackets.append(token)
        elif kind == "closing" and (not brackets or brackets.pop() != _BRACKETS[token]):
            raise Unsound("a drawing with brackets that do not match")
        if not operands:
            first = start
        operands.append(token)
    if operands or brackets:
        raise Unsound("a drawing that breaks off")


_UNSOUND = {
    "stray": "a drawing with a stray sign in it",
    "open_string": "a drawing with a text that does not end",
    "doubtful_image": "a picture that does not end",
}
