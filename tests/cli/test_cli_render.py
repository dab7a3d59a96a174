"""`consentkit render` as a person at a clinic meets it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.pdf.file.xmp import read_properties
from consentkit.pdf.read.structure_text import readable_text
from kit.running import SAMPLE_CLINIC, Outcome, command, environment, leftovers, run_consentkit
from kit.skipping import needs
from kit.small import make_clinic, write_procedure, write_translation

ALWAYS = ("rights", "language_help", "course", "fees", "third_parties", "confidentiality")

Call = Callable[..., Outcome]

DRAFT = "Draft – not approved for use with patients"


def names_in(folder: Path) -> list[str]:
    """What a folder holds, by name."""
    return sorted(path.name for path in folder.iterdir())


# --- where documents go ---


def test_render_writes_one_pdf_named_after_the_code_into_the_current_folder(tmp_path: Path) -> None:
    done = run_consentkit("render", "90837", folder=tmp_path)
    assert (done.code, done.stdout) == (0, b"90837.pdf\n")
    assert done.stderr.startswith("90837.pdf: Long talk therapy, about an hour, ")
    assert "draft, fingerprint " in done.stderr
    assert names_in(tmp_path) == ["90837.pdf"]
    assert (tmp_path / "90837.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_only_the_owner_may_read_what_is_written_whatever_the_umask(tmp_path: Path, call: Call) -> None:
    source = write_procedure(tmp_path)
    before = os.umask(0)
    try:
        assert call("render", source).code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "SMALL-1.pdf").stat().st_mode) == 0o600


def test_stdout_gets_the_same_bytes_as_a_file(tmp_path: Path, call: Call) -> None:
    source = write_procedure(tmp_path)
    piped = run_consentkit("render", source, "-o", "-", folder=tmp_path)
    assert call("render", source).code == 0
    assert piped.code == 0
    assert piped.stdout == (tmp_path / "SMALL-1.pdf").read_bytes()
    assert piped.stderr.startswith("-: A small procedure, ")


def test_several_documents_go_into_a_folder_that_is_made_for_them(tmp_path: Path, call: Call) -> None:
    first, second = write_procedure(tmp_path), write_procedure(tmp_path, code="SMALL-2")
    done = call("render", first, second, "-o", "new/folder/")
    assert (done.code, done.lines) == (0, ["new/folder/SMALL-1.pdf", "new/folder/SMALL-2.pdf"])
    assert names_in(tmp_path / "new/folder") == ["SMALL-1.pdf", "SMALL-2.pdf"]


def test_one_document_goes_into_a_folder_whose_name_ends_in_a_slash(tmp_path: Path, call: Call) -> None:
    done = call("render", write_procedure(tmp_path), "-o", "out/")
    assert (done.code, done.lines) == (0, ["out/SMALL-1.pdf"])


def test_one_document_goes_into_a_folder_that_is_there_already_without_a_slash(tmp_path: Path, call: Call) -> None:
    (tmp_path / "out").mkdir()
    done = call("render", write_procedure(tmp_path), "-o", "out")
    assert (done.code, done.lines) == (0, ["out/SMALL-1.pdf"])


def test_one_document_gets_the_name_that_it_is_given(tmp_path: Path, call: Call) -> None:
    done = call("render", write_procedure(tmp_path), "-o", "für Anna.pdf")
    assert (done.code, done.lines) == (0, ["für Anna.pdf"])
    assert (tmp_path / "für Anna.pdf").read_bytes().startswith(b"%PDF-")


def test_a_file_name_that_is_no_text_is_used_all_the_same(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.pdf")
    done = run_consentkit("render", write_procedure(tmp_path), "-o", name, folder=tmp_path)
    assert (done.code, done.stdout) == (0, b"\\udcff.pdf\n")
    assert (tmp_path / name).exists()


def test_several_documents_do_not_fit_into_one_named_file(tmp_path: Path, call: Call) -> None:
    done = call("render", "90837", "90853", "-o", "both.pdf")
    assert done.code == 2
    assert "folder" in done.stderr
    assert names_in(tmp_path) == []


def test_a_code_named_twice_is_rendered_once(tmp_path: Path, call: Call) -> None:
    source = write_procedure(tmp_path)
    assert call("render", source, source).lines == ["SMALL-1.pdf"]


def test_two_files_for_one_code_are_refused_since_their_documents_would_have_one_name(
    tmp_path: Path, call: Call
) -> None:
    done = call("render", write_procedure(tmp_path), write_procedure(tmp_path / "other"))
    assert done.code == 2
    assert "SMALL-1" in done.stderr
    assert not list(tmp_path.rglob("*.pdf"))


@pytest.mark.parametrize("arguments", [["90837", "90853", "-o", "-"], ["90837", "-o", "-", "--json"]])
def test_stdout_takes_one_pdf_and_nothing_else(arguments: list[str], call: Call) -> None:
    done = call("render", *arguments)
    assert (done.code, done.stdout) == (2, b"")
    assert "stdout" in done.stderr


# --- paper and language ---


@pytest.mark.parametrize(("paper", "size"), [("letter", "612 x 792"), ("a4", "595.276 x 841.89")])
def test_paper_size_is_the_one_asked_for(paper: str, size: str, tmp_path: Path, call: Call) -> None:
    assert call("render", write_procedure(tmp_path), "--paper", paper).code == 0
    name = "SMALL-1.pdf" if paper == "letter" else "SMALL-1.a4.pdf"  # letter is what is usual without a clinic
    told = subprocess.run(["pdfinfo", name], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"{size} pts" in told.stdout


def test_english_can_be_asked_for(tmp_path: Path, call: Call) -> None:
    assert call("render", write_procedure(tmp_path), "--lang", "en").lines == ["SMALL-1.pdf"]


def test_a_language_without_a_pack_is_wrong_use_and_the_message_names_those_there_are(
    tmp_path: Path, call: Call
) -> None:
    done = call("render", "90837", "--lang", "tlh")
    assert done.code == 2
    assert done.stderr == "Error: there is no language pack for `tlh`; there is `en` and `es`\n"
    assert names_in(tmp_path) == []


def test_a_document_in_another_language_has_it_in_its_name(tmp_path: Path, call: Call) -> None:
    pack = (Path(__file__).parents[2] / "templates/languages/en.yaml").read_text(encoding="utf-8")
    german = pack.replace("language: en\n", "language: de\n").replace("form: Consent form", "form: Einwilligung")
    clinic = make_clinic(tmp_path / "clinic", templates={"languages/de.yaml": german})
    write_translation(clinic / "procedures", "de", title="Ein kleiner Eingriff")
    done = call("render", "SMALL-1", "--lang", "de", "--clinic", clinic)
    assert (done.code, done.lines) == (0, ["SMALL-1.de.pdf"])
    assert "Einwilligung" in readable_text((tmp_path / "SMALL-1.de.pdf").read_bytes())
    assert (read_properties((tmp_path / "SMALL-1.de.pdf").read_bytes()) or {})["language"] == "de"


# --- wrong use ---


def test_an_unknown_code_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    done = run_consentkit("render", "90873", folder=tmp_path)
    assert (done.code, done.stdout) == (4, b"")
    assert re.fullmatch(r"Error: no procedure has the code `90873`; did you mean `908[36][37]`\?\n", done.stderr)
    assert names_in(tmp_path) == []


def test_a_code_like_no_other_leads_to_the_list(call: Call) -> None:
    done = call("render", "XYZ")
    assert done.code == 4
    assert "`consentkit list`" in done.stderr


def test_an_unknown_code_among_known_ones_stops_everything(tmp_path: Path, call: Call) -> None:
    done = call("render", "90837", "90873", "-o", "out/")
    assert (done.code, done.stdout) == (4, b"")
    assert names_in(tmp_path) == []


def test_every_unknown_code_is_named(call: Call) -> None:
    done = call("render", "11111", "90837", "22222")
    assert done.code == 4
    assert "11111" in done.stderr
    assert "22222" in done.stderr


def test_a_misspelt_command_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    done = run_consentkit("rendr", "90837", folder=tmp_path)
    assert (done.code, done.stdout) == (2, b"")
    assert "there is no command `rendr`; did you mean `render`?" in done.stderr


def test_an_unknown_option_is_answered_with_the_nearest_one(call: Call) -> None:
    done = call("render", "90837", "--papre", "a4")
    assert done.code == 2
    assert "--paper" in done.stderr


def test_an_unknown_paper_is_answered_with_those_there_are(call: Call) -> None:
    done = call("render", "90837", "--paper", "a5")
    assert done.code == 2
    assert "letter" in done.stderr
    assert "a4" in done.stderr


def test_render_without_a_code_is_wrong_use(call: Call) -> None:
    done = call("render")
    assert done.code == 2
    assert "CODE" in done.stderr


# --- faulty input ---


def test_a_broken_file_is_reported_with_all_its_mistakes_and_nothing_is_written(tmp_path: Path) -> None:
    source = write_procedure(tmp_path, title="", purpose=[], risk={"common": ["x"]})
    done = run_consentkit("render", source.name, folder=tmp_path)
    assert (done.code, done.stdout) == (3, b"")
    fields = [line.split(": ")[1] for line in done.stderr.splitlines()]
    assert fields == ["title", "purpose", "risk"]
    assert all(line.startswith(f"{source.name}:") for line in done.stderr.splitlines())
    assert names_in(tmp_path) == [source.name]


def test_one_broken_file_among_several_stops_all_of_them(tmp_path: Path, call: Call) -> None:
    good, bad = write_procedure(tmp_path), write_procedure(tmp_path, code="BAD-1", title="")
    worse = write_procedure(tmp_path, code="BAD-2", setting="")
    done = call("render", good, bad, worse)
    assert (done.code, done.stdout) == (3, b"")
    assert "BAD-1.yaml" in done.stderr
    assert "BAD-2.yaml" in done.stderr
    assert not list(tmp_path.glob("*.pdf"))


def test_a_clause_that_does_not_exist_stops_the_document_since_its_text_would_be_missing(
    tmp_path: Path, call: Call
) -> None:
    done = call("render", write_procedure(tmp_path, clauses=["crisis_plann"]))
    assert done.code == 3
    assert "did you mean `crisis_plan`?" in done.stderr
    assert not list(tmp_path.glob("*.pdf"))


def test_a_character_that_the_fonts_lack_stops_the_document_and_is_named(tmp_path: Path, call: Call) -> None:
    done = call("render", write_procedure(tmp_path, purpose="To find ก."))
    assert (done.code, done.stdout) == (6, b"")
    assert "the fonts lack these characters: ก (U+0E01 THAI CHARACTER KO KAI) in " in done.stderr
    line = next(line for line in done.stderr.splitlines() if "U+0E01" in line)
    assert re.search(r"SMALL-1\.yaml:[0-9]+:[0-9]+: write it in Latin letters$", line)
    assert not list(tmp_path.glob("*.pdf"))


def test_a_document_that_fails_does_not_stop_those_after_it(tmp_path: Path, call: Call) -> None:
    bad, good = write_procedure(tmp_path, code="BAD", purpose="ก"), write_procedure(tmp_path)
    done = call("render", bad, good)
    assert (done.code, done.lines) == (6, ["SMALL-1.pdf"])
    assert "Error: BAD: " in done.stderr


@pytest.mark.parametrize("name", ["missing.yaml", "missing/90837.yaml", "./90837"])
def test_a_file_that_is_not_there_is_a_matter_of_file_access(name: str, call: Call) -> None:
    done = call("render", name)
    assert (done.code, done.stdout) == (5, b"")
    assert "can't be read: no such file or directory" in done.stderr
    assert name.removeprefix("./") in done.stderr


def test_a_file_that_breaks_while_it_is_read_is_a_matter_of_file_access(call: Call) -> None:
    done = call("render", "/proc/self/mem")  # opens, and fails at the first byte, also for root
    assert done.code == 5
    assert "can't be read" in done.stderr


# --- what is there already ---


def test_a_file_that_consentkit_did_not_make_is_kept(tmp_path: Path, call: Call) -> None:
    foreign = tmp_path / "SMALL-1.pdf"
    foreign.write_bytes(b"%PDF-1.7 somebody's thesis")
    done = call("render", write_procedure(tmp_path))
    assert (done.code, done.stdout) == (5, b"")
    assert "--force" in done.stderr
    assert foreign.read_bytes() == b"%PDF-1.7 somebody's thesis"


def test_one_foreign_target_among_several_stops_all_of_them(tmp_path: Path, call: Call) -> None:
    (tmp_path / "SMALL-2.pdf").write_bytes(b"mine")
    done = call("render", write_procedure(tmp_path), write_procedure(tmp_path, code="SMALL-2"))
    assert done.code == 5
    assert not (tmp_path / "SMALL-1.pdf").exists()


def test_force_replaces_a_file_that_consentkit_did_not_make(tmp_path: Path, call: Call) -> None:
    foreign = tmp_path / "SMALL-1.pdf"
    foreign.write_bytes(b"somebody's thesis")
    assert call("render", write_procedure(tmp_path), "--force").code == 0
    assert read_properties(foreign.read_bytes())


def test_a_document_of_our_own_is_replaced_without_force(tmp_path: Path, call: Call) -> None:
    assert call("render", write_procedure(tmp_path)).code == 0
    before = (tmp_path / "SMALL-1.pdf").read_bytes()
    assert call("render", write_procedure(tmp_path, title="A changed procedure")).code == 0
    assert (tmp_path / "SMALL-1.pdf").read_bytes() != before
    assert names_in(tmp_path) == ["SMALL-1.pdf", "SMALL-1.yaml"]


def test_a_folder_that_has_the_name_of_the_document_is_kept(tmp_path: Path, call: Call) -> None:
    (tmp_path / "SMALL-1.pdf").mkdir()
    done = call("render", write_procedure(tmp_path), "--force")
    assert done.code == 5
    assert "is a folder" in done.stderr


@pytest.mark.parametrize("output", ["file/x.pdf", "file/", "/proc/x.pdf", "missing/x.pdf"])
def test_a_folder_that_cannot_be_written_is_a_matter_of_file_access(output: str, tmp_path: Path, call: Call) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = call("render", write_procedure(tmp_path), "-o", output)
    assert (done.code, done.stdout) == (5, b"")
    assert output.rstrip("/") in done.stderr
    assert not list(tmp_path.rglob("*.pdf"))


@pytest.mark.parametrize("output", ["missing/x.pdf", "foreign.pdf"])
def test_targets_are_looked_at_before_anything_is_rendered(output: str, tmp_path: Path, call: Call) -> None:
    (tmp_path / "foreign.pdf").write_text("mine")
    done = call("render", write_procedure(tmp_path, purpose="This fails later: ก"), "-o", output)
    assert done.code == 5
    assert "ก" not in done.stderr


def test_a_link_in_the_place_of_the_document_is_kept_and_with_force_replaced_but_never_followed(
    tmp_path: Path, call: Call
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    target = tmp_path / "SMALL-1.pdf"
    target.symlink_to(precious)
    source = write_procedure(tmp_path)
    assert call("render", source).code == 5
    assert target.is_symlink()
    assert call("render", source, "--force").code == 0
    assert not target.is_symlink()
    assert precious.read_text() == "precious"


# --- messages ---


def test_a_retired_code_is_warned_about_on_stderr_with_its_replacement(tmp_path: Path) -> None:
    done = run_consentkit("render", "90806", folder=tmp_path)
    assert (done.code, done.stdout) == (0, b"90806.pdf\n")
    assert "Warning: 90806 was retired in 2013; use " in done.stderr


def test_an_overdue_review_is_warned_about(tmp_path: Path, call: Call) -> None:
    done = call("render", write_procedure(tmp_path, review={"issued": "2019-05-01", "next": "2020-05-01"}))
    assert done.code == 0
    assert "Warning: SMALL-1 was due for review on 2020-05-01" in done.stderr


def test_quiet_leaves_the_result_and_drops_the_messages(tmp_path: Path, call: Call) -> None:
    source = write_procedure(tmp_path, review={"issued": "2019-05-01", "next": "2020-05-01"})
    done = call("render", source, "-q")
    assert (done.code, done.lines, done.stderr) == (0, ["SMALL-1.pdf"], "")


def test_quiet_never_hides_an_error(tmp_path: Path, call: Call) -> None:
    assert "90873" in call("render", "-q", "90873").stderr
    assert "title" in call("render", "-q", write_procedure(tmp_path, code="BAD", title="")).stderr
    assert "ก" in call("render", "-q", write_procedure(tmp_path, purpose="ก")).stderr


def test_json_is_one_document_on_stdout_that_tells_everything_about_each_file(tmp_path: Path, call: Call) -> None:
    sources = [write_procedure(tmp_path), write_procedure(tmp_path, code="SMALL-2", title="Größe")]
    done = call("render", *sources, "-o", "out/", "--json", "--paper", "a4")
    assert done.code == 0
    first, second = json.loads(done.stdout)["documents"]
    pdf = (tmp_path / "out/SMALL-1.a4.pdf").read_bytes()
    own = read_properties(pdf) or {}
    assert first == {
        "code": "SMALL-1",
        "title": "A small procedure",
        "language": "en",
        "variant": "consent",
        "paper": "a4",
        "large_print": False,
        "fillable": False,
        "file": "out/SMALL-1.a4.pdf",
        "pages": first["pages"],
        "bytes": len(pdf),
        "content_hash": own["contentHash"],
        "clauses": [
            *({"name": name, "why": "always"} for name in ALWAYS),
            *({"name": name, "why": "visit"} for name in ("telehealth", "trainee")),
        ],
        "approved": False,
        "approval": None,
        "warnings": [],
    }
    assert first["pages"] >= 3
    assert (second["code"], second["title"]) == ("SMALL-2", "Größe")


def test_json_stays_one_document_when_a_document_fails(tmp_path: Path, call: Call) -> None:
    done = call("render", write_procedure(tmp_path, purpose="ก"), "--json")
    assert done.code == 6
    assert json.loads(done.stdout) == {"documents": []}
    assert "ก" in done.stderr


# --- the clinic ---


def test_a_clinic_is_taken_from_the_option_else_the_variable_else_a_folder_above(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_procedure(tmp_path)
    clinics = {
        name: make_clinic(tmp_path / name, f"name: Clinic of the {name}\n") for name in ("option", "variable", "place")
    }
    deep = clinics["place"] / "a/b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)

    def name_on_paper(*arguments: str | Path) -> str:
        one_page = ("--variant", "refusal", "-o", tmp_path / "x.pdf")
        assert call("render", source, *one_page, *arguments).code == 0
        text = readable_text((tmp_path / "x.pdf").read_bytes())
        return next(line for line in text.splitlines() if line.startswith("Clinic"))

    assert name_on_paper() == "Clinic of the place"
    monkeypatch.setenv("CONSENTKIT_CLINIC", str(clinics["variable"]))
    assert name_on_paper() == "Clinic of the variable"
    assert name_on_paper("--clinic", clinics["option"]) == "Clinic of the option"


def test_a_folder_that_is_no_clinic_is_refused(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    done = call("render", "90837", "--clinic", tmp_path)
    assert done.code == 5
    assert "contains no clinic.yaml" in done.stderr
    monkeypatch.setenv("CONSENTKIT_CLINIC", str(tmp_path / "missing"))
    assert call("list").code == 5


def test_mistakes_in_the_clinics_own_file_are_reported_with_their_place(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path, 'nmae: Alder Clinic\naccent: "#ffffff"\n')
    done = call("render", "90837", "--clinic", clinic)
    assert done.code == 3
    assert "clinic.yaml:1:1: nmae: is not a known key here; did you mean `name`?" in done.stderr
    assert "clinic.yaml:2:9: accent: is too light" in done.stderr


def test_a_clinic_with_logo_and_accent_is_on_the_paper_in_a_machine_without_any_locale(tmp_path: Path) -> None:
    plain = environment(LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    source = write_procedure(tmp_path, title="Größe – é")
    done = run_consentkit("render", source, "--clinic", SAMPLE_CLINIC, folder=tmp_path, env=plain)
    assert (done.code, done.stdout) == (0, b"SMALL-1.pdf\n")
    assert "fingerprint" in done.stderr
    pdf = (tmp_path / "SMALL-1.pdf").read_bytes()
    text = readable_text(pdf)
    assert "Willow Street Counseling" in text
    assert "Größe – é" in text
    assert "Logo of Willow Street Counseling" in text
    assert (tmp_path / "SMALL-1.pdf").stat().st_size > 30_000


# --- rude ends ---


def test_the_reader_of_stdout_may_go_away_early(tmp_path: Path) -> None:
    source = write_procedure(tmp_path)
    for arguments in (["list"], ["render", str(source), "-o", "-"]):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as gone:
            done = subprocess.run(
                command(*arguments), cwd=tmp_path, env=environment(), stdout=gone, stderr=subprocess.PIPE, check=False
            )
        assert done.returncode == 0, arguments
        assert b"Traceback" not in done.stderr
        assert b"Broken" not in done.stderr
        assert b"rror" not in done.stderr


@pytest.mark.parametrize("own_templates", [False, True])
def test_an_interrupt_ends_a_run_of_many_and_leaves_nothing_half_written(own_templates: bool, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", templates={"note.html": ""} if own_templates else None)
    sources = [write_procedure(tmp_path, code=f"SMALL-{number}") for number in range(40)]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        command("render", *sources, "-o", "out/", "--clinic", clinic),
        cwd=tmp_path,
        env=environment(TMPDIR=str(temporary)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == b"out/SMALL-0.pdf\n"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does on Ctrl-C: every process of the group
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Interrupted" in errors
    assert b"Traceback" not in errors
    written = names_in(tmp_path / "out")
    named = {"SMALL-0.pdf", *(line.removeprefix("out/") for line in rest.decode().split())}
    assert named <= set(written)
    assert len(written) <= len(named) + 1, "the signal may come after a file is finished and before it is named"
    assert len(written) < len(sources)
    assert leftovers(tmp_path) == []
    assert names_in(temporary) == []


def test_something_unexpected_ends_in_one_message_that_quotes_nothing(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> int:
        raise LookupError("a name that must not be seen")

    monkeypatch.setattr("consentkit.cli.rendering.render_documents", fail)
    done = call("render", "90837")
    assert (done.code, done.stdout) == (1, b"")
    assert "LookupError" in done.stderr
    assert "Traceback" not in done.stderr
    assert "must not be seen" not in done.stderr
    monkeypatch.setenv("CONSENTKIT_DEBUG", "1")
    assert "Traceback" in call("render", "90837").stderr


@needs(allowed=Path("/dev/full").exists, otherwise="/dev/full is a thing of Linux")
def test_a_full_disk_under_stdout_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("list"), cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
