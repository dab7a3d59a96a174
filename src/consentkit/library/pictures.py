"""The files of pictures: where they are, and what is wrong with one.

Guarantees: a picture is a PNG or JPEG picture by its content, of modest size, from the folder `pictures` of the clinic
to which the definition belongs; each file is judged once in a run, and where there is a store, once for each content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, InvalidInput, reason
from consentkit.library.parsed_once import parsed_once
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import DEFINITION_FOLDERS, PICTURE_PATTERN
from consentkit.problems import Problem, quoted

if TYPE_CHECKING:
    from consentkit.cache.store import Store
    from consentkit.model.procedure import ProcedureText
    from consentkit.model.translation import Definition
    from consentkit.reading.pictures import Picture
    from consentkit.reading.yaml_file import YamlFile

PICTURES = "pictures"
"""The folder of the pictures, and the key under which a definition names them."""

_KEY = PICTURES.encode()


def picture_folder(folder: Path) -> Path:
    """Where the pictures of the definitions of a folder are: in the clinic's folder, or else beside them."""
    return (folder.parent if folder.name in DEFINITION_FOLDERS.values() else folder) / PICTURES


def load_picture(path: Path, snapshot: Snapshot, store: Store | None = None) -> Picture:
    """Read a picture, once in a run. Raises InvalidInput or FileAccess.

    A picture that an earlier run has judged good to print as it is, by what `store` has of it, is not judged again.
    """
    return snapshot.once(("picture", path), lambda: _read(path, snapshot, store))


def _read(path: Path, snapshot: Snapshot, store: Store | None) -> Picture:
    seen = parsed_once(store, "picture", path, snapshot, _seen_in) if store else None
    if seen is None:
        return _judged(path, snapshot)
    from consentkit.reading.pictures import Picture

    (media_type, width, height), data = seen, snapshot.data(path)
    return Picture(data, media_type, width, height, hashlib.sha256(data).hexdigest())


def _seen_in(path: Path, snapshot: Snapshot) -> tuple[str, int, int] | None:
    """The type, the width and the height of a picture that can be printed as it is; None of one that can't."""
    picture = _judged(path, snapshot)
    is_as_it_was = picture.data == snapshot.data(path)
    return (picture.media_type, picture.width, picture.height) if is_as_it_was else None


def _judged(path: Path, snapshot: Snapshot) -> Picture:
    from consentkit.reading.pictures import LARGEST_PICTURE, read_picture

    return read_picture(path, snapshot.data(path, LARGEST_PICTURE))


def pictures_of(text: Definition, folder: Path, snapshot: Snapshot) -> tuple[Picture, ...]:
    """The pictures that a text in a folder names, in their order; papers have none.

    Raises InvalidInput or FileAccess.
    """
    shown = getattr(text, PICTURES, ())
    return tuple(load_picture(picture_folder(folder) / one.file, snapshot) for one in shown)


def problems_of_pictures(text: ProcedureText, folder: Path, source: YamlFile, snapshot: Snapshot) -> Iterator[Problem]:
    """What is wrong with the files that a text in a folder names, each with its place."""
    folder = picture_folder(folder)
    for index, shown in enumerate(text.pictures):
        try:
            load_picture(folder / shown.file, snapshot)
        except (InvalidInput, FileAccess) as error:
            place = source.values[(PICTURES, index, "file")]
            message = f"names {quoted(shown.file)}, which {complaint_about(error, str(folder))}"
            yield Problem(source.name, *place, f"{PICTURES}[{index + 1}].file", message)


def mentions_pictures(text: bytes) -> bool:
    """Whether a definition may name pictures, seen in its bytes, which is quicker than to parse it."""
    return _KEY in text or b"\\" in text  # an escape could spell the key in another way


def named_pictures(data: object) -> list[str]:
    """The names of the pictures in the data of a definition, without those that can't be used."""
    shown = data.get(PICTURES) if isinstance(data, dict) else None
    names = [one.get("file") if isinstance(one, dict) else None for one in (shown if isinstance(shown, list) else ())]
    return [name for name in names if isinstance(name, str) and re.fullmatch(PICTURE_PATTERN[1:-1], name)]


def complaint_about(error: InvalidInput | FileAccess, folder: str) -> str:
    """What is wrong with a picture's file, without its path."""
    if isinstance(error, InvalidInput):
        return error.problems[0].message
    if isinstance(error.__cause__, FileNotFoundError):
        return (
            f"is not in {folder}; put it there, as a PNG or JPEG picture (no other kind is shown), or delete the line"
        )
    return "can't be read" + (f": {reason(error.__cause__)}" if isinstance(error.__cause__, OSError) else "")
