"""The notation of PDF objects (ISO 32000-1, 7.3), read and written.

Guarantees: reading and writing an object again preserves its meaning; numbers, names and strings keep the very bytes
that they came in, so nothing is rounded or encoded again; anything else raises ValueError, at any depth of nesting.

References are kept apart from everything else, so that an object can be given another number without being parsed
again.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple, TypeAlias

_SPACE = rb"\x00\t\n\f\r "
_REGULAR = rb"[^\x00\t\n\f\r ()<>\[\]{}/%]"
# White space and comments are matched without backtracking: otherwise a comment could be read as an object, and a long
# run of spaces could take exponential time.
_TOKEN = re.compile(
    rb"(?:[%b]++|%%[^\r\n]*+)*+(<<|>>|[\[\](]|<[0-9A-Fa-f%b]*>|/%b*|%b+)" % (_SPACE, _SPACE, _REGULAR, _REGULAR)
)
_REST_OF_REFERENCE = re.compile(rb"[%b]+([0-9]+)[%b]+R(?!%b)" % (_SPACE, _SPACE, _REGULAR))
_PARENTHESIS = re.compile(rb"[()]|\\.?", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.?))|\r\n?", re.DOTALL)
_SPACES = b"\0\t\n\f\r "
# Most dictionaries of a packet are flat: names, numbers, references, arrays of numbers and plain strings, with single
# spaces. One match reads such a one, in a third of the time; anything else is read token by token.
_PLAIN_VALUE = rb"/[A-Za-z0-9-]++|-?[0-9][0-9.]*+|<[0-9A-Fa-f]*+>|\([^()\\]*+\)"
_FLAT_VALUE = rb"[0-9]++ 0 R|%b|\[(?:-?[0-9][0-9.]*+ ?)*+\]" % _PLAIN_VALUE
_FLAT = re.compile(rb"[ \r\n]*+<<((?:/[A-Za-z0-9]++ (?:%b) ?(?=[/>]))*+)>>" % _FLAT_VALUE)
_FLAT_ENTRY = re.compile(rb"/([A-Za-z0-9]++) (?:([0-9]++) 0 R|(%b)|\[([^\]]*+)\])" % _PLAIN_VALUE)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_DEEPEST = 64


class Ref(int):
    """A reference to the object of that number. Only files with incremental updates have generations other than 0."""


Value: TypeAlias = bytes | Ref | list["Value"] | dict[str, "Value"]
"""An object: a number, name, string or keyword as its bytes; a reference; an array; or a dictionary without slashes."""


class WrittenValue(NamedTuple):
    """An object with placeholders for its references: `text % numbers` is the object with these numbers in it."""

    text: bytes
    references: tuple[Ref, ...]


def parse(data: bytes, start: int = 0) -> tuple[Value, int]:
    """Read the object that starts at a position. Returns it, and the position after it. Raises ValueError."""
    if flat := _FLAT.match(data, start):
        return {name.decode(): _flat_value(*value) for name, *value in _FLAT_ENTRY.findall(flat[1])}, flat.end()
    return _Parser(data).value(start, 0)


def parse_whole(text: bytes) -> Value:
    """Read an object that is alone in a text. Raises ValueError."""
    value, end = parse(text)
    if end != len(text):
        raise ValueError("something follows a value")
    return value


def _flat_value(reference: bytes, plain: bytes, listed: bytes) -> Value:
    return Ref(reference) if reference else plain or list(listed.split())


class _Parser:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def value(self, start: int, depth: int) -> tuple[Value, int]:
        token, end = self._token(start)
        if depth > _DEEPEST:
            raise ValueError("objects are nested too deeply")
        if token == b"<<":
            return self._dictionary(end, depth)
        if token == b"[":
            return self._array(end, depth)
        if token == b"(":
            return self._string(end)
        if token in (b">>", b"]"):
            raise ValueError("a closing bracket has no opening one")
        if token.isdigit() and (rest := _REST_OF_REFERENCE.match(self._data, end)):
            if int(rest[1]):
                raise ValueError("the file has incremental updates: a generation is not 0")
            return Ref(token), rest.end()
        return token, end

    def _token(self, start: int) -> tuple[bytes, int]:
        match = _TOKEN.match(self._data, start)
        if match is None:
            raise ValueError("an object is missing or cut off")
        return match[1], match.end()

    def _array(self, position: int, depth: int) -> tuple[list[Value], int]:
        items: list[Value] = []
        while True:
            token, end = self._token(position)
            if token == b"]":
                return items, end
            item, position = self.value(position, depth + 1)
            items.append(item)

    def _dictionary(self, position: int, depth: int) -> tuple[dict[str, Value], int]:
        entries: dict[str, Value] = {}
        while True:
            token, end = self._token(position)
            if token == b">>":
                return entries, end
            if not token.startswith(b"/"):
                raise ValueError("the key of a dictionary is not a name")
            entries[token[1:].decode("latin-1")], position = self.value(end, depth + 1)

    def _string(self, position: int) -> tuple[bytes, int]:
        end = end_of_string(self._data, position - 1)
        if end is None:
            raise ValueError("a string does not end")
        return self._data[position - 1 : end], end


def end_of_string(data: bytes, start: int) -> int | None:
    """Where a string ends whose opening parenthesis is at `start`; None if it does not end."""
    depth = 0
    for match in _PARENTHESIS.finditer(data, start):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return None


def write(value: Value) -> bytes:
    """Write an object."""
    form = form_of(value)
    return form.text % form.references


def form_of(value: Value) -> WrittenValue:
    """Write an object with `%d` for the number of each reference, so that other numbers can be filled in."""
    pieces: list[bytes] = []
    references: list[Ref] = []
    _write(value, pieces, references)
    return WrittenValue(b"".join(pieces), tuple(references))


def _write(value: Value, pieces: list[bytes], references: list[Ref]) -> None:
    if isinstance(value, Ref):
        pieces.append(b"%d 0 R")
        references.append(value)
    elif isinstance(value, bytes):
        pieces.append(value.replace(b"%", b"%%"))
    elif isinstance(value, list):
        pieces.append(b"[")
        for place, item in enumerate(value):
            if place:
                pieces.append(b" ")
            if type(item) is bytes:  # most are, and calling for each of them takes four times as long
                pieces.append(item.replace(b"%", b"%%"))
            else:
                _write(item, pieces, references)
        pieces.append(b"]")
    else:
        pieces.append(b"<<")
        for key, entry in value.items():
            pieces.append(b"/" + key.encode("latin-1").replace(b"%", b"%%") + b" ")
            _write(entry, pieces, references)
        pieces.append(b">>")


def text_string(text: str) -> bytes:
    """Write a text as a string (ISO 32000-1, 7.9.2.2)."""
    if text.isascii() and text.isprintable():
        return b"(" + re.sub(rb"([()\\])", rb"\\\1", text.encode()) + b")"
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def byte_string(data: bytes) -> bytes:
    """Write bytes as a string."""
    return b"<" + data.hex().encode() + b">"


def string_bytes(token: Value) -> bytes:
    """The bytes that a string denotes. Raises ValueError for anything else."""
    if isinstance(token, bytes) and token.startswith(b"("):
        return _ESCAPE.sub(_unescaped, token[1:-1])
    if isinstance(token, bytes) and token.startswith(b"<"):
        digits = token[1:-1].translate(None, _SPACES)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    raise ValueError("this is not a string")


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 8) & 0xFF])
    if match[2] is None:  # the end of a line, in any form, means a line feed (ISO 32000-1, 7.3.4.2)
        return b"\n"
    return _ESCAPED.get(match[2], match[2])


def string_text(token: Value) -> str:
    """The text that a string denotes: see `decoded_text`. Raises ValueError for anything else."""
    return decoded_text(string_bytes(token))


def decoded_text(data: bytes) -> str:
    """The text that the bytes of a string encode: ASCII, or Unicode with a byte order mark; otherwise Latin-1."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    return data[2:].decode("utf-16-be", "replace") if data.startswith(b"\xfe\xff") else data.decode("latin-1")


def number(value: Value | None, default: float = 0.0) -> float:
    """A number; the default if there is no value. Raises ValueError for anything else."""
    if value is None:
        return default
    if not isinstance(value, bytes):
        raise ValueError("this is not a number")
    parsed = float(value)
    if not math.isfinite(parsed):
        raise ValueError("this is not a number")
    return parsed


def integer(value: Value | None, default: int = 0) -> int:
    """A number, cut to an integer; the default if there is no value. Raises ValueError for anything else."""
    return int(number(value, default))
