"""The PDF files in the folder `extra` of a clinic, judged once and kept.

Guarantees: a name without a file is never quoted, since somebody may have written a patient's name in its place; a file
is judged again when it, the size of the paper, or a program that judges it changes, and otherwise taken from the store;
a file with filled-in fields is never put there, since it may be one patient's.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from consentkit.cache.store import key_of
from consentkit.cache.versions import reader_versions
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.procedures import entries_of
from consentkit.model.identity import PaperSize
from consentkit.model.visit import Visit, particular_in, title_of_file
from consentkit.packets.plan import which_extra
from consentkit.packets.visit_problems import VisitProblems
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.substitutes import described
from consentkit.pdf.foreign.intake import MOST_BYTES, ForeignPdf, accept
from consentkit.problems import Problem, printable, quoted
from consentkit.reading.files import read_bytes
from consentkit.recent import Recent

EXTRA_FOLDER = "extra"
"""The folder of a clinic in which PDF files wait to be put into packets."""
_MOST_EXTRAS = 16
_MOST_KEPT = 64 * 1024 * 1024
"""Bytes of those that are kept for the next visits."""
_FORM = 1
_MOST_CHARACTERS = 5
"""Characters of a name that a message lists."""


@dataclass
class Extras:
    """The extra files of a run."""

    workspace: OpenWorkspace
    paper: PaperSize
    _judged: Recent[tuple[str, str], ForeignPdf | InvalidInput] = field(
        default_factory=lambda: Recent(_MOST_EXTRAS, _MOST_KEPT, _size)
    )

    def of_visit(self, visit: Visit, number: int, problems: VisitProblems) -> ForeignPdf:
        """The extra file of a visit with this number. A name that can't be printed is reported.

        Raises what `get` raises.
        """
        name, which = visit.extra[number], which_extra(visit, number)
        is_revealing = particular_in(visit, name) is not None
        extra = self.get(name, which, is_revealing=is_revealing)
        if lost := unprintable(title_of_file(name)):  # the cover and the bookmarks call the file by it
            shown = "" if is_revealing else f": {', '.join(map(described, lost[:_MOST_CHARACTERS]))}"
            problems.add(
                f"the name of the extra file {which if is_revealing else quoted(name)} has characters that no font "
                f"here can print{shown}; rename the file, and write its new name here",
                "unprintable",
            )
        return extra

    def get(self, name: str, which: str, *, is_revealing: bool = False) -> ForeignPdf:
        """A file by its name.

        `which` says which entry of the visit that is, for messages that may not quote the name; `is_revealing` that the
        name reveals who the patient is. Raises InvalidInput where the file is unfit, FileAccess where it is missing or
        can't be read.
        """
        folder = self.workspace.folder.path
        if folder is None:
            message = f"{which}, can't be found: extra PDFs are files in a clinic folder; name one with --clinic"
            raise InvalidInput([Problem("`extra`", None, None, "", message)])
        path = file_named(folder / EXTRA_FOLDER, name)
        if path is None:
            missing = _missing(folder / EXTRA_FOLDER, "" if is_revealing else name)
            raise FileAccess(f"`extra` names a file, {which}, {missing}")
        try:
            extra = self._judge(path)
            if isinstance(extra, InvalidInput):
                raise extra
        except InvalidInput as error:
            raise _without_name(error, which) if is_revealing else error from None
        except FileAccess as error:
            raise (
                FileAccess(f"`extra` names a file, {which}, that can't be read") if is_revealing else error
            ) from None
        return extra

    def _judge(self, path: Path) -> ForeignPdf | InvalidInput:
        data = read_bytes(path, MOST_BYTES)
        key = key_of("extra", *reader_versions(), self.paper, hashlib.sha256(data).digest())
        return self._judged.get((path.name, key), lambda: self._kept_or_accepted(path, data, key))

    def _kept_or_accepted(self, path: Path, data: bytes, key: str) -> ForeignPdf | InvalidInput:
        store = self.workspace.store.near  # what people put beside the papers may be about one patient
        kept = unpack(str(path), store.get(key))
        if kept is not None:
            return kept
        try:
            accepted = accept(str(path), data, self.paper)
        except InvalidInput as error:
            return error
        if accepted.may_be_kept:
            store.put(key, pack(accepted))
        return accepted


def _size(_: object, judged: ForeignPdf | InvalidInput) -> int:
    """How many bytes what is kept of a file takes."""
    return 0 if isinstance(judged, InvalidInput) else len(judged.pdf)


def file_named(folder: Path, name: str) -> Path | None:
    """The file of a name, whose accents may be written in either of two ways; None where there is none."""
    forms = dict.fromkeys([name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)])
    known = set(entries_of(folder))
    return next((path for form in forms if (path := folder / form) in known), None)


def _missing(folder: Path, name: str) -> str:
    """What is said of a name without a file.

    Neither the name is quoted, which may be a patient's, nor a similar one, which may be another patient's.
    A file is suggested only where its name has the same letters and digits, and `.pdf` says that a file is meant.
    """
    names = [path.name for path in entries_of(folder) if path.suffix.casefold() == ".pdf"]
    is_meant = name.casefold().endswith(".pdf")
    same = [known for known in names if is_meant and _letters(known) == _letters(name)]
    if same:
        advice = f"did you mean `{printable(same[0])}`?"
    elif names:
        advice = "write the name as it is there, or put the file there"
    else:
        advice = "put the file there"
    held = f"{len(names)} PDF file{'' if len(names) == 1 else 's'}" if names else "no PDF file"
    return f"that is not in the folder {printable(str(folder))}, which contains {held}; {advice}"


def _without_name(error: InvalidInput, which: str) -> InvalidInput:
    """What is wrong with a file, without its name."""
    problems = [replace(problem, file="`extra`", message=f"{which}, {problem.message}") for problem in error.problems]
    return InvalidInput(problems)


def _letters(name: str) -> str:
    """The letters and digits of a name, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(filter(str.isalnum, plain))


def pack(extra: ForeignPdf) -> bytes:
    """Write an accepted file as bytes that can be kept."""
    head = {
        "form": _FORM,
        "sizes": extra.sizes,
        "tagged": extra.is_tagged,
        "accessible": extra.claims_accessibility,
        "archive": extra.claims_archive,
        "notices": extra.notices,
    }
    return json.dumps(head).encode() + b"\n" + extra.pdf


def unpack(name: str, data: bytes | None) -> ForeignPdf | None:
    """Read what `pack` wrote; None for bytes in another form."""
    head, _, pdf = (data or b"").partition(b"\n")
    try:
        entries: dict[str, Any] = json.loads(head)
        if entries["form"] != _FORM:
            return None
        sizes = tuple((float(width), float(height)) for width, height in entries["sizes"])
        claims = bool(entries["tagged"]), bool(entries["accessible"]), bool(entries["archive"])
        return ForeignPdf(name, pdf, sizes, *claims, tuple(map(str, entries["notices"])))
    except (ValueError, KeyError, TypeError):
        return None
