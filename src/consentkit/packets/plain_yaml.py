"""The lines of a visit in YAML as nearly everybody writes them: each key on a line of its own.

Guarantees: a file that is read here is read alike by the ordinary way (`visits`), which has no complaint about it, and
no remark; whatever might be read in another way there is not read here at all. No exception quotes the file.
"""

from __future__ import annotations

import re

from consentkit.packets.plain_visits import LETTERS

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from consentkit.packets.plain_visits import PlainValue

_KEY = re.compile("[a-z_]+")
_TEXT = rf"[{LETTERS}0-9][{LETTERS}0-9'’./()-]*(?: [{LETTERS}0-9][{LETTERS}0-9'’./()-]*)*"
_IN_QUOTES = rf"""'[{LETTERS}0-9 ’.,:/()-]*'|"[{LETTERS}0-9 '’.,:/()-]*\""""
_SCALAR = re.compile(rf"[0-9]{{2}}:[0-9]{{2}}|{_TEXT}(?:, {_TEXT})*|{_IN_QUOTES}")
"""A text on the line of its key."""
_IN_BRACKETS = re.compile(f"{_TEXT}|{_IN_QUOTES}")
"""A text in a list or a mapping."""
_NEXT = ", "
_NOTHING = {"null", "Null", "NULL"}


def fields_in_lines(lines: Sequence[str]) -> dict[str, PlainValue]:
    """The fields of a visit, by their paths. Raises ValueError for whatever may be read in another way."""
    fields: dict[str, PlainValue] = {}
    written = [line for line in lines if line and not (line[0] == "#" and line.count("#") == 1)]
    place = 0
    while place < len(written):
        line, place = written[place], place + 1
        key, colon, rest = line.partition(":")
        if not colon or not _KEY.fullmatch(key) or key in fields or any(path.startswith(f"{key}.") for path in fields):
            raise ValueError("has a line of another form, or a key twice")
        if rest:
            fields |= _on_line(key, rest)
            continue
        first, mark = place, written[place][:2] if place < len(written) else ""
        while place < len(written) and written[place].startswith(mark):
            place += 1
        fields |= _below(key, mark, written[first:place])
    return fields


def _on_line(key: str, rest: str) -> dict[str, PlainValue]:
    """What a key has on its own line: a text, a list or a mapping."""
    value = rest[1:]
    if rest[0] != " " or not value:
        raise ValueError("has a line of another form")
    if value[0] == "[" and value[-1] == "]":
        return {key: tuple(_text(item) for item in _several(value[1:-1]))}
    if value[0] == "{" and value[-1] == "}":
        return _mapping(key, list(_entries(value[1:-1])))
    if not _SCALAR.fullmatch(value):
        raise ValueError("has a text of another form")
    return {key: _text(value)}


def _below(key: str, mark: str, lines: Sequence[str]) -> dict[str, PlainValue]:
    """What a key has on the lines below it, which all begin with the same mark: a list, or a mapping."""
    if mark not in {"- ", "  "}:
        raise ValueError("has a key without a value, or lines of another form")
    inner = lines if mark == "- " else [line[2:] for line in lines]
    if all(line.startswith("- ") for line in inner):
        return {key: tuple(_text(_whole(line[2:], _IN_BRACKETS)) for line in inner)}
    return _mapping(key, [(name, _whole(text, _SCALAR)) for name, text in map(_cut, inner)])


def _several(inner: str) -> Iterator[str]:
    """The texts of a list in brackets."""
    place = 0
    while item := _IN_BRACKETS.match(inner, place):
        yield item[0]
        place = item.end()
        if place < len(inner):
            if not inner.startswith(_NEXT, place):
                break
            place += len(_NEXT)
    if place != len(inner) or inner.endswith(_NEXT):
        raise ValueError("has a list of another form")


def _entries(inner: str) -> Iterator[tuple[str, str]]:
    """The entries of a mapping in brackets."""
    place = 0
    while place < len(inner):
        name, _ = _cut(inner[place:])
        text = _IN_BRACKETS.match(inner, place + len(name) + 2)
        if not text:
            raise ValueError("has a mapping of another form")
        yield name, text[0]
        place = text.end()
        if place < len(inner):
            if not inner.startswith(_NEXT, place) or place + len(_NEXT) == len(inner):
                raise ValueError("has a mapping of another form")
            place += len(_NEXT)


def _mapping(key: str, entries: Sequence[tuple[str, str]]) -> dict[str, PlainValue]:
    if not entries or len(dict(entries)) < len(entries):
        raise ValueError("has a key twice, or an empty mapping")
    return {f"{key}.{name}": _text(text) for name, text in entries}


def _cut(entry: str) -> tuple[str, str]:
    """An entry, cut behind its key."""
    name, colon, text = entry.partition(": ")
    if not colon or not _KEY.fullmatch(name):
        raise ValueError("has an entry of another form")
    return name, text


def _whole(text: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text):
        raise ValueError("has a text of another form")
    return text


def _text(scalar: str) -> str:
    """What a text says. Raises ValueError for a word that means nothing in YAML."""
    if scalar in _NOTHING:
        raise ValueError("has a word that means nothing")
    return scalar[1:-1] if scalar[0] in "'\"" else scalar
