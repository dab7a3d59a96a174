"""What a program may pass, and what it is told of the rest; the short texts of what it gets."""

from __future__ import annotations

import datetime
import io
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import consentkit
from consentkit.library.approvals import load_approvals
from consentkit.processes import whole_files
from kit.guarded import make_guarded_clinic
from kit.packets import CHILD, visit_data
from kit.small import CODE, make_clinic


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> consentkit.Workspace:
    return consentkit.open_workspace(make_guarded_clinic(tmp_path_factory.mktemp("clinic")))


def test_a_pdf_may_be_bytes_of_any_kind_or_an_open_file(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    pdf = workspace.render(CODE).pdf
    (tmp_path / "a.pdf").write_bytes(pdf)
    stream = io.BytesIO(pdf)
    stream.read()
    with (tmp_path / "a.pdf").open("rb") as file:
        for given in (pdf, bytearray(pdf), memoryview(pdf), stream, file, tmp_path / "a.pdf", str(tmp_path / "a.pdf")):
            assert workspace.verify(given).state == "current"


def test_a_pdf_that_is_too_large_is_refused_in_every_form(
    workspace: consentkit.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentkit.operations.verify.LARGEST_PDF", 10)
    assert whole_files.LARGEST_PDF > 10
    large = b"%PDF-1.7\n%%%%"
    (tmp_path / "a.pdf").write_bytes(large)
    with pytest.raises(consentkit.InvalidInput, match="has 13 bytes; at most 10 are read"):
        workspace.verify(tmp_path / "a.pdf")
    for given in (large, bytearray(large), memoryview(large), io.BytesIO(large)):
        with pytest.raises(consentkit.InvalidInput, match="at most 10 bytes are read"):
            workspace.verify(given)


def mistakes(workspace: consentkit.Workspace) -> list[Any]:
    """Calls that pass something of a wrong kind."""
    now = datetime.datetime(2099, 1, 1, 12, 0)
    unfit: Any = 5
    return [
        lambda: workspace.verify(unfit),
        lambda: workspace.verify(io.StringIO("%PDF")),  # type: ignore[arg-type]
        lambda: workspace.render(unfit),
        lambda: workspace.render(None),  # type: ignore[arg-type]
        lambda: workspace.render(""),
        lambda: workspace.content(unfit),
        lambda: workspace.procedure(unfit),
        lambda: workspace.approve(unfit, by="Ann Ray"),
        lambda: workspace.approve(CODE, by=unfit),
        lambda: workspace.approve(CODE, by="Ann Ray", until=now),
        lambda: workspace.approve(CODE, by="Ann Ray", until="2099-01-01"),  # type: ignore[arg-type]
        lambda: workspace.diff(unfit),
        lambda: workspace.check(unfit),
        lambda: workspace.packets([], unfit),
        lambda: workspace.batch(unfit),
        lambda: list(workspace.batch("out", jobs=0)),
        lambda: list(workspace.batch("out", jobs=-1)),
        lambda: list(workspace.batch("out", only=CODE)),
        lambda: list(workspace.batch("out", without=CODE)),
        lambda: consentkit.open_workspace(cache=True),  # type: ignore[arg-type]
        lambda: consentkit.open_workspace(unfit),
        lambda: workspace.explain("no-such-rule"),
    ]


@pytest.mark.parametrize("number", range(22))
def test_something_of_a_wrong_kind_is_wrong_use(number: int, workspace: consentkit.Workspace) -> None:
    with pytest.raises(consentkit.WrongUse):
        mistakes(workspace)[number]()


def test_a_rule_can_be_explained(workspace: consentkit.Workspace) -> None:
    assert "same-title" in workspace.explain("same-title")


def test_what_the_front_desk_should_know_is_data(workspace: consentkit.Workspace) -> None:
    child = {**CHILD, "born": "2010-01-01"}
    made = workspace.packet(visit_data(patient=child), allow_drafts=True, override="State law lets minors decide.")
    (notice,) = [notice for notice in made.notices if notice.kind == "overridden"]
    assert (notice.subject, str(notice)) == ("minor-alone", notice.text)
    assert notice.text.startswith("visit V-1: overridden: the patient is under 18")
    assert isinstance(notice, consentkit.Notice)


def test_what_a_program_prints_by_accident_is_short(workspace: consentkit.Workspace) -> None:
    made = workspace.packet(visit_data(), allow_drafts=True)
    (refused,) = workspace.packets([visit_data(procedures=["99999"])])
    assert repr(made) == "<MadePacket of visit V-1>"
    assert repr(refused) == "<RefusedVisit visit V-1: 1 problem>"
    assert repr(made.packet).startswith("<Packet of visit V-1, ")
    document = workspace.render(CODE)
    assert repr(document) == f"<Document {CODE} (en, consent), {document.pages} pages>"
    things = (made.packet.plan, workspace.check(CODE), workspace.procedures())
    assert [thing for thing in things if len(repr(thing)) > 200] == []


def test_errors_name_arguments_and_hold_their_names(
    workspace: consentkit.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    past = datetime.date(2020, 1, 1)
    calls: list[Any] = [
        (lambda: workspace.approve(CODE, by="Ann Ray", until=past), ("until",)),
        (lambda: workspace.approve(CODE, by="", role="x" * 200), ("by", "role")),
        (lambda: consentkit.open_workspace().approve("90837", by="Ann Ray"), ("clinic",)),
        (lambda: workspace.packet(visit_data(), override=" "), ("override",)),
        (lambda: list(workspace.batch("out", only=["NONE"])), ("only", "without")),
    ]
    for call, arguments in calls:
        with pytest.raises(consentkit.ConsentkitError) as caught:
            call()
        assert caught.value.arguments == arguments
        assert "--" not in str(caught.value)
        assert all(f"`{name}`" in str(caught.value) for name in arguments)
        assert pickle.loads(pickle.dumps(caught.value)).arguments == arguments


def test_each_approval_of_the_same_content_is_an_entry_of_the_same_edition(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path)
    workspace = consentkit.open_workspace(clinic)
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda _: workspace.approve(CODE, by="Ann Ray"), range(3)))
    assert done == [done[0]] * 3
    assert load_approvals(clinic).approvals == tuple(done)
