"""A morning at the desk in a real browser: by keyboard alone, judged by axe-core, and without script."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.journal import intent_for, who_asks
from consentkit.web.app import create_app
from consentkit.web.desk import Desk
from kit.desk import ADD_ON, Clock, Printer, new_small_desk, schedule, serving, set_up_printer, small_clinic
from kit.desk_browser import SECONDS, axe_on, fill, press, settle, show_no_papers, type_text
from kit.desk_users import PASSWORD, add_people
from kit.packets import page_texts
from kit.running import PROJECT
from kit.small import CODE, NO_PAPERS_DUE, WITH_JOURNAL, write_procedure

WITHOUT_JOURNAL = f"name: Alder Clinic\n{NO_PAPERS_DUE}"
pytestmark = pytest.mark.xdist_group("desk-browser")
NAMES = (
    "Siobhán O’Keeffe-Martínez",
    "José Luis Rodríguez",
    "Marcus T. Whitfield Jr.",
    "Suharto",
    "Nguyễn Thị Minh Khai",
    "Nora Nie",
    "Dot Dobbs",
    "Eve Ames",
    "Fay Fry",
    "Gus Gale",
    "Hal Hart",
    "Ivy Ivers",
)


@dataclass
class OpenDesk:
    """A desk with a server around it, and a way to open it in a browser."""

    desk: Desk
    address: str
    printer: Printer
    browser: Browser
    problems: list[str]

    def open(self, *, with_papers: bool = False, **context: Any) -> Page:
        """A page of the desk, opened by a link of its own; papers are shown where the test is about them."""
        page = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}).new_page()
        page.set_default_timeout(SECONDS)
        page.add_init_script("window.print = () => {}")  # a browser without a screen has no dialog
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        if not with_papers:
            show_no_papers(page)
        page.goto(f"{self.address}/open/{self.desk.sessions.new_link()}")
        return page

    def row(self, number: str) -> DeskRow:
        (row,) = [row for row in self.desk.day.rows() if row.number == number]
        return row


@pytest.fixture
def opened(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[OpenDesk]:
    """A desk; `request.param` has the particulars of its clinic, where it isn't one without a journal."""
    printer = set_up_printer(tmp_path, monkeypatch)
    desk = new_small_desk(small_clinic(tmp_path / "clinic", getattr(request, "param", WITHOUT_JOURNAL)), Clock())
    desk.work()
    with serving(desk) as address:
        made = OpenDesk(desk, address, printer, browser, [])
        yield made
        for context in browser.contexts:
            context.close()
    assert made.problems == []


@pytest.fixture
def twelve(tmp_path: Path) -> Path:
    """A schedule of twelve visits, one of them with an add-on alone."""
    rows = [
        {"patient_name": name, "time": f"{8 + place // 2:02}:{place % 2 * 30:02}"} for place, name in enumerate(NAMES)
    ]
    rows[2]["procedures"] = ADD_ON
    rows[7] |= {"interpreter": "Ida Ames", "interpreter_is": "professional", "interpreter_language": "Spanish"}
    path = tmp_path / "day.csv"
    path.write_bytes(schedule(*rows))
    return path


def wait_until_ready(page: Page) -> None:
    expect(page.locator("#rows[data-waiting='0']")).to_be_attached()
    settle(page)  # the page that is loaded again by itself once all papers are made


def tab_to(page: Page, is_there: Callable[[], bool], most: int = 60) -> None:
    """Press Tab until the focus is where it should be."""
    for _ in range(most):
        if is_there():
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the focus does not come there: it is at {focus(page)}")


def focus(page: Page) -> str:
    """The name of what has the focus."""
    return str(page.evaluate("() => document.activeElement.id || document.activeElement.textContent.trim()"))


def load(page: Page, file: Path) -> None:
    page.locator("#file").focus()
    page.locator("#file").set_input_files(file)  # the system's own dialog is not part of the page
    press(page, "Tab")
    press(page, "Enter")
    wait_until_ready(page)


