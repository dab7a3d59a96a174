"""A visit that is read ahead of the program is the one that the ordinary way reads, or is left to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.errors import InvalidInput
from consentkit.model.visit import Visit
from consentkit.packets.columns import COLUMNS
from consentkit.packets.pairing import has_one_in_two_roles
from consentkit.packets.plain_files import visit_in_yaml
from consentkit.packets.plain_schedules import visit_in_schedule
from consentkit.packets.plain_visits import DECIDING, LETTERS, MAY_DIFFER, PlainVisit
from consentkit.packets.printable_names import has_all_letters
from consentkit.packets.visit_kinds import AS_THEY_ARE, ONLY_WHETHER, kind_of
from consentkit.packets.visits import VisitEntry, read_visits
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.lines.common import common_letters
from kit.thorough import examples

FIELDS: dict[str, Any] = {
    "visit": "V-1001",
    "date": "2026-11-23",
    "time": "08:00",
    "patient.name": "Siobhán O’Keeffe-Martínez",
    "patient.born": "1984-07-09",
    "patient.record": "MR-20417",
    "language": "en",
    "procedures": ("90837", "90785"),
    "clinician.name": "Dr. Amara Okonkwo",
    "clinician.credentials": "PhD, LCSW",
    "place": "in person",
    "witness": "Tomasz Lis",
    "first_visit": "true",
    "large_print": "true",
    "papers": ("telehealth",),
}
NAMES = st.sampled_from(
    ("Ana Ruiz", "D'Angelo Reyes de la Cruz", "Zoë Åberg", "null", "Null", "V", "Amara", "MR", "yes")
)


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a visit, most of them plain."""
    chosen = dict(FIELDS)
    for path in draw(st.lists(st.sampled_from(sorted(MAY_DIFFER)), max_size=3)):
        chosen[path] = draw(st.one_of(st.from_regex(MAY_DIFFER[path], fullmatch=True), NAMES, st.text(max_size=8)))
    for path in draw(st.lists(st.sampled_from(("time", "witness", "clinician.credentials", "language", "papers")))):
        chosen.pop(path, None)
    chosen["date"] = draw(st.sampled_from(("2026-11-23", "2026-02-28", "2027-01-01", "1999-01-01", "2026-02-30")))
    chosen["patient.born"] = draw(
        st.sampled_from(("1984-07-09", "2010-11-24", "2020-05-05", "2026-11-24", "1890-01-01"))
    )
    return chosen


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        target = data
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = list(value) if isinstance(value, tuple) else value
    return data


QUOTES: tuple[Callable[[str], str], ...] = (str, '"{}"'.format, "'{}'".format)


@st.composite
def texts_in_yaml(draw: st.DrawFn) -> str:
    """A file of a visit in YAML, with what people put into such files."""
    data, lines = nested(draw(fields())), ["# A visit", ""]
    if draw(st.booleans()):
        return json.dumps(data, ensure_ascii=False, indent=draw(st.sampled_from((None, 1, 2))))
    quoted = st.sampled_from(QUOTES)
    for key, value in data.items():
        if isinstance(value, list) and draw(st.booleans()):
            lines.append(f"{key}: [{', '.join(draw(quoted)(item) for item in value)}]")
        elif isinstance(value, list):
            indent = draw(st.sampled_from(("", "  ", " ")))
            lines += [f"{key}:", *(f"{indent}- {draw(quoted)(item)}" for item in value)]
        elif isinstance(value, dict) and draw(st.booleans()):
            lines.append(f"{key}: {{{', '.join(f'{name}: {draw(quoted)(text)}' for name, text in value.items())}}}")
        elif isinstance(value, dict):
            lines += [f"{key}:", *(f"  {name}: {draw(quoted)(text)}" for name, text in value.items())]
        else:
            lines.append(f"{key}: {draw(quoted)(value)}")
    for _ in range(draw(st.integers(0, 1))):
        odd = st.sampled_from(
            ("# note", "  # note", "witness: Ann", "  and more", "- x", "---", "extra: []", "x: &a b", "")
        )
        lines.insert(draw(st.integers(0, len(lines))), draw(odd))
    return "\n".join(lines) + draw(st.sampled_from(("", "\n", "\n\n", " # end\n")))


