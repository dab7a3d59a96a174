"""The journal: what it takes, how prints are numbered, what nobody can change unnoticed, and how it fails."""

from __future__ import annotations

import datetime
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.errors import FileAccess, WrongUse
from consentkit.journal.database import FILE
from consentkit.journal.entries import JournalEntry, PrintIntent, Who
from consentkit.journal.journal import OF_DAY, OF_PACKET, OF_VISIT, Journal
from kit.folders import mode
from kit.journals import PACKET, PAPER, ROSA, START, Clock, everything_in, intent, open_journal, raw, signed_in
from kit.running import as_nobody


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path) as opened:
        yield opened


def print_once(journal: Journal, visit: str = "V-1") -> int:
    seq = journal.intend(intent(visit)).seq
    journal.finish(seq, ROSA, jobs=("front-desk-12",))
    return seq


# --- prints ---


def test_prints_of_a_visit_are_numbered_and_told_apart(journal: Journal) -> None:
    assert journal.prints_of("V-1") == 0
    first, other, second = (journal.intend(intent(visit)) for visit in ("V-1", "V-2", "V-1"))
    assert [one.print_number for one in (first, other, second)] == [1, 1, 2]
    assert journal.prints_of("V-1") == 2
    assert journal.finish(first.seq, ROSA).entry.action == "printed"
    assert journal.finish(second.seq, ROSA).entry.action == "reprinted"


def test_an_intent_without_an_end_is_unfinished_after_the_next_start(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        done, failed, partly, lost = (journal.intend(intent(f"V-{number}")) for number in range(4))
        journal.finish(done.seq, ROSA, jobs=("front-desk-12", "front-desk-13"))
        assert journal.fail(failed.seq, ROSA).entry.action == "not-printed"
        assert journal.fail(partly.seq, ROSA, jobs=("front-desk-14",)).entry.action == "printed-partly"
    with open_journal(tmp_path) as journal:
        assert [row.seq for row in journal.unfinished()] == [lost.seq]
        journal.fail(lost.seq, ROSA, "nothing-came-out")
        assert journal.unfinished() == []


def test_the_end_of_a_print_repeats_what_was_intended(journal: Journal) -> None:
    seq = journal.intend(intent(printer="front-desk", copies=2, reason="jammed")).seq
    row = journal.finish(seq, Who("mia", "desk-2"), jobs=("front-desk-12",))
    entry = row.entry
    assert (entry.packet, entry.papers, entry.pages, entry.copies) == (PACKET, (PAPER,), 7, 2)
    assert (entry.printer, entry.jobs, entry.refers, entry.reason) == ("front-desk", ("front-desk-12",), seq, "jammed")
    assert entry.who.actor == "mia"


def test_a_print_has_one_end_only(journal: Journal) -> None:
    seq = print_once(journal)
    for end in (lambda: journal.finish(seq, ROSA), lambda: journal.fail(seq, ROSA)):
        with pytest.raises(WrongUse, match=f"what became of entry {seq} of the journal was recorded before"):
            end()
    with pytest.raises(WrongUse, match="entry 1 of the journal is no intent to print"):
        journal.finish(1, ROSA)


def test_several_intents_are_recorded_together_or_not_at_all(journal: Journal) -> None:
    both = journal.intend_all([intent("V-1"), intent("V-1")])
    assert [one.print_number for one in both] == [1, 2]
    before = journal.head()
    with pytest.raises(AttributeError):
        journal.intend_all([intent("V-1"), None])  # type: ignore[list-item]
    assert journal.head() == before


def test_only_the_journal_itself_writes_what_belongs_to_a_print(journal: Journal) -> None:
    entry = JournalEntry("printed", ROSA, visit="V-1", print_number=1, refers=2)
    with pytest.raises(WrongUse, match="`printed` is written by the journal itself; use `intend`, `finish`"):
        journal.record(entry)


# --- reading ---


def test_entries_are_found_by_visit_packet_day_and_file(tmp_path: Path) -> None:
    clock = Clock(datetime.datetime(2026, 11, 23, 9, 0).astimezone())
    with open_journal(tmp_path, clock) as journal:
        print_once(journal, "V-1")
        seal = journal.seal(b"a packet")
        journal.record(JournalEntry("made", ROSA, visit="V-2", papers=(PAPER,), seal=seal))
        clock.now += datetime.timedelta(days=1)
        print_once(journal, "V-1")
        assert [row.seq for row in journal.of_visit("V-1")] == [2, 3, 5, 6]
        assert [row.seq for row in journal.of_packet(PACKET)] == [2, 3, 5, 6]
        assert [row.seq for row in journal.of_day(datetime.date(2026, 11, 23))] == [1, 2, 3, 4]
        assert [row.seq for row in journal.of_day(datetime.date(2026, 11, 24))] == [5, 6]
        assert [row.seq for row in journal.of_pdf(b"a packet")] == [4]
        assert journal.of_pdf(b"another packet") == []
        assert [row.seq for row in journal.rows()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "Pacific/Auckland"])
