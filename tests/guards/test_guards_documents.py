"""The guards of documents, each with the fault that it is there for: what templates, texts and pictures may not do."""

from __future__ import annotations

import functools
import io
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

import consentkit.documents.workspace
import consentkit.operations.packets
from consentkit.cache.store import open_store
from consentkit.documents.form import get_or_make_form
from consentkit.documents.form_request import LOOSE, FormRequest, Situation
from consentkit.documents.kept import fulfil, get_or_make, look_up
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.library.procedures import Library
from consentkit.library.sought import Sought
from consentkit.model.identity import Layout
from consentkit.pdf.fonts import font_files
from consentkit.pdf.read.structure_text import readable_text
from consentkit.pdf.render import engine
from consentkit.processes import limits
from consentkit.resources import shipped
from kit.guarded import MARKED
from kit.packets import page_texts, write_visit
from kit.running import Outcome
from kit.small import CODE, make_clinic, small_data, small_procedure, write_procedure, write_translation

Call = Callable[..., Outcome]


def clinic_with(folder: Path, **templates: str) -> Path:
    """A clinic with templates of its own; `__` stands for the point in a name."""
    return make_clinic(folder / "clinic", templates={name.replace("__", "."): text for name, text in templates.items()})


def opened(clinic: Path) -> OpenWorkspace:
    return open_workspace(clinic, open_store())


def of_shipped(name: str) -> str:
    return (shipped("templates") / name).read_text(encoding="utf-8")


