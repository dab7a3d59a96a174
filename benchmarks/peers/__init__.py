"""The other programs, and which of them are installed here."""

from __future__ import annotations

from benchmarks.peers.chromium import ChromiumPeer
from benchmarks.peers.peer import Job, Peer, Printer
from benchmarks.peers.typst import TypstPeer
from benchmarks.peers.weasy import WeasyPrintPeer

__all__ = ["BARE", "BARE_TAGGED", "PEERS", "TYPST_EACH", "Job", "Peer", "Printer", "available", "skipped"]

BARE = WeasyPrintPeer(tagged=False, one_process=False)
"""The plainest way to print the same HTML: what a script of a few lines costs."""
BARE_TAGGED = WeasyPrintPeer(tagged=True, one_process=False)
"""The same script, asked for what consentkit always makes: a file that a screen reader can follow."""
TYPST_EACH = TypstPeer(one_process=False)

PEERS: tuple[Peer, ...] = (
    BARE,
    BARE_TAGGED,
    WeasyPrintPeer(tagged=False, one_process=True),
    WeasyPrintPeer(tagged=True, one_process=True),
    ChromiumPeer(),
    TYPST_EACH,
    TypstPeer(one_process=True),
)


def available() -> list[Peer]:
    """The peers that can work on this machine."""
    return [peer for peer in PEERS if peer.lacks() is None]


def skipped() -> dict[str, str]:
    """The names of all other peers, each with what it lacks and how to get that."""
    return {peer.name: lack for peer in PEERS if (lack := peer.lacks())}
