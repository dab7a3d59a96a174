"""How a text is written: to the reader, in words and not in shorthand, with the marks of a book.

Guarantees: each finding is at the words that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks.citations import CDC_INDEX, CLEAR_PRINT, PLAIN_LANGUAGE
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import PlacedText, primary
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, Subject, breach
from consentkit.checks.unwanted_wording import UnwantedWording

ADDRESS = Rule(
    id="address",
    severity="warning",
    title="Talks about the reader, not to the reader",
    reason="A text that says “you” is easier to read and to take in than one about “the patient”.",
    remedy="say `you`",
    source=f"{PLAIN_LANGUAGE}; {CDC_INDEX}",
    bad="The patient may feel tired.",
    good="You may feel tired.",
)
_ADDRESSES = (
    UnwantedWording(
        ADDRESS,
        any_of(
            r"\bthe patients?\b", r"\bpatients (?:are|may|can|will|should|must|often|usually|might|need|have|feel)\b"
        ),
        language="en",
        for_patients_only=True,
        message="says {match}",
    ),
    UnwantedWording(
        ADDRESS,
        any_of(r"\b(?:el|la|los|las|al|del) pacientes?\b"),
        language="es",
        for_patients_only=True,
        message="says {match}",
    ),
)

ABBREVIATION = Rule(
    id="abbreviation",
    severity="warning",
    title="Latin abbreviation or office shorthand",
    reason="Forms such as e.g., i.e., etc., and/or, (s) are misread by many, and screen readers spell them out.",
    remedy="write it out in plain words",
    source=PLAIN_LANGUAGE,
    bad="Bring your medicine(s), e.g. pills and/or drops.",
    good="Bring your medicines, such as pills or drops.",
)
_ABBREVIATIONS = (
    UnwantedWording(
        ABBREVIATION,
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
        language="en",
        for_patients_only=True,
    ),
    UnwantedWording(
        ABBREVIATION,
        any_of(
            r"\bp\. ?ej\.", r"\betc\b\.?", r"\bvs\.?(?=\s)", r"\by/o\b", r"\b\w+\((?:s|a|as|es)\)", r"\b\w+[oe]/as?\b"
        ),
        language="es",
        for_patients_only=True,
    ),
)

CAPITALS = Rule(
    id="capitals",
    severity="warning",
    title="Capitals for emphasis",
    reason="Words in capitals are harder to read and look like shouting; some screen readers spell them.",
    remedy="write it in lowercase letters; if it matters, put it first in the sentence",
    source=CLEAR_PRINT,
    bad="Do NOT stop your medicine.",
    good="Do not stop your medicine before you have talked with us.",
)
_CAPITALS = (
    UnwantedWording(
        CAPITALS,
        any_of(
            r"\b[A-Z]{2,}(?: [A-Z]{2,}){2,}\b",
            r"\b(?:NOT|NEVER|MUST|ALWAYS|ONLY|STOP|IMPORTANT|WARNING|CAUTION|DANGER|NOTE|NO|VERY|ALL|ANY|YES|PLEASE|CALL"
            r"|BEFORE|AFTER|IMMEDIATELY|URGENT|ATTENTION|YOU|YOUR|WILL|SHOULD|MAY|CANNOT)\b"
            r"(?! (?:to|at) \d{3})",
            flags=re.NOFLAG,
        ),
        language="en",
    ),
    UnwantedWording(
        CAPITALS,
        any_of(
            r"\b[A-ZÁÉÍÓÚÑ]{2,}(?: [A-ZÁÉÍÓÚÑ]{2,}){2,}\b",
            r"\b(?:NO|NUNCA|SIEMPRE|DEBE|IMPORTANTE|ATENCIÓN|CUIDADO|PELIGRO|ADVERTENCIA|SOLO|SÓLO|TODOS?|TODAS?|MUY|SÍ"
            r"|USTED|LLAME|URGENTE|ANTES|DESPUÉS)\b(?! (?:al?|en) \d{3})",
            flags=re.NOFLAG,
        ),
        language="es",
    ),
)

TYPOGRAPHY = Rule(
    id="typography",
    severity="warning",
    title="Typewriter character, or a spacing mistake",
    reason="Straight quotation marks, double hyphens, three full stops and missing or stray spaces look careless, and "
    "a paper that looks careless is trusted less. Marks that open must close.",
    remedy="use “ ” ’ – … and one space, as in a book",
    source="house rule; `consentkit guide writing-a-procedure`",
    bad='It\'s "only" a talk -- no needles .',
    good="It’s “only” a talk – no needles.",
)
_SPACE_BEFORE_STOP = re.compile(r"\w+ [,;:.!?](?=\s|$)")
"""A slip in English and Spanish; French has such spaces."""
_SIGNS = (
    UnwantedWording(
        TYPOGRAPHY,
        any_of(
            r"\S*[\"]\S*",
            r"\S*'\S*",
            r"--+",
            r"(?<!\.)\.\.\.(?!\.)",
            r"\w+ - \w+",
            r",,|;;|(?<!\.)\.\.(?!\.)",
            r"[^\W\d_]{2,}[.!?;,][A-ZÁÉÍÓÚÑ¿¡][^\W\d_]+",
            flags=re.NOFLAG,
        ),
    ),
    UnwantedWording(
        TYPOGRAPHY,
        _SPACE_BEFORE_STOP,
        language="en",
    ),
    UnwantedWording(
        TYPOGRAPHY,
        _SPACE_BEFORE_STOP,
        language="es",
    ),
)
_PAIRS = (("“", "”"), ("(", ")"), ("«", "»"), ("[", "]"))
_PAIRS_OF = {"es": (("¿", "?"), ("¡", "!"))}


def unpaired_marks(subject: Subject, placed: PlacedText) -> Iterator[RuleFinding]:
    """Count the marks that open and those that close."""
    for opening, closing in (*_PAIRS, *_PAIRS_OF.get(primary(subject.language), ())):
        opened, closed = placed.text.count(opening), placed.text.count(closing)
        if opened != closed:
            mark = opening if opened > closed else closing
            message = f"has {opened} `{opening}` but {closed} `{closing}`"
            yield breach(TYPOGRAPHY, subject, Spot(placed.path, mark), message)


DOUBLED_WORD = Rule(
    id="doubled-word",
    severity="warning",
    title="Word written twice",
    reason="A word that appears twice in a row is nearly always an editing mistake.",
    remedy="delete one of the two",
    source="house rule",
    bad="You may stop at any any time.",
    good="You may stop at any time.",
)
_DOUBLED_WORDS = (
    UnwantedWording(
        DOUBLED_WORD,
        re.compile(r"(?<![\w’'-])(?!(?:that|had|nos|sí)\b)([^\W\d_]+) \1(?![\w’'-])", re.IGNORECASE),
    ),
)

WORDINGS = (*_ADDRESSES, *_ABBREVIATIONS, *_CAPITALS, *_SIGNS, *_DOUBLED_WORDS)
"""What no text should contain."""
