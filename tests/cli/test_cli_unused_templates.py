"""A template of the clinic's own that no page is made with is reported: what it says is on no paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.library.own_templates import _SUCCESSORS
from consentkit.resources import shipped
from kit.running import Outcome
from kit.small import CODE, make_clinic

Call = Callable[..., Outcome]
BLANK = (shipped("templates") / "blank.html").read_text(encoding="utf-8")


def reported(call: Call, clinic: Path) -> dict[str, str]:
    """What `check` says of templates, by their names."""
    problems = json.loads(call("check", "--clinic", clinic, "--json").stdout)["problems"]
    templates = clinic / "templates"
    return {
        Path(each["file"]).relative_to(templates).as_posix(): each["message"]
        for each in problems
        if Path(each["file"]).is_relative_to(templates)
    }


@pytest.mark.usefixtures("few_texts")
def test_a_template_at_a_place_that_is_gone_is_reported_with_what_took_its_place(call: Call, tmp_path: Path) -> None:
    gone = {"signing.html": '{% include "sections/ours.html" %}', "sections/ours.html": "We", "handout.html": "You"}
    found = reported(call, make_clinic(tmp_path / "clinic", templates=gone))
    assert found.keys() == gone.keys()
    assert "copy `form/signers.html`, which took its place" in found["signing.html"]
    assert "copy `information.html`, which took its place" in found["handout.html"]
    assert "include it in one of yours" in found["sections/ours.html"]


@pytest.mark.usefixtures("few_texts")
def test_a_template_that_one_of_the_clinics_own_includes_has_an_effect(call: Call, tmp_path: Path) -> None:
    used = {
        "blank.html": f'{BLANK}{{% include "ours.html" %}}',
        "ours.html": "{% include 'more.html' %}",
        "more.html": "",
    }
    assert reported(call, make_clinic(tmp_path / "clinic", templates=used)) == {}


def test_render_warns_too(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", templates={"signing.html": "We"})
    done = call("render", CODE, "--variant", "refusal", "--clinic", clinic, "-o", tmp_path / "a.pdf", "--json")
    (warning,) = json.loads(done.stdout)["documents"][0]["warnings"]
    assert warning.startswith(f"{clinic / 'templates/signing.html'}: has no effect")
    assert f"Warning: {warning}" in done.stderr


def test_each_template_that_took_the_place_of_another_is_there_and_the_other_is_not() -> None:
    templates = shipped("templates")
    assert [name for name in _SUCCESSORS if (templates / name).exists()] == []
    assert [name for name in _SUCCESSORS.values() if not (templates / name).exists()] == []
