"""The service list says which documents a clinic hands out."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentkit.errors import InvalidInput
from consentkit.library.services import load_services
from consentkit.model.identity import Layout, file_name

CODES = ["90837", "90853"]


def documents(folder: Path | None, language: str = "en") -> list[str]:
    return [str(identity) for identity in load_services(folder, CODES, language).documents()]


def write(folder: Path, text: str) -> Path:
    (folder / "services.yaml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_list_every_procedure_is_a_service_in_the_clinics_language(tmp_path: Path) -> None:
    assert documents(None) == documents(tmp_path) == ["90837 (en, consent)", "90853 (en, consent)"]
    assert documents(tmp_path, "es") == ["90837 (es, consent)", "90853 (es, consent)"]


def test_a_plain_code_takes_the_defaults(tmp_path: Path) -> None:
    assert documents(write(tmp_path, 'services:\n  - "90853"\n  - 90837\n')) == [
        "90853 (en, consent)",
        "90837 (en, consent)",
    ]


def test_defaults_hold_for_every_service_that_does_not_say_otherwise(tmp_path: Path) -> None:
    text = """\
defaults:
  languages: [en, es]
  variants: [consent, information]
services:
  - "90837"
  - code: "90853"
    languages: [es]
  - code: "90839"
    variants: [refusal]
"""
    assert documents(write(tmp_path, text)) == [
        "90837 (en, consent)",
        "90837 (en, information)",
        "90837 (es, consent)",
        "90837 (es, information)",
        "90853 (es, consent)",
        "90853 (es, information)",
        "90839 (en, refusal)",
        "90839 (es, refusal)",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("servces: []\n", "1:1: servces: is not a known key here; did you mean `services`?"),
        ("services:\n  - 90837\n  - code: 90853\n    variants: [refusl]\n", "4:16: services[2].variants[1]: "),
        ("services:\n  - language: en\n", "services[1].code: is missing"),
        ("services:\n  - code: 90853\n    langages: [es]\n", "3:5: services[1].langages: is not a known key"),
        ("defaults: {languages: []}\nservices: []\n", "1:23: defaults.languages: "),
        ("services: 90837\n", "1:11: services: "),
        ("services:\n  - 9083/7\n", "2:5: services[1]"),
        ("services: [{code: 90837, large_print: true}]\n", "1:39: services[1].large_print: "),
        ("services: [{code: 90837, languages: [en, en]}]\n", "services[1].languages: names `en` more than once"),
        ("groups: [{name: Talk, services: []}]\n", "1:33: groups[1].services: "),
        ("groups: [{services: [90837]}]\n", "groups[1].name: is missing"),
        ("groups: [{name: T, services: [{code: 90837, paper: [a5]}]}]\n", "groups[1].services[1].paper[1]: "),
        ("defaults: {languages: [en]}\n", "names no services; add `services:` with a list of codes, or `groups:`"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        documents(write(tmp_path, text))
    lines = [str(problem) for problem in caught.value.problems]
    assert any(place in line for line in lines), lines
    assert all("services.yaml:" in line for line in lines)


GROUPED = """\
defaults:
  languages: [en, es]
  large_print: both
groups:
  - name: Group therapy
    variants: [consent, information]
    large_print: no
    services:
      - "90853"
      - code: "90849"
        languages: [en]
        fillable: yes
services:
  - code: "90837"
    languages: [en]
    paper: [letter, a4]
"""


def requests(text: str, folder: Path) -> list[str]:
    """What a list asks for: the names of the files, where letter is usual."""
    services = load_services(write(folder, text), CODES, "en")
    return [file_name(identity, layout, "letter") for identity, layout in services.requests("letter")]


def test_a_service_says_what_differs_from_its_group_and_the_group_what_differs_from_all(tmp_path: Path) -> None:
    assert requests(GROUPED, tmp_path) == [
        "90853.pdf",
        "90853.information.pdf",
        "90853.es.pdf",
        "90853.es.information.pdf",
        "90849.fillable.pdf",
        "90849.information.fillable.pdf",
        "90837.pdf",
        "90837.large.pdf",
        "90837.a4.pdf",
        "90837.a4.large.pdf",
    ]


def test_a_list_of_three_hundred_services_that_are_alike_has_a_line_for_each(tmp_path: Path) -> None:
    codes = [f"C-{number}" for number in range(300)]
    head = "defaults: {languages: [en, es], variants: [consent, information, refusal], fillable: both}\nservices:\n"
    text = head + "".join(f"  - {code}\n" for code in codes)
    assert len(set(requests(text, tmp_path))) == 300 * 2 * 3 * 2


def test_another_layout_makes_no_other_document(tmp_path: Path) -> None:
    text = "services: [{code: 90837, large_print: both, paper: [letter, a4]}]\n"
    assert documents(write(tmp_path, text)) == ["90837 (en, consent)"]


def test_without_a_paper_the_clinics_own_is_taken(tmp_path: Path) -> None:
    services = load_services(write(tmp_path, 'services: ["90837"]\n'), CODES, "en")
    assert [layout for _, layout in services.requests("a4")] == [Layout("a4")]


def test_an_empty_list_has_no_documents(tmp_path: Path) -> None:
    assert documents(write(tmp_path, "services: []\n")) == []
