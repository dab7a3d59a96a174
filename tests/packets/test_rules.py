"""The rules of a visit: which codes may stand together, and which roles one person may not hold."""

from __future__ import annotations

import itertools
import re
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.library.procedures import Library
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit
from consentkit.packets.pairing import Conflict, DayBook, conflicts
from consentkit.resources import shipped
from kit.running import PROJECT
from kit.small import small_procedure

LIBRARY = Library((shipped("procedures"),))
SHIPPED = {code: LIBRARY.procedure(code) for code in LIBRARY.codes()}

PATIENT, CLINICIAN = "Ada Quillfeather", "Rosalind Umbergast"
SECRETS = ("Quillfeather", "Umbergast", "Vexworth", "Ada", "MRN-77", "1980", "2026", "V-17", "aunt")


def visit_for(*codes: str, **changes: Any) -> Visit:
    data = {
        "visit": "V-17",
        "date": "2026-11-21",
        "patient": {"name": PATIENT, "born": "1980-02-29", "record": "MRN-77"},
        "procedures": codes,
        "clinician": {"name": CLINICIAN, "credentials": "LCSW"},
    }
    return Visit.model_validate({**data, **changes})


def born(day: str) -> dict[str, Any]:
    return {"patient": {"name": PATIENT, "born": day, "record": "MRN-77"}}


def facts(code: str, role: str = "primary", **billing: Any) -> Procedure:
    return small_procedure(code=code, billing={"role": role, **billing})


def check(visit: Visit, *own: Procedure) -> list[Conflict]:
    """The conflicts of a visit, by shipped procedures and some of our own."""
    known = {**SHIPPED, **{procedure.code: procedure for procedure in own}}
    found = conflicts(visit, [known[code] for code in sorted(set(visit.procedures))])
    assert [secret for secret in SECRETS for conflict in found if secret in str(conflict)] == []
    return found


def rules_of(visit: Visit, *own: Procedure) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(conflict.rule, conflict.codes, conflict.can_be_overridden) for conflict in check(visit, *own)]


def only(visit: Visit, *own: Procedure) -> Conflict:
    (conflict,) = check(visit, *own)
    return conflict


# Codes.

LEGAL = [
    "90791", "90792", "90832", "90834", "90837", "90839", "90845", "90846", "90847", "90849", "90853",
    "90791 90785", "90792 90785", "90832 90785", "90834 90785", "90837 90785", "90853 90785",
    "90832 90863", "90834 90863", "90837 90863", "90837 90785 90863", "90839 90840", "90837 90853",
]  # fmt: skip
LEGAL_BESIDE_A_MEDICAL_VISIT = ["90833", "90836", "90838", "90833 90785", "90836 90785", "90838 90785"]


@pytest.mark.parametrize("codes", LEGAL)
def test_codes_that_go_together_pass(codes: str) -> None:
    assert check(visit_for(*codes.split())) == []


@pytest.mark.parametrize("codes", LEGAL_BESIDE_A_MEDICAL_VISIT)
def test_add_ons_to_a_medical_visit_pass_beside_one_and_not_without(codes: str) -> None:
    assert check(visit_for(*codes.split(), medical_visit=True)) == []
    assert {rule for rule, *_ in rules_of(visit_for(*codes.split()))} == {"medical-visit-missing"}


def test_every_current_shipped_code_can_stand_on_some_visit() -> None:
    passing = {code for codes in LEGAL + LEGAL_BESIDE_A_MEDICAL_VISIT for code in codes.split()}
    assert passing == SHIPPED.keys() - {"90806"}


@pytest.mark.parametrize("times", [2, 3])
def test_a_code_that_stands_more_than_once_is_told_once(times: int) -> None:
    conflict = only(visit_for(*["90837"] * times))
    assert str(conflict) == (
        "`procedures` lists 90837 more than once; one set of papers is enough however often it is used; name it once"
    )
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("repeated-code", ("90837",), False)


def test_a_retired_code_is_told_with_its_replacement() -> None:
    conflict = only(visit_for("90806"))
    assert str(conflict) == "90806 has not been in use since 2013; use 90834, or correct the date of the visit"
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("retired-code", ("90806",), False)


@pytest.mark.parametrize(("day", "refused"), [("2012-12-31", False), ("2013-01-01", True), ("2013-12-31", True)])
def test_a_retired_code_may_be_used_until_the_year_in_which_it_was_retired(day: str, refused: bool) -> None:
    found = conflicts(visit_for("90806", date=day), [SHIPPED["90806"]])
    assert [conflict.rule for conflict in found] == ["retired-code"] * refused


