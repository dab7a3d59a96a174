"""The text of a page, by the marked-content sequence in which it stands.

Guarantees: text is what the file says it is, by each font's ToUnicode map or by the ActualText of a sequence; artifacts
are left out; nothing is guessed from positions. A character whose font does not say what it is reads as U+FFFD.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject, create_string_object

from consentkit.pdf.operators import Operation, operations

UNKNOWN = "\ufffd"

Key: TypeAlias = tuple[int | None, int]
"""A sequence of a page: the object number of the form XObject that holds it (None for the page), and its identifier."""

_DEEPEST_FORM = 12
_MAP_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_MAP_ITEM = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]")


class _Sequence(NamedTuple):
    """A marked-content sequence that is open: where its text goes, and whether what is shown now counts as text."""

    key: Key | None
    silent: bool


class ContentReader:
    """Reads the pages of one file. Each font is decoded once."""

    def __init__(self) -> None:
        self._fonts: dict[int, Font] = {}

    def read(self, page: DictionaryObject) -> dict[Key, str]:
        """The text of each marked-content sequence of a page."""
        text: dict[Key, str] = defaultdict(str)
        resources = _dictionary(page.get("/Resources"))
        _StreamReader(self, text, resources).read(_contents(page), _Sequence(None, silent=False))
        return text

    def font(self, resources: DictionaryObject, name: str) -> Font:
        """The font that a stream selects by a name."""
        reference = _dictionary(resources.get("/Font")).raw_get(name)
        if not isinstance(reference, IndirectObject):
            return Font(_dictionary(reference))
        if reference.idnum not in self._fonts:
            self._fonts[reference.idnum] = Font(_dictionary(reference))
        return self._fonts[reference.idnum]


class _StreamReader:
    """Reads one content stream, and the forms that it draws."""

    def __init__(
        self,
        file: ContentReader,
        text: dict[Key, str],
        resources: DictionaryObject,
        number: int | None = None,
        depth: int = 0,
    ) -> None:
        self._file = file
        self._text = text
        self._resources = resources
        self._number = number
        self._depth = depth
        self._font: Font | None = None
        self._saved_fonts: list[Font | None] = []

    def read(self, stream: bytes, around: _Sequence) -> None:
        """Add the text of a stream that is drawn inside a sequence of another one, or of none."""
        opened = [around]
        for operation in operations(stream):
            match operation.operator:
                case "BDC" | "BMC":
                    opened.append(self._opened(operation, opened[-1]))
                case "EMC" if len(opened) > 1:
                    opened.pop()
                case "Do":
                    self._draw(str(operation.operands[0]), opened[-1])
                case operator:
                    self._change_font(operator, operation)
                    if operator in ("Tj", "TJ", "'", '"'):
                        self._show(operation.operands[-1], opened[-1])

    def _opened(self, operation: Operation, around: _Sequence) -> _Sequence:
        tag, properties = operation.operands[0], self._properties(operation.operands[1:])
        key = (self._number, int(properties["/MCID"])) if "/MCID" in properties else around.key
        silent = around.silent or tag == "/Artifact"
        if "/ActualText" in properties and not silent:
            self._add(key, str(create_string_object(properties["/ActualText"])))
            silent = True
        return _Sequence(key, silent)

    def _properties(self, operands: list[Any]) -> Mapping[str, Any]:
        if operands and isinstance(operands[0], str):
            return _dictionary(_dictionary(self._resources.get("/Properties")).get(operands[0]))
        return operands[0] if operands else {}

    def _change_font(self, operator: str, operation: Operation) -> None:
        if operator == "Tf":
            self._font = self._file.font(self._resources, operation.operands[0])
        elif operator == "q":
            self._saved_fonts.append(self._font)
        elif operator == "Q" and self._saved_fonts:
            self._font = self._saved_fonts.pop()

    def _show(self, shown: bytes | list[Any], inside: _Sequence) -> None:
        if inside.silent or self._font is None:
            return
        strings = [shown] if isinstance(shown, bytes) else shown
        codes = b"".join(string for string in strings if isinstance(string, bytes))
        self._add(inside.key, self._font.decode(codes))

    def _add(self, key: Key | None, text: str) -> None:
        if key is not None:
            self._text[key] += text

    def _draw(self, name: str, inside: _Sequence) -> None:
        reference = _dictionary(self._resources.get("/XObject")).raw_get(name)
        form = reference.get_object()
        if form.get("/Subtype") != "/Form" or self._depth == _DEEPEST_FORM:
            return
        resources = _dictionary(form.get("/Resources")) or self._resources
        reader = _StreamReader(self._file, self._text, resources, reference.idnum, self._depth + 1)
        reader.read(form.get_data(), inside)


class Font:
    """What the codes of a font mean."""

    def __init__(self, font: DictionaryObject) -> None:
        to_unicode = font.get("/ToUnicode")
        data = to_unicode.get_object() if to_unicode is not None else None
        self._meanings = dict(character_meanings(data.get_data())) if isinstance(data, StreamObject) else {}
        self._is_composite = font.get("/Subtype") == "/Type0"

    def decode(self, codes: bytes) -> str:
        """Read a string. Codes have two bytes in composite fonts, else one."""
        numbers = (high << 8 | low for high, low in _pairs(codes)) if self._is_composite else iter(codes)
        return "".join(self._meanings.get(number, UNKNOWN) for number in numbers)


def _pairs(codes: bytes) -> Iterator[tuple[int, int]]:
    return zip(codes[::2], codes[1::2], strict=False)


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


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _contents(page: DictionaryObject) -> bytes:
    contents = page.get("/Contents", ArrayObject()).get_object()
    parts = contents if isinstance(contents, ArrayObject) else [contents]
    streams = (part.get_object() for part in parts)
    return b"\n".join(stream.get_data() for stream in streams if isinstance(stream, StreamObject))
