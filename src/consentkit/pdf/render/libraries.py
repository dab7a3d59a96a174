"""The system libraries that WeasyPrint needs, loaded without a search.

Guarantees: if they all have their default names, as in every Linux distribution, no program is started to search for
them; otherwise the search is the same as ever.

WeasyPrint first tries each library under its names on other systems. For each of these, `ctypes.util.find_library`
runs `ldconfig`, the compiler and the linker, one process after the other: some 0.2 of the 1.6 seconds for a document
if a compiler is installed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_DEFAULT_NAMES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libfontconfig.so.1",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
)
"""The names by which WeasyPrint 70 loads its libraries on Linux, without which it does not work."""


_one_at_a_time = threading.RLock()


@contextmanager
def without_search() -> Iterator[None]:
    """While WeasyPrint is being loaded, skip the search for libraries if the default names suffice.

    One thread at a time: a second one would take the first one's replacement for the original search.
    """
    with _one_at_a_time:
        if not all(map(_is_there, _DEFAULT_NAMES)):
            yield
            return
        search = ctypes.util.find_library
        ctypes.util.find_library = _find_nothing
        try:
            yield
        finally:
            ctypes.util.find_library = search


def _find_nothing(name: str) -> str | None:
    """Return None for every name, so that the default one is tried."""


def _is_there(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
