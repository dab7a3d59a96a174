"""A workspace that stays open: what it sees, what it holds, and what several threads do with it."""

from __future__ import annotations

import gc
import pickle
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import consentkit
from consentkit.cache import store
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.visit import Patient
from consentkit.packets.packet import Packet
from kit.packets import page_texts, visit_data
from kit.running import leftovers
from kit.small import CODE, make_clinic, small_procedure, write_procedure


@pytest.fixture
def clinic(tmp_path: Path, few_texts: None) -> Path:
    return make_clinic(tmp_path / "clinic")


@pytest.fixture
def workspace(clinic: Path) -> consentkit.Workspace:
    return consentkit.open_workspace(clinic)


def patient(number: int, name: str = "Nora Nye") -> dict[str, Any]:
    """The data of a visit of a certain patient."""
    record = {"name": name, "born": "1984-07-09", "record": f"MR-{7000 + number}"}
    return visit_data(visit=f"V-{number}", patient=record)


def states(workspace: consentkit.Workspace) -> dict[str, str]:
    """The state of each document that was approved once."""
    return {state.identity.code: state.state for state in workspace.status() if state.approval}


# --- what it sees ---


def test_an_edit_of_the_clinic_counts_from_the_next_call(workspace: consentkit.Workspace, clinic: Path) -> None:
    def today() -> tuple[str | None, str, str | None]:
        """The clinic's name, the title, and who approved the document as it is."""
        content = workspace.content(CODE)
        approval = workspace.compose(content).approval
        return content.clinic.name, content.procedure.title, approval.by if approval else None

    assert today() == ("Alder Clinic", "A small procedure", None)
    (clinic / "clinic.yaml").write_text("name: Another Clinic\npaper: a4\n", encoding="utf-8")
    workspace.approve(CODE, by="Ann Ray")
    assert today() == ("Another Clinic", "A small procedure", "Ann Ray")
    record = clinic / "approvals.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("Ann Ray", "Bea Roe"), encoding="utf-8")
    assert today() == ("Another Clinic", "A small procedure", "Bea Roe")
    document = workspace.render(CODE)
    assert (document.layout.paper, document.approved_edition, states(workspace)) == ("a4", 1, {CODE: "approved"})
    write_procedure(clinic / "procedures", title="An edited procedure")
    assert today() == ("Another Clinic", "An edited procedure", None)
    assert (workspace.render(CODE).is_approved, states(workspace)) == (False, {CODE: "changed"})
    write_procedure(clinic / "procedures", code="NEW-1")
    assert "NEW-1" in workspace.library.codes()


def test_templates_that_come_and_go_count_from_the_next_call(workspace: consentkit.Workspace, clinic: Path) -> None:
    before = workspace.compose(workspace.content(CODE))
    folder = clinic / "templates"
    folder.mkdir()
    (folder / "print.css").write_text("p { color: #123456 }", encoding="utf-8")
    assert "#123456" in workspace.compose(workspace.content(CODE)).style
    (folder / "print.css").unlink()
    folder.rmdir()
    assert workspace.compose(workspace.content(CODE)).style == before.style


def test_a_clinic_that_is_broken_for_a_while_works_again_afterwards(
    workspace: consentkit.Workspace, clinic: Path
) -> None:
    (clinic / "clinic.yaml").write_text("nam: Alder Clinic\n", encoding="utf-8")
    with pytest.raises(consentkit.InvalidInput, match="nam"):
        workspace.render(CODE)
    assert [problem.field for problem in workspace.check().problems if problem.severity == "error"] == ["nam"]
    clinic.rename(clinic.with_name("away"))
    with pytest.raises(consentkit.FileAccess):
        workspace.render(CODE)
    clinic.with_name("away").rename(clinic)
    (clinic / "clinic.yaml").write_text("name: Alder Clinic\n", encoding="utf-8")
    assert workspace.content(CODE).clinic.name == "Alder Clinic"


