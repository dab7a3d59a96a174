"""Documents of some procedures, as a program asks for them that is not the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import Store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput, UnknownCode, WrongUse
from consentkit.operations.render import (
    DocumentFailed,
    DocumentMade,
    DocumentWritten,
    ProcedureRefused,
    RenderEvent,
    RenderRequest,
    render,
)
from kit.small import make_clinic, write_procedure

CODES = FIRST, SECOND = "SMALL-1", "SMALL-2"


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One cache for these tests: each document is made once."""
    return Store(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Store) -> OpenWorkspace:
    """A clinic of two procedures; the current folder is empty but for it."""
    monkeypatch.chdir(tmp_path)
    folder = make_clinic(tmp_path / "clinic")
    write_procedure(folder / "procedures", code=SECOND)
    return open_workspace(folder, kept)


def events_of(workspace: OpenWorkspace, *procedures: str, **options: Any) -> list[RenderEvent]:
    return list(render(workspace, RenderRequest(procedures, **options)))


def test_documents_that_are_handed_over_are_written_nowhere(workspace: OpenWorkspace, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    made = events_of(workspace, *CODES, returns_documents=True)
    assert [(type(event), event.document.code, event.target) for event in made if isinstance(event, DocumentMade)] == [
        (DocumentMade, code, None) for code in CODES
    ]
    assert len(made) == len(CODES)
    assert sorted(tmp_path.rglob("*")) == before


def test_each_document_is_announced_before_it_is_written(workspace: OpenWorkspace, tmp_path: Path) -> None:
    events = render(workspace, RenderRequest(CODES, output="out/"))
    for code in CODES:
        made = next(events)
        assert isinstance(made, DocumentMade)
        assert made.target == Path(f"out/{code}.pdf")
        assert not made.target.exists()
        written = next(events)
        assert isinstance(written, DocumentWritten)
        assert (written.document, written.target) == (made.document, made.target)
        assert (tmp_path / made.target).read_bytes() == made.document.pdf
    assert next(events, None) is None


def test_a_document_that_can_not_be_written_does_not_stop_the_next(workspace: OpenWorkspace, tmp_path: Path) -> None:
    events = render(workspace, RenderRequest(CODES, output="out/"))
    next(events)
    (tmp_path / f"out/{FIRST}.pdf").write_bytes(b"of somebody else")
    failed, *rest = list(events)
    assert isinstance(failed, DocumentFailed)
    assert failed.code == FIRST
    assert isinstance(failed.error, FileAccess)
    assert [type(event) for event in rest] == [DocumentMade, DocumentWritten]
    assert (tmp_path / f"out/{FIRST}.pdf").read_bytes() == b"of somebody else"


def test_every_mistake_is_reported_and_nothing_made(workspace: OpenWorkspace, tmp_path: Path) -> None:
    write_procedure(tmp_path / "clinic/procedures", code=SECOND, title="")
    events = render(workspace, RenderRequest((FIRST, "90999", SECOND), output="out/"))
    refused = next(events)
    assert isinstance(refused, ProcedureRefused)
    assert isinstance(refused.error, InvalidInput)
    with pytest.raises(UnknownCode):
        next(events)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [{"output": "all.pdf"}, {"language": "tlh"}, {"variant": "poster"}])
def test_a_request_that_makes_no_sense_is_refused_before_anything_is_made(
    options: dict[str, Any], workspace: OpenWorkspace, tmp_path: Path
) -> None:
    with pytest.raises(WrongUse):
        events_of(workspace, *CODES, **options)
    assert list(tmp_path.rglob("*.pdf")) == []


def test_a_workspace_that_stays_open_makes_documents_of_the_files_as_they_are(
    workspace: OpenWorkspace, tmp_path: Path
) -> None:
    titles = []
    for title in ("Before", "After"):
        write_procedure(tmp_path / "clinic/procedures", title=title)
        (made,) = events_of(workspace, FIRST, variant="refusal", returns_documents=True)
        assert isinstance(made, DocumentMade)
        titles.append(made.document.title)
    assert titles == ["Before", "After"]
