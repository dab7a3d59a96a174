"""The rules about a language pack.

Guarantees: labels may be short and may speak of the patient, since a representative signs too; what the patient reads
as text is held to the rules of text.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks import requirements
from consentkit.checks import rules_library as rules
from consentkit.checks.inputs import PackFile
from consentkit.checks.lexicon import STATEMENTS
from consentkit.checks.procedure_rules import MOST_ITEMS
from consentkit.checks.readability import PlacedText, primary, texts_in
from consentkit.checks.reading_rules import ReadingReport, check_reading, read_closely
from consentkit.checks.rule_finding import RuleFinding, breach, key
from consentkit.checks.rules_content import MISSING_CLAUSE
from consentkit.checks.rules_wording import LONG_LIST, PLACEHOLDER
from consentkit.checks.text_rules import check_wording, undefined_terms

_READ_AS_TEXT = {"clauses", "teach_back", "consent"}
_NOT_PRINTED = {"language", "direction", "source", "months"}
"""Keys whose text is for programs or reviewers. A clause's `source` is not printed."""


def check_pack(file: PackFile) -> Iterator[RuleFinding]:
    """Check a language pack."""
    texts = [placed for placed in texts_in(file.pack) if placed.path[-1] not in _NOT_PRINTED and _is_printed(placed)]
    for finding in check_wording(file, texts, _is_for_patients):
        if finding.rule is not PLACEHOLDER or finding.path[0] == "clauses":  # elsewhere the model knows each {word}
            yield finding
    for_patients = [placed for placed in texts if _is_for_patients(placed)]
    yield from undefined_terms(file, for_patients, ())
    yield from check_reading(file, read_pack(file))
    yield from _clauses(file)
    yield from _teach_back(file)
    yield from _statements(file)
    yield from _signatures(file)
    yield from _lists(file)


def read_pack(file: PackFile) -> ReadingReport | None:
    """Measure what the patient reads as text in a pack."""
    return read_closely(file, filter(_is_for_patients, texts_in(file.pack)))


def _is_printed(placed: PlacedText) -> bool:
    return not (placed.section == "about" and placed.path[-1] == "source")


def _is_for_patients(placed: PlacedText) -> bool:
    return placed.section in _READ_AS_TEXT and placed.path[-1] not in _NOT_PRINTED


def _clauses(file: PackFile) -> Iterator[RuleFinding]:
    for name in requirements.CLAUSES_ALWAYS:
        clause = file.pack.clauses.get(name)
        if clause is None:
            yield breach(MISSING_CLAUSE, file, key("clauses"), f"lacks `{name}`, which belongs on every paper")
        elif not clause.always:
            message = "belongs on every paper, but is not marked `always: true`"
            yield breach(MISSING_CLAUSE, file, key("clauses", name), message)
    for name in sorted({name for names in requirements.CLAUSES_BY_CODE.values() for name in names}):
        if name not in file.pack.clauses:
            codes = [code for code, names in requirements.CLAUSES_BY_CODE.items() if name in names]
            yield breach(MISSING_CLAUSE, file, key("clauses"), f"lacks `{name}`, which {', '.join(codes)} call for")


def _teach_back(file: PackFile) -> Iterator[RuleFinding]:
    if (number := len(file.pack.teach_back.questions)) < requirements.FEWEST_QUESTIONS:
        message = f"has {number} of at least {requirements.FEWEST_QUESTIONS} questions"
        yield breach(rules.TEACH_BACK_THIN, file, key("teach_back", "questions"), message)


def _statements(file: PackFile) -> Iterator[RuleFinding]:
    said = "\n".join(file.pack.consent.statements)
    for what, pattern in STATEMENTS.get(primary(file.language), {}).items():
        if not pattern.search(said):
            yield breach(rules.STATEMENT_MISSING, file, key("consent", "statements"), f"does not say {what}")


def _signatures(file: PackFile) -> Iterator[RuleFinding]:
    blocks = file.pack.signatures.blocks
    blanks = sum(1 for block in blocks if block.blank)
    if len(blocks) < requirements.FEWEST_SIGNATURES:
        message = f"has {len(blocks)} of at least {requirements.FEWEST_SIGNATURES} blocks"
        yield breach(rules.SIGNATURE_BLOCKS, file, key("signatures", "blocks"), message)
    elif blanks < requirements.FEWEST_SIGNATURE_BLANKS:
        message = f"has {blanks} of at least {requirements.FEWEST_SIGNATURE_BLANKS} blocks with a `blank`"
        yield breach(rules.SIGNATURE_BLOCKS, file, key("signatures", "blocks"), message)


def _lists(file: PackFile) -> Iterator[RuleFinding]:
    for name, clause in file.pack.clauses.items():
        if (number := len(clause.text.items)) > MOST_ITEMS:
            spot = key("clauses", name, "text", "items")
            yield breach(LONG_LIST, file, spot, f"has {number} items, at most {MOST_ITEMS} are kept in mind")
