"""What a foreign PDF file holds, judged before anything of it is used.

Guarantees: every object that can be reached from the trailer was looked at, under whatever name it hides; a file that
pypdf had to repair, that is not a tree of pages, or that swells when read counts as damaged. The walk takes no more
room on the stack for a deep file than for a flat one.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from consentkit.pdf.extra.drawing import Unsound
from consentkit.pdf.extra.pagetree import SourcePage, faults_of, pages_of
from consentkit.pdf.extra.streams import Budget, TooLarge, check_size, peeled
from consentkit.pdf.extra.values import Key, dictionary, name_of, resolved

MOST_OBJECTS = 200_000
"""Dictionaries, streams and lists."""
_DEEPEST = 100


class Refused(ValueError):
    """A file that is not taken, with everything that was found in it."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


@dataclass(frozen=True)
class Judged:
    """A file that may be rewritten."""

    reader: PdfReader
    catalog: DictionaryObject
    pages: list[SourcePage]


REMEDY = "print it to a new PDF file and use that"
DAMAGED = f"is damaged, so that parts of it may be lost; open it, see that nothing is missing, and {REMEDY}"
ENCRYPTED = "is encrypted or protected by a password; save it without protection and use that"
TOO_LARGE = f"swells beyond measure when it is read; {REMEDY}"

