"""The messages of a file of HL7 v2, as an interface engine writes it.

Guarantees: a message is read with the separators and the encoding that it states itself; a file that has lost something
on the way, such as its end, says so; an escape sequence that can't be read is reported instead of the text around it,
which is neither lost nor sent to a log. Nothing of a message is quoted.
"""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from consentkit.errors import FileAccess, InvalidInput
from consentkit.packets.incoming import Unreadable
from consentkit.problems import Problem

MOST_MESSAGES = 5000
"""Messages that a file may hold."""
MOST_PARTS = 600_000
"""Fields, and parts of fields, that a file may hold, empty ones too."""
LONGEST_SEGMENT = 128 * 1024
"""Bytes that a segment may have."""
_LINE_END = re.compile(rb"\r\n|\r|\n|\x1c")
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}(?![A-Za-z0-9])")
_HEADERS = (b"MSH", b"FHS", b"BHS", b"FTS", b"BTS")
_CHARACTER_SETS = {
    "": None,
    "ASCII": "utf-8",  # senders that never thought of it state this, and send what they have; UTF-8 covers both
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "8859/1": "iso-8859-1",
    "8859/2": "iso-8859-2",
    "8859/3": "iso-8859-3",
    "8859/4": "iso-8859-4",
    "8859/5": "iso-8859-5",
    "8859/6": "iso-8859-6",
    "8859/7": "iso-8859-7",
    "8859/8": "iso-8859-8",
    "8859/9": "iso-8859-9",
    "8859/15": "iso-8859-15",
    "WINDOWS-1252": "windows-1252",
}
"""What MSH-18 may say, with the encoding that it means."""
_LAYOUT = {".br": " ", ".sp": " ", ".fi": "", ".nf": "", ".ce": " ", "H": "", "N": ""}
"""What sequences of layout become in a text that is one line."""
_PLAIN = ("F", "S", "T", "R", "E")
_HEXADECIMAL = re.compile(r"X(?:[0-9A-Fa-f]{2})+")


@dataclass(frozen=True)
class Segment:
    """A segment of a message."""

    name: str
    line: int
    _fields: Any = field(repr=False)
    _message: Message = field(repr=False)

    def repetitions(self, number: int) -> list[Repetition]:
        """The repetitions of a field that are not empty."""
        if number >= len(self._fields):
            return []
        place = f"{self.name}-{number}"
        all_of_them = [Repetition(one, place, self._message) for one in self._fields[number]]
        return [one for one in all_of_them if not one.is_empty]

    def first(self, number: int) -> Repetition | None:
        """The only repetition of a field; None where it is empty. Raises Unreadable where there are several."""
        some = self.repetitions(number)
        if len(some) > 1:
            raise Unreadable(some[0].place, "has several values, and may have one")
        return some[0] if some else None

    def text(self, number: int, component: int = 1) -> str:
        """A component of a field that has one value; empty where there is none."""
        one = self.first(number)
        return one.text(component) if one else ""


