"""A translation holds text only, and knows whether it still fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from consentkit.errors import InvalidInput
from consentkit.library.definitions import load_procedure, load_translation
from consentkit.model.translation import Translation, text_hash
from consentkit.resources import shipped
from kit.small import small_data, small_procedure, write_procedure
from kit.translations import SMALL, TEXT_KEYS, translation_data, write_translation


def problems_of(path: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        load_translation(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


# --- the hash ---


def test_white_space_and_the_order_of_keys_do_not_change_the_hash(tmp_path: Path) -> None:
    written = write_procedure(tmp_path)
    reversed_keys = dict(reversed(small_data().items()))
    reversed_keys["purpose"] = "  To   feel\n better.  "
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "SMALL-1.yaml"
    other.write_text(json.dumps(reversed_keys), encoding="utf-8")
    assert text_hash(load_procedure(written)) == text_hash(load_procedure(other)) == text_hash(SMALL)


@pytest.mark.parametrize(
    "facts",
    [
        {"billing": {"role": "primary", "minutes": {"usual": 60}}},
        {"billing": {"role": "retired", "retired_in": "2013", "replaced_by": ["90834"]}},
        {"clauses": ["crisis_plan"]},
        {"related": ["90834"]},
        {"sources": [{"title": "Another book", "publisher": "A house"}]},
        {"review": {"issued": "2026-01-16", "next": "2099-01-15"}},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_facts_do_not_change_the_hash(facts: dict[str, Any]) -> None:
    assert text_hash(small_procedure(**facts)) == text_hash(SMALL)


def texts_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all texts in plain data."""
    if isinstance(value, str):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, below in items for place in texts_of(below, (*path, key))]


PLACES = [place for place in texts_of(small_data()) if place[0] in TEXT_KEYS and place != ("code",)]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_word_anywhere_changes_the_hash(place: tuple[Any, ...]) -> None:
    data = small_data()
    holder = data
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] += " Truly."
    assert text_hash(type(SMALL).model_validate(data)) != text_hash(SMALL)


def test_a_sentence_that_moves_to_another_section_changes_the_hash() -> None:
    data = small_data()
    assert text_hash(small_procedure(equipment=data["setting"], setting=data["equipment"])) != text_hash(SMALL)


# --- the translation ---


def test_a_translation_fits_until_a_word_of_the_original_changes() -> None:
    translation = Translation.model_validate(translation_data())
    assert translation.fits(SMALL)
    assert translation.fits(small_procedure(related=["90834"]))
    assert not translation.fits(small_procedure(purpose="To feel well."))


def test_a_translation_replaces_every_text_and_keeps_every_fact() -> None:
    original = small_procedure(
        billing={"role": "primary", "minutes": {"usual": 60}}, clauses=["crisis_plan"], related=["90834"]
    )
    translation = Translation.model_validate(translation_data(purpose="Sentirse mejor.", equipment="Dos sillas."))
    applied = translation.applied_to(original)
    assert (applied.title, str(applied.review.issued)) == ("Un procedimiento", "2026-05-05")
    for name in type(original).model_fields:
        source = translation if name in TEXT_KEYS or name == "review" else original
        assert getattr(applied, name) == getattr(source, name), name


def test_a_text_that_the_translation_leaves_out_is_left_out_and_not_shown_in_the_other_language() -> None:
    original = small_procedure(also_called=["A talk"], technical_terms=[{"term": "CBT", "meaning": "A therapy."}])
    applied = Translation.model_validate(translation_data()).applied_to(original)
    assert (applied.also_called, applied.technical_terms) == ((), ())


@pytest.mark.parametrize("fact", ["billing", "clauses", "related", "sources"])
def test_a_translation_states_no_facts(fact: str, tmp_path: Path) -> None:
    path = write_translation(tmp_path, **{fact: small_data(clauses=[], related=[])[fact]})
    (told,) = problems_of(path)
    assert f": {fact}: is not a known key here" in told


@pytest.mark.parametrize("name", ["SMALL-2.es.yaml", "SMALL-1.fr.yaml", "SMALL-1.yaml", "small-1.es.yaml"])
def test_a_misnamed_file_is_told_the_name_that_it_should_have(name: str, tmp_path: Path) -> None:
    (told,) = problems_of(write_translation(tmp_path, name))
    assert told == "2:14: language: does not match the file's name; name it `SMALL-1.es.yaml`"


@pytest.mark.parametrize("digest", ["", "abc", "A" * 64, "current"])
def test_what_it_translates_must_be_named_by_a_hash(digest: str, tmp_path: Path) -> None:
    (told,) = problems_of(write_translation(tmp_path, translates=digest))
    assert told.startswith("3:16: translates: ")


def test_a_translation_has_the_sections_of_every_procedure(tmp_path: Path) -> None:
    path = write_translation(tmp_path)
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["risks"]
    path.write_text(json.dumps(data), encoding="utf-8")
    (told,) = problems_of(path)
    assert "risks: is missing" in told


def test_every_shipped_translation_fits_its_original_and_is_marked_as_unreviewed() -> None:
    paths = sorted(shipped("procedures").glob("*.es.yaml"))
    assert len(paths) == 18
    for path in paths:
        translation = load_translation(path)
        assert translation.fits(load_procedure(path.with_name(f"{translation.code}.yaml"))), path.name
        assert (translation.review.last, translation.review.by) == (None, None)
