"""What a reader may take for something else: idioms, and Spanish verbs that read as an order.

Guarantees: data only. A phrase is listed only if its words do not mean what they say; a verb only at the start of a
sentence that has no “usted” and names nobody who does it.
"""

from __future__ import annotations

import re

from consentkit.checks.citations import PLAIN_LANGUAGE
from consentkit.checks.patterns import any_of
from consentkit.checks.rule import Rule
from consentkit.checks.unwanted_wording import UnwantedWording

IDIOM = Rule(
    id="idiom",
    severity="warning",
    title="Idiom",
    reason="No reading formula sees an idiom, but who learned the language late takes it word for word, and so do some "
    "people with autism or after a stroke. Translators stumble over it too.",
    remedy="say in plain words what it means",
    source=PLAIN_LANGUAGE,
    bad="You may feel stirred up, and later worn out.",
    good="You may feel upset, and later very tired.",
)
_IDIOMS = (
    UnwantedWording(
        IDIOM,
        any_of(
            r"\b(?:worn|wears? (?:you|them|him|her|us|people)) out\b",
            r"\b(?:stirred|stirs?|stirring) up\b",
            r"\bfeel(?:s|ing)? (?:\w+ )?raw\b",
            r"\b(?:do|does) (?:it|them|you|this) justice\b",
            r"\bin the same boat\b|\bon the same page\b",
            r"\bgang(?:s|ed|ing)? up on\b",
            r"\bboil(?:s|ed|ing)? over\b|\b(?:blow|let) off steam\b",
            r"\bknock(?:s|ed)? (?:you|people|us) off (?:your|their|our) feet\b",
            r"\b(?:feelings?|emotions|tempers|tensions?) (?:\w+ )?(?:runs?|running) high\b",
            r"\bon edge\b",
            r"\bwiped out\b|\bsore points?\b|\bhot buttons?\b",
            r"\bbehind (?:your|their|his|her|someone’s) backs?\b",
            r"\bup and running\b|\bups and downs\b|\brule of thumb\b|\bbottom line\b|\bin a nutshell\b",
            r"\bhit(?:s|ting)? rock bottom\b|\bat the end of (?:your|the|their) rope\b|\blast straw\b",
            r"\bback to square one\b|\btip of the iceberg\b|\bpiece of cake\b|\bdrop in the bucket\b",
            r"\b(?:walk(?:s|ing)?|walked) on (?:eggshells|thin ice)\b|\bbottl(?:e|ed|es|ing) up\b",
            r"\bout of the blue\b|\bcold turkey\b|\bplay it by ear\b|\bbreaks? the ice\b",
            r"\btakes? (?:a|its|their) toll\b|\bunder the weather\b|\b(?:touch|touches) base\b",
            r"\bhold (?:it|this|that) against you\b|\bput(?:s|ting)? (?:you|people|someone|them) on the spot\b",
        ),
        language="en",
        for_patients_only=True,
    ),
    UnwantedWording(
        IDIOM,
        any_of(
            r"\ba flor de piel\b|\b(?:los )?nervios de punta\b",
            r"\b(?:irse|irnos|se va|se fue) por las ramas\b",
            r"\btoc(?:ar|a|ó|ado) fondo\b|\b(?:tirar|tira|tiró) la toalla\b",
            r"\bla gota que (?:colma|derrama|derramó) el vaso\b|\brompe(?:r)? el hielo\b",
            r"\b(?:echar|echa|echarle|dar|darle) una mano\b",
            r"\ba sus espaldas\b|\bcuesta(?:n)? un ojo de la cara\b|\bcon pelos y señales\b",
            r"\bde la noche a la mañana\b|\ben un abrir y cerrar de ojos\b|\bla punta del iceberg\b",
            r"\bemociones revueltas\b|\bsubir(?:se)? por las paredes\b|\bsalir(?:se)? de (?:sus|las) casillas\b",
        ),
        language="es",
        for_patients_only=True,
    ),
)

TU_COMMAND = Rule(
    id="tu-command",
    severity="warning",
    title="Verb that reads as an order to “tú”",
    reason="Spanish may leave out “usted”, and then the form of most verbs is also the order to someone one calls tú: "
    "“Habla en privado” is “You speak in private” and “Speak in private!”. It is looked for at the start of a sentence "
    "that has no “usted”.",
    remedy="begin with `Usted`, or name who does it; for an order, write the form of usted, such as `hable`",
    source="Real Academia Española, Nueva gramática de la lengua española (2009), 42.3: forms of the imperative",
    bad="Habla en privado con su terapeuta.",
    good="Usted habla en privado con su terapeuta.",
)
_VERBS = (
    "abre acepta actúa acude anota aprende atiende avisa bebe busca camina cierra come comenta comparte conoce confía "
    "contesta conversa corre cree cuida decide deja descansa describe descubre dibuja duerme elabora elige empieza "
    "enfrenta ensaya entiende envía escribe escucha evita explica fija habla imagina intenta lee llama llena lleva "
    "maneja mira nombra observa olvida oye paga participa permanece pide piensa pierde planea practica recibe recoge "
    "recuerda regresa repasa resuelve respira responde resume siente sigue suelta trabaja traga usa ve viaja "
    "vive vuelve"
)
_ALSO_NOUNS = "cuenta entrega espera firma gana guarda marca muestra prueba toma visita"
"""Forms that are nouns as well: they are verbs before an object."""
_START = r"(?:\A|(?<=[.!?…]\s)|(?<=\n\n))"
_NO_USTED = r"(?![^.!?\n]*\b[Uu]sted\b)"
_NO_SUBJECT = (
    r"(?!\s+(?:una persona|una sola persona|alguien|cada (?:quien|uno|una|persona|familia|miembro)|nadie|quien|todo"
    r"|su terapeuta|el grupo|usted)\b)"
)
_OBJECT = r"(?=\s+(?:el|la|los|las|un|una|unos|unas|su|sus|lo|cómo|qué|algo|todo|con|hasta)\b)"


def _capitals_of(words: str) -> str:
    return "|".join(word.capitalize() for word in words.split())


_TU_COMMANDS = (
    UnwantedWording(
        TU_COMMAND,
        any_of(
            rf"{_START}(?:{_capitals_of(_VERBS)})\b{_NO_SUBJECT}{_NO_USTED}",
            rf"{_START}(?:{_capitals_of(_ALSO_NOUNS)})\b{_OBJECT}{_NO_USTED}",
            flags=re.NOFLAG,
        ),
        language="es",
        for_patients_only=True,
        message="begins a sentence with {match}, which is also an order to tú",
    ),
)

WORDINGS = (*_IDIOMS, *_TU_COMMANDS)
"""What no text for patients should contain."""
