"""`consentkit packet`: what is written, told and kept, and how a run ends."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import consentkit.packets.packet
from consentkit.packets.slots import particulars
from kit.packets import bookmarks, page_texts, visit_data, write_schedule, write_visit
from kit.running import Outcome, leftovers
from kit.small import make_clinic, write_procedure

Call = Callable[..., Outcome]
GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"
MARKER = "Xq7zWv"
"""Stands in every personal field of a schedule, and may stand nowhere but on paper."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", code="ADD-1", billing={"role": "add_on", "add_on_to": ["SMALL-1"]})
    (folder / "extra").mkdir()
    for name in ("tagged.pdf", "made-for-the-web.pdf"):
        shutil.copy(GOOD_FILES / name, folder / "extra")
    return folder


@pytest.fixture
def pack(call: Call, clinic: Path) -> Call:
    """Run `consentkit packet` for the clinic, with drafts."""
    return lambda *arguments: call("packet", "--clinic", clinic, "--allow-drafts", *arguments)


def type_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_one_visit_makes_one_file_that_only_its_owner_reads(pack: Call, tmp_path: Path) -> None:
    made = pack(write_visit(tmp_path / "visit.yaml"))
    assert made.code == 0
    assert made.lines == ["2026-11-23-V-1.pdf"]
    file = tmp_path / made.lines[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "MR-20417" in page_texts(file.read_bytes())[0]
    assert leftovers(tmp_path) == []


def test_a_visit_comes_through_standard_input(pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, json.dumps(visit_data()).encode())
    made = pack("-", "-o", "out.pdf")
    assert made.code == 0
    assert (tmp_path / "out.pdf").exists()


def test_drafts_are_refused_unless_asked_for(call: Call, clinic: Path, tmp_path: Path) -> None:
    made = call("packet", "--clinic", clinic, write_visit(tmp_path / "visit.yaml"))
    assert made.code == 3
    assert "let a clinician run `consentkit approve SMALL-1 --by NAME`" in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_one_bad_row_stops_no_other_and_is_told_with_its_number(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(
        tmp_path / "day.csv",
        {},
        {"date_of_birth": "09.07.1984"},
        {"patient_name": "สมชาย"},
        {"procedures": "NONE-1"},
        {"interpreter": "Bo Nye", "interpreter_is": "child"},
        {"procedures": "ADD-1"},
        {"patient_name": "Marcus Whitfield"},
    )
    made = pack(day, "-o", "out/")
    assert made.code == 7
    assert made.lines == ["out/2026-11-23-V-1.pdf", "out/2026-11-23-V-7.pdf"]
    for row, reason in (
        (3, "date_of_birth"),
        (4, "unprintable"),
        (5, "visit V-4: `procedures` contains the code `NONE-1`, number 1 of 1, that no procedure has"),
        (6, "1557"),
        (7, "add SMALL-1"),
    ):
        told = [line for line in made.stderr.splitlines() if f"day.csv:{row}:" in line]
        assert any(reason in line for line in told), (row, made.stderr)
    assert made.stderr.splitlines()[-1] == "2 packets made, 5 refused; see the messages above."


def test_a_run_without_any_packet_ends_with_7_and_writes_nothing(pack: Call, tmp_path: Path) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {"procedures": "NONE-1"}), "--combined", "all.pdf")
    assert made.code == 7
    assert made.stderr.endswith("no packets made, 1 refused; see the messages above.\n")
    assert not (tmp_path / "all.pdf").exists()


def test_a_day_goes_into_one_file(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {"procedures": "NONE-1"}, {"patient_name": "Marcus Whitfield"})
    made = pack(day, "--combined", "all.pdf", "--duplex")
    assert made.code == 7
    assert made.lines == ["all.pdf"]
    file = tmp_path / "all.pdf"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    pages = page_texts(file.read_bytes())
    assert len(pages) % 2 == 0
    second = next(number for number, page in enumerate(pages) if "MR-3" in page)
    assert second % 2 == 0, "each packet starts on a fresh sheet"
    assert [title for title in bookmarks(file.read_bytes()) if title.startswith("Visit V")] == [
        "Visit V-1",
        "Visit V-3",
    ]


