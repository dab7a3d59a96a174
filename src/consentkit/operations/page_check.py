"""Whether the papers of checked texts keep within their pages, and break them well.

Guarantees: each paper is made as `render` makes it, kept like any other, and written nowhere; a text whose paper can't
be made is an error among the problems, and keeps no other from being looked at.

It is done on request alone: laying out a text takes seconds, while all else that is checked in a library takes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from consentkit import checks
from consentkit.documents.kept import get_or_make
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.library.keys import Inputs
from consentkit.model.identity import Layout, Variant, kind_of_name
from consentkit.problems import Problem

_VARIANTS: tuple[Variant, ...] = ("consent", "refusal")
"""The documents that have the text of a procedure, all of it between them."""

_OF_PAPER: tuple[Variant, ...] = ("paper",)

CheckedText = checks.ProcedureFile | checks.PaperFile | checks.TranslationFile | checks.PaperTranslationFile


def page_problems(workspace: OpenWorkspace, files: Iterable[CheckedText], *, only_own: bool) -> Iterator[Problem]:
    """Yield a warning for each budget that a paper of these texts breaks, in regular and in large print.

    With `only_own`, those of which the clinic itself wrote nothing are passed over: it can't shorten them.
    """
    inputs = workspace.inputs()
    for file in files:
        try:
            yield from _problems_of(workspace, file, inputs, only_own=only_own)
        except ConsentkitError as error:
            yield Problem(file.source.name, None, None, "", f"its paper can't be made: {error}")


def _problems_of(workspace: OpenWorkspace, file: CheckedText, inputs: Inputs, *, only_own: bool) -> Iterator[Problem]:
    path = Path(file.source.name)
    is_original = isinstance(file, checks.ProcedureFile | checks.PaperFile)
    original = path if is_original else path.with_name(f"{file.code}.yaml")
    library = workspace.library
    is_known = library.has(file.code) and original.parent in (*library.folders, *library.paper_folders)
    for variant in _VARIANTS if kind_of_name(file.code) == "procedure" else _OF_PAPER:
        for large_print in (False, True):
            layout = Layout(workspace.default_paper, large_print)
            procedure = file.code if is_known else original
            sought = workspace.find(procedure, layout, language=file.language, variant=variant)
            if only_own and not workspace.is_own(sought):
                return
            for notice in get_or_make(workspace, sought, inputs).document.page_notices:
                yield Problem(file.source.name, None, None, "", notice, "warning")