def test_a_day_is_that_of_the_clinic_not_of_greenwich(
    zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        late = Clock(datetime.datetime(2026, 11, 23, 23, 58).astimezone())
        with open_journal(tmp_path, late) as journal:
            journal.record(signed_in())
            journal.record(signed_in())
            assert [row.seq for row in journal.of_day(datetime.date(2026, 11, 23))] == [1]
            assert [row.seq for row in journal.of_day(datetime.date(2026, 11, 24))] == [2, 3]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [(OF_DAY, ("2026", "2027"), "by_time"), (OF_VISIT, ("V-1",), "by_visit"), (OF_PACKET, (PACKET,), "by_packet")],
)
def test_a_page_of_the_journal_needs_no_look_at_all_its_entries(
    query: str, values: tuple[str, ...], index: str, journal: Journal, tmp_path: Path
) -> None:
    with raw(tmp_path) as database:
        plan = " ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", values))
    assert f"SEARCH entries USING INDEX {index}" in plan
    assert "SCAN" not in plan


# --- the chain ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET visit = 'V-9' WHERE seq = 2",
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 2",
        "INSERT INTO entries SELECT 9, at, action, actor, role, station, visit, packet, print_number, papers, pages, "
        "copies, printer, jobs, refers, rule, reason, subject, count, seal, carried, hash, hash FROM entries "
        "WHERE seq = 3",
    ],
)
def test_the_database_itself_refuses_to_alter_delete_or_replace(
    statement: str, journal: Journal, tmp_path: Path
) -> None:
    print_once(journal)
    with raw(tmp_path) as database, pytest.raises(sqlite3.IntegrityError, match="entries are"):
        database.execute(statement)
    assert journal.verify().is_whole


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE entries SET visit = 'V-9' WHERE seq = 2", "entry 2 is not as it was written"),
        ("UPDATE entries SET at = '2020-01-15T10:00:00.000Z' WHERE seq = 3", "entry 3 is not as it was written"),
        ("DELETE FROM entries WHERE seq = 3", "between the entries 2 and 4 some are missing"),
        (
            "DELETE FROM entries WHERE seq < 3",
            "entries before number 3 are missing, and no entry states",
        ),
        ("DELETE FROM entries", "there is no entry in it"),
    ],
)
def test_whoever_takes_the_guards_away_is_noticed_by_the_chain(
    statement: str, problem: str, journal: Journal, tmp_path: Path
) -> None:
    print_once(journal)
    journal.record(signed_in())
    with raw(tmp_path, unguarded=True) as database:
        database.execute(statement)
    problems = journal.verify().problems
    assert "the database lacks a safeguard, or has another one: not_altered" in problems
    assert any(text.startswith(problem) for text in problems), problems


