"""The reading grades of all documents as a Markdown page.

Guarantees: the same texts give the same page, so that a committed one can be checked for staleness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consentkit.checks.inputs import AnyDefinition
from consentkit.checks.readability import Formula, Reading, judge, longest_sentence
from consentkit.checks.reading_report import ReadingReport, read_definition
from consentkit.checks.rules.reading import FEWEST_SENTENCES

_HEAD = f"""\
# How hard the documents are to read

Made by a command from the texts; do not edit. Everything that a patient reads in a procedure or paper is measured
together: title, “In short”, sections, lists and words to know. A list item, a title or a label counts as a sentence;
numbers are left out.

Such formulas are off by about a grade and a half, and a good figure does not make a text clear. They are not a rating
by PEMAT or the CDC Clear Communication Index, which only people can give. Only sections of at least {FEWEST_SENTENCES}
sentences are measured on their own: the figures of shorter ones mean little.
"""


@dataclass(frozen=True)
class _Row:
    file: AnyDefinition
    report: ReadingReport


def reading_table(files: Iterable[AnyDefinition]) -> str:
    """The page: a table for each language that has a formula, a line for each document."""
    rows = [_Row(file, report) for file in files if (report := read_definition(file, file.definition))]
    languages = sorted({row.file.language for row in rows}, key=lambda language: (language != "en", language))
    parts = (_part(language, [row for row in rows if row.file.language == language]) for language in languages)
    return "\n".join((_HEAD, *parts))


def _part(language: str, rows: list[_Row]) -> str:
    used = rows[0].report.formulas
    targets = "; ".join(f"{formula.name} {formula.target}" for formula in used)
    head = (
        "code",
        "title",
        "words",
        "sentences",
        *(formula.name for formula in used),
        "hardest long section",
        "longest sentence",
        "verdict",
    )
    lines = [
        f"## Language `{language}`",
        "",
        f"Target: {targets}; sentences of at most {longest_sentence(language)} words.",
        "",
    ]
    lines += [_line(head), _line(tuple("---" for _ in head))]
    lines += [_line(_cells(row, used)) for row in sorted(rows, key=lambda row: row.file.code)]
    return "\n".join(lines) + "\n"


def _cells(row: _Row, used: tuple[Formula, ...]) -> tuple[str, ...]:
    whole = row.report.whole
    return (
        row.file.code,
        row.file.definition.title,
        f"{whole.words:,}",
        str(whole.sentences),
        *(f"{formula.compute(whole):.1f}" for formula in used),
        _hardest_section(row.report, used),
        f"{row.report.longest[0].words} words" if row.report.longest else "",
        judge(whole, row.report.language),
    )


def _hardest_section(report: ReadingReport, used: tuple[Formula, ...]) -> str:
    """The worst section by the formula that is worst there, with its figure."""
    figures = sorted(_figures(report, used))
    if not figures:
        return ""
    _, section, figure = figures[-1]
    return f"`{section}` {figure:.1f}"


def _figures(report: ReadingReport, used: tuple[Formula, ...]) -> Iterator[tuple[float, str, float]]:
    """For each long section and formula: how far it is beyond the target, the section, the figure."""
    for section, reading in report.sections.items():
        if reading.sentences >= FEWEST_SENTENCES:
            yield from ((_excess(formula, reading), section, formula.compute(reading)) for formula in used)


def _excess(formula: Formula, reading: Reading) -> float:
    return (formula.compute(reading) - formula.passes) * (1 if formula.is_grade else -1)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
