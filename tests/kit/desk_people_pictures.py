"""Pictures of what a clinician and an auditor see at the front desk: a text with its changes, and the journal.

    PYTHONPATH=tests python -m kit.desk_people_pictures                    writes those of the docs
    PYTHONPATH=tests python -m kit.desk_people_pictures --into /tmp/look

All people in them are invented, and the printer is a folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, sync_playwright

from consentkit.cli import run
from consentkit.operations.desk.users import add_user, user_of
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.resources import shipped
from consentkit.web.passwords import hashed
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from kit.desk import serving, set_up_printer
from kit.desk_pictures import IMAGES, MILLISECONDS, take_picture
from kit.running import PROJECT, SAMPLE_CLINIC

_PASSWORD = "correct horse battery"
_PEOPLE = (("okonkwo", "Dr. Amara Okonkwo", "clinician"), ("audrey", "Audrey Auer", "auditor"))
_AS_APPROVED, _CHANGED = "for about an hour.", "for up to an hour."


def write_clinic(folder: Path) -> Path:
    """The sample clinic with people, a text that was changed after it was approved, and a morning's prints."""
    clinic = shutil.copytree(SAMPLE_CLINIC, folder / "clinic")
    with (clinic / "clinic.yaml").open("a", encoding="utf-8") as file:
        file.write("journal:\n  keep_years: 6\n")
    for account, name, role in _PEOPLE:
        add_user(clinic, account, user_of(name, [role], hashed(_PASSWORD)))
    of_clinic = ("--clinic", str(clinic), "--quiet")
    assert run(["approve", "90837", "--by", _PEOPLE[0][1], "--role", "Clinical director", "--yes", *of_clinic]) == 0
    text = (shipped("procedures") / "90837.yaml").read_text(encoding="utf-8")
    assert _AS_APPROVED in text
    (clinic / "procedures").mkdir()
    (clinic / "procedures/90837.yaml").write_text(text.replace(_AS_APPROVED, _CHANGED, 1), encoding="utf-8")
    schedule = folder / "day.csv"
    rows = (PROJECT / "samples/schedule.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    schedule.write_text("".join([rows[0], *rows[2:5]]), encoding="utf-8")
    assert run(["packet", str(schedule), "--print", "front-desk", "--allow-drafts", *of_clinic]) == 0
    return clinic


def sign_in(page: Page, address: str, account: str) -> None:
    """Sign in, as somebody else than before."""
    page.context.clear_cookies()
    page.goto(address)
    page.fill("#account", account)
    page.fill("#password", _PASSWORD)
    page.locator("button.main").click()
    page.wait_for_load_state()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--into", type=Path, default=IMAGES)
    options = parser.parse_args(arguments)
    options.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        set_up_printer(folder, patch)
        patch.setattr("socket.gethostname", lambda: "desk-2")
        patch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_name="rosa"))
        place = settle(write_clinic(folder), os.environ.get("CONSENTKIT_CACHE") or folder / "cache")
        desk = new_desk(DeskRequest(place, PacketOptions(allow_drafts=True)), print)
        address = stack.enter_context(serving(desk))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 820}, reduced_motion="reduce")
        page.set_default_timeout(MILLISECONDS)
        sign_in(page, address, "okonkwo")
        page.goto(f"{address}/texts/90837/en/consent")
        take_picture(page, options.into / "desk-text.png", draws=True)
        sign_in(page, address, "audrey")
        page.goto(f"{address}/journal/")
        take_picture(page, options.into / "desk-journal.png", draws=False)
        browser.close()


if __name__ == "__main__":
    main()
