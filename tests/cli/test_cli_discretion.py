"""No message, no JSON and no name of a file holds the name of the patient, in whichever cell somebody writes it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.packets.cells import COLUMNS
from kit.foreign_files import add_field, changed, plain, saved
from kit.packets import visit_data, write_schedule, write_visit
from kit.running import Outcome
from kit.small import make_clinic

Call = Callable[..., Outcome]
PATIENT = "Bo Zoë Quillfeather"
FORMS = {
    "whole": PATIENT,
    "capitals": PATIENT.upper(),
    "accents apart": unicodedata.normalize("NFD", PATIENT),
    "last name in capitals": "QUILLFEATHER",
    "twice": "QUILLFEATHER QUILLFEATHER",
    "first name in small letters": "bo",
    "middle name with its accent apart": "Zoe\u0308",
    "middle name without its accent": "ZOE",
    "in an identifier": "V-Quillfeather-1",
    "with a letter that no font can print": "Quillfeather \U00013080",
    "file": f"{PATIENT}.pdf",
    "file without accents": "bo zoe quillfeather.pdf",
    "file that is not there": "quillfeather.pdf",
    "file of JavaScript": "script of Quillfeather.pdf",
    "file with fields": "form of Quillfeather.pdf",
    "file that is a link": "link of Quillfeather.pdf",
    "file that can't be printed": "Quillfeather \U0001f600.pdf",
}
"""What somebody writes into a wrong cell."""
OTHER_PATIENT = "Rosalind Vane"
"""Somebody else, after whom a file of the clinic is called."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    extra = folder / "extra"
    extra.mkdir()
    page = saved(plain())
    for name in (FORMS["file"], FORMS["file that can't be printed"], f"{OTHER_PATIENT}.pdf", "plan.pdf"):
        (extra / name).write_bytes(page)
    script = Path(__file__).parents[1] / "examples" / "foreign" / "bad" / "script.pdf"
    (extra / FORMS["file of JavaScript"]).write_bytes(script.read_bytes())
    (extra / FORMS["file with fields"]).write_bytes(changed(lambda pdf: add_field(pdf, F=0)))
    (extra / FORMS["file that is a link"]).symlink_to(extra / "plan.pdf")
    return folder


@pytest.fixture
def pack(call: Call, clinic: Path) -> Call:
    """Run `consentkit packet` for the clinic, with drafts."""
    return lambda *arguments: call("packet", "--clinic", clinic, "--allow-drafts", *arguments)


def named_in(text: str) -> list[str]:
    """The words of the patient's name that a text holds, in whichever form."""
    plain_text = "".join(
        char for char in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(char)
    )
    return re.findall(r"quillfeather|\bzoe\b|\bbo\b", plain_text)


def told(made: Outcome) -> str:
    return made.stdout.decode() + made.stderr


def row_of(column: str, text: str) -> dict[str, str]:
    """A row of the patient with a text in one cell, and whatever else that cell needs to be read at all."""
    row = {"patient_name": PATIENT}
    if column in {"trainee", "supervisor", "trainee_credentials", "supervisor_credentials"}:
        row |= {"trainee": "Ann Vu", "supervisor": "Ada Low"}
    if column in {"representative", "relationship"}:
        row |= {"representative": "Ann Vu", "relationship": "mother"}
    if column.startswith("interpreter"):
        row |= {"interpreter": "Ann Vu", "interpreter_is": "staff", "interpreter_language": "Thai"}
    return {**row, column: text}


def test_the_name_is_recognized_in_each_form() -> None:
    assert [form for form, text in FORMS.items() if not named_in(text)] == []


