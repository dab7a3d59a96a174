"""What changed between two texts of a document is told paragraph by paragraph."""

from __future__ import annotations

from consentkit.approval.changes import Change, changes

TEXT = "# Risks\nYou may feel sad.\nYou may sleep badly.\n# Choices\nYou can wait.\n"


def test_the_same_text_has_no_changes() -> None:
    assert changes(TEXT, TEXT) == []
    assert changes("", "") == []


def test_a_changed_paragraph_is_told_under_its_heading_with_the_words_that_differ() -> None:
    (change,) = changes(TEXT, TEXT.replace("feel sad", "often feel low"))
    assert change == Change("Risks", "You may feel sad.", "You may often feel low.")
    assert str(change).splitlines() == [
        "Risks:",
        "    was: You may feel [sad.]",
        "    is:  You may [often] feel [low.]",
    ]


def test_a_new_paragraph_is_told_as_new() -> None:
    (change,) = changes(TEXT, TEXT.replace("# Choices", "You may cry.\n# Choices"))
    assert change == Change("Risks", None, "You may cry.")
    assert str(change) == "Risks: new: You may cry."


def test_a_paragraph_that_is_gone_is_told_under_the_heading_that_it_stood_under() -> None:
    (change,) = changes(TEXT, TEXT.replace("You can wait.\n", ""))
    assert change == Change("Choices", "You can wait.", None)
    assert str(change) == "Choices: gone: You can wait."


def test_a_paragraph_that_moves_to_another_heading_is_told() -> None:
    moved = "# Risks\nYou may feel sad.\n# Choices\nYou may sleep badly.\nYou can wait.\n"
    assert changes(TEXT, moved) == [
        Change("Risks", "You may sleep badly.", None),
        Change("Choices", None, "You may sleep badly."),
    ]


def test_a_paragraph_whose_heading_alone_has_changed_is_no_change() -> None:
    renamed = TEXT.replace("# Risks\n", "# What can go wrong\nRead this.\n")
    assert changes(TEXT, renamed) == [
        Change("What can go wrong", "Risks", "What can go wrong"),
        Change("What can go wrong", None, "Read this."),
    ]


def test_all_changes_are_told_in_the_order_of_the_document() -> None:
    found = changes(TEXT, TEXT.replace("sad", "low").replace("wait", "go"))
    assert [change.heading for change in found] == ["Risks", "Choices"]


def test_a_paragraph_that_stands_often_is_not_taken_for_noise() -> None:
    many = "Yes.\n" * 300
    assert changes(f"# A\n{many}", f"# A\n{many}No.\n") == [Change("A", None, "No.")]
