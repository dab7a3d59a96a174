"""The pictures of the front desk in docs/images: `python -m kit.desk_pictures` writes them, with invented visits.

They are no references to compare with: a browser of another version draws letters another way.
"""

from __future__ import annotations

import datetime
import io
from contextlib import ExitStack

from playwright.sync_api import Page, sync_playwright

from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.journal import who_asks
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.operations.schedule import visits_in
from consentkit.web.desk import Desk
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from kit.desk import serving
from kit.running import PROJECT, SAMPLE_CLINIC

IMAGES = PROJECT / "docs" / "images"
_AT = datetime.datetime(2026, 11, 23, 7, 52)
_SECONDS_TO_DRAW = 4
"""The browser's viewer of PDF files takes its time, and says nothing when it is done."""


def day_in_all_states(desk: Desk) -> None:
    """The sample schedule, with a problem, papers that were printed, and one that was corrected afterwards."""
    text = (PROJECT / "samples" / "schedule.csv").read_text(encoding="utf-8").replace("90834 90785", "90785")
    desk.day.clock = lambda: _AT
    desk.day.load(visits_in(io.BytesIO(text.encode()), "schedule"))
    desk.day.prepare_all()
    for number in ("V-1001", "V-1004", "V-1005"):
        desk.printer.print(row_of(desk, number).key, 0, None, who_asks())
    desk.day.mark_done(row_of(desk, "V-1001").key, is_done=True)
    changed = row_of(desk, "V-1005")
    desk.day.change(changed.key, {**changed.data, "witness": "Tomasz Lis"}, changed.revision)
    desk.day.prepare_all()


def row_of(desk: Desk, number: str) -> DeskRow:
    """A visit of the day."""
    return next(row for row in desk.day.rows() if row.number == number)


def pictures(desk: Desk, page: Page, address: str) -> dict[str, bytes]:
    """The pictures by their names."""
    taken = {}
    steps = {
        "desk-day": f"/?visit={row_of(desk, 'V-1002').key}",
        "desk-walk-in": "/?walk-in=1",
        "desk-again": f"/visit/{row_of(desk, 'V-1005').key}/again",
    }
    for name, path in steps.items():
        page.goto(address + path)
        page.wait_for_timeout(1000 * _SECONDS_TO_DRAW)
        taken[name] = page.screenshot()
    return taken


def main() -> None:
    """Write the pictures."""
    with sync_playwright() as playwright, ExitStack() as stack:
        request = DeskRequest(settle(SAMPLE_CLINIC), PacketOptions(allow_drafts=True))
        desk = new_desk(request, print)
        day_in_all_states(desk)
        address = stack.enter_context(serving(desk))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.add_init_script("window.print = () => {}")
        page.goto(f"{address}/open/{desk.sessions.new_link()}")
        for name, picture in pictures(desk, page, address).items():
            (IMAGES / f"{name}.png").write_bytes(picture)
        browser.close()


if __name__ == "__main__":
    main()
