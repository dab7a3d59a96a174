"""Files that came from other people: nothing but regular files of modest size is read, and nothing is waited for."""

from __future__ import annotations

import os
import signal
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.errors import FileAccess, InvalidInput
from consentkit.reading import files
from consentkit.reading.files import LARGEST_TEXT, read_bytes, read_text
from kit.running import as_nobody
from kit.skipping import needs


@pytest.fixture(autouse=True)
def nothing_hangs() -> Iterator[None]:
    """End a test that waits for a pipe or a device: reading a file here is a matter of milliseconds."""

    def stop(*_: object) -> None:
        raise TimeoutError("the reader hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(5)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def open_files() -> Iterator[None]:
    """Check that no file stays open, whatever comes of the reading."""
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else None
    yield
    if before is not None:
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def refusal(path: Path, limit: int = LARGEST_TEXT) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_bytes(path, limit)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    return problem.message


def test_a_regular_file_is_read_whole(tmp_path: Path, open_files: None) -> None:
    (tmp_path / "file").write_bytes(b"abc\x00\r\n")
    assert read_bytes(tmp_path / "file", 6) == b"abc\x00\r\n"


def test_an_empty_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_bytes(tmp_path / "file", 0) == b""


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path: Path, open_files: None) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(10**12)  # a sparse file: its size is known, its bytes were never written
    assert refusal(path, 1000) == "has 1,000,000,000,000 bytes; at most 1,000 are read"


def test_a_link_is_refused_even_to_a_file_that_may_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("code: X")
    (tmp_path / "link").symlink_to("file")
    assert refusal(tmp_path / "link") == "is a symbolic link; put the file itself here"


def test_a_link_to_nowhere_and_a_link_to_itself_are_refused(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("missing")
    (tmp_path / "itself").symlink_to("itself")
    assert refusal(tmp_path / "nowhere") == refusal(tmp_path / "itself")


def test_a_second_name_of_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("abc")
    (tmp_path / "other").hardlink_to(tmp_path / "file")
    assert read_bytes(tmp_path / "other", 10) == b"abc"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, open_files: None) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "is not a regular file; name a file"


def test_a_pipe_that_somebody_writes_to_is_refused_as_well(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"code: X"))
    keeper = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)  # so that the writer does not wait either
    writer.start()
    assert refusal(tmp_path / "pipe") == "is not a regular file; name a file"
    writer.join()
    os.close(keeper)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/full"])
def test_a_device_is_refused(device: str) -> None:
    assert refusal(Path(device)) == "is not a regular file; name a file"


def test_a_folder_is_refused(tmp_path: Path, open_files: None) -> None:
    assert refusal(tmp_path) == "is not a regular file; name a file"


def test_a_socket_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:  # its path must be short
        listener.bind(f"{folder}/socket")
        with pytest.raises(FileAccess):
            read_bytes(Path(folder, "socket"), 10)


@needs(allowed=Path("/proc/self/status").exists, otherwise="there is no /proc")
def test_a_file_without_a_size_is_read_up_to_the_limit_only(tmp_path: Path) -> None:
    """Files of /proc have a size of 0, whatever they hold."""
    path = Path("/proc/self/status")
    assert read_bytes(path, 100_000).startswith(b"Name:")
    assert refusal(path, 10) == "grew while it was being read; at most 10 bytes are read"


def test_a_file_that_grows_after_its_size_was_taken_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    real = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        path.write_bytes(b"x" * 1000)
        return status

    monkeypatch.setattr(os, "fstat", grow)
    assert refusal(path, 100) == "grew while it was being read; at most 100 bytes are read"


def test_a_missing_file_is_told_with_its_path_and_the_systems_reason(tmp_path: Path) -> None:
    with pytest.raises(FileAccess, match=r"missing\.yaml: can't be read: no such file or directory$"):
        read_bytes(tmp_path / "missing.yaml", 10)


def test_a_file_below_a_file_is_told_likewise(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileAccess, match=r"can't be read: not a directory$"):
        read_bytes(tmp_path / "file" / "below", 10)


def test_a_name_that_is_too_long_is_told_likewise(tmp_path: Path) -> None:
    with pytest.raises(FileAccess, match=r"can't be read: file name too long$"):
        read_bytes(tmp_path / ("x" * 300), 10)


def test_a_file_that_may_not_be_read_is_told_likewise() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        Path(folder).chmod(0o755)
        path = Path(folder, "closed.yaml")
        path.write_text("code: X")
        path.chmod(0)
        with as_nobody(), pytest.raises(FileAccess, match=r"closed\.yaml: can't be read: permission denied$"):
            read_bytes(path, 10)


def test_an_error_while_reading_is_told_likewise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"abc")

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error", "secret path")

    monkeypatch.setattr(files.os, "fdopen", fail)
    with pytest.raises(FileAccess, match=r"file: can't be read: input/output error$"):
        read_bytes(tmp_path / "file", 10)


def test_a_path_cannot_steer_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(FileAccess) as caught:
        read_bytes(tmp_path / "a\x1b[2Jb\u202e", 10)
    assert "a\\u{1b}[2Jb\\u{202e}" in str(caught.value)
    (tmp_path / "c\nd").mkdir()
    with pytest.raises(InvalidInput) as refused:
        read_bytes(tmp_path / "c\nd", 10)
    assert "\n" not in str(refused.value)


def text_refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(InvalidInput) as caught:
        read_text(path, "shown.yaml")
    return str(caught.value)


def test_text_is_utf_8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes("é\r\n".encode())
    (tmp_path / "marked").write_bytes("é\r\n".encode("utf-8-sig"))
    assert read_text(tmp_path / "plain", "x") == read_text(tmp_path / "marked", "x") == "é\r\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_other_unicode_encodings_are_recognised(encoding: str, tmp_path: Path) -> None:
    expected = "shown.yaml:1:1: is written in UTF-16; save the file as UTF-8"
    assert text_refusal(tmp_path / "f", "code: X\ntitle: é\n".encode(encoding)) == expected


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\xff", "1:1: contains a byte that is not UTF-8 (0xFF)"),
        ("a\nb\u00e9\u6f22".encode() + b"\xe9 c", "2:4: contains a byte that is not UTF-8 (0xE9)"),
        (b"\xef\xbb\xbfab\x80", "1:3: contains a byte that is not UTF-8 (0x80)"),
        (b"a\rb\rc\xff", "3:2: contains a byte that is not UTF-8 (0xFF)"),
        (b"a\r\nb\xc3", "2:2: contains a byte that is not UTF-8 (0xC3)"),
        (b"a\xed\xa0\x80", "1:2: contains a byte that is not UTF-8 (0xED)"),
        (b"a\xc0\xaf", "1:2: contains a byte that is not UTF-8 (0xC0)"),
        (b"a\xf4\x90\x80\x80", "1:2: contains a byte that is not UTF-8 (0xF4)"),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_named_with_its_place(data: bytes, place: str, tmp_path: Path) -> None:
    assert text_refusal(tmp_path / "f", data) == f"shown.yaml:{place}; save the file as UTF-8"


def test_the_file_is_opened_without_a_chance_to_block_or_to_be_inherited() -> None:
    for flag in (os.O_NOFOLLOW, os.O_NONBLOCK, os.O_CLOEXEC):
        assert files._OPEN_FLAGS & flag
    assert stat.S_ISREG(Path(__file__).stat().st_mode)
