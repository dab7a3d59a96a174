"""What a form in two languages would print in one of them only.

Guarantees: each language is compared with each other one, so the order of the files does not matter; what is missing is
reported in the file that lacks it, or, where there is no such file, at what it would have to translate.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from consentkit.checks.citations import SECTION_1557
from consentkit.checks.inputs import ClauseFile, LibraryFiles, PackFile
from consentkit.checks.readability import Path, texts_in
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key
from consentkit.model.clauses import Clause
from consentkit.model.identity import clause_file
from consentkit.problems import listed, quoted
from consentkit.reading.yaml_file import dotted

ONE_LANGUAGE_ONLY = Rule(
    id="one-language-only",
    severity="warning",
    title="Printed in one language and not in the other",
    reason="A form in two languages prints each clause and statement in both. What one language lacks is printed in "
    "the other alone: in a language that the reader may not know, or not at all on papers in one language.",
    remedy="add it in this language, or remove it from the other",
    source=SECTION_1557,
    bad="`photos` in clauses.en.yaml, and a clauses.es.yaml without it.",
    good="`photos` in both, each with the same list items and blanks.",
)
_OF_FORM = ("consent", "form", "teach_back", "signatures")
"""The parts of a language pack that a form prints, beside the clauses."""
_PARTS: set[Path] = {(part,) for part in (*_OF_FORM, "clauses")}
_SPOKEN = "_in_full"
"""How the names of texts end that are spoken where a language has an abbreviation; another one may need none."""
_NOT_PRINTED = "source"


def clause_of_one_language(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Compare the clinic's own clauses of each language with those of each other one."""
    own = {file.language: file for file in library.clauses}
    for here in library.clauses:
        for pack in library.packs:
            if pack.language != here.language:
                yield from _compared(here, own.get(pack.language), pack)


def _compared(here: ClauseFile, there: ClauseFile | None, pack: PackFile) -> Iterator[RuleFinding]:
    """What another language lacks of the clinic's clauses in this one. `there` are its own ones, if it has a file."""
    if there is None:
        yield from _without_file(here, pack)
        return
    for name, clause in here.changes.clauses.items():
        if other := there.changes.clauses.get(name):
            yield from _of_clause(here, clause, there, other, name)
        elif name in pack.pack.clauses and name not in there.changes.drop:
            yield _missing(here, there, name, "replaces")
        else:
            yield _missing(here, there, name, "prints on forms" if _may_be_on_form(clause) else "prints")
    for name in here.changes.drop:
        if name in pack.pack.clauses and name not in there.changes.drop:
            yield _missing(here, there, name, "drops")


def _missing(here: ClauseFile, there: ClauseFile, name: str, does: str) -> RuleFinding:
    file = quoted(_file_of(here.language))
    lacks = {"replaces": "does not replace", "drops": "does not drop"}.get(does, "lacks")
    message = f"{lacks} {quoted(name)}, which {file} {does}"
    return breach(ONE_LANGUAGE_ONLY, there, key("clauses"), message, remedy=f"do the same here, or undo it in {file}")


def _without_file(here: ClauseFile, pack: PackFile) -> Iterator[RuleFinding]:
    """One finding for all clauses: a clinic that prints nothing in the other language switches the rule off once."""
    changed = here.changes.clauses
    names = [*changed, *(name for name in here.changes.drop if name in pack.pack.clauses)]
    if names:
        other = quoted(_file_of(pack.language))
        message = f"changes {listed(names)}, and there is no {other}"
        place = key("clauses", next(iter(changed))) if changed else key("drop")
        remedy = f"do the same in {other}, or switch the rule off if you print nothing in that language"
        yield breach(ONE_LANGUAGE_ONLY, here, place, message, remedy=remedy)


def _file_of(language: str) -> str:
    return clause_file(FilePath(), language).name


def _of_clause(here: ClauseFile, clause: Clause, there: ClauseFile, other: Clause, name: str) -> Iterator[RuleFinding]:
    """What one of two clauses of a name lacks."""
    file = quoted(_file_of(here.language))
    if _may_be_on_form(clause) and not _may_be_on_form(other):
        yield breach(ONE_LANGUAGE_ONLY, there, key("clauses", name), f"is not on forms, and in {file} it is")
    if clause.always and not other.always:
        yield breach(ONE_LANGUAGE_ONLY, there, key("clauses", name), f"is not `always: true`, and in {file} it is")
    for path in _lost(_paths(clause), _paths(other)):
        message = f"lacks {quoted(dotted(path))}, which {file} has"
        yield breach(ONE_LANGUAGE_ONLY, there, key("clauses", name), message)


def _may_be_on_form(clause: Clause) -> bool:
    return clause.is_on_form or clause.visit is not None


def words_of_one_language(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Compare what the language packs bring for a form: clauses, statements, questions, places to sign."""
    for file in library.packs:
        others = [other for other in library.packs if other.language != file.language]
        lost: dict[Path, list[str]] = {}
        for other in others:
            for path in _lost(_paths_of_form(other), _paths_of_form(file)):
                lost.setdefault(path, []).append(other.language)
        for path, languages in lost.items():
            there = listed(languages)
            if path in {("clauses", name) for name in file.pack.clauses}:
                yield breach(ONE_LANGUAGE_ONLY, file, key(*path), f"is not on forms, and in {there} it is")
            else:
                message = f"lacks {quoted(dotted(path))}, which there is in {there}"
                yield breach(ONE_LANGUAGE_ONLY, file, key(*path[:-1]), message)


def _paths_of_form(file: PackFile) -> set[Path]:
    pack = file.pack
    of_words = {path for part in _OF_FORM for path in _paths(getattr(pack, part), (part,))}
    on_form = {name: clause for name, clause in pack.clauses.items() if _may_be_on_form(clause)}
    return of_words.union(*(_paths(clause, ("clauses", name)) for name, clause in on_form.items()))


def _paths(value: object, path: Path = ()) -> set[Path]:
    """Where there is a text that is printed."""
    paths = (placed.path for placed in texts_in(value, path))
    return {one for one in paths if one[-1] != _NOT_PRINTED and not str(one[-1]).endswith(_SPOKEN)}


def _lost(here: set[Path], there: set[Path]) -> list[Path]:
    """What only the first has: a whole part is named once, and of a list each item."""
    lost = here - there
    whole = {path[:length] for path in there for length in range(len(path) + 1)} | _PARTS
    named = {next(path[:length] for length in range(1, len(path) + 1) if path[:length] not in whole) for path in lost}
    return sorted(named, key=str)


CHECKS = (clause_of_one_language, words_of_one_language)
"""What the languages of a clinic are checked for, beside each other."""
