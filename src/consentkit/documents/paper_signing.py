"""Who has a place to sign on a paper.

Guarantees: whoever signs at a visit has one place; on a paper that no visit is known for, everybody whom the paper
names has. Where the patient signs, so does whoever decides for the patient, whether the paper names them or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.model.paper import Paper

_ONLY_AT_SOME_VISITS = ("representative", "assent", "interpreter", "witness")
"""In the order of their places."""


@dataclass(frozen=True)
class PaperSigning:
    """The places to sign on a paper, by roles."""

    first: str
    """Whose place is framed: the patient's, that of who decides for the patient, or of the first participant."""
    participants: tuple[int, ...]
    """The numbers of the other participants."""
    others: tuple[str, ...]
    """Who else signs at every visit, or at this one."""
    if_needed: tuple[str, ...]
    """Who signs at some visits, where no visit is known."""


def paper_signing(paper: Paper, expected: tuple[str, ...] | None) -> PaperSigning:
    """The places on a paper. `expected` are the roles of those who sign at its visit; None where none is known."""
    named = set(paper.signers)
    first = "participant"
    if "patient" in named:
        first = "representative" if expected is not None and "representative" in expected else "patient"
        named.add("representative")
    sometimes = [role for role in _ONLY_AT_SOME_VISITS if role in named and role != first]
    at_visit = [role for role in sometimes if expected is not None and role in expected]
    always = ["clinician"] if "clinician" in named else []
    # The patient signs next to whoever decides, before those who say what they did.
    agree, attest = [role for role in at_visit if role == "assent"], [role for role in at_visit if role != "assent"]
    return PaperSigning(
        first=first,
        participants=tuple(range(2 if first == "participant" else 1, paper.participants + 1)),
        others=(*agree, *always, *attest),
        if_needed=tuple(sometimes) if expected is None else (),
    )
