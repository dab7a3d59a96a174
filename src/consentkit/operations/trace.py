"""What a printed paper is: by the fingerprint at its foot, the number of its packet, a scanned code, or a picture.

Guarantees: the answer comes from the record of approvals, the approved texts, the journal and today's texts alone, and
never from what was asked; a picture is only looked at for its codes. What nothing is known of is an error.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, cast

from consentkit.approval.changes import Change
from consentkit.approval.whole_text import changes_of
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, FileAccess, UnknownCode, WrongUse
from consentkit.journal.entries import JournalPaper, JournalRow
from consentkit.library.approvals import Approval, Approvals, Withdrawal, approved_text, load_approvals
from consentkit.model.approval import NOT_ENDED, EndedApproval
from consentkit.model.identity import ORIGINAL_LANGUAGE, VARIANTS, Identity, Variant, approved_kind, kind_of_name
from consentkit.operations.journal import open_journal_to_read
from consentkit.operations.picture_codes import SCANS, codes_in, codes_of_pages
from consentkit.operations.progress import CountedSteps
from consentkit.operations.status import DocumentState, ended_approval, state_of, status
from consentkit.operations.text_of_today import text_of_today
from consentkit.problems import listed, printable, quoted
from consentkit.reading.paths import is_file
from consentkit.scans.codes import parsed_code

_FINGERPRINT = re.compile(r"[0-9a-f]{12,64}")
_PACKET = re.compile(r"[A-Z2-7]{10}")
_LABELLED = re.compile(r"(?:[^\s0-9]+\s+)+?([0-9a-f]{4}(?:[\s·]+[0-9a-f]{4}){2,15})", re.IGNORECASE)
"""A fingerprint with the words that are in front of it at the foot of a page, whatever the language."""
_PICTURES = (".png", ".jpg", ".jpeg")
_PageOfPacket: TypeAlias = tuple[str, int]
"""A page of a packet, by the number of the packet and its own."""


@dataclass(frozen=True)
class TracedText:
    """A text that was printed, and what has become of it."""

    identity: Identity
    content_hash: str
    state: Literal["current", "superseded", "unknown"]
    """Whether it is today's text; `unknown` where there is no such document any more."""
    approval: Approval | None
    """The latest approval of this content; None for a draft."""
    withdrawal: Withdrawal | None
    """The withdrawal of that approval."""
    words: str | None
    """The text as it was approved, a paragraph a line; None where it was not kept."""
    changes: tuple[Change, ...] | None
    """What has changed since; None where that is not known."""
    ended: EndedApproval = NOT_ENDED
    """What else has ended that approval."""
    was_draft: bool = False
    """Whether no approval held when it was printed, whoever has approved it since. Only a journal knows."""


@dataclass(frozen=True)
class Traced:
    """What is known of something printed."""

    kind: Literal["fingerprint", "packet"]
    texts: tuple[TracedText, ...]
    packet: str | None = None
    page: int | None = None
    """The page of the packet, where a code was scanned."""
    entries: tuple[JournalRow, ...] = ()
    """What the journal has of the packet."""
    scanned: tuple[int, ...] = ()
    """The pages of a scan on which the code is."""


@dataclass(frozen=True)
class TracedScan:
    """What is known of the pages of a file that a scanner made."""

    pages: tuple[Traced, ...]
    """A verdict for each page of each packet, in the order of the file."""
    unknown: tuple[str, ...] = ()
    """The numbers of packets that the journal does not have."""
    without_code: tuple[int, ...] = ()
    """The pages of the file that show no code of ours."""


def trace_scan(workspace: OpenWorkspace, path: Path, steps: CountedSteps | None = None) -> TracedScan:
    """Look up each page of a PDF that a scanner made. The workspace is that of one run; `steps` counts the packets.

    Raises what `trace` raises for a picture; UnknownCode only where nothing is known of any of its pages.
    """
    pages = codes_of_pages(path)
    seen_on: dict[_PageOfPacket, list[int]] = {}
    for number, codes in enumerate(pages, 1):
        for page in _pages_of(codes):
            seen_on.setdefault(page, []).append(number)
    if not seen_on:
        raise UnknownCode(f"none of the codes in {printable(str(path))} is one of consentkit; scan whole pages")
    known, unknown = dict[str, Traced](), dict[str, UnknownCode]()
    for packet in (steps or CountedSteps()).through(dict.fromkeys(packet for packet, _ in seen_on)):
        try:
            known[packet] = _of_packet(workspace, packet)
        except UnknownCode as error:
            unknown[packet] = error
    if not known:
        raise next(iter(unknown.values()))
    verdicts = (
        replace(known[packet], page=page, scanned=tuple(numbers))
        for (packet, page), numbers in seen_on.items()
        if packet in known
    )
    without = set(range(1, len(pages) + 1)).difference(*seen_on.values())
    return TracedScan(tuple(verdicts), tuple(unknown), tuple(sorted(without)))


