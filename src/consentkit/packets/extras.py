"""The PDF files in the folder `extra` of a clinic, judged once and kept.

Guarantees: a file is judged anew when it, the size of the paper, or a program that judges it changes, and otherwise
taken from the store; a file with filled-in fields is never put there, since it may be one patient's.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consentkit.errors import FileAccess, InvalidInput
from consentkit.files import read_bytes
from consentkit.kinds import Paper
from consentkit.packets.recent import Recent
from consentkit.pdf.foreign import MOST_BYTES, ForeignPdf, accept
from consentkit.problems import Problem, did_you_mean
from consentkit.storage.store import key_of
from consentkit.storage.versions import reader_versions
from consentkit.workspace import Workspace

EXTRA_FOLDER = "extra"
"""The folder of a clinic in which PDF files wait to be put into packets."""
_MOST_EXTRAS = 16
_FORM = 1


@dataclass
class Extras:
    """The extra files of a run."""

    workspace: Workspace
    paper: Paper
    _judged: Recent[str, ForeignPdf | InvalidInput] = field(default_factory=lambda: Recent(_MOST_EXTRAS))

    def get(self, name: str) -> ForeignPdf:
        """A file by its name. Raises InvalidInput where it is unfit, FileAccess where it can't be read."""
        found = self._judged.get(name, lambda: self._judge(name))
        if isinstance(found, InvalidInput):
            raise found
        return found

    def _judge(self, name: str) -> ForeignPdf | InvalidInput:
        folder = self.workspace.folder.path
        if folder is None:
            return _unfit(name, "has no place to be: extra PDFs are files in a clinic folder; name one with --clinic")
        path = _path(folder / EXTRA_FOLDER, name)
        data = read_bytes(path, MOST_BYTES)
        key = key_of("extra", *reader_versions(), self.paper, hashlib.sha256(data).digest())
        kept = unpack(str(path), self.workspace.store.get(key))
        if kept is not None:
            return kept
        try:
            accepted = accept(str(path), data, self.paper)
        except InvalidInput as error:
            return error
        if accepted.may_be_kept:
            self.workspace.store.put(key, pack(accepted))
        return accepted


def _path(folder: Path, name: str) -> Path:
    """The file of a name, whose accents may be written in either of two ways. Raises FileAccess where there is none."""
    forms = dict.fromkeys([name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)])
    for form in forms:
        if (folder / form).exists():
            return folder / form
    names = sorted(path.name for path in folder.glob("*.[pP][dD][fF]")) if folder.is_dir() else []
    raise FileAccess(f"{folder / name}: is not there; put the file into the folder{did_you_mean(name, names)}")


def _unfit(name: str, message: str) -> InvalidInput:
    return InvalidInput([Problem(name, None, None, "", message)])


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
