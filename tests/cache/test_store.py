"""The store of finished parts, and the commands that look after it."""

from __future__ import annotations

import json
import os
import pickle
import re
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.cache.part_file import LARGEST_PART, OVERHEAD
from consentkit.cache.store import LARGEST, Pruned, Store, default_folder, key_of, no_store, open_store
from consentkit.cli.caching import size_as_text, size_in_bytes
from consentkit.cli.caching_commands import cache
from consentkit.cli.commands import consentkit as commands
from consentkit.errors import FileAccess, WrongUse
from kit.running import PROJECT, Outcome, environment

Call = Callable[..., Outcome]
KEY = key_of("a part")
DAY = 24 * 3600
HEAVY = {"pydantic", "weasyprint", "jinja2", "yaml", "pypdf"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def path_of(store: Store, key: str) -> Path:
    assert store.folder is not None
    return store.folder / key[:2] / key


def names(folder: Path | None) -> list[str]:
    """All files below a folder."""
    assert folder is not None
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def age(path: Path, seconds: float) -> None:
    """Let a file look as if it was used some seconds ago."""
    os.utime(path, times=(time.time() - seconds,) * 2)


# --- what is put is found ---


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.binary(), max_size=4))
def test_a_part_comes_back_as_it_was_put(parts: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "cache")
        for number, part in enumerate(parts):
            assert store.put(key_of(str(number)), part)
        assert [store.get(key_of(str(number))) for number in range(len(parts))] == parts
        assert store.info().entries == len(parts)
        assert store.trouble is None


def test_another_store_of_the_same_folder_finds_it_too(store: Store) -> None:
    store.put(KEY, b"data")
    assert open_store(str(store.folder)).get(KEY) == b"data"


def test_what_was_not_put_is_not_found_and_makes_no_folder(store: Store) -> None:
    assert store.get(KEY) is None
    assert store.trouble is None
    assert store.folder is not None
    assert not store.folder.exists()


def test_a_part_that_is_put_again_is_the_later_one(store: Store) -> None:
    store.put(KEY, b"old")
    store.put(KEY, b"new")
    assert store.get(KEY) == b"new"
    assert store.info().entries == 1


@given(
    key=st.text(max_size=70)
    | st.sampled_from([KEY.upper(), KEY + "\n", KEY[1:], KEY + "0", "../" + KEY, KEY[:-1] + "٠"])
)
def test_a_key_that_is_none_is_refused(key: str) -> None:
    for store in (Store(Path("/nowhere")), no_store()):
        with pytest.raises(ValueError, match="64 lowercase hexadecimal digits"):
            store.get(key)
        with pytest.raises(ValueError, match="64 lowercase hexadecimal digits"):
            store.put(key, b"")


def test_folders_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Store(tmp_path / "a" / "b").put(KEY, b"data")
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.lstat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_an_entry_is_one_file_that_is_named_after_its_key(store: Store) -> None:
    store.put(KEY, b"data")
    assert names(store.folder) == [f"{KEY[:2]}/{KEY}"]
    assert path_of(store, KEY).read_bytes().startswith(b"consentkit part\n")


def test_a_part_that_is_too_large_is_not_kept_and_that_is_no_trouble(store: Store) -> None:
    assert not store.put(KEY, bytes(LARGEST_PART + 1))
    small = Store(store.folder, largest=100)
    assert not small.put(KEY, bytes(101 - OVERHEAD))
    assert small.put(KEY, bytes(100 - OVERHEAD))
    assert (store.trouble, small.trouble) == (None, None)
    assert small.info().entries == 1


def test_a_store_can_be_sent_to_another_process(store: Store) -> None:
    store.put(KEY, b"data")
    assert pickle.loads(pickle.dumps(store)).get(KEY) == b"data"


def test_a_store_without_a_folder_keeps_nothing() -> None:
    store = no_store()
    assert not store.put(KEY, b"data")
    assert store.get(KEY) is None
    assert store.trouble is None
    assert store.info().entries == 0
    assert store.prune() == store.clear() == Pruned(0, 0, 0, 0, 0)


# --- what is damaged is noticed ---


