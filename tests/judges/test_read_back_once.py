"""What a file says that was read back in this run of the tests comes back, and of no file that could differ from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.pdf.read import structure_text
from consentkit.pdf.read.structure_text import TaggedText, UnreadablePdf
from consentkit.pdf.read.visible import VisibleContent
from kit.engine_pages import render
from kit.laid_out_once import AROUND
from kit.read_back_once import keeping

HIDDEN = "<p>A word</p><p style='color: white'>Another</p>"
Read = Callable[..., list[TaggedText]]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A file with a word that nobody sees."""
    return render(HIDDEN)


@pytest.fixture
def reads() -> list[bytes]:
    """The files that were read."""
    return []


@pytest.fixture
def read(reads: list[bytes], tmp_path: Path) -> Read:
    """Read a file."""
    plain = structure_text.tagged_text

    def noting(pdf: bytes, *, only_visible: bool = False) -> list[TaggedText]:
        reads.append(pdf)
        return plain(pdf, only_visible=only_visible)

    return keeping(noting, tmp_path)


def test_what_a_file_says_comes_back_as_it_was_read(pdf: bytes, read: Read, reads: list[bytes]) -> None:
    first, second = read(pdf), read(pdf)
    assert first == second
    assert first is not second, "whoever gets it may change it"
    assert reads == [pdf]


def test_another_file_is_read_and_so_is_what_can_be_seen_of_it(pdf: bytes, read: Read, reads: list[bytes]) -> None:
    everything, seen = read(pdf), read(pdf, only_visible=True)
    assert everything != seen
    other = pdf + b"\n"
    assert read(other) == everything
    assert reads == [pdf, pdf, other]


def test_a_file_that_can_not_be_read_is_read_each_time(read: Read, reads: list[bytes]) -> None:
    for _ in range(2):
        with pytest.raises(UnreadablePdf):
            read(b"no file")
    assert len(reads) == 2


@pytest.mark.parametrize(("owner", "name"), [(structure_text, "read_file"), (VisibleContent, "read")])
def test_a_planted_fault_is_never_hidden(
    owner: object, name: str, pdf: bytes, read: Read, reads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read(pdf)
    as_shipped = getattr(owner, name)

    def planted(*given: object) -> object:
        return as_shipped(*given)

    monkeypatch.setattr(owner, name, planted)
    read(pdf)
    assert len(reads) == 2


def test_what_is_about_reading_goes_around_it(
    pdf: bytes, read: Read, reads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read(pdf)
    monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{AROUND[0]}test_visible.py::test_x (call)")
    read(pdf)
    assert len(reads) == 2
