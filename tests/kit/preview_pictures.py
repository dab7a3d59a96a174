"""The picture of a preview, with a text of the library that somebody is editing.

    PYTHONPATH=tests python -m kit.preview_pictures                    writes that of the docs
    PYTHONPATH=tests python -m kit.preview_pictures --into /tmp/look   all states, to look at

It is no reference to compare with: a browser of another version draws letters another way.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from consentkit.operations.opening import settle_despite_faults
from consentkit.operations.preview.live import LivePreview
from consentkit.operations.preview.subject import PreviewRequest
from consentkit.resources import shipped
from consentkit.web.previewing import serving
from kit.desk_browser import SECONDS
from kit.running import PROJECT, SAMPLE_CLINIC

_CODE = "90837"
_COLOURS = 128
_TO_START = 300_000
"""Milliseconds for the first paper, since the page engine is loaded on a machine that may be busy."""


def take(page: Page, file: Path) -> None:
    """Take a picture once the pages in view are drawn."""
    page.wait_for_function("() => [...document.images].every(one => one.complete || one.loading === 'lazy')")
    page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def other_state(name: str) -> str:
    """The file of a picture that no page of the docs shows."""
    return f"preview-{name}.png"


def go(page: Page, text: Path, into: Path, *, has_all: bool) -> None:
    """Edit a text, and take pictures of what the page shows."""
    whole = text.read_text(encoding="utf-8")
    expect(page.locator("#status")).to_contain_text("up to date", timeout=_TO_START)
    expect(page.locator("#working")).to_have_count(0)
    if has_all:
        take(page, into / other_state("current"))
    text.write_text(whole.replace("summary:\n", "summary\n", 1), encoding="utf-8")
    expect(page.locator("#status")).to_contain_text("older")
    take(page, into / "preview.png")
    if has_all:
        page.set_viewport_size({"width": 600, "height": 430})
        take(page, into / other_state("enlarged"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--into", type=Path)
    into: Path | None = parser.parse_args(arguments).into
    folder = into or PROJECT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        clinic = Path(shutil.copytree(SAMPLE_CLINIC, Path(name) / "clinic"))
        text = clinic / "procedures" / f"{_CODE}.yaml"
        text.parent.mkdir(exist_ok=True)
        shutil.copy(shipped("procedures") / text.name, text)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(SECONDS)
        request = PreviewRequest(settle_despite_faults(clinic, None), f"procedures/{_CODE}.yaml")
        with contextlib.chdir(clinic), serving(LivePreview(request), 0) as links:
            page.goto(links[0])
            go(page, text, folder, has_all=into is not None)
        browser.close()


if __name__ == "__main__":
    main()
