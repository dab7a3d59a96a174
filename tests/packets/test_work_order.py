"""The cover as a work order: who signs what on which page, what is read, what is kept and what comes back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.form_request import Situation
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.packets.packet import Packet
from consentkit.packets.work_order import work_order
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.render.engine import render
from kit.packets import CHILD, MOTHER, OTHER, codes, packet, page_texts, visit
from kit.pictures import photograph
from kit.small import make_clinic, write_procedure, write_translation

LONGEST_NAME = "Maximiliane Alexandra Wilhelmina Theodora Konstantinopolitanska-Featherstonehaug"
EVERYBODY: dict[str, Any] = {
    "patient": CHILD,
    "place": "telehealth",
    "representative": MOTHER,
    "interpreter": {"name": "Marisol Quintana", "is_a": "professional", "language": "Spanish", "number": "4471"},
    "witness": "Tomasz Lis",
    "trainee": {"name": "Jonah Feldman", "credentials": "MSW intern"},
    "supervisor": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
}
CODES = ["SMALL-1", *(f"SMALL-{number}" for number in range(2, 10))]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    for code in CODES[1:]:
        write_procedure(folder / "procedures", code=code, title=f"Another small procedure, number {code[-1]}")
    write_translation(folder / "procedures", "es")
    return open_workspace(folder, open_store())


@pytest.fixture(scope="module")
def usual(workspace: OpenWorkspace) -> Packet:
    return packet(workspace, visit(documents=["consent", "refusal"]))


def cover(made: Packet) -> str:
    return " ".join(" ".join(page_texts(made.pdf)[: made.papers[0].last]).split())


def test_the_cover_says_who_signs_what_on_which_page(usual: Packet) -> None:
    order = work_order(usual.papers[1:], usual.plan.situation, usual.plan.pack)
    (sign, read) = order["groups"]
    form, refusal = sign["papers"]
    assert [who for place in form["places"] for who in place["who"]] == ["Patient", "Clinician"]
    assert sum(place["initials"] for place in form["places"]) == 1
    assert [place["page"] for place in form["places"]] == sorted({place["page"] for place in form["places"]})
    assert [place["who"] for place in refusal["places"]] == [["Patient", "Clinician"]]
    assert [paper["title"] for paper in read["papers"]] == ["A small procedure (SMALL-1): Information to keep"]
    assert (order["signatures"], order["dates"], order["initials"]) == (4, 4, 1)
    said = cover(usual)
    assert re.search(r"Sign here 2 Consent form \(SMALL-1\) Patient", said), said
    assert "Signatures: 4" in said
    assert "Initials: 1" in said


def test_a_page_for_initials_alone_says_whose_they_are(workspace: OpenWorkspace) -> None:
    large = packet(workspace, visit(large_print=True, documents=["form"], patient=CHILD, representative=MOTHER))
    assert re.search(r"Representative: Initials 1 ", cover(large)), cover(large)


def test_who_assents_is_called_the_patient(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(documents=["form"], patient=CHILD, representative=MOTHER))
    order = work_order(made.papers[1:], made.plan.situation, made.plan.pack)
    whoever = [who for place in order["groups"][0]["papers"][0]["places"] for who in place["who"]]
    assert whoever == ["Representative", "Patient", "Clinician"]


def test_the_rules_of_the_table_part_papers_and_not_the_pages_of_one(workspace: OpenWorkspace) -> None:
    """Every rule of the table is as long as the table: none is drawn under some of its cells only."""
    made = packet(workspace, visit(documents=["consent"], large_print=True))
    (page,) = photograph(made.pdf)[: made.papers[0].last]
    gray = page.convert("L")
    longest = []
    for y in range(gray.height // 2, gray.height):
        row = gray.crop((0, y, gray.width, y + 1)).tobytes()
        runs = [len(run) for run in re.findall(rb"[\x00-\x80]+", row)]
        longest += [run for run in runs if run > gray.width // 12]
    assert longest
    assert min(longest) > 0.8 * gray.width, sorted(longest)


def test_a_refusal_is_signed_by_whoever_decides(workspace: OpenWorkspace) -> None:
    """The representative has a place of their own on it, with signature, date and printed name."""
    made = packet(workspace, visit(documents=["refusal"], patient=CHILD, representative=MOTHER))
    order = work_order(made.papers[1:], made.plan.situation, made.plan.pack)
    assert [place["who"] for place in order["groups"][0]["papers"][0]["places"]] == [["Representative", "Clinician"]]
    assert (order["signatures"], order["dates"]) == (2, 2)
    assert re.search(r"Representative, Clinician", cover(made)), cover(made)
    assert {"representative_signature", "representative_signed_on", "representative_printed_name"} <= {
        slot.name for slot in made.papers[1].paper.part.slots
    }
    refusal = page_texts(made.pdf)[made.papers[1].first - 1]
    signing = refusal[refusal.index("I sign for the patient") :]
    assert signing.index(MOTHER["name"]) < signing.index("explained this")


def test_a_refusal_is_signed_in_one_language_and_read_in_the_other(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(language="es", also_in=["en"], documents=["refusal"]))
    signed, copy = made.papers[1:]
    assert [(one.paper.pack.language, one.paper.group) for one in (signed, copy)] == [("es", "sign"), ("en", "keep")]
    assert {slot.name for slot in copy.paper.part.slots if slot.name.endswith("_signature")} == set()
    text = page_texts(made.pdf)[copy.first - 1]
    assert "the paper to sign is in another language" in text
    assert "I say no to “A small procedure” (code SMALL-1) for now." in " ".join(text.split())
    assert "Firmas: 2" in cover(made)
    assert cover(made).count("Para leer y guardar;") == 1


def test_initials_that_a_procedure_asks_for_are_counted_and_their_page_is_filed(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic")
    statements = ["I know that this cannot be undone.", "I will not drive today."]
    write_procedure(folder / "procedures", on_form={"initials": statements})
    made = packet(open_workspace(folder, open_store()), visit(documents=["form"], large_print=True))
    order = work_order(made.papers[1:], made.plan.situation, made.plan.pack)
    (form,) = order["groups"][0]["papers"]
    assert order["initials"] == 3
    slots = made.papers[1].paper.part.slots
    asked = {slot.page + form["first"] for slot in slots if slot.name.startswith("code_") and "initials" in slot.name}
    assert {place["page"] for place in form["places"] if place["initials"] and not place["who"]} >= asked
    assert asked <= set(codes(made.pdf))


def test_initials_of_a_procedure_have_their_statement_above_them() -> None:
    """The place is on another page than what is agreed to: the measuring sees it, whatever the place is called."""
    style = """@page { size: 100mm 60mm } html { font-family: "consentkit body" } .stated { break-after: page }
        .rule { display: inline-block; width: 30mm; height: 5mm }"""
    html = (
        '<html lang="en"><body><h1>One</h1><div class="to-initial"><p class="stated">I know this.</p>'
        '<p>Initials <span class="rule" data-field="one_initials_1" data-label="Initials" data-kind="initials"></span>'
        "</p></div></body></html>"
    )
    part = render(html, [style], {}, Info("A paper", "en"))
    assert ("statement", "one_initials_1") in [(flaw.kind, flaw.about) for flaw in part.flaws]


def test_a_page_on_which_yes_or_no_is_marked_is_on_the_cover_and_is_filed(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(documents=["form"], procedures=CODES[:6]))
    order = work_order(made.papers[1:], made.plan.situation, made.plan.pack)
    (form,) = order["groups"][0]["papers"]
    slots = made.papers[1].paper.part.slots
    marked = {slot.page + form["first"] for slot in slots if slot.name.endswith("_yes")}
    assert {place["page"] for place in form["places"] if place["marks"]} == marked
    assert sum(place["marks"] for place in form["places"]) == 6
    assert re.search(r"Patient: Yes / No", cover(made)), cover(made)
    assert marked <= set(codes(made.pdf))


def test_the_table_is_in_the_order_of_the_pages(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(procedures=["90839"], documents=["consent", "refusal"]))
    order = work_order(made.papers[1:], made.plan.situation, made.plan.pack)
    firsts = [paper["first"] for group in order["groups"] for paper in group["papers"]]
    assert len(firsts) > 3
    assert firsts == sorted(firsts)
    spans = {placed.paper.kind: (placed.first, placed.last) for placed in made.papers if placed.paper.comes_back}
    assert spans["form"][1] + 1 == spans["refusal"][0]
    assert [(run["first"], run["last"]) for run in order["comes_back"]] == [
        (spans["form"][0], spans["refusal"][1]),  # pages that follow one another, whatever paper they are of
        spans["plan"],
    ]


@pytest.mark.parametrize("large_print", [False, True])
def test_the_copy_for_the_clinic_says_so_on_each_page_and_has_codes_and_the_one_to_keep_neither(
    workspace: OpenWorkspace, *, large_print: bool
) -> None:
    made = packet(workspace, visit(procedures=["90839"], documents=["plan"], large_print=large_print))
    says_so = made.plan.pack.packet.clinic_copy
    read, coded = page_texts(made.pdf), set(codes(made.pdf))
    pages = {
        placed.paper.is_copy: set(range(placed.first, placed.last + 1))
        for placed in made.papers
        if placed.paper.kind == "plan"
    }
    assert {page for page, text in enumerate(read, 1) if says_so in text} == pages[True]
    assert coded == pages[True]
    assert len(pages[True]) == len(pages[False]) == (2 if large_print else 1)


def test_a_fillable_packet_may_have_a_cover_of_two_pages(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(**EVERYBODY, large_print=True), fillable=True)
    assert made.papers[0].last == 2


def test_whoever_is_not_expected_is_not_asked_for(usual: Packet) -> None:
    """A form has a place for a witness only if there is one."""
    with_witness = work_order(usual.papers[1:], Situation(witness=True), usual.plan.pack)
    assert with_witness["signatures"] == 4


def test_what_was_only_to_be_read_does_not_come_back(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(documents=["information"]))
    said = cover(made)
    assert "Keep" in said
    assert "Sign here" not in said
    assert "front desk" not in said


def test_each_sheet_says_that_the_packet_has_drafts(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(), duplex=True)
    for placed in made.papers:
        assert made.plan.pack.page.draft in page_texts(made.pdf)[placed.first - 1], placed.paper.kind


def test_times_are_written_as_people_say_them(usual: Packet, workspace: OpenWorkspace) -> None:
    assert "8:00 am" in cover(usual)
    spanish = packet(workspace, visit(language="es", time="13:05", documents=["form"]))
    assert "1:05 p. m." in cover(spanish)
    midnight = packet(workspace, visit(time="00:30", documents=["form"]))
    assert "12:30 am" in cover(midnight)


@pytest.mark.parametrize("name", [CHILD["name"], LONGEST_NAME])
def test_the_cover_has_one_page_with_ten_papers_and_everybody(name: str, workspace: OpenWorkspace) -> None:
    patient = {**CHILD, "name": name}
    made = packet(workspace, visit(**{**EVERYBODY, "patient": patient}, procedures=CODES))
    assert len(made.papers) == 1 + 1 + len(CODES)
    assert made.papers[0].last == 1


def test_in_large_print_it_has_two_at_most(workspace: OpenWorkspace) -> None:
    assert packet(workspace, visit(**EVERYBODY, large_print=True)).papers[0].last <= 2


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("name", [OTHER["name"], LONGEST_NAME])
def test_the_name_is_the_largest_of_what_the_visit_says_and_is_never_printed_too_small(
    name: str, large_print: bool, workspace: OpenWorkspace
) -> None:
    patient = {"name": name, "born": "1984-09-28", "record": "MR-20417"}
    made = packet(workspace, visit(patient=patient, large_print=large_print, documents=["form"]))
    on_cover = {text: size for page, text, size in sizes(made.pdf) if page == 1}
    name_on_cover = min(size for text, size in on_cover.items() if text in name)
    others = [
        size for text, size in on_cover.items() if "November 23" in text or text in {"8:00 am", "V-1", "MR-20417"}
    ]
    assert name_on_cover > max(others)
    assert name_on_cover > 24
    floor = 14 if large_print else 9
    assert min(size for _, text, size in sizes(made.pdf) if text in name) > floor - 0.3


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize(("language", "born"), [("en", "September 30, 1990"), ("es", "30 de septiembre de 1990")])
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_the_date_of_birth_at_the_head_is_in_one_line_of_the_usual_size(
    paper: str, language: str, born: str, large_print: bool, tmp_path: Path
) -> None:
    folder = make_clinic(tmp_path / "clinic", f"paper: {paper}\n")
    write_translation(folder / "procedures", "es")
    patient = {"name": "Nora Nye", "born": "1990-09-30", "record": "MR-20417"}
    asked = visit(patient=patient, language=language, large_print=large_print, documents=["form", "refusal"])
    made = packet(open_workspace(folder, open_store()), asked)
    of_date = {page: size for page, text, size in sizes(made.pdf) if page > made.papers[0].last and text.endswith(born)}
    of_record = {page: size for page, text, size in sizes(made.pdf) if text.endswith("MR-20417")}
    assert set(of_date) == set(range(made.papers[1].first, made.papers[-1].last + 1))
    assert {page: size for page, size in of_date.items() if size < of_record[page] - 0.1} == {}


def sizes(pdf: bytes) -> list[tuple[int, str, float]]:
    """Each line of text with its page and the size of its type."""
    import pypdfium2
    from pypdfium2 import raw

    lines = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document, 1):
            text = page.get_textpage()
            for index in range(text.count_rects()):
                box = text.get_rect(index)
                line = text.get_text_bounded(*box).strip()
                left, bottom, _, top = box
                at = raw.FPDFText_GetCharIndexAtPos(text.raw, left + 1, (bottom + top) / 2, 4, 4)
                if line and at >= 0:
                    lines.append((number, line, _size(raw, text, at)))
    finally:
        document.close()
    return lines


def _size(raw: Any, text: Any, at: int) -> float:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text.raw, at, matrix)
    return abs(matrix.d) * float(raw.FPDFText_GetFontSize(text.raw, at))
