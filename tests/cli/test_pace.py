"""Long work tells how much is done, at which rate, and how long the rest will take."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import consentkit
from consentkit.cache.store import key_of, open_store
from consentkit.cli.pace import bar, beside_messages, long_work, rate
from consentkit.documents.opening import open_workspace
from consentkit.errors import UnknownCode
from consentkit.operations.journal import JournalEntry, open_journal, who_asks
from kit.packets import write_schedule
from kit.running import Outcome
from kit.small import CODE, WITH_JOURNAL, make_clinic, write_procedure

Call = Callable[..., Outcome]


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


def test_a_bar_comes_once_there_is_much_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for total, is_shown in ((10, False), (11, True)):
        monkeypatch.setattr(sys, "stderr", Terminal())
        with long_work("Pages", quiet=False) as progress:
            for done in range(1, total + 1):
                progress(done, total)
        assert ("Pages" in sys.stderr.getvalue()) == is_shown  # type: ignore[attr-defined]


def test_messages_are_above_the_bar_and_never_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with beside_messages("Packets", 11) as one_more:
        for number in range(11):
            with one_more(is_done=True):
                sys.stderr.write(f"visit {number}\n")
    drawn = sys.stderr.getvalue().split("\r")  # type: ignore[attr-defined]
    assert [part for part in drawn if "visit" in part] == [f"\x1b[Kvisit {number}\n" for number in range(11)]
    assert any("11/11" in part for part in drawn)


ROWS = [{"visit": f"V-{number}", "date_of_birth": "someday"} for number in range(11)]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_packets_of_a_schedule_are_counted_on_a_terminal_and_in_no_pipe(
    is_terminal: bool, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    clinic, day = make_clinic(tmp_path / "clinic"), write_schedule(tmp_path / "day.csv", *ROWS)
    monkeypatch.setattr(sys, "stderr", stream)
    assert call("packet", day, "--clinic", clinic, "--allow-drafts", "-o", "out").code == 7
    assert ("11/11" in stream.getvalue()) == is_terminal
    assert ("\x1b" in stream.getvalue()) == is_terminal
    assert "row 12" in stream.getvalue() or ":12:" in stream.getvalue()


@pytest.mark.parametrize("is_quiet", [True, False])
def test_documents_are_counted_on_a_terminal_unless_it_is_to_be_quiet(
    is_quiet: bool, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "templates").mkdir()
    (clinic / "templates" / "base.html").write_text("{{ unknown }}")  # so that each document fails, and soon
    write_procedure(clinic / "procedures", code="SMALL-2")
    monkeypatch.setattr("consentkit.cli.pace.FEW", 1)
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    assert call("render", CODE, "SMALL-2", "--clinic", clinic, "-o", "out/", *["-q"][:is_quiet]).code == 6
    assert ("2/2" in stream.getvalue()) != is_quiet
    assert stream.getvalue().count("Error: SMALL-") == 2


def test_a_check_is_counted_on_a_terminal(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    monkeypatch.setattr("consentkit.cli.checking._FEW_FILES", 3)
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    call("check", "--clinic", make_clinic(tmp_path / "clinic"))
    assert "Checking" in stream.getvalue()


def test_the_documents_of_a_long_list_are_counted_as_their_state_is_looked_at(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    codes = ", ".join(f"NONE-{number}" for number in range(11))
    (clinic / "services.yaml").write_text(f"services: [{codes}]\n")
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    assert call("status", "--clinic", clinic).code == 3
    assert "11/11" in stream.getvalue()
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    terms = ("--all-drafts", "--by", "Ana Ruiz", "--yes")
    assert call("approve", *terms, "--clinic", clinic).code == 7
    assert "22/22" in stream.getvalue()
    told: list[tuple[int, int]] = []
    consentkit.open_workspace(clinic, cache=False).status(progress=lambda *how_far: told.append(how_far))
    assert told == [(number, 11) for number in range(1, 12)]
    told.clear()
    with pytest.raises(UnknownCode):
        consentkit.open_workspace(clinic, cache=False).trace(
            "123456789abc", progress=lambda *how_far: told.append(how_far)
        )
    assert told[10] == (11, 11)  # those of the service list, and then all of the library
    assert told[-1] == (len(told), len(told))


@pytest.mark.parametrize(
    ("command", "label"),
    [
        (("list",), "Reading"),
        (("doctor",), "Reading"),
        (("journal", "verify"), "Verifying"),
        (("journal", "export", "--csv", "journal.csv"), "Reading entries"),
        (("trace", "123456789abc"), "Looking"),
    ],
)
def test_what_goes_through_everything_is_counted_on_a_terminal(
    command: tuple[str, ...], label: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    clinic = make_clinic(tmp_path / "clinic", WITH_JOURNAL)
    (clinic / "services.yaml").write_text(f"services: [{', '.join(f'NONE-{number}' for number in range(11))}]\n")
    open_journal(open_workspace(clinic)).record(JournalEntry("signed-in", who_asks()))
    monkeypatch.setattr("consentkit.cli.listing._FEW_FILES", 0)
    monkeypatch.setattr("consentkit.cli.journaling._FEW_ENTRIES", 1)
    monkeypatch.setattr("consentkit.operations.doctor._document", lambda workspace: "made")  # which takes seconds
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    call(*command, "--clinic", clinic)
    drawn = [line for line in stream.getvalue().split("\r") if label in line]
    assert drawn and re.search(r"(\d+)/\1\b", drawn[-1]), "all of it is done at the end"


def test_what_was_listed_before_is_not_counted_again(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    """A list with a bar is never remembered as an answer, so each of them would be as slow as the first one."""
    clinic, cache = make_clinic(tmp_path / "clinic"), ("--cache", tmp_path / "cache")
    monkeypatch.setattr("consentkit.cli.listing._FEW_FILES", 0)
    drawn = []
    for _ in range(2):
        monkeypatch.setattr(sys, "stderr", stream := Terminal())
        assert call("list", "--clinic", clinic, *cache).code == 0
        drawn.append("Reading" in stream.getvalue())
    assert drawn == [True, False]


def test_an_export_begins_below_the_bar(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    clinic = make_clinic(tmp_path / "clinic", WITH_JOURNAL)
    open_journal(open_workspace(clinic)).record(JournalEntry("signed-in", who_asks()))
    monkeypatch.setattr("consentkit.cli.journaling._FEW_ENTRIES", 1)
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    before: list[str] = []
    monkeypatch.setattr("consentkit.cli.journaling.write_to_stdout", lambda csv: before.append(stream.getvalue()))
    assert call("journal", "export", "--csv", "-", "--clinic", clinic).code == 0
    assert re.search(r"2/2[^\n]*\n$", before[0]), "the bar is complete, and its line has ended"


@pytest.mark.parametrize("command", ["clear", "prune"])
@pytest.mark.parametrize("url", ["memory://removed/of/a/test", "file://{folder}/parts"])
def test_parts_are_counted_while_they_are_removed(
    command: str, url: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = url.format(folder=tmp_path)
    for number in range(3):
        open_store(place).put(key_of(str(number)), b"x")
    monkeypatch.setattr("consentkit.cli.caching._FEW_PARTS", 1)
    monkeypatch.setattr("consentkit.cache.object_store._REMOVED_AT_A_TIME", 2)
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    assert call("cache", command, "--cache", place, *["--largest", "0"] * (command == "prune")).code == 0
    assert "3/3" in stream.getvalue()
    assert "3 parts removed" in stream.getvalue()
    assert open_store(place).info().entries == 0


def test_a_bar_is_drawn_now_and_then_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    with long_work("Entries", quiet=False) as progress:
        for done in range(1, 100_001):
            progress(done, 100_000)
    drawn = [line for line in stream.getvalue().split("\r") if "/100000" in line]
    assert len(drawn) < 10_000, "to draw each takes longer than to go through them"
    assert "100000/100000" in drawn[-1]


def test_programs_are_told_how_far_a_check_and_a_batch_have_come(tmp_path: Path, few_texts: None) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "services.yaml").write_text("services: [NONE-1, NONE-2]\n")
    workspace = consentkit.open_workspace(clinic, cache=False)
    told: list[tuple[int, int]] = []
    workspace.check(progress=lambda *how_far: told.append(how_far))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1] == (len(told), len(told))
    told.clear()
    assert len(list(workspace.batch(tmp_path / "out", progress=lambda *how_far: told.append(how_far)))) == 2
    assert told == [(1, 2), (2, 2)]


def test_programs_are_told_how_many_visits_are_served_in_memory_and_in_a_folder(
    tmp_path: Path, few_texts: None
) -> None:
    workspace = consentkit.open_workspace(make_clinic(tmp_path / "clinic"), cache=False)
    for folder in (None, tmp_path / "out"):
        told: list[tuple[int, int]] = []
        visits = iter([{"visit": "V-1"}, {"visit": "V-2"}])
        results = workspace.packets(visits, folder, progress=lambda *how_far, told=told: told.append(how_far))
        for number, _ in enumerate(results, 1):
            assert told[-1] == (number, 2)
        assert told == [(1, 2), (2, 2)]


def test_a_program_ends_a_check_by_what_it_raises(tmp_path: Path, few_texts: None) -> None:
    def stop(done: int, total: int) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        consentkit.open_workspace(make_clinic(tmp_path / "clinic"), cache=False).check(progress=stop)