# --- templates that ask for too much ---


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a document have 256 MB more than there are now: less than GREEDY asks for."""
    monkeypatch.setattr(limits, "_LEAST_MEMORY", 256 * 1024**2)
    monkeypatch.setattr(limits, "Limits", functools.partial(limits.Limits, memory=1))


GREEDY = "{% set much = words.language[:1] * 400000000 %}"
"""Takes 400 MB, and shows nothing of it."""


@pytest.mark.usefixtures("little_memory")
def test_a_document_by_templates_of_the_clinic_is_made_under_limits(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, consent__html=GREEDY + of_shipped("consent.html"))
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 6
    assert "emory" in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.usefixtures("little_memory")
def test_a_page_by_templates_of_the_clinic_is_written_under_limits(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, consent__html=GREEDY + of_shipped("consent.html"))
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n")
    told = call("status", "--clinic", clinic)
    assert told.code == 3
    assert "broken" in told.stdout.decode()
    assert "emory" in told.stderr


@pytest.mark.usefixtures("little_memory")
def test_a_cover_by_templates_of_the_clinic_is_made_under_limits(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, cover__html=GREEDY + of_shipped("cover.html"))
    made = call("packet", "--allow-drafts", write_visit(tmp_path / "visit.yaml"), "--clinic", clinic)
    assert made.code == 6
    assert "emory" in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.usefixtures("little_memory")
def test_a_form_by_templates_of_the_clinic_is_made_under_limits(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, form__html=GREEDY + of_shipped("form.html"))
    with pytest.raises(RenderingFailed, match="emory"):
        get_or_make_form(opened(clinic), FormRequest((CODE,), ("en",), LOOSE, Layout()))


def test_a_fault_of_the_page_engine_is_told_by_its_kind_alone(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any) -> None:
        raise LookupError(MARKED)

    clinic = clinic_with(tmp_path, note__html="")
    monkeypatch.setattr("consentkit.documents.making.compose_page", stumble)
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 6
    assert "LookupError" in made.stderr
    assert MARKED not in made.stderr


# --- templates that reach for something ---

REACHING = {
    "a class": "{{ ''.__class__ }}",
    "a method of a record": "{{ procedure.model_copy() }}",
    "a name that is not given": "{{ missing }}",
    "escaping": "{% autoescape false %}{{ procedure.title }}{% endautoescape %}",
    "a filter that does not escape": "{{ procedure.title|safe }}",
    "chance": "{{ [1, 2]|random }}",
    "an endless row": "{% for _ in range(9) %}{% endfor %}",
    "a link to a file": "{% include 'link.html' %}",
    "a link to a folder": "{% include 'linked/outside.html' %}",
    "a folder above": "{% include '../clinic.yaml' %}",
}


@pytest.mark.parametrize("attack", REACHING.values(), ids=REACHING)
def test_a_template_reaches_nothing_but_its_values(attack: str, call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, consent__html=attack)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "outside.html").write_text(MARKED)
    (clinic / "templates" / "link.html").symlink_to(outside / "outside.html")
    (clinic / "templates" / "linked").symlink_to(outside)
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 6
    assert "consent.html:1: " in made.stderr
    assert MARKED not in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_markup_in_a_text_is_printed_as_it_was_typed(tmp_path: Path) -> None:
    document = opened(make_clinic(tmp_path / "clinic")).render(small_procedure(purpose="<b>bold</b> {{ 7 * 7 }} &amp;"))
    assert "<b>bold</b> {{ 7 * 7 }} &amp;" in readable_text(document.pdf)


FETCHING = {
    "a picture": '<img src="{}" alt="x">',
    "a picture within a drawing": '<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" width="9" height="9">'
    '<image href="{}" width="9" height="9"/></svg>',
}


@pytest.mark.parametrize("element", FETCHING.values(), ids=FETCHING)
def test_a_page_may_not_fetch_a_file(element: str, call: Call, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.png")
    page = element.format((tmp_path / "picture.png").as_uri())
    about = of_shipped("information/colophon.html")
    clinic = clinic_with(tmp_path)
    (clinic / "templates" / "information").mkdir(parents=True)
    (clinic / "templates" / "information" / "colophon.html").write_text(page + about)
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 6
    assert "files or addresses that a document may not use: file:" in made.stderr


def test_what_the_page_engine_does_not_understand_is_not_passed_over(
    call: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clinic = clinic_with(tmp_path, print__css=of_shipped("print.css") + f"\np {{ {MARKED}: 1pt; }}\n")
    with caplog.at_level(logging.DEBUG):
        made = call("render", CODE, "--clinic", clinic)
    assert made.code == 6
    assert "the page engine complains" in made.stderr


def test_what_the_page_engine_complains_of_goes_into_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clinic = clinic_with(tmp_path, print__css=of_shipped("print.css") + f"\np {{ {MARKED}: 1pt; }}\n")
    with pytest.raises(RenderingFailed, match="the page engine complains"):
        opened(clinic).render(small_procedure())
    assert caplog.records == []


def test_threads_that_collect_complaints_at_once_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("weasyprint")
    first_is_in, second_is_in, first_is_out = (threading.Event() for _ in range(3))

    def first() -> list[str]:
        with engine._complaints() as complaints:
            first_is_in.set()
            assert second_is_in.wait(60)
            logger.warning("first")
        first_is_out.set()
        return complaints

    def second() -> list[str]:
        assert first_is_in.wait(60)
        with engine._complaints() as complaints:
            second_is_in.set()
            assert first_is_out.wait(60)
            logger.warning(MARKED)
        return complaints

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.submit(first), threads.submit(second)
        assert (one.exception(), other.exception()) == (None, None)
    assert (one.result(), other.result()) == (["first"], [MARKED])
    assert caplog.records == []
    logger.warning("what nobody collects")
    assert [record.getMessage() for record in caplog.records] == ["what nobody collects"]


# --- text that would be lost or in doubt ---


def test_text_in_a_font_that_is_not_ours_makes_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = opened(make_clinic(tmp_path / "clinic"))
    monkeypatch.setattr(font_files, "FAMILIES", font_files.FAMILIES - {font_files.BODY_FAMILY})
    with pytest.raises(RenderingFailed, match="a font that is not shipped"):
        workspace.render(small_procedure())


def test_a_letter_that_no_font_has_makes_no_document(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", purpose="To feel 𓀀 better.")
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 6
    assert "U+13000" in made.stderr
    assert "the page engine complains" not in made.stderr, "it would not say what to do"
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_clause_that_is_not_there_makes_no_document(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    path = write_procedure(clinic / "procedures", clauses=["missing_clause"])
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 3
    assert f"{path}:" in made.stderr
    assert "`missing_clause`, which the language pack has no clause for" in made.stderr
    with pytest.raises(RenderingFailed, match="needs a clause"):
        opened(clinic).render(small_procedure(clauses=("missing_clause",)))


@pytest.mark.parametrize("language", ["../languages/en", "en/../en", "en.yaml"])
def test_a_language_is_a_name_and_never_a_path(language: str, call: Call, tmp_path: Path) -> None:
    made = call("render", CODE, "--clinic", make_clinic(tmp_path / "clinic"), "--lang", language)
    assert made.code == 2, made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_pack_of_words_says_in_which_language_it_is(call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path)
    (clinic / "templates" / "languages").mkdir(parents=True)
    (clinic / "templates" / "languages" / "en.yaml").write_text(of_shipped("languages/es.yaml"), encoding="utf-8")
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 3
    assert "is `es`, but the file is named `en.yaml`" in made.stderr


# --- files that are no files, or too much of one ---

TOO_MUCH = {
    "levels": ("risks: " + "[" * 30 + "]" * 30, "deep"),
    "entries": ("purpose: [" + "a, " * 6000 + "a]", "more than"),
    "a key twice": ("purpose: a\npurpose: b", "a second time"),
    "an alias": ("purpose: &one a\nsetting: *one", "alias"),
    "a tag": ("purpose: !!str a", "tag"),
    "a merge key": ("<<: {a: b}", "merge key"),
    "a second document": ("purpose: a\n---\npurpose: b", "second document"),
    "an invisible character": ("purpose: a\u200bb", "U+200B"),
    "a turn of direction": ("purpose: a\u202eb", "U+202E"),
    "a control character": ('purpose: "a\\x07b"', "U+0007"),
    "bytes": ("purpose: |\n" + "  a\n" * 80_000, "bytes; at most"),
}


@pytest.mark.parametrize(("text", "message"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_procedure_that_is_no_plain_text_is_refused(text: str, message: str, call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "procedures" / f"{CODE}.yaml").write_text(f"code: {CODE}\n{text}\n", encoding="utf-8")
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 3
    assert message in made.stderr, made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


LINKED = ("clinic.yaml", f"procedures/{CODE}.yaml", "templates/print.css", "approvals.yaml")


@pytest.mark.parametrize("name", LINKED)
def test_no_link_in_the_folder_of_a_clinic_is_followed(name: str, call: Call, tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, print__css=of_shipped("print.css"))
    (clinic / "approvals.yaml").write_text("approvals:\n")
    (clinic / name).rename(tmp_path / "outside")
    (clinic / name).symlink_to(tmp_path / "outside")
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 3
    assert "is a symbolic link" in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_visit_and_a_schedule_that_are_links_are_not_followed(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    for name in ("visit.yaml", "day.csv"):
        write_visit(tmp_path / "outside")
        (tmp_path / name).symlink_to(tmp_path / "outside")
        made = call("packet", "--clinic", clinic, name, "-o", "out/")
        assert (made.code, "is a symbolic link" in made.stderr) == (3, True), made.stderr


# --- logos ---


def picture(kind: str, width: int = 8, height: int = 8) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(data, kind)
    return data.getvalue()


LOGOS = {
    "another kind": (picture("BMP"), "is not a PNG or JPEG picture"),
    "cut off": (picture("JPEG", 400, 400)[:-300], "is not a PNG or JPEG picture"),
    "too many pixels": (picture("PNG", 5000, 10), "at most 4000 on each side"),
    "too many bytes": (picture("PNG") + bytes(3_000_000), "at most"),
}


@pytest.mark.parametrize(("data", "message"), LOGOS.values(), ids=LOGOS)
def test_a_logo_is_judged_before_it_is_printed(data: bytes, message: str, call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", "name: A Clinic\nlogo: logo.png\n")
    (clinic / "logo.png").write_bytes(data)
    made = call("render", CODE, "--clinic", clinic)
    assert made.code == 3
    assert message in made.stderr, made.stderr


# --- what is kept ---


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def entries(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file()]


def test_what_was_altered_in_the_cache_is_not_given_out(call: Call, cache: Path, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    assert call("render", CODE, "--clinic", clinic, "--cache", cache).code == 0
    honest = (tmp_path / f"{CODE}.pdf").read_bytes()
    for path in entries(cache):
        path.write_bytes(path.read_bytes().replace(b"A small procedure", b"A large procedure"))
    made = call("render", CODE, "--clinic", clinic, "--cache", cache, "--json")
    assert made.code == 0
    assert (tmp_path / f"{CODE}.pdf").read_bytes() == honest
    assert b"A large procedure" not in made.stdout


def test_a_cache_that_others_can_write_to_is_not_used(call: Call, cache: Path, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    assert call("render", CODE, "--clinic", clinic, "--cache", cache).code == 0
    cache.chmod(0o777)
    before = {path: path.stat().st_mtime_ns for path in entries(cache)}
    made = call("render", CODE, "--clinic", clinic, "--cache", cache, "--paper", "a4")
    assert made.code == 0
    assert "other users can write to the folder" in made.stderr
    assert {path: path.stat().st_mtime_ns for path in entries(cache)} == before


def edited_before(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, edit: Callable[[], object]) -> None:
    """Let a file be edited after the key was taken, and before it is read."""
    honest = getattr(module, name)

    def late(*given: Any, **how: Any) -> Any:
        edit()
        return honest(*given, **how)

    monkeypatch.setattr(module, name, late)


def test_a_text_that_was_edited_meanwhile_is_printed_as_it_was_when_its_key_was_taken(
    call: Call, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    path = clinic / "procedures" / f"{CODE}.yaml"
    old = path.read_text()
    with monkeypatch.context() as context:
        new = old.replace("To feel better.", "To feel well.")
        edited_before(context, consentkit.documents.workspace, "load_definition", lambda: path.write_text(new))
        assert call("render", CODE, "--clinic", clinic, "--cache", cache).code == 0
    assert "To feel better." in readable_text((tmp_path / f"{CODE}.pdf").read_bytes())
    assert call("render", CODE, "--clinic", clinic, "--cache", cache).code == 0
    assert "To feel well." in readable_text((tmp_path / f"{CODE}.pdf").read_bytes())


@pytest.fixture
def layered(tmp_path: Path, cache: Path) -> OpenWorkspace:
    """A workspace whose library has a text with its translation, and a folder before it for the clinic's own."""
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(tmp_path / "base")
    write_translation(tmp_path / "base", "es")
    (clinic / "procedures" / f"{CODE}.yaml").unlink()
    return replace(
        open_workspace(clinic, open_store(cache)), library=Library((clinic / "procedures", tmp_path / "base"))
    )


