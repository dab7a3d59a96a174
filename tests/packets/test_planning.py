"""What a visit calls for, and why there may be no packet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.form_request import Situation
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, EverythingOnFile, FileAccess, InvalidInput, UnknownCode, WrongUse
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner
from consentkit.pdf.read.structure_text import readable_text
from kit.packets import CHILD, MOTHER, packet, page_texts, plan, visit
from kit.small import make_clinic, write_procedure, write_translation


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_translation(folder / "procedures", "es")
    write_procedure(folder / "procedures", code="ADD-1", billing={"role": "add_on", "add_on_to": ["SMALL-1"]})
    write_procedure(folder / "procedures", code="CRISIS-1", plan="crisis")
    billing = {"role": "add_on", "add_on_to": ["CRISIS-1"]}
    write_procedure(folder / "procedures", code="MORE-1", billing=billing, covered_by=["CRISIS-1"])
    write_procedure(folder / "procedures", code="DAY-1", billing={"role": "primary", "once_a_day": True})
    return open_workspace(folder, open_store())


def complaint(workspace: OpenWorkspace, options: dict[str, Any] | None = None, **changes: Any) -> str:
    """What speaks against a visit."""
    with pytest.raises(ConsentkitError) as caught:
        plan(workspace, visit(**changes), **(options or {}))
    return str(caught.value)


def test_a_plain_visit_calls_for_its_documents_only(workspace: OpenWorkspace) -> None:
    made = plan(workspace, visit())
    assert made.form
    assert [text.code for text in made.form.texts] == ["SMALL-1"]
    assert [(document.code, document.variant) for document in made.documents] == [("SMALL-1", "information")]
    assert made.clauses == ()
    assert made.situation == Situation()


def test_telehealth_and_trainees_call_for_their_clauses(workspace: OpenWorkspace) -> None:
    people = {"trainee": {"name": "Jonah Feldman"}, "supervisor": {"name": "Dr. Amara Okonkwo"}}
    assert plan(workspace, visit(place="telehealth")).clauses == ("telehealth",)
    assert plan(workspace, visit(**people)).clauses == ("trainee",)
    assert set(plan(workspace, visit(place="telehealth", **people)).clauses) == {"telehealth", "trainee"}


@pytest.mark.parametrize(("born", "is_asked"), [("2019-11-24", False), ("2019-11-23", True), ("1940-01-01", True)])
def test_who_is_seven_or_older_is_asked_too(born: str, is_asked: bool, workspace: OpenWorkspace) -> None:
    made = plan(workspace, visit(patient={**CHILD, "born": born}, representative=MOTHER))
    assert made.situation.assent == is_asked


def test_kinds_and_languages_of_documents_come_in_their_order(workspace: OpenWorkspace) -> None:
    made = plan(workspace, visit(documents=["refusal", "consent"], also_in=["es"]))
    found = [(document.variant, document.language) for document in made.documents]
    assert found == [("refusal", "en"), ("refusal", "es"), ("information", "en"), ("information", "es")]
    assert made.form
    assert made.form.languages == ("en", "es")


KINDS: dict[str, tuple[list[str], bool, list[str]]] = {
    "consent": (["consent"], True, ["information"]),
    "form": (["form"], True, []),
    "information": (["information"], False, ["information"]),
    "both": (["form", "information"], True, ["information"]),
}


@pytest.mark.parametrize(("kinds", "has_form", "variants"), KINDS.values(), ids=KINDS)
def test_a_consent_is_a_form_and_information(
    kinds: list[str], has_form: bool, variants: list[str], workspace: OpenWorkspace
) -> None:
    made = plan(workspace, visit(documents=kinds))
    assert (made.form is not None) == has_form
    assert [document.variant for document in made.documents] == variants


def test_what_is_signed_and_still_valid_is_left_out_of_the_form_which_says_so(workspace: OpenWorkspace) -> None:
    made = plan(workspace, visit(procedures=["SMALL-1", "ADD-1"], on_file=["SMALL-1", "OTHER-1"]))
    assert made.form
    assert [text.code for text in made.form.texts] == ["ADD-1"]
    assert [document.code for document in made.documents] == ["ADD-1"]
    assert "still valid, so not asked for here: code SMALL-1." in readable_text(made.form.part.pdf)
    assert made.packet != plan(workspace, visit(procedures=["SMALL-1", "ADD-1"])).packet


CRISIS = ["CRISIS-1", "MORE-1"]


def test_a_code_that_is_covered_by_another_brings_no_paper(workspace: OpenWorkspace) -> None:
    made = plan(workspace, visit(procedures=CRISIS, documents=["consent", "refusal"]))
    assert made.form
    assert [text.code for text in made.form.texts] == ["CRISIS-1"]
    assert {document.code for document in made.documents} == {"CRISIS-1"}


def test_a_crisis_calls_for_its_plan_in_two_copies(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(procedures=CRISIS, on_file=["CRISIS-1"]))
    assert [placed.paper.kind for placed in made.papers] == ["cover", "plan", "plan"]
    assert [placed.paper.comes_back for placed in made.papers] == [False, False, True]
    assert made.papers[2].paper.bookmark.endswith("copy for the clinic")
    assert [document.variant for document in made.plan.documents] == ["plan"]
    information = plan(workspace, visit(procedures=CRISIS, documents=["information"]))
    assert [document.variant for document in information.documents] == ["information"]


def test_where_nothing_is_left_to_sign_there_is_no_form(workspace: OpenWorkspace) -> None:
    made = plan(workspace, visit(on_file=["SMALL-1"], place="telehealth", documents=["form", "information"]))
    assert made.form is None
    assert [one.variant for one in made.documents] == ["information"]
    assert made.clauses == ()
    assert [one.variant for one in plan(workspace, visit(on_file=["SMALL-1"], documents=["information"])).documents]


def test_a_plan_that_no_procedure_has_is_refused_with_the_way_out(workspace: OpenWorkspace) -> None:
    with pytest.raises(InvalidInput) as error:
        plan(workspace, visit(documents=["form", "plan"]))
    (problem,) = error.value.problems
    assert problem.rule == "no-plan"
    assert "no procedure of this visit has one (`SMALL-1`); take `plan` out of `documents`" in problem.message
    assert "write `plan: crisis` in the file of a procedure" in problem.message
    assert "plan" in [one.variant for one in plan(workspace, visit(procedures=CRISIS, documents=["plan"])).documents]


def test_a_form_that_is_requested_though_all_is_on_file_is_refused_with_the_way_out(workspace: OpenWorkspace) -> None:
    with pytest.raises(InvalidInput) as error:
        plan(workspace, visit(documents=["form"], on_file=["SMALL-1"]))
    (problem,) = error.value.problems
    assert problem.rule == "no-papers"
    assert "take a code out of `on_file`, or add `information` to `documents`" in problem.message


def test_a_visit_that_requests_nothing_itself_and_has_all_on_file_needs_no_papers(workspace: OpenWorkspace) -> None:
    with pytest.raises(EverythingOnFile, match="nothing to print: the consent to `SMALL-1` is on file") as error:
        plan(workspace, visit(on_file=["SMALL-1", "OTHER-1"]))
    assert error.value.codes == ("SMALL-1",)
    assert plan(workspace, visit(procedures=["SMALL-1", "ADD-1"], on_file=["SMALL-1"])).form


def test_a_packet_of_nothing_but_a_cover_is_refused_where_nothing_is_on_file(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", "name: X\npacket: {documents: [plan]}\n")
    with pytest.raises(InvalidInput) as error:
        plan(open_workspace(clinic), visit())
    (problem,) = error.value.problems
    assert problem.rule == "no-papers"
    assert "nothing of what the clinic's `packet:` requests is left for this visit" in problem.message


def test_a_visit_that_needs_no_papers_counts_for_later_ones_of_its_day(workspace: OpenWorkspace) -> None:
    planner = Planner(workspace, PacketOptions(allow_drafts=True))
    with pytest.raises(EverythingOnFile):
        planner.plan(visit(visit="V-1", procedures=["DAY-1"], on_file=["DAY-1"]), "visit.yaml")
    with pytest.raises(InvalidInput, match="once"):
        planner.plan(visit(visit="V-2", procedures=["DAY-1"]), "visit.yaml")


def test_a_code_that_another_one_covers_is_named_on_its_form(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(procedures=["90839", "90840"], documents=["form"]))
    form = next(placed for placed in made.papers if placed.paper.kind == "form")
    said = " ".join(" ".join(page_texts(made.pdf)[form.first - 1 : form.last]).split())
    assert "(code 90839, 90840)" in said
    alone = packet(workspace, visit(procedures=["90839"], documents=["form"]))
    assert "90840" not in " ".join(page_texts(alone.pdf))


def test_what_is_on_file_needs_no_approval_of_today(workspace: OpenWorkspace) -> None:
    """What was signed may be of an earlier edition, or of one whose approval has ended since."""
    with pytest.raises(EverythingOnFile):
        plan(workspace, visit(on_file=["SMALL-1"]), allow_drafts=False)
    with pytest.raises(InvalidInput) as error:
        plan(workspace, visit(on_file=["SMALL-1"], documents=["information"]), allow_drafts=False)
    assert {problem.rule for problem in error.value.problems} == {"draft"}


def test_the_texts_of_a_packet_are_named_once(workspace: OpenWorkspace) -> None:
    both, form_alone = plan(workspace, visit()), plan(workspace, visit(documents=["form"]))
    assert [text.split()[:3] for text in both.texts] == [["SMALL-1", "en", "information"]]
    assert [text.split()[:3] for text in form_alone.texts] == [["SMALL-1", "en", "form"]]
    assert both.texts[0].split()[3] == form_alone.texts[0].split()[3]


def test_documents_that_nobody_approved_are_refused_with_the_very_command(workspace: OpenWorkspace) -> None:
    told = complaint(workspace, {"allow_drafts": False}, documents=["information", "consent"], also_in=["es"])
    lines = told.splitlines()
    assert len(lines) == 2
    assert "`consentkit approve SMALL-1 --by NAME`" in lines[0]
    assert "`consentkit approve SMALL-1 --lang es --by NAME`" in lines[1]
    assert all("--allow-drafts" in line for line in lines)


def test_a_form_alone_is_refused_while_the_consent_is_a_draft(workspace: OpenWorkspace) -> None:
    told = complaint(workspace, {"allow_drafts": False}, documents=["form"])
    assert told.splitlines() == [told]
    assert "the consent of SMALL-1 in en is not approved" in told


def test_a_language_without_words_is_told_with_those_that_there_are(workspace: OpenWorkspace) -> None:
    told = complaint(workspace, language="vi")
    assert "`vi`" in told
    assert "`en` and `es`" in told
    assert "interpreter" in told


def test_a_missing_translation_is_told(workspace: OpenWorkspace) -> None:
    assert "ADD-1 has no translation for `es`" in complaint(workspace, language="es", procedures=["SMALL-1", "ADD-1"])


def test_a_minor_alone_is_refused_and_may_be_overridden(workspace: OpenWorkspace) -> None:
    told = complaint(workspace, patient=CHILD)
    assert "under 18" in told
    assert '--override "the reason"' in told
    made = plan(workspace, visit(patient=CHILD), override="The state lets the patient decide.")
    assert [conflict.rule for conflict in made.overridden] == ["minor-alone"]


def test_a_reason_that_names_the_patient_is_refused(workspace: OpenWorkspace) -> None:
    for reason in ("Reyes lives alone.", "See MR-20427."):
        told = complaint(workspace, {"override": reason}, patient=CHILD)
        assert "write it without" in told
        assert "Reyes" not in told
        assert "20427" not in told


@pytest.mark.parametrize(
    "reason",
    ["REYES lives alone.", "Guadalupe wants it.", "mr 20427", "born 6/2/2017", "Born June 2, 2017.", "dangelo"],
)
def test_a_reason_is_read_as_carefully_as_the_number_of_a_visit(reason: str, workspace: OpenWorkspace) -> None:
    told = complaint(
        workspace, {"override": reason}, patient=CHILD, representative=MOTHER, procedures=["ADD-1"], extra=[]
    )
    assert "the reason of --override contains the" in told
    assert reason not in told


def test_a_visit_that_was_refused_does_not_count_for_once_a_day(workspace: OpenWorkspace) -> None:
    planner = Planner(workspace, PacketOptions(allow_drafts=True))
    with pytest.raises(InvalidInput, match="under 18"):
        planner.plan(visit(visit="V-1", patient=CHILD, procedures=["DAY-1"]), "day.csv", 2)
    mended = visit(visit="V-2", patient=CHILD, representative=MOTHER, procedures=["DAY-1"])
    assert planner.plan(mended, "day.csv", 3).documents
    again = visit(visit="V-3", patient=CHILD, representative=MOTHER, procedures=["DAY-1"])
    with pytest.raises(InvalidInput, match="DAY-1 may be used once a day"):
        planner.plan(again, "day.csv", 4)


def test_a_visit_may_be_planned_again(workspace: OpenWorkspace) -> None:
    planner = Planner(workspace, PacketOptions(allow_drafts=True))
    for place in ("in person", "telehealth"):
        assert planner.plan(visit(visit="V-1", procedures=["DAY-1"], place=place), "day.csv", 2).documents
    with pytest.raises(InvalidInput, match="DAY-1 may be used once a day"):
        planner.plan(visit(visit="V-2", procedures=["DAY-1"]), "day.csv", 3)


def test_a_visit_whose_documents_are_drafts_does_not_count_for_once_a_day(workspace: OpenWorkspace) -> None:
    planner = Planner(workspace, PacketOptions())
    for row in (2, 3):
        with pytest.raises(InvalidInput) as caught:
            planner.plan(visit(visit=f"V-{row}", procedures=["DAY-1"]), "day.csv", row)
        assert "is not approved" in str(caught.value)
        assert "once a day" not in str(caught.value)


def test_what_can_not_be_overridden_gets_no_such_hint(workspace: OpenWorkspace) -> None:
    relative = {"name": "Bo Nye", "is_a": "relative"}
    told = complaint(workspace, {"override": "There is nobody else."}, interpreter=relative)
    assert "[untrained-interpreter]" in told
    assert "--override" not in told


def test_a_conflict_names_the_codes_that_would_make_it_right(workspace: OpenWorkspace) -> None:
    assert "add SMALL-1 to `procedures`" in complaint(workspace, procedures=["ADD-1"])


def test_everything_that_is_wrong_is_told_at_once_and_quotes_nobody(workspace: OpenWorkspace) -> None:
    told = complaint(
        workspace,
        patient={**CHILD, "name": "สมชาย"},
        witness="अनिता",
        procedures=["ADD-1"],
        extra=["missing.pdf"],
    )
    assert "[minor-alone]" in told
    assert "[add-on-alone]" in told
    assert "the patient's name has letters that no font here can print" in told
    assert "the witness's name has letters" in told
    assert "`extra` names a file, number 1 of 1, that is not in the folder" in told
    assert "missing.pdf" not in told
    assert not set("สมชายअनिता") & set(told)


def test_a_single_cause_keeps_its_own_kind(workspace: OpenWorkspace) -> None:
    for error, changes in ((UnknownCode, {"procedures": ["NONE-1"]}), (WrongUse, {"language": "vi"})):
        with pytest.raises(error):
            plan(workspace, visit(**changes))
    with pytest.raises(FileAccess):
        plan(workspace, visit(extra=["missing.pdf"]))


def test_extra_files_need_a_clinic_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    planner = Planner(open_workspace(), PacketOptions(allow_drafts=True))
    with pytest.raises(InvalidInput, match="extra PDFs are files in a clinic folder"):
        planner.plan(visit(procedures=["90837"], extra=["map.pdf"]), "visit.yaml")


def test_an_extra_file_that_is_no_pdf_is_refused(workspace: OpenWorkspace) -> None:
    assert workspace.folder.path
    (workspace.folder.path / "extra").mkdir(exist_ok=True)
    (workspace.folder.path / "extra" / "map.pdf").write_bytes(b"not a PDF")
    assert "is not a PDF file" in complaint(workspace, extra=["map.pdf"])


def test_the_packet_number_depends_on_the_papers_and_not_on_the_patient(workspace: OpenWorkspace) -> None:
    one = plan(workspace, visit()).packet
    assert plan(workspace, visit(patient={"name": "Nora Nye", "born": "1990-01-01", "record": "X"})).packet == one
    assert plan(workspace, visit(place="telehealth")).packet != one
    assert plan(workspace, visit(visit="V-2")).packet != one
    assert len(one) == 10


@pytest.mark.parametrize(
    ("changes", "options"), [({"large_print": True}, {}), ({}, {"fillable": True}), ({}, {"duplex": True})]
)
def test_papers_in_another_layout_are_another_packet(
    changes: dict[str, Any], options: dict[str, Any], workspace: OpenWorkspace
) -> None:
    assert plan(workspace, visit(**changes), **options).packet != plan(workspace, visit()).packet


def test_problems_name_the_row_of_the_schedule(workspace: OpenWorkspace) -> None:
    planner = Planner(workspace, PacketOptions(allow_drafts=True))
    with pytest.raises(InvalidInput) as caught:
        planner.plan(visit(patient=CHILD), "day.csv", 7)
    assert str(caught.value).startswith("day.csv:7: ")
