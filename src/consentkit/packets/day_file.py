"""The packets of a day in one file, to be sent to a printer in one go.

Guarantees: each packet is the same as by itself, under a bookmark of its own that is called by the number of the visit;
where both sides are printed, each starts on a fresh sheet; the whole file has been read back, page by page.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from consentkit.packets.packet import Packet, PacketMaker, packet_info
from consentkit.packets.packet_number import identifier
from consentkit.packets.plan import tool
from consentkit.pdf.file.xmp import PacketInfo
from consentkit.pdf.link.link import Linker


def combine(maker: PacketMaker, packets: Iterable[Packet]) -> bytes:
    """Join packets into one file, in their order. There must be one at least. Raises RenderingFailed."""
    done = list(packets)
    clinic = maker.workspace.folder.clinic
    words = maker.workspace.language(clinic.language).packet.cover
    out = io.BytesIO()
    linker = Linker(out, words.heading, clinic.language)
    start = 0
    for number, packet in enumerate(done, 1):
        visit = packet.plan.visit.visit
        linker.open_branch()
        maker.link(linker, packet.plan, packet.papers)
        linker.close_branch(f"{words.visit} {visit}", f"visit_{number}", start)
        linker.label_pages(start, f"{visit}: ")
        start += packet.pages
    linker.finish(_info(maker, done), tool(), identifier([packet.plan.packet for packet in done]))
    pdf = out.getvalue()
    maker.require_identity(pdf, done, is_one_of_many=True)
    return pdf


def _info(maker: PacketMaker, packets: list[Packet]) -> PacketInfo:
    infos = [packet_info(packet, maker.workspace) for packet in packets]
    return PacketInfo(
        infos[0].title,
        maker.workspace.folder.clinic.language,
        packet=" ".join(info.packet for info in infos),
        documents=tuple(dict.fromkeys(document for info in infos for document in info.documents)),
        particulars=infos[0].particulars,
        publisher=infos[0].publisher,
        tool=infos[0].tool,
        is_accessible=all(info.is_accessible for info in infos),
        is_archivable=all(info.is_archivable for info in infos),
    )