def test_a_morning_by_keyboard_alone(opened: OpenDesk, twelve: Path) -> None:
    page = opened.open(with_papers=True)
    load(page, twelve)
    expect(page.locator("#counts")).to_have_text("12 visits: 11 ready, 1 needs attention, 0 printed")
    help_the_add_on(page)
    print_all(opened, page)
    correct_a_name(opened, page)
    change_the_interpreter(opened, page)
    add_a_walk_in_while_the_printer_is_jammed(opened, page)
    lock_the_page(page)


def help_the_add_on(page: Page) -> None:
    """What an add-on lacks is added by the button in its row."""
    tab_to(page, lambda: focus(page).startswith(f"Add {CODE}: Marcus"), most=40)
    press(page, "Enter")
    wait_until_ready(page)
    expect(page.locator("#counts")).to_contain_text("12 ready")


def print_all(opened: OpenDesk, page: Page) -> None:
    """All are printed in one stroke; the printer takes them in the order of the day."""
    press(page, "Shift+P")
    expect(page.locator("#said")).to_contain_text("Sent to the printer: 12 visits.")
    assert [name in page_texts(pdf)[0] for name, pdf in zip(NAMES, opened.printer.sets, strict=True)] == [True] * 12


def correct_a_name(opened: OpenDesk, page: Page) -> None:
    """A misspelt name is found, corrected with its papers beside it, and printed again with one question."""
    press(page, "/")
    type_text(page, "nie")
    press(page, "Enter")
    expect(page.locator("#counts")).to_have_text("1 of 12 visits matches")
    press(page, "ArrowDown")
    press(page, "Enter")
    expect(page.locator("#edit")).to_be_visible()
    press(page, "e")
    assert focus(page) == "f-patient_name"
    press(page, "Control+A")
    type_text(page, "Nora Nye")
    expect(page.locator("#preview iframe[src*=draft]")).to_be_visible()
    press(page, "Enter")
    expect(page.locator("#details")).to_contain_text("Take the old papers out of the tray")
    press(page, "p")
    expect(page.locator("h1")).to_have_text("Print again: visit V-6")
    tab_to(page, lambda: focus(page) == "taken")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("print 2 of visit V-6")
    assert "Nora Nye" in page_texts(opened.printer.sets[-1])[0]
    assert focus(page).startswith("who-"), "the focus is on the row that was worked on"


def change_the_interpreter(opened: OpenDesk, page: Page) -> None:
    """Somebody else comes to interpret."""
    page.goto(f"{opened.address}/?visit={opened.row('V-8').key}")
    page.locator("#f-interpreter").focus()
    press(page, "Control+A")
    type_text(page, "Marisol Quintana")
    press(page, "Enter")
    expect(page.locator("#details")).to_contain_text("Changed since printed")


def add_a_walk_in_while_the_printer_is_jammed(opened: OpenDesk, page: Page) -> None:
    """Four fields; nothing is printed until the printer can, and then it is print 1."""
    opened.printer.jam()
    press(page, "n")
    expect(page.locator("#w-name")).to_be_focused()
    type_text(page, "Wim Walk")
    press(page, "Tab")
    type_text(page, "01021990")
    tab_to(page, lambda: focus(page) == "w-record", most=4)
    type_text(page, "MR-900")
    press(page, "Tab")
    type_text(page, "A small")
    press(page, "Tab")
    press(page, "Enter")
    expect(page.locator("#details")).to_contain_text("Wim Walk")
    wait_until_ready(page)
    expect(page.locator("#details [data-shortcut=p]")).to_be_visible()
    press(page, "p")
    expect(page.locator("#said")).to_contain_text("Nothing was printed:")
    opened.printer.jam(is_jammed=False)
    (walk_in,) = [row for row in opened.desk.day.rows() if row.is_walk_in]
    page.locator(f"#who-{walk_in.key}").focus()
    press(page, "p")
    expect(page.locator("#said")).to_contain_text("print 1 of visit W-1123")
    assert "Wim Walk" in page_texts(opened.printer.sets[-1])[0]
    press(page, "d")
    expect(page.locator("#details")).to_contain_text("Done")