@st.composite
def altered(draw: st.DrawFn, text: str) -> str:
    """A text with a few characters changed."""
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        put = draw(
            st.sampled_from(("", "'", '"', "#", ":", " ", "  ", "\n", "-", ",", "{", "]", "\t", "é", "\\", "&", "0"))
        )
        text = text[:place] + put + text[place + draw(st.integers(0, 1)) :]
    return text


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plain")


def ordinary(path: Path, data: bytes) -> list[VisitEntry]:
    path.write_bytes(data)
    return list(read_visits(str(path)))


def require_alike(plain: PlainVisit, entry: VisitEntry) -> None:
    """What was read ahead is what the ordinary way reads, which has nothing to say but about what decides on papers."""
    if entry.problems:  # then no visit of its kind has a packet
        assert {re.split(r"[.\[]", problem.field)[0] for problem in entry.problems} <= set(DECIDING)
        return
    visit = entry.visit
    assert visit and not (entry.problems or entry.warnings or entry.needs)
    assert (plain.number, plain.day, plain.time) == (visit.visit, visit.date, visit.time)
    patient, clinician = visit.patient, visit.clinician
    assert (plain.name, plain.born, plain.record) == (patient.name, patient.born, patient.record)
    assert (plain.clinician, plain.credentials, plain.witness) == (clinician.name, clinician.credentials, visit.witness)
    assert plain.signed == clinician.signed
    assert has_all_letters(visit) and not has_one_in_two_roles(visit)
    assert not (visit.trainee or visit.supervisor or visit.representative or visit.interpreter or visit.extra)


@given(st.data())
@settings(max_examples=examples(600), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_read_of_a_visit_in_yaml_is_what_the_ordinary_way_reads(place: Path, data: st.DataObject) -> None:
    text = data.draw(texts_in_yaml().flatmap(altered))
    plain = or_none(visit_in_yaml, text.encode("utf-8", "surrogatepass"))
    if plain:
        (entry,) = ordinary(place / "visit.yaml", text.encode())
        require_alike(plain, entry)
        assert nested(plain.fields) == entry.data


def or_none(read: Callable[..., PlainVisit], *arguments: Any) -> PlainVisit | None:
    try:
        return read(*arguments)
    except ValueError:
        return None


WRITTEN = {
    "JSON": json.dumps(nested(FIELDS), ensure_ascii=False),
    "lines": """# yaml-language-server: $schema=visit.schema.json
visit: V-1001
date: 2026-11-23
time: "08:00"

patient:
  name: Siobhán O’Keeffe-Martínez
  born: 1984-07-09
  record: MR-20417
language: en
# Codes in quotation marks.
procedures: ["90837", "90785"]
clinician: {name: Dr. Amara Okonkwo, credentials: "PhD, LCSW"}
place: in person
witness: Tomasz Lis
first_visit: true
large_print: true
papers:
- telehealth
""",
}


@pytest.mark.parametrize("form", WRITTEN)
def test_what_people_and_programs_write_is_read(form: str) -> None:
    plain = visit_in_yaml(WRITTEN[form].encode())
    assert plain.kind == PlainVisit(FIELDS, "yaml").kind and plain.name == FIELDS["patient.name"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"patient.name": "Ben Moss"} | nested({k: v for k, v in FIELDS.items() if k != "patient.name"})),
        json.dumps(dict(FIELDS)),
        WRITTEN["JSON"].replace('"true"', "1"),
        WRITTEN["JSON"].replace('"visit"', '"visit": "V-2", "visit"'),
        WRITTEN["lines"].replace("place: in person", "place: in person # by car"),
        WRITTEN["lines"].replace("witness: Tomasz Lis", "witness: null"),
        WRITTEN["lines"].replace("witness: Tomasz Lis", "witness: &a Tomasz Lis"),
        WRITTEN["lines"].replace("  name: Sio", "    name: Sio"),
        WRITTEN["lines"].replace("  record:", "  name: Ben Moss\n  record:"),
        WRITTEN["lines"] + "patient:\n  name: Ben Moss\n",
        WRITTEN["lines"] + "---\n",
        "\ufeff" + WRITTEN["lines"],
    ],
)
def test_what_may_be_read_in_another_way_is_left_to_the_ordinary_way(text: str) -> None:
    with pytest.raises(ValueError):
        visit_in_yaml(text.encode())


