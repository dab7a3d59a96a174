"""No report is endless, whatever the file: lists are cut with a count, and messages and quotations have a length."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.problems import MOST_SHOWN
from kit.running import Outcome
from kit.small import make_clinic, small_data

Call = Callable[..., Outcome]
LONGEST_REPORT = 60_000
LONGEST_LINE = 4_000

HOSTILE_VALUES = {
    "long keys": {f"{number}" + "k" * 2_000: "x" for number in range(100)},
    "key like a known one": {"titl" + "e" * 100_000: "x"},
    "long choice": {"billing": {"role": "p" * 200_000}},
    "long clauses": {"clauses": ["c" * 100_000]},
    "many clauses": {"clauses": [f"no_clause_{number}" for number in range(2400)]},
    "many empty risks": {"risks": {"common": [""] * 2400, "what_helps": "Rest."}},
    "long date": {"review": {"issued": "2" * 100_000, "next": "2099-01-15"}},
    "list in place of text": {"title": ["x" * 100] * 2000},
    "escapes": {"code": "\u200b" * 50_000},
}


@pytest.mark.parametrize("changes", HOSTILE_VALUES.values(), ids=HOSTILE_VALUES)
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_report_has_an_end(command: str, changes: dict[str, object], call: Call, tmp_path: Path) -> None:
    path = tmp_path / "SMALL-1.yaml"
    path.write_text(json.dumps({**small_data(), **changes}), encoding="utf-8")
    done = call(command, path)
    told = done.stdout.decode() + done.stderr
    assert done.code == 3
    assert "SMALL-1.yaml" in told
    assert len(told) < LONGEST_REPORT
    assert max(map(len, told.splitlines())) < LONGEST_LINE


def test_a_list_of_problems_is_cut_with_how_many_more_there_are(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "SMALL-1.yaml"
    path.write_text(json.dumps({**small_data(), **{f"key_{number}": "x" for number in range(62)}}), encoding="utf-8")
    lines = call("check", path).lines
    assert len(lines) == 51
    assert lines[-1].endswith("SMALL-1.yaml: and 12 more problems; correct these first, then check again")


def test_json_names_a_thousand_problems_and_counts_the_others(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "SMALL-1.yaml"
    path.write_text(json.dumps({**small_data(), **{f"key_{number}": "x" for number in range(1010)}}), encoding="utf-8")
    told = json.loads(call("check", "--format", "json", path).stdout)
    assert (len(told["problems"]), told["problems_left_out"]) == (1000, 10)


def test_the_characters_and_texts_that_a_page_lacks_are_cut_too(call: Call, tmp_path: Path) -> None:
    template = '<html lang="en"><head><title>x</title></head><body><p>x</p></body></html>'
    clinic = make_clinic(tmp_path / "clinic", templates={"consent.html": template})
    data = small_data(risks={"common": [f"Risk {number} {'x' * 90}" for number in range(40)], "what_helps": "Rest."})
    (clinic / "procedures/SMALL-1.yaml").write_text(json.dumps(data), encoding="utf-8")
    done = call("render", "SMALL-1", "--clinic", clinic)
    assert done.code == 6
    assert "more; a template leaves out" in done.stderr
    assert len(done.stderr) < LONGEST_LINE


HOSTILE_TEXTS = {
    "many unknown keys": "".join(f"key_{number}: x\n" for number in range(4_000)),
    "an endless key": f"{'k' * 1_000}: x\n",
    "an endless quoted key": f'"{"k " * 60_000}": x\n',
    "an endless code": f'code: "{"9" * 200_000}"\n',
    "a deep place": "risks:\n  common:\n" + "".join(f"    - {{{'k' * 60}{number}: x}}\n" for number in range(2_000)),
    "many wrong items": "risks:\n  common:\n" + "    - []\n" * 4_000,
    "many repeated keys": "title: x\n" * 4_000,
    "an endless tag": f"title: !{'t' * 100_000} x\n",
    "an endless alias": f"title: *{'a' * 100_000}\n",
    "an endless word": f"title: {'w' * 200_000}\n",
    "endless items": "related: [" + ", ".join(f'"{number:05}"' for number in range(4_000)) + "]\n",
}


@pytest.mark.parametrize("content", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("name", ["90837.yaml", "90837.es.yaml", "visit.yaml", "clinic.yaml"])
def test_no_report_is_endless(content: str, name: str, tmp_path: Path, call: Call) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    path = folder / name
    path.write_text(content, encoding="utf-8")
    command = {"visit.yaml": ["packet", path, "-o", "x.pdf"], "clinic.yaml": ["render", "90837", "--clinic", folder]}
    outcome = call(*command.get(name, ["check", path]))
    report = (outcome.stdout.decode() + outcome.stderr).splitlines()
    assert outcome.code != 0
    assert len(report) <= MOST_SHOWN + 5
    assert max(map(len, report)) <= LONGEST_LINE // 2
