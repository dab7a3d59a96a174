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
from consentkit.operations.desk.fields import FIELDS, field_of_problem, value_of
from consentkit.operations.desk.rows import DeskRow, Remedy
from consentkit.operations.packets import OVERRIDE_HINT

if TYPE_CHECKING:
    from consentkit.operations.uploads import UploadRead
    from consentkit.problems import Problem
    from consentkit.web.words import Words

DAYS = ("date", "date_of_birth")
_MOST_OF_FILE = 4
"""Problems of a file that are said; the others have the same cause, mostly."""
_ABOUT_FIELDS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"^is (?:missing|empty)\b", "missing"),
        (r"; at most (\d+) fit", "too-long"),
        (r"^names something more than once", "twice"),
        (r"character, U\+|characters? that can't be printed", "characters"),
        (r"date of birth (?:after|more than)", "too-far"),
        (r"spreadsheet (?:gave|turned|shows|stores)|of the spreadsheet", "spreadsheet"),
    )
)
"""What messages about a field are about, beside its form."""
_ABOUT_VISITS = tuple(
    (re.compile(pattern), key, field)
    for pattern, key, field in (
        (r"its number is also that of another patient's visit", "other-patient", "visit"),
        (r"has a visit number that contains", "revealing-number", "visit"),
        (r"names only one of `trainee` and `supervisor`", "trainee-alone", "trainee"),
        (r"under both `papers` and `on_file`", "paper-twice", "papers"),
        (r"^(?P<code>\S+) has no translation for `(?P<tag>[\w-]+)`", "no-translation", "language"),
        (r"^`(?P<field>papers|on_file)` contains", "unknown-paper", ""),
        (r"`extra`|/extra/", "extra", "extra"),
        (r"\.(?:yaml|yml|md|j2)\b", "files", ""),
    )
)
"""What messages about a visit as a whole, or about a file that it needs, are about, and the field that helps."""
_ROLES = {
    "patient": "patient_name",
    "representative": "representative",
    "interpreter": "interpreter",
    "clinician": "clinician",
    "trainee": "trainee",
    "supervisor": "supervisor",
    "witness": "witness",
    "relationship": "relationship",
}
_FIELDS_OF_RULES = {
    "untrained-interpreter": "interpreter",
    "minor-alone": "representative",
    "two-roles": "patient_name",
    "unprintable": "patient_name",
    "no-plan": "documents",
    "no-papers": "documents",
    "draft": "",
}
_KNOWN_WARNINGS = {"has the record number of": "warnings.record", "sounds as if the visit does not": "warnings.state"}
"""Words of ours for warnings, by what these say."""


@dataclass(frozen=True)
class Sentence:
    """What is said of a problem, and which field it is about."""

    text: str
    field: str = ""
    is_elsewhere: bool = False
    """Whether no edit of the visit helps, but somebody elsewhere does."""


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
    known = [
        next((words(name) for text, name in _KNOWN_WARNINGS.items() if text in problem.message), problem.message)
        for problem in row.check.warnings
    ]
    said = list(dict.fromkeys(known))
    if row.override:
        said.append(words("overridden", reason=words.at("override_reasons")[row.override.reason]))
    return [*said, *(str(notice) for notice in row.check.notices if notice.kind not in {"document", "overridden"})]


def of_file(error: ConsentkitError, words: Words) -> str:
    """Why a file could not be read, as sentences."""
    if not isinstance(error, InvalidInput):
        return f"{error}."
    said = []
    for problem in error.problems[:_MOST_OF_FILE]:
        subject = f"“{problem.field}”" if problem.field else words("file_it")
        said.append(f"{_place_in_file(problem, words)}{subject} {problem.message}.")
    return " ".join(said)


def _place_in_file(problem: Problem, words: Words) -> str:
    """Where in a file a problem is; the column, too, where nothing else says which one is meant."""
    if problem.line and problem.column and not problem.field:
        return words("file_place", line=problem.line, column=problem.column)
    return words("file_line", number=problem.line) if problem.line and problem.line > 1 else ""


