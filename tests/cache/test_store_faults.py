"""The store of finished parts, while processes are killed, the system refuses, and others meddle."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.cache.store import Store, key_of
from consentkit.errors import FileAccess
from consentkit.processes.whole_files import UNFINISHED
from kit.injecting import (
    KEY,
    KILLS,
    NEW,
    OLD,
    OTHER_KEY,
    REFUSALS,
    Injected,
    inject,
    may_mount,
    may_trace,
    on_small_disk,
)
from kit.running import NOBODY, as_nobody, environment
from kit.skipping import needs

needs_root = needs(allowed=lambda: os.geteuid() == 0, otherwise="only the administrator may give files away")
BEFORE = {
    "a new part": set[bytes | None]([None]),
    "a part in place of an old one": set[bytes | None]([OLD]),
    "pruning": set[bytes | None]([OLD]),
    "clearing": set[bytes | None]([OLD]),
    "reading": set[bytes | None]([OLD]),
    "reading what is damaged": set[bytes | None]([None]),
}
AFTER = {
    "a new part": NEW,
    "a part in place of an old one": NEW,
    "pruning": None,
    "clearing": None,
    "reading": OLD,
    "reading what is damaged": None,
}
MUST_MEET = {
    "a new part": {"open", "write", "close", "replace", "mkdir", "scandir"},
    "a part in place of an old one": {"open", "write", "close", "replace", "mkdir", "scandir"},
    "pruning": {"open", "close", "scandir", "unlink", "rmdir"},
    "clearing": {"open", "close", "scandir", "unlink", "rmdir"},
    "reading": {"open", "close", "fdopen"},
    "reading what is damaged": {"open", "close", "fdopen", "unlink"},
}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def run_script(script: str, *arguments: str | Path, **options: object) -> list[str]:
    """Run a Python script in a process of its own. Returns the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()  # type: ignore[no-any-return]


# --- killed, or refused, at each call ---


@pytest.mark.parametrize("scenario", BEFORE)
def test_a_process_killed_at_any_step_leaves_whole_parts_only(scenario: str, tmp_path: Path) -> None:
    injected = inject(scenario, tmp_path, *KILLS)
    assert {each.call for each in injected} == MUST_MEET[scenario]
    assert {each.ended for each in injected} == {-9}
    for each in injected:
        require_only_own_private_files(each)
        require_whole(each, scenario)
        require_mended_by_the_next_run(each)


@pytest.mark.parametrize("scenario", BEFORE)
def test_a_call_that_fails_at_any_step_is_survived_and_leaves_nothing_half(scenario: str, tmp_path: Path) -> None:
    injected = inject(scenario, tmp_path, *REFUSALS)
    assert {each.call for each in injected} == MUST_MEET[scenario]
    # 5 is FileAccess, which looking after a store may raise; keeping and finding never raise.
    assert {each.ended for each in injected} <= ({0, 5} if scenario in {"pruning", "clearing"} else {0})
    for each in injected:
        require_only_own_private_files(each)
        require_whole(each, scenario)
        if each.call != "unlink":
            assert not [path for path in files(Path(each.folder)) if UNFINISHED.fullmatch(path.name)], each
        require_mended_by_the_next_run(each)


def require_only_own_private_files(each: Injected) -> None:
    for path in Path(each.folder, "cache").rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_dir():
            assert re.fullmatch("[0-9a-f]{2}", path.name), each
            assert mode == 0o700
        else:
            assert path.name in {KEY, OTHER_KEY} or UNFINISHED.fullmatch(path.name), each
            assert mode == 0o600


def require_whole(each: Injected, scenario: str) -> None:
    store = Store(Path(each.folder) / "cache")
    allowed = BEFORE[scenario] | {AFTER[scenario]}
    assert store.get(KEY) in allowed, each
    if scenario != "a new part":
        assert store.get(OTHER_KEY) in ({OLD, None} if scenario in {"pruning", "clearing"} else {OLD}), each
    assert store.trouble is None


def require_mended_by_the_next_run(each: Injected) -> None:
    store = Store(Path(each.folder) / "cache")
    assert store.put(KEY, NEW), each
    assert store.get(KEY) == NEW
    for path in files(Path(each.folder)):
        if UNFINISHED.fullmatch(path.name):
            os.utime(path, (time.time() - 4000,) * 2)
    store.prune()
    assert {path.name for path in files(Path(each.folder))} <= {KEY, OTHER_KEY}, each
    assert store.get(KEY) == NEW


# --- the same without Python's help: each system call of a whole process ---

TRACED = ("openat", "mkdir", "mkdirat", "write", "fsync", "rename", "renameat", "renameat2", "unlinkat", "utimensat")
MARK = "/here-it-begins"
PUT = f"""
import os, sys
from pathlib import Path
from consentkit.cache.store import Store, key_of
store, key = Store(Path(sys.argv[1])), key_of("a part")
try:
    os.open({MARK!r}, os.O_RDONLY)
except OSError:
    pass
store.put(key, b"new " * 30_000)
store.get(key)
"""