@dataclass(frozen=True)
class Repetition:
    """One value of a field."""

    _value: Any = field(repr=False)
    place: str
    _message: Message = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is there, or what deletes a value."""
        return not any(self.text(number) for number in range(1, self.length + 1))

    @property
    def length(self) -> int:
        """How many components there are."""
        return 1 if isinstance(self._value, str) else len(self._value)

    def text(self, component: int = 1, part: int = 1) -> str:
        """A part of a component, as it is meant; empty where there is none. `""` means that there is none."""
        if component > self.length:
            return ""
        value = self._value if isinstance(self._value, str) else self._value[component - 1]
        parts = [value] if isinstance(value, str) else list(value)
        raw = str(parts[part - 1]) if part <= len(parts) else ""
        return "" if raw.strip() == '""' else self._message.unescaped(raw, self.place)


@dataclass
class Message:
    """A message."""

    line: int
    """The line on which it begins."""
    segments: list[Segment] = field(default_factory=list)
    _parsed: Any = None
    _encoding: str = "utf-8"

    def named(self, name: str) -> list[Segment]:
        """The segments of a name."""
        return [segment for segment in self.segments if segment.name == name]

    @property
    def header(self) -> Segment:
        """The first segment."""
        return self.segments[0]

    def unescaped(self, text: str, place: str) -> str:
        """A text without escape sequences. Raises Unreadable where the library would log."""
        mark = str(self._parsed.esc)
        pieces = text.split(mark)
        if len(pieces) % 2 == 0:
            raise Unreadable(place, "has an escape sequence without an end; send the message again")
        meanings = {name: meaning for one in pieces[1::2] for name, meaning in self._meaning(one, place)}
        return " ".join(str(self._parsed.unescape(text, meanings)).split())

    def _meaning(self, sequence: str, place: str) -> Iterator[tuple[str, str]]:
        """What a sequence means that the library does not know, or reads otherwise."""
        if sequence in _LAYOUT:
            yield sequence, _LAYOUT[sequence]
        elif re.fullmatch(r"\.(sp|sk|in|ti)[+-]?[0-9]{1,3}", sequence):
            yield sequence, " "
        elif _HEXADECIMAL.fullmatch(sequence):
            try:
                yield sequence, bytes.fromhex(sequence[1:]).decode(self._encoding)
            except UnicodeDecodeError:
                raise Unreadable(place, "has an escape sequence that is no text in its encoding") from None
        elif sequence not in _PLAIN:
            raise Unreadable(place, "has an escape sequence that can't be read, such as one that switches the alphabet")


@dataclass(frozen=True)
class MessageFile:
    """The messages of a file."""

    messages: tuple[Message, ...]
    notes: tuple[str, ...] = ()
    """What may be missing from the file."""


def read_messages(data: bytes, name: str, encoding: str) -> MessageFile:
    """Read the messages of a file. `encoding` is that of messages which don't say theirs.

    Raises InvalidInput for what is wrong with the file, and FileAccess where the library is not installed.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data.count(0) > len(data) / 4:
        raise _fault(name, None, "is written in UTF-16; write messages in UTF-8")
    if sum(map(data.count, (b"|", b"^", b"~", b"&"))) > MOST_PARTS:
        raise _fault(name, None, f"holds more than {MOST_PARTS:,} fields; split it up")
    counts = {b"BTS": 0, b"FTS": 0, b"BHS": 0, b"FHS": 0}
    groups: list[list[tuple[int, bytes]]] = []
    trailers: list[tuple[bytes, int]] = []
    in_batch = 0
    for line, text in _lines(data.removeprefix(codecs.BOM_UTF8)):
        kind = text[:3]
        if not _SEGMENT.match(text):
            message = "is no segment of HL7 v2; a line break within a field may have split one"
            raise _fault(name, line, message)
        if len(text) > LONGEST_SEGMENT:
            raise _fault(name, line, f"is a segment of more than {LONGEST_SEGMENT:,} bytes")
        if kind in counts:
            counts[kind] += 1
            in_batch = 0 if kind == b"BHS" else in_batch
            if kind == b"BTS":
                trailers.append((text, in_batch))
        elif kind == b"MSH":
            groups.append([(line, text)])
            in_batch += 1
        elif groups:
            groups[-1].append((line, text))
        else:
            raise _fault(name, line, "comes before the first message; a message begins with MSH")
    if not groups:
        raise _fault(name, None, "contains no message of HL7 v2")
    if len(groups) > MOST_MESSAGES:
        raise _fault(name, None, f"holds more than {MOST_MESSAGES:,} messages; split it up")
    messages = tuple(_message(group, name, encoding) for group in groups)
    return MessageFile(messages, tuple(_what_is_missing(counts, trailers)))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers, and without the frames of a transmission."""
    number, start = 1, 0
    for end in _LINE_END.finditer(data):
        if text := data[start : end.start()].strip(b"\x0b\x1c \t"):
            yield number, text
        number, start = number + (end.group() != b"\x1c"), end.end()
    if text := data[start:].strip(b"\x0b\x1c \t"):
        yield number, text


def _what_is_missing(counts: dict[bytes, int], trailers: list[tuple[bytes, int]]) -> Iterator[str]:
    if counts[b"FHS"] > counts[b"FTS"] or counts[b"BHS"] > counts[b"BTS"]:
        yield "it begins as a batch and has no end, so messages may be missing; have it written again"
    for text, count in trailers:
        stated = re.match(rb"BTS[^A-Za-z0-9]([0-9]+)", text)
        if stated and int(stated.group(1)) != count:
            yield f"a batch of it says that it holds {int(stated.group(1))} messages, and holds {count}"


def _message(group: list[tuple[int, bytes]], name: str, default: str) -> Message:
    """A message of its segments."""
    line, header = group[0]
    mark, separators = header[3:4], header[4:].split(header[3:4], 1)[0]
    if not 3 < len(separators) < 6 or len({*separators, *mark}) <= len(separators) or (mark + separators).isalnum():
        raise _fault(name, line, "does not state the separators of HL7 v2, such as ^~\\&", "MSH-2")
    encoding = _encoding(header.split(mark), name, line, default)
    try:
        text = "\r".join(segment.decode(encoding) for _, segment in group)
    except UnicodeDecodeError:
        advice = (
            f"contains characters that are not {encoding}; have the sender state its encoding, or set `hl7.encoding`"
        )
        raise _fault(name, line, f"{advice} in clinic.yaml", "MSH-18") from None
    parsed = _library().parse(text)
    message = Message(line, [], parsed, encoding)
    message.segments += [
        Segment(str(fields[0]), number, fields, message) for (number, _), fields in zip(group, parsed, strict=True)
    ]
    return message


def _encoding(fields: list[bytes], name: str, line: int, default: str) -> str:
    """The encoding that a message states, or the default one."""
    stated = fields[17].decode("ascii", "replace") if len(fields) > 17 else ""
    first = re.split(r"[~^]", stated)[0].strip().upper()
    if first not in _CHARACTER_SETS:
        raise _fault(name, line, "states an encoding that can't be read; have messages written in UTF-8", "MSH-18")
    known = _CHARACTER_SETS[first]
    return default if known is None or (first == "ASCII" and default != "utf-8") else known


def _library() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # version 0.4.5 has a text that newer Pythons complain of
            import hl7
    except ImportError:
        message = "files of HL7 v2 need the package hl7; install it with: pip install 'consentkit[hl7]'"
        raise FileAccess(message) from None
    return hl7


def _fault(name: str, line: int | None, message: str, place: str = "") -> InvalidInput:
    return InvalidInput([Problem(name, line, None, place, message)])
