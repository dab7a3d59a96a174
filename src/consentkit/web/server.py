"""Running the desk: how it is opened, its address, and its end.

Guarantees: a desk that several computers reach is opened only where the clinic says how, and somebody can sign in;
nothing is logged but the names of pages and the kinds of errors.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from consentkit.errors import ConsentkitError, WrongUse
from consentkit.model.clinic import DeskSettings
from consentkit.operations.desk.day import DeskDay
from consentkit.operations.desk.maker import DeskMaker
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.together import SetsTogether
from consentkit.operations.journal import open_journal
from consentkit.operations.other_systems import open_source, systems_of
from consentkit.operations.schedule import reading_of
from consentkit.web.app import create_app
from consentkit.web.desk import Desk
from consentkit.web.request import LOOPBACK, DeskRequest
from consentkit.web.serving import server_of


def new_desk(request: DeskRequest, report: Callable[[str], None]) -> Desk:
    """A desk, with the visits that it begins with.

    Raises what opening them, the clinic's folder and its journal raises.
    """
    day = DeskDay(DeskMaker(request.place, request.options))
    printer = DeskPrinter(day, open_journal(day.maker.workspace))
    day.recall = printer.earlier_sets
    if request.schedule is not None:
        workspace = day.maker.workspace
        day.load(open_source(request.schedule, None, systems_of(workspace), reading_of(workspace)).entries)
    desk = Desk(day, printer, SetsTogether(printer), report=report)
    if request.listen != LOOPBACK:
        desk.shared = require_sharing(desk)
        desk.hosts = frozenset(desk.shared.hosts)
    return desk


def require_sharing(desk: Desk) -> DeskSettings:
    """How a clinic shares its desk. Raises WrongUse where it does not say so, or nobody could sign in."""
    settings = desk.day.maker.clinic.desk
    if settings is None:
        raise WrongUse(
            "`listen` opens the desk to other computers, and clinic.yaml does not say how; write `desk:` with `hosts:` "
            "into it (`consentkit guide desk`)",
            arguments=["listen"],
        )
    if not desk.users():
        raise WrongUse(
            "`listen` opens the desk to other computers, and nobody could sign in; add somebody with `consentkit user`",
            arguments=["listen"],
        )
    return settings


def notes_of(desk: Desk) -> list[str]:
    """What whoever starts a desk should know of it."""
    if desk.shared and not desk.shared.proxy:
        return [
            "Note: without a proxy that ends TLS (`desk: proxy:` in clinic.yaml), names and passwords cross the "
            "network for everybody on it to read."
        ]
    return []


def new_server(desk: Desk, address: str, port: int) -> Any:
    """A server for a desk, bound to an address; port 0 takes a free one. Raises OSError where the port is taken."""
    server = server_of(create_app(desk), address, port)
    if desk.shared is None:
        desk.hosts |= {f"{name}:{server.effective_port}" for name in (LOOPBACK, "localhost")}
    return server


def serve(desk: Desk, server: Any, show_link: Callable[[str], None]) -> None:
    """Answer requests until the process is interrupted; then raise KeyboardInterrupt."""
    address = f"http://{LOOPBACK}:{server.effective_port}/open/"
    desk.work()
    if desk.shared is None:
        show_link(address + desk.sessions.new_link())
        links = threading.Thread(target=_show_more_links, args=(desk, address, show_link), name="links", daemon=True)
        links.start()
    try:
        server.run()
        raise KeyboardInterrupt  # which waitress takes for an ordinary end
    finally:
        with suppress(ConsentkitError):  # such as a journal that can't be written to: the process ends all the same
            desk.end_day()
        server.close()


def _show_more_links(desk: Desk, address: str, show_link: Callable[[str], None]) -> None:
    """Show a new link for each line that somebody types where the desk was started."""
    if sys.stdin is None or not sys.stdin.isatty():
        return
    for _ in sys.stdin:
        show_link(address + desk.sessions.new_link())
