"""Checking the files of a library, of a clinic, or of somebody who writes procedures.

Guarantees: every file that is named is checked, whatever is wrong with the others; its problems are those that the
check of the whole library reports, but for exceptions in clinic.yaml that are no longer needed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Protocol, get_args

from consentkit import checks
from consentkit.checks.registry import find_rule
from consentkit.checks.rule_help import explain_rule, overview
from consentkit.checks.table import reading_table
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, UnknownCode
from consentkit.library.procedures import entries_of
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import translations_of
from consentkit.model.identity import PARTICULARS, RISKS
from consentkit.operations.desk.users import USERS
from consentkit.operations.library_reader import LibraryReader, all_files
from consentkit.operations.progress import CountedSteps, Progress, ignore_progress
from consentkit.operations.replaced_texts import is_fixed
from consentkit.operations.schema_files import outdated_schemas
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.visits import is_table, is_visit_file, read_visits
from consentkit.problems import Problem, Severity, printable
from consentkit.reading.files import read_bytes
from consentkit.reading.paths import is_folder, resolved

_ENDINGS = {".yaml", ".yml"}


@dataclass(frozen=True)
class CheckResult:
    """What a check has found."""

    paths: tuple[Path, ...]
    """The files that were checked."""
    problems: tuple[Problem, ...]
    """By file and line; with warnings, and with notices, such as that nobody has reviewed a text."""
    failures: tuple[ConsentkitError, ...]
    """Why files that were named could not be checked."""

    def __repr__(self) -> str:
        return f"<CheckResult of {len(self.paths)} files: {len(self.problems)} problems>"

    @property
    def counts(self) -> dict[Severity, int]:
        """How many problems there are of each severity."""
        severities = [problem.severity for problem in self.problems]
        return {severity: severities.count(severity) for severity in get_args(Severity)}

    def is_passed(self, *, strict: bool = False) -> bool:
        """Whether everything could be checked and has no error; with `strict`, no warning either."""
        return not (self.failures or self.counts["error"] or (strict and self.counts["warning"]))


def check(
    workspace: OpenWorkspace, names: Sequence[str] = (), *, pages: bool = False, progress: Progress = ignore_progress
) -> CheckResult:
    """Check what is named: codes, files and folders. Where nothing is, check everything that documents are made from.

    Open the workspace for it by `opening.open_despite_faults`: a fault of the clinic's particulars is a problem then,
    and keeps no other file from being checked. With `pages`, the papers of each text are
    made and measured too; where nothing is named, of each text of the clinic's own. `progress` counts the files that
    are read, the texts that are checked, and those whose papers are made.
    """
    today, steps = datetime.date.today(), CountedSteps(progress)
    failures: list[ConsentkitError] = []
    schedules = [name for name in names if is_table(name)]
    others = [name for name in names if name not in schedules]
    paths = _paths(workspace, others, failures)
    data_of = workspace.snapshot.data if workspace.snapshot else read_bytes
    visits = [path for path in paths if path.parent.name != "languages" and is_visit_file(path, data_of)]
    schedules += map(str, visits)
    if names:
        reader, findings = _check_files(workspace, [path for path in paths if path not in visits], today, steps)
    else:
        reader, findings = _check_library(workspace, today, steps)
    of_pages = _page_problems(workspace, reader, steps, only_own=not names) if pages else ()
    of_schedules: dict[Path, Sequence[Problem]] = {}
    for name in schedules:
        with _collecting(failures):
            of_schedules[Path(name)] = _schedule_problems(workspace, name)
    problems = _in_order([*reader.problems, *of_pages, *chain.from_iterable(of_schedules.values())], findings)
    problems = tuple(_for_a_clinic(workspace, problem) for problem in problems)
    return CheckResult((*reader.paths, *of_schedules), problems, (*failures, *reader.failures.values()))


def _schedule_problems(workspace: OpenWorkspace, name: str) -> Sequence[Problem]:
    """What keeps the visits of a schedule from having packets, but for drafts. Nothing that is in a cell is in it."""
    from consentkit.operations.packets import PacketsInTurn  # which loads what makes packets

    try:
        reading = ScheduleReading(workspace.folder.clinic.mapping)
        packets = PacketsInTurn(workspace)
        return [problem for entry in read_visits(name, reading=reading) for problem in packets.objections(entry)]
    except InvalidInput as error:
        return error.problems


def _page_problems(
    workspace: OpenWorkspace, reader: LibraryReader, steps: CountedSteps, *, only_own: bool
) -> Iterator[Problem]:
    """What the papers of the texts that were read break; nothing where the particulars, which are on each, can't be."""
    if workspace.folder.fault:
        return
    from consentkit.operations.form_check import form_problems
    from consentkit.operations.page_check import page_problems  # both load the page engine

    library = reader.library()
    texts = [*library.originals, *library.translations]
    yield from page_problems(workspace, steps.through(texts), only_own=only_own)
    translated = [file for file in library.translations if isinstance(file, checks.TranslationFile)]
    yield from form_problems(workspace, [*library.procedures, *translated], only_own=only_own)


