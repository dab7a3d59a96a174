"""The site of the documentation builds without a warning, works without a network, and has every page and picture."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from kit.desk_browser import SECONDS
from kit.running import PROJECT
from kit.skipping import needs

pytestmark = pytest.mark.xdist_group("site")  # it is built once

IMAGES = sorted((PROJECT / "docs/images").glob("*.png"))
READERS = ("clerk", "author", "it", "auditor", "developer")
LARGEST = 120_000
"""How many bytes a picture may have."""


def tool() -> ModuleType:
    """The program that builds the site."""
    spec = importlib.util.spec_from_file_location("documentation", PROJECT / "tools/documentation.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as the site is built of them."""
    folder = tmp_path_factory.mktemp("site")
    tool().collect(folder)
    return folder


@pytest.fixture(scope="module")
def site(laid_out: Path) -> Path:
    """The site."""
    assert tool().build(laid_out) == 0
    return laid_out / "html"


class _Settings(yaml.SafeLoader):
    """Reads the settings of the site, of which tests need what is plain."""


_Settings.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def sections() -> dict[str, list[str]]:
    """The pages in the navigation, by section."""
    settings = yaml.load((PROJECT / "docs/mkdocs.yml").read_text(encoding="utf-8"), _Settings)
    entries: list[dict[str, Any]] = settings["nav"]
    return {name: pages if isinstance(pages, list) else [pages] for entry in entries for name, pages in entry.items()}


# --- what the site holds ---


def test_the_site_builds_without_a_warning(laid_out: Path, site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert tool().build(laid_out) == 0
    said = "".join(capfd.readouterr()).casefold()
    assert "no issues found" in said and "warning" not in said and "error" not in said


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/README.md").write_text("# A page\n\n[gone](gone.md)\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ndocs_dir: pages\nsite_dir: html\n")
    assert tool().build(tmp_path) != 0
    assert "page does not exist" in "".join(capfd.readouterr())


def test_every_page_is_in_the_navigation_once() -> None:
    listed = [page for pages in sections().values() for page in pages]
    there = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "docs").glob("*.md")}
    others = {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "samples/README.md",
        "benchmarks/README.md",
    }
    assert sorted(listed) == sorted(there | others), "name it under `nav` in docs/mkdocs.yml"


def test_each_reader_has_a_page_that_begins_a_section_and_that_the_first_page_leads_to() -> None:
    first = [pages[0] for pages in list(sections().values())[1:]]
    assert first == [f"docs/{reader}.md" for reader in READERS]
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert [page for page in first if f"]({page})" not in readme] == []


# --- pictures ---


def test_every_picture_is_on_a_page_and_small() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in [PROJECT / "README.md", *PROJECT.glob("docs/*.md")])
    assert len(IMAGES) > 15
    assert [path.name for path in IMAGES if f"images/{path.name})" not in texts] == []
    assert [path.name for path in IMAGES if path.stat().st_size > LARGEST] == []


def test_every_picture_is_made_by_a_command() -> None:
    command = (PROJECT / "tools/pictures.py").read_text(encoding="utf-8")
    makers = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "tests/kit").glob("*_pictures.py")}
    assert [name for name in makers if f"{name}.main(" not in command] == [], "let tools/pictures.py run it, too"
    code = command + "".join(makers.values())
    named = {
        *re.findall(r'"([\w-]+\.png)"', code),
        *(f"desk-{name}.png" for name in re.findall(r'\.take\("([\w-]+)"', code)),
    }
    assert {path.name for path in IMAGES} == named


# --- what the pages of the site lead to and load ---

LOADING = {
    "img": "src",
    "script": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
LOADED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest"}


@dataclass
class Built(HTMLParser):
    """What a page of the site loads, what it leads to, and the places in it that have a name."""

    loaded: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.names |= {values[name] for name in ("id", "name") if name in values}
        if address := values.get(LOADING.get(tag, ""), ""):
            self.loaded.append(address)
        self.loaded += [part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()]
        self.loaded += re.findall(r"url\(([^)]+)\)", values.get("style", ""))
        if tag == "link" and LOADED_LINKS & set(values.get("rel", "").split()):
            self.loaded.append(values["href"])
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])


@cache
def built(path: Path) -> Built:
    page = Built()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def pages_of(site: Path) -> list[Path]:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    return pages


def is_elsewhere(address: str) -> bool:
    return bool(urlsplit(address).netloc) or urlsplit(address).scheme in {"http", "https"}


def test_nothing_on_the_site_is_loaded_from_another_host(site: Path) -> None:
    from_pages = [(page.name, one) for page in pages_of(site) for one in built(page).loaded if is_elsewhere(one)]
    assert from_pages == []
    sheets = sorted(site.rglob("*.css"))
    assert sheets
    pattern = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""")
    assert [
        (sheet.name, pattern.findall(sheet.read_text(encoding="utf-8")))
        for sheet in sheets
        if pattern.search(sheet.read_text(encoding="utf-8"))
    ] == []


def test_everything_that_a_page_leads_to_is_there(site: Path) -> None:
    missing = [
        f"{page.relative_to(site)}: {address}"
        for page in pages_of(site)
        if page.name != "404.html"  # its addresses begin at the top of the host
        for address in (*built(page).loaded, *built(page).links)
        if not is_elsewhere(address) and not is_there(page, address)
    ]
    assert missing == []


def is_there(page: Path, address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme:  # mail, telephone, data
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target = target / "index.html"
    if not target.is_file():
        return False
    return not parts.fragment or target.suffix != ".html" or unquote(parts.fragment) in built(target).names


# --- in a browser, without a network ---


@pytest.fixture
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
        page.set_default_timeout(SECONDS)
        yield page
        browser.close()


@needs("chromium")
def test_the_site_is_read_and_searched_from_a_folder_and_asks_no_other_host(site: Path, browser_page: Page) -> None:
    requests: list[str] = []
    browser_page.on("request", lambda request: requests.append(request.url))
    browser_page.goto((site / "index.html").as_uri())
    assert Axe().run(browser_page).violations_count == 0
    browser_page.get_by_role("link", name="At the front desk").first.click()
    expect(browser_page).to_have_title(re.compile("At the front desk"))
    assert Axe().run(browser_page).violations_count == 0
    browser_page.get_by_role("button", name="Search").first.click()
    browser_page.keyboard.type("misspelt", delay=50)
    expect(browser_page.get_by_role("option", name="misspelt").first).to_be_visible()
    elsewhere = [one for one in requests if not one.startswith(("file:", "data:", "blob:"))]
    assert requests and elsewhere == []
