"""The numbers at the foot of the pages of a packet: of the page, of the packet, and of the printed set.

Guarantees: each page has its own number and that of its packet, in places that its paper has for them or on one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.packets.items import PacketItem, PlacedItem
from consentkit.packets.plan import PacketPlan

AT_END = ("packet_page", "packet_number", "packet_print")
"""The places at the end of the two lines at the foot; the last one stays empty where sets are not counted."""


def numbers_of_page(plan: PacketPlan, pack: LanguagePack, number: int, pages: int) -> dict[str, str]:
    """The numbers at the foot of a page, by their places. `pages` is how many the packet has."""
    words = pack.packet
    numbers = [
        fill(words.page_of, page=str(number), pages=str(pages)),
        fill(words.packet, packet=plan.packet),
    ]
    if serial := plan.serial:
        numbers.append(fill(words.printed, number=str(serial.number), time=pack.dates.write_time(serial.time)))
    return dict(zip(AT_END, numbers, strict=False))


def numbers_in_places(paper: PacketItem, page: int, numbers: Mapping[str, str]) -> dict[str, str]:
    """The numbers for the places that a page has; none where it lacks one for its own number or that of the packet.

    A clinic's own template may have no place for the number of the set, which then comes behind that of the packet.
    """
    places = {slot.name for slot in paper.part.slots if slot.page == page}
    own_page, packet, printed = AT_END
    if not places.issuperset({own_page, packet}):
        return {}
    if printed in numbers and printed not in places:
        return {own_page: numbers[own_page], packet: _on_one_line([numbers[packet], numbers[printed]])}
    return dict(numbers)


def foot_texts(plan: PacketPlan, placed: PlacedItem, number: int, pages: int) -> list[str]:
    """What is written at the foot of a page: texts in their places, or one line where there are none."""
    numbers = numbers_of_page(plan, placed.paper.pack, number, pages)
    in_place = numbers_in_places(placed.paper, number - placed.first, numbers)
    return list(in_place.values()) or [_on_one_line(numbers.values())]


def _on_one_line(texts: Iterable[str]) -> str:
    return " · ".join(texts)
