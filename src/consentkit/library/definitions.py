"""Loading definitions and their translations.

Guarantees: loading returns a valid definition or raises with every problem of the file; nothing is remembered between
calls; neither the model nor a parser is loaded before a file is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.pictures import problems_of_pictures
from consentkit.library.risks import known_risks, refers_to_risks
from consentkit.library.risks import risk_files as tables_of_risks
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import (
    CLAUSE_PATTERN,
    DEFINITION_ENDING,
    DEFINITION_FOLDERS,
    DEFINITION_NAMES,
    ORIGINAL_LANGUAGE,
    DefinitionKind,
    kind_of_name,
)
from consentkit.problems import Problem, did_you_mean, listed, quoted
from consentkit.resources import shipped

if TYPE_CHECKING:
    from consentkit.model.clauses import Clause
    from consentkit.model.paper import Paper
    from consentkit.model.procedure import Procedure
    from consentkit.model.risks import KnownRisks
    from consentkit.model.translation import AnyTranslation, Definition
    from consentkit.reading.yaml_file import DataPath, YamlFile

NAMED_BY: dict[DefinitionKind, str] = {"procedure": "code", "paper": "name"}
"""The key that is equal to the file's name."""


def kind_of_file(path: Path, snapshot: Snapshot) -> DefinitionKind:
    """What kind of definition a file is: by its name where only one kind has such a name, else by what it says.

    A file named like a paper is one in a folder of papers, and elsewhere where it has a paper's key for its name.
    """
    name = path.stem.partition(".")[0]
    if kind_of_name(name) == "procedure":
        return "procedure"
    if path.parent.name == DEFINITION_FOLDERS["paper"]:
        return "paper"
    try:
        data = snapshot.parsed(path).data
    except (InvalidInput, FileAccess):  # which reading it will report
        return "procedure"
    return "paper" if NAMED_BY["paper"] in data and NAMED_BY["procedure"] not in data else "procedure"


def load_translation(
    path: Path,
    snapshot: Snapshot | None = None,
    *,
    kind: DefinitionKind = "procedure",
    risk_files: Sequence[Path] | None = None,
) -> AnyTranslation:
    """Load one translation. Raises InvalidInput with all its problems, or FileAccess."""
    translation, problems = check_translation_file(path, snapshot, kind=kind, risk_files=risk_files)
    if translation is None:
        raise InvalidInput(problems)
    return translation


def check_translation_file(
    path: Path,
    snapshot: Snapshot | None = None,
    *,
    kind: DefinitionKind = "procedure",
    risk_files: Sequence[Path] | None = None,
) -> tuple[AnyTranslation | None, list[Problem]]:
    """Load one translation and return its problems as data; only FileAccess is raised.

    `risk_files` are as for `check_definition`.
    """
    from consentkit.model.procedure import ProcedureText
    from consentkit.model.translation import PaperTranslation, Translation
    from consentkit.reading.validation import validated

    snapshot = snapshot or Snapshot()
    try:
        source = snapshot.parsed(path)
        known = _known_risks(path, source, str(source.data.get("language", "")), risk_files, snapshot)
    except InvalidInput as error:
        return None, list(error.problems)
    model = PaperTranslation if kind == "paper" else Translation
    validated_one, problems = validated(model, source, known)
    translation = cast("AnyTranslation | None", validated_one)
    if translation and path.name != f"{translation.code}.{translation.language}{DEFINITION_ENDING}":
        line, column = source.values[("language",)]
        expected = quoted(f"{translation.code}.{translation.language}{DEFINITION_ENDING}")
        problems.append(
            Problem(str(path), line, column, "language", f"does not match the file's name; name it {expected}")
        )
    if isinstance(translation, ProcedureText):
        problems += problems_of_pictures(translation, path.parent, source, snapshot)
    return (None if problems else translation), problems


def load_definition(
    path: Path,
    kind: DefinitionKind,
    *,
    known_clauses: Collection[str] | None = None,
    snapshot: Snapshot | None = None,
    risk_files: Sequence[Path] | None = None,
) -> Definition:
    """Load one file. Raises InvalidInput with all its problems, or FileAccess."""
    definition, problems = check_definition(
        path, kind, known_clauses=known_clauses, snapshot=snapshot, risk_files=risk_files
    )
    if definition is None:
        raise InvalidInput(problems)
    return definition


def load_procedure(
    path: Path,
    *,
    known_clauses: Collection[str] | None = None,
    snapshot: Snapshot | None = None,
    risk_files: Sequence[Path] | None = None,
) -> Procedure:
    """Load one procedure file. Raises InvalidInput with all its problems, or FileAccess."""
    procedure, problems = check_procedure(path, known_clauses=known_clauses, snapshot=snapshot, risk_files=risk_files)
    if procedure is None:
        raise InvalidInput(problems)
    return procedure


