"""The guards of packets, each with the fault that it is there for: on what no papers are made for, and what is told."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.errors import WrongUse
from consentkit.packets.packet import PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner
from consentkit.pdf.link.link import Linker
from kit.guarded import GUARDIAN, INTERPRETER, LONG_PAST, MARKED, PATIENT, TRAINEE, approve, make_guarded_clinic
from kit.packets import write_schedule, write_visit
from kit.running import Outcome, leftovers
from kit.small import CODE, write_translation

Call = Callable[..., Outcome]

CHILD = {"name": PATIENT, "born": "2015-07-09", "record": "MR-20417"}
HIEROGLYPHS = "𓀀𓁐𓃰"
"""Letters that no font here has."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_guarded_clinic(tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def pack(call: Call, clinic: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """Run `consentkit packet`, with drafts, for one visit that differs from the plain one."""

    def pack_visit(*arguments: str, **changes: Any) -> Outcome:
        file = write_visit(tmp_path / "visit.yaml", **changes)
        return call("packet", "--clinic", clinic, "--allow-drafts", file, *arguments)

    return pack_visit


def refuses(made: Outcome, folder: Path, rule: str) -> bool:
    """Whether a visit was refused for one reason alone, and no file was written."""
    told = [line for line in made.stderr.splitlines() if "visit.yaml" in line]
    return made.code == 3 and len(told) == 1 and f"[{rule}]" in told[0] and list(folder.glob("*.pdf")) == []


# --- which codes and people go together ---

BROKEN: dict[str, dict[str, Any]] = {
    "repeated-code": {"procedures": [CODE, CODE]},
    "retired-code": {"procedures": ["OLD-1"]},
    "not-together": {"procedures": [CODE, "NOT-1"]},
    "only-if-separate": {"procedures": [CODE, "SEP-1"]},
    "add-on-alone": {"procedures": ["ADD-1"]},
    "medical-visit-missing": {"procedures": [CODE, "MED-1"]},
    "beside-medical-visit": {"procedures": ["NOMED-1"], "medical_visit": True},
    "untrained-interpreter": {"interpreter": {**INTERPRETER, "is_a": "relative"}},
    "minor-alone": {"patient": CHILD},
    "two-roles": {"witness": PATIENT},
}
"""A visit for each rule that breaks this rule alone."""


@pytest.mark.parametrize(("rule", "changes"), BROKEN.items(), ids=BROKEN)
def test_a_visit_that_breaks_one_rule_is_refused_for_it(
    rule: str, changes: dict[str, Any], pack: Callable[..., Outcome], tmp_path: Path
) -> None:
    made = pack(**changes)
    assert refuses(made, tmp_path, rule), made.stderr


SAME_PERSON: dict[str, dict[str, Any]] = {
    "patient and representative": {"representative": {**GUARDIAN, "name": PATIENT}},
    "patient and interpreter": {"interpreter": {**INTERPRETER, "name": PATIENT}},
    "patient and witness": {"witness": PATIENT},
    "patient and clinician": {"clinician": {"name": PATIENT}},
    "representative and clinician": {"representative": {**GUARDIAN, "name": "Dr. Amara Okonkwo"}},
    "representative and interpreter": {
        "representative": GUARDIAN,
        "interpreter": {**INTERPRETER, "name": GUARDIAN["name"]},
    },
    "representative and witness": {"representative": GUARDIAN, "witness": GUARDIAN["name"]},
    "trainee and supervisor": {**TRAINEE, "trainee": {"name": "Dr. Amara Okonkwo"}},
    "clinician and interpreter": {"interpreter": {**INTERPRETER, "name": "Dr. Amara Okonkwo"}},
    "clinician and witness": {"witness": "Dr. Amara Okonkwo"},
}
"""For each two roles, a visit in which one person holds both, and no other two."""


@pytest.mark.parametrize(("roles", "changes"), SAME_PERSON.items(), ids=SAME_PERSON)
def test_one_person_who_holds_two_roles_is_told_by_these_roles(
    roles: str, changes: dict[str, Any], pack: Callable[..., Outcome], tmp_path: Path
) -> None:
    made = pack(**changes)
    assert refuses(made, tmp_path, "two-roles"), made.stderr
    one, other = roles.split(" and ")
    assert f"the {one} and the {other} have the same name" in made.stderr
    assert "Okonkwo" not in made.stderr
    assert "Guadalupe" not in made.stderr


def test_a_code_for_once_a_day_is_refused_at_the_second_visit_of_the_day(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    daily = {"procedures": "DAY-1", "record_number": "MR-1"}
    refused = {**daily, "patient_name": HIEROGLYPHS}
    day = write_schedule(tmp_path / "day.csv", refused, daily, daily, {**daily, "record_number": "MR-2"})
    made = call("packet", "--clinic", clinic, "--allow-drafts", day, "-o", "out", "--json")
    assert made.code == 7
    told = json.loads(made.stdout)
    assert [entry["visit"] for entry in told["packets"]] == ["V-2", "V-4"], "one that was refused does not count"
    assert [(entry["row"], "[once-a-day]" in str(entry["problems"])) for entry in told["refused"]] == [
        (2, False),
        (4, True),
    ]


# --- going on in spite of a rule ---


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "\u00a0\t", "…", "-- ."])
def test_a_reason_that_says_nothing_is_no_reason(reason: str, pack: Callable[..., Outcome], tmp_path: Path) -> None:
    made = pack(f"--override={reason}", patient=CHILD)
    assert made.code == 2
    assert "--override needs a reason" in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []
    with pytest.raises(WrongUse, match="needs a reason"):
        PacketOptions(override=reason)


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("O'Keeffe is 17 soon", "the patient's name or record number"),
        ("see mr 20417", "the patient's name or record number"),
        ("born on 7/9/2015", "the patient's date of birth"),
    ],
)
def test_a_reason_that_tells_who_the_patient_is_is_refused_and_not_quoted(
    reason: str, what: str, pack: Callable[..., Outcome], tmp_path: Path
) -> None:
    made = pack("--override", reason, patient=CHILD)
    assert refuses(made, tmp_path, "override"), made.stderr
    assert what in made.stderr
    assert reason not in made.stderr


def test_a_reason_that_names_the_representative_is_refused(pack: Callable[..., Outcome], tmp_path: Path) -> None:
    made = pack("--override", "Guadalupe wants it", procedures=["ADD-1"], representative=GUARDIAN)
    assert refuses(made, tmp_path, "override"), made.stderr
    assert "the representative's name" in made.stderr


LENIENT = ("only-if-separate", "add-on-alone", "minor-alone")


@pytest.mark.parametrize("rule", sorted(set(BROKEN) - set(LENIENT)))
def test_no_reason_lets_a_visit_through_that_can_not_be_overridden(
    rule: str, pack: Callable[..., Outcome], tmp_path: Path
) -> None:
    made = pack("--override", "We have talked about it.", **BROKEN[rule])
    assert refuses(made, tmp_path, rule), made.stderr


@pytest.mark.parametrize("rule", LENIENT)
def test_what_was_overridden_is_recorded_and_told(rule: str, pack: Callable[..., Outcome]) -> None:
    made = pack("--override", "We have talked about it.", "--json", **BROKEN[rule])
    assert made.code == 0, made.stderr
    (entry,) = json.loads(made.stdout)["packets"]
    assert [(found["rule"], found["reason"]) for found in entry["overridden"]] == [(rule, "We have talked about it.")]
    assert "Warning: visit V-1: overridden:" in made.stderr


# --- what nobody has approved ---


def unapproved(clinic: Path) -> None:
    """Nobody has approved anything."""


def run_out(clinic: Path) -> None:
    """The approval has run out."""
    approve(clinic, until=LONG_PAST)


def changed(clinic: Path) -> None:
    """Another text was approved."""
    approve(clinic)
    path = clinic / "procedures" / f"{CODE}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("You may feel sad.", "You may feel low."))


@pytest.mark.parametrize("prepare", [unapproved, run_out, changed])
def test_a_document_without_an_approval_that_holds_is_refused(
    prepare: Callable[[Path], None], call: Call, clinic: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(clinic, tmp_path / "clinic")
    prepare(folder)
    made = call("packet", "--clinic", folder, write_visit(tmp_path / "visit.yaml"))
    assert refuses(made, tmp_path, "draft"), made.stderr


def test_a_translation_of_a_text_that_has_changed_since_counts_as_not_approved(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(clinic, tmp_path / "clinic")
    approve(folder, language="es")
    file = write_visit(tmp_path / "visit.yaml", language="es")
    assert call("packet", "--clinic", folder, file, "-o", "good.pdf").code == 0
    (tmp_path / "good.pdf").unlink()
    write_translation(folder / "procedures", "es", translates="0" * 64)
    made = call("packet", "--clinic", folder, file)
    assert refuses(made, tmp_path, "draft"), made.stderr


# --- names that can't be printed ---

UNPRINTABLE: dict[str, dict[str, Any]] = {
    "the patient's name": {"patient": {**CHILD, "born": "1984-07-09", "name": HIEROGLYPHS}},
    "the clinician's name": {"clinician": {"name": HIEROGLYPHS}},
    "the trainee's name": {**TRAINEE, "trainee": {"name": HIEROGLYPHS}},
    "the supervisor's name": {**TRAINEE, "supervisor": {"name": HIEROGLYPHS}},
    "the representative's name": {"representative": {**GUARDIAN, "name": HIEROGLYPHS}},
    "the relationship": {"representative": {**GUARDIAN, "relationship": HIEROGLYPHS}},
    "the interpreter's name": {"interpreter": {**INTERPRETER, "name": HIEROGLYPHS}},
    "the interpreter's language": {"interpreter": {**INTERPRETER, "language": HIEROGLYPHS}},
    "the interpreter's number": {"interpreter": {**INTERPRETER, "number": HIEROGLYPHS}},
    "the witness's name": {"witness": HIEROGLYPHS},
}
"""For each text that a visit prints, a visit in which no font has the letters of this one."""


@pytest.mark.parametrize(("what", "changes"), UNPRINTABLE.items(), ids=UNPRINTABLE)
def test_a_text_that_no_font_can_print_is_refused_by_what_it_is(
    what: str, changes: dict[str, Any], pack: Callable[..., Outcome], tmp_path: Path
) -> None:
    made = pack(**changes)
    assert refuses(made, tmp_path, "unprintable"), made.stderr
    assert f"{what} has letters" in made.stderr
    assert set(HIEROGLYPHS).isdisjoint(made.stderr)


def test_a_letter_of_which_a_font_only_says_that_it_has_it_is_not_drawn_as_a_box(
    pack: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        "packets.printable_names",
        "pdf.render.engine",
        "pdf.fonts.displayed_text",
    ):  # the nets before the last one
        monkeypatch.setattr(f"consentkit.{module}.unprintable", lambda text: [])
    made = pack(witness=HIEROGLYPHS)
    assert made.code == 6
    assert "letters that can't be printed" in made.stderr
    assert set(HIEROGLYPHS).isdisjoint(made.stderr)
    assert list(tmp_path.glob("*.pdf")) == []


# --- what is told, and to whom ---

TELLING = {
    "name": f"{MARKED}-1",
    "record": "V-MR20417",
    "birth": "V-1984-07-09",
    "representative": "Guadalupe-1",
}
"""Numbers of visits that tell who comes."""


@pytest.mark.parametrize(("what", "number"), TELLING.items(), ids=TELLING)
def test_a_number_of_a_visit_that_tells_who_comes_is_refused_and_not_quoted(
    what: str, number: str, call: Call, clinic: Path, tmp_path: Path
) -> None:
    row = {
        "visit": number,
        "patient_name": f"Ann {MARKED}",
        "record_number": "MR-20417",
        "representative": "Guadalupe de la Cruz",
        "relationship": "mother",
    }
    day = write_schedule(tmp_path / "day.csv", row)
    made = call("packet", "--clinic", clinic, "--allow-drafts", day, "-o", "out/")
    patient = {"name": f"Ann {MARKED}", "born": "1984-07-09", "record": "MR-20417"}
    file = write_visit(tmp_path / "visit.yaml", visit=number, patient=patient, representative=GUARDIAN)
    alone = call("packet", "--clinic", clinic, "--allow-drafts", file)
    assert (made.code, alone.code) == (7, 3)
    for told in (made.stderr, alone.stderr):
        assert "it becomes part of file names" in told
        assert number not in told
    assert list(tmp_path.rglob("*.pdf")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"place": MARKED},
        {MARKED: "1"},
        {"date": MARKED},
        {"procedures": [MARKED]},
        {"procedures": [MARKED.upper()], "patient": {"name": f"Ana {MARKED}", "born": "1984-07-09", "record": "MR-1"}},
        {"patient": {"name": MARKED, "born": MARKED, "record": f"_{MARKED}"}},
        {"language": f"{MARKED} "},
        {"time": [MARKED]},
    ],
    ids="-".join,
)
def test_no_message_quotes_what_a_visit_holds(
    changes: dict[str, Any], pack: Callable[..., Outcome], call: Call, clinic: Path, tmp_path: Path
) -> None:
    made = pack(**changes)
    assert made.code in {2, 3, 4}
    assert MARKED.casefold() not in (made.stdout.decode() + made.stderr).casefold()


@pytest.mark.parametrize(
    "row",
    [
        {"place": MARKED},
        {"date": MARKED},
        {"date_of_birth": MARKED},
        {"procedures": MARKED.upper(), "patient_name": f"Ana {MARKED}"},
        {"interpreter": MARKED, "interpreter_is": MARKED},
        {"record_number": f"_{MARKED}"},
        {"large_print": MARKED},
    ],
    ids="-".join,
)
def test_no_message_quotes_a_cell_of_a_schedule(row: dict[str, str], call: Call, clinic: Path, tmp_path: Path) -> None:
    made = call("packet", "--clinic", clinic, "--allow-drafts", write_schedule(tmp_path / "day.csv", row), "-o", "out/")
    assert made.code == 7
    assert MARKED.casefold() not in (made.stdout.decode() + made.stderr).casefold()


def test_a_row_in_the_place_of_the_names_of_columns_is_not_quoted(call: Call, clinic: Path, tmp_path: Path) -> None:
    name = "amara"  # in small letters, as a key is written, and keys may be quoted
    (tmp_path / "day.csv").write_text(f"V-1,2026-11-23,{name},1984-07-09,MR-1,{CODE},{name}\n")
    made = call("packet", "--clinic", clinic, "day.csv", "-o", "out/")
    assert made.code == 3
    assert name not in made.stderr


def test_a_fault_of_the_program_is_told_by_its_kind_alone(
    pack: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any) -> None:
        raise KeyError(PATIENT)

    monkeypatch.setattr(PacketMaker, "make", stumble)
    made = pack()
    assert made.code == 1
    assert "KeyError" in made.stderr
    assert "Siobh" not in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.usefixtures("nothing_kept_of_packets")
def test_a_part_that_can_not_be_joined_is_told_without_what_it_holds(
    pack: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any) -> None:
        raise ValueError(PATIENT)

    monkeypatch.setattr(Linker, "add", stumble)
    made = pack()
    assert made.code == 6
    assert "can't be joined" in made.stderr
    assert "Siobh" not in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


# --- visits and schedules that contradict themselves, or are too much ---

CONTRADICTING: dict[str, tuple[dict[str, Any], str]] = {
    "before its time": ({"date": "1999-12-31"}, "before the year 2000"),
    "before birth": ({"patient": {**CHILD, "born": "2026-11-24"}}, "date of birth after the date of the visit"),
    "beyond age": ({"patient": {**CHILD, "born": "1890-01-01"}}, "more than 130 years before the visit"),
    "unsupervised": ({"trainee": TRAINEE["trainee"]}, "a trainee is always supervised"),
    "a path": ({"extra": ["../clinic.yaml"]}, "extra[1]: "),
    "a path in the number": ({"visit": "../V-1"}, "visit: "),
}


@pytest.mark.parametrize("case", CONTRADICTING)
def test_a_visit_that_can_not_be_is_refused(case: str, pack: Callable[..., Outcome], tmp_path: Path) -> None:
    changes, message = CONTRADICTING[case]
    made = pack(**changes)
    assert made.code == 3
    assert message in made.stderr, made.stderr
    assert list(tmp_path.rglob("*.pdf")) == []


NO_TEXT = {
    "a spreadsheet": (b"PK\x03\x04", "is a spreadsheet or an archive"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0", "is a spreadsheet in an old format"),
    "a PDF": (b"%PDF-1.7", "is a PDF"),
    "UTF-16": ("visit: V-1\n".encode("utf-16"), "is written in UTF-16"),
    "nothing": (b"\n \n", "is empty"),
    "not UTF-8": (b"visit: V-1\nwitness: Andr\xe9\n", "is not UTF-8"),
    "too much": (b"# " + b"a" * 300_000, "is too large"),
}


@pytest.mark.parametrize("case", NO_TEXT)
def test_a_file_that_holds_no_visit_is_told_as_what_it_is(case: str, call: Call, clinic: Path, tmp_path: Path) -> None:
    data, message = NO_TEXT[case]
    (tmp_path / "visit.yaml").write_bytes(data)
    made = call("packet", "--clinic", clinic, "visit.yaml")
    assert made.code == 3
    assert message in made.stderr, made.stderr


SPOILT: dict[str, tuple[list[dict[str, str]], str]] = {
    "a number twice": ([{}, {"visit": "v-1"}], "a second time, first on line 2"),
    "a long cell": ([{}, {"witness": "a" * 2000}], "at most 1,000 fit"),
    "a turn of direction": ([{}, {"witness": "Bo\u202eNye"}], "U+202E"),
    "another form of date": ([{}, {"date_of_birth": "07/09/1984"}], "is a date in another form"),
    "a fault of the spreadsheet": ([{}, {"witness": "#REF!"}], "is an error of the spreadsheet"),
    "a point in a number": (
        [{}, {"record_number": "20417.0"}],
        "contains a number that a spreadsheet gave a decimal point",
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_row_that_a_spreadsheet_has_spoilt_is_refused_and_no_other(
    case: str, call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, message = SPOILT[case]
    monkeypatch.setattr(Planner, "plan", only_counted)
    made = call("packet", "--clinic", clinic, write_schedule(tmp_path / "day.csv", *rows), "-o", "out/", "--json")
    assert made.code == 7
    first, second = json.loads(made.stdout)["refused"]
    assert (first["row"], second["row"]) == (2, 3)
    assert COUNTED in str(first["problems"])
    assert message in str(second["problems"])


COUNTED = "this visit was read"


def only_counted(*_: Any) -> None:
    """Stand in for planning, where only reading is looked at."""
    raise WrongUse(COUNTED)


TOO_MUCH: dict[str, tuple[Callable[[str], str], str]] = {
    "rows": (lambda text: text + (text.splitlines()[1] + "\n") * 5000, "one visit too many"),
    "a line": (lambda text: text + "a" * 140_000, "is a line of more than"),
    "a quotation mark": (lambda text: text.replace("Nora", '"Nora'), "quotation mark that does not match"),
    "a cell too many": (lambda text: text.rstrip("\r\n") + ",more\r\n", "cells, but the first line names"),
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_a_schedule_that_is_too_much_or_out_of_form_is_refused(
    case: str, call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, message = TOO_MUCH[case]
    monkeypatch.setattr(Planner, "plan", only_counted)
    day = write_schedule(tmp_path / "day.csv", {})
    day.write_text(change(day.read_text()))
    made = call("packet", "--clinic", clinic, day, "-o", "out/")
    assert made.code in {3, 7}
    assert message in made.stderr, made.stderr
    assert COUNTED not in made.stderr


# --- extra files ---

HARMFUL = ("script.pdf", "attached-file.pdf", "cut-off.pdf", "protected.pdf", "large-page.pdf")


@pytest.mark.parametrize("name", HARMFUL)
def test_an_extra_file_is_judged_before_it_goes_into_a_packet(
    name: str, pack: Callable[..., Outcome], tmp_path: Path
) -> None:
    made = pack(extra=[name])
    assert made.code == 3
    assert name in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_an_extra_file_that_is_a_link_or_too_large_is_refused(call: Call, clinic: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(clinic, tmp_path / "clinic")
    (folder / "extra" / "link.pdf").symlink_to(folder / "extra" / "tagged.pdf")
    with (folder / "extra" / "large.pdf").open("wb") as file:
        file.truncate(21 * 1024**2)
    for name, message in (("link.pdf", "is a symbolic link"), ("large.pdf", "at most")):
        made = call("packet", "--clinic", folder, "--allow-drafts", write_visit(tmp_path / "v.yaml", extra=[name]))
        assert (made.code, message in made.stderr) == (3, True), made.stderr


# --- files that are there already ---


@pytest.mark.parametrize("arguments", [["visit.yaml", "-o", "mine.pdf"], ["day.csv", "--combined", "mine.pdf"]])
def test_a_file_of_somebody_else_is_left_alone_before_anything_is_made(
    arguments: list[str], call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_visit(tmp_path / "visit.yaml")
    write_schedule(tmp_path / "day.csv", {})
    (tmp_path / "mine.pdf").write_text("mine")
    monkeypatch.setattr(PacketMaker, "make", lambda *_: pytest.fail("a packet was made"))
    made = call("packet", "--clinic", clinic, "--allow-drafts", *arguments)
    assert made.code == 5
    assert "consentkit did not make it" in made.stderr
    assert (tmp_path / "mine.pdf").read_text() == "mine"


def test_a_file_of_somebody_else_in_the_folder_for_packets_is_left_alone(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", {})
    (tmp_path / "2026-11-23-V-1.pdf").write_text("mine")
    made = call("packet", "--clinic", clinic, "--allow-drafts", day, "-o", ".")
    assert made.code == 7
    assert "consentkit did not make it" in made.stderr
    assert (tmp_path / "2026-11-23-V-1.pdf").read_text() == "mine"


# --- printing ---

_STAND_INS = {
    "lpstat": "echo 'office accepting requests since Mon'; echo 'printer office is idle.  enabled since Mon'",
    "lpoptions": "echo \"device-uri=ipp://office printer-make-and-model='Office'\"",
    "lp": 'echo "$@" >> "$TOLD"; cat > /dev/null; echo \'request id is office-1 (0 file(s))\'',
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs in the place of those of CUPS, which note what they are told."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, script in _STAND_INS.items():
        stand_in(folder, name, script)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    return folder


def stand_in(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(stat.S_IRWXU)


def test_printing_leaves_no_file_and_tells_the_queue_the_number_of_the_visit_alone(
    programs: Path, pack: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    made = pack("--print", "office", "--sets")
    assert made.code == 0, made.stderr
    assert list(temporary.iterdir()) == []
    assert list(tmp_path.rglob("*.pdf")) == []
    assert leftovers(tmp_path) == []
    told = (tmp_path / "told").read_text()
    assert "-t consentkit V-1" in told
    for secret in ("Siobh", "20417", "1984", str(tmp_path)):
        assert secret not in told


def test_a_raw_queue_gets_no_part_of_a_file(programs: Path, pack: Callable[..., Outcome], tmp_path: Path) -> None:
    stand_in(programs, "lpoptions", "echo \"device-uri=socket://x printer-make-and-model='Local Raw Printer'\"")
    made = pack("--print", "office", "--sets")
    assert made.code == 5
    assert "is a raw queue" in made.stderr
    assert not (tmp_path / "told").exists()


NOT_PRINTING = {
    "not accepting": ("office", "echo 'office not accepting requests since Mon'", "accepts no jobs"),
    "another": ("office", "echo 'desk accepting requests since Mon'", "there is no printer"),
    "stopped": (
        "office",
        "echo 'office accepting requests since Mon'; echo 'printer office disabled since Mon'",
        "has been stopped",
    ),
    "an option": ("-dother", 'touch "$TOLD"', "can't be the name of a printer"),
}


@pytest.mark.parametrize("case", NOT_PRINTING)
def test_a_printer_is_looked_at_before_anything_is_made(
    case: str, programs: Path, pack: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer, answer, message = NOT_PRINTING[case]
    stand_in(programs, "lpstat", answer)
    monkeypatch.setattr(PacketMaker, "make", lambda *_: pytest.fail("a packet was made"))
    made = pack(f"--print={printer}")
    assert made.code in {2, 5}, made.stderr
    assert message in made.stderr
    assert not (tmp_path / "told").exists()


def test_each_patient_of_a_day_in_one_file_is_a_job_of_its_own(
    programs: Path, call: Call, clinic: Path, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    made = call(
        "packet", "--clinic", clinic, "--allow-drafts", day, "--combined", "all.pdf", "--print", "office", "--json"
    )
    assert made.code == 0, made.stderr
    first, second = (entry["pages"] for entry in json.loads(made.stdout)["packets"])
    told = (tmp_path / "told").read_text().splitlines()
    assert len(told) == 2
    assert f"page-ranges=1-{first} " in told[0]
    assert f"page-ranges={first + 1}-{first + second} " in told[1]
