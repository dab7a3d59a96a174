"""Files of visits as nearly all of them are written, read without the library of YAML.

Guarantees: a file that is read here is read alike by the ordinary way (`visits`), which has no complaint about it
and no remark; whatever might be read in another way there is not read here at all. No exception quotes the file.
"""

from __future__ import annotations

import csv
import json
import re

from consentkit.packets.columns import COLUMNS, REQUIRED
from consentkit.packets.plain_visits import LETTERS, PlainVisit

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from consentkit.packets.plain_visits import PlainValue

LARGEST_VISIT = 8 * 1024
"""Bytes of the largest file of one visit that is read here."""
LARGEST_DAY = 1024**2
"""Bytes of the largest schedule that is read here."""
_MOST_ROWS = 2000

_TEXT = re.compile("[\n -~À-ÖØ-öø-ÿ’]*")
_COMMENT = re.compile("#[^#]*")
_WORDS = rf"[{LETTERS}0-9][{LETTERS}0-9'’./()-]*(?: [{LETTERS}0-9][{LETTERS}0-9'’./()-]*)*"
_IN_QUOTES = rf"""'[{LETTERS}0-9 ’.,:/()-]*'|"[{LETTERS}0-9 '’.,:/()-]*\""""
_TIME = "[0-9]{2}:[0-9]{2}"
_SCALAR = rf"{_TIME}|{_WORDS}(?:, {_WORDS})*|{_IN_QUOTES}"
_IN_BRACKETS = rf"{_WORDS}|{_IN_QUOTES}"
_ENTRY = rf"[a-z_]+: (?:{_IN_BRACKETS})"
_LIST = re.compile(rf"\[(?:(?:{_IN_BRACKETS})(?:, (?:{_IN_BRACKETS}))*)?\]")
_MAPPING = re.compile(rf"\{{{_ENTRY}(?:, {_ENTRY})*\}}")
_KEY_AND_TEXT = re.compile(rf"([a-z_]+): ({_SCALAR})")
_KEY_AND_BRACKETS = re.compile(r"([a-z_]+): ([\[{].*[\]}])")
_KEY = re.compile("[a-z_]+")
_KEY_ALONE = re.compile("([a-z_]+):")
_ITEM = re.compile(rf"- ({_IN_BRACKETS})")
_EACH_ENTRY = re.compile(rf"([a-z_]+): ({_IN_BRACKETS})")
_EACH_ITEM = re.compile(_IN_BRACKETS)
_NOTHING = {"null", "Null", "NULL"}


def visit_in_yaml(data: bytes) -> PlainVisit:
    """The visit of a file in YAML, or in JSON, which is YAML, too. Raises ValueError where it is not plain."""
    if len(data) > LARGEST_VISIT:
        raise ValueError("is too large")
    text = data.decode()
    if not _TEXT.fullmatch(text):
        raise ValueError("has other characters")
    return PlainVisit(_in_json(text) if text.startswith("{") else _in_lines(text.split("\n")), "yaml")


def visit_in_schedule(data: bytes, number: str) -> PlainVisit:
    """The visit with a number in a schedule. Raises ValueError where the schedule, or that visit, is not plain.

    It is plain only if no other visit of the schedule has the same number, patient or record number.
    """
    if len(data) > LARGEST_DAY:
        raise ValueError("is too large")
    lines = data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n").split("\n")
    names, *rows = [_cells(line) for line in lines if line.strip(' \t,;"')]
    if not rows or len(rows) > _MOST_ROWS or len(set(names)) < len(names):
        raise ValueError("has no visit, too many of them, or a column twice")
    if not set(REQUIRED) <= set(names) <= COLUMNS.keys():
        raise ValueError("has other columns")
    own: list[Mapping[str, str]] = []
    others: list[Mapping[str, str]] = []
    for row in rows:
        filled = dict(zip(names, row, strict=True))
        (own if filled["visit"] == number else others).append(filled)
    (cells,) = own
    fields: dict[str, PlainValue] = {".".join(map(str, COLUMNS[name])): cell for name, cell in cells.items() if cell}
    visit = PlainVisit(fields, "csv")
    if any(not all(map(other.__getitem__, REQUIRED)) or _may_be_same(other, visit) for other in others):
        raise ValueError("has another visit that this one may have to do with")
    return visit


# --- lines of YAML ---


def _in_json(text: str) -> dict[str, PlainValue]:
    """The fields of a visit in JSON. Raises ValueError."""
    if "\\" in text or "#" in text:
        raise ValueError("has an escape, or what may be a comment")
    data = json.loads(text, object_pairs_hook=_each_once, parse_int=_refused, parse_float=_refused)
    return dict(_flat(data.items(), ""))