@pytest.mark.parametrize("form", FORMS)
def test_no_cell_of_a_row_is_quoted_where_it_holds_the_name_of_the_patient(
    form: str, pack: Call, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", *(row_of(column, FORMS[form]) for column in COLUMNS))
    made = pack(day, "-o", "out/", "--json")
    assert made.code == 7
    entries = json.loads(made.stdout)
    assert len(entries["packets"]) + len(entries["refused"]) == len(COLUMNS)
    assert named_in(told(made)) == []
    assert named_in(" ".join(path.name for path in tmp_path.rglob("*"))) == []


@pytest.mark.parametrize("column", COLUMNS)
def test_no_field_of_a_visit_is_quoted_where_it_holds_the_name_of_the_patient(
    column: str, pack: Call, tmp_path: Path
) -> None:
    data = visit_data(patient={"name": PATIENT, "born": "1984-07-09", "record": "MR-1"})
    *parents, last = map(str, COLUMNS[column])
    place = data
    for parent in parents:
        place = place.setdefault(parent, {})
    text = FORMS["last name in capitals"]
    place[last] = [text, text] if last in {"also_in", "procedures", "documents", "extra"} else text
    (tmp_path / "visit.yaml").write_text(json.dumps(data), encoding="utf-8")
    assert named_in(told(pack(tmp_path / "visit.yaml", "-o", "out/", "--json"))) == []


def test_a_name_of_a_file_that_is_not_there_is_not_quoted_but_counted(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {"extra": f"plan.pdf;{OTHER_PATIENT};PLAN.pdf"})
    (first, second) = [line for line in told(pack(day, "-o", "out/")).splitlines() if "`extra`" in line]
    assert "day.csv:2: visit V-1: `extra` names a file, number 2 of 3, that is not in the folder " in first
    assert first.endswith("/extra, which contains 7 PDF files; write the name as it is there, or put the file there")
    assert "number 3 of 3" in second
    assert second.endswith("did you mean `plan.pdf`?")


@pytest.mark.parametrize("name", [OTHER_PATIENT, "Rosalind Fane.pdf", "Vane.pdf", "rosalind-vane", "Rosalyn Vane.pdf"])
def test_a_file_that_is_called_after_another_patient_is_not_suggested(name: str, pack: Call, tmp_path: Path) -> None:
    alone = pack(write_visit(tmp_path / "visit.yaml", extra=[name]), "-o", "x.pdf")
    assert alone.code == 5
    assert "that is not in the folder" in alone.stderr
    assert "did you mean" not in alone.stderr
    assert re.findall("rosal|vane|fane", told(alone).casefold()) == []


def test_extra_files_without_a_folder_of_the_clinic_are_not_quoted(call: Call, tmp_path: Path) -> None:
    made = call(
        "packet", "--allow-drafts", write_visit(tmp_path / "visit.yaml", procedures=["90837"], extra=["Vane.pdf"])
    )
    assert made.code == 3
    assert "visit V-1: `extra`: number 1 of 1, can't be found" in made.stderr
    assert "Vane" not in told(made)


HEADER = "visit,date,patient_name,date_of_birth,record_number,procedures,clinician,witness"
BROKEN_ROWS = {
    "no name, and a cell too many": "Quillfeather-1,2026-11-23,,1984-07-09,MR-1,SMALL-1,Dr. Vu,Ada,Low",
    "no name, and a quotation mark": 'QUILLFEATHER,2026-11-23,,1984-07-09,MR-1,SMALL-1,Dr. Vu,"Ada',
    "no name but a blank": 'Quillfeather1,2026-11-23, ,1984-07-09,MR-1,SMALL-1,"Dr. Vu,Ada',
    "no name but a mark": 'Quillfeather1,2026-11-23,?,1984-07-09,MR-1,SMALL-1,"Dr. Vu,Ada',
    "no cell for the name": "Quillfeather-1,2026-11-23,1984-07-09,MR-1,SMALL-1,Dr. Vu,Ada",
    "nothing but the name": "Quillfeather-1",
    "no cell for the name and a quotation mark": 'Quillfeather-1,2026-11-23,1984-07-09,MR-1,SMALL-1,Dr. Vu,"Ada,Low',
    "name and number changed places": 'Quillfeather,2026-11-23,V-1,1984-07-09,MR-1,SMALL-1,Dr. Vu,"Ada',
    "name and number changed places, and a cell too many": "Zoe,2026-11-23,V-1,1984-07-09,MR-1,SMALL-1,Vu,Ada,Low",
    "name and number changed places, and a wrong day": "Bo,2026-11-23,V-1,7/9/1984,MR-1,SMALL-1,Dr. Vu,Ada",
}
"""Rows that can't be read, with the patient's name in the place of the number."""


@pytest.mark.parametrize("row", BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_no_number_of_a_row_that_cannot_be_read_is_quoted_where_it_may_be_a_name(
    row: str, pack: Call, tmp_path: Path
) -> None:
    (tmp_path / "day.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    made = pack("day.csv", "-o", "out/", "--json")
    assert made.code == 7
    assert json.loads(made.stdout)["refused"][0]["visit"] is None
    assert named_in(told(made)) == []


@pytest.mark.parametrize(
    "row",
    [
        "MR-20417,2026-11-23,Nora Nye,1984-07-09,SMALL-1,Dr. Vu,Ada",
        'MR-20417,2026-11-23,Nora Nye,1984-07-09,,SMALL-1,"Dr. Vu,Ada',
        "1984-07-09,2026-11-23,Nora Nye,,MR-20417,SMALL-1,Dr. Vu,Ada,Low",
        "2026-11-23,Nora Nye,1984-07-09,MR-20417,SMALL-1,Dr. Vu,Ada",
    ],
)
def test_no_record_number_and_no_day_is_quoted_as_the_number_of_a_visit(row: str, pack: Call, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    made = pack("day.csv", "-o", "out/", "--json")
    assert json.loads(made.stdout)["refused"][0]["visit"] is None
    assert re.findall("20417|1984|2026", told(made)) == []


@pytest.mark.parametrize(
    "row",
    [
        "V-17,2026-11-23,Nye, Nora,1984-07-09,MR-1,SMALL-1,Dr. Vu,Ada",
        'V-17,2026-11-23,Nora "No" Nye",1984-07-09,MR-1,SMALL-1,"Dr. Vu,Ada',
        "V-17,2026-11-23,Nora Nye,1984-07-09,MR-1,SMALL-1,Dr. Vu",
        "V-17,2026-11-23,Nora Nye,7/9/1984,MR-1,SMALL-1 SMALL-2,Dr. Vu",
    ],
)
def test_the_number_of_a_row_that_cannot_be_read_is_given_where_nothing_is_missing(
    row: str, pack: Call, tmp_path: Path
) -> None:
    (tmp_path / "day.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    assert "visit V-17 has no packet" in pack("day.csv", "-o", "out/").stderr
