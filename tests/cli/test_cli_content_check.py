"""`consentkit check` of what texts say: clean on what is shipped, red at the right lines of whole clinic folders."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from consentkit import checks
from consentkit.library.definitions import load_procedure
from consentkit.model.translation import text_hash
from kit.planting import CONTENT, Files, clean_files, planted
from kit.running import PROJECT, Outcome
from kit.small import make_clinic

Call = Callable[..., Outcome]


def write_clinic(folder: Path, files: Files) -> Path:
    """Write a folder of planted faults as a clinic has it: with a logo, and translations that name real hashes."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "logo.png").write_bytes((PROJECT / "samples/clinic/logo.png").read_bytes())
    for path in (folder / "procedures").glob("*.es.yaml"):
        text = path.read_text(encoding="utf-8")
        if '"current"' in text:
            original = load_procedure(path.with_name(f"{path.name.split('.')[0]}.yaml"))
            text = text.replace('"current"', text_hash(original))
        path.write_text(text.replace('"an older text"', "0" * 64), encoding="utf-8")
    return folder


def own_findings(clinic: Path, done: Outcome) -> list[str]:
    """What is said of the clinic's own files, named as they are in its folder."""
    return [line.removeprefix(f"{clinic}/") for line in done.lines if line.startswith(f"{clinic}/")]


def check(call: Call, clinic: Path, *options: str) -> Outcome:
    """Check the whole library with the clinic's own files: this takes a second or two."""
    return call("check", "--clinic", clinic, *options)


def check_talk(call: Call, clinic: Path, *options: str) -> Outcome:
    """Check one procedure of the clinic's."""
    return call("check", clinic / "procedures/TALK-1.yaml", "--clinic", clinic, *options)


# --- what is shipped ---


def test_everything_that_is_shipped_is_clean_in_both_languages(call: Call) -> None:
    done = call("check", "--strict", "--json")
    told = json.loads(done.stdout)
    assert done.code == 0
    assert [problem for problem in told["problems"] if problem["severity"] != "notice"] == []
    names = [Path(name).name for name in told["files"]]
    codes = [name.removesuffix(".yaml") for name in names if name.count(".") == 1 and name[0].isdigit()]
    assert len(codes) == 18
    assert {f"{code}.es.yaml" for code in codes} <= set(names)
    assert {"en.yaml", "es.yaml", "risks.yaml"} <= set(names)


def test_the_committed_table_of_reading_grades_is_that_of_todays_texts(call: Call) -> None:
    done = call("check", "--grades")
    assert done.code == 0
    assert done.stdout == (PROJECT / "docs/reading-grades.md").read_bytes()


# --- planted faults ---


