"""The service list says which documents a clinic hands out."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentkit.errors import InvalidInput
from consentkit.services import load_services

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
  variants: [consent, handout]
services:
  - "90837"
  - code: "90853"
    languages: [es]
  - code: "90839"
    variants: [refusal]
"""
    assert documents(write(tmp_path, text)) == [
        "90837 (en, consent)",
        "90837 (en, handout)",
        "90837 (es, consent)",
        "90837 (es, handout)",
        "90853 (es, consent)",
        "90853 (es, handout)",
        "90839 (en, refusal)",
        "90839 (es, refusal)",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("servces: []\n", "1:1: servces: is not a key that is known here; did you mean `services`?"),
        ("services:\n  - 90837\n  - code: 90853\n    variants: [refusl]\n", "4:16: services[2].variants[1]: "),
        ("services:\n  - language: en\n", "services[1].code: is missing"),
        ("services:\n  - code: 90853\n    langages: [es]\n", "3:5: services[1].langages: is not a key"),
        ("defaults: {languages: []}\nservices: []\n", "1:23: defaults.languages: "),
        ("services: 90837\n", "1:11: services: "),
        ("services:\n  - 9083/7\n", "2:5: services[1]"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        documents(write(tmp_path, text))
    lines = [str(problem) for problem in caught.value.problems]
    assert any(place in line for line in lines), lines
    assert all("services.yaml:" in line for line in lines)


def test_an_empty_list_has_no_documents(tmp_path: Path) -> None:
    assert documents(write(tmp_path, "services: []\n")) == []
