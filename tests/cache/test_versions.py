"""What a document is made by: another program, library or font has another version."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.cache import versions as module
from consentkit.cache.versions import versions


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    versions.cache_clear()
    module._versions_by_name.cache_clear()


def test_everything_that_has_a_say_is_named_and_known() -> None:
    told = "\n".join(versions())
    named = (
        "weasyprint 70",
        "pyyaml",
        "fontpkg-source-sans-3",
        "libpango",
        "libharfbuzz",
        "libfontconfig",
        "NotoSansCJK",
    )
    assert [name for name in named if name not in told] == []
    assert "not known" not in told


@pytest.mark.parametrize("change", ["size", "date", "gone"])
def test_another_edition_of_the_font_of_the_system_counts(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    font = tmp_path / "font.ttc"
    font.write_bytes(b"one")
    os.utime(font, (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(module, "CJK_FONT", font)
    before = versions()
    versions.cache_clear()
    if change == "gone":
        font.unlink()
    elif change == "size":
        font.write_bytes(b"another")
        os.utime(font, (1_000_000_000, 1_000_000_000))
    else:
        os.utime(font, (1_100_000_000, 1_100_000_000))
    assert versions() != before


def test_an_update_counts_of_which_the_earlier_edition_was_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of their names, 10.0 is before 9.0."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    told = []
    for edition in ("10.0", "9.0", "11.0"):
        (tmp_path / f"WeasyPrint-{edition}.dist-info").mkdir()
        forget()
        told.append(versions())
    assert len({*told}) == 3


def test_the_first_edition_on_the_path_counts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "weasyprint-0.1.dist-info").mkdir()
    assert "weasyprint 0.1" in versions()
