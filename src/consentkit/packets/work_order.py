"""What the cover says of each paper: who signs it on which page, what is read and kept, and what comes back.

Guarantees: it is counted from the places in the finished papers, so that the cover never names a signature that no
page has a place for, nor leaves one out; nobody is named, only the roles of those who sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from consentkit.documents.form_request import Situation
from consentkit.model.words import LanguagePack
from consentkit.packets.items import PacketItem, PlacedItem
from consentkit.pdf.part import AGREED_BY

GROUPS = ("sign", "keep", "read")
"""What is done with a paper, in the order of the table on the cover, which is that of the pages."""

_FEW_ROWS = 7
"""Rows of the table up to which each has more room, since the page has it."""

_SIGNATURE, _DATE, _YES, _NO = "_signature", "_signed_on", "_yes", "_no"


class SignedPage(NamedTuple):
    """What is written on one page by those who sign."""

    page: int
    """The page of the packet."""
    roles: tuple[str, ...]
    """Who signs on it, from the top. Of how many participants, nobody knows beforehand."""
    signatures: int
    """How many there must be when it comes back: those of participants don't count."""
    dates: int
    initials: int
    marks: int
    """How often yes or no is marked."""


def signed_pages(placed: PlacedItem, situation: Situation) -> list[SignedPage]:
    """The pages of a paper with places to sign, to put initials, or to mark yes or no."""
    expected = _expected(placed, situation)
    pages = []
    for number in range(placed.paper.part.pages):
        names = list(dict.fromkeys(slot.name for slot in _from_the_top(placed, number)))
        places = [name.removesuffix(_SIGNATURE) for name in names if name.endswith(_SIGNATURE)]
        signed = sum(place in expected for place in places)
        roles = dict.fromkeys(_role_of(place) for place in places if place in expected or _is_participant(place))
        dates = sum(name.endswith(_DATE) and name.removesuffix(_DATE) in expected for name in names)
        initials = sum(slot.page == number and slot.kind == "initials" for slot in placed.paper.part.slots)
        marks = sum(name.endswith(_YES) for name in names)
        if roles or initials or marks:
            pages.append(SignedPage(placed.first + number, tuple(roles), signed, dates, initials, marks))
    return pages


def is_filed(paper: PacketItem, page: int) -> bool:
    """Whether somebody agrees to something on a page, by signature, initials or a mark, or fills in what is kept.

    So each page of a signed paper that has lines is filed; and so is a form of lines alone, which nobody signs, and
    the clinic's copy of what the patient keeps.
    """
    if paper.is_copy or (paper.form and not paper.form.texts):
        return True
    slots = paper.part.slots_on(page)
    written = paper.group == "sign" and any(slot.element is not None for slot in slots)
    return written or any(slot.kind in AGREED_BY for slot in slots)


def awaited(placed: PlacedItem, situation: Situation) -> set[str]:
    """The names of the places of a paper that are empty only where somebody has forgotten them.

    These are the signatures and dates of those who sign at the visit, all initials, and both boxes of yes and no, of
    which one is marked. The time of a signature, and what an answer may leave empty, is not among them.
    """
    expected = _expected(placed, situation)
    names = {f"{role}{end}" for role in expected for end in (_SIGNATURE, _DATE)}
    names |= {slot.name for slot in placed.paper.part.slots if slot.kind == "initials"}
    boxes = {slot.name for slot in placed.paper.part.slots if slot.kind == "check"}
    questions = {box.removesuffix(_YES) for box in boxes if box.endswith(_YES)}
    answers = {f"{question}{answer}" for question in questions for answer in (_YES, _NO)}
    return names | (answers & boxes)


def _from_the_top(placed: PlacedItem, page: int) -> list[Any]:
    slots = [slot for slot in placed.paper.part.slots if slot.page == page]
    return sorted(slots, key=lambda slot: -slot.corners.top)


_PARTICIPANT = "participant"


