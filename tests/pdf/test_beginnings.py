"""What many files begin with is read once, and counts only where every byte and every row is the same."""

from __future__ import annotations

import io

import pytest

from consentkit.pdf.file.beginnings import KnownBeginnings
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.seal import seal
from consentkit.pdf.file.syntax import Ref, text_string, write
from consentkit.pdf.file.writer import FileWriter
from kit.forged_tables import rows_of, with_objects, with_rows

PAGE, STREAM = 2, 3
"""The numbers of two objects in the beginning."""


def file_of(word: str, same: str = "Papers") -> tuple[bytes, bytes]:
    """A file that says a word at its end, and the beginning that it has in common with others."""
    out = io.BytesIO()
    writer = FileWriter(out)
    pages, page = writer.new_number(), writer.new_number()
    stream = writer.common.add_stream({"Kind": b"/Same"}, same.encode(), compress=False)
    writer.common.put(page, write({"Type": b"/Page", "Parent": pages, "Contents": stream}))
    writer.common.put(pages, write({"Type": b"/Pages", "Kids": [page], "Count": b"1"}))
    root = writer.common.add({"Type": b"/Catalog", "Pages": pages})
    info = writer.add({"Title": text_string(word)})
    writer.add_stream({"Kind": b"/Own"}, word.encode())
    beginning = writer.common.closed()
    writer.finish(root, info, "0123456789abcdef" * 2, beginning)
    return seal(out.getvalue()), beginning.data


@pytest.fixture
def known() -> KnownBeginnings:
    """What is known once a first file has been read."""
    known = KnownBeginnings(2)
    first, beginning = file_of("Ann")
    known.expect(beginning)
    assert plainly(read_file(first, known)) == plainly(read_file(first))
    return known


def plainly(file: PdfFile) -> dict[int, object]:
    return {number: (item.value, item.stream) for number, item in file.objects.items()}


def test_a_beginning_is_read_once_and_the_rest_of_each_file(known: KnownBeginnings) -> None:
    second, beginning = file_of("Ben")
    assert second.startswith(beginning)
    one, other = read_file(second, known), read_file(file_of("Cleo")[0], known)
    assert one.objects[PAGE] is other.objects[PAGE]
    assert plainly(one) == plainly(read_file(second))
    assert one.dictionary(one.trailer["Info"]) == {"Title": b"(Ben)"}
    assert list(one.objects) == list(read_file(second).objects)
    assert len(one.objects) == len(list(one.objects))
    assert set(one.objects.own_texts()) < set(read_file(second).objects.own_texts())


def test_a_beginning_in_which_a_byte_differs_is_read_anew(known: KnownBeginnings) -> None:
    changed, _ = file_of("Ben", same="papers")
    file = read_file(changed, known)
    assert file.beginning is None
    assert file.objects[STREAM].stream == b"papers"


def test_a_row_that_leads_elsewhere_counts(known: KnownBeginnings) -> None:
    pdf, _ = file_of("Ben")
    moved = with_objects(pdf, {PAGE: b"<</Type /Page/Own true>>"})
    file = read_file(moved, known)
    assert file.beginning is None
    assert file.objects[PAGE].entries["Own"] == b"true"
    hidden = read_file(with_rows(pdf, {PAGE: (0, 0, 0)}), known)
    assert PAGE not in hidden.objects


def test_rows_that_are_not_announced_do_not_count(known: KnownBeginnings) -> None:
    pdf, _ = file_of("Ben")
    short = pdf.replace(b"/Size %d" % len(rows_of(pdf)), b"/Size 3")
    assert short != pdf
    for before in (None, known):
        with pytest.raises(ValueError, match="damaged"):
            read_file(short, before)


def test_another_object_behind_the_beginning_counts(known: KnownBeginnings) -> None:
    pdf, _ = file_of("Ben")
    number = len(rows_of(pdf)) - 1
    file = read_file(with_objects(pdf, {number + 2: b"<</More true>>"}), known)
    assert file.beginning is not None
    assert file.objects[number + 2].entries == {"More": b"true"}


def test_an_object_that_reaches_beyond_the_beginning_is_not_taken_from_it() -> None:
    """Its end would be another one in the next file."""
    pdf, beginning = file_of("Ann")
    known = KnownBeginnings(2)
    known.expect(beginning[:-20])
    assert read_file(pdf, known).beginning is None
    assert plainly(read_file(pdf, known)) == plainly(read_file(pdf))


def test_what_is_kept_is_bounded_and_what_nobody_expects_is_not_kept() -> None:
    known = KnownBeginnings(2)
    files = [file_of("Ann", same=f"Papers {number}") for number in range(4)]
    for _, beginning in files[:3]:
        known.expect(beginning)
    assert [read_file(pdf, known).beginning is not None for pdf, _ in files] == [False, True, True, False]


def test_beginnings_are_dropped_that_have_too_many_bytes_together() -> None:
    files = [file_of("Ann", same=f"Papers {number}") for number in range(3)]
    known = KnownBeginnings(9, 2 * len(files[0][1]))
    for _, beginning in files:
        known.expect(beginning)
    assert [read_file(pdf, known).beginning is not None for pdf, _ in files] == [False, True, True]


def test_a_file_that_is_to_be_read_with_another_table_is_refused() -> None:
    """Some viewers go by that other table, so they would show other objects (ISO 32000-1, 7.5.8.4)."""
    pdf, _ = file_of("Ann")
    for entry in (b"/Prev 15", b"/XRefStm 15"):
        changed = pdf.replace(b"/Type /XRef", b"/Type /XRef" + entry)
        with pytest.raises(ValueError, match="incremental updates"):
            read_file(changed)
    reference = Ref(PAGE)
    assert read_file(pdf).objects[reference].entries["Type"] == b"/Page"