def strace(folder: Path, log: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            "strace",
            "-qq",
            "-o",
            str(log),
            "-e",
            f"trace={','.join(TRACED)}",
            *options,
            sys.executable,
            "-B",
            "-c",
            PUT,
            str(folder),
        ],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def calls_to_disturb(folder: Path) -> list[tuple[str, int]]:
    """Each system call of a put and a get: its name, and which of that name in the process it is."""
    done = strace(folder / "undisturbed", folder / "log")
    assert done.returncode == 0, done.stderr
    counts, found, begun = dict.fromkeys(TRACED, 0), [], False
    for line in (folder / "log").read_text().splitlines():
        name = line.split("(")[0]
        if name in counts:
            counts[name] += 1
            if begun:
                found.append((name, counts[name]))
            begun = begun or MARK in line
    return found


@needs("strace", allowed=may_trace, otherwise="no process may be traced")
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO"])
def test_a_fault_in_any_system_call_leaves_whole_parts_only(fault: str, tmp_path: Path) -> None:
    calls = calls_to_disturb(tmp_path)
    assert {"openat", "write"} <= {name for name, _ in calls}
    for name, number in calls:
        folder = tmp_path / f"{name}-{number}"
        Store(folder / "cache").put(KEY, OLD)
        done = strace(folder / "cache", tmp_path / "log", "-e", f"inject={name}:{fault}:when={number}")
        each = Injected(str(folder), fault, name, done.returncode)
        assert done.returncode == (0 if "error" in fault else -9), (each, done.stderr)
        require_only_own_private_files(each)
        assert Store(folder / "cache").get(KEY) in {OLD, NEW}, each
        require_mended_by_the_next_run(each)


# --- the disk is full ---

LIMITED = """
import resource, sys
from pathlib import Path
from consentkit.cache.store import Store, key_of
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
store = Store(Path(sys.argv[1]))
print(store.put(key_of("small"), b"x" * 900), store.trouble)
print(store.put(key_of("large"), b"x" * 100_000), store.trouble)
print(store.put(key_of("large"), b"x" * 100_000), store.get(key_of("large")), len(store.get(key_of("small"))))
"""


