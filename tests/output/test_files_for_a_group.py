"""`files: group` in clinic.yaml, tried by real users: two clerks of one group, and somebody else."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consentkit.cli import run
from consentkit.errors import FileAccess
from consentkit.output.write import prepare_folder, write_file
from kit.folders import mode
from kit.packets import write_visit
from kit.running import PROJECT, load_all_modules
from kit.skipping import needs
from kit.small import CODE, NO_PAPERS_DUE, make_clinic

ROSA, MIA, STRANGER = 61001, 61002, 61003
"""Users by their numbers: no account is needed to be one."""
CLERKS, EVERYBODY = 61100, 61999
"""The group of the clerks, and one that all three belong to."""

pytestmark = needs(allowed=lambda: os.geteuid() == 0, otherwise="only the administrator may become another user")


def may_others_read_the_program() -> bool:
    """Whether it lies in no folder that is closed to other users, as that of the administrator is."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in PROJECT.parents)


@pytest.fixture
def share() -> Iterator[Path]:
    """A folder of the clerks' group with a clinic in it, where whatever is made belongs to that group."""
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        folder = Path(outer) / "share"
        folder.mkdir()
        make_clinic(folder, f"name: Alder Clinic\n{NO_PAPERS_DUE}files: group\njournal:\n  keep_years: 6\n")
        write_visit(folder / "visit.yaml")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, -1, CLERKS)
            path.chmod(0o2770 if path.is_dir() else 0o660)
        yield folder


@contextmanager
def as_user(user: int, *groups: int) -> Iterator[None]:
    """Be another user for a while, of these groups beside one that all have, with the umask that most have."""
    load_all_modules()
    before, umask = os.getgroups(), os.umask(0o022)
    os.setgroups([EVERYBODY, *groups])
    os.setegid(EVERYBODY)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)
        os.umask(umask)


def is_readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except PermissionError:
        return False
    return True


def test_a_file_for_the_group_is_for_its_members_and_nobody_else(share: Path) -> None:
    target = share / "packet.pdf"
    with as_user(ROSA, CLERKS):
        write_file(target, b"papers", for_group=True)
    assert (mode(target), target.stat().st_gid) == (0o640, CLERKS)
    with as_user(MIA, CLERKS):
        assert is_readable(target)
    with as_user(STRANGER):
        assert not is_readable(target)


def test_without_that_line_a_file_is_for_its_owner_only(share: Path) -> None:
    target = share / "packet.pdf"
    with as_user(ROSA, CLERKS):
        write_file(target, b"papers")
    assert mode(target) == 0o600
    with as_user(MIA, CLERKS):
        assert not is_readable(target)


def test_the_group_is_that_of_the_folder_even_where_new_files_would_get_the_users_own(share: Path) -> None:
    share.chmod(0o770)  # without the bit that hands the group on
    target, beside = share / "day" / "packet.pdf", share / "packet.pdf"
    with as_user(ROSA, CLERKS):
        prepare_folder(target.parent, for_group=True)
        write_file(target, b"papers", for_group=True)
        write_file(beside, b"papers", for_group=True)
    assert (mode(beside), beside.stat().st_gid) == (0o640, CLERKS)
    assert (mode(target), target.stat().st_gid) == (0o640, CLERKS)
    assert (mode(target.parent), target.parent.stat().st_gid) == (0o2770, CLERKS)
    with as_user(MIA, CLERKS):
        assert is_readable(target)
    with as_user(STRANGER):
        assert not is_readable(target)


def test_a_file_that_cannot_be_given_to_the_group_is_not_written(share: Path) -> None:
    share.chmod(0o777)
    target = share / "packet.pdf"
    with as_user(STRANGER), pytest.raises(FileAccess, match="delete that line"):
        write_file(target, b"papers", for_group=True)
    with as_user(STRANGER), pytest.raises(FileAccess, match="can't be given to the group of its folder"):
        prepare_folder(share / "day", for_group=True)
    assert sorted(path.name for path in share.iterdir()) == ["clinic.yaml", "procedures", "visit.yaml"]


@needs(allowed=may_others_read_the_program, otherwise="other users may not read the program")
def test_two_clerks_share_packets_approvals_and_the_journal_and_nobody_else_does(
    share: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(share)
    packet = share / "out" / "2026-11-23-V-1.pdf"
    commands = (
        ["approve", "--yes", CODE, "--by", "Dr. Amara Okonkwo", "--no-cache"],
        ["packet", "visit.yaml", "-o", "out/", "--no-cache"],
    )
    show = ["journal", "show", "--visit", "V-1", "--json", "-q"]
    for command in (*commands, show):  # as the administrator first, so that all modules are loaded
        assert run(command) == 0, capsys.readouterr().err
    for made in ("out", "approvals.yaml", "approved", "journal"):
        shutil.rmtree(share / made) if (share / made).is_dir() else (share / made).unlink()
    with as_user(ROSA, CLERKS):
        assert run(commands[0]) == 0, capsys.readouterr().err
    for clerk in (ROSA, MIA):  # who replaces her packet
        with as_user(clerk, CLERKS):
            assert run(commands[1]) == 0, capsys.readouterr().err
        assert (mode(packet), packet.stat().st_uid, packet.stat().st_gid) == (0o640, clerk, CLERKS)
    capsys.readouterr()
    with as_user(MIA, CLERKS):
        assert run(show) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert [entry["actor"] for entry in entries] == [f"uid-{ROSA}", f"uid-{MIA}"]
    share.chmod(0o2777)  # so that nothing but the files themselves and their folders keeps the stranger out
    private = [path for path in share.rglob("*") if path.is_file() and path.stat().st_uid in {ROSA, MIA}]
    assert {path.name for path in private} >= {"approvals.yaml", "journal.sqlite3", "key", packet.name}
    for path in private:
        assert path.stat().st_gid == CLERKS, path
        assert not mode(path) & 0o007, path
        with as_user(MIA, CLERKS):
            assert is_readable(path), path
        with as_user(STRANGER):
            assert not is_readable(path), path
