"""The command line: options, one call, a report, an exit code.

Guarantees: results go to stdout and everything else to stderr; whatever goes wrong ends in one clear message and the
exit code that docs/command-line.md gives for it, never in a traceback; `--help` loads neither the PDF engine nor the
model.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, NoReturn

import click

from consentkit.cli.answering import answers
from consentkit.cli.commands import WIDEST_HELP, consentkit
from consentkit.cli.streams import lost_results as lost_results
from consentkit.cli.streams import streams
from consentkit.cli.support import interruptions
from consentkit.errors import ConsentkitError, InvalidInput
from consentkit.problems import LONGEST_MESSAGE, report_lines, shortened
from consentkit.processes.interruption import INTERRUPTED, own_temporary_folder

if TYPE_CHECKING:
    from consentkit.lanes.lookup import LaneLook

_UNEXPECTED = 1
DEBUG_VARIABLE = "CONSENTKIT_DEBUG"
OBJECTS_BETWEEN_COLLECTIONS = 50_000
_OBJECTS_BEFORE_THE_FIRST = 500_000
"""Which hardly any run of one document or one packet comes to."""
_USUAL_WIDTH, _NARROWEST_HELP = 80, 50
_HELP = {"-h", "--help", "--version"}
"""Help texts, for which no temporary files are made."""


def main(look: LaneLook | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code.

    `look` is what was found of an earlier answer to the same command, or of packets of a kind: what is answered now is
    remembered there, or how such packets are made.
    """
    is_help = bool(_HELP & {*sys.argv[1:]})
    interruptions.watch()
    streams.guard(are_noted=look is not None)
    # Laying out a page makes many small objects that stay until it is done. Looking through them again and again for
    # what could be thrown away takes 0.2 of the 1.6 seconds of a document, and finds nothing.
    # What is loaded, and the first document, are looked through least: that takes another tenth of the time of a run.
    gc.set_threshold(_OBJECTS_BEFORE_THE_FIRST)
    gc.callbacks.append(_collect_often)
    gc.enable()
    try:
        with nullcontext() if is_help else own_temporary_folder():
            exit_code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the run began, or as it ended
        exit_code = _interrupted()
    interruptions.end()
    if exit_code == 0:
        answers.remember(look)
    exit_code = streams.end(exit_code)
    if exit_code == INTERRUPTED or is_help:
        # Where an interrupt has gone through code that was in a string, as that of dataclasses is, Python 3.11 ends
        # by SIGINT, whatever the exit code. And to pick apart what was loaded takes half as long as
        # to print a help text. Nothing is left to be done.
        os._exit(exit_code)
    gc.freeze()  # the system takes memory back at once; to pick it apart first takes another 0.1 seconds
    sys.exit(exit_code)


def _collect_often(phase: str, _: dict[str, int]) -> None:
    """Look for garbage more often once that has been done for the first time, so that a long run needs no more room."""
    if phase == "stop":
        gc.callbacks.remove(_collect_often)
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        return _run(arguments)
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()


def _run(arguments: list[str]) -> int:
    try:
        result = consentkit.main(
            arguments, prog_name="consentkit", standalone_mode=False, terminal_width=_width_of_help()
        )
    except ConsentkitError as error:
        _print_error(error)
        return error.exit_code
    except click.Abort:
        raise
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: a person must not meet a traceback
        _print_unexpected(error)
        return _UNEXPECTED
    return result if isinstance(result, int) else 0


def _width_of_help() -> int:
    """Columns of help texts, as click has them: it would load `shutil` for that, with all kinds of compression."""
    columns = int(given) if (given := os.environ.get("COLUMNS", "")).isdecimal() else 0
    with suppress(OSError, ValueError, AttributeError):  # no terminal, or closed
        columns = columns or os.get_terminal_size(sys.__stdout__.fileno()).columns  # type: ignore[union-attr]
    return max(min(columns or _USUAL_WIDTH, WIDEST_HELP) - 2, _NARROWEST_HELP)


def _interrupted() -> int:
    interruptions.end()
    click.echo("Interrupted; nothing half-written is left behind.", err=True)
    return INTERRUPTED


def _print_error(error: ConsentkitError) -> None:
    lines = (
        report_lines(error.problems)
        if isinstance(error, InvalidInput)
        else [shortened(f"Error: {_with_options(error)}", LONGEST_MESSAGE)]
    )
    for line in lines:
        click.echo(line, err=True)


_OPTIONS = {
    "folder": "-o",
    "is_looked_at": "--looked-at",
    "language": "--lang",
    "output": "-o",
    "printer": "--print",
    "visits": "--visit",
    "without": "--except",
}
"""The options that have another name than the argument that they set."""


def _with_options(error: ConsentkitError) -> str:
    """The message of an error, in which arguments are named by the options that set them."""
    text = str(error)
    for name in error.arguments:
        text = text.replace(f"`{name}`", _OPTIONS.get(name, f"--{name.replace('_', '-')}"))
    return text


def _print_unexpected(error: Exception) -> None:
    """Name the kind of error only: its text might quote a file."""
    if isinstance(error, MemoryError):
        click.echo("Error: there is not enough memory; close other programs, and run it again.", err=True)
        return
    click.echo(f"Error: something unexpected went wrong in consentkit ({type(error).__name__}).", err=True)
    click.echo(f"Please report it. {DEBUG_VARIABLE}=1 shows where it happened.", err=True)
    if os.environ.get(DEBUG_VARIABLE):
        import traceback

        traceback.print_exception(error)
