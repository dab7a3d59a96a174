"""Text that YAML drops silently: what follows a `#`, and entries that an open quotation mark swallows.

Guarantees: what an author wrote as text is either part of a value or reported. A `#` begins a comment in YAML wherever
white space precedes it, also where somebody means `Suite #200`; so a comment is accepted only where it can't be text:
on a line of its own that is not indented like more text, or, with a space after the `#`, after a value in quotation
marks or brackets, or after a key whose value follows below. Text within quotation marks is indented more than its key
(YAML 1.2.2, 7.3.1 and 6.3), which the parser does not require: otherwise a mark that is not closed takes the next
entries into the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import yaml

Position = tuple[int, int]
"""Line and column, both counted from 1."""

_COMMENT = re.compile(r"#[^\n]*")
_HEADER = re.compile(r"[|>][^\s#]*([ \t]*)(#[^\n]*)")
"""The first line of a block of text, with the comment behind the `|` or `>`."""
_QUOTATION_MARKS = frozenset("'\"")
_NUMBER = re.compile(r"#\d")
_REMARK = re.compile(r"#+(\s|$)")
"""The start of a comment that nobody takes for a number, as they would `#200`."""

_TO_QUOTE = "put the text in quotation marks"
_CUT_SHORT = f"ends before this `#`, and what follows is lost as a comment; {_TO_QUOTE}, or "
_ON_ITS_LINE = f"{_CUT_SHORT}the comment on a line of its own"
_BELOW = f"{_CUT_SHORT}begin the comment no further to the right than the entry that it follows"
_EMPTY = f"has no text, since what follows `#` is lost as a comment; {_TO_QUOTE}, or delete the entry"
_NO_REMARK = f"is lost, since `#` begins a comment; {_TO_QUOTE}, or write a space before and after the `#` of a comment"

_COLLECTIONS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_PROPERTIES = (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)
_FLOW_STARTS = (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
_FLOW_ENDS = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_BLOCK_STARTS = (yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken)
_INDICATORS = (yaml.ValueToken, yaml.BlockEntryToken, yaml.KeyToken)


class Loss(NamedTuple):
    """Text that would be lost."""

    position: Position
    """Where to look."""
    values: tuple[Position, ...]
    """Where the value that would lose it may begin; the parser puts an empty one before or after the comment."""
    message: str
    swallows_entries: bool = False
    """Whether everything after it is read as something else than was meant."""


@dataclass
class _TokenPlace:
    """The token that was read last, and what is around it."""

    token: yaml.Token
    indents: list[int]
    """The columns of the mappings and lists around it, counted from 0."""
    brackets: int = 0
    seen: int = 0
    """The index up to which comments have been checked."""

    @property
    def is_plain(self) -> bool:
        return isinstance(self.token, yaml.ScalarToken) and not self.token.style

    @property
    def is_block(self) -> bool:
        return isinstance(self.token, yaml.ScalarToken) and self.token.style in {"|", ">"}

    @property
    def value(self) -> tuple[Position, ...]:
        """Where the value begins that would continue after this token."""
        if isinstance(self.token, yaml.ScalarToken):
            return (_position(self.token.start_mark),)
        return (_position(self.token.end_mark),) if isinstance(self.token, _INDICATORS) else ()

    def holds(self, column: int) -> bool:
        """Whether text in a column, counted from 0, may be meant for the same entry: no entry begins in that column."""
        return self.brackets > 0 or column not in (0, *self.indents)

    def enter(self, token: yaml.Token) -> None:
        """Go on to the next token."""
        if isinstance(token, _BLOCK_STARTS):
            self.indents.append(token.start_mark.column)
        elif isinstance(token, yaml.BlockEndToken):
            self.indents.pop()
        elif isinstance(token, _FLOW_STARTS):
            self.brackets += 1
        elif isinstance(token, _FLOW_ENDS):
            self.brackets -= 1
        if token.end_mark.index > token.start_mark.index:  # the others only state how what follows is nested
            self.token = token


class Watch:
    """Watches a text being read to know whether `losses` must look at it too, which takes as long as reading it.

    Nothing is lost where each `#` begins a line outside of brackets, and no text in quotation marks has several lines:
    each comment then begins in a column where no text continues, and no quotation mark is left open. This is certain
    only where the text has been read to its end.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.needs_scan = text.count("#") > text.count("\n#") + text.startswith("#")
        """Whether something could be lost, as far as the text has been read."""

    def see_quoted(self, event: yaml.ScalarEvent) -> None:
        """Look at a text in quotation marks."""
        if event.start_mark.line != event.end_mark.line:
            self.needs_scan = True

    def see_brackets(self, start: yaml.CollectionStartEvent, end: yaml.CollectionEndEvent) -> None:
        """Look at a mapping or a list in brackets."""
        has_comment = self._text.find("#", start.start_mark.index, end.end_mark.index) >= 0
        self.needs_scan = self.needs_scan or has_comment


