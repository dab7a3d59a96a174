"""Long work tells how much is done, at which rate, and how long the rest will take."""

from __future__ import annotations

import io
import sys

import pytest

from consentkit.cli.pace import bar, rate


class Terminal(io.StringIO):
    """A terminal that somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [(0, 5, ""), (3, 0, ""), (1, 8, "7.5 a minute"), (3, 2, "1.5 a second"), (5000, 60, "83 a second")],
)
def test_a_rate_has_a_unit_in_which_it_can_be_grasped(done: int, seconds: float, said: str) -> None:
    assert rate(done, seconds) == said


def test_a_bar_says_how_much_is_done_and_at_which_rate_and_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    seconds = iter(range(0, 1000, 2))
    with bar("Documents", 4, clock=lambda: float(next(seconds))) as show:
        for done in (1, 2, 3):
            show(done, 4)
    drawn = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "Documents" in drawn
    assert "3/4" in drawn
    assert "a minute" in drawn


def test_a_bar_that_nobody_watches_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with bar("Documents", 2) as show:
        show(1, 2)
        show(2, 2)
    assert "/2" not in sys.stderr.getvalue()  # type: ignore[attr-defined]