def _flat(entries: Iterable[tuple[str, object]], before: str) -> Iterator[tuple[str, PlainValue]]:
    for key, value in entries:
        if not _KEY.fullmatch(key):  # with a point, it would be taken for the path of a field
            raise ValueError("has a key that is none")
        path = f"{before}{key}"
        if isinstance(value, bool):
            yield path, "true" if value else "false"
        elif isinstance(value, dict) and value and not before:
            yield from _flat(value.items(), f"{path}.")
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            yield path, tuple(value)
        elif isinstance(value, str):
            yield path, value
        else:
            raise ValueError("has a value of another kind")


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("has a key twice")
    return entries


def _refused(_: str) -> object:
    raise ValueError("has a number")


def _in_lines(lines: Sequence[str]) -> dict[str, PlainValue]:
    """The fields of a visit in YAML, of which each key is on a line of its own. Raises ValueError."""
    fields: dict[str, PlainValue] = {}
    written = [line for line in lines if line and not _COMMENT.fullmatch(line)]
    place = 0
    while place < len(written):
        line, place = written[place], place + 1
        if alone := _KEY_ALONE.fullmatch(line):
            first, mark = place, written[place][:2] if place < len(written) else ""
            while place < len(written) and written[place].startswith(mark):
                place += 1
            _set_below(fields, alone[1], mark, written[first:place])
        else:
            _set_line(fields, line)
    return fields


def _set_below(fields: dict[str, PlainValue], key: str, mark: str, below: Sequence[str]) -> None:
    """Set what the lines below a key have, which all begin with the same mark: a list, or a mapping."""
    if mark not in {"- ", "  "}:
        raise ValueError("has a key without a value, or lines of another form")
    lines = below if mark == "- " else [line[2:] for line in below]
    items = [_ITEM.fullmatch(line) for line in lines]
    if all(items):
        _require_new(fields, key)
        _set(fields, key, tuple(_text(item[1]) for item in items if item))
        return
    entries = [_KEY_AND_TEXT.fullmatch(line) for line in lines]
    if not all(entries) or mark == "- ":
        raise ValueError("has a line of another form")
    _require_new(fields, key)
    for entry in entries:
        if entry:
            _set(fields, f"{key}.{entry[1]}", _text(entry[2]))


def _set_line(fields: dict[str, PlainValue], line: str) -> None:
    """Set what a line has: a text, a list or a mapping."""
    if entry := _KEY_AND_TEXT.fullmatch(line):
        _require_new(fields, entry[1])
        _set(fields, entry[1], _text(entry[2]))
        return
    entry = _KEY_AND_BRACKETS.fullmatch(line)
    if entry:
        _require_new(fields, entry[1])
    if entry and _LIST.fullmatch(entry[2]):
        _set(fields, entry[1], tuple(map(_text, _EACH_ITEM.findall(entry[2]))))
    elif entry and _MAPPING.fullmatch(entry[2]):
        for key, value in _EACH_ENTRY.findall(entry[2]):
            _set(fields, f"{entry[1]}.{key}", _text(value))
    else:
        raise ValueError("has a line of another form")


def _require_new(fields: Mapping[str, PlainValue], key: str) -> None:
    """Raise ValueError for a key that is there already."""
    if key in fields or any(path.startswith(f"{key}.") for path in fields):
        raise ValueError("has a key twice")


def _set(fields: dict[str, PlainValue], path: str, value: PlainValue) -> None:
    if path in fields:
        raise ValueError("has a key twice")
    fields[path] = value


def _text(scalar: str) -> str:
    if scalar in _NOTHING:
        raise ValueError("has a word that means nothing")
    return scalar[1:-1] if scalar[0] in "'\"" else scalar


# --- rows of a schedule ---


def _cells(line: str) -> list[str]:
    """The cells of a row. Raises ValueError."""
    if not _TEXT.fullmatch(line):
        raise ValueError("has other characters")
    try:
        (cells,) = csv.reader([line], strict=True)
    except csv.Error:
        raise ValueError("has a quotation mark that does not match") from None
    return [cell.strip() for cell in cells]


def _may_be_same(other: Mapping[str, str], visit: PlainVisit) -> bool:
    """Whether another visit has the number, the patient or the record number of this one."""
    return (
        other["visit"].casefold() == visit.number.casefold()
        or other["record_number"].casefold() == visit.record.casefold()
        or other["patient_name"].casefold() == visit.name.casefold()
    )
