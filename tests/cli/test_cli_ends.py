"""How a run ends that is not let finish: by a signal, or by streams that are closed, full or left by their reader."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.packets import visit_data
from kit.running import Outcome, command, environment, leftovers
from kit.skipping import needs
from kit.small import make_clinic, write_procedure

COUNT = 4
NUMBERS = '{% set numbers = "0123456789" %}'
ENDLESS = NUMBERS + "{% for a in numbers %}" * 12 + "{% endfor %}" * 12
"""A template that runs until it meets its limit."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with a few services."""
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    for number in range(2, COUNT + 1):
        write_procedure(folder / "procedures", code=f"SMALL-{number}")
    codes = [f"SMALL-{number}" for number in range(1, COUNT + 1)]
    (folder / "services.yaml").write_text(f"services: {codes}\n".replace("'", ""), encoding="utf-8")
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A print system whose `lp` reports that it has begun to read, and then takes its time."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "lpstat").write_text(
        "#!/bin/sh\necho 'office accepting requests since Mon'\necho 'printer office is idle.  enabled since Mon'\n"
    )
    (folder / "lp").write_text("#!/bin/sh\nhead -c 4 > began.tmp; mv began.tmp began; exec sleep 600\n")
    for program in folder.iterdir():
        program.chmod(0o755)
    return folder


@contextlib.contextmanager
def begun(folder: Path, *arguments: str | Path, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run with a folder of its own for temporary files; whatever it leaves running is found and ended."""
    (folder / "temporary").mkdir()
    mark = mark_of(folder)
    process = subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(TMPDIR=str(folder / "temporary"), MARK=mark, **changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
        assert is_true_soon(lambda: not processes_with(mark), seconds=10), "a process has outlived the run"
    finally:
        for left in processes_with(mark):
            os.kill(left, signal.SIGKILL)
        process.communicate()


def mark_of(folder: Path) -> str:
    """The processes of a test are known by the whole path of its folder: two workers may have folders of one name."""
    return f"run-of-{folder}"


def processes_with(mark: str) -> list[int]:
    """The processes that have inherited a mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"MARK={mark}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def is_true_soon(condition: Callable[[], object], seconds: float = 30) -> bool:
    """Whether a condition comes true: at once on a machine that is idle, and a busy one is slower."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def require_clean_end(process: subprocess.Popen[bytes], folder: Path) -> None:
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert b"Interrupted; nothing half-written is left behind." in errors
    assert b"Traceback" not in errors
    assert list((folder / "temporary").iterdir()) == []
    assert leftovers(folder) in ([], [".consentkit.lock"])


# --- signals ---


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_batch_with_its_processes(number: int, clinic: Path, tmp_path: Path) -> None:
    arguments = ("batch", "--clinic", clinic, "-o", "out/", "--jobs", "2", "--no-cache", "--quiet", "--json")
    with begun(tmp_path, *arguments) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(number)
        process.send_signal(signal.SIGHUP)  # as when a terminal is closed: a second one must not disturb the end
        require_clean_end(process, tmp_path)
    assert all(path.suffix in {".pdf", ".json", ".csv", ".lock"} for path in (tmp_path / "out").iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_print_and_leaves_no_file_of_a_patient(
    number: int, clinic: Path, programs: Path, tmp_path: Path
) -> None:
    visit = tmp_path / "visit.yaml"
    visit.write_text(json.dumps(visit_data()), encoding="utf-8")
    arguments = ("packet", visit, "--clinic", clinic, "--allow-drafts", "--print", "office")
    with begun(tmp_path, *arguments, PATH=f"{programs}:{os.environ['PATH']}") as process:
        assert is_true_soon((tmp_path / "began").exists)
        assert (tmp_path / "began").read_bytes() == b"%PDF"
        assert [path.name for path in (tmp_path / "temporary").rglob("*") if path.is_file()] == []
        process.send_signal(number)
        require_clean_end(process, tmp_path)
    assert list(tmp_path.rglob("*.pdf")) == []


@pytest.mark.parametrize("arguments", [("packet", "-"), ("packet", "-", "--combined", "all.pdf")], ids=str)
def test_a_signal_ends_a_run_that_waits_for_its_input(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with begun(tmp_path, *arguments) as process:
        assert is_true_soon(lambda: any((tmp_path / "temporary").iterdir()))  # made once signals are heeded
        process.send_signal(signal.SIGTERM)
        require_clean_end(process, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_child_that_runs_the_templates_of_a_clinic(number: int, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", templates={"consent.html": ENDLESS})
    with begun(tmp_path, "render", "SMALL-1", "--clinic", clinic, "--no-cache") as process:
        assert is_true_soon(lambda: len(processes_with(mark_of(tmp_path))) > 1)
        process.send_signal(number)
        if number != signal.SIGKILL:
            require_clean_end(process, tmp_path)
        process.wait(30)


def test_a_kill_ends_the_processes_of_a_batch_too(clinic: Path, tmp_path: Path) -> None:
    arguments = ("batch", "--clinic", clinic, "-o", "out/", "--jobs", "2", "--no-cache", "--json")
    with begun(tmp_path, *arguments) as process:
        assert process.stdout
        process.stdout.readline()
        process.kill()
        process.wait(30)


SECOND = """
try:
    os.kill(os.getpid(), signal.SIGTERM)
except KeyboardInterrupt:
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGINT)
    print("undisturbed")
