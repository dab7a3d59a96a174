"""What a visit says in words is printed in the languages of its papers, or marked with the language that it is in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pikepdf
import pytest

from consentkit.model.visit_words import RELATIONSHIPS, SPOKEN
from consentkit.resources import shipped
from kit.running import Outcome
from kit.small import make_clinic
from kit.translations import write_translation

Call: TypeAlias = Callable[..., Outcome]

VISIT = """
visit: V-77
date: 2026-11-23
patient: {{name: Ann Ray, born: 2017-06-02, record: MR-1}}
language: {language}
also_in: [{also_in}]
procedures: ["SMALL-1"]
documents: [form]
clinician: {{name: Dr. Ben Lee}}
representative: {{name: Eva Ray, relationship: {relationship}}}
interpreter: {{name: Mia Poe, is_a: professional, language: {spoken}, number: "4471"}}
"""


def said(call: Call, folder: Path, **visit: str) -> set[tuple[str, str | None]]:
    """What is read out for the words of a visit, each piece with its language."""
    clinic = make_clinic(folder / "clinic")
    write_translation(clinic / "procedures")
    given = {"language": "es", "also_in": "", "relationship": "mother", "spoken": "Vietnamese", **visit}
    (folder / "visit.yaml").write_text(VISIT.format(**given), encoding="utf-8")
    out = folder / "packet.pdf"
    done = call("packet", folder / "visit.yaml", "--clinic", clinic, "--allow-drafts", "-o", out)
    assert done.code == 0, done.stderr
    with pikepdf.open(io.BytesIO(out.read_bytes())) as pdf:
        spans: list[Any] = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/ActualText" in one]
        return {(str(one.ActualText).strip(), str(one.Lang) if "/Lang" in one else None) for one in spans}


@pytest.mark.parametrize("typed", ["mother", "Mother", "madre"])
@pytest.mark.parametrize("spoken", ["vi", "Vietnamese", "vietnamita"])
def test_a_word_of_the_lists_is_printed_in_the_language_of_the_paper(
    typed: str, spoken: str, call: Call, tmp_path: Path
) -> None:
    printed = said(call, tmp_path, relationship=typed, spoken=spoken)
    assert {("madre", None), ("vietnamita; 4471", None)} <= printed
    assert {("Eva Ray (madre)", None), ("Mia Poe, vietnamita", None)} <= printed  # on the cover


def test_a_form_in_two_languages_has_it_in_both_each_marked(call: Call, tmp_path: Path) -> None:
    printed = said(call, tmp_path, also_in="en")
    assert {("madre /", None), ("mother", "en"), ("vietnamita /", None), ("Vietnamese; 4471", "en")} <= printed


def test_another_word_stays_as_it_is_and_is_marked_with_the_language_of_the_clinic(call: Call, tmp_path: Path) -> None:
    printed = said(call, tmp_path, relationship="godmother", spoken="Mam")
    assert {("godmother", "en"), ("(godmother)", "en"), ("Mam; 4471", "en"), ("Mam", "en")} <= printed


def test_on_a_paper_in_the_language_of_the_clinic_nothing_is_marked(call: Call, tmp_path: Path) -> None:
    printed = said(call, tmp_path, language="en", relationship="godmother", spoken="es")
    assert {("godmother", None), ("Spanish; 4471", None)} <= printed


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("    aunt: tía\n", "", "visit.relationships: lacks `aunt`; add what this language calls it"),
        ("    aunt: tía\n", "    aunt: tío\n", "has the same word for aunt and uncle; give each a word of its own"),
        ("    aunt: tía\n", "    aunt: tía\n    boss: jefe\n", "has `boss`, which no visit can say; delete it"),
        ("    vi: vietnamita\n", "", "visit.languages: lacks `vi`; add what this language calls it"),
    ],
)
def test_a_pack_without_a_word_or_with_one_word_for_two_things_is_refused(
    line: str, instead: str, told: str, call: Call, tmp_path: Path
) -> None:
    pack = (shipped("templates") / "languages" / "es.yaml").read_text(encoding="utf-8")
    assert pack.count(line) == 1
    clinic = make_clinic(tmp_path / "clinic", templates={"languages/es.yaml": pack.replace(line, instead)})
    write_translation(clinic / "procedures")
    done = call("render", "SMALL-1", "--lang", "es", "--clinic", clinic, "-o", tmp_path / "x.pdf")
    assert (done.code != 0, told in done.stderr) == (True, True), done.stderr


def test_the_keys_are_written_as_people_may_type_them() -> None:
    assert all(key == key.lower() for key in (*RELATIONSHIPS, *SPOKEN))
