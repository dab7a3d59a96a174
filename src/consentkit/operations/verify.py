"""What a PDF file is, and whether it is still what consentkit would make today.

Guarantees: the answer comes from the file and from today's library alone; a file decides nothing about which files are
read; a packet is no better than the worst of its documents.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from consentkit.approval.identify import (
    DocumentVerdict,
    VerifiedState,
    compare_with_today,
    identify,
    identify_packet,
)
from consentkit.documents.particulars import particulars_hash
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, InvalidInput, WrongUse, reason
from consentkit.library.approvals import Approvals, load_approvals
from consentkit.operations.status import ended_approval, state_of
from consentkit.problems import Problem
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes

GivenPdf: TypeAlias = bytes | bytearray | memoryview | str | Path | BinaryIO
"""A PDF file: its bytes, its path, or an open file of bytes."""

_PIECE = 1024 * 1024
_WORST_FIRST: tuple[VerifiedState, ...] = ("altered", "unknown", "superseded", "current")


@dataclass(frozen=True)
class PacketVerdict:
    """What a packet is. Of its cover and extra files, it says only whether they were altered."""

    packet: str
    """The identifier that is printed on its cover."""
    state: VerifiedState
    """That of the worst of its documents; `unknown` where it says of none what it is."""
    documents: tuple[DocumentVerdict, ...]


def verify(workspace: OpenWorkspace, pdf: GivenPdf) -> DocumentVerdict | PacketVerdict:
    """Say what a PDF file is: its bytes, its path, or an open file, which is read from its beginning.

    Raises FileAccess or InvalidInput where the file can't be read, or the record of approvals.
    """
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    data = _bytes_of(pdf)
    approvals = load_approvals(workspace.folder.path, workspace.snapshot)
    if (packet := identify_packet(data)) is None:
        claim = identify(data)
        return _verdict(workspace, claim, approvals)
    identifier, claims = packet
    verdicts = tuple(_verdict(workspace, claim, approvals) for claim in claims)
    states = {verdict.state for verdict in verdicts} or {"unknown"}
    return PacketVerdict(identifier, next(state for state in _WORST_FIRST if state in states), verdicts)


def _bytes_of(pdf: GivenPdf) -> bytes:
    """The bytes of a file. Raises WrongUse for what is none."""
    match pdf:
        case str() | Path():
            return read_bytes(Path(pdf), LARGEST_PDF)
        case bytes() | bytearray() | memoryview():
            data = pdf
        case _ if hasattr(pdf, "read") and not isinstance(pdf, io.TextIOBase):
            data = _read(pdf)
        case _:
            raise WrongUse("give the path of a PDF file, its bytes, or a file that is open as bytes")
    if memoryview(data).nbytes > LARGEST_PDF:
        raise InvalidInput([Problem("PDF", None, None, "", f"is too large; at most {LARGEST_PDF:,} bytes are read")])
    return bytes(data)


def _read(file: BinaryIO) -> bytes:
    """All of an open file, or one byte more than is read of any."""
    try:
        if file.seekable():
            file.seek(0)
        data = bytearray()
        while len(data) <= LARGEST_PDF and (piece := file.read(min(_PIECE, LARGEST_PDF + 1 - len(data)))):
            data += piece
    except OSError as error:
        raise FileAccess(f"the PDF can't be read: {reason(error)}") from None
    return bytes(data)


def _verdict(workspace: OpenWorkspace, claim: DocumentVerdict, approvals: Approvals) -> DocumentVerdict:
    particulars = particulars_hash(workspace.folder.clinic)
    verdict = compare_with_today(claim, _current_hash(workspace, claim), approvals, particulars)
    if verdict.identity is None or verdict.content_hash != verdict.current_hash:
        return verdict
    today = state_of(workspace, verdict.identity.approved_as)
    withdrawal = verdict.withdrawal or today.withdrawal
    return replace(verdict, withdrawal=withdrawal, ended=ended_approval(today, verdict.approval))


def _current_hash(workspace: OpenWorkspace, claim: DocumentVerdict) -> str | None:
    """The hash that the document would have today; None where it could not be made."""
    identity = claim.identity
    if identity is None or not workspace.library.has(identity.code):  # never a path: anyone may write the file
        return None
    try:
        content = workspace.content(identity.code, language=identity.language, variant=identity.variant)
        return workspace.compose(content).content_hash
    except ConsentkitError:
        return None
