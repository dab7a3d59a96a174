"""A server for pages on this computer, and what keeps the memory of its process to itself.

Guarantees: nothing that comes or goes is put on a disk by the server; a connection that is too slow is closed; no
library logs anything of a request; no core dump of the process is written, and its memory stays out of swap where the
system allows.
"""

from __future__ import annotations

import ctypes
import logging
import resource
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server

if TYPE_CHECKING:
    from flask import Flask

PACKAGE = __name__.rpartition(".")[0]
"""The logger of each application has this name."""
LARGEST_UPLOAD = 16 * 1024 * 1024
"""Bytes of a request."""
_THREADS = 6
_IN_MEMORY = 1 << 30
"""Bytes that waitress buffers before it would use a file: more than there ever are."""
_SECONDS_OF_SILENCE = 30
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_PR_SET_DUMPABLE = 4
_M_ARENA_MAX = -8
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


def server_of(app: Flask, address: str, port: int, threads: int = _THREADS) -> Any:
    """A server for an application, bound to an address; port 0 takes a free one. Raises OSError where it is taken."""
    _silence()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.create_server((address, port), family=family)  # here, so that a taken port leaves nothing open
    server = create_server(
        app,
        sockets=[listening],
        threads=threads,
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


def share_free_memory() -> None:
    """Let all threads take memory from one heap, so that what one of them has freed is there for the others.

    By itself, glibc gives each thread one, up to eight for each core (mallopt(3)), and what is free in one of them is
    of no use to the others: over thousands of packets a desk took more and more, while what it used stayed the same.
    """
    if sys.platform.startswith("linux") and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)


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
