"""The shipped library: its billing facts, and what its texts must hold.

The table is written out by hand after the facts that the project was given, so that a slip in a file can't hide.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from consentkit.checks.readability import measure, passages_of, split_sentences, texts_in
from consentkit.library.languages import load_language
from consentkit.library.procedures import Library
from consentkit.model.procedure import Procedure
from consentkit.model.risks import Risk
from consentkit.resources import shipped

HARDEST_GRADE = 8.0
LONGEST_SHARED = 11
"""Words in a row that two procedures may have in common."""

LIBRARY = Library((shipped("procedures"),))
PROCEDURES = {code: LIBRARY.procedure(code) for code in LIBRARY.codes()}


class Facts(NamedTuple):
    """A row of the table. Minutes: usual, at least, at most; 0 where the code says nothing."""

    role: str
    minutes: tuple[int, int, int] = (0, 0, 0)
    goes_with: str = ""
    add_on_to: str = ""
    not_with: str = ""
    unless_separate: str = ""
    medical_visit: bool = False
    once_a_day: bool = False


CRISIS = "90839 90840"
SESSIONS = "90832 90834 90837"
BESIDE_A_VISIT = "90833 90836 90838"
FAMILY = "90846 90847"
FIRST = "90791 90792"
OF_A_SESSION = Facts("primary", goes_with="90785 90863", unless_separate=f"{FIRST} {FAMILY}")
OF_A_SESSION_BESIDE_A_VISIT = Facts(
    "add_on", goes_with="90785", medical_visit=True, unless_separate=f"{FIRST} {FAMILY}"
)
OF_A_FAMILY_SESSION = Facts("primary", (50, 26, 0), not_with=f"90785 {CRISIS}")
OF_A_FIRST_ASSESSMENT = Facts("primary", goes_with="90785", not_with=CRISIS)
TREATMENTS = f"{SESSIONS} {BESIDE_A_VISIT} 90845 {FAMILY} 90849 90853"
WITH_A_CRISIS = "90785 90791 90792 90832 90833 90834 90836 90837 90838 90845 90846 90847 90849 90853 90863"

FACTS = {
    "90785": Facts(
        "add_on",
        add_on_to=f"90791 90792 {SESSIONS} {BESIDE_A_VISIT} 90853",
        not_with=f"{CRISIS} {FAMILY} 90849",
    ),
    "90791": OF_A_FIRST_ASSESSMENT._replace(unless_separate=f"90792 {TREATMENTS}"),
    "90792": OF_A_FIRST_ASSESSMENT._replace(unless_separate=f"90791 {TREATMENTS}"),
    "90806": Facts("retired", (0, 45, 50)),
    "90832": OF_A_SESSION._replace(minutes=(30, 16, 37), not_with=f"90834 90837 {BESIDE_A_VISIT} {CRISIS}"),
    "90833": OF_A_SESSION_BESIDE_A_VISIT._replace(
        minutes=(30, 16, 37), not_with=f"90836 90838 {SESSIONS} {CRISIS} 90863"
    ),
    "90834": OF_A_SESSION._replace(minutes=(45, 38, 52), not_with=f"90832 90837 {BESIDE_A_VISIT} {CRISIS}"),
    "90836": OF_A_SESSION_BESIDE_A_VISIT._replace(
        minutes=(45, 38, 52), not_with=f"90833 90838 {SESSIONS} {CRISIS} 90863"
    ),
    "90837": OF_A_SESSION._replace(minutes=(60, 53, 0), not_with=f"90832 90834 {BESIDE_A_VISIT} {CRISIS}"),
    "90838": OF_A_SESSION_BESIDE_A_VISIT._replace(
        minutes=(60, 53, 0), not_with=f"90833 90836 {SESSIONS} {CRISIS} 90863"
    ),
    "90839": Facts("primary", (60, 30, 74), goes_with="90840", not_with=WITH_A_CRISIS, once_a_day=True),
    "90840": Facts("add_on", (30, 0, 0), add_on_to="90839", not_with=WITH_A_CRISIS),
    "90845": Facts("primary", not_with=CRISIS, unless_separate=FIRST),
    "90846": OF_A_FAMILY_SESSION._replace(unless_separate=f"{FIRST} {SESSIONS} {BESIDE_A_VISIT} 90847"),
    "90847": OF_A_FAMILY_SESSION._replace(unless_separate=f"{FIRST} {SESSIONS} {BESIDE_A_VISIT} 90846"),
    "90849": Facts("primary", not_with=f"90785 {CRISIS}", unless_separate=FIRST),
    "90853": Facts("primary", goes_with="90785", not_with=CRISIS, unless_separate=FIRST),
    "90863": Facts("add_on", add_on_to=SESSIONS, not_with=f"{BESIDE_A_VISIT} {CRISIS}"),
}

CLAUSES = {
    "90791": {"substance_use_records"},
    "90792": {"substance_use_records"},
    "90839": {"crisis_plan"},
    "90840": {"crisis_plan"},
    "90846": {"family_roles", "substance_use_records"},
    "90847": {"family_roles", "substance_use_records"},
    "90849": {"family_roles", "group_confidentiality", "substance_use_records"},
    "90853": {"group_confidentiality", "substance_use_records"},
}
WITHOUT_THERAPISTS_NOTES = {"90785", "90863"}
"""Codes that do not name the clause on psychotherapy notes: the service that they are added to has it."""

COVERED_BY = {"90840": ("90839",)}
"""The codes that have no paper of their own beside another."""

every = pytest.mark.parametrize("code", sorted(FACTS))


def codes(text: str) -> set[str]:
    return set(text.split())


def test_the_library_holds_exactly_the_eighteen_codes_of_the_table() -> None:
    assert list(PROCEDURES) == sorted(FACTS)
    assert len(FACTS) == 18


@every
def test_the_role_of_a_code_is_that_of_the_table(code: str) -> None:
    billing = PROCEDURES[code].billing
    expected = FACTS[code]
    assert (billing.role, billing.once_a_day) == (expected.role, expected.once_a_day)
    assert billing.add_on_to_medical_visit is expected.medical_visit
    assert billing.not_with_medical_visit is (code == "90863")


@every
def test_the_minutes_of_a_code_are_those_of_the_table(code: str) -> None:
    minutes = PROCEDURES[code].billing.minutes
    usual, at_least, at_most = FACTS[code].minutes
    if not usual:  # a retired code may say what it was; others say nothing
        assert minutes is None or (minutes.at_least, minutes.at_most) == (at_least or None, at_most or None)
    else:
        assert minutes is not None
        assert (minutes.usual, minutes.at_least or 0, minutes.at_most or 0) == (usual, at_least, at_most)


@every
def test_the_partners_of_a_code_are_those_of_the_table(code: str) -> None:
    billing = PROCEDURES[code].billing
    assert set(billing.goes_with) == codes(FACTS[code].goes_with)
    assert set(billing.add_on_to) == codes(FACTS[code].add_on_to)


@every
def test_the_codes_that_may_not_stand_beside_a_code_are_those_of_the_table(code: str) -> None:
    billing = PROCEDURES[code].billing
    assert set(billing.not_with) == codes(FACTS[code].not_with)
    assert set(billing.not_with_unless_separate) == codes(FACTS[code].unless_separate)


def test_only_the_retired_code_is_retired_and_names_its_replacement() -> None:
    billing = PROCEDURES["90806"].billing
    assert (billing.retired_in, billing.replaced_by) == (2013, ("90834",))


@every
def test_what_may_not_stand_together_is_said_by_both_codes_in_the_same_strength(code: str) -> None:
    for name in ("not_with", "not_with_unless_separate"):
        for other in getattr(PROCEDURES[code].billing, name):
            assert code in getattr(PROCEDURES[other].billing, name), f"{other}.{name} lacks {code}"


@every
def test_an_add_on_and_its_partner_name_each_other(code: str) -> None:
    for other in PROCEDURES[code].billing.goes_with:
        assert code in PROCEDURES[other].billing.add_on_to, f"{other}.add_on_to lacks {code}"
    for other in PROCEDURES[code].billing.add_on_to:
        assert code in PROCEDURES[other].billing.goes_with, f"{other}.goes_with lacks {code}"


@every
def test_no_code_is_both_a_partner_and_forbidden(code: str) -> None:
    billing = PROCEDURES[code].billing
    groups = (billing.goes_with + billing.add_on_to, billing.not_with, billing.not_with_unless_separate)
    named = [other for group in groups for other in group]
    assert len(named) == len(set(named))
    assert code not in named


@every
def test_every_code_that_is_named_is_in_the_library(code: str) -> None:
    procedure = PROCEDURES[code]
    billing = procedure.billing
    named = {
        *billing.goes_with, *billing.add_on_to, *billing.not_with, *billing.not_with_unless_separate,
        *billing.replaced_by, *procedure.related,
    }  # fmt: skip
    assert named <= PROCEDURES.keys()
    assert code not in procedure.related


@every
def test_a_procedure_asks_for_the_clauses_that_it_needs(code: str) -> None:
    pack = load_language((shipped("templates"),), "en")
    notes = set() if code in WITHOUT_THERAPISTS_NOTES else {"psychotherapy_notes"}
    assert set(PROCEDURES[code].clauses) == CLAUSES.get(code, set()) | notes
    assert set(PROCEDURES[code].clauses) <= pack.clauses.keys()
    assert not any(pack.clauses[name].always for name in PROCEDURES[code].clauses)


@every
def test_a_code_of_crisis_care_has_a_plan_and_added_time_has_no_paper_of_its_own(code: str) -> None:
    procedure = PROCEDURES[code]
    assert procedure.plan == ("crisis" if "crisis_plan" in procedure.clauses else None)
    assert procedure.covered_by == COVERED_BY.get(code, ())


@every
def test_a_text_can_be_read_after_eight_years_of_school(code: str) -> None:
    reading = measure(text for _, text in passages_of(PROCEDURES[code]))
    assert reading.words > 500, "something is amiss with the measuring"
    assert reading.grade <= HARDEST_GRADE


def every_text(value: object) -> list[str]:
    """Every text in a procedure, also those that no patient reads."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in every_text(item)]
    fields = getattr(type(value), "model_fields", {})
    return [text for name in fields for text in every_text(getattr(value, name))]


