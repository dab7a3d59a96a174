"""The clinic's own particulars, from the folder that the clinic keeps.

Guarantees: without a folder everything still works and the paper has blanks to fill in by pen; a logo is a PNG or
JPEG picture by its content, of modest size, from inside the folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from consentkit.checks.settings import CheckSettings
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import PARTICULARS, Paper
from consentkit.model.values import Line, Record, without_repeats
from consentkit.model.words import LanguageTag
from consentkit.output.print_queue import PrintSettings
from consentkit.problems import Problem, did_you_mean
from consentkit.reading import yaml_file
from consentkit.reading.files import reason
from consentkit.reading.pictures import Picture, read_picture
from consentkit.reading.validation import validated

LOWEST_CONTRAST = 4.5
"""Contrast with white paper that an accent colour needs (WCAG 2, success criterion 1.4.3)."""


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of a colour such as #1f4e79 with white (WCAG 2, relative luminance)."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _dark_enough(colour: str) -> str:
    if contrast_with_white(colour) < LOWEST_CONTRAST:
        raise ValueError("is too light to print and copy well; choose a darker colour")
    return colour.lower()


class PacketSettings(Record):
    """What packets hold."""

    documents: Annotated[
        tuple[Literal["consent", "handout", "refusal"], ...], Field(min_length=1), AfterValidator(without_repeats)
    ] = ("consent",)
    """The kinds of documents that each procedure brings, in their order."""


class Clinic(Record):
    """Who gives out the document. Everything may be left out: the paper then has blanks."""

    name: Annotated[Line, Field(max_length=80)] | None = None
    """The clinic's name."""
    address: Annotated[tuple[Annotated[Line, Field(max_length=60)], ...], Field(max_length=3)] = ()
    """The address, line by line."""
    phone: Annotated[Line, Field(max_length=40)] | None = None
    """The telephone number that a patient should call."""
    logo: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None = None
    """The file name of a PNG or JPEG picture in the clinic folder."""
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_dark_enough)] | None = None
    """A colour for headings, such as "#1f4e79"; dark enough to print well in black and white."""
    paper: Paper = "letter"
    """The paper size that is used unless another is asked for."""
    language: LanguageTag = "en"
    """The language that is used unless another is asked for."""
    packet: PacketSettings = PacketSettings()
    """What the packet of a visit holds, where the visit itself does not say."""
    printing: PrintSettings = PrintSettings()
    """How packets are printed with `--print`."""
    checks: CheckSettings = CheckSettings()
    """How strictly `consentkit check` looks at the texts."""


@dataclass(frozen=True)
class ClinicFolder:
    """A clinic's folder, read once."""

    path: Path | None
    clinic: Clinic
    logo: Picture | None = None
    fault: InvalidInput | FileAccess | None = None
    """Why the particulars must not be used for a document."""
    has_all_checks: bool = True
    """Whether `clinic.checks` is what the clinic has written; otherwise it could not be read, and nothing is set."""


def load_clinic(folder: Path | None, snapshot: Snapshot | None = None) -> ClinicFolder:
    """Read a clinic folder. None gives a clinic of blanks. Raises InvalidInput or FileAccess."""
    opened = read_clinic(folder, snapshot)
    if opened.fault:
        raise opened.fault
    return opened


def read_clinic(folder: Path | None, snapshot: Snapshot | None = None) -> ClinicFolder:
    """Read a clinic folder as far as that is possible: what can't be read is left out, and `fault` says why."""
    if folder is None:
        return ClinicFolder(None, Clinic())
    path = folder / PARTICULARS
    shown = str(path)
    try:
        source = (snapshot or Snapshot()).parsed(path)
    except (InvalidInput, FileAccess) as fault:
        return ClinicFolder(folder, Clinic(), fault=fault, has_all_checks=False)
    clinic, problems = validated(Clinic, source)
    logo: Picture | None = None
    if clinic and clinic.logo:
        try:
            logo = read_picture(folder / clinic.logo)
        except (InvalidInput, FileAccess) as error:
            line, column = source.values[("logo",)]
            problems.append(Problem(shown, line, column, "logo", f"names a file that {_complaint(error)}"))
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


def _complaint(error: InvalidInput | FileAccess) -> str:
    """What is wrong with the logo's file, without its path."""
    if isinstance(error, InvalidInput):
        return error.problems[0].message
    if isinstance(error.__cause__, FileNotFoundError):
        return "is not in the clinic folder; put it there or delete the line"
    return "can't be read" + (f": {reason(error.__cause__)}" if isinstance(error.__cause__, OSError) else "")
