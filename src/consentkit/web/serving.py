"""A server for pages on this computer.

Guarantees: nothing that comes or goes is put on a disk by the server; a connection that is too slow is closed; no
library logs anything of a request.
"""

from __future__ import annotations

import logging
import socket
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


def close_connections(server: Any) -> None:
    """Let a server that runs in another thread close what is open, and end."""

    def close() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    server.trigger.pull_trigger(close)  # in the thread that uses them


def _silence() -> None:
    """Let no library write what it knows of a request."""
    for name in ("waitress", "waitress.queue", "werkzeug", PACKAGE):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