_JAVASCRIPT = "JavaScript"
_MEDIA = "sound, film or 3D"
_ATTACHMENT = "an attached file"
_LAYERS = "layers, which can hide text"
_ELSEWHERE = "data that is to be fetched from another file"
_POSTSCRIPT = "PostScript"
_ACTIONS = {
    "/JavaScript": _JAVASCRIPT,
    "/Launch": "an action that starts another program",
    "/SubmitForm": "a button that sends the form away",
    "/ImportData": "an action that reads in data",
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
_TYPES = {"/EmbeddedFile": _ATTACHMENT, "/OCG": _LAYERS, "/OCMD": _LAYERS}
_NAMES = {"/S": _ACTIONS, "/Subtype": _SUBTYPES, "/Subtype2": _SUBTYPES, "/Type": _TYPES}
_ENTRIES = {
    "/JavaScript": _JAVASCRIPT,
    "/XFA": "an XFA form, which most programs can't show",
    "/EmbeddedFiles": _ATTACHMENT,
    "/EF": _ATTACHMENT,
    "/AF": _ATTACHMENT,
    "/Collection": _ATTACHMENT,
    "/OCProperties": _LAYERS,
    "/OC": _LAYERS,
}
_STREAM_ENTRIES = {"/F": _ELSEWHERE, "/Ref": _ELSEWHERE, "/OPI": _ELSEWHERE, "/PS": _POSTSCRIPT}
_BY_ITSELF = "an action that runs by itself"
_HARMLESS_COMPLAINTS = ("Superfluous whitespace", "Duplicate %%EOF", "not zero-indexed")
"""Blanks and marks too many; and the table of a file made for the web, which begins in the middle as it should."""
_HARMLESS_ACTIONS = {"/GoTo", "/Named", "/Thread"}


class _Complaints(logging.Handler):
    """Counts what pypdf repairs in silence, but for what changes nothing."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += not any(harmless in record.msg for harmless in _HARMLESS_COMPLAINTS)


@contextmanager
def complaints() -> Iterator[_Complaints]:
    """Collect what pypdf logs, and keep it from the terminal: it may quote the document."""
    logger, handler = logging.getLogger("pypdf"), _Complaints()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield handler
    finally:
        logger.propagate = before
        logger.removeHandler(handler)


def judge(data: bytes) -> Judged:
    """Read a file and judge it. Raises Refused; a damaged file may raise whatever pypdf raises."""
    with complaints() as heard:
        reader = _Reader(io.BytesIO(data), strict=True)
        if reader.is_encrypted:
            raise Refused([ENCRYPTED])
        findings = list(_Walk(reader, heard).findings())
        if DAMAGED in findings:
            raise Refused(findings)
        catalog = dictionary(reader.trailer.get("/Root"))
        pages = list(pages_of(dictionary(catalog.get("/Pages"))))
        findings += faults_of(pages)
        if heard.count:
            findings.append(DAMAGED)
    if findings:
        raise Refused(findings)
    return Judged(reader, catalog, pages)


class _Reader(PdfReader):
    def _handle_encryption(self, password: str | bytes | None) -> None:
        """Try no password, not even the empty one: a protected file is not taken."""


class _Walk:
    """Goes through everything that can be reached from the trailer."""

    def __init__(self, reader: PdfReader, heard: _Complaints) -> None:
        self._heard = heard
        self._seen: set[Key] = set()
        self._left = MOST_OBJECTS
        self._budget = Budget()
        self._open: list[tuple[PdfObject | None, int]] = [(reader.trailer, 0)]

    def findings(self) -> Iterator[str]:
        """What was found, each once."""
        told = set()
        for finding in self._found():
            if finding not in told:
                told.add(finding)
                yield finding
            if finding in (DAMAGED, TOO_LARGE):
                return

    def _found(self) -> Iterator[str]:
        while self._open:
            thing, depth = self._open.pop()
            self._left -= isinstance(thing, DictionaryObject | ArrayObject)
            if self._left < 0:
                yield TOO_LARGE
            if depth > _DEEPEST or self._heard.count:
                yield DAMAGED
            if isinstance(thing, IndirectObject):
                if (key := (thing.idnum, thing.generation)) not in self._seen:
                    self._seen.add(key)
                    self._open.append((resolved(thing), 0))
            elif isinstance(thing, NameObject) and "\0" in thing:
                yield DAMAGED  # no name may hold it (ISO 32000-1, 7.3.5)
            elif isinstance(thing, DictionaryObject):
                yield from self._look_at(thing)
                self._open.extend((part, depth + 1) for key in reversed(list(thing)) for part in (thing.get(key), key))
            elif isinstance(thing, ArrayObject):
                self._open.extend((item, depth + 1) for item in reversed(thing))

    def _look_at(self, thing: DictionaryObject) -> Iterator[str]:
        for key, known in _NAMES.items():
            if (name := name_of(thing, key)) in known:
                yield f"holds {known[name]}; {REMEDY}"
        for key, what in _ENTRIES.items():
            if not isinstance(resolved(thing.get(key)), NullObject):
                yield f"holds {what}; {REMEDY}"
        if isinstance(resolved(thing.get("/JS")), TextStringObject | bytes | StreamObject):
            yield f"holds {_JAVASCRIPT}; {REMEDY}"
        if _acts_by_itself(thing):
            yield f"holds {_BY_ITSELF}; {REMEDY}"
        if isinstance(thing, StreamObject):
            yield from self._look_at_stream(thing)

    def _look_at_stream(self, stream: StreamObject) -> Iterator[str]:
        external = [what for key, what in _STREAM_ENTRIES.items() if key in stream]
        yield from (f"holds {what}; {REMEDY}" for what in external)
        if external or name_of(stream, "/Type") in ("/XRef", "/ObjStm"):
            return
        try:
            if name_of(stream, "/Subtype") == "/Image":
                check_size(stream)
            peeled(stream, self._budget)
        except TooLarge:
            yield TOO_LARGE
        except Unsound:
            yield DAMAGED


def _acts_by_itself(thing: DictionaryObject) -> bool:
    opening = resolved(thing.get("/OpenAction"))
    triggers = resolved(thing.get("/AA"))
    actions: list[PdfObject] = [opening] if isinstance(opening, DictionaryObject) else []
    if isinstance(triggers, DictionaryObject):
        actions.extend(resolved(triggers.get(key)) for key in triggers)
    return any(not _only_turns_pages(action) for action in actions)


def _only_turns_pages(action: PdfObject) -> bool:
    if isinstance(action, NullObject):
        return True
    if not isinstance(action, DictionaryObject):
        return False
    return name_of(action, "/S") in _HARMLESS_ACTIONS and isinstance(resolved(action.get("/Next")), NullObject)