"""
LOST = """
class Lost:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
Lost()
try:
    time.sleep(600)
except KeyboardInterrupt:
    print("undisturbed")
"""


@pytest.mark.parametrize("script", [SECOND, LOST], ids=["second", "lost"])
def test_a_second_signal_does_not_disturb_the_end_and_one_that_is_lost_comes_again(script: str) -> None:
    begin = "import os, signal, time\nfrom consentkit.cli.support import interruptions\ninterruptions.watch()\n"
    done = subprocess.run(
        [command()[0], "-c", begin + script], env=environment(), capture_output=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == (b"undisturbed\n", b"")


def test_nohup_is_heeded(tmp_path: Path, clinic: Path) -> None:
    script = f"trap '' HUP; exec {shlex.join(command('packet', '-', '--clinic', clinic))}"
    (tmp_path / "temporary").mkdir()
    process = subprocess.Popen(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path / "temporary")),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert is_true_soon(lambda: any((tmp_path / "temporary").iterdir()))
    process.send_signal(signal.SIGHUP)
    _, errors = process.communicate(b"visit: V 1\n", timeout=60)
    assert process.returncode == 3
    assert b"Interrupted" not in errors


# --- streams ---

CLOSED = ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]


def run_with(streams: str, *arguments: str | Path, folder: Path) -> Outcome:
    done = subprocess.run(
        ["bash", "-c", f"{shlex.join(command(*arguments))} {streams}"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    outcome = Outcome(done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace"))
    assert "Traceback" not in outcome.stderr
    assert "gnored" not in outcome.stderr
    return outcome


@pytest.mark.parametrize("streams", [*CLOSED, "2>/dev/full", "| cat", "| true"])
def test_the_work_is_done_whatever_the_streams_are(streams: str, clinic: Path, tmp_path: Path) -> None:
    visit = tmp_path / "visit.yaml"
    visit.write_text(json.dumps(visit_data()), encoding="utf-8")
    shared = ("--clinic", clinic)
    assert run_with(streams, "batch", *shared, "-o", "out/", folder=tmp_path).code == 0
    assert len(list((tmp_path / "out").glob("*.pdf"))) == COUNT
    assert run_with(streams, "packet", visit, *shared, "--allow-drafts", folder=tmp_path).code == 0
    assert (tmp_path / "2026-11-23-V-1.pdf").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "streams"),
    [
        *((("list",), streams) for streams in CLOSED),
        (("nonsense",), "2>&-"),
        *((arguments, CLOSED[-1]) for arguments in (("schema",), ("check", "NONE"), ("--help",), ("nonsense",))),
    ],
    ids=str,
)
def test_no_command_breaks_down_without_its_streams(arguments: tuple[str, ...], streams: str, tmp_path: Path) -> None:
    expected = {"check": 4, "nonsense": 2}.get(arguments[0], 0)
    assert run_with(streams, *arguments, folder=tmp_path).code == expected


def test_without_standard_input_there_is_no_visit_to_read(tmp_path: Path) -> None:
    done = run_with("<&-", "packet", "-", folder=tmp_path)
    assert (done.code, done.stdout) == (2, b"")
    assert "`-` means standard input, but there is none; name a file" in done.stderr


def test_a_document_for_a_closed_stdout_is_refused_before_it_is_made(tmp_path: Path) -> None:
    done = run_with(">&-", "render", write_procedure(tmp_path), "-o", "-", folder=tmp_path)
    assert done.code == 5
    assert done.stderr == "Error: stdout is closed, so the PDF would be lost; open it, or name a file with -o\n"


@needs(allowed=Path("/dev/full").exists, otherwise="the system has no device that is always full")
def test_results_that_are_lost_on_a_full_stdout_are_told_and_the_work_is_done(clinic: Path, tmp_path: Path) -> None:
    done = run_with(">/dev/full", "batch", "--clinic", clinic, "-o", "out/", folder=tmp_path)
    assert done.code == 5
    assert "Error: stdout: can't be written: no space left on device; results were lost" in done.stderr
    assert len(list((tmp_path / "out").glob("*.pdf"))) == COUNT
    assert run_with(">/dev/full", "render", "SMALL-1", "--clinic", clinic, "-o", "-", folder=tmp_path).code == 5


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_a_closed_stream_never_becomes_the_next_file_that_is_opened(stream: int, tmp_path: Path) -> None:
    script = "import os; from consentkit.cli.streams import streams; streams.guard(); open(str(os.open('.', 0)), 'w')"
    subprocess.run(
        ["bash", "-c", f"{shlex.join([command()[0], '-c', script])} {stream}>&-"],
        cwd=tmp_path,
        env=environment(),
        check=True,
    )
    (name,) = (path.name for path in tmp_path.iterdir())
    assert int(name) > 2


class SlowPipe:
    """A pipe of one page, both ends of which don't block, whose other end takes its time."""

    def __init__(self) -> None:
        self.end_of_reader, self.end_of_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.fcntl(self.end_of_writer, fcntl.F_SETPIPE_SZ, 4096)
        self.received = b""
        """What has been read."""

    def is_full(self) -> bool:
        return not select.select([], [self.end_of_writer], [], 0)[1]

    def is_empty(self) -> bool:
        return not select.select([self.end_of_reader], [], [], 0)[0]

    def read(self, process: subprocess.Popen[bytes]) -> None:
        """Read to the end, but not before the pipe is full or the process has ended."""
        is_true_soon(lambda: self.is_full() or process.poll() is not None)
        os.close(self.end_of_writer)
        os.set_blocking(self.end_of_reader, True)
        while piece := os.read(self.end_of_reader, 1000):
            self.received += piece
        os.close(self.end_of_reader)

    def write(self, data: bytes, process: subprocess.Popen[bytes]) -> None:
        """Write in two pieces, the second once the first has been read or the process has ended."""
        for piece in (data[:20], data[20:]):
            is_true_soon(lambda: self.is_empty() or process.poll() is not None)
            with contextlib.suppress(BrokenPipeError):
                os.write(self.end_of_writer, piece)
        os.close(self.end_of_writer)
        os.close(self.end_of_reader)


