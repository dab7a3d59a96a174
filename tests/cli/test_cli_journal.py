"""`consentkit journal`, and what `packet`, `approve` and `batch` write into it."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.output import print_queue
from kit.folders import listing
from kit.journals import Clock, everything_in, raw
from kit.packets import CHILD, write_schedule, write_visit
from kit.running import Outcome, environment, run_consentkit
from kit.small import CODE, WITH_JOURNAL, make_clinic, write_paper

Call = Callable[..., Outcome]


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return make_clinic(folder, WITH_JOURNAL)


@pytest.fixture
def at_clinic(call: Call, clinic: Path) -> Call:
    """Run a command for the clinic: its words, then its options."""
    return lambda *words: call(*words, "--clinic", clinic)


@pytest.fixture
def pack(at_clinic: Call, tmp_path: Path) -> Call:
    """Run `consentkit packet` on a visit, with drafts."""

    def packed(*options: str | Path, **changes: Any) -> Outcome:
        return at_clinic("packet", write_visit(tmp_path / "visit.yaml", **changes), "--allow-drafts", *options)

    return packed


@pytest.fixture
def entries(at_clinic: Call) -> Callable[..., list[dict[str, Any]]]:
    """The entries that `journal show` gives, without the first one."""

    def shown(*options: str) -> list[dict[str, Any]]:
        made = at_clinic("journal", "show", "--json", *options)
        assert made.code == 0, made.stderr
        return [entry for entry in json.loads(made.stdout)["entries"] if entry["action"] != "begun"]

    return shown


def actions(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["action"] for entry in entries]


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for a print system that counts its jobs; whatever is in the file that is returned, `lp` runs first."""
    programs, first = tmp_path / "programs", tmp_path / "first"
    programs.mkdir()
    first.write_text("")
    scripts = {
        "lpstat": "echo 'office accepting requests since Mon'; echo 'printer office is idle.  enabled since Mon'",
        "lpoptions": "echo \"printer-make-and-model='Office, driverless'\"",
        "lp": f"cat > /dev/null; echo x >> {tmp_path}/count; n=$(grep -c x {tmp_path}/count); . {first}\n"
        'echo "request id is office-$n (0 file(s))"',
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return first


# --- packet ---


def test_a_packet_in_a_file_is_recorded_with_its_papers_and_nobodys_name(
    pack: Call, entries: Callable[..., list[dict[str, Any]]], clinic: Path, at_clinic: Call, tmp_path: Path
) -> None:
    assert pack().code == 0
    (entry,) = entries("--visit", "V-1")
    assert (entry["action"], entry["visit"], entry["pages"] > 1) == ("made", "V-1", True)
    assert {paper["kind"] for paper in entry["papers"]} == {"form", "information"}
    assert {(paper["code"], paper["language"], len(paper["content_hash"])) for paper in entry["papers"]} == {
        (CODE, "en", 64)
    }
    assert entries("--packet", entry["packet"]) == [entry]
    assert entries("--packet", entry["packet"].lower()) == [entry]
    assert entries("--pdf", str(tmp_path / "2026-11-23-V-1.pdf")) == [entry]
    assert entries() == [entry]  # those of today
    kept = everything_in(clinic / "journal").lower()
    for particular in ("siobh", "keeffe", "-20417", "1984-", "okonkwo"):
        assert particular.encode() not in kept


def test_a_clinic_without_that_line_keeps_no_journal(pack: Call, clinic: Path, at_clinic: Call) -> None:
    (clinic / "clinic.yaml").write_text("name: Alder Clinic\n")
    assert pack().code == 0
    assert not (clinic / "journal").exists()
    made = at_clinic("journal", "show")
    assert made.code == 2
    assert "this clinic keeps no journal; to begin one, write `journal:` into clinic.yaml" in made.stderr


@pytest.mark.parametrize("target", [[], ["-o", "out/"], ["--combined", "all.pdf"], ["--print", "office"]])
def test_without_a_journal_that_can_be_written_to_nothing_is_written_or_printed(
    target: list[str], pack: Call, clinic: Path, tmp_path: Path, printer: Path
) -> None:
    (clinic / "journal").mkdir()
    (clinic / "journal" / "journal.sqlite3").write_text("no database\n" * 100)
    made = pack(*target)
    assert made.code == 5
    assert "is no journal, nor any database; move the folder away" in made.stderr
    assert not list(tmp_path.rglob("*.pdf"))
    assert not (tmp_path / "count").exists()


REPLACE = os.replace


def no_name(unfinished: str | Path, target: str | Path, **folders: int) -> None:
    """The system gives a packet no name."""
    if str(target).endswith(".pdf"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    REPLACE(unfinished, target, **folders)


def test_of_a_packet_that_can_not_be_written_at_all_there_is_no_entry(
    pack: Call, entries: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "2026-11-23-V-1.pdf").write_text("somebody else's")
    assert pack("-o", "out/").code == 5
    assert entries() == []


def test_a_packet_for_standard_output_is_recorded(
    clinic: Path, entries: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    visit = write_visit(tmp_path / "visit.yaml")
    made = run_consentkit("packet", visit, "--allow-drafts", "--clinic", clinic, "-o", "-", folder=tmp_path)
    assert made.code == 0, made.stderr
    assert actions(entries()) == ["made"]


def test_a_file_of_a_day_that_could_not_be_written_is_recorded_as_not_made(
    at_clinic: Call, entries: Callable[..., list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = write_schedule(tmp_path / "day.csv", {})
    with monkeypatch.context() as refusing:
        refusing.setattr(os, "replace", no_name)
        assert at_clinic("packet", day, "--allow-drafts", "--combined", "all.pdf").code == 5
    assert actions(entries()) == ["made", "not-made"]


def test_a_packet_that_could_not_be_written_is_recorded_as_not_made(
    pack: Call, entries: Callable[..., list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refusing:
        refusing.setattr(os, "replace", no_name)
        assert pack("-o", "out/").code == 5
    assert list((tmp_path / "out").iterdir()) == []
    assert actions(entries()) == ["made", "not-made"]
    made, failed = entries()
    assert (failed["refers"], failed["reason"]) == (made["seq"], "not-written")


def test_a_print_is_recorded_before_and_after_with_its_jobs(
    pack: Call, entries: Callable[..., list[dict[str, Any]]], printer: Path, clinic: Path
) -> None:
    (clinic / "clinic.yaml").write_text(f"{WITH_JOURNAL}printing:\n  copies: 2\n")
    assert pack("--print", "office").code == 0
    assert pack("--print", "office", "--sets").code == 0
    first, done, again, done_again = entries()
    assert actions([first, done, again, done_again]) == ["to-print", "printed", "to-print", "reprinted"]
    assert (done["refers"], done["printer"], done["jobs"]) == (first["seq"], "office", ["office-1"])
    assert (done["copies"], done["print_number"], done_again["print_number"]) == (2, 1, 2)
    assert len(done_again["jobs"]) > 1
    assert done["papers"] == first["papers"] != []


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("exit 1", ["to-print", "not-printed"]),
        ("[ $n -gt 1 ] && exit 1", ["to-print", "printed-partly"]),
        ("[ $n -gt 1 ] && exec sleep 60", ["to-print"]),
    ],
)
def test_what_a_printer_refuses_is_told_from_what_nobody_knows(
    first: str,
    expected: list[str],
    pack: Call,
    entries: Callable[..., list[dict[str, Any]]],
    printer: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printer.write_text(first)
    if "sleep" in first:
        monkeypatch.setattr(print_queue, "SECONDS", 1)
    assert pack("--print", "office", "--sets").code == 5
    assert actions(entries()) == expected
    assert len(entries("--unfinished")) == (expected == ["to-print"])


def test_of_a_day_in_one_file_each_packet_has_its_own_entries(
    at_clinic: Call, entries: Callable[..., list[dict[str, Any]]], printer: Path, tmp_path: Path
) -> None:
    printer.write_text("[ $n -gt 1 ] && exit 1")
    day = write_schedule(tmp_path / "day.csv", {}, {"patient_name": "Bo Nye"}, {"patient_name": "Ann Lee"})
    made = at_clinic("packet", day, "--allow-drafts", "--combined", "all.pdf", "--print", "office")
    assert made.code == 5
    assert actions(entries()) == ["made"] * 3 + ["to-print"] * 3 + ["printed", "not-printed", "not-printed"]
    assert actions(entries("--visit", "V-1")) == ["made", "to-print", "printed"]
    assert actions(entries("--visit", "V-3")) == ["made", "to-print", "not-printed"]
    assert len(entries("--pdf", str(tmp_path / "all.pdf"))) == 9


@pytest.mark.parametrize(("given", "kept"), [("state-law", "state-law"), ("the law lets her decide", "stated")])
def test_an_override_is_recorded_with_its_rule_and_a_code_for_the_reason(
    given: str, kept: str, pack: Call, entries: Callable[..., list[dict[str, Any]]], clinic: Path
) -> None:
    assert pack("--override", given, patient=CHILD).code == 0
    assert actions(entries()) == ["overridden", "made"]
    overridden, made = entries()
    assert (overridden["action"], overridden["rule"], overridden["reason"]) == ("overridden", "minor-alone", kept)
    assert overridden["packet"] == made["packet"]
    assert b"lets her decide" not in everything_in(clinic / "journal")


WRONG_PLACES: dict[str, dict[str, Any]] = {
    "visit number": {"visit": "V-Quillfeather"},
    "interpreter": {"interpreter": {"name": "Bo Quillfeather", "is_a": "professional", "language": "Quillfeather"}},
    "representative": {"representative": {"name": "Bo Quillfeather", "relationship": "Quillfeather"}},
    "witness": {"witness": "Bo Quillfeather"},
    "clinician": {"clinician": {"name": "Bo Quillfeather", "credentials": "Quillfeather"}},
    "code": {"procedures": ["QUILLFEATHER"]},
    "extra file": {"extra": ["Quillfeather.pdf"]},
    "on file": {"on_file": ["QUILLFEATHER"]},
}


@pytest.mark.parametrize("place", WRONG_PLACES)
def test_a_name_in_a_wrong_place_of_a_visit_is_not_recorded(place: str, pack: Call, clinic: Path) -> None:
    from kit.foreign_files import plain, saved

    (clinic / "extra").mkdir()
    (clinic / "extra" / "Quillfeather.pdf").write_bytes(saved(plain()))
    patient = {"name": "Zoë Quillfeather", "born": "1984-07-09", "record": "QF-20417"}
    pack("--override", "Quillfeather", "-o", "Quillfeather/", **{"patient": patient, **WRONG_PLACES[place]})
    kept = everything_in(clinic / "journal").lower()
    assert b"begun" in kept
    for particular in (b"quillfeather", b"-20417", b"1984-"):
        assert particular not in kept


# --- approve, batch ---


def test_an_approval_is_recorded_with_edition_and_account_but_not_with_the_name_that_was_given(
    at_clinic: Call, entries: Callable[..., list[dict[str, Any]]], clinic: Path
) -> None:
    assert at_clinic("approve", "--yes", CODE, "--by", "Dr. Amara Okonkwo").code == 0
    (entry,) = entries()
    (paper,) = entry["papers"]
    assert (entry["action"], paper["code"], paper["kind"], paper["edition"]) == ("approved", CODE, "consent", 1)
    assert b"Okonkwo" not in everything_in(clinic / "journal")


def test_a_paper_without_a_procedure_is_recorded_by_its_name(
    at_clinic: Call, pack: Call, entries: Callable[..., list[dict[str, Any]]], clinic: Path
) -> None:
    (clinic / "papers").mkdir()
    name = write_paper(clinic / "papers").stem
    assert at_clinic("approve", "--yes", name, "--by", "Ann Ray").code == 0
    assert pack(papers=[name]).code == 0
    recorded = [[(paper["code"], paper["kind"]) for paper in entry["papers"]] for entry in entries()]
    assert recorded == [[(name, "paper")], [(CODE, "form"), (name, "paper"), (CODE, "information")]]


def test_nothing_is_approved_without_a_journal_that_can_be_written_to(at_clinic: Call, clinic: Path) -> None:
    (clinic / "journal").write_text("")
    made = at_clinic("approve", "--yes", CODE, "--by", "Dr. Amara Okonkwo")
    assert made.code == 5
    assert "is no folder, so it can't hold the journal; move it away" in made.stderr
    assert not (clinic / "approvals.yaml").exists()


def test_a_batch_records_each_document_that_it_makes(
    at_clinic: Call, entries: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    assert at_clinic("batch", "--only", CODE, "-o", "out/", "--dry-run").code == 0
    assert not (tmp_path / "clinic" / "journal").exists()
    assert at_clinic("batch", "--only", CODE, "-o", "out/").code == 0
    (entry,) = entries()
    (paper,) = entry["papers"]
    assert (entry["action"], paper["code"], paper["kind"]) == ("made", CODE, "consent")
    assert entry["visit"] is None
    assert at_clinic("batch", "--only", CODE, "-o", "out/").code == 0  # nothing to do
    assert entries() == [entry]


def test_a_batch_makes_nothing_without_a_journal_that_can_be_written_to(
    at_clinic: Call, clinic: Path, tmp_path: Path
) -> None:
    (clinic / "journal").write_text("")
    assert at_clinic("batch", "--only", CODE, "-o", "out/").code == 5
    assert not list(tmp_path.rglob("*.pdf"))


# --- journal ---


def test_the_journal_is_shown_exported_and_verified(pack: Call, at_clinic: Call, tmp_path: Path) -> None:
    pack()
    shown = at_clinic("journal", "show", "--visit", "V-1")
    (line,) = shown.lines
    assert " made " in line
    assert f"{CODE} en form" in line
    seq, head = at_clinic("journal", "head").lines[0].split()
    assert seq == "2"
    verified = at_clinic("journal", "verify", "--head", head)
    assert (verified.code, verified.lines) == (0, ["whole: 2 entries, from number 1"])
    assert json.loads(at_clinic("journal", "verify", "--json").stdout)["head"] == {"seq": 2, "hash": head}
    exported = at_clinic("journal", "export", "--csv", "all.csv")
    assert (exported.code, exported.stderr) == (0, "2 entries exported\n")
    table = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))
    assert [row["action"] for row in table] == ["begun", "made"]
    assert table[1]["hash"] == head
    assert at_clinic("journal", "export", "--csv", "-").stdout == (tmp_path / "all.csv").read_bytes()
    again = at_clinic("journal", "export", "--csv", "all.csv")
    assert again.code == 5
    assert "exists, and consentkit did not make it" in again.stderr


def test_a_journal_that_somebody_has_altered_ends_with_3(pack: Call, at_clinic: Call, clinic: Path) -> None:
    pack()
    with raw(clinic, unguarded=True) as database:
        database.execute("UPDATE entries SET pages = 99 WHERE seq = 2")
    verified = at_clinic("journal", "verify")
    assert (verified.code, verified.lines) == (3, ["NOT WHOLE"])
    assert "Error: entry 2 is not as it was written" in verified.stderr.splitlines()


def test_reading_begins_no_journal(at_clinic: Call, clinic: Path) -> None:
    for words in (["show"], ["verify"], ["head"], ["prune"], ["export", "--csv", "-"]):
        made = at_clinic("journal", *words)
        assert made.code == 5, words
        assert "contains no journal yet" in made.stderr
    assert "journal" not in listing(clinic)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "--visit", "Nora Nye"], "--visit does not have the form that the journal keeps"),
        (["show", "--packet", "Nora Nye"], "--packet does not have the form that the journal keeps"),
        (["show", "--day", "Nora Nye"], "--day is not a date; write year-month-day"),
        (["show", "--visit", "V-1", "--day", "today"], "--visit and --day each choose entries in another way"),
        (["verify", "--head", "Nora Nye"], "--head must be the hash that `journal head` printed"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_not_repeated(
    words: list[str], message: str, at_clinic: Call, pack: Call
) -> None:
    pack()
    made = at_clinic("journal", *words)
    assert made.code == 2
    assert message in made.stderr
    assert "Nye" not in made.stderr


def test_pruning_keeps_what_clinic_yaml_says(pack: Call, at_clinic: Call, clinic: Path) -> None:
    from kit.journals import open_journal, signed_in

    with open_journal(clinic, Clock()) as journal:  # of 2020
        journal.record(signed_in())
    pack()
    (clinic / "clinic.yaml").write_text(WITH_JOURNAL.replace("6", "100"))
    assert at_clinic("journal", "prune").stderr == "no entries removed\n"
    (clinic / "clinic.yaml").write_text(WITH_JOURNAL.replace("6", "1"))
    pruned = at_clinic("journal", "prune", "--json")
    assert (pruned.code, json.loads(pruned.stdout)) == (0, {"removed": 2, "last": 2})
    assert at_clinic("journal", "verify").lines == ["whole: 2 entries, from number 3"]


def test_the_folder_of_the_journal_can_be_another(pack: Call, clinic: Path, tmp_path: Path) -> None:
    (clinic / "clinic.yaml").write_text(f"{WITH_JOURNAL}  folder: {tmp_path}/elsewhere\n")
    assert pack().code == 0
    with sqlite3.connect(tmp_path / "elsewhere" / "journal.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM entries").fetchone() == (2,)
    database.close()
    assert not (clinic / "journal").exists()


def test_a_journal_without_a_term_is_a_mistake_in_clinic_yaml(pack: Call, clinic: Path) -> None:
    (clinic / "clinic.yaml").write_text("name: Alder Clinic\njournal:\n  keep_years: 0\n")
    made = pack()
    assert made.code == 3
    assert "clinic.yaml:3:" in made.stderr
    assert "journal.keep_years" in made.stderr


def test_a_run_that_is_killed_while_it_prints_leaves_an_intent_that_is_asked_about(
    entries: Callable[..., list[dict[str, Any]]], printer: Path, clinic: Path, tmp_path: Path
) -> None:
    printer.write_text('[ $n -gt 1 ] && kill -9 "$PPID"')
    day = write_schedule(tmp_path / "day.csv", {}, {"patient_name": "Bo Nye"})
    done = run_consentkit(
        "packet", day, "--allow-drafts", "--print", "office", "--clinic", clinic, folder=tmp_path, env=environment()
    )
    assert done.code == -9
    assert actions(entries()) == ["to-print", "printed", "to-print"]
    (unfinished,) = entries("--unfinished")
    assert unfinished["visit"] == "V-2"
