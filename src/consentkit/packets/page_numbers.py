"""The numbers at the foot of the pages of a packet: of the page, of the packet, and of the printed set.

Guarantees: each page has its own number and that of its packet, in places that its paper has for them or on one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.packets.items import PlacedItem
from consentkit.packets.plan import PacketPlan

AT_END = ("packet_page", "packet_number", "packet_print")
"""The places at the end of the two lines at the foot; the last one stays empty where sets are not counted."""


class PageNumbers:
    """The numbers of the pages of one packet, each worked out once."""

    def __init__(self, plan: PacketPlan, pages: int) -> None:
        """`pages` is how many the packet has."""
        self._plan, self._pages = plan, str(pages)
        self._behind: dict[int, list[str]] = {}
        self._numbers: dict[tuple[int, int], dict[str, str]] = {}

    def of_page(self, pack: LanguagePack, number: int) -> dict[str, str]:
        """The numbers at the foot of a page, by their places."""
        key = id(pack), number  # the papers of the packet keep it for as long
        if key not in self._numbers:
            own = _page_of(pack.packet.page_of, number, self._pages)
            self._numbers[key] = dict(zip(AT_END, (own, *self._same_on_all(pack)), strict=False))
        return self._numbers[key]

    def _same_on_all(self, pack: LanguagePack) -> list[str]:
        if id(pack) not in self._behind:
            words, serial = pack.packet, self._plan.serial
            behind = [fill(words.packet, packet=self._plan.packet)]
            if serial:
                time = pack.dates.write_time(serial.time)
                behind.append(fill(words.printed, number=str(serial.number), time=time))
            self._behind[id(pack)] = behind
        return self._behind[id(pack)]

    def of_packet(self, pack: LanguagePack) -> list[str]:
        """What the feet of pages say of the packet, in the words of a language: each by itself, and all on one line."""
        behind = self._same_on_all(pack)
        return behind if len(behind) == 1 else [*behind, _on_one_line(behind)]

    def in_places(self, placed: PlacedItem, page: int) -> dict[str, str]:
        """The numbers for the places that a page of a paper has, which is counted from 0.

        None where it lacks one for its own number or that of the packet. A clinic's own template may have no place for
        the number of the set, which then comes behind that of the packet.
        """
        places = placed.paper.part.names_on(page)
        own_page, packet, printed = AT_END
        if not places.issuperset({own_page, packet}):
            return {}
        numbers = self.of_page(placed.paper.pack, placed.first + page)
        if printed in numbers and printed not in places:
            return {own_page: numbers[own_page], packet: _on_one_line([numbers[packet], numbers[printed]])}
        return numbers

    def foot(self, placed: PlacedItem, page: int) -> list[str]:
        """What is written at the foot of a page: texts in their places, or one line where there are none."""
        in_place = self.in_places(placed, page)
        if in_place:
            return list(in_place.values())
        return [_on_one_line(self.of_page(placed.paper.pack, placed.first + page).values())]


@lru_cache(maxsize=4096)
def _page_of(words: str, number: int, pages: str) -> str:
    return fill(words, page=str(number), pages=pages)


def _on_one_line(texts: Iterable[str]) -> str:
    return " · ".join(texts)
