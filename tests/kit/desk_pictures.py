"""The pictures of a morning at the front desk, with invented visits and a printer that is a folder.

    PYTHONPATH=tests python -m kit.desk_pictures                                writes those of the docs
    PYTHONPATH=tests python -m kit.desk_pictures --into /tmp/look --language es --zoom 2

They are taken while somebody goes through the morning of docs/desk.md in a browser. They are no references to compare
with: a browser of another version draws letters another way.
"""

from __future__ import annotations

import argparse
import datetime
import io
import math
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.web.desk import Desk
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from kit.desk import serving, set_up_printer
from kit.running import PROJECT, SAMPLE_CLINIC

IMAGES = PROJECT / "docs" / "images"
_SAMPLE = PROJECT / "samples" / "schedule.csv"
_SECONDS_TO_DRAW = 5
"""The browser's viewer of PDF files takes its time, and says nothing when it is done."""
_COLOURS = 128
MILLISECONDS = 120_000
"""After which a page counts as not coming: the first time, its papers are made."""


@dataclass
class Morning:
    """A morning at a desk, and the pictures that are taken of it."""

    desk: Desk
    page: Page
    address: str
    folder: Path
    now: datetime.datetime = field(default=datetime.datetime(2026, 11, 23, 7, 40).astimezone())

    def go(self) -> None:
        """Go through the morning."""
        self.desk.day.clock = lambda: self.now
        self.load(_SAMPLE.read_text(encoding="utf-8").replace("90834 90785", "90785"))
        self.take("load")
        self.at(7, 46)
        self.show("V-1003")
        self.take("problem", draws=False)
        self.page.locator(f"#row-{self.row('V-1003').key} .remedies button", has_text="90834").first.click()
        self.settled()
        self.take("corrected")
        self.at(7, 52)
        self.show("V-1002")
        self.take("preview")
        self.page.locator("#details .buttons button.main").first.click()
        self.take("print-one")
        self.page.locator(".tools button.main[data-shortcut=all]").click()
        self.settled()
        self.take("print-all", draws=False)
        self.at(8, 20)
        self.page.locator("[data-shortcut=n]").click()
        for name, value in (("name", "Wim Walker"), ("born", "1990-01-02"), ("record", "MR-20431")):
            self.page.fill(f"#w-{name}", value)
        self.page.select_option("#w-service", "90837")
        self.take("walk-in", draws=False)
        self.page.locator(".walk-in button.main").click()
        self.settled()
        self.at(9, 5)
        self.load(self.newer())
        self.take("second-schedule", draws=False)
        self.show("V-1007")
        self.page.fill("#f-patient_name", "Świętosława Brzęczyszczykiewicz-Nowak")
        self.page.wait_for_timeout(1500)
        self.page.locator("#edit button.main").click()
        self.settled()
        self.take("changed")
        self.page.locator("#details .buttons a.main").click()
        self.take("again", draws=False)
        self.page.locator("#taken").check()
        self.page.locator("button.main").click()
        self.settled()
        self.busy_day()
        self.take("day")
        self.page.locator("[data-shortcut=lock]").click()
        self.take("locked", draws=False)
        self.page.locator("button.main").click()
        self.page.goto(f"{self.address}/end")
        self.take("end", draws=False)

    def busy_day(self) -> None:
        """The day at nine o'clock: papers that are back, some that need a look, and one that is on the screen."""
        self.at(9, 10)
        self.desk.day.mark_done(self.row("V-1001").key, is_done=True)
        changed = self.row("V-1003")
        self.desk.day.change(changed.key, {**changed.data, "procedures": ["90785"]}, changed.revision)
        self.show("V-1002")

    def newer(self) -> str:
        """The schedule as it is an hour later: one visit is moved, one is gone, and one is new."""
        lines = _SAMPLE.read_text(encoding="utf-8").replace("10:00", "11:30").splitlines()
        new = lines[5].replace("V-1005", "V-1013").replace("Suharto", "Ana Lucía Paz").replace("MR-20421", "MR-20430")
        return "\n".join([*(line for line in lines if "V-1009" not in line), new.replace("09:30", "15:30")])

    def row(self, number: str) -> DeskRow:
        """A visit of the day."""
        return next(row for row in self.desk.day.rows() if row.number == number)

    def at(self, hour: int, minute: int) -> None:
        """Let it be later."""
        self.now = self.now.replace(hour=hour, minute=minute)

    def load(self, text: str) -> None:
        """Load a schedule."""
        file = {"name": "day.csv", "mimeType": "text/csv", "buffer": text.encode()}
        self.page.set_input_files("#file", file)  # type: ignore[arg-type]
        self.page.locator("#load button").click()
        self.settled()

    def show(self, number: str) -> None:
        """Show the details of a visit."""
        self.page.goto(f"{self.address}/?visit={self.row(number).key}")
        self.settled()

    def settled(self) -> None:
        """Wait until all papers are made, and show the page as it is then."""
        self.page.wait_for_load_state()
        address = self.page.url.partition("#")[0]
        self.page.goto("about:blank")  # a page that waits long locks itself
        self.desk.day.prepare_all()
        self.page.goto(address)

    def take(self, name: str, *, draws: bool = True) -> None:
        """Take a picture; `draws` says that papers are on it."""
        take_picture(self.page, self.folder / f"desk-{name}.png", draws=draws)


def take_picture(page: Page, path: Path, *, draws: bool) -> None:
    """Take a picture of what a browser shows; `draws` says that papers are on it."""
    page.wait_for_timeout(1000 * _SECONDS_TO_DRAW if draws else 300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--into", type=Path, default=IMAGES)
    parser.add_argument("--language", default="en")
    parser.add_argument("--size", default="1280x860")
    parser.add_argument("--zoom", type=float, default=1.0)
    options = parser.parse_args(arguments)
    width, height = (round(int(side) / options.zoom) for side in options.size.split("x"))
    options.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        set_up_printer(folder, stack.enter_context(pytest.MonkeyPatch.context()))
        place = settle(SAMPLE_CLINIC, os.environ.get("CONSENTKIT_CACHE") or folder / "cache")
        desk = new_desk(DeskRequest(place, PacketOptions(allow_drafts=True)), print)
        desk.sessions.idle_seconds = math.inf  # to make all papers may take longer than a desk may be idle
        address = stack.enter_context(serving(desk))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=options.zoom,
            reduced_motion="reduce",
        )
        page.set_default_timeout(MILLISECONDS)
        page.goto(f"{address}/open/{desk.sessions.new_link()}")
        if options.language != "en":
            page.locator("form[action='/language'] button").click()
        Morning(desk, page, address, options.into).go()
        browser.close()


if __name__ == "__main__":
    main()