@pytest.mark.parametrize("how", ["named", "variable", "current folder"])
def test_the_program_may_go_to_another_folder(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_clinic(tmp_path / "one", "name: One\n")
    make_clinic(tmp_path / "two" / "one", "name: Two\n")
    monkeypatch.chdir(tmp_path / "one" if how == "current folder" else tmp_path)
    if how == "variable":
        monkeypatch.setenv("CONSENTKIT_CLINIC", "one")
    workspace = consentkit.open_workspace("one" if how == "named" else None, cache="cache")
    cache = Path.cwd() / "cache"
    monkeypatch.chdir(tmp_path / "two")
    monkeypatch.setenv("CONSENTKIT_CLINIC", str(tmp_path / "two" / "one"))
    assert workspace.content(CODE).clinic.name == "One"
    assert (workspace.folder, workspace.cache) == (tmp_path / "one", cache)
    workspace.render(CODE)
    assert list(cache.iterdir())
    assert not (tmp_path / "two" / "cache").exists()


def test_a_workspace_without_a_clinic_stays_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    monkeypatch.chdir(tmp_path)
    workspace = consentkit.open_workspace()
    monkeypatch.chdir(make_clinic(tmp_path / "clinic"))
    assert workspace.folder is None
    with pytest.raises(consentkit.UnknownCode):
        workspace.render(CODE)
    with pytest.raises(consentkit.FileAccess, match="approvals are kept in the clinic's folder"):
        workspace.approve("90837", by="Ann Ray")


# --- the cache ---


def test_documents_are_kept_where_the_command_line_keeps_them_unless_another_place_is_named(
    clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTKIT_CACHE", str(tmp_path / "usual"))
    assert consentkit.open_workspace(clinic).cache == tmp_path / "usual" == store.default_folder()
    assert consentkit.open_workspace(clinic, cache=tmp_path / "own").cache == tmp_path / "own"
    workspace = consentkit.open_workspace(clinic, cache=False)
    assert workspace.cache is None
    made = workspace.render(CODE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic", "own", "usual"]
    assert consentkit.open_workspace(clinic, cache=tmp_path / "own").render(CODE) == made


def test_a_workspace_may_be_sent_to_another_process(workspace: consentkit.Workspace) -> None:
    sent = pickle.loads(pickle.dumps(workspace))
    assert (sent.folder, sent.cache, str(sent)) == (workspace.folder, workspace.cache, str(workspace))
    assert sent.content(CODE) == workspace.content(CODE)


@pytest.mark.parametrize("names", [{"clinic": ""}, {"cache": ""}])
def test_an_empty_name_stands_for_no_folder(names: dict[str, str]) -> None:
    with pytest.raises(consentkit.WrongUse, match="empty"):
        consentkit.open_workspace(**names)


def test_a_cache_that_cannot_be_used_costs_no_document_and_says_why(clinic: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    workspace = consentkit.open_workspace(clinic, cache=tmp_path / "file")
    assert workspace.render(CODE).pages
    assert workspace.cache_trouble is not None
    assert "file: finished parts can't be kept here" in workspace.cache_trouble


# --- what it holds ---


AT_ONCE = 20_000
"""So many objects are asked at once what they hold: one call for each takes six times as long."""


def everything() -> Iterator[list[Any]]:
    """All objects in memory that the garbage collector sees, or that one of these holds, some at once."""
    holders = gc.get_objects()
    holders.reverse()  # the youngest first
    for start in range(0, len(holders), AT_ONCE):
        some = holders[start : start + AT_ONCE]
        yield some
        while some:
            held = gc.get_referents(*some)
            yield held
            # The collector does not see a dictionary of texts, so such things are entered.
            some = [thing for thing in held if not gc.is_tracked(thing) and not isinstance(thing, str | bytes)]


def is_mentioned(needle: str) -> bool:
    """Whether a text, or bytes, in memory hold a text, beside this one."""
    gc.collect()
    data, own = needle.encode(), id(needle)
    return any(
        (isinstance(value, str) and needle in value and id(value) != own)
        or (isinstance(value, bytes) and data in value and value != data)
        for some in everything()
        for value in some
    )


def count_of_kinds() -> int:
    """How many things there are that hold something of a patient, or of one call."""
    gc.collect()
    return sum(isinstance(thing, Packet | Patient | OpenWorkspace) for thing in gc.get_objects())


@pytest.fixture
def all_of_memory() -> Iterator[None]:
    """Let the collector see what was there before the first test, too: it may hold what came later."""
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()


@pytest.mark.usefixtures("all_of_memory")
def test_nothing_of_a_patient_stays_in_memory_when_the_packet_is_gone(workspace: consentkit.Workspace) -> None:
    before, name = count_of_kinds(), "".join(reversed("zebznerB aradliM"))
    made = workspace.packet(patient(1, name), allow_drafts=True)
    refused = list(workspace.packets([patient(2, name)]))
    assert is_mentioned(name), "the search finds what is there"
    watched = weakref.ref(made.packet)
    del made, refused
    gc.collect()
    assert watched() is None
    assert not is_mentioned(name)
    assert count_of_kinds() == before


def test_memory_does_not_grow_with_the_number_of_visits(workspace: consentkit.Workspace) -> None:
    def serve(number: int) -> int:
        """How many objects there are when a packet is gone."""
        workspace.packet(patient(number), allow_drafts=True)
        assert workspace.packets([patient(number)])
        gc.collect()
        return len(gc.get_objects())

    for number in range(2):  # what is loaded once, and kept for all
        serve(number)
    counts = [serve(number) for number in range(2, 6)]
    assert max(counts) - min(counts) < 20


def test_no_call_prints_or_leaves_a_file(
    workspace: consentkit.Workspace, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.chdir(temporary)
    workspace.packet(patient(1), allow_drafts=True)
    workspace.verify(workspace.render(CODE).pdf)
    assert len(list(workspace.packets([patient(1), patient(2)]))) == 2
    assert capfd.readouterr() == ("", "")
    assert list(temporary.iterdir()) == leftovers(tmp_path) == []


# --- several threads ---

NAMES = ("Alma Quist", "Boris Fjord", "Chidi Wax", "Dora Jupp")


def test_threads_get_each_their_own_packets_and_documents(workspace: consentkit.Workspace) -> None:
    def work(number: int) -> tuple[consentkit.MadePacket, consentkit.Document]:
        made = workspace.packet(patient(number, NAMES[number % 4]), allow_drafts=True)
        return made, workspace.render(small_procedure(title=f"Procedure {number % 4}"), variant="refusal")

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(work, range(6)))
    for number, (made, document) in enumerate(results):
        for page in page_texts(made.pdf):
            assert [name for name in NAMES if name in page] == [NAMES[number % 4]]
            assert f"MR-{7000 + number}" in page
        assert (document.title, made.file_name) == (f"Procedure {number % 4}", f"2026-11-23-V-{number}.pdf")
    assert workspace.packet(patient(5, NAMES[1]), allow_drafts=True).pdf == results[5][0].pdf
    assert workspace.cache_trouble is None


def test_threads_may_make_documents_of_templates_of_the_clinics_own(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", templates={"note.html": ""})
    workspace = consentkit.open_workspace(clinic, cache=False)
    procedures = [small_procedure(title=f"Procedure {number}") for number in range(2)]
    with ThreadPoolExecutor(2) as threads:
        documents = list(threads.map(lambda procedure: workspace.render(procedure, variant="refusal"), procedures))
        packets = list(threads.map(lambda number: workspace.packet(patient(number), allow_drafts=True), range(2)))
    assert [document.title for document in documents] == [procedure.title for procedure in procedures]
    assert all(f"MR-{7000 + number}" in page for number in range(2) for page in page_texts(packets[number].pdf))
    assert leftovers(tmp_path) == []


def test_a_batch_fills_a_folder_wherever_the_program_is_and_ends_when_nobody_asks_any_more(
    workspace: consentkit.Workspace, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_procedure(clinic / "procedures", code="NEW-1")
    monkeypatch.chdir(tmp_path)
    results = workspace.batch("out", only=["SMALL-1*", "NEW-1*"], jobs=1)
    first = next(results)
    with pytest.raises(consentkit.FileAccess, match="another run"):
        next(workspace.batch("out"))
    results.close()  # type: ignore[attr-defined]
    assert [path.name for path in (tmp_path / "out").glob("*.pdf")] == [first.entry.file]
    results = workspace.batch("out", only=["SMALL-1*", "NEW-1*"], jobs=1)
    monkeypatch.chdir(clinic)
    endings = {result.entry.file: result.ending for result in results}
    assert endings.keys() == {"NEW-1.pdf", "SMALL-1.pdf"} == {path.name for path in (tmp_path / "out").glob("*.pdf")}
    assert [file for file, ending in endings.items() if ending == "unchanged"] == [first.entry.file]
    with pytest.raises(consentkit.WrongUse, match="no document of the list"):
        list(workspace.batch(tmp_path / "out", only=["NONE"]))


def test_threads_record_each_approval(workspace: consentkit.Workspace, clinic: Path) -> None:
    codes = [f"APP-{number}" for number in range(2)]
    for code in codes:
        write_procedure(clinic / "procedures", code=code, title=f"Procedure {code}")
    with ThreadPoolExecutor(2) as threads:
        approvals = list(threads.map(lambda code: workspace.approve(code, by="Ann Ray"), codes))
    assert [approval.code for approval in approvals] == codes
    assert states(workspace) == dict.fromkeys(codes, "approved")