def test_entries_that_are_missing_at_the_end_show_with_a_head_that_was_noted(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        print_once(journal)
        head = journal.head()
        assert journal.verify(head.hash).is_whole
    with raw(tmp_path) as database:
        guard = database.execute("SELECT sql FROM sqlite_schema WHERE name = 'not_deleted'").fetchone()[0]
        database.execute("DROP TRIGGER not_deleted")
        database.execute("DELETE FROM entries WHERE seq = ?", (head.seq,))
        database.execute(guard)
    with open_journal(tmp_path) as journal:
        assert journal.verify().is_whole
        (problem,) = journal.verify(head.hash).problems
        assert problem.startswith("the head that was given is not in it")


# --- pruning ---


def test_pruning_removes_what_is_old_for_good_and_the_chain_stays_whole(tmp_path: Path) -> None:
    clock = Clock()
    with open_journal(tmp_path, clock) as journal:
        print_once(journal, "V-OLDEST")
        last_old = journal.head()
        clock.now = clock.now.replace(year=2026)
        print_once(journal, "V-2")
        assert b"V-OLDEST" in everything_in(tmp_path)
        pruned = journal.prune(START.replace(year=2021), ROSA)
        assert (pruned.removed, pruned.last) == (3, 3)
        verdict = journal.verify(last_old.hash)  # carried by the entry about pruning
        assert (verdict.problems, verdict.first, verdict.entries) == ((), 4, 3)
        assert journal.of_visit("V-OLDEST") == []
        assert b"V-OLDEST" not in everything_in(tmp_path)
        assert journal.prune(START.replace(year=2021), ROSA).removed == 0
        with raw(tmp_path) as database, pytest.raises(sqlite3.IntegrityError):
            database.execute("DELETE FROM entries")


def test_a_journal_of_which_all_is_old_can_be_pruned_and_opened_again_and_again(tmp_path: Path) -> None:
    clock = Clock()
    for year in (2026, 2036):
        with open_journal(tmp_path, clock) as journal:
            print_once(journal)
            clock.now = clock.now.replace(year=year)
            journal.prune(clock.now, ROSA)
            assert journal.verify().is_whole
            assert journal.verify().entries == 1


# --- how it fails ---


def require_refusal(folder: Path, message: str, **options: float) -> None:
    with pytest.raises(FileAccess, match=message):
        open_journal(folder, **options)


def begun(folder: Path) -> Path:
    with open_journal(folder) as journal:
        print_once(journal)
    return folder / "journal"


def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = begun(tmp_path) / FILE
    file.write_text("a list of ours " * 100)
    require_refusal(tmp_path, "is no journal, nor any database; move the folder away, and the next entry begins a new")
    assert file.read_text() == "a list of ours " * 100


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    with raw(tmp_path) as database:
        database.execute("CREATE TABLE patients (name)")
    before = everything_in(tmp_path)
    require_refusal(tmp_path, "is the database of another program; move the folder away")
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize(("form", "message"), [(0, "an older version"), (2, "a newer version of consentkit; update")])
def test_a_journal_of_another_form_is_refused(form: int, message: str, tmp_path: Path) -> None:
    begun(tmp_path)
    with raw(tmp_path) as database:
        database.execute(f"PRAGMA user_version = {form}")
    require_refusal(tmp_path, message)


def test_a_damaged_journal_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = begun(tmp_path) / FILE
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    require_refusal(tmp_path, "is damaged; put it back from a backup")


def test_a_journal_that_another_program_holds_is_waited_for_and_then_refused(tmp_path: Path) -> None:
    begun(tmp_path)
    with raw(tmp_path) as database:
        database.execute("BEGIN IMMEDIATE")
        require_refusal(tmp_path, "another program has held it for 0.05 seconds; close it", patience=0.05)


def test_a_link_in_place_of_the_database_is_not_followed(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    (folder / FILE).rename(folder / "elsewhere")
    (folder / FILE).symlink_to("elsewhere")
    require_refusal(tmp_path, "is no file, but a link or something else")


def test_the_key_of_another_journal_is_noticed(tmp_path: Path) -> None:
    (begun(tmp_path) / "key").write_text("ab" * 32)
    require_refusal(tmp_path, "key: is the key of another journal; put the right one back from a backup")


@pytest.mark.parametrize("text", [None, "", "not a key"])
def test_a_lost_key_is_noticed_and_never_made_again(text: str | None, tmp_path: Path) -> None:
    key = begun(tmp_path) / "key"
    if text is None:
        key.unlink()
    else:
        key.write_text(text)
    require_refusal(tmp_path, "if it is lost, move the whole folder away")
    assert (key.read_text() if key.exists() else None) == text


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody can enter; pytest's own is shut."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_that_cannot_be_written_to_is_refused(public: Path) -> None:
    folder = begun(public)
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    with as_nobody():
        require_refusal(public, "can't be written to; let your account write to the folder of the journal, or name")


def test_a_journal_on_a_medium_that_cannot_be_written_to_can_be_read(public: Path) -> None:
    folder = begun(public)
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    with as_nobody(), Journal.open_to_read(folder) as journal:
        assert journal.verify().is_whole
        assert [row.entry.action for row in journal.rows()] == ["begun", "to-print", "printed"]
        with pytest.raises(FileAccess, match="can't be written to"):
            journal.record(signed_in())


def test_where_no_journal_has_begun_reading_says_so_and_begins_none(tmp_path: Path) -> None:
    with pytest.raises(FileAccess, match="contains no journal yet; the first packet, approval or batch begins it"):
        Journal.open_to_read(tmp_path / "journal")
    assert list(tmp_path.iterdir()) == []


# --- who may read it ---


def test_all_its_files_are_for_their_owner_only_while_it_is_open_and_afterwards(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with open_journal(tmp_path) as journal:
            print_once(journal)
            modes = {path.name: mode(path) for path in (tmp_path / "journal").iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys([FILE, f"{FILE}-wal", f"{FILE}-shm", "key"], 0o600)
    assert mode(tmp_path / "journal") == 0o700


def test_permissions_follow_the_clinic_when_it_changes_its_mind(tmp_path: Path) -> None:
    begun(tmp_path)
    for for_group, folder_mode, file_mode, key_mode in ((True, 0o2770, 0o660, 0o640), (False, 0o700, 0o600, 0o600)):
        with open_journal(tmp_path, for_group=for_group):
            assert mode(tmp_path / "journal") == folder_mode
            assert mode(tmp_path / "journal" / FILE) == file_mode
            assert mode(tmp_path / "journal" / f"{FILE}-wal") == file_mode
            assert mode(tmp_path / "journal" / "key") == key_mode


def test_an_intent_is_checked_when_it_is_made() -> None:
    with pytest.raises(WrongUse, match="`pages` is not a whole number from 1 on"):
        PrintIntent(ROSA, "V-1", PACKET, 0)