def test_every_single_bit_of_an_entry_is_watched_over(store: Store) -> None:
    store.put(KEY, b"%PDF-")
    path = path_of(store, KEY)
    good = path.read_bytes()
    for bit in range(8 * len(good)):
        damaged = bytearray(good)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        assert store.get(KEY) is None, f"bit {bit}"
        assert not path.exists(), f"bit {bit}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(good)
    assert store.get(KEY) == b"%PDF-"
    assert store.trouble is None


def test_an_entry_that_is_cut_off_or_longer_is_noticed_wherever_it_ends(store: Store) -> None:
    store.put(KEY, b"%PDF-")
    path = path_of(store, KEY)
    good = path.read_bytes()
    for damaged in [*(good[:end] for end in range(len(good))), good + b"\0", good + good]:
        path.write_bytes(damaged)
        assert store.get(KEY) is None
        assert not path.exists()


def test_an_entry_under_the_key_of_another_is_noticed(store: Store) -> None:
    other = key_of("another part")
    store.put(KEY, b"of one procedure")
    store.put(other, b"of another procedure")
    path_of(store, KEY).replace(path_of(store, other))
    assert store.get(other) is None
    assert store.get(KEY) is None


def test_a_damaged_entry_is_made_anew(store: Store) -> None:
    store.put(KEY, b"data")
    path_of(store, KEY).write_bytes(b"damaged")
    assert store.get(KEY) is None
    assert store.put(KEY, b"data")
    assert store.get(KEY) == b"data"


def test_a_link_in_the_place_of_an_entry_is_not_followed(store: Store, tmp_path: Path) -> None:
    store.put(KEY, b"data")
    path_of(store, KEY).replace(tmp_path / "elsewhere")
    path_of(store, KEY).symlink_to(tmp_path / "elsewhere")
    assert store.get(KEY) is None
    assert store.put(KEY, b"new")
    assert store.get(KEY) == b"new"
    assert b"data" in (tmp_path / "elsewhere").read_bytes()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_a_folder_in_the_place_of_an_entry_is_not_waited_for(
    make: Callable[[Path], None], store: Store
) -> None:
    path_of(store, KEY).parent.mkdir(parents=True)
    make(path_of(store, KEY))
    assert store.get(KEY) is None
    assert not store.put(KEY, b"new")
    assert store.trouble
    store.prune()
    store.clear()


def test_a_huge_file_in_the_place_of_an_entry_is_not_read(store: Store) -> None:
    store.put(KEY, b"data")
    with path_of(store, KEY).open("r+b") as file:
        file.truncate(10**11)
    assert store.get(KEY) is None
    assert names(store.folder) == []


# --- use ---


def test_use_is_noted_but_not_more_than_once_a_day(store: Store) -> None:
    store.put(KEY, b"data")
    path = path_of(store, KEY)
    age(path, DAY / 2)
    before = path.stat().st_mtime_ns
    store.get(KEY)
    assert path.stat().st_mtime_ns == before
    age(path, 2 * DAY)
    store.get(KEY)
    assert abs(path.stat().st_mtime - time.time()) < DAY / 2


def test_a_day_of_use_in_the_future_is_mended(store: Store) -> None:
    store.put(KEY, b"data")
    age(path_of(store, KEY), -30 * DAY)
    store.get(KEY)
    assert abs(path_of(store, KEY).stat().st_mtime - time.time()) < DAY


def test_info_tells_what_is_there(store: Store) -> None:
    info = store.info()
    assert (info.entries, info.bytes, info.oldest, info.newest) == (0, 0, None, None)
    assert (info.folder, info.limit) == (store.folder, LARGEST)
    for number, seconds in enumerate([1_600_000_000, 1_700_000_000, 1_650_000_000]):
        store.put(key_of(str(number)), b"x" * number)
        os.utime(path_of(store, key_of(str(number))), (seconds, seconds))
    info = store.info()
    assert (info.entries, info.bytes) == (3, 3 * OVERHEAD + 3)
    assert info.oldest == date.fromtimestamp(1_600_000_000)
    assert info.newest == date.fromtimestamp(1_700_000_000)


