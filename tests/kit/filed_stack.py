"""A stack of 60 mixed pages, filed: what `consentkit file` makes of a morning's scans.

    PYTHONPATH=tests python -m kit.filed_stack FOLDER

makes packets of all kinds once, keeps them in FOLDER/packets, writes FOLDER/stack.pdf and some pictures, and files them
into FOLDER/filed, with the report beside it. The scans are simulated (`kit.scans`).
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from consentkit.cli import run
from consentkit.records.folder import RecordFolder
from consentkit.scans.findings import KnownPage
from kit.scan_machines import SCANNERS, Machine
from kit.scan_packets import PrintedPacket, kept_in, of_all_kinds
from kit.scans import simulated

PAGES = 60
_SEED = 18
_GRAY, _COLOR, _BITS = (
    next(one for one in SCANNERS if one.kind == kind and one.dpi == 200) for kind in ("gray", "color", "one-bit")
)
_MISSING, _TWICE, _COVERS, _BLANKS = 3, 2, 3, 4


def main(folder: Path) -> int:
    """Make the stack and file it. Returns the exit code of the command."""
    packets = folder / "packets"
    packets.mkdir(parents=True, exist_ok=True)
    printed = kept_in(packets).packets or of_all_kinds(packets).packets
    clinic = folder / "clinic"
    for made in (clinic, folder / "filed"):
        shutil.rmtree(made, ignore_errors=True)
    clinic.mkdir()
    (clinic / "clinic.yaml").write_text("name: Willow Street Counseling\nrecords:\n  keep_years: 6\n", encoding="utf-8")
    records = RecordFolder(clinic / "records")
    for one in printed:
        records.keep(one.record, one.parts)
    stack = folder / "stack.pdf"
    first, *others = _pages(printed)
    first.save(stack, "PDF", save_all=True, append_images=others, resolution=200)
    report = io.StringIO()
    with contextlib.redirect_stdout(report), contextlib.redirect_stderr(report):
        code = run(["file", str(stack), "-o", str(folder / "filed"), "--clinic", str(clinic)])
    (folder / "report.txt").write_text(report.getvalue(), encoding="utf-8")
    sys.stdout.write(report.getvalue())
    return code


def _pages(printed: tuple[PrintedPacket, ...]) -> list[Image.Image]:
    """Pages of the packets in any order: some missing, some twice, among covers and blank backs."""
    chance = np.random.default_rng(_SEED)
    signed = [(one, page) for one in printed for page in one.pages()][: PAGES - _COVERS - _BLANKS + _MISSING - _TWICE]
    kept = [signed[index] for index in sorted(chance.permutation(len(signed))[_MISSING:])]
    wanted = [*kept, *kept[:_TWICE]]
    pictures = list(_scans(wanted))
    pictures += [_cover(one) for one in printed[:_COVERS]]
    pictures += [Image.new("L", (1700, 2200), 245)] * _BLANKS
    return [pictures[index] for index in chance.permutation(len(pictures))]


def _scans(wanted: list[tuple[PrintedPacket, KnownPage]]) -> Iterator[Image.Image]:
    for number, (one, page) in enumerate(wanted):
        scan = simulated(one, page, _machine(number), (_SEED, number))
        with Image.open(io.BytesIO(scan.data)) as picture:
            yield picture.copy()


def _machine(number: int) -> Machine:
    return _BITS if number % 12 == 5 else _COLOR if number % 8 == 3 else _GRAY


def _cover(one: PrintedPacket) -> Image.Image:
    import pypdfium2

    with contextlib.closing(pypdfium2.PdfDocument(one.pdf)) as document:
        picture: Image.Image = document[0].render(scale=200 / 72).to_pil().convert("L")
        return picture


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
