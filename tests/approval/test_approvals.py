"""The record of approvals: only ever added to, and an approval belongs to one content."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.approvals import Approval, Identity, approved_text, load_approvals
from kit.recording import record

TODAY = datetime.date(2026, 11, 21)
FIRST, SECOND = "a" * 64, "b" * 64
SMALL = Identity("SMALL-1", "en", "consent")

BY_HAND = """\
# Kept by the office.  Ask Ann before you change anything!

approvals:   # the latest last
  - code:  "SMALL-1"   # our most used
    language: en
    variant: consent
    edition: 1
    content: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    by: 'Ann Ray'
    "on": 2026-01-02

  # the end
"""


def approval(**changes: object) -> Approval:
    """An approval of the small procedure."""
    values = {
        "code": "SMALL-1",
        "language": "en",
        "variant": "consent",
        "edition": 1,
        "content": FIRST,
        "by": "Ann Ray",
        "on": TODAY,
    }
    return Approval.model_validate({**values, **changes})


def record_in(folder: Path) -> Path:
    return folder / "approvals.yaml"


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        load_approvals(folder)
    return [str(problem).removeprefix(f"{record_in(folder)}:") for problem in caught.value.problems]


# --- writing and reading ---


def test_what_is_recorded_is_read_back_in_its_order(tmp_path: Path) -> None:
    given = (
        approval(),
        approval(content=SECOND, edition=2, role="Psychologist", until=datetime.date(2027, 11, 21)),
        approval(code="007", language="es", variant="refusal", by='Ånn "O\'Ray": #1 – null'),
    )
    for entry in given:
        record(tmp_path, entry, "text\n")
    assert load_approvals(tmp_path).approvals == given


def test_without_a_folder_or_a_file_there_are_no_approvals(tmp_path: Path) -> None:
    assert load_approvals(None).approvals == ()
    assert load_approvals(tmp_path).approvals == ()


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "approvals:\n", "approvals: []\n", "# x\napprovals:\n"])
def test_a_record_that_says_nothing_is_empty(text: str, tmp_path: Path) -> None:
    record_in(tmp_path).write_text(text, encoding="utf-8")
    assert load_approvals(tmp_path).approvals == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_comments_and_earlier_entries_stay_as_they_are_byte_for_byte(ending: str, tmp_path: Path) -> None:
    before = BY_HAND.replace("\n", ending).encode()
    record_in(tmp_path).write_bytes(before)
    record(tmp_path, approval(content=SECOND, edition=2), "text\n")
    after = record_in(tmp_path).read_bytes()
    assert after.startswith(before)
    assert [entry.edition for entry in load_approvals(tmp_path).approvals] == [1, 2]
    record(tmp_path, approval(content=FIRST, edition=3), "text\n")
    assert record_in(tmp_path).read_bytes().startswith(after)


def test_a_record_without_a_line_feed_at_its_end_is_added_to(tmp_path: Path) -> None:
    record_in(tmp_path).write_text(BY_HAND.rstrip().removesuffix("# the end").rstrip(), encoding="utf-8")
    record(tmp_path, approval(edition=2), "text\n")
    assert [entry.edition for entry in load_approvals(tmp_path).approvals] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        BY_HAND.replace("\n  ", "\n"),  # the list stands at the margin
        BY_HAND + "notes: more\n",  # something unknown follows
        BY_HAND.rstrip().removesuffix("# the end") + "    role: |\n      Head\n",  # ends within a text of many lines
        "approvals: []\n",
        'approvals: [{code: "X", language: en, variant: consent, edition: 1, content: '
        + FIRST
        + ', by: Ann, "on": 2026-01-02}]\n',
        "# only a comment\n",
    ],
    ids=["margin", "another key", "open text", "empty list", "flow", "no list"],
)
def test_a_record_whose_form_does_not_let_itself_be_added_to_is_kept_or_added_to_rightly(
    text: str, tmp_path: Path
) -> None:
    record_in(tmp_path).write_text(text, encoding="utf-8")
    try:
        record(tmp_path, approval(content=SECOND, edition=9), "text\n")
    except InvalidInput as error:
        assert str(record_in(tmp_path)) in str(error)
        assert record_in(tmp_path).read_text(encoding="utf-8") == text
        assert not (tmp_path / "approved").exists()
    else:
        assert record_in(tmp_path).read_text(encoding="utf-8").startswith(text.rstrip("\n"))
        assert load_approvals(tmp_path).approvals[-1].edition == 9


@pytest.mark.parametrize("text", [BY_HAND.replace("\n  ", "\n"), "approvals: [\n]\n"], ids=["margin", "flow"])
def test_a_list_in_another_form_is_refused_with_the_way_out_and_nothing_is_written(text: str, tmp_path: Path) -> None:
    record_in(tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="must end with the list `approvals`"):
        record(tmp_path, approval(edition=2), "text\n")
    assert record_in(tmp_path).read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["approvals.yaml"]


def test_the_record_is_readable_by_its_owner_only_and_says_what_it_is(tmp_path: Path) -> None:
    record(tmp_path, approval(), "text\n")
    assert record_in(tmp_path).stat().st_mode & 0o777 == 0o600
    assert record_in(tmp_path).read_text(encoding="utf-8").startswith("# Who approved")


# --- mistakes ---


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        BY_HAND.replace("edition: 1", "edition: 0").replace("consent\n", "consnet\n").replace("    by: 'Ann Ray'\n", "")
    )
    record_in(tmp_path).write_text(text, encoding="utf-8")
    told = problems_of(tmp_path)
    assert len(told) == 3
    assert [line for line in told if line.startswith("4:5: approvals[1].by: is missing")]
    assert [line for line in told if line.startswith("6:14: approvals[1].variant: ")]
    assert [line for line in told if line.startswith("7:14: approvals[1].edition: ")]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("a" * 64, "a" * 63, "8:14: approvals[1].content: "),
        ("2026-01-02", "2026-02-30", "10:11: approvals[1].on: "),
        ('"on": 2026', "on: 2026", "10:5: "),
        ("approvals:", "aprovals:", "3:1: aprovals: is not a known key here; did you mean `approvals`?"),
        ("'Ann Ray'", "['Ann Ray']", "9:9: approvals[1].by: "),
        ("language: en", "language: ../x", "5:15: approvals[1].language: "),
    ],
)
def test_a_mistake_is_told_at_its_place(old: str, new: str, place: str, tmp_path: Path) -> None:
    assert BY_HAND.count(old) == 1
    record_in(tmp_path).write_text(BY_HAND.replace(old, new), encoding="utf-8")
    if (
        new == "on: 2026"
    ):  # this reader knows no truth values but `true` and `false`, so the key needs no quotation marks
        assert load_approvals(tmp_path).approvals[0].on == datetime.date(2026, 1, 2)
        return
    assert any(line.startswith(place) for line in problems_of(tmp_path))


def test_nothing_is_recorded_in_a_file_with_mistakes(tmp_path: Path) -> None:
    text = BY_HAND.replace("edition: 1", "edition: one")
    record_in(tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"approvals\.yaml:7:14: approvals\[1\]\.edition"):
        record(tmp_path, approval(), "text\n")
    assert record_in(tmp_path).read_text(encoding="utf-8") == text
    assert not (tmp_path / "approved").exists()


# --- editions ---


def record_of(folder: Path, *given: Approval) -> Path:
    for entry in given:
        record(folder, entry, "text\n")
    return folder


def test_the_first_edition_is_1_and_only_another_content_counts_on(tmp_path: Path) -> None:
    assert load_approvals(None).next_edition(SMALL, FIRST) == 1
    once = load_approvals(record_of(tmp_path, approval()))
    assert (once.next_edition(SMALL, FIRST), once.next_edition(SMALL, SECOND)) == (1, 2)
    twice = load_approvals(record_of(tmp_path, approval(content=SECOND, edition=2)))
    assert (twice.next_edition(SMALL, SECOND), twice.next_edition(SMALL, FIRST)) == (2, 3)


def test_each_language_and_kind_of_document_counts_for_itself(tmp_path: Path) -> None:
    found = load_approvals(record_of(tmp_path, approval(), approval(content=SECOND, edition=2)))
    for other in (
        Identity("SMALL-1", "es", "consent"),
        Identity("SMALL-1", "en", "information"),
        Identity("SMALL-2", "en", "consent"),
    ):
        assert found.next_edition(other, SECOND) == 1
        assert found.current(other, SECOND) is None
        assert found.of(other) == ()


def test_only_the_latest_approval_of_exactly_this_content_is_current(tmp_path: Path) -> None:
    old, new = approval(), approval(content=SECOND, edition=2)
    found = load_approvals(record_of(tmp_path, old, new))
    assert found.latest(SMALL) == new
    assert found.current(SMALL, SECOND) == new
    assert found.current(SMALL, FIRST) is None, "an approval does not come back to life when an edit is undone"
    assert found.of(SMALL) == (old, new)


def test_an_approval_is_overdue_from_the_day_after_its_last() -> None:
    limited = approval(until=TODAY)
    assert not limited.is_overdue(TODAY)
    assert limited.is_overdue(TODAY + datetime.timedelta(days=1))
    assert not approval().is_overdue(datetime.date.max)


# --- the approved text ---


def test_the_approved_text_is_kept_for_each_content_and_document(tmp_path: Path) -> None:
    given = [
        (approval(), "first\n"),
        (approval(content=SECOND, edition=2), "second – ü\n"),
        (approval(language="es"), "primero\n"),
        (approval(variant="information"), "to take home\n"),
    ]
    for entry, text in given:
        record(tmp_path, entry, text)
    assert [approved_text(tmp_path, entry) for entry, _ in given] == [text for _, text in given]


def test_an_approved_text_that_is_gone_is_told(tmp_path: Path) -> None:
    record(tmp_path, approval(), "text\n")
    next((tmp_path / "approved").iterdir()).unlink()
    with pytest.raises(FileAccess, match="the approved text is missing"):
        approved_text(tmp_path, approval())
