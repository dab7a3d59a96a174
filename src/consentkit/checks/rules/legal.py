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
_TRAINEE = r"(?:trainees?|interns?|students?|in training)"
_RECORD = r"(?:records?|charts?)"
_RECORDING = r"\b(?:(?:record|tape|film)(?:s|d|ed|ing|ings)?|taping)\b"
_AGREE = r"\b(?:agree|consent|permission|yes|allow)"
_EN_FORMACION = r"(?:en formación|practicantes?|pasantes?|estudiantes?)"
_EXPEDIENTE = r"(?:expediente|historial|historia clínica)"
_ACEPTAR = r"\b(?:acept|consient|consentimiento|permi|autori|diga)"
_LEGAL_STATEMENTS = (
    UnwantedWording(
        LEGAL_STATEMENT,
        any_of(
            r"\bHIPAA\b|\b\d+ C\.?F\.?R\b|\bNotice of Privacy Practices\b|\bNo Surprises Act\b",
            r"\bgood[- ]faith estimates?\b|\bright to (?:an? )?(?:\w+ )?estimates?\b",
            r"\bpsychotherapy notes?\b|\bexplanation of benefits\b",
            rf"\b{_TRAINEE}\b[^.!?]*\bsupervis\w+|\bsupervis\w+[^.!?]*\b{_TRAINEE}\b",
            r"\byou (?:may|can|have (?:the|a) right to)(?: ask)?(?: to)? "
            rf"(?:see|read|view|inspect|look at|get|have|copy|correct) (?:\w+ ){{0,3}}your (?:\w+ )?{_RECORD}\b",
            rf"\bcop(?:y|ies) of (?:your|the) (?:\w+ )?{_RECORD}\b",
            r"\bcop(?:y|ies) of (?:this|the) (?:paper|form|consent|agreement)\b",
            rf"\b(?:never|not|only|no|no one|nobody|\w+n[’']t)\b[^.!?]{{0,40}}{_RECORDING}[^.!?]*"
            rf"\b(?:if|unless|without|with)\b[^.!?]*{_AGREE}",
            r"\b(?:record|tape|film)s? (?:sound|video|your voice|an? \w+|the \w+)\b[^.!?]*\b(?:only|unless)\b",
            rf"\brecordings? (?:is|are|needs?)\b[^.!?]*{_AGREE}",
            r"\b(?:licens(?:e|ing)|state) (?:\w+ )?boards?\b|\bboard of (?:psychology|medicine|nursing|social work)\b",
            r"\bOffice for Civil Rights\b",
            r"\b(?:this|your) (?:consent|form|paper) (?:is (?:valid|good)|holds|expires|lasts|ends|runs out)\b",
            r"\bkeep (?:your |the )?records? for (?:\w+ ){1,3}years\b",
            r"\bsex is never\b|\bsex with a (?:therapist|clinician)\b",
        ),
        language="en",
        for_patients_only=True,
        message="states law: {match}",
    ),
    UnwantedWording(
        LEGAL_STATEMENT,
        any_of(
            r"\bHIPAA\b|\b\d+ C\.?F\.?R\b|\bAviso de prácticas de privacidad\b",
            r"\bestima(?:d[oa]s?|ción|ciones) de buena fe\b|\bderecho a un[ao]? (?:costo )?estima(?:d[oa]|ción)\b",
            r"\bnotas? de psicoterapia\b",
            rf"\b{_EN_FORMACION}\b[^.!?]*\bsupervis\w+|\bsupervis\w+[^.!?]*\b{_EN_FORMACION}\b",
            r"\b(?:pued\w+|derecho a)(?: \w+){0,3} (?:ver|leer|revisar|copiar|corregir) "
            rf"(?:(?:una copia de|todo) )?su {_EXPEDIENTE}\b",
            rf"\bcopias? de (?:su|el) {_EXPEDIENTE}\b|\bcopias? de este (?:papel|documento|formulario|acuerdo)\b",
            rf"\bgrab\w+\b[^.!?]*\b(?:solo (?:si|con)|a menos que|salvo que|sin)\b[^.!?]*{_ACEPTAR}",
            r"\b(?:solo|no|nunca|nadie)\b[^.!?]{0,40}\bgrab\w+[^.!?]*\b(?:si|sin|con|a menos que)\b"
            rf"[^.!?]*{_ACEPTAR}",
            rf"\bsolo si\b[^.!?]*{_ACEPTAR}[^.!?]*\bgrab\w+",
            r"\bjunta (?:estatal|de licencias|de psicología)\b|\bOficina (?:de|para los) Derechos Civiles\b",
            r"\b(?:este|su) (?:consentimiento|formulario|documento) (?:vale|es válido|vence|dura|termina|caduca)\b",
            r"\bel sexo nunca\b",
        ),
        language="es",
        for_patients_only=True,
        message="states law: {match}",
    ),
)

WORDINGS = _LEGAL_STATEMENTS
"""What the text of a procedure should leave to the clauses."""
