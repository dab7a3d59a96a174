"""Which files are opened for reading while something runs, and how often.

Guarantees: whatever opens a file in this process is counted, by whichever function it does so, since Python itself
reports it; files that are written are not.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_counting: list[Counter[Path]] = []
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """Count an open file. A hook can't be taken out again, so it does nothing while nobody counts."""
    if not _counting or event != "open":
        return
    path, _, flags = arguments
    if isinstance(path, str | os.PathLike) and not flags & (_WRITING | os.O_DIRECTORY):
        _counting[-1][Path(path).absolute()] += 1


sys.addaudithook(_note)


@contextmanager
def opened_files(*folders: Path) -> Iterator[Counter[Path]]:
    """Count how often each file in these folders is opened. The result is complete when the block has ended."""
    seen: Counter[Path] = Counter()
    found: Counter[Path] = Counter()
    _counting.append(seen)
    try:
        yield found
    finally:
        _counting.remove(seen)
        found.update({path: count for path, count in seen.items() if any(map(path.is_relative_to, folders))})