def test_an_add_on_without_its_primary_names_the_codes_that_would_do() -> None:
    conflict = only(visit_for("90863"))
    assert str(conflict) == (
        "90863 is an add-on, and the visit has no code that it adds to; add 90832, 90834 or 90837 to `procedures`, "
        "or remove 90863; override only if another visit of the same day has such a code"
    )
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("add-on-alone", ("90863",), True)


def test_an_add_on_beside_a_code_that_it_does_not_add_to_is_alone() -> None:
    assert rules_of(visit_for("90785", "90845")) == [("add-on-alone", ("90785",), True)]
    assert rules_of(visit_for("90785", "90863")) == [
        ("add-on-alone", ("90785",), True),
        ("add-on-alone", ("90863",), True),
    ]


def test_no_code_is_advised_that_would_bring_the_next_conflict() -> None:
    alone = [conflict for conflict in check(visit_for("90785", "90839")) if conflict.rule == "add-on-alone"]
    assert [conflict.remedy for conflict in alone] == [
        "remove 90785; override only if another visit of the same day has such a code"
    ]


def test_a_primary_that_is_not_named_by_an_add_on_may_name_it_itself() -> None:
    """A clinic's own code can't be in a shipped file."""
    own = facts("OWN-1", goes_with=["90785"])
    assert rules_of(visit_for("OWN-1", "90785"), own) == []
    assert rules_of(visit_for("OWN-1", "90785"), facts("OWN-1")) == [("add-on-alone", ("90785",), True)]


def test_an_add_on_does_no_harm_beside_a_further_code_that_does_not_list_it() -> None:
    assert check(visit_for("90785", "90837", "90845")) == []


def test_an_add_on_to_a_medical_visit_says_how_to_state_one() -> None:
    conflict = only(visit_for("90833"))
    assert str(conflict) == (
        "90833 is an add-on to a medical (evaluation and management) visit, and the visit has none; "
        "write `medical_visit: true` if there is one, or remove 90833 from `procedures`"
    )
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("medical-visit-missing", ("90833",), False)


def test_a_code_for_those_who_cannot_bill_a_medical_visit_is_refused_beside_one() -> None:
    conflict = only(visit_for("90834", "90863", medical_visit=True))
    assert str(conflict) == (
        "90863 is for those who cannot bill a medical (evaluation and management) visit, and this is one; "
        "remove 90863 from `procedures`, or remove `medical_visit: true` if there is none"
    )
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("beside-medical-visit", ("90863",), False)


@pytest.mark.parametrize("codes", ["90832 90834", "90834 90837", "90833 90836", "90836 90838"])
def test_two_lengths_of_one_service_are_refused(codes: str) -> None:
    medical_visit = "90836" in codes
    assert rules_of(visit_for(*codes.split(), medical_visit=medical_visit)) == [
        ("not-together", tuple(codes.split()), False)
    ]


@pytest.mark.parametrize("codes", ["90791 90837", "90792 90834", "90791 90853", "90791 90792", "90846 90847"])
def test_a_first_assessment_beside_treatment_passes_only_as_a_service_of_its_own(codes: str) -> None:
    assert rules_of(visit_for(*codes.split())) == [("only-if-separate", tuple(codes.split()), True)]


def test_an_add_on_that_needs_both_a_code_and_a_medical_visit_needs_both() -> None:
    own = facts("OWN-1", "add_on", add_on_to=["90837"], add_on_to_medical_visit=True)
    assert [rule for rule, *_ in rules_of(visit_for("OWN-1"), own)] == ["add-on-alone", "medical-visit-missing"]
    assert check(visit_for("OWN-1", "90837", medical_visit=True), own) == []


def test_codes_that_exclude_each_other_are_told_once() -> None:
    conflict = only(visit_for("90839", "90837"))
    assert str(conflict) == "90837 and 90839 may not be used at one visit; remove 90837 or 90839 from `procedures`"
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("not-together", ("90837", "90839"), False)


@pytest.mark.parametrize("name", ["OWN-1", "ZZZ"])
def test_it_is_enough_that_one_of_two_codes_excludes_the_other(name: str) -> None:
    assert rules_of(visit_for(name, "90837"), facts(name, not_with=["90837"])) == [
        ("not-together", ("90837", name), False)
    ]
    assert rules_of(visit_for(name, "90837"), facts(name, not_with_unless_separate=["90837"])) == [
        ("only-if-separate", ("90837", name), True)
    ]


