"""What the commands share: options, suggestions for misspelt words, and messages.

Guarantees: nothing here loads the model or the PDF engine before a command runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from consentkit.model.kinds import VARIANTS, complaint_of_former_variant
from consentkit.problems import did_you_mean
from consentkit.processes.interruption import SIGNALS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = TypeVar("Command", bound=Callable[..., Any])


class Interruptions:
    """Ends the run when Ctrl-C was pressed, or when SIGTERM or SIGHUP has arrived.

    Python loses a KeyboardInterrupt that is raised in a finalizer, in a hook around a fork or where C calls Python. So
    it is raised again from time to time until the run has ended, and a run of many documents checks for it between
    them. Signals that follow change nothing: closing a terminal sends two.
    """

    def __init__(self) -> None:
        self._seen = False
        self._is_watching = False

    def watch(self) -> None:
        """From now on, a signal raises KeyboardInterrupt."""
        for number in SIGNALS:
            is_ignored = number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN
            if not is_ignored:  # by `nohup`, which is meant
                signal.signal(number, self._note)
        signal.signal(signal.SIGALRM, self._remind)
        sys.unraisablehook = _keep_quiet_of_interrupts
        self._is_watching = True

    def end(self) -> None:
        """The run has ended, and what remains takes a moment: let no signal interrupt it."""
        if self._is_watching:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)

    def require_none(self) -> None:
        """Raise KeyboardInterrupt if there has been one, even if it was lost."""
        if self._seen:
            raise KeyboardInterrupt

    def _note(self, *_: object) -> None:
        if not self._seen:
            self._seen = True
            signal.setitimer(signal.ITIMER_REAL, _SECONDS_BETWEEN_REMINDERS, _SECONDS_BETWEEN_REMINDERS)
            raise KeyboardInterrupt

    def _remind(self, *_: object) -> None:
        raise KeyboardInterrupt


_SECONDS_BETWEEN_REMINDERS = 0.5


def _keep_quiet_of_interrupts(lost: sys.UnraisableHookArgs) -> None:
    """Print no traceback of an interrupt that is lost: it is raised again."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)


interruptions = Interruptions()


class Commands(click.Group):
    """A group of commands that suggests the nearest one for a misspelt name."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the requested command."""
        name = arguments[0]
        if self.get_command(context, name) is None and not name.startswith("-"):
            near = did_you_mean(name, self.list_commands(context)) or "; see `consentkit --help`"
            raise click.UsageError(f"there is no command `{name}`{near}", context)
        return super().resolve_command(context, arguments)


class CodeArgument(click.ParamType[str]):
    """The code of a procedure, the name of a paper, or the path of a file; the shell completes each."""

    name = "code"

    def shell_complete(self, context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the library's codes and names, and files."""
        from click.shell_completion import CompletionItem

        from consentkit.operations.opening import open_clinic

        codes = [code for code in open_clinic().library.names() if code.startswith(incomplete)]
        return [*(CompletionItem(code) for code in codes), CompletionItem(incomplete, type="file")]


class CachePlace(click.ParamType[str | Path]):
    """Where finished documents are kept: a folder, or a URL, which as a path would lose a slash."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        """Return the URL, or the folder."""
        return value if "://" in str(value) else Path(value)

    def shell_complete(self, context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer folders."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="dir")]


def common_options(command: Command) -> Command:
    """Give a command `--clinic` and `--quiet`, and open the workspace for it."""

    @_clinic_option
    @quiet_option
    @wraps(command)
    def opened(clinic: Path | None, **options: Any) -> Any:
        from consentkit.operations.opening import open_clinic

        return command(open_clinic(clinic), **options)

    return opened  # type: ignore[return-value]


def cache_options(command: Command) -> Command:
    """Give a command what `common_options` gives, and `--cache` and `--no-cache`: its workspace keeps documents.

    Why they could not be kept is reported once, when the command has ended.
    """
    return _opening_with_cache(command, despite_faults=False)


def options_of_check(command: Command) -> Command:
    """Give a command what `cache_options` gives; it must itself report a fault of the clinic's particulars."""
    return _opening_with_cache(command, despite_faults=True)


def _opening_with_cache(command: Command, *, despite_faults: bool) -> Command:
    @_cache_option
    @click.option("--no-cache", is_flag=True, help="Use no cache: keep nothing, and make everything again.")
    @_clinic_option
    @quiet_option
    @wraps(command)
    def opened(clinic: Path | None, cache: str | Path | None, *, no_cache: bool, **options: Any) -> Any:
        from consentkit.operations.opening import open_cache, open_despite_faults, open_for_a_run

        if cache and no_cache:
            raise click.UsageError("--cache and --no-cache exclude each other; leave one of them out")
        store = open_cache(cache, is_used=not no_cache)
        try:
            workspace = (open_despite_faults if despite_faults else open_for_a_run)(clinic, store)
            return command(workspace, **options)
        finally:
            if store.trouble:
                say(f"Note: {store.trouble}", quiet=options["quiet"])

    return opened  # type: ignore[return-value]


_clinic_option = click.option(
    "--clinic",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The clinic's folder; by default $CONSENTKIT_CLINIC, else the current folder or one above it.",
)
_cache_option = click.option(
    "--cache",
    metavar="DIR|URL",
    type=CachePlace(),
    help="The folder of finished documents, or the URL of an object store, such as s3://BUCKET/PREFIX; by default "
    "$CONSENTKIT_CACHE, else consentkit in your cache folder.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")


def options_of_page(command: Command) -> Command:
    """Give a command that serves a page where the clinic and the cache are, and `--quiet`; it opens both itself."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but the link and errors.")
    return _clinic_option(_cache_option(quiet(command)))


no_browser_option = click.option("--no-browser", is_flag=True, help="Print the link only; open no browser.")


class VariantChoice(click.Choice[str]):
    """A kind of document. A former name is refused with the current one."""

    def __init__(self) -> None:
        super().__init__(VARIANTS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the kind, or complain."""
        if complaint := complaint_of_former_variant(value):
            self.fail(complaint, param, ctx)
        return super().convert(value, param, ctx)


def document_options(command: Command) -> Command:
    """Give a command the options by which one of a procedure's documents is named."""
    variant = click.option(
        "--variant", type=VariantChoice(), default="consent", help="The kind of document; consent if left out."
    )
    language = click.option("--lang", "language", metavar="LANGUAGE", help="Language; the clinic's own if left out.")
    return variant(language(command))


def json_option(command: Command) -> Command:
    """Give a command `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")(command)


def say(message: str, *, quiet: bool) -> None:
    """Print something on stderr that is for a person and is not a result."""
    if not quiet:
        click.echo(message, err=True)


def open_in_browser(link: str) -> None:
    """Open a page in the browser; without a screen nothing happens, and no browser for terminals takes this one."""
    has_screen = not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_screen:
        click.launch(link)
