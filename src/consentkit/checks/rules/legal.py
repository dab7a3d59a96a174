"""Statements of law, which belong to the clauses.

Guarantees: data only. Advice to ask about such a matter is no statement; a duty that is the very matter of a
procedure, such as a report, is not looked for.
"""

from __future__ import annotations

from consentkit.checks.patterns import any_of
from consentkit.checks.rule import Rule
from consentkit.checks.unwanted_wording import UnwantedWording

LEGAL_STATEMENT = Rule(
    id="legal-statement",
    severity="warning",
    title="Legal statement in the text of a procedure",
    reason="Who sees the record, who may record a visit, trainees, copies and complaints are the same for all "
    "procedures. Said in each, they come to differ, and the clinic is held to the one that promises most.",
    remedy="delete it, and say it in a clause of the language pack",
    source="house rule; HIPAA Privacy Rule, 45 CFR 164.520: one notice says how a record is used",
    bad="A trainee may join if you agree, and we name the supervisor.",
    good="One licensed therapist sees you.",
)
_LEGAL_STATEMENTS = (
    UnwantedWording(
        LEGAL_STATEMENT,
        any_of(
            r"\bHIPAA\b|\b\d+ CFR\b|\bNotice of Privacy Practices\b|\bNo Surprises Act\b|\bgood[- ]faith estimate\b",
            r"\bpsychotherapy notes\b|\bexplanation of benefits\b",
            r"\b(?:trainee|intern|student)s?\b[^.!?]*\bsupervis\w+|\bsupervis\w+[^.!?]*\b(?:trainee|intern|student)s?\b",
            r"\byou (?:may|can|have the right to)(?: ask)?(?: to)? (?:see|read|get|have|copy) "
            r"(?:\w+ ){0,3}your (?:\w+ )?record\b",
            r"\bcopy of (?:your|the) (?:\w+ )?record\b|\bcopy of (?:this|the) (?:paper|form|consent)\b",
            r"\b(?:never|not|only) (?:be )?record(?:ed)?\b[^.!?]*\b(?:if|unless|without)\b"
            r"[^.!?]*\b(?:agree|consent|yes)",
            r"\brecords? (?:sound|video|your voice|a session|the session|a visit)\b[^.!?]*\b(?:only|unless)\b",
            r"\b(?:state (?:license |licensing )?|licensing )board\b",
            r"\bthis consent (?:is valid|holds|expires|lasts|ends)\b",
        ),
        language="en",
        for_patients_only=True,
        message="states law: {match}",
    ),
    UnwantedWording(
        LEGAL_STATEMENT,
        any_of(
            r"\bHIPAA\b|\b\d+ CFR\b|\bAviso de prácticas de privacidad\b|\bestimad[oa] de buena fe\b",
            r"\bnotas de psicoterapia\b",
            r"\b(?:en formación|practicantes?|pasantes?|estudiantes?)\b[^.!?]*\bsupervis\w+"
            r"|\bsupervis\w+[^.!?]*\b(?:en formación|practicantes?|pasantes?|estudiantes?)\b",
            r"\bpued\w+(?: \w+){0,3} ver su expediente\b|\bcopia de (?:su|el) expediente\b"
            r"|\bcopia de este (?:papel|documento|formulario)\b",
            r"\bgrab\w+\b[^.!?]*\b(?:solo si|a menos que|salvo que)\b[^.!?]*\b(?:acept|consient|permi|diga)"
            r"|\bsolo si\b[^.!?]*\bacept\w+[^.!?]*\bgrab\w+",
            r"\bjunta (?:estatal )?de licencias\b",
            r"\beste consentimiento (?:vale|es válido|vence|dura|termina)\b",
        ),
        language="es",
        for_patients_only=True,
        message="states law: {match}",
    ),
)

WORDINGS = _LEGAL_STATEMENTS
"""What the text of a procedure should leave to the clauses."""
