"""The one place that writes files: whole or not at all, and nothing overwritten by surprise."""

from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consentkit.errors import FileAccess
from consentkit.output.write import prepare_folder, require_replaceable, write_file
from consentkit.pdf.file.seal import seal
from consentkit.pdf.file.xmp import DocumentInfo, packet
from kit.folders import listing, mode
from kit.running import NOBODY, as_nobody, environment, leftovers

INFO = DocumentInfo(title="T", language="en", code="90837", variant="consent", edition="2026-11-21", content_hash="0")
_IDENTIFIER = b"/ID [(" + b"0" * 32 + b") (" + b"0" * 32 + b")]"
OWN_PDF = seal(b"%PDF-1.7\n" + packet(INFO, "consentkit") + b"\n" + _IDENTIFIER + b"\n%%EOF\n")
FOREIGN_PDF = b"%PDF-1.7\nsomebody else's\n%%EOF\n"


def test_a_new_file_holds_the_data_and_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_file(tmp_path / "90837.pdf", b"abc")
    finally:
        os.umask(before)
    assert listing(tmp_path) == {"90837.pdf": b"abc"}
    assert mode(tmp_path / "90837.pdf") == 0o600


def test_a_file_of_our_own_is_replaced_and_becomes_private(tmp_path: Path) -> None:
    target = tmp_path / "90837.pdf"
    target.write_bytes(OWN_PDF)
    target.chmod(0o666)
    write_file(target, b"new")
    assert listing(tmp_path) == {"90837.pdf": b"new"}
    assert mode(target) == 0o600


def test_a_reader_of_the_old_file_keeps_what_it_reads(tmp_path: Path) -> None:
    target = tmp_path / "90837.pdf"
    target.write_bytes(OWN_PDF)
    with target.open("rb") as old:
        write_file(target, b"new")
        assert old.read() == OWN_PDF


@pytest.mark.parametrize(
    "data", [FOREIGN_PDF, b"", b"notes", OWN_PDF[5:], OWN_PDF.replace(b"consentkit.invalid", b"x")]
)
def test_a_foreign_file_is_refused_without_force_and_replaced_with_it(data: bytes, tmp_path: Path) -> None:
    target = tmp_path / "90837.pdf"
    target.write_bytes(data)
    with pytest.raises(FileAccess) as caught:
        write_file(target, b"new")
    assert str(caught.value) == (
        f"{target}: exists, and consentkit did not make it. To overwrite it, add --force; or name another file with -o"
    )
    assert listing(tmp_path) == {"90837.pdf": data}
    write_file(target, b"new", force=True)
    assert listing(tmp_path) == {"90837.pdf": b"new"}


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(OWN_PDF)
    target = tmp_path / "90837.pdf"
    target.symlink_to("precious")
    with pytest.raises(FileAccess, match="consentkit did not make it"):
        write_file(target, b"new")
    write_file(target, b"new", force=True)
    assert not target.is_symlink()
    assert listing(tmp_path) == {"90837.pdf": b"new", "precious": OWN_PDF}


def test_a_link_that_is_put_there_at_the_last_moment_is_replaced_and_never_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    target = tmp_path / "90837.pdf"
    real = os.fsync

    def plant(descriptor: int) -> None:
        if not target.is_symlink() and stat.S_ISREG(os.fstat(descriptor).st_mode):
            target.symlink_to("precious")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", plant)
    write_file(target, b"new")
    assert listing(tmp_path) == {"90837.pdf": b"new", "precious": b"precious"}
    assert not target.is_symlink()


def test_a_dangling_link_is_refused_without_force(tmp_path: Path) -> None:
    target = tmp_path / "90837.pdf"
    target.symlink_to("elsewhere")
    with pytest.raises(FileAccess):
        write_file(target, b"new")
    write_file(target, b"new", force=True)
    assert listing(tmp_path) == {"90837.pdf": b"new"}


def test_the_other_name_of_a_replaced_file_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / "archive.pdf").write_bytes(OWN_PDF)
    (tmp_path / "90837.pdf").hardlink_to(tmp_path / "archive.pdf")
    write_file(tmp_path / "90837.pdf", b"new")
    assert listing(tmp_path) == {"90837.pdf": b"new", "archive.pdf": OWN_PDF}


def test_a_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "90837.pdf").mkdir()
    for force in (False, True):
        with pytest.raises(FileAccess, match="is a folder; name a file, or end the name with / to write into it"):
            write_file(tmp_path / "90837.pdf", b"new", force=force)
    assert listing(tmp_path) == {"90837.pdf": None}


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


def make_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))  # the same device as /dev/null
    except PermissionError:
        pytest.skip("only the administrator may make devices")


def make_link_to_a_device(path: Path) -> None:
    path.symlink_to(os.devnull)


def make_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


SPECIAL = {
    make_pipe: "is a pipe",
    make_socket: "is a socket",
    make_device: "is a device",
    make_link_to_a_device: "is a device",
    make_link_to_a_pipe: "is a pipe",
}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("make", SPECIAL)
def test_a_device_a_pipe_and_a_socket_are_never_replaced(
    make: Callable[[Path], None], force: bool, tmp_path: Path
) -> None:
    target = tmp_path / "90837.pdf"
    make(target)
    before = target.lstat()
    with pytest.raises(FileAccess, match=f"{SPECIAL[make]}, which .*-o -"):
        write_file(target, b"new", force=force)
    after = target.lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert not leftovers(tmp_path)


