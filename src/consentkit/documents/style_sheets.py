"""The style sheets of pages: one for all, and those of the layouts.

Guarantees: of each, the clinic's own comes before the shipped one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from consentkit.library.snapshot import Snapshot
from consentkit.model.clinic import Clinic
from consentkit.model.identity import PAPER_SIZES, Layout
from consentkit.reading.paths import is_file

STYLE_SHEET = "print.css"
"""The style sheet of every page."""
_LARGE, _REGULAR = "large.css", "regular.css"
_OF_LAYOUTS = (*(f"paper-{paper}.css" for paper in PAPER_SIZES), _LARGE, _REGULAR)


def style_path(name: str, templates: Sequence[Path]) -> Path:
    """The style sheet of that name, in the first folder that holds it."""
    return next((folder / name for folder in templates if is_file(folder / name)), templates[-1] / name)


def read_style(name: str, templates: Sequence[Path], files: Snapshot | None = None) -> str:
    """The text of the style sheet of that name."""
    return (files or Snapshot()).text(style_path(name, templates))


def style_of(clinic: Clinic, templates: Sequence[Path], files: Snapshot) -> str:
    """The style of every page of a clinic, with its colour."""
    accent = f"\nhtml {{ --accent: {clinic.accent}; }}\n" if clinic.accent else ""
    return read_style(STYLE_SHEET, templates, files) + accent


def styles_of_all_layouts(templates: Sequence[Path], files: Snapshot) -> list[str]:
    """The style sheets of which each layout has some."""
    return [read_style(name, templates, files) for name in _OF_LAYOUTS]


def styles_of_layout(layout: Layout, templates: Sequence[Path], files: Snapshot | None = None) -> Iterator[str]:
    """The style sheets that a layout adds to that of every page."""
    return (read_style(name, templates, files) for name in _names(layout))


def shipped_styles(clinic: Clinic, templates: Sequence[Path], files: Snapshot) -> list[str]:
    """The style sheets of all layouts of a clinic that are the shipped ones, and so are known to be harmless."""
    own = [name for name in (STYLE_SHEET, *_OF_LAYOUTS) if style_path(name, templates).parent != templates[-1]]
    page = [] if STYLE_SHEET in own else [style_of(clinic, templates, files)]
    return page + [read_style(name, templates, files) for name in _OF_LAYOUTS if name not in own]


def paths_of_layout(layout: Layout, templates: Sequence[Path]) -> Iterator[Path]:
    """The files of these style sheets."""
    return (style_path(name, templates) for name in _names(layout))


def _names(layout: Layout) -> Iterator[str]:
    yield f"paper-{layout.paper}.css"
    yield _LARGE if layout.large_print else _REGULAR