def test_of_two_exclusions_the_stricter_is_told() -> None:
    own = facts("OWN-1", not_with=["OWN-2"]), facts("OWN-2", not_with_unless_separate=["OWN-1"])
    assert rules_of(visit_for("OWN-1", "OWN-2"), *own) == [("not-together", ("OWN-1", "OWN-2"), False)]


def test_three_codes_that_exclude_each_other_are_told_as_pairs() -> None:
    found = rules_of(visit_for("90839", "90791", "90853"))
    assert [codes for _, codes, _ in found] == [("90791", "90839"), ("90791", "90853"), ("90839", "90853")]


def test_codes_that_must_be_separate_services_may_be_overridden() -> None:
    conflict = only(visit_for("90837", "90847"))
    assert str(conflict) == (
        "90837 and 90847 may be used on one day only if each is a service of its own; "
        "remove 90837 or 90847 from `procedures`, or override with what makes them separate"
    )
    assert (conflict.rule, conflict.can_be_overridden) == ("only-if-separate", True)


def test_a_procedure_that_is_not_on_the_visit_changes_nothing() -> None:
    assert conflicts(visit_for("90837"), list(SHIPPED.values())) == []


def test_a_code_without_a_file_may_still_be_excluded_by_another() -> None:
    assert [found.codes for found in conflicts(visit_for("90837", "90839"), [SHIPPED["90837"]])] == [("90837", "90839")]


@given(st.data(), st.lists(st.sampled_from(sorted(SHIPPED)), min_size=2, max_size=5), st.booleans())
def test_the_order_of_codes_and_of_files_does_not_matter(
    data: st.DataObject, codes: list[str], medical_visit: bool
) -> None:
    shuffled, files = data.draw(st.permutations(codes)), data.draw(st.permutations(sorted(set(codes))))
    found = conflicts(visit_for(*codes, medical_visit=medical_visit), [SHIPPED[code] for code in sorted(set(codes))])
    again = conflicts(visit_for(*shuffled, medical_visit=medical_visit), [SHIPPED[code] for code in files])
    assert found == again
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("codes", list(itertools.combinations(sorted(SHIPPED), 2)), ids=" ".join)
def test_every_pair_of_shipped_codes_is_judged_by_the_facts_of_both_files(codes: tuple[str, str]) -> None:
    """Written out anew from the facts, so that a slip in the rules can't hide."""
    one, other = (SHIPPED[code].billing for code in codes)
    expected = set()
    if codes[1] in one.not_with or codes[0] in other.not_with:
        expected.add("not-together")
    elif codes[1] in one.not_with_unless_separate or codes[0] in other.not_with_unless_separate:
        expected.add("only-if-separate")
    for billing, partner in ((one, codes[1]), (other, codes[0])):
        if billing.add_on_to and partner not in billing.add_on_to:
            expected.add("add-on-alone")
        if billing.role == "retired":
            expected.add("retired-code")
        if billing.not_with_medical_visit:
            expected.add("beside-medical-visit")
    assert {rule for rule, *_ in rules_of(visit_for(*codes, medical_visit=True))} == expected


# People.


@pytest.mark.parametrize("is_a", ["relative", "child"])
def test_a_relative_or_child_as_the_interpreter_is_refused_whatever_anybody_says(is_a: str) -> None:
    conflict = only(visit_for("90837", interpreter={"name": "Tom Vexworth", "is_a": is_a}))
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("untrained-interpreter", (), False)
    assert "Section 1557 of the Affordable Care Act (45 CFR 92.201) forbids" in conflict.reason
    assert conflict.remedy == "call a trained interpreter, at no cost to the patient"


@pytest.mark.parametrize("is_a", ["professional", "staff"])
def test_a_trained_interpreter_passes(is_a: str) -> None:
    assert check(visit_for("90837", interpreter={"name": "Tom Vexworth", "is_a": is_a})) == []


@pytest.mark.parametrize(("day", "refused"), [("2008-11-22", True), ("2008-11-21", False), ("2026-11-21", True)])
def test_a_patient_below_full_age_needs_a_representative(day: str, refused: bool) -> None:
    found = conflicts(visit_for("90837", **born(day)), [SHIPPED["90837"]])
    assert [(conflict.rule, conflict.can_be_overridden) for conflict in found] == [("minor-alone", True)] * refused


def test_a_minor_with_a_representative_passes() -> None:
    representative = {"name": "Tom Vexworth", "relationship": "aunt"}
    assert check(visit_for("90837", **born("2015-01-01"), representative=representative)) == []


