"""Wording: what is seen, and what is let be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest

from consentkit import checks
from consentkit.checks.reading_report import read_definition
from kit.planting import SPANISH, TALK, TODAY, changed, clean_files, found_in, found_in_text, read_folder

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
    ("idiom", "It wears people down."),
    ("idiom", "It stirs things up."),
    ("idiom", "It has its ups and downs."),
    ("idiom", "Your mood goes up-and-down."),
    ("idiom", "Out Of The Blue it may stop."),
    ("idiom", "It took a heavy toll."),
    ("idiom", "Old hurts may come back."),
    ("idiom", "It weighs on your mood."),
    ("idiom", "Stay off alcohol that day."),
    ("idiom", "You may feel quite stuck."),
    ("idiom", "Do not save it for the door."),
    ("legal-statement", "You have a right to see your record."),
    ("legal-statement", "You may inspect your medical chart."),
    ("legal-statement", "Ask us for copies of your records."),
    ("legal-statement", "No one records the session without your permission."),
    ("legal-statement", "We don’t tape a visit unless you say yes."),
    ("legal-statement", "Your therapist is in training, and someone supervises the work."),
    ("legal-statement", "Tell the Office for Civil Rights."),
    ("legal-statement", "Your consent expires after a year."),
    ("legal-statement", "We keep your records for seven years."),
    ("legal-statement", "You have the right to an estimate."),
    ("unsourced-figure", "About 1 in 5 people feel worse."),
    ("unsourced-figure", "It is a 1-in-5 chance."),
    ("unsourced-figure", "It helps 20 % of those who try it."),
    ("unsourced-figure", "It helps 20 percent of those who try it."),
    ("unsourced-figure", "It helps twenty percent of those who try it."),
    ("unsourced-figure", "It helps one out of five."),
    ("unsourced-figure", "One Person In Twenty feels worse."),
    ("unsourced-figure", "Seven in ten people feel better."),
    ("unsourced-figure", "It helps 5 of 100 people."),
    ("unsourced-figure", "Two-thirds of adults feel better."),
    ("unsourced-figure", "A fifth of those who try it feel worse."),
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
    "One in three visits is longer.",
    "Come 3 out of 4 weeks.",
    "Stairs go up and down.",
    "You stay in bed.",
    "Ask for a copy of the plan.",
    "Bring a record of your sleep.",
    "You may get a recording of the talk to hear at home.",
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
    ("tu-command", "LLAMA al 988."),
    ("tu-command", "¡Llama ya!"),
    ("tu-command", "“Llama al 988.”"),
    ("tu-command", "Llama al 988 si usted piensa en el suicidio."),
    ("tu-command", "Dile a su médico lo que siente."),
    ("tu-command", "Si puede, dinos qué pasa."),
    ("tu-command", "No dejes la medicina."),
    ("tu-command", "Por favor, no la tomes con alcohol."),
    ("tu-command", "No te preocupes."),
    ("tu-command", "Si siente miedo, avísale a alguien."),
    ("tu-command", "Llámanos, y cuéntale todo a su terapeuta."),
    ("tu-command", "Síguelo paso a paso, y tráenos la lista."),
    ("tu-command", "Cámbialo despacio, y léelo en casa."),
    ("tu-command", "Por favor, haz una lista."),
    ("tu-command", "Por favor, llama antes."),
    ("tu-command", "Mantén la calma."),
    ("tu-command", "Siéntate cerca de la puerta."),
    ("tu-command", "Puedes parar."),
    ("tu-command", "Pregunte por tus medicinas."),
    ("tu-command", "Queremos que vengas."),
    ("idiom", "Pueden volver viejas heridas."),
    ("idiom", "La gente la pasa mal."),
    ("legal-statement", "Tiene derecho a ver su expediente."),
    ("legal-statement", "Pida copias de su historial."),
    ("legal-statement", "Nunca grabamos una visita sin su permiso."),
    ("legal-statement", "Puede quejarse ante la junta estatal."),
    ("legal-statement", "Su consentimiento vence en un año."),
    ("legal-statement", "Según el Aviso de Prácticas de Privacidad, compartimos datos."),
    ("unsourced-figure", "Dos de cada diez se sienten peor."),
    ("unsourced-figure", "Le sirve a 1 de 5 personas."),
    ("unsourced-figure", "Le sirve al 20 %."),
    ("unsourced-figure", "Le sirve al veinte por ciento."),
    ("unsourced-figure", "La tercera parte de las personas se siente mejor."),
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
    "Dígale a su médico lo que siente. Avísenos y llámenos.",
    "Pídale ayuda. Hágalo despacio, y tráiganos la lista.",
    "No deje la medicina, y no la tome con alcohol.",
    "No se salte ninguna dosis.",
    "Una luz ilumina los órganos. Coma tomates.",
    "Beba un té caliente, sin sal.",
    "Muchos ven a la gente por sus medicinas.",
    "Los niños ven la película con usted.",
    "Visita a domicilio, consulta por video, ayuda con el idioma.",
    "Sé que puedo decir que no.",
    "Vino 2 de 3 semanas.",
    "La mitad de la visita es para usted.",
]
AS_READ = [
    ("en", "idiom", "You may feel worn  out."),
    ("en", "idiom", "You may feel worn\u00a0out."),
    ("en", "unsourced-figure", "About 1  in 5 people feel worse."),
    ("en", "unsourced-figure", "It helps 20\u202f% of those who try it."),
    ("en", "promise", "It is completely  safe."),
    ("es", "tu-command", unicodedata.normalize("NFD", "Actúa con calma.")),
    ("es", "tu-command", unicodedata.normalize("NFD", "Si siente miedo, avísale a alguien.")),
    ("es", "legal-statement", unicodedata.normalize("NFD", "Una persona en formación trabaja con supervisión.")),
    ("es", "unsourced-figure", "Dos  de cada diez se sienten peor."),
]
"""Wordings that are typed in an unusual way, and look the same on the paper."""


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


@pytest.mark.parametrize(("language", "rule", "text"), AS_READ)
def test_a_wording_is_seen_however_its_blanks_and_accents_are_typed(language: str, rule: str, text: str) -> None:
    assert rule in found_in_text(text, language)


@pytest.mark.parametrize(("rule", "text"), [("idiom", "worn out"), ("unsourced-figure", "2 in 5 people")])
def test_a_wording_that_goes_on_in_the_next_line_is_found_where_it_begins(rule: str, text: str) -> None:
    over_two_lines = text.replace(" ", "\n      ", 1)
    files = changed("and rest\n      when you need to.", f"and rest.\n      You see {over_two_lines} there.")
    assert [(found, place.split()[0]) for found, place in found_in(files)] == [(rule, text.split(maxsplit=1)[0])]


HOW_LONG = {
    "en": (TALK, "Many people come for some months."),
    "es": (SPANISH, "Muchas personas vienen por unos meses."),
}
"""What the clean folder says of the length of a course, and where."""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Many people come for 8 to 20 visits."),
        ("en", "A course has 9 months to 2 years."),
        ("en", "Most people come eight to twelve times."),
        ("es", "Muchas personas vienen de 8 a 20 veces."),
        ("es", "El tratamiento dura de 9 meses a 2 años."),
    ],
)
def test_how_long_a_course_takes_is_a_claim_that_needs_a_source(language: str, text: str) -> None:
    file, plain = HOW_LONG[language]
    assert [rule for rule, _ in found_in(changed(plain, text, file), file)] == ["unsourced-figure"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You may come 2 to 3 times a week."),
        ("en", "We want to see you within 1 to 4 weeks."),
        ("en", "We look at the plan every 4 to 6 visits."),
        ("es", "Puede venir de 2 a 3 veces por semana."),
        ("es", "Queremos verle en 1 a 4 semanas."),
        ("es", "Repasamos el plan cada 4 a 6 visitas."),
    ],
)
def test_how_often_somebody_comes_is_no_claim(language: str, text: str) -> None:
    file, plain = HOW_LONG[language]
    assert found_in(changed(plain, text, file), file) == []


def test_how_long_a_course_takes_may_name_its_source() -> None:
    files = changed("Many people come for some months.", "Many people come for 8 to 20 visits.")
    dated = "sources:\n  - {title: A study, publisher: A journal, year: 2020, supports: [duration]}\n"
    head, _, tail = files[TALK].partition("sources:\n")
    assert found_in({**files, TALK: head + dated + tail}) == []


def test_a_wording_after_accents_that_are_typed_apart_is_found_at_its_own_place() -> None:
    apart = unicodedata.normalize("NFD", "Más tarde, según el día, ")
    files = changed("Podemos ir más despacio.", f"Podemos parar. {apart}avísale a alguien.", SPANISH)
    assert found_in(files, SPANISH) == [("tu-command", "avísale a alguien.")]


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
