"""What a document is made by: another program, library or font has another version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.cache import versions as module
from consentkit.cache.versions import versions


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    versions.cache_clear()
    yield
    versions.cache_clear()


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
