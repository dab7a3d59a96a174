"""What readings by clinicians, lawyers, translators and patients have corrected stays corrected."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from consentkit.checks.readability import passages_of
from consentkit.library.definitions import load_paper, load_translation
from consentkit.library.languages import load_language
from consentkit.model.procedure import Procedure, ProcedureText
from consentkit.model.words import LanguagePack
from consentkit.resources import shipped
from kit.planting import SHIPPED_CODES, read_shipped

ENGLISH = {code: read_shipped(code).procedure for code in SHIPPED_CODES}
SPANISH = {code: load_translation(shipped("procedures") / f"{code}.es.yaml") for code in SHIPPED_CODES}
PAPERS = {
    path.stem: load_paper(path) for path in sorted(shipped("papers").glob("*.yaml")) if not path.stem.endswith(".es")
}
PAPERS_IN_SPANISH = {name: shipped("papers").joinpath(f"{name}.es.yaml").read_text(encoding="utf-8") for name in PAPERS}
PACKS = {language: load_language((shipped("templates"),), language) for language in ("en", "es")}
WITH_MEDICINE = ["90792", "90833", "90836", "90838", "90863"]
"""Codes at whose visits medicine is prescribed."""
RASH = {
    "en": "a rash with fever, blisters, or sores in the mouth or eyes",
    "es": "un sarpullido con fiebre, ampollas, o llagas en la boca o los ojos",
}
POISON_HELP = "1-800-222-1222"

every = pytest.mark.parametrize("code", SHIPPED_CODES)


def texts(code: str) -> dict[str, ProcedureText]:
    return {"en": ENGLISH[code], "es": SPANISH[code]}


def words(text: object) -> str:
    """All that a text holds, in one line."""
    return " ".join(str(text).split())


def read_by_patients(procedure: Procedure) -> str:
    return " ".join(text for _, text in passages_of(procedure))


def clause(pack: LanguagePack, name: str) -> str:
    return words(pack.clauses[name].text)


# --- medicines ---


@pytest.mark.parametrize("code", WITH_MEDICINE)
@pytest.mark.parametrize("language", ["en", "es"])
def test_where_medicine_is_prescribed_a_rash_with_fever_calls_for_an_emergency_room(code: str, language: str) -> None:
    help_now = words(texts(code)[language].risks.get_help_now)
    assert RASH[language] in help_now
    assert {"en": "Call 911 or go to an emergency room", "es": "Llame al 911 o vaya a"}[language] in help_now


@pytest.mark.parametrize("code", WITH_MEDICINE)
@pytest.mark.parametrize("language", ["en", "es"])
def test_where_somebody_may_take_too_much_the_poison_line_is_named(code: str, language: str) -> None:
    assert POISON_HELP in words(texts(code)[language].risks.get_help_now)


@every
def test_an_emergency_room_is_not_taken_for_urgent_care_in_spanish(code: str) -> None:
    assert "urgencias" not in words(SPANISH[code]) + words(PACKS["es"])


@pytest.mark.parametrize(
    "warned_of",
    [
        "face, tongue or hands that you cannot stop",
        "Lithium",
        "dementia",
        "opioids or alcohol can stop your breathing",
        "stimulants (boxed",
    ],
)
def test_the_review_of_medicines_names_the_boxed_warnings(warned_of: str) -> None:
    assert warned_of in " ".join(ENGLISH["90863"].risks.every)


@every
def test_a_medicine_is_called_a_medicine_and_drugs_are_those_of_the_street(code: str) -> None:
    mentions = re.findall(r"[^.]*\bdrugs?\b[^.]*", read_by_patients(ENGLISH[code]), re.IGNORECASE)
    of_the_street = r"alcohol|street|cannabis|drug use|use drugs|used drugs|weapons|drink or"
    on_purpose = r"Lamictal|boxed warning|on these drugs"
    assert [text for text in mentions if not re.search(f"{of_the_street}|{on_purpose}", text)] == []


@every
def test_that_it_may_not_help_is_said_first_or_among_what_is_common(code: str) -> None:
    failing = [risk for risk in ENGLISH[code].risks.each if "may not help" in risk.text.lower()]
    assert all(risk in ENGLISH[code].risks.common for risk in failing)


# --- law: one wording, in the clauses ---


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rights", "change your mind or stop, even after signing"),
        ("course", "take it back at any time"),
        ("fees", "right to an estimate in writing before the visit"),
        ("fees", "$400 or more"),
        ("third_parties", "Notice of Privacy Practices"),
        ("record", "get a copy"),
        ("minors", "teens can agree to some care alone"),
        ("contact", "between visits"),
        ("recording", "only if you agree first"),
        ("complaints", "state licensing board"),
        ("complaints", "Sex is never part of treatment"),
        ("psychotherapy_notes", "apart from your record"),
        ("substance_use_records", "only if you agree in writing"),
        ("telehealth", "only where licensed"),
        ("family_roles", "Ask us where we note it"),
        ("language_help", "If you sign for someone else, “you” means that person"),
        ("psychotherapy_notes", "Federal law gives you no right"),
        ("substance_use_records", "in court only if you agree, or by a special court order"),
        ("record", "have it corrected"),
    ],
)
def test_a_clause_says_what_the_law_asks_for(name: str, said: str) -> None:
    assert said in clause(PACKS["en"], name)


@pytest.mark.parametrize(
    ("paper", "clauses"),
    [
        ("group-rules", {"group_confidentiality", "confidentiality"}),
        ("family-rules", {"family_roles", "confidentiality"}),
        ("telehealth", {"telehealth", "recording", "confidentiality"}),
        ("recording-and-ai", {"recording"}),
        ("release-psychotherapy-notes", {"psychotherapy_notes"}),
    ],
)
def test_a_paper_states_law_in_the_words_of_the_clauses(paper: str, clauses: set[str]) -> None:
    assert clauses == {section.clause for section in PAPERS[paper].sections if section.clause}


LIMITS = re.compile(r"a court orders (?:it|us to)|hurt or neglected|we may have to tell others", re.IGNORECASE)
"""Of the limits of privacy, as the clause states them."""


@pytest.mark.parametrize("paper", sorted(set(PAPERS) - {"minors-and-custody"}))
def test_no_paper_states_the_limits_of_privacy_by_itself(paper: str) -> None:
    assert not LIMITS.search(" ".join(text for _, text in passages_of(PAPERS[paper])))


def test_whoever_signs_reads_that_saying_no_should_not_take_away_other_care() -> None:
    assert "should not lose other care." in " ".join(PACKS["en"].consent.statements)


@pytest.mark.parametrize("code", ["90791", "90792", "90846", "90847", "90849", "90853"])
def test_where_care_for_alcohol_or_drugs_is_spoken_of_its_records_are_explained(code: str) -> None:
    assert "substance_use_records" in ENGLISH[code].clauses


def test_students_may_examine_neither_the_sleeping_nor_the_sedated_unasked() -> None:
    assert "asleep or sedated" in clause(PACKS["en"], "sensitive_exams")
    assert "duerme o está bajo sedación" in clause(PACKS["es"], "sensitive_exams")


def test_no_clause_promises_more_privacy_than_a_clinic_keeps() -> None:
    assert not re.search(r"only what you (?:allow|agree)", clause(PACKS["en"], "third_parties"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_care_from_afar_has_lines_for_where_one_is_and_whom_to_call(language: str) -> None:
    assert len(PACKS[language].clauses["telehealth"].blanks) == 2


def test_both_packs_have_the_same_clauses_drawn_for_the_same_reasons() -> None:
    english, spanish = (
        {name: (one.always, one.visit, one.form, one.initials, len(one.blanks)) for name, one in pack.clauses.items()}
        for pack in PACKS.values()
    )
    assert english == spanish


@every
def test_no_text_speaks_of_trainees(code: str) -> None:
    assert "trainee" not in read_by_patients(ENGLISH[code])
    assert "en formación" not in words(SPANISH[code])


# --- sources ---

UNDATED = {"Consultations with a Beneficiary’s Family and Associates (National Coverage Determination 70.1)"}
"""Sources that bear no date themselves."""


@every
def test_every_source_has_a_year(code: str) -> None:
    assert {source.title for source in ENGLISH[code].sources if not source.year} <= UNDATED


def test_a_source_is_named_alike_wherever_it_is_named() -> None:
    named = defaultdict(set)
    for definition in (*ENGLISH.values(), *PAPERS.values()):
        for source in definition.sources:
            named[source.title].add((source.publisher, source.year))
    assert {title: ways for title, ways in named.items() if len(ways) > 1} == {}


def test_where_claims_come_from_is_not_printed_twice() -> None:
    printed = [(source.title, source.year) for source in ENGLISH["90834"].every_source]
    assert len(printed) == len(set(printed))
    assert all(not source.supports for source in ENGLISH["90834"].every_source)


# --- words of suicide, and Spanish ---


@every
def test_acts_of_suicide_are_named_plainly(code: str) -> None:
    assert not re.search(r"\bact(?:s|ed)? on (?:it|the urge|an urge)\b|dark thoughts", read_by_patients(ENGLISH[code]))
    assert not re.search(r"pasaron a la acción|a punto de actuar|pensamientos oscuros", words(SPANISH[code]))


@every
def test_spanish_texts_are_free_of_what_was_read_wrongly(code: str) -> None:
    wrong = (
        r"acaba de llegar aquí|tics que no|sentir menos peso|puede arder|historia larga|aparatos para oír|escucharles"
    )
    wrong += r"|asistente de medicina|tiene un embarazo|haber un embarazo|Relación\b|\bpluma\b|\bcobija\b|\bbáscula\b"
    assert re.findall(wrong, words(SPANISH[code])) == []


def test_the_poison_line_has_one_name_in_spanish() -> None:
    of_procedures = (words(SPANISH[code].risks.get_help_now) for code in WITH_MEDICINE)
    texts_with_it = [*of_procedures, *(text for text in PAPERS_IN_SPANISH.values() if POISON_HELP in text)]
    assert len(texts_with_it) > len(WITH_MEDICINE)
    assert all("ínea de envenenamientos" in " ".join(text.split()) for text in texts_with_it)


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_who_is_treated_is_no_customer_in_spanish(name: str) -> None:
    assert not re.search(r"\bclientes?\b", PAPERS_IN_SPANISH[name])
