"""What a paper may say, and what is refused with its place and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.library.languages import load_language
from consentkit.model.identity import kind_of_name
from consentkit.resources import shipped
from kit.running import Outcome
from kit.small import SIGNED, write_paper

CLAUSES = load_language((shipped("templates"),), "en").clauses
CLAUSE_LABEL, FEES = CLAUSES["telehealth"].blanks[0].label, CLAUSES["fees"].heading
HEADED = {"heading": "What we ask"}


def section(**changes: Any) -> dict[str, Any]:
    """A paper with one section."""
    return {"sections": [{**HEADED, **changes}]}


FAULTS: list[tuple[dict[str, Any], str]] = [
    (section(), "says nothing"),
    (section(text="Come.", table={"columns": ["A", "B"]}), "has no row"),
    (section(table={"columns": ["A", "B"], "rows": [["one"]]}), "row 1 has 1 cells"),
    (section(table={"columns": ["A", "A"], "empty_rows": 1}), "more than once"),
    (section(text="Come.", blanks=["Day", "Day"]), "more than once"),
    (section(choices=[{"label": "Day", "options": ["a", "b"]}] * 2), "more than once"),
    (section(choices=[{"label": "Day", "options": ["a", "b"]}], blanks=["Day"]), "more than once"),
    (
        {"sections": [{"clause": "telehealth", "blanks": ["Clinic", CLAUSE_LABEL]}]},
        "sections[1].blanks[2]: is also in the clause `telehealth` of this paper; word it differently",
    ),
    (
        {"sections": [{"clause": "fees"}, {"heading": FEES, "blanks": ["Day"]}]},
        "sections[2].heading: is also in the clause `fees` of this paper; word it differently",
    ),
    (section(text="Come.", initials="true"), "which are the patient's"),
    (section(text="Come.", lines="many"), "is not a whole number"),
    ({"sections": [{**HEADED, "text": "A."}, {**HEADED, "text": "B."}]}, "more than once"),
    ({"sections": [{"text": "Come."}]}, "has no `heading`"),
    ({"sections": [{"clause": "fees"}, {"clause": "fees"}]}, "more than once"),
    ({"sections": [{"clause": "feez"}]}, "which the language pack has no clause for; did you mean `fees`?"),
    (section(clause="fees"), "has both `heading` and `clause`"),
    ({"signers": ["patient"]}, "so it needs `statements`"),
    ({**SIGNED, "signers": []}, "has `statements`, but no `signers`"),
    ({"agreement": SIGNED["agreement"]}, "has `agreement`, but no `signers`"),
    ({**SIGNED, "agreement": ""}, "is empty"),
    ({**SIGNED, "signers": ["clinician"]}, "neither patient nor participant"),
    ({**SIGNED, "signers": ["patient", "patient"]}, "more than once"),
    ({**SIGNED, "signers": ["patient", "participant"]}, "the number of `participants`"),
    ({**SIGNED, "signers": ["participant", "assent"], "participants": "2"}, "which is the patient's; add `patient`"),
    ({**SIGNED, "participants": "3"}, "the number of `participants`"),
    ({**SIGNED, "signers": ["patient", "lawyer"]}, "write one of"),
    ({"due": {"first_visit": "false"}}, "says never"),
    ({"due": {"codes": ["90853", "90853"]}}, "more than once"),
    ({"due": {"tuesdays": "true"}}, "is not a known key here"),
    ({"title": "A" * 91}, "at most 90 fit"),
    ({"billing": {"role": "primary"}}, "is not a known key here"),
]


@pytest.mark.parametrize(("changes", "complaint"), FAULTS, ids=[complaint for _, complaint in FAULTS])
def test_each_fault_of_a_paper_is_named_with_its_place(
    changes: dict[str, Any], complaint: str, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = write_paper(tmp_path / "papers", **changes)
    done = call("check", path)
    assert done.code == 3
    assert complaint in done.stdout.decode()
    assert f"{path}:" in done.lines[0]


@pytest.mark.parametrize("name", ["group-rules", "telehealth", "a1", "x" * 40])
def test_words_in_small_letters_are_the_name_of_a_paper(name: str) -> None:
    assert kind_of_name(name) == "paper"


@pytest.mark.parametrize("name", ["90837", "SMALL-1", "Group-rules", "group_rules", "-a", "a-", "a--b", "x" * 41, ""])
def test_anything_else_is_no_name_of_a_paper(name: str) -> None:
    assert kind_of_name(name) == "procedure"


@pytest.mark.parametrize("name", ["clinic", "risks", "clauses"])
def test_a_paper_is_not_named_like_another_file(name: str, call: Callable[..., Outcome]) -> None:
    assert call("new", name).code == 2


def test_a_name_that_is_not_that_of_the_file_is_refused(call: Callable[..., Outcome], tmp_path: Path) -> None:
    path = write_paper(tmp_path / "papers").rename(tmp_path / "papers" / "other-rules.yaml")
    done = call("check", path)
    assert done.code == 3
    assert "is `small-rules`, but the file is named `other-rules.yaml`" in done.stdout.decode()
