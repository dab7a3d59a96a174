"""Spanish verbs that read as an order to “tú”, and words that are only said to “tú”.

Guarantees: data only. A form that is also the third person counts only at the start of a sentence that does not name
who does it; a form that is only said to “tú” counts anywhere.
"""

from __future__ import annotations

import re

from consentkit.checks.patterns import any_of
from consentkit.checks.rule import Rule
from consentkit.checks.unwanted_wording import UnwantedWording

TU_COMMAND = Rule(
    id="tu-command",
    severity="warning",
    title="Verb that reads as an order to “tú”",
    reason="Spanish may leave out “usted”, and then the form of most verbs is also the order to someone one calls tú: "
    "“Habla en privado” is “You speak in private” and “Speak in private!”. It is looked for at the start of a sentence "
    "that does not name who does it. Orders and words that are only said to tú, such as “avísale”, “no dejes” "
    "and “tus”, "
    "are looked for everywhere: a clinic says usted to its patients.",
    remedy="begin with `Usted`, or name who does it; for an order, write the form of usted, such as `avísele`",
    source="Real Academia Española, Nueva gramática de la lengua española (2009), 42.3: forms of the imperative",
    bad="Habla en privado con su terapeuta.",
    good="Usted habla en privado con su terapeuta.",
)
_VERBS = (
    "abre acepta actúa acude acuerda anota aprende atiende avisa baja bebe busca cambia camina cierra come "
    "comenta comparte "
    "conoce confía contesta conversa corre cree cuida decide deja descansa describe descubre dibuja duerme "
    "elabora elige "
    "empieza enfrenta ensaya entiende envía escoge escribe escucha evita explica fija habla imagina intenta lee "
    "llama llega "
    "llena lleva maneja mira nombra observa olvida oye participa permanece pide piensa pierde planea practica "
    "recibe recoge recuerda regresa repasa repite resuelve respira responde resume siente sigue suelta trabaja "
    "traga trae "
    "usa ve viaja vive vuelve"
)
_ALSO_NOUNS = "ayuda consulta cuenta entrega espera firma gana guarda marca muestra paga pregunta prueba toma visita"
"""Forms that are nouns as well: they are verbs before an object."""
_START = r"(?:\A|(?<=[.!?…:]\s)|(?<=\n\n))[¡“«(]{0,2}"
_CLAUSE_END = r"(?:si|cuando|que|porque|donde|aunque|para|como|mientras)"
_NO_USTED = rf"(?!(?:(?!\b{_CLAUSE_END}\b)[^.!?;\n])*\b[Uu]sted\b)"
"""Not before “usted” in the same clause: in “Llama si usted quiere” it does not say who calls."""
_NO_SUBJECT = (
    r"(?!\s+(?:una persona|una sola persona|alguien|cada (?:quien|uno|una|persona|familia|miembro)|nadie|quien|todo"
    r"|su terapeuta|el grupo|usted)\b)"
)
_OBJECT = r"(?=\s+(?:el|la|los|las|un|una|unos|unas|su|sus|lo|cómo|qué|algo|todo|hasta|si|cuánto|cuándo|quién|dónde)\b)"
_SAID_TO_TU = (
    r"tú|tus?|ti|contigo|tuy[oa]s?|te"
    r"|eres|estás|tienes|puedes|quieres|debes|necesitas|sientes|sabes|haces|dices|vas|has|ves|crees|piensas|vives"
    r"|hablas"
    r"|podrías|deberías|querrías|tendrás|podrás|verás|serás|estarás"
)
_IRREGULAR = (
    r"haz(?:l[oa]s?|te|nos|me)?|pon(?:l[oa]s?|te|le|nos)?|ten(?:l[oa]s?|te|nos)?|di(?:le|les|nos|me|lo)|vete"
    r"|vente|v[eé]nos"
    r"|mant(?:én|ente|enlo|enla)|detén|detente|obtén"
)
_NOT_TO_DO = (
    "abras aceptes actúes acudas anotes aprendas avises bebas busques cambies camines cierres comas compartas confíes "
    "contestes cuentes decidas dejes descanses digas dudes duermas elijas empieces envíes escribas esperes "
    "evites faltes "
    "firmes fumes grabes guardes hables hagas intentes leas llames llegues lleves llenes llores manejes mezcles "
    "mires muevas "
    "olvides pagues participes pidas pienses pierdas pongas preguntes preocupes quedes quites recibas recuerdes "
    "regreses "
    "repitas respires respondas rindas salgas sigas subas suspendas tengas tomes trabajes traigas uses vayas "
    "vengas viajes "
    "vivas vuelvas"
)
_PRONOUNS = r"(?:nos|les?|l[oa]s?|me|te)"


def _either_case(words: str) -> str:
    return "|".join(form for word in words.split() for form in (word.capitalize(), word.upper()))


def _with_pronoun(verb: str) -> str:
    """An order to tú as it is written before a pronoun: “avisa” becomes “avísa”, as in “avísale”."""
    if re.search("[áéíóú]", verb):
        return verb
    *before, last = re.finditer("[aeiou]+", verb)
    vowels = last if last[0] in ("ae", "ee") or not before else before[-1]
    stressed = vowels[0][:-1] if vowels is last else vowels[0]
    strong = [index for index, vowel in enumerate(stressed) if vowel in "aeo"] or [len(stressed) - 1]
    place = vowels.start() + strong[-1]
    return verb[:place] + verb[place].translate(_ACCENTS) + verb[place + 1 :]


_ACCENTS = str.maketrans("aeiou", "áéíóú")
_WITH_PRONOUN = "|".join(
    _with_pronoun(verb)
    for verb in f"{_VERBS} {_ALSO_NOUNS} quita queda sienta acuesta levanta calma".split()
    if verb != "ve"
)
_TU_COMMANDS = (
    UnwantedWording(
        TU_COMMAND,
        any_of(
            rf"{_START}(?:{_either_case(_VERBS)})\b{_NO_SUBJECT}{_NO_USTED}",
            rf"{_START}(?:{_either_case(_ALSO_NOUNS)})\b{_OBJECT}{_NO_USTED}",
            rf"\b[Pp]or favor,? (?:{_VERBS.replace(' ', '|')})\b",
            r"\b(?:Sal|sal) (?:a|si|cuando|ya|un rato)\b|\b(?:Sal|sal) de (?:la|tu|su|aquí|casa)\b",
            rf"{_START}Ven (?:a (?:la|tu|su|nuestra)|con|pronto|hoy|mañana|cuando|si|aquí)\b",
            rf"{_START}Di (?:lo|qué|cómo|que|si|tu|a|la verdad)\b|, di (?:tu|lo|qué|que)\b",
            flags=re.NOFLAG,
        ),
        language="es",
        for_patients_only=True,
        message="begins a sentence with {match}, which is also an order to tú",
    ),
    UnwantedWording(
        TU_COMMAND,
        any_of(
            rf"\b(?:{_SAID_TO_TU})\b",
            rf"\b(?!(?-i:TEN)\b)(?:{_IRREGULAR})\b",
            rf"\b(?:{_WITH_PRONOUN}){_PRONOUNS}\b",
            rf"\b(?:no|que|cuando) (?:{_PRONOUNS} ){{0,2}}(?:{_NOT_TO_DO.replace(' ', '|')})\b",
        ),
        language="es",
        for_patients_only=True,
        message="says {match}, which is only said to tú",
    ),
)

WORDINGS = _TU_COMMANDS
"""What no text for patients should contain."""