# --- schedules ---

COLUMN_OF = {".".join(map(str, path)): column for column, path in COLUMNS.items()}


def cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, tuple) else str(value).replace("true", "yes")
    return f'"{text}"' if "," in text else text


def schedule(*visits: dict[str, Any]) -> str:
    columns = dict.fromkeys(path for visit in visits for path in visit)
    rows = [",".join(cell(visit.get(path, "")) for path in columns) for visit in visits]
    return "\n".join([",".join(COLUMN_OF[path] for path in columns), *rows])


OTHER = {**FIELDS, "visit": "V-1000", "patient.name": "Ben Moss", "patient.record": "MR-1"}


@given(st.data())
@settings(max_examples=examples(400), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_read_of_a_schedule_is_what_the_ordinary_way_reads(place: Path, data: st.DataObject) -> None:
    one = data.draw(fields())
    mark, end = data.draw(st.sampled_from(("", "\ufeff"))), data.draw(st.sampled_from(("\n", "\r\n")))
    text = mark + data.draw(altered(schedule(OTHER, one))).replace("\n", end)
    plain = or_none(visit_in_schedule, text.encode("utf-8", "surrogatepass"), one["visit"])
    if plain:
        (entry,) = (own for own in ordinary(place / "day.csv", text.encode()) if own.name.visit == one["visit"])
        require_alike(plain, entry)


def test_a_visit_of_a_schedule_is_read_as_spreadsheets_save_it() -> None:
    text = "\ufeff" + schedule(OTHER, FIELDS).replace("\n", "\r\n") + "\r\n,,,,\r\n"
    assert visit_in_schedule(text.encode(), "V-1001").signed == "Dr. Amara Okonkwo, PhD, LCSW"


@pytest.mark.parametrize(
    "other",
    [
        {"visit": "v-1001"},
        {"patient.record": "mr-20417"},
        {"patient.name": "SIOBHÁN O’KEEFFE-MARTÍNEZ"},
        {"visit": "V-1001"},
        {"patient.record": ""},
    ],
)
def test_a_visit_that_another_one_may_have_to_do_with_is_left_to_the_ordinary_way(other: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        visit_in_schedule(schedule({**OTHER, **other}, FIELDS).encode(), "V-1001")


def test_a_line_that_is_too_long_is_none_of_a_plain_schedule(place: Path) -> None:
    """The ordinary way refuses such a file, even for a line of nothing but commas."""
    text = f"{schedule(OTHER, FIELDS)}\n{',' * 140_000}\n".encode()
    with pytest.raises(InvalidInput, match="is a line of more than"):
        ordinary(place / "day.csv", text)
    with pytest.raises(ValueError, match="too long"):
        visit_in_schedule(text, "V-1001")


# --- kinds ---


def test_every_field_of_a_visit_may_differ_or_decides_or_is_left_to_the_ordinary_way() -> None:
    left = {"trainee", "supervisor", "representative", "interpreter", "extra"}
    known = {path.partition(".")[0] for path in MAY_DIFFER} | set(DECIDING)
    assert known | left == set(Visit.model_fields) and not known & left
    assert set(AS_THEY_ARE) - {"extra"} == set(DECIDING)
    assert set(ONLY_WHETHER) - {"witness"} <= left
    assert {path for path in COLUMN_OF if path.partition(".")[0] not in left} == {*MAY_DIFFER, *DECIDING}


@given(st.data())
@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_visits_of_one_kind_are_of_one_kind_by_the_ordinary_way_too(place: Path, data: st.DataObject) -> None:
    entries = {}
    for name in ("one", "other"):
        text = json.dumps(nested(data.draw(fields())), ensure_ascii=False).encode("utf-8", "surrogatepass")
        if plain := or_none(visit_in_yaml, text):
            (entry,) = ordinary(place / "visit.yaml", text)
            entries[name] = plain.kind, entry.visit
    if len(entries) == 2:
        (kind, visit), (other_kind, other) = entries["one"], entries["other"]
        assert visit and other
        assert kind != other_kind or kind_of(visit) == kind_of(other)


DECIDES: dict[str, Any] = {
    "language": "es",
    "also_in": ("es",),
    "procedures": ("90837",),
    "documents": ("consent",),
    "papers": (),
    "first_visit": "false",
    "yearly_papers": "true",
    "on_file": ("90837",),
    "large_print": "false",
    "medical_visit": "true",
    "place": "telehealth",
}


@pytest.mark.parametrize("path", [*DECIDING, "time", "witness", "clinician.credentials"])
def test_what_decides_on_the_papers_makes_another_kind(path: str) -> None:
    kind = PlainVisit(FIELDS, "yaml").kind
    without = {name: value for name, value in FIELDS.items() if name != path}
    assert PlainVisit({**FIELDS, path: DECIDES[path]} if path in DECIDES else without, "yaml").kind != kind


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({"date": "2027-01-04"}, "yaml"),  # codes are retired at the end of a year
        ({"patient.born": "2010-11-23"}, "yaml"),
        ({"patient.born": "2021-11-23"}, "yaml"),
        ({}, "csv"),  # where the same text may be a list
    ],
)
def test_a_year_an_age_and_another_form_of_file_make_another_kind(changes: dict[str, str], source: str) -> None:
    assert PlainVisit({**FIELDS, **changes}, source).kind != PlainVisit(FIELDS, "yaml").kind


