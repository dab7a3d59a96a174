"""The rules of content apply to papers that are not about one procedure, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.running import Outcome
from kit.small import (
    CODE,
    PAPER,
    SIGNED,
    make_clinic,
    small_paper_data,
    write_paper,
    write_paper_translation,
    write_procedure,
)

Call = Callable[..., Outcome]
LONG = "We ask you to come on time and to call us before you come if there is anything at all that you want to ask us."
PLANTED: list[tuple[dict[str, Any], str]] = [
    ({"sections": [{"heading": "What we ask", "text": LONG}]}, "long-sentence"),
    ({"sections": [{"heading": "What we ask", "text": "We guarantee that it helps."}]}, "promise"),
    ({"sections": [{"heading": "What we ask", "text": [f"Point {number}" for number in range(8)]}]}, "long-list"),
    ({**SIGNED, "agreement": "I release the clinic from all liability."}, "waiver"),
    ({"review": {"issued": "2020-01-15", "next": "2021-01-15"}}, "review-overdue"),
]


def rules(call: Call, *names: str | Path) -> set[str]:
    """The rules that files break, notices left out."""
    done = call("check", *names, "--json")
    found = {problem["rule"] for problem in json.loads(done.stdout)["problems"] if problem["severity"] != "notice"}
    return found - {"review-interval"}  # the small paper is never due for review


@pytest.mark.parametrize(("changes", "rule"), PLANTED, ids=[rule for _, rule in PLANTED])
def test_each_rule_of_wording_and_dates_sees_a_paper(
    changes: dict[str, Any], rule: str, call: Call, tmp_path: Path
) -> None:
    assert rules(call, write_paper(tmp_path / "papers")) == set()
    assert rule in rules(call, write_paper(tmp_path / "papers", **changes))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"translates": "0" * 64}, "stale-translation"),
        ({"statements": ["Leí estas reglas."]}, "translation-shape"),
        ({"sections": [{"heading": "Lo que pedimos", "text": "Llegue a tiempo.", "lines": "3"}]}, "translation-shape"),
        ({"sections": [{"heading": "Lo que pedimos", "text": "Please come on time."}]}, "untranslated"),
    ],
    ids=["stale", "a statement is lost", "more lines", "untranslated"],
)
def test_a_translation_is_compared_with_its_paper(
    changes: dict[str, Any], rule: str, call: Call, tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    original = small_paper_data(**SIGNED)
    write_paper(folder, **SIGNED)
    spanish = {
        "title": "Unas pocas reglas",
        "sections": [{"heading": "Lo que pedimos", "text": "Llegue a tiempo."}],
        "statements": ["Leí estas reglas.", "Pude hacer mis preguntas."],
        "agreement": "Acepto cumplir estas reglas.",
    }
    assert rules(call, write_paper_translation(folder, original, "es", **spanish)) == set()
    assert rule in rules(call, write_paper_translation(folder, original, "es", **{**spanish, **changes}))


def test_a_translation_of_no_paper_is_not_read(call: Call, tmp_path: Path) -> None:
    path = write_paper_translation(tmp_path / "papers", small_paper_data(), "es")
    assert rules(call, path) == {"ignored-file"}


def test_a_code_that_nobody_has_is_reported_where_a_paper_of_the_library_names_it(call: Call, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic"
    write_paper(clinic / "papers", due={"codes": ["90873"]})
    (clinic / "clinic.yaml").write_text("name: A\n", encoding="utf-8")
    assert rules(call, PAPER, "--clinic", clinic) == {"unknown-related-code"}


def test_a_paper_that_nobody_has_is_reported_where_the_clinic_never_wants_it_due(call: Call, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic"
    clinic.mkdir()
    (clinic / "clinic.yaml").write_text("name: A\npacket: {without_papers: [telehelth]}\n", encoding="utf-8")
    done = call("check", "--clinic", clinic)
    assert "is telehelth, which is not in the library; did you mean `telehealth`?" in done.stdout.decode()


def test_a_paper_that_nobody_has_is_an_error_where_a_procedure_requests_it(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", papers=["medicine-consnt"])
    done = call("check", CODE, "--clinic", clinic)
    assert done.code == 3
    (line,) = (line for line in done.stdout.decode().splitlines() if "medicine-consnt" in line)
    assert "warning" not in line
    assert "did you mean `medicine-consent`?; correct it, add the paper, or delete it" in line
