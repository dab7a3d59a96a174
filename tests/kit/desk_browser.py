"""A page of ours in a browser, for what a person does once it listens.

Guarantees: a key or a text reaches the page that is there, and not one that is about to be replaced or whose script has
yet to run, however slow the machine is.
"""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page, Route, expect

_LEFT_OUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying"),
    *("OptimizationHints", "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
)
"""What the browser need not have: pages of its own below its address line, in a process for each window, which take
half a second; and what Playwright leaves out, since of two such lists the last one counts."""
ARGUMENTS = ["--no-sandbox", f"--disable-features={','.join(_LEFT_OUT)}"]
"""How the browser is begun."""
SECONDS = 60_000
"""Milliseconds after which a step counts as failed; none takes a tenth of it on an idle machine."""
expect.set_options(timeout=SECONDS)


def settle(page: Page) -> None:
    """Wait until the script of a page has run."""
    expect(page.locator("body[data-script=ready]")).to_be_attached()


def press(page: Page, key: str) -> None:
    """Press a key."""
    settle(page)
    page.keyboard.press(key)


def type_text(page: Page, text: str) -> None:
    """Type a text where the focus is."""
    settle(page)
    page.keyboard.type(text)


def fill(page: Page, field: str, text: str) -> None:
    """Fill in a field."""
    settle(page)
    page.fill(field, text)


def show_no_papers(page: Page) -> None:
    """Let a page show a word where it shows papers: the browser's viewer of PDF files takes a second for each."""

    def answer(route: Route) -> None:
        route.fulfill(body="papers", content_type="text/plain")

    page.route(lambda address: address.split("?")[0].endswith(".pdf"), answer)


def axe_on(page: Page) -> list[str]:
    """What axe-core finds on a page, by rule and place."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    options = {"iframes": False, "resultTypes": ["violations"]}  # the viewer of PDF files is the browser's own
    result = page.evaluate("options => axe.run(document, options)", options)
    return [f"{one['id']}: {node['target']}" for one in result["violations"] for node in one["nodes"]]
