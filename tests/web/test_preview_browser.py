"""A preview in a real browser: renewed where one reads, marked while it is older, sound for axe, and without script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from consentkit.web.previewing import serving
from kit.desk_browser import SECONDS, axe_on
from kit.packets import OTHER, visit_data, write_visit
from kit.previews import BROKEN, held_after_layout, new_preview
from kit.small import CODE, make_clinic

pytestmark = [pytest.mark.xdist_group("desk-browser"), pytest.mark.usefixtures("few_texts")]


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def opened(browser: Browser, clinic: Path) -> Iterator[Callable[..., Page]]:
    """Opens a preview, with the paper on view."""
    complaints: list[str] = []
    with ExitStack() as stack:

        def open_one(source: str = CODE, **context: Any) -> Page:
            links = stack.enter_context(serving(new_preview(clinic, source), 0))
            page = stack.enter_context(browser.new_context(**context)).new_page()
            page.set_default_timeout(SECONDS)
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(links[0])
            return page

        yield open_one
    assert complaints == []


def save(file: Path, text: str) -> None:
    """Save a file as most editors do: another one takes its place."""
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def is_drawn(page: Page) -> None:
    """Wait until the picture of the page in view is there."""
    page.wait_for_function("() => [...document.images].some(one => one.complete && one.naturalWidth > 0)")


def name_of_paper(page: Page) -> str:
    """What the paper on a page is called."""
    return page.locator("#pages").get_attribute("data-paper") or ""


def pictures_requested_by(page: Page) -> list[str]:
    """The addresses of all pictures that a page requests from now on."""
    requested: list[str] = []
    page.on("request", lambda one: requested.append(one.url) if one.url.endswith(".png") else None)
    return requested


def pictures_on_view(page: Page) -> set[str]:
    """The names of the papers of which a page shows pictures."""
    addresses = page.locator("img").evaluate_all("all => all.flatMap(one => [one.src, one.currentSrc])")
    return {address.split("/paper/")[1].split("/")[0] for address in addresses if address}


def test_a_save_is_seen_and_one_goes_on_where_one_was_reading(opened: Callable[..., Page], clinic: Path) -> None:
    page, file = opened(viewport={"width": 1280, "height": 860}), clinic / "procedures" / f"{CODE}.yaml"
    whole = file.read_text()
    expect(page.locator("#status")).to_contain_text("up to date")
    is_drawn(page)
    page.locator("figure").nth(1).scroll_into_view_if_needed()
    page.evaluate("() => scrollBy({ top: 333, behavior: 'instant' })")
    assert page.evaluate("() => scrollY") > 333
    place, before = page.evaluate("() => scrollY"), name_of_paper(page)
    save(file, whole.replace("A small procedure", "Another title"))
    expect(page.locator("h1")).to_have_text(f"{CODE}: Another title")
    expect(page.locator("#pages")).not_to_have_attribute("data-paper", before)
    is_drawn(page)
    assert page.evaluate("() => scrollY") == place
    save(file, whole.replace('"title": "A small procedure"', BROKEN))
    expect(page.locator("#status")).to_contain_text("This is an older paper")
    expect(page.locator("li.error .where").first).to_have_text(re.compile(rf"procedures/{CODE}\.yaml, line \d+"))
    expect(page.locator("figcaption").first).to_contain_text("older")
    expect(page.locator("#said")).to_contain_text("1 error")
    assert page.evaluate("() => scrollY") == place
    save(file, whole)
    expect(page.locator("h1")).to_have_text(f"{CODE}: A small procedure")
    expect(page.locator("#status")).to_contain_text("up to date")
    expect(page.locator("li.error")).to_have_count(0)
    assert page.evaluate("() => scrollY") == place


def test_the_page_in_view_comes_first_and_says_that_the_others_follow(
    opened: Callable[..., Page], clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, file = opened(bypass_csp=True, viewport={"width": 1280, "height": 860}), clinic / f"procedures/{CODE}.yaml"
    expect(page.locator("#status")).to_contain_text("up to date")
    is_drawn(page)
    third = page.locator("#pages img").nth(2)
    with page.expect_response(re.compile("/view/3/3$")):
        third.evaluate("one => scrollBy({ top: one.getBoundingClientRect().top + 60, behavior: 'instant' })")
    before, place = name_of_paper(page), page.evaluate("() => scrollY")
    with held_after_layout(monkeypatch):
        # what another test had laid out would come from the cache they share, and nothing would be held
        save(file, file.read_text().replace("A small procedure", "A title laid out here alone"))
        expect(page.locator("#status")).to_contain_text("Page 3 is new")
        expect(page.locator("#status")).to_contain_text("the other pages follow")
        expect(page.locator("figcaption").nth(0)).to_contain_text("older")
        expect(page.locator("figcaption").nth(2)).to_contain_text("new")
        page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=third.element_handle())
        assert len(pictures_on_view(page)) == 2
        assert (name_of_paper(page), page.evaluate("() => scrollY")) == (before, place)
        assert not axe_on(page)
    expect(page.locator("#status")).to_contain_text("up to date")
    expect(page.locator("h1")).to_have_text(f"{CODE}: A title laid out here alone")
    expect(page.locator("figcaption").nth(2)).to_have_text(re.compile(r"^Page 3 of \d$"))
    assert (pictures_on_view(page), page.evaluate("() => scrollY")) == ({name_of_paper(page)}, place)


def test_it_is_sound_for_axe_and_reflows_also_with_a_mistake(opened: Callable[..., Page], clinic: Path) -> None:
    page, file = opened(bypass_csp=True, viewport={"width": 640, "height": 430}), clinic / f"procedures/{CODE}.yaml"
    expect(page.locator("#status")).to_contain_text("up to date")
    states = {"up to date": axe_on(page)}
    save(file, file.read_text().replace('"title": "A small procedure"', BROKEN))
    expect(page.locator("#status")).to_contain_text("older")
    states["older"] = axe_on(page)
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => location.hash") == "#paper", "the first Tab leads past the problems"
    assert {name: problems for name, problems in states.items() if problems} == {}


def test_without_script_a_reload_shows_the_newest_paper(opened: Callable[..., Page], clinic: Path) -> None:
    page, file = opened(java_script_enabled=False), clinic / "procedures" / f"{CODE}.yaml"

    def reload_until(text: str) -> None:
        for _ in range(600):
            if text in page.locator("h1").inner_text():
                return
            page.reload()
        pytest.fail(f"the page never says {text}")

    reload_until("A small procedure")
    save(file, file.read_text().replace("A small procedure", "Another title"))
    reload_until("Another title")


def test_a_visit_leaves_the_page_when_the_command_ends(browser: Browser, clinic: Path) -> None:
    write_visit(clinic / "visit.yaml", patient=OTHER)
    page = browser.new_context().new_page()
    page.set_default_timeout(SECONDS)
    with serving(new_preview(clinic, "visit.yaml"), 0) as links:
        page.goto(links[0])
        expect(page.locator("#status")).to_contain_text("up to date")
        is_drawn(page)
        assert page.title() == "Visit – consentkit preview"
        assert page.url.removeprefix("http://127.0.0.1:").rstrip("/").isdigit(), "the address holds no secret"
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("figure")).to_have_count(0)
    page.context.close()


def test_no_page_of_another_patient_is_left_when_a_visit_becomes_theirs(
    opened: Callable[..., Page], clinic: Path
) -> None:
    file = write_visit(clinic / "visit.yaml")
    page = opened("visit.yaml")
    expect(page.locator("#status")).to_contain_text("up to date")
    is_drawn(page)
    first = name_of_paper(page)
    save(file, json.dumps(visit_data(on_file=[CODE])))
    expect(page.locator("#status")).to_contain_text("nothing to print")
    expect(page.locator("figure")).to_have_count(0)
    requested = pictures_requested_by(page)
    save(file, json.dumps(visit_data(patient=OTHER)))
    expect(page.locator("#status")).to_contain_text("up to date")
    is_drawn(page)
    second = name_of_paper(page)
    assert second != first
    assert {url.split("/paper/")[1].split("/")[0] for url in requested} == {second} == pictures_on_view(page)

    held: list[Route] = []
    page.route("**/*.png", lambda route: held.append(route))  # noqa: PLW0108 - it must have attributes
    write_visit(file)
    expect(page.locator("#pages")).not_to_have_attribute("data-paper", second)
    assert pictures_on_view(page) == {name_of_paper(page)}, "also while the new pictures are on their way"
    page.unroute_all(behavior="ignoreErrors")


def test_a_page_never_shows_the_paper_of_another_preview_at_its_address(browser: Browser, clinic: Path) -> None:
    write_visit(clinic / "a.yaml")
    write_visit(clinic / "b.yaml", patient=OTHER)
    context = browser.new_context()
    context.set_default_timeout(SECONDS)
    old, new = context.new_page(), context.new_page()
    with serving(new_preview(clinic, "a.yaml"), 0) as links:
        old.goto(links[0])
        expect(old.locator("#status")).to_contain_text("up to date")
        first, port = name_of_paper(old), urlsplit(links[0]).port
    expect(old.locator("#lost")).to_be_visible()
    expect(old.locator("#status")).to_be_hidden()
    of_old, of_new = pictures_requested_by(old), pictures_requested_by(new)
    with serving(new_preview(clinic, "b.yaml"), port or 0) as links:
        new.goto(links[0])
        expect(new.locator("#status")).to_contain_text("up to date")
        is_drawn(new)
        assert {url.split("/paper/")[1].split("/")[0] for url in of_new} == {name_of_paper(new)} != {first}
        expect(old.locator("#replaced")).to_be_visible()
        expect(old.locator("figure")).to_have_count(0)
        assert (of_old, "a.yaml" in old.locator("h1").inner_text()) == ([], True)
    context.close()
