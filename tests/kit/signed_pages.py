"""Whether whoever signs, or puts initials, reads on the same page what that stands for: seen in the finished file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.model.words import LanguagePack
from consentkit.packets.packet import Packet
from consentkit.pdf.part import Slot
from kit.tagged_file import File

_SAME_LINE = 4.0
"""Points by which a place may be above the text of its own line: short clauses have theirs at the end of the last."""


def without_statement(packet: Packet) -> list[str]:
    """The places to sign or initial that lack a statement above them on their page, each with its page."""
    with pikepdf.open(io.BytesIO(packet.pdf)) as opened:
        file = File(opened)
        read = [(one.page, file.top_of(one), file.text_of(one)) for one, _ in file.contents]
    missing = []
    for placed in packet.papers:
        for slot in placed.paper.part.slots:
            page = placed.first - 1 + slot.page
            above = _joined(
                text for on, top, text in read if on == page and top and top > slot.corners.bottom - _SAME_LINE
            )
            document = placed.paper.document
            is_paper = document is not None and document.variant == "paper"
            stated = (
                _said_by_paper(slot, document, placed.paper.pack)
                if document and is_paper
                else _said_by(slot, placed.paper.pack)
            )
            said = [text for text in stated if _joined([text]) not in above]
            missing += [f"page {page + 1}: {slot.name}: {text}" for text in said]
    return missing


def _said_by(slot: Slot, words: LanguagePack) -> Iterator[str]:
    """What a signature or initials stand for."""
    role, _, kind = slot.name.rpartition("_")
    if kind == "signature":
        statements = {block.role: block.statement for block in words.signatures.blocks}
        yield {**statements, "assent": words.form.assent.statement}[role]
    elif kind == "initials":
        text = words.clauses[role].text
        yield from filter(None, (words.clauses[role].heading, text.intro, *text.items, text.note))


def _said_by_paper(slot: Slot, document: Document, words: LanguagePack) -> Iterator[str]:
    """The same on a shipped paper that is not about one procedure."""
    paper = open_workspace().content(document.code, language=document.language).paper
    name, _, kind = slot.name.rpartition("_")
    if kind == "signature" and paper.agreement:
        yield paper.agreement
    elif kind == "initials":
        section = paper.sections[int(name.removeprefix("section_")) - 1]
        clause = words.clauses[section.clause] if section.clause else None
        yield from filter(None, (section.heading, clause.heading if clause else None))
        for text in filter(None, (clause.text if clause else None, section.text)):
            yield from filter(None, (text.intro, *text.items, text.note))


def _joined(texts: Iterator[str] | list[str]) -> str:
    """Texts without the spaces, which depend on where lines break."""
    return "".join("".join(texts).split())
