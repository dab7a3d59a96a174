"""The author's loop: an edited text, its outdated translation, and what a clinic's own files do to shipped ones."""

from __future__ import annotations

import codecs
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit import checks, resources
from consentkit.documents.opening import open_workspace
from kit.folders import as_written
from kit.running import Outcome, as_mere_owner
from kit.small import CODE, make_clinic, ship_few_texts, small_data, write_paper, write_procedure, write_translation
from kit.translations import SPANISH

Call = Callable[..., Outcome]
STALE = "procedures/SMALL-1.es.yaml"
SPANISH_TEXT = {"title": "Un procedimiento pequeño", **SPANISH}
OLD = "0" * 64


@pytest.fixture
def clinic(call: Call, tmp_path: Path, few_texts: None) -> Path:
    """A clinic's folder with a text and its outdated translation, which is the current folder."""
    write_translation(make_clinic(tmp_path) / "procedures", "es", translates=OLD, **SPANISH_TEXT)
    return tmp_path


def hash_now(clinic: Path) -> str:
    from consentkit.model.translation import text_hash

    return text_hash(open_workspace(clinic).procedure(CODE))


@pytest.mark.parametrize("names", [(), (CODE,), ("procedures/SMALL-1.yaml",), (STALE,)], ids=str)
def test_an_outdated_translation_is_named_with_its_line_and_the_remedy(
    names: tuple[str, ...], call: Call, clinic: Path
) -> None:
    checked = call("check", *names)
    (line,) = [line for line in checked.lines if "[stale-translation]" in line]
    assert checked.code == 3
    assert f"{STALE}:" in line
    assert f"translates: names a text that {CODE} no longer has; today’s is `{hash_now(clinic)}`" in line
    assert line.endswith(f"{STALE} --update-translations` [stale-translation]")


@pytest.mark.parametrize("name", [CODE, "procedures/SMALL-1.yaml", STALE])
def test_a_translation_that_was_compared_names_todays_text(name: str, call: Call, clinic: Path) -> None:
    path = clinic / STALE
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o640)
    before = path.read_bytes()
    done = call("check", name, "--update-translations")
    assert (done.code, "names today's text now" in done.stderr) == (0, True), done.stdout.decode() + done.stderr
    assert path.read_bytes() == before.replace(OLD.encode(), hash_now(clinic).encode())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "No translation is outdated." in call("check", name, "--update-translations").stderr


def test_a_translation_that_lacks_a_part_is_not_said_to_be_that_of_todays_text(call: Call, clinic: Path) -> None:
    write_procedure(clinic / "procedures", benefits=["You may feel better.", "You may sleep well."])
    before = as_written(clinic / "procedures")
    done = call("check", CODE, "--update-translations")
    assert (done.code, "has one entry, but the original has 2 entries" in done.stderr) == (3, True), done.stderr
    assert "No translation was changed." in done.stderr
    assert as_written(clinic / "procedures") == before


def test_of_several_translations_all_are_changed_or_none(call: Call, clinic: Path) -> None:
    other = small_data(code="SMALL-2", title="Another small procedure")
    write_procedure(clinic / "procedures", **other)
    write_translation(
        clinic / "procedures", "es", translates=OLD, **{**SPANISH_TEXT, "title": "Otro", "benefits": ["a", "b"]}
    )
    (clinic / STALE).rename(clinic / "procedures/SMALL-2.es.yaml")
    text = (clinic / "procedures/SMALL-2.es.yaml").read_text().replace("SMALL-1", "SMALL-2")
    (clinic / "procedures/SMALL-2.es.yaml").write_text(text)
    write_translation(clinic / "procedures", "es", translates=OLD, **SPANISH_TEXT)
    assert call("check", "SMALL-2", CODE, "--update-translations").code == 3
    assert OLD in (clinic / STALE).read_text()


def break_form(clinic: Path, file: str) -> None:
    """Misspell the key of the title in a file."""
    path = clinic / file
    path.write_text(path.read_text().replace('"title": ', '"titel": ', 1))


@pytest.mark.parametrize("file", ["SMALL-2.es.yaml", "SMALL-2.yaml"])
@pytest.mark.parametrize("kind", ["text", "json"])
def test_beside_a_file_with_mistakes_of_form_no_translation_is_changed(
    file: str, kind: str, call: Call, clinic: Path
) -> None:
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another small procedure")
    text = (clinic / STALE).read_text().replace("SMALL-1", "SMALL-2")
    (clinic / "procedures/SMALL-2.es.yaml").write_text(text)
    break_form(clinic, f"procedures/{file}")
    before = as_written(clinic)
    done = call("check", CODE, "SMALL-2", "--update-translations", "--format", kind)
    assert (done.code, "No translation was changed." in done.stderr) == (3, True), done.stderr
    assert "names today's text now" not in done.stderr
    assert as_written(clinic) == before
    if kind == "json":
        files = {Path(problem["file"]).name for problem in json.loads(done.stdout)["problems"]}
        assert files == {file}
    else:
        assert f"{file}:" in done.stderr


