"""How hard texts are to read, as a whole and by section.

Guarantees: a language without a formula is not judged. Figures of short sections inform; only sections of
`FEWEST_SENTENCES` are judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.readability import Reading, judge
from consentkit.checks.reading_report import HardWord, ReadingReport
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key, value
from consentkit.problems import Severity

READING_GRADE = Rule(
    id="reading-grade",
    severity="error",
    title="Too hard to read as a whole",
    reason="Many adults read below ninth grade. The worse of SMOG and Flesch-Kincaid is at most 8; up to 9.5 is "
    "a warning, since such formulas are off by up to a grade and a half; anything above is an error. Spanish: "
    "Fernández Huerta at least 60 and Szigriszt at least 55; up to 5 points less is a warning. Everything that the "
    "patient reads in the procedure is measured together, and a list item counts as a sentence.",
    remedy="shorten these sentences and replace these words by simpler ones",
    source="NIH and AHRQ plain-language advice; McLaughlin 1969; Kincaid 1975; Fernández Huerta 1959; Szigriszt 1993",
    bad="Psychotherapeutic intervention facilitates amelioration of symptomatology.",
    good="Talk therapy can ease your symptoms.",
)


def reading_grade(report: ReadingReport) -> Iterator[RuleFinding]:
    """Judge everything together."""
    verdict = judge(report.whole, report.language)
    if verdict != "passes":
        severity: Severity = "error" if verdict == "fails" else "warning"
        message = f"reads at {_figures(report, report.whole)}; {_causes(report)}"
        yield breach(READING_GRADE, report.subject, value(), message, severity=severity)


def _figures(report: ReadingReport, reading: Reading) -> str:
    return " and ".join(f"{formula.describe(reading)} ({formula.target})" for formula in report.formulas)


def _causes(report: ReadingReport) -> str:
    longest = ", ".join(f"{entry.words} words on line {entry.line}" for entry in report.longest)
    hardest = ", ".join(f"`{entry.word}` {_times(entry)} line {entry.line}" for entry in report.hardest)
    return f"longest sentences: {longest}; hardest words: {hardest or 'none'}"


def _times(entry: HardWord) -> str:
    return "on" if entry.times == 1 else f"{entry.times} times, first on"


SECTION_GRADE = Rule(
    id="section-grade",
    severity="warning",
    title="Section too hard to read",
    reason="A simple text can hide a hard section. Each section of at least 10 sentences is measured on its own, and "
    "gets a warning where its figures would fail a whole text. Figures of shorter sections mean little: SMOG was made "
    "for 30 sentences.",
    remedy="shorten its sentences and replace its words by simpler ones",
    source="McLaughlin 1969, on the length of samples",
    bad="A list of risks in the words of a textbook.",
    good="The same risks in the words of a conversation.",
)
FEWEST_SENTENCES = 10
"""Sentences that a section must have to be judged by itself."""


def section_grade(report: ReadingReport) -> Iterator[RuleFinding]:
    """Judge each section that is long enough."""
    for section, reading in report.sections.items():
        if reading.sentences >= FEWEST_SENTENCES and judge(reading, report.language) == "fails":
            message = f"reads at {_figures(report, reading)}, as a section of {reading.sentences} sentences"
            yield breach(SECTION_GRADE, report.subject, key(section), message)


CHECKS = (reading_grade, section_grade)
"""What the figures of a text are checked for."""