def test_the_reason_for_an_override_is_recorded(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {"date_of_birth": "2010-01-01"})
    refused = pack(day, "-o", "out/")
    assert refused.code == 7
    assert '--override "the reason"' in refused.stderr
    made = pack(day, "-o", "out/", "--override", "State law lets minors of 15 decide.", "--json")
    assert made.code == 0
    (entry,) = json.loads(made.stdout)["packets"]
    (overridden,) = entry["overridden"]
    assert overridden["rule"] == "minor-alone"
    assert overridden["reason"] == "State law lets minors of 15 decide."
    assert "overridden: the patient is under 18" in made.stderr


def test_json_tells_what_was_made_and_what_was_refused(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(
        tmp_path / "day.csv",
        {"place": "telehealth", "extra": "tagged.pdf made-for-the-web.pdf"},
        {"procedures": "NONE-1"},
    )
    made = pack(day, "-o", "out/", "--json")
    assert made.code == 7
    told = json.loads(made.stdout)
    (entry,), (refused,) = told["packets"], told["refused"]
    assert entry["file"] == "out/2026-11-23-V-1.pdf"
    assert entry["bytes"] == (tmp_path / entry["file"]).stat().st_size
    assert [paper["kind"] for paper in entry["papers"]] == ["cover", "form", "information", "extra", "extra"]
    assert not entry["accessible"]
    assert entry["untagged_files"][0].endswith("made-for-the-web.pdf")
    assert entry["clauses"] == ["telehealth"]
    assert refused["row"] == 3
    assert refused["exit_code"] == 4
    assert "made-for-the-web.pdf are not PDF/UA" in made.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["day.csv"], 2, "name a folder with -o DIR, or one file with --combined FILE"),
        (["day.csv", "-o", "out/", "--combined", "all.pdf"], 2, "leave one of them out"),
        (["day.csv", "-o", "-"], 2, "use --combined -"),
        (["visit.yaml", "-o", "-", "--json"], 2, "both use stdout"),
        (["visit.yaml", "--sets"], 2, "add --print PRINTER"),
        (["day.csv", "--print", "office", "--combined", "all.pdf", "--sets"], 2, "leave one of them out"),
        (["missing.csv", "-o", "out/"], 5, "no such file"),
        (["visit.pdf"], 3, "neither .yaml nor .csv"),
        (["visit.yaml", "-o", "mine.txt"], 5, "consentkit did not make it"),
        (["visit.yaml", "-o", "no/such/folder.pdf"], 5, "there is no folder"),
        (["day.csv", "-o", "mine.txt"], 5, "is a file; name a folder"),
        (["day.csv", "--combined", "mine.txt"], 5, "consentkit did not make it"),
    ],
)
def test_what_can_not_be_meant_is_refused_before_anything_is_made(
    arguments: list[str], code: int, message: str, pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_visit(tmp_path / "visit.yaml")
    write_schedule(tmp_path / "day.csv", {})
    (tmp_path / "mine.txt").write_text("a text of mine")
    monkeypatch.setattr(consentkit.packets.packet.PacketMaker, "make", lambda *_: pytest.fail("a packet was made"))
    made = pack(*arguments)
    assert made.code == code
    assert message in made.stderr
    assert made.stdout == b""
    assert (tmp_path / "mine.txt").read_text() == "a text of mine"


def test_a_mix_up_ends_with_6_and_writes_no_file(pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = particulars
    monkeypatch.setattr(
        "consentkit.packets.writing.particulars",
        lambda visit, words: {**honest(visit, words), "patient_record": "MR-99"},
    )
    made = pack(write_visit(tmp_path / "visit.yaml"))
    assert made.code == 6
    assert "page 1 of the packet does not bear this patient's particulars" in made.stderr
    assert "MR-" not in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_nothing_but_the_pages_holds_patient_data(pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    cache = tmp_path / "cache"
    personal = {
        "patient_name": f"Ada {MARKER}a",
        "record_number": f"{MARKER}b",
        "clinician": f"Dr. {MARKER}c",
        "trainee": f"Eve {MARKER}d",
        "supervisor": f"Dr. {MARKER}e",
        "representative": f"Mia {MARKER}f",
        "relationship": f"aunt {MARKER}g",
        "interpreter": f"Ivo {MARKER}h",
        "interpreter_is": "staff",
        "interpreter_language": f"{MARKER}i",
        "interpreter_number": f"{MARKER}j",
        "witness": f"Wim {MARKER}k",
    }
    unprintable = {
        **personal,
        "record_number": f"{MARKER}l",
        "patient_name": f"{MARKER} สมชาย",
        "witness": f"{MARKER} अ",
    }
    wrong = {**personal, "record_number": f"{MARKER}m", "date_of_birth": f"{MARKER}", "interpreter_is": f"{MARKER}"}
    refused = {**personal, "record_number": f"{MARKER}n", "procedures": "ADD-1"}
    same = {**personal, "record_number": f"{MARKER}o", "witness": personal["patient_name"]}
    day = write_schedule(tmp_path / "day.csv", personal, unprintable, wrong, refused, same)
    made = pack(day, "-o", "out/", "--json", "--cache", cache)
    assert made.code == 7
    assert len(json.loads(made.stdout)["packets"]) == 1
    pdf = (tmp_path / "out" / "2026-11-23-V-1.pdf").read_bytes()
    assert MARKER in page_texts(pdf)[0]
    told = made.stdout.decode() + made.stderr + " ".join(bookmarks(pdf))
    assert MARKER.casefold() not in told.casefold()
    assert not set("สมชายअ") & set(told)
    assert f"{MARKER}".encode() not in pdf, "text is in glyphs and compressed streams; metadata and names are not"
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert kept
    for path in (*kept, *temporary.rglob("*"), *(tmp_path / "out").rglob("*")):
        assert MARKER not in path.name
        assert path.suffix == ".pdf" or not path.is_file() or MARKER.encode() not in path.read_bytes()
    assert list(temporary.rglob("*.pdf")) == []


def test_what_is_kept_is_the_same_for_every_patient(pack: Call, tmp_path: Path) -> None:
    cache = tmp_path / "cache"

    def keep(name: str, record: str) -> dict[str, bytes]:
        day = write_schedule(tmp_path / "day.csv", {"patient_name": name, "record_number": record})
        assert pack(day, "-o", "out/", "--cache", cache).code == 0
        files = [path for path in cache.rglob("*") if path.is_file()]
        return {str(path.relative_to(cache)): path.read_bytes() for path in files}

    assert keep("Ann Lee", "MR-1").keys() == keep("Marcus Whitfield", "MR-2").keys()


def test_a_printer_gets_the_file_and_nobody_else(pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "lpstat").write_text(
        "#!/bin/sh\necho 'office accepting requests since Mon'\necho 'printer office is idle.  enabled since Mon'\n"
    )
    (programs / "lp").write_text(
        f"#!/bin/sh\necho \"$@\" >> {tmp_path}/arguments\ncat > /dev/null\necho 'request id is office-1 (0 file(s))'\n"
    )
    (programs / "lpoptions").write_text("#!/bin/sh\necho \"printer-make-and-model='Office, driverless'\"\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    made = pack(write_visit(tmp_path / "visit.yaml"), "--print", "office", "--sets")
    assert made.code == 0, made.stderr
    assert "Sent to office" in made.stderr
    told = (tmp_path / "arguments").read_text()
    assert "page-ranges=1-1" in told.replace("page-ranges=1 ", "page-ranges=1-1 ")
    assert "V-1" in told
    assert "Siobh" not in told
    assert "20417" not in told
    assert list(tmp_path.glob("*.pdf")) == []
