"""consentkit turns procedure definitions into consent documents that a clinic can hand to a patient.

Guarantees: importing it is quick, since the PDF engine is loaded only when the first document is made.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from consentkit._version import __version__

if TYPE_CHECKING:
    from consentkit.documents.document import Document
    from consentkit.documents.workspace import OpenWorkspace as Workspace
    from consentkit.documents.workspace import open_workspace
    from consentkit.errors import (
        ConsentkitError,
        FileAccess,
        InvalidInput,
        RenderingFailed,
        UnknownCode,
        WrongUse,
    )
    from consentkit.model.procedure import Procedure
    from consentkit.problems import Problem

__all__ = [
    "ConsentkitError",
    "Document",
    "FileAccess",
    "InvalidInput",
    "Problem",
    "Procedure",
    "RenderingFailed",
    "UnknownCode",
    "Workspace",
    "WrongUse",
    "__version__",
    "open_workspace",
]

_HOMES = {
    "ConsentkitError": "errors",
    "Document": "documents.document",
    "FileAccess": "errors",
    "InvalidInput": "errors",
    "Problem": "problems",
    "Procedure": "model.procedure",
    "RenderingFailed": "errors",
    "UnknownCode": "errors",
    "Workspace": "documents.workspace",
    "WrongUse": "errors",
    "open_workspace": "documents.workspace",
}


if not TYPE_CHECKING:  # else every name would pass for one that is there

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'consentkit' has no attribute {name!r}")
        own_name = "OpenWorkspace" if name == "Workspace" else name
        return getattr(import_module(f"consentkit.{_HOMES[name]}"), own_name)
