"""What speaks against a visit, in the words of the front desk.

Guarantees: each problem becomes one sentence, chosen by its rule; where no sentence is written for it, it keeps its own
message, so that nothing is left unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.errors import ConsentkitError, InvalidInput
from consentkit.operations.desk.completing import questions_of
from consentkit.operations.desk.fields import FIELDS, field_of_problem
from consentkit.operations.desk.rows import DeskRow, Remedy

if TYPE_CHECKING:
    from consentkit.operations.uploads import UploadRead
    from consentkit.problems import Problem
    from consentkit.web.words import Words

DAYS = ("date", "date_of_birth")
_MOST_OF_FILE = 4
"""Problems of a file that are said; the others have the same cause, mostly."""
_EMPTY = re.compile(r"^is (missing|empty)\b")
_OTHER_PATIENT = "its number is also that of another patient's visit"
_RECORD_OF_OTHER = "has the record number of"
_WITHOUT_HINT = re.compile(r' \(to continue anyway: --override "the reason"\)$')


@dataclass(frozen=True)
class Sentence:
    """What is said of a problem, and which field it is about."""

    text: str
    field: str = ""


@dataclass(frozen=True)
class Known:
    """What is there to compare a visit with."""

    titles: Mapping[str, str]
    languages: tuple[str, ...]


def sentences(row: DeskRow, words: Words, known: Known) -> list[Sentence]:
    """What speaks against a visit, one sentence for each reason, and none twice. What it lacks is asked elsewhere."""
    asked = {} if row.entry.refusals else {need.field: need.message for need in questions_of(row.entry)}
    problems = [
        problem
        for problem in (row.check.problems if row.check else ())
        if field_of_problem(problem.field) not in asked and problem.message not in asked.values()
    ]
    return list(dict.fromkeys(_sentence(problem, row, words, known) for problem in problems))


def warnings(row: DeskRow, words: Words) -> list[str]:
    """What should be looked at, though it does not keep the papers from being printed."""
    if row.check is None:
        return []
    said = [
        words("warnings.record") if _RECORD_OF_OTHER in problem.message else problem.message
        for problem in row.check.warnings
    ]
    return [*said, *(str(notice) for notice in row.check.notices if notice.kind != "document")]


def of_file(error: ConsentkitError, words: Words) -> str:
    """Why a file could not be read, as sentences."""
    if not isinstance(error, InvalidInput):
        return f"{error}."
    said = []
    for problem in error.problems[:_MOST_OF_FILE]:
        subject = f"“{problem.field}”" if problem.field else words("file_it")
        place = words("file_line", number=problem.line) if problem.line and problem.line > 1 else ""
        said.append(f"{place}{subject} {problem.message}.")
    return " ".join(said)


def left_out(read: UploadRead, words: Words) -> list[str]:
    """What of a file was not loaded, as sentences."""
    skipped = [words("said.skipped", number=read.skipped)] if read.skipped else []
    return [*skipped, *(f"{note[:1].upper()}{note[1:]}." for note in read.notes)]


def label_of(remedy: Remedy, words: Words) -> str:
    """What a button says that remedies a visit."""
    old, _, new = remedy.value.partition(">")
    named = words.at("languages").get(remedy.value, remedy.value) if remedy.kind == "language" else ""
    return words(f"remedies.{remedy.kind}", code=old, new=new, language=named)


def _sentence(problem: Problem, row: DeskRow, words: Words, known: Known) -> Sentence:
    field = field_of_problem(problem.field)
    if problem.rule and words.has(f"problems.{problem.rule}"):
        codes = _and([code for code in _codes(row) if re.search(rf"\b{re.escape(code)}\b", problem.message)])
        return Sentence(words(f"problems.{problem.rule}", codes=codes or _and(_codes(row))), field)
    if _OTHER_PATIENT in problem.message:
        return Sentence(words("problems.other-patient"), "visit")
    if field in FIELDS and row.visit is None:
        return _of_field(problem, field, words)
    if not row.data:
        return Sentence(words("problems.not-read"))
    if row.visit is None:  # it comes from another system, whose fields are no fields of ours
        return Sentence(words("it", message=problem.message), field)
    return next(_by_value(row, words, known), Sentence(_WITHOUT_HINT.sub("", problem.message), field))


def _of_field(problem: Problem, field: str, words: Words) -> Sentence:
    label = words(f"fields.{field}")
    if _EMPTY.match(problem.message):
        return Sentence(words("problems.missing", field=label), field)
    if field in DAYS:
        return Sentence(words("problems.date", field=label), field)
    return Sentence(words("problems.wrong", field=label, message=words("it", message=problem.message)), field)


def _by_value(row: DeskRow, words: Words, known: Known) -> Iterator[Sentence]:
    """What is wrong where no rule is named: a language or a code that is not there."""
    visit = row.visit
    if visit is None:
        return
    lacking = [tag for tag in (visit.language, *visit.also_in) if tag and tag not in known.languages]
    if lacking:
        yield Sentence(words("problems.no-language", language=_and(lacking)), "language")
    unknown = [code for code in visit.procedures if code not in known.titles]
    if unknown:
        yield Sentence(words("problems.unknown-code", codes=_and(unknown)), "procedures")


def _codes(row: DeskRow) -> list[str]:
    codes = row.data.get("procedures", [])
    return list(dict.fromkeys(map(str, codes))) if isinstance(codes, list) else []


def _and(texts: list[str]) -> str:
    return " + ".join(texts)
