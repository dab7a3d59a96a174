"""The desk as a process of its own: what it prints, what it leaves behind when it is killed, and whom it lets wait."""

from __future__ import annotations

import ctypes
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.web import memory
from consentkit.web import serving as servers
from consentkit.web.desk import Desk
from kit.desk import Printer, serving, set_up_printer, small_clinic
from kit.desk_mornings import MOMENTS, Morning, People, shown_in_proc, start, unfinished_in
from kit.desk_process import Running, lay_out
from kit.running import Outcome
from kit.skipping import needs
from kit.traces import left_behind, new_files

_WRITES = re.compile(
    r'(?:open|creat|openat)\((?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"([^"]+)", '
    r"[^)]*(?:O_WRONLY|O_RDWR|O_CREAT)[^)]*\) = \d"
)
"""A call that opens a file to write to it: the folder that it is in, and its path."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_of_a_patient_is_left_wherever_the_desk_is_killed(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act, number = MOMENTS[moment]
    began = time.time()
    people, printer, root = People(), set_up_printer(tmp_path, monkeypatch), tmp_path / "root"
    lay_out(root)
    desk = start(root)
    morning = Morning(desk, people, printer)
    try:
        act(morning)
        shown = shown_in_proc(desk)
    finally:
        rest = desk.kill(number)
        morning.close()
    words = people.words()
    assert not any(map(words.in_data, [rest.encode(), *shown]))
    assert left_behind(root, words) == []
    assert list(filter(words.in_file, new_files(Path("/dev/shm"), began))) == []
    assert sum(path.is_file() for path in root.rglob("*")) > 4, "something was there to be searched"
    open_prints = unfinished_in(root / "clinic")
    assert open_prints == (["V-1"] if moment == "between intent and job" else [])


@needs("strace")
def test_the_desk_writes_to_its_cache_its_journal_and_nowhere_else(run: Callable[..., Running], tmp_path: Path) -> None:
    log = tmp_path / "calls"
    desk = run("strace", "-f", "-y", "-qq", "-e", "trace=open,openat,creat", "-o", str(log))
    morning = Morning(desk, People(), Printer(tmp_path / "paper"))
    morning.work()
    desk.kill(signal.SIGTERM)
    calls = _WRITES.findall(log.read_text(errors="replace"))
    written = {Path(desk.root, folder, path) for folder, path in calls}
    allowed = (desk.root / "cache", desk.root / "home" / ".cache", desk.root / "clinic" / "journal", Path("/dev"))
    paper = tmp_path / "paper"  # what the printer itself has
    cache = Path(os.environ["CONSENTKIT_CACHE"])
    probe = re.compile(re.escape(f"{desk.root}/tmp/") + "[a-z0-9_]{8}")  # Python looks whether it could write there
    places = (*allowed, paper, cache)
    elsewhere = {path for path in written if not any(path.is_relative_to(one) for one in places)}
    assert any(path.is_relative_to(desk.root / "clinic" / "journal") for path in written)
    assert {path for path in elsewhere if not probe.fullmatch(str(path))} == set()


def test_the_process_writes_no_core_and_ends_with_its_code(run: Callable[..., Running]) -> None:
    desk = run()
    limits = Path(f"/proc/{desk.process.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits)
    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(60) == 130


LOCKING = """
import ctypes, os, sys
from pathlib import Path
from consentkit.web.memory import keep_memory_private
Path(sys.argv[1]).read_text(encoding="ascii")  # loads what reads it, while that may be loaded
if sys.argv[2] == "without":
    os.seteuid(65534)
print(keep_memory_private(Path(sys.argv[1])))
data = bytearray(20_000_000)
data[::4096] = b"x" * len(data[::4096])
print(Path("/proc/self/status").read_text().split("VmLck:")[1].split()[0])
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
"""


def locked_memory(tmp_path: Path, *, has_swap: bool, rights: str) -> tuple[str, int]:
    """What a desk says of its memory where there is swap space or none, and how many kB of it stay out of it."""
    swaps = tmp_path / "swaps"
    swaps.write_text("Filename Type Size Used Priority\n" + "/dev/sda2 partition 8388604 0 -2\n" * has_swap)
    command = [sys.executable, "-c", LOCKING, str(swaps), rights]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said, locked, dumpable = done.stdout.splitlines()
    assert dumpable == "0"
    return said, int(locked)


def test_memory_is_not_locked_where_there_is_no_swap_space(tmp_path: Path) -> None:
    assert locked_memory(tmp_path, has_swap=False, rights="all") == ("", 0)


@needs(allowed=memory._may_lock_all, otherwise="to lock memory")
def test_memory_stays_out_of_swap_space_where_the_system_allows(tmp_path: Path) -> None:
    said, locked = locked_memory(tmp_path, has_swap=True, rights="all")
    assert said == "" and locked > 20_000_000 / 1024, "what is requested later, too"


@needs(allowed=lambda: os.geteuid() == 0, otherwise="to give up rights")
def test_what_the_system_does_not_allow_is_said_and_nothing_fails(tmp_path: Path) -> None:
    said, locked = locked_memory(tmp_path, has_swap=True, rights="without")
    assert said.startswith("this system may write memory to its swap space; to prevent that, give the account")
    assert locked == 0


HEAPS = """
import ctypes, sys, threading
from consentkit.web.memory import share_free_memory
share_free_memory()
everyone = threading.Barrier(7)
def work():
    held = [bytes(2000) for _ in range(100)]  # more than Python keeps for small objects itself
    everyone.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for one in threads: one.start()
everyone.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(sys.argv[1].encode(), b"w")
print(libc.malloc_info(0, ctypes.c_void_p(file)), libc.fclose(ctypes.c_void_p(file)))
"""


@needs(allowed=lambda: hasattr(ctypes.CDLL(None), "malloc_info"), otherwise="to ask the system how it shares memory")
def test_what_one_thread_has_freed_is_there_for_the_others(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", HEAPS, tmp_path / "heaps"], capture_output=True, text=True, check=True)
    assert done.stdout == "0 0\n"
    assert (tmp_path / "heaps").read_text().count("<heap nr=") == 1


def test_a_port_that_is_taken_is_said(call: Callable[..., Outcome], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = call("desk", "--port", str(port), "--no-browser", "--clinic", small_clinic(tmp_path / "clinic"))
    assert outcome.code == 5
    assert "a desk may be running already" in outcome.stderr


def is_cut_off(connection: socket.socket) -> bool:
    """Whether the other side ends a connection."""
    connection.settimeout(20)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


def test_slow_bodies_keep_nobody_waiting_and_are_cut_off(
    desk: Desk, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_SECONDS_OF_SILENCE", 1)
    desk.hosts = frozenset()
    with serving(desk) as address:
        host = address.removeprefix("http://")
        own = host.rpartition(":")[0], int(host.rpartition(":")[2])
        slow = [socket.create_connection(own, timeout=60) for _ in range(20)]
        for one in slow:
            head = f"POST /schedule HTTP/1.1\r\nHost: {host}\r\nContent-Length: 900000\r\n\r\n"
            one.sendall(head.encode() + b"x" * 10)
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request("GET", "/sign-in")
        assert connection.getresponse().status == 401
        connection.close()
        assert all(map(is_cut_off, slow))
        for one in slow:
            one.close()
