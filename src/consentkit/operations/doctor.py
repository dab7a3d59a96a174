"""Whether everything that consentkit needs is there.

Guarantees: nothing is changed, nothing is sent anywhere, and each finding that is bad says what to install or repair.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consentkit._version import __version__
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, RenderingFailed
from consentkit.operations.progress import CountedSteps, Progress, ignore_progress

_SPECIMEN = "90837"


@dataclass(frozen=True)
class DoctorFinding:
    """One thing that was looked at."""

    subject: str
    good: bool
    message: str


def examine(workspace: OpenWorkspace, progress: Progress = ignore_progress) -> Iterator[DoctorFinding]:
    """Look at everything, from the interpreter to a finished document. `progress` counts the procedures."""
    yield DoctorFinding(
        "consentkit", good=True, message=f"{__version__}, Python {platform.python_version()} ({sys.platform})"
    )
    yield _clinic(workspace)
    yield _try("library", lambda: _library(workspace, CountedSteps(progress)))
    yield _try("languages", lambda: ", ".join(workspace.languages()))
    yield _try("page engine", _engine)
    yield _try("fonts", _fonts)
    yield _try("a document", lambda: _document(workspace))


def _try(subject: str, look: Callable[[], str]) -> DoctorFinding:
    try:
        return DoctorFinding(subject, good=True, message=look())
    except (ConsentkitError, ImportError, OSError) as error:
        return DoctorFinding(subject, good=False, message=str(error))


def _clinic(workspace: OpenWorkspace) -> DoctorFinding:
    path = workspace.folder.path
    return DoctorFinding(
        "clinic folder", good=True, message=str(path) if path else "none, so its particulars print as blanks"
    )


def _library(workspace: OpenWorkspace, steps: CountedSteps) -> str:
    codes = workspace.library.codes()
    for code in steps.through(codes):
        workspace.procedure(code)
    return f"{len(codes)} procedures"


def _engine() -> str:
    from consentkit.documents.printing import load_engine

    load_engine()
    import weasyprint
    from weasyprint.text.ffi import pango

    return f"WeasyPrint {weasyprint.__version__}, Pango {pango.pango_version()}"


def _fonts() -> str:
    from consentkit.pdf.fonts.font_files import FACES, font_assets

    font_assets()
    return ", ".join(face.file for face in FACES)


def _document(workspace: OpenWorkspace) -> str:
    code = _SPECIMEN if _SPECIMEN in workspace.library.codes() else next(iter(workspace.library.codes()), None)
    if code is None:
        raise RenderingFailed("the library is empty")
    document = workspace.render(code)
    return f"{code} made, {document.pages} pages, tagged, text read back"
