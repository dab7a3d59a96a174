"""One look at what an author is working on: its problems, and the paper as it is now.

Guarantees: the paper is made as `render` and `packet` make it, of the files as they are; what keeps it from being made
is among the problems, with file and line wherever these are known; every file that was read is named, also those that
are missing. Nothing of a visit is written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from consentkit.documents.onlooker import Onlooker
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, EverythingOnFile, InvalidInput
from consentkit.library.procedures import entries_of
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import locate, translation_of
from consentkit.operations.check import check
from consentkit.operations.desk.maker import drafts_in
from consentkit.operations.opening import open_for_a_call
from consentkit.operations.packets import (
    MadePacket,
    NothingToPrint,
    PacketOptions,
    PacketsInTurn,
    RefusedVisit,
    ResultOfVisit,
)
from consentkit.operations.preview.subject import PreviewRequest, require_no_options
from consentkit.operations.render import DocumentFailed, DocumentMade, RenderRequest, render
from consentkit.operations.visits import single_entry_of
from consentkit.packets.extras import EXTRA_FOLDER
from consentkit.problems import Problem, Severity
from consentkit.reading import yaml_file
from consentkit.reading.paths import is_folder, is_there
from consentkit.reading.yaml_file import DataPath, YamlFile
from consentkit.resources import shipped

_WITH_DRAFTS = PacketOptions(allow_drafts=True)
_PLACE = re.compile(
    r"(?P<file>[^:\n]+?\.[A-Za-z0-9]{2,5})(?::(?P<line>\d+))?(?::(?P<column>\d+))?: (?P<message>.+)", re.DOTALL
)
"""How a message begins that names a file: `templates/about.html:3: ...`."""


@dataclass(frozen=True)
class PaperNow:
    """A paper as the files have it now."""

    pdf: bytes = field(repr=False)
    title: str = ""
    """What it is called; nothing for the packet of a visit, of which no title may say anything."""
    mark: str = ""
    """What is at the head of each page: that it is a draft, or who approved it."""


@dataclass(frozen=True)
class Look:
    """What came of one look."""

    paper: PaperNow | None
    problems: tuple[Problem, ...]
    files: Set[Path]
    """What was read, and what was looked for."""
    is_complete: bool = True
    """Whether the paper follows from the files: also where there is none, since a visit needs none."""


def problems_now(request: PreviewRequest) -> Look:
    """What is wrong with a text, its translation and the clinic's particulars, without making the paper."""
    files: list[Path] = []
    try:
        workspace = open_for_a_call(request.place, despite_faults=True)
        files = _texts(workspace, request)
        result = check(workspace, [str(path) for path in files if path == files[0] or is_there(path)])
    except ConsentkitError as error:
        return Look(None, tuple(problems_of(error)), frozenset(files), is_complete=False)
    failures = [problem for failure in result.failures for problem in problems_of(failure)]
    return Look(None, (*failures, *result.problems), frozenset(files))


def document_now(request: PreviewRequest, onlooker: Onlooker | None = None) -> Look:
    """The document of a text as its files are now. The onlooker sees it before it is finished, where that can be.

    What is found when it is read back may still refuse the document.
    """
    files, snapshot = list[Path](), Snapshot()
    try:
        workspace = open_for_a_call(request.place, snapshot=snapshot)
        workspace = replace(workspace, onlooker=onlooker)
        files = [*_texts(workspace, request), *_own_folders(workspace)]
        made = _made(workspace, request)
    except ConsentkitError as error:
        return Look(None, tuple(problems_of(error)), snapshot.paths | set(files), is_complete=False)
    document = made.document
    notices = tuple(_problem_of(notice, str(files[0]), "warning") for notice in made.notices)
    return Look(PaperNow(document.pdf, document.title, document.mark), notices, snapshot.paths | set(files))


