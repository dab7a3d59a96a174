"""A page of HTML becomes a finished file: the one way for documents, forms and the sheets of a packet.

Guarantees: the result is a complete tagged PDF, or an exception says what is wrong, in which template; nobody gets a
file that its judge, who reads it back, has refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from consentkit.documents.page import LOGO_ASSET, Content, Sheet
from consentkit.documents.style_sheets import paths_of_layout, styles_of_layout
from consentkit.documents.template_places import naming_templates
from consentkit.errors import RenderingFailed
from consentkit.library.clinic import ClinicFolder
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import Layout
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.part import Part
from consentkit.processes.forking import no_fork

if TYPE_CHECKING:  # else it would be the page engine that is imported
    from consentkit.pdf.render.ahead import WhenLaidOut

_ENGINE = "consentkit.pdf.render.engine"


@dataclass(frozen=True)
class Overseer:
    """Who looks at a page while it is printed."""

    judge: Callable[[Part], None] | None = None
    """Looks at the finished file, and raises where it is not fit to be handed out."""
    watch: WhenLaidOut | None = None
    """Gets the pages each time that another one is laid out."""


def print_page(
    page: Sheet,
    layout: Layout,
    info: Info,
    assets: Mapping[str, bytes],
    templates: Sequence[Path],
    files: Snapshot | None = None,
    *,
    overseer: Overseer | None = None,
) -> Part:
    """Print a page. `files` reads the style sheets; `assets` are the pictures that the page may show, by address.

    Raises RenderingFailed where a template is faulty, a character can't be printed, or something is missing.
    """
    engine, overseer = load_engine(), overseer or Overseer()
    styles = [page.style, *styles_of_layout(layout, templates, files)]
    with naming_templates((*page.templates, *paths_of_layout(layout, templates))):
        part: Part = engine.render(
            page.html, styles, assets, info, fillable=layout.fillable, paper=layout.paper, watch=overseer.watch
        )
        if overseer.judge:
            overseer.judge(part)
    return part


def assets_of(folder: ClinicFolder, content: Content | None = None) -> dict[str, bytes]:
    """What a page may show: the clinic's logo, and the pictures of its text."""
    logo = {LOGO_ASSET: folder.logo.data} if folder.logo else {}
    return {**logo, **(content.assets if content else {})}


def load_engine() -> ModuleType:
    """Load WeasyPrint, which takes longer than all else together. Raises RenderingFailed where a library is missing."""
    if _ENGINE in sys.modules:  # most often, and then there is nothing to guard
        return import_module(_ENGINE)
    from consentkit.pdf.render.libraries import late_fonts, without_search

    try:
        with no_fork(), without_search(), late_fonts():
            return import_module(_ENGINE)
    except OSError as error:
        raise RenderingFailed(
            "the page engine WeasyPrint lacks a library of the system. On Debian: "
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error
