"""Where the shipped procedures, templates and fonts are.

Guarantees: the same call finds them in an installed wheel, in an editable install and in a checkout; nothing is
searched for in the current folder.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

CJK_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
"""The font for Chinese, Japanese and Korean letters, where Debian's package `fonts-noto-cjk` is installed."""

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def shipped(name: str) -> Path:
    """A shipped folder, such as `procedures`: inside the installed package, or at the top of a checkout."""
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _CHECKOUT / name


def font_file(package: str, name: str) -> Path:
    """A font file of an installed font package. Importing the package is not needed, so nothing of it runs."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the font package {package} is not installed", name=package)
    return Path(next(iter(spec.submodule_search_locations))) / "files" / name


def is_installed() -> bool:
    """Whether this is an installed package, and not a checkout, whose shipped files are its authors' own."""
    return (_PACKAGE / "_shipped").is_dir()
