"""Measuring how hard a text is to read: counting, formulas, verdicts. Known values are worked out by hand here."""

from __future__ import annotations

import pytest

from consentkit.checks import syllables
from consentkit.checks.readability import (
    FORMULAS,
    PlacedText,
    Reading,
    hardest_words,
    judge,
    measure,
    passages_of,
    placed_passages,
    split_sentences,
    split_words,
)
from kit.small import small_procedure

# The cat sat on the mat (6 words, 6 syllables). It was hap-py (3 words, 4 syllables).
ENGLISH = "The cat sat on the mat. It was happy."
# El ni-ño co-me pan (4 words, 6 syllables). La ni-ña le-e un li-bro (5 words, 8 syllables).
SPANISH = "El niño come pan. La niña lee un libro."


def test_the_english_example_is_counted_as_by_hand() -> None:
    assert measure([ENGLISH]) == Reading(sentences=2, words=9, syllables=10, polysyllables=0)


def test_the_english_grades_are_those_worked_out_by_hand() -> None:
    reading = measure([ENGLISH])
    assert reading.smog == pytest.approx(3.1291)  # 1.0430 * sqrt(0) + 3.1291
    assert reading.flesch_kincaid == pytest.approx(-0.7239, abs=1e-4)  # 0.39 * 4.5 + 11.8 * 10 / 9 - 15.59


def test_smog_of_thirty_polysyllables_in_thirty_sentences_is_that_of_the_paper() -> None:
    reading = Reading(sentences=30, words=300, syllables=400, polysyllables=30)
    assert reading.smog == pytest.approx(8.8419, abs=1e-4)  # 1.0430 * sqrt(30) + 3.1291


def test_the_spanish_example_is_counted_as_by_hand() -> None:
    assert measure([SPANISH], "es") == Reading(sentences=2, words=9, syllables=14, polysyllables=0)


def test_the_spanish_figures_are_those_worked_out_by_hand() -> None:
    reading = measure([SPANISH], "es-MX")
    assert reading.fernandez_huerta == pytest.approx(108.9167, abs=1e-4)  # 206.84 - 60 * 14 / 9 - 1.02 * 4.5
    assert reading.szigriszt == pytest.approx(105.4239, abs=1e-4)  # 206.835 - 62.3 * 14 / 9 - 4.5


def test_longer_sentences_are_harder_by_every_formula() -> None:
    easy, hard = Reading(10, 100, 150, 10), Reading(5, 100, 150, 10)
    for formula in (*FORMULAS["en"], *FORMULAS["es"]):
        worse = formula.compute(hard) - formula.compute(easy)
        assert worse > 0 if formula.is_grade else worse < 0, formula.name


SPANISH_SYLLABLES = {
    # plain
    "pan": 1, "casa": 2, "terapia": 3, "medicina": 4, "psicólogo": 4,
    # diphthongs: a weak vowel beside another one
    "bien": 1, "muy": 1, "ciudad": 2, "cuidado": 3, "viuda": 2, "cuídate": 3, "después": 2, "sesión": 2, "también": 2,
    "estáis": 2, "causa": 2, "seis": 1,
    # triphthongs
    "buey": 1, "averiguáis": 4, "cambiáis": 2,
    # hiatus: two strong vowels, or a stressed weak one, or the same vowel twice
    "teatro": 3, "leer": 2, "caos": 2, "día": 2, "país": 2, "baúl": 2, "oír": 2, "reúne": 3, "leíais": 3, "chiita": 3,
    "energía": 4, "todavía": 4,
    # qu and gu before e and i, ü
    "que": 1, "quien": 1, "aquí": 2, "guerra": 2, "guía": 2, "siguiente": 3, "agua": 2, "pingüino": 3, "vergüenza": 3,
    "guion": 1, "cuota": 2,
    # y
    "y": 1, "hoy": 1, "ley": 1, "leyes": 2, "mayo": 2, "ayuda": 3, "yo": 1,
    # an h is not heard between vowels
    "ahora": 3, "ahí": 2, "alcohol": 3, "prohibir": 2, "prohíbe": 3, "ahumar": 2, "rehén": 2, "noche": 2, "hecho": 2,
    # capitals, and no vowel at all
    "USTED": 2, "ÁNIMO": 3, "TV": 1,
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), SPANISH_SYLLABLES.items())
def test_spanish_syllables_are_counted_by_the_rules_of_spelling(word: str, expected: int) -> None:
    assert syllables.spanish(word) == expected


