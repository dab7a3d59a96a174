"""The pages of a packet around its papers: the cover, and blank pages.

Guarantees: nothing of a patient is in them. Like documents, they are made ahead and kept, and have slots for what
belongs to the visit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from consentkit._version import __version__
from consentkit.cache.store import key_of
from consentkit.documents.kept import keep_unless_edited
from consentkit.documents.packing import pack_part, unpack_part
from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.clinic import ClinicFolder
from consentkit.library.keys import Inputs
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import Layout
from consentkit.model.words import LanguagePack
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.part import Part


class SheetSpec(NamedTuple):
    """Which sheet: a template with its values, in a language and a layout."""

    template: str
    title: str
    mark: str
    """What is printed at the head of each page: that the packet holds drafts, if it does."""
    pack: LanguagePack
    layout: Layout
    words: str
    """The words of the pack as one text: as they were read, since its file may have been edited since."""
    values: Mapping[str, Any]
    """What the template sees besides clinic and words: plain values, so that they can be part of a key."""


def sheet(workspace: OpenWorkspace, spec: SheetSpec, key: str, files: Snapshot | None = None) -> Part:
    """Make a sheet, or take it from the store. `files` reads the templates, as those that the key is made of.

    Raises RenderingFailed where a template is faulty.
    """
    kept = unpack_part(workspace.store.get(key))
    if kept is not None:
        return kept[0]
    with workspace.naming_files(spec.pack.language, snapshot=files):
        part: Part = workspace.guarded(make_sheet, spec, workspace.folder, workspace.templates, files)
    keep_unless_edited(workspace, key, pack_part(part), lambda now: sheet_key(spec, now))
    return part


def make_sheet(spec: SheetSpec, folder: ClinicFolder, templates: Sequence[Path], files: Snapshot | None = None) -> Part:
    """Make a sheet. Raises RenderingFailed where a template is faulty."""
    # Which a sheet that is kept does without.
    from consentkit.documents.approval_words import unapproved
    from consentkit.documents.page import compose_sheet
    from consentkit.documents.printing import assets_of, print_page

    heads = unapproved(spec.mark, spec.pack).at_heads
    values = {**spec.values, "title": spec.title, "mark": spec.mark, "mark_at_heads": heads}
    page = compose_sheet(spec.template, values, folder.clinic, spec.pack, templates, files)
    info = Info(spec.title, spec.pack.language, publisher=folder.clinic.name or "", tool=f"consentkit {__version__}")
    return print_page(page, spec.layout, info, assets_of(folder), templates, files)


def sheet_key(spec: SheetSpec, inputs: Inputs) -> str:
    """The key under which a sheet is kept: it changes with everything that the sheet is made from."""
    layout = spec.layout
    return key_of(
        "sheet",
        inputs.surroundings(),
        spec.words,
        spec.template,
        spec.title,
        json.dumps([layout.paper, layout.large_print, layout.fillable, spec.mark], sort_keys=True),
        json.dumps(spec.values, sort_keys=True),
    )
