"""What a PDF file is: which document, which edition, and whether it is still the one that consentkit would make.

Guarantees: the answer comes from the file and from today's library alone; any byte that has changed since consentkit
made the file is noticed. It is no proof against forgery: whoever means to deceive can seal a changed file anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consentkit.library.approvals import Approvals, Identity
from consentkit.model.values import todays_name
from consentkit.pdf.file.seal import is_intact, is_sealed
from consentkit.pdf.file.xmp import read_properties

VerifiedState = Literal["current", "superseded", "altered", "unknown"]
"""`unknown` is a file that consentkit did not make, or of a document that is no longer in the library."""


@dataclass(frozen=True)
class PdfVerdict:
    """What was found out about a file."""

    state: VerifiedState
    identity: Identity | None = None
    issued: str = ""
    content_hash: str = ""
    current_hash: str = ""
    """What the hash would be today; empty where that is not known."""
    approved_edition: int | None = None
    """The edition under which this content was approved, if it ever was."""


def identify(pdf: bytes) -> PdfVerdict:
    """Read what a file says about itself, and whether it is as consentkit made it."""
    properties = read_properties(pdf)
    if properties is None or not {"code", "language", "variant", "contentHash"} <= properties.keys():
        return PdfVerdict("altered" if _was_ours(pdf) else "unknown")
    return PdfVerdict(
        state="current" if is_intact(pdf) else "altered",
        identity=Identity(properties["code"], properties["language"], todays_name(properties["variant"])),
        issued=properties.get("edition", ""),
        content_hash=properties["contentHash"],
    )


def identify_packet(pdf: bytes) -> tuple[str, list[PdfVerdict]] | None:
    """The identifier of a packet and what it says about each of its documents; None for any other file."""
    properties = read_properties(pdf)
    if properties is None or "packet" not in properties:
        return None
    state: VerifiedState = "current" if is_intact(pdf) else "altered"
    entries = [entry.split() for entry in properties.get("documents", "").split(";")]
    return properties["packet"], [
        PdfVerdict(state, Identity(entry[0], entry[1], todays_name(entry[2])), content_hash=entry[3])
        if len(entry) == 4
        else PdfVerdict("altered" if state == "altered" else "unknown")
        for entry in entries
    ]


def _was_ours(pdf: bytes) -> bool:
    """Whether a file that no longer says what it is still shows that consentkit made it: its seal is broken."""
    return b"consentkit" in pdf and is_sealed(pdf) and not is_intact(pdf)


def compare_with_today(said: PdfVerdict, current_hash: str | None, approvals: Approvals) -> PdfVerdict:
    """Compare what a file says with today's content. `current_hash` is None where there is no such document now."""
    if said.identity is None:
        return said
    editions = [found.edition for found in approvals.of(said.identity) if found.content == said.content_hash]
    state: VerifiedState = said.state
    if state == "current" and current_hash != said.content_hash:
        state = "superseded" if current_hash else "unknown"
    return PdfVerdict(
        state=state,
        identity=said.identity,
        issued=said.issued,
        content_hash=said.content_hash,
        current_hash=current_hash or "",
        approved_edition=editions[-1] if editions else None,
    )
