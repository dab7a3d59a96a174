"""A day's schedule made again: what becomes of earlier packets, single visits, and where the files go."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.errors import FileAccess, RenderingFailed
from kit.packets import bookmarks, page_texts, write_schedule, write_visit
from kit.running import Outcome, run_consentkit
from kit.small import make_clinic, write_procedure

Call = Callable[..., Outcome]
CHILD_INTERPRETS = {"interpreter": "Bo Nye", "interpreter_is": "child"}
DAILY = {"role": "primary", "once_a_day": True}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", code="DAILY-1", billing=DAILY)
    return folder


@pytest.fixture
def pack(call: Call, clinic: Path) -> Call:
    """Run `consentkit packet` for the clinic, with drafts."""
    return lambda *arguments: call("packet", "--clinic", clinic, "--allow-drafts", *arguments)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- the packet of a visit that is refused now ---


@pytest.mark.parametrize(
    "mistake",
    [
        CHILD_INTERPRETS,
        {"procedures": "NONE-1"},
        {"date_of_birth": "09.07.1984"},
        {"interpreter": "Bo Nye"},
        {"clinician": 'Dr. "Amara" Okonkwo'},
        {"extra": "missing.pdf"},
    ],
    ids=["conflict", "unknown code", "cell", "missing cell", "quotation marks", "extra file"],
)
def test_a_visit_that_is_refused_takes_its_earlier_packet_away_and_says_so(
    mistake: dict[str, str], pack: Call, tmp_path: Path
) -> None:
    day = tmp_path / "day.csv"
    assert pack(write_schedule(day, {}, {}), "-o", "out/").code == 0
    write_schedule(day, {}, mistake)
    if "clinician" in mistake:  # as a hand writes it, not a program
        day.write_text(day.read_text().replace('"Dr. ""Amara"" Okonkwo"', 'Dr. "Amara" Okonkwo", "'))
    made = pack(day, "-o", "out/", "-q", "--json")
    assert made.code == 7
    assert names(tmp_path / "out") == ["2026-11-23-V-1.pdf"]
    told = "day.csv:3: visit V-2 has no packet; out/2026-11-23-V-2.pdf, which was made for it before, has been removed"
    assert told in made.stderr
    assert all("day.csv:3:" in line for line in made.stderr.splitlines()[:-1])
    (refused,) = json.loads(made.stdout)["refused"]
    assert (refused["visit"], refused["removed"], refused["left"]) == ("V-2", "out/2026-11-23-V-2.pdf", None)


def test_what_was_filled_in_or_is_another_file_stays_and_is_mentioned(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {}, {}, {})
    assert pack(day, "-o", "out/").code == 0
    files = [tmp_path / "out" / f"2026-11-23-V-{number}.pdf" for number in range(1, 5)]
    with files[0].open("ab") as file:
        file.write(b"\n% filled in")
    files[1].write_text("a text of mine")
    shutil.copy(files[3], files[2])  # the packet of somebody else
    before = [path.read_bytes() for path in files]
    made = pack(write_schedule(day, *[CHILD_INTERPRETS] * 3, {}), "-o", "out/")
    assert made.code == 7
    assert [path.read_bytes() for path in files] == before
    for path in files[:3]:
        assert f"out/{path.name} is still there from before" in made.stderr
    assert "V-4" not in made.stderr.replace("out/2026-11-23-V-4.pdf: 2 papers", "")


def test_a_packet_of_this_run_is_not_taken_for_an_earlier_one(pack: Call, tmp_path: Path) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {}, {"visit": "V-1"}), "-o", "out/")
    assert made.code == 7
    assert "appears a second time" in made.stderr
    assert names(tmp_path / "out") == ["2026-11-23-V-1.pdf"]


def test_where_the_name_of_the_earlier_packet_is_not_known_the_reader_is_asked_to_look(
    pack: Call, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", {"date": "23.11.2026"}, {"visit": "V 2"})
    made = pack(day, "-o", "out/")
    assert "day.csv:2: visit V-1 has no packet; its day can't be read, so check" in made.stderr
    assert "day.csv:3: this visit has no packet; its number can't be read, so check" in made.stderr


def test_a_single_visit_takes_its_earlier_packet_away(pack: Call, tmp_path: Path) -> None:
    good, bad = write_visit(tmp_path / "visit.yaml"), {"name": "Bo", "is_a": "child"}
    for output, file in ((["-o", "mine.pdf"], "mine.pdf"), ([], "2026-11-23-V-1.pdf")):
        assert pack(good, *output).code == 0
        made = pack(write_visit(tmp_path / "bad.yaml", interpreter=bad), *output)
        assert made.code == 3
        assert f"{file}, which was made for it before, has been removed" in made.stderr
        assert not (tmp_path / file).exists()
    pack(good, "-o", "mine.pdf")
    other = write_visit(tmp_path / "bad.yaml", visit="V-2", interpreter=bad)
    assert "mine.pdf is still there" in pack(other, "-o", "mine.pdf").stderr
    assert (tmp_path / "mine.pdf").exists()


def test_a_combined_file_without_any_visit_of_today_is_taken_away(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    assert pack(day, "--combined", "all.pdf").code == 0
    made = pack(write_schedule(day, {}, CHILD_INTERPRETS), "--combined", "all.pdf")
    assert made.code == 7
    assert [title for title in bookmarks((tmp_path / "all.pdf").read_bytes()) if "V-" in title] == ["Visit V-1"]
    made = pack(write_schedule(day, CHILD_INTERPRETS, CHILD_INTERPRETS), "--combined", "all.pdf")
    assert made.code == 7
    assert "all.pdf, which was made for it before, has been removed" in made.stderr
    assert not (tmp_path / "all.pdf").exists()


KEYS = {"row", "visit", "exit_code", "problems", "needs", "removed", "left"}


def refusals(made: Outcome) -> list[dict[str, Any]]:
    """The refused entries of JSON, which all have the same keys."""
    refused: list[dict[str, Any]] = json.loads(made.stdout)["refused"]
    assert all(entry.keys() == KEYS for entry in refused), refused
    return refused


def fail_to_write(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def print_nothing(*_: Any, **__: Any) -> list[str]:
    raise FileAccess("the printer `desk` refused the job")


def test_a_combined_file_that_cannot_be_written_is_one_refused_entry_and_names_its_file_once(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = write_schedule(tmp_path / "day.csv", {})
    assert pack(day, "--combined", "all.pdf").code == 0
    monkeypatch.setattr("consentkit.output.write.write_whole", fail_to_write)
    made = pack(day, "--combined", "all.pdf", "--json")
    message = "all.pdf: can't be written: no space left on device"
    assert (made.code, refusals(made)) == (
        5,
        [
            {
                "row": None,
                "visit": None,
                "exit_code": 5,
                "problems": [message],
                "needs": [],
                "removed": "all.pdf",
                "left": None,
            }
        ],
    )
    assert f"Error: {message}" in made.stderr.splitlines()


def test_packets_that_cannot_be_combined_are_one_refused_entry_with_the_name_of_the_file(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RenderingFailed("the finished packet can't be read back")

    monkeypatch.setattr("consentkit.operations.packets.combine", fail)
    made = pack(write_schedule(tmp_path / "day.csv", {}), "--combined", "all.pdf", "--json")
    (refused,) = refusals(made)
    assert refused["problems"] == ["all.pdf: the finished packet can't be read back"]


@pytest.mark.parametrize(
    ("arguments", "visit"), [(["-o", "out/"], "V-1"), ([], "V-1"), (["--combined", "a.pdf"], None)]
)
def test_what_is_not_printed_is_a_refused_entry_like_the_others(
    arguments: list[str], visit: str | None, pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentkit.operations.printing.require_printer", lambda _: None)
    monkeypatch.setattr("consentkit.operations.printing.print_pdf", print_nothing)
    made = pack(write_schedule(tmp_path / "day.csv", {}), *arguments, "--print", "desk", "--json")
    (refused,) = refusals(made)
    assert (refused["visit"], refused["row"]) == (visit, 2 if visit else None)
    assert (refused["removed"], refused["left"]) == (None, None)


def test_the_refused_entries_tell_what_became_of_the_file_for_all(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    pack(day, "--combined", "all.pdf")
    made = pack(write_schedule(day, CHILD_INTERPRETS, {"visit": "V 2"}), "--combined", "all.pdf", "--json")
    assert [entry["removed"] for entry in refusals(made)] == ["all.pdf", "all.pdf"]


def test_a_mistake_in_another_file_is_one_of_the_visit_that_needs_it(call: Call, clinic: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(clinic, tmp_path / "clinic"))
    (folder / "clauses.es.yaml").write_text("nonsense: 1\n", encoding="utf-8")
    day = write_schedule(tmp_path / "day.csv", {})
    made = call("packet", "--clinic", folder, "--allow-drafts", day, "-o", "out/", "--json")
    (refused,) = refusals(made)
    (problem,) = refused["problems"]
    assert problem.startswith(f"{day}:2: visit V-1: {folder}/clauses.es.yaml:1:1: nonsense: ")


def test_a_file_with_an_odd_name_is_named_once(pack: Call, tmp_path: Path) -> None:
    write_schedule(tmp_path / "d\x07ay.csv", {"date": "soon"})
    (problem,) = refusals(pack("d\x07ay.csv", "-o", "out/", "--json"))[0]["problems"]
    assert problem.startswith("d\\u{7}ay.csv:2:3: visit V-1: date: ")


# --- one visit of a schedule ---


def test_one_visit_of_a_schedule_is_made_into_this_folder(pack: Call, clinic: Path, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {}, CHILD_INTERPRETS, {"visit": "V 4"})
    made = pack(day, "--visit", "V-2")
    assert (made.code, made.lines) == (0, ["2026-11-23-V-2.pdf"])
    assert "MR-2" in page_texts((tmp_path / made.lines[0]).read_bytes())[0]
    assert "day.csv:4" not in made.stderr, "the mistakes of visits that nobody asked for are no matter"
    assert pack(day, "--visit", "V-2", "-o", "x.pdf").lines == ["x.pdf"]
    piped = run_consentkit(
        "packet", "--clinic", clinic, "--allow-drafts", day, "--visit", "V-2", "-o", "-", folder=tmp_path
    )
    assert piped.stdout.startswith(b"%PDF-")
    assert pack(day, "--visit", "V-2", "--visit", "V-1", "-o", "out/").lines == [
        "out/2026-11-23-V-1.pdf",
        "out/2026-11-23-V-2.pdf",
    ]
    refused = pack(day, "--visit", "V-3")
    assert refused.code == 7
    assert "day.csv:4: visit V-3 has no packet" in refused.stderr


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("V-11", "day.csv contains no visit `V-11`; did you mean `V-1`?"),
        ("X", "day.csv contains no visit `X`; it contains `V-1` and `V-2`; no number can be read in line 4"),
        ("Nora Nye", "what --visit names can't be the number of a visit"),
    ],
)
def test_a_visit_that_the_schedule_does_not_hold_is_told_before_anything_is_made(
    number: str, told: str, pack: Call, tmp_path: Path
) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {}, {}, {"visit": "V 4"}), "--visit", "V-1", "--visit", number)
    assert made.code == 2
    assert told in made.stderr
    assert "Nora" not in made.stderr
    assert names(tmp_path) == ["day.csv"]


def test_a_visit_is_still_compared_with_those_before_it(pack: Call, tmp_path: Path) -> None:
    same = {"record_number": "MR-1", "procedures": "DAILY-1"}
    made = pack(write_schedule(tmp_path / "day.csv", same, same), "--visit", "V-2")
    assert made.code == 7
    assert "once a day" in made.stderr


# --- where the files go ---


def test_a_name_of_a_pdf_is_a_file_for_one_visit_and_no_folder_for_many(pack: Call, tmp_path: Path) -> None:
    day = tmp_path / "day.csv"
    assert pack(write_schedule(day, {}), "-o", "x.PDF").lines == ["x.PDF"]
    assert (tmp_path / "x.PDF").is_file()
    made = pack(write_schedule(day, {}, {}), "-o", "many.pdf")
    assert made.code == 2
    assert "-o out/, or put all into one file with --combined many.pdf" in made.stderr
    assert not (tmp_path / "many.pdf").exists()
    assert pack(day, "-o", "really.pdf/").lines[0] == "really.pdf/2026-11-23-V-1.pdf"


def test_a_batch_fills_no_folder_that_is_called_as_a_file(call: Call, clinic: Path, tmp_path: Path) -> None:
    made = call("batch", "--clinic", clinic, "-o", "x.pdf")
    assert made.code == 2
    assert "-o x.pdf names a file; a batch fills a folder, such as -o out/" in made.stderr
    assert names(tmp_path) == []


def test_drafts_are_refused_before_anything_is_rendered(
    call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentkit.documents.printing.load_engine", lambda: pytest.fail("the page engine was loaded"))
    made = call("packet", "--clinic", clinic, "--no-cache", write_schedule(tmp_path / "day.csv", {}, {}), "-o", "out/")
    assert made.code == 7
    assert made.stderr.count("the consent of SMALL-1 in en is not approved") == 2


def test_a_visit_without_a_number_takes_no_packet_away(pack: Call, tmp_path: Path) -> None:
    assert pack(write_schedule(tmp_path / "day.csv", {}), "-o", "o.pdf").code == 0
    made = pack(write_schedule(tmp_path / "day.csv", {"visit": "??"}), "-o", "o.pdf")
    assert made.code != 0
    assert (tmp_path / "o.pdf").exists()
    assert "removed" not in made.stderr


def test_a_record_number_is_not_taken_for_the_number_of_a_visit(pack: Call, tmp_path: Path) -> None:
    assert pack(write_schedule(tmp_path / "day.csv", {"record_number": "A1235"}), "-o", "o.pdf").code == 0
    refused = write_schedule(tmp_path / "day.csv", {"visit": "A1235", **CHILD_INTERPRETS})
    assert pack(refused, "-o", "o.pdf").code != 0
    assert (tmp_path / "o.pdf").exists()


def test_what_may_be_a_name_is_not_told_where_the_cell_of_the_name_is_empty(pack: Call, tmp_path: Path) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {"visit": "Lopez-Ana", "patient_name": ""}), "-o", "out/")
    assert made.code == 7
    assert "Lopez" not in made.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "-"], "-o - writes one packet to stdout; for a schedule, use --combined -"),
        (
            ["-o", "a/", "--combined", "b"],
            "-o writes a file for each visit and --combined one for all; leave one of them out",
        ),
        (["--sets"], "--sets staples what is printed; add --print PRINTER, or leave it out"),
        (
            ["--sets", "--print", "desk", "--combined", "b"],
            "--sets prints each paper by itself, and --combined all in one go; leave one of them out",
        ),
        ([], "a schedule makes many files; name a folder with -o DIR, or one file with --combined FILE"),
        (
            ["-o", "b.pdf"],
            "-o b.pdf names one file, and there are several visits; name a folder, such as -o out/, or put all into "
            "one file with --combined b.pdf",
        ),
    ],
)
def test_messages_name_the_options_of_the_command_line(
    options: list[str], message: str, pack: Call, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    made = pack(day, *options)
    assert (made.code, made.stderr) == (2, f"Error: {message}\n")
