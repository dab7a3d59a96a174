"""What came back of a packet, in the words of the front desk.

Guarantees: everything that is missing, or that a person must look at, is said; nothing else counts as complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consentkit.operations.filing.packets import PlaceOfPage, ReturnedPacket
    from consentkit.web.words import Words


def scan_remarks(packet: ReturnedPacket, words: Words) -> tuple[str, ...]:
    """What is said of a packet, such as that a date is missing."""
    return tuple(_remarks(packet, words))


def place_in_words(place: PlaceOfPage, words: Words) -> str:
    """What a place is, and whose."""
    kind, roles = words.at("scan_kinds")[place.kind], words.at("scan_roles")
    return words("scan_place", what=kind, who=roles[place.role]) if place.role in roles else str(kind)


def _remarks(packet: ReturnedPacket, words: Words) -> Iterator[str]:
    if packet.state == "complete":
        yield words("scan_complete")
    if packet.state == "not checked":
        yield words("scan_not_checked")
    for page in packet.missing:
        yield words("scan_missing", page=page)
    for place in packet.without_ink:
        yield words("scan_no_ink", what=place_in_words(place, words), page=place.page)
    for place in packet.both_marked:
        yield words("scan_both", page=place.page)
    if packet.unsure:
        yield words("scan_unsure", number=len(packet.unsure))
    for unchecked in packet.unchecked:
        yield words("scan_unchecked", page=unchecked.finding.page)
    for page in packet.twice:
        yield words("scan_twice", page=page)
    if packet.prints:
        yield words("scan_prints", prints=", ".join(map(str, packet.prints)))
