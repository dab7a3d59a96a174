"""Passing a finished file to the system's print queues (CUPS, through its command `lp`).

Guarantees: no shell reads anything; a PDF goes from memory to `lp`, so that no file of it is written; on Linux `lp`
has the whole of it before it runs, so that no half of it is printed where this process is killed; the arguments, which
every user of the machine can see, contain no path and nothing of a visit except its number; every job of a file gets
the same bytes; where a job was refused, the message names those that were accepted before.
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from consentkit.errors import FileAccess, WrongUse
from consentkit.model.clinic import PrintSettings
from consentkit.problems import did_you_mean, listed, printable, quoted, shortened


class PrintUncertain(FileAccess):
    """The print system did not answer, so nobody knows yet whether it has the job."""


class _NoPrintSystem(FileAccess):
    """The print system does not run, or can't be reached."""


SECONDS = 60
"""How long the print system may take to answer. It only accepts the job; the paper comes later."""
PageRange = tuple[int, int]
"""The first and the last page, counted from 1."""

_PRINTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}")
_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}-[0-9]{1,9}")
_TITLE = re.compile(r"consentkit( [A-Za-z0-9][A-Za-z0-9-]{0,31})?")
_LOOK = "check with `lpstat -o` whether it has the job before you print again"
_STAPLE = 4
"""The value of `finishings` that requests one staple (RFC 8011, section 5.2.6)."""


def job_title(visit: str | None = None) -> str:
    """The name of a print job, which everybody can see in the queue: fixed text and the number of the visit."""
    return f"consentkit {visit}" if visit else "consentkit"


def printers() -> list[str]:
    """The print queues that accept jobs, the system's default one first; none where there is no print system."""
    try:
        answer = _run("lpstat", ["-a", "-d"]).stdout.decode(errors="replace")
    except FileAccess:
        return []
    names = re.findall(r"^(\S+) accepting requests since ", answer, re.MULTILINE)
    default = re.search(r"^system default destination: (\S+)$", answer, re.MULTILINE)
    known = [name for name in names if _PRINTER.fullmatch(name)]
    return sorted(known, key=lambda name: (not default or name != default[1], name))


def require_printer(printer: str) -> None:
    """Check that a printer accepts jobs and prints them now.

    Raises WrongUse for a printer that is not there, FileAccess for one that does not print or a print system that does
    not answer. Meant to be called before anything is made.
    """
    _require_printer_name(printer)
    done = _run("lpstat", ["-a", "-p"])
    answer = done.stdout.decode(errors="replace")
    states = dict(re.findall(r"^(\S+) (not accepting|accepting) requests since ", answer, re.MULTILINE))
    if not states and b"No destinations added" not in done.stderr:
        raise _NoPrintSystem(
            f"the print system does not answer{_error_message(done)}; start CUPS (`systemctl start cups`), or correct "
            "CUPS_SERVER if it runs on another machine"
        )
    if printer not in states:
        raise WrongUse(f"there is no printer {quoted(printer)}{_known(printer, states)}")
    if states[printer] == "not accepting":
        raise FileAccess(
            f"the printer `{printer}` accepts no jobs; run `cupsaccept {printer}`, or name another printer"
        )
    if re.search(rf"^printer {re.escape(printer)} disabled since ", answer, re.MULTILINE):
        raise FileAccess(
            f"the printer `{printer}` has been stopped, and the papers would come out later, when nobody is "
            f"watching; check it and start it with `cupsenable {printer}`, or name another"
        )


def print_pdf(
    pdf: bytes,
    printer: str,
    settings: PrintSettings,
    *,
    title: str,
    page_ranges: Sequence[PageRange] | None = None,
    note_job: Callable[[str], None] | None = None,
) -> list[str]:
    """Print a PDF: one job, or one for each range of pages, so that each can be stapled on its own.

    `title` comes from `job_title`; `note_job` is called with the number of each job as it is accepted. Returns the
    print system's numbers of the jobs, in the order of the ranges. Raises WrongUse for a printer, title or ranges that
    can't be, and FileAccess where a job is refused.
    """
    _require_sense(printer, title, page_ranges)
    if page_ranges is not None:
        _require_page_selection(printer)
    accepted: list[str] = []
    for pages in page_ranges if page_ranges is not None else [None]:
        accepted.append(_submit(pdf, printer, [*_options(settings, pages), "-t", title], accepted))
        if note_job:
            note_job(accepted[-1])
    return accepted


def cancel_job(job: str) -> bool:
    """Take a job back from its queue, by the number that `print_pdf` returned. Returns whether it was still there.

    Sheets that are already out stay out. Raises WrongUse for what can't be the number of a job, and FileAccess where
    the print system does not answer.
    """
    if not _JOB.fullmatch(job):
        raise WrongUse(f"{quoted(job)} can't be the number of a print job")
    return _run("cancel", [job]).returncode == 0


def _require_sense(printer: str, title: str, page_ranges: Sequence[PageRange] | None) -> None:
    _require_printer_name(printer)
    if not _TITLE.fullmatch(title):
        raise WrongUse("the title of a print job may contain nothing but the number of the visit; use `job_title`")
    _require_ranges(page_ranges)


