"""The clinic's own particulars, from the folder that the clinic keeps.

Guarantees: without a folder everything still works and the paper has blanks to fill in by pen; a logo is a PNG or
JPEG picture by its content, of modest size, from inside the folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from consentkit.cache.store import Store
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.pictures import complaint_about, load_picture
from consentkit.library.snapshot import Snapshot
from consentkit.model.clinic import Clinic
from consentkit.model.identity import PARTICULARS
from consentkit.problems import Problem, did_you_mean
from consentkit.reading import yaml_file
from consentkit.reading.pictures import Picture
from consentkit.reading.validation import validated


class ClinicFolder(NamedTuple):
    """A clinic's folder, read once."""

    path: Path | None
    clinic: Clinic
    logo: Picture | None = None
    fault: InvalidInput | FileAccess | None = None
    """Why the particulars must not be used for a document."""
    has_all_checks: bool = True
    """Whether `clinic.checks` is what the clinic has written; otherwise it could not be read, and nothing is set."""


def load_clinic(folder: Path | None, snapshot: Snapshot | None = None, store: Store | None = None) -> ClinicFolder:
    """Read a clinic folder. None gives a clinic of blanks. Raises InvalidInput or FileAccess.

    With a `store`, a logo that an earlier run has judged is not judged again.
    """
    opened = read_clinic(folder, snapshot, store)
    if opened.fault:
        raise opened.fault
    return opened


def read_clinic(folder: Path | None, snapshot: Snapshot | None = None, store: Store | None = None) -> ClinicFolder:
    """Read a clinic folder as far as that is possible: what can't be read is left out, and `fault` says why."""
    if folder is None:
        return ClinicFolder(None, Clinic())
    path, files = folder / PARTICULARS, snapshot or Snapshot()
    shown = str(path)
    try:
        source = files.parsed(path)
    except (InvalidInput, FileAccess) as fault:
        return ClinicFolder(folder, Clinic(), fault=fault, has_all_checks=False)
    clinic, problems = validated(Clinic, source)
    logo: Picture | None = None
    if clinic and clinic.logo:
        try:
            logo = load_picture(folder / clinic.logo, files, store)
        except (InvalidInput, FileAccess) as error:
            line, column = source.values[("logo",)]
            complaint = complaint_about(error, "the clinic folder")
            problems.append(Problem(shown, line, column, "logo", f"names a file that {complaint}"))
    if clinic is None or problems:
        usable = _usable(source)
        invalid = InvalidInput(problems)
        return ClinicFolder(folder, usable, fault=invalid, has_all_checks=_has_all_checks(source, usable))
    return ClinicFolder(folder, clinic, logo)


def _usable(source: yaml_file.YamlFile) -> Clinic:
    """Those particulars of a faulty file that are valid by themselves."""
    refused = {re.split(r"[.\[]", problem.field)[0] for problem in source.problems}
    values: dict[str, yaml_file.Data] = {}
    for key, value in source.data.items():
        if key not in refused:
            with suppress(ValidationError):
                Clinic.model_validate({key: value})
                values[key] = value
    return Clinic.model_validate(values)


def _has_all_checks(source: yaml_file.YamlFile, usable: Clinic) -> bool:
    """Whether nothing that the clinic may have set under `checks` is missing, also where the key is misspelt."""
    lost = source.data.keys() - usable.model_fields_set
    return bool(source.data) and not any(did_you_mean(key, ["checks"]) for key in lost)
