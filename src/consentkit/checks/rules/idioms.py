"""Idioms: phrases that do not mean what their words say.

Guarantees: data only. A phrase is listed only if its words, taken one by one, mislead the reader.
"""

from __future__ import annotations

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
            r"\b(?:worn|wears?|wearing|wore)(?: (?:you|them|him|her|us|people))? (?:out|down)\b",
            r"\b(?:stirred|stirs?|stirring)(?: (?:things|feelings|it|them))? up\b",
            r"\bfeel(?:s|ing)? (?:\w+ )?raw\b|\braw nerves?\b|\bnerves? (?:is|are|feels?) raw\b",
            r"\b(?:do|does) (?:it|them|you|this) justice\b",
            r"\bin the same boats?\b|\bon the same page\b|\bsee(?:s)? eye to eye\b",
            r"\bgang(?:s|ed|ing)? up on\b",
            r"\bboil(?:s|ed|ing)? over\b|\b(?:blow|let) off steam\b|\bthrough the roof\b",
            r"\bknock(?:s|ed)? (?:you|people|us) off (?:your|their|our) feet\b|\bback on (?:your|their) feet\b",
            r"\b(?:feelings?|emotions|tempers|tensions?) (?:\w+ )?(?:runs?|running) high\b"
            r"|\btempers? (?:cools?|flares?)\b",
            r"\bon edge\b|\bburn(?:ed|t|s)?(?: |-)?out\b|\bfeel(?:s|ing)? blue\b|\bover the moon\b",
            r"\bwiped out\b|\bsore points?\b|\bhot buttons?\b|\bpush(?:es|ed)? (?:your|their) buttons\b",
            r"\bold (?:hurts|wounds)\b|\bbad spells?\b|\bweigh(?:s|ed|ing)? (?:heavily )?on (?:you|your|their)\b",
            r"\b(?:off|on) (?:your|their|his|her) chests?\b|\bshoulders? to cry on\b",
            r"\bin (?:someone(?: else)?[’']s|another[’']s|their|his|her|your) shoes\b"
            r"|\bin over (?:your|their) heads?\b",
            r"\bbehind (?:your|their|his|her|someone’s) backs?\b",
            r"\bup and running\b|\bups(?: |-)and(?: |-)downs\b|\bup-and-down\b",
            r"\brule of thumb\b|\bbottom line\b|\bin a nutshell\b",
            r"\bhit(?:s|ting)? (?:rock bottom|a (?:brick )?wall)\b|\blast straw\b",
            r"\bat the end of (?:your|the|their) (?:rope|tether)\b|\bmakes? ends meet\b",
            r"\bback to square one\b|\btip of the iceberg\b|\bpiece of cake\b|\bdrop in the bucket\b",
            r"\b(?:walk(?:s|ing)?|walked) on (?:eggshells|thin ice)\b|\bbottl(?:e|ed|es|ing)(?: \w+)? up\b",
            r"\bout of the blue\b|\bcold turkey\b|\bplay it by ear\b|\b(?:break|breaks|broke) the ice\b",
            r"\bt(?:akes?|ook|aking) (?:a|its|their)(?: \w+)? toll\b|\bunder the weather\b|\b(?:touch|touches) base\b",
            r"\bhold (?:it|this|that) against you\b|\bput(?:s|ting)? (?:you|people|someone|them) on the spot\b",
            r"\b(?:keeps?|kept) (?:a close|an) eye on\b|\bkeeps? tabs on\b|\brings? a bell\b|\bhang in there\b",
            r"\b(?:back on|off) track\b|\bthrough the cracks\b|\bcuts? corners\b|\bon the fence\b|\blong shot\b",
            r"\bfaces? the music\b|\bbites? the bullet\b|\bcan of worms\b|\belephant in the room\b|\bsleep on it\b",
            r"\b(?:run|runs|ran|running) into (?:someone|somebody|people|them|trouble)\b|\bin one go\b"
            r"|\boff the shelf\b",
            r"\bstay(?:s|ing)? off (?:alcohol|drugs|drink)\b",
            r"\b(?:feel(?:s|ing)?|gets?|getting|got)(?: \w+)? stuck\b|\bsaves? (?:it|this|them) for the door\b",
        ),
        language="en",
        for_patients_only=True,
    ),
    UnwantedWording(
        IDIOM,
        any_of(
            r"\ba flor de piel\b|\b(?:los )?(?:nervios|pelos) de punta\b|\ben carne viva\b",
            r"\b(?:irse|irnos|se va|se fue) por las ramas\b|\bir al grano\b|\bdar en el clavo\b",
            r"\btoc(?:ar|a|ó|ado) fondo\b|\b(?:tirar|tira|tiró) la toalla\b",
            r"\bla gota que (?:colma|colmó|derrama|derramó) el vaso\b|\bahog\w+ en un vaso de agua\b",
            r"\brompe(?:r)? el hielo\b|\bla punta del iceberg\b",
            r"\b(?:echar|echa|echarle|dar|darle) una mano\b|\ben el mismo barco\b|\ben (?:sus|mis|los) zapatos\b",
            r"\ba sus espaldas\b|\bcuesta(?:n)? un ojo de la cara\b|\bcon pelos y señales\b",
            r"\bde la noche a la mañana\b|\bde un día para (?:el )?otro\b|\ben un abrir y cerrar de ojos\b",
            r"\bemociones revueltas\b|\bsubir(?:se)? por las paredes\b"
            r"|\b(?:salir(?:se)?|saca\w*) de (?:sus|las|mis) casillas\b",
            r"\b(?:viejas|antiguas) heridas\b|\b(?:salir|sale|salen|sacar|saca) a relucir\b|\ba ciegas\b",
            r"\bperd(?:er|ió) (?:los estribos|el hilo|el rumbo|de vista)\b"
            r"|\bpierde(?:n)? (?:los estribos|el hilo|el rumbo)\b",
            r"\b(?:dar|dé|da|darle|dándole) vueltas (?:a|al)\b|\b(?:sacar|saca) de quicio\b|\bhasta la coronilla\b",
            r"\bentre la espada y la pared\b|\bun peso de encima\b|\btomar cartas en el asunto\b"
            r"|\bmorderse la lengua\b",
            r"\bhac(?:erse|e) bolas\b|\bla (?:pasa|pasan|pasó) mal\b|\bpies en la tierra\b|\ben las nubes\b"
            r"|\ba la larga\b",
        ),
        language="es",
        for_patients_only=True,
    ),
)

WORDINGS = _IDIOMS
"""What no text for patients should contain."""
