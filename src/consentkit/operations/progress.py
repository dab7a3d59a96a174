"""How far long work has come, for whoever watches.

Guarantees: nothing is said of what the work is about, so of no patient either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Gets how many are done, and of how many; what it raises ends the work."""


def ignore_progress(done: int, total: int) -> None:
    """Tell nobody."""
