"""consentkit turns procedure definitions into consent documents that a clinic can hand to a patient.

Guarantees: importing it is quick, since the PDF engine is loaded only when the first document is made.
"""

from __future__ import annotations

from consentkit._version import __version__

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than a quick answer (`consentkit.lanes`)
if TYPE_CHECKING:
    from consentkit.approval.identify import DocumentVerdict
    from consentkit.approval.review_copy import ReviewCopy
    from consentkit.batches.batch import BatchResult
    from consentkit.documents.document import Document
    from consentkit.errors import (
        ConsentkitError,
        EverythingOnFile,
        FileAccess,
        InvalidInput,
        RenderingFailed,
        UnknownCode,
        WrongUse,
    )
    from consentkit.interface import Workspace, open_workspace
    from consentkit.library.approvals import Approval, Withdrawal
    from consentkit.model.procedure import Procedure
    from consentkit.model.visit import Visit
    from consentkit.operations.check import CheckResult
    from consentkit.operations.diff import Difference
    from consentkit.operations.earlier_files import EarlierFile
    from consentkit.operations.listing import LibraryListing
    from consentkit.operations.packets import MadePacket, NothingToPrint, Notice, RefusedVisit
    from consentkit.operations.status import DocumentState
    from consentkit.operations.trace import Traced, TracedScan
    from consentkit.operations.verify import PacketVerdict
    from consentkit.packets.visits import VisitEntry
    from consentkit.problems import Problem

__all__ = [
    "Approval",
    "BatchResult",
    "CheckResult",
    "ConsentkitError",
    "Difference",
    "Document",
    "DocumentState",
    "DocumentVerdict",
    "EarlierFile",
    "EverythingOnFile",
    "FileAccess",
    "InvalidInput",
    "LibraryListing",
    "MadePacket",
    "NothingToPrint",
    "Notice",
    "PacketVerdict",
    "Problem",
    "Procedure",
    "RefusedVisit",
    "RenderingFailed",
    "ReviewCopy",
    "Traced",
    "TracedScan",
    "UnknownCode",
    "Visit",
    "VisitEntry",
    "Withdrawal",
    "Workspace",
    "WrongUse",
    "__version__",
    "open_workspace",
]

_HOMES = {
    "Approval": "library.approvals",
    "BatchResult": "batches.batch",
    "CheckResult": "operations.check",
    "ConsentkitError": "errors",
    "EverythingOnFile": "errors",
    "Difference": "operations.diff",
    "Document": "documents.document",
    "DocumentState": "operations.status",
    "DocumentVerdict": "approval.identify",
    "EarlierFile": "operations.earlier_files",
    "FileAccess": "errors",
    "InvalidInput": "errors",
    "LibraryListing": "operations.listing",
    "MadePacket": "operations.packets",
    "NothingToPrint": "operations.packets",
    "Notice": "operations.packets",
    "PacketVerdict": "operations.verify",
    "Problem": "problems",
    "Procedure": "model.procedure",
    "RefusedVisit": "operations.packets",
    "RenderingFailed": "errors",
    "ReviewCopy": "approval.review_copy",
    "Traced": "operations.trace",
    "TracedScan": "operations.trace",
    "UnknownCode": "errors",
    "Visit": "model.visit",
    "VisitEntry": "packets.visits",
    "Withdrawal": "library.approvals",
    "Workspace": "interface",
    "WrongUse": "errors",
    "open_workspace": "interface",
}
"""The module below the package that each name comes from; it is loaded when the name is first used."""


if not TYPE_CHECKING:  # else every name would pass for one that is there

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'consentkit' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"consentkit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names, also those that have not been loaded yet."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
