"""Which files come with consentkit.

Guarantees: the answer is the same however a path leads to a file, and nothing is raised.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.reading.paths import resolved
from consentkit.resources import shipped

_FOLDERS = ("procedures", "papers", "templates")
"""The shipped folders of what papers are made from."""


def is_shipped(path: Path) -> bool:
    """Whether a definition, a template or a language pack comes with consentkit."""
    place = resolved(path)
    return any(place.is_relative_to(resolved(shipped(name))) for name in _FOLDERS)