def test_a_part_for_which_there_is_no_room_is_not_kept_and_that_is_told_once(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk; the system itself refuses to write on."""
    lines = run_script(LIMITED, tmp_path / "cache")
    assert lines[0] == "True None"
    assert lines[1] == (
        f"False {tmp_path / 'cache'}: finished parts can't be kept here: file too large. Everything still works, "
        "but more slowly. --cache DIR or $CONSENTKIT_CACHE names another folder; --no-cache keeps nothing"
    )
    assert lines[2] == "False None 900"
    assert [path.name for path in files(tmp_path)] == [key_of("small")]


SMALL_DISK = """
import subprocess, sys
from pathlib import Path
from consentkit.cache.store import Store, key_of
store = Store(Path(sys.argv[1]) / "cache")
print([store.put(key_of(str(n)), bytes([n]) * 30_000) for n in range(4)])
print(store.trouble.split(": ")[2].split(".")[0])
print([store.get(key_of(str(n))) == bytes([n]) * 30_000 for n in range(4)])
print([path.name for path in store.folder.rglob("*.tmp")], store.prune(40_000).entries)
print(store.put(key_of("3"), b"x" * 30_000))
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
store = Store(store.folder)
print(store.get(key_of("3")) == b"x" * 30_000, store.trouble)
print(store.put(key_of("4"), b"x"), store.get(key_of("4")), store.trouble.split(": ")[2].split(".")[0])
try:
    store.clear()
except Exception as error:
    print(type(error).__name__, str(error).split(": ")[-1])
"""


@needs("mount", "unshare", allowed=may_mount, otherwise="no file system may be mounted")
def test_a_real_disk_that_is_full_or_read_only_costs_no_part_that_is_kept(tmp_path: Path) -> None:
    lines = on_small_disk(SMALL_DISK, tmp_path)
    kept = lines[0].count("True")
    assert 1 <= kept < 4
    assert lines[1] == "no space left on device"
    assert lines[2] == str([number < kept for number in range(4)])
    assert lines[3:5] == [f"[] {kept - 1}", "True"]
    assert lines[5:] == [
        "True None",
        "False None read-only file system",
        "FileAccess read-only file system",
    ]


# --- no file handles ---

NO_HANDLES = """
import os, resource, sys
from pathlib import Path
from consentkit.errors import FileAccess
from consentkit.cache.store import Store, key_of
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
store, held = Store(Path(sys.argv[1])), []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
for free in range(6):
    try:
        looked_after = store.prune().left_entries
    except FileAccess:
        looked_after = None
    found, kept = store.get(key_of("old")), store.put(key_of("new"), b"new")
    print(found, kept, looked_after, store.trouble and "too many" in store.trouble)
    os.close(held.pop())
"""


def test_without_file_handles_nothing_is_found_and_nothing_is_lost(tmp_path: Path) -> None:
    Store(tmp_path / "cache").put(key_of("old"), b"old")
    lines = run_script(NO_HANDLES, tmp_path / "cache")
    assert lines[0] == "None False None True"
    assert lines[-1] == "b'old' True 2 True"
    assert {line.split()[0] for line in lines} == {"None", "b'old'"}
    assert Store(tmp_path / "cache").get(key_of("old")) == b"old"
    assert {path.name for path in files(tmp_path)} == {key_of("old"), key_of("new")}


# --- permissions ---


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of a user who is not the administrator, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, -1)
        yield Path(folder)
        for path in [Path(folder), *Path(folder).rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)


def test_a_folder_that_may_not_be_written_to_is_read_from_and_left_alone(home: Path) -> None:
    with as_nobody():
        Store(home / "cache").put(KEY, b"data")
        for folder in (home / "cache" / KEY[:2], home / "cache"):
            folder.chmod(0o500)
        store = Store(home / "cache")
        assert store.get(KEY) == b"data"
        assert store.trouble is None
        assert not store.put(KEY, b"new")
        assert not store.put(OTHER_KEY, b"new")
        assert store.get(KEY) == b"data"
        assert store.trouble is not None
        assert "finished parts can't be kept here: permission denied" in store.trouble
        with pytest.raises(FileAccess, match="cache can't be cleaned up: permission denied"):
            store.clear()


def test_a_folder_that_can_neither_be_made_nor_entered_is_told(home: Path) -> None:
    with as_nobody():
        home.chmod(0o500)
        store = Store(home / "a" / "cache")
        assert not store.put(KEY, b"new")
        assert store.trouble is not None
        assert "permission denied" in store.trouble
        home.chmod(0)
        store = Store(home / "cache")
        assert store.get(KEY) is None
        assert store.trouble is not None
        assert "permission denied" in store.trouble
        with pytest.raises(FileAccess):
            store.info()


def test_an_entry_that_may_not_be_read_is_no_part_and_is_pruned(home: Path) -> None:
    with as_nobody():
        store = Store(home / "cache")
        store.put(KEY, b"data")
        (home / "cache" / KEY[:2] / KEY).chmod(0)
        assert store.get(KEY) is None
        assert store.trouble is not None
        assert store.prune().entries == 1


def test_the_folder_of_another_user_is_not_used() -> None:
    with as_nobody():
        store = Store(Path("/"))
        assert store.get(KEY) is None
        assert not store.put(KEY, b"data")
        assert store.trouble is not None
        assert "the folder belongs to another user; name one of your own" in store.trouble
        with pytest.raises(FileAccess, match="belongs to another user"):
            store.clear()


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777, 0o1777])
@pytest.mark.parametrize("within", [".", KEY[:2]])
def test_a_folder_that_others_can_write_to_is_not_used(mode: int, within: str, tmp_path: Path) -> None:
    Store(tmp_path / "cache").put(KEY, b"data")
    (tmp_path / "cache" / within).chmod(mode)
    store = Store(tmp_path / "cache")
    assert store.get(KEY) is None
    assert not store.put(KEY, b"new")
    assert store.trouble is not None
    assert "other users can write to the folder" in store.trouble
    for look_after in (store.info, store.prune, store.clear):
        with pytest.raises(FileAccess, match="other users can write to the folder"):
            look_after()
    (tmp_path / "cache" / within).chmod(0o700)
    assert store.get(KEY) == b"data"


@needs_root
def test_a_part_that_another_user_has_planted_is_not_used(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    store.put(KEY, b"forged")
    os.chown(tmp_path / "cache" / KEY[:2] / KEY, NOBODY, -1)
    assert store.get(KEY) is None
    assert files(tmp_path) == []


@pytest.mark.parametrize("within", ["cache", f"cache/{KEY[:2]}"])
def test_a_link_in_the_place_of_a_folder_is_not_followed(within: str, tmp_path: Path) -> None:
    Store(tmp_path / "cache").put(KEY, b"data")
    (tmp_path / within).rename(tmp_path / "elsewhere")
    (tmp_path / within).symlink_to(tmp_path / "elsewhere")
    store = Store(tmp_path / "cache")
    assert store.get(KEY) is None
    assert not store.put(KEY, b"new")
    assert store.trouble is not None
    assert "it is a symbolic link; name the folder itself" in store.trouble
    assert [path.read_bytes()[-4:] for path in files(tmp_path / "elsewhere")] == [b"data"]


@pytest.mark.parametrize("within", ["cache", f"cache/{KEY[:2]}"])
def test_a_file_in_the_place_of_a_folder_is_left_alone(within: str, tmp_path: Path) -> None:
    (tmp_path / within).parent.mkdir(exist_ok=True, mode=0o700)
    (tmp_path / within).write_bytes(b"a letter")
    store = Store(tmp_path / "cache")
    assert store.get(KEY) is None
    assert not store.put(KEY, b"new")
    assert store.trouble is not None
    assert "not a directory" in store.trouble
    assert (tmp_path / within).read_bytes() == b"a letter"


@pytest.mark.parametrize("name", ["dangling/cache", "x" * 300, "file/below/cache"])
def test_a_folder_that_cannot_be_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "file").touch()
    store = Store(tmp_path / name)
    assert not store.put(KEY, b"new")
    assert store.trouble is not None
    assert "finished parts can't be kept here" in store.trouble


def test_trouble_cannot_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J").touch()
    store = Store(tmp_path / "a\x1b[2J")
    assert not store.put(KEY, b"new")
    assert store.trouble is not None
    assert "\x1b" not in store.trouble
    with pytest.raises(FileAccess, match=r"a\\u\{1b\}"):
        store.info()


def test_trouble_is_remembered_as_it_was_first(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    store = Store(tmp_path / "cache")
    store.put(KEY, b"new")
    first = store.trouble
    (tmp_path / "cache").unlink()
    (tmp_path / "cache").symlink_to("nowhere")
    store.put(KEY, b"new")
    assert store.trouble == first
    assert first is not None


# --- many at once ---


def test_a_store_that_is_cleared_in_the_midst_of_a_put_keeps_the_part_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, shelf = os.open, tmp_path / "cache" / KEY[:2]
    cleared = []

    def clear_first(path: str, flags: int, *arguments: int, **options: int) -> int:
        if flags & os.O_CREAT and not cleared:
            cleared.append(path)
            shelf.rmdir()
        return real(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", clear_first)
    store = Store(tmp_path / "cache")
    assert store.put(KEY, b"data")
    assert store.trouble is None
    assert store.get(KEY) == b"data"
    assert cleared


def test_a_part_is_not_synced_since_it_carries_its_own_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("syncing takes longer than making some parts again"))
    store = Store(tmp_path / "cache")
    assert store.put(KEY, b"x" * 1000)
    assert store.get(KEY) == b"x" * 1000


@pytest.mark.parametrize("left", [b"", b"\0" * 1060, None], ids=["empty", "zeros", "half"])
def test_a_part_that_a_power_failure_has_left_in_part_is_made_again(left: bytes | None, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    store.put(KEY, b"x" * 1000)
    entry = tmp_path / "cache" / KEY[:2] / KEY
    entry.write_bytes(entry.read_bytes()[:500] if left is None else left)
    assert store.get(KEY) is None
    assert store.put(KEY, b"again")
    assert store.get(KEY) == b"again"


HAMMER = """
import random, sys
from pathlib import Path
from consentkit.cache.store import Store, key_of
folder, number, acts = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split(",")
chance = random.Random(number)
store = Store(folder, largest=700_000)
keys = [key_of(str(key)) for key in range(5)]
found = kept = 0
for _ in range(150):
    place = chance.randrange(5)
    act = chance.choice(acts)
    if act == "put":
        kept += store.put(keys[place], bytes([place, number]) * 50_000)
    elif act == "get":
        data = store.get(keys[place])
        if data is not None:
            found += 1
            assert len(data) == 100_000 and data == data[:2] * 50_000 and data[0] == place, "a part that nobody has put"
    elif act == "prune":
        store.prune(chance.choice([0, 150_000, 300_000]))
    elif act == "clear":
        store.clear()
    else:
        store.info()
print(found, kept, store.trouble)
"""


@pytest.mark.parametrize("processes", [2, 8])
@pytest.mark.parametrize("acts", ["put,get", "put,put,get,get,get,prune,clear,info"])
def test_processes_that_use_one_store_at_once_see_whole_parts_only(processes: int, acts: str, tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", HAMMER, str(tmp_path / "cache"), str(number), acts],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    ends = [(process.communicate(timeout=120), process.returncode) for process in running]
    for (_, stderr), code in ends:
        assert code == 0, stderr
    counts = [stdout.split(maxsplit=2) for (stdout, _), _ in ends]
    assert all(int(found) and int(kept) for found, kept, _ in counts)
    if acts == "put,get":
        assert {trouble.strip() for _, _, trouble in counts} == {"None"}
        store = Store(tmp_path / "cache")
        assert all(store.get(key_of(str(key))) is not None for key in range(5))
    assert not [path for path in files(tmp_path) if UNFINISHED.fullmatch(path.name)]