def test_of_a_translation_of_a_text_with_mistakes_it_is_not_said_that_it_is_up_to_date(
    call: Call, clinic: Path
) -> None:
    break_form(clinic, f"procedures/{CODE}.yaml")
    done = call("check", STALE, "--update-translations")
    assert (done.code, "is outdated" in done.stderr, f"{CODE}.yaml:" in done.stderr) == (3, False, True), done.stderr


def test_where_one_translation_cannot_be_written_the_others_stay_too(call: Call, clinic: Path) -> None:
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another small procedure")
    second = clinic / "procedures/SMALL-2.es.yaml"
    second.write_text((clinic / STALE).read_text().replace("SMALL-1", "SMALL-2").replace("pequeño", "menor"))
    second.chmod(0o444)
    with as_mere_owner():
        done = call("check", CODE, "SMALL-2", "--update-translations")
    assert (done.code, "permission denied; no translation was changed" in done.stderr) == (5, True), done.stderr
    assert OLD in (clinic / STALE).read_text()


def test_what_is_saved_while_a_translation_is_checked_is_not_lost(
    call: Call, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another small procedure")
    second = clinic / "procedures/SMALL-2.es.yaml"
    second.write_text((clinic / STALE).read_text().replace("SMALL-1", "SMALL-2").replace("pequeño", "menor"))
    saved = second.read_text().replace("Una charla.", "Otra charla.")
    check_translation = checks.check_translation

    def saved_meanwhile(*arguments: Any) -> Any:
        second.write_text(saved)
        return check_translation(*arguments)

    monkeypatch.setattr(checks, "check_translation", saved_meanwhile)
    done = call("check", CODE, "SMALL-2", "--update-translations")
    assert (done.code, "has been changed while it was checked" in done.stderr) == (5, True), done.stderr
    assert (second.read_text(), OLD in (clinic / STALE).read_text()) == (saved, True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "name what a reviewer has compared"),
        (("NONE-1",), 4, "no procedure has the code"),
        (("procedures/NONE-1.es.yaml",), 5, "no such file"),
    ],
)
def test_what_cannot_be_updated_is_said(
    arguments: tuple[str, ...], code: int, message: str, call: Call, clinic: Path
) -> None:
    done = call("check", *arguments, "--update-translations")
    assert (done.code, message in done.stderr) == (code, True), done.stderr


def test_a_translation_that_nobody_may_write_is_left_as_it_is(call: Call, clinic: Path) -> None:
    (clinic / STALE).chmod(0o444)
    with as_mere_owner():
        done = call("check", CODE, "--update-translations")
    assert (done.code, f"{STALE}: can't be written: permission denied" in done.stderr) == (5, True), done.stderr
    assert OLD in (clinic / STALE).read_text()


