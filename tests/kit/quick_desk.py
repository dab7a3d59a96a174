"""A front desk that makes packets one by one, within this process: in the ordinary way, or ahead of the program."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from consentkit.cli import run
from consentkit.cli.answering import answers
from consentkit.operations.learning_packets import OfferedPacket, learn_packet
from consentkit.operations.quick_packet import PacketLook, make_quickly
from consentkit.pdf.lines.common_line import forget_pairs
from kit.packets import visit_data
from kit.small import make_clinic, write_procedure, write_translation

OTHER_CODE = "SMALL-2"
ALWAYS = ("--clinic", "clinic", "--cache", "cache", "--allow-drafts")
LATER = 10_000_000_000
"""Nanoseconds after which no clock is so coarse that an edit could be missed."""


class Served(NamedTuple):
    """What became of a command."""

    code: int
    stdout: str
    stderr: str


@contextmanager
def as_from_outside() -> Iterator[None]:
    """Without the variable that pytest has for each step of a test, and as if all files had been there for long."""
    now = time.time_ns
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        patch.setattr(time, "time_ns", lambda: now() + LATER)
        yield


def look_at(*arguments: str) -> PacketLook | None:
    """Make the packet of a command ahead of the program, if that is certain."""
    try:
        with as_from_outside():
            return make_quickly(["packet", *arguments])
    finally:
        forget_pairs()  # which the process that makes one never needs again


def quickly(*arguments: str) -> Served | None:
    """What a command says that is answered ahead of the program; None where it is not."""
    look = look_at(*arguments)
    if look is None or look.outputs is None:
        return None
    said = {stream: b"".join(one.data for one in look.outputs if one.descriptor == stream) for stream in (1, 2)}
    return Served(0, said[1].decode(), said[2].decode())


def ordinarily(*arguments: str) -> Served:
    """What the same command says in the ordinary way."""
    answers._packet = None
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = run(["packet", *arguments])
    return Served(code, stdout.getvalue(), stderr.getvalue())


def learn_from(*arguments: str, times: int = 2) -> PacketLook | None:
    """Give a command as often as it takes until its packet was learned from. Returns what was seen before the last."""
    look = None
    for _ in range(times):
        look = look_at(*arguments)
        served = ordinarily(*arguments)
        if look and answers._packet:
            learn_packet(
                look, OfferedPacket(*answers._packet), [(1, served.stdout.encode()), (2, served.stderr.encode())]
            )
    return look


def write_visit(name: str, /, **changes: Any) -> str:
    """Write a visit into a file, as JSON. Returns its name."""
    Path(name).write_text(json.dumps(visit_data(**changes), ensure_ascii=False), encoding="utf-8")
    return name


def of_patient(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """What distinguishes a visit from others of its kind."""
    patient = {"name": name, "born": f"{1950 + number % 40}-03-{number % 27 + 1:02}", "record": f"MR-{70000 + number}"}
    return {"visit": f"V-{number}", "date": f"2026-{number % 12 + 1:02}-17", "patient": patient, **changes}


def make_desk() -> Path:
    """Make a clinic in the current folder, with two procedures, one of them in Spanish, too."""
    clinic = make_clinic(Path("clinic"))
    write_procedure(clinic / "procedures", code=OTHER_CODE)
    write_translation(clinic / "procedures", "es")
    for folder in ("out", "cache"):
        Path(folder).mkdir(mode=0o700)
    return clinic


@contextmanager
def desk_in(folder: Path, shipped: Path) -> Iterator[Path]:
    """Such a clinic in a folder, which is the current one for a while; few texts are shipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("consentkit.resources._PACKAGE", shipped)
        for name in ("CONSENTKIT_CLINIC", "CONSENTKIT_CACHE", "CONSENTKIT_DEBUG"):
            patch.delenv(name, raising=False)
        make_desk()
        yield folder


def schedule_of(*visits: Mapping[str, Any]) -> str:
    """Visits as a schedule in CSV."""
    lines = ["visit,date,time,patient_name,date_of_birth,record_number,procedures,clinician,clinician_credentials"]
    for one in visits:
        patient, clinician = one["patient"], one["clinician"]
        lines.append(
            f"{one['visit']},{one['date']},{one['time']},{patient['name']},{patient['born']},{patient['record']},"
            f"{' '.join(one['procedures'])},{clinician['name']},{clinician['credentials']}"
        )
    return "\n".join(lines) + "\n"


def packet_of(served: Served | None) -> bytes:
    """The file of a packet, which is removed."""
    assert served and served.code == 0, served
    file = Path(served.stdout.strip())
    data, mode = file.read_bytes(), file.stat().st_mode & 0o777
    assert mode == 0o600
    file.unlink()
    return data


def kept_below(folder: str) -> list[bytes]:
    """What is kept of kinds of visits."""
    every = (path.read_bytes() for path in Path(folder).glob("*/*") if path.is_file())
    return [data for data in every if b"packets of a kind 1" in data]
