"""What comes of reading a cell: the text of our own column, or why there is none.

Guarantees: no message quotes the cell.
"""

from __future__ import annotations

from typing import NamedTuple

from consentkit.packets.needs import NeedReason


class Outcome(NamedTuple):
    """What a cell means."""

    text: str = ""
    """What goes into our column; empty where nothing does."""
    fault: str = ""
    """What is wrong with the cell, and what to do about it."""
    reason: NeedReason | None = None
    """Why a person must supply it; None where the cell must be corrected instead."""
    rest: str = ""
    """What is in the cell behind the text."""


def unknown(fault: str) -> Outcome:
    """A word that nobody has translated."""
    return Outcome(fault=fault, reason="unknown")


def unclear(fault: str) -> Outcome:
    """Something that may mean several things."""
    return Outcome(fault=fault, reason="unclear")
