"""A clinic whose own text breaks the budgets of its papers is warned: by `render`, and by `check --pages`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.documents.budgets import most_pages_of_form
from consentkit.resources import shipped
from kit.packets import visit_data
from kit.page_fill import Filled
from kit.running import Outcome
from kit.small import CODE, make_clinic, write_procedure, write_translation

Call = Callable[..., Outcome]

PARAGRAPH = "We talk with you about your day, your sleep and your work, and about what you wish for. " * 8
LONG = "\n\n".join([PARAGRAPH.strip()] * 8)
TOO_LONG = {"preparation": f"{LONG} We do.", "purpose": LONG, "recovery": LONG, "no_treatment": LONG}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic whose one text is far too long."""
    folder = tmp_path / "clinic"
    folder.mkdir()
    (folder / "clinic.yaml").write_text("name: Alder Clinic\n")
    write_procedure(folder / "procedures", **TOO_LONG)
    return folder


def warnings(done: Outcome) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("Warning: ")]


def test_render_names_paper_pages_limit_and_what_to_shorten(call: Call, clinic: Path, tmp_path: Path) -> None:
    done = call("render", CODE, "--clinic", clinic, "--variant", "information", "-o", tmp_path / "a.pdf")
    assert done.code == 0
    pages = len(Filled((tmp_path / "a.pdf").read_bytes()).pages)
    assert pages > 4
    first = "".join(warnings(done)[:1])
    assert first.startswith(
        f"Warning: {CODE}: its information in en has {pages} pages, and its limit is 4; shorten `preparation` ("
    )
    assert first.endswith(f", the longest parts of {CODE}.yaml")