def grades(workspace: OpenWorkspace) -> str:
    """A Markdown page: how hard every text of the library is to read. Raises what makes the clinic's folder useless."""
    if fault := workspace.folder.fault:
        raise fault
    reader = _reader(workspace)
    for path in all_files(workspace):
        reader.read(path)
    library = reader.library()
    return reading_table([*library.originals, *library.translations])


def explain(rule: str) -> str:
    """What a rule demands, why, and how a clinic changes it. Raises WrongUse where there is no such rule."""
    return explain_rule(find_rule(rule))


def explain_all() -> str:
    """All rules, a line each, as a Markdown table."""
    return overview()


Checked = tuple[LibraryReader, list[checks.RuleFinding]]
"""What has read the files, and what was found in them."""


def _reader(workspace: OpenWorkspace) -> LibraryReader:
    return LibraryReader(workspace, workspace.snapshot or Snapshot(holds_parsed=True))


def _check_library(workspace: OpenWorkspace, today: datetime.date, steps: CountedSteps) -> Checked:
    """Check the whole library of a workspace."""
    reader = _reader(workspace)
    reader.read_each(steps.through(list(all_files(workspace))))
    reader.read_approvals(today)
    reader.read_templates()
    if workspace.folder.path:
        reader.problems += outdated_schemas(workspace.folder.path)
    library = reader.library()
    steps.expect(len(library.originals) + len(library.translations))
    return reader, checks.check_library(library, today, workspace.folder.clinic.checks, when_checked=steps.step)


def _check_files(workspace: OpenWorkspace, paths: Sequence[Path], today: datetime.date, steps: CountedSteps) -> Checked:
    """Check named files, each by itself, and those of the library beside the rest of it.

    A translation is compared with its original. The clinic's particulars are looked at too where they have a fault:
    they say how the others are checked.
    """
    reader = _reader(workspace)
    reader.read_each(steps.through([*_faulty_particulars(workspace, paths), *paths]))
    library = reader.library()
    each = _EachFile(reader.snapshot, today, workspace.folder.clinic.checks)
    findings: list[checks.RuleFinding] = []
    for procedure in library.procedures:
        findings += each.on_day(checks.check_procedure, procedure)
    for paper in library.papers:
        findings += each.on_day(checks.check_paper, paper)
    for translation in library.translations:
        original = reader.original_of(Path(translation.source.name), translation.code)
        if original:
            findings += each.on_day(checks.check_translation, translation, original)
    for orphan in library.orphans:
        findings += each.on_any_day(checks.check_orphan, orphan)
    for pack in library.packs:
        findings += each.on_any_day(checks.check_pack, pack)
    if library.clinic:
        findings += each.on_any_day(checks.check_clinic, library.clinic)
    for table in library.risks:
        findings += each.on_any_day(checks.check_risks, table)
    for printed in library.printed:
        findings += each.on_any_day(checks.check_printed, printed)
    findings += _outdated_translations(workspace, library, each)
    return reader, findings + _beside_the_library(workspace, reader, library)


class _CheckedFile(Protocol):
    @property
    def source(self) -> checks.SourceText: ...


@dataclass(frozen=True)
class _EachFile:
    """What is found in each file by itself, once in a run: one act approves many documents that share files."""

    snapshot: Snapshot
    today: datetime.date
    settings: checks.CheckSettings

    def on_day(
        self, check_file: Callable[..., list[checks.RuleFinding]], *files: _CheckedFile
    ) -> list[checks.RuleFinding]:
        """What a check finds in a file, beside another one if two are given, on this day."""
        return self._once(partial(check_file, *files, self.today, self.settings), check_file, *files)

    def on_any_day(
        self, check_file: Callable[..., list[checks.RuleFinding]], file: _CheckedFile
    ) -> list[checks.RuleFinding]:
        """What a check finds in a file that has nothing to do with days."""
        return self._once(partial(check_file, file, self.settings), check_file, file)

    def _once(
        self, find: Callable[[], list[checks.RuleFinding]], check_file: Hashable, *files: _CheckedFile
    ) -> list[checks.RuleFinding]:
        return self.snapshot.once((check_file, *(file.source.name for file in files)), find)


_OF_THE_ORIGINAL = {"stale-translation", "translation-shape"}
"""The rules that an edit of the original makes a translation break."""


def _outdated_translations(
    workspace: OpenWorkspace, named: checks.LibraryFiles, each: _EachFile
) -> Iterator[checks.RuleFinding]:
    """What the translations of named originals no longer have in common with them, though they are not named."""
    there = {file.source.name for file in named.translations}
    for original in named.originals:
        beside = LibraryReader(workspace, each.snapshot)
        paths = translations_of(workspace.library, Path(original.source.name)).values()
        beside.read_each(path for path in paths if str(path) not in there)
        for translation in beside.library().translations:
            findings = each.on_day(checks.check_translation, translation, original)
            yield from (finding for finding in findings if finding.rule.id in _OF_THE_ORIGINAL)


