"""The page of the front desk, and that of a preview: requests become calls of operations, and results become pages.

Guarantees: nothing here loads Flask until a page is opened, so that the package works without the extra `desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, WrongUse, reason
from consentkit.web.request import LOOPBACK as LOOPBACK
from consentkit.web.request import PORT as PORT
from consentkit.web.request import DeskRequest as DeskRequest

if TYPE_CHECKING:
    from consentkit.operations.preview.subject import PreviewRequest


def require_extra(what: str = "the desk") -> None:
    """Raise WrongUse where what a page needs is not installed. `what` is the page."""
    if missing := [name for name in ("flask", "waitress") if find_spec(name) is None]:
        raise WrongUse(f"{what} needs {' and '.join(missing)}; install them with `pip install 'consentkit[desk]'`")


def hash_of(password: str) -> str:
    """What is kept of a password."""
    from consentkit.web.passwords import hashed

    return hashed(password)


def run_desk(request: DeskRequest, show_link: Callable[[str], None], report: Callable[[str], None]) -> None:
    """Run a desk until it is interrupted.

    `show_link` gets the address that opens it, once at the start and once more for each line on standard input;
    `report` gets what should be known of the desk itself. Raises WrongUse, FileAccess or InvalidInput where it can't
    start.
    """
    require_extra()
    from consentkit.web.memory import keep_memory_private, share_free_memory
    from consentkit.web.server import new_desk, new_server, notes_of, serve

    share_free_memory()  # before there are threads
    desk = new_desk(request, report)
    for note in notes_of(desk):
        report(note)
    if trouble := keep_memory_private():
        report(f"Note: {trouble}.")
    try:
        server = new_server(desk, request.listen, request.port)
    except OSError as error:
        raise FileAccess(
            f"port {request.port} of {request.listen} can't be used: {reason(error)}; a desk may be running already; "
            "else name another one with --port"
        ) from None
    serve(desk, server, show_link)


def run_preview(
    request: PreviewRequest, port: int, show_links: Callable[[str, str], None], report: Callable[[str], None]
) -> None:
    """Run a preview until it is interrupted.

    `show_links` gets the link for people, which works as long as the preview runs, and another one for a browser, which
    works once; `report` gets what should be known of the preview itself. Raises WrongUse, UnknownCode, FileAccess or
    InvalidInput where it can't start.
    """
    require_extra("a preview")
    from consentkit.operations.preview.live import LivePreview
    from consentkit.web.memory import keep_memory_private, share_free_memory
    from consentkit.web.previewing import serve

    share_free_memory()  # before there are threads
    live = LivePreview(request, report)
    trouble = keep_memory_private()
    if trouble and live.state.is_visit:
        report(f"Note: {trouble}.")
    serve(live, port, show_links)
