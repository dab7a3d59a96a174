"""What a language pack brings for every paper: questions, the statement that is signed, places to sign.

Guarantees: a pack in a language without a list of words is not checked by the rule that needs one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks.citations import CMS_FORMS
from consentkit.checks.inputs import PackFile
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import primary
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key
from consentkit.checks.rules.clauses import clause_of_every_paper, clause_of_some_codes
from consentkit.checks.rules.lists import long_list_of_clause

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
FEWEST_QUESTIONS = 3


def teach_back_thin(file: PackFile) -> Iterator[RuleFinding]:
    """Count the questions."""
    if (number := len(file.pack.teach_back.questions)) < FEWEST_QUESTIONS:
        message = f"has {number} of at least {FEWEST_QUESTIONS} questions"
        yield breach(TEACH_BACK_THIN, file, key("teach_back", "questions"), message)


STATEMENT_MISSING = Rule(
    id="statement-missing",
    severity="error",
    title="The signed statement leaves something out",
    reason="The statement beside the signature must say that it was explained, that other choices and doing nothing "
    "were named, that questions were answered, and that one may say no or stop.",
    remedy="add the statement",
    source=f"{CMS_FORMS}; AMA Code of Medical Ethics, opinion 2.1.1",
    bad="I agree.",
    good="It was explained to me what will be done, what good it may do and what can go wrong.",
)
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
"""What the statement beside the signature must say, and words that show that it does."""


def statement_missing(file: PackFile) -> Iterator[RuleFinding]:
    """Look for a word of each statement."""
    statements = "\n".join(file.pack.consent.statements)
    for what, pattern in STATEMENTS.get(primary(file.language), {}).items():
        if not pattern.search(statements):
            yield breach(STATEMENT_MISSING, file, key("consent", "statements"), f"does not say {what}")


SIGNATURE_BLOCKS = Rule(
    id="signature-blocks",
    severity="error",
    title="Too few places to sign",
    reason="Patient, representative with relationship, interpreter with ID, witness, and the clinician who explained "
    "it: five blocks, two of them with a line of their own.",
    remedy="add the block, or the `blank` that is missing",
    source=f"{CMS_FORMS}; Section 1557",
    bad="Patient and clinician only.",
    good="All five blocks, with `blank` for relationship and for language and ID.",
)
FEWEST_SIGNATURES = 5
"""Patient, representative, interpreter, witness, clinician."""
FEWEST_SIGNATURE_BLANKS = 2
"""The representative's relationship; the interpreter's language and ID."""


def signature_blocks(file: PackFile) -> Iterator[RuleFinding]:
    """Count the blocks, and those with a line of their own."""
    blocks = file.pack.signatures.blocks
    blanks = sum(1 for block in blocks if block.blank)
    if len(blocks) < FEWEST_SIGNATURES:
        message = f"has {len(blocks)} of at least {FEWEST_SIGNATURES} blocks"
        yield breach(SIGNATURE_BLOCKS, file, key("signatures", "blocks"), message)
    elif blanks < FEWEST_SIGNATURE_BLANKS:
        message = f"has {blanks} of at least {FEWEST_SIGNATURE_BLANKS} blocks with a `blank`"
        yield breach(SIGNATURE_BLOCKS, file, key("signatures", "blocks"), message)


CHECKS = (
    clause_of_every_paper,
    clause_of_some_codes,
    teach_back_thin,
    statement_missing,
    signature_blocks,
    long_list_of_clause,
)
"""What a language pack is checked for, besides its wording."""
