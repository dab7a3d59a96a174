"""What is kept of a packet so that its signed pages are recognised when they are scanned.

Guarantees: nothing of a patient is in it, nor of anybody else who is named in the visit: of each place there is whether
something was printed there, and never what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit._version import __version__
from consentkit.model.identity import PAPER_SIZES
from consentkit.packets.code_drawing import SIDE_OF_CODE
from consentkit.packets.items import PlacedItem
from consentkit.packets.lettering import EDGE
from consentkit.packets.packet import Packet
from consentkit.packets.page_numbers import AT_END
from consentkit.packets.work_order import awaited, is_filed
from consentkit.packets.writing import values_in
from consentkit.pdf.part import Corners, Slot
from consentkit.scans.record import PacketRecord, PlaceKind, RecordedPage, RecordedPaper, RecordedPlace

_KINDS: dict[str, PlaceKind] = {
    "signature": "signature",
    "initials": "initials",
    "check": "choice",
    "line": "lines",
    "lines": "lines",
}
"""What is written in a place, by the kind of the slot; in any other, a text."""
_OF_A_ROLE = re.compile(r"(?P<role>\w+?)_(signature|signed_on|signed_at|printed_name)")
_ANSWER = re.compile(r"(?P<question>\w+)_(yes|no)")


def record_of(packet: Packet) -> tuple[PacketRecord, dict[str, bytes]]:
    """What is kept of a packet, and the PDFs of the parts with pages to be filed, by their digests."""
    plan, parts = packet.plan, dict[str, bytes]()
    papers = []
    for placed in packet.papers:
        numbers = [number for number in range(placed.paper.part.pages) if is_filed(placed.paper, number)]
        if numbers:
            paper = _paper(packet, placed, numbers)
            parts[paper.part] = placed.paper.part.pdf
            papers.append(paper)
    record = PacketRecord(
        packet=plan.packet,
        visit=plan.visit.visit,
        date=plan.visit.date.isoformat(),
        pages=packet.pages,
        version=__version__,
        paper_size=plan.layout.paper,
        languages=tuple(dict.fromkeys(language for placed in packet.papers for language in placed.paper.languages)),
        papers=tuple(papers),
    )
    return record, parts


def _paper(packet: Packet, placed: PlacedItem, numbers: list[int]) -> RecordedPaper:
    item = placed.paper
    code, edition, content = _text(placed)
    return RecordedPaper(
        kind=item.kind,
        code=code,
        language=item.pack.language,
        edition=edition,
        content_hash=content,
        first=placed.first,
        last=placed.last,
        part=item.part.digest.hex(),
        pages=tuple(_pages(packet, placed, numbers)),
    )


def _text(placed: PlacedItem) -> tuple[str, str | None, str]:
    """The code of a paper, its approved edition and its content hash; of a form for several procedures, the codes."""
    document, form = placed.paper.document, placed.paper.form
    if document:
        return document.code, _number(document.approved_edition), document.content_hash
    if form and len(form.texts) == 1:
        (text,) = form.texts
        return text.code, _number(text.approved_edition), text.content_hash
    return " ".join(form.codes) if form else "", None, ""


def _number(edition: int | None) -> str | None:
    return None if edition is None else str(edition)


def _pages(packet: Packet, placed: PlacedItem, numbers: list[int]) -> Iterator[RecordedPage]:
    slots = placed.paper.part.slots
    values = values_in(packet.plan, placed.paper)
    needed = awaited(placed, packet.plan.situation)
    width, height = PAPER_SIZES[packet.plan.layout.paper]
    for number in numbers:
        places = tuple(
            _place(slot, is_printed=slot.name in AT_END or bool(values.get(slot.name)), needed=needed)
            for slot in slots
            if slot.page == number
        )
        yield RecordedPage(
            number=placed.first + number,
            page_of_part=number,
            width=width,
            height=height,
            code=Corners(width - EDGE - SIDE_OF_CODE, EDGE, width - EDGE, EDGE + SIDE_OF_CODE),
            places=places,
        )


def _place(slot: Slot, *, is_printed: bool, needed: set[str]) -> RecordedPlace:
    role, answer = _OF_A_ROLE.fullmatch(slot.name), _ANSWER.fullmatch(slot.name)
    return RecordedPlace(
        name=slot.name,
        role=role["role"] if role else "",
        kind=_kind(slot),
        corners=slot.corners,
        printed=is_printed,
        expected=slot.name in needed and not is_printed,
        one_of=answer["question"] if answer and slot.kind == "check" else "",
    )


def _kind(slot: Slot) -> PlaceKind:
    if slot.kind == "text" and slot.name.endswith("_signed_on"):
        return "date"
    if slot.kind == "text" and slot.name.endswith("_signed_at"):
        return "time"
    return _KINDS.get(slot.kind, "text")