def trace(workspace: OpenWorkspace, printed: str, steps: CountedSteps | None = None) -> Traced:
    """Look up what is printed on a paper. The workspace is that of one run. `trace_scan` does it for a PDF.

    `steps` counts the texts among which a fingerprint is looked for, which takes long in a large library.
    Raises UnknownCode where nothing is known of it, WrongUse for what is printed on no paper or where the clinic keeps
    no journal in which a packet could be looked up, and FileAccess or InvalidInput for what can't be read.
    """
    if printed.lower().endswith(_PICTURES):
        return _of_code(workspace, codes_in(Path(printed)))
    if printed.lower().endswith(SCANS):
        raise WrongUse(f"{quoted(printed)} is a PDF file; its pages are looked up by `trace_scan`")
    if is_file(Path(printed)):
        raise WrongUse(
            f"{quoted(printed)} is no picture of a page; give a PNG or JPEG picture, or the PDF of a scanner"
        )
    joined = _joined(printed)
    if parsed_code(joined):
        return _of_code(workspace, [joined])
    if _FINGERPRINT.fullmatch(joined.lower()):
        return Traced("fingerprint", tuple(_of_fingerprint(workspace, joined.lower(), steps)))
    if _PACKET.fullmatch(joined.upper()):
        return _of_packet(workspace, joined.upper())
    if match := _LABELLED.fullmatch(printed.strip()):
        fingerprint = _joined(match[1]).lower()
        return Traced("fingerprint", tuple(_of_fingerprint(workspace, fingerprint, steps)))
    raise WrongUse(
        f"{quoted(printed)} is printed on no paper: give the 12 digits of a fingerprint, the 10 letters and digits of "
        "a packet, what a scanner has read, or a PNG or JPEG picture of a page"
    )


def _joined(printed: str) -> str:
    return re.sub(r"[\s·]+", "", printed)


def _of_code(workspace: OpenWorkspace, codes: list[str]) -> Traced:
    """The packet whose codes were scanned, from one of its pages or several."""
    ours = _pages_of(codes)
    if not ours:
        raise UnknownCode("none of the codes in the picture is one of consentkit; take a picture of the whole page")
    packets = sorted({packet for packet, _ in ours})
    if len(packets) > 1:
        raise WrongUse(f"the picture shows pages of several packets: {listed(packets)}; trace each by its number")
    return _of_packet(workspace, packets[0], ours[0][1] if len(ours) == 1 else None)


def _pages_of(codes: Iterable[str]) -> list[_PageOfPacket]:
    """The pages of packets whose codes are among those that were scanned, each once."""
    ours = filter(None, map(parsed_code, codes))
    return list(dict.fromkeys((named.packet, named.page) for named in ours))


def _of_packet(workspace: OpenWorkspace, packet: str, page: int | None = None) -> Traced:
    if not workspace.keeps_journal:
        raise WrongUse(
            f"packet {packet} can be looked up in a journal only, and this clinic keeps none; trace the fingerprints "
            "that are printed on its papers"
        )
    with open_journal_to_read(workspace) as journal:
        entries = tuple(journal.of_packet(packet))
    if not entries:
        raise UnknownCode(f"the journal has no packet {packet}")
    papers = dict.fromkeys(_text_of(paper) for row in entries for paper in row.entry.papers if paper.content_hash)
    approvals = load_approvals(workspace.folder.path, workspace.snapshot)
    texts = tuple(
        replace(_traced(workspace, identity, content, approvals), was_draft=was_draft)
        for identity, content, was_draft in papers
    )
    return Traced("packet", texts, packet, page, entries)


