"""Words and signs that a consent document should not have, by language.

Guarantees: data only. A pattern stands here only if it is wrong nearly wherever it is found; what depends on the
words around it has an `unless`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consentkit.checks import rules_wording as rules
from consentkit.checks.lexicon import any_of
from consentkit.checks.rule import Rule

NAME_KEYS = ("title", "also_called")
"""Where the names of a procedure stand."""


@dataclass(frozen=True)
class Unwanted:
    """A wording that breaks a rule."""

    rule: Rule
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    """What makes it right, if it stands before it in the same sentence."""
    names_only: bool = False
    """Whether it is wrong in a title or other name only."""
    for_patients_only: bool = False
    """Whether it may stand in notes for the clinic."""
    message: str = "holds {found}"


_AS_WRITTEN = re.NOFLAG

_EVERYWHERE = (
    Unwanted(
        rules.LEFTOVER,
        any_of(
            r"\{\{.*?\}\}|\{\{|\}\}|\{%.*?%\}|\{#.*?#\}",
            r"\blorem ipsum\b",
            r"(?-i:\bTODO\b(?=:|$| [a-z])|\bFIXME\b)",  # “todo” is a Spanish word
            r"\bsimilar codes\b|\bsearch all medical codes\b|\bCPT4? code\b|\bname of the procedure:",
            r"\brelated policies from health plans\b|\bmedical policies and guidelines for\b",
            r"\blist separately in addition to\b",
            r"\bI hope (?:you find|this helps|this)\b|\blet me know if you\b|\bfeel free to (?:ask|reach out)\b",
            r"\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b|\bknowledge cut-?off\b",
            r"\bmarkdown\b|\bhere(?:’|')?s? (?:is )?(?:a|an|the) (?:summary|rewritten|revised|translated)\b",
            r"\bespero que (?:esto|este|le|te)\b|\bcomo (?:un )?modelo de lenguaje\b|\bavís(?:e|a)me si\b",
            r"\bturn\d+search\d+\b|\boaicite\b|\butm_source=",
            r"\bclick here\b|\bread more\b|\bhaga clic\b",
        ),
    ),
    Unwanted(
        rules.PLACEHOLDER,
        any_of(
            r"(?<!\{)\{[^{}%#]*\}(?!\})",
            r"\[[^\]]*\b(?:insert|name|clinic|phone|number|date|address|facility|hospital|doctor|provider|therapist"
            r"|your|here|nombre|teléfono|fecha|clínica)\b[^\]]*\]",
            r"<(?:insert|name|clinic|phone|date|your)[^>]*>",
            r"_{3,}|\bX{3,}\b|\.{5,}|…{2,}",
            r"(?-i:\b(?:TBD|TBC|TBA)\b|^NA\.?$)|\bN/A\b",
            r"^(?:not applicable|no aplica|see above|same as above|ver arriba|none yet|to be written|text|-+|\?+)\.?$",
        ),
    ),
    Unwanted(
        rules.MARKUP,
        any_of(
            r"</?(?:a|b|i|u|p|br|em|strong|span|div|ul|ol|li|h[1-6]|table|tr|td|sup|sub|img)\b[^>]*>",
            r"&(?:amp|lt|gt|nbsp|quot|apos|[lr][sd]quo|[mn]dash|hellip|#x?[0-9a-f]+);",
            r"\*\*[^*]*\*\*|\*\*|(?<!\w)\*\w[^*]*\w\*(?!\w)|(?<!\w)__\w[^_]*__(?!\w)",
            r"`+[^`]*`*",
            r"^#{1,6} ",
            r"\[[^\]]+\]\([^)]*\)",
            r"\\[nt]\b",
            r"^[-*•·▪] ",
        ),
    ),
    Unwanted(
        rules.TYPOGRAPHY,
        any_of(
            r"\S*[\"]\S*",
            r"\S*'\S*",
            r"--+",
            r"(?<!\.)\.\.\.(?!\.)",
            r"\w+ - \w+",
            r",,|;;|(?<!\.)\.\.(?!\.)",
            r"[^\W\d_]{2,}[.!?;,][A-ZÁÉÍÓÚÑ¿¡][^\W\d_]+",
            flags=_AS_WRITTEN,
        ),
    ),
    Unwanted(
        rules.DOUBLED_WORD,
        re.compile(r"(?<![\w’'-])(?!(?:that|had|nos|sí)\b)([^\W\d_]+) \1(?![\w’'-])", re.IGNORECASE),
    ),
)

_SPACE_BEFORE_STOP = re.compile(r"\w+ [,;:.!?](?=\s|$)")
"""A slip in English and Spanish; French has such spaces."""

_ENGLISH = (
    Unwanted(rules.TYPOGRAPHY, _SPACE_BEFORE_STOP),
    Unwanted(
        rules.ADDRESS,
        any_of(
            r"\bthe patients?\b", r"\bpatients (?:are|may|can|will|should|must|often|usually|might|need|have|feel)\b"
        ),
        for_patients_only=True,
        message="says {found}",
    ),
    Unwanted(
        rules.ABBREVIATION,
        any_of(
            r"\be\.\s?g\.",
            r"\bi\.\s?e\.",
            r"\betc\b\.?",
            r"\bvs\.?(?=\s)",
            r"\bviz\.",
            r"\band/or\b",
            r"\b\w+\(s\)",
            r"\bw/\w*",
            r"\b(?:s/he|he/she|his/her|him/her)\b",
        ),
        for_patients_only=True,
    ),
    Unwanted(
        rules.CAPITALS,
        any_of(
            r"\b[A-Z]{2,}(?: [A-Z]{2,}){2,}\b",
            r"\b(?:NOT|NEVER|MUST|ALWAYS|ONLY|STOP|IMPORTANT|WARNING|CAUTION|DANGER|NOTE|NO|VERY|ALL|ANY|YES|PLEASE|CALL"
            r"|BEFORE|AFTER|IMMEDIATELY|URGENT|ATTENTION|YOU|YOUR|WILL|SHOULD|MAY|CANNOT)\b"
            r"(?! (?:to|at) \d{3})",
            flags=_AS_WRITTEN,
        ),
    ),
    Unwanted(
        rules.PROMISE,
        any_of(
            r"\bguarantee[sd]?\b",
            r"\b(?:we|I) promise\b",
            r"\b(?:always|never) (?:works?|fails?|succeeds?)\b",
            r"\b(?:completely|totally|perfectly|entirely|absolutely|fully|100 ?%) "
            r"(?:safe|effective|painless|harmless|secure|confidential|private)\b",
            r"\brisk-free\b|\b(?:is|are|it’s|quite) harmless\b|\bmiracle\b|\b100 ?%",
            r"\b(?:has|have|is|are|carries|carry|with|without) (?:no|any) risks?\b",
            r"\b(?:will|can) cure\b|\byou will (?:feel better|get better|recover|be cured|get well)\b",
            r"\b(?:clinically|scientifically) proven\b|\bproven to\b",
            r"\bnothing (?:can|will) go wrong\b",
        ),
        unless=any_of(
            r"\b(?:no|not|never|cannot|nobody|none|nor|neither|hardly)\b", r"n[’']t\b", r"\b(?:if|whether)\b"
        ),
        for_patients_only=True,
        message="promises: {found}",
    ),
    Unwanted(
        rules.WAIVER,
        any_of(
            r"\breleas(?:e|es|ing) (?:[\w’]+,? ){0,8}(?:liability|claims?|responsibility)\b",
            r"\bhold (?:[\w’]+,? ){0,6}harmless\b",
            r"\b(?:waives?|waiving|give up|giving up) (?:[\w’]+ ){0,3}(?:legal )?(?:rights?|claims?)\b",
            r"\bgive up (?:[\w’]+ ){0,3}to sue\b",
            r"\b(?:we|clinic|practice|therapist|clinician|staff|provider|doctor) "
            r"(?:(?:is|are) not|can ?not be|(?:will|shall) not be) (?:held )?(?:liable|responsible) "
            r"for (?:any )?(?:harm|injur\w+|damages?|loss\w*|outcomes?)",
            r"\bassumes? all (?:the )?risks?\b",
        ),
        unless=any_of(r"\b(?:not|never|without|nor)\b", r"n[’']t\b"),
        message="says {found}",
    ),
    Unwanted(
        rules.COMPLIANCE_CLAIM,
        any_of(
            r"\b[\w-]*compliant\b",
            r"\bin (?:full )?compliance with\b",
            r"\bmeets all (?:\w+ )?(?:laws?|rules?|requirements|standards)\b",
            r"\blegally (?:binding|valid|sufficient)\b",
            r"\b(?:approved|certified|accredited) by (?:the )?(?:Joint Commission|CMS|FDA|AMA|APA|CDC)\b",
            r"\b(?:PEMAT|CDC)(?: [\w ]{0,20})? (?:score|rating)\b",
        ),
        unless=any_of(r"\b(?:not|no|nothing|whether|until)\b"),
        message="claims: {found}",
    ),
    Unwanted(
        rules.DESCRIPTOR,
        any_of(
            r"\b(?:psychotherapy|therapy|session|evaluation|service)s?, \d+ minutes\b",
            r"\bwith patient and\b|\bwith (?:the )?patient present\b|\bwithout the patient present\b",
            r"\(other than of an?\b",
            r"\beach additional \d+ minutes\b",
            r"\bwhen performed with\b|\bface[- ]to[- ]face\b",
            r"\bdiagnostic evaluation\b|\bconjoint\b",
            r"\b(?:insight oriented|behavior modifying)\b",
        ),
        names_only=True,
        message="reads like a descriptor: {found}",
    ),
)

_SPANISH = (
    Unwanted(rules.TYPOGRAPHY, _SPACE_BEFORE_STOP),
    Unwanted(
        rules.ADDRESS,
        any_of(r"\b(?:el|la|los|las|al|del) pacientes?\b"),
        for_patients_only=True,
        message="says {found}",
    ),
    Unwanted(
        rules.ABBREVIATION,
        any_of(
            r"\bp\. ?ej\.", r"\betc\b\.?", r"\bvs\.?(?=\s)", r"\by/o\b", r"\b\w+\((?:s|a|as|es)\)", r"\b\w+[oe]/as?\b"
        ),
        for_patients_only=True,
    ),
    Unwanted(
        rules.CAPITALS,
        any_of(
            r"\b[A-ZÁÉÍÓÚÑ]{2,}(?: [A-ZÁÉÍÓÚÑ]{2,}){2,}\b",
            r"\b(?:NO|NUNCA|SIEMPRE|DEBE|IMPORTANTE|ATENCIÓN|CUIDADO|PELIGRO|ADVERTENCIA|SOLO|SÓLO|TODOS?|TODAS?|MUY|SÍ"
            r"|USTED|LLAME|URGENTE|ANTES|DESPUÉS)\b(?! (?:al?|en) \d{3})",
            flags=_AS_WRITTEN,
        ),
    ),
    Unwanted(
        rules.PROMISE,
        any_of(
            r"\bgarantiza\w*|\bgarantía de (?:éxito|mejoría|resultados?)\b",
            r"\b(?:le |les )?prometemos\b",
            r"\b(?:siempre funciona|nunca falla)\b",
            r"\b(?:totalmente|completamente|absolutamente|100 ?%) "
            r"(?:segur[oa]s?|eficaz|eficaces|inofensiv[oa]s?|confidencial)\b",
            r"\binofensiv[oa]s?\b|\bmilagro\w*|\b100 ?%",
            r"\b(?:no tiene|no hay|sin) (?:ningún )?riesgos?\b",
            r"\b(?:le|se|lo|la) curará\b|\busted (?:mejorará|sanará)\b",
            r"\b(?:clínica|científica)mente (?:comprobad|probad|demostrad)[oa]s?\b",
        ),
        unless=any_of(r"\b(?:nadie|nunca|tampoco|ni|ning[uú]n[ao]?|nada)\b", r"\bno\b(?! tiene\b| hay\b)", r"\bsi\b"),
        for_patients_only=True,
        message="promises: {found}",
    ),
    Unwanted(
        rules.WAIVER,
        any_of(
            r"\b(?:exim|liber|exoner|descarg)\w+ (?:[\w]+,? ){0,8}responsabilidad\b",
            r"\brenunci\w+ (?:[\w]+ ){0,4}(?:derechos?|demandar?|reclam\w+)\b",
        ),
        unless=any_of(r"\b(?:no|nunca|sin|ni)\b"),
        message="says {found}",
    ),
    Unwanted(
        rules.COMPLIANCE_CLAIM,
        any_of(
            r"\bcumple (?:plenamente )?con (?:todas )?(?:las?|los?) (?:ley\w*|normas?|HIPAA)\b",
            r"\blegalmente válid\w+",
        ),
        unless=any_of(r"\bno\b"),
        message="claims: {found}",
    ),
)

_BY_LANGUAGE = {"en": _ENGLISH, "es": _SPANISH}


def unwanted(language: str) -> tuple[Unwanted, ...]:
    """What no text of a language should hold; `language` without region."""
    return _EVERYWHERE + _BY_LANGUAGE.get(language, ())
