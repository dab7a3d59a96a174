"""Language packs."""

from __future__ import annotations

from kit.planting import PACK, changed, read_folder


def test_a_clause_of_every_paper_must_be_marked_so() -> None:
    files = changed("fees: {heading: Cost, always: true,", "fees: {heading: Cost,", PACK)
    (line,) = read_folder(files).lines()
    assert "clauses.fees: belongs on every paper, but is not marked `always: true`" in line


def test_two_signers_have_a_line_of_their_own() -> None:
    (line,) = read_folder(changed(", blank: Relationship", "", PACK)).lines()
    assert "signatures.blocks: has 1 of at least 2 blocks with a `blank`" in line
