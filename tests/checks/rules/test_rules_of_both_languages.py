"""What a form in two languages would print in one only is reported where it is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.resources import shipped
from kit.planting import PACK, clean_files, read_folder
from kit.running import Outcome

RULE = "one-language-only"
FRENCH = "templates/languages/fr.yaml"
PHOTOS = "photos: {heading: Photographs, form: true, always: true, source: Ours, text: We take none.}"
OWN_RIGHTS = "rights: {heading: Rights, form: true, always: true, source: Ours, text: You may say no.}"


def reported(english: str | None = None, french: str | None = None, pack: tuple[str, str] = ("", "")) -> list[str]:
    """What is reported of clause files, each with what is written in it, and of a French pack with a text replaced."""
    files = clean_files()
    files[FRENCH] = files[PACK].replace("language: en", "language: fr").replace(*pack)
    written = {"clauses.en.yaml": english, "clauses.fr.yaml": french}
    files |= {name: text for name, text in written.items() if text is not None}
    problems = [finding.problem() for finding in read_folder(files).findings() if finding.rule.id == RULE]
    return [f"{problem.file}: {problem.message}" for problem in problems]


def test_a_clause_that_the_other_file_lacks_is_reported_there() -> None:
    found = reported(f"clauses: {{{PHOTOS}}}", "clauses: {}")
    assert found == ["clauses.fr.yaml: lacks `photos`, which `clauses.en.yaml` prints on forms"]


def test_where_the_other_language_has_no_file_it_is_reported_once_at_the_first_clause() -> None:
    found = reported(f"clauses: {{{PHOTOS}, {OWN_RIGHTS}}}\ndrop: [fees, unknown]")
    assert found == ["clauses.en.yaml: changes `photos`, `rights` and `fees`, and there is no `clauses.fr.yaml`"]


def test_where_the_other_language_has_no_file_a_dropped_clause_alone_is_reported() -> None:
    assert reported("drop: [fees]") == ["clauses.en.yaml: changes `fees`, and there is no `clauses.fr.yaml`"]


@pytest.mark.parametrize("languages", [("en", "fr"), ("fr", "en")])
def test_a_shipped_clause_that_only_one_language_replaces_or_drops_is_reported(languages: tuple[str, str]) -> None:
    here, there = languages
    own = {here: f"clauses: {{{OWN_RIGHTS}}}\ndrop: [fees]", there: "clauses: {}"}
    assert reported(own["en"], own["fr"]) == [
        f"clauses.{there}.yaml: does not drop `fees`, which `clauses.{here}.yaml` drops",
        f"clauses.{there}.yaml: does not replace `rights`, which `clauses.{here}.yaml` replaces",
    ]


def test_clauses_that_are_alike_are_not_reported() -> None:
    both = f"clauses: {{{PHOTOS}, {OWN_RIGHTS}}}\ndrop: [fees]"
    assert reported(both, both) == []
    assert reported() == []


@pytest.mark.parametrize(
    ("longer", "lost"),
    [
        ("text: {intro: You may, items: [go, stay]}", "lacks `text.items[2]`"),
        ("text: {intro: You may, items: [go], note: Ask us.}", "lacks `text.note`"),
        ("blanks: [Which], text: {intro: You may, items: [go]}", "lacks `blanks`"),
        ("initials: true, text: {intro: You may, items: [go]}", "is not on forms"),
        ("visit: telehealth, text: {intro: You may, items: [go]}", "is not on forms"),
        ("always: true, text: {intro: You may, items: [go]}", "is not `always: true`"),
    ],
)
def test_what_one_of_two_clauses_has_more_is_reported_at_the_other(longer: str, lost: str) -> None:
    def clauses(rest: str) -> str:
        return f"clauses:\n  pets: {{heading: Pets, source: Ours, {rest}}}"

    first, *_ = reported(clauses(longer), clauses("text: {intro: You may, items: [go]}"))
    assert first.startswith(f"clauses.fr.yaml: {lost}")


def test_a_statement_that_one_language_pack_lacks_is_reported() -> None:
    statements = "statements:\n"
    (found,) = reported(pack=(statements, f"{statements}    - We add this.\n"))
    assert found.startswith(f"{PACK}: lacks `consent.statements[")
    assert found.endswith("`, which there is in `fr`")


def test_check_names_file_line_and_remedy(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("name: Alder Clinic\n")
    clauses = tmp_path / "clauses.en.yaml"
    clauses.write_text(f"clauses:\n  {PHOTOS}\n")
    remedy = "do the same in `clauses.es.yaml`, or switch the rule off if you print nothing in that language"
    said = f"changes `photos`, and there is no `clauses.es.yaml`; {remedy}"
    for names in ((), (clauses,)):
        done = call("check", *names, "--clinic", tmp_path)
        assert f"{clauses}:2:3: warning: clauses.photos: {said} [{RULE}]" in done.stdout.decode()


def test_check_compares_a_language_pack_of_the_clinics_own(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("name: Alder Clinic\n")
    pack = (shipped("templates") / "languages/es.yaml").read_text(encoding="utf-8")
    own = tmp_path / "templates/languages/es.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(pack.replace("\n  trainee:\n", "\n  trainees:\n"), encoding="utf-8")
    problems = json.loads(call("check", own, "--clinic", tmp_path, "--json").stdout)["problems"]
    (message,) = [each["message"] for each in problems if each["rule"] == RULE]
    assert message == "lacks `clauses.trainee`, which there is in `en`"