def _beside_the_library(
    workspace: OpenWorkspace, reader: LibraryReader, named: checks.LibraryFiles
) -> list[checks.RuleFinding]:
    """What is wrong with named files of the library, or with a service list, by what the other files say.

    What is wrong with the others themselves is of no concern here.
    """
    own = _of_the_library(workspace, reader.paths)
    procedures = tuple(file for file in named.procedures if file.source.name in own)
    papers = tuple(file for file in named.papers if file.source.name in own)
    translations = tuple(file for file in named.translations if file.source.name in own)
    of_languages = {file.source.name for file in named.packs} | {file.source.name for file in named.clauses}
    if not (procedures or papers or translations or named.services or named.risks or of_languages):
        return []
    library = reader.snapshot.once("whole library", lambda: _whole_library(workspace, reader.snapshot))
    codes = {file.code for file in procedures} | {file.code for file in papers}
    pairs = {(file.code, file.language) for file in translations}
    of_clauses = {file.language for file in named.clauses}
    others = tuple(file for file in library.procedures if file.code not in codes)
    other_papers = tuple(file for file in library.papers if file.code not in codes)
    other_translations = tuple(file for file in library.translations if (file.code, file.language) not in pairs)
    library = replace(  # the named ones come last, since of two equal titles the second is reported
        library,
        procedures=(*others, *procedures),
        papers=(*other_papers, *papers),
        translations=(*other_translations, *translations),
        clauses=(*(file for file in library.clauses if file.language not in of_clauses), *named.clauses),
        services=named.services,
    )
    names = own | {services.source.name for services in named.services} | of_languages
    findings = checks.check_between(library, workspace.folder.clinic.checks)
    return [finding for finding in findings if finding.file in names]


def _whole_library(workspace: OpenWorkspace, snapshot: Snapshot) -> checks.LibraryFiles:
    """Everything that can be read of the library: one act approves many documents, each of them checked beside it."""
    reader = LibraryReader(workspace, snapshot)
    reader.read_each(all_files(workspace))
    return reader.library()


def _of_the_library(workspace: OpenWorkspace, paths: Sequence[Path]) -> set[str]:
    """The names of those files that are definitions, translations and tables of risks of the library."""
    index = workspace.library.index()
    tables = workspace.library.risk_files()
    library = {
        *tables,
        *index.definitions.values(),
        *(path for each in index.translations.values() for path in each.values()),
    }
    places = set(map(resolved, library))
    return {str(path) for path in paths if resolved(path) in places}


def _faulty_particulars(workspace: OpenWorkspace, named: Sequence[Path]) -> list[Path]:
    """The clinic's particulars where they have a fault, unless they are among the files that are named."""
    folder = workspace.folder
    if folder.path is None or folder.fault is None:
        return []
    path = folder.path / PARTICULARS
    return [] if resolved(path) in map(resolved, named) else [path]


def _for_a_clinic(workspace: OpenWorkspace, problem: Problem) -> Problem:
    """A problem of a shipped file as one that a clinic can do something about: it can't edit the file."""
    path = Path(problem.file)
    if problem.severity == "notice" or not is_fixed(workspace, path):
        return problem
    code, _, language = path.stem.partition(".")
    if path.name == RISKS:
        remedy = "it comes with consentkit: write the same key in procedures/risks.yaml of your clinic's folder"
    elif path.parent.name == "languages":
        remedy = (
            "it comes with consentkit: copy it into templates/languages of your clinic's folder, and correct the copy"
        )
    else:
        of_language = f" --lang {language}" if language else ""
        remedy = (
            f"it comes with consentkit: run `consentkit new {code}{of_language} --from {code}`, and correct the copy"
        )
    return replace(problem, remedy=remedy)


def _in_order(problems: Iterable[Problem], findings: Iterable[checks.RuleFinding]) -> tuple[Problem, ...]:
    """All of them by file and line, each once: what several files are made with is read for each of them."""
    unique = dict.fromkeys([*problems, *(finding.problem() for finding in findings)])
    return tuple(sorted(unique, key=Problem.place))


@contextmanager
def _collecting(failures: list[ConsentkitError]) -> Iterator[None]:
    """Keep a failure that concerns one name for later, so that the others are checked too."""
    try:
        yield
    except (UnknownCode, FileAccess) as failure:
        failures.append(failure)


def _paths(workspace: OpenWorkspace, names: Sequence[str], failures: list[ConsentkitError]) -> list[Path]:
    paths: list[Path] = []
    for name in names:
        with _collecting(failures):
            paths += _files_of(workspace, name)
    return paths


def _files_of(workspace: OpenWorkspace, name: str) -> list[Path]:
    """A named file, or every YAML file of a named folder."""
    if not name:
        raise FileAccess("an empty name is not a file; name a code, a file or a folder")
    folder = Path(name)
    if not is_folder(folder):
        return [workspace.locate(name)]
    files = [path for path in entries_of(folder) if path.suffix in _ENDINGS and path.name != USERS]
    if not files:
        raise FileAccess(f"{printable(name)}: contains no .yaml file")
    return files
