"""A page that was laid out in this run of the tests comes back, and none that could differ from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest

from consentkit.pdf.part import Part
from consentkit.pdf.render import engine
from consentkit.pdf.tags.collect import Collector
from consentkit.scans import reading
from kit.engine_pages import INFO, STYLE
from kit.laid_out_once import AROUND, keeping, own_modules
from kit.running import PROJECT

PAGE: dict[str, Any] = {
    "html": "<html lang=en><title>x</title><p>A word",
    "styles": [STYLE],
    "assets": {},
    "info": INFO,
    "fillable": False,
}
PICTURE = (PROJECT / "samples/clinic/logo.png").read_bytes()
Make = Callable[..., Part]


@pytest.fixture
def laid_out() -> list[str]:
    """The pages that were laid out, each by its HTML."""
    return []


@pytest.fixture
def make(laid_out: list[str], tmp_path: Path) -> Make:
    """Make the page, with some changes."""
    plain = engine.render

    def noting(html: str, *given: Any, **layout: Any) -> Part:
        laid_out.append(html)
        return plain(html, *given, **layout)

    render = keeping(noting, tmp_path)

    def make_with(**changes: Any) -> Part:
        page = {**PAGE, **changes}
        given = [page.pop(name) for name in ("html", "styles", "assets", "info")]
        return render(*given, **page)

    return make_with


def test_a_page_that_was_laid_out_comes_back_as_it_was_made(make: Make, laid_out: list[str]) -> None:
    assert make() == make()
    assert len(laid_out) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"html": "<html lang=en><title>x</title><p>A ward"},
        {"styles": [STYLE, "p { color: #333 }"]},
        {"assets": {"logo": PICTURE}},
        {"info": engine.Info("Another title", "en")},
        {"fillable": True},
        {"paper": "letter"},
    ],
)
def test_a_page_that_differs_in_anything_is_laid_out(change: dict[str, Any], make: Make, laid_out: list[str]) -> None:
    style = {"styles": ["@page { size: letter }", STYLE]} if "paper" in change else {}
    make(**style)
    make(**{**style, **change})
    assert len(laid_out) == 2


@pytest.mark.parametrize("owner", [engine, Collector])
def test_a_planted_fault_is_never_hidden(
    owner: Any, make: Make, laid_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    name = "seal" if owner is engine else "_visit"
    monkeypatch.setattr(owner, name, partialmethod(getattr(owner, name)) if owner is Collector else bytes)
    make()
    assert len(laid_out) == 2


def test_a_program_with_any_other_module_takes_up_nothing() -> None:
    assert {engine.__file__, reading.__file__} <= {str(path) for path in own_modules()}


@pytest.mark.parametrize("test", AROUND)
def test_what_is_about_the_engine_goes_around_it(
    test: str, make: Make, laid_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{test} (call)")
    make()
    assert len(laid_out) == 2


@pytest.mark.parametrize("test", AROUND)
def test_every_test_that_goes_around_it_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert (PROJECT / path).exists()
    assert not name or f"def {name}" in (PROJECT / path).read_text(encoding="utf-8")