def visit_now(request: PreviewRequest) -> Look:
    """The packet of a visit as its files are now. Texts that nobody has approved are used, and named."""
    path, snapshot = request.path, Snapshot()
    files = {path}
    try:
        require_no_options(request)
        workspace = open_for_a_call(request.place, snapshot=snapshot)
        files.update([*_extra_files(request), *_own_folders(workspace)])
        source = yaml_file.parse(snapshot.text(path), request.source, discreet=True)
        result = PacketsInTurn(workspace, _WITH_DRAFTS).make(single_entry_of(path), snapshot=snapshot)
    except ConsentkitError as error:
        return Look(None, tuple(problems_of(error)), snapshot.paths | files, is_complete=False)
    pdf = result.pdf if isinstance(result, MadePacket) else None
    return Look(
        PaperNow(pdf) if pdf else None,
        tuple(_with_line(problem, source) for problem in _problems_of_visit(result, request.source)),
        snapshot.paths | files,
        is_complete=not isinstance(result, RefusedVisit),
    )


def _made(workspace: OpenWorkspace, request: PreviewRequest) -> DocumentMade:
    """The document. Raises why there is none."""
    events = render(
        workspace,
        RenderRequest(
            [request.path if request.is_path else request.source],
            returns_documents=True,
            paper=request.paper,
            language=request.language,
            variant=request.variant or "consent",
            large_print=request.large_print,
        ),
    )
    (event,) = events  # of one text: what refuses it is raised
    if isinstance(event, DocumentFailed):
        raise event.error
    assert isinstance(event, DocumentMade)
    return event


def _texts(workspace: OpenWorkspace, request: PreviewRequest) -> list[Path]:
    """The file of a text, and that of its translation, whether they are there or not."""
    original = locate(workspace.library, request.path if request.is_path else request.source)
    translation = translation_of(workspace.library, original, request.language or workspace.default_language)
    return [original, translation] if translation else [original]


def _own_folders(workspace: OpenWorkspace) -> Iterator[Path]:
    """The folders of a clinic in which a new file may count: they may have none as yet."""
    yield from (*workspace.library.folders, *workspace.library.paper_folders)
    if folder := workspace.opened.path:
        yield folder / "templates"
    for templates in workspace.templates:
        if templates != shipped("templates"):
            yield from (templates, *(path for path in templates.rglob("*") if is_folder(path)))


def _extra_files(request: PreviewRequest) -> Iterator[Path]:
    """The extra files of a clinic, and their folder."""
    if request.place.folder:
        folder = request.place.folder / EXTRA_FOLDER
        yield folder
        yield from entries_of(folder)


def _problems_of_visit(result: ResultOfVisit, file: str) -> Iterator[Problem]:
    if isinstance(result, RefusedVisit):
        yield from result.problems
    yield from result.warnings
    if isinstance(result, NothingToPrint):
        yield Problem(file, None, None, "", str(EverythingOnFile(result.codes)), "notice")
    if isinstance(result, MadePacket):
        yield from (_problem_of(notice.text, file, "warning") for notice in result.notices)
        for code, language in sorted({(draft.code, draft.language) for draft in drafts_in(result)}):
            message = (
                f"{code} in {language} is not approved, so `consentkit packet` needs --allow-drafts for this visit"
            )
            yield Problem(file, None, None, "", message, "notice", "draft")


def _with_line(problem: Problem, source: YamlFile) -> Problem:
    """A problem of a visit as a whole, at the line of the code or the key that it names."""
    if problem.line is not None or problem.file != source.name:
        return problem
    codes = source.data.get("procedures")
    numbered = enumerate(codes) if isinstance(codes, list) else ()
    named: list[DataPath] = [("procedures", index) for index, code in numbered if str(code) in problem.message.split()]
    named += [(key,) for key in source.data if f"`{key}`" in problem.message]
    places = [source.values.get(path) or source.keys.get(path) for path in named]
    line, column = next(filter(None, places), (None, None))
    return replace(problem, line=line, column=column)


def problems_of(error: ConsentkitError) -> Iterator[Problem]:
    """What an error says, with its place where it names one."""
    if isinstance(error, InvalidInput):
        yield from error.problems
    else:
        yield _problem_of(str(error), "", "error")


def _problem_of(text: str, file: str, severity: Severity) -> Problem:
    """A sentence as a problem: of the file that it begins with, or of the one that is given."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return Problem(file, None, None, "", text, severity)
    line, column = (int(number) if number else None for number in (match["line"], match["column"]))
    return Problem(match["file"], line, column, "", match["message"], severity)