@pytest.mark.parametrize("case", ["leftover", "long-sentence", "review-overdue", "waiver", "undefined-term"])
def test_a_fault_in_one_text_is_told_at_its_line(case: str, tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted(case))
    expected = (CONTENT / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    done = check_talk(call, clinic)
    assert own_findings(clinic, done) == expected
    assert done.code == (0 if all(": warning: " in line for line in expected) else 3)


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("case", ["pairing-one-sided", "service-unknown"])
def test_a_fault_across_files_is_told_at_its_lines(case: str, tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted(case))
    expected = (CONTENT / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    done = check(call, clinic)
    assert [line.replace(f"{clinic}/", "") for line in own_findings(clinic, done)] == expected
    assert done.code == 3


ACROSS_FILES = [
    "exclusion-one-sided", "missing-translation", "pairing-one-sided", "retired-referenced", "same-title",
    "service-repeated", "service-retired", "service-unknown", "unknown-related-code",
]  # fmt: skip


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("case", ACROSS_FILES)
def test_a_named_file_is_told_what_the_check_of_the_whole_folder_says_of_it(
    case: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_clinic(tmp_path / "clinic", planted(case)))
    expected = (CONTENT / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    for name in sorted({line.split(":")[0] for line in expected}):
        told = call("check", name, "--clinic", ".", "--notices").lines
        assert [line for line in told if line.endswith(f"[{case}]")] == [
            line for line in expected if line.startswith(f"{name}:")
        ]
        assert {line.split(":")[0] for line in told} == {name}, "what is wrong elsewhere is not reported here"


def test_a_text_of_the_library_is_compared_with_the_others_however_it_is_named(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted("unknown-related-code"))
    (expected,) = (CONTENT / "unknown-related-code/expected.txt").read_text(encoding="utf-8").splitlines()
    monkeypatch.chdir(clinic)
    name = expected.split(":")[0]
    assert call("check", name).lines == [expected]
    assert len(call("check", Path(name).stem).lines) == 1


def test_a_text_from_elsewhere_is_checked_by_itself(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted("unknown-related-code"))
    assert len(call("check", clinic / "procedures").lines) == 0
    assert len(call("check", clinic / "procedures", "--clinic", clinic).lines) == 1


# --- translations of nothing ---


def orphaned(folder: Path, code: str = "TALK-9") -> Path:
    """A clinic with a translation of a procedure that doesn't exist."""
    files = clean_files()
    text = files["procedures/TALK-1.es.yaml"]
    text = text.replace("TALK-1", code).replace('"current"', f"'{64 * '0'}'")
    return write_clinic(folder, {**files, f"procedures/{code}.es.yaml": text})


@pytest.mark.usefixtures("few_texts")
def test_a_translation_of_nothing_is_reported(tmp_path: Path, call: Call) -> None:
    clinic = orphaned(tmp_path / "clinic")
    (line,) = own_findings(clinic, check(call, clinic))
    assert line.startswith("clinic.yaml:1:1: warning: has `procedures/TALK-9.es.yaml` beside it")
    assert line.endswith("[ignored-file]")
    (line,) = own_findings(clinic, call("check", clinic / "procedures/TALK-9.es.yaml", "--clinic", clinic))
    assert line.startswith("procedures/TALK-9.es.yaml:1:7: warning: code: is TALK-9, which no procedure here has")
    assert line.endswith("[ignored-file]")


@pytest.mark.usefixtures("few_texts")
def test_a_translation_of_nothing_can_be_excepted_like_anything_else(tmp_path: Path, call: Call) -> None:
    clinic = orphaned(tmp_path / "clinic")
    with (clinic / "clinic.yaml").open("a", encoding="utf-8") as file:
        file.write("checks: {rules: {ignored-file: off}}\n")
    assert own_findings(clinic, check(call, clinic)) == []
    assert own_findings(clinic, call("check", clinic / "procedures/TALK-9.es.yaml", "--clinic", clinic)) == []


@pytest.mark.usefixtures("few_texts")
def test_a_translation_of_a_text_with_mistakes_is_not_one_of_nothing(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", clean_files())
    (clinic / "procedures/TALK-1.yaml").write_text("code: TALK-1\n", encoding="utf-8")
    for names in ([], [clinic / "procedures/TALK-1.es.yaml"]):
        done = call("check", *names, "--clinic", clinic)
        assert [line for line in done.lines if "[ignored-file]" in line] == []


def test_a_translation_from_elsewhere_is_compared_with_the_text_beside_it(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted("stale-translation"))
    done = call("check", clinic / "procedures/TALK-1.es.yaml")
    assert [line for line in done.lines if line.endswith("[stale-translation]")] == done.lines != []


def test_a_file_of_clauses_that_names_no_language_is_reported_as_such(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", {**clean_files(), "clauses.es_old.yaml": "drop: []\n"})
    done = call("check", clinic / "clauses.es_old.yaml", "--clinic", clinic)
    (line,) = own_findings(clinic, done)
    assert (done.code, line) == (
        3,
        "clauses.es_old.yaml: has a name that is not read; name it clauses.LANGUAGE.yaml, such as clauses.es.yaml",
    )


def test_a_stale_translation_is_told_at_its_hash_with_todays(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted("stale-translation"))
    done = call("check", clinic / "procedures/TALK-1.es.yaml", "--clinic", clinic)
    (line,) = own_findings(clinic, done)
    assert (done.code, line.endswith("[stale-translation]")) == (3, True)
    assert line.startswith("procedures/TALK-1.es.yaml:3:13: translates: names a text that TALK-1 no longer has")
    assert text_hash(load_procedure(clinic / "procedures/TALK-1.yaml"))[:12] in line


@pytest.mark.usefixtures("few_texts")
def test_the_clean_folder_has_no_error(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", clean_files())
    done = check(call, clinic)
    assert (done.code, own_findings(clinic, done)) == (0, [])


def test_strict_lets_warnings_count(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted("long-sentence"))
    assert [check_talk(call, clinic, *options).code for options in ([], ["--strict"])] == [0, 3]


def test_notices_are_counted_and_shown_on_request(call: Call) -> None:
    hidden, shown = call("check", "90837"), call("check", "90837", "--notices")
    assert (hidden.code, hidden.stdout, shown.code) == (0, b"", 0)
    assert "--notices shows them" in hidden.stderr
    assert shown.lines
    assert all(": notice: " in line for line in shown.lines)
    assert any("[review-missing]" in line for line in shown.lines)


# --- formats ---


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A clinic with an error that spans two files and one mistake of form."""
    clinic = write_clinic(tmp_path / "clinic", planted("leftover"))
    (clinic / "services.yaml").write_text("servces: []\n", encoding="utf-8")
    return clinic


def test_json_has_rule_and_remedy_of_each_problem(faulty: Path, call: Call) -> None:
    done = call("check", faulty / "procedures/TALK-1.yaml", faulty / "services.yaml", "--clinic", faulty, "--json")
    assert done.code == 3
    problems = [found for found in json.loads(done.stdout)["problems"] if found["file"].startswith(str(faulty))]
    by_rule = {found["rule"]: found for found in problems if found["severity"] == "error"}
    leftover = by_rule["leftover"]
    assert (leftover["line"], leftover["column"], leftover["field"]) == (65, 3, "no_treatment")
    assert leftover["message"] == "contains `I hope you find`"
    assert leftover["remedy"].startswith("delete it")
    assert by_rule["form"]["file"] == str(faulty / "services.yaml")


def test_annotations_are_as_github_reads_them(faulty: Path, call: Call) -> None:
    done = check_talk(call, faulty, "--format", "github")
    assert done.code == 3
    path = faulty / "procedures/TALK-1.yaml"
    assert f"::error file={path},line=65,col=3,title=leftover::no_treatment: contains `I hope you find`; delete it" in (
        done.stdout.decode()
    )
    assert [line for line in done.lines if not line.startswith(("::error ", "::warning ", "::notice "))] == []


# --- the clinic's settings ---


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, 3),
        ({"rules": {"leftover": "off"}}, 0),
        ({"rules": {"leftover": "warning"}}, 0),
        ({"exceptions": [{"rule": "leftover", "code": "TALK-1", "reason": "A quotation."}]}, 0),
        ({"exceptions": [{"rule": "leftover", "code": "TALK-2", "reason": "A quotation."}]}, 3),
    ],
)
def test_a_rule_that_the_clinic_changes_is_changed(
    settings: dict[str, object], code: int, tmp_path: Path, call: Call
) -> None:
    clinic = write_clinic(tmp_path / "clinic", planted("leftover"))
    particulars = (clinic / "clinic.yaml").read_text(encoding="utf-8")
    (clinic / "clinic.yaml").write_text(particulars + yaml.safe_dump({"checks": settings}), encoding="utf-8")
    done = check_talk(call, clinic)
    told = [line for line in own_findings(clinic, done) if line.endswith("[leftover]")]
    assert done.code == code
    assert len(told) == (1 if code or "warning" in str(settings) else 0)
    assert all((": warning: " in line) == (code == 0) for line in told)


@pytest.mark.usefixtures("few_texts")
def test_a_setting_for_a_rule_that_does_not_exist_is_told_at_its_line(tmp_path: Path, call: Call) -> None:
    clinic = write_clinic(tmp_path / "clinic", clean_files())
    with (clinic / "clinic.yaml").open("a", encoding="utf-8") as file:
        file.write("checks:\n  rules:\n    leftovr: off\n")
    done = check(call, clinic)
    assert done.code == 3
    (told, note) = own_findings(clinic, done)
    assert told.startswith("clinic.yaml:8:14: checks.rules.leftovr: ")
    assert told.endswith("did you mean `leftover`?")
    assert "the standard rules were used" in note


# --- explaining ---


def test_a_rule_is_explained_with_reason_source_and_remedy(call: Call) -> None:
    done = call("check", "--explain", "long-sentence")
    rule = checks.RULES["long-sentence"]
    told = " ".join(done.stdout.decode().split())
    assert done.code == 0
    for expected in (rule.title, rule.reason, rule.source, "What to do: ", "long-sentence: off"):
        assert " ".join(expected.split()) in told


def test_all_rules_are_listed(call: Call) -> None:
    done = call("check", "--explain", "all")
    assert done.code == 0
    assert len(done.lines) == len(checks.RULES) + 2
    assert [rule for rule in checks.RULES if f"`{rule}`" not in done.stdout.decode()] == []


def test_an_unknown_rule_is_answered_with_the_nearest_one(call: Call) -> None:
    done = call("check", "--explain", "long-sentense")
    assert (done.code, done.stdout) == (2, b"")
    assert "did you mean `long-sentence`?" in done.stderr


@pytest.mark.usefixtures("few_texts")
def test_an_approval_that_has_run_out_is_a_warning(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    entry = "{code: '90837', language: en, variant: consent, edition: 1, by: Ann Ray, on: 2020-01-01, until: 2021-01-01"
    (clinic / "approvals.yaml").write_text(f"approvals:\n  - {entry}, content: {'0' * 64}}}\n", encoding="utf-8")
    (line,) = [line for line in call("check", "--clinic", clinic).lines if "approvals.yaml" in line]
    assert line.endswith("the approval ran out on 2021-01-01; review the document and approve it again")
    assert "warning: 90837 (en, consent): " in line
