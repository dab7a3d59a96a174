"""How full pages are, as it was measured once: what can't have changed since is not laid out again.

    PYTHONPATH=tests python -m kit.measured_pages    measures all anew, as `make pages` does

To lay out the whole library on both papers and in both sizes of print takes minutes. So tests/pages/measured.json keeps
what was measured, with a digest of all that decides where lines break: the HTML, the style sheets and the pictures that
the engine is given, its modules, and the versions of the programs below it. Where the digest is another, the pages are
laid out and measured, whatever the file says; where it is the same, the budgets are held against what was measured.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from consentkit.cache.versions import native_versions
from consentkit.documents import filled_in, safety
from consentkit.pdf.part import Part
from consentkit.pdf.render import engine
from kit import page_fill, tagged_file
from kit.page_fill import Filled, Measured, PageFill
from kit.running import PROJECT

MEASURED = PROJECT / "tests/pages/measured.json"
TESTS = PROJECT / "tests/documents/test_page_budgets.py"
"""The tests that measure pages."""

_FOLDER = "CONSENTKIT_MEASURED_PAGES"
"""The variable with the folder into which each measurement is written, while all are made anew."""
_PROGRAMS = ("weasyprint", "tinycss2", "tinyhtml5", "cssselect2", "pyphen", "fonttools", "pillow")
_FONTS = ("fontpkg-atkinson-hyperlegible", "fontpkg-ibm-plex-sans-arabic", "fontpkg-source-sans-3")
_LATER = ("foreign", "lines", "link")
"""The rooms of consentkit.pdf that only see pages once they are made: files of others, lines on pages, and packets."""


class _Known(Exception):
    """Nothing has to be laid out."""


@dataclass(frozen=True)
class Entry:
    """What is kept of a file."""

    made_from: str
    """A digest of all that decides where its lines break; empty where it was made before, and not laid out now."""
    measured: Measured


def measured(name: str, make: Callable[[], Part]) -> Measured:
    """What is measured of a file, by the name under which that is kept."""
    entry = measure(make, kept(name))
    if (folder := os.environ.get(_FOLDER)) and entry.made_from:
        _write(Path(folder), name, entry)
    return entry.measured


def measure(make: Callable[[], Part], known: Entry | None = None) -> Entry:
    """Make a file, and measure it, unless what it is made from is as it was: then it isn't laid out."""
    made_from = ""

    def render(html: str, styles: Sequence[str], assets: Mapping[str, bytes], info: Any, **layout: Any) -> Part:
        nonlocal made_from
        made_from = _digest(html, styles, assets, layout)
        if known and known.made_from == made_from:
            raise _Known
        return _RENDER(html, styles, assets, info, **layout)

    with mock.patch.object(engine, "render", render):
        try:
            part = make()
        except _Known:
            assert known
            return known
    return Entry(made_from, Filled(part.pdf).measured(part.flaws))


_RENDER = engine.render


def made_from(make: Callable[[], object], *modules: str | None) -> str:
    """A digest of all that decides what a file is, which is not laid out, and of the modules that examine it."""
    digest = ""

    def render(html: str, styles: Sequence[str], assets: Mapping[str, bytes], info: Any, **layout: Any) -> Part:
        nonlocal digest
        digest = _digest(html, styles, assets, {**layout, "info": repr(info), "modules": _digest_of(modules)})
        raise _Known

    with mock.patch.object(engine, "render", render), suppress(_Known):
        make()
    return digest


@cache
def _digest_of(modules: tuple[str | None, ...]) -> str:
    """A digest of modules, by their files."""
    return hashlib.sha256(b"".join(Path(path or "").read_bytes() for path in modules)).hexdigest()


def _digest(html: str, styles: Sequence[str], assets: Mapping[str, bytes], layout: Mapping[str, Any]) -> str:
    pictures = {name: hashlib.sha256(data).hexdigest() for name, data in assets.items()}
    given = json.dumps([html, list(styles), pictures, dict(layout), *_programs()], sort_keys=True)
    return hashlib.sha256(given.encode()).hexdigest()[:32]


@cache
def _programs() -> tuple[str, ...]:
    """What lays out, reads back and measures: a digest of our own modules, and the versions of what is below them."""
    own = hashlib.sha256()
    modules = (safety.__file__, filled_in.__file__, page_fill.__file__, tagged_file.__file__)
    pdf = Path(engine.__file__).parents[1]
    making = [path for path in sorted(pdf.rglob("*.py")) if path.relative_to(pdf).parts[0] not in _LATER]
    for path in (*making, *map(Path, modules)):
        own.update(path.read_bytes())
    return (own.hexdigest(), *versions_below())


def versions_below() -> list[str]:
    """The versions of the engine, of what shapes text, and of the fonts."""
    return [*native_versions(), *(f"{name} {version(name)}" for name in _PROGRAMS + _FONTS)]


# --- the file ---


def kept(name: str) -> Entry | None:
    """What is kept of a file."""
    files = _all_kept()["files"]
    return _entry(files[name]) if name in files else None


def is_of_these_versions() -> bool:
    """Whether what is kept was measured with the programs that are here; others may break lines elsewhere."""
    return bool(_all_kept()["versions"] == versions_below())


@cache
def _all_kept() -> dict[str, Any]:
    everything: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return everything


def _entry(data: Mapping[str, Any]) -> Entry:
    facts = {name: value for name, value in data.items() if name != "made_from"}
    return Entry(data["made_from"], Measured(**{**facts, "pages": [PageFill(*page) for page in facts["pages"]]}))


def _write(folder: Path, name: str, entry: Entry) -> None:
    pages = [[page.number, page.full, page.lines] for page in entry.measured.pages]
    data = {"made_from": entry.made_from, **asdict(entry.measured), "pages": pages}
    file = folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json"
    file.write_text(json.dumps({name: data}), encoding="utf-8")


def main() -> int:
    """Measure all anew, by running the tests."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, _FOLDER: folder}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", str(TESTS)]
        ended = subprocess.run(command, env=environment, cwd=PROJECT, check=False)
        found: dict[str, Any] = {}
        for path in Path(folder).iterdir():
            found |= json.loads(path.read_text(encoding="utf-8"))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))
    text = f'{{"versions": {json.dumps(versions_below())},\n"files": {{\n{lines}\n}}}}\n'
    MEASURED.write_text(text, encoding="utf-8")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
