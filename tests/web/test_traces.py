"""What looks for a patient's name in files finds it in every form."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from kit.desk import Clerk, Printer
from kit.traces import Words, left_behind

NAME = "Zyxwvuta Cañarybird"
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "in capitals": lambda text: text.decode().upper().encode().replace("Ñ".encode(), "ñ".encode()),
    "UTF-16": lambda text: text.decode().encode("utf-16-le"),
    "UTF-16 from the big end": lambda text: text.decode().encode("utf-16-be"),
    "in an address": lambda text: quote(text.decode()).encode(),
    "in JSON": lambda text: json.dumps(text.decode()).encode(),
    "hexadecimal": lambda text: text.hex().upper().encode(),
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zlib twice": lambda text: zlib.compress(b"x" + zlib.compress(text)),
    "zlib that was cut off": lambda text: zlib.compress(text + bytes(range(256)) * 99)[:-20],
    **{f"base64 after {n}": lambda text, n=n: base64.b64encode(b"+" * n + text + b"xyz") for n in range(3)},  # type: ignore[misc]
}


@pytest.mark.parametrize("form", FORMS)
def test_a_name_is_found(form: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00before" + FORMS[form](f"said {NAME}, and".encode()) + b"after\xff")
    (tmp_path / "other").write_bytes(FORMS[form](b"said Nora Nye, and more"))
    assert left_behind(tmp_path, Words([NAME])) == [tmp_path / "file"]


def test_a_name_is_found_in_a_zip_and_in_the_name_of_a_file(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", f"<c>{NAME}</c>")
    (tmp_path / "table.xlsx").write_bytes(stream.getvalue())
    (tmp_path / f"{NAME}.txt").touch()
    assert len(left_behind(tmp_path, Words([NAME]))) == 2


def test_a_name_is_found_on_papers(clerk: Clerk, printer: Printer, tmp_path: Path) -> None:
    clerk.load({"patient_name": NAME})
    clerk.print("V-1")
    (papers,) = printer.sets
    (tmp_path / "part").write_bytes(zlib.compress(papers))
    assert left_behind(tmp_path, Words([NAME]), but=[printer.folder, printer.folder.parent / "commands"]) == [
        tmp_path / "part"
    ]
