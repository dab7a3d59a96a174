"""The Python interface: a clinic's folder, opened for as long as a program runs.

Guarantees: each call reads what it needs as it is at that moment, so an edit of the clinic's folder counts from the
next call on; between calls nothing is held but where the folder and the cache are, so nothing grows, and nothing of a
patient stays; any number of threads may call at once, and no call sees anything of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from consentkit.interface.approvals import WithApprovals
from consentkit.interface.packets import WithPackets
from consentkit.interface.texts import WithTexts
from consentkit.operations.given import require_names
from consentkit.operations.opening import settle


def open_workspace(clinic: str | Path | None = None, *, cache: str | Path | Literal[False] | None = None) -> Workspace:
    """Open a clinic's folder: the one given, or that of CONSENTKIT_CLINIC, or the current folder or a parent of it.

    Where none of these holds a clinic.yaml, the shipped library serves, and the paper has blanks for the clinic's
    particulars. Which folder it is, is settled here once: a program may go to another folder later.

    Finished documents are kept in `cache`: a folder, or, where none is named, that of the command line
    ($CONSENTKIT_CACHE, else consentkit in your folder of caches). With False, nothing is kept, and every document is
    made again.

    Raises FileAccess or InvalidInput where the folder or its particulars can't be used.
    """
    require_names(clinic, None if cache is False else cache)
    return Workspace(settle(clinic, cache or None, is_cached=cache is not False))


@dataclass(frozen=True, slots=True, eq=False)
class Workspace(WithTexts, WithPackets, WithApprovals):
    """A clinic's folder, or none, together with what consentkit ships. `open_workspace` makes it."""

    def __repr__(self) -> str:
        return f"<Workspace of {self.folder or 'no clinic'}>"