# --- size ---


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(0, 40), max_size=8), largest=st.integers(0, 600), order=st.randoms())
def test_pruning_keeps_what_was_used_last_as_far_as_it_fits(sizes: list[int], largest: int, order: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "cache")
        ages = list(range(len(sizes)))
        order.shuffle(ages)  # type: ignore[attr-defined]
        for size, days in zip(sizes, ages, strict=True):
            store.put(key_of(str(days)), b"x" * size)
            age(path_of(store, key_of(str(days))), days * DAY / 100)
        pruned = store.prune(largest)
        kept = [days for days in range(len(sizes)) if store.get(key_of(str(days))) is not None]
        assert kept == list(range(len(kept)))
        held = [size + OVERHEAD for days, size in sorted(zip(ages, sizes, strict=True))]
        assert sum(held[: len(kept)]) <= largest
        assert len(kept) == len(held) or sum(held[: len(kept) + 1]) > largest
        assert pruned == Pruned(len(held) - len(kept), 0, sum(held[len(kept) :]), len(kept), sum(held[: len(kept)]))


def test_a_store_keeps_to_its_size_by_itself(tmp_path: Path) -> None:
    large, small = Store(tmp_path / "cache"), Store(tmp_path / "cache", largest=1000)
    for number in range(20):
        large.put(key_of(str(number)), bytes(100 - OVERHEAD))
        age(path_of(large, key_of(str(number))), 100 - number)
    assert small.put(KEY, bytes(100 - OVERHEAD))
    assert small.info().bytes == 1000
    assert small.get(KEY) is not None
    for number in range(100):
        assert small.put(key_of(str(number)), bytes(100 - OVERHEAD))
    assert small.info().bytes == 1000
    assert small.get(key_of("99")) is not None


def test_pruning_removes_what_is_damaged_in_form(store: Store) -> None:
    keys = [key_of(str(number)) for number in range(7)]
    for key in keys:
        store.put(key, b"data")
    good = path_of(store, keys[0]).read_bytes()
    for key, damaged in zip(
        keys[1:], [b"", good[:-1], good + b"x", b"X" + good[1:], good[:16] + b"\2" + good[17:]], strict=False
    ):
        path_of(store, key).write_bytes(damaged)
    path_of(store, keys[6]).unlink()
    path_of(store, keys[6]).symlink_to("/etc/hostname")
    assert store.prune().entries == 6
    assert names(store.folder) == [f"{keys[0][:2]}/{keys[0]}"]


def test_pruning_removes_leftovers_after_an_hour_and_clearing_at_once(store: Store) -> None:
    store.put(KEY, b"data")
    leftovers = [path_of(store, KEY).with_name(f".consentkit-{number:016x}.tmp") for number in range(4)]
    for path, seconds in zip(leftovers, [0, 3500, 3700, -3700], strict=True):
        path.write_bytes(b"half")
        age(path, seconds)
    assert store.prune() == Pruned(0, 2, 8, 1, OVERHEAD + 4)
    assert [path.exists() for path in leftovers] == [True, True, False, False]
    assert store.clear() == Pruned(1, 2, OVERHEAD + 4 + 8, 0, 0)
    assert list(store.folder.iterdir()) == []  # type: ignore[union-attr]


def test_nothing_is_removed_that_a_store_has_not_made(store: Store, tmp_path: Path) -> None:
    store.put(KEY, b"data")
    folder = tmp_path / "cache"
    foreign = [
        "letter.pdf",
        KEY,
        f"{KEY[:2]}/notes",
        f"{KEY[:2]}/.consentkit-x.tmp",
        f"zz/{KEY}",
        f"Letters/{KEY}",
        ".consentkit-0123456789abcdef.tmp",
    ]
    foreign.append(f"{'00' if KEY[:2] != '00' else '01'}/{KEY}")
    for name in foreign:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"foreign")
        age(folder / name, 10 * DAY)
    (tmp_path / "other").mkdir()
    linked = key_of("linked")
    Store(tmp_path / "other").put(linked, b"data")
    (folder / linked[:2]).symlink_to(tmp_path / "other" / linked[:2])
    store.prune(0)
    store.clear()
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == sorted(foreign)
    assert Store(tmp_path / "other").get(linked) == b"data"


