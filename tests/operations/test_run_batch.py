"""A service list, as a program has it made that is not the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from consentkit.batches.batch import BatchResult
from consentkit.batches.manifest import load_manifest
from consentkit.cache.store import Store
from consentkit.errors import InvalidInput, WrongUse
from consentkit.operations.batch import (
    BatchEvent,
    BatchRequest,
    BatchStarted,
    BatchSummary,
    PreviewEvent,
    WouldBe,
    merge_batches,
    preview_batch,
    run_batch,
)
from kit.batching import OTHER, Place, make_place
from kit.small import CODE

FILES = [f"{CODE}.pdf", f"{OTHER}.pdf"]


@pytest.fixture
def place(tmp_path: Path, kept: Store) -> Place:
    return make_place(tmp_path, store=kept)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One cache for these tests: each document is made once."""
    store = Store(tmp_path_factory.mktemp("kept"))
    make_place(tmp_path_factory.mktemp("place"), store=store).run()
    return store


def run(place: Place, **options: Any) -> list[BatchEvent]:
    return list(run_batch(place.workspace(), BatchRequest(place.out, **options)))


def preview(place: Place, **options: Any) -> list[PreviewEvent]:
    return list(preview_batch(place.workspace(), BatchRequest(place.out, **options)))


def endings(events: Sequence[BatchEvent | PreviewEvent]) -> dict[str, str]:
    results = {event.entry.file: event.ending for event in events if isinstance(event, BatchResult)}
    return results | {event.file: event.ending for event in events if isinstance(event, WouldBe)}


def test_a_run_says_what_it_begins_with_what_became_of_each_document_and_how_it_ended(place: Place) -> None:
    place.services.write_text(f"services: [{CODE}, {CODE}, {OTHER}]\n", encoding="utf-8")
    place.out.mkdir()
    (place.out / "notes.txt").write_text("ours", encoding="utf-8")
    started, *results, summary = run(place)
    assert started == BatchStarted(2, (FILES[0],), ["notes.txt"])
    assert endings(results) == dict.fromkeys(FILES, "copied")
    assert isinstance(summary, BatchSummary)
    assert (summary.documents, dict(summary.endings), summary.not_reached) == (2, {"copied": 2}, 0)
    assert list(place.files()) == FILES


def test_a_preview_says_the_same_and_writes_nothing(place: Place) -> None:
    started, *would_be, summary = preview(place)
    assert started == BatchStarted(2, ())
    assert endings(would_be) == dict.fromkeys(FILES, "copied")
    assert isinstance(summary, BatchSummary)
    assert dict(summary.endings) == {"copied": 2}
    assert not place.out.exists()


@pytest.mark.parametrize("prune", [False, True])
def test_documents_that_have_left_the_list_are_named_or_removed(prune: bool, place: Place) -> None:
    run(place)
    place.services.write_text(f"services: [{CODE}]\n", encoding="utf-8")
    expected = {FILES[0]: "unchanged"} | ({FILES[1]: "removed"} if prune else {})
    for events in (preview(place, prune=prune), run(place, prune=prune)):
        assert endings(events) == expected
        summary = events[-1]
        assert isinstance(summary, BatchSummary)
        assert list(summary.no_longer_listed) == ([] if prune else FILES[1:])
    assert list(place.files()) == (FILES[:1] if prune else FILES)


def test_a_run_that_is_closed_early_leaves_a_manifest_that_knows_what_is_there(place: Place) -> None:
    events = run_batch(place.workspace(), BatchRequest(place.out))
    next(events)
    first = next(events)
    assert isinstance(first, BatchResult)
    events.close()
    outcomes = {entry.file: entry.outcome for entry in load_manifest(place.out).documents}
    assert outcomes == {FILES[0]: "copied", FILES[1]: "pending"}
    assert list(place.files()) == [first.entry.file]


def test_the_first_failure_ends_a_run_that_is_to_fail_fast(place: Place) -> None:
    place.services.write_text(f"services: [GONE-1, {CODE}]\n", encoding="utf-8")
    *_, summary = run(place, fail_fast=True)
    assert isinstance(summary, BatchSummary)
    assert (dict(summary.endings), summary.not_reached) == ({"failed": 1}, 1)


@pytest.mark.parametrize(
    "options", [{"time_limit": float("nan")}, {"shard": "3/2"}, {"output": Path("all.pdf")}, {"only": ["no-such"]}]
)
@pytest.mark.parametrize("act", [run_batch, preview_batch])
def test_a_request_that_makes_no_sense_is_refused_before_anything_is_written(
    act: Any, options: dict[str, Any], place: Place
) -> None:
    with pytest.raises(WrongUse):
        next(act(place.workspace(), BatchRequest(**{"output": place.out, **options})))
    assert not list(place.out.parent.rglob("*.pdf"))


def test_parts_of_a_list_are_joined_to_the_whole_or_refused(place: Place, tmp_path: Path) -> None:
    parts = [tmp_path / "first", tmp_path / "second"]
    for number, folder in enumerate(parts, 1):
        list(run_batch(place.workspace(), BatchRequest(folder, shard=f"{number}/2")))
    with pytest.raises(InvalidInput, match="missing: 2"):
        merge_batches(parts[:1], place.out)
    with pytest.raises(WrongUse):
        merge_batches([], place.out)
    assert sorted(entry.file for entry in merge_batches(parts, place.out)) == FILES
    assert list(place.files()) == FILES
