"""What the engine made of a page is kept for the run of the tests, whichever of them need that page again.

Guarantees: a part comes back only for the very HTML, style sheets, pictures and properties that it was made of; a page
that differs in one letter is laid out. While a test has put anything in the place of what lays out pages, each page is
laid out, and so it is for the tests in AROUND, which are about the engine itself. Nothing outlives the run.

Several hundred tests make the same small papers, each in a clinic's folder of its own, and often without the cache,
since they are about what comes before or after: a third of all pages were laid out for a second time.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, wraps
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import FunctionType
from typing import Any

import consentkit
from consentkit.pdf.part import Part
from consentkit.pdf.render import engine

AROUND = (
    "tests/pdf/",
    "tests/processes/",
    "tests/documents/test_determinism.py",
    "tests/documents/test_page_budgets.py",
    "tests/guards/test_guards_documents.py::test_threads",
    "tests/interface/test_interface.py::test_several_threads",
    "tests/interface/test_open_for_weeks.py::test_memory",
    "tests/interface/test_open_for_weeks.py::test_nothing_of_a_patient",
    "tests/interface/test_open_for_weeks.py::test_threads",
)
"""The beginnings of the names of tests that lay out each page: again, in threads, or for the memory that it takes."""

_KEPT = {("consentkit.pdf.render.engine", "render"), ("consentkit.pdf.read.structure_text", "tagged_text")}
"""The modules and names of functions whose results are kept: others take their places from the beginning."""

_Render = Callable[..., Part]
_Definition = tuple[Any, str, Any]
"""A module or class, a name in it, and what that stands for."""


def keep_parts(folder: Path) -> None:
    """Keep in a folder what the engine makes from now on, in this process and in those that it forks."""
    engine.render = keeping(engine.render, folder)


def keeping(render: _Render, folder: Path) -> _Render:
    """The engine's `render`, which takes up what it has made before, while all else is as it is now."""
    as_shipped, modules = list(definitions("consentkit.pdf", "weasyprint")), digest_of_modules()

    @wraps(render)
    def kept_or_rendered(
        html: str, styles: Sequence[str], assets: Mapping[str, bytes], info: Any, **layout: Any
    ) -> Part:
        if os.environ.get("PYTEST_CURRENT_TEST", "").startswith(AROUND) or not are_there(as_shipped):
            return render(html, styles, assets, info, **layout)
        path = folder / _digest(html, styles, assets, info, layout, modules)
        with suppress(OSError):  # not made yet, or not for this user to read
            part: Part = pickle.loads(path.read_bytes())
            return part
        part = render(html, styles, assets, info, **layout)
        with suppress(OSError):  # a child process under limits may not be able to write
            write(path, pickle.dumps(part))
        return part

    return kept_or_rendered


def own_modules() -> list[Path]:
    """The files of all modules of consentkit."""
    return sorted(Path(consentkit.__file__).parent.rglob("*.py"))


@cache
def digest_of_modules() -> str:
    """A digest of our own modules; the versions of the programs below them stay the same during a run."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in own_modules())).hexdigest()


def _digest(
    html: str, styles: Sequence[str], assets: Mapping[str, bytes], info: Any, layout: Mapping[str, Any], modules: str
) -> str:
    """A digest of all that a page is made of."""
    pictures = sorted((name, hashlib.sha256(data).hexdigest()) for name, data in assets.items())
    given = (html, list(styles), pictures, info, sorted(layout.items()), modules)
    return hashlib.sha256(repr(given).encode(errors="surrogatepass")).hexdigest()


def write(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all: another worker may be about to read it."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)


def definitions(*rooms: str) -> Iterator[_Definition]:
    """What a test might replace in order to plant a fault: names of our rooms, functions of others, and the methods."""
    for name, module in list(sys.modules.items()):
        if not name.startswith(rooms):
            continue
        is_own = name.startswith("consentkit")
        for key, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == name:
                yield from ((value, method, made) for method, made in vars(value).items() if _is_code(made))
            if (is_own or isinstance(value, type | FunctionType)) and not _is_kept(value):
                yield module, key, value


def _is_kept(value: object) -> bool:
    return isinstance(value, FunctionType) and (value.__module__, value.__qualname__) in _KEPT


def _is_code(value: object) -> bool:
    return isinstance(value, FunctionType | property | classmethod | staticmethod)


def are_there(definitions: Sequence[_Definition]) -> bool:
    """Whether all of them are what they were."""
    return all(vars(owner).get(name) is value for owner, name, value in definitions)