def test_a_size_below_nothing_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="fewer than 0 bytes"):
        store.prune(-1)


def test_clearing_what_is_not_there_is_no_failure(store: Store) -> None:
    assert store.clear() == store.prune() == Pruned(0, 0, 0, 0, 0)


# --- keys ---


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=5)
PARTS = st.lists(ANY_TEXT | st.binary(max_size=5), max_size=4)


@given(first=PARTS, second=PARTS)
def test_equal_keys_mean_equal_parts(first: list[str | bytes], second: list[str | bytes]) -> None:
    assert (key_of(*first) == key_of(*second)) == (first == second)


@given(text=st.text("tb\0\1", min_size=1, max_size=8), data=st.data())
def test_the_same_text_cut_elsewhere_has_another_key(text: str, data: st.DataObject) -> None:
    cuts = st.lists(st.integers(0, len(text)), max_size=4).map(sorted)
    first, second = data.draw(cuts), data.draw(cuts)

    def cut(places: list[int]) -> list[str]:
        return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]

    assert (key_of(*cut(first)) == key_of(*cut(second))) == (cut(first) == cut(second))


def test_a_length_in_the_text_does_not_pass_for_a_length() -> None:
    assert key_of(b"abc") != key_of(b"a", b"c")
    inner = b"b" + (1).to_bytes(8, "big")
    assert key_of(b"a" + inner + b"c") != key_of(b"a", b"c")
    assert len({key_of(), key_of(""), key_of(b""), key_of("", ""), key_of("a"), key_of(b"a")}) == 6
    assert re.fullmatch("[0-9a-f]{64}", key_of())


def test_a_key_stays_the_same_from_version_to_version() -> None:
    assert key_of("a", b"b") == "84c02d02aa36a881a6f707e5dbfbbeddc06eda2312a97e051b8e64295acbae2c"


# --- where it is ---


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"CONSENTKIT_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"CONSENTKIT_CACHE": "", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/consentkit"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/consentkit"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/consentkit"),
        ({"HOME": "/h"}, "/h/.cache/consentkit"),
    ],
)
def test_the_default_folder_is_where_caches_are(
    variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONSENTKIT_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_folder() == open_store(None).folder == Path(folder)


def test_whoever_has_no_home_has_no_cache_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONSENTKIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "no/home")
    store = open_store(None)
    assert not store.put(KEY, b"data")
    assert store.trouble is not None
    assert "you have no home folder. --cache DIR or $CONSENTKIT_CACHE names one" in store.trouble


# --- the commands ---


@pytest.fixture
def tend(call: Call, monkeypatch: pytest.MonkeyPatch, store: Store) -> Call:
    """Run a subcommand of `consentkit cache` on the store."""
    monkeypatch.setitem(commands.commands, "cache", cache)
    monkeypatch.setenv("CONSENTKIT_CACHE", str(store.folder))

    def tend_store(*arguments: str | Path) -> Outcome:
        return call("cache", *arguments)

    return tend_store


def test_info_is_told(tend: Call, store: Store) -> None:
    assert tend("info").lines == [f"folder  {store.folder}", "parts   0", "size    0 bytes of at most 1.0 GiB"]
    store.put(KEY, b"x" * 3000)
    os.utime(path_of(store, KEY), (1_600_000_000,) * 2)
    day = date.fromtimestamp(1_600_000_000)
    done = tend("info")
    assert (done.code, done.stderr) == (0, "")
    assert done.lines[1:] == [
        "parts      1",
        "size       3.0 KiB of at most 1.0 GiB",
        f"last used  between {day} and {day}",
    ]
    assert json.loads(tend("info", "--json").stdout) == {
        "folder": str(store.folder),
        "limit": LARGEST,
        "entries": 1,
        "bytes": 3000 + OVERHEAD,
        "oldest": str(day),
        "newest": str(day),
    }