def test_nothing_that_may_differ_is_part_of_the_kind() -> None:
    others = {
        "visit": "W-7",
        "date": "2026-01-05",
        "time": "16:45",
        "patient.name": "Ben Moss",
        "patient.born": "1951-01-02",
        "patient.record": "77-1",
        "clinician.name": "Ida Holm",
        "clinician.credentials": "MD",
        "witness": "Ole Vik",
    }
    assert others.keys() == MAY_DIFFER.keys()
    kind = PlainVisit(FIELDS, "yaml").kind
    assert PlainVisit({**FIELDS, **others}, "yaml").kind == kind
    assert not any(str(FIELDS[path]) in kind for path in others)


@pytest.mark.parametrize(
    "changes",
    [
        {"visit": "OKeeffe-1"},
        {"visit": "MR20417"},
        {"visit": "V-19840709"},
        {"witness": "dr amara okonkwo"},
        {"clinician.name": "Siobhán O’Keeffe Martínez"},
        {"patient.born": "2026-11-24"},
        {"patient.born": "1890-01-01"},
        {"date": "1999-12-31"},
        {"patient.name": "Siobhán  Martínez"},
        {"patient.name": "Ngô Thị Ánh"},
        {"patient.name": "Siobhán <b>"},
        {"patient.record": "0000"},
        {"representative.name": "Ann Lee"},
        {"extra": ()},
        {"nothing": "known"},
    ],
)
def test_a_visit_that_may_not_be_plain_is_left_to_the_ordinary_way(changes: dict[str, Any]) -> None:
    PlainVisit(FIELDS, "yaml")
    with pytest.raises(ValueError):
        PlainVisit({**FIELDS, **changes}, "yaml")


def test_every_letter_of_a_plain_visit_is_in_the_font_of_all_packets() -> None:
    letters = [
        chr(code) for code in range(0x20, 0x100) if any(pattern.match(chr(code)) for pattern in MAY_DIFFER.values())
    ]
    assert LETTERS and {*letters, *" ,.'’-:"} <= set(common_letters())
    assert not unprintable("".join([*letters, *" ,.'’-:"]))
