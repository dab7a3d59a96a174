"""The guards of files, each with the fault that it is there for: of what is written, approved, verified and made."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.batches.folder import exclusive
from consentkit.batches.manifest import MANIFEST, TABLE
from consentkit.cache.store import no_store
from consentkit.documents import making
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.approvals import load_approvals
from consentkit.pdf.file.seal import seal
from kit.batching import OTHER, Place, make_place
from kit.guarded import LONG_PAST, MARKED, approve
from kit.packets import write_visit
from kit.running import Outcome
from kit.small import CODE, make_clinic, write_procedure, write_translation

Call = Callable[..., Outcome]
FILES = [f"{CODE}.pdf", f"{OTHER}.pdf"]
MINE = "a text of mine"


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make_clinic(tmp_path / "clinic")


# --- what is there already ---


def test_a_file_of_somebody_else_is_left_alone_before_any_document_is_made(
    call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{CODE}.pdf").write_text(MINE)
    monkeypatch.setattr(OpenWorkspace, "make", lambda *_, **__: pytest.fail("a document was made"))
    made = call("render", CODE, "--clinic", clinic, "--no-cache")
    assert made.code == 5
    assert "consentkit did not make it" in made.stderr
    assert (tmp_path / f"{CODE}.pdf").read_text() == MINE


def test_a_file_that_comes_while_its_document_is_made_is_left_alone(
    call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = OpenWorkspace.make

    def late(*given: Any, **how: Any) -> Any:
        (tmp_path / f"{CODE}.pdf").write_text(MINE)
        return honest(*given, **how)

    monkeypatch.setattr(OpenWorkspace, "make", late)
    made = call("render", CODE, "--clinic", clinic, "--no-cache")
    assert made.code == 5
    assert (tmp_path / f"{CODE}.pdf").read_text() == MINE


def test_a_document_that_somebody_has_written_in_is_left_alone(call: Call, clinic: Path, tmp_path: Path) -> None:
    assert call("render", CODE, "--clinic", clinic).code == 0
    with (tmp_path / f"{CODE}.pdf").open("ab") as file:
        file.write(b"% filled in by hand")
    written = (tmp_path / f"{CODE}.pdf").read_bytes()
    assert call("render", CODE, "--clinic", clinic).code == 5
    assert (tmp_path / f"{CODE}.pdf").read_bytes() == written


def test_a_folder_is_not_replaced_by_a_file(call: Call, clinic: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / f"{CODE}.pdf").mkdir(parents=True)
    made = call("render", CODE, "--clinic", clinic, "-o", "out/", "--force")
    assert made.code == 5
    assert "is a folder" in made.stderr


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(call: Call, clinic: Path, tmp_path: Path) -> None:
    assert call("render", CODE, "--clinic", clinic, "-o", "own.pdf").code == 0
    before = (tmp_path / "own.pdf").read_bytes()
    (tmp_path / "link.pdf").symlink_to("own.pdf")
    assert call("render", CODE, "--clinic", clinic, "-o", "link.pdf").code == 5
    assert call("render", CODE, "--clinic", clinic, "-o", "link.pdf", "--paper", "a4", "--force").code == 0
    assert not (tmp_path / "link.pdf").is_symlink()
    assert (tmp_path / "own.pdf").read_bytes() == before


def test_a_file_that_can_not_be_written_whole_is_not_there(
    call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    made = call("render", CODE, "--clinic", clinic, "--no-cache")
    assert made.code == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic"]


def test_a_procedure_that_is_there_is_not_written_anew(call: Call, clinic: Path) -> None:
    path = clinic / "procedures" / f"{CODE}.yaml"
    before = path.read_bytes()
    made = call("new", CODE, "--clinic", clinic)
    assert made.code == 5
    assert "already exists" in made.stderr
    assert path.read_bytes() == before


def test_the_code_of_a_new_procedure_is_no_path(call: Call, clinic: Path, tmp_path: Path) -> None:
    assert call("new", "../OUTSIDE", "--clinic", clinic).code == 2
    assert not (clinic / "OUTSIDE.yaml").exists()


def test_two_documents_of_one_name_are_refused(call: Call, clinic: Path, tmp_path: Path) -> None:
    shutil.copytree(clinic / "procedures", tmp_path / "mine")
    made = call("render", CODE, f"mine/{CODE}.yaml", "--clinic", clinic)
    assert made.code == 2
    assert "requested twice" in made.stderr


# --- approvals ---


def refused(done: Outcome, clinic: Path, code: int, message: str) -> bool:
    """Whether an approval was refused, and nothing was recorded."""
    return done.code == code and message in done.stderr and not load_approvals(clinic).approvals


def test_a_translation_of_a_text_that_has_changed_since_can_not_be_approved(call: Call, clinic: Path) -> None:
    write_translation(clinic / "procedures", "es", translates="0" * 64)
    done = call("approve", "--yes", CODE, "--by", "Ann Ray", "--lang", "es", "--clinic", clinic)
    assert refused(done, clinic, 2, "bring the translation up to date first"), done.stderr


def test_a_document_that_can_not_be_made_can_not_be_approved(call: Call, clinic: Path) -> None:
    (clinic / "templates/information").mkdir(parents=True)
    (clinic / "templates/information/summary.html").write_text("", encoding="utf-8")
    done = call("approve", "--yes", CODE, "--by", "Ann Ray", "--clinic", clinic)
    assert refused(done, clinic, 6, "the finished page lacks"), done.stderr


def test_an_approval_ends_in_the_future_and_is_by_somebody(call: Call, clinic: Path) -> None:
    done = call("approve", "--yes", CODE, "--by", "Ann Ray", "--until", str(LONG_PAST), "--clinic", clinic)
    assert refused(done, clinic, 2, "has already passed"), done.stderr
    done = call("approve", "--yes", CODE, "--by", " ", "--clinic", clinic)
    assert refused(done, clinic, 2, "--by: is empty"), done.stderr


def test_an_approval_is_added_to_a_record_that_a_hand_has_changed_or_not_at_all(call: Call, clinic: Path) -> None:
    approve(clinic)
    path = clinic / "approvals.yaml"
    path.write_text(path.read_text() + "note: approved by the board\n")
    before = path.read_bytes()
    assert call("approve", "--yes", CODE, "--by", "Bo Nye", "--clinic", clinic).code == 3
    assert path.read_bytes() == before
    path.write_text("approvals: [" + json.dumps(json.loads(_entry(clinic))) + "]\n")
    before = path.read_bytes()
    done = call("approve", "--yes", CODE, "--by", "Bo Nye", "--clinic", clinic)
    assert done.code == 3
    assert "must end with the list `approvals`" in done.stderr
    assert path.read_bytes() == before


def _entry(clinic: Path) -> str:
    text = "".join((clinic / "approvals.yaml").read_text().splitlines(keepends=True)[:-1])
    (clinic / "approvals.yaml").write_text(text)
    (entry,) = load_approvals(clinic).approvals
    return entry.model_dump_json(exclude_none=True)


def test_the_paper_says_that_it_is_a_draft_or_that_its_approval_has_run_out(clinic: Path) -> None:
    def mark() -> str:
        workspace = open_workspace(clinic)
        return workspace.compose(workspace.content(CODE)).mark.full

    assert mark() == "Draft – not approved for use with patients"
    approve(clinic, until=LONG_PAST)
    assert "edition" not in mark()
    assert str(LONG_PAST.year) in mark()
    approve(clinic)
    assert "edition 1" in mark()


# --- what a file is ---


def with_one_wrong_bit(pdf: bytes) -> bytes:
    place = len(pdf) // 2
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def test_an_altered_an_outdated_and_a_foreign_file_are_told_from_a_current_one(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    def state(name: str) -> tuple[int, str]:
        told = call("verify", name, "--clinic", clinic, "--json")
        return told.code, json.loads(told.stdout)["state"]

    assert call("render", CODE, "--clinic", clinic, "-o", "own.pdf").code == 0
    own = (tmp_path / "own.pdf").read_bytes()
    assert state("own.pdf") == (0, "current")
    (tmp_path / "altered.pdf").write_bytes(with_one_wrong_bit(own))
    assert state("altered.pdf") == (3, "altered")
    (tmp_path / "foreign.pdf").write_bytes(b"%PDF-1.7\n% nothing of ours")
    assert state("foreign.pdf") == (3, "unknown")
    write_procedure(clinic / "procedures", purpose="To feel well.")
    assert state("own.pdf") == (3, "superseded")


def test_a_packet_is_as_current_as_its_weakest_document(call: Call, clinic: Path, tmp_path: Path) -> None:
    write_procedure(clinic / "procedures", code=OTHER)
    file = write_visit(tmp_path / "visit.yaml", procedures=[CODE, OTHER])
    assert call("packet", file, "--allow-drafts", "--clinic", clinic, "-o", "packet.pdf").code == 0
    assert call("verify", "packet.pdf", "--clinic", clinic).code == 0
    write_procedure(clinic / "procedures", code=OTHER, purpose="To feel well.")
    told = call("verify", "packet.pdf", "--clinic", clinic, "--json")
    assert (told.code, json.loads(told.stdout)["state"]) == (3, "superseded")
    (tmp_path / "packet.pdf").write_bytes(with_one_wrong_bit((tmp_path / "packet.pdf").read_bytes()))
    told = call("verify", "packet.pdf", "--clinic", clinic, "--json")
    assert (told.code, json.loads(told.stdout)["state"]) == (3, "altered")


def test_a_file_can_not_let_another_file_be_read_by_naming_its_path(call: Call, clinic: Path, tmp_path: Path) -> None:
    assert call("render", CODE, "--clinic", clinic, "-o", "own.pdf").code == 0
    outside = write_procedure(tmp_path / "outside")
    own = (tmp_path / "own.pdf").read_bytes()
    forged = own.replace(b"<consentkit:code>SMALL-1<", f"<consentkit:code>{outside}<".encode())
    (tmp_path / "forged.pdf").write_bytes(seal(forged))
    told = call("verify", "forged.pdf", "--clinic", clinic, "--json")
    assert (told.code, json.loads(told.stdout)["current_hash"]) == (3, None)


# --- a folder of documents ---


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path)


@pytest.fixture
def batch(call: Call, place: Place) -> Call:
    return lambda *arguments: call("batch", "-o", place.out, "--clinic", place.clinic, "--jobs", "1", *arguments)


def test_a_run_removes_and_replaces_nothing_that_it_did_not_make(batch: Call, place: Place) -> None:
    place.out.mkdir()
    (place.out / FILES[0]).write_text(MINE)
    assert batch().code == 7
    assert (place.out / FILES[0]).read_text() == MINE
    (place.out / FILES[0]).unlink()
    assert batch().code == 0
    for name in FILES:
        with (place.out / name).open("ab") as file:
            file.write(b"% filled in by hand")
    (place.out / "notes.txt").write_text(MINE)
    place.services.write_text(f"services: [{CODE}]\n")
    done = batch("--prune")
    assert (done.code, sorted(place.files())) == (7, FILES), "the one is asked for, and the other is no longer"
    assert "did not make it" in done.stderr
    assert f"altered    {OTHER}.pdf" in done.stdout.decode()
    assert (place.out / "notes.txt").read_text() == MINE


def test_a_document_that_was_altered_or_is_missing_is_made_again(batch: Call, place: Place) -> None:
    assert batch().code == 0
    whole = place.files()
    (place.out / FILES[0]).unlink()
    (place.out / FILES[1]).write_bytes(whole[FILES[1]][:-9])
    done = batch("--force")
    assert done.code == 0, done.stderr
    assert place.files() == whole


HOSTILE = {
    "no record": lambda record: "[]",
    "cut off": lambda record: record[:-9],
    "outside": lambda record: record.replace(FILES[1], f"../{FILES[1]}"),
    "another kind": lambda record: record.replace('"pages": ', '"pages": -'),
    "a file twice": lambda record: record.replace(OTHER, CODE),
    "another form": lambda record: record.replace('"form": 1', '"form": 99'),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_record_that_was_tampered_with_is_not_believed(
    change: Callable[[str], str], batch: Call, place: Place
) -> None:
    assert batch().code == 0
    (place.out.parent / FILES[1]).write_bytes((place.out / FILES[1]).read_bytes())
    record = (place.out / MANIFEST).read_text()
    (place.out / MANIFEST).write_text(change(record))
    assert (place.out / MANIFEST).read_text() != record
    place.services.write_text(f"services: [{CODE}]\n")
    done = batch("--prune")
    assert done.code == 3
    assert MANIFEST in done.stderr
    assert (place.out.parent / FILES[1]).exists()
    assert sorted(place.files()) == FILES


def test_a_table_of_somebody_else_is_left_alone(batch: Call, place: Place) -> None:
    place.out.mkdir()
    (place.out / TABLE).write_text(MINE)
    assert batch().code == 3
    assert (place.out / TABLE).read_text() == MINE


def test_a_cell_of_the_table_is_never_a_formula(batch: Call, place: Place) -> None:
    write_procedure(place.clinic / "procedures", title="=HYPERLINK(1)")
    assert batch().code == 0
    assert ",=HYPERLINK" not in (place.out / TABLE).read_text(encoding="utf-8-sig")


def test_two_runs_do_not_work_in_one_folder(batch: Call, place: Place) -> None:
    with exclusive(place.out):
        done = batch()
    assert done.code == 5
    assert "another run is working in this folder" in done.stderr
    assert place.files() == {}


def test_parts_that_lack_something_are_not_joined(call: Call, place: Place, tmp_path: Path) -> None:
    for number in (1, 2):
        arguments = ("batch", "-o", tmp_path / str(number), "--clinic", place.clinic, "--jobs", "1")
        assert call(*arguments, "--shard", f"{number}/2").code == 0
    merge = ("batch", "--merge-manifests", "-o", tmp_path / "whole", "--clinic", place.clinic)
    assert call(*merge, "1").code == 3
    assert call(*merge, "1", "1").code == 3
    (one, *_) = (
        (tmp_path / "1").glob("*.pdf") if list((tmp_path / "1").glob("*.pdf")) else (tmp_path / "2").glob("*.pdf")
    )
    whole = one.read_bytes()
    one.write_bytes(whole[:-9])
    assert call(*merge, "1", "2").code == 3
    assert not (tmp_path / "whole").exists() or not list((tmp_path / "whole").glob("*.pdf"))
    one.write_bytes(whole)
    assert call(*merge, "1", "2").code == 0
    assert sorted(path.name for path in (tmp_path / "whole").glob("*.pdf")) == FILES


def test_a_fault_in_one_document_is_told_by_its_kind_and_costs_that_one_alone(
    batch: Call, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = making.make_document

    def stumble(content: Any, *given: Any) -> Any:
        if content.procedure.code == OTHER:
            raise LookupError(MARKED)
        return honest(content, *given)

    monkeypatch.setattr(making, "make_document", stumble)
    done = batch("--no-cache")
    assert done.code == 7
    assert "LookupError" in done.stderr
    assert MARKED not in done.stdout.decode() + done.stderr + (place.out / MANIFEST).read_text()
    assert list(place.files()) == FILES[:1]


def test_a_text_that_was_edited_while_its_document_was_made_is_made_again(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_place(tmp_path, f"services: [{CODE}]\n", no_store())
    honest = making.make_document

    def edited(*given: Any) -> Any:
        made = honest(*given)
        write_procedure(place.clinic / "procedures", purpose="Edited meanwhile.")
        return made

    arguments = ("batch", "-o", place.out, "--clinic", place.clinic, "--no-cache", "--jobs", "1")
    with monkeypatch.context() as context:
        context.setattr(making, "make_document", edited)
        assert call(*arguments).code == 0
    told = call(*arguments)
    assert "edited while it was made" in told.stdout.decode()


# --- what goes to whom ---


@pytest.fixture(params=["render", "packet"])
def to_stdout(
    request: pytest.FixtureRequest, call: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Call:
    """Send a document, or a packet, to stdout. It fails where the PDF is really written."""
    write_visit(tmp_path / "visit.yaml")
    given = (CODE,) if request.param == "render" else ("visit.yaml", "--allow-drafts")
    for place in ("consentkit.cli.rendering.write_to_stdout", "consentkit.cli.packing.write_to_stdout"):
        monkeypatch.setattr(place, lambda *_, **__: pytest.fail("a PDF was written"))
    return lambda *arguments: call(request.param, *given, "--clinic", clinic, "-o", "-", *arguments)


def test_a_pdf_does_not_go_to_a_terminal(to_stdout: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    done = to_stdout()
    assert done.code == 2
    assert "would garble the terminal" in done.stderr


def test_a_pdf_and_json_do_not_go_to_stdout_together(to_stdout: Call) -> None:
    assert to_stdout("--json").code == 2


def test_a_name_of_a_file_does_not_steer_the_terminal(call: Call, clinic: Path) -> None:
    done = call("render", "\x07.yaml", "--clinic", clinic)
    assert done.code == 5
    assert "\x07" not in done.stderr
