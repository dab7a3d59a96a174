"""What the size of a library costs: `PYTHONPATH=. python -m benchmarks.library_size`.

Guarantees: costs are ratios of processor time from one run, in which small and large libraries take turns; each takes
the time of whole processes, so nothing is remembered between them but what is kept in the cache.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.content import ONE
from benchmarks.measuring import Contender, Target, as_text, measure_all, ratio_table
from consentkit.resources import shipped

_ROUNDS = 7
_SIZES = (500, 1000, 2000)
_SMALL, _LARGE = 18, 2000


def _library(clinic: Path, size: int) -> Path:
    """A clinic with this many procedures, each with its Spanish translation: copies of a shipped one."""
    (clinic / "procedures").mkdir(parents=True)
    (clinic / "clinic.yaml").write_text("name: Large Library\n", encoding="utf-8")
    for ending in (".yaml", ".es.yaml"):
        text = (shipped("procedures") / f"{ONE}{ending}").read_text(encoding="utf-8")
        for number in range(size):
            code = f"S-{number:05}"
            (clinic / "procedures" / f"{code}{ending}").write_text(text.replace(ONE, code), encoding="utf-8")
    return clinic


def _consentkit(clinic: Path, *arguments: str) -> Contender:
    command = [sys.executable, "-m", "consentkit", *arguments, "--clinic", str(clinic), "-q"]

    def work() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return Contender(f"{arguments[0]} among {clinic.name}", work)


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        clinics = {size: _library(place / str(size), size) for size in {_SMALL, *_SIZES}}
        cache = ["--cache", str(place / "cache")]
        lists = [_consentkit(clinics[size], "list", *cache) for size in _SIZES]
        cold = _consentkit(clinics[_LARGE], "list", "--no-cache")
        cold = Contender(f"{cold.name}, nothing kept", cold.work)
        measured = measure_all([*lists, cold], _ROUNDS)
        sys.stdout.write(as_text(ratio_table([*lists, cold], measured, lists[0].name)) + "\n")
        kept = [
            _consentkit(clinics[size], "render", "S-00007", "--lang", "es", "-o", str(place / f"{size}.pdf"), *cache)
            for size in (_SMALL, _LARGE)
        ]
        kept[1] = Contender(kept[1].name, kept[1].work, targets=(Target("cpu", 1.5),))
        measured = measure_all(kept, _ROUNDS)
        sys.stdout.write(as_text(ratio_table(kept, measured, kept[0].name)))


if __name__ == "__main__":
    main()
