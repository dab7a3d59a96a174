"""docs/stability.md: each promise names tests that are there, and what programs lean on is still as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import consentkit
from consentkit import checks, errors
from kit.running import PROJECT

PAGE = (PROJECT / "docs/stability.md").read_text(encoding="utf-8")
PROMISES = PAGE.split("## What is promised")[1].split("\n## ")[0]

EXIT_CODES = {
    "ConsentkitError": 1,
    "WrongUse": 2,
    "InvalidInput": 3,
    "UnknownCode": 4,
    "FileAccess": 5,
    "RenderingFailed": 6,
    "RunFailed": 7,
}
"""As promised. An entry may be added, never changed."""

RULE_IDS = frozenset(
    {
        "abbreviation",
        "address",
        "alternative-one-sided",
        "billing-contradiction",
        "capitals",
        "choice-unsaid",
        "clinic-address",
        "clinic-logo",
        "clinic-name",
        "clinic-phone",
        "compliance-claim",
        "date-ahead",
        "descriptor",
        "doubled-word",
        "exclusion-one-sided",
        "get-help-missing",
        "ignored-file",
        "in-short-long",
        "leftover",
        "long-list",
        "long-paragraph",
        "long-sentence",
        "long-title",
        "markup",
        "minutes-mismatch",
        "missing-clause",
        "missing-translation",
        "no-treatment-thin",
        "outdated-override",
        "pairing-one-sided",
        "placeholder",
        "promise",
        "reading-grade",
        "repeated-text",
        "retired-referenced",
        "review-interval",
        "review-missing",
        "review-overdue",
        "review-soon",
        "risk-likelihood",
        "same-title",
        "section-grade",
        "service-repeated",
        "service-retired",
        "service-unknown",
        "signature-blocks",
        "stale-translation",
        "statement-missing",
        "teach-back-thin",
        "trainee-without-supervisor",
        "translation-numbers",
        "translation-shape",
        "typography",
        "undefined-term",
        "uneven-list",
        "unknown-related-code",
        "unprintable",
        "untranslated",
        "unused-exception",
        "waiver",
    }
)
"""As promised. An id may be added, never taken away: clinics name them in clinic.yaml."""

PYTHON = frozenset(
    {
        "Approval",
        "BatchResult",
        "CheckResult",
        "ConsentkitError",
        "Difference",
        "Document",
        "DocumentState",
        "DocumentVerdict",
        "FileAccess",
        "InvalidInput",
        "LibraryListing",
        "MadePacket",
        "PacketVerdict",
        "Problem",
        "Procedure",
        "RefusedVisit",
        "RenderingFailed",
        "UnknownCode",
        "Visit",
        "VisitEntry",
        "Workspace",
        "WrongUse",
        "__version__",
        "open_workspace",
    }
)
"""As promised. A name may be added, never taken away."""


def rows() -> Iterator[tuple[str, list[str]]]:
    """Each promise with the tests that hold it, as `room/test_file.py::name_of_a_test`."""
    for line in PROMISES.splitlines():
        if line.startswith("| ") and not line.startswith(("| what", "| ---")):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            yield cells[0], re.findall(r"`([\w/]+\.py::\w+)`", cells[-1])


def test_each_promise_names_a_test_that_is_there() -> None:
    promises = list(rows())
    assert len(promises) >= 12
    assert [what for what, tests in promises if not tests] == []
    for _, tests in promises:
        for name in tests:
            file, _, test = name.partition("::")
            tree = ast.parse((PROJECT / "tests" / file).read_text(encoding="utf-8"))
            there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert test in there, f"docs/stability.md: {name} is not there"


def test_no_exit_code_has_changed() -> None:
    table = (PROJECT / "docs/command-line.md").read_text(encoding="utf-8").split("## Exit codes")[1].split("\n## ")[0]
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert documented >= {0, 130, *EXIT_CODES.values()}
    assert {name: getattr(errors, name).exit_code for name in EXIT_CODES} == EXIT_CODES


def test_no_rule_has_been_renamed() -> None:
    assert RULE_IDS - set(checks.RULES) == set()


def test_no_name_has_left_the_python_interface() -> None:
    assert PYTHON - set(consentkit.__all__) == set()