OWN = "Own words."
OWN_FILES: dict[str, Callable[[Path], Path]] = {
    "translation": lambda folder: write_translation(folder, "es", purpose=OWN),
    "original": lambda folder: write_procedure(folder, purpose=OWN),
}


def in_spanish(workspace: OpenWorkspace) -> Sought:
    return workspace.find(CODE, Layout(), language="es")


@pytest.mark.parametrize("kind", OWN_FILES)
def test_a_file_that_comes_after_the_key_was_taken_is_not_in_what_is_kept(kind: str, layered: OpenWorkspace) -> None:
    sought = in_spanish(layered)
    own = OWN_FILES[kind](layered.library.folders[0])
    get_or_make(layered, sought)
    with_own = get_or_make(layered, in_spanish(layered)) if kind == "translation" else None
    own.unlink()
    assert OWN not in readable_text(get_or_make(layered, in_spanish(layered)).document.pdf)
    assert with_own is None or OWN in readable_text(with_own.document.pdf)


@pytest.mark.parametrize("kind", OWN_FILES)
def test_a_file_that_goes_after_it_was_read_is_in_no_document_of_what_is_left(
    kind: str, layered: OpenWorkspace
) -> None:
    own = OWN_FILES[kind](layered.library.folders[0])
    if kind == "original":
        write_translation(layered.library.folders[0], "es", purpose=OWN)
    looked_up = look_up(layered, in_spanish(layered), layered.inputs())
    for path in own.parent.glob(f"{CODE}*"):
        path.unlink()
    made = fulfil(layered, looked_up)
    assert OWN in readable_text(made.document.pdf)
    assert made.digests == {}, "it is not certain what it was made from"
    assert OWN not in readable_text(get_or_make(layered, in_spanish(layered)).document.pdf)