def test_a_kept_paper_has_the_warnings_of_a_fresh_one_on_stderr_and_in_json(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    where = ("--clinic", clinic, "--cache", tmp_path / "cache", "-o", tmp_path / "a.pdf")
    arguments = ("render", CODE, "--variant", "information", "--json", *where)
    made, kept = call(*arguments), call(*arguments)
    assert warnings(made) == warnings(kept) != []
    for done in (made, kept):
        (document,) = json.loads(done.stdout)["documents"]
        assert [f"Warning: {text}" for text in document["warnings"]] == warnings(done)


def test_a_refusal_must_fit_on_one_page(call: Call, clinic: Path, tmp_path: Path) -> None:
    write_procedure(clinic / "procedures", no_treatment=LONG)
    done = call("render", CODE, "--clinic", clinic, "--variant", "refusal", "-o", tmp_path / "a.pdf")
    assert "and its limit is 1; shorten `no_treatment`" in done.stderr


def test_a_translation_may_take_a_quarter_more_and_is_named_by_its_own_file(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    write_translation(clinic / "procedures", "es", **TOO_LONG)
    arguments = ("--clinic", clinic, "--lang", "es", "--variant", "information", "-o", tmp_path / "a.pdf")
    done = call("render", CODE, *arguments)
    assert "and its limit is 5" in done.stderr
    assert f"the longest parts of {CODE}.es.yaml" in done.stderr


def test_a_text_that_keeps_within_its_pages_has_no_warning(call: Call, clinic: Path, tmp_path: Path) -> None:
    write_procedure(clinic / "procedures")
    done = call("render", CODE, "--clinic", clinic, "-o", tmp_path / "a.pdf", "--json")
    assert warnings(done) == []
    assert json.loads(done.stdout)["documents"][0]["warnings"] == []


def test_nobody_is_warned_of_a_text_that_is_shipped(call: Call, tmp_path: Path) -> None:
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic/clinic.yaml").write_text(f"name: {'Long Name ' * 6}\n")
    done = call("render", "90863", "--clinic", tmp_path / "clinic", "--large-print", "-o", tmp_path / "a.pdf")
    assert (done.code, warnings(done)) == (0, [])


# --- pages that break badly ---


def broken(call: Call, tmp_path: Path, style: str, variant: str = "information") -> str:
    """What is said of a text that is broken by a style sheet of the clinic."""
    print_css = (shipped("templates") / "print.css").read_text(encoding="utf-8")
    clinic = make_clinic(tmp_path / "clinic", templates={"print.css": print_css + style})
    done = call("render", CODE, "--clinic", clinic, "--variant", variant, "-o", tmp_path / "a.pdf")
    assert done.code == 0, done.stderr
    return done.stderr


def test_a_page_nearly_empty_is_named(call: Call, tmp_path: Path) -> None:
    assert "page 1 is less than a third full" in broken(call, tmp_path, ".summary { break-before: page }")
    (seen,) = (fault for fault in Filled((tmp_path / "a.pdf").read_bytes()).faults(9) if fault.startswith("page 1 is"))
    assert int(seen.removeprefix("page 1 is ").partition("%")[0]) < 33


def test_a_heading_at_the_foot_of_a_page_is_named(call: Call, tmp_path: Path) -> None:
    told = broken(
        call,
        tmp_path,
        ".summary, .chapter { display: block; column-count: 1 } .summary h2 { break-after: page !important }",
    )
    assert "the heading `In short` is at the foot of page 1" in told


def test_a_small_table_that_is_torn_is_named(call: Call, tmp_path: Path) -> None:
    style = "table tr, table { break-inside: auto !important } table td ul { height: 400mm }"
    assert "the table that begins with `Waiting" in broken(call, tmp_path, style)


def test_a_place_to_sign_that_is_parted_from_its_statement_is_named(call: Call, tmp_path: Path) -> None:
    style = ".commitment, .framed, .signature { break-inside: auto !important } .sign-row { break-before: page }"
    told = broken(call, tmp_path, style, "form")
    assert "has a place to sign or initial (`patient_signature`) whose statement is not above it" in told


def test_a_page_of_few_lines_is_named(call: Call, tmp_path: Path) -> None:
    style = ".commitment { break-inside: auto !important } .agreement { break-before: page; break-after: page }"
    assert "has only one line" in broken(call, tmp_path, style, "form")


# --- check ---


@pytest.mark.usefixtures("few_texts")
def test_check_measures_the_pages_of_the_clinics_own_texts_on_request(call: Call, clinic: Path) -> None:
    done = call("check", "--pages", "--clinic", clinic, "--json")
    problems = [each for each in json.loads(done.stdout)["problems"] if " its limit is " in each["message"]]
    assert {each["file"] for each in problems} == {str(clinic / "procedures" / f"{CODE}.yaml")}
    assert {each["severity"] for each in problems} == {"warning"}
    assert any("its consent in en in large print has" in each["message"] for each in problems)
    assert " its limit is " not in call("check", "--clinic", clinic).stdout.decode()


def test_check_measures_a_file_that_is_named(call: Call, tmp_path: Path) -> None:
    path = write_procedure(tmp_path, no_treatment=LONG)
    done = call("check", path, "--pages")
    assert f"{path}: warning: {CODE}: its refusal in en has" in done.stdout.decode()


def test_a_text_whose_paper_can_not_be_made_is_an_error_of_check(call: Call, clinic: Path) -> None:
    (clinic / "templates").mkdir()
    (clinic / "templates/consent.html").write_text("{{ nothing }}")
    done = call("check", CODE, "--pages", "--clinic", clinic)
    assert done.code == 3
    assert "its paper can't be made" in done.stdout.decode()


# --- forms of visits ---


OTHER = "SMALL-2"


def torn_clinic(folder: Path, *kinds: str) -> Path:
    """A clinic with two procedures that go together, of which one has a translation.

    What is signed is torn on the forms of these kinds, as selectors.
    """
    print_css = (shipped("templates") / "print.css").read_text(encoding="utf-8")
    unbroken = (f"{kind} .{name}" for kind in kinds for name in ("commitment", "framed", "signature"))
    torn = f"{', '.join(unbroken)} {{ break-inside: auto !important }}"
    parted = f"{', '.join(f'{kind} .sign-row' for kind in kinds)} {{ break-before: page }}"
    clinic = make_clinic(folder, templates={"print.css": print_css + torn + parted})
    write_procedure(clinic / "procedures", billing={"role": "primary", "goes_with": [OTHER]})
    write_procedure(clinic / "procedures", code=OTHER, title="Another", billing={"role": "add_on", "add_on_to": [CODE]})
    write_translation(clinic / "procedures", "es")
    return clinic


def torn_forms(done: Outcome) -> set[str]:
    """The forms of visits whose places to sign are said to be parted from their statements."""
    problems = json.loads(done.stdout)["problems"]
    named = (each["message"].partition(": page ") for each in problems)
    return {form for form, _, flaw in named if form.startswith("the form of ") and "whose statement is not" in flaw}


def test_check_judges_a_form_of_several_codes_and_one_in_two_languages(call: Call, tmp_path: Path) -> None:
    clinic = torn_clinic(tmp_path / "clinic", ".close", ".two-languages")  # neither of which a form of one code is
    done = call("check", CODE, "--pages", "--clinic", clinic, "--json")
    several, translated = f"the form of `{CODE}` and `{OTHER}` in `en`", f"the form of `{CODE}` in `es` and `en`"
    large = " in large print"
    assert torn_forms(done) == {several, several + large, translated, translated + large}
    problems = [each for each in json.loads(done.stdout)["problems"] if "the form of " in each["message"]]
    assert {each["file"] for each in problems} == {str(clinic / "procedures" / f"{CODE}.yaml")}
    assert {each["severity"] for each in problems} == {"warning"}


def test_the_front_desk_is_warned_of_a_form_that_breaks_badly_and_the_packet_is_made(
    call: Call, tmp_path: Path
) -> None:
    clinic = torn_clinic(tmp_path / "clinic", ".form")
    path = tmp_path / "visit.yaml"
    path.write_text(json.dumps(visit_data()))
    done = call("packet", path, "--clinic", clinic, "--allow-drafts", "--json")
    assert done.code == 0
    (packet,) = json.loads(done.stdout)["packets"]
    assert [f"Warning: {text}" for text in packet["warnings"]] == warnings(done)
    assert any(
        text.startswith(f"the form of `{CODE}` in `en`: page ")
        and "(`patient_signature`) whose statement is not above it" in text
        for text in packet["warnings"]
    )
    assert "Siobh" not in done.stderr


def test_a_form_that_keeps_within_its_pages_has_no_warning(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "visit.yaml"
    path.write_text(json.dumps(visit_data()))
    done = call("packet", path, "--clinic", make_clinic(tmp_path / "clinic"), "--allow-drafts", "--json")
    assert json.loads(done.stdout)["packets"][0]["warnings"] == warnings(done) == []


def test_the_limit_of_a_form_grows_with_its_procedures_and_languages() -> None:
    one, three = (most_pages_of_form(number, ["en"], large_print=False) for number in (1, 3))
    assert (one, three) == (2, 3)
    assert most_pages_of_form(1, ["es"], large_print=False) == 3
    assert most_pages_of_form(1, ["es", "en"], large_print=True) == 8