@every
def test_the_typography_is_that_of_print(code: str) -> None:
    slips = {
        "a straight quotation mark": r"[\"'`´]",
        "two hyphens for a dash": r"--",
        "dots for an ellipsis": r"\.\.",
        "a space before a mark": r" [,.;:!?]",
        "a double mark": r"[,;:!?][,.;:!?]",
        "a hyphen for a dash": r" - ",
        "a hyphen in a range": r"(?<![0-9-])[0-9]+-[0-9]+(?![0-9-])",
        "a letter that looks like another": r"[\u0370-\u04ff]",
    }
    found = {
        slip: text
        for text in every_text(PROCEDURES[code])
        for slip, pattern in slips.items()
        if re.search(pattern, text)
    }
    assert found == {}


LEFTOVERS = re.compile(
    r"\b(todo|tbd|fixme|lorem|xxx|I hope you find|similar codes)\b|\{\{|\}\}|\{%|<[a-z/]", re.IGNORECASE
)


@every
def test_no_leftover_of_writing_stands_in_a_text(code: str) -> None:
    assert [text for text in every_text(PROCEDURES[code]) if LEFTOVERS.search(text)] == []


@every
def test_a_text_speaks_to_the_reader(code: str) -> None:
    texts = [text for _, text in passages_of(PROCEDURES[code])]
    assert [text for text in texts if re.search(r"\bthe patient\b", text, re.IGNORECASE)] == []
    assert sum(len(re.findall(r"\byou\b", text, re.IGNORECASE)) for text in texts) > 20


