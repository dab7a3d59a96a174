"""Problems and lists of them have a greatest length; test_long_reports.py tries it on files."""

from __future__ import annotations

import pytest

from consentkit.errors import InvalidInput
from consentkit.problems import LONGEST_FIELD, LONGEST_MESSAGE, MOST_SHOWN, MOST_WORDS, Problem, listed, report_lines


def problems(count: int, file: str = "a.yaml") -> list[Problem]:
    return [Problem(file, line, 1, "", "is wrong") for line in range(1, count + 1)]


def test_as_many_as_fit_are_all_shown() -> None:
    assert len(list(report_lines(problems(MOST_SHOWN)))) == MOST_SHOWN


@pytest.mark.parametrize(("more", "ending"), [(1, "and 1 more problem;"), (212, "and 212 more problems;")])
def test_of_very_many_the_first_are_shown_and_the_rest_counted(more: int, ending: str) -> None:
    lines = list(report_lines(problems(MOST_SHOWN + more)))
    assert len(lines) == MOST_SHOWN + 1
    assert lines[0] == "a.yaml:1:1: is wrong"
    assert lines[-1].startswith(f"a.yaml: {ending}")


def test_each_file_has_its_own_share() -> None:
    lines = list(report_lines(problems(MOST_SHOWN + 5) + problems(3, "b.yaml")))
    assert sum(line.startswith("b.yaml") for line in lines) == 3
    assert "a.yaml: and 5 more" in lines[MOST_SHOWN]


def test_an_exception_keeps_all_and_says_the_first() -> None:
    error = InvalidInput(problems(500))
    assert len(error.problems) == 500
    assert len(str(error).splitlines()) == MOST_SHOWN + 1


def test_a_field_and_a_message_have_a_greatest_length() -> None:
    problem = Problem("a.yaml", 1, 1, "x" * 100_000, "y" * 100_000)
    assert len(problem.field) == LONGEST_FIELD
    assert len(problem.message) == LONGEST_MESSAGE


def test_a_list_of_words_is_cut() -> None:
    words = [str(number) for number in range(MOST_WORDS + 7)]
    assert listed(words).endswith(" and 7 more")
    assert listed(words[:MOST_WORDS]).endswith(f" and `{MOST_WORDS - 1}`")
