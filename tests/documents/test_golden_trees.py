"""The structure of every shipped document, in both languages, is what its HTML asks for and what was reviewed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from consentkit.cache.store import no_store, open_store
from kit import golden_trees
from kit.golden_trees import (
    DOCUMENTS,
    PACKETS,
    TREES,
    Case,
    Examined,
    PacketCase,
    committed,
    digest,
    examine,
    examine_case,
    is_kept,
    path_of,
    was_examined,
)
from kit.judges import packet_expectation
from kit.measured_pages import is_of_these_versions
from kit.structure_tree import differences
from kit.thorough import marks_of_document

ADVICE = "If the tree is meant to be so, run `make trees`, read the diff of tests/trees, and commit it."


@cache
def examined(case: Case) -> Examined:
    """What is known of a document; it is made and examined once for all its tests, or was so before."""
    if was_examined(case):
        return Examined(path_of(case.name).read_text(encoding="utf-8"), [])
    return examine_case(case, open_store())


def assert_committed(name: str, tree: str) -> None:
    changed = differences(committed(name), tree.splitlines())
    assert not changed, "\n".join([f"{path_of(name)} differs (- as committed, + as made):", *changed, ADVICE])


def group_of(case: Case) -> str:
    """The group of tests that render the same document."""
    return f"{case.code}-letter" if case == Case(case.code) else case.name


KEPT = DOCUMENTS[0]


def is_made_in_every_run(case: Case) -> bool:
    """Of the consents that are always made, `make thorough` alone makes most: they take longest."""
    return case.variant != "consent" or is_kept(case) or case == KEPT


each_document = pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case.name, marks=marks_of_document(group_of(case), in_every_run=is_made_in_every_run(case))
        )
        for case in DOCUMENTS
    ],
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


# --- what is not examined again ---


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Case:
    """A document that counts as examined, whatever has changed since `make trees`."""
    shutil.copytree(TREES, tmp_path / "trees")
    monkeypatch.setattr(golden_trees, "TREES", tmp_path / "trees")
    entry = [digest(KEPT), golden_trees.digest_of_tree(KEPT.name)]
    monkeypatch.setattr(golden_trees, "examined_before", lambda: {KEPT.name: entry})
    assert was_examined(KEPT)
    return KEPT


def test_a_document_is_examined_again_when_its_tree_was_edited(kept: Case) -> None:
    tree = path_of(kept.name)
    tree.write_text(tree.read_text(encoding="utf-8").replace("H2", "H3", 1), encoding="utf-8")
    assert not was_examined(kept)


@pytest.mark.parametrize("module", ["structure_lint.py", "judges.py", "tagged_file.py", "page_content.py"])
def test_a_document_is_examined_again_when_a_judge_was_changed(
    module: str, kept: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (file,) = [path for path in golden_trees.judging_modules() if Path(path).name == module]
    changed = tmp_path / module
    changed.write_bytes(Path(file).read_bytes() + b"# Changed\n")
    others = [path for path in golden_trees.judging_modules() if path != file]
    monkeypatch.setattr(golden_trees, "judging_modules", lambda: (*others, str(changed)))
    assert not was_examined(kept)


def test_a_document_is_examined_again_when_a_word_of_it_has_changed(
    kept: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = kept.content(kept.workspace(no_store()))
    other = replace(content, definition=content.definition.model_copy(update={"title": "Another title"}))
    monkeypatch.setattr(Case, "document", lambda case, workspace: workspace.render(other))
    assert not was_examined(kept)


def test_what_is_kept_is_up_to_date_and_what_is_out_of_the_ordinary_is_always_examined() -> None:
    kept = {case.name for case in DOCUMENTS if is_kept(case)}
    assert was_examined(KEPT) or not is_of_these_versions(), ADVICE
    assert kept.issuperset(golden_trees.examined_before())
    assert {case.name for case in DOCUMENTS} - kept >= {"90837-en", "90837-es", "90839-en-plan-fillable"}