def test_a_link_to_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    with pytest.raises(FileAccess, match="is a folder"):
        write_file(tmp_path / "link", b"new", force=True)
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/null", "/dev/new.pdf"])
def test_no_file_is_put_among_the_devices_even_where_stdout_is_a_file(name: str, tmp_path: Path) -> None:
    script = f"""if True:
        import os
        from pathlib import Path
        from consentkit.output.write import write_file
        if os.geteuid() == 0:  # else a failure of this test would take the machine's own devices away
            os.seteuid({NOBODY})
        write_file(Path({name!r}), b"", force=True)
    """
    with (tmp_path / "stdout").open("wb") as stdout:
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment(), stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert b"FileAccess: " + name.encode() in done.stderr
    assert b"-o -" in done.stderr
    assert Path("/dev/stdout").is_symlink()
    assert Path(os.devnull).is_char_device()
    assert not Path("/dev/new.pdf").exists()


def test_a_huge_file_is_foreign_and_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "90837.pdf").open("wb") as file:
        file.write(OWN_PDF)
        file.truncate(10**11)
    with pytest.raises(FileAccess, match="consentkit did not make it"):
        require_replaceable(tmp_path / "90837.pdf", force=False)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileAccess, match=r"90837\.pdf: can't be written: there is no folder .*/missing$"):
        write_file(tmp_path / "missing" / "90837.pdf", b"new")


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileAccess, match=r"90837\.pdf: can't be written: not a directory$"):
        write_file(tmp_path / "file" / "90837.pdf", b"new")
    with pytest.raises(FileAccess, match=r"below: can't be made as a folder: not a directory$"):
        prepare_folder(tmp_path / "file" / "below")


def test_a_folder_for_output_is_made_with_its_parents_and_may_be_there_already(tmp_path: Path) -> None:
    for _ in range(2):
        prepare_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_path_cannot_steer_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(FileAccess) as caught:
        write_file(tmp_path / "a\x1b[2J\u202e" / "b", b"new")
    assert "a\\u{1b}[2J\\u{202e}" in str(caught.value)


# Every step at which writing can fail; and each time the folder must be as it was.


class FullDisk(OSError):
    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("old", [None, OWN_PDF])
@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
def test_a_failure_at_any_step_leaves_everything_as_it_was(
    step: str, old: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "90837.pdf"
    if old is not None:
        target.write_bytes(old)
    before = listing(tmp_path)
    fail_at(step, monkeypatch)
    with pytest.raises(FileAccess, match=r"90837\.pdf: can't be written: no space left on device$"):
        write_file(target, b"new")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_an_interruption_leaves_no_temporary_file_either(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(step, monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "90837.pdf", b"new")
    assert listing(tmp_path) == {}


def fail_at(step: str, monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    """Make one step of writing fail."""
    real = getattr(os, step)

    def fail(*arguments: object, **options: object) -> object:
        if step == "open" and not arguments[1] & os.O_CREAT:  # type: ignore[operator]
            return real(*arguments, **options)
        raise error or FullDisk

    monkeypatch.setattr(os, step, fail)


def test_a_folder_that_cannot_be_synced_is_no_failure_since_the_file_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    write_file(tmp_path / "90837.pdf", b"new")
    assert listing(tmp_path) == {"90837.pdf": b"new"}


def test_the_file_is_synced_before_it_gets_its_name_and_the_folder_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "90837.pdf"
    seen: list[tuple[str, bool]] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        seen.append((kind, target.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_file(target, b"new")
    assert seen == [("file", False), ("folder", True)]


def test_the_temporary_file_stands_beside_its_target_and_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        modes.extend(mode(path) for path in tmp_path.glob(".consentkit-*.tmp"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_file(tmp_path / "90837.pdf", b"new")
    assert modes == [0o600]


FULL = """
import resource, signal, sys
from pathlib import Path
from consentkit.errors import FileAccess
from consentkit.output.write import write_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_file(Path(sys.argv[1]), b"x" * 100_000)
except FileAccess as error:
    print(error)
"""


@pytest.mark.parametrize("old", [None, OWN_PDF])
def test_a_disk_that_fills_up_leaves_everything_as_it_was(old: bytes | None, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk; the system itself refuses to write on."""
    target = tmp_path / "90837.pdf"
    if old is not None:
        target.write_bytes(old)
    before = listing(tmp_path)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(target)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == f"{target}: can't be written: file too large\n"
    assert listing(tmp_path) == before


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, -1)
        yield Path(folder)
        Path(folder).chmod(0o755)


def test_a_folder_that_may_not_be_written_to_is_told_and_left_alone(open_folder: Path) -> None:
    (open_folder / "90837.pdf").write_bytes(OWN_PDF)
    (open_folder / "90837.pdf").chmod(0o644)
    open_folder.chmod(0o555)
    with as_nobody(), pytest.raises(FileAccess, match=r"90837\.pdf: can't be written: permission denied$"):
        write_file(open_folder / "90837.pdf", b"new")
    assert listing(open_folder) == {"90837.pdf": OWN_PDF}


def test_a_folder_that_may_be_written_to_but_not_read_is_written_to(open_folder: Path) -> None:
    open_folder.chmod(0o333)
    with as_nobody():
        write_file(open_folder / "90837.pdf", b"new")
    open_folder.chmod(0o755)
    assert listing(open_folder) == {"90837.pdf": b"new"}


def test_a_file_that_may_not_be_read_counts_as_foreign(open_folder: Path) -> None:
    (open_folder / "90837.pdf").write_bytes(OWN_PDF)
    (open_folder / "90837.pdf").chmod(0)
    with as_nobody(), pytest.raises(FileAccess, match="consentkit did not make it"):
        write_file(open_folder / "90837.pdf", b"new")
    assert listing(open_folder) == {"90837.pdf": OWN_PDF}