def lock_the_page(page: Page) -> None:
    """What was on the page is not there any more, whatever button is pressed."""
    press(page, "Control+l")
    expect(page.locator("h1")).to_have_text("Locked")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Locked")
    expect(page.locator("body")).not_to_contain_text("Nora Nye")


def axe_with_a_lost_print(opened: OpenDesk, page: Page) -> list[str]:
    """What it finds on the page of a desk that was stopped amid a print, and so asks about it."""
    journal = opened.desk.printer.journal
    assert journal is not None
    made = opened.desk.day.maker.make(opened.row("V-3").entry)
    journal.intend(intent_for(made.packet, who_asks(), printer="front-desk"))  # type: ignore[union-attr]
    page.goto(f"{opened.address}/open/{opened.desk.sessions.new_link()}")
    expect(page.get_by_text("did the papers come out?")).to_be_visible()
    return axe_on(page)


def endpoints(desk: Desk, paths: Iterable[str]) -> set[str]:
    """The pages that have such paths."""
    adapter = create_app(desk).url_map.bind("127.0.0.1")
    return {str(adapter.match(path.split("?")[0])[0]) for path in paths}


AT_THE_DESK = {
    "day.show",
    "print.ask_again",
    "print.print_here",
    "print.ask_void",
    "day.ask_end",
    "print.print_all_here",
    "sign_in.locked",
    "scans.show",
}
ELSEWHERE = {
    "sign_in.show",
    "sign_in.open_link",
    "sign_in.locked",
    "sign_in.answer",
    "admin.show",
    "journal.show",
    "texts.show",
    "texts.read",
    "deciding.ask",
}
NO_PAGES = {
    "static",
    "day.rows",
    "progress.show",
    "sign_in.home",
    "journal.export",
    "texts.pdf",
    "visit.packet",
    "visit.draft_packet",
    "print.set_to_print",
    "print.all_to_print",
    "scans.picture",
    "scans.file",
    "scans.resource",
}
"""What a browser fetches that is no page of its own: parts of one, papers, tables, and a way to another page."""


