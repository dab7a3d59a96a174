"""`consentkit withdraw`: an approved text becomes a draft again, and the record says who did it, when and why."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.library.approvals import load_approvals
from kit.packets import write_visit
from kit.running import Outcome
from kit.small import CODE, WITH_JOURNAL, make_clinic, small_paper_data, write_paper, write_procedure, write_translation

Call = Callable[..., Outcome]
BY = ("--by", "Ann Ray")
WITHDRAWN = ("--by", "Ben Orr", "--role", "Medical director", "--reason", "A new guideline: one more risk")


@pytest.fixture
def said(today: datetime.date) -> str:
    return f"edition 1 was withdrawn on {today} by Ben Orr, Medical director: A new guideline: one more risk"


@pytest.fixture
def clinic(tmp_path: Path, few_texts: None) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    (folder / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    return folder


@pytest.fixture
def approved(clinic: Path, call: Call) -> Path:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    return clinic


def states(call: Call, clinic: Path) -> list[str]:
    shown = json.loads(call("status", "--json", "--clinic", clinic).stdout)
    return [document["state"] for document in shown["documents"]]


def is_approved(call: Call, clinic: Path) -> bool:
    done = call("render", CODE, "--json", "--clinic", clinic)
    (document,) = json.loads(done.stdout)["documents"]
    return bool(document["approved"])


def test_a_withdrawn_text_is_a_draft_and_status_and_verify_say_who_withdrew_it_when_and_why(
    approved: Path, tmp_path: Path, call: Call, today: datetime.date, said: str
) -> None:
    assert is_approved(call, approved)
    before = (approved / "approvals.yaml").read_bytes()
    done = call("withdraw", CODE, *WITHDRAWN, "--clinic", approved)
    assert (done.code, done.lines) == (0, [f"SMALL-1 (en, consent): {said}"])
    assert (approved / "approvals.yaml").read_bytes().startswith(before), "the approval stays in the record"

    assert states(call, approved) == ["withdrawn"]
    shown = call("status", "--clinic", approved)
    assert shown.lines[0].endswith(f"; {said}")
    assert "0 approved" in shown.stderr
    (document,) = json.loads(call("status", "--json", "--clinic", approved).stdout)["documents"]
    assert document["approval"]["by"] == "Ann Ray"
    assert document["withdrawal"] == {
        **{key: document["approval"][key] for key in ("code", "language", "variant", "edition", "content")},
        "withdrawn_by": "Ben Orr",
        "role": "Medical director",
        "on": today.isoformat(),
        "reason": "A new guideline: one more risk",
    }

    paper = call("verify", tmp_path / "SMALL-1.pdf", "--clinic", approved)  # made while it was approved
    assert paper.lines[-2:] == [
        f"approval     approved as edition 1 by Ann Ray, {today}, until 2099-01-15",
        f"withdrawal   {said}",
    ]
    told = json.loads(call("verify", tmp_path / "SMALL-1.pdf", "--json", "--clinic", approved).stdout)
    assert (told["approval"]["by"], told["withdrawal"]["withdrawn_by"]) == ("Ann Ray", "Ben Orr")
    assert not is_approved(call, approved)


def test_a_withdrawn_text_goes_into_no_packet_until_it_is_approved_again(
    approved: Path, tmp_path: Path, call: Call
) -> None:
    visit = write_visit(tmp_path / "visit.yaml", procedures=[CODE])
    assert call("packet", visit, "--clinic", approved).code == 0
    assert call("withdraw", CODE, *WITHDRAWN, "--clinic", approved).code == 0
    refused = call("packet", visit, "--clinic", approved)
    assert refused.code != 0
    assert "SMALL-1" in refused.stderr

    done = call("approve", "--yes", CODE, *BY, "--clinic", approved)
    assert (done.code, "edition 1" in done.lines[0]) == (0, True), "the text is the same edition"
    assert states(call, approved) == ["approved"]
    assert call("packet", visit, "--clinic", approved).code == 0
    assert "withdrawal" not in call("verify", tmp_path / "visit.pdf", "--clinic", approved).stdout.decode()


def test_an_edit_that_is_undone_does_not_bring_a_withdrawn_approval_back(approved: Path, call: Call) -> None:
    write_procedure(approved / "procedures", equipment="Three chairs.")
    assert call("withdraw", CODE, *WITHDRAWN, "--clinic", approved).code == 0
    write_procedure(approved / "procedures")
    assert states(call, approved) == ["withdrawn"]
    assert not is_approved(call, approved)


def test_each_language_is_withdrawn_by_itself(approved: Path, call: Call) -> None:
    write_translation(approved / "procedures", "es")
    (approved / "services.yaml").write_text("services: [{code: SMALL-1, languages: [en, es]}]\n", encoding="utf-8")
    in_spite = ("--except", "untranslated", "--reason", "It is in English")
    assert call("approve", "--yes", CODE, "--lang", "es", *BY, *in_spite, "--clinic", approved).code == 0
    assert call("withdraw", CODE, "--lang", "es", *WITHDRAWN, "--clinic", approved).code == 0
    assert states(call, approved) == ["approved", "withdrawn"]


def test_a_paper_is_withdrawn_by_its_name(clinic: Path, call: Call) -> None:
    write_paper(clinic / "papers", **small_paper_data())
    assert call("approve", "--yes", "small-rules", *BY, "--clinic", clinic).code == 0
    done = call("withdraw", "small-rules", *WITHDRAWN, "--json", "--clinic", clinic)
    assert done.code == 0
    told = json.loads(done.stdout)
    assert (told["withdrawal"]["code"], told["withdrawal"]["variant"]) == ("small-rules", "paper")
    assert told["approval"]["by"] == "Ann Ray"


@pytest.mark.parametrize("fate", ["broken", "gone"])
def test_a_text_that_can_not_be_made_is_withdrawn_all_the_same(
    fate: str, approved: Path, call: Call, said: str
) -> None:
    definition = approved / "procedures/SMALL-1.yaml"
    definition.unlink() if fate == "gone" else definition.write_text("title: [\n", encoding="utf-8")
    done = call("withdraw", CODE, *WITHDRAWN, "--clinic", approved)
    assert (done.code, done.lines) == (0, [f"SMALL-1 (en, consent): {said}"])
    write_procedure(approved / "procedures")
    assert states(call, approved) == ["withdrawn"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["SMALL-1", "--by", "Ben Orr"], 2, "--reason"),
        (["SMALL-1", "--reason", "x"], 2, "--by"),
        (["SMALL-1", "--by", "Ben Orr", "--reason", ""], 2, "--reason: is empty"),
        (["SMALL-1", "--by", " ", "--reason", "x"], 2, "--by: is empty"),
        (["SMALL-1", "--by", "Ben", "--reason", "a\u0007b"], 2, "--reason: is empty, too long, or contains"),
        (["SMALL-1", "--by", "Ben", "--reason", "x", "--lang", "es"], 2, "(es, consent) was never approved"),
        (["NOTHING-1", "--by", "Ben", "--reason", "x"], 4, "NOTHING-1"),
    ],
)
def test_what_can_not_be_withdrawn_is_refused_and_records_nothing(
    words: list[str], code: int, said: str, approved: Path, call: Call
) -> None:
    before = (approved / "approvals.yaml").read_bytes()
    done = call("withdraw", *words, "--clinic", approved)
    assert (done.code, done.stdout) == (code, b"")
    assert said in done.stderr
    assert (approved / "approvals.yaml").read_bytes() == before


def test_what_was_never_approved_or_is_withdrawn_already_is_not_withdrawn(
    clinic: Path, call: Call, today: datetime.date
) -> None:
    done = call("withdraw", CODE, *WITHDRAWN, "--clinic", clinic)
    assert (done.code, "was never approved" in done.stderr) == (2, True)
    assert not (clinic / "approvals.yaml").exists()
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    assert call("withdraw", CODE, *WITHDRAWN, "--clinic", clinic).code == 0
    done = call("withdraw", CODE, *WITHDRAWN, "--clinic", clinic)
    assert (done.code, f"was withdrawn on {today} by Ben Orr" in done.stderr) == (2, True)
    assert len(load_approvals(clinic).approvals) == 2


def test_mistakes_in_a_withdrawal_in_the_record_are_reported_at_their_place(approved: Path, call: Call) -> None:
    assert call("withdraw", CODE, *WITHDRAWN, "--clinic", approved).code == 0
    record = approved / "approvals.yaml"
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(line for line in lines if "reason:" not in line), encoding="utf-8")
    done = call("status", "--clinic", approved)
    assert done.code == 3
    assert "approvals.yaml:12:5: approvals[2].reason: is missing; add it" in done.stderr


def test_the_journal_has_the_withdrawal_and_not_the_reason(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic", "name: Alder Clinic\njournal:\n  keep_years: 6\n")
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    assert call("withdraw", CODE, *WITHDRAWN, "--clinic", clinic).code == 0
    entries = json.loads(call("journal", "show", "--json", "--clinic", clinic).stdout)["entries"]
    assert [entry["action"] for entry in entries] == ["begun", "approved", "withdrawn"]
    (paper,) = entries[-1]["papers"]
    assert (paper["code"], paper["kind"], paper["edition"]) == (CODE, "consent", 1)
    assert "guideline" not in json.dumps(entries)


def test_nothing_is_withdrawn_without_a_journal_that_can_be_written_to(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic", "name: Alder Clinic\njournal:\n  keep_years: 6\n")
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    (clinic / "journal/journal.sqlite3").write_bytes(b"not a database, whatever it is called" * 40)
    before = (clinic / "approvals.yaml").read_bytes()
    done = call("withdraw", CODE, *WITHDRAWN, "--clinic", clinic)
    assert done.code == 5
    assert (clinic / "approvals.yaml").read_bytes() == before


@pytest.mark.parametrize(("reason", "kept"), [("out-of-date", "out-of-date"), ("Nora Nye cried over it", "stated")])
def test_the_journal_has_the_reason_of_a_withdrawal_as_a_code(
    reason: str, kept: str, tmp_path: Path, call: Call
) -> None:
    clinic = make_clinic(tmp_path / "kept", WITH_JOURNAL)
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    assert call("withdraw", CODE, *BY, "--reason", reason, "--clinic", clinic).code == 0
    entries = json.loads(call("journal", "show", "--json", "--clinic", clinic).stdout)["entries"]
    assert (entries[-1]["action"], entries[-1]["reason"]) == ("withdrawn", kept)
    assert reason in (clinic / "approvals.yaml").read_text()
