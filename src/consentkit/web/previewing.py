"""Running a preview: its server, its links, and its end.

Guarantees: it listens on the loopback only; it ends with everything that waits, at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from consentkit.errors import FileAccess, reason
from consentkit.operations.preview.live import LivePreview
from consentkit.web.preview_app import THREADS, PreviewDoor, create_preview
from consentkit.web.request import LOOPBACK
from consentkit.web.serving import close_connections, server_of

_SECONDS_TO_END = 2
ShowLinks = Callable[[str, str], None]
"""Gets the link for people, which works as long as the preview does, and the one for a browser, which works once."""


@contextmanager
def serving(live: LivePreview, port: int) -> Iterator[tuple[str, str]]:
    """Answer browsers, and keep the preview up to date, until the end; yields the links of `ShowLinks`.

    Raises FileAccess where the port is taken; port 0 takes a free one.
    """
    door = PreviewDoor()
    try:
        server = server_of(create_preview(live, door), LOOPBACK, port, THREADS)
    except OSError as error:
        raise FileAccess(
            f"port {port} of {LOOPBACK} can't be used: {reason(error)}; name another one with --port, or leave the "
            "option out for any free one"
        ) from None
    door.listen_at((LOOPBACK, "localhost"), server.effective_port)
    threads = [
        threading.Thread(target=server.run, name="answers", daemon=True),
        threading.Thread(target=live.run, name="papers", daemon=True),
    ]
    for thread in threads:
        thread.start()
    address = f"http://{LOOPBACK}:{server.effective_port}/open/"
    try:
        yield address + door.secret, address + door.sessions.new_link()
    finally:
        live.end()
        server.task_dispatcher.shutdown(timeout=_SECONDS_TO_END)  # what waited for news has been answered
        close_connections(server)
        threads[0].join(_SECONDS_TO_END)


def serve(live: LivePreview, port: int, show_links: ShowLinks) -> None:
    """Serve a preview until the process is interrupted; then raise KeyboardInterrupt. Raises what `serving` raises."""
    with serving(live, port) as links:
        show_links(*links)
        threading.Event().wait()
