"""The main job: one command, one document that holds what it claims."""

from __future__ import annotations

from pathlib import Path

import page
import pytest

from consentkit.cli import run
from kit.validation import BOTH_STANDARDS, faults


@pytest.mark.parametrize("profile", BOTH_STANDARDS)
def test_render_makes_a_document_that_a_validator_accepts(
    profile: page.ValidationProfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["render", "90837"]) == 0
    assert faults((tmp_path / "90837.pdf").read_bytes(), profile) == []
