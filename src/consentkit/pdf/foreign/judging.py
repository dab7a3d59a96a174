"""The content of a foreign PDF file is judged before anything of it is used.

Guarantees: every object that can be reached from the trailer is examined, under whatever name it hides, except for what
never reaches a packet (thumbnails, private data, metadata); a file counts as damaged if qpdf complains about it or its
pages are not a tree, and is refused if it expands too much when it is read: nothing is repaired. The walk needs no more
stack for a deep file than for a flat one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream, String

from consentkit.pdf.foreign.drawing import Unsound
from consentkit.pdf.foreign.layers import all_on, is_always_visible
from consentkit.pdf.foreign.pagetree import SourcePage, faults_of, pages_of
from consentkit.pdf.foreign.streams import Budget, TooLarge, check_size, peeled
from consentkit.pdf.foreign.values import (
    ObjectKey,
    dictionary,
    entries_of,
    has_entries,
    name_of,
    object_key,
    text_of_name,
)

MOST_OBJECTS = 200_000
"""Dictionaries, streams and lists."""
_DEEPEST = 100


class Refused(ValueError):
    """A file that is not accepted, with all findings about it."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


@dataclass(frozen=True)
class Judged:
    """A file that may be rewritten."""

    file: pikepdf.Pdf
    catalog: Any
    pages: list[SourcePage]


REMEDY = "print it to a new PDF file and use that"
DAMAGED = f"is damaged, so that parts of it may be lost; open it, check that nothing is missing, and {REMEDY}"
ENCRYPTED = "is encrypted or protected by a password; save it without protection and use that"
TOO_LARGE = f"expands to far too much data when it is read; {REMEDY}"

_JAVASCRIPT = "JavaScript"
_MEDIA = "sound, video or 3D content"
_ATTACHMENT = "an attached file"
_LAYERS = "layers, which can hide text"
_ELSEWHERE = "data that would have to be fetched from another file"
_POSTSCRIPT = "PostScript"
_ACTIONS = {
    "/JavaScript": _JAVASCRIPT,
    "/Launch": "an action that starts another program",
    "/SubmitForm": "a button that submits the form",
    "/ImportData": "an action that imports data",
    "/GoToR": "a link into another file",
    "/GoToE": "a link into an attached file",
    "/SetOCGState": _LAYERS,
    **dict.fromkeys(("/Movie", "/Sound", "/Rendition", "/GoTo3DView", "/RichMediaExecute"), _MEDIA),
}
_SUBTYPES = {
    "/FileAttachment": _ATTACHMENT,
    "/PS": _POSTSCRIPT,
    **dict.fromkeys(("/Movie", "/Sound", "/Screen", "/3D", "/RichMedia", "/Projection"), _MEDIA),
}
_TYPES = {"/EmbeddedFile": _ATTACHMENT}
_NAMES = {"/S": _ACTIONS, "/Subtype": _SUBTYPES, "/Subtype2": _SUBTYPES, "/Type": _TYPES}
_ENTRIES = {
    "/JavaScript": _JAVASCRIPT,
    "/XFA": "an XFA form, which most programs can't display",
    "/EmbeddedFiles": _ATTACHMENT,
    "/EF": _ATTACHMENT,
    "/AF": _ATTACHMENT,
    "/Collection": _ATTACHMENT,
}
_STREAM_ENTRIES = {"/F": _ELSEWHERE, "/Ref": _ELSEWHERE, "/OPI": _ELSEWHERE, "/PS": _POSTSCRIPT}
_BY_ITSELF = "an action that runs by itself"
_HARMLESS_ACTIONS = {"/GoTo", "/Named", "/Thread"}
_NEVER_USED = {"/Thumb", "/PieceInfo", "/Metadata", "/Info"}
"""Entries that never reach a packet, so that their content does not matter."""
_HARMLESS_COMPLAINTS = ("reported number of objects", "extraneous whitespace seen before xref")
"""Warnings of qpdf about the table of objects which do not mean that an object is missing."""


def judge_foreign_file(data: bytes) -> Judged:
    """Read a file and judge it. Raises Refused; a damaged file may raise Unsound, or PdfError as qpdf does."""
    file = _opened(data)
    findings = list(_Walk(file).findings())
    if DAMAGED in findings or TOO_LARGE in findings:
        raise Refused(findings)
    catalog = dictionary(file.trailer.get("/Root"))
    if not all_on(catalog):
        findings.append(f"holds {_LAYERS}; {REMEDY}")
    pages = list(pages_of(dictionary(catalog.get("/Pages"))))
    findings += faults_of(pages)
    if has_complaints(file):
        findings.append(DAMAGED)
    if findings:
        raise Refused(list(dict.fromkeys(findings)))
    return Judged(file, catalog, pages)