def _require_printer_name(printer: str) -> None:
    if not _PRINTER.fullmatch(printer):
        raise WrongUse(
            f"{quoted(printer)} can't be the name of a printer; a name has letters, digits and any of `_.@-`, and "
            "begins with a letter or digit; `lpstat -a` lists the printers"
        )


def _require_ranges(page_ranges: Sequence[PageRange] | None) -> None:
    if page_ranges is not None and not page_ranges:
        raise WrongUse("names no pages to print; name at least one range, or leave the ranges out")
    for first, last in page_ranges or ():
        if not 1 <= first <= last:
            raise WrongUse(
                f"pages {first} to {last} can't be printed; count pages from 1, and name the first one first"
            )


def _require_page_selection(printer: str) -> None:
    """A raw queue would print the whole file for each range, and so give one patient the papers of all."""
    described = _run("lpoptions", ["-p", printer]).stdout.decode(errors="replace")
    if re.search(r"\bprinter-make-and-model='[^']*\bRaw Printer'", described):
        raise WrongUse(
            f"the printer `{printer}` is a raw queue, which can't print a part of a file; set it up with a driver "
            f"(`lpadmin -p {printer} -m everywhere`), or print one file for each visit"
        )


def _options(settings: PrintSettings, pages: PageRange | None) -> Iterator[str]:
    yield from ("-n", str(settings.copies))
    yield from ("-o", f"sides={'two-sided-long-edge' if settings.duplex else 'one-sided'}")
    if settings.copies > 1:  # else a printer may put all first pages together
        yield from ("-o", "multiple-document-handling=separate-documents-collated-copies")
    if settings.staple:
        yield from ("-o", f"finishings={_STAPLE}")
    if settings.tray:
        yield from ("-o", f"media={settings.tray}")
    if pages:
        yield from ("-o", f"page-ranges={pages[0]}-{pages[1]}")


def _submit(data: bytes, printer: str, options: Sequence[str], before: Sequence[str]) -> str:
    # The file goes in through stdin: as an argument, every user could see its path, and the job's record would keep it.
    try:
        done = _run("lp", ["-d", printer, *options], data)
        request = re.search(rb"^request id is (\S+-[0-9]+) ", done.stdout, re.MULTILINE)
        if done.returncode == 0 and request:
            return request[1].decode(errors="replace")
        if done.returncode < 0:
            raise PrintUncertain(f"`lp` was stopped by signal {-done.returncode}; {_LOOK}")
        require_printer(printer)  # its message is better: `lp` calls a print system that is down a missing printer
        raise FileAccess(f"the printer `{printer}` refused the job{_error_message(done)}; run `lpstat -t` to see why")
    except _NoPrintSystem as error:  # it may have ended with the job
        raise PrintUncertain(f"{error}; {_LOOK}{_accepted_before(before)}") from None
    except (FileAccess, WrongUse) as error:
        raise type(error)(f"{error}{_accepted_before(before)}") from error


def _accepted_before(before: Sequence[str]) -> str:
    if not before:
        return ""
    return f". The print system has already accepted {listed(before)}; `cancel` with its number withdraws one"


def _run(program: str, arguments: Sequence[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command of CUPS in plain English, whatever the user's language, since its answer is read."""
    executable = shutil.which(program)
    if executable is None:
        raise FileAccess(f"the command `{program}` is not on this machine; install CUPS (Debian: `cups-client`)")
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        with _as_input(data) as given:
            return subprocess.run(  # noqa: S603 - no shell; the printer, title and ranges have been checked
                [executable, *arguments], **given, capture_output=True, env=environment, timeout=SECONDS, check=False
            )
    except subprocess.TimeoutExpired:
        raise PrintUncertain(f"the print system did not answer within {SECONDS} seconds; {_LOOK}") from None
    except OSError as error:
        raise FileAccess(f"the command `{program}` can't be run ({type(error).__name__}); reinstall CUPS") from error


@contextmanager
def _as_input(data: bytes) -> Iterator[dict[str, Any]]:
    """What gives data to a command as its standard input.

    A pipe would end where this process is killed, and `lp` would take what it has for the whole. So it gets a file
    that has no name and is in memory only. It is written through a mapping, which stays out of swap space where the
    memory of the process does.
    """
    if not data or not hasattr(os, "memfd_create"):
        yield {"input": data}
        return
    descriptor = os.memfd_create("job")
    try:
        os.truncate(descriptor, len(data))
        with mmap.mmap(descriptor, len(data)) as mapping:
            mapping[:] = data
            yield {"stdin": descriptor}
    finally:
        os.close(descriptor)


def _error_message(done: subprocess.CompletedProcess[bytes]) -> str:
    """The error message of a command of CUPS, for readers who know it."""
    lines = done.stderr.decode(errors="replace").split("\n")
    return f" ({printable(shortened(lines[0].strip()))})" if lines[0].strip() else ""


def _known(printer: str, states: dict[str, str]) -> str:
    names = sorted(name for name in states if _PRINTER.fullmatch(name))
    if not names:
        return ", nor any other; set one up with `lpadmin`"
    return (
        f"{did_you_mean(printer, names)}; there are {listed(names[:20])}"
        if len(names) > 1
        else f"; there is {listed(names)}"
    )
