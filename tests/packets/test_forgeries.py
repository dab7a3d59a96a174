"""Packets whose tables of objects were forged: what a viewer would show is read back, not what the file once held."""

from __future__ import annotations

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.errors import RenderingFailed
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.seal import is_intact
from consentkit.pdf.file.syntax import Ref, byte_string, text_string, write
from kit.forged_tables import object_streams, rows_of, with_objects, with_rows
from kit.packets import OTHER, plan, visit
from kit.small import make_clinic


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[PacketMaker, Packet, Packet]:
    """The packets of two patients with the same papers, whose names need other fonts; and who made them."""
    other = {**OTHER, "name": "Nguyễn Thị Minh Khai"}
    workspace = open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store())
    maker = PacketMaker(workspace)
    first, second = (maker.make(plan(workspace, one)) for one in (visit(), visit(visit="V-2", patient=other)))
    return maker, first, second


def number_of(pdf: bytes, key: str, kind: bytes) -> int:
    """The number of a packed object of a type that has an entry."""
    file, rows = read_file(pdf), rows_of(pdf)
    numbers = (number for number in file.objects if rows[number][0] == 2)
    return next(
        number
        for number in numbers
        if key in file.objects[number].entries and file.objects[number].entries.get("Type") == kind
    )


def with_entry(pdf: bytes, number: int, key: str, value: bytes) -> bytes:
    """The file with another value for an entry of an object."""
    return with_objects(pdf, {number: write({**read_file(pdf).objects[number].entries, key: value})})


def test_packets_with_the_same_papers_hold_the_same_streams(made: tuple[PacketMaker, Packet, Packet]) -> None:
    _, first, second = made
    assert len(object_streams(first.pdf) & object_streams(second.pdf)) >= len(second.papers)


def test_an_object_that_is_somewhere_else_and_the_same_does_no_harm(made: tuple[PacketMaker, Packet, Packet]) -> None:
    maker, _, second = made
    number = number_of(second.pdf, "S", b"/StructElem")
    moved = with_entry(second.pdf, number, "S", write(read_file(second.pdf).objects[number].entries["S"]))
    assert moved != second.pdf
    assert is_intact(moved)
    maker.require_identity(moved, [second])


@pytest.mark.parametrize("key", ["ActualText", "Alt", "T", "E"])
def test_an_element_that_says_something_else_from_another_place_is_caught(
    key: str, made: tuple[PacketMaker, Packet, Packet]
) -> None:
    maker, _, second = made
    number = number_of(second.pdf, "S", b"/StructElem")
    with pytest.raises(RenderingFailed, match=r"belongs to none of its papers|read aloud"):
        maker.require_identity(with_entry(second.pdf, number, key, text_string("Somebody Else")), [second])


def test_an_identifier_that_says_something_else_is_caught(made: tuple[PacketMaker, Packet, Packet]) -> None:
    maker, _, second = made
    number = number_of(second.pdf, "S", b"/StructElem")
    with pytest.raises(RenderingFailed, match="belongs to none of its papers"):
        maker.require_identity(with_entry(second.pdf, number, "ID", byte_string(b"Somebody Else")), [second])


def test_a_page_that_draws_something_else_from_another_place_is_caught(
    made: tuple[PacketMaker, Packet, Packet],
) -> None:
    maker, _, second = made
    file = read_file(second.pdf)
    one, other = [page for page in file.page_references() if isinstance(page, Ref)][:2]
    contents = write(file.objects[other].entries["Contents"])
    with pytest.raises(RenderingFailed, match=r"differs from the paper|does not bear|does not belong"):
        maker.require_identity(with_entry(second.pdf, one, "Contents", contents), [second])


def test_rows_that_lead_to_each_others_objects_are_caught(made: tuple[PacketMaker, Packet, Packet]) -> None:
    """Viewers go by the rows; the numbers within a stream are there to be compared with them."""
    maker, _, second = made
    rows = rows_of(second.pdf)
    one, other = [number for number, row in enumerate(rows) if row[0] == 2][:2]
    with pytest.raises(RenderingFailed, match="can't be read back"):
        maker.require_identity(with_rows(second.pdf, {one: rows[other], other: rows[one]}), [second])


def test_a_row_that_leads_to_no_object_is_caught(made: tuple[PacketMaker, Packet, Packet]) -> None:
    maker, _, second = made
    rows = rows_of(second.pdf)
    number = next(number for number, row in enumerate(rows) if row[0] == 2)
    for row in ((2, rows[number][1], 9999), (2, 1, 0), (0, 0, 0)):
        with pytest.raises(RenderingFailed):
            maker.require_identity(with_rows(second.pdf, {number: row}), [second])
