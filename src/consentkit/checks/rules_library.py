"""The rules about how files fit each other: the library, its translations, language packs and the clinic's folder.

Guarantees: data only.
"""

from __future__ import annotations

from consentkit.checks.rule import Rule

_BILLING = "the pairing table of the library; the payer’s own rules go before it"
_PAPER = "complaints collected for the project: wrong labels, missing logo (“looks unofficial”), forms half filled in"
_1557 = "Section 1557 of the Affordable Care Act, 45 CFR 92.201: translations must be accurate"
_CMS = "CMS interpretive guidelines for 42 CFR 482.51(b)(2)"

PAIRING_ONE_SIDED = Rule(
    id="pairing-one-sided",
    severity="error",
    title="Only one of two codes says that they go together",
    reason="What one file says with `goes_with`, the add-on’s file says with `add_on_to`, and the other way round. "
    "Otherwise it depends on the order of the codes whether a visit is accepted.",
    remedy="add the code there, or delete it here",
    source=_BILLING,
    bad="90837 goes with 90785, but 90785 is not added to 90837.",
    good="Both name each other.",
)
EXCLUSION_ONE_SIDED = Rule(
    id="exclusion-one-sided",
    severity="error",
    title="Only one of two codes says that they exclude each other",
    reason="That two codes may not share a visit holds for both, and equally strictly.",
    remedy="add the code there under the same key, or delete it here",
    source=_BILLING,
    bad="90837 has 90839 in `not_with`, but 90839 does not have 90837.",
    good="Both name each other in `not_with`.",
)
UNKNOWN_RELATED_CODE = Rule(
    id="unknown-related-code",
    severity="warning",
    title="Names a code that is not in the library",
    reason="A code that is not there is mostly a slip of typing, and a slip in `not_with` lets a wrong pair through.",
    remedy="correct it, add the procedure, or delete it",
    source=_BILLING,
    bad='related: ["90873"]',
    good='related: ["90837"]',
)
RETIRED_REFERENCED = Rule(
    id="retired-referenced",
    severity="warning",
    title="Names a retired code",
    reason="A retired code can’t be billed, so nothing goes with it any more. Only `replaced_by` looks back.",
    remedy="name the code that took its place",
    source=_BILLING,
    bad='related: ["90806"]',
    good='related: ["90834"]',
)
SAME_TITLE = Rule(
    id="same-title",
    severity="error",
    title="Two procedures with the same title",
    reason="The front desk picks a paper by its title. Two that look alike end in the wrong hands.",
    remedy="say in the title what sets it apart",
    source=_PAPER,
    bad="“Talk therapy” for 90832 and for 90837.",
    good="“Short talk therapy, about half an hour” and “Long talk therapy, about an hour”.",
)
MISSING_TRANSLATION = Rule(
    id="missing-translation",
    severity="notice",
    title="Not translated into a language that the library has",
    reason="A patient who was given one paper in Spanish should get the next one in Spanish too.",
    remedy="have it translated",
    source=_1557,
    bad="90837.yaml without 90837.es.yaml, while others have one.",
    good="Both files.",
)
STALE_TRANSLATION = Rule(
    id="stale-translation",
    severity="error",
    title="Translation of an older text",
    reason="The translation names the text that it was made from by its hash, and that text has changed since. Two "
    "patients would agree to different things.",
    remedy="bring it up to date with the original, then set `translates` to the hash of today’s text",
    source=_1557,
    bad="translates: the hash of last year’s text",
    good="translates: the hash of today’s text",
)
TRANSLATION_SHAPE = Rule(
    id="translation-shape",
    severity="error",
    title="Translation has other parts than the original",
    reason="Each list has as many items, and each optional text is there or not, as in the original. A risk that is "
    "lost in translation is a risk that was not disclosed.",
    remedy="add what is missing, or take out what is too much",
    source=_1557,
    bad="Four common risks in English, three in Spanish.",
    good="Four in both.",
)
TRANSLATION_NUMBERS = Rule(
    id="translation-numbers",
    severity="warning",
    title="Number lost in translation",
    reason="Every figure of a section of the original, such as minutes or a phone number, is looked for in the same "
    "section of the translation.",
    remedy="compare the two texts; write numbers as digits in both",
    source=_1557,
    bad="“call 988” and “llame al 998”",
    good="“call 988” and “llame al 988”",
)
UNTRANSLATED = Rule(
    id="untranslated",
    severity="error",
    title="Text left in the original’s language",
    reason="A text of four words or more that is the same in both files has been forgotten.",
    remedy="translate it",
    source=_1557,
    bad="“You may feel sad.” in a Spanish file",
    good="“Puede sentir tristeza.”",
)
TEACH_BACK_THIN = Rule(
    id="teach-back-thin",
    severity="warning",
    title="Fewer than three questions to answer in one’s own words",
    reason="What will happen, what can go wrong, what else there is: three questions show whether it was understood.",
    remedy="add the questions that are missing",
    source="AHRQ Health Literacy Universal Precautions Toolkit, tool 5",
    bad="Did you understand everything?",
    good="What is going to happen, and what is it for?",
)
STATEMENT_MISSING = Rule(
    id="statement-missing",
    severity="error",
    title="The signed statement leaves something out",
    reason="Beside the signature stands that it was explained, that other choices and doing nothing were named, that "
    "questions were answered, and that one may say no or stop.",
    remedy="add the statement",
    source=f"{_CMS}; AMA Code of Medical Ethics, opinion 2.1.1",
    bad="I agree.",
    good="It was explained to me what will be done, what good it may do and what can go wrong.",
)
SIGNATURE_BLOCKS = Rule(
    id="signature-blocks",
    severity="error",
    title="Too few places to sign",
    reason="Patient, representative with relationship, interpreter with ID, witness, and the clinician who explained "
    "it: five blocks, two of them with a line of their own.",
    remedy="add the block, or the `blank` that is missing",
    source=f"{_CMS}; Section 1557",
    bad="Patient and clinician only.",
    good="All five blocks, with `blank` for relationship and for language and ID.",
)
CLINIC_NAME = Rule(
    id="clinic-name",
    severity="warning",
    title="Clinic without a name",
    reason="The facility must be named on the paper. Without it there is a line to fill in by pen on each.",
    remedy="write `name`",
    source=_CMS,
    bad="paper: letter",
    good="name: Willow Street Counseling",
)
CLINIC_PHONE = Rule(
    id="clinic-phone",
    severity="warning",
    title="Clinic without a telephone number",
    reason="The texts tell people to call the clinic. The number must be on the paper that they take home.",
    remedy="write `phone`",
    source=_PAPER,
    bad="name: Willow Street Counseling",
    good="name: Willow Street Counseling\nphone: 217-555-0142",
)
CLINIC_ADDRESS = Rule(
    id="clinic-address",
    severity="notice",
    title="Clinic without an address",
    reason="Without it the paper has lines to fill in by pen.",
    remedy="write `address`",
    source=_PAPER,
    bad="name: Willow Street Counseling",
    good="address:\n  - 118 Willow Street, Suite 2",
)
CLINIC_LOGO = Rule(
    id="clinic-logo",
    severity="notice",
    title="Clinic without a logo",
    reason="Patients trust a paper less that looks unofficial.",
    remedy="put a PNG or JPEG picture into the folder and name it under `logo`",
    source=_PAPER,
    bad="name: Willow Street Counseling",
    good="logo: logo.png",
)
OUTDATED_OVERRIDE = Rule(
    id="outdated-override",
    severity="warning",
    title="The shipped text is newer than the clinic’s own",
    reason="A file in the clinic’s folder takes the place of the shipped one. When that one is issued anew, perhaps "
    "with a risk added, the clinic’s copy stays as it was.",
    remedy="compare the two, take over what is new, and set `issued`",
    source=_PAPER,
    bad="Own text issued 2026-11-21, shipped text issued 2027-06-01.",
    good="Own text issued after it was compared with the shipped one.",
)
IGNORED_FILE = Rule(
    id="ignored-file",
    severity="warning",
    title="File that nothing reads",
    reason="A procedure file must be named CODE.yaml, a translation CODE.LANGUAGE.yaml. Anything else in the folder "
    "is passed over, and the shipped text is printed in its place.",
    remedy="rename it, or move it out of the folder",
    source="docs/clinic-folder.md",
    bad="procedures/90837.yml",
    good="procedures/90837.yaml",
)
SERVICE_UNKNOWN = Rule(
    id="service-unknown",
    severity="error",
    title="Service without a procedure",
    reason="No document can be made for a code that the library does not have.",
    remedy="correct the code, or add the procedure",
    source="house rule",
    bad="90873",
    good="90837",
)
SERVICE_RETIRED = Rule(
    id="service-retired",
    severity="warning",
    title="Service with a retired code",
    reason="The code can no longer be billed.",
    remedy="use the code that took its place",
    source=_BILLING,
    bad="90806",
    good="90834",
)
SERVICE_REPEATED = Rule(
    id="service-repeated",
    severity="warning",
    title="Service listed twice",
    reason="A second entry would make the same document again.",
    remedy="delete one of them",
    source="house rule",
    bad="90837 twice",
    good="90837 once",
)
UNUSED_EXCEPTION = Rule(
    id="unused-exception",
    severity="warning",
    title="Exception that is no longer needed",
    reason="An exception hides findings. One that has nothing to hide any more would hide the next one unseen.",
    remedy="delete it from `checks.exceptions`",
    source="house rule",
    bad="An exception for a sentence that has been shortened since.",
    good="No exception.",
)
