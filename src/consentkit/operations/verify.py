"""What a PDF file is, and whether it is still what consentkit would make today.

Guarantees: the answer comes from the file and from today's library alone; a file decides nothing about which files are
read; a packet is no better than the worst of its documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consentkit.approval.identify import (
    DocumentVerdict,
    VerifiedState,
    compare_with_today,
    identify,
    identify_packet,
)
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.library.approvals import Approvals, load_approvals
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes

_WORST_FIRST: tuple[VerifiedState, ...] = ("altered", "unknown", "superseded", "current")


@dataclass(frozen=True)
class PacketVerdict:
    """What a packet is. Of its cover, statements and extra files, it says only whether they were altered."""

    packet: str
    """The identifier that is printed on its cover."""
    state: VerifiedState
    """That of the worst of its documents; `unknown` where it says of none what it is."""
    documents: tuple[DocumentVerdict, ...]


def verify(workspace: OpenWorkspace, pdf: bytes | Path) -> DocumentVerdict | PacketVerdict:
    """Say what a PDF file is: its bytes, or the path of the file.

    Raises FileAccess or InvalidInput where the file can't be read, or the record of approvals.
    """
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    data = pdf if isinstance(pdf, bytes) else read_bytes(pdf, LARGEST_PDF)
    approvals = load_approvals(workspace.folder.path, workspace.snapshot)
    if (packet := identify_packet(data)) is None:
        claim = identify(data)
        return _verdict(workspace, claim, approvals)
    identifier, claims = packet
    verdicts = tuple(_verdict(workspace, claim, approvals) for claim in claims)
    states = {verdict.state for verdict in verdicts} or {"unknown"}
    return PacketVerdict(identifier, next(state for state in _WORST_FIRST if state in states), verdicts)


def _verdict(workspace: OpenWorkspace, claim: DocumentVerdict, approvals: Approvals) -> DocumentVerdict:
    return compare_with_today(claim, _current_hash(workspace, claim), approvals)


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