def _text_of(paper: JournalPaper) -> tuple[Identity, str, bool]:
    """The text of a paper, and whether it was a draft: a form is signed for the text of a consent."""
    variant = approved_kind(cast("Variant", paper.kind))  # what has a content hash is no extra file
    return Identity(paper.code or "", paper.language or "", variant), paper.content_hash or "", paper.edition is None


def _of_fingerprint(workspace: OpenWorkspace, fingerprint: str, steps: CountedSteps | None) -> Iterator[TracedText]:
    """Every text with this fingerprint that was ever approved, that is a text of today, or that the journal has."""
    approvals = load_approvals(workspace.folder.path, workspace.snapshot)
    known = {(entry.identity.approved_as, entry.content) for entry in approvals.approvals}
    steps = steps or CountedSteps()
    known |= {(state.identity.approved_as, state.content_hash) for state in status(workspace, steps)}
    if matching := _with_fingerprint(known, fingerprint):
        yield from (_traced(workspace, identity, content, approvals) for identity, content in matching)
        return
    if drafts := _with_fingerprint(_printed_drafts(workspace), fingerprint):
        for identity, content in drafts:
            yield replace(_traced(workspace, identity, content, approvals), was_draft=True)
        return
    others = _with_fingerprint(_of_the_library(workspace, steps), fingerprint)
    yield from (_traced(workspace, identity, content, approvals) for identity, content in others)
    if not others:
        raise UnknownCode(
            f"no text of this clinic has or had the fingerprint {fingerprint}; it may be that of a draft, or of a page "
            "that is no text, such as a cover"
        )


_OF_A_PAPER: tuple[Variant, ...] = ("consent",)  # which need not be named


def _of_the_library(workspace: OpenWorkspace, steps: CountedSteps) -> set[tuple[Identity, str]]:
    """Every text that can be made today, be it in the service list or not."""
    kinds: dict[Variant, None] = dict.fromkeys(approved_kind(variant) for variant in VARIANTS)
    texts = set()
    for code, translations in steps.through(workspace.library.index().translations.items()):
        for language in (ORIGINAL_LANGUAGE, *translations):
            for variant in kinds if kind_of_name(code) == "procedure" else _OF_A_PAPER:
                with suppress(ConsentkitError):  # there is no such kind of it, or it can't be made
                    content = workspace.content(code, language=language, variant=variant)
                    texts.add((content.identity, workspace.compose(content).content_hash))
    return texts


def _with_fingerprint(texts: set[tuple[Identity, str]], fingerprint: str) -> list[tuple[Identity, str]]:
    return sorted((text for text in texts if text[1].startswith(fingerprint)), key=str)


def _printed_drafts(workspace: OpenWorkspace) -> set[tuple[Identity, str]]:
    """The drafts of which the journal says that they were made or printed."""
    if not workspace.keeps_journal:
        return set()
    with open_journal_to_read(workspace) as journal:
        papers = (_text_of(paper) for row in journal.rows() for paper in row.entry.papers if paper.content_hash)
        return {(identity, content) for identity, content, was_draft in papers if was_draft}


def _traced(workspace: OpenWorkspace, identity: Identity, content: str, approvals: Approvals) -> TracedText:
    approval, withdrawal = approvals.last_of_content(identity, content)
    words = _words(workspace, approval)
    today = state_of(workspace, identity)
    if today.state == "broken":
        return TracedText(identity, content, "unknown", approval, withdrawal, words, None)
    if today.content_hash == content:
        ended = ended_approval(today, approval)
        return TracedText(identity, content, "current", approval, withdrawal or today.withdrawal, words, (), ended)
    ended = EndedApproval(is_overdue=approval is not None and approval.is_overdue(datetime.date.today()))
    changed = _changes(workspace, today, words)
    return TracedText(identity, content, "superseded", approval, withdrawal, words, changed, ended)


def _words(workspace: OpenWorkspace, approval: Approval | None) -> str | None:
    if approval is None or workspace.folder.path is None:
        return None
    try:
        return approved_text(workspace.folder.path, approval)
    except FileAccess:
        return None


def _changes(workspace: OpenWorkspace, today: DocumentState, words: str | None) -> tuple[Change, ...] | None:
    if words is None:
        return None
    identity = today.identity
    asked: Variant = "consent" if identity.variant == "paper" else identity.variant
    try:
        content = workspace.content(identity.code, language=identity.language, variant=asked)
        return changes_of(words, text_of_today(workspace, identity.code, content).words)
    except ConsentkitError:
        return None
