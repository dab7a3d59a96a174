"""Words by which a rule sees what a text is about, by language.

Guarantees: data only. A rule that needs a word of a language that is not here stays silent.
"""

from __future__ import annotations

import re


def any_of(*alternatives: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern that matches where one of several does."""
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), flags)


JARGON: dict[str, tuple[re.Pattern[str], ...]] = {
    "en": (
        any_of(r"\badverse\b"),
        any_of(r"\bpsychotropic\w*"),
        any_of(r"\bcontraindicat\w+"),
        any_of(r"\bcomorbid\w*"),
        any_of(r"\betiolog\w+"),
        any_of(r"\bprognos[ei]s\b"),
        any_of(r"\bmodalit(?:y|ies)\b"),
        any_of(r"\bpsychodynamic\b"),
        any_of(r"\b(?:counter)?transference\b"),
        any_of(r"\bdissociat\w+"),
        any_of(r"\bcognitive\b"),
        any_of(r"\bantidepressants?\b"),
        any_of(r"\bantipsychotics?\b"),
        any_of(r"\bbenzodiazepines?\b"),
        any_of(r"\btitrat\w+"),
        any_of(r"\bpsychopharmac\w+"),
        any_of(r"\bexacerbat\w+"),
        any_of(r"\bsomatic\b"),
        any_of(r"\bideation\b"),
        any_of(r"\bdecompensat\w+"),
        any_of(r"\bsequelae?\b"),
        any_of(r"\bpsychosis\b|\bpsychotic\b"),
        any_of(r"\bserotonin\b"),
        any_of(r"\befficacy\b"),
        any_of(r"\bprophyla\w+"),
        any_of(r"\bpsychoeducation\w*"),
        any_of(r"\bdialectical\b"),
        any_of(r"\bdelusion\w*|\bhallucinat\w+"),
    ),
    "es": (
        any_of(r"\badvers[oa]s?\b"),
        any_of(r"\bpsicotrópic\w+"),
        any_of(r"\bcontraindica\w+"),
        any_of(r"\bcomorbilidad\w*"),
        any_of(r"\betiolog\w+"),
        any_of(r"\bpronóstico\b"),
        any_of(r"\bpsicodinámic\w+"),
        any_of(r"\b(?:contra)?transferencia\b"),
        any_of(r"\bdisocia\w+"),
        any_of(r"\bcognitiv\w+"),
        any_of(r"\bantidepresiv\w+"),
        any_of(r"\bantipsicótic\w+"),
        any_of(r"\bbenzodiac\w+"),
        any_of(r"\bexacerba\w+"),
        any_of(r"\bsomátic\w+"),
        any_of(r"\bideación\b"),
        any_of(r"\bsecuelas?\b"),
        any_of(r"\bpsicosis\b|\bpsicótic\w+"),
        any_of(r"\bserotonina\b"),
        any_of(r"\bpsicoeducación\b"),
    ),
}
"""Words of the trade that few readers know, by language."""

KNOWN_SHORT_FORMS = frozenset({"AM", "PM", "TV", "ID", "OK", "US", "USA", "UK", "AYUDA", "HELP", "HOME", "TALK"})
"""Capitals that need no explanation: everyday ones, and words that are sent to a help line."""

DANGER: dict[str, re.Pattern[str]] = {
    "en": any_of(
        r"\bsuicid\w*",
        r"\bself-harm\w*",
        r"\b(?:harm|hurt|kill|cut)(?:ing)? (?:yourself|themselves)\b",
        r"\bend(?:ing)? your life\b",
        r"\boverdos\w+",
    ),
    "es": any_of(
        r"\bsuicid\w*",
        r"\bautolesi\w+",
        r"\b(?:hacerse|hacerte) daño\b|\blastimarse\b|\bmatarse\b",
        r"\bquitarse la vida\b",
        r"\bsobredosis\b",
    ),
}
"""Danger to the reader's life."""

TRAINEE: dict[str, re.Pattern[str]] = {
    "en": any_of(r"\btrainees?\b", r"\binterns?\b", r"\bstudents?\b", r"\bin training\b"),
    "es": any_of(r"\ben formación\b", r"\bpracticantes?\b", r"\bpasantes?\b", r"\bestudiantes?\b"),
}
SUPERVISOR = re.compile(r"\bsupervis", re.IGNORECASE)
"""The same stem in English and Spanish."""

FREE_TO_REFUSE: dict[str, re.Pattern[str]] = {
    "en": any_of(r"\b(?:no|not|none|nothing|stop|refuse|decline|leave|quit|end|without|change your mind|turn down)\b"),
    "es": any_of(
        r"\b(?:no|nada|ningun[oa]|ningún|negarse|rechaz\w+|dej(?:ar|e|arl[oa])|deten\w+|parar|interrump\w+|suspend\w+"
        r"|termin\w+|salir\w*|retir\w+|cambi\w+ de (?:idea|opinión)|abandon\w+)\b"
    ),
}
"""Words of which one must stand where it is said that the reader may say no or stop."""

MINUTES: dict[str, re.Pattern[str]] = {
    "en": re.compile(r"(\d+)(?:\s*(?:-|–|to|or)\s*(\d+))?[\s-]*(?:minutes?|mins?)\b", re.IGNORECASE),
    "es": re.compile(r"(\d+)(?:\s*(?:-|–|a|o|y)\s*(\d+))?\s*(?:minutos?|min)\b", re.IGNORECASE),
}
"""A length in minutes, or a range of it."""

STATEMENTS: dict[str, dict[str, re.Pattern[str]]] = {
    "en": {
        "that it was explained": any_of(r"\bexplain"),
        "what could be chosen instead": any_of(r"\bother (?:choices|options|ways)\b", r"\balternative"),
        "what may happen with no treatment": any_of(
            r"\bnothing\b", r"\bno treatment\b", r"\bwithout (?:it|treatment)\b"
        ),
        "that questions were answered": any_of(r"\bquestions?\b"),
        "that one may say no or stop": any_of(r"\bstop\b", r"\bsay no\b", r"\brefuse\b", r"\bwithdraw\b"),
    },
    "es": {
        "that it was explained": any_of(r"\bexplic"),
        "what could be chosen instead": any_of(r"\botr[ao]s (?:\w+ )?(?:opciones|formas|maneras)\b", r"\balternativa"),
        "what may happen with no treatment": any_of(
            r"\bnada\b", r"\bsin (?:ningún )?tratamiento\b", r"\bno (?:me )?trat"
        ),
        "that questions were answered": any_of(r"\bpreguntas?\b"),
        "that one may say no or stop": any_of(
            r"\b(?:decir|digo) (?:que )?no\b", r"\bdejar\w*\b", r"\bdetener\w*\b", r"\brechazar\b"
        ),
    },
}
"""What the statement beside the signature must say, and words of which one tells that it does."""