def _expected(placed: PlacedItem, situation: Situation) -> set[str]:
    """Those who sign a paper at a visit. Whoever is not expected leaves the place of a paper for all visits empty.

    Where a paper has no other place for the patient, the first of the participants is the patient.
    """
    names = {slot.name for slot in placed.paper.part.slots}
    has_patient = any(f"{role}{_SIGNATURE}" in names for role in ("patient", "representative"))
    patient = () if has_patient else (f"{_PARTICIPANT}_1",)
    return {*situation.signers, *patient, *_second_clinicians(placed)}


def _is_participant(place: str) -> bool:
    return _role_of(place) == _PARTICIPANT


def _role_of(place: str) -> str:
    """The role of whoever signs in a place: participants are numbered."""
    return _PARTICIPANT if place.startswith(f"{_PARTICIPANT}_") else place


def _second_clinicians(placed: PlacedItem) -> dict[str, str]:
    """Who else signs a form, by the names of their places."""
    also_sign = placed.paper.form.also_sign if placed.paper.form else ()
    return {f"second_clinician_{number}": who for number, who in enumerate(also_sign, 1)}


def _decides(situation: Situation) -> str:
    """The role of whoever decides, and puts initials."""
    return "representative" if situation.represented else "patient"


def work_order(papers: Sequence[PlacedItem], situation: Situation, words: LanguagePack) -> dict[str, Any]:
    """What the template of the cover is given: plain values, so that they can be part of a key."""
    to_sign = {id(placed): signed_pages(placed, situation) for placed in papers}
    pages = [page for placed in papers for page in to_sign[id(placed)]]
    listed = list(_listed(papers, to_sign, _decides(situation), words))
    return {
        "groups": [{"group": group, "papers": rows} for group in GROUPS if (rows := _rows(listed, group))],
        "is_short": sum(max(1, len(row["places"])) for row in listed) <= _FEW_ROWS,
        "comes_back": _joined(_span(placed) for placed in papers if placed.paper.comes_back),
        "signatures": sum(page.signatures for page in pages),
        "dates": sum(page.dates for page in pages),
        "initials": sum(page.initials for page in pages),
    }


def _rows(listed: Sequence[dict[str, Any]], group: str) -> list[dict[str, Any]]:
    return [row for row in listed if row["group"] == group]


def _listed(
    papers: Sequence[PlacedItem], to_sign: dict[int, list[SignedPage]], decides: str, words: LanguagePack
) -> Iterator[dict[str, Any]]:
    number = 0
    signed = {_original(placed.paper) for placed in papers if placed.paper.group == "sign"}
    for placed in papers:
        paper = placed.paper
        if not paper.group:
            continue
        number += 1
        places = [
            {
                "page": page.page,
                "who": [_second_clinicians(placed).get(role) or _who(role, words) for role in page.roles],
                "initials": page.initials,
                "decides": _who(decides, words),
                "marks": page.marks,
            }
            for page in to_sign[id(placed)]
        ]
        row = {"number": number, "group": paper.group, "title": paper.bookmark, "language": paper.pack.language}
        is_copy = paper.group != "sign" and _original(paper) in signed - {None}
        yield {**row, **_span(placed), "places": places, "is_copy": is_copy}


def _original(paper: PacketItem) -> tuple[str, str] | None:
    """What a document is in every language: of one that is signed, there are copies to read in the others."""
    return (paper.kind, paper.document.code) if paper.document else None


def _span(placed: PlacedItem) -> dict[str, int]:
    return {"first": placed.first, "last": placed.last}


def _joined(spans: Iterable[dict[str, int]]) -> list[dict[str, int]]:
    """Papers that follow one another as one: whoever counts sheets needs no list of every page."""
    joined: list[dict[str, int]] = []
    for span in spans:
        if joined and span["first"] == joined[-1]["last"] + 1:
            joined[-1]["last"] = span["last"]
        else:
            joined.append(span)
    return joined


def _who(role: str, words: LanguagePack) -> str:
    """What the form calls whoever signs. It is the patient who assents."""
    if role == _PARTICIPANT:
        return words.papers.participants
    person = "patient" if role == "assent" else role
    return next((block.who for block in words.signatures.blocks if block.role == person), role)
