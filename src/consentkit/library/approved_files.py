"""The files that an approved text was made from, kept in the clinic's folder under the hash of the text.

Guarantees: each file is kept once, by its own hash, however many texts are made from it; what is taken out again has
the hash by which it was put in, and no path leads out of the folder into which it is put.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Annotated

import yaml
from pydantic import StringConstraints

from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.snapshot import Snapshot
from consentkit.model.approval import Approval, ContentHash
from consentkit.model.identity import APPROVED_TEXTS
from consentkit.model.values import CodeOrName, LanguageTag, Record, RecordedVariant
from consentkit.output.write import prepare_folder, write_file
from consentkit.problems import Problem, printable
from consentkit.reading.files import read_bytes
from consentkit.reading.paths import is_there
from consentkit.reading.validation import require

_FILES = "files"
_LARGEST_FILE = 16 * 1024 * 1024
_STEP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,80}")

_HEADER = """\
# The files that an approved text was made from, each by the hash under which it is kept in files/.
"""


class ApprovedFiles(Record):
    """What a text was made from when it was approved."""

    code: CodeOrName
    language: LanguageTag
    variant: RecordedVariant
    content: ContentHash
    """SHA-256 of everything that a patient reads in it."""
    program: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
    """The version of consentkit that made it."""
    files: dict[str, ContentHash]
    """The hash of each file, by its path in a clinic's folder."""


def keep_files(
    folder: Path, approval: Approval, files: Mapping[str, bytes], *, program: str, for_group: bool = False
) -> None:
    """Keep the files of an approved text. Raises FileAccess where they can't be written."""
    kept = folder / APPROVED_TEXTS / _FILES
    prepare_folder(kept, for_group=for_group)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    for name, digest in hashes.items():
        if not _is_kept(kept / digest, files[name]):
            write_file(kept / digest, files[name], force=True, for_group=for_group)
    entry = ApprovedFiles(**vars(approval.identity), content=approval.content, program=program, files=hashes)
    text = _HEADER + yaml.safe_dump(entry.model_dump(), allow_unicode=True, sort_keys=False, width=1000)
    write_file(_list_file(folder, approval), text.encode(), force=True, for_group=for_group)


def _is_kept(path: Path, data: bytes) -> bool:
    """Whether a file is kept as it was, and not damaged."""
    with suppress(FileAccess, InvalidInput):
        return is_there(path) and read_bytes(path, _LARGEST_FILE) == data
    return False


def restore_files(folder: Path, approval: Approval, target: Path) -> ApprovedFiles:
    """Put the files of an approved text into another folder, which is that of a clinic then.

    Raises FileAccess where they were not kept, or where one is missing or was altered.
    """
    path = _list_file(folder, approval)
    if not is_there(path):
        raise FileAccess(f"{printable(str(path))}: is missing, so this edition can't be made again")
    listed = require(ApprovedFiles, Snapshot().parsed(path))
    for name, digest in listed.files.items():
        if not all(_STEP.fullmatch(step) for step in PurePosixPath(name).parts) or name.startswith("/"):
            raise InvalidInput([Problem(str(path), None, None, f"files.{name}", "is no path in a clinic's folder")])
        source = folder / APPROVED_TEXTS / _FILES / digest
        data = read_bytes(source, _LARGEST_FILE)
        if hashlib.sha256(data).hexdigest() != digest:
            raise FileAccess(f"{printable(str(source))}: was altered, so this edition can't be made again")
        prepare_folder((target / name).parent)
        write_file(target / name, data)
    return listed


def _list_file(folder: Path, approval: Approval) -> Path:
    name = f"{approval.code}.{approval.language}.{approval.variant}.{approval.content[:12]}.yaml"
    return folder / APPROVED_TEXTS / name
