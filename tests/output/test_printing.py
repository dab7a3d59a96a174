"""Printing, by a real print system of the test's own, and by a stand-in for `lp` where it must misbehave."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.model.clinic import PrintSettings
from consentkit.output import print_queue
from consentkit.output.print_queue import PageRange, cancel_job, job_title, print_pdf, require_printer
from consentkit.reading import yaml_file
from consentkit.reading.validation import validated
from kit.cups import PrintSystem
from kit.skipping import require

TITLE = job_title("V-17")
PLAIN = PrintSettings()


def pages_of(count: int) -> bytes:
    """A PDF whose pages are told apart by their widths."""
    writer = pypdf.PdfWriter()
    for number in range(count):
        writer.add_blank_page(width=500 + number, height=700)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "V-17.pdf"
    path.write_bytes(pages_of(4))
    return path


def test_a_file_arrives_at_the_printer_byte_for_byte(real: PrintSystem, document: Path) -> None:
    require_printer("front-desk")
    (request,) = print_pdf(document.read_bytes(), "front-desk", PLAIN, title=TITLE)
    assert request.startswith("front-desk-")
    assert real.printed(request) == document.read_bytes()


def test_the_print_system_keeps_the_settings_with_the_job(real: PrintSystem, document: Path) -> None:
    settings = PrintSettings(duplex=True, copies=3, staple=True)
    (request,) = print_pdf(document.read_bytes(), "front-desk", settings, title=TITLE)
    title, copies, options = real.told(request)
    assert (title, copies) == ("consentkit V-17", "3")
    assert options >= {
        "sides=two-sided-long-edge",
        "finishings=4",
        "multiple-document-handling=separate-documents-collated-copies",
    }


def test_plain_settings_ask_for_one_copy_on_one_side_without_a_staple(real: PrintSystem, document: Path) -> None:
    (request,) = print_pdf(document.read_bytes(), "front-desk", PLAIN, title=job_title())
    title, copies, options = real.told(request)
    assert (title, copies) == ("consentkit", "1")
    assert "sides=one-sided" in options
    assert "finishings=4" not in options


def test_each_range_of_pages_becomes_a_job_with_these_pages_only(real: PrintSystem, document: Path) -> None:
    require("/usr/lib/cups/filter/pdftopdf")
    requests = print_pdf(document.read_bytes(), "with-driver", PLAIN, title=TITLE, page_ranges=[(1, 1), (2, 4)])
    assert len(set(requests)) == 2
    arrived = [pypdf.PdfReader(io.BytesIO(real.printed(request))) for request in requests]
    assert [len(pdf.pages) for pdf in arrived] == [1, 3]
    assert "page-ranges=2-4" in real.told(requests[1])[2]


def test_a_raw_queue_is_not_given_ranges_since_it_would_print_everybodys_pages(
    real: PrintSystem, document: Path
) -> None:
    before = real.jobs()
    with pytest.raises(WrongUse, match=r"`front-desk` is a raw queue, .*lpadmin -p front-desk -m everywhere"):
        print_pdf(document.read_bytes(), "front-desk", PLAIN, title=TITLE, page_ranges=[(1, 2)])
    assert real.jobs() == before


@pytest.mark.usefixtures("real")
def test_an_unknown_printer_is_told_with_the_nearest_and_all_others() -> None:
    with pytest.raises(WrongUse) as caught:
        require_printer("frontdesk")
    assert str(caught.value) == (
        "there is no printer `frontdesk`; did you mean `front-desk`?; "
        "there are `front-desk`, `refusing`, `stopped` and `with-driver`"
    )


@pytest.mark.usefixtures("real")
def test_a_printer_that_takes_no_jobs_is_told_before_and_while_printing(document: Path) -> None:
    with pytest.raises(FileAccess, match="`refusing` accepts no jobs; run `cupsaccept refusing`"):
        require_printer("refusing")
    with pytest.raises(FileAccess, match="`refusing` accepts no jobs"):
        print_pdf(document.read_bytes(), "refusing", PLAIN, title=TITLE)


@pytest.mark.usefixtures("real")
def test_a_stopped_printer_is_told_since_papers_would_come_out_unwatched() -> None:
    with pytest.raises(FileAccess, match=r"`stopped` has been stopped, .*`cupsenable stopped`"):
        require_printer("stopped")


def test_a_print_system_that_does_not_run_is_told(
    real: PrintSystem, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(real.root / "nowhere"))
    for attempt in (
        lambda: require_printer("front-desk"),
        lambda: print_pdf(document.read_bytes(), "front-desk", PLAIN, title=TITLE),
    ):
        with pytest.raises(
            FileAccess, match=r"the print system does not answer .*; start CUPS \(`systemctl start cups`"
        ):
            attempt()


# A stand-in for the commands of CUPS, which writes down how it was called and does what it is told.

STAND_IN = """\
#!{python}
import json, os, sys, time
from pathlib import Path
home = Path(__file__).parent
name = Path(__file__).name
plan = json.loads((home / "plan").read_text()).get(name, {{}})
calls = home / "calls"
data = sys.stdin.buffer.read()
entry = {{"name": name, "arguments": sys.argv[1:], "bytes": len(data), "locale": os.environ.get("LC_ALL")}}
earlier = calls.read_text() if calls.exists() else ""
calls.write_text(earlier + json.dumps(entry) + chr(10))
number = earlier.count('"name": "lp",') + 1
time.sleep(plan.get("sleep", 0))
failed = number > plan.get("good", 99)
print(plan.get("stderr", "") if failed or name != "lp" else "", file=sys.stderr)
print(plan.get("stdout", f"request id is desk-{{number}} (0 file(s))") if not failed else plan.get("failed", ""))
sys.exit(1 if failed else 0)
"""


@dataclass(frozen=True)
class StandIn:
    """Commands that are not those of CUPS."""

    folder: Path

    def plan(self, **plans: dict[str, object]) -> None:
        """Say what each command is to do."""
        usual = {"lpstat": {"stdout": "desk accepting requests since today"}, "lpoptions": {"stdout": ""}}
        (self.folder / "plan").write_text(json.dumps({**usual, **plans}))

    def calls(self, name: str = "lp") -> list[dict[str, object]]:
        """How a command was called."""
        file = self.folder / "calls"
        calls = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [call for call in calls if call["name"] == name]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("lp", "lpstat", "lpoptions"):
        (folder / name).write_text(STAND_IN.format(python=sys.executable))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    made = StandIn(folder)
    made.plan()
    return made


COLLATED = ["-o", "multiple-document-handling=separate-documents-collated-copies"]


@pytest.mark.parametrize(
    ("settings", "pages", "expected"),
    [
        (PLAIN, None, ["-n", "1", "-o", "sides=one-sided"]),
        (PrintSettings(duplex=True), None, ["-n", "1", "-o", "sides=two-sided-long-edge"]),
        (PrintSettings(copies=20), None, ["-n", "20", "-o", "sides=one-sided", *COLLATED]),
        (PrintSettings(staple=True), None, ["-n", "1", "-o", "sides=one-sided", "-o", "finishings=4"]),
        (PrintSettings(tray="tray-2"), None, ["-n", "1", "-o", "sides=one-sided", "-o", "media=tray-2"]),
        (PLAIN, (3, 9), ["-n", "1", "-o", "sides=one-sided", "-o", "page-ranges=3-9"]),
        (
            PrintSettings(duplex=True, copies=2, staple=True),
            (1, 1),
            ["-n", "2", "-o", "sides=two-sided-long-edge", *COLLATED, "-o", "finishings=4", "-o", "page-ranges=1-1"],
        ),
    ],
)
def test_settings_become_these_arguments_and_no_others(
    settings: PrintSettings, pages: PageRange | None, expected: list[str], stand_in: StandIn, document: Path
) -> None:
    print_pdf(document.read_bytes(), "desk", settings, title=TITLE, page_ranges=[pages] if pages else None)
    assert [call["arguments"] for call in stand_in.calls()] == [["-d", "desk", *expected, "-t", "consentkit V-17"]]


def test_every_job_gets_the_whole_file_and_plain_english_is_asked_for(stand_in: StandIn, document: Path) -> None:
    requests = print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE, page_ranges=[(1, 2), (3, 3), (4, 4)])
    assert requests == ["desk-1", "desk-2", "desk-3"]
    size = document.stat().st_size
    assert [(call["bytes"], call["locale"]) for call in stand_in.calls()] == [(size, "C")] * 3


def test_a_refusal_in_the_middle_names_the_jobs_that_were_taken_and_stops(stand_in: StandIn, document: Path) -> None:
    stand_in.plan(lp={"good": 2, "stderr": "lp: Too many\x1b[2J jobs."})
    with pytest.raises(FileAccess) as caught:
        print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE, page_ranges=[(1, 1), (2, 2), (3, 3), (4, 4)])
    assert str(caught.value) == (
        "the printer `desk` refused the job (lp: Too many\\u{1b}[2J jobs.); run `lpstat -t` to see why. "
        "The print system has already accepted `desk-1` and `desk-2`; `cancel` with its number withdraws one"
    )
    assert len(stand_in.calls()) == 3


@pytest.mark.parametrize("plan", [{"stdout": "fine"}, {"good": 0, "failed": "request id is desk-1 (0 file(s))"}])
def test_only_a_number_and_a_good_end_are_success(plan: dict[str, object], stand_in: StandIn, document: Path) -> None:
    stand_in.plan(lp=plan)
    with pytest.raises(FileAccess, match="refused the job"):
        print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE)


def test_a_print_system_that_does_not_answer_is_not_waited_for_for_ever(
    stand_in: StandIn, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_queue, "SECONDS", 0.5)
    stand_in.plan(lp={"sleep": 4})
    with pytest.raises(FileAccess, match=r"did not answer within .*`lpstat -o` whether it has the job"):
        print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE)


def test_a_machine_without_printers_is_told_how_to_set_one_up(stand_in: StandIn) -> None:
    stand_in.plan(lpstat={"stdout": "", "stderr": "lpstat: No destinations added."})
    with pytest.raises(WrongUse, match="there is no printer `desk`, nor any other; set one up with `lpadmin`"):
        require_printer("desk")


def test_a_machine_without_cups_is_told_what_to_install(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, attempt in (
        ("lpstat", lambda: require_printer("desk")),
        ("lp", lambda: print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE)),
    ):
        with pytest.raises(
            FileAccess, match=rf"`{name}` is not on this machine; install CUPS \(Debian: `cups-client`\)"
        ):
            attempt()


def test_a_command_that_cannot_be_run_is_told(stand_in: StandIn, document: Path) -> None:
    (stand_in.folder / "lp").write_text("#!/nowhere\n")
    with pytest.raises(FileAccess, match=r"`lp` can't be run \(FileNotFoundError\)"):
        print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE)


@pytest.mark.parametrize(
    "name", ["", "-d", "--", "-h evil", "desk/two", "a b", "desk\n", "désk", ".desk", "a" * 129, "$(id)", "desk;id"]
)
def test_what_cannot_be_a_printers_name_never_reaches_a_command(name: str, stand_in: StandIn, document: Path) -> None:
    for attempt in (lambda: require_printer(name), lambda: print_pdf(document.read_bytes(), name, PLAIN, title=TITLE)):
        with pytest.raises(WrongUse, match="can't be the name of a printer"):
            attempt()
    assert stand_in.calls() == stand_in.calls("lpstat") == []


@pytest.mark.parametrize(
    "title", ["", "Ada Quillfeather", "consentkit Ada Quillfeather", "consentkit ", "consentkit V\n"]
)
def test_a_title_that_may_tell_who_comes_is_refused_and_not_quoted(
    title: str, stand_in: StandIn, document: Path
) -> None:
    with pytest.raises(WrongUse) as caught:
        print_pdf(document.read_bytes(), "desk", PLAIN, title=title)
    assert "Quillfeather" not in str(caught.value)
    assert stand_in.calls() == []


@pytest.mark.parametrize("pages", [[], [(0, 1)], [(2, 1)], [(1, 2), (-1, 3)]])
def test_ranges_that_cannot_be_are_refused_before_the_first_job(
    pages: list[PageRange], stand_in: StandIn, document: Path
) -> None:
    with pytest.raises(WrongUse, match="pages"):
        print_pdf(document.read_bytes(), "desk", PLAIN, title=TITLE, page_ranges=pages)
    assert stand_in.calls() == []


# Settings, as they stand in clinic.yaml.


def settings_from(text: str) -> tuple[PrintSettings | None, list[str]]:
    settings, problems = validated(PrintSettings, yaml_file.parse(text, "clinic.yaml"))
    return settings, [str(problem) for problem in problems]


def test_settings_are_read_from_yaml() -> None:
    expected = PrintSettings(duplex=True, copies=2, staple=True)
    assert settings_from("duplex: true\ncopies: 2\nstaple: true\n") == (expected, [])
    assert (PLAIN.duplex, PLAIN.copies, PLAIN.staple) == (False, 1, False)


@given(st.text(alphabet="0123456789+-._eE ", max_size=4))
def test_copies_are_a_whole_number_from_1_to_20(text: str) -> None:
    settings = None
    with contextlib.suppress(InvalidInput):
        settings, _ = settings_from(f'copies: "{text}"\n')
    assert (settings.copies if settings else None) == (int(text) if text.isdigit() and 1 <= int(text) <= 20 else None)


@pytest.mark.parametrize("text", ["copies: 0", "copies: 21", "copies: many", "duplex: sometimes", "stapled: true"])
def test_a_slip_in_the_settings_is_told_with_its_place(text: str) -> None:
    settings, problems = settings_from(f"{text}\n")
    assert settings is None
    (problem,) = problems
    assert problem.startswith("clinic.yaml:1:")


@pytest.mark.parametrize("job", ["-a", "front-desk", "front-desk-1 -a", "front desk-1", ""])
def test_what_is_no_number_of_a_job_cancels_nothing(job: str) -> None:
    with pytest.raises(WrongUse, match="can't be the number of a print job"):
        cancel_job(job)
