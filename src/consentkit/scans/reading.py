"""What a page of a scan is, and in which of its places there is ink.

Guarantees: only the code on the page says which page it is; where the record or the part of it is lost, or OpenCV is
missing, the page is known and its places count as not checked; no place in which something was printed is judged.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from consentkit.scans.codes import PageCode, page_codes
from consentkit.scans.findings import KnownPage as KnownPage  # noqa: PLC0414 - what `read_page` takes and gives
from consentkit.scans.findings import PageFinding as PageFinding  # noqa: PLC0414
from consentkit.scans.findings import PageLookup as PageLookup  # noqa: PLC0414
from consentkit.scans.findings import PlaceFinding as PlaceFinding  # noqa: PLC0414
from consentkit.scans.page import ScanPage

if TYPE_CHECKING:
    from consentkit.scans.references import References

ONE_BIT = "it was scanned in black and white, where a faint pen leaves nothing: scan in gray at 200 dots per inch"
FAX = "it came by fax, which loses thin strokes: let the paper itself be scanned in gray at 200 dots per inch"


def can_check_places() -> bool:
    """Whether OpenCV is there and can be loaded, without which places are not looked at.

    The edition with windows is often there without the libraries of the system that it needs.
    """
    try:
        import_module("cv2")
    except ImportError:
        return False
    return True


def read_page(page: ScanPage, lookup: PageLookup, references: References | None = None) -> PageFinding:
    """Read a page. `references` keeps what the pages of a run share."""
    codes = page_codes(page.gray)
    finding = PageFinding(
        page.name, page.index, page.kind, page.dpi, page.is_fax, "no code", codes, warnings=_warnings(page)
    )
    if not codes:
        return replace(finding, outcome="blank") if _is_blank(page) else finding
    finding = replace(finding, turn=codes[0].turn)
    if len(codes) > 1:
        return replace(finding, outcome="several codes")
    known = lookup.find(codes[0].packet, codes[0].page)
    if not isinstance(known, KnownPage):
        return replace(finding, outcome=known)
    if not known.part or not can_check_places():
        return replace(finding, outcome="not checked")
    return _with_places(finding, page, codes[0], known, references)


def _warnings(page: ScanPage) -> tuple[str, ...]:
    if page.is_fax:
        return (FAX,)
    return (ONE_BIT,) if page.kind == "one-bit" else ()


def _is_blank(page: ScanPage) -> bool:
    if not can_check_places():
        return False
    from consentkit.scans.blank import is_blank

    return is_blank(page.gray, page.pixels_per_inch)


def _with_places(
    finding: PageFinding, page: ScanPage, code: PageCode, known: KnownPage, references: References | None
) -> PageFinding:
    """What is said of a page whose record and part are there."""
    from consentkit.scans.checking import NotRegistered, check_places
    from consentkit.scans.references import References

    try:
        places = check_places(page, code, known, references or References())
    except NotRegistered:
        return replace(finding, outcome="not registered")
    except ValueError:  # the part that was kept is damaged
        return replace(finding, outcome="not checked")
    return replace(finding, outcome="read", places=places)
