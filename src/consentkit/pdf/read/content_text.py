"""The text of a page, by marked-content sequence.

Guarantees: text is what the file states that it is, in each font's ToUnicode map or in the ActualText of a sequence;
artifacts are left out; nothing is guessed from positions. A character that is not in the map of its font reads as
U+FFFD, and so does text without any font.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.operators import Operation, operations
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value, decoded_text, integer, string_bytes
from consentkit.pdf.file.unknown_letter import UNKNOWN

SequenceKey: TypeAlias = tuple[int | None, int]
"""A sequence of a page: the object number of the form XObject that contains it (None: the page), and its identifier."""

_DEEPEST_FORM = 12
_MAP_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_MAP_ITEM = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]")


class MarkedSequence(NamedTuple):
    """A marked-content sequence that is open: where its text goes, and whether text that is shown in it is ignored."""

    key: SequenceKey | None
    silent: bool
    is_optional: bool = False
    """Whether it belongs to a layer, which may be switched off."""


class ContentReader:
    """Reads the pages of one file. Each font is decoded once."""

    def __init__(self, file: PdfFile) -> None:
        self.file = file
        self._fonts: dict[Ref, Font] = {}

    def read(self, page: Mapping[str, Value]) -> dict[SequenceKey, str]:
        """The text of each marked-content sequence of a page. A damaged page may raise any kind of exception."""
        text: dict[SequenceKey, str] = defaultdict(str)
        resources = self.file.dictionary(page.get("Resources"))
        StreamReader(self, text, resources).read(self._contents(page), MarkedSequence(None, silent=False))
        return text

    def _contents(self, page: Mapping[str, Value]) -> bytes:
        return b"\n".join(inflated(self.file.objects[stream]) for stream in self.file.contents(page))

    def font(self, resources: Mapping[str, Value], name: str) -> Font:
        """The font that a stream selects by a name."""
        value = self.file.dictionary(resources.get("Font"))[name]
        if not isinstance(value, Ref):
            return self.make_font(value)
        if value not in self._fonts:
            self._fonts[value] = self.make_font(value)
        return self._fonts[value]

    def operations(self, stream: bytes) -> Iterable[Operation]:
        """The operators of a stream."""
        return operations(stream)

    def make_font(self, value: Value) -> Font:
        """Decode a font."""
        return Font(self.file, value)


class StreamReader:
    """Reads one content stream, and the forms that it draws."""

    def __init__(
        self,
        reader: ContentReader,
        text: dict[SequenceKey, str],
        resources: Mapping[str, Value],
        number: int | None = None,
        depth: int = 0,
    ) -> None:
        self._reader = reader
        self._file = reader.file
        self._text = text
        self._resources = resources
        self._number = number
        self._depth = depth
        self.font: Font | None = None
        """The current font. A form begins with that of the stream that draws it (ISO 32000-1, 8.10.1)."""
        self._saved_fonts: list[Font | None] = []

    def read(self, stream: bytes, enclosing: MarkedSequence) -> None:
        """Add the text of a stream that is drawn inside a sequence."""
        opened = [enclosing]
        for operation in self._reader.operations(stream):
            match operation.operator:
                case "BDC" | "BMC":
                    opened.append(self._opened(operation, opened[-1]))
                case "EMC" if len(opened) > 1:
                    opened.pop()
                case "Do":
                    self._draw(str(operation.operands[0]), opened[-1])
                case operator:
                    self._change_state(operator, operation)
                    if operator in ("Tj", "TJ", "'", '"'):
                        self._show(operation.operands[-1], opened[-1])

    def _opened(self, operation: Operation, enclosing: MarkedSequence) -> MarkedSequence:
        tag, properties = operation.operands[0], self._properties(operation.operands[1:])
        mcid = properties.get("/MCID")
        key = (self._number, mcid) if type(mcid) is int else enclosing.key  # True is an int to isinstance
        if tag == "/Artifact" and not enclosing.silent:
            key = None
        silent = enclosing.silent or tag == "/Artifact"
        if "/ActualText" in properties and not silent:
            self._add(key, decoded_text(properties["/ActualText"]))
            silent = True
        return MarkedSequence(key, silent, enclosing.is_optional or tag == "/OC")

    def _properties(self, operands: list[Any]) -> Mapping[str, Any]:
        """The properties of a sequence: a dictionary in the stream, or a name in the resources."""
        if not operands or not isinstance(operands[0], str):
            return operands[0] if operands and isinstance(operands[0], dict) else {}
        named = self._file.dictionary(self._file.dictionary(self._resources.get("Properties")).get(operands[0][1:]))
        properties: dict[str, Any] = {}
        if "MCID" in named:
            properties["/MCID"] = integer(self._file.get(named["MCID"]))
        if "ActualText" in named:
            properties["/ActualText"] = string_bytes(self._file.get(named["ActualText"]))
        return properties

    def _change_state(self, operator: str, operation: Operation) -> None:
        """Apply an operator that changes how text is drawn."""
        if operator == "Tf":
            self.font = self._reader.font(self._resources, operation.operands[0][1:])
        elif operator == "q":
            self._saved_fonts.append(self.font)
        elif operator == "Q" and self._saved_fonts:
            self.font = self._saved_fonts.pop()

    def _show(self, operand: bytes | list[Any], inside: MarkedSequence) -> None:
        if inside.silent:
            return
        strings = [operand] if isinstance(operand, bytes) else operand
        codes = b"".join(string for string in strings if isinstance(string, bytes))
        self._add(inside.key, self.font.decode(codes) if self.font else UNKNOWN)

    def _add(self, key: SequenceKey | None, text: str) -> None:
        if key is not None:
            self._text[key] += text

    def _draw(self, name: str, inside: MarkedSequence) -> None:
        reference = self._file.dictionary(self._resources.get("XObject"))[name[1:]]
        if not isinstance(reference, Ref) or self._depth == _DEEPEST_FORM:
            return
        form = self._file.objects[reference]
        if form.entries.get("Subtype") != b"/Form":
            return
        resources = self._file.dictionary(form.entries.get("Resources")) or self._resources
        reader = StreamReader(self._reader, self._text, resources, reference, self._depth + 1)
        reader.font = self.font
        reader.read(inflated(form), inside)


class Font:
    """The meanings of the codes of a font."""

    def __init__(self, file: PdfFile, font: Value) -> None:
        entries = file.dictionary(font)
        stream = entries.get("ToUnicode")
        self.meanings: Mapping[int, str] = {}
        """What each of its codes means, if the file says that."""
        if isinstance(stream, Ref) and stream in file.objects:
            self.meanings = read_map(inflated(file.objects[stream]))
        self.has_two_bytes = file.get(entries.get("Subtype")) == b"/Type0"
        """Whether each of its codes has two bytes, as in composite fonts; else they have one."""

    def decode(self, codes: bytes) -> str:
        """Read a string. Codes have two bytes in composite fonts, else one."""
        return "".join(self.meanings.get(number, UNKNOWN) for number in self._numbers(codes))

    def _numbers(self, codes: bytes) -> Iterator[int]:
        return (high << 8 | low for high, low in _pairs(codes)) if self.has_two_bytes else iter(codes)


def _pairs(codes: bytes) -> Iterator[tuple[int, int]]:
    return zip(codes[::2], codes[1::2], strict=False)


@lru_cache(maxsize=64)
def read_map(character_map: bytes) -> Mapping[int, str]:
    """What each code of a font means, according to its ToUnicode map. Many files have the same map."""
    return dict(character_meanings(character_map))


def character_meanings(character_map: bytes) -> Iterator[tuple[int, str]]:
    """The entries of a ToUnicode map (ISO 32000-1, 9.10.3)."""
    for section in _MAP_SECTION.finditer(character_map):
        items = [match.groups() for match in _MAP_ITEM.finditer(section[2])]
        if section[1] == b"bfchar":
            for (code, _), (meaning, _) in zip(items[::2], items[1::2], strict=False):
                yield _number(code), _text(meaning)
        else:
            for (first, _), (last, _), (meaning, listed) in zip(items[::3], items[1::3], items[2::3], strict=False):
                codes = range(_number(first), _number(last) + 1)
                yield from zip(codes, _range_meanings(meaning, listed), strict=False)


def _range_meanings(meaning: bytes | None, listed: bytes | None) -> Iterator[str]:
    if listed is not None:
        yield from (_text(match[1]) for match in _MAP_ITEM.finditer(listed))
        return
    text = _text(meaning)
    for step in range(0x10000):
        yield text[:-1] + chr(ord(text[-1]) + step)


def _number(digits: bytes | None) -> int:
    return int(b"".join((digits or b"0").split()), 16)


def _text(digits: bytes | None) -> str:
    return bytes.fromhex((digits or b"").decode()).decode("utf-16-be", "replace")
