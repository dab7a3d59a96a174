"""Packets of earlier runs, which nobody may hand out once their visit is refused.

Guarantees: only a packet of that visit which is, to the byte, as consentkit made it is removed; what somebody has
filled in, and what is something else, stays.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from consentkit.errors import ConsentkitError
from consentkit.output.write import remove_own_file
from consentkit.pdf.file.xmp import read_properties
from consentkit.pdf.read.drawn_text import PageTexts
from consentkit.processes.whole_files import LARGEST_PDF
from consentkit.reading.files import read_bytes

Fate = Literal["absent", "removed", "left"]
"""What became of a file: there was none, it is gone now, or it is still there."""


def remove_packet_of(path: Path, visits: Collection[str]) -> Fate:
    """Remove the packet of any of these visits, by their numbers, from a place; anything else there is left."""
    if not os.path.lexists(path):
        return "absent"
    try:
        is_gone = _is_packet_of(path, visits) and remove_own_file(path)
    except (ConsentkitError, ValueError):  # it can't be read, or is damaged, or can't be removed
        is_gone = False
    return "removed" if is_gone else "left"


def _is_packet_of(path: Path, visits: Collection[str]) -> bool:
    """Whether a file is a packet whose cover has one of the numbers. Its seal is looked at when it is removed.

    A record number may look like the number of a visit, but it is on each page, and that of a visit on the cover alone.
    """
    pdf = read_bytes(path, LARGEST_PDF)
    if "packet" not in (read_properties(pdf) or {}):
        return False
    none = set[str]()
    pages = [none, *({text for text in page if text in visits} for page in PageTexts().read(pdf)), none]
    return any(page - before - after for before, page, after in zip(pages, pages[1:], pages[2:], strict=False))