@every
def test_a_text_says_where_to_find_help_at_once(code: str) -> None:
    help_now = PROCEDURES[code].risks.get_help_now
    assert help_now is not None
    words = " ".join(every_text(help_now))
    assert "988" in words
    assert "911" in words


@every
def test_each_list_can_be_taken_in_at_a_glance(code: str) -> None:
    procedure = PROCEDURES[code]
    assert [items for items in lists(procedure) if len(items) > 7] == []
    assert 2 <= len(procedure.alternatives.items) <= 7
    assert procedure.risks.common
    assert procedure.risks.rare


def lists(value: object) -> list[tuple[object, ...]]:
    """Every list that a patient reads."""
    if isinstance(value, tuple):
        return [value, *(inner for item in value for inner in lists(item))]
    skipped = {"billing", "related", "policies", "sources", "clauses"}
    fields = [name for name in getattr(type(value), "model_fields", {}) if name not in skipped]
    return [inner for name in fields for inner in lists(getattr(value, name))]


@every
def test_a_draft_says_that_nobody_has_reviewed_it_and_when_somebody_must(code: str) -> None:
    """Whoever records a review changes this test: it must not come about by a slip."""
    review = PROCEDURES[code].review
    assert (review.last, review.by) == (None, None)
    assert review.next - review.issued <= datetime.timedelta(days=366)


