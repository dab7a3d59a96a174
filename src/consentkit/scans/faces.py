"""Which page a scan shows whose code can't be read: the most alike of those that packets still lack.

Guarantees: it is an offer with a score, and never more: pages of one layout look alike, and those of two patients are
the same but for what is written on them. A page that is like none of them gets no offer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.scans.findings import KnownPage
from consentkit.scans.page import ScanPage

if TYPE_CHECKING:
    from consentkit.scans.references import References

LEAST_SCORE = 0.6
"""The score from which a page is offered."""


@dataclass(frozen=True)
class FaceOffer:
    """A page that a scan may show."""

    packet: str
    page: int
    """The page of the packet, counted from 1."""
    score: float
    """How alike they are where something is printed: the mean likeness of all patches of print, at most 1."""
    turn: int
    """By how many degrees the scan is to be turned clockwise to be upright: 0, 90, 180 or 270."""


def offers(
    page: ScanPage, candidates: Sequence[KnownPage], references: References | None = None, most: int = 3
) -> tuple[FaceOffer, ...]:
    """The pages that a scan may show, the most alike first; of several that are the same print, all or none.

    `most` is how many different prints are offered.
    """
    from consentkit.scans.likeness import FaceFinder
    from consentkit.scans.references import References

    finder = FaceFinder(page, references or References())
    prints: dict[tuple[str, int], list[KnownPage]] = {}
    for known in candidates:
        if known.part:
            prints.setdefault((known.paper.part, known.page.page_of_part), []).append(known)
    scored = [(finder.face(same[0]), same) for same in prints.values()]
    best = sorted((each for each in scored if each[0].score >= LEAST_SCORE), key=lambda each: -each[0].score)[:most]
    return tuple(
        FaceOffer(known.record.packet, known.page.number, round(face.score, 3), face.turn)
        for face, same in best
        for known in same
    )
