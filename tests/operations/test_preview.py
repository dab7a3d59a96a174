"""A preview follows each file that its paper is made from, and keeps the last good paper while one has mistakes."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from consentkit.documents.onlooker import Onlooker
from consentkit.documents.safety import Required
from consentkit.errors import RenderingFailed
from consentkit.operations.opening import settle_despite_faults
from consentkit.operations.preview.ahead import Ahead, InView
from consentkit.operations.preview.live import LivePreview, PreviewState
from consentkit.operations.preview.making import Look, document_now
from consentkit.operations.preview.subject import PreviewRequest
from consentkit.operations.preview.watching import FileWatch, clock
from consentkit.pdf.part import Flaw, Part
from consentkit.pdf.render.ahead import LaidOutPages
from consentkit.problems import Problem
from consentkit.resources import shipped
from consentkit.web.preview_app import About
from kit.packets import OTHER, page_texts, visit_data, write_visit
from kit.previews import BROKEN, PATIENCE, held_after_layout, new_preview, running, until
from kit.running import Outcome
from kit.small import CODE, make_clinic, small_data, write_procedure, write_translation

pytestmark = pytest.mark.usefixtures("few_texts")


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    monkeypatch.chdir(folder)
    return folder


def says(text: str) -> Callable[[PreviewState], bool]:
    """Whether the paper is up to date and says something."""
    return lambda state: state.is_current and state.paper is not None and text in "".join(texts_of(state))


def texts_of(state: PreviewState) -> list[str]:
    return page_texts(state.paper.paper.pdf) if state.paper else []


def errors(state: PreviewState) -> list[Problem]:
    return [problem for problem in state.problems if problem.severity == "error"]


def test_every_file_of_a_paper_renews_it_also_one_that_is_new(clinic: Path) -> None:
    (clinic / "templates").mkdir()
    with running(new_preview(clinic)) as live:
        until(live, says("A small procedure"))
        write_procedure(clinic / "procedures", title="Another title")
        until(live, says("Another title"))
        (clinic / "clinic.yaml").write_text("name: Another Clinic\n")
        until(live, says("Another Clinic"))
        heading = "what_it_is: What it is"
        pack = shipped("templates") / "languages" / "en.yaml"
        text = pack.read_text(encoding="utf-8")
        assert heading in text
        (clinic / "templates" / "languages").mkdir()
        (clinic / "templates" / "languages" / "en.yaml").write_text(text.replace(heading, "what_it_is: What this is"))
        until(live, says("What this is"))


def test_a_broken_file_keeps_the_last_good_paper_until_it_is_repaired(clinic: Path) -> None:
    file = clinic / "procedures" / f"{CODE}.yaml"
    whole = file.read_text()
    with running(new_preview(clinic, f"procedures/{CODE}.yaml")) as live:
        good = until(live, says("A small procedure"))
        file.write_text(whole.replace('"title": "A small procedure"', BROKEN))
        broken = until(live, lambda state: not state.is_current)
        assert good.paper and broken.paper and broken.paper.name == good.paper.name
        assert {(error.file, bool(error.line)) for error in errors(broken)} == {(f"procedures/{CODE}.yaml", True)}
        file.write_text(whole)
        states = [broken]
        while not (states[-1].is_current and not states[-1].is_working) and len(states) < 20:
            states.append(live.wait(states[-1].revision, PATIENCE))
        repaired = states[-1]
        beside_new = [one for one in states if one.is_current]
        assert beside_new
        assert not [error for one in beside_new for error in errors(one)], "never is the mistake beside the new paper"
        assert good.paper and repaired.paper and repaired.paper.name == good.paper.name, "the same paper comes again"


def test_a_paper_is_up_to_date_no_more_as_soon_as_a_file_is_saved(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_be_made = threading.Event()

    def make_later(request: PreviewRequest, onlooker: Onlooker) -> Look:
        may_be_made.wait(PATIENCE)
        return document_now(request, onlooker)

    with running(new_preview(clinic)) as live:
        before = until(live, says("A small procedure"))
        monkeypatch.setattr("consentkit.operations.preview.live.document_now", make_later)
        write_procedure(clinic / "procedures", title="Another title")
        between = live.wait(before.revision, PATIENCE)
        if between.is_current:  # it was looked at once more before the file was saved
            between = live.wait(between.revision, PATIENCE)
        about = About(live, between)
        assert before.paper and between.paper and between.paper.name == before.paper.name
        assert (between.is_current, between.is_working) == (False, True)
        assert "it is being made again" in about.status, about.status
        assert not about.is_older, "another one is coming"
        may_be_made.set()
        until(live, says("Another title"))


def test_pages_are_shown_before_they_are_read_back_and_taken_away_if_they_are_unfit(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_be_read = threading.Event()

    def refuse(required: Required, part: Part) -> None:
        may_be_read.wait(PATIENCE)
        raise RenderingFailed("something is missing")

    with running(new_preview(clinic)) as live:
        good = until(live, says("A small procedure"))
        monkeypatch.setattr("consentkit.documents.making.require", refuse)
        write_procedure(clinic / "procedures", title="A title that was never made")
        state = good
        while good.paper and state.paper and state.paper.name == good.paper.name:
            state = live.wait(state.revision, PATIENCE)
        assert state.is_working and "A title that was never made" in "".join(texts_of(state))
        may_be_read.set()
        unfit = until(live, lambda state: bool(errors(state)))
        assert good.paper and unfit.paper and unfit.paper.name == good.paper.name
        assert not unfit.is_current


def test_the_pages_in_view_and_the_problems_come_while_the_other_pages_are_still_laid_out(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(new_preview(clinic)) as live:
        old = until(live, says("A small procedure"))
        assert old.paper and len(old.paper.pictures.sizes) > 2
        live.look_at(2, 2)
        with held_after_layout(monkeypatch):
            promise = {"common": ["You may feel worse for a day."], "what_helps": "It is totally safe."}
            write_procedure(clinic / "procedures", title="Another title", risks=promise)
            state = until(live, lambda state: bool(state.ahead and errors(state)), rests=False)
            assert [error.rule for error in errors(state)] == ["promise"]
            assert state.paper and state.paper.name == old.paper.name
            assert (state.is_current, state.is_working) == (False, True)
            about = About(live, state)
            assert about.status.startswith("Page 2 is new (")
            assert "being checked again" in about.counts
            captions = [about.caption(number) for number in (1, 2, 3)]
            assert [caption.rpartition(", ")[2] for caption in captions] == ["older", "new", "older"]
            pages = state.ahead
            ahead = live.png(pages.name, 2, 900)
            assert ahead and live.png(pages.name, 1, 900) is None
        new = until(live, says("Another title"))
        assert new.ahead is None and new.paper
        assert live.png(new.paper.name, 2, 900) == ahead != old.paper.pictures.png(2, 900)
        assert live.png(pages.name, 2, 900) == ahead, "a browser may be loading it still"
        assert [one for one in new.problems if one.rule] == [one for one in state.problems if one.rule]
    assert live.png(pages.name, 2, 900) is None, "nothing is kept after the end"


def test_where_no_thread_can_be_started_the_paper_is_made_and_no_process_stays(clinic: Path) -> None:
    write_procedure(clinic / "procedures", title="A procedure without threads")  # one that was not made before
    request = PreviewRequest(settle_despite_faults(clinic, None), CODE)
    ahead = Ahead(request, InView(), 3, lambda *_: pytest.fail("nobody waits for it"))
    begun: list[int] = []

    def look_on(laid_out: LaidOutPages) -> None:
        begun.append(len(laid_out.pages))
        threading.stack_size(1 << 46)  # more than any machine has
        try:
            ahead.when_laid_out(laid_out)
        finally:
            threading.stack_size(0)

    look = document_now(request, Onlooker(lambda _: None, look_on))
    assert look.paper and 1 in begun
    assert multiprocessing.active_children() == []
    assert ahead.problems().is_complete, "the problems come after the paper"


def test_pages_that_were_shown_ahead_of_a_paper_that_can_not_be_made_are_taken_away(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(document: object) -> tuple[Flaw, ...]:
        may_be_refused.wait(PATIENCE)
        raise RenderingFailed("something is missing")

    may_be_refused = threading.Event()
    with running(new_preview(clinic)) as live:
        good = until(live, says("A small procedure"))
        monkeypatch.setattr("consentkit.pdf.render.engine.flaws_of", refuse)
        write_procedure(clinic / "procedures", title="A title that was never made")
        until(live, lambda state: state.ahead is not None, rests=False)
        may_be_refused.set()
        unfit = until(live, lambda state: bool(errors(state)))
        assert unfit.ahead is None
        assert good.paper and unfit.paper and unfit.paper.name == good.paper.name


def test_at_midnight_the_paper_is_made_again_and_an_older_one_says_its_day(
    clinic: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[..., Outcome], today: datetime.date
) -> None:
    class Tomorrow(datetime.date):
        @classmethod
        def today(cls) -> Self:
            return cls.fromordinal(today.toordinal() + 1)

    assert call("approve", CODE, "--by", "Ann Ray", "--until", str(today), "--yes", "--clinic", clinic).code == 0
    request = PreviewRequest(settle_despite_faults(clinic, None, is_cached=False), CODE)
    with running(LivePreview(request)) as live:
        before = until(live, lambda state: state.is_current)
        monkeypatch.setattr(datetime, "date", Tomorrow)
        after = until(live, lambda state: state.is_current and state.paper is not before.paper)
        assert before.paper and after.paper and before.paper.paper.mark != after.paper.paper.mark, "it has ended"
        assert f"({today:%B} {today.day}, " in About(live, before).status
    monkeypatch.undo()


def test_a_mistake_in_the_particulars_or_a_template_is_named_by_file_and_line(clinic: Path) -> None:
    (clinic / "clinic.yaml").write_text("name: Alder Clinic\nphone: [\n")
    with running(new_preview(clinic)) as live:
        state = until(live, lambda state: bool(errors(state)))
        assert [(error.file, error.line) for error in errors(state)] == [(str(clinic / "clinic.yaml"), 3)]
        (clinic / "templates").mkdir()
        (clinic / "templates" / "information.html").write_text("<p>{{ nothing_of_this_name }}</p>")
        (clinic / "clinic.yaml").write_text("name: Alder Clinic\n")
        state = until(live, lambda state: "information.html" in "".join(error.file for error in errors(state)))
        assert [error.line for error in errors(state)] == [1]


def test_a_folder_of_templates_may_come_later(clinic: Path) -> None:
    with running(new_preview(clinic)) as live:
        until(live, says("A small procedure"))
        (clinic / "templates").mkdir()
        (clinic / "templates" / "information.html").write_text("<p>{{ nothing_of_this_name }}</p>")
        until(live, lambda state: "information.html" in "".join(error.file for error in errors(state)))


def test_a_file_that_is_not_there_yet_is_waited_for(clinic: Path) -> None:
    (clinic / "procedures" / f"{CODE}.yaml").unlink()
    with running(new_preview(clinic, f"procedures/{CODE}.yaml")) as live:
        state = until(live, lambda state: bool(state.problems))
        assert [problem.message for problem in state.problems] == [
            "is not there yet; its paper is shown as soon as the file is saved"
        ]
        write_procedure(clinic / "procedures")
        until(live, says("A small procedure"))


def test_the_file_of_a_translation_means_its_language_and_may_come_later(clinic: Path) -> None:
    with running(new_preview(clinic, f"procedures/{CODE}.es.yaml")) as live:
        state = until(live, lambda state: bool(errors(state)))
        assert state.paper is None
        assert "translation" in errors(state)[0].message
        write_translation(clinic / "procedures", "es", title="Un procedimiento")
        until(live, says("Un procedimiento"))


def test_a_visit_shows_its_packet_with_what_speaks_against_it(clinic: Path) -> None:
    write_procedure(
        clinic / "procedures",
        code="RIVAL-1",
        title="A rival",
        billing={"role": "primary", "not_with": [CODE]},
    )
    file = write_visit(clinic / "visit.yaml", patient=OTHER)
    with running(new_preview(clinic, "visit.yaml")) as live:
        state = until(live, says(OTHER["name"]))
        assert state.is_visit
        assert "`consentkit packet` needs --allow-drafts" in "".join(problem.message for problem in state.problems)
        file.write_text(json.dumps(visit_data(patient=OTHER, procedures=["NONE-1"]), indent=1))
        state = until(live, lambda state: not state.is_current)
        assert OTHER["name"] in "".join(texts_of(state)), "the older packet stays"
        assert "NONE-1" in errors(state)[0].message
        file.write_text(json.dumps(visit_data(patient=OTHER, procedures=[CODE, "RIVAL-1"]), indent=1))
        state = until(live, lambda state: "RIVAL-1" in str(state.problems))
        lines = file.read_text().splitlines()
        assert [lines[(error.line or 0) - 1].strip(' ",') for error in errors(state)] == [CODE], "the line of a code"
        file.write_text('{"visit": "V-1", "patient": {')
        state = until(live, lambda state: not says(OTHER["name"])(state) and "NONE-1" not in str(state.problems))
        assert state.is_visit
        assert all(problem.file == "visit.yaml" and problem.line for problem in errors(state))
        assert state.paper
        older = state.paper.name
        file.unlink()
        state = until(live, lambda state: "is gone; " in str(state.problems))
        assert (state.is_visit, state.paper, live.paper(older)) == (True, None, None)
    assert live.state.paper is None, "nothing of it is kept after the end"


OF_VISITS = {
    "JSON that breaks off": '{"date": "2026-11-23", "patient": {"name": "Zoe Quist"',
    "quoted": '"patient":\n  name: Zoe: Quist\n',
    "capitals": "Visit: V-1\nPatient:\n  name: Zoe Quist\n",
    "indented": "  patient:\n    name: Zoe Quist\n   born: 1984\n",
    "a list": "- visit: V-1\n  patient:\n    name: Zoe Quist\n",
    "apart": "code : [\nvisit : V-1\n",
    "latin-1": "visit: V-1\npatient:\n  name: Zoé Quist\n",
    "utf-16": "visit: V-1\npatient:\n  name: Zoe Quist\n",
}


@pytest.mark.parametrize("form", OF_VISITS)
def test_a_visit_is_recognised_also_with_mistakes_and_its_file_name_is_in_no_title(form: str, clinic: Path) -> None:
    encoding = form if form in {"latin-1", "utf-16"} else "utf-8"
    (clinic / "zoe-quist.YAML").write_text(OF_VISITS[form], encoding=encoding)
    live = new_preview(clinic, "zoe-quist.YAML")
    assert live.state.is_visit
    assert About(live, live.state).title == "Visit"


def test_a_text_is_a_text_whatever_it_mentions_and_only_one_of_the_library_is_named_in_a_title(clinic: Path) -> None:
    mentions = small_data(title="A visit: patient: one")
    write_procedure(clinic / "procedures", title=mentions["title"])
    (clinic / "zoe-quist.yaml").write_text(json.dumps({**mentions, "code": "zoe-quist"}))
    titles = {}
    for source in (CODE, f"procedures/{CODE}.yaml", "zoe-quist.yaml", "absent.yaml"):
        live = new_preview(clinic, source)
        assert not live.state.is_visit, source
        titles[source] = About(live, live.state).title
    assert list(titles.values()) == [CODE, f"{CODE}.yaml", "Text", "Text"]


REFUSED: dict[str, tuple[int, str]] = {
    "NO-SUCH": (4, "no procedure has the code"),
    f"{CODE} --lang xx": (2, "there is no language pack for `xx`"),
    "nowhere/X.yaml": (5, "is not a folder"),
    "procedures": (4, "no paper has the name"),
    "./procedures": (2, "is a folder; name a code, or one file"),
    "clinic.yaml": (2, "is no text by itself"),
    "day.csv": (2, "preview one visit, written in YAML"),
    "DAY.CSV": (2, "preview one visit, written in YAML"),
    "visit.yaml --large-print": (2, "--large-print can't be used with a visit"),
    f"procedures/{CODE}.es.yaml --lang en": (2, "leave out the language"),
    "visit.yaml --lang es": (2, "--lang can't be used with a visit"),
    f"{CODE} --clinic nowhere": (5, "is not a folder"),
}


@pytest.mark.parametrize("command", REFUSED)
def test_what_no_edit_can_make_sensible_is_refused_at_once(
    command: str, clinic: Path, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clinic)
    write_visit(clinic / "visit.yaml")
    outcome = call("preview", "--no-browser", *command.split())
    assert (outcome.code, outcome.stdout) == (REFUSED[command][0], b"")
    assert REFUSED[command][1] in outcome.stderr


def rewrite(file: Path) -> None:
    file.write_text("new")


def create(file: Path) -> None:
    file.write_text("new")


def rename(file: Path) -> None:
    other = file.with_name(".new~")
    other.write_text("new")
    other.replace(file)


def move_away_and_write(file: Path) -> None:
    file.rename(file.with_name("old~"))
    file.write_text("new")


def link_elsewhere(file: Path) -> None:
    other = file.with_name("other")
    other.write_text("new")
    file.unlink()
    file.symlink_to(other)


@pytest.mark.parametrize("save", [rewrite, rename, move_away_and_write, link_elsewhere, create])
def test_a_save_is_noticed_however_an_editor_saves(save: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "text.yaml"
    if save is not create:
        file.write_text("old")
    watch = FileWatch()
    watch.follow([file], clock() + 3600)
    save(file)
    assert watch.has_changed()
    watch.wait(threading.Event())
    watch.rest(threading.Event())
    assert not watch.has_changed()


OF_OTHERS = ("notes.txt~", ".text.yaml.swp", "4913", "#text.yaml#", "~$day.pdf", "download.part", "song.mp3")
"""Names of files that editors and other programs put beside a text."""


def test_only_names_of_what_counts_are_watched_in_a_folder_and_nothing_beside_a_file(tmp_path: Path) -> None:
    folder, file = tmp_path / "templates", tmp_path / "visit.yaml"
    folder.mkdir()
    file.write_text("old")
    watch = FileWatch()
    watch.follow([folder, file], clock() + 3600)
    for name in OF_OTHERS:
        (folder / name).write_text("new")
    for name in (*OF_OTHERS, "other-visit.yaml"):
        (tmp_path / name).write_text("new")
    assert not watch.has_changed()
    for name in ("information.html", "Logo.SVG", "languages/"):
        watch.look()
        (folder / name).mkdir() if name.endswith("/") else (folder / name).write_text("new")
        assert watch.has_changed(), name


def test_what_was_edited_while_it_was_read_for_the_first_time_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "text.yaml"
    began = clock()
    file.write_text("new")
    watch = FileWatch()
    assert watch.follow([file], began)
    assert not watch.follow([file], began), "it is watched by now"


def test_a_file_that_an_editor_has_emptied_is_left_alone_until_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "text.yaml"
    file.write_text(json.dumps(small_data()))
    watch = FileWatch()
    watch.follow([file], clock() + 3600)
    file.write_text("")
    writer = threading.Timer(0.15, file.write_text, ["new"])
    writer.start()
    watch.wait(threading.Event())
    watch.rest(threading.Event())
    writer.join()
    assert file.read_text() == "new"