def active_content(data: bytes) -> list[str]:
    """What a file has in it that acts or is attached, such as scripts, by what it is; its streams are not read.

    Raises Refused for a file that is encrypted or has too many objects, and PdfError for one that is damaged beyond
    what qpdf repairs.
    """
    file = _opened(data, repaired=True)  # its objects end with it
    findings = list(_Walk(file, reads_streams=False).findings())
    if DAMAGED in findings or TOO_LARGE in findings:
        raise Refused(findings)
    kinds = (finding.removeprefix("holds ").removesuffix(f"; {REMEDY}") for finding in findings)
    return [kind for kind in kinds if kind != _LAYERS]


def _opened(data: bytes, *, repaired: bool = False) -> pikepdf.Pdf:
    try:
        file = pikepdf.open(io.BytesIO(data), attempt_recovery=repaired, inherit_page_attributes=False)
    except pikepdf.PasswordError as error:
        raise Refused([ENCRYPTED]) from error
    except pikepdf.PdfError as error:
        if "encrypt" in str(error).casefold():  # in a way that qpdf does not know
            raise Refused([ENCRYPTED]) from error
        raise
    if file.is_encrypted:  # even where it opens without a password
        raise Refused([ENCRYPTED])
    return file


def has_complaints(file: pikepdf.Pdf) -> bool:
    """Whether qpdf warned of a fault that may affect the pages."""
    return any(not _is_harmless(str(warning)) for warning in file.get_warnings())


def _is_harmless(warning: str) -> bool:
    return any(complaint in warning for complaint in _HARMLESS_COMPLAINTS)


class _Walk:
    """Goes through everything that can be reached from the trailer."""

    def __init__(self, file: pikepdf.Pdf, *, reads_streams: bool = True) -> None:
        self._reads_streams = reads_streams
        self._seen: set[ObjectKey] = set()
        self._left = MOST_OBJECTS
        self._budget = Budget()
        self._open: list[tuple[Any, int]] = [(file.trailer, 0)]

    def findings(self) -> Iterator[str]:
        """The findings, each once. The first one of damage or of too much data is the last."""
        reported = set()
        for finding in self._all_findings():
            if finding not in reported:
                reported.add(finding)
                yield finding
            if finding in (DAMAGED, TOO_LARGE):
                return

    def _all_findings(self) -> Iterator[str]:
        while self._open:
            thing, depth = self._open.pop()
            if not isinstance(thing, Object):
                continue
            if (key := object_key(thing)) is not None:
                if key in self._seen:
                    continue
                self._seen.add(key)
                depth = 0
            is_container = isinstance(thing, Dictionary | Array | Stream)
            self._left -= is_container
            if self._left < 0:
                yield TOO_LARGE
            if depth > _DEEPEST:
                yield DAMAGED
            if isinstance(thing, Array):
                self._open.extend((item, depth + 1) for item in reversed(list(thing)))
            elif is_container:
                yield from self._examine(thing)
                self._open.extend(
                    (part, depth + 1) for name, part in reversed(entries_of(thing)) if name not in _NEVER_USED
                )
            elif "\0" in text_of_name(thing):
                yield DAMAGED  # no name may hold it (ISO 32000-1, 7.3.5)

    def _examine(self, thing: Any) -> Iterator[str]:
        for key, known in _NAMES.items():
            if (name := name_of(thing, key)) in known:
                yield f"holds {known[name]}; {REMEDY}"
        for key, what in _ENTRIES.items():
            if key in thing:
                yield f"holds {what}; {REMEDY}"
        if isinstance(thing.get("/JS"), String | Stream):
            yield f"holds {_JAVASCRIPT}; {REMEDY}"
        if name_of(thing, "/Type") in ("/OCG", "/OCMD") and not is_always_visible(thing):
            yield f"holds {_LAYERS}; {REMEDY}"
        if _acts_by_itself(thing):
            yield f"holds {_BY_ITSELF}; {REMEDY}"
        if isinstance(thing, Stream):
            yield from self._examine_stream(thing)

    def _examine_stream(self, stream: Any) -> Iterator[str]:
        external = [what for key, what in _STREAM_ENTRIES.items() if key in stream]
        yield from (f"holds {what}; {REMEDY}" for what in external)
        if external or not self._reads_streams or name_of(stream, "/Type") in ("/XRef", "/ObjStm"):
            return
        try:
            if name_of(stream, "/Subtype") == "/Image":
                check_size(stream)
            peeled(stream, self._budget)
        except TooLarge:
            yield TOO_LARGE
        except Unsound:
            yield DAMAGED


def _acts_by_itself(thing: Any) -> bool:
    opening, triggers = thing.get("/OpenAction"), thing.get("/AA")
    actions = [opening] if has_entries(opening) else []
    if has_entries(triggers):
        actions.extend(action for _, action in entries_of(triggers))
    return any(not _only_turns_pages(action) for action in actions)


def _only_turns_pages(action: Any) -> bool:
    return has_entries(action) and name_of(action, "/S") in _HARMLESS_ACTIONS and "/Next" not in action
