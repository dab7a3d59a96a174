"""What an author asks to see: a text in one of its forms, or the packet of a visit.

Guarantees: a request that no edit of a file could make sensible is refused at once; a file may be missing, or have
mistakes, since whoever writes it is about to change that. A visit is recognised also while its YAML has mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.library.sought import locate
from consentkit.model.identity import (
    APPROVALS,
    CLAUSES_NAME,
    DEFINITION_ENDING,
    PARTICULARS,
    RISKS,
    SERVICES,
    TRANSLATION_NAMES,
    PaperSize,
    Variant,
)
from consentkit.operations.opening import ClinicPlace
from consentkit.packets.visits import SUFFIXES, is_visit_file
from consentkit.problems import listed, printable, quoted
from consentkit.reading.paths import is_folder

_ENDINGS = (".yaml", ".yml")
_OTHER_FILES = (PARTICULARS, SERVICES, APPROVALS, RISKS)
_OTHER_SOURCES = (*(ending for ending in SUFFIXES if ending not in _ENDINGS), ".json", ".hl7")


@dataclass(frozen=True)
class PreviewRequest:
    """What is to be shown, and how."""

    place: ClinicPlace
    source: str
    """The code of a procedure, the name of a paper, or the path of a file: a text, a translation or a visit."""
    language: str | None = None
    variant: Variant | None = None
    paper: PaperSize | None = None
    large_print: bool = False

    @property
    def is_path(self) -> bool:
        """Whether the source is the path of a file."""
        return "/" in self.source or self.source.casefold().endswith(_ENDINGS)

    @property
    def path(self) -> Path:
        """The file that is named. There is one only where the source is a path."""
        return Path(self.source)

    @property
    def options_of_text(self) -> list[str]:
        """The names of those options that are given and that visits don't have: a visit says these things itself."""
        given = {
            "language": self.language,
            "variant": self.variant,
            "paper": self.paper,
            "large_print": self.large_print,
        }
        return [name for name, value in given.items() if value]


def settled(request: PreviewRequest, workspace: OpenWorkspace) -> PreviewRequest:
    """The request with a translation that is named by its own file as its original in that language.

    Raises UnknownCode, WrongUse or FileAccess for what no edit of a file could make fit for a preview.
    """
    if request.language is not None and request.language not in workspace.languages():
        raise WrongUse(
            f"there is no language pack for {quoted(request.language)}; there is {listed(workspace.languages())}"
        )
    if not request.is_path:
        if request.source.casefold().endswith(_OTHER_SOURCES):
            raise _no_text(request.path, "holds several visits or another system's; preview one visit, written in YAML")
        locate(workspace.library, request.source)
        return request
    path = request.path
    if is_folder(path):
        raise WrongUse(f"{printable(request.source)}: is a folder; name a code, or one file")
    if path.suffix.casefold() not in _ENDINGS:
        raise _no_text(path, "is no file in YAML; preview a text, or one visit in YAML")
    if path.name in _OTHER_FILES or CLAUSES_NAME.fullmatch(path.name) or path.parent.name == "languages":
        raise _no_text(path, "is no text by itself; preview a code or paper: an edit of this file renews it, too")
    if not is_folder(path.parent):
        raise FileAccess(f"{printable(str(path.parent))}: is not a folder; make it first, or correct the path")
    return _with_original(request, workspace)


def _no_text(path: Path, message: str) -> WrongUse:
    return WrongUse(f"{printable(str(path))}: {message}")


def _with_original(request: PreviewRequest, workspace: OpenWorkspace) -> PreviewRequest:
    """A translation's own file means its original, in its language."""
    path = request.path
    match = next(filter(None, (names.fullmatch(path.name) for names in TRANSLATION_NAMES.values())), None)
    if match is None:
        return request
    code, language = match["code"], match["language"]
    if request.language not in (None, language):
        raise WrongUse(
            f"{printable(request.source)}: is in {language}, and {request.language} is requested; leave out the "
            "language, or name the original"
        )
    beside = path.with_name(code + DEFINITION_ENDING)
    library = workspace.library
    is_of_library = any(path.parent.resolve() == one.resolve() for one in (*library.folders, *library.paper_folders))
    if is_of_library and library.has(code):
        return replace(request, source=code, language=language)
    return replace(request, source=f"{beside.parent}/{beside.name}", language=language)


def is_of_library(request: PreviewRequest, workspace: OpenWorkspace) -> bool:
    """Whether the source is a text of the library or the place of one, whose name is that of a code or paper.

    Files from elsewhere may be called after a patient.
    """
    folders = (*workspace.library.folders, *workspace.library.paper_folders)
    return not request.is_path or request.path.parent.resolve() in {folder.resolve() for folder in folders}


def is_visit(request: PreviewRequest, *, before: bool | None = None) -> bool:
    """Whether the source is a visit. `before` is what it was the last time, where that counts as long as it is unclear.

    A file that is not there yet is taken for a visit if its name begins like that.
    """
    if not request.is_path:
        return False
    unread = before if before is not None else request.path.name.casefold().startswith("visit")
    return is_visit_file(request.path, before=bool(before), unread=unread)


def require_no_options(request: PreviewRequest) -> None:
    """Raise WrongUse where an option says what a visit says itself."""
    if given := request.options_of_text:
        raise WrongUse(
            f"{listed(given)} can't be used with a visit; write it into the visit, or leave it out", arguments=given
        )
