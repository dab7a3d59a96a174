"""How alike a scan and the page of a part are, wherever and however the page lies in the scan.

Guarantees: what is written on a page does not count, only what is printed; a page that can't be found in the scan has
the score 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from consentkit.scans import pixels
from consentkit.scans.findings import KnownPage
from consentkit.scans.page import ScanPage
from consentkit.scans.references import DPI, References, box_of
from consentkit.scans.registration import Features, features_of, guess_of_features, likeness, register


@dataclass(frozen=True)
class Face:
    """How a page looks in a scan."""

    score: float
    turn: int
    """By how many degrees the scan is to be turned clockwise to be upright: 0, 90, 180 or 270."""


_NOWHERE = Face(0.0, 0)


class FaceFinder:
    """Looks for pages in one scan."""

    def __init__(self, page: ScanPage, references: References) -> None:
        self._page, self._references = page, references

    @cached_property
    def _features(self) -> Features:
        return features_of(self._page.gray, self._page.pixels_per_inch)

    def face(self, known: KnownPage) -> Face:
        """How a page looks in the scan."""
        try:
            reference = self._references.page(known.paper.part, known.part, known.page.page_of_part)
        except ValueError:  # the part that was kept is damaged
            return _NOWHERE
        per_inch = self._page.pixels_per_inch
        guess = guess_of_features(self._features, per_inch, features_of(reference, DPI), reference.shape[:2])
        if guess is None:
            return _NOWHERE
        places = [box_of(place.corners, known.page.height).grown(1.0, 1.0, 0.0) for place in known.page.places]
        registration = register(self._page.gray, reference, guess, places)
        if registration is None:
            return _NOWHERE
        return Face(likeness(self._page.gray, reference, registration.transform, places), _turn(registration.transform))


def _turn(transform: pixels.Transform) -> int:
    """By how many degrees a scan is to be turned, from where the upper edge of the page goes."""
    across, down = transform[0, 0], transform[1, 0]
    if abs(across) >= abs(down):
        return 0 if across > 0 else 180
    return 270 if down > 0 else 90
