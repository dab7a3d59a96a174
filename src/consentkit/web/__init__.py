"""The page of the front desk: requests become calls of operations, and what comes of them becomes pages.

Guarantees: nothing here loads Flask until a desk is started, so that the package works without the extra `desk`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, WrongUse, reason

if TYPE_CHECKING:
    from consentkit.operations.opening import ClinicPlace
    from consentkit.operations.packets import PacketOptions
    from consentkit.packets.visits import VisitEntry

LOOPBACK = "127.0.0.1"
PORT = 8377
"""The port of the desk, unless another one is named."""


@dataclass(frozen=True)
class DeskRequest:
    """How a desk is started."""

    place: ClinicPlace
    options: PacketOptions
    visits: Iterable[VisitEntry] | None = field(default=None, repr=False)
    """A schedule to begin with."""
    port: int = PORT
    """Where it listens; 0 for any free port."""


def require_extra() -> None:
    """Raise WrongUse where what the desk needs is not installed."""
    if missing := [name for name in ("flask", "waitress") if find_spec(name) is None]:
        raise WrongUse(f"the desk needs {' and '.join(missing)}; install them with `pip install 'consentkit[desk]'`")


def run_desk(request: DeskRequest, show_link: Callable[[str], None], report: Callable[[str], None]) -> None:
    """Run a desk until it is interrupted.

    `show_link` gets the address that opens it, once at the start and once more for each line on standard input;
    `report` gets what should be known of the desk itself. Raises WrongUse, FileAccess or InvalidInput where it can't
    start.
    """
    require_extra()
    from consentkit.web.server import keep_memory_private, new_desk, new_server, serve

    desk = new_desk(request, report)
    if trouble := keep_memory_private():
        report(f"Note: {trouble}.")
    try:
        server = new_server(desk, LOOPBACK, request.port)
    except OSError as error:
        raise FileAccess(
            f"port {request.port} of {LOOPBACK} can't be used: {reason(error)}; a desk may be running already; else "
            "name another one with --port"
        ) from None
    serve(desk, server, show_link)
