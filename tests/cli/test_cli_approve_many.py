"""`consentkit approve` for several documents at once: what it shows, asks, refuses and records."""

from __future__ import annotations

import datetime
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.documents import making
from consentkit.documents.opening import open_workspace
from consentkit.documents.postal import is_address_line
from consentkit.library.approvals import Approval, load_approvals
from consentkit.operations.approve import errors_of
from consentkit.operations.opening import open_despite_faults
from consentkit.pdf.read.structure_text import readable_text
from consentkit.resources import shipped
from kit.recording import record
from kit.running import Outcome, environment
from kit.small import CODE, make_clinic, write_paper, write_procedure, write_translation

Call = Callable[..., Outcome]
BY = ("--by", "Ann Ray")
ALLOWED = ("--except", "untranslated", "--reason", "Both are the same word")
PAPER = "small-rules"
OVERDUE = {"issued": "2020-01-15", "next": "2021-01-15"}


@pytest.fixture
def clinic(tmp_path: Path, few_texts: None) -> Path:
    """A clinic with one procedure in two languages, of which the translation has errors, and a paper."""
    folder = make_clinic(tmp_path / "clinic")
    write_translation(folder / "procedures", "es")
    write_paper(folder / "papers")
    services = f"services: [{{code: {CODE}, languages: [en, es]}}]\npapers: [{PAPER}]\n"
    (folder / "services.yaml").write_text(services, encoding="utf-8")
    return folder


def states(call: Call, clinic: Path) -> dict[str, str]:
    documents = json.loads(call("status", "--json", "--clinic", clinic).stdout)["documents"]
    return {f"{document['code']} {document['language']}": document["state"] for document in documents}


def approve(call: Call, clinic: Path, *words: str) -> Outcome:
    return call("approve", *words, *BY, "--yes", "--clinic", clinic)


# --- several at once ---


def test_all_drafts_are_approved_in_one_act_but_those_with_errors_which_are_reported(clinic: Path, call: Call) -> None:
    done = approve(call, clinic, "--all-drafts")
    assert done.code == 7
    assert [line.split(":")[0] for line in done.lines] == [f"{CODE} (en, consent)", f"{PAPER} (en, paper)"]
    assert f"{CODE} (es, consent) is left out: " in done.stderr
    assert "[untranslated]" in done.stderr
    expected = {f"{CODE} en": "approved", f"{CODE} es": "draft", f"{PAPER} en": "approved"}
    assert states(call, clinic) == expected
    done = approve(call, clinic, "--all-drafts")
    assert (done.code, done.stdout) == (7, b"")
    assert len(load_approvals(clinic).approvals) == 2, "what is approved is not approved again"


def test_codes_languages_and_kinds_are_named_together(clinic: Path, call: Call) -> None:
    words = (CODE, PAPER, "--lang", "en", "--variant", "consent", "--variant", "information", "--variant", "refusal")
    done = approve(call, clinic, *words, "--json")
    assert done.code == 0, done.stderr
    told = json.loads(done.stdout)
    kinds = [(entry["code"], entry["variant"]) for entry in told["approved"]]
    assert kinds == [(CODE, "consent"), (CODE, "refusal"), (PAPER, "paper")]
    assert told["left_out"] == []


def test_one_document_with_an_error_stops_all_that_are_named_with_it(clinic: Path, call: Call) -> None:
    done = approve(call, clinic, CODE, "--lang", "en", "--lang", "es")
    assert (done.code, done.stdout) == (3, b"")
    assert "summary.main_risk: is the text of the original; translate it [untranslated]" in done.stderr
    assert "--except RULE --reason TEXT" in done.stderr
    assert not (clinic / "approvals.yaml").exists()