def test_the_way_out_for_a_minor_names_the_law_of_the_state() -> None:
    conflict = only(visit_for("90837", **born("2015-01-01")))
    assert str(conflict) == (
        "the patient is under 18, and nobody is named who decides for the patient; name the parent or guardian under "
        "`representative`; override only if the law of your state lets this patient decide alone"
    )


def as_role(role: str, name: str) -> dict[str, Any]:
    """A visit's entry for somebody in a role."""
    further: dict[str, dict[str, Any]] = {
        "interpreter": {"is_a": "staff"},
        "representative": {"relationship": "aunt"},
        "patient": {"born": "1980-02-29", "record": "MRN-77"},
    }
    companions = {
        "trainee": {"supervisor": {"name": "Supervisor Vexworth"}},
        "supervisor": {"trainee": {"name": "Trainee Vexworth"}},
    }
    entry = name if role == "witness" else {"name": name, **further.get(role, {})}
    return {role: entry, **companions.get(role, {})}


APART = [
    ("patient", "representative", False),
    ("patient", "interpreter", False),
    ("patient", "witness", False),
    ("patient", "clinician", False),
    ("patient", "trainee", False),
    ("patient", "supervisor", False),
    ("representative", "clinician", False),
    ("representative", "trainee", False),
    ("representative", "supervisor", False),
    ("representative", "interpreter", False),
    ("representative", "witness", False),
    ("clinician", "interpreter", True),
    ("trainee", "interpreter", True),
    ("supervisor", "witness", True),
    ("clinician", "witness", True),
]


@pytest.mark.parametrize(("one", "other", "can_be_overridden"), APART)
def test_one_person_cannot_hold_two_such_roles(one: str, other: str, can_be_overridden: bool) -> None:
    conflict = only(visit_for("90837", **as_role(one, "Tom Vexworth"), **as_role(other, "Tom Vexworth")))
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("two-roles", (), can_be_overridden)
    shown = "clinician" if other in {"trainee", "supervisor"} else other
    assert f"and the {shown} have the same name" in conflict.reason


def test_a_trainee_cannot_be_the_supervisor() -> None:
    both = {"trainee": {"name": "Tom Vexworth"}, "supervisor": {"name": "Tom Vexworth"}}
    assert rules_of(visit_for("90837", **both)) == [("two-roles", (), False)]


def test_a_clinician_may_supervise_and_an_interpreter_may_be_the_witness() -> None:
    assert check(visit_for("90837", trainee={"name": "Tom Vexworth"}, supervisor={"name": CLINICIAN})) == []
    both = {**as_role("interpreter", "Tom Vexworth"), "witness": "Tom Vexworth"}
    assert check(visit_for("90837", **both)) == []


def test_a_supervisor_who_treats_and_witnesses_is_told_once() -> None:
    people = {"trainee": {"name": "Tom Vexworth"}, "supervisor": {"name": CLINICIAN}, "witness": CLINICIAN}
    assert rules_of(visit_for("90837", **people)) == [("two-roles", (), True)]


@pytest.mark.parametrize(
    "spelling",
    ["ada quillfeather", "ADA  QUILLFEATHER", "Quillfeather, Ada", "Ada. Quillfeather", "\uff21da Quillfeather"],
)  # fmt: skip
def test_the_same_name_is_seen_in_other_spellings(spelling: str) -> None:
    assert rules_of(visit_for("90837", witness=spelling)) == [("two-roles", (), False)]


def test_letters_with_marks_are_the_same_however_they_are_encoded() -> None:
    people = {**as_role("representative", "Zo\u00eb Vexworth"), "witness": "Zoe\u0308 Vexworth"}
    assert rules_of(visit_for("90837", **people)) == [("two-roles", (), False)]


@pytest.mark.parametrize(
    "name", ["Ada Quillfeather Sr.", "Quillfeather Ada", "Ada", "Adam Quillfeather", "Ada Quïllfeather"]
)
def test_names_that_differ_are_two_people(name: str) -> None:
    assert check(visit_for("90837", witness=name)) == []


def test_names_without_a_letter_are_not_the_same_name() -> None:
    assert check(visit_for("90837", **as_role("representative", "?"), witness="-")) == []


# A day's visits.


def seen_and_remembered(book: DayBook, visit: Visit, procedures: list[Procedure]) -> list[Conflict]:
    """What speaks against a visit that is then held all the same."""
    found = book.conflicts_with_earlier(visit, procedures)
    book.remember(visit, procedures)
    return found


NUMBERS = (f"V-{number}" for number in count(1))


