"""Shows what becomes of a long service list: python -m benchmarks.demonstrate [--folder FOLDER].

Guarantees: what is printed is what consentkit has said, with times of this run; after each disturbance every file is
looked at, and a broken one, or a list that running it again does not finish, ends it with exit code 1.

300 documents of 18 codes in two languages are made from nothing, again with nothing changed, with one word changed in a
procedure, with another telephone number of the clinic, and with the old one. Then runs are killed at random moments,
and one fills a small disk.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.content import CLINIC, ONE, shipped_codes
from benchmarks.measuring import own_cpu
from consentkit.batches.manifest import load_manifest
from consentkit.pdf.file.seal import is_intact
from consentkit.resources import shipped

_ON_TWO_PAPERS = 7
"""Codes whose documents are made on both sizes of paper, so that there are 300."""
_KILLS = 6
_SMALL_DISK = "6m"
_NOTHING_MOUNTED = 99
"""The exit code that says that no disk could be mounted."""


class Failure(Exception):
    """Something has not become what it should have."""


class Demonstration:
    """A clinic of its own, with a list of 300 documents and what is made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clinic, self.output = folder, folder / "clinic", folder / "out"
        shutil.copytree(CLINIC, self.clinic)
        own = self.clinic / "procedures"
        own.mkdir(exist_ok=True)
        shutil.copy(shipped("procedures") / f"{ONE}.yaml", own)  # a clinic that edits a text keeps it in its own folder
        shutil.copy(shipped("procedures") / f"{ONE}.es.yaml", own)
        (self.clinic / "services.yaml").write_text(_services(), encoding="utf-8")

    def arguments(self, output: Path | None = None, cache: str = "cache") -> list[str]:
        """A run over the list."""
        program = [sys.executable, "-m", "consentkit", "batch", "-o", str(output or self.output)]
        return [*program, "--clinic", str(self.clinic), "--cache", str(self.folder / cache)]

    def run(self, what: str) -> None:
        """Run over the list, and tell what it said and took."""
        cpu, wall = own_cpu(), time.perf_counter()
        done = subprocess.run([*self.arguments(), "--json"], capture_output=True, text=True, check=False)
        cpu, wall = own_cpu() - cpu, time.perf_counter() - wall
        if done.returncode:
            raise Failure(f"{what}: exit code {done.returncode}\n{done.stderr}")
        results = [json.loads(line) for line in done.stdout.splitlines()]
        reasons = Counter(", ".join(result["reasons"]) for result in results if result.get("reasons"))
        why = "; ".join(f"{count} for {reason}" for reason, count in reasons.items())
        print(f"{what}\n    {done.stderr.splitlines()[-1]}{f'  ({why})' if why else ''}")
        print(f"    {cpu:.2f} s of CPU, {wall:.2f} s", flush=True)

    def change(self, path: Path, old: str, new: str) -> None:
        """Change a text of the clinic."""
        before = path.read_text(encoding="utf-8")
        if old not in before:
            raise Failure(f"{path.name} does not say {old!r}")
        path.write_text(before.replace(old, new, 1), encoding="utf-8")


def _services() -> str:
    codes = shipped_codes()
    lines = ["defaults: {languages: [en, es], variants: [consent, information, refusal], large_print: both}"]
    lines += ["groups:", "  - name: On both papers", "    paper: [letter, a4]", "    services:"]
    lines += [f'      - "{code}"' for code in codes[:_ON_TWO_PAPERS]]
    lines += ["services:", *(f'  - "{code}"' for code in codes[_ON_TWO_PAPERS:])]
    return "\n".join(lines) + "\n"


def edits(it: Demonstration) -> None:
    """From nothing, unchanged, and after edits."""
    clinic, procedure = it.clinic / "clinic.yaml", it.clinic / "procedures" / f"{ONE}.yaml"
    it.run("From nothing")
    it.run("Nothing changed")
    it.change(procedure, "You talk in private", "You speak in private")
    it.run(f"One word changed in {procedure.name}")
    it.change(clinic, "217-555-0142", "217-555-0199")
    it.run("Another telephone number in clinic.yaml")
    it.change(clinic, "217-555-0199", "217-555-0142")
    it.run("The old telephone number again")