def test_an_exception_with_its_reason_is_in_the_record_of_those_documents_that_need_it(
    clinic: Path, call: Call
) -> None:
    done = approve(call, clinic, CODE, "--lang", "en", "--lang", "es", "--translated-by", "Leo Paz", *ALLOWED)
    assert done.code == 0, done.stderr
    assert "in spite of untranslated: Both are the same word" in done.stderr
    english, spanish = load_approvals(clinic).approvals
    assert isinstance(english, Approval)
    assert isinstance(spanish, Approval)
    assert (english.exceptions, english.translated_by) == ((), None)
    assert [(one.rule, one.reason) for one in spanish.exceptions] == [("untranslated", "Both are the same word")]
    assert (spanish.reviewed_by, spanish.translated_by) == ("Ann Ray", "Leo Paz")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "--all-drafts"),
        ([CODE, "--all-drafts"], 2, "--all-drafts"),
        ([CODE, "--except", "untranslated"], 2, "an exception needs a reason"),
        ([CODE, "--reason", "x"], 2, "--reason is for an exception"),
        ([CODE, *ALLOWED], 2, "nothing that is to be approved breaks `untranslated`"),
        ([CODE, "--except", "untranslatd", "--reason", "x"], 2, "did you mean `untranslated`"),
        ([CODE, "--reviewed-by", " "], 2, "--reviewed-by: is empty"),
        ([CODE, "--except", "untranslated", "--reason", ""], 2, "--reason: is empty, too long"),
        ([CODE, "--except", "untranslated", "--reason", "x" * 401], 2, "--reason: is empty, too long"),
        ([CODE, "--except", "untranslated", "--reason", "x\u202ey"], 2, "--reason: is empty, too long"),
        ([CODE, "--except", "untranslated", "--reason", "x\x07y"], 2, "--reason: is empty, too long"),
        ([CODE, *ALLOWED, *ALLOWED], 2, "--except names `untranslated` twice"),
        ([CODE, "--until", "2099-01-16"], 2, "is due for review on 2099-01-15, so no approval holds longer"),
        ([CODE, "NOTHING-1"], 4, "NOTHING-1"),
    ],
)
def test_what_can_not_be_meant_is_refused_and_records_nothing(
    words: list[str], code: int, said: str, clinic: Path, call: Call
) -> None:
    done = approve(call, clinic, *words)
    assert (done.code, done.stdout) == (code, b"")
    assert said in done.stderr
    assert not (clinic / "approvals.yaml").exists()


def test_a_reviewer_whose_name_the_record_can_not_hold_is_named_with_the_text(clinic: Path, call: Call) -> None:
    review = {"issued": "2026-01-15", "last": "2026-02-15", "by": "R" * 121, "next": "2099-01-15"}
    write_paper(clinic / "papers", review=review)
    done = approve(call, clinic, PAPER)
    assert done.code == 2
    assert f"{PAPER} (en, paper): `by` of `review` has more than 120 characters; shorten it" in done.stderr
    assert not (clinic / "approvals.yaml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--until", "2020-01-01"], "the day of --until has already passed"),
        (["--except", "untranslatd", "--reason", "x"], "did you mean `untranslated`"),
        (["--role", " "], "--role: is empty"),
        (["--lang", "xx"], "no language pack for `xx`"),
    ],
)
def test_a_mistake_in_the_terms_for_all_drafts_is_no_matter_of_single_drafts(
    words: list[str], said: str, clinic: Path, call: Call
) -> None:
    done = approve(call, clinic, "--all-drafts", *words)
    assert (done.code, done.stdout) == (2, b"")
    assert "is left out" not in done.stderr
    assert said in done.stderr


def test_all_drafts_are_those_of_the_service_list_alone(clinic: Path, call: Call) -> None:
    assert approve(call, clinic, PAPER).code == 0
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    write_paper(clinic / "papers", title="A few other rules")
    assert approve(call, clinic, "--all-drafts").code == 0
    assert states(call, clinic) == {f"{CODE} en": "approved", f"{PAPER} en": "changed"}