def test_no_page_is_left_out_of_those_that_axe_looks_at(desk: Desk) -> None:
    pages = {str(rule.endpoint) for rule in create_app(desk).url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages == AT_THE_DESK | ELSEWHERE | NO_PAGES


@pytest.mark.parametrize("opened", [WITH_JOURNAL], indirect=True)
def test_every_page_and_state_is_sound_for_axe(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open(bypass_csp=True)  # axe itself comes in as a script
    states = {"empty": axe_on(page)}
    file = tmp_path / "five.csv"
    file.write_bytes(schedule({}, {"procedures": ADD_ON}, {"patient_name": "Nora Nie"}, {}, {}))
    load(page, file)
    for number in ("V-3", "V-4", "V-5"):
        opened.desk.printer.print(opened.row(number).key, 0, "front-desk", who_asks())
    file.write_bytes(schedule({}, {"procedures": ADD_ON}, {"patient_name": "Nora Nye"}, {}))
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Load schedule").click()
    opened.desk.day.mark_done(opened.row("V-4").key, is_done=True)
    wait_until_ready(page)
    page.reload()
    assert {row.state.value for row in opened.desk.day.rows()} == {"ready", "attention", "changed", "done", "gone"}
    states["day"] = axe_on(page)
    for number in ("V-1", "V-2", "V-3", "V-5"):
        page.goto(f"{opened.address}/?visit={opened.row(number).key}")
        states[number] = axe_on(page)
    key = opened.row("V-3").key
    paths = ("/?walk-in=1", f"/visit/{key}/again", f"/visit/{key}/set/1", f"/visit/{key}/set/1/void", "/end")
    file_of_all = opened.desk.together.begin([opened.row("V-1").key], who_asks())
    for path in (*paths, f"/print-all/{file_of_all.name}", "/scans/", "/", "/locked", "/nowhere"):
        page.goto(opened.address + path)
        states[path] = axe_on(page)
    states["lost"] = axe_with_a_lost_print(opened, page)
    opened.problems.clear()  # the answers of the last pages are no successes, as they should be
    assert {name: problems for name, problems in states.items() if problems} == {}
    assert (
        endpoints(opened.desk, [path for path in states if path.startswith("/") and path != "/nowhere"]) == AT_THE_DESK
    )


SCANS = """<script src="/scans.js" defer></script><ul class="scans"><li>V-1 {said}
<form method="post" action="/signed"><button>The patient has signed</button></form></ul>"""
STATED = '<p class="stated">Stated at 9:05: The patient has signed.</p>'


REMOVE = "addEventListener('submit', () => setTimeout(() => document.querySelector('.scans').remove()))"


@pytest.fixture
def page_of_scans(browser: Browser) -> Iterator[Page]:
    """What came back, of a desk that fails to answer once after something was stated."""
    answers, faults = chain(["", None], repeat(STATED)), list[str]()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://desk")
        if path == "/scans.js":
            route.fulfill(
                body=(PROJECT / "src/consentkit/web/static/scans.js").read_text(), content_type="text/javascript"
            )
        elif path == "/signed":
            route.fulfill(status=204)
        elif (said := next(answers)) is None:
            route.abort()
        else:
            route.fulfill(body=SCANS.format(said=said), content_type="text/html")

    page = browser.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.route("http://desk/**", answer)
    page.goto("http://desk/scans/")
    yield page
    page.close()
    assert faults == []


def test_what_was_stated_is_shown_as_soon_as_the_desk_answers_again(page_of_scans: Page) -> None:
    page_of_scans.click("button")
    expect(page_of_scans.locator(".stated")).to_have_text("Stated at 9:05: The patient has signed.")


def test_where_the_list_of_scans_is_gone_there_is_nothing_to_show(page_of_scans: Page) -> None:
    page_of_scans.evaluate(REMOVE)
    page_of_scans.click("button")
    for _ in range(3):  # the first of them fails
        page_of_scans.wait_for_event("request", timeout=10_000)
    assert page_of_scans.locator(".scans").count() == 0


@pytest.mark.parametrize("opened", [WITH_JOURNAL], indirect=True)
def test_the_pages_of_those_who_are_not_at_the_desk_are_sound_for_axe(
    opened: OpenDesk, tmp_path: Path, kept_password: str
) -> None:
    clinic = opened.desk.day.maker.place.folder
    assert clinic is not None
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n")
    page = opened.open(bypass_csp=True)
    file = tmp_path / "two.csv"
    file.write_bytes(schedule({"date_of_birth": "2015-07-09"}, {}))
    load(page, file)
    opened.desk.printer.print(opened.row("V-2").key, 0, "front-desk", who_asks(), "more-copies")
    add_people(clinic, kept_password)
    override, text = f"/visit/{opened.row('V-1').key}/override", f"/texts/{CODE}/en/consent"
    page.goto(opened.address + override)
    states = {override: axe_on(page)}
    page.goto(f"{opened.address}/open/used-already")
    states["/open/used-already"] = axe_on(page)
    visited = {"ida": ["/admin/", "/journal/", "/texts/"], "okonkwo": ["/texts/", text, override], "audrey": []}
    for account, paths in visited.items():
        page.context.clear_cookies()
        page.goto(f"{opened.address}/sign-in")
        states["/sign-in"] = axe_on(page)
        sign_in(page, account, "wrong")
        states[f"/sign-in?{account} with a wrong password"] = axe_on(page)
        sign_in(page, account, PASSWORD)
        for path in paths:
            page.goto(opened.address + path)
            states[f"{path}?{account}"] = axe_on(page)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The journal is whole")).to_be_visible()
    states["/answer?verified"] = axe_on(page)
    page.get_by_label("Hash that was noted earlier").fill("0" * 64)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("Something is wrong:")).to_be_visible()
    states["/answer?broken"] = axe_on(page)
    page.goto(f"{opened.address}/locked")
    states["/locked?with a password"] = axe_on(page)
    write_procedure(clinic / "procedures", purpose="To feel much better.")
    page.context.clear_cookies()
    page.goto(f"{opened.address}/sign-in")
    sign_in(page, "okonkwo", PASSWORD)
    for step in ("Approve", "Withdraw the approval"):
        page.goto(opened.address + text)
        states[f"{text}?before: {step}"] = axe_on(page)
        sign_text(page, step)
        write_procedure(clinic / "procedures", purpose=f"To {step}.")
    page.goto(opened.address + text)
    states[f"{text}?withdrawn"] = axe_on(page)
    (clinic / "clinic.yaml").write_text("nane: Alder Clinic\n")
    page.goto(f"{opened.address}/texts/")
    expect(page.get_by_text("Something went wrong.")).to_be_visible()
    states["/texts/?broken settings"] = axe_on(page)
    opened.problems.clear()  # of the pages that say that something is wrong
    assert {name: problems for name, problems in states.items() if problems} == {}
    assert endpoints(opened.desk, states) == ELSEWHERE


def sign_in(page: Page, account: str, password: str) -> None:
    page.fill("#account", account)
    page.fill("#password", password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def sign_text(page: Page, button: str) -> None:
    """Fill in the form of a text, and approve it or withdraw its approval."""
    form = page.locator("form", has=page.get_by_role("button", name=button, exact=True))
    choice = form.get_by_role("checkbox" if button == "Approve" else "radio").first
    choice.focus()
    page.keyboard.press("Space")
    expect(choice).to_be_checked()
    form.locator("[name=password]").fill(PASSWORD)
    form.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#said")).to_be_visible()


def test_a_slip_is_taken_back_by_a_key_and_the_offer_goes_by_itself(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open()
    file = tmp_path / "two.csv"
    file.write_bytes(schedule({"patient_name": "Nora Nye"}, {}))
    load(page, file)
    page.goto(f"{opened.address}/?visit={opened.row('V-1').key}")
    page.get_by_role("button", name="Take off the list").click()
    expect(page.locator("#said")).to_contain_text("The visit was taken off the list.")
    page.locator("#visits").focus()
    press(page, "u")
    expect(page.locator("#said")).to_contain_text("Taken back.")
    expect(page.locator("tbody")).to_have_count(2)
    page.goto(f"{opened.address}/?visit={opened.row('V-1').key}")
    page.get_by_role("button", name="Take off the list").click()
    expect(page.locator("#offer")).to_be_visible()
    expect(page.locator("#offer")).to_be_hidden()  # after its seconds
    assert "taken off" in page.locator("#said").inner_text()


def test_nothing_is_cut_off_on_a_narrow_screen_or_at_four_times_the_size(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open(viewport={"width": 320, "height": 640})
    file = tmp_path / "day.csv"
    names = ("Bartholomew Alexander Featherstonehaugh", "Ann " + "Longname" * 12)
    file.write_bytes(schedule({"patient_name": names[0]}, {"procedures": ADD_ON}, {"patient_name": names[1]}))
    load(page, file)
    of_visits = [f"/?visit={opened.row(number).key}" for number in ("V-2", "V-3")]
    for path in ("/", *of_visits, "/?walk-in=1", f"/visit/{opened.row('V-1').key}/again"):
        page.goto(opened.address + path)
        wide = page.evaluate(
            "() => [...document.querySelectorAll('body :not(thead, thead *)')]"
            ".filter(one => one.getBoundingClientRect().right > 320).map(one => one.outerHTML.slice(0, 80))"
        )
        assert wide == [], path


def test_a_day_without_script(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open(java_script_enabled=False)
    file = tmp_path / "day.csv"
    file.write_bytes(schedule({"patient_name": "Nora Nie"}))
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Load schedule").click()
    expect(page.get_by_text("1 ready")).to_be_visible()  # the page loads itself again until its papers are there
    page.get_by_role("link", name="Nora Nie").click()
    page.fill("#f-patient_name", "Nora Nye")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 ready")).to_be_visible()
    page.locator("tbody").get_by_role("button", name="Print").click()
    expect(page.get_by_text("Sent to the printer: print 1 of visit V-1.")).to_be_visible()
    assert "Nora Nye" in page_texts(opened.printer.sets[0])[0]
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.get_by_text("1 ready")).to_be_visible()
    assert opened.printer.cancelled == ["front-desk-1"]


def test_a_schedule_can_be_dropped_on_the_page(opened: OpenDesk) -> None:
    page = opened.open()
    page.evaluate(
        """text => {
            const files = new DataTransfer();
            files.items.add(new File([text], "day.csv"));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true }));
        }""",
        schedule({}).decode(),
    )
    expect(page.locator("#said")).to_contain_text("1 visit loaded.")


TWENTY_TIMES_AS_FAST = """const [clock, later, begun] = [Date.now, setTimeout, +new Date];
Date.now = () => begun + 20 * (clock() - begun);
window.setTimeout = (act, delay = 0, ...given) => later(act, delay > 60000 ? delay : delay / 20, ...given);
document.addEventListener("DOMContentLoaded", () => {
  for (const id of ["progress", "progress-spoken"]) {
    const said = document.getElementById(id);
    if (said) new MutationObserver(() => console.log(`${id}: ${said.textContent}`)).observe(said, { childList: true });
  }
});"""
"""It also notes what a page says of long work: nobody looks into it while the browser waits for the next page."""


def test_the_page_says_how_far_a_long_print_has_come_and_says_it_aloud_now_and_then(
    opened: OpenDesk, tmp_path: Path
) -> None:
    page, said, wait = opened.open(), list[str](), opened.printer.folder / "wait"

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)
        if "spoken" in message.text:
            wait.unlink(missing_ok=True)

    file = tmp_path / "three.csv"
    file.write_bytes(schedule({}, {}, {}))
    load(page, file)
    page.add_init_script(TWENTY_TIMES_AS_FAST)
    page.reload()
    settle(page)
    page.on("console", note)
    wait.touch()
    page.evaluate("() => void setTimeout(() => document.querySelector('[data-shortcut=all]').click())")
    expect(page.locator("#said-text")).to_have_text("Sent to the printer: 3 visits.")
    expect(page.locator("#progress")).to_be_hidden()
    assert said[0] == "progress: Printing: 0 of 3 sets done"
    seen, spoken = ([one for one in said if one.startswith(f"{name}: ")] for name in ("progress", "progress-spoken"))
    assert 0 < len(spoken) < len(seen), "now and then, and not each second"


def test_the_page_does_not_load_anew_over_what_somebody_has_typed(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open()
    file = tmp_path / "day.csv"
    file.write_bytes(schedule({"patient_name": "Nora Nie"}, {}))
    load(page, file)
    page.goto(f"{opened.address}/?visit={opened.row('V-1').key}")
    fill(page, "#f-patient_name", "Nora Nye")
    page.evaluate("() => { document.activeElement.blur(); document.body.dataset.same = 'yes'; }")
    for field in ("", "#sought"):
        if field:
            page.locator(field).focus()
        page.evaluate(
            "() => { document.getElementById('rows').dataset.waiting = '2'; }"
        )  # as if papers were being made
        opened.desk.day.check_again(opened.row("V-2").key)
        expect(page.locator("#said-text")).to_have_text("2 visits: 2 ready, 0 need attention, 0 printed")
        page.evaluate("() => { document.getElementById('said-text').textContent = ''; }")
        assert page.input_value("#f-patient_name") == "Nora Nye"
        expect(page.locator("body")).to_have_attribute("data-same", "yes")


def fetched_late(route: Route) -> None:
    """Let the page wait for something, as on a busy machine."""
    time.sleep(0.3)
    route.continue_()


def test_a_page_for_printing_locks_itself_too(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open()
    file = tmp_path / "day.csv"
    file.write_bytes(schedule({"patient_name": "Nora Nie"}))
    load(page, file)
    page.select_option("#printer", "-")
    page.get_by_role("button", name="Use").click()
    page.clock.install()
    page.locator("tbody").get_by_role("button", name="Print").click()
    expect(page.locator("#print-now")).to_be_visible()
    page.wait_for_load_state()  # a page that is still loading its papers has once been passed over
    for _ in range(3):
        page.clock.fast_forward(5 * 60 * 1000 + 1)
        with suppress(AssertionError):
            expect(page.locator("h1")).to_have_text("Locked", timeout=10_000)
            break
    expect(page.locator("h1")).to_have_text("Locked")


@pytest.mark.parametrize(("kind", "times"), [("text/plain", 1), ("text/html", 0)])
def test_the_dialog_opens_by_itself_once_and_for_papers_only(
    kind: str, times: int, opened: OpenDesk, tmp_path: Path
) -> None:
    page = opened.open()
    page.add_init_script("window.print = () => { window.top.document.body.dataset.dialogs += 'one ' }")
    page.route("**/set/1.pdf", lambda route: route.fulfill(body="papers, or why there are none", content_type=kind))
    page.route("**/static/*.js", fetched_late)  # so that the papers are there first
    file = tmp_path / "day.csv"
    file.write_bytes(schedule({}))
    load(page, file)
    page.select_option("#printer", "-")
    page.get_by_role("button", name="Use").click()
    page.locator("tbody").get_by_role("button", name="Print").click()
    expect(page.locator("#print-now")).to_be_visible()
    page.wait_for_timeout(0 if times else 1500)
    expect(page.locator("body[data-dialogs='undefinedone ']")).to_have_count(times)
    page.reload()
    expect(page.locator("#print-now")).to_be_visible()
    page.wait_for_timeout(1500)
    expect(page.locator("body[data-dialogs]")).to_have_count(0)


def test_letters_do_nothing_where_somebody_types_or_has_switched_shortcuts_off(
    opened: OpenDesk, tmp_path: Path
) -> None:
    page = opened.open()
    file = tmp_path / "day.csv"
    file.write_bytes(schedule({}))
    load(page, file)
    page.locator("#sought").focus()
    type_text(page, "npP")
    assert page.input_value("#sought") == "npP"
    page.get_by_role("button", name="Switch shortcuts off").click()
    page.locator("a.who").focus()
    press(page, "p")
    expect(page.get_by_role("button", name="Switch shortcuts on")).to_be_visible()
    assert opened.printer.sets == []


def test_what_is_shown_is_the_packet_and_not_a_black_box(opened: OpenDesk, tmp_path: Path) -> None:
    page = opened.open(with_papers=True)
    file = tmp_path / "day.csv"
    file.write_bytes(schedule({}))
    load(page, file)
    page.locator("a.who").click()
    frame = page.locator("#preview iframe")
    for _ in range(100):
        picture = Image.open(io.BytesIO(frame.screenshot())).convert("L")
        middle = picture.crop(
            (picture.width // 3, picture.height // 3, picture.width * 2 // 3, picture.height * 2 // 3)
        )
        if sum(middle.histogram()[200:]) > middle.width * middle.height / 2:
            return
        page.wait_for_timeout(100)
    pytest.fail("the preview does not become a white page")
