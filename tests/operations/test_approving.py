"""Approving documents, and what becomes of an approval, as a program meets it that is no command line."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.checks import RuleFinding, examine
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.library.approvals import load_approvals
from consentkit.model.identity import Identity
from consentkit.operations.approval_entry import note_in_journal
from consentkit.operations.approve import ApprovalTerms, PreparedApproval, approve, errors_of, prepare, record_prepared
from consentkit.operations.diff import diff
from consentkit.operations.journal import MOST_PAPERS, open_journal_to_read, who_asks
from consentkit.operations.opening import open_cache, open_clinic, open_for_a_run
from consentkit.operations.status import status
from consentkit.operations.verify import PacketVerdict, verify
from consentkit.operations.withdraw import WithdrawalRequest, withdraw
from kit.packets import packet, visit
from kit.small import CODE, make_clinic, write_procedure, write_translation

SMALL = Identity(CODE, "en", "consent")


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    (folder / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    return folder


def opened(clinic: Path) -> OpenWorkspace:
    return open_for_a_run(clinic, open_cache())


def test_an_approval_is_recorded_and_handed_back_with_its_file(clinic: Path, today: datetime.date) -> None:
    workspace = opened(clinic)
    approved = approve(workspace, CODE, by="Ann Ray", role="Psychologist", until=today)
    assert (approved.approval.identity, approved.approval.edition, approved.approval.on) == (SMALL, 1, today)
    assert approved.record == clinic / "approvals.yaml"
    assert load_approvals(clinic).approvals == (approved.approval,)
    (state,) = status(opened(clinic))
    assert (state.identity, state.state, state.approval) == (SMALL, "approved", approved.approval)
    assert state.content_hash == approved.approval.content


def test_what_changes_after_an_approval_is_seen_by_all_of_them(clinic: Path) -> None:
    approval = approve(opened(clinic), CODE, by="Ann Ray").approval
    pdf = opened(clinic).render(CODE).pdf
    (clinic / "old.pdf").write_bytes(pdf)
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    changed = diff(opened(clinic), CODE)
    assert [(change.before, change.after) for change in changed.changes] == [("Two chairs.", "Three chairs.")]
    assert (changed.approval, changed.has_other_content) == (approval, True)
    assert [state.state for state in status(opened(clinic))] == ["changed"]
    for file in (pdf, clinic / "old.pdf"):
        verdict = verify(opened(clinic), file)
        assert not isinstance(verdict, PacketVerdict)
        assert (verdict.state, verdict.identity, verdict.approved_edition) == ("superseded", SMALL, 1)


def test_a_document_that_can_not_be_made_has_its_reason_and_hides_no_other(clinic: Path) -> None:
    (clinic / "services.yaml").write_text(f"services: [GONE-1, {CODE}]\n", encoding="utf-8")
    gone, small = status(opened(clinic))
    assert (gone.state, gone.content_hash, small.state, small.reason) == ("broken", "", "draft", "")
    assert "GONE-1" in gone.reason


def test_a_packet_is_judged_as_a_whole_and_by_document(clinic: Path) -> None:
    pdf = packet(opened(clinic), visit()).pdf
    verdict = verify(opened(clinic), pdf)
    assert isinstance(verdict, PacketVerdict)
    assert (verdict.state, [document.state for document in verdict.documents]) == ("current", ["current"])
    altered = verify(opened(clinic), pdf + b"% a note")
    assert isinstance(altered, PacketVerdict)
    assert (altered.packet, altered.state) == (verdict.packet, "altered")
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    assert verify(opened(clinic), pdf).state == "superseded"


def test_a_file_of_somebody_else_is_unknown(clinic: Path) -> None:
    assert verify(opened(clinic), b"%PDF-1.7 of somebody else").state == "unknown"


def test_what_can_not_be_approved_is_refused_and_nothing_is_recorded(
    clinic: Path, tmp_path: Path, today: datetime.date
) -> None:
    yesterday = today - datetime.timedelta(days=1)
    with pytest.raises(WrongUse, match="has already passed"):
        approve(opened(clinic), CODE, by="Ann Ray", until=yesterday)
    with pytest.raises(WrongUse, match="`by` and `role`: is empty, too long, or"):
        approve(opened(clinic), CODE, by="\x1b[2J", role=300 * "x")
    with pytest.raises(WrongUse, match=r"^`role`: .* contains characters that can't be printed"):
        approve(opened(clinic), CODE, by="Ann Ray", role="Psychologist\u202e")
    with pytest.raises(WrongUse, match="never been approved"):
        diff(opened(clinic), CODE)
    assert not (clinic / "approvals.yaml").exists()


def test_approvals_need_the_folder_of_a_clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    for errand in (lambda: approve(open_clinic(), "90837", by="Ann Ray"), lambda: diff(open_clinic(), "90837")):
        with pytest.raises(FileAccess, match="approvals are kept in the clinic's folder"):
            errand()


def prepared_for(clinic: Path) -> tuple[OpenWorkspace, PreparedApproval]:
    workspace = opened(clinic).for_one_run()
    return workspace, prepare(workspace, ApprovalTerms("Ann Ray"), CODE)


def test_a_withdrawal_that_whoever_approves_has_not_seen_is_not_undone(clinic: Path) -> None:
    approve(opened(clinic), CODE, by="Ann Ray")
    workspace, prepared = prepared_for(clinic)
    withdraw(opened(clinic), WithdrawalRequest(CODE, "Bea Low", "A risk is missing"))
    with pytest.raises(WrongUse, match=r"has just been withdrawn by Bea Low: A risk is missing; nothing was approved"):
        record_prepared(workspace, [prepared])
    assert len(load_approvals(clinic).approvals) == 2
    workspace, prepared = prepared_for(clinic)
    assert prepared.withdrawal is not None
    record_prepared(workspace, [prepared])
    assert load_approvals(clinic).withdrawal(prepared.approval.identity) is None


def test_more_approvals_than_an_entry_of_the_journal_holds_are_all_in_the_journal(clinic: Path) -> None:
    with (clinic / "clinic.yaml").open("a", encoding="utf-8") as file:
        file.write("journal: {keep_years: 6}\n")
    workspace, prepared = prepared_for(clinic)
    codes = [f"C-{number}" for number in range(MOST_PAPERS + 1)]
    approvals = [prepared.approval.model_copy(update={"code": code}) for code in codes]
    note_in_journal(workspace, "approved", approvals, who_asks())
    with open_journal_to_read(workspace) as journal:
        kept = [row.entry.papers for row in journal.rows()]
    assert [paper.code for papers in kept for paper in papers] == codes


def test_of_texts_that_are_approved_in_one_act_each_file_is_checked_once(
    clinic: Path, few_texts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Counter[str]()

    def counting(check: Callable[..., list[RuleFinding]]) -> Callable[..., list[RuleFinding]]:
        def counted(file: Any, *more: Any) -> list[RuleFinding]:
            checked[Path(file.source.name).name] += 1
            return check(file, *more)

        return counted

    for name in ("check_procedure", "check_translation", "check_pack", "check_clinic"):
        monkeypatch.setattr(examine, name, counting(getattr(examine, name)))
    write_procedure(clinic / "procedures", code="SMALL-2", title="A small procedure", equipment="TODO write this.")
    write_translation(clinic / "procedures", "es")
    workspace = opened(clinic).for_one_run()
    codes = (CODE, "SMALL-2", CODE)
    rules = [{problem.rule for problem in errors_of(workspace, code, "en")} for code in codes]
    assert rules == [{"same-title"}, {"same-title", "leftover"}, {"same-title"}]
    assert {"en.yaml", "clinic.yaml", f"{CODE}.yaml", f"{CODE}.es.yaml"} <= checked.keys()
    assert set(checked.values()) == {1}