def test_a_cover_with_particulars_that_were_edited_meanwhile_is_not_kept_for_the_new_ones(
    call: Call, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    path = clinic / "clinic.yaml"
    new = path.read_text().replace("Alder Clinic", "Large Clinic")
    arguments = ("packet", "--allow-drafts", "visit.yaml", "-o", "out.pdf", "--clinic", clinic, "--cache", cache)
    write_visit(tmp_path / "visit.yaml")
    with monkeypatch.context() as context:
        edited_before(context, consentkit.operations.packets, "Planner", lambda: path.write_text(new))
        assert call(*arguments).code == 0
    assert "Alder Clinic" in page_texts((tmp_path / "out.pdf").read_bytes())[0]
    assert call(*arguments).code == 0
    assert "Large Clinic" in page_texts((tmp_path / "out.pdf").read_bytes())[0]


# --- the form of a visit ---

IN_TWO = FormRequest((CODE,), ("es", "en"), Situation(telehealth=True), Layout(), on_file=("SMALL-2",))
"""A form that has everything that depends on the visit in both languages."""

LEFT_OUT = {
    "that consent is on file": ("asked", "{% if form.on_file %}", "{% if false %}", "Signed before and still valid"),
    "a clause of the visit": (
        "visit_clauses",
        "{{ clauses_of(form.visit_clauses) }}",
        "",
        "where no one overhears you",
    ),
    "a title": ("asked", "<h2>{{ first.name", "<h2>Something</h2><h2>{{ item.code", f"Uno pequeño (código {CODE})"),
    "an answer in short": (
        "asked",
        "both(text, other and other.summary[row])",
        'both("Yes", "Yes")',
        "Puede sentir tristeza.",
    ),
    "main risks": ("asked", "both(text, other and other.risks[group])", 'both("Yes", "Yes")', "Puede sentirse peor"),
    "main risks in the second language": ("asked", "other.risks[group]", '"Yes"', "You may feel worse for a day"),
    "the other choices": (
        "asked",
        "both(first.choices, other and other.choices)",
        'both("Yes", "Yes")',
        "Esperar; No hacer nada",
    ),
    "what is said by signing, in the second language": (
        "signers",
        "second.consent.statements",
        "(words.consent.statements and [])",
        "My questions were answered",
    ),
}


@pytest.mark.parametrize(("template", "whole", "part", "lost"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_form_that_leaves_out_what_its_visit_must_read_is_not_made(
    template: str, whole: str, part: str, lost: str, tmp_path: Path
) -> None:
    shipped_one = of_shipped(f"form/{template}.html")
    assert whole in shipped_one
    clinic = make_clinic(tmp_path / "clinic", templates={f"form/{template}.html": shipped_one.replace(whole, part)})
    write_translation(
        clinic / "procedures",
        "es",
        title="Uno pequeño",
        summary={**small_data()["summary"], "main_risk": "Puede sentir tristeza."},
        risks={"common": ["Puede sentirse peor un día."], "what_helps": "Díganos."},
        alternatives=[{"name": "Esperar", "good": ["No cuesta nada."], "less_good": ["Puede tardar."]}],
    )
    with pytest.raises(RenderingFailed, match="the finished page lacks") as caught:
        get_or_make_form(opened(clinic), IN_TWO)
    assert lost in str(caught.value)


def test_a_form_that_is_kept_is_given_out_for_no_visit_of_another_kind(cache: Path, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_translation(clinic / "procedures", "es")
    usual = FormRequest((CODE,), ("en",), Situation(), Layout())
    others = {
        "situation": replace(usual, situation=Situation(telehealth=True)),
        "languages": replace(usual, languages=("en", "es")),
        "on file": replace(usual, on_file=("SMALL-2",)),
    }
    workspace = open_workspace(clinic, open_store(cache))
    texts = {name: readable_text(get_or_make_form(workspace, request).part.pdf) for name, request in others.items()}
    texts["usual"] = readable_text(get_or_make_form(workspace, usual).part.pdf)
    assert [name for name in texts if list(texts.values()).count(texts[name]) > 1] == []
