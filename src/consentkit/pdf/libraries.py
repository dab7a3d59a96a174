"""The libraries of the system that WeasyPrint needs, found without searching.

Guarantees: where they all are under their usual names, as in every Linux distribution, no program is started to look
for them; anywhere else they are searched for as ever.

WeasyPrint tries each library under the names of other systems first. For each of these `ctypes.util.find_library` asks
`ldconfig`, the compiler and the linker, one process after the other: a tenth of the time that a document takes.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager

_USUAL_NAMES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libfontconfig.so.1",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
)
"""The names under which WeasyPrint 70 finds its libraries on Linux, without which it does not work."""


@contextmanager
def without_search() -> Iterator[None]:
    """While WeasyPrint is being loaded, let no library be searched for whose usual name will do."""
    if not all(map(_is_there, _USUAL_NAMES)):
        yield
        return
    search = ctypes.util.find_library
    ctypes.util.find_library = _not_elsewhere
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _not_elsewhere(name: str) -> str | None:
    """Say of every other name that it is not there."""


def _is_there(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
