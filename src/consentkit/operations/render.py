"""Make the documents of some procedures, and write them.

Guarantees: every procedure is read, and every place to write to is looked at, before the first document is made; a
document that fails does not stop the ones after it; where all documents are kept already, neither the page engine nor
the model is loaded.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit.documents.document import Document
from consentkit.documents.kept import LookedUp, fulfil, look_up
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, UnknownCode, WrongUse
from consentkit.library.keys import key_from
from consentkit.library.own_templates import unused_templates
from consentkit.model.identity import Layout, PaperSize, Variant, file_name
from consentkit.output.write import prepare_folder, require_replaceable, write_file
from consentkit.problems import Problem, printable
from consentkit.reading.paths import is_folder
from consentkit.resources import shipped


@dataclass(frozen=True)
class RenderRequest:
    """Which documents, in which form, and where they go."""

    procedures: Sequence[str | Path]
    """Codes, or paths of files."""
    output: str | None = None
    """A file or a folder; None is the current folder. A folder that is not there yet ends with a slash."""
    returns_documents: bool = False
    """Whether nothing is written: whoever asks takes the documents from the events."""
    paper: PaperSize | None = None
    language: str | None = None
    variant: Variant = "consent"
    large_print: bool = False
    fillable: bool = False
    force: bool = False
    """Whether files are overwritten that consentkit did not make."""


@dataclass(frozen=True)
class ProcedureRefused:
    """One of several procedures that can't be used. Nothing is made then, and the first such error is raised."""

    error: ConsentkitError


@dataclass(frozen=True)
class DocumentMade:
    """A document is there, made or kept, and will be written next, if it is to be written."""

    document: Document
    target: Path | None
    """The file that it goes into; None where it is only handed over."""
    notices: tuple[str, ...]
    """What the front desk should know of it today; and, of a text of the clinic's own, how it breaks its budget."""


@dataclass(frozen=True)
class DocumentWritten:
    """A document is in its file."""

    document: Document
    target: Path
    kept_as: str
    """The key under which it is kept; empty where it may not be, since one of its files was edited meanwhile."""


@dataclass(frozen=True)
class DocumentFailed:
    """A document could not be made, or not be written."""

    code: str
    error: ConsentkitError


RenderEvent = ProcedureRefused | DocumentMade | DocumentWritten | DocumentFailed


def render(workspace: OpenWorkspace, request: RenderRequest) -> Generator[RenderEvent, None, None]:
    """Read all procedures, then make and write one document after the other.

    Raises, before anything is made, UnknownCode, InvalidInput, FileAccess or WrongUse for a procedure or a place to
    write to that can't be used. What goes wrong with one document after that is an event.
    """
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    layout = Layout(request.paper or workspace.default_paper, request.large_print, request.fillable)
    orders = yield from _read_all(workspace, request, layout)
    targets = _targets(orders, request, workspace.default_paper)
    for target in targets:
        if target:
            require_replaceable(target, force=request.force)
    of_templates = tuple(_without_effect(workspace))
    for order, target in zip(orders, targets, strict=True):
        try:
            made = fulfil(workspace, order)
            document = made.document
            of_pages = document.page_notices if workspace.is_own(order.sought) else ()
            yield DocumentMade(document, target, (*document.notices(datetime.date.today()), *of_pages, *of_templates))
            if target:
                write_file(target, document.pdf, force=request.force)
                yield DocumentWritten(document, target, key_from(made.digests) if made.digests else "")
        except ConsentkitError as error:
            yield DocumentFailed(order.sought.identity.code, error)


def _without_effect(workspace: OpenWorkspace) -> Iterator[str]:
    """The clinic's templates that no page is made with: what they say is on no document."""
    for folder in workspace.templates:
        if folder != shipped("templates"):
            try:
                unused = list(unused_templates(folder, shipped("templates")))
            except (InvalidInput, FileAccess):  # a page that uses the faulty file fails with it; `check` names it
                continue
            yield from (f"{printable(str(one.path))}: {one}" for one in unused)


def _read_all(
    workspace: OpenWorkspace, request: RenderRequest, layout: Layout
) -> Generator[ProcedureRefused, None, list[LookedUp]]:
    """Find or read all, or raise once all have been looked at, so that every mistake is reported in one run."""
    orders: dict[str, LookedUp] = {}
    problems: list[Problem] = []
    errors: list[ConsentkitError] = []
    inputs = workspace.inputs()
    for procedure in dict.fromkeys(request.procedures):
        try:
            sought = workspace.find(procedure, layout, language=request.language, variant=request.variant)
            order = look_up(workspace, sought, inputs)
        except InvalidInput as error:
            problems += error.problems
        except (UnknownCode, FileAccess, WrongUse) as error:
            errors.append(error)
        else:
            code = order.sought.identity.code
            if code in orders:
                raise WrongUse(f"{code} is requested twice; its documents would have the same name")
            orders[code] = order
    if problems:
        errors.append(InvalidInput(problems))
    yield from map(ProcedureRefused, errors[1:])
    if errors:
        raise errors[0]
    return list(orders.values())


def _targets(orders: Sequence[LookedUp], request: RenderRequest, default_paper: PaperSize) -> list[Path | None]:
    """The file of each document; None where it is not to be written."""
    if request.returns_documents:
        return [None for _ in orders]
    output = request.output
    if output and len(orders) == 1 and not output.endswith("/") and not is_folder(Path(output)):
        return [Path(output)]
    folder = Path(output or ".")
    if output and output.endswith(".pdf") and not is_folder(folder):
        raise WrongUse(f"-o {output} names one file for {len(orders)} documents; name a folder, such as -o out/")
    prepare_folder(folder)
    return [folder / file_name(order.sought.identity, order.sought.layout, default_paper) for order in orders]
