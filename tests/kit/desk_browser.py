"""A page of the desk in a browser, for what a person does once it listens.

Guarantees: a key or a text reaches the page that is there, and not one that is about to be replaced or whose script has
yet to run, however slow the machine is.
"""

from __future__ import annotations

from playwright.sync_api import Page, expect

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
