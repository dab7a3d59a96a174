"""Scans at the front desk: what came back shows in the rows, and a person decides what can't be judged."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fhir.resources.R4B.bundle import Bundle
from PIL import Image, ImageDraw

from consentkit.operations.desk import scans, signed_papers
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.filing.reading import read_pages
from consentkit.operations.packets import MadePacket
from consentkit.web import progress
from kit.desk import Clerk, Clock, Printer, new_small_desk, small_clinic
from kit.filed import DPI, SignedPaper, as_pdf, records_of_visit
from kit.pictures import photograph
from kit.small import WITH_JOURNAL, lengthen_form

WITH_RECORDS = f"{WITH_JOURNAL}records:\n  keep_years: 6\n"
AGREED = {"decision": "agreed", "by": "patient"}
REFUSED = {"decision": "refused", "by": "patient"}


@pytest.fixture
def clerk(tmp_path: Path, printer: Printer, findings_of_the_tests: None) -> Clerk:
    """A clerk who has printed the papers of a visit."""
    return clerk_with_papers(tmp_path)


@pytest.fixture
def paper(clerk: Clerk, printer: Printer, tmp_path: Path) -> SignedPaper:
    return printed_paper(printer, tmp_path)


def clerk_with_papers(folder: Path, **visit: str) -> Clerk:
    clerk = Clerk.at(new_small_desk(lengthen_form(small_clinic(folder / "clinic", WITH_RECORDS)), Clock()))
    clerk.load({"patient_name": "Zyxwvuta Canarybird", "record_number": "MR-77123", **visit})
    clerk.print("V-1")
    return clerk


def printed_paper(printer: Printer, folder: Path) -> SignedPaper:
    record = records_of_visit(folder / "clinic/records", "V-1")[0]
    return SignedPaper(record, [page.convert("L") for page in photograph(printer.sets[0], dots_per_inch=DPI)])


def hand_in(clerk: Clerk, *pictures: Image.Image) -> str:
    """Hand in a scan. Returns the page that follows."""
    assert clerk.post("/scans/", {"file": (io.BytesIO(as_pdf(pictures)), "Canarybird.pdf")}).status_code == 303
    return clerk.look("/scans/")


def row(clerk: Clerk) -> str:
    return clerk.look("/rows")


def with_a_dash(paper: SignedPaper, *without: str) -> Image.Image:
    """A page of which nobody can tell whether there is a date."""
    page = paper.page(2, without=["patient_signed_on", *without])
    _, place = paper.place("patient_signed_on")
    left, bottom, *_ = (edge * DPI / 72 for edge in place.corners)
    x, y = left + 30, page.height - bottom - 20
    ImageDraw.Draw(page).line([(x, y), (x + 12, y - 6)], fill=60, width=4)
    return page


def test_what_is_decided_about_one_copy_of_a_page_is_not_said_of_another(clerk: Clerk, paper: SignedPaper) -> None:
    hand_in(clerk, with_a_dash(paper), paper.page(3))
    address = f"/scans/{paper.record.packet}/2/patient_signed_on"
    clerk.post(address, {"seen": "no-ink", "scan": "page 1 of scan-1"})
    assert "no date (patient) on page 2" in row(clerk)
    hand_in(clerk, paper.page(2))  # the patient was asked again
    assert "Signed and complete" in row(clerk)


def test_an_open_page_notices_that_scans_were_handed_in(clerk: Clerk, paper: SignedPaper) -> None:
    version = clerk.get("/rows").get_data(as_text=True).split('data-version="')[1].split('"')[0]
    assert clerk.get(f"/rows?version={version}").status_code == 204
    hand_in(clerk, *paper.pages())
    assert clerk.get(f"/rows?version={version}").status_code == 200


def test_what_is_read_when_the_day_ends_is_forgotten_too(
    clerk: Clerk, paper: SignedPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_while_the_day_ends(*given: Any) -> Any:
        yield from read_pages(*given)
        clerk.desk.scans.forget_all()

    monkeypatch.setattr(scans, "read_pages", read_while_the_day_ends)
    clerk.desk.scans.take(as_pdf([paper.page(2)]))
    assert clerk.desk.scans.packets() == []


def test_while_scans_are_read_the_page_asks_how_many_pages_are(
    clerk: Clerk, paper: SignedPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def read_and_ask(*given: Any) -> Any:
        yield from read_pages(*given)
        said.append(clerk.get("/progress").text)

    monkeypatch.setattr(scans, "read_pages", read_and_ask)
    monkeypatch.setattr(progress, "_MEASURED", 1e9)  # so that no rate is said, however slow the machine is
    files = [(io.BytesIO(as_pdf([page])), "scan.pdf") for page in (paper.page(2), Image.new("L", (1700, 2200), 250))]
    assert clerk.post("/scans/", {"file": files}).status_code == 303
    assert said == ["Reading scans: 1 of 2 pages read", "Reading scans: 2 of 2 pages read"]
    assert clerk.get("/progress").status_code == 204, "it is over"


def test_the_rows_say_what_is_missing_and_then_that_all_is_there(clerk: Clerk, paper: SignedPaper) -> None:
    said = hand_in(clerk, paper.page(2, without=["patient_signed_on"]), Image.new("L", (1700, 2200), 250))
    assert "1 page sorted, 1 blank, 0 without a code that can be read." in said
    for remark in ("page 3 missing", "no date (patient) on page 2"):
        assert remark in said and remark in row(clerk)
    hand_in(clerk, *paper.pages())
    assert "Signed and complete" in row(clerk)
    clerk.post("/end", {})
    assert "Signed and complete" not in clerk.look("/scans/")


def test_a_person_decides_what_cannot_be_judged_and_the_journal_has_it(clerk: Clerk, paper: SignedPaper) -> None:
    page = with_a_dash(paper)
    said = hand_in(clerk, page, paper.page(3))
    packet = paper.record.packet
    assert "Visit V-1, page 2: date (patient). Has somebody written here?" in said
    assert "1 place to look at" in row(clerk)
    address = f"/scans/{packet}/2/patient_signed_on"
    picture = clerk.get(f"{address}.png")
    assert picture.data.startswith(b"\x89PNG") and picture.headers["Cache-Control"] == "no-store"
    assert clerk.post(address, {"seen": "perhaps"}).status_code == 400
    clerk.post(address, {"seen": "ink"})  # of nobody knows which copy of the page
    assert "1 place to look at" in row(clerk)
    clerk.post(address, {"seen": "ink", "scan": "page 1 of scan-1"})
    assert "Signed and complete" in row(clerk)
    clerk.post(address, {"seen": "no-ink", "scan": "page 1 of scan-1"})  # it was decided
    assert "Signed and complete" in row(clerk)
    journal = clerk.desk.printer.journal
    assert journal is not None and journal.verify().is_whole
    entries = [one.entry for one in journal.rows() if one.entry.action == "scan-decided"]
    assert len(entries) == 1
    (decided,) = entries
    assert (decided.visit, decided.packet, decided.pages, decided.reason) == ("V-1", packet, 2, "ink")
    number = [known.name for known in paper.record.papers[0].pages[0].places].index("patient_signed_on") + 1
    assert decided.count == number


def test_the_pages_are_saved_as_one_file_under_a_name_without_a_patient(clerk: Clerk, paper: SignedPaper) -> None:
    said = hand_in(clerk, paper.page(3), paper.page(2, turn=180))
    assert "Canary" not in said
    packet = paper.record.packet
    answer = clerk.get(f"/scans/{packet}.pdf")
    assert f'filename="2026-11-23-V-1-{packet}.pdf"' in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert [int(page.get("/Rotate", 0)) for page in pdf.pages] == [180, 0]
    assert clerk.get("/scans/AAAAAAAAAA.pdf").status_code == 303


def resources(answer: Any) -> list[dict[str, Any]]:
    """The resources of a transaction, which a library that knows the standard takes."""
    assert answer.status_code == 200 and answer.mimetype == "application/fhir+json"
    Bundle.model_validate_json(answer.data)
    return [entry["resource"] for entry in json.loads(answer.data)["entry"]]


def test_a_consent_is_written_only_where_somebody_states_it_of_a_complete_scan(
    clerk: Clerk, paper: SignedPaper
) -> None:
    packet = paper.record.packet
    said = hand_in(clerk, paper.page(2), paper.page(3, without=["clinician_signature"]))
    assert "has signed and agreed" not in said
    (document,) = resources(clerk.get(f"/scans/{packet}.json"))
    assert document["docStatus"] == "preliminary" and "subject" not in document
    assert clerk.post(f"/scans/{packet}/signed", AGREED).status_code == 303
    assert "No consent was written." in clerk.look("/scans/")

    assert "The patient has signed and agreed" in hand_in(clerk, paper.page(3))
    assert clerk.post(f"/scans/{packet}/signed", {**AGREED, "by": "nobody"}).status_code == 400
    assert clerk.post(f"/scans/{packet}/signed", {**AGREED, "by": "representative"}).status_code == 303
    assert "Stated at" not in clerk.look("/scans/")
    answer = clerk.post(f"/scans/{packet}/signed", AGREED)
    document, consent = resources(answer)
    assert f'filename="2026-11-23-V-1-{packet}.json"' in answer.headers["Content-Disposition"]
    assert (document["docStatus"], consent["status"]) == ("final", "active")
    assert consent["sourceReference"]["reference"] == document["identifier"][0]["value"]
    assert consent["patient"]["identifier"]["value"] == "MR-77123"
    assert stated(clerk) == [("signed-stated", "V-1", packet, "desk")]
    assert noted(clerk) == ": The patient has signed and agreed."
    clerk.post("/end", {})
    clerk.load({"patient_name": "Zyxwvuta Canarybird", "record_number": "MR-77123"})
    assert "Stated at" not in hand_in(clerk, paper.page(3)), "what was stated is forgotten with the day"


def noted(clerk: Clerk) -> str:
    """What the page says that was stated. It can't say more: whether the browser has saved the file, nobody knows."""
    (said,) = re.findall(r"Stated at \d+:\d\d [ap]m(.*?\.)", clerk.look("/scans/"))
    return str(said)


