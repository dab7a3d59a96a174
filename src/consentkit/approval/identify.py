"""What a PDF file says that it is: which document, which edition, and whether it is as consentkit made it.

Guarantees: any byte that has changed since consentkit made the file is noticed. It is no proof against forgery: whoever
means to deceive can seal a changed file again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from consentkit.library.approvals import Approval, Approvals, Withdrawal
from consentkit.model.approval import NOT_ENDED, EndedApproval
from consentkit.model.identity import Identity
from consentkit.model.values import todays_name
from consentkit.pdf.file.seal import is_intact, is_sealed
from consentkit.pdf.file.xmp import read_properties

VerifiedState = Literal["current", "superseded", "altered", "unknown"]
"""`unknown` is a file that consentkit did not make, or of a document that is no longer in the library."""


@dataclass(frozen=True)
class DocumentVerdict:
    """What a document's file is."""

    state: VerifiedState
    identity: Identity | None = None
    """Which document; None for a file that does not say."""
    issued: str = ""
    content_hash: str = ""
    particulars: str = ""
    """The hash of address and telephone number of the clinic, as the file says it; empty where it does not."""
    has_other_particulars: bool = False
    """Whether the clinic has another address or telephone number today."""
    current_hash: str = ""
    """What the hash would be today; empty where that is not known."""
    approval: Approval | None = None
    """The latest approval of this content, if it ever had one; that of the consent for its parts."""
    withdrawal: Withdrawal | None = None
    """The withdrawal of that approval, if it was withdrawn."""
    ended: EndedApproval = NOT_ENDED
    """What else has ended that approval, where the content is that of today."""

    @property
    def approved_edition(self) -> int | None:
        """The edition under which this content was approved, if it ever was."""
        return self.approval.edition if self.approval else None


def identify(pdf: bytes) -> DocumentVerdict:
    """Read what a file says about itself, and whether it is as consentkit made it."""
    properties = read_properties(pdf)
    if properties is None or not {"code", "language", "variant", "contentHash"} <= properties.keys():
        return DocumentVerdict("altered" if _was_ours(pdf) else "unknown")
    return DocumentVerdict(
        state="current" if is_intact(pdf) else "altered",
        identity=Identity(properties["code"], properties["language"], todays_name(properties["variant"])),
        issued=properties.get("edition", ""),
        content_hash=properties["contentHash"],
        particulars=properties.get("particulars", ""),
    )


def identify_packet(pdf: bytes) -> tuple[str, list[DocumentVerdict]] | None:
    """The identifier of a packet and what it says about each of its documents; None for any other file."""
    properties = read_properties(pdf)
    if properties is None or "packet" not in properties:
        return None
    state: VerifiedState = "current" if is_intact(pdf) else "altered"
    entries = [entry.split() for entry in properties.get("documents", "").split(";")]
    return properties["packet"], [
        DocumentVerdict(
            state,
            Identity(entry[0], entry[1], todays_name(entry[2])),
            content_hash=entry[3],
            particulars=properties.get("particulars", ""),
        )
        if len(entry) == 4
        else DocumentVerdict("altered" if state == "altered" else "unknown")
        for entry in entries
    ]


def _was_ours(pdf: bytes) -> bool:
    """Whether a file that no longer says what it is still shows that consentkit made it: its seal is broken."""
    return b"consentkit" in pdf and is_sealed(pdf) and not is_intact(pdf)


def compare_with_today(
    claim: DocumentVerdict, current_hash: str | None, approvals: Approvals, particulars: str = ""
) -> DocumentVerdict:
    """Compare what a file says with today's content. `current_hash` is None where there is no such document now.

    `particulars` is the hash of address and telephone number of the clinic today.
    """
    if claim.identity is None:
        return claim
    has_other_particulars = bool(particulars and claim.particulars and particulars != claim.particulars)
    state: VerifiedState = claim.state
    if state == "current" and current_hash != claim.content_hash:
        state = "superseded" if current_hash else "unknown"
    if state == "current" and has_other_particulars:
        state = "superseded"
    approval, withdrawal = approvals.last_of_content(claim.identity, claim.content_hash)
    return replace(
        claim,
        state=state,
        current_hash=current_hash or "",
        has_other_particulars=has_other_particulars,
        approval=approval,
        withdrawal=withdrawal,
    )