def test_all_drafts_do_not_bring_back_what_somebody_has_withdrawn(clinic: Path, call: Call) -> None:
    assert approve(call, clinic, PAPER).code == 0
    assert call("withdraw", PAPER, "--by", "Ben Orr", "--reason", "Not ours", "--clinic", clinic).code == 0
    done = approve(call, clinic, "--all-drafts", "--lang", "en")
    assert done.code == 7
    assert f"was withdrawn on {datetime.date.today()} by Ben Orr: Not ours; to approve it again, name it" in done.stderr
    assert states(call, clinic)[f"{PAPER} en"] == "withdrawn"
    again = approve(call, clinic, PAPER)
    assert again.code == 0
    assert (
        f"was withdrawn on {datetime.date.today()} by Ben Orr: Not ours; this approval puts it in force again"
        in again.stderr
    )
    assert states(call, clinic)[f"{PAPER} en"] == "approved"


def test_a_document_that_is_kept_is_approved_and_compared_without_making_it_again(
    clinic: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ("--clinic", clinic, "--cache", "kept")
    assert call("render", PAPER, *kept).code == 0
    assert call("approve", PAPER, *BY, "--yes", *kept).code == 0
    assert call("render", PAPER, *kept).code == 0, "with its approval"
    monkeypatch.setattr(making, "make_document", lambda *_: pytest.fail("it was made again"))
    content = load_approvals(clinic).approvals[0].content
    for words in (("approve", PAPER, *BY, "--yes"), ("diff", PAPER), ("review", PAPER, "-o", "copy.html")):
        done = call(*words, *kept)
        assert done.code == 0, done.stderr
    write_paper(clinic / "papers", title="A few other rules")
    monkeypatch.undo()
    monkeypatch.chdir(clinic.parent)
    assert call("render", PAPER, *kept).code == 0
    monkeypatch.setattr(making, "make_document", lambda *_: pytest.fail("it was made again"))
    assert "superseded" in call("trace", content[:12], *kept).lines[0]


# --- asking ---


def test_without_a_terminal_nothing_is_approved_unless_a_script_says_yes(
    clinic: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    done = call("approve", CODE, *BY, "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert "add --yes" in done.stderr
    assert not (clinic / "approvals.yaml").exists()


@pytest.mark.parametrize(("answer", "is_approved"), [("y", True), ("n", False)])
def test_at_a_terminal_it_shows_what_has_changed_and_asks(
    answer: str, is_approved: bool, tmp_path: Path, call: Call
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_paper(clinic / "papers")
    command = [sys.executable, "-m", "consentkit", "approve", PAPER, *BY, "--clinic", str(clinic)]
    assert approve(call, clinic, PAPER).code == 0
    write_paper(clinic / "papers", sections=[{"heading": "What we ask", "text": "Please come in time."}])
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, env=environment(), check=False)
    os.close(theirs)
    os.close(ours)
    assert f"1 change since edition 1, approved on {datetime.date.today()} by Ann Ray" in done.stderr
    assert "    was: Please come [on] time." in done.stderr
    assert "Approve 1 document as Ann Ray? [y/N]" in done.stderr
    assert done.returncode == (0 if is_approved else 7), "to say no is no interruption"
    assert ("Nothing was approved." in done.stderr) is not is_approved
    assert "Interrupted" not in done.stderr
    assert len(load_approvals(clinic).approvals) == 1 + is_approved


# --- the review ---


def test_an_approval_ends_with_the_review_unless_an_earlier_day_is_named(clinic: Path, call: Call) -> None:
    assert approve(call, clinic, CODE).code == 0
    assert approve(call, clinic, CODE, "--until", "2098-03-04").code == 0
    ends = [str(entry.until) for entry in load_approvals(clinic).approvals if isinstance(entry, Approval)]
    assert ends == ["2099-01-15", "2098-03-04"]


def test_a_text_that_is_due_for_review_is_not_approved(clinic: Path, call: Call) -> None:
    write_procedure(clinic / "procedures", review=OVERDUE)
    done = approve(call, clinic, CODE)
    assert (done.code, "was due for review on 2021-01-15" in done.stderr) == (2, True)
    assert not (clinic / "approvals.yaml").exists()


def test_an_overdue_review_makes_a_draft_of_an_approved_text_whatever_its_approval_says(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    write_procedure(clinic / "procedures", review=OVERDUE)
    workspace = open_workspace(clinic)
    content = workspace.compose(workspace.content(CODE)).content_hash
    for until in (None, datetime.date(2098, 1, 1)):
        values: dict[str, Any] = {"code": CODE, "language": "en", "variant": "consent", "edition": 1, "by": "Ann"}
        record(clinic, Approval(**values, content=content, on=datetime.date.today(), until=until), "words\n")
        assert states(call, clinic)[f"{CODE} en"] == "overdue"
        done = call("render", CODE, "--json", "--clinic", clinic, "--no-cache")
        assert not json.loads(done.stdout)["documents"][0]["approved"]
        text = readable_text((tmp_path / f"{CODE}.pdf").read_bytes())
        assert "Approval ran out on January 15, 2021" in text
        assert "Approved by" not in text
        assert call("trace", content, "--clinic", clinic).lines[0].endswith("; the approval has run out")


def test_the_status_lists_what_must_be_approved_again_soon(clinic: Path, call: Call) -> None:
    soon = str(datetime.date.today() + datetime.timedelta(days=59))
    assert approve(call, clinic, PAPER).code == 0
    assert approve(call, clinic, CODE, "--until", soon).code == 0
    done = call("status", "--due", "60d", "--clinic", clinic)
    assert (done.code, len(done.lines)) == (0, 1)
    assert done.lines[0].startswith(CODE)
    assert done.lines[0].endswith(f"until {soon}")
    assert call("status", "--due", "58", "--clinic", clinic).lines == []
    assert call("status", "--due", "soon", "--clinic", clinic).code == 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_paper_names_its_reviewer_once_it_is_approved_and_never_says_that_there_was_none(
    language: str, clinic: Path, tmp_path: Path, call: Call
) -> None:
    name = f"{CODE}.pdf" if language == "en" else f"{CODE}.{language}.pdf"
    untold = "Ningún profesional de salud la ha revisado" if language == "es" else "reviewed it on"
    for said_before in (True, False):
        assert call("render", CODE, "--lang", language, "--clinic", clinic).code == 0
        text = " ".join(readable_text((tmp_path / name).read_bytes()).split())
        if language == "es":
            assert (untold in text) is said_before
        assert ("Bo Nye" in text) is not said_before
        words = ("--lang", language, "--reviewed-by", "Bo Nye, PhD", *(ALLOWED if language == "es" else ()))
        assert approve(call, clinic, CODE, *words).code == 0
    said = {"en": "Bo Nye, PhD reviewed it. It is due", "es": "Bo Nye, PhD lo revisó. Debe revisarse"}
    assert said[language] in text, "the day of the approval is not that of the review"
    kept = [path.read_text(encoding="utf-8").partition("# On other")[0] for path in clinic.glob("approved/*.txt")]
    assert kept
    assert not any(untold in words or "Bo Nye" in words for words in kept)
    assert states(call, clinic)[f"{CODE} {language}"] == "approved", "the reviewer's name is no part of the text"
    assert call("diff", CODE, "--lang", language, "--clinic", clinic).stdout == b""


def test_a_translated_refusal_says_that_nobody_has_reviewed_it_until_it_is_approved(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    words = ("--lang", "es", "--variant", "refusal")
    for said_before in (True, False):
        assert call("render", CODE, *words, "--clinic", clinic).code == 0
        text = " ".join(readable_text((tmp_path / f"{CODE}.es.refusal.pdf").read_bytes()).split())
        assert ("Ningún profesional de salud la ha revisado" in text) is said_before
        assert ("Aprobado por Ann Ray" in text) is not said_before
        assert approve(call, clinic, CODE, *words, *ALLOWED).code == 0
        assert call("diff", CODE, *words, "--clinic", clinic).stdout == b"", "no word of the text has changed"


def test_a_template_can_drop_no_words_of_its_own_from_an_approved_page(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    template = clinic / "templates/refusal/decision.html"
    template.parent.mkdir(parents=True)
    shipped_one = (shipped("templates") / "refusal/decision.html").read_text(encoding="utf-8")
    brackets = "{{ if_unapproved }}<p>It has risks.</p>{{ end_if }}"
    template.write_text(shipped_one + brackets, encoding="utf-8")
    done = call("render", CODE, "--lang", "es", "--variant", "refusal", "--clinic", clinic)
    assert "'if_unapproved' is undefined" in done.stderr
    template.write_text(shipped_one + "{{ unreviewed }}<p>It has risks.</p>{{ unreviewed }}", encoding="utf-8")
    assert approve(call, clinic, CODE, "--lang", "es", "--variant", "refusal", *ALLOWED).code == 0
    assert call("render", CODE, "--lang", "es", "--variant", "refusal", "--clinic", clinic).code == 0
    assert "It has risks." in readable_text((tmp_path / f"{CODE}.es.refusal.pdf").read_bytes())


RISKS_WITH_PLACEHOLDER = """\
risks:
  bad_sleep:
    group: common
    figure: {number: 3, out_of: 10}
    source: {title: A study, publisher: A journal, year: 2021}
    wording: {en: "You may sleep badly, TODO ask."}
"""
CLAUSE_WITH_PLACEHOLDER = """\
clauses:
  extra:
    always: true
    heading: More to know
    text: We add TODO here.
    source: {title: A law, publisher: A state, year: 2021}
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("procedures/risks.yaml", RISKS_WITH_PLACEHOLDER),
        ("clauses.en.yaml", CLAUSE_WITH_PLACEHOLDER),
        ("templates/languages/en.yaml", ""),
        ("clinic.yaml", "name: Alder Clinic\naddress: [You waive your right to sue the clinic]\n"),
    ],
)
def test_an_error_in_any_file_that_a_text_is_made_from_keeps_it_from_being_approved(
    name: str, text: str, clinic: Path, call: Call
) -> None:
    path = clinic / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pack = (shipped("templates") / "languages/en.yaml").read_text(encoding="utf-8")
    path.write_text(text or pack.replace("heading: In short", "heading: In TODO short", 1), encoding="utf-8")
    if "risks" in name:
        write_procedure(clinic / "procedures", risks={"common": [{"risk": "bad_sleep"}], "what_helps": "Tell us."})
    done = approve(call, clinic, CODE)
    assert (done.code, str(path) in done.stderr) == (3, True), done.stderr
    assert not (clinic / "approvals.yaml").exists()
    assert any(one.file == str(path) for one in errors_of(open_despite_faults(clinic), CODE, "en"))


def test_an_outdated_translation_keeps_nobody_from_approving_the_text_that_it_translates(
    clinic: Path, call: Call
) -> None:
    assert approve(call, clinic, CODE, "--lang", "es", *ALLOWED).code == 0
    assert call("render", CODE, "--lang", "es", "--clinic", clinic).code == 0
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    assert b"[stale-translation]" in call("check", CODE, "--clinic", clinic).stdout
    done = approve(call, clinic, CODE)
    assert done.code == 0, done.stderr
    assert approve(call, clinic, CODE, "--lang", "es").code == 2
    assert states(call, clinic)[f"{CODE} es"] == "stale translation"
    done = call("verify", f"{CODE}.es.pdf", "--clinic", clinic)
    assert done.lines[0].endswith("; it translates a text that has changed since, so it is a draft today"), done.lines


def test_no_approval_of_a_translation_outlives_the_review_of_its_original(clinic: Path, call: Call) -> None:
    soon = str(datetime.date.today() + datetime.timedelta(days=30))
    write_procedure(clinic / "procedures", review={"issued": "2026-01-15", "next": soon})
    assert approve(call, clinic, CODE, "--lang", "es", "--until", "2098-01-01", *ALLOWED).code == 2
    assert approve(call, clinic, CODE, "--lang", "es", *ALLOWED).code == 0
    (entry,) = load_approvals(clinic).approvals
    assert isinstance(entry, Approval)
    assert str(entry.until) == soon
    write_procedure(clinic / "procedures", review=OVERDUE)
    assert states(call, clinic)[f"{CODE} es"] != "approved"
    done = approve(call, clinic, CODE, "--lang", "es", *ALLOWED)
    assert (done.code, "was due for review on 2021-01-15" in done.stderr) == (2, True)


# --- particulars ---

ADDRESS = "address: [1 Main Street, 'Springfield, MA 01103']\n"
PARTICULARS = f"name: Alder Clinic\nphone: 617-321-7000\n{ADDRESS}"


def particulars(clinic: Path, text: str) -> None:
    (clinic / "clinic.yaml").write_text(text, encoding="utf-8")


def test_another_telephone_number_or_address_is_printed_and_voids_no_approval(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    particulars(clinic, PARTICULARS)
    assert approve(call, clinic, PAPER).code == 0
    assert call("render", PAPER, "--clinic", clinic).code == 0
    new = "name: Alder Clinic\nphone: 413-555-0100\naddress: [Suite 5, 22 Oak Road, 'Shelbyville, IL 62565']\n"
    particulars(clinic, new)
    assert states(call, clinic)[f"{PAPER} en"] == "approved"
    done = call("verify", f"{PAPER}.pdf", "--clinic", clinic)
    assert done.code == 3
    assert done.lines[0].endswith("the clinic has another address or telephone number now")
    assert json.loads(call("verify", f"{PAPER}.pdf", "--json", "--clinic", clinic).stdout)["other_particulars"] is True
    for done in (call("diff", PAPER, "--clinic", clinic), approve(call, clinic, PAPER)):
        assert "617-321-7000" in done.stdout.decode() + done.stderr
        assert "in an address or telephone number alone, which is no part of the approved text" in done.stderr
    assert call("render", PAPER, "--clinic", clinic).code == 0
    text = readable_text((tmp_path / f"{PAPER}.pdf").read_bytes())
    assert all(part in text for part in ("413-555-0100", "Suite 5", "22 Oak Road", "Shelbyville, IL"))
    assert call("verify", f"{PAPER}.pdf", "--clinic", clinic).code == 0


@pytest.mark.parametrize(
    "changed",
    [
        "name: Another Clinic\nphone: 617-321-7000\n" + ADDRESS,
        "name: Alder Clinic\n" + ADDRESS,
        "name: Alder Clinic\nphone: 617-321-7000\n",
        PARTICULARS + 'accent: "#1f4e79"\n',
    ],
    ids=["name", "no phone", "no address", "colour"],
)
def test_who_asks_and_which_places_are_blank_belong_to_the_text(changed: str, clinic: Path, call: Call) -> None:
    particulars(clinic, PARTICULARS)
    assert approve(call, clinic, CODE).code == 0
    particulars(clinic, changed)
    assert states(call, clinic)[f"{CODE} en"] == "changed"


@pytest.mark.parametrize(
    "sentence",
    [
        '{% if "7000" in clinic.phone %}This cures.{% endif %}',
        '{% if clinic.phone == "617-321-7000" %}This cures.{% endif %}',
        '{% if clinic.phone.startswith("617") %}This cures.{% endif %}',
        '{% if clinic.address[0] == "1 Main Street" %}This cures.{% endif %}',
        "<p>{{ clinic.phone | urlencode }}</p>",
        "<p>{{ clinic.address[0] | length }} risks</p>",
        "<p>{{ clinic.phone | replace('617-321-7000', 'This cures.') }}</p>",
        "<p>{{ clinic.phone[1:4] }}</p>",
        "{% for line in clinic.address %}{{ line }}{% if not loop.last %}<b>This cures.</b>{% endif %}{% endfor %}",
        "<p>{{ clinic.address | length }} risks</p>",
    ],
    ids=["condition", "equal", "beginning", "line", "encoded", "length", "replaced", "part", "between lines", "count"],
)
def test_what_a_template_makes_of_the_particulars_belongs_to_the_text(sentence: str, clinic: Path, call: Call) -> None:
    templates = clinic / "templates/information"
    templates.mkdir(parents=True)
    (templates / "summary.html").write_text(sentence, encoding="utf-8")
    particulars(clinic, PARTICULARS)
    workspace = open_workspace(clinic)
    before = workspace.compose(workspace.content(CODE, variant="information")).content_hash
    particulars(clinic, "name: Alder Clinic\nphone: 413-555-0100\naddress: ['Shelbyville, IL 62565']\n")
    workspace = open_workspace(clinic)
    assert workspace.compose(workspace.content(CODE, variant="information")).content_hash != before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("phone: 617-321-7000", "phone: This operation has no risks"),
        ("phone: 617-321-7000", "phone: 617-321-7000 or just say yes"),
        ("address: [1 Main Street]", "address: [This operation has no risks.]"),
        ("address: [1 Main Street]", "address: ['Sign now!']"),
        (
            "address: [1 Main Street]",
            "address: [1 Main Street, You give up the right to sue and pay all fees]",
        ),
        ("address: [1 Main Street]", "address: ['1 Main Street, you pay 500 dollars']"),
        ("address: [1 Main Street]", "address: [100 Percent Cure]"),
        ("address: ['Springfield, MA 01103']", "address: ['No Refunds, MA 01103']"),
        ("address: [Springfield]", "address: [Riskless]"),
        ("phone: 617-321-7000", "phone: '50'"),
    ],
    ids=[
        "words",
        "words beside a number",
        "sentence",
        "call",
        "without punctuation",
        "beside a street",
        "claim with a number",
        "claim in place of a town",
        "word",
        "short",
    ],
)
def test_a_sentence_in_place_of_an_address_or_number_belongs_to_the_text(
    before: str, after: str, clinic: Path, call: Call
) -> None:
    particulars(clinic, f"{before}\n")
    assert approve(call, clinic, PAPER).code == 0
    particulars(clinic, f"{after}\n")
    assert states(call, clinic)[f"{PAPER} en"] == "changed"


@pytest.mark.parametrize(
    "line",
    [
        "118 Willow Street, Suite 2",
        "350 W 57th St., Floor 3",
        "1234 NW Martin Luther King Jr. Blvd",
        "22 OAK ROAD #5",
        "100 Broadway",
        "3rd Floor",
        "P.O. Box 123",
        "St. Louis, MO 63101-1234",
        "Toronto, ON M5V 2T6",
        "Calle de Alcalá 45",
        "22 Oak Road, Suite 5, Springfield, MA 01103",
    ],
)
def test_any_line_with_the_form_of_an_address_is_none_of_the_text(line: str) -> None:
    assert is_address_line(line)
    assert not any(is_address_line(f"{line}{more}") for more in (" you pay", ", all risks are yours", "!", "; sign"))


@pytest.mark.parametrize(
    "number", ["(617) 321-7000", "+1 617.321.7000 ext. 12", "617-321-7000 x12", "+44 20 7946 0018"]
)
def test_any_way_of_writing_a_number_is_none_of_the_text(number: str, clinic: Path) -> None:
    hashes = set()
    for phone in ("617-321-7000", number):
        particulars(clinic, f"phone: {phone!r}\n")
        workspace = open_workspace(clinic)
        hashes.add(workspace.compose(workspace.content(PAPER)).content_hash)
    assert len(hashes) == 1
