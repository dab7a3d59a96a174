"""A row of somebody else's table becomes the columns of a schedule.

Guarantees: each of our columns is filled by what clinic.yaml states, or left out with the reason; two cells that say
different things fill nothing; no reason quotes a cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from consentkit.model.mapping import (
    PLACE_IN_TEMPLATE,
    CodesColumn,
    ColumnSource,
    DayColumn,
    NameColumn,
    ScheduleFormat,
    TextColumn,
    TimeColumn,
    VisitColumn,
    header_key,
)
from consentkit.packets.cells import spoilt_by_a_program
from consentkit.packets.filled_row import FilledRow
from consentkit.packets.made_numbers import made_number
from consentkit.packets.mapping.codes import (
    SplitCodes,
    first_code,
    is_billed_code,
    modified_by_text,
    split_codes,
    split_modifiers,
)
from consentkit.packets.mapping.days import HAS_ZONE, has_zone, read_day, read_time, read_whole_day
from consentkit.packets.mapping.names import NameReading, read_name
from consentkit.packets.mapping.outcome import Outcome, unclear, unknown
from consentkit.packets.mapping.record_numbers import one_record_number
from consentkit.packets.mapping.translate import matches, translated
from consentkit.packets.needs import Need
from consentkit.problems import Problem
from consentkit.reading.tables import TableRow

_STAFF = ("clinician", "trainee", "supervisor")
"""Whose credentials have a column of their own."""
_UNTRANSLATED = "is a text that clinic.yaml does not translate; add it to `translate` for this column there"
_NO_CODE = (
    "is neither a code nor a text that clinic.yaml translates; add it to `translate` for `procedures` there, with the "
    "codes that it means"
)
_OFF = re.compile(
    r"cancel|no.?show|delet|resched|declin|did ?n[o'’]t|was not|not attend|left (?:w|before|ama)|moved|missed|withdrawn"
    r"|failed to|turned away|postpon|void|absent|deceased|no asist|no (?:vino|acud|se present)|ausente|aplaz|anulad"
    r"|abgesagt|storn|annul|entf[aä]ll|verschob|nicht erschienen|versäumt|reporté"
    r"|\b(?:cx(?:l?d?)|can[cx]|ns|n/s|dna|dnka|dns|lw(?:o)?bs|fta|wnb|r/s)\b",
    re.IGNORECASE,
)
"""Signs of a visit that does not take place."""
_SOUNDS_OFF = (
    "sounds as if the visit does not take place, but `skip` in clinic.yaml does not list it; see, and list it there if "
    "that is what it means"
)
_KEPT_AS_TEXT = re.compile(r'="([^"=]*)"')
"""How programs keep the zeros of a number from a spreadsheet: ="000123"."""
_NO_MODIFIER = "is a column of modifiers, but holds something else; correct it"
_IN_PERSON = "states in person, although a modifier of the codes means telehealth; correct one of them"

_MAY_BE_TELEHEALTH = (
    "is not certain, since a text with a code may have a modifier that means telehealth (93, 95, FQ, GT) in it; state "
    "the place, or let the program write modifiers directly behind the code, as in 90837-95"
)


@dataclass(eq=False, repr=False)
class FormatReader:
    """Reads rows in a format below a header."""

    format: ScheduleFormat
    header: Sequence[str]
    _places: dict[str, int] = field(init=False, repr=False)
    _counts: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._places = {header_key(name): place for place, name in reversed(list(enumerate(self.header)))}

    def is_line(self, row: TableRow) -> bool:
        """Whether a line is no row, such as a sum, as the format states."""
        first = next((cell.strip() for cell in row.cells if cell.strip()), "")
        return matches(first, self.format.skip_lines)

    def is_header(self, row: TableRow) -> bool:
        """Whether a line names the columns once more, as on the next page of a printed list."""
        return [header_key(cell) for cell in row.cells] == [header_key(name) for name in self.header]

    def fault_of_skip(self, row: TableRow) -> str:
        """Why it can't be known whether a row is to be skipped; empty where it can."""
        places = [self._places[header_key(name)] for name in self.format.skip]
        return next((row.faults[place] for place in places if place in row.faults), "")

    def is_skipped(self, row: TableRow) -> bool:
        """Whether a row is no visit, as the format states."""
        return any(matches(self._cell(row, name), patterns) for name, patterns in self.format.skip.items())

    def warnings_of(self, row: TableRow, name: str) -> tuple[Problem, ...]:
        """States of a row that is read although it sounds as if the visit does not take place."""
        columns = [self._places[header_key(header)] + 1 for header in self.format.skip if self._sounds_off(row, header)]
        return tuple(Problem(name, row.line, column, "", _SOUNDS_OFF, severity="warning") for column in columns)

    def _sounds_off(self, row: TableRow, header: str) -> bool:
        return _OFF.search(self._cell(row, header)) is not None

    def read(self, row: TableRow) -> FilledRow:
        """What a row fills. Read those that are skipped, too, so that the numbers of those after them stay the same."""
        mapped = FilledRow(row.line, is_mapped=True)
        read: list[SplitCodes] = []
        for name, source in self.format.columns.sources().items():
            if isinstance(source, CodesColumn):
                read += self._fill_codes(row, name, source, mapped)
            elif name != "visit":
                self._fill(row, name, source, mapped)
        if any(one.are_telehealth for one in read):
            self._fill_telehealth(mapped)
        elif any(one.may_be_telehealth for one in read):
            self._ask_for_place(mapped)
        if self.format.columns.visit:
            self._fill_visit(row, self.format.columns.visit, mapped)
        return mapped

    def _fill(self, row: TableRow, name: str, source: ColumnSource, mapped: FilledRow) -> None:
        if not self._can_be_read(row, name, source, mapped):
            return
        match source:
            case DayColumn():
                self._put(row, name, source.source, self._day(row, name, source), mapped)
            case TimeColumn():
                self._put(row, name, source.source, self._time(row, source), mapped)
            case NameColumn():
                self._fill_name(row, name, source, mapped)
            case TextColumn():
                outcome = self._text(row, source)
                if name == "record_number" and outcome.text and not source.fixed:
                    outcome = self._record_number(row, source, outcome.text)
                self._put(row, name, source.source, outcome, mapped)

    def _can_be_read(self, row: TableRow, name: str, source: ColumnSource, mapped: FilledRow) -> bool:
        """Note which column of the file a column of ours is from, and what is wrong with its cells, if anything is."""
        places = [self._places[header_key(header)] for header in source.headers()]
        if places:
            mapped.columns[name] = places[0] + 1
        for place in places:
            text = row.cells[place] if place < len(row.cells) else ""
            if fault := row.faults.get(place) or spoilt_by_a_program(text) or _broken(text):
                mapped.columns[name] = place + 1
                mapped.faults[name] = fault
                return False
        return True

    def _put(self, row: TableRow, name: str, header: str | None, outcome: Outcome, mapped: FilledRow) -> None:
        """Note what came of a column."""
        if outcome.fault:
            mapped.faults[name] = outcome.fault
        elif outcome.text:
            mapped.filled.setdefault(name, outcome.text)
        if outcome.reason:
            given = self._cell(row, header) if header else ""
            mapped.needs[name] = Need(name, outcome.reason, mapped.columns.get(name), given)

    # --- kinds of columns ---

    def _day(self, row: TableRow, name: str, source: DayColumn) -> Outcome:
        cell = self._cell(row, source.source)
        if not cell:
            return Outcome()
        time = self.format.columns.time
        holds_time = time is not None and header_key(time.source) == header_key(source.source)
        read = read_day if name == "date" and holds_time else read_whole_day
        pattern, years_from = source.form or self.format.dates, self.format.two_digit_years_from
        outcome = read(cell, pattern, years_from, of_birth=name == "date_of_birth")
        return unclear(HAS_ZONE) if read is read_day and has_zone(cell, outcome.rest) else outcome

    def _time(self, row: TableRow, source: TimeColumn) -> Outcome:
        cell, date = self._cell(row, source.source), self.format.columns.date
        if date is not None and header_key(date.source) == header_key(source.source):
            day = read_day(cell, date.form or self.format.dates, self.format.two_digit_years_from)
            if has_zone(cell, day.rest):
                return unclear(HAS_ZONE)
            cell = "" if day.fault else day.rest.strip()  # what is wrong with the day is said of the day
        return read_time(cell, source.form or self.format.times) if cell else Outcome()

    def _text(self, row: TableRow, source: TextColumn) -> Outcome:
        if source.fixed:
            return Outcome(source.fixed)
        cell = " ".join(filter(None, (self._cell(row, name) for name in source.headers())))
        if not source.translate:
            return Outcome(cell)
        known = translated(cell, source.translate)
        if known is not None:
            return Outcome(known)
        return unknown(_UNTRANSLATED) if cell and source.unknown == "ask" else Outcome(cell)

    def _record_number(self, row: TableRow, source: TextColumn, text: str) -> Outcome:
        """A record number; where it is joined of several columns, none of them may hold several."""
        if not source.join:
            return one_record_number(text)
        parts = filter(lambda part: re.search("[0-9]", part), (self._cell(row, header) for header in source.join))
        read = [one_record_number(part) for part in parts] or [one_record_number(text)]
        return next((one for one in read if one.fault), Outcome(text))

    def _fill_name(self, row: TableRow, name: str, source: NameColumn, mapped: FilledRow) -> None:
        parts = [self._cell(row, header) for header in source.headers()]
        whole = " ".join(filter(None, parts))
        stated = None if source.fixed else translated(whole, source.translate)
        if stated == "":
            return  # clinic.yaml says that this text names nobody
        known = Outcome(source.fixed or stated or "")
        if not known.text and source.join and len(list(filter(None, parts))) == 1:
            self._put(row, name, None, unclear("has only one of the parts of a name; give the whole name"), mapped)
            return
        if not known.text and whole:
            known = self._read_name(whole, name, source)
        self._put(row, name, source.source, known, mapped)
        if name in _STAFF and known.rest:
            mapped.filled.setdefault(f"{name}_credentials", known.rest)

    def _read_name(self, whole: str, name: str, source: NameColumn) -> Outcome:
        if source.translate and not source.form and source.unknown == "ask":
            return unknown(_UNTRANSLATED)
        return read_name(whole, NameReading(source.form, name in _STAFF, self.format.credentials or ()))

    def _fill_codes(self, row: TableRow, name: str, source: CodesColumn, mapped: FilledRow) -> list[SplitCodes]:
        """Fill in the codes. Returns what the cells hold."""
        if not self._can_be_read(row, name, source, mapped):
            return []
        codes: list[str] = list(source.fixed or ())
        read: list[SplitCodes] = []
        for header in [source.source] if source.source else source.join:
            known = _codes_of(self._cell(row, header), source)
            if known is None:
                mapped.columns[name] = self._places[header_key(header)] + 1
                self._put(row, name, header, unknown(_NO_CODE), mapped)
                return []
            codes += known.codes
            read.append(known)
        for header in source.modifiers:
            split = split_modifiers(self._cell(row, header))
            if split is None:
                mapped.columns[name] = self._places[header_key(header)] + 1
                self._put(row, name, header, Outcome(fault=_NO_MODIFIER), mapped)
                return []
            read.append(SplitCodes(modifiers=split))
        self._put(row, name, None, Outcome(" ".join(codes)), mapped)
        return read

    def _fill_telehealth(self, mapped: FilledRow) -> None:
        """The place of a visit with a modifier that means telehealth."""
        if "place" in mapped.faults:
            return
        if mapped.filled.setdefault("place", "telehealth").casefold() != "telehealth":
            mapped.faults["place"] = _IN_PERSON
            mapped.needs["place"] = Need("place", "conflict", mapped.columns.get("place"), mapped.filled.pop("place"))

    def _ask_for_place(self, mapped: FilledRow) -> None:
        """Ask about the place of a visit that may have such a modifier, unless it is telehealth anyway."""
        if "place" not in mapped.faults and mapped.filled.get("place", "").casefold() != "telehealth":
            mapped.faults["place"] = _MAY_BE_TELEHEALTH
            mapped.needs["place"] = Need(
                "place", "unclear", mapped.columns.get("place"), mapped.filled.pop("place", "")
            )

    def _fill_visit(self, row: TableRow, source: VisitColumn, mapped: FilledRow) -> None:
        """The number of the visit, which may be counted by the day."""
        if self._can_be_read(row, "visit", source, mapped):
            number = self._number(row, source, mapped.filled.get("date", ""))
            self._put(row, "visit", None, Outcome(number), mapped)

    def _number(self, row: TableRow, source: VisitColumn, date: str) -> str:
        if source.count:
            count = self._counts[date] = self._counts.get(date, 0) + 1
            return f"{source.count}{date.replace('-', '')}-{count:02}" if date else ""
        cells = {header: self._cell(row, header) for header in source.headers()}
        if not all(cells.values()):
            return ""
        if source.made_of:
            return made_number(*cells.values())
        if not source.template:
            return cells[source.source or ""]
        return PLACE_IN_TEMPLATE.sub(lambda match: cells[match[1]], source.template)

    # --- cells ---

    def _cell(self, row: TableRow, header: str) -> str:
        place = self._places[header_key(header)]
        text = " ".join(row.cells[place].split()) if place < len(row.cells) else ""
        kept = _KEPT_AS_TEXT.fullmatch(text)
        return kept[1].strip() if kept else text


def _broken(text: str) -> str:
    """What is wrong with a cell of several lines, which may hold several things."""
    return "contains a line break; take it out" if re.search(r"[\r\n]", text.strip()) else ""


def _codes_of(cell: str, source: CodesColumn) -> SplitCodes | None:
    """The codes and the modifiers that a cell means; None where nobody has stated it."""
    known = translated(cell, source.translate)
    if known is not None:
        return modified_by_text(tuple(known), cell)
    if not cell:
        return SplitCodes()
    if source.form == "code first":
        return first_code(cell)
    return split_codes(cell) if not source.translate or is_billed_code(cell) else None
