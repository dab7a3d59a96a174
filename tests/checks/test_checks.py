"""The content checks: every rule sees the fault that is planted for it, and none cries wolf.

The faults are in tests/examples/content, one folder for each rule; its README says how. UPDATE_EXPECTED=1 writes what
is expected there anew, and the tests that did so count as skipped.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from pydantic import ValidationError

from consentkit import checks
from consentkit.checks import outputs, rule_help
from consentkit.checks.readability import measure, passages_of
from consentkit.checks.reading_report import read_procedure
from consentkit.checks.rules.reading import reading_grade, section_grade
from consentkit.checks.settings import settle
from consentkit.checks.table import reading_table
from consentkit.errors import WrongUse
from consentkit.model.clinic import Clinic
from consentkit.model.rule_ids import RULE_IDS
from consentkit.problems import Problem
from consentkit.reading.validation import require
from consentkit.resources import shipped
from kit.planting import (
    CASES,
    CONTENT,
    CURRENT,
    TODAY,
    Files,
    clean_files,
    planted,
    read_folder,
    read_original,
    read_pack,
    translated,
)
from kit.running import SAMPLE_CLINIC, environment

TALK = "procedures/TALK-1.yaml"
SPANISH = "procedures/TALK-1.es.yaml"
PACK = "templates/languages/en.yaml"
SHIPPED_CODES = sorted(path.stem for path in shipped("procedures").glob("*.yaml") if "." not in path.stem)

Found = list[tuple[str, str]]
"""Ids of rules, each with the words that stand at the place."""


def changed(old: str, new: str, file: str = TALK) -> Files:
    """The clean folder with a text replaced."""
    files = clean_files()
    assert files[file].count(old) == 1
    return {**files, file: files[file].replace(old, new)}


def found_in(files: Files, file: str = TALK) -> Found:
    """What is found in one file of a folder."""
    findings = read_folder(files).findings_in(file)
    lines = files[file].splitlines()
    return [(finding.rule.id, lines[finding.position[0] - 1][finding.position[1] - 1 :]) for finding in findings]


def found_in_text(text: str, language: str = "en") -> set[str]:
    """The rules that a sentence breaks where a patient reads it."""
    if language == "es":
        return ids(found_in(changed("Podemos ir más despacio.", text, SPANISH), SPANISH))
    return ids(found_in(changed("We can slow down.", text)))


def ids(found: Found) -> set[str]:
    return {rule for rule, _ in found}


def read_shipped(code: str) -> checks.ProcedureFile:
    path = shipped("procedures") / f"{code}.yaml"
    return read_original(path.name, path.read_text(encoding="utf-8"))


# The registry


def test_every_rule_has_a_planted_fault_and_every_planted_fault_a_rule() -> None:
    assert set(CASES) == set(checks.RULES)


def test_the_ids_that_settings_may_name_are_those_of_the_registry() -> None:
    assert list(RULE_IDS) == list(checks.RULES)


@pytest.mark.parametrize("rule", checks.RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_all_that_its_reader_needs(rule: checks.Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert all((rule.title, rule.reason, rule.remedy, rule.source, rule.bad))
    assert rule.reason.endswith(".")
    assert rule.remedy[0].islower(), "the remedy ends a sentence"
    assert not rule.remedy.endswith(".")


@pytest.mark.parametrize("rule", checks.RULES.values(), ids=lambda rule: rule.id)
def test_an_explanation_fits_a_terminal_and_names_reason_remedy_and_source(rule: checks.Rule) -> None:
    text = rule_help.explain_rule(rule)
    assert max(map(len, text.splitlines())) <= 100
    folded = " ".join(text.split()).casefold()
    for part in (rule.title, rule.reason, rule.remedy, rule.source, rule.bad, rule.good):
        assert " ".join(part.split()).casefold() in folded


def test_a_misspelt_rule_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(WrongUse, match="did you mean `long-sentence`"):
        checks.find_rule("long-sentense")


def test_the_overview_has_a_line_for_each_rule() -> None:
    assert rule_help.overview().count("\n| `") == len(checks.RULES)


ROWS_OF_THE_RULES = {
    # What must be there. In brackets: where it is enforced instead of here.
    "facility named": ("clinic-name", "placeholder"),
    "purpose, benefits, risks: at least one item each": ("(model)",),
    "likelihood of risks": ("risk-likelihood",),
    "alternatives, each with good and bad": ("alternative-one-sided", "(model)"),
    "doing nothing": ("no-treatment-thin", "(model)"),
    "this was explained to me": ("statement-missing",),
    "signature, date and time; representative; witness": ("signature-blocks", "(templates)"),
    "right to ask, refuse and withdraw": ("choice-unsaid", "statement-missing", "missing-clause"),
    "course, fees, third parties, confidentiality": ("missing-clause",),
    "trainee and supervisor": ("trainee-without-supervisor", "(visit)"),
    "who is the client; group": ("missing-clause",),
    "assent; interpreter; telehealth": ("(visit)",),
    "notice of free language help": ("missing-clause",),
    "teach-back": ("teach-back-thin",),
    "crisis plan, 988": ("missing-clause", "get-help-missing"),
    "edition, review date, reviewer": ("review-overdue", "review-soon", "review-missing", "review-interval"),
    "leftovers": ("leftover", "placeholder", "markup"),
    # How it must read.
    "reading grade": ("reading-grade", "section-grade"),
    "sentence, paragraph": ("long-sentence", "long-paragraph"),
    "list": ("long-list",),
    "address": ("address",),
    "main message first": ("in-short-long", "(model)"),
    "terms": ("undefined-term", "abbreviation"),
    "body type, capitals, large print": ("capitals", "(templates)"),
    "never call a figure a PEMAT or CDC score; never print compliant": ("compliance-claim",),
    "pairings of the codes": ("pairing-one-sided", "exclusion-one-sided", "billing-contradiction"),
}


def test_every_row_of_the_projects_tables_is_seen_by_a_rule_or_elsewhere() -> None:
    named = {rule for rules in ROWS_OF_THE_RULES.values() for rule in rules if not rule.startswith("(")}
    assert named <= set(checks.RULES)


def test_the_list_of_names_that_a_clinic_may_use_is_that_of_the_rules() -> None:
    assert tuple(checks.RULES) == RULE_IDS, "write the id of each rule into model/rule_ids.py"


def test_reading_a_clinics_particulars_loads_neither_the_checks_nor_the_model_of_procedures() -> None:
    code = "import sys, consentkit.library.clinic; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.split()
    assert "consentkit.model.clinic" in loaded
    assert [name for name in loaded if name.startswith(("consentkit.checks", "consentkit.output"))] == []
    assert "consentkit.model.procedure" not in loaded


@pytest.mark.parametrize("name", checks.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(checks, name)


# Planted faults


def test_nothing_is_found_in_the_clean_folder() -> None:
    assert read_folder(clean_files()).lines() == []


@cache
def findings_of(case: str) -> list[checks.RuleFinding]:
    return read_folder(planted(case)).findings()


@pytest.mark.parametrize("case", CASES)
def test_a_planted_fault_is_found_at_its_line(case: str) -> None:
    lines = [str(finding.problem()) for finding in findings_of(case)]
    assert any(line.endswith(f" [{case}]") for line in lines)
    path, text = CONTENT / case / "expected.txt", "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        path.write_text(text, encoding="utf-8")
        pytest.skip("expectation written anew")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_a_rule_that_is_switched_off_finds_nothing_and_leaves_the_others_alone(case: str) -> None:
    off = checks.CheckSettings.model_validate({"rules": {case: "off"}})
    found = findings_of(case)
    assert list(settle(found, off)) == [finding for finding in found if finding.rule.id != case]


# The shipped library


@pytest.mark.parametrize("code", SHIPPED_CODES)
def test_a_shipped_procedure_has_no_error_and_no_warning(code: str) -> None:
    file = read_shipped(code)
    found = checks.check_procedure(file, file.procedure.review.issued)
    assert [str(finding.problem()) for finding in found if finding.severity != "notice"] == []


def test_the_shipped_procedures_fit_each_other() -> None:
    library = checks.LibraryFiles(tuple(map(read_shipped, SHIPPED_CODES)))
    assert len(library.procedures) == 18
    issued = max(file.procedure.review.issued for file in library.procedures)
    lines = [str(finding.problem()) for finding in checks.check_library(library, issued)]
    assert [line for line in lines if "[review-missing]" not in line] == []


def test_every_shipped_procedure_is_known_to_be_reviewed_by_nobody() -> None:
    for code in SHIPPED_CODES:
        file = read_shipped(code)
        found = checks.check_procedure(file, file.procedure.review.issued)
        assert [finding.rule.id for finding in found] == ["review-missing"]


@pytest.mark.parametrize("code", SHIPPED_CODES)
def test_a_shipped_translation_has_no_error(code: str) -> None:
    path = shipped("procedures") / f"{code}.es.yaml"
    original = read_shipped(code)
    source = checks.read_source(path.read_text(encoding="utf-8"), path.name)
    file = checks.TranslationFile(source, translated(source, original), "es", CURRENT, CURRENT)
    found = checks.check_translation(file, original, original.procedure.review.issued)
    assert [str(finding.problem()) for finding in found if finding.severity == "error"] == []


def test_the_shipped_language_pack_has_no_error_and_no_warning() -> None:
    path = shipped("templates") / "languages" / "en.yaml"
    assert checks.check_pack(read_pack(path.name, path.read_text(encoding="utf-8"))) == []


def test_the_sample_clinic_has_nothing_but_a_number_for_examples() -> None:
    path = SAMPLE_CLINIC / "clinic.yaml"
    source = checks.read_source(path.read_text(encoding="utf-8"), path.name)
    (finding,) = checks.check_clinic(checks.ClinicFile(source, require(Clinic, source.yaml)))
    assert (finding.rule.id, finding.severity) == ("placeholder", "notice")


def test_a_shipped_text_that_is_overdue_is_an_error() -> None:
    file = read_shipped("90837")
    after = file.procedure.review.next + datetime.timedelta(days=1)
    assert "review-overdue" in {finding.rule.id for finding in checks.check_procedure(file, after)}
    assert "review-overdue" not in {
        finding.rule.id for finding in checks.check_procedure(file, after.replace(year=2026))
    }


# Wording: what is seen, and what is not

SEEN = [
    ("leftover", "See {{ title }} for more."),
    ("leftover", "TODO write this."),
    ("leftover", "Lorem ipsum dolor."),
    ("leftover", "As an AI language model, I cannot say."),
    ("leftover", "Let me know if you need further details."),
    ("leftover", "Similar Codes Search all medical codes."),
    ("placeholder", "Call us at [your phone number]."),
    ("placeholder", "Ask {clinic} about it."),
    ("placeholder", "The fee is ____ dollars."),
    ("placeholder", "The fee is XXX dollars."),
    ("placeholder", "The fee is TBD."),
    ("markup", "This is <b>important</b>."),
    ("markup", "Rest &amp; sleep."),
    ("markup", "See [our page](https://example.org)."),
    ("typography", "It is “only a talk."),
    ("typography", "It is a talk (a long one."),
    ("typography", "It is hard -- at first."),
    ("typography", "It is hard , at first."),
    ("typography", "It is hard... at first."),
    ("typography", "It is hard - at first."),
    ("typography", "It is hard.Then it gets easier."),
    ("abbreviation", "Bring pills, drops etc."),
    ("abbreviation", "Bring your medicine(s)."),
    ("abbreviation", "Bring pills and/or drops."),
    ("abbreviation", "Your therapist brings his/her notes."),
    ("capitals", "NEVER stop your medicine at once."),
    ("capitals", "PLEASE READ THIS."),
    ("address", "Patients should rest."),
    ("promise", "It is completely safe."),
    ("promise", "You will feel better."),
    ("promise", "It carries no risks."),
    ("promise", "It is proven to work."),
    ("waiver", "You hold the clinic harmless."),
    ("waiver", "You waive your legal rights."),
    ("waiver", "The clinic is not liable for any harm."),
    ("compliance-claim", "This form is compliant."),
    ("compliance-claim", "It meets all legal requirements."),
    ("compliance-claim", "It has a PEMAT score of 90."),
    ("undefined-term", "You may get ECT."),
    ("undefined-term", "It can exacerbate your symptoms."),
    ("doubled-word", "Tell us when when it hurts."),
]
NOT_SEEN = [
    "No one can guarantee that it will help.",
    "We cannot promise that you will feel better.",
    "There is no promise that it will work for you.",
    "No treatment is completely safe.",
    "We do not know if you will recover.",
    "You do not give up your rights by signing.",
    "Nothing here is legally binding if it is not signed.",
    "You are not responsible for what others say.",
    "Feel free to take a break.",
    "We are not sure that that helps.",
    "You had had a hard week.",
    "Take the bus (line 5) or walk.",
    "Call between 8:30 and 17:00.",
    "Half of people – about 50 in 100 – feel better.",
    "Text HELLO to 741741.",
    "You may watch TV at 8 PM.",
    "You may get ECT (a short current while you sleep).",
    "We use CBT in small steps.",
    "It is face to face.",
    "A patient friend may help.",
    "Ask about the cost of your visit and any fees.",
    "Take one step at a time, e-mail us, or call.",
    "The 988 line is free, and so is this talk.",
]
SEEN_IN_SPANISH = [
    ("leftover", "Espero que esto le sirva."),
    ("abbreviation", "Traiga pastillas, gotas, etc."),
    ("abbreviation", "Traiga pastillas y/o gotas."),
    ("capitals", "NO deje su medicina."),
    ("address", "El paciente puede descansar."),
    ("promise", "Le garantizamos que mejora."),
    ("promise", "Es totalmente seguro."),
    ("promise", "No tiene riesgos."),
    ("waiver", "Usted exime a la clínica de toda responsabilidad."),
    ("compliance-claim", "Este papel cumple con todas las leyes."),
    ("undefined-term", "Puede exacerbar sus síntomas."),
    ("typography", "Qué siente? Díganos."),
]
NOT_SEEN_IN_SPANISH = [
    "Puede contar todo, o nada.",
    "Nadie puede garantizar que funcione.",
    "No hay garantía de que le ayude.",
    "No prometemos nada.",
    "Envíe la palabra AYUDA al 988.",
    "¿Qué siente? Díganos.",
    "Su terapeuta es paciente con usted.",
    "No renuncia a ningún derecho.",
    "Nos ayuda si nos lo dice.",
]


@pytest.mark.parametrize(("rule", "text"), SEEN, ids=[f"{rule}: {text}" for rule, text in SEEN])
def test_a_wording_that_is_wrong_is_seen(rule: str, text: str) -> None:
    assert found_in_text(text) == {rule}


@pytest.mark.parametrize("text", NOT_SEEN)
def test_a_wording_that_only_looks_wrong_is_let_be(text: str) -> None:
    assert found_in_text(text) == set()


@pytest.mark.parametrize(("rule", "text"), SEEN_IN_SPANISH, ids=[text for _, text in SEEN_IN_SPANISH])
def test_a_wording_that_is_wrong_in_spanish_is_seen(rule: str, text: str) -> None:
    assert found_in_text(text, "es") == {rule}


@pytest.mark.parametrize("text", NOT_SEEN_IN_SPANISH)
def test_a_wording_that_only_looks_wrong_in_spanish_is_let_be(text: str) -> None:
    assert found_in_text(text, "es") == set()


def test_notes_for_the_clinic_may_speak_of_the_patient() -> None:
    files = changed("  goes_with:", "  note: Bill once for the patient, e.g. with 99213.\n  goes_with:")
    assert found_in(files) == []


def test_a_leftover_in_a_note_for_the_clinic_is_seen() -> None:
    files = changed("  goes_with:", "  note: Similar codes\n  goes_with:")
    assert found_in(files) == [("leftover", "Similar codes")]


# Other rules at their edges


def test_two_risks_need_not_be_sorted() -> None:
    text = clean_files()[TALK]
    unsorted = text[text.index("  uncommon:") : text.index("  what_helps:")]
    assert "risk-likelihood" not in ids(found_in(changed(unsorted, "")))


def test_a_way_to_get_help_must_hold_a_number_where_life_is_in_danger() -> None:
    files = changed("Call or text 988 at any hour. If life is in danger, call 911.", "Call somebody.")
    assert ("get-help-missing", "get_help_now: Call somebody.") in found_in(files)


def test_a_way_to_get_help_may_be_missing_where_no_risk_is_to_life() -> None:
    files = changed("  get_help_now: Call or text 988 at any hour. If life is in danger, call 911.\n", "")
    files[TALK] = files[TALK].replace("thoughts of suicide", "a quarrel with a friend")
    assert "get-help-missing" not in ids(found_in(files))


@pytest.mark.parametrize("said", ["53 minutes", "45 to 60 minutes", "50–55 minutes", "an hour", "90 minutes"])
def test_minutes_that_fit_the_facts_are_let_be(said: str) -> None:
    assert "minutes-mismatch" not in ids(found_in(changed("A session lasts about 60 minutes.", f"It lasts {said}.")))


@pytest.mark.parametrize("said", ["30 minutes", "30 to 45 minutes", "45-minute talks, or 50 minutes"])
def test_minutes_that_do_not_fit_the_facts_are_seen(said: str) -> None:
    assert "minutes-mismatch" in ids(found_in(changed("A session lasts about 60 minutes.", f"It lasts {said}.")))


@pytest.mark.parametrize(
    ("date", "rules"),
    [
        ("2026-11-20", {"review-overdue"}),
        ("2026-11-21", {"review-soon"}),
        ("2026-12-21", {"review-soon"}),
        ("2026-12-22", set()),
        ("2028-02-02", set()),
        ("2028-02-03", {"review-interval"}),
    ],
)
def test_the_next_review_is_judged_by_the_day(date: str, rules: set[str]) -> None:
    assert ids(found_in(changed("  next: 2027-02-01", f"  next: {date}"))) == rules


def test_a_text_that_was_written_tomorrow_may_come_from_another_time_zone() -> None:
    file = read_shipped("90837")
    yesterday = file.procedure.review.issued - datetime.timedelta(days=1)
    assert "date-ahead" not in {finding.rule.id for finding in checks.check_procedure(file, yesterday)}


@pytest.mark.parametrize("items", [7, 8])
def test_a_list_may_have_seven_items(items: int) -> None:
    listed = "".join(f"    - point {index}\n" for index in range(items))
    files = changed("    - feel sad or on edge\n    - have been through something bad\n", listed)
    assert ("long-list" in ids(found_in(files))) == (items > 7)


@pytest.mark.parametrize("words", [20, 21])
def test_a_sentence_may_have_twenty_words(words: int) -> None:
    assert ("long-sentence" in found_in_text(" ".join(["You", *["rest"] * (words - 1)]) + ".")) == (words > 20)


def test_each_of_two_equal_slips_in_a_text_is_found_at_its_own_place() -> None:
    files = changed("We can slow down.", "It's slow. It's fine.")
    assert found_in(files) == [("typography", "It's slow. It's fine."), ("typography", "It's fine.")]


def test_a_clause_of_every_paper_must_be_marked_so() -> None:
    files = changed("fees: {heading: Cost, always: true,", "fees: {heading: Cost,", PACK)
    (line,) = read_folder(files).lines()
    assert "clauses.fees: belongs on every paper, but is not marked `always: true`" in line


def test_two_signers_have_a_line_of_their_own() -> None:
    (line,) = read_folder(changed(", blank: Relationship", "", PACK)).lines()
    assert "signatures.blocks: has 1 of at least 2 blocks with a `blank`" in line


def test_every_short_form_is_reported_once_at_its_first_use() -> None:
    files = changed("equipment: A quiet room with chairs.", "equipment: A BLS kit. A second BLS kit.")
    assert found_in(files) == [("undefined-term", "BLS kit. A second BLS kit.")]


def test_a_reading_grade_above_nine_and_a_half_is_an_error_that_names_the_causes() -> None:
    hard = "Psychotherapeutic interventions facilitate considerable amelioration."
    files = clean_files()
    file = read_folder(files).library.procedures[0]
    procedure = file.procedure.model_copy(update={"policies": (), "also_called": (hard,) * 150})
    report = read_procedure(file, procedure)
    assert report
    (finding,), (of_section,) = reading_grade(report), section_grade(report)
    assert of_section.rule.id == "section-grade"
    assert finding.severity == "error"
    assert "SMOG" in finding.message
    assert "`psychotherapeutic` 150 times" in finding.message


def test_a_translation_is_held_to_the_rules_of_its_language() -> None:
    files = changed("Podemos ir más despacio.", "Podemos ir " + "más " * 20 + "despacio.", SPANISH)
    (line,) = [line for line in read_folder(files).lines() if "long-sentence" in line]
    assert "has a sentence of 23 words, at most 22" in line


def test_a_translation_that_names_no_original_is_only_warned_of() -> None:
    (finding,) = read_folder(changed('translates: "current"', 'translates: ""', SPANISH)).findings()
    assert (finding.rule.id, finding.severity) == ("stale-translation", "warning")


def test_a_step_that_is_lost_in_translation_is_reported_once() -> None:
    files = clean_files()
    lost = "  - name: El comienzo\n    text: Le preguntamos cómo ha estado.\n"
    files[SPANISH] = files[SPANISH].replace(lost, "")
    assert found_in(files, SPANISH) == [("translation-shape", "description:")]


def test_a_language_without_word_lists_or_formulas_is_spared_their_rules() -> None:
    folder = read_folder(clean_files())
    file = replace(folder.library.procedures[0], language="ar")
    assert read_procedure(file, file.procedure) is None
    assert checks.check_procedure(file, TODAY) == []


def test_straight_quotation_marks_are_seen_in_any_language() -> None:
    folder = read_folder(changed("We can slow down.", "We don't hurry."))
    file = replace(folder.library.procedures[0], language="tlh")
    assert [finding.rule.id for finding in checks.check_procedure(file, TODAY)] == ["typography"]


@pytest.mark.parametrize(
    "particulars",
    ["name: Your Clinic", "name: '[Clinic name]'", "name: The Example Clinic", "name: N/A", "phone: 555-5555"],
)
def test_particulars_that_were_left_as_an_example_are_an_error(particulars: str) -> None:
    key = particulars.partition(":")[0]
    files = clean_files()
    files["clinic.yaml"] = re.sub(rf"(?m)^{key}:.*$", particulars, files["clinic.yaml"])
    found = [finding for finding in read_folder(files).findings() if finding.rule.id == "placeholder"]
    assert [finding.severity for finding in found][:1] == ["error"]


# Places


def test_a_finding_in_a_folded_text_stands_at_the_sentence() -> None:
    sentence = "You " + "rest and " * 11 + "sleep."
    files = changed("and rest\n      when you need to.", f"and\n      rest.\n      {sentence}")
    assert found_in(files) == [("long-sentence", sentence + " Nothing is rushed.")]


# What a clinic changes


def settings(text: str) -> Callable[[], checks.CheckSettings]:
    source = checks.read_source(text, "clinic.yaml")
    return lambda: checks.CheckSettings.model_validate(source.yaml.data)


def with_settings(case: str, text: str) -> list[checks.RuleFinding]:
    return replace(read_folder(planted(case)), settings=settings(text)()).findings()


def test_a_rule_can_be_made_stricter() -> None:
    (finding,) = with_settings("long-sentence", "rules: {long-sentence: error}")
    assert finding.severity == "error"
    assert finding.problem().severity == "error"


def test_a_rule_can_be_made_milder() -> None:
    (finding,) = with_settings("markup", "rules: {markup: notice}")
    assert finding.severity == "notice"


def test_off_is_a_word_and_not_the_truth_value_of_yaml() -> None:
    assert with_settings("long-sentence", "rules:\n  long-sentence: off\n") == []


def test_an_exception_holds_for_its_procedure_only() -> None:
    exceptions = "exceptions: [{rule: long-sentence, code: %s, reason: The law prescribes it.}]"
    assert with_settings("long-sentence", exceptions % "TALK-1") == []
    rules = [finding.rule.id for finding in with_settings("long-sentence", exceptions % "TALK-2")]
    assert sorted(rules) == ["long-sentence", "unused-exception"]


def test_an_exception_can_hold_for_a_language() -> None:
    exceptions = "exceptions: [{rule: missing-clause, language: en, reason: All care here is free.}]"
    assert {finding.rule.id for finding in with_settings("missing-clause", "")} == {
        "missing-clause",
        "missing-translation",
    }
    assert {finding.rule.id for finding in with_settings("missing-clause", exceptions)} == {"missing-translation"}
    elsewhere = {finding.rule.id for finding in with_settings("missing-clause", exceptions.replace("en,", "es,"))}
    assert {"missing-clause", "unused-exception"} <= elsewhere


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exceptions: [{rule: long-sentence, code: A}]", "reason"),
        ("exceptions: [{rule: long-sentence, code: A, reason: ' '}]", "is empty"),
        ("exceptions: [{rule: long-sentence, reason: Because it is so.}]", "names no `code` and no `language`"),
        ("exceptions: [{rule: long-sentense, code: A, reason: Why.}]", "did you mean `long-sentence`"),
        ("rules: {long-sentense: off}", "did you mean `long-sentence`"),
        ("rules: {long-sentence: maybe}", "'off', 'notice', 'warning' or 'error'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        settings(text)()


# What is told

PROBLEM = Problem("a b,c:d.yaml", 14, 5, "risks.common[2]", "holds 50%\nof: it", "warning", "long-sentence", "cut it")


def test_a_problem_is_one_line_of_text_with_its_rule() -> None:
    problem = replace(PROBLEM, file="procedures/90837.yaml", message="has a sentence of 27 words")
    assert outputs.as_text([problem]) == (
        "procedures/90837.yaml:14:5: warning: risks.common[2]: has a sentence of 27 words; cut it [long-sentence]\n"
    )


def test_an_annotation_is_escaped_as_github_reads_it() -> None:
    assert outputs.as_annotations([PROBLEM]) == (
        "::warning file=a b%2Cc%3Ad.yaml,line=14,col=5,title=long-sentence"
        "::risks.common[2]: holds 50%25%0Aof: it; cut it\n"
    )


def test_an_annotation_without_a_place_or_a_rule_names_neither() -> None:
    problem = Problem("a.yaml", None, None, "", "is empty")
    assert outputs.as_annotations([problem]) == "::error file=a.yaml,title=form::is empty\n"


def test_a_hostile_file_name_cannot_begin_another_annotation() -> None:
    text = outputs.as_annotations([replace(PROBLEM, file="x\n::error::\x1b[31m\u202e")])
    assert text.count("\n") == 1
    assert text.isprintable() or text[:-1].isprintable()


def test_an_entry_for_json_holds_rule_and_remedy() -> None:
    entry = outputs.entry(PROBLEM)
    assert (entry["rule"], entry["remedy"], entry["severity"]) == ("long-sentence", "cut it", "warning")
    assert outputs.entry(Problem("a.yaml", None, None, "", "is empty"))["rule"] == "form"


def test_problems_are_counted_by_severity() -> None:
    problems = [PROBLEM, replace(PROBLEM, severity="error"), PROBLEM]
    assert outputs.counts(problems) == {"error": 1, "warning": 2, "notice": 0}


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    places = [(finding.file, finding.position) for finding in read_folder(planted("translation-shape")).findings()]
    assert places == sorted(places)


# The table


def test_the_table_has_a_line_for_each_document_and_the_figures_of_the_formulas() -> None:
    library = read_folder(clean_files()).library
    page = reading_table([*library.procedures, *library.translations])
    rows = [line for line in page.splitlines() if line.startswith("| TALK")]
    assert len(rows) == 6
    reading = measure(text for _, text in passages_of(library.procedures[0].procedure))
    assert f"| {reading.smog:.1f} | {reading.flesch_kincaid:.1f} |" in rows[0]
    assert "## Language `en`" in page
    assert "## Language `es`" in page
    assert "Fernández Huerta at least 60" in page


def test_the_table_does_not_depend_on_the_order_of_the_files() -> None:
    files = read_folder(clean_files()).library.procedures
    assert reading_table(files) == reading_table(reversed(files))


def test_a_bar_in_a_title_does_not_break_the_table() -> None:
    (file, *_) = read_folder(clean_files()).library.procedures
    barred = replace(file, procedure=file.procedure.model_copy(update={"title": "A | B"}))
    assert "| A \\| B |" in reading_table([barred])
