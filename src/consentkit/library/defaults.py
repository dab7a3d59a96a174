"""Where a clinic's folder is, its default language and paper, and whether it keeps a journal.

Guarantees: the defaults in the particulars are known from an earlier run without parsing them, as long as they are the
same to the byte.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from consentkit.cache.store import key_of
from consentkit.cache.versions import versions
from consentkit.library.keys import Inputs
from consentkit.model.identity import PARTICULARS, PaperSize
from consentkit.reading.paths import is_file


@dataclass(frozen=True)
class ClinicDefaults:
    """A clinic's defaults, which decide the names of its documents: all that is needed to find one that is kept."""

    path: Path | None
    """The clinic's folder; None where there is none."""
    language: str = "en"
    paper: PaperSize = "letter"
    keeps_journal: bool = False


def known_defaults(folder: Path, inputs: Inputs) -> ClinicDefaults | None:
    """The defaults that an earlier run has read in good particulars; None where they have to be read."""
    kept = inputs.store.near.get(_key(inputs))
    return ClinicDefaults(folder, **json.loads(kept)) if kept else None


def remember_defaults(defaults: ClinicDefaults, inputs: Inputs) -> None:
    """Remember for the next run the defaults in good particulars."""
    values = asdict(defaults)
    del values["path"]
    inputs.store.near.put(_key(inputs), json.dumps(values).encode())


def find_clinic_folder(start: Path) -> Path | None:
    """The nearest folder with a clinic.yaml: `start` or one of its parents.

    Raises FileAccess where one of them can't be looked into: without its particulars, papers would have blanks.
    """
    return next((folder for folder in (start, *start.parents) if is_file(folder / PARTICULARS)), None)


def _key(inputs: Inputs) -> str:
    return key_of("particulars", *versions(), inputs.particulars_digest())
