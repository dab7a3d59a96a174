"""Reading visits, one in YAML or a day's schedule in CSV: what is read, what is refused, and that nothing is told.

tests/examples/visits/good/NAME.{yaml,csv}   good files; NAME.json beside each holds the visits that must be read
tests/examples/visits/bad/NAME/FILE          a file with mistakes; expected.txt beside it holds the problems

Drop a file there and it becomes a case. UPDATE_EXPECTED=1 writes what is expected anew; then read the difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import textwrap
import traceback
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, WrongUse
from consentkit.library.definitions import load_procedure
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit, particular_in
from consentkit.packets import cells, schedule, visits
from consentkit.packets.cells import COLUMNS, REQUIRED
from consentkit.packets.pairing import Conflict, conflicts
from consentkit.packets.schedule import LONGEST_LINE, MOST_ROWS
from consentkit.packets.visits import VisitEntry, read_visits
from consentkit.reading import validation, yaml_file
from consentkit.reading.files import LARGEST_TEXT
from kit.examples import EXPECTED, compare, the_file_of
from kit.running import PROJECT, environment

EXAMPLES = Path(__file__).parents[1] / "examples" / "visits"
GOOD = sorted(path for path in (EXAMPLES / "good").iterdir() if path.suffix != ".json")
BAD = sorted((EXAMPLES / "bad").iterdir())

HEADER = ",".join(REQUIRED)
ROW = "V-{},2026-11-23,Ada Quillfeather,1984-07-09,QF-77123,90837,Dr. Vane Umbersley"
TOLD_NOWHERE = (
    *("quill", "feather", "umbersley", "rené", "77123", "77124", "1984", "46349", "30872", "7.71", "9.08e"),
    *("pigeon", "cousin", "leaflet", "professionel", "maybe", "psychotherapy", "9083z", "90837x"),
)
"""Words and numbers of the particulars in the bad examples, in small letters."""

WITHOUT_PARTICULARS = ("empty", "header-only", "header-and-empty-rows")


def one(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows, "")).encode()


def schedule_of(count: int) -> bytes:
    return one(*(ROW.format(number) for number in range(count)))


def entries(data: bytes) -> list[VisitEntry]:
    return list(read_visits("-", io.BytesIO(data)))


def fault(data: bytes) -> str:
    """The only problem of a file as a whole."""
    with pytest.raises(InvalidInput) as caught:
        entries(data)
    (problem,) = caught.value.problems
    return str(problem)


def problems_of(name: str) -> list[str]:
    try:
        return [str(problem) for entry in read_visits(name) for problem in entry.problems]
    except InvalidInput as error:
        return [str(problem) for problem in error.problems]


# The examples


def test_each_folder_of_examples_holds_cases() -> None:
    assert len(GOOD) >= 8
    assert len(BAD) >= 75


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_good_file_is_read_as_it_was_written(path: Path) -> None:
    read = [
        {"row": entry.row, "visit": entry.visit and entry.visit.model_dump(mode="json", exclude_defaults=True)}
        for entry in read_visits(str(path))
    ]
    compare(path.with_suffix(".json"), json.dumps(read, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_good_file_has_no_problem(path: Path) -> None:
    assert problems_of(str(path)) == []


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_each_problem_of_a_bad_file_is_told_with_its_place_and_a_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    lines = problems_of(the_file_of(folder))
    assert lines
    assert len(lines) == len(set(lines))
    compare(folder / EXPECTED, "".join(line + "\n" for line in lines))


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_the_problems_of_a_bad_file_stand_in_order_and_name_it(folder: Path) -> None:
    lines = (folder / EXPECTED).read_text(encoding="utf-8").splitlines()
    numbers = [int(number) for line in lines if (number := line.split(":")[1]).isdigit()]
    assert numbers == sorted(numbers)
    assert all(line.startswith(the_file_of(folder) + ":") for line in lines)


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_no_problem_of_a_bad_file_tells_what_stands_in_it(folder: Path) -> None:
    told = (folder / EXPECTED).read_text(encoding="utf-8").casefold()
    assert [word for word in TOLD_NOWHERE if word in told] == []


@pytest.mark.parametrize(
    "folder", [path for path in BAD if path.name not in WITHOUT_PARTICULARS], ids=lambda path: path.name
)
def test_a_bad_file_holds_something_that_could_be_told(folder: Path) -> None:
    data = (folder / the_file_of(folder)).read_bytes().replace(b"\0", b"").decode(errors="replace").casefold()
    assert any(word in data for word in TOLD_NOWHERE)


def test_every_pattern_that_a_visit_must_match_is_met_by_an_example() -> None:
    told = "".join((folder / EXPECTED).read_text(encoding="utf-8") for folder in BAD)
    assert [words for words in list(validation._PATTERNS.values())[:3] if words not in told] == []
    assert [words for _, _, words in cells._SPOILT if words not in told] == []
    assert "write it another way" not in told


def test_a_procedure_with_a_mistake_is_still_quoted() -> None:
    """Being discreet is for visits: an author is helped by seeing what was read."""
    source = yaml_file.parse("code: lower\nbilling: {role: primry}\nNo Key: &a x\n", "f.yaml")
    told = "\n".join(map(str, validation.validated(Procedure, source)[1]))
    assert all(words in told for words in ("`lower`", "`primry`", "No Key", "`&a`"))


# The samples


def test_every_visit_of_the_sample_schedule_is_read_and_nothing_speaks_against_its_codes() -> None:
    read = list(read_visits(str(PROJECT / "samples" / "schedule.csv")))
    assert len(read) == 12
    assert [(entry.label, entry.problems) for entry in read if entry.problems] == []
    assert [str(conflict) for entry in read if entry.visit for conflict in spoken_against(entry.visit)] == []


def test_the_sample_visit_is_the_first_of_the_sample_schedule() -> None:
    (sample,) = read_visits(str(PROJECT / "samples" / "visit.yaml"))
    assert sample.visit == next(read_visits(str(PROJECT / "samples" / "schedule.csv"))).visit


def test_the_sample_schedule_shows_every_column_but_one() -> None:
    """Extra files must be in the clinic's folder, and the sample clinic has none."""
    text = (PROJECT / "samples" / "schedule.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    assert set(COLUMNS) - set(header) == {"extra"}
    assert [name for name, cells in zip(header, zip(*rows, strict=True), strict=True) if not any(cells)] == []


def spoken_against(visit: Visit) -> list[Conflict]:
    return conflicts(visit, [load_procedure(PROJECT / "procedures" / f"{code}.yaml") for code in visit.procedures])


@pytest.mark.parametrize("name", ["docs/visits.md", "samples/visit.yaml"])
def test_the_visit_that_is_shown_can_be_read(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    if name.endswith(".md"):
        text = next(block for block in indented_blocks(text) if block.startswith("visit: "))
    (entry,) = entries(text.encode())
    assert entry.problems == ()


def test_the_schedule_that_the_documentation_shows_can_be_read() -> None:
    text = (PROJECT / "docs" / "visits.md").read_text(encoding="utf-8")
    block = next(block for block in indented_blocks(text) if block.startswith("visit,"))
    assert [entry.problems for entry in entries(block.encode())] == [(), ()]


def test_the_documentation_names_every_column_and_every_field() -> None:
    text = (PROJECT / "docs" / "visits.md").read_text(encoding="utf-8")
    assert [name for name in (*COLUMNS, *map(yaml_file.dotted, COLUMNS.values())) if f"`{name}`" not in text] == []


def indented_blocks(text: str) -> Iterator[str]:
    """The blocks of code in a page of documentation."""
    for block in re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.MULTILINE):
        yield textwrap.dedent(block).strip("\n")


# Rows by themselves


def test_a_bad_row_never_stops_the_others() -> None:
    rows = (ROW.format(1), '"V-2,2026', "V-3,too,few", ROW.format(4).replace("1984", "84"), ROW.format(5))
    read = entries(one(*rows))
    assert [(entry.row, entry.label, entry.visit is None) for entry in read] == [
        (2, "stdin:2", False),
        (3, "stdin:3", True),
        (4, "stdin:4", True),
        (5, "stdin:5", True),
        (6, "stdin:6", False),
    ]
    assert all((entry.visit is None) == bool(entry.problems) for entry in read)


def test_no_quotation_mark_makes_one_visit_of_two() -> None:
    """A mark that opens on one line and closes on another would swallow the visits between."""
    rows = (ROW.format(1).replace("Ada", '"Ada'), ROW.format(2), ROW.format(3).replace("Vane Umbersley", 'Vane"'))
    assert [entry.visit and entry.visit.visit for entry in entries(one(*rows))] == [None, "V-2", "V-3"]


def test_a_number_of_a_visit_counts_as_taken_though_its_row_has_a_mistake() -> None:
    first, second = entries(one(ROW.format(1).replace("1984-07-09", "1984"), ROW.format(1)))
    assert [problem.field for problem in first.problems] == ["date_of_birth"]
    assert [problem.field for problem in second.problems] == ["visit"]


def test_all_mistakes_of_a_row_are_told_at_once_from_left_to_right() -> None:
    (entry,) = entries(one("V 1,11/23/2026,,1984,QF,x,"))
    assert [problem.column for problem in entry.problems] == [1, 2, 3, 4, 6, 7]
    assert [problem.field for problem in entry.problems] == [name for name in REQUIRED if name != "record_number"]


def test_a_bad_cell_is_told_once_though_two_of_its_entries_are_bad() -> None:
    (entry,) = entries(one(ROW.format(1).replace("90837", "a b")))
    assert len(entry.problems) == 1


def test_blank_lines_count_as_lines_but_hold_no_visit() -> None:
    assert [entry.row for entry in entries(one("", ROW.format(1), ",,,,,,", "  ", ROW.format(2)))] == [3, 6]


@pytest.mark.parametrize(
    ("born", "is_read"),
    [("1895-11-24", True), ("1895-11-23", False), ("2026-11-23", True), ("2026-11-24", False)],
)
def test_whoever_is_born_by_the_day_and_at_most_130_years_old_may_come(born: str, is_read: bool) -> None:
    (entry,) = entries(one(ROW.format(1).replace("1984-07-09", born)))
    assert (entry.visit is not None) == is_read


# Whole files


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv", b"", "a.csv: is empty"),
        ("a.yaml", b"\xef\xbb\xbf \n", "a.yaml: is empty"),
        ("a.CSV", HEADER.encode(), "a.CSV:1: contains no visit"),
        ("a.yml", b"# only a remark\n", "a.yml: is empty"),
        ("a.doc", b"", "a.doc: is neither .yaml nor .csv"),
        ("a", b"", "a: is neither .yaml nor .csv"),
        ("a.yaml", b"#" * (LARGEST_TEXT + 1), "a.yaml: is too large; at most 262,144 bytes of YAML are read"),
        ("a.csv", one(",".join("x" * LONGEST_LINE)), "a.csv:2: is a line of more than 131,072 bytes"),
        ("a.csv", schedule_of(MOST_ROWS + 1), "a.csv:5002: is one visit too many; at most 5,000 are read"),
        ("a.csv", one(*[ROW] * 9, *["," * 100_000] * 170), "a.csv: is too large; at most 16,777,216 bytes"),
    ],
)
def test_a_fault_of_the_whole_file_is_told_with_a_remedy(
    name: str, data: bytes, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(data)
    (line,) = problems_of(name)
    assert line.startswith(told)


@pytest.mark.parametrize(
    "last",
    [b"\xff", b"x" * (LONGEST_LINE + 1), b"\n" * 200_000, b"\xc3"],
    ids=["byte", "line", "size", "half"],
)
def test_a_fault_of_the_whole_file_is_told_before_the_first_visit_though_it_stands_at_the_end(
    last: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (schedule, visits):  # a file that is too large, only sooner
        monkeypatch.setattr(module, "LARGEST_SCHEDULE", 200_000)
    for stream in (io.BytesIO(schedule_of(3) + last), Pipe(schedule_of(3) + last)):
        read = read_visits("-", stream)
        with pytest.raises(InvalidInput):
            next(read)


def test_as_many_visits_as_fit_are_read() -> None:
    assert sum(entry.visit is not None for entry in read_visits("-", io.BytesIO(schedule_of(MOST_ROWS)))) == MOST_ROWS


def test_a_header_in_quotation_marks_after_blank_lines_is_found() -> None:
    assert [entry.row for entry in entries(b"\n\n" + one(ROW.format(1), header=f'"{HEADER}"'.replace(",", '","')))] == [
        4
    ]


def test_a_row_where_the_header_belongs_is_not_told_but_the_columns_are() -> None:
    told = fault(one(ROW.format(2), header=ROW.format(1)))
    assert "Quill" not in told
    assert all(f"`{column}`" in told for column in COLUMNS)


# Where visits come from


class Pipe(io.BytesIO):
    """A stream that can be read once, as what comes from another program."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("path", [*GOOD, PROJECT / "samples" / "schedule.csv"], ids=lambda path: path.name)
def test_stdin_tells_by_its_content_whether_it_is_a_schedule(path: Path) -> None:
    expected = [(entry.row, entry.visit) for entry in read_visits(str(path))]
    for stream in (io.BytesIO(path.read_bytes()), Pipe(path.read_bytes())):
        read = list(read_visits("-", stream))
        assert [(entry.row, entry.visit) for entry in read] == expected
        assert all(entry.label == (f"stdin:{entry.row}" if entry.row else "stdin") for entry in read)


def test_a_real_pipe_is_read() -> None:
    program = (
        "import sys; from consentkit.packets.visits import *; print(len(list(read_visits('-', sys.stdin.buffer))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=schedule_of(1234), env=environment(), capture_output=True, check=True
    )
    assert done.stdout.split() == [b"1234"]


# What a visit's number may not tell


def with_number(number: str, name: str = "Bo Quill", born: str = "1984-07-09", record: str = "QF-77124") -> Visit:
    return Visit.model_validate(
        {
            "visit": number,
            "date": "2026-11-23",
            "patient": {"name": name, "born": born, "record": record},
            "procedures": ["90837"],
            "clinician": {"name": "Dr. Vane Umbersley"},
            "representative": {"name": "Łucja Đorđević", "relationship": "aunt"},
        }
    )


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("Nunez-2", "Juan Núñez"),
        ("NUNEZ2", "Juan Núñez"),
        ("nunez-juan", "Juan Nu\u0301n\u0303ez"),
        ("2-Li", "Li Wu"),
        ("Li-Wu-7", "Li Wu"),
        ("V-lukasz", "Łukasz Żak"),
        ("Soren-1", "Søren Åby"),
        ("Soeren-1", "Søren Åby"),
        ("AABY-1", "Søren Åby"),
        ("Strasser-4", "Ida Straßer"),
        ("Muller-4", "Ida Müller"),
        ("Mueller-4", "Ida Müller"),
        ("Djordjevic-1", "Ana Djordjević"),
        ("Isik-1", "Can Işık"),
        ("OKeeffe-2", "Siobhán O’Keeffe"),
        ("O-Keeffe-2", "Siobhán O’Keeffe"),
        ("VanDyk-1", "Jo Van Dyk"),
        ("Van-1", "Jo Van Dyk"),
        ("xQuillfeather", "Ada Quillfeather"),
        ("lucja-1", "Bo Quill"),
        ("Dordevic-1", "Bo Quill"),
    ],
)
def test_a_number_that_holds_a_name_is_refused_whatever_its_accents(number: str, name: str) -> None:
    with pytest.raises(
        ValueError, match=r"has a visit number that contains the (patient|representative)'s name"
    ) as caught:
        with_number(number, name)
    assert "Quill" not in str(caught.value.errors()[0]["msg"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("number", "record"),
    [
        ("1-2", "1-2"),
        ("12", "1-2"),
        ("1-2", "12"),
        ("V-1-2", "1.2"),
        ("7", "7"),
        ("QF77124", "QF-77124"),
        ("qf-771-24", "QF 77124"),
        ("VQF77124A", "QF/77124"),
    ],
)
def test_a_number_that_holds_the_record_is_refused_whatever_parts_it(number: str, record: str) -> None:
    with pytest.raises(ValueError, match="contains the patient's name or record number"):
        with_number(number, record=record)


@pytest.mark.parametrize(
    "number",
    ["1984-07-09", "19840709", "V-19840709-2", "07-09-1984", "7-9-84", "070984", "840709", "09-07-1984", "9Jul1984"],
)
def test_a_number_that_holds_the_day_of_birth_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="contains the patient's date of birth"):
        with_number(number)


@pytest.mark.parametrize(
    ("number", "name", "record"),
    [
        ("VANC-1", "Jo Van Dyk", "QF-1"),
        ("LIMA-1", "Li Wu", "QF-1"),
        ("V-1001", "V. Quill", "QF-1"),
        ("V-7", "Bo Quill", "7"),
        ("V-112", "Bo Quill", "12"),
        ("V-12", "Bo Quill", "1-23"),
        ("2026-07-09", "Bo Quill", "QF-1"),
        ("2026-1123-09", "Bo Quill", "QF-1"),
        ("1984-07-19", "Bo Quill", "QF-1"),
        ("119840709", "Bo Quill", "QF-1"),
    ],
)
def test_a_number_that_only_looks_like_a_particular_is_taken(number: str, name: str, record: str) -> None:
    assert with_number(number, name, record=record).visit == number


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("BO decides alone", "the patient's name or record number"),
        ("See qf 77124.", "the patient's name or record number"),
        ("Lucja agrees", "the representative's name"),
        ("born 1984-07-09", "the patient's date of birth"),
        ("born 7/9/84", "the patient's date of birth"),
        ("born on 07/09/1984", "the patient's date of birth"),
        ("born July 9, 1984", "the patient's date of birth"),
        ("born on the 9th of July 1984", "the patient's date of birth"),
        ("born Jul. 09, 1984", "the patient's date of birth"),
        ("nació el 9 de julio de 1984", "the patient's date of birth"),
        ("born 1984, 9 of them", None),
        ("State law of 1984 lets minors of 15 decide on July 9.", None),
        ("separate sessions at 9 and 15 h", None),
        ("", None),
    ],
)
def test_what_a_reason_tells_of_a_patient_is_found(text: str, told: str | None) -> None:
    assert particular_in(with_number("V-1"), text) == told


def test_names_in_other_scripts_are_found_as_they_are_written() -> None:
    assert particular_in(with_number("V-1", "王小明"), "王小明的母亲同意")
    assert particular_in(with_number("V-1", "Юлия Ким"), "согласие: ЮЛИЯ")
    assert particular_in(with_number("V-1", "王小明"), "母亲同意") is None


@given(st.text(max_size=40), st.text("abcé'- łß王", min_size=1, max_size=20).filter(lambda name: name.strip(" '-")))
def test_any_text_is_judged(text: str, name: str) -> None:
    visit = with_number("V-1001")
    patient = visit.patient.model_copy(update={"name": name})
    named = visit.model_copy(update={"patient": patient})
    particular_in(named, text)
    if any(len(word) > 1 for word in re.findall(r"[^\W_]+", name)):
        assert particular_in(named, f"{text} {name.upper()} {text}")


def test_without_a_stdin_there_is_nothing_to_read() -> None:
    with pytest.raises(WrongUse, match="name a file"):
        next(read_visits("-"))


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    for name in ("none.csv", "none.yaml"):
        with pytest.raises(FileAccess, match="can't be read: no such file"):
            next(read_visits(str(tmp_path / name)))


def test_only_regular_files_are_read_and_nothing_waits(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(schedule_of(1))
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, told in (
        ("link.csv", "symbolic link"),
        ("folder.csv", "not a regular file"),
        ("pipe.csv", "not a regular file"),
        ("nul\0.csv", "not the name of a file"),
    ):
        with pytest.raises(InvalidInput, match=told):
            next(read_visits(str(tmp_path / name)))


def test_an_exception_carries_nothing_of_the_file_with_it(tmp_path: Path) -> None:
    """A traceback of a bug prints the chain of causes: none may hold a decoder's or a validator's copy of the data."""
    (tmp_path / "a.csv").write_bytes(one(ROW.format(1)) + b"Quillfeather\xff")
    (tmp_path / "b.yaml").write_bytes(b"patient: Quillfeather\xff")
    for name in ("a.csv", "b.yaml", "none.csv"):
        with pytest.raises(ConsentkitError) as caught:
            list(read_visits(str(tmp_path / name)))
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or caught.value.__suppress_context__
        assert "Quill" not in "".join(traceback.format_exception(caught.value))


# Memory


def test_memory_does_not_grow_with_the_number_of_visits(tmp_path: Path) -> None:
    path = tmp_path / "schedule.csv"
    peaks = []
    for count in (500, 2000):
        path.write_bytes(schedule_of(count))
        list(zip(range(5), read_visits(str(path)), strict=False))  # what is made once, such as compiled patterns
        tracemalloc.start()
        try:
            assert sum(1 for entry in read_visits(str(path)) if entry.visit) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    growth = peaks[1] - peaks[0]
    assert growth < 1500 * 64, f"{growth:,} bytes for 1,500 more visits"  # a visit that is kept takes over 2,000


@pytest.mark.parametrize(
    ("text", "is_visit"),
    [
        ("visit: V-1\n", True),
        ('{"patient": {"name": "A"}, "visit": "V-1"}', True),
        ("- visit: V-1\n", True),
        ("visit: V-1\npatient: [\n", True),
        ("code: X\ntitle: A\nsections:\n  patient: what\n", False),
        ("code: X\ntitle: [\nrisks:\n  patient: what\n", False),
        ("words: 1\npatient: Patient\n", False),
        ("name: A Clinic\n", False),
        ("", False),
    ],
)
def test_a_visit_is_known_by_its_keys_also_while_it_has_mistakes(text: str, is_visit: bool) -> None:
    assert visits.holds_visit(text, "a.yaml") is is_visit
    assert visits.holds_visit("[", "a.yaml", before=is_visit) is is_visit
