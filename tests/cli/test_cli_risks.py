"""The table of risks beside the procedures, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.pdf.read.structure_text import readable_text
from kit.running import Outcome
from kit.small import CODE, make_clinic, write_procedure, write_translation

Call = Callable[..., Outcome]

SOURCE = "    source: {title: A study, publisher: A journal, year: 2021}\n"
TABLE = f"""\
risks:
  bad_sleep:
    group: common
    figure: {{number: 3, out_of: 10}}
{SOURCE}\
    wording:
      en: You may sleep badly.
      es: Puede dormir mal.
"""


def clinic_with(folder: Path, table: str = TABLE, group: str = "common", key: str = "bad_sleep") -> Path:
    """A clinic whose one procedure refers to a table of its own."""
    clinic = make_clinic(folder)
    write_procedure(clinic / "procedures", risks={group: [{"risk": key}], "what_helps": "Tell us."})
    (clinic / "procedures" / "risks.yaml").write_text(table, encoding="utf-8")
    return clinic


def rendered(call: Call, clinic: Path, *options: str) -> str:
    out = clinic.parent / "out.pdf"
    done = call("render", CODE, "--clinic", clinic, "-o", out, "--force", *options)
    assert done.code == 0, done.stderr
    return readable_text(out.read_bytes())


def test_a_paper_prints_what_the_table_says(call: Call, tmp_path: Path) -> None:
    assert "About 3 in 10: You may sleep badly." in rendered(call, clinic_with(tmp_path / "clinic"))


def test_an_edit_of_the_table_gives_another_paper(call: Call, tmp_path: Path) -> None:
    """The first one is kept: it may not be given out for the second."""
    clinic = clinic_with(tmp_path / "clinic")
    rendered(call, clinic)
    (clinic / "procedures" / "risks.yaml").write_text(TABLE.replace("sleep badly", "lie awake"), encoding="utf-8")
    assert "About 3 in 10: You may lie awake." in rendered(call, clinic)


def test_a_clinics_risk_takes_the_place_of_the_shipped_one_in_shipped_texts(call: Call, tmp_path: Path) -> None:
    own = TABLE.replace("bad_sleep", "hard_feelings").replace("You may sleep badly", "You may feel many things")
    clinic = clinic_with(tmp_path / "clinic", own, key="hard_feelings")
    out = tmp_path / "90837.pdf"
    assert call("render", "90837", "--clinic", clinic, "-o", out).code == 0
    text = readable_text(out.read_bytes())
    assert "About 3 in 10: You may feel many things." in text
    assert "Talk therapy may not help you enough." in text  # from the shipped table, which is still there


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (SOURCE, "", 2, "risks.bad_sleep: has a `figure` without a `source`"),
        (", year: 2021", "", 5, "risks.bad_sleep.source.year: is missing; add it"),
        ("year: 2021", "year: soon", 5, "risks.bad_sleep.source.year: is not a whole number"),
        ("group: common", "group: often", 3, "is `often`; write one of `common`, `uncommon` and `rare`"),
        ("out_of: 10", "out_of: 7", 4, "risks.bad_sleep.figure: has another `out_of` than"),
        ("bad_sleep", "Bad Sleep", 2, "is `Bad Sleep`; use lowercase letters, digits and underscores"),
        ("en: You may sleep badly.", "en: We guarantee that you sleep.", 7, "[promise]"),
        ("es: Puede", "es: El paciente puede", 8, "[address]"),
    ],
)
def test_check_finds_what_is_wrong_with_a_table_at_its_line(
    old: str, new: str, line: int, message: str, call: Call, tmp_path: Path
) -> None:
    assert TABLE.count(old) == 1
    clinic = clinic_with(tmp_path / "clinic", TABLE.replace(old, new))
    table = clinic / "procedures" / "risks.yaml"
    done = call("check", table, "--strict", "--clinic", clinic)
    assert done.code == 3
    assert any(text.startswith(f"{table}:{line}:") and message in text for text in done.lines), done.lines


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("command", ["check", "render", "list"])
@pytest.mark.parametrize(
    ("group", "key", "message"),
    [
        ("rare", "bad_sleep", "files `bad_sleep` under `rare`, but in `risks.yaml` it is `common` for all texts"),
        ("common", "bad_slep", "refers to `bad_slep`, which `risks.yaml` does not have; did you mean `bad_sleep`?"),
    ],
)
def test_a_key_under_another_group_or_that_is_unknown_is_an_error_with_its_line(
    group: str, key: str, message: str, command: str, call: Call, tmp_path: Path
) -> None:
    clinic = clinic_with(tmp_path / "clinic", group=group, key=key)
    code = [CODE] if command == "render" else []
    done = call(command, *code, "--clinic", clinic)
    place = f"{clinic / 'procedures' / CODE}.yaml:"
    said = [line for line in [*done.lines, *done.stderr.splitlines()] if message in line]
    assert done.code == 3
    assert len(said) == 1
    assert place in said[0]
    assert f"risks.{group}[1]" in said[0]


def test_a_table_that_can_not_be_read_is_named_and_no_paper_is_made(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path / "clinic", TABLE.replace("group: common", "group: often"))
    done = call("render", CODE, "--clinic", clinic)
    assert done.code == 3
    assert f"{clinic}/procedures/risks.yaml:3:" in done.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_translation_needs_the_wording_of_its_language(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path / "clinic", TABLE.replace("      es: Puede dormir mal.\n", ""))
    write_translation(clinic / "procedures", "es", risks={"common": [{"risk": "bad_sleep"}], "what_helps": "Díganos."})
    done = call("render", CODE, "--lang", "es", "--clinic", clinic)
    assert done.code == 3
    assert "for which `risks.yaml` has no wording in `es`; add it there under `wording`" in done.stderr


@pytest.mark.usefixtures("few_texts")
def test_a_table_is_no_procedure(call: Call, tmp_path: Path) -> None:
    """It is neither listed nor made into papers, nor passed over as a file that nothing reads."""
    clinic = clinic_with(tmp_path / "clinic")
    listed = json.loads(call("list", "--json", "--clinic", clinic).stdout)
    assert "risks" not in str([entry["code"] for entry in listed["procedures"]])
    done = call("check", "--json", "--clinic", clinic)
    told: dict[str, Any] = json.loads(done.stdout)
    assert [problem for problem in told["problems"] if "risks.yaml" in str(problem)] == []
    assert str(clinic / "procedures" / "risks.yaml") in told["files"]


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("name", ["Risks.yaml", "risks.yml", "risks.es.yaml"])
def test_a_table_of_another_name_is_a_file_that_nothing_reads(name: str, call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path / "clinic")
    (clinic / "procedures" / name).write_text(TABLE, encoding="utf-8")
    done = call("check", "--clinic", clinic)
    assert any(f"`procedures/{name}`" in line and "[ignored-file]" in line for line in done.lines)


@pytest.mark.usefixtures("few_texts")
def test_what_no_text_names_is_noticed(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path / "clinic", TABLE + TABLE.replace("risks:\n", "").replace("bad_sleep", "long_sleep"))
    lines = call("check", "--notices", "--clinic", clinic).lines
    assert [line for line in lines if "[risk-unused]" in line and "long_sleep" in line]
    assert not [line for line in lines if "[risk-unused]" in line and "bad_sleep" in line]


def test_the_character_that_can_not_be_printed_is_found_in_the_table(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path / "clinic", TABLE.replace("sleep badly", "sleep ☃ badly"))
    done = call("render", CODE, "--clinic", clinic)
    assert done.code == 6
    assert f"{clinic}/procedures/risks.yaml:7:" in done.stderr


def test_a_list_that_is_kept_is_void_when_the_table_changes(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path / "clinic")
    assert call("list", "--clinic", clinic).code == 0
    (clinic / "procedures" / "risks.yaml").write_text(TABLE.replace("bad_sleep", "long_sleep"), encoding="utf-8")
    done = call("list", "--clinic", clinic)
    assert done.code == 3
    assert "refers to `bad_sleep`, which `risks.yaml` does not have" in done.stderr
