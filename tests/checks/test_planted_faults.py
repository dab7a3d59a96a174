"""Every rule sees the fault that is planted for it.

The faults are in tests/examples/content, one folder for each rule; its README says how. UPDATE_EXPECTED=1 writes what
is expected there again, and the tests that did so count as skipped.
"""

from __future__ import annotations

import os
from functools import cache

import pytest

from consentkit import checks
from consentkit.checks.settings import settle
from kit.planting import CASES, CONTENT, clean_files, planted, read_folder


def test_nothing_is_found_in_the_clean_folder() -> None:
    assert read_folder(clean_files()).lines() == []


@cache
def findings_of(case: str) -> list[checks.RuleFinding]:
    return read_folder(planted(case)).findings()


@pytest.mark.parametrize("case", CASES)
def test_a_planted_fault_is_found_at_its_line(case: str) -> None:
    lines = [str(finding.problem()) for finding in findings_of(case)]
    assert any(line.endswith(f" [{case}]") for line in lines)
    path, text = CONTENT / case / "expected.txt", "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        path.write_text(text, encoding="utf-8")
        pytest.skip("expectation written again")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_a_rule_that_is_switched_off_finds_nothing_and_leaves_the_others_alone(case: str) -> None:
    off = checks.CheckSettings.model_validate({"rules": {case: "off"}})
    found = findings_of(case)
    assert list(settle(found, off)) == [finding for finding in found if finding.rule.id != case]


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    places = [(finding.file, finding.position) for finding in read_folder(planted("translation-shape")).findings()]
    assert places == sorted(places)
