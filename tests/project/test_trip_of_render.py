"""A code that is given to `render` goes through no more modules than docs/development.md says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from kit.running import PROJECT, Outcome
from kit.small import CODE, make_clinic
from kit.trip import trip

Call = Callable[..., Outcome]
DEVELOPMENT = (PROJECT / "docs/development.md").read_text(encoding="utf-8")


def test_a_code_goes_by_itself_through_few_modules(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    arguments = ("render", CODE, "--variant", "refusal", "--clinic", clinic, "--cache", tmp_path / "cache", "--force")
    said = re.search(r"at most (\d+) modules to make a document,\s+and (\d+) to find a kept one", DEVELOPMENT)
    assert said
    for most in map(int, said.groups()):
        ends: list[Outcome] = []
        calls = trip(lambda: ends.append(call(*arguments)), CODE)  # noqa: B023 - it is called at once
        assert [done.code for done in ends] == [0]
        modules = {each.module for each in calls if each.by_itself}
        assert 0 < len(modules) <= most, sorted(modules)
