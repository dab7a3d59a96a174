"""The digest inside a file tells whether any byte of it has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.pdf.file.seal import is_intact, seal
from kit.small import make_clinic

ID = b"/ID [(%s) (%s)]" % (b"0123456789abcdef" * 2, b"fedcba9876543210" * 2)
BARE = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\ntrailer\n<</Size 2 " + ID + b">>\nstartxref\n9\n%%EOF"
SEALED = seal(BARE)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A document as a clinic gets it."""
    return open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store()).render("SMALL-1").pdf


def flipped(data: bytes, place: int, bits: int) -> bytes:
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


def test_a_finished_document_is_sealed(document: bytes) -> None:
    assert is_intact(document)
    assert seal(document) == document, "sealing once more changes nothing"


def test_the_digest_stands_in_the_second_string_of_the_identifier_and_changes_no_length() -> None:
    assert len(SEALED) == len(BARE)
    assert [index for index, pair in enumerate(zip(SEALED, BARE, strict=True)) if pair[0] != pair[1]]
    start = SEALED.index(b") (") + 3
    assert SEALED[:start] + b"x" * 32 + SEALED[start + 32 :] == BARE[:start] + b"x" * 32 + BARE[start + 32 :]


def test_every_flipped_bit_of_a_small_file_is_found() -> None:
    assert is_intact(SEALED)
    undetected = [
        (place, bit) for place in range(len(SEALED)) for bit in range(8) if is_intact(flipped(SEALED, place, 1 << bit))
    ]
    assert undetected == []


@given(data=st.data())
def test_any_flipped_byte_of_a_document_is_found(document: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(document) - 1))
    assert not is_intact(flipped(document, place, data.draw(st.integers(1, 255))))


def test_any_flipped_byte_around_the_identifier_is_found(document: bytes) -> None:
    start = document.rindex(b"/ID [(")
    places = range(start - 5, start + len(ID) + 5)
    assert [place for place in places for bits in (1, 32, 255) if is_intact(flipped(document, place, bits))] == []


@given(data=st.data())
def test_a_document_that_breaks_off_is_found(document: bytes, data: st.DataObject) -> None:
    assert not is_intact(document[: data.draw(st.integers(0, len(document) - 1))])
    assert not is_intact(document[data.draw(st.integers(1, len(document))) :])


@given(added=st.binary(min_size=1, max_size=200))
@example(added=b"\n")
@example(added=SEALED)
@example(added=ID)
def test_added_bytes_are_found(document: bytes, added: bytes) -> None:
    assert not is_intact(document + added)
    assert not is_intact(added + document)


def test_an_update_at_the_end_is_found_even_with_the_old_identifier(document: bytes) -> None:
    start = document.rindex(b"/ID [(")
    assert not is_intact(document + b"\ntrailer\n<<" + document[start : start + len(ID)] + b">>\n%%EOF\n")


def test_two_bytes_that_change_places_are_found(document: bytes) -> None:
    place = next(index for index in range(9000, len(document)) if document[index] != document[index + 1])
    swapped = document[:place] + document[place + 1 : place - 1 : -1] + document[place + 2 :]
    assert (len(swapped), sorted(swapped)) == (len(document), sorted(document))
    assert not is_intact(swapped)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", BARE, BARE.replace(b"/ID", b"/Id")])
def test_what_was_never_sealed_is_not_intact(data: bytes) -> None:
    assert not is_intact(data)


def test_a_file_without_identifier_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="no identifier"):
        seal(b"%PDF-1.7")


def test_a_document_written_to_disk_and_read_back_is_intact(document: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(document)
    assert is_intact((tmp_path / "x.pdf").read_bytes())
