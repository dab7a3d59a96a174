"""The libraries of the system that WeasyPrint needs, found without searching.

Guarantees: where they all are under their usual names, as in every Linux distribution, no program is started to look
for them; anywhere else they are searched for as ever.

WeasyPrint tries each library under the names of other systems first. For each of these `ctypes.util.find_library` asks
`ldconfig`, the compiler and the linker, one process after the other: some 0.2 of the 1.6 seconds of a document
where a compiler is installed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
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


_one_at_a_time = threading.RLock()


@contextmanager
def without_search() -> Iterator[None]:
    """While WeasyPrint is being loaded, let nothing be searched for where the usual names will do.

    One thread at a time is let in: the second would take the first one's stand-in for the search itself.
    """
    with _one_at_a_time:
        if not all(map(_is_there, _USUAL_NAMES)):
            yield
            return
        search = ctypes.util.find_library
        ctypes.util.find_library = _found_nothing
        try:
            yield
        finally:
            ctypes.util.find_library = search


def _found_nothing(name: str) -> str | None:
    """Say of every name that nothing is found under it, so that the usual one is tried."""


def _is_there(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