def daily(
    book: DayBook, *codes: str, record: str = "MRN-77", date: str = "2026-11-21", number: str | None = None
) -> list[Conflict]:
    """What speaks against a visit, which is another one each time unless it has a number, and is then held."""
    patient = {"name": PATIENT, "born": "1980-02-29", "record": record}
    visit = visit_for(*codes, patient=patient, date=date, visit=number or next(NUMBERS))
    return seen_and_remembered(book, visit, [SHIPPED[code] for code in codes])


def test_a_once_a_day_code_is_seen_at_the_second_visit_of_a_patient_on_one_day() -> None:
    book = DayBook()
    assert daily(book, "90839", "90840") == []
    (conflict,) = daily(book, "90839")
    assert str(conflict) == (
        "90839 may be used once a day for a patient, and another visit of that day has it; "
        "remove 90839 from one of the two visits, or correct the date or the record number"
    )
    assert (conflict.rule, conflict.codes, conflict.can_be_overridden) == ("once-a-day", ("90839",), False)
    assert len(daily(book, "90839")) == 1


def test_another_patient_another_day_and_another_run_are_no_repetition() -> None:
    book = DayBook()
    assert daily(book, "90839") == []
    assert daily(book, "90839", record="MRN-78") == []
    assert daily(book, "90839", date="2026-11-22") == []
    assert daily(DayBook(), "90839") == []


def test_looking_at_a_visit_does_not_make_it_count() -> None:
    book, visit, procedures = DayBook(), visit_for("90839"), [SHIPPED["90839"]]
    assert book.conflicts_with_earlier(visit, procedures) == []
    assert book.conflicts_with_earlier(visit, procedures) == []
    book.remember(visit, procedures)
    other = visit_for("90839", visit="V-18")
    assert [conflict.rule for conflict in book.conflicts_with_earlier(other, procedures)] == ["once-a-day"]


def test_a_visit_that_is_planned_again_is_no_repetition_and_takes_the_place_of_what_it_was() -> None:
    book = DayBook()
    assert daily(book, "90839", number="A-1") == daily(book, "90839", number="a-1") == []
    assert len(daily(book, "90839", number="A-2")) == 1
    book = DayBook()
    daily(book, "90839", number="A-1")
    assert daily(book, "90837", number="A-1") == []  # the code was taken out of it
    assert daily(book, "90839", number="A-2") == []
    assert len(daily(book, "90839", number="A-1")) == 1


def test_a_visit_that_is_moved_to_another_day_frees_its_day() -> None:
    book = DayBook()
    daily(book, "90839", number="A-1")
    daily(book, "90839", number="A-1", date="2026-11-22")
    assert daily(book, "90839", number="A-2") == []
    assert len(daily(book, "90839", number="A-3", date="2026-11-22")) == 1


def test_a_record_number_is_the_same_in_capitals_and_small_letters() -> None:
    book = DayBook()
    assert [len(daily(book, "90839", record=record)) for record in ("MRN-77", "mrn-77")] == [0, 1]


def test_a_code_that_may_be_used_often_is_not_remembered() -> None:
    book = DayBook()
    assert daily(book, "90837") == daily(book, "90837") == []


def test_a_once_a_day_procedure_that_is_not_on_the_visit_is_not_remembered() -> None:
    book = DayBook()
    seen_and_remembered(book, visit_for("90837"), list(SHIPPED.values()))
    assert daily(book, "90839") == []


def test_a_day_book_holds_no_patients_data() -> None:
    book = DayBook()
    daily(book, "90839")
    kept = repr(vars(book))
    assert [text for text in (PATIENT, "MRN", "mrn", "2026", "90839", "1980") if text in kept] == []


def test_two_day_books_remember_the_same_visit_differently() -> None:
    books = DayBook(), DayBook()
    for book in books:
        daily(book, "90839")
    first, second = (set(vars(book)["_visits_by_mark"]) for book in books)
    assert first and second and not first & second


# The document.


def test_the_document_lists_every_rule_and_says_which_can_be_overridden() -> None:
    text = (PROJECT / "docs" / "pairing.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| ([a-z]+)[^|]*\|$", text, re.MULTILINE))
    assert rows == {
        "repeated-code": "no",
        "retired-code": "no",
        "not-together": "no",
        "only-if-separate": "yes",
        "add-on-alone": "yes",
        "medical-visit-missing": "no",
        "beside-medical-visit": "no",
        "once-a-day": "no",
        "untrained-interpreter": "no",
        "minor-alone": "yes",
        "two-roles": "only",
    }
    assert all(f"**`{rule}`**:" in text for rule in rows)
