"""Texts that are saved twice within a moment, while visits are planned, are those that were saved last."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import Store, open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput
from consentkit.model.approval import Approval
from consentkit.model.identity import Variant
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketOptions, PacketPlan
from consentkit.packets.planning import Planner
from kit.packets import visit
from kit.recording import record
from kit.small import (
    CODE,
    PAPER,
    make_clinic,
    small_paper_data,
    write_paper,
    write_paper_translation,
    write_translation,
)

DRAFTS = PacketOptions(allow_drafts=True)
_MINUTE = 60 * 10**9
_clock = time.time_ns


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything have been changed a minute ago."""
    monkeypatch.setattr(time, "time_ns", lambda: _clock() + _MINUTE)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One for all tests, so that each document is made once."""
    return open_store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    make_clinic(tmp_path)
    write_translation(tmp_path / "procedures", "es")
    write_paper(tmp_path / "papers")
    write_paper_translation(tmp_path / "papers", small_paper_data(), "es")
    return tmp_path


def save(clinic: Path, title: str, *, by_rename: bool = False) -> None:
    """Save the translation of the paper now, as the clock has it."""
    path = clinic / "papers" / f"{PAPER}.es.yaml"
    if by_rename:
        path.rename(f"{path}~")
    write_paper_translation(clinic / "papers", small_paper_data(), "es", title=title)
    for one in (path, path.parent) if by_rename else (path,):
        os.utime(one, ns=(time.time_ns(), time.time_ns()))


def approve(clinic: Path, workspace: OpenWorkspace, code: str, variant: Variant) -> None:
    """Record the approval of a Spanish text as it is now."""
    content_hash = workspace.compose(workspace.content(code, language="es", variant=variant)).content_hash
    values = {"edition": 1, "content": content_hash, "by": "Ann Ray", "on": "2026-01-15"}
    record(clinic, Approval.model_validate({"code": code, "language": "es", "variant": variant, **values}), "")


def of(number: int, **data: Any) -> dict[str, Any]:
    patient = {"name": "Ann Lee", "born": "1984-07-09", "record": f"MR-{number}"}
    return {"visit": f"V-{number}", "patient": patient, "language": "es", "documents": ["information"], **data}


def planned(planner: Planner, number: int, **data: Any) -> PacketPlan:
    return planner.plan(visit(**of(number, **data)), "day.csv")


def titles(planner: Planner, number: int) -> set[str]:
    """The titles of what a visit with the paper gets."""
    return {document.title for document in planned(planner, number, papers=[PAPER]).documents}


def with_kind_without_paper(workspace: OpenWorkspace, options: PacketOptions) -> Planner:
    """A planner that knows a kind of visits with the same procedure and language, and without the paper."""
    planner = Planner(workspace, options, ParsedFiles(workspace))
    assert [planned(planner, number).numbered is not None for number in (1, 2)] == [False, True]
    return planner


@pytest.mark.parametrize("by_rename", [False, True], ids=["in place", "by rename"])
def test_what_is_saved_twice_in_a_moment_counts_as_it_was_saved_last(
    by_rename: bool, clinic: Path, store: Store
) -> None:
    planner = with_kind_without_paper(open_workspace(clinic, store), DRAFTS)
    for number, title in enumerate(("Saved first", "Saved next!", "Saved last!"), 3):
        save(clinic, title, by_rename=by_rename)
        assert title in titles(planner, number)


def test_what_is_read_anew_each_time_is_kept_of_no_kind(clinic: Path, store: Store) -> None:
    workspace = open_workspace(clinic, store)
    for planner in (Planner(workspace, DRAFTS, ParsedFiles(workspace)), with_kind_without_paper(workspace, DRAFTS)):
        save(clinic, "Saved just now")
        assert [planned(planner, number, papers=[PAPER]).numbered for number in (3, 4)] == [None, None]


def test_a_kind_is_kept_once_its_files_have_not_changed_for_a_while(
    clinic: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = with_kind_without_paper(open_workspace(clinic, store), DRAFTS)
    save(clinic, "Saved just now")
    planned(planner, 3, papers=[PAPER])
    monkeypatch.setattr(time, "time_ns", lambda: _clock() + 2 * _MINUTE)
    assert [planned(planner, number, papers=[PAPER]).numbered is not None for number in (4, 5)] == [False, True]
    assert planned(planner, 6).numbered, "the kind that was known before still is"
    save(clinic, "Saved later on")
    assert "Saved later on" in titles(planner, 7)


def test_a_known_kind_is_served_from_files_that_were_saved_again_since_another_kind_was(
    clinic: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(clinic, store)
    planner = Planner(workspace, DRAFTS, ParsedFiles(workspace, patience=1e9))
    for number in (1, 2):
        planned(planner, number, papers=[PAPER])
    save(clinic, "Saved first")
    monkeypatch.setattr(time, "time_ns", lambda: _clock() + 2 * _MINUTE)
    planned(planner, 3, papers=[PAPER], medical_visit=True)  # which is another kind, with the same procedures
    save(clinic, "Saved last!")
    assert "Saved last!" in titles(planner, 4)


def test_a_visit_that_others_speak_against_is_judged_by_files_as_they_are(clinic: Path, store: Store) -> None:
    workspace = open_workspace(clinic, store)
    options = PacketOptions(allow_drafts=True, override="agreed by telephone")
    planner = Planner(workspace, options, ParsedFiles(workspace, patience=1e9))
    for number in (1, 2):
        planned(planner, number, papers=[PAPER], witness="Rosa Rey")
    save(clinic, "Saved again")
    again = planned(planner, 3, papers=[PAPER], witness="Dr. Amara Okonkwo")  # who is the clinician, too
    assert "Saved again" in {document.title for document in again.documents}


def test_a_draft_is_refused_that_was_an_approved_text_a_moment_ago(clinic: Path, store: Store) -> None:
    workspace = open_workspace(clinic, store)
    save(clinic, "An approved text")
    approve(clinic, workspace, CODE, "consent")
    approve(clinic, workspace, PAPER, "paper")
    planner = with_kind_without_paper(workspace, PacketOptions())
    save(clinic, "An approved text")
    assert "An approved text" in titles(planner, 3)
    save(clinic, "A draft of a text")
    for number in (4, 5):
        with pytest.raises(InvalidInput, match="is not approved"):
            titles(planner, number)
