"""A new clinic folder, from the files that are shipped.

Guarantees: the folder prints, checks and packs as it is; nothing that is there already, or that somebody saves there
meanwhile, is touched; where it can't be made whole, nothing of it stays.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consentkit import checks
from consentkit.errors import FileAccess, WrongUse, reason
from consentkit.model.clinic import Clinic
from consentkit.model.identity import DEFINITION_FOLDERS, PARTICULARS, SERVICES
from consentkit.model.schema import MODELS, SCHEMA_FOLDER, schema_file, schema_text
from consentkit.output.new_files import NewFiles, new_files
from consentkit.output.write import require_usable_folder
from consentkit.problems import printable, quoted
from consentkit.reading import yaml_file
from consentkit.reading.edits import in_quotation_marks
from consentkit.reading.places import source_of
from consentkit.reading.validation import validated
from consentkit.resources import shipped

_MODE_LINE = re.compile(r"\A# yaml-language-server: \$schema=\S*/(\S+)\n")
_COMMENTED_OUT = {"name": "# name: Willow Street Counseling", "phone": "# phone: 217-555-0142"}
"""The lines of the new clinic's particulars that a given value replaces."""
_LINES_OF_SCHEDULE = 3
"""The names of the columns, and two visits."""
_EMPTY_FOLDERS = (*DEFINITION_FOLDERS.values(), "extra")


def make_clinic_folder(folder: Path, *, name: str = "", phone: str = "") -> list[Path]:
    """Make a clinic folder. Returns the files that were written, the particulars first.

    Raises FileAccess where there is something in the folder, or where it can't be written to; WrongUse for a name or
    number that is no line of text, or that can't be printed on every paper.
    """
    particulars = _particulars(name, phone)
    samples = shipped("samples")
    files = {
        PARTICULARS: particulars,
        SERVICES: _sample(samples / SERVICES),
        "visit.yaml": _sample(samples / "visit.yaml"),
        "schedule.csv": "".join(_sample(samples / "schedule.csv").splitlines(keepends=True)[:_LINES_OF_SCHEDULE]),
        "README.md": _sample(samples / "new-clinic/README.md"),
        ".gitignore": _sample(samples / "new-clinic/gitignore"),
        ".gitattributes": _sample(samples / "new-clinic/gitattributes"),
        **{f"{SCHEMA_FOLDER}/{schema_file(kind)}": schema_text(kind) for kind in MODELS},
    }
    with _new_folder(folder) as new:
        for inner in (*_EMPTY_FOLDERS, SCHEMA_FOLDER):
            new.make_folder(folder / inner)
        for file in reversed(files):  # the particulars come last: without them it is no clinic's folder
            new.write(folder / file, files[file].encode())
    return [folder / file for file in files]


def copy_samples(folder: Path) -> list[Path]:
    """Copy the samples that the documentation uses into a new folder. Returns the files. Raises FileAccess."""
    samples = shipped("samples")
    files = sorted(path for path in samples.rglob("*") if path.is_file())
    with _new_folder(folder) as new:
        for file in files:
            target = folder / file.relative_to(samples)
            new.make_folder(target.parent)
            new.write(target, _without_schema(file))
    return [folder / file.relative_to(samples) for file in files]


def _without_schema(file: Path) -> bytes:
    """A sample without the line that names a schema beside it, which is not there."""
    data = file.read_bytes()
    return _MODE_LINE.sub("", data.decode()).encode() if file.suffix == ".yaml" else data


def _sample(path: Path) -> str:
    """The text of a shipped file, with the schema where a clinic has it."""
    return _MODE_LINE.sub(rf"# yaml-language-server: $schema={SCHEMA_FOLDER}/\1\n", path.read_text(encoding="utf-8"))


def _particulars(name: str, phone: str) -> str:
    text = _sample(shipped("samples") / "new-clinic" / PARTICULARS)
    for key, value in {"name": name, "phone": phone}.items():
        if value:
            text = text.replace(_COMMENTED_OUT[key], f"{key}: {_value_of(key, value)}")
    _require_valid(text)
    return text


def _require_valid(text: str) -> None:
    """Raise WrongUse for particulars that the commands would refuse, or in which the check would find an error."""
    parsed = yaml_file.parse(text, PARTICULARS)
    clinic, problems = validated(Clinic, parsed)
    if clinic:
        findings = checks.check_clinic(checks.ClinicFile(source_of(text, parsed), clinic, ()))
        problems += [finding.problem() for finding in findings if finding.severity == "error"]
    if problems:
        messages = ("; ".join(filter(None, [problem.message, problem.remedy])) for problem in problems)
        said = (f"the clinic's {problem.field} {message}" for problem, message in zip(problems, messages, strict=True))
        raise WrongUse(". ".join(said))


def _value_of(key: str, value: str) -> str:
    """A value as YAML reads it back, whatever is in it."""
    if not value.strip() or not value.isprintable():
        raise WrongUse(f"{quoted(value)} can't be the clinic's {key}; write it in letters on one line")
    return in_quotation_marks(value.strip())


@contextmanager
def _new_folder(folder: Path) -> Iterator[NewFiles]:
    """Make a folder that is not there, or use one that is empty; on any failure, take back what was made in it."""
    _require_empty(folder)
    require_usable_folder(folder)
    with new_files() as new:
        new.make_folder(folder)
        yield new


def _require_empty(folder: Path) -> None:
    shown = printable(str(folder))
    try:
        if any(folder.iterdir()):
            raise FileAccess(f"{shown}: is not empty; name a new folder, or an empty one")
    except FileNotFoundError:
        if os.path.lexists(folder):
            raise FileAccess(f"{shown}: is a link that leads nowhere; name a new folder, or an empty one") from None
    except NotADirectoryError:
        raise FileAccess(f"{shown}: is a file, or in one; name a new folder, or an empty one") from None
    except OSError as error:
        raise FileAccess(f"{shown}: can't be read: {reason(error)}") from error
