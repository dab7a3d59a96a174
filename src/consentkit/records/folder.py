"""The folder with the records of packets, and the parts of which they were joined.

Guarantees: a record is there whole, with all parts that it names, or not at all; its files are for their owner only,
or, where the clinic says so, for the group of the folder; a record or a part that was altered, or that a later version
wrote in another format, counts as none. Any number of processes may add to it at once.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from consentkit.errors import FileAccess, reason
from consentkit.output.new_files import WaitingFiles, replaced_together
from consentkit.output.write import prepare_folder
from consentkit.problems import printable
from consentkit.processes.whole_files import LARGEST_PDF, UNFINISHED
from consentkit.scans.record import FORMAT, PacketRecord

_PARTS = "parts"
"""The folder for parts, beside those of the days."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RECORD = re.compile(r"([A-Z2-7]{10})-[0-9a-f]{8}\.json", re.ASCII)
_PART = re.compile(r"([0-9a-f]{64})\.pdf", re.ASCII)
_LARGEST_RECORD = 4 * 1024**2
_SECONDS_OF_A_DAY = 24 * 60 * 60
_NOT_WITHOUT = "nothing is printed or written without the record of its pages"


@dataclass(frozen=True)
class PrunedRecords:
    """What was removed."""

    records: int
    parts: int


@dataclass(frozen=True)
class RecordFolder:
    """The records of a clinic's packets. What was found in the folder stays for as long as the instance does."""

    path: Path
    for_group: bool = False

    def keep(self, record: PacketRecord, parts: Mapping[str, bytes], files: WaitingFiles | None = None) -> None:
        """Keep a record, with the PDFs of the parts that it names, by their digests. Raises FileAccess.

        Where the same packet was made before of the same parts, there is one record of both. With `files`, it is kept
        once these are finished.
        """
        day = self.path / record.date
        if not _DAY.fullmatch(record.date):
            raise ValueError("a record is kept under the day of its visit")
        digest = hashlib.sha256(record.model_dump_json(include={"papers", "visit"}).encode()).hexdigest()
        target = day / f"{record.packet}-{digest[:8]}.json"
        try:
            for folder in (self.path / _PARTS, day):
                self._prepare(folder)
            with replaced_together() if files is None else nullcontext(files) as waiting:
                for digest, pdf in parts.items():
                    self._keep_part(digest, pdf, waiting)
                if target not in waiting and _read(target) is None:  # it is not there, or no longer whole
                    text = record.model_dump_json(exclude_defaults=False) + "\n"
                    waiting.write(target, text.encode(), for_group=self.for_group)
        except (OSError, FileAccess) as error:
            problem = reason(error) if isinstance(error, OSError) else str(error)
            message = f"{printable(str(self.path))}: the record of a packet can't be written: {problem}"
            raise FileAccess(f"{message}; {_NOT_WITHOUT}") from error

    def find(self, packet: str) -> tuple[PacketRecord, ...]:
        """The records of a packet, the latest first: more than one where it was made again of other parts."""
        return tuple(filter(None, map(_read, self._by_packet.get(packet, ()))))

    def look(self) -> None:
        """List the folder now, for all that looks something up in it later. Raises FileAccess."""
        _ = self._by_packet

    def part(self, digest: str) -> bytes | None:
        """The PDF of a part; None where it is lost or altered."""
        try:
            with (self.path / _PARTS / f"{digest}.pdf").open("rb") as file:
                pdf = file.read(LARGEST_PDF)
        except OSError:
            return None
        return pdf if hashlib.sha256(pdf).hexdigest() == digest else None

    def prune(self, before: datetime.date) -> PrunedRecords:
        """Remove the records of visits before a day, and the parts that no other one names. Raises FileAccess."""
        removed, kept, are_all_known = 0, set[str](), True
        try:
            for path in self._records:
                if path.parent.name < before.isoformat():
                    path.unlink(missing_ok=True)
                    removed += 1
                elif record := _read(path):
                    kept.update(paper.part for paper in record.papers)
                else:  # of a later version, perhaps: its parts can't be known
                    are_all_known = False
            parts = self._prune_parts(kept) if are_all_known else 0
            for folder in self._days():
                with contextlib.suppress(OSError):  # it holds something
                    folder.rmdir()
        except OSError as error:
            raise FileAccess(f"{printable(str(self.path))}: records can't be removed: {reason(error)}") from error
        return PrunedRecords(removed, parts)

    def _prune_parts(self, kept: set[str]) -> int:
        """Remove parts that are not kept, but for those of a packet that is being made at this moment."""
        latest = datetime.datetime.now().timestamp() - _SECONDS_OF_A_DAY
        removed, folder = 0, self.path / _PARTS
        for path in _files(folder) if folder.exists() else ():
            named = _PART.fullmatch(path.name)
            is_left = named is not None and named[1] not in kept
            if (is_left or UNFINISHED.fullmatch(path.name)) and path.stat().st_mtime < latest:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _prepare(self, folder: Path) -> None:
        if folder.is_dir():
            return
        is_new = not self.path.exists()
        prepare_folder(folder, for_group=self.for_group)
        if not self.for_group:
            for made in (folder, *([self.path] if is_new else [])):
                made.chmod(0o700)

    def _keep_part(self, digest: str, pdf: bytes, waiting: WaitingFiles) -> None:
        """Keep a part, or note that one which is kept is needed today."""
        path = self.path / _PARTS / f"{digest}.pdf"
        if path in waiting:
            return
        if self.part(digest) is not None:
            with contextlib.suppress(PermissionError):  # it is of somebody else of the group
                os.utime(path)
        else:
            waiting.write(path, pdf, for_group=self.for_group)

    @cached_property
    def _records(self) -> list[Path]:
        """The files of all records, the latest first. Raises FileAccess: what can't be seen does not count as none."""
        try:
            paths = [path for day in self._days() for path in _files(day) if _RECORD.fullmatch(path.name)]
            times = {path: path.stat().st_mtime_ns for path in paths}
        except OSError as error:
            raise FileAccess(f"{printable(str(self.path))}: can't be read: {reason(error)}") from error
        return sorted(paths, key=lambda path: (times[path], path), reverse=True)

    @cached_property
    def _by_packet(self) -> dict[str, list[Path]]:
        packets: dict[str, list[Path]] = {}
        for path in self._records:
            packets.setdefault(path.name[:10], []).append(path)
        return packets

    def _days(self) -> Iterator[Path]:
        try:
            names = [path for path in _files(self.path) if _DAY.fullmatch(path.name)]
        except FileNotFoundError:  # nothing was ever kept
            return
        except OSError as error:
            raise FileAccess(f"{printable(str(self.path))}: can't be read: {reason(error)}") from error
        yield from names


def _files(folder: Path) -> list[Path]:
    """What is in a folder. Raises OSError."""
    with os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries]


def _read(path: Path) -> PacketRecord | None:
    """A record; None where this version can't read it."""
    try:
        with path.open("rb") as file:
            record = PacketRecord.model_validate_json(file.read(_LARGEST_RECORD))
    except (OSError, ValidationError):
        return None
    return record if record.format <= FORMAT and record.packet == path.name[:10] else None
