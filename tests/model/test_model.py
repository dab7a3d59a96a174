"""The shape of a procedure. What a mistake is told as stands in tests/examples; here stands what is let through."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from consentkit.documents.page import Content
from consentkit.documents.safety import clause_texts, safety_texts
from consentkit.library.languages import load_language
from consentkit.model.billing import Billing, MinuteRange
from consentkit.model.clinic import Clinic
from consentkit.model.descriptions import descriptions_of
from consentkit.model.identity import Variant
from consentkit.model.passages import Passage
from consentkit.model.procedure import Procedure, Review
from consentkit.model.values import Record, fold
from consentkit.reading.validation import models_in
from consentkit.resources import shipped
from kit.small import small_data, small_procedure


def every_model(model: type[BaseModel] = Procedure) -> set[type[BaseModel]]:
    inner = {found for field in model.model_fields.values() for found in models_in(field.annotation)}
    return {model}.union(*(every_model(found) for found in inner))


MODELS = sorted(every_model(), key=lambda model: model.__name__)


def refused(model: type[BaseModel], **data: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return "; ".join(error["msg"] for error in caught.value.errors())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  one \t two  ", "one two"),
        ("one\ntwo\r\nthree", "one two three"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\n \t \ntwo", "one\n\ntwo"),
        ("\n\n one \n\n\n\n\n two \n\n", "one\n\ntwo"),
        (" \n\n\t", ""),
        ("It’s “fine” – é…", "It’s “fine” – é…"),
        ("a\u2003b", "a b"),
    ],
)
def test_white_space_becomes_what_the_reader_will_see(written: str, read: str) -> None:
    assert fold(written) == read
    assert fold(read) == read


@pytest.mark.parametrize("model", MODELS)
def test_every_part_of_a_procedure_is_frozen_and_ignores_no_key(model: type[BaseModel]) -> None:
    assert issubclass(model, Record)
    assert model.model_config["frozen"] is True
    assert model.model_config["extra"] == "forbid"


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_explained_to_the_author(model: type[BaseModel]) -> None:
    assert model.__doc__
    described = descriptions_of(model)
    for name in model.model_fields:
        assert described[name].endswith((".", ":")), name


def test_a_procedure_cannot_be_changed_once_it_is_read() -> None:
    procedure = small_procedure()
    with pytest.raises(ValidationError):
        procedure.title = "Other"
    with pytest.raises(ValidationError):
        procedure.risks.what_helps.intro = "Other"
    assert isinstance(procedure.risks.common, tuple)


def test_every_section_of_the_content_rules_is_required() -> None:
    """What a consent document must always have."""
    always = {
        "purpose",
        "risks",
        "benefits",
        "alternatives",
        "no_treatment",
        "description",
        "recovery",
        "sources",
        "review",
    }
    assert always <= {name for name, field in Procedure.model_fields.items() if field.is_required()}


@pytest.mark.parametrize("name", [name for name, field in Procedure.model_fields.items() if field.is_required()])
def test_a_procedure_without_a_required_section_is_refused(name: str) -> None:
    data = small_data()
    del data[name]
    assert refused(Procedure, **data) == "Field required"


@pytest.mark.parametrize("name", [name for name, field in Procedure.model_fields.items() if not field.is_required()])
def test_a_procedure_without_an_optional_section_is_complete(name: str) -> None:
    assert name not in small_data()
    assert not getattr(small_procedure(), name)


@pytest.mark.parametrize(
    ("written", "passage"),
    [
        ("Words.", Passage(intro="Words.")),
        (["one", "two"], Passage(items=("one", "two"))),
        ({"intro": "Words."}, Passage(intro="Words.")),
        ({"items": ["one"], "note": "But."}, Passage(items=("one",), note="But.")),
    ],
)
def test_a_text_may_be_written_in_short_or_at_length(written: Any, passage: Passage) -> None:
    assert small_procedure(purpose=written).purpose == passage


def test_steps_and_alternatives_may_be_written_in_short_or_at_length() -> None:
    data = small_data()
    long = small_data(description={"steps": data["description"]}, alternatives={"items": data["alternatives"]})
    assert Procedure.model_validate(long) == Procedure.model_validate(data)


def test_everything_that_the_law_wants_said_is_among_the_safety_texts() -> None:
    procedure = small_procedure(
        risks={
            "common": ["r1"],
            "uncommon": ["r2"],
            "rare": ["r3", "r4"],
            "what_helps": "h1\n\nh2",
            "get_help_now": {"intro": "c1", "items": ["c2", "c3"], "note": "c4"},
        },
        benefits={"intro": "i", "items": ["b1", "b2"]},
        alternatives=[
            {"name": "a1", "good": ["g1"], "less_good": ["l1", "l2"]},
            {"name": "a2", "about": "x", "good": ["g2"], "less_good": ["l3"]},
        ],
    )
    assert procedure.risks.every == ("r1", "r2", "r3", "r4")
    in_short = ["A talk.", "It may help.", "One hour.", "You may feel sad.", "You may say no."]
    about_risks = ["r1", "r2", "r3", "r4", "h1", "h2"]
    others = [
        *["c1", "c4", "c2", "c3", "b1", "b2", "a1", "g1", "l1", "l2", "a2", "g2", "l3"],
        "Things may stay as they are.",
    ]
    content = Content(procedure, Clinic(), load_language((shipped("templates"),), "en"))
    clauses = list(clause_texts(content.pack.clauses[name] for name in content.clauses_to_read))
    assert len(clauses) == len(content.clauses_to_read)
    to_read = [*in_short, *about_risks, *others, *clauses]
    main = ["R1", "R2", "R3; r4", "A1; a2; Doing nothing"]
    named = f"{procedure.title} (code {procedure.code})"
    on_form = ("rights", "confidentiality", "telehealth", "trainee")
    to_sign = [
        *(named, *in_short, *main),
        *clause_texts(content.pack.clauses[name] for name in on_form),
        *content.pack.consent.statements,
        content.pack.form.agreement,
        *content.pack.form.assent.statements,
    ]

    def required(variant: Variant, fingerprint: str | None = None) -> list[str]:
        return list(safety_texts(dataclasses.replace(content, variant=variant), fingerprint))

    assert required("information") == to_read
    assert required("form") == to_sign
    assert required("consent") == [*to_read, *to_sign]
    open_door = content.pack.refusal.open_door.text
    refusal = ["A talk.", "It may help.", "Things may stay as they are.", open_door, "c1", "c4", "c2", "c3"]
    refusal += [*content.pack.refusal.statements, f"I say no to “{procedure.title}” (code {procedure.code}) for now."]
    assert required("refusal") == refusal
    plan = content.pack.plan
    steps = [text for step in plan.steps for text in (step.heading, step.hint)]
    assert "988" in plan.call
    assert "911" in plan.call_note
    assert required("plan") == [plan.call, plan.call_note, *steps]
    assert len(steps) == 12
    assert required("form", "ab12")[-1].endswith("fingerprint ab12.")


@pytest.mark.parametrize("code", ["0", "00100", "90837", "A", "T1015-HE", "A" * 16])
def test_a_code_is_text_of_capitals_digits_and_hyphens(code: str) -> None:
    assert small_procedure(code=code).code == code


@pytest.mark.parametrize(
    "code", ["", "-1", "a", "A" * 17, "90837\n", "90 837", "../X", "X/Y", "９０", "Ä", 90837, None]
)
def test_anything_else_is_no_code(code: Any) -> None:
    refused(Procedure, **small_data(code=code))


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0", "\u200d\u200e", "\u200f\n\u200c"])
def test_a_text_that_shows_nothing_is_empty(text: str) -> None:
    assert "is empty" in refused(Procedure, **small_data(title=text))


@pytest.mark.parametrize("number", ["60", "060", 60])
def test_minutes_are_written_in_digits(number: Any) -> None:
    assert MinuteRange.model_validate({"usual": number}).usual == 60


NOT_MINUTES = (
    "6_0",
    "60.0",
    "+60",
    "-60",
    " 60",
    "60\n",
    "0x3C",
    "６０",
    "1e2",
    "",
    "9" * 5000,
    60.5,
    None,
    "0",
    "1441",
)


@pytest.mark.parametrize("number", NOT_MINUTES)
def test_minutes_written_any_other_way_are_refused(number: Any) -> None:
    refused(MinuteRange, usual=number)


@pytest.mark.parametrize(
    ("at_least", "usual", "at_most", "right"),
    [
        ("16", "30", "37", True),
        (None, "30", "37", True),
        ("53", "60", None, True),
        ("30", "30", "30", True),
        ("31", "30", None, False),
        (None, "30", "29", False),
        ("40", "30", "20", False),
    ],
)
def test_minutes_must_not_fall(at_least: str | None, usual: str, at_most: str | None, right: bool) -> None:
    data = {"at_least": at_least, "usual": usual, "at_most": at_most}
    data = {name: value for name, value in data.items() if value}
    if right:
        assert MinuteRange.model_validate(data).usual == int(usual)
    else:
        assert "is out of order" in refused(MinuteRange, **data)


RETIRED = {"retired_in": "2013", "replaced_by": ["90834"]}


@pytest.mark.parametrize(
    ("billing", "right"),
    [
        ({"role": "primary"}, True),
        ({"role": "primary", "goes_with": ["90785"], "not_with": ["90839"], "once_a_day": "true"}, True),
        ({"role": "primary", "add_on_to": ["90837"]}, False),
        ({"role": "primary", "add_on_to_medical_visit": "yes"}, False),
        ({"role": "primary", **RETIRED}, False),
        ({"role": "add_on"}, False),
        ({"role": "add_on", "add_on_to": []}, False),
        ({"role": "add_on", "add_on_to_medical_visit": "no"}, False),
        ({"role": "add_on", "add_on_to": ["90837"]}, True),
        ({"role": "add_on", "add_on_to_medical_visit": "yes"}, True),
        ({"role": "add_on", "add_on_to": ["90837"], **RETIRED}, False),
        ({"role": "retired", **RETIRED}, True),
        ({"role": "retired", "retired_in": "2013"}, False),
        ({"role": "retired", "replaced_by": ["90834"]}, False),
        ({"role": "retired", **RETIRED, "add_on_to": ["90837"]}, False),
        ({"role": "Primary"}, False),
    ],
)
def test_a_role_calls_for_its_facts_and_for_no_others(billing: dict[str, Any], right: bool) -> None:
    if right:
        assert Billing.model_validate(billing).role == billing["role"]
    else:
        refused(Billing, **billing)


@pytest.mark.parametrize("name", ["goes_with", "not_with", "not_with_unless_separate"])
def test_no_list_of_codes_names_a_code_twice(name: str) -> None:
    assert f"names `{'90785'}` more than once" in refused(
        Billing, role="primary", **{name: ["90785", "90839", "90785"]}
    )


@pytest.mark.parametrize("name", ["also_called", "related", "clauses"])
def test_no_list_of_names_holds_a_name_twice(name: str) -> None:
    value = "a_name" if name != "related" else "90785"
    assert f"names `{value}` more than once; keep one" in refused(Procedure, **small_data(**{name: [value, value]}))


def test_only_an_add_on_is_covered_by_the_paper_of_another_code_and_only_by_one_that_it_adds_to() -> None:
    billing = {"role": "add_on", "add_on_to": ["90839"]}
    covered = small_procedure(billing=billing, covered_by=["90839"])
    assert covered.is_covered_beside(["90785", "90839"])
    assert not covered.is_covered_beside(["90785"])
    assert not small_procedure(billing=billing).is_covered_beside(["90839"])
    told = "names 90837, which is not under `billing.add_on_to`"
    assert told in refused(Procedure, **small_data(billing=billing, covered_by=["90839", "90837"]))
    assert told in refused(Procedure, **small_data(covered_by=["90837"]))


@pytest.mark.parametrize("day", ["2026-02-28", "2024-02-29", "1999-12-31"])
def test_a_day_is_written_year_month_day(day: str) -> None:
    assert Review.model_validate({"issued": day, "next": "2099-01-01"}).issued == datetime.date.fromisoformat(day)


NOT_IN_THE_CALENDAR = ("2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01")
NOT_A_DAY = (
    "2026-1-2",
    "20260102",
    "2026-W01-1",
    "02/03/2026",
    "2026-01-02\n",
    "２０２６-01-02",
    "",
    "1767312000",
    None,
)


@pytest.mark.parametrize("day", NOT_IN_THE_CALENDAR + NOT_A_DAY)
def test_a_day_written_any_other_way_is_refused(day: Any) -> None:
    refused(Review, issued=day, next="2099-01-01")


@pytest.mark.parametrize(
    ("issued", "last", "due", "right"),
    [
        ("2026-01-01", None, "2026-01-02", True),
        ("2026-01-01", None, "2026-01-01", False),
        ("2026-01-01", "2026-06-01", "2026-06-02", True),
        ("2026-01-01", "2026-06-01", "2026-06-01", False),
        ("2026-01-01", "2026-06-01", "2026-03-01", False),
    ],
)
def test_the_next_review_comes_after_issue_and_last_review(
    issued: str, last: str | None, due: str, right: bool
) -> None:
    review = {"issued": issued, "next": due, **({"last": last, "by": "Dana Reyes, PhD"} if last else {})}
    if right:
        assert Review.model_validate(review).next == datetime.date.fromisoformat(due)
    else:
        assert "is not after `issued` and `last`" in refused(Review, **review)


@pytest.mark.parametrize("part", [{"last": "2026-01-02"}, {"by": "Dana Reyes, PhD"}])
def test_a_review_has_a_day_and_a_reviewer_or_neither(part: dict[str, str]) -> None:
    assert "has only one of `last` and `by`" in refused(Review, issued="2026-01-01", next="2027-01-01", **part)
