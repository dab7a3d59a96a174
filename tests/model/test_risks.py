"""Risks and benefits as people write them: a text, a text with a figure, or a key of the shared table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from consentkit.model.procedure import Procedure
from consentkit.model.risks import RISK_GROUPS, Figure, KnownRisks, RiskGroup, RiskTable, risks_of_table
from consentkit.model.translation import text_hash
from kit.small import small_data, small_procedure
from kit.thorough import examples

SOURCE = {"title": "A study", "publisher": "A journal", "year": "2021"}
WITH_FIGURE = {"text": "You may sleep badly.", "figure": {"number": "3", "out_of": "10"}, "source": SOURCE}
TABLE = {
    "bad_sleep": {
        "group": "common",
        "figure": {"number": "3", "out_of": "10"},
        "source": SOURCE,
        "wording": {"en": {"text": "You may sleep badly.", "short": "bad sleep"}, "es": "Puede dormir mal."},
    }
}
KEYS = st.sampled_from(["text", "short", "figure", "source", "risk", "group", "other"])
VALUES = st.recursive(
    st.text(max_size=8) | st.sampled_from(["bad_sleep", "3", "10"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)


def known(language: str = "en", **tables: Any) -> KnownRisks:
    return KnownRisks(language, risks_of_table(RiskTable.model_validate({"risks": tables or TABLE})))


def risks(group: str, *items: Any) -> dict[str, Any]:
    return {group: list(items), "what_helps": "Tell us."}


def read(group: str, *items: Any, language: str = "en") -> Procedure:
    return Procedure.model_validate(small_data(risks=risks(group, *items)), context=known(language))


def messages(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return "\n".join(detail["msg"] for detail in error.value.errors())


def test_a_risk_of_the_table_has_wording_figure_and_source_from_there() -> None:
    (risk,) = read("common", {"risk": "bad_sleep"}).risks.common
    assert (risk.text, risk.phrase, risk.risk) == ("You may sleep badly.", "bad sleep", "bad_sleep")
    assert risk.figure == Figure(number=3, out_of=10)
    assert risk.source
    assert risk.source.year == 2021


@pytest.mark.parametrize("language", ["es", "es-MX"])
def test_a_risk_of_the_table_is_worded_in_the_language_of_the_text(language: str) -> None:
    (risk,) = read("common", {"risk": "bad_sleep"}, language=language).risks.common
    assert risk.phrase == "Puede dormir mal."


@pytest.mark.parametrize(
    ("group", "item", "language", "message"),
    [
        ("rare", {"risk": "bad_sleep"}, "en", "it is `common` for all texts; move it to `common`"),
        ("common", {"risk": "bad_slep"}, "en", "`risks.yaml` does not have; did you mean `bad_sleep`?"),
        ("common", {"risk": "bad_sleep"}, "fr", "no wording in `fr`; add it there under `wording`"),
        ("common", {"risk": "bad_sleep", "text": "x"}, "en", "which has all the rest; delete `text`"),
        ("common", {"text": "x", "figure": {"number": "3", "out_of": "10"}}, "en", "has a `figure` without a `source`"),
        ("common", {**WITH_FIGURE, "figure": {"number": "3", "out_of": "7"}}, "en", "10, 20, 50, 100 or 1000"),
        ("common", {**WITH_FIGURE, "figure": {"number": "11", "out_of": "10"}}, "en", "a `number` above `out_of`"),
        ("common", {**WITH_FIGURE, "source": {"title": "a", "publisher": "b"}}, "en", "Field required"),
        ("common", {**WITH_FIGURE, "source": {**SOURCE, "year": ""}}, "en", "not a whole number"),
    ],
)
def test_what_is_wrong_with_a_risk_is_said_with_what_to_do(group: str, item: Any, language: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        read(group, item, language=language)
    assert message in messages(error)


def test_a_figure_of_the_table_needs_a_source_too() -> None:
    entry = {name: value for name, value in TABLE["bad_sleep"].items() if name != "source"}
    with pytest.raises(ValidationError) as error:
        known(bad_sleep=entry)
    assert "has a `figure` without a `source`" in messages(error)


def test_a_key_means_nothing_where_there_is_no_table() -> None:
    with pytest.raises(ValidationError) as error:
        Procedure.model_validate(small_data(risks=risks("common", {"risk": "bad_sleep"})))
    assert "there is no table here; write the text itself" in messages(error)


def test_the_first_of_two_tables_counts_and_the_second_adds() -> None:
    own = RiskTable.model_validate({"risks": {"bad_sleep": {**TABLE["bad_sleep"], "group": "rare"}}})
    other = RiskTable.model_validate({"risks": {**TABLE, "tired": TABLE["bad_sleep"]}})
    merged = risks_of_table(own, other)
    assert {name: risk.group for name, risk in merged.items()} == {"bad_sleep": "rare", "tired": "common"}


def test_the_hash_of_a_text_is_the_same_however_a_plain_risk_is_written() -> None:
    plain = small_procedure(risks=risks("common", "You may feel worse."), benefits=["You may feel better."])
    mapped = small_procedure(
        risks=risks("common", {"text": "You may feel worse."}), benefits=[{"text": "You may feel better."}]
    )
    assert text_hash(plain) == text_hash(mapped)


def test_the_hash_of_a_text_is_that_of_its_own_words_not_of_the_tables() -> None:
    data = small_data(risks=risks("common", {"risk": "bad_sleep"}))
    other = {**TABLE["bad_sleep"], "wording": {"en": "You may lie awake."}}
    hashes = [
        text_hash(Procedure.model_validate(data, context=context)) for context in (known(), known(bad_sleep=other))
    ]
    assert hashes[0] == hashes[1] != text_hash(small_procedure(risks=risks("common", "You may sleep badly.")))


def test_a_form_names_the_first_of_each_group_and_two_that_are_rare() -> None:
    items = {group: [f"{group} {number}" for number in range(3)] for group in RISK_GROUPS}
    named = small_procedure(risks={**items, "what_helps": "Tell us."}).risks.main_risks
    assert {group: [risk.phrase for risk in each] for group, each in named.items()} == {
        "common": ["common 0"],
        "uncommon": ["uncommon 0"],
        "rare": ["rare 0", "rare 1"],
    }


@settings(deadline=None, max_examples=examples(300))
@given(st.sampled_from(RISK_GROUPS), VALUES)
def test_whatever_stands_for_a_risk_it_is_refused_or_complete(group: RiskGroup, item: Any) -> None:
    try:
        (risk,) = getattr(read(group, item).risks, group)
    except ValidationError as error:
        assert all(detail["loc"][:2] == ("risks", group) for detail in error.errors())
        return
    assert risk.text.strip()
    assert not risk.figure or (risk.source and risk.source.year)
    assert not risk.risk or (group, risk.text) == ("common", "You may sleep badly.")


@settings(deadline=None, max_examples=examples(200))
@given(st.integers(-2, 1002), st.integers(-2, 1002))
def test_a_figure_counts_some_of_a_round_number_of_people(number: int, out_of: int) -> None:
    try:
        figure = Figure.model_validate({"number": str(number), "out_of": str(out_of)})
    except ValidationError:
        assert out_of not in (10, 20, 50, 100, 1000) or not 1 <= number <= out_of
        return
    assert 1 <= figure.number <= figure.out_of in (10, 20, 50, 100, 1000)