def test_what_could_not_be_handed_out_is_not_noted_as_stated(
    clerk: Clerk, paper: SignedPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(resources: object) -> bytes:
        raise DeskRefusal("not-signed")

    hand_in(clerk, *paper.pages())
    monkeypatch.setattr(signed_papers, "transaction", fail)
    clerk.post(f"/scans/{paper.record.packet}/signed", AGREED)
    assert "Stated at" not in clerk.look("/scans/")


def stated(clerk: Clerk) -> list[tuple[str | None, ...]]:
    """What somebody has stated of papers, as the journal has it: what, of which visit and packet, and as what."""
    journal = clerk.desk.printer.journal
    assert journal is not None and journal.verify().is_whole
    entries = [one.entry for one in journal.rows()]
    statements = [entry for entry in entries if entry.action in ("signed-stated", "refusal-stated")]
    return [(one.action, one.visit, one.packet, one.who.role) for one in statements]


def test_a_refusal_is_stated_where_all_pages_came_back_and_the_patient_has_not_signed(
    clerk: Clerk, paper: SignedPaper
) -> None:
    packet = paper.record.packet
    unsigned = paper.page(2, without=["patient_signature", "patient_signed_on"])
    assert "has refused" not in hand_in(clerk, unsigned)  # page 3 is missing
    assert clerk.post(f"/scans/{packet}/signed", REFUSED).status_code == 303
    said = hand_in(clerk, paper.page(3))
    assert "The patient has refused" in said and "has signed and agreed" not in said
    assert clerk.post(f"/scans/{packet}/signed", AGREED).status_code == 303
    assert clerk.post(f"/scans/{packet}/signed", {**REFUSED, "by": "representative"}).status_code == 303
    document, consent = resources(clerk.post(f"/scans/{packet}/signed", REFUSED))
    assert (document["docStatus"], consent["status"]) == ("final", "rejected")
    assert consent["sourceReference"]["reference"] == document["identifier"][0]["value"]
    assert consent["patient"]["identifier"]["value"] == "MR-77123"
    assert stated(clerk) == [("refusal-stated", "V-1", packet, "desk")]
    assert noted(clerk) == ": The patient has refused."


def test_what_the_patient_has_signed_is_not_refused_and_what_a_person_must_look_at_neither(
    clerk: Clerk, paper: SignedPaper
) -> None:
    said = hand_in(clerk, paper.page(2), paper.page(3, without=["clinician_signature"]))
    assert "has refused" not in said and "has signed" not in said
    clerk.post("/end", {})
    clerk.load({"patient_name": "Zyxwvuta Canarybird", "record_number": "MR-77123"})
    said = hand_in(clerk, with_a_dash(paper, "patient_signature"), paper.page(3))
    assert "no signature (patient) on page 2" in said
    assert "1 place to look at" in said and "has refused" not in said
    assert stated(clerk) == []


def test_of_a_signed_record_of_a_refusal_no_consent_can_be_stated(printer: Printer, tmp_path: Path) -> None:
    clerk = clerk_with_papers(tmp_path, documents="consent;refusal")
    paper = printed_paper(printer, tmp_path)
    packet = paper.record.packet
    of_consent, of_refusal = (
        [page.number for one in paper.record.papers if (one.kind == "refusal") == is_refusal for page in one.pages]
        for is_refusal in (False, True)
    )
    assert of_consent and of_refusal
    unsigned = [paper.page(number, without=["patient_signature", "patient_signed_on"]) for number in of_consent]
    assert "The patient has refused" in hand_in(clerk, *unsigned, *(paper.page(number) for number in of_refusal))
    said = hand_in(clerk, *(paper.page(number) for number in of_consent))  # and signed after all
    assert "Signed and complete" in said and "has refused" not in said and "has signed and agreed" not in said
    for form in (AGREED, REFUSED):
        assert clerk.post(f"/scans/{packet}/signed", form).status_code == 303
    assert stated(clerk) == []


def test_there_is_no_consent_of_a_visit_that_has_changed_since_it_was_printed(clerk: Clerk, paper: SignedPaper) -> None:
    hand_in(clerk, *paper.pages())
    assert "has signed and agreed" in clerk.look("/scans/")
    clerk.save("V-1", patient_name="Somebody Else")
    assert clerk.row("V-1").check is not None
    assert "has signed and agreed" not in clerk.look("/scans/")
    assert clerk.post(f"/scans/{paper.record.packet}/signed", AGREED).status_code == 303


def test_the_scan_that_is_saved_is_the_one_that_was_complete(
    clerk: Clerk, paper: SignedPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(clerk, *paper.pages())
    make = DeskPrinter.as_shown

    def handed_in_meanwhile(printer: DeskPrinter, row: DeskRow) -> MadePacket:
        clerk.desk.scans.take(as_pdf([paper.page(3, without=["clinician_signature"])]))
        return make(printer, row)

    monkeypatch.setattr(DeskPrinter, "as_shown", handed_in_meanwhile)
    document, _ = resources(clerk.post(f"/scans/{paper.record.packet}/signed", AGREED))
    with pikepdf.open(io.BytesIO(base64.b64decode(document["content"][0]["attachment"]["data"]))) as pdf:
        assert len(pdf.pages) == 2


def test_papers_that_change_while_a_signature_is_stated_make_no_consent(
    clerk: Clerk, paper: SignedPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(clerk, *paper.pages())

    def changed(printer: DeskPrinter, row: DeskRow) -> MadePacket:
        raise DeskRefusal("papers-changed")

    monkeypatch.setattr(DeskPrinter, "as_shown", changed)
    assert clerk.post(f"/scans/{paper.record.packet}/signed", AGREED).status_code == 303
    said = clerk.look("/scans/")
    assert "No consent was written." in said and "printed" in said and "nothing was printed" not in said
    journal = clerk.desk.printer.journal
    assert journal is not None and not [one for one in journal.rows() if one.entry.action == "signed-stated"]


def test_what_is_no_scan_is_said(clerk: Clerk) -> None:
    clerk.post("/scans/", {"file": (io.BytesIO(b"no scan"), "a.pdf")})
    said = clerk.look("/scans/")
    assert "Not read: " in said