def load_paper(path: Path, *, snapshot: Snapshot | None = None) -> Paper:
    """Load the file of one paper. Raises InvalidInput with all its problems, or FileAccess."""
    return cast("Paper", load_definition(path, "paper", snapshot=snapshot))


def check_procedure(
    path: Path,
    *,
    known_clauses: Collection[str] | None = None,
    snapshot: Snapshot | None = None,
    risk_files: Sequence[Path] | None = None,
) -> tuple[Procedure | None, list[Problem]]:
    """Load one procedure file and return its problems as data, as `check_definition` does."""
    procedure, problems = check_definition(
        path, "procedure", known_clauses=known_clauses, snapshot=snapshot, risk_files=risk_files
    )
    return cast("Procedure | None", procedure), problems


def check_definition(
    path: Path,
    kind: DefinitionKind,
    *,
    known_clauses: Collection[str] | None = None,
    snapshot: Snapshot | None = None,
    risk_files: Sequence[Path] | None = None,
) -> tuple[Definition | None, list[Problem]]:
    """Load one file and return its problems as data; only FileAccess is raised.

    `known_clauses` are the names that the language pack has a clause for; None leaves the names unchecked. Where they
    come with their clauses, labels of a paper are compared with theirs.
    `risk_files` are where the tables of risks may be; None are that beside the file and the shipped one.
    """
    from consentkit.model.paper import Paper
    from consentkit.model.procedure import Procedure
    from consentkit.reading.validation import validated

    snapshot = snapshot or Snapshot()
    try:
        source = snapshot.parsed(path)
        known = _known_risks(path, source, ORIGINAL_LANGUAGE, risk_files, snapshot)
    except InvalidInput as error:
        return None, list(error.problems)
    model = Paper if kind == "paper" else Procedure
    validated_one, problems = validated(model, source, known)
    definition = cast("Definition | None", validated_one)
    problems += _name_mismatch(path, source, kind)
    if isinstance(definition, Procedure):
        problems += problems_of_pictures(definition, path.parent, source, snapshot)
    if known_clauses is not None:
        problems += _unknown_clauses(source, known_clauses)
        if isinstance(definition, Paper) and isinstance(known_clauses, Mapping):
            problems += _labels_of_clauses(definition, source, known_clauses)
    problems.sort(key=Problem.place)
    return (None if problems else definition), problems


def _known_risks(
    path: Path, source: YamlFile, language: str, risk_files: Sequence[Path] | None, snapshot: Snapshot
) -> KnownRisks | None:
    """What a text may refer to; None where it refers to nothing. Raises InvalidInput where a table has mistakes."""
    if not refers_to_risks(source.data):
        return None
    if risk_files is None:
        risk_files = tables_of_risks((shipped("procedures"),), path.parent)
    return known_risks(risk_files, language, snapshot)


def _unknown_clauses(source: YamlFile, known: Collection[str]) -> Iterator[Problem]:
    for path, field, name in names_of_clauses(source.data):
        if isinstance(name, str) and re.fullmatch(CLAUSE_PATTERN, name) and name not in known:  # else the model's
            near = did_you_mean(name, known) or f"; it has {listed(sorted(known))}"
            message = f"is {quoted(name)}, which the language pack has no clause for{near}"
            yield Problem(source.name, *source.values[path], field, message)


def _labels_of_clauses(paper: Paper, source: YamlFile, known: Mapping[str, Clause | None]) -> Iterator[Problem]:
    """Report labels that a clause of the paper has, too."""
    from consentkit.reading.yaml_file import dotted

    for path, name in paper.labels_of_clauses(known):
        message = f"is also in the clause {quoted(name)} of this paper; word it differently"
        yield Problem(source.name, *source.values[path], dotted(path), message)


def names_of_clauses(data: Mapping[str, Any]) -> Iterator[tuple[DataPath, str, object]]:
    """Each clause that a definition names: where, by which key, and its name."""
    for key in ("clauses", "without"):
        names = data.get(key)
        for index, name in enumerate(names if isinstance(names, list) else ()):
            yield (key, index), f"{key}[{index + 1}]", name
    sections = data.get("sections")
    for index, section in enumerate(sections if isinstance(sections, list) else ()):
        if isinstance(section, dict) and "clause" in section:
            yield ("sections", index, "clause"), f"sections[{index + 1}].clause", section["clause"]


def _name_mismatch(path: Path, source: YamlFile, kind: DefinitionKind) -> Iterator[Problem]:
    """Report a code or name that is not the name of its file."""
    key = NAMED_BY[kind]
    name = source.data.get(key)
    if not isinstance(name, str) or not DEFINITION_NAMES[kind].fullmatch(name + DEFINITION_ENDING):
        return  # the model has reported it
    if path.name == name + DEFINITION_ENDING:
        return
    line, column = source.values[(key,)]
    advice = f"correct the {key}, or name the file {quoted(name + DEFINITION_ENDING)}"
    message = f"is {quoted(name)}, but the file is named {quoted(path.name)}; {advice}"
    yield Problem(source.name, line, column, key, message)