def test_a_translation_that_comes_with_consentkit_is_not_changed(
    call: Call, clinic: Path, folder_of_few_texts: Path
) -> None:
    path = resources.shipped("procedures") / "SHIPPED-1.es.yaml"
    write_translation(path.parent, "es", translates=OLD, code="SHIPPED-1", **SPANISH_TEXT)
    written = path.with_name("SMALL-1.es.yaml")
    try:
        written.rename(path)
        before = path.read_bytes()
        done = call("check", "SHIPPED-1", "--update-translations")
        assert (done.code, "consentkit new SHIPPED-1 --lang es --from SHIPPED-1" in done.stderr) == (5, True), (
            done.stderr
        )
        assert path.read_bytes() == before
        checked = call("check")
        (line,) = [line for line in checked.lines if "SHIPPED-1.es.yaml" in line and "stale" in line]
        assert "it comes with consentkit: run `consentkit new SHIPPED-1 --lang es --from SHIPPED-1`" in line
    finally:
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("is_installed", [True, False])
def test_without_a_clinic_a_shipped_file_is_its_authors_own_only_in_a_checkout(
    is_installed: bool, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / ("installed" if is_installed else "checkout")
    package = top / ("consentkit" if is_installed else "src/consentkit")
    package.mkdir(parents=True)
    texts = ship_few_texts(package / "_shipped" if is_installed else top) / "procedures"
    path = texts / "SHIPPED-1.es.yaml"
    write_translation(texts, "es", code="SHIPPED-1", translates=OLD, **SPANISH_TEXT).rename(path)
    monkeypatch.setattr(resources, "_PACKAGE", package)
    monkeypatch.setattr(resources, "_CHECKOUT", top)
    copying = "consentkit new SHIPPED-1 --lang es --from SHIPPED-1"
    (line,) = [line for line in call("check").lines if "[stale-translation]" in line]
    done = call("check", "SHIPPED-1", "--update-translations")
    assert (copying in line, copying in done.stderr) == (is_installed, is_installed)
    assert (done.code, OLD in path.read_text()) == ((5, True) if is_installed else (0, False)), done.stderr


def lines_about(done: Outcome, file: str) -> list[str]:
    return [line for line in done.lines if file in line.partition(": ")[0]]


def test_a_copy_that_names_shipped_codes_is_not_sent_to_their_files(call: Call, tmp_path: Path) -> None:
    call("init", ".", "--name", "X", "--phone", "217-555-0142")
    assert call("new", "90899", "--from", "90832").code == 0
    checked = call("check")
    assert {line.rpartition(" ")[2] for line in checked.lines} == {"[same-title]"}
    assert all("/procedures/90899." in line.partition(": ")[0] for line in checked.lines)
    assert all("is the title of 90832 too" in line for line in checked.lines)


def test_a_pairing_that_a_clinics_copy_has_lost_is_reported_in_the_copy(call: Call, tmp_path: Path) -> None:
    call("init", ".", "--name", "X", "--phone", "217-555-0142")
    assert call("new", "90853", "--from", "90853").code == 0
    path = tmp_path / "procedures/90853.yaml"
    path.write_text(path.read_text().replace('  goes_with: ["90785"]\n', ""))
    (line,) = call("check").lines
    assert "procedures/90853.yaml:" in line.partition(": ")[0]
    assert "lacks 90785 under `goes_with`" in line


def test_a_clause_that_shipped_texts_need_is_reported_where_it_is_dropped(call: Call, tmp_path: Path) -> None:
    call("init", ".", "--name", "X", "--phone", "217-555-0142")
    for language in ("en", "es"):
        (tmp_path / f"clauses.{language}.yaml").write_text("drop: [group_confidentiality]\n")
    for lines in (call("check").lines, call("check", "clauses.en.yaml", "clauses.es.yaml").lines):
        assert [Path(line.partition(": ")[0]).name for line in lines] == ["clauses.en.yaml:1:8", "clauses.es.yaml:1:8"]
        assert all("`90849`, `90853` and `group-rules` need" in line for line in lines)


@pytest.mark.usefixtures("few_texts")
def test_a_clause_that_a_clinic_rewords_without_its_mark_is_reported_since_no_paper_would_have_it(
    call: Call, tmp_path: Path
) -> None:
    make_clinic(tmp_path)
    words = "    heading: What we charge\n    source: Our policy\n    text: Ask us what it costs.\n"
    file = tmp_path / "clauses.en.yaml"
    file.write_text(f"clauses:\n  fees:\n{words}")
    done = call("check", file.name)
    assert (done.code, done.lines[0]) == (
        3,
        f"{file.name}:2:3: clauses.fees: belongs on every paper, but is not marked `always: true`; add that line to "
        "it [missing-clause]",
    )
    file.write_text(f"clauses:\n  fees:\n    always: true\n{words}")
    assert "missing-clause" not in call("check", file.name).stdout.decode()


@pytest.mark.usefixtures("few_texts")
def test_a_clause_without_words_in_a_language_is_reported(call: Call, tmp_path: Path) -> None:
    write_procedure(make_clinic(tmp_path) / "procedures", clauses=["our_own"])
    write_translation(tmp_path / "procedures", "es", **SPANISH_TEXT)
    (tmp_path / "clauses.en.yaml").write_text(
        "clauses:\n  our_own: {heading: Ours, source: Us, text: We wash our hands here.}\n"
    )
    lines = lines_about(call("check"), "SMALL-1.yaml")
    message = "is `our_own`, which has no words in `es`, where no document can be made"
    assert any(message in line for line in lines), lines


@pytest.mark.usefixtures("few_texts")
def test_a_clause_that_another_language_drops_and_does_not_have_is_reported(call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    (tmp_path / "clauses.es.yaml").write_text("drop: [unheard_of]\n")
    assert "drop[1]: is `unheard_of`, which the language pack has no clause for" in call("check").stdout.decode()


LIST = "defaults: {languages: [en, es]}\nservices: [SMALL-1, {code: SMALL-2, variants: [plan], languages: [en]}]\n"


@pytest.mark.parametrize("name", ["services.yaml", "our-list.yaml"])
def test_services_that_batch_cannot_make_are_reported(name: str, call: Call, clinic: Path) -> None:
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another small procedure")
    (clinic / STALE).unlink()
    (clinic / name).write_text(LIST + "papers: [nobodys-rules]\n")
    lines = lines_about(call("check", name), name)
    assert [line.partition(": ")[2].split("; ")[0] for line in lines] == [
        "services[1]: is SMALL-1, which has no translation into `es`",
        "services[2].code: is SMALL-2, which has no plan for a crisis",
        "papers[1]: is `nobodys-rules`, which is not in the library",
    ]
    (clinic / name).write_text("services: [{code: SMALL-1, languages: [fr]}]\n")
    assert "is in `fr`, for which there is no language pack" in call("check", name).stdout.decode()


def test_a_text_with_mistakes_is_no_missing_text_for_others(call: Call, clinic: Path) -> None:
    write_procedure(clinic / "procedures", code="SMALL-2", title="", related=[])
    write_procedure(clinic / "procedures", related=["SMALL-2"])
    (clinic / "services.yaml").write_text("services: [SMALL-2]\n")
    lines = call("check").lines
    assert not any("not in the library" in line for line in lines), lines


def test_a_language_that_a_copy_has_lost_is_reported(call: Call, tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("name: X\nphone: 217-555-0142\n")
    assert call("new", "90853", "--from", "90853").code == 0
    (tmp_path / "procedures/90853.es.yaml").unlink()
    (line,) = call("check").lines
    assert "warning: code: has no translation into `es`, though the shipped text that it replaces has one" in line
    assert "`consentkit new 90853 --lang es --from 90853`" in line


VISIT = (
    "visit: V-1\ndate: 2026-11-23\ntime: 08:00\npatient: {name: Ann Lee, born: 1984-07-09, record: M-1}\n"
    "place: in person\nclinician: {name: Dr. B}\n"
)


def test_a_visit_is_checked_for_what_its_packet_would_be_refused_for(call: Call, tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("name: X\nphone: 217-555-0142\n")
    (tmp_path / "visit.yaml").write_text(f"{VISIT}procedures: [90837, 90839]\nlanguage: fr\n")
    for names in (("visit.yaml",), (".",)):
        checked = call("check", *names)
        messages = [line.partition(": ")[2] for line in checked.lines if "visit.yaml" in line]
        assert checked.code == 3
        assert [message.split(";")[0] for message in messages] == [
            "visit V-1: 90837 and 90839 may not be used at one visit",
            "visit V-1: there is no language pack for `fr`",
        ]
        assert "Ann" not in checked.stdout.decode() + checked.stderr


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("papers: [nobodys-rules]", "`papers` contains `nobodys-rules`, number 1 of 1, that no paper has"),
        ("papers: [small-rules]\nlanguage: es", "small-rules has no translation for `es`"),
        ("papers: [small-rules]\nalso_in: [es]", "small-rules has no translation for `es`"),
        ("documents: [plan]", "`documents` requests a plan, and no procedure of this visit has one"),
        ("documents: [form]\non_file: [SMALL-1]", "nothing of what `documents` requests is left for this visit"),
        ("extra: [missing.pdf]", "`extra` names a file, number 1 of 1, that is not in the folder"),
        ("witness: 'Xu \u0d05'", "the witness's name has letters that no font here can print"),
        ("procedures: [SMALL-1, NONE-1]", "`procedures` contains the code `NONE-1`, number 2 of 2"),
        ("procedures: [FAULTY-1]", "FAULTY-1.yaml"),
    ],
)
def test_what_a_packet_is_refused_for_the_check_of_its_visit_reports_in_the_same_words(
    more: str, message: str, call: Call, clinic: Path
) -> None:
    (clinic / STALE).write_text((clinic / STALE).read_text().replace(OLD, hash_now(clinic)))
    write_procedure(clinic / "procedures", code="FAULTY-1", title="")
    write_paper(clinic / "papers")
    (clinic / "visit.yaml").write_text(f"{VISIT}{'' if 'procedures' in more else 'procedures: [SMALL-1]'}\n{more}\n")
    checked = call("check", "visit.yaml")
    assert (checked.code, message in checked.stdout.decode()) == (3, True), checked.stdout.decode() + checked.stderr
    refused = call("packet", "visit.yaml", "--allow-drafts")
    assert (refused.code != 0, message in refused.stderr) == (True, True), refused.stderr
    assert "Ann" not in checked.stdout.decode() + checked.stderr


def test_what_a_packet_warns_of_the_check_of_its_visit_does_too(call: Call, clinic: Path) -> None:
    (clinic / "visit.yaml").write_text(f"{VISIT}procedures: [SMALL-1]\non_file: [M-77]\n")
    (line,) = call("check", "visit.yaml").lines
    assert "warning: visit V-1: `on_file` contains entry 1 of 1, which no procedure has as its code" in line
    assert call("check", "visit.yaml").code == 0
    assert "M-77" not in line


@pytest.mark.usefixtures("few_texts")
def test_a_schema_of_another_version_is_reported(call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    assert call("new", "NEW-1").code == 0
    assert lines_about(call("check"), "procedure.schema.json") == []
    (tmp_path / "procedures/procedure.schema.json").write_text("{}")
    (line,) = lines_about(call("check"), "procedure.schema.json")
    assert "warning: is of another version" in line