def test_titles_differ_and_are_not_the_code_owners_descriptors() -> None:
    titles = [procedure.title.casefold() for procedure in PROCEDURES.values()]
    assert len(set(titles)) == len(titles)
    descriptors = (
        "psychotherapy, 30",
        "psychotherapy, 45",
        "psychotherapy, 60",
        "diagnostic evaluation",
        "with patient and/or",
    )
    assert [title for title in titles if any(words in title for words in descriptors)] == []


# Sentences that are the same on purpose: what to do in danger must not be reworded for the sake of variety.
SAFETY_PHRASES = re.compile(r"\b(988|911|1-800-222-1222)\b")


def test_no_two_procedures_share_a_sentence_of_twelve_words() -> None:
    """Each text is about its own procedure, and was not made from another by changing nouns.

    What has a figure, or is a risk of the shared table, is the same in all of them on purpose.
    """
    assert shared(PROCEDURES) == {}


def texts_that_are_alike_on_purpose(procedure: Procedure) -> Iterator[str]:
    """What has a figure, or is a risk of the shared table: the same fact in the same words."""
    for item in procedure.statements:
        if item.figure or (isinstance(item, Risk) and item.risk):
            yield from (placed.text for placed in texts_in(item))


def shared(procedures: dict[str, Procedure]) -> dict[str, set[str]]:
    """Runs of more than LONGEST_SHARED words that stand in sentences of several procedures."""
    places: dict[str, set[str]] = defaultdict(set)
    for code, procedure in procedures.items():
        alike = set(texts_that_are_alike_on_purpose(procedure))
        for _, text in passages_of(procedure):
            if text in alike:
                continue
            for sentence in split_sentences(text):
                if SAFETY_PHRASES.search(sentence):
                    continue
                words = re.findall(r"\w+", sentence.casefold())
                for start in range(len(words) - LONGEST_SHARED):
                    places[" ".join(words[start : start + LONGEST_SHARED + 1])].add(code)
    return {run: found for run, found in places.items() if len(found) > 1}


def test_a_sentence_that_is_copied_would_be_found() -> None:
    source = PROCEDURES["90837"]
    sentence = max((s for placed in texts_in(source.purpose) for s in split_sentences(placed.text)), key=len)
    copy = PROCEDURES["90853"].model_copy(update={"also_called": (f"And so {sentence}",)})
    assert shared({"90837": source, "90853": copy})


def test_the_table_itself_is_symmetric() -> None:
    for code, facts in FACTS.items():
        for name in ("not_with", "unless_separate"):
            assert all(code in codes(getattr(FACTS[other], name)) for other in codes(getattr(facts, name)))
        assert all(code in codes(FACTS[other].add_on_to) for other in codes(facts.goes_with))
        assert all(code in codes(FACTS[other].goes_with) for other in codes(facts.add_on_to))
