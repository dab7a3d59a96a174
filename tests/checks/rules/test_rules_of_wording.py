"""Wording: what is seen, and what is let be."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from consentkit import checks
from consentkit.checks.reading_report import read_definition
from kit.planting import TODAY, changed, clean_files, found_in, found_in_text, read_folder

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
    ("idiom", "You may feel worn out."),
    ("idiom", "It can stir up old pain."),
    ("idiom", "Feelings may run high."),
    ("idiom", "You meet people in the same boat."),
    ("idiom", "We will not hold it against you."),
    ("legal-statement", "A trainee sits in only if you know who supervises the work."),
    ("legal-statement", "You can ask to see your record."),
    ("legal-statement", "You get a copy of this paper."),
    ("legal-statement", "We record sound or video only if you agree."),
    ("legal-statement", "We never record a visit unless you consent."),
    ("legal-statement", "Tell the state license board."),
    ("unsourced-figure", "About 4 in 100 people think of suicide."),
    ("unsourced-figure", "It helps 40% of those who try it."),
    ("unsourced-figure", "One in five people feel worse."),
    ("unsourced-figure", "Half of people feel better."),
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
    "A walk – about 50 minutes – may help.",
    "Text HELLO to 741741.",
    "You may watch TV at 8 PM.",
    "You may get ECT (a short current while you sleep).",
    "We use CBT in small steps.",
    "It is face to face.",
    "A patient friend may help.",
    "Ask about the cost of your visit and any fees.",
    "Take one step at a time, e-mail us, or call.",
    "The 988 line is free, and so is this talk.",
    "We wear masks, and you may go out.",
    "The raw data of the test stay with us.",
    "Ask who can read your record, and what we write down.",
    "Ask whether we record the minutes of a visit.",
    "You may record your mood on paper.",
    "Tell your teacher or another student how you are.",
    "Come 2 or 3 times in 10 days.",
    "Do step 2 of 3, and rest.",
    "Half of the session is for you.",
    "Rest for one or two in the afternoon.",
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
    ("idiom", "Puede tener las emociones a flor de piel."),
    ("legal-statement", "Una persona en formación le ve si usted sabe quién supervisa."),
    ("legal-statement", "Puede pedir ver su expediente."),
    ("legal-statement", "Grabamos la visita solo si usted acepta."),
    ("unsourced-figure", "Cerca de 4 de cada 100 personas lo piensan."),
    ("unsourced-figure", "Le sirve al 40 por ciento."),
    ("tu-command", "Habla en privado con su terapeuta."),
    ("tu-command", "No duele. Ve cada vez a la misma persona."),
    ("tu-command", "Cuenta lo que pasó en la semana."),
    ("tu-command", "Mira de cerca un momento."),
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
    "Usted habla en privado con su terapeuta.",
    "Habla usted en privado con su terapeuta.",
    "Hable en privado con su terapeuta. Llame, pida y cuente lo que quiera.",
    "Habla una persona a la vez.",
    "Cuenta de correo y prueba de sangre.",
    "Prueba de orina, si hace falta.",
    "Cuando habla con su terapeuta, mira hacia la puerta.",
    "¿Habla con alguien de su casa?",
    "Puede llamar. Díganos si oye voces.",
    "Su terapeuta escucha. Quizá pregunte más.",
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


@pytest.mark.parametrize("words", [20, 21])
def test_a_sentence_may_have_twenty_words(words: int) -> None:
    assert ("long-sentence" in found_in_text(" ".join(["You", *["rest"] * (words - 1)]) + ".")) == (words > 20)


def test_each_of_two_equal_slips_in_a_text_is_found_at_its_own_place() -> None:
    files = changed("We can slow down.", "It's slow. It's fine.")
    assert found_in(files) == [("typography", "It's slow. It's fine."), ("typography", "It's fine.")]


def test_every_short_form_is_reported_once_at_its_first_use() -> None:
    files = changed("equipment: A quiet room with chairs.", "equipment: A BLS kit. A second BLS kit.")
    assert found_in(files) == [("undefined-term", "BLS kit. A second BLS kit.")]


def test_a_language_without_word_lists_or_formulas_is_spared_their_rules() -> None:
    folder = read_folder(clean_files())
    file = replace(folder.library.procedures[0], language="ar")
    assert read_definition(file, file.procedure) is None
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


def test_a_finding_in_a_folded_text_is_at_the_sentence() -> None:
    sentence = "You " + "rest and " * 11 + "sleep."
    files = changed("and rest\n      when you need to.", f"and\n      rest.\n      {sentence}")
    assert found_in(files) == [("long-sentence", sentence + " Nothing is rushed.")]
