"""Running the desk: the server, its address, and what keeps its memory to itself.

Guarantees: nothing that comes or goes is put on a disk by the server; a connection that is too slow is closed; nothing
is logged but the names of pages and the kinds of errors; no core dump of the process is written, and its memory stays
out of swap where the system allows.
"""

from __future__ import annotations

import ctypes
import logging
import resource
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server

from consentkit.errors import WrongUse
from consentkit.model.clinic import DeskSettings
from consentkit.operations.desk.day import DeskDay
from consentkit.operations.desk.maker import DeskMaker
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.together import SetsTogether
from consentkit.operations.journal import open_journal
from consentkit.operations.other_systems import open_source, systems_of
from consentkit.operations.schedule import reading_of
from consentkit.web.app import LARGEST_UPLOAD, PACKAGE, create_app
from consentkit.web.desk import Desk
from consentkit.web.request import LOOPBACK, DeskRequest

_THREADS = 6
_IN_MEMORY = 1 << 30
"""Bytes that waitress buffers before it would use a file: more than there ever are."""
_SECONDS_OF_SILENCE = 30
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_PR_SET_DUMPABLE = 4
_CAP_IPC_LOCK = 14
_SWAPS = Path("/proc/swaps")


class _StrictParser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a body that has a length and comes in pieces too: of two programs, each would end it elsewhere."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("a body has a length or comes in pieces")


class _StrictChannel(HTTPChannel):  # type: ignore[misc]
    parser_class = _StrictParser


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
    _silence()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.create_server((address, port), family=family)  # here, so that a taken port leaves nothing open
    server = create_server(
        create_app(desk),
        sockets=[listening],
        threads=_THREADS,
        ident="",
        max_request_body_size=LARGEST_UPLOAD + (1 << 16),
        max_request_header_size=1 << 16,
        inbuf_overflow=_IN_MEMORY,
        outbuf_overflow=_IN_MEMORY,
        channel_timeout=_SECONDS_OF_SILENCE,
        cleanup_interval=5,
        connection_limit=200,
        expose_tracebacks=False,
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = _StrictChannel
    if desk.shared is None:
        desk.hosts |= {f"{name}:{server.effective_port}" for name in (LOOPBACK, "localhost")}
    return server


def keep_memory_private(swaps: Path = _SWAPS) -> str:
    """Let no core dump be written, and no memory be swapped out. Returns what was not possible, as a sentence.

    `swaps` is the system's list of its swap spaces.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return ""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if not _has_swap(swaps):
        return ""
    if _may_lock_all() and libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0:
        return ""
    return (
        "this system may write memory to its swap space; to prevent that, give the account an unlimited "
        "`memlock` (limits.conf, or LimitMEMLOCK=infinity), or encrypt the swap space"
    )


def _may_lock_all(status: Path = Path("/proc/self/status")) -> bool:
    """Whether there is no limit to what may be locked: under one, later requests for memory would fail."""
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY:
        return True
    try:
        capabilities = status.read_text(encoding="ascii").partition("CapEff:")[2].split()[0]
        return bool(int(capabilities, 16) >> _CAP_IPC_LOCK & 1)
    except (OSError, ValueError, IndexError):
        return False


def _has_swap(table: Path) -> bool:
    try:
        return len(table.read_text(encoding="ascii").splitlines()) > 1
    except OSError:
        return True


def _silence() -> None:
    """Let no library write what it knows of a request."""
    for name in ("waitress", "waitress.queue", "werkzeug", PACKAGE):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False


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
        desk.end_day()
        server.close()


def _show_more_links(desk: Desk, address: str, show_link: Callable[[str], None]) -> None:
    """Show a new link for each line that somebody types where the desk was started."""
    if sys.stdin is None or not sys.stdin.isatty():
        return
    for _ in sys.stdin:
        show_link(address + desk.sessions.new_link())
