"""Lines in the font that all packets have.

Guarantees: a line is drawn as the page engine would draw it. Where the pairs of its letters are known, no font is
loaded for it.
"""

from __future__ import annotations

from consentkit.pdf.lines.pair_table import PairTable, ShapedLine

_known: list[PairTable] = []
"""The pairs of letters, once they are known: of one font in each process."""


def know_pairs(table: PairTable) -> None:
    """Set lines by this table from here on."""
    _known[:] = [table]


def forget_pairs() -> None:
    """Let HarfBuzz set lines again."""
    _known.clear()


def known_pairs() -> PairTable | None:
    """The table, if there is one."""
    return next(iter(_known), None)


def are_pairs_known() -> bool:
    """Whether there is a table."""
    return bool(_known)


def common_line(line: str) -> ShapedLine | None:
    """A line that needs no font but the one that all packets have; None for any other one."""
    for table in _known:
        return table.set(line)
    from consentkit.pdf.lines.shaping import shaped_common_line  # which loads fonts

    return shaped_common_line(line)
