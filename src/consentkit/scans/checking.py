"""The places of a page whose code was read, looked at one by one.

Guarantees: in black and white, nothing is sure on a page that looks soiled; a place of which nothing certain can be
said comes with a picture of it, and so do yes and no where both may be marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from consentkit.scans import pixels
from consentkit.scans.codes import PageCode
from consentkit.scans.findings import KnownPage, PlaceFinding
from consentkit.scans.ink import InkPlace, measured
from consentkit.scans.measures import CLEAR_LIKENESS, InkMeasures, is_page_soiled, reason_of_doubt, verdict_of
from consentkit.scans.page import ScanPage
from consentkit.scans.record import RecordedPlace
from consentkit.scans.references import DPI, PixelBox, References, box_of
from consentkit.scans.registration import Registration, features_of, guess_of_code, guess_of_features, register
from consentkit.scans.straightened import Straightened, straightened

if TYPE_CHECKING:
    from consentkit.scans.page import Gray

_AROUND = 8.0
"""Millimetres around a place that its picture shows."""
_AROUND_CODE = 2.0
"""Millimetres around the code in which nothing is looked at."""
_SOILED_PAGE = "the page looks soiled, and in black and white a stain is as black as ink"


class NotRegistered(Exception):
    """A page does not look like the one that its code names."""


def check_places(page: ScanPage, code: PageCode, known: KnownPage, references: References) -> tuple[PlaceFinding, ...]:
    """What is said of each place. Raises NotRegistered, and ValueError where the part can't be drawn."""
    reference = references.page(known.paper.part, known.part, known.page.page_of_part)
    height = known.page.height
    boxes = [box_of(place.corners, height) for place in known.page.places]
    code_box = box_of(known.page.code, height) if known.page.code else None
    registration = _registration(page, code, reference, code_box, boxes)
    if registration is None:
        raise NotRegistered
    straight = straightened(page.gray, reference, registration)
    looked_at = [InkPlace(box, place.kind) for box, place in zip(boxes, known.page.places, strict=True)]
    around_code = [code_box.grown(_AROUND_CODE, _AROUND_CODE, _AROUND_CODE)] if code_box else []
    has_shades = page.kind != "one-bit"
    measures = [
        replace(ink, has_shades=has_shades, is_firm=_is_firm(registration, box, ink))
        for ink, box in zip(measured(straight, looked_at, around_code, has_shades=has_shades), boxes, strict=True)
    ]
    judged = [ink for place, ink in zip(known.page.places, measures, strict=True) if not place.printed]
    is_doubtful = not has_shades and is_page_soiled(judged)
    findings = [
        _finding(place, ink, box, straight, is_doubtful=is_doubtful)
        for place, ink, box in zip(known.page.places, measures, boxes, strict=True)
    ]
    marked = Counter(one.place.one_of for one in findings if one.place.one_of and one.verdict != "no ink seen")
    return tuple(
        replace(one, cut_out=_picture(straight, box))
        if one.verdict == "ink found" and marked[one.place.one_of] > 1
        else one
        for one, box in zip(findings, boxes, strict=True)
    )


def _registration(
    page: ScanPage, code: PageCode, reference: Gray, code_box: PixelBox | None, boxes: Sequence[PixelBox]
) -> Registration | None:
    """Where the page lies: as its code says, or else as what is printed on it does."""
    places = [box.grown(1.0, 1.0, 0.0) for box in boxes]
    guess = guess_of_code(code.corners, code_box) if code_box else None
    registration = register(page.gray, reference, guess, places) if guess is not None else None
    if registration is None:
        guess = guess_of_features(
            features_of(page.gray, page.pixels_per_inch),
            page.pixels_per_inch,
            features_of(reference, DPI),
            reference.shape[:2],
        )
        registration = register(page.gray, reference, guess, places) if guess is not None else None
    return registration


def _is_firm(registration: Registration, box: PixelBox, ink: InkMeasures) -> bool:
    """Whether a place is where it should be, as far as the rest of the page shows: a rule alone fits many places."""
    return registration.is_firm or (ink.likeness >= CLEAR_LIKENESS and registration.is_firm_at(box))


def _finding(
    place: RecordedPlace, ink: InkMeasures, box: PixelBox, straight: Straightened, *, is_doubtful: bool
) -> PlaceFinding:
    if place.printed:
        return PlaceFinding(place, "printed")
    verdict, why = verdict_of(place.kind, ink), reason_of_doubt(ink)
    if is_doubtful and verdict == "ink found":
        verdict, why = "unsure", _SOILED_PAGE
    if verdict != "unsure":
        return PlaceFinding(place, verdict, measures=ink)
    return PlaceFinding(place, verdict, why, ink, _picture(straight, box))


def _picture(straight: Straightened, box: PixelBox) -> bytes:
    rows, columns = box.grown(_AROUND, _AROUND, _AROUND).slices(straight.seen)
    return pixels.png(straight.seen[rows, columns])
