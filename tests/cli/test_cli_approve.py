"""`consentkit approve`, `status`, `diff` and `verify` as a clinic meets them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.documents.opening import open_workspace
from consentkit.library.approvals import load_approvals
from consentkit.model.identity import printed_fingerprint
from consentkit.model.translation import text_hash
from consentkit.pdf.file.xmp import read_properties
from consentkit.pdf.read.structure_text import readable_text
from consentkit.resources import shipped
from kit.running import Outcome, environment
from kit.small import CODE, make_clinic, small_data, small_procedure, write_procedure
from kit.translations import write_translation

Call = Callable[..., Outcome]

DRAFT = "Draft – not approved for use with patients"
BY = ("--by", "Ann Ray", "--role", "Psychologist")
UNTRANSLATED = ("--except", "untranslated", "--reason", "The translation is not yet very good")


def poppler_pages(pdf: Path) -> list[str]:
    """The text of each page as poppler sees it: with what stands at its head and foot."""
    told = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return [" ".join(page.split()) for page in told.stdout.split("\f") if page.strip()]


@pytest.fixture
def clinic(tmp_path: Path, few_texts: None) -> Path:
    """A clinic with one service, so that its status is quick to tell."""
    folder = make_clinic(tmp_path / "clinic", "name: Alder Clinic\nphone: 617-321-7000\n")
    (folder / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    return folder


def states(call: Call, clinic: Path) -> list[str]:
    told = json.loads(call("status", "--json", "--clinic", clinic).stdout)
    return [document["state"] for document in told["documents"]]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- the whole way ---


def test_an_approval_takes_the_draft_mark_off_every_page_and_one_changed_word_brings_it_back(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    assert states(call, clinic) == ["draft"]
    done = call("approve", "--yes", CODE, *BY, "--until", "2090-11-21", "--clinic", clinic)
    assert done.code == 0
    assert re.fullmatch(
        r"SMALL-1 \(en, consent\): edition 1, fingerprint( [0-9a-f]{4}){3}, until 2090-11-21\n", done.stdout.decode()
    )
    assert states(call, clinic) == ["approved"]

    assert call("render", CODE, "--clinic", clinic).code == 0
    approved = poppler_pages(tmp_path / "SMALL-1.pdf")
    assert len(approved) >= 3
    words = r"Approved by Ann Ray, Psychologist, \w+ \d+, 20\d\d – edition 1, valid until November 21, 2090"
    mark = re.compile(words.replace(" ", " (?:Name )?"))  # the label stands beside it, and poppler reads line by line
    assert [page for page in approved if not mark.search(page) or "Draft" in page] == []
    assert call("verify", "SMALL-1.pdf", "--clinic", clinic).code == 0

    edit(clinic / "procedures/SMALL-1.yaml", "You may feel sad.", "You may feel low.")
    assert states(call, clinic) == ["changed"]
    done = call("diff", CODE, "--clinic", clinic)
    change = ["    was: You may feel [sad.]", "    is:  You may feel [low.]"]  # in the information, and on the form
    assert (done.code, done.lines) == (0, ["In short:", *change, "A small procedure (code SMALL-1):", *change])
    assert "2 changes since edition 1" in done.stderr
    done = call("verify", "SMALL-1.pdf", "--clinic", clinic)
    assert (done.code, done.lines[0]) == (3, "superseded: the content has changed since")
    assert re.fullmatch(
        r"approval     approved as edition 1 by Ann Ray, Psychologist, [-0-9]{10}, until 2090-11-21", done.lines[3]
    )

    assert call("render", CODE, "--clinic", clinic).code == 0
    again = poppler_pages(tmp_path / "SMALL-1.pdf")
    assert [page for page in again if DRAFT not in page or "Approved" in page] == []

    assert "edition 2" in call("approve", "--yes", CODE, *BY, "--clinic", clinic).stdout.decode()
    assert states(call, clinic) == ["approved"]
    done = call("diff", CODE, "--clinic", clinic)
    assert (done.code, done.stdout) == (0, b"")
    assert "no changes since edition 2" in done.stderr


def test_an_overdue_approval_is_said_on_the_paper_and_in_the_status(clinic: Path, tmp_path: Path, call: Call) -> None:
    assert call("approve", "--yes", CODE, *BY, "--until", "2090-11-21", "--clinic", clinic).code == 0
    edit(clinic / "approvals.yaml", "2090-11-21", "2020-02-01")
    assert states(call, clinic) == ["overdue"]
    assert "overdue" in call("status", "--clinic", clinic).stdout.decode()
    done = call("render", CODE, "--json", "--clinic", clinic)
    (told,) = json.loads(done.stdout)["documents"]
    assert (told["approved"], told["approval"]["until"]) == (False, "2020-02-01")
    pages = poppler_pages(tmp_path / "SMALL-1.pdf")
    expected = "Approval ran out on February 1, 2020 – not approved for use with patients"
    assert [page for page in pages if expected not in page or "Approved by" in page] == []
    assert call("verify", "SMALL-1.pdf", "--clinic", clinic).code == 0, "the text is still today's"


def test_a_stale_translation_is_never_approved_and_warned_about(clinic: Path, tmp_path: Path, call: Call) -> None:
    write_translation(clinic / "procedures")
    (clinic / "services.yaml").write_text("services: [{code: SMALL-1, languages: [es]}]\n", encoding="utf-8")
    assert call("approve", "--yes", CODE, "--lang", "es", *BY, *UNTRANSLATED, "--clinic", clinic).code == 0
    assert states(call, clinic) == ["approved"]

    path = write_procedure(clinic / "procedures", equipment="Three chairs.")
    assert states(call, clinic) == ["stale translation"]
    done = call("approve", "--yes", CODE, "--lang", "es", *BY, "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert "translates a text that has changed since" in done.stderr
    assert len(open_workspace(clinic).source().approvals.approvals) == 1
    done = call("render", CODE, "--lang", "es", "--json", "--clinic", clinic)
    assert "Warning: SMALL-1 has changed since it was translated" in done.stderr
    (told,) = json.loads(done.stdout)["documents"]
    assert (told["approved"], told["approval"]) == (False, None)
    words = open_workspace(clinic).language("es").page.draft
    assert [page for page in poppler_pages(tmp_path / "SMALL-1.es.pdf") if words not in page] == []

    hash_now = text_hash(open_workspace().procedure(path))
    write_translation(clinic / "procedures", translates=hash_now)
    assert states(call, clinic) == ["approved"], "the Spanish paper is word for word the approved one"


# --- what voids an approval, and what does not ---


@pytest.fixture
def approved(clinic: Path, call: Call) -> Path:
    templates = clinic / "templates"
    (templates / "languages").mkdir(parents=True)
    shutil.copy(shipped("templates") / "languages/en.yaml", templates / "languages/en.yaml")
    (templates / "form").mkdir()
    shutil.copy(shipped("templates") / "form/signers.html", templates / "form/signers.html")
    shutil.copy(shipped("templates") / "print.css", templates / "print.css")
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    return clinic


def test_everything_that_a_patient_reads_voids_the_approval_and_undoing_it_brings_the_approval_back(
    approved: Path, call: Call
) -> None:
    edits = [
        ("clinic.yaml", "name: Alder Clinic", "name: Another Clinic"),
        ("templates/languages/en.yaml", 'intro: "By signing, I say that:"\n  statements:\n    - I read', None),
        ("templates/languages/en.yaml", "Ask what each visit costs", "Ask us what each visit costs"),
        ("templates/form/signers.html", '<div class="commitment">', '<div class="commitment"><p>No refunds.</p>'),
        ("templates/print.css", "h1 { font-size: 24pt; line-height: 29pt", "h1 { font-size: 6pt; line-height: 29pt"),
        ("procedures/SMALL-1.yaml", "2099-01-15", "2098-01-15"),
    ]
    assert states(call, approved) == ["approved"]
    for name, old, new in edits:
        path = approved / name
        before = path.read_text(encoding="utf-8")
        edit(path, old, old.replace("I say", "I say here") if new is None else new)
        assert states(call, approved) == ["changed"], (name, old)
        path.write_text(before, encoding="utf-8")
        assert states(call, approved) == ["approved"], (name, old)


def test_white_space_order_of_keys_and_comments_keep_the_approval(clinic: Path, call: Call) -> None:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    data = dict(reversed(small_data(purpose="  To  feel\n   better. ").items()))
    (clinic / "procedures/SMALL-1.yaml").write_text("# edited\n" + json.dumps(data), encoding="utf-8")
    (clinic / "clinic.yaml").write_text("# ours\nphone:   '617-321-7000'\n\nname: Alder Clinic\n", encoding="utf-8")
    assert states(call, clinic) == ["approved"]


def test_paper_size_and_large_print_keep_the_approval(clinic: Path, call: Call) -> None:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    for options in (["--paper", "a4"], ["--large-print"]):
        done = call("render", CODE, "--json", *options, "--clinic", clinic)
        assert done.code == 0, done.stderr
        (told,) = json.loads(done.stdout)["documents"]
        assert told["approved"], options
    for variant, approved in (("information", True), ("form", True), ("refusal", False)):
        done = call("render", CODE, "--json", "--variant", variant, "--clinic", clinic)
        (told,) = json.loads(done.stdout)["documents"]
        assert told["approved"] is approved, "information and form are the text that was approved; a refusal is not"


def test_pages_have_room_for_whoever_approved_them(clinic: Path, tmp_path: Path, call: Call) -> None:
    name, role = "Maximiliane Oyelaran-Featherstonehaugh, LCSW-R", "Head of the outpatient service"
    assert call("approve", "--yes", CODE, "--by", name, "--role", role, "--clinic", clinic).code == 0
    brief = "Approved for use with patients until January 15, 2099 Name"
    for size, file in (((), "SMALL-1.pdf"), (("--large-print",), "SMALL-1.large.pdf")):
        done = call("render", CODE, *size, "--clinic", clinic)
        assert done.code == 0, done.stderr  # what is hidden by something else is not handed out
        first, *others = poppler_pages(tmp_path / file)
        assert first.startswith(f"Approved by {name}, {role}, ")
        assert [page for page in others if not page.startswith(brief)] == []


def test_a_change_of_looks_alone_is_told_as_such(approved: Path, call: Call) -> None:
    edit(
        approved / "templates/print.css",
        "h1 { font-size: 24pt; line-height: 29pt",
        "h1 { font-size: 20pt; line-height: 29pt",
    )
    done = call("diff", CODE, "--clinic", approved)
    assert (done.code, done.stdout) == (0, b"")
    assert "No word has changed since edition 1" in done.stderr
    assert "the look of the page has" in done.stderr


def test_a_changed_word_of_other_papers_of_the_text_is_shown_and_not_taken_for_a_change_of_looks(
    approved: Path, call: Call
) -> None:
    pack = approved / "templates/languages/en.yaml"
    edit(pack, "Signed before and still valid, so not", "Signed earlier, so not")  # only on some forms of visits
    edit(pack, "  edition: Text of {date}", "  edition: Written on {date}")  # at the foot of pages
    edit(pack, "record_in_full: Record number", "record_in_full: Number in our files")  # for screen readers
    done = call("diff", CODE, "--clinic", approved)
    assert done.code == 0
    shown = call("approve", CODE, "--yes", *BY, "--clinic", approved)
    for told in (done.stdout.decode(), shown.stderr):
        assert "On other papers of this text, at the foot of pages, or for screen readers:" in told
        for new in ("Signed [earlier,]", "[Written on]", "Patient: [Number in our files]"):
            assert f"is:  {new}" in told or f" {new} " in told, new
    assert "o word has changed" not in done.stderr + shown.stderr
    assert call("diff", CODE, "--clinic", approved).stdout == b""


# --- approve: wrong use ---


def test_without_a_clinic_folder_nothing_can_be_approved(tmp_path: Path, call: Call) -> None:
    done = call("approve", "--yes", "90837", *BY)
    assert (done.code, done.stdout) == (5, b"")
    assert "--clinic" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert call("diff", "90837").code == 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--by", "Ann", "--until", "next year"], "is not a date; write year-month-day"),
        (["--by", "Ann", "--until", "2027-02-30"], "is not a date"),
        (["--by", "Ann", "--until", "2020-01-01"], "has already passed"),
        (["--by", ""], "--by: is empty"),
        (["--by", " \t"], "--by: is empty"),
        (["--by", "x" * 121], "--by: is empty, too long"),
        (["--by", "Ann", "--role", "x" * 121], "--role: is empty, too long"),
        ([], "--by"),
        (["--by", "Ann", "--lang", "tlh"], "no language pack for `tlh`"),
        (["--by", "Ann", "--lang", "es"], "no translation for `es`"),
        (["--by", "Ann", "--variant", "refusl"], "refusl"),
    ],
)
def test_wrong_use_is_told_and_records_nothing(options: list[str], said: str, clinic: Path, call: Call) -> None:
    done = call("approve", "--yes", CODE, *options, "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert said in done.stderr
    assert not (clinic / "approvals.yaml").exists()
    assert not (clinic / "approved").exists()


def test_an_unknown_code_is_not_approved(clinic: Path, call: Call) -> None:
    done = call("approve", "--yes", "SMALL-2", *BY, "--clinic", clinic)
    assert done.code == 4
    assert "did you mean `SMALL-1`?" in done.stderr


def test_a_document_that_cannot_be_made_is_not_approved(clinic: Path, call: Call) -> None:
    write_procedure(clinic / "procedures", purpose="ก")
    done = call("approve", "--yes", CODE, *BY, "--clinic", clinic)
    assert (done.code, "[unprintable]" in done.stderr) == (3, True)
    assert not (clinic / "approvals.yaml").exists()


def test_a_procedure_named_by_its_file_is_recorded_under_its_code(clinic: Path, call: Call) -> None:
    assert call("approve", "--yes", clinic / "procedures/SMALL-1.yaml", *BY, "--clinic", clinic).code == 0
    assert states(call, clinic) == ["approved"]
    assert call("diff", clinic / "procedures/SMALL-1.yaml", "--clinic", clinic).code == 0


def test_mistakes_in_the_record_stop_every_command_with_their_line(clinic: Path, call: Call) -> None:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    edit(clinic / "approvals.yaml", "variant: consent", "variant: consnet")
    for arguments in (["approve", "--yes", CODE, *BY], ["status"], ["diff", CODE], ["render", CODE]):
        done = call(*arguments, "--clinic", clinic)
        assert (done.code, done.stdout) == (3, b""), arguments
        assert "approvals.yaml:5:14: approvals[1].variant: " in done.stderr


# --- status and diff ---


def test_what_was_never_approved_has_no_difference(clinic: Path, call: Call) -> None:
    done = call("diff", CODE, "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert "SMALL-1 (en, consent) has never been approved" in done.stderr


def test_an_approved_text_that_was_deleted_is_told(clinic: Path, call: Call) -> None:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    shutil.rmtree(clinic / "approved")
    done = call("diff", CODE, "--clinic", clinic)
    assert done.code == 5
    assert "the approved text is missing" in done.stderr


def test_the_status_tells_of_a_document_that_cannot_be_made_and_of_all_others(clinic: Path, call: Call) -> None:
    write_procedure(clinic / "procedures", code="BAD-1", title="")
    text = "services: [BAD-1, GONE-1, {code: SMALL-1, variants: [consent, refusal]}]\n"
    (clinic / "services.yaml").write_text(text, encoding="utf-8")
    done = call("status", "--clinic", clinic)
    assert done.code == 3
    assert [line.split()[:4] for line in done.lines] == [
        ["BAD-1", "en", "consent", "broken"],
        ["GONE-1", "en", "consent", "broken"],
        ["SMALL-1", "en", "consent", "draft"],
        ["SMALL-1", "en", "refusal", "draft"],
    ]
    assert "title: is empty" in done.stderr
    assert "no procedure has the code `GONE-1`" in done.stderr
    assert "4 documents, 0 approved" in done.stderr


# --- verify ---


@pytest.fixture
def paper(clinic: Path, tmp_path: Path, call: Call) -> Path:
    assert call("render", CODE, "-q", "--clinic", clinic).code == 0
    return tmp_path / "SMALL-1.pdf"


def test_a_current_paper_is_told_with_its_document_edition_and_fingerprint(
    paper: Path, clinic: Path, call: Call
) -> None:
    done = call("verify", paper, "--clinic", clinic)
    assert (done.code, done.stderr) == (0, "")
    assert done.lines[0].startswith("current: ")
    assert done.lines[1] == "document     SMALL-1 (en, consent), issued 2026-01-15"
    assert re.fullmatch(r"fingerprint ( [0-9a-f]{4}){3}", done.lines[2])
    assert done.lines[3:] == ["approval     never approved here"]
    own = read_properties(paper.read_bytes()) or {}
    told = json.loads(call("verify", paper, "--json", "--clinic", clinic).stdout)
    assert told == {
        "file": str(paper),
        "state": "current",
        "code": CODE,
        "language": "en",
        "variant": "consent",
        "issued": "2026-01-15",
        "content_hash": own["contentHash"],
        "current_hash": own["contentHash"],
        "other_particulars": False,
        "approved_edition": None,
        "approval": None,
        "withdrawal": None,
        "replaced_by": None,
        "overdue": False,
        "stale": False,
    }


@pytest.mark.parametrize("change", ["flip", "append", "cut"])
def test_an_altered_paper_is_told(change: str, paper: Path, clinic: Path, call: Call) -> None:
    data = paper.read_bytes()
    middle = data.index(b"stream") + 30
    changed = {
        "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "append": data + b"\n",
        "cut": data[:-1],
    }
    paper.write_bytes(changed[change])
    done = call("verify", paper, "--clinic", clinic)
    assert (done.code, done.lines[0]) == (3, "ALTERED: the file has changed since consentkit made it")


def test_a_paper_of_another_library_is_unknown(paper: Path, call: Call) -> None:
    done = call("verify", paper)
    assert (done.code, done.lines[0]) == (3, "unknown: there is no such document in this library")


def test_a_foreign_file_is_unknown(tmp_path: Path, call: Call) -> None:
    (tmp_path / "thesis.pdf").write_bytes(b"%PDF-1.7 somebody's thesis")
    done = call("verify", "thesis.pdf")
    assert (done.code, done.lines) == (3, ["unknown: consentkit did not make this file"])
    assert json.loads(call("verify", "thesis.pdf", "--json").stdout)["state"] == "unknown"


@pytest.mark.parametrize(("name", "code"), [("missing.pdf", 5), (".", 3)])
def test_what_cannot_be_read_is_told(name: str, code: int, call: Call) -> None:
    done = call("verify", name)
    assert (done.code, done.stdout) == (code, b"")
    assert done.stderr.startswith(("Error: missing.pdf: can't be read", ".: "))


def test_a_hostile_file_steers_neither_the_terminal_nor_what_is_read(paper: Path, clinic: Path, call: Call) -> None:
    data = paper.read_bytes()
    path = str(clinic / "procedures/SMALL-1.yaml").encode()
    paper.write_bytes(data.replace(b"<consentkit:code>SMALL-1<", b"<consentkit:code>" + path + b"\x1b[2J<"))
    done = call("verify", paper, "--clinic", clinic)
    assert done.code == 3
    assert "\x1b" not in done.stdout.decode() + done.stderr
    paper.write_bytes(data.replace(b"<consentkit:code>SMALL-1<", b"<consentkit:code>" + path + b"<"))
    told = json.loads(call("verify", paper, "--json", "--clinic", clinic).stdout)
    assert (told["state"], told["current_hash"]) == ("altered", None)


def test_the_words_on_the_paper_are_those_that_were_kept(clinic: Path, tmp_path: Path, call: Call) -> None:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    assert call("render", CODE, "--clinic", clinic).code == 0
    (kept,) = (clinic / "approved").glob("*.txt")
    document = kept.read_text(encoding="utf-8").partition("# On other papers of this text")[0]
    lines = [line.removeprefix("# ") for line in document.splitlines()]
    read = [" ".join(line.split()) for line in readable_text((tmp_path / "SMALL-1.pdf").read_bytes()).splitlines()]
    known = printed_fingerprint(load_approvals(clinic).approvals[0].content)
    shown = [line.replace(known, "…") for line in read if not line.startswith("Approved by")]
    shown = [line.replace(" Ann Ray reviewed it.", "") for line in shown]
    assert lines == shown
    assert small_procedure().risks.common[0].text in lines


def test_approvals_at_the_same_moment_all_count(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    codes = [f"SMALL-{number}" for number in range(2, 5)]
    for code in codes:
        write_procedure(clinic / "procedures", code=code, title=f"Procedure number {code[-1]}")
    with subprocess.Popen(
        [sys.executable, "-c", APPROVING_AT_ONCE, str(clinic), *codes, codes[0]],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.communicate(timeout=120)[0] == "0 0 0 0\n"
    recorded = [approval.code for approval in load_approvals(clinic).approvals]
    assert sorted(recorded) == sorted([*codes, codes[0]])


APPROVING_AT_ONCE = """
import contextlib, io, os, sys
from consentkit.library.approvals import record_all
from consentkit.cli import run
import consentkit.operations.approve as approving
from consentkit.documents.printing import load_engine
clinic, *codes = sys.argv[1:]
load_engine()
ready, go = os.pipe(), os.pipe()

def record_at_the_same_moment(*arguments, **options):
    os.write(ready[1], b".")
    os.read(go[0], 1)
    return record_all(*arguments, **options)

approving.record_all = record_at_the_same_moment
children = []
for code in codes:
    child = os.fork()
    if child == 0:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            os._exit(run(["approve", "--yes", code, "--variant", "refusal", "--by", "Ann Ray", "--clinic", clinic]))
    children.append(child)
for _ in children:
    os.read(ready[0], 1)
os.write(go[1], b"." * len(children))
print(*(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""
