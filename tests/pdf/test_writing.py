"""Files written object by object: read back the same by everybody, and the same bytes each time."""

from __future__ import annotations

import io
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.seal import is_intact, seal
from consentkit.pdf.file.syntax import Ref, Value, text_string, write
from consentkit.pdf.file.writer import FileWriter


def file_of(fill: Callable[[FileWriter], dict[str, Value]]) -> bytes:
    """A sealed file of one empty page, and what a function writes; it returns further entries of the catalog."""
    out = io.BytesIO()
    writer = FileWriter(out)
    pages = writer.new_number()
    box: list[Value] = [b"0", b"0", b"9", b"9"]
    page = writer.add({"Type": b"/Page", "Parent": pages, "MediaBox": box, "Resources": {}})
    entries = fill(writer)
    writer.put(pages, write({"Type": b"/Pages", "Kids": [page], "Count": b"1"}))
    root = writer.add({"Type": b"/Catalog", "Pages": pages, **entries})
    writer.finish(root, writer.add({"Title": text_string("Papers")}), "0123456789abcdef" * 2)
    return seal(out.getvalue())


def assert_whole(pdf: bytes, folder: Path) -> None:
    file = folder / "file.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert is_intact(pdf)


@pytest.mark.parametrize("count", [0, 1, 396, 397, 400, 1203])
def test_any_number_of_objects_can_be_written(count: int, tmp_path: Path) -> None:
    def fill(writer: FileWriter) -> dict[str, Value]:
        items: list[Value] = [writer.add([b"%d" % place, b"(a % b %d)"]) for place in range(count)]
        return {"Items": items}

    pdf = file_of(fill)
    assert_whole(pdf, tmp_path)
    file = read_file(pdf)
    items = [file.array(item) for item in file.array(file.catalog["Items"])]
    assert items == [[b"%d" % place, b"(a % b %d)"] for place in range(count)]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert [int(item[0]) for item in opened.Root["/Items"]] == list(range(count))
        assert {str(item[1]) for item in opened.Root["/Items"]} <= {"a % b %d"}
        assert str(opened.docinfo["/Title"]) == "Papers"


@given(st.lists(st.tuples(st.binary(max_size=40), st.booleans()), max_size=8))
def test_streams_are_read_back_whatever_is_in_them(streams: list[tuple[bytes, bool]]) -> None:
    def fill(writer: FileWriter) -> dict[str, Value]:
        kept: list[Value] = [writer.add_stream({"Own": b"/Yes"}, data, compress=pack) for data, pack in streams]
        return {"Kept": kept}

    pdf = file_of(fill)
    file = read_file(pdf)
    kept = [file.objects[ref] for ref in file.array(file.catalog["Kept"]) if isinstance(ref, Ref)]
    assert [inflated(item) for item in kept] == [data for data, _ in streams]
    assert {item.entries["Own"] for item in kept} <= {b"/Yes"}
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert [item.read_bytes() for item in opened.Root["/Kept"]] == [data for data, _ in streams]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"endstream", b""])
def test_a_stream_ends_where_its_length_says_whatever_its_last_byte_is(end: bytes, tmp_path: Path) -> None:
    pdf = file_of(lambda writer: {"Kept": writer.add_stream({}, b"q Q" + end, compress=False)})
    assert_whole(pdf, tmp_path)
    assert b"stream\nq Q" + end + b"\r\nendstream" in pdf


def test_a_stream_that_is_compressed_already_is_written_as_it_is() -> None:
    data = zlib.compress(b"q Q", 9)

    def fill(writer: FileWriter) -> dict[str, Value]:
        number = writer.new_number()
        writer.put_stream(number, b"<</Filter /FlateDecode/Length %d>>" % len(data), data)
        return {"Kept": number}

    pdf = file_of(fill)
    file = read_file(pdf)
    kept = file.catalog["Kept"]
    assert isinstance(kept, Ref)
    assert file.objects[kept].stream == data


def test_a_number_that_is_never_used_stands_for_nothing(tmp_path: Path) -> None:
    pdf = file_of(lambda writer: {"Lost": writer.new_number()})
    assert_whole(pdf, tmp_path)
    file = read_file(pdf)
    assert file.get(file.catalog["Lost"]) == b"null"


def test_a_file_of_many_megabytes_finds_its_objects(tmp_path: Path) -> None:
    def fill(writer: FileWriter) -> dict[str, Value]:
        writer.add_stream({}, b"\0" * (17 * 1024**2), compress=False)  # places need a fourth byte behind this
        return {"Last": writer.add_stream({}, b"here", compress=False)}

    pdf = file_of(fill)
    assert_whole(pdf, tmp_path)
    file = read_file(pdf)
    last = file.catalog["Last"]
    assert isinstance(last, Ref)
    assert file.objects[last].stream == b"here"


def test_the_same_objects_give_the_same_bytes() -> None:
    def fill(writer: FileWriter) -> dict[str, Value]:
        return {"A": writer.add_stream({}, b"q Q"), "B": writer.add({"C": text_string("Ä")})}

    assert file_of(fill) == file_of(fill)


def test_objects_are_written_only_once_and_never_in_the_clear() -> None:
    pdf = file_of(lambda writer: {"Name": writer.add([text_string("Ann Sample")])})
    assert b"Ann Sample" not in pdf
    assert len(read_file(pdf).objects) == 5


def test_a_number_that_nobody_used_leaves_the_file_whole(tmp_path: Path) -> None:
    """One between the beginning and what comes first behind it."""
    out = io.BytesIO()
    writer = FileWriter(out)
    text = writer.common.add_stream({}, b"1")
    writer.new_number()
    pages = writer.add({"Type": b"/Pages", "Kids": [], "Count": b"0"})
    root = writer.add({"Type": b"/Catalog", "Pages": pages, "Text": text})
    writer.finish(root, writer.add({"Title": text_string("Papers")}), "0123456789abcdef" * 2)
    assert_whole(seal(out.getvalue()), tmp_path)
