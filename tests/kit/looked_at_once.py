"""What was seen on a page of a scan is kept for the run of the tests, whichever of them hand in that page again.

Guarantees: it comes back only for the very pixels, code, record of the page and part that it was seen by; while a test
has replaced anything that looks at pages or reads parts, each page is looked at, and so it is for the tests of that
room, and where a page is compared with pictures from elsewhere than its part. Nothing outlives the run.

The tests of filing and of the front desk hand in the same signed pages again and again, and half a second goes by for
each; what they are about comes after that.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consentkit.scans import reading
from consentkit.scans.references import References
from kit.laid_out_once import are_there, definitions, digest_of_modules, write

if TYPE_CHECKING:
    from consentkit.scans.codes import PageCode
    from consentkit.scans.findings import KnownPage, PageFinding
    from consentkit.scans.page import ScanPage

AROUND = ("tests/scans/",)
"""The beginnings of the names of tests that look at each page."""

_Look = Callable[..., "PageFinding"]


def keep_findings(folder: Path) -> None:
    """Keep in a folder what is seen on pages from now on, in this process and in those that it forks."""
    reading._with_places = keeping(reading._with_places, folder)


def keeping(look: _Look, folder: Path) -> _Look:
    """`look`, which takes up what it has seen before, while all else is as it is now."""
    if reading.can_check_places():
        import consentkit.scans.checking  # noqa: F401 - so that it is among what must be as it is now
    as_shipped = [one for one in definitions("consentkit.scans", "consentkit.pdf") if one[1] != "_with_places"]
    modules = digest_of_modules()

    @wraps(look)
    def kept_or_seen(
        finding: PageFinding, page: ScanPage, code: PageCode, known: KnownPage, *references: Any
    ) -> PageFinding:
        is_around = os.environ.get("PYTEST_CURRENT_TEST", "").startswith(AROUND) or not _are_of_parts(references)
        if is_around or not are_there(as_shipped):
            return look(finding, page, code, known, *references)
        path = folder / _digest(page, code, known, modules)
        with suppress(OSError):  # not seen yet, or not for this user to read
            outcome, places = pickle.loads(path.read_bytes())
            return replace(finding, outcome=outcome, places=places)
        seen = look(finding, page, code, known, *references)
        if seen == replace(finding, outcome=seen.outcome, places=seen.places):  # and it says no more than that
            with suppress(OSError):  # a child process under limits may not be able to write
                write(path, pickle.dumps((seen.outcome, seen.places)))
        return seen

    return kept_or_seen


def _are_of_parts(references: tuple[Any, ...]) -> bool:
    """Whether the pictures are those of the very parts: our own class draws them from these, and only keeps them."""
    return all(one is None or type(one) is References for one in references)


def _digest(page: ScanPage, code: PageCode, known: KnownPage, modules: str) -> str:
    """A digest of all that is looked at."""
    picture, part = (hashlib.sha256(data).hexdigest() for data in (page.gray.tobytes(), known.part))
    scan = (page.gray.shape, page.kind, page.dpi, page.pixels_per_inch, page.is_fax)
    given = (picture, scan, code, known.paper, known.page, part, modules)
    return hashlib.sha256(repr(given).encode(errors="surrogatepass")).hexdigest()
