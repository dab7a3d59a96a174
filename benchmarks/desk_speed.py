"""What a clerk waits for at the front desk: the first page of a day, and the preview of a correction.

    python -m benchmarks.desk_speed
    python -m benchmarks.desk_speed --visits 60 --cold      without the packet of nobody that a desk makes at its start

Prints milliseconds of the processor, and those of a clock beside them. The texts are made once before, into a cache of
its own, as on any day but the first.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.operations.uploads import read_upload
from consentkit.web.app import create_app
from consentkit.web.desk import Desk
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk

PROJECT = Path(__file__).parents[1]
HOST = "127.0.0.1:8377"
ADDRESS = f"http://{HOST}"
ROUNDS = 20


def schedule(visits: int) -> bytes:
    """The sample schedule as often as it takes, each visit with a number and a record of its own."""
    with (PROJECT / "samples" / "schedule.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for number in range(visits):
        row = rows[number % len(rows)]
        writer.writerow({**row, "visit": f"V-{number}", "record_number": f"MR-{number}"})
    return out.getvalue().encode()


def timed(what: Callable[[], object]) -> tuple[float, float]:
    """The milliseconds that something takes, of the processor and by the clock."""
    processor, clock = time.process_time(), time.perf_counter()
    what()
    return 1000 * (time.process_time() - processor), 1000 * (time.perf_counter() - clock)


def opened(cache: Path) -> tuple[Desk, FlaskClient]:
    """A desk of the sample clinic, and a browser that has opened it."""
    place = settle(PROJECT / "samples" / "clinic", cache)
    desk = new_desk(DeskRequest(place, PacketOptions(allow_drafts=True)), print)
    desk.hosts = frozenset({HOST})
    client = create_app(desk).test_client()
    client.get(f"/open/{desk.sessions.new_link()}", base_url=ADDRESS)
    return desk, client


def measure(cache: Path, visits: int, *, is_cold: bool) -> None:
    """Print a table."""
    desk, client = opened(cache)
    if not is_cold:
        show("making a packet of nobody, in the background", timed(desk.day.maker.warm_up))
    (session, _), *_ = desk.sessions.listed()
    form = {"csrf": session.csrf}

    def post(path: str, data: dict[str, object]) -> object:
        answer = client.post(path, data={**form, **data}, base_url=ADDRESS, headers={"Origin": ADDRESS})
        assert answer.status_code in {200, 303}, answer.status_code
        return answer

    file = (io.BytesIO(schedule(visits)), "day.csv")
    show(f"loading {visits} visits", timed(lambda: post("/schedule", {"file": file})))

    def look() -> None:
        answer = client.get("/", base_url=ADDRESS)
        assert answer.status_code == 200 and answer.get_data(as_text=True).count("<tbody") == visits

    show("the first page after that", timed(look))
    first = desk.day.rows()[0]
    corrections = [
        {**first.data, "patient": {**first.data["patient"], "name": f"Nora Nye {'I' * n}"}} for n in range(40)
    ]
    desk.day.prepare_next()
    show("the first preview of a correction", timed(lambda: preview(desk, first.key, corrections[0])))
    desk.day.prepare_all()
    times = [timed(lambda data=data: preview(desk, first.key, data)) for data in corrections[1 : ROUNDS + 1]]  # type: ignore[misc]
    show("a preview of a correction, median", median(times))
    pages = [timed(look) for _ in range(ROUNDS)]
    show(f"the page of {visits} visits with all papers made, median", median(pages))


def preview(desk: Desk, key: str, data: dict[str, object]) -> None:
    """What the page does with an edit that is not saved."""
    from consentkit.operations.desk.rows import DeskRow
    from consentkit.operations.visits import single_entry_of

    row = DeskRow(single_entry_of(data), data, key=key)
    check = desk.day.maker.judged(row, desk.day.maker.preview(row))
    assert check.pages


def median(times: list[tuple[float, float]]) -> tuple[float, float]:
    """The medians of both kinds of time."""
    return statistics.median(one[0] for one in times), statistics.median(one[1] for one in times)


def show(what: str, times: tuple[float, float]) -> None:
    """Print a line of the table."""
    print(f"{times[0]:8.0f} ms of the processor, {times[1]:8.0f} by the clock: {what}", flush=True)


def main() -> None:
    """Measure in a process of its own, once its texts are made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visits", type=int, default=60)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.cache, options.visits, is_cold=options.cold)
        return
    with tempfile.TemporaryDirectory() as folder:
        cache = options.cache or Path(folder)
        desk, _ = opened(cache)
        desk.day.load(read_upload(desk.day.maker.workspace, io.BytesIO(schedule(12)), "schedule").entries)
        desk.day.prepare_all()
        cold = ["--cold"] if options.cold else []
        arguments = ["--measure", "--cache", str(cache), "--visits", str(options.visits), *cold]
        subprocess.run([sys.executable, "-m", "benchmarks.desk_speed", *arguments], check=True)


if __name__ == "__main__":
    main()
