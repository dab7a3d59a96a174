"""Which papers a packet has that are not about one procedure, and what its cover says of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, EverythingOnFile
from consentkit.packets.packet import Packet
from consentkit.packets.visits import read_visits
from kit.packets import CHILD, MOTHER, bookmarks, codes, packet, page_texts, plan, visit, write_schedule, write_visit
from kit.running import Outcome
from kit.small import (
    SIGNED,
    make_clinic,
    small_paper_data,
    write_paper,
    write_paper_translation,
    write_procedure,
    write_translation,
)
from kit.structure_lint import lint

INTERPRETER = {"name": "Marisol Quintana", "is_a": "professional"}
DUE: dict[str, dict[str, Any]] = {
    "at-first": {"due": {"first_visit": "true"}, **SIGNED},
    "each-year": {"due": {"yearly": "true"}},
    "by-video": {"due": {"telehealth": "true"}, **SIGNED},
    "for-minors": {"due": {"minor": "true"}},
    "for-a-code": {"due": {"codes": ["ADD-1", "GROUP-1"]}},
    "at-will": {},
}
"""The papers of the clinic: each is due in one way, or not at all."""

AT_VISITS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "plain": ({}, []),
    "first visit": ({"first_visit": "yes"}, ["at-first"]),
    "yearly": ({"yearly_papers": "yes"}, ["each-year"]),
    "telehealth": ({"place": "telehealth"}, ["by-video"]),
    "18 today": ({"patient": {**CHILD, "born": "2008-11-23"}}, []),
    "18 tomorrow": ({"patient": {**CHILD, "born": "2008-11-24"}, "representative": MOTHER}, ["for-minors"]),
    "code": ({"procedures": ["GROUP-1"]}, ["for-a-code"]),
    "asked for": ({"papers": ["at-will"]}, ["at-will"]),
    "procedure": ({"procedures": ["ASKS-1"]}, ["at-will"]),
    "asked for twice": ({"papers": ["at-will"], "procedures": ["ASKS-1"]}, ["at-will"]),
    "on file": ({"first_visit": "yes", "on_file": ["at-first"]}, []),
    "no form": ({"first_visit": "yes", "documents": ["information"]}, []),
    "no form, asked for": ({"papers": ["at-will"], "documents": ["information"]}, ["at-will"]),
    "several": (
        {"first_visit": "yes", "papers": ["at-will"], "place": "telehealth"},
        ["at-first", "by-video", "at-will"],
    ),
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", code="GROUP-1")
    write_procedure(folder / "procedures", code="ASKS-1", papers=["at-will"])
    for name, changes in DUE.items():
        write_paper(folder / "papers", name=name, title=f"Paper {name}", **changes)
    for name in ("at-first", "at-will"):
        original = small_paper_data(name=name, title=f"Paper {name}", **DUE[name])
        write_paper_translation(folder / "papers", original, "es", title=f"Papel {name}")
    return folder


@pytest.fixture
def workspace(clinic: Path) -> OpenWorkspace:
    return open_workspace(clinic, open_store())


def papers(made: Packet) -> list[str]:
    documents = [placed.paper.document for placed in made.papers if placed.paper.kind == "paper"]
    return [document.code for document in documents if document]


@pytest.mark.parametrize("name", AT_VISITS)
def test_each_condition_brings_its_paper_and_no_other(name: str, workspace: OpenWorkspace) -> None:
    changes, expected = AT_VISITS[name]
    planned = plan(workspace, visit(**changes))
    assert [one.code for one in planned.documents if one.variant == "paper"] == expected


def test_the_cover_says_where_to_sign_papers_and_which_to_keep(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(first_visit="yes", yearly_papers="yes"))
    assert [placed.paper.group for placed in made.papers] == ["", "sign", "sign", "keep", "read"]
    cover = " ".join(page_texts(made.pdf)[0].split())
    assert "Sign here 2" in cover
    assert "Paper at-first Patient, Clinician" in cover
    assert cover.index("Paper at-first") < cover.index("Paper each-year") < cover.index("Read, ask, and keep")
    assert "Signatures: 4" in cover
    assert "Paper at-first" in bookmarks(made.pdf)


def test_a_page_of_a_paper_with_a_place_to_sign_has_a_code_for_filing(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(first_visit="yes", yearly_papers="yes"))
    (signed,) = (placed for placed in made.papers if placed.paper.title == "Paper at-first")
    (kept,) = (placed for placed in made.papers if placed.paper.title == "Paper each-year")
    found = codes(made.pdf)
    assert found[signed.first] == f"CK2/{made.plan.packet}/{signed.first}"
    assert kept.first not in found


def test_the_names_of_those_who_sign_are_printed_on_a_paper(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(first_visit="yes"))
    (signed,) = (placed for placed in made.papers if placed.paper.kind == "paper")
    text = page_texts(made.pdf)[signed.first - 1]
    assert text.count("Siobhán O’Keeffe-Martínez") == 2
    assert "Dr. Amara Okonkwo, PhD" in text


@pytest.mark.parametrize(
    ("changes", "roles"),
    [
        ({}, {"patient", "clinician"}),
        ({"representative": MOTHER, "patient": CHILD}, {"representative", "clinician"}),
        (
            {"interpreter": {"name": "Marisol Quintana", "is_a": "professional"}},
            {"patient", "clinician", "interpreter"},
        ),
        ({"witness": "Ann Ray"}, {"patient", "clinician", "witness"}),
    ],
    ids=["patient", "representative", "interpreter", "witness"],
)
def test_a_paper_has_a_place_for_whoever_signs_at_the_visit_and_for_nobody_else(
    changes: dict[str, Any], roles: set[str], tmp_path: Path
) -> None:
    folder = make_clinic(tmp_path / "clinic")
    signers = ["patient", "representative", "interpreter", "witness", "clinician"]
    write_paper(folder / "papers", **{**SIGNED, "signers": signers})
    planned = plan(open_workspace(folder, open_store()), visit(papers=["small-rules"], **changes))
    (paper,) = (one for one in planned.documents if one.variant == "paper")
    assert {slot.name.removesuffix("_signature") for slot in paper.part.slots if slot.kind == "signature"} == roles


@pytest.mark.parametrize(
    ("signers", "roles", "counted"),
    [
        (["patient", "clinician"], {"representative", "clinician"}, 2),
        (["patient"], {"representative"}, 1),
        (["patient", "participant"], {"representative", "participant_1"}, 1),
    ],
    ids=["clinician", "alone", "participant"],
)
def test_whoever_decides_for_the_patient_signs_in_the_patients_place(
    signers: list[str], roles: set[str], counted: int, tmp_path: Path
) -> None:
    """Whether the paper names a representative or not: else nobody could sign what the patient would sign."""
    folder = make_clinic(tmp_path / "clinic")
    write_paper(folder / "papers", **{**SIGNED, "signers": signers, "participants": str(signers.count("participant"))})
    at = visit(papers=["small-rules"], patient=CHILD, representative=MOTHER, documents=["information"])
    made = packet(open_workspace(folder, open_store()), at)
    (paper,) = (placed.paper for placed in made.papers if placed.paper.kind == "paper")
    assert {slot.name.removesuffix("_signature") for slot in paper.part.slots if slot.kind == "signature"} == roles
    cover = " ".join(page_texts(made.pdf)[0].split())
    assert "A few small rules Representative" in cover
    assert f"Signatures: {counted}" in cover


def test_participants_are_named_but_not_counted(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic")
    write_paper(folder / "papers", **{**SIGNED, "signers": ["patient", "participant"], "participants": "3"})
    made = packet(open_workspace(folder, open_store()), visit(papers=["small-rules"], documents=["information"]))
    cover = " ".join(page_texts(made.pdf)[0].split())
    assert "A few small rules Patient, Participants" in cover
    assert "Signatures: 1" in cover
    write_paper(folder / "papers", **{**SIGNED, "signers": ["participant"], "participants": "3"})
    made = packet(open_workspace(folder, open_store()), visit(papers=["small-rules"], documents=["information"]))
    assert "Signatures: 1" in page_texts(made.pdf)[0]


def test_what_is_signed_is_there_once_and_what_is_kept_in_each_language(workspace: OpenWorkspace, clinic: Path) -> None:
    write_translation(clinic / "procedures", "es")
    planned = plan(workspace, visit(language="es", also_in=["en"], first_visit="yes", papers=["at-will"]))
    found = [(one.code, one.language) for one in planned.documents if one.variant == "paper"]
    assert found == [("at-first", "es"), ("at-first", "en"), ("at-will", "es"), ("at-will", "en")]


def test_a_signed_paper_is_there_to_read_in_the_other_language(workspace: OpenWorkspace, clinic: Path) -> None:
    write_translation(clinic / "procedures", "es")
    made = packet(workspace, visit(language="es", also_in=["en"], first_visit="yes"))
    signed, copy = (placed for placed in made.papers if placed.paper.kind == "paper")
    assert (signed.paper.title, signed.paper.group) == ("Papel at-first", "sign")
    assert (copy.paper.title, copy.paper.group) == ("Paper at-first", "keep")
    texts = page_texts(made.pdf)
    assert "Siobhán O’Keeffe-Martínez" in texts[copy.first - 1]
    assert "the paper to sign is in another language" in texts[copy.first - 1]
    assert "Firmas: 4" in texts[0]
    cover = " ".join(texts[0].split())
    assert "Paper at-first Para leer y guardar; el documento que se firma está en otro idioma" in cover
    assert cover.count("Para leer y guardar;") == 1
    assert copy.first not in codes(made.pdf)


def form_text(workspace: OpenWorkspace, **changes: Any) -> str:
    made = packet(workspace, visit(**{"place": "telehealth", **changes}))
    (form,) = (placed for placed in made.papers if placed.paper.kind == "form")
    return " ".join(" ".join(page_texts(made.pdf)[form.first - 1 : form.last]).split())


@pytest.mark.parametrize("says_clause", [True, False])
def test_the_form_names_a_clause_that_a_signed_paper_says_and_prints_it_otherwise(
    says_clause: bool, tmp_path: Path
) -> None:
    folder = make_clinic(tmp_path / "clinic")
    sections = [{"clause": "telehealth"} if says_clause else {"heading": "By video", "text": "Sit still."}]
    write_paper(folder / "papers", due={"telehealth": "true"}, sections=sections, **SIGNED)
    workspace = open_workspace(folder, open_store())
    of_visit, on_file = form_text(workspace), form_text(workspace, on_file=["small-rules"])
    for text, sentence, has_lines in (
        (of_visit, "You sign a paper of its own on this.", False),
        (on_file, "The paper that was signed on this is on file and still holds.", True),
    ):
        assert "Care by video or telephone" in text
        assert (sentence in text) == says_clause
        assert ("If the line drops, we call you" in text) != says_clause
        assert ("Where I am; nearest emergency room" in text) == (has_lines or not says_clause)


@pytest.mark.parametrize("changes", [{}, {"on_file": ["small-rules"]}], ids=["of visit", "on file"])
def test_the_form_prints_a_clause_that_the_paper_leaves_out_in_the_language_in_which_it_is_signed(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    """Else nothing that is signed would say it: the English paper lacks it, and nobody signs the Spanish one."""
    folder = make_clinic(tmp_path / "clinic")
    write_translation(folder / "procedures", "es")
    paper = {"due": {"telehealth": "true"}, "sections": [{"clause": "telehealth"}, {"clause": "record"}], **SIGNED}
    write_paper(folder / "papers", **paper)
    write_paper_translation(folder / "papers", small_paper_data(**paper), "es")
    (folder / "clauses.en.yaml").write_text("drop: [telehealth]\n", encoding="utf-8")
    text = form_text(open_workspace(folder, open_store()), also_in=["es"], **changes)
    clause = open_workspace(folder, open_store()).language("es").clauses["telehealth"]
    assert " ".join((clause.text.items or (clause.text.intro or "",))[0].split()) in text


def test_the_form_prints_a_clause_that_a_paper_says_which_nobody_signs(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic")
    write_paper(folder / "papers", due={"telehealth": "true"}, sections=[{"clause": "telehealth"}])
    assert "If the line drops, we call you" in form_text(open_workspace(folder, open_store()))


def test_where_everything_is_on_file_the_lines_of_a_visit_by_video_are_still_there(tmp_path: Path) -> None:
    """The patient says at each visit where they are, whatever was signed before."""
    folder = make_clinic(tmp_path / "clinic")
    write_paper(folder / "papers", due={"telehealth": "true"}, sections=[{"clause": "telehealth"}], **SIGNED)
    workspace = open_workspace(folder, open_store())
    made = packet(workspace, visit(place="telehealth", on_file=["SMALL-1", "small-rules"]))
    (form,) = (placed for placed in made.papers if placed.paper.kind == "form")
    cover, text = (" ".join(page_texts(made.pdf)[page - 1].split()) for page in (1, form.first))
    assert "Where I am; nearest emergency room" in text
    assert "The paper that was signed on this is on file and still holds." in text
    assert "My decision" not in text
    assert {slot.kind for slot in form.paper.part.slots} & {"signature", "initials"} == set()
    assert form.paper.comes_back
    assert codes(made.pdf) == {form.first: f"CK2/{made.plan.packet}/{form.first}"}
    assert "Care by video or telephone" in cover
    assert "Care by video or telephone" in bookmarks(made.pdf)
    assert lint(made.pdf) == []


@pytest.mark.parametrize(
    "changes",
    [{"on_file": ["SMALL-1", "small-rules"]}, {"place": "telehealth", "on_file": ["SMALL-1"]}],
    ids=["in person", "by video, without a paper on file"],
)
def test_where_everything_is_on_file_and_no_line_is_left_there_is_no_packet(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    folder = make_clinic(tmp_path / "clinic")
    write_paper(folder / "papers", sections=[{"clause": "telehealth"}], **SIGNED)
    with pytest.raises(EverythingOnFile):
        plan(open_workspace(folder, open_store()), visit(**changes))


def test_the_form_prints_what_holds_for_every_visit_whatever_papers_say(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic")
    sections = [{"clause": "rights"}, {"clause": "confidentiality"}]
    write_paper(folder / "papers", due={"telehealth": "true"}, sections=sections, **SIGNED)
    text = form_text(open_workspace(folder, open_store()))
    assert "ask any question, now or later" in text
    assert "a court orders it" in text


def test_a_paper_that_is_a_draft_is_refused_with_the_command_that_approves_it(
    call: Callable[..., Outcome], clinic: Path, tmp_path: Path
) -> None:
    written = write_visit(tmp_path / "visit.yaml", first_visit="yes", documents=["information"], papers=["at-first"])
    allowed = ("--except", "same-title", "--reason", "The three are copies")
    approved = call("approve", "--yes", "SMALL-1", "--by", "Ann Ray", *allowed, "--clinic", clinic)
    assert approved.code == 0, approved.stderr
    done = call("packet", written, "--clinic", clinic)
    assert done.code == 3
    assert "the paper at-first in en is not approved" in done.stderr
    assert "consentkit approve at-first --by NAME" in done.stderr
    assert call("approve", "--yes", "at-first", "--by", "Ann Ray", "--clinic", clinic).code == 0
    assert call("packet", written, "--clinic", clinic).code == 0


def test_a_paper_that_nobody_has_is_refused(workspace: OpenWorkspace) -> None:
    nearest = "`papers` contains `group-ruls`, number 1 of 1, that no paper has; did you mean `group-rules`?"
    with pytest.raises(ConsentkitError, match=re.escape(nearest)):
        plan(workspace, visit(papers=["group-ruls"]))
    with pytest.raises(ConsentkitError, match="`on_file` contains `at-frist`, number 2 of 2, that no paper has"):
        plan(workspace, visit(on_file=["SMALL-9", "at-frist"]))
    with pytest.raises(ConsentkitError, match="`papers` contains a name, number 1 of 1, that no paper has"):
        plan(workspace, visit(papers=["martinez"]))


def test_a_paper_is_not_both_requested_and_on_file(call: Callable[..., Outcome], clinic: Path, tmp_path: Path) -> None:
    complaint = "names a paper under both `papers` and `on_file`; delete it from one of the two"
    written = write_visit(tmp_path / "visit.yaml", papers=["at-will"], on_file=["at-will"])
    done = call("packet", written, "--clinic", clinic, "--allow-drafts")
    assert (done.code, complaint in done.stderr) == (3, True)
    schedule = write_schedule(tmp_path / "day.csv", {"visit": "V-1", "papers": "at-will", "on_file": "at-will SMALL-1"})
    assert complaint in call("packet", schedule, "--clinic", clinic, "--allow-drafts", "-o", "out/").stderr


def test_each_name_of_a_paper_that_nobody_has_is_reported_at_once(
    workspace: OpenWorkspace, call: Callable[..., Outcome], clinic: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConsentkitError) as caught:
        plan(workspace, visit(papers=["group-ruls"], on_file=["at-frist"]))
    assert "`papers` contains `group-ruls`" in str(caught.value)
    assert "`on_file` contains `at-frist`" in str(caught.value)
    written = write_visit(tmp_path / "visit.yaml", on_file=["at-frist"])
    said = call("packet", written, "--clinic", clinic).stderr
    assert "`on_file` contains `at-frist`" in said
    assert "no procedure has as its code" not in said


def test_a_procedure_that_requests_a_paper_that_nobody_has_is_named(workspace: OpenWorkspace, clinic: Path) -> None:
    write_procedure(clinic / "procedures", code="ASKS-2", title="Another", papers=["at-wil"])
    message = "`papers` in the file of ASKS-2 contains `at-wil`, that no paper has; did you mean `at-will`?; correct"
    with pytest.raises(ConsentkitError, match=re.escape(message)):
        plan(workspace, visit(procedures=["ASKS-2"]))


def test_a_paper_with_mistakes_stops_every_visit_since_it_may_be_due(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic")
    write_paper(folder / "papers", due={"tuesdays": "true"})
    with pytest.raises(ConsentkitError, match="is not a known key here"):
        plan(open_workspace(folder, open_store()), visit())


def test_a_schedule_asks_for_papers_too(call: Callable[..., Outcome], clinic: Path, tmp_path: Path) -> None:
    row = {"visit": "V-1", "papers": "at-will each-year", "first_visit": "Yes", "yearly_papers": "no"}
    schedule = write_schedule(tmp_path / "day.csv", row)
    done = call("packet", schedule, "--clinic", clinic, "--allow-drafts", "-o", "out/", "--json")
    assert done.code == 0
    assert [f'"code": "{name}"' in done.stdout.decode() for name in ("at-first", "at-will", "each-year")] == [True] * 3
    bad = write_schedule(tmp_path / "bad.csv", {**row, "first_visit": "maybe"})
    assert "is neither `yes` nor `no`" in call("packet", bad, "--clinic", clinic, "-o", "out2/").stderr


IN_A_SCHEDULE: dict[str, tuple[dict[str, str], list[str]]] = {
    "plain": ({}, []),
    "first visit": ({"first_visit": "yes"}, ["at-first"]),
    "yearly": ({"yearly_papers": "Yes"}, ["each-year"]),
    "telehealth": ({"place": "telehealth"}, ["by-video"]),
    "minor": (
        {"date_of_birth": "2008-11-24", "representative": "Ann Nye", "relationship": "mother"},
        ["for-minors"],
    ),
    "code": ({"procedures": "GROUP-1"}, ["for-a-code"]),
    "procedure": ({"procedures": "ASKS-1"}, ["at-will"]),
    "on file": ({"first_visit": "yes", "on_file": "at-first SMALL-1", "documents": "consent information"}, []),
}


def test_each_condition_holds_for_the_rows_of_a_schedule(workspace: OpenWorkspace, tmp_path: Path) -> None:
    schedule = write_schedule(tmp_path / "day.csv", *(row for row, _ in IN_A_SCHEDULE.values()))
    found = {}
    for name, row in zip(IN_A_SCHEDULE, read_visits(str(schedule)), strict=True):
        assert row.visit, row.problems
        documents = plan(workspace, row.visit).documents
        found[name] = [one.code for one in documents if one.variant == "paper"]
    assert found == {name: papers for name, (_, papers) in IN_A_SCHEDULE.items()}


def test_another_paper_makes_another_packet(workspace: OpenWorkspace) -> None:
    visits: list[dict[str, Any]] = [{}, {"first_visit": "yes"}, {"papers": ["at-will"]}]
    assert len({plan(workspace, visit(**changes)).packet for changes in visits}) == 3


@pytest.mark.parametrize("layout", [{"large_print": "yes"}, {}], ids=["large print", "fillable"])
def test_a_packet_with_papers_is_made_in_other_layouts(layout: dict[str, Any], workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(first_visit="yes", **layout), fillable=not layout)
    assert papers(made) == ["at-first"]
    (paper,) = (placed for placed in made.papers if placed.paper.kind == "paper")
    fields = PdfReader(io.BytesIO(made.pdf)).pages[paper.first - 1].get("/Annots")
    assert bool(fields) == (not layout)
    usual = packet(workspace, visit(first_visit="yes"))
    (before,) = (placed for placed in usual.papers if placed.paper.kind == "paper")
    places, usual_places = paper.paper.part.slots, before.paper.part.slots
    assert ([slot.corners for slot in places] != [slot.corners for slot in usual_places]) == bool(layout)


def test_a_paper_that_the_clinic_never_wants_due_comes_only_if_it_is_asked_for(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic", "name: A\npacket: {without_papers: [small-rules]}\n")
    write_paper(folder / "papers", due={"first_visit": "true"})
    workspace = open_workspace(folder, open_store())
    first = plan(workspace, visit(first_visit="yes", on_file=["practice-agreement"]))
    assert [one.code for one in first.documents if one.variant == "paper"] == []
    asked = plan(workspace, visit(papers=["small-rules"]))
    assert [one.code for one in asked.documents if one.variant == "paper"] == ["small-rules"]


@pytest.mark.parametrize(
    ("changes", "roles"),
    [
        ({}, ["patient", "interpreter"]),
        ({"patient": CHILD, "representative": MOTHER}, ["representative", "assent", "interpreter"]),
        ({"patient": {**CHILD, "born": "2021-06-02"}, "representative": MOTHER}, ["representative", "interpreter"]),
    ],
    ids=["adult", "child", "small child"],
)
def test_a_child_signs_beside_whoever_decides_where_the_paper_says_so(
    changes: dict[str, Any], roles: list[str], workspace: OpenWorkspace
) -> None:
    at = visit(papers=["release-substance-use"], interpreter=INTERPRETER, documents=["information"], **changes)
    made = packet(workspace, at)
    (paper,) = (placed for placed in made.papers if placed.paper.kind == "paper")
    places = [slot for slot in paper.paper.part.slots if slot.kind == "signature"]
    in_order = sorted(places, key=lambda slot: (slot.page, -slot.corners.top))
    assert [slot.name.removesuffix("_signature") for slot in in_order] == roles
    assert f"Signatures: {len(roles)}" in " ".join(page_texts(made.pdf)[0].split())
    name = at.patient.name
    assert ("My own view" in page_texts(made.pdf)[paper.last - 1]) == ("assent" in roles)
    assert page_texts(made.pdf)[paper.last - 1].count(name) == 1 + ({"patient", "assent"} & {*roles} != set())
