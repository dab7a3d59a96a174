"""The structure of every shipped document, in both languages, is what its HTML asks for and what was reviewed."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest

from consentkit.cache.store import open_store
from kit.golden_trees import DOCUMENTS, PACKETS, TREES, Case, PacketCase, committed, path_of, tree_text
from kit.judges import Expectation, document_expectation, judge_file, packet_expectation
from kit.structure_lint import lint_file
from kit.structure_tree import differences
from kit.tagged_file import File

ADVICE = "If the tree is meant to be so, run `make trees`, read the diff of tests/trees, and commit it."


class Examined(NamedTuple):
    """What is known of a finished file."""

    tree: str
    findings: list[str]


def examine(pdf: bytes, expected: Expectation) -> Examined:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        file = File(opened)
        findings = [str(finding) for finding in (*judge_file(file, expected), *lint_file(file))]
        return Examined(tree_text(file), findings)


@cache
def examined(case: Case) -> Examined:
    """A document, made and examined once for all its tests."""
    workspace = case.workspace(open_store())
    document = case.document(workspace)
    html = workspace.compose(case.content(workspace)).html
    return examine(document.pdf, document_expectation(html, document))


def assert_committed(name: str, tree: str) -> None:
    changed = differences(committed(name), tree.splitlines())
    assert not changed, "\n".join([f"{path_of(name)} differs (- as committed, + as made):", *changed, ADVICE])


def group_of(case: Case) -> str:
    """The group of tests that render the same document."""
    return f"{case.code}-letter" if case == Case(case.code) else case.name


each_document = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name, marks=pytest.mark.xdist_group(group_of(case))) for case in DOCUMENTS]
)


@each_document
def test_the_tree_of_a_document_is_the_one_that_was_reviewed(case: Case) -> None:
    assert_committed(case.name, examined(case).tree)


@each_document
def test_a_document_is_what_its_html_asks_for(case: Case) -> None:
    assert examined(case).findings == []


@pytest.mark.parametrize("case", PACKETS, ids=lambda case: case.name)
def test_a_packet_is_what_its_papers_are_and_its_tree_was_reviewed(case: PacketCase, tmp_path: Path) -> None:
    made = case.make(tmp_path, open_store())
    found = examine(made.pdf, packet_expectation(made))
    assert found.findings == []
    assert_committed(case.name, found.tree)


def test_every_committed_tree_belongs_to_a_case() -> None:
    assert {path.stem for path in TREES.iterdir()} == {case.name for case in (*DOCUMENTS, *PACKETS)}


def test_a_lost_heading_is_a_line_in_the_difference() -> None:
    name = DOCUMENTS[0].name
    (heading, *_) = [line for line in committed(name) if line.strip().startswith("H2")]
    without = [line for line in committed(name) if line != heading]
    assert differences(committed(name), without) == [f"- {heading}"]