def test_pruning_by_command_keeps_to_the_size_that_is_named(tend: Call, store: Store) -> None:
    for number in range(3):
        store.put(key_of(str(number)), bytes(1000 - OVERHEAD))
        age(path_of(store, key_of(str(number))), 100 - number)
    done = tend("prune", "--largest", "2kB")
    assert (done.code, done.stdout) == (0, b"")
    assert done.stderr == "1 part removed, 1000 bytes freed; 2 parts left, 2.0 KiB\n"
    done = tend("prune", "--largest", "1999", "--json", "-q")
    assert json.loads(done.stdout) == {
        "entries": 1,
        "leftovers": 0,
        "freed": 1000,
        "left_entries": 1,
        "left_bytes": 1000,
    }
    assert done.stderr == ""
    assert [store.get(key_of(str(number))) is not None for number in range(3)] == [False, False, True]


def test_clearing_by_command_removes_everything(tend: Call, store: Store) -> None:
    store.put(KEY, b"data")
    path_of(store, KEY).with_name(".consentkit-0123456789abcdef.tmp").touch()
    done = tend("clear")
    assert (done.code, done.stdout) == (0, b"")
    assert done.stderr == "1 part and 1 leftover removed, 61 bytes freed; no parts left, 0 bytes\n"
    assert names(store.folder) == []


def test_another_folder_can_be_named(tend: Call, tmp_path: Path, store: Store) -> None:
    Store(tmp_path / "other").put(KEY, b"data")
    store.put(KEY, b"data")
    assert tend("clear", "-q", "--cache", tmp_path / "other") == Outcome(0, b"", "")
    assert Store(tmp_path / "other").get(KEY) is None
    assert store.get(KEY) == b"data"


def test_a_folder_that_others_can_write_to_is_refused_by_the_commands(tend: Call, store: Store) -> None:
    store.put(KEY, b"data")
    assert store.folder is not None
    store.folder.chmod(0o777)
    for command in ("info", "prune", "clear"):
        done = tend(command)
        assert (done.code, done.stdout) == (5, b"")
        assert "other users can write to the folder" in done.stderr
    assert len(names(store.folder)) == 1


@pytest.mark.parametrize("size", ["", "5x", "-1", "1e9", "500 M B", "i", "5ib", "1" * 13, "٥", "NaN", "1,5GB"])
def test_a_size_that_is_none_is_wrong_use(size: str, tend: Call) -> None:
    done = tend("prune", f"--largest={size}")
    assert done.code == 2
    assert "is not a size; write it like 500MB or 2GB" in done.stderr
    with pytest.raises(WrongUse):
        size_in_bytes(size)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("12", 12),
        ("12B", 12),
        ("500MB", 5 * 10**8),
        ("500 mb", 5 * 10**8),
        ("1.5G", 15 * 10**8),
        (" 2KiB ", 2048),
        ("1GiB", 2**30),
        ("1Ti", 2**40),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1536 * 1024, "1.5 MiB"), (2**50, "1024.0 TiB")],
)
def test_a_size_is_written_for_people(size: int, text: str) -> None:
    assert size_as_text(size) == text


@pytest.mark.parametrize("command", [[], ["info"], ["prune"], ["clear"]])
def test_the_help_of_the_commands_explains_them(command: list[str], tend: Call) -> None:
    done = tend(*command, "--help")
    assert (done.code, done.stderr) == (0, "")
    assert max(map(len, done.lines)) <= 100


def test_a_misspelt_subcommand_is_told(tend: Call) -> None:
    done = tend("prun")
    assert done.code == 2
    assert "did you mean `prune`?" in done.stderr


def test_a_user_without_a_home_is_told_by_the_commands(tend: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONSENTKIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "no/home")
    done = tend("info")
    assert done.code == FileAccess.exit_code
    assert "no home folder" in done.stderr


@pytest.mark.parametrize("module", ["consentkit.cache.store", "consentkit.cli.caching_commands"])
def test_the_store_and_the_help_of_its_commands_load_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "consentkit" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_page_on_the_cache_names_the_commands_and_the_limits() -> None:
    page = (PROJECT / "docs" / "cache.md").read_text(encoding="utf-8")
    for name in cache.commands:
        assert f"consentkit cache {name}" in page
    assert size_as_text(LARGEST).replace(".0", "") in page
    assert size_as_text(LARGEST_PART).replace(".0", "") in page
