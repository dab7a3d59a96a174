"""The libraries that WeasyPrint needs: those of the system loaded without a search, those for rare fonts when needed.

Guarantees: if they all have their default names, as in every Linux distribution, no program is started to search for
them; otherwise the search is the same as ever. What is loaded late is the same library, whoever uses it first.

WeasyPrint first tries each library under its names on other systems. For each of these, `ctypes.util.find_library`
runs `ldconfig`, the compiler and the linker, one process after the other: some 0.2 of the 1.6 seconds for a document
if a compiler is installed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

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


class _LateModule(ModuleType):
    """A module that is loaded when something of it is first used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _instantiated(*arguments: Any, **options: Any) -> Any:
    return import_module(_INSTANCER).instantiateVariableFont(*arguments, **options)


_INSTANCER = "fontTools.varLib.instancer"
_LATE: dict[str, dict[str, Any]] = {"fontTools.subset": {}, _INSTANCER: {"instantiateVariableFont": _instantiated}}
"""What WeasyPrint loads and most documents do without, since HarfBuzz takes out what of them is needed: a tenth of the
time in which WeasyPrint is loaded. Which functions of them it imports by name.
"""


@contextmanager
def late_fonts() -> Iterator[None]:
    """While WeasyPrint is being loaded, leave out what is for rare fonts; it is loaded when one of them is used."""
    with _one_at_a_time:
        late = [_late(name, functions) for name, functions in _LATE.items() if name not in sys.modules]
        try:
            yield
        finally:
            for module in late:
                if sys.modules.get(module.__name__) is module:
                    del sys.modules[module.__name__]


def _late(name: str, functions: dict[str, Any]) -> ModuleType:
    module = _LateModule(name)
    vars(module).update(functions)
    sys.modules[name] = module
    return module