def left_out(read: UploadRead, words: Words) -> list[str]:
    """What of a file was not loaded, as sentences."""
    skipped = [words("said.skipped", number=read.skipped)] if read.skipped else []
    return [*skipped, *(f"{note[:1].upper()}{note[1:]}." for note in read.notes)]


def label_of(remedy: Remedy, words: Words) -> str:
    """What a button says that remedies a visit."""
    old, _, new = remedy.value.partition(">")
    named = words.at("languages").get(remedy.value, remedy.value) if remedy.kind in {"language", "not-also"} else ""
    field = words(f"fields.{remedy.value}") if remedy.kind == "empty" else ""
    who = words.at("choices")["interpreter_is"].get(remedy.value, "") if remedy.kind == "interpreter" else ""
    return words(f"remedies.{remedy.kind}", code=old, new=new, language=named, field=field, who=who)


def _sentence(problem: Problem, row: DeskRow, words: Words, known: Known) -> Sentence:
    if problem.rule and words.has(f"problems.{problem.rule}"):
        return _of_rule(problem, row, words)
    if not row.data:
        return Sentence(words("problems.not-read"))
    field = field_of_problem(problem.field)
    if field in FIELDS and row.visit is None:
        return _of_field(problem, field, words)
    if (
        row.visit is None and problem in row.entry.refusals
    ):  # another system says so, whose fields are no fields of ours
        return Sentence(words("it", message=problem.message), field)
    said = _of_message(problem, row, words) or next(_by_value(row, words, known), None)
    other = words("problems.other", message=problem.message.removesuffix(OVERRIDE_HINT))
    return said or Sentence(other, is_elsewhere=True)


def _of_rule(problem: Problem, row: DeskRow, words: Words) -> Sentence:
    codes = _and([code for code in _codes(row) if re.search(rf"\b{re.escape(code)}\b", problem.message)])
    text = words(f"problems.{problem.rule}", codes=codes or _and(_codes(row)))
    return Sentence(text, _field_of_rule(problem), is_elsewhere=problem.rule == "draft")


def _field_of_rule(problem: Problem) -> str:
    """The field at which whoever corrects a visit begins."""
    roles = [role for role in _ROLES if f"the {role}" in problem.message]
    if problem.rule == "two-roles" and len(roles) > 1:
        return roles[-1]
    if problem.rule == "unprintable" and roles:
        return _ROLES[roles[0]]
    return _FIELDS_OF_RULES.get(problem.rule, "procedures")


def _of_field(problem: Problem, field: str, words: Words) -> Sentence:
    label, message = words.at("short").get(field) or words(f"fields.{field}"), problem.message
    for pattern, key in _ABOUT_FIELDS:
        if match := pattern.search(message):
            most = int(next(iter(match.groups()), 0))
            return Sentence(words(f"problems.{key}", field=label, number=most), field)
    if field in DAYS:
        return Sentence(words("problems.date", field=label), field)
    return Sentence(words("problems.wrong", field=label, how=words(f"how.{field}")), field)


def _of_message(problem: Problem, row: DeskRow, words: Words) -> Sentence | None:
    """What is said of a problem that neither a rule nor a field names."""
    for pattern, key, field in _ABOUT_VISITS:
        if match := pattern.search(problem.message):
            named = match.groupdict()
            where = named.get("field") or field
            if field == "trainee" and value_of(row.data, "trainee"):
                where = "supervisor"
            tag = named.get("tag") or ""
            language = words.at("languages").get(tag, tag)
            text = words(f"problems.{key}", codes=named.get("code") or _and(_codes(row)), language=language)
            return Sentence(text, where, is_elsewhere=not where)
    return None


def _by_value(row: DeskRow, words: Words, known: Known) -> Iterator[Sentence]:
    """A language or a code that is not there."""
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