def losses(text: str, loader: type) -> Iterator[Loss]:
    """Find what would be lost of a text whose lines end in line feeds, as far as the scanner understands it."""
    lines = text.split("\n")
    try:
        tokens = yaml.scan(text, Loader=loader)
        place = _TokenPlace(next(tokens), [-1])
        for token in tokens:
            yield from _behind(place, token, text)
            if isinstance(token, yaml.ScalarToken):
                yield from _in_header(token, text)
                if (last := _swallowed(token, place, lines)) is not None:
                    yield _unclosed(token, last)
                    return
            place.enter(token)
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeError):
        return  # the parser will report it


def _behind(place: _TokenPlace, after: yaml.Token, text: str) -> Iterator[Loss]:
    """Look at the comments between a token and the one after it."""
    start, end = place.token.end_mark.index, after.start_mark.index
    if start < place.seen or isinstance(place.token, yaml.StreamStartToken):
        return
    place.seen = end
    between = text[start:end]
    first_line = between.partition("\n")[0] if not place.is_block else ""
    for match in _COMMENT.finditer(between):
        column = start + match.start() - (text.rfind("\n", 0, start + match.start()) + 1)
        is_behind, is_apart = match.start() < len(first_line), match.start() > 0
        if message := _complaint(place, after, match[0], column, is_behind=is_behind, is_apart=is_apart):
            line = place.token.end_mark.line + between.count("\n", 0, match.start())
            yield Loss((line + 1, column + 1), (*place.value, *_value_after(after, message)), message)


def _complaint(
    place: _TokenPlace, after: yaml.Token, comment: str, column: int, *, is_behind: bool, is_apart: bool
) -> str | None:
    """What is wrong with a comment; None where it can't be text."""
    if not is_behind and not place.holds(column):
        is_number = column > 0 and _NUMBER.match(comment) is not None
        return _NO_REMARK if is_number and (place.is_plain or place.is_block) else None
    if place.is_plain:
        return _ON_ITS_LINE if is_behind else _BELOW
    if place.is_block:
        return _BELOW
    if isinstance(place.token, _INDICATORS):
        if _is_empty(place.token, after):
            return _EMPTY
        if not is_behind and not isinstance(after, yaml.ScalarToken):
            return None  # an entry that was commented out, above the first one that was not
    return None if is_apart and _REMARK.match(comment) else _NO_REMARK


def _value_after(after: yaml.Token, message: str) -> Iterator[Position]:
    if message == _EMPTY or isinstance(after, yaml.ScalarToken):
        yield _position(after.start_mark)


def _is_empty(indicator: yaml.Token, after: yaml.Token) -> bool:
    """Whether no value follows a `:`, a `-` or a `?`."""
    if isinstance(after, yaml.BlockEntryToken):
        return not isinstance(indicator, yaml.ValueToken)
    return not isinstance(after, (yaml.ScalarToken, *_COLLECTIONS, *_PROPERTIES))


def _in_header(token: yaml.ScalarToken, text: str) -> Iterator[Loss]:
    """Look at the comment after the `|` or `>` of a block of text."""
    header = _HEADER.match(text, token.start_mark.index) if token.style in {"|", ">"} else None
    if header and (not token.value.strip() or not header[1] or not _REMARK.match(header[2])):
        line, column = _position(token.start_mark)
        message = _NO_REMARK if token.value.strip() else _EMPTY
        yield Loss((line, column + header.start(2) - header.start()), ((line, column),), message)


def _swallowed(token: yaml.ScalarToken, place: _TokenPlace, lines: list[str]) -> int | None:
    """The first line, counted from 1, of a text in quotation marks that belongs to another entry, if there is one."""
    if token.style not in _QUOTATION_MARKS:
        return None
    for number in range(token.start_mark.line + 1, token.end_mark.line + 1):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= place.indents[-1]:
            return number + 1
    return None


def _unclosed(token: yaml.ScalarToken, line: int) -> Loss:
    where = _position(token.start_mark)
    advice = "close it where the text ends; a line that belongs to the text must be indented more than its key"
    if token.style == "'":
        advice += "; put text that begins with an apostrophe in double quotation marks"
    message = f"opens a quotation mark that is not closed before the next entry, on line {line}; {advice}"
    return Loss(where, (where,), message, swallows_entries=True)


def _position(mark: yaml.Mark) -> Position:
    return mark.line + 1, mark.column + 1
