"""What a procedure must say, at its edges."""

from __future__ import annotations

import pytest

from kit.planting import TALK, changed, clean_files, found_in, ids


def test_two_risks_need_not_be_sorted() -> None:
    text = clean_files()[TALK]
    unsorted = text[text.index("  uncommon:") : text.index("  what_helps:")]
    assert "risk-likelihood" not in ids(found_in(changed(unsorted, "")))


def test_a_way_to_get_help_must_hold_a_number_where_life_is_in_danger() -> None:
    files = changed("Call or text 988 at any hour. If life is in danger, call 911.", "Call somebody.")
    assert ("get-help-missing", "get_help_now: Call somebody.") in found_in(files)


def test_a_way_to_get_help_may_be_missing_where_no_risk_is_to_life() -> None:
    files = changed("  get_help_now: Call or text 988 at any hour. If life is in danger, call 911.\n", "")
    files[TALK] = files[TALK].replace("thoughts of suicide", "a quarrel with a friend")
    assert "get-help-missing" not in ids(found_in(files))


@pytest.mark.parametrize("said", ["53 minutes", "45 to 60 minutes", "50–55 minutes", "an hour", "90 minutes"])
def test_minutes_that_fit_the_facts_are_let_be(said: str) -> None:
    assert "minutes-mismatch" not in ids(found_in(changed("A session lasts about 60 minutes.", f"It lasts {said}.")))


@pytest.mark.parametrize("said", ["30 minutes", "30 to 45 minutes", "45-minute talks, or 50 minutes"])
def test_minutes_that_do_not_fit_the_facts_are_seen(said: str) -> None:
    assert "minutes-mismatch" in ids(found_in(changed("A session lasts about 60 minutes.", f"It lasts {said}.")))


@pytest.mark.parametrize("items", [7, 8])
def test_a_list_may_have_seven_items(items: int) -> None:
    listed = "".join(f"    - point {index}\n" for index in range(items))
    files = changed("    - feel sad or tense\n    - have been through something bad\n", listed)
    assert ("long-list" in ids(found_in(files))) == (items > 7)
