"""Which programs make a document: when one of them changes, documents that were kept are made again.

Guarantees: nothing heavy is loaded to find this out, neither the page engine nor the model.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from consentkit.resources import CJK_FONT

_ENGINE = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "cssselect2", "pyphen", "pillow", "uharfbuzz")
_READING = ("jinja2", "markupsafe", "pydantic", "pyyaml")
_FONTS = ("fontpkg-atkinson-hyperlegible", "fontpkg-ibm-plex-sans-arabic", "fontpkg-source-sans-3")
_READERS = ("pikepdf", "pypdf", "pypdfium2", "pillow")
"""What checks and rewrites foreign PDF files; each wheel brings its own libraries."""
_NATIVE = (
    ("libpango-1.0.so.0", "pango_version_string", ctypes.c_char_p),
    ("libharfbuzz.so.0", "hb_version_string", ctypes.c_char_p),
    ("libfontconfig.so.1", "FcGetVersion", ctypes.c_int),
)


@cache
def versions() -> tuple[str, ...]:
    """The versions of what affects the bytes of a document, as far as they can be queried, with consentkit's source.

    FreeType, GLib and the C library are left out: glyphs are placed by HarfBuzz, from the fonts' own outlines.
    """
    return (
        sys.version,
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        _own_source(),
        *map(_version, _ENGINE + _READING + _FONTS),
        _system_font(),
        *native_versions(),
    )


@cache
def reader_versions() -> tuple[str, ...]:
    """The versions of what affects whether a foreign PDF file is accepted, and what it becomes."""
    return (sys.version, f"zlib {zlib.ZLIB_RUNTIME_VERSION}", _own_source(), *map(_version, _READERS))


def _own_source() -> str:
    """A digest of the program itself: its version alone would not show what a developer changes."""
    folder = str(Path(__file__).parents[1])
    digest = hashlib.sha256()
    for path in sorted(_modules_in(folder)):
        with open(path, "rb") as file:  # hundreds of them: `Path` takes as long as reading does
            data = file.read()
        digest.update(f"{path.removeprefix(folder)} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _modules_in(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in names if name.endswith(".py"))


def _version(package: str) -> str:
    """Which version of a package there is."""
    known = _versions_by_name().get(package)
    if known is None:
        from importlib.metadata import PackageNotFoundError, version  # takes longer to load than all of this

        try:
            known = version(package)
        except PackageNotFoundError:
            return f"{package} is missing"
    return f"{package} {known}"


_METADATA = re.compile(r"(.+?)-([^-]+)\.dist-info")


@cache
def _versions_by_name() -> dict[str, str]:
    """The versions of packages, as the folders with their metadata are called (PyPA, Recording installed projects).

    Of several, the one that is loaded counts: the first on the path. Where a folder has several of one package, as an
    update that was broken off leaves them, all count, since which of them is loaded can't be seen here. What is
    installed otherwise is not among them.
    """
    known: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:  # an archive, or nothing
            continue
        own: dict[str, list[str]] = {}
        for match in filter(None, map(_METADATA.fullmatch, names)):
            own.setdefault(re.sub(r"[-_.]+", "-", match[1]).lower(), []).append(match[2])
        for name, editions in own.items():
            known.setdefault(name, ", ".join(editions))
    return known


def _system_font() -> str:
    """What distinguishes editions of the system's font; reading its 20 MB each time would take too long."""
    try:
        status = CJK_FONT.stat()
    except OSError:
        return f"{CJK_FONT.name} is missing"
    return f"{CJK_FONT.name} {status.st_size} {int(status.st_mtime)}"


def native_versions() -> Iterator[str]:
    """The versions of the libraries that find fonts and shape text: other versions break lines elsewhere."""
    for library, name, kind in _NATIVE:
        try:
            function = getattr(ctypes.CDLL(library), name)
        except (OSError, AttributeError):  # another system names its libraries differently
            yield f"{library} is not known"
            continue
        function.restype = kind
        yield f"{library} {function()!r}"


_LIBRARIES = Path("/proc/self/maps")
_LIBRARY_NAMES = tuple(name.partition(".so")[0] for name, _, _ in _NATIVE)


def library_files() -> tuple[str, ...] | None:
    """The files of these libraries and of zlib, as this process has loaded them; None where that can't be seen.

    Another edition of one is another file: as long as these are the same files, the versions are the same.
    """
    versions()  # which loads them
    try:
        lines = _LIBRARIES.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    files = {line.partition("/")[2] for line in lines if "/" in line}
    own = sorted(f"/{file}" for file in files if _library(file) in (*_LIBRARY_NAMES, "libz"))
    return tuple(own) if {*map(_library, own)} >= {*_LIBRARY_NAMES} else None


def _library(file: str) -> str:
    return file.rpartition("/")[2].partition(".so")[0]
