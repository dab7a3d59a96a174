"""Previews for tests: one that runs, and what is waited for in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from consentkit.operations.opening import settle_despite_faults
from consentkit.operations.preview.live import LivePreview, PreviewState
from consentkit.operations.preview.subject import PreviewRequest
from consentkit.pdf.part import Flaw
from consentkit.pdf.render.measuring import flaws_of
from kit.small import CODE

PATIENCE = 60.0
"""Seconds after which something counts as never happening; nothing takes a tenth of it on an idle machine."""
BROKEN = '"title": "A small procedure'
"""What becomes of the small procedure where somebody has just deleted a quotation mark."""


def new_preview(clinic: Path, source: str | Path = CODE, **options: Any) -> LivePreview:
    """A preview of a clinic's file that does not run yet."""
    return LivePreview(PreviewRequest(settle_despite_faults(clinic, None), str(source), **options), pytest.fail)


@contextmanager
def held_after_layout(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no document become more than laid out, until this is left."""
    may_go_on = threading.Event()

    def wait(document: Any) -> tuple[Flaw, ...]:
        may_go_on.wait(PATIENCE)
        return flaws_of(document)

    with monkeypatch.context() as patch:
        patch.setattr("consentkit.pdf.render.engine.flaws_of", wait)
        try:
            yield
        finally:
            may_go_on.set()


@contextmanager
def running(live: LivePreview) -> Iterator[LivePreview]:
    """A preview that runs."""
    thread = threading.Thread(target=live.run, daemon=True)
    thread.start()
    try:
        yield live
    finally:
        live.end()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(live: LivePreview, holds: Callable[[PreviewState], bool], *, rests: bool = True) -> PreviewState:
    """Wait until a preview, by default one that rests, is as expected."""
    state = live.state
    for _ in range(1000):
        if not (rests and state.is_working) and holds(state):
            return state
        before, state = state, live.wait(state.revision, PATIENCE)
        if state == before:
            break
    pytest.fail(f"this never happens; at last there is {state}: {[str(problem) for problem in state.problems]}")