def run_without_blocking(*arguments: str | Path, folder: Path, data: bytes) -> Outcome:
    """Run the command line with three pipes that don't block."""
    given, results, messages = SlowPipe(), SlowPipe(), SlowPipe()
    process = subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(),
        stdin=given.end_of_reader,
        stdout=results.end_of_writer,
        stderr=messages.end_of_writer,
    )
    threads = [
        threading.Thread(target=given.write, args=(data, process)),
        threading.Thread(target=results.read, args=(process,)),
        threading.Thread(target=messages.read, args=(process,)),
    ]
    for thread in threads:
        thread.start()
    code = process.wait(60)
    for thread in threads:
        thread.join()
    return Outcome(code, results.received, messages.received.decode())


WITHOUT_BLOCKING = {
    "a PDF": ("render", "SMALL-1", "-o", "-"),
    "a table": ("check", "--explain", "all"),
    "messages": ("check", *(f"NONE-{number}" for number in range(200))),
    "a visit": ("packet", "-", "--allow-drafts", "-o", "-"),
}


@pytest.mark.parametrize("case", WITHOUT_BLOCKING)
def test_nothing_is_lost_by_a_stream_that_does_not_block(case: str, clinic: Path, tmp_path: Path) -> None:
    env, arguments = environment(CONSENTKIT_CLINIC=str(clinic)), WITHOUT_BLOCKING[case]
    data = json.dumps(visit_data()).encode() if arguments[1] == "-" else b""
    usual = subprocess.run(command(*arguments), cwd=tmp_path, env=env, input=data, capture_output=True, check=False)
    done = run_without_blocking(*arguments, folder=clinic, data=data)
    assert (done.code, done.stderr) == (usual.returncode, usual.stderr.decode())
    assert done.stdout == usual.stdout
    assert max(len(done.stdout), len(done.stderr)) > 6000  # more than the pipe holds
    assert done.code == (4 if case == "messages" else 0)


WHILE_LOADING = """
import os, signal, sys

def interrupt(event, arguments):
    if event == "import" and arguments[0] == "consentkit.cli.commands":
        os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with SIGINT ignored
sys.addaudithook(interrupt)
from consentkit.__main__ import main
main()
"""


def test_an_interrupt_while_the_program_is_loaded_ends_in_no_traceback() -> None:
    begin = [command()[0], "-c", WHILE_LOADING, "list"]
    done = subprocess.run(begin, env=environment(), capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
