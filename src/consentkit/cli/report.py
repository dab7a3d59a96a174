"""Results as text and as JSON: one form of each, for every command.

Guarantees: nothing here prints; the JSON forms hold only plain values and keep their keys from version to version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from consentkit.model.identity import printed_fingerprint
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.documents.document import Document
    from consentkit.library.approvals import Approval, Withdrawal
    from consentkit.model.approval import EndedApproval
    from consentkit.operations.packets import MadePacket
    from consentkit.packets.items import PlacedItem
    from consentkit.packets.needs import Need
    from consentkit.packets.packet import Packet


def as_json(value: Any) -> str:
    """Write one JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def document_entry(document: Document, file: str, notices: Sequence[str] = ()) -> dict[str, Any]:
    """A finished document as plain data, with what the front desk should know of it."""
    return {
        "code": document.code,
        "title": document.title,
        "language": document.language,
        "variant": document.variant,
        "paper": document.layout.paper,
        "large_print": document.layout.large_print,
        "fillable": document.layout.fillable,
        "file": file,
        "pages": document.pages,
        "bytes": len(document.pdf),
        "content_hash": document.content_hash,
        "clauses": [{"name": name, "why": why} for name, why in document.clauses.items()],
        "approved": document.is_approved,
        "approval": dict(document.approval_entry) if document.approval_entry else None,
        "warnings": list(notices),
    }


def packet_entry(made: MadePacket, file: str | None, reason: str | None) -> dict[str, Any]:
    """A finished packet as plain data, with what the front desk should know of it.

    No patient data: the visit goes by its number.
    """
    packet = made.packet
    plan, extra_titles = packet.plan, iter(packet.plan.extra_titles)
    return {
        "visit": plan.visit.visit,
        "date": plan.visit.date.isoformat(),
        "packet": plan.packet,
        "file": file,
        "pages": packet.pages,
        "bytes": made.size,
        "language": plan.pack.language,
        "accessible": not packet.untagged,
        "untagged_files": list(packet.untagged),
        "overridden": [
            {"rule": conflict.rule, "codes": list(conflict.codes), "conflict": conflict.reason, "reason": reason}
            for conflict in plan.overridden
        ],
        "clauses": list(plan.clauses),
        "warnings": [notice.text for notice in made.notices],
        "papers": [
            _paper_entry(placed, next(extra_titles) if placed.paper.kind == "extra" else placed.paper.title)
            for placed in packet.papers
        ],
    }


def need_entry(need: Need) -> dict[str, Any]:
    """Something that a visit lacks, as plain data: its place and why, and nothing that the source has there."""
    return {"field": need.field, "reason": need.reason, "column": need.column}


def _paper_entry(placed: PlacedItem, title: str) -> dict[str, Any]:
    paper = placed.paper
    document = paper.document
    entry: dict[str, Any] = {"kind": paper.kind, "title": title, "first": placed.first, "last": placed.last}
    if form := paper.form:
        entry |= {
            "languages": list(form.languages),
            "approved": form.is_approved,
            "texts": [
                {
                    "code": text.code,
                    "language": text.language,
                    "content_hash": text.content_hash,
                    "edition": text.approved_edition,
                }
                for text in form.texts
            ],
        }
    if document:
        entry |= {
            "code": document.code,
            "language": document.language,
            "content_hash": document.content_hash,
            "approved": document.is_approved,
            "edition": document.approved_edition,
        }
    return entry


def packet_line(packet: Packet, file: str | None) -> str:
    """A finished packet as a sentence for a person."""
    papers = counted(sum(bool(placed.paper.group) for placed in packet.papers), "paper")
    return f"{file or packet.plan.visit.visit}: {papers}, {counted(packet.pages, 'page')}, packet {packet.plan.packet}"


def entry(recorded: Approval | Withdrawal | None) -> dict[str, Any] | None:
    """An entry of the record of approvals as plain data."""
    return recorded.model_dump(mode="json") if recorded else None


def approval_line(approval: Approval | None) -> str:
    """Who approved a text, when and until when, as a sentence for a person."""
    if approval is None:
        return "never approved here"
    term = f", until {approval.until}" if approval.until else ""
    by = [f"approved as edition {approval.edition} by {approval.signed}, {approval.on}{term}"]
    if approval.reviewed_by and approval.reviewed_by != approval.by:
        by.append(f"reviewed by {approval.reviewed_by}")
    if approval.translated_by:
        by.append(f"translated by {approval.translated_by}")
    by += [f"in spite of {one.rule}: {one.reason}" for one in approval.exceptions]
    return printable("; ".join(by))


def withdrawal_line(withdrawal: Withdrawal) -> str:
    """A withdrawal as a sentence for a person, without the document."""
    edition, by = withdrawal.edition, printable(withdrawal.signed)
    return f"edition {edition} was withdrawn on {withdrawal.on} by {by}: {printable(withdrawal.reason)}"


def ended(withdrawal: Withdrawal | None, why: EndedApproval) -> str:
    """What follows the state of a text that was approved and is a draft today; empty where it may be used."""
    if withdrawal:
        return "; the approval was withdrawn"
    if why.replaced_by:
        return f"; it was replaced by edition {why.replaced_by}, so it is a draft today"
    if why.is_stale:
        return "; it translates a text that has changed since, so it is a draft today"
    return "; the approval has run out" if why.is_overdue else ""


def document_line(document: Document, file: str) -> str:
    """A finished document as a sentence for a person."""
    fingerprint = printed_fingerprint(document.content_hash)
    state = f"edition {document.approved_edition}" if document.approved_edition else "draft"
    return f"{file}: {document.title}, {counted(document.pages, 'page')}, {state}, fingerprint {fingerprint}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 problem`, `2 problems`, `no problems`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Columns of text, aligned; the last one is not padded."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
