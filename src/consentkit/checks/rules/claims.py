"""What a text claims: promises, waivers, approval, and names that belong to others.

Guarantees: data only. A sentence that takes the words back, as in “we cannot guarantee”, is let through.
"""

from __future__ import annotations

from consentkit.checks.patterns import any_of
from consentkit.checks.rule import Rule
from consentkit.checks.unwanted_wording import UnwantedWording

PROMISE = Rule(
    id="promise",
    severity="error",
    title="Promise that nobody can keep",
    reason="Consent rests on an honest picture. Words such as guarantee, always works or completely safe distort it, "
    "and are held against the clinic later. “We cannot guarantee” is fine.",
    remedy="say what is known: how many people it helps, and that it may not help you",
    source="AMA Code of Medical Ethics, opinion 2.1.1; APA Ethical Principles, standard 5.01",
    bad="This therapy is completely safe and always works.",
    good="In studies, many people felt better. It may not help you.",
)
_PROMISES = (
    UnwantedWording(
        PROMISE,
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
        language="en",
        unless=any_of(
            r"\b(?:no|not|never|cannot|nobody|none|nor|neither|hardly)\b", r"n[’']t\b", r"\b(?:if|whether)\b"
        ),
        for_patients_only=True,
        message="promises: {match}",
    ),
    UnwantedWording(
        PROMISE,
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
        language="es",
        unless=any_of(r"\b(?:nadie|nunca|tampoco|ni|ning[uú]n[ao]?|nada)\b", r"\bno\b(?! tiene\b| hay\b)", r"\bsi\b"),
        for_patients_only=True,
        message="promises: {match}",
    ),
)

WAIVER = Rule(
    id="waiver",
    severity="error",
    title="Asks the reader to give up rights",
    reason="A consent informs. Words by which the reader frees the clinic from liability or waives rights are void in "
    "some states, and turn the paper into something that a patient should not sign.",
    remedy="delete it",
    source="45 CFR 46.116(a)(6), which forbids such words in research, as a model",
    bad="I release the clinic from all liability.",
    good="",
)
_WAIVERS = (
    UnwantedWording(
        WAIVER,
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
        language="en",
        unless=any_of(r"\b(?:not|never|without|nor)\b", r"n[’']t\b"),
        message="says {match}",
    ),
    UnwantedWording(
        WAIVER,
        any_of(
            r"\b(?:exim|liber|exoner|descarg)\w+ (?:[\w]+,? ){0,8}responsabilidad\b",
            r"\brenunci\w+ (?:[\w]+ ){0,4}(?:derechos?|demandar?|reclam\w+)\b",
        ),
        language="es",
        unless=any_of(r"\b(?:no|nunca|sin|ni)\b"),
        message="says {match}",
    ),
)

COMPLIANCE_CLAIM = Rule(
    id="compliance-claim",
    severity="error",
    title="Claims approval or compliance",
    reason="No program and no clinic can certify its own form, and figures computed here are no ratings. Say what was "
    "done, not what it amounts to.",
    remedy="delete the claim",
    source="AHRQ and CDC: PEMAT and the Clear Communication Index are rated by people; state law differs",
    bad="This form is HIPAA compliant and legally valid.",
    good="",
)
_COMPLIANCE_CLAIMS = (
    UnwantedWording(
        COMPLIANCE_CLAIM,
        any_of(
            r"\b[\w-]*compliant\b",
            r"\bin (?:full )?compliance with\b",
            r"\bmeets all (?:\w+ )?(?:laws?|rules?|requirements|standards)\b",
            r"\blegally (?:binding|valid|sufficient)\b",
            r"\b(?:approved|certified|accredited) by (?:the )?(?:Joint Commission|CMS|FDA|AMA|APA|CDC)\b",
            r"\b(?:PEMAT|CDC)(?: [\w ]{0,20})? (?:score|rating)\b",
        ),
        language="en",
        unless=any_of(r"\b(?:not|no|nothing|whether|until)\b"),
        message="claims: {match}",
    ),
    UnwantedWording(
        COMPLIANCE_CLAIM,
        any_of(
            r"\bcumple (?:plenamente )?con (?:todas )?(?:las?|los?) (?:ley\w*|normas?|HIPAA)\b",
            r"\blegalmente válid\w+",
        ),
        language="es",
        unless=any_of(r"\bno\b"),
        message="claims: {match}",
    ),
)

DESCRIPTOR = Rule(
    id="descriptor",
    severity="warning",
    title="Name that sounds like the code set’s own descriptor",
    reason="The descriptors of billing codes belong to their owner and are no words for patients.",
    remedy="name it in plain words of your own",
    source="copyright of the code set; README",
    bad="Psychotherapy, 60 minutes with patient",
    good="Long talk therapy, about an hour",
)
_DESCRIPTORS = (
    UnwantedWording(
        DESCRIPTOR,
        any_of(
            r"\b(?:psychotherapy|therapy|session|evaluation|service)s?, \d+ minutes\b",
            r"\bwith patient and\b|\bwith (?:the )?patient present\b|\bwithout the patient present\b",
            r"\(other than of an?\b",
            r"\beach additional \d+ minutes\b",
            r"\bwhen performed with\b|\bface[- ]to[- ]face\b",
            r"\bdiagnostic evaluation\b|\bconjoint\b",
            r"\b(?:insight oriented|behavior modifying)\b",
        ),
        language="en",
        names_only=True,
        message="reads like a descriptor: {match}",
    ),
)

WORDINGS = (*_PROMISES, *_WAIVERS, *_COMPLIANCE_CLAIMS, *_DESCRIPTORS)
"""What no text should contain."""