@pytest.mark.parametrize(("word", "expected"), {"cat": 1, "happy": 2, "therapy": 3, "it’s": 1, "one-to-one": 3}.items())
def test_english_syllables_come_from_the_dictionary(word: str, expected: int) -> None:
    assert syllables.english(word) == expected


@pytest.mark.parametrize(
    ("passage", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("She said “stop.” Then she left.", ["She said “stop.”", "Then she left."]),
        ("Ask Dr. Lee, or St. Mary’s clinic.", ["Ask Dr. Lee, or St. Mary’s clinic."]),
        ("The U.S. Department helps.", ["The U.S. Department helps."]),
        ("It takes 1.5 hours. 2 people come.", ["It takes 1.5 hours.", "2 people come."]),
        ("First paragraph\n\nSecond one", ["First paragraph", "Second one"]),
        ("¿Qué pasa? ¡Pare! Hable con el Dr. Ruiz.", ["¿Qué pasa?", "¡Pare!", "Hable con el Dr. Ruiz."]),
        ("هل تريد ذلك؟ نعم. حسنا", ["هل تريد ذلك؟", "نعم.", "حسنا"]),
        ("Wait... then go on.", ["Wait... then go on."]),
        ("45. 60.", []),
    ],
)
def test_a_passage_is_cut_where_a_reader_would_pause(passage: str, sentences: list[str]) -> None:
    assert split_sentences(passage) == sentences


def test_words_keep_accents_hyphens_and_apostrophes_and_leave_numbers_out() -> None:
    assert split_words("La sesión de 45 minutos: it’s one-to-one") == [
        "La",
        "sesión",
        "de",
        "minutos",
        "it’s",
        "one-to-one",
    ]


def test_an_item_without_a_full_stop_counts_as_a_sentence() -> None:
    assert measure(["feel less sad", "sleep well"]).sentences == 2


@pytest.mark.parametrize(("polysyllables", "verdict"), [(22, "passes"), (23, "warns"), (37, "warns"), (38, "fails")])
def test_a_grade_of_8_passes_and_up_to_9_5_is_warned_of(polysyllables: int, verdict: str) -> None:
    # In 30 sentences, SMOG is 1.0430 * sqrt(polysyllables) + 3.1291: 22 -> 8.02, 23 -> 8.13, 37 -> 9.47, 38 -> 9.56
    assert judge(Reading(30, 200, 250, polysyllables), "en") == verdict


@pytest.mark.parametrize(("syllables_in_100_words", "verdict"), [(221, "passes"), (228, "warns"), (240, "fails")])
def test_spanish_passes_at_60_and_55_and_is_warned_of_down_to_55_and_50(
    syllables_in_100_words: int, verdict: str
) -> None:
    # Ten words a sentence: Fernández Huerta is 196.64 - 0.6 n (221: 64.0; 228: 59.8; 240: 52.6), Szigriszt is
    # 196.835 - 0.623 n (59.2; 54.8; 47.3).
    assert judge(Reading(10, 100, syllables_in_100_words, 20), "es") == verdict


def test_the_worst_formula_decides() -> None:
    easy_words_in_one_endless_sentence = Reading(sentences=1, words=60, syllables=70, polysyllables=0)
    assert easy_words_in_one_endless_sentence.smog < 8
    assert judge(easy_words_in_one_endless_sentence, "en") == "fails"


def test_a_language_without_a_formula_is_not_measured() -> None:
    with pytest.raises(ValueError, match="syllables of ar"):
        measure(["نعم"], "ar")


def test_the_hardest_words_come_first_and_the_more_frequent_one_before() -> None:
    words = hardest_words(["Medicine and therapy. Therapy and psychopharmacology. The cat."], "en", 5)
    assert words == [("psychopharmacology", 1), ("therapy", 2), ("medicine", 1)]


def test_facts_and_notes_for_the_clinic_are_not_measured() -> None:
    procedure = small_procedure(policies=["Payers may ask for a reason."])
    assert "policies" not in dict(passages_of(procedure))
    assert "billing" not in dict(passages_of(procedure))


def test_every_text_knows_its_place_in_the_data() -> None:
    texts = list(placed_passages(small_procedure()))
    assert PlacedText(("risks", "common", 0, "text"), "You may feel worse for a day.") in texts
    assert PlacedText(("alternatives", "items", 0, "less_good", 0), "It may take long.") in texts
    assert PlacedText(("purpose", "intro"), "To feel better.") in texts