def kills(it: Demonstration) -> None:
    """Kill runs at random moments, whose workers then find out for themselves; and let one finish."""
    output, chance = it.folder / "killed", random.Random(1)
    for number in range(_KILLS):
        run = subprocess.Popen(
            it.arguments(output, "cache of the killed"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(1, 12))
        run.send_signal(signal.SIGKILL)
        if code := max(run.wait(), 0):
            raise Failure(f"a run that was to be killed ended by itself with exit code {code}")
        if run.returncode == 0:
            print("The next run had done all before it was killed")
            break
        print(f"Killed, {number + 1}: {_whole(output)} files, all whole", flush=True)
    done = subprocess.run(it.arguments(output, "cache of the killed"), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"running it again: exit code {done.returncode}\n{done.stderr}")
    print(f"Run again: {done.stderr.splitlines()[-1]}; {_whole(output)} files, all whole")
    _require_same(output, it.output)


def full_disk(it: Demonstration) -> None:
    """Fill a small disk, give it more room, and run again."""
    disk = it.folder / "small disk"
    disk.mkdir()
    full, again = it.folder / "full", it.folder / "again"
    # In a namespace of its own, so that nothing of this machine is mounted over.
    script = """
        disk=$1 size=$2 skipped=$3; shift 3
        mount -t tmpfs -o size=$size tmpfs "$disk" || exit $skipped
        set +e; "$@" > /dev/null 2> full.txt; echo $? >> full.txt; set -e
        cp -r "$disk/out" full
        mount -o remount,size=500m "$disk"
        "$@" > /dev/null 2> again.txt
        cp -r "$disk/out" again
    """
    try:
        subprocess.run(["unshare", "--map-root-user", "--mount", "true"], check=True, stderr=subprocess.DEVNULL)
        program = ["unshare", "--map-root-user", "--mount", "sh", "-e", "-c", script, "sh", str(disk)]
        program += [_SMALL_DISK, str(_NOTHING_MOUNTED)]
        code = subprocess.run([*program, *it.arguments(disk / "out")], cwd=it.folder, check=False).returncode
    except (FileNotFoundError, subprocess.CalledProcessError):
        code = _NOTHING_MOUNTED
    if code == _NOTHING_MOUNTED:
        print("A full disk: skipped, since nothing may be mounted here")
        return
    if code:
        raise Failure(f"what was done on the small disk ended with exit code {code}")
    *told, exit_code = (it.folder / "full.txt").read_text(encoding="utf-8").splitlines()
    if exit_code == "0":
        raise Failure("the disk was not full")
    print(f"A disk of {_SMALL_DISK}: {told[0]}\n    ...\n    {told[-1]}\n    exit code {exit_code}")
    print(f"    {_whole(full)} files, all whole; beside them {_others(full)}")
    print(f"With more room: {(it.folder / 'again.txt').read_text(encoding='utf-8').splitlines()[-1]}")
    print(f"    {_whole(again)} files, all whole")
    _require_same(again, it.output)


def _whole(folder: Path) -> int:
    """How many documents there are. Raises Failure where one is not whole, or the manifest says something else of it.

    Of one that is pending there, the run was killed before it could write down more.
    """
    entries = {entry.file: entry for entry in load_manifest(folder).documents}
    files = sorted(folder.glob("*.pdf"))
    for path in files:
        data = path.read_bytes()
        entry = entries.get(path.name)
        if not is_intact(data):
            raise Failure(f"{path.name} is not whole")
        if entry is None or (entry.outcome != "pending" and entry.file_hash != hashlib.sha256(data).hexdigest()):
            raise Failure(f"{path.name} is not what the manifest says")
    return len(files)


def _others(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir() if path.suffix != ".pdf"))


def _require_same(folder: Path, other: Path) -> None:
    """Raise Failure unless both hold the same documents, all of the list, the same to the byte."""
    listed = {entry.file for entry in load_manifest(other).documents}
    for each in (folder, other):
        if not listed or {path.name for path in each.glob("*.pdf")} != listed:
            raise Failure(f"{each.name} does not hold all documents of the list, and nothing else")
    for name in sorted(listed):
        if (folder / name).read_bytes() != (other / name).read_bytes():
            raise Failure(f"{name} is another file in {folder.name}")
    print(f"    the same bytes as in {other.name}/")


_PARTS: Sequence[Callable[[Demonstration], None]] = (edits, kills, full_disk)


def main() -> int:
    """Show everything. Returns 1 where something has gone wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demonstrate", description=__doc__)
    parser.add_argument("--folder", type=Path, help="a new folder in which everything stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="demonstration-") as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            parser.error(f"--folder {folder}: is not empty; name a new folder")
        it = Demonstration(folder)
        print(f"{len(os.sched_getaffinity(0))} cores, {len(shipped_codes())} codes")
        try:
            for part in _PARTS:
                part(it)
        except Failure as failure:
            print(f"FAILED: {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
