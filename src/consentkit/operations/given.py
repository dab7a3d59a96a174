"""Whether what a program passes can be meant at all.

Guarantees: something of a wrong kind is refused before it is used, and is not quoted.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.errors import WrongUse


def require_names(*names: object) -> None:
    """Raise WrongUse for what names no file or folder. An empty text would mean the current folder."""
    for name in names:
        if name is not None and not isinstance(name, str | Path):
            raise WrongUse(f"the name of a file or folder must be a text or a Path, and not a {type(name).__name__}")
        if name == "":
            raise WrongUse("an empty text names no file or folder; name one, or leave it out")


def require_source(procedure: object) -> None:
    """Raise WrongUse for what no document can be made from."""
    from consentkit.documents.page import Content
    from consentkit.model.procedure import Procedure

    if not isinstance(procedure, Procedure | Content):
        require_names(procedure)
        if procedure is None:
            raise WrongUse("name a procedure by its code or the path of its file")
