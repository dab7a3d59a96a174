"""The judges see planted faults of structure, each by at least one judge, and none in a sound file."""

from __future__ import annotations

import pytest

from kit.mutants import FAULTS, Specimen, specimens

NAMES = ("packet with fields", "packet", "document with fields")
LEAST_SEEN = 0.97
"""The share of planted faults that the judges must see."""
UNSEEN: set[str] = set()
"""Kinds that are known to pass all judges, each with a reason."""

each_specimen = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"mutants {name}")) for name in NAMES]
)


def specimen(name: str) -> Specimen:
    return next(each for each in specimens() if each.name == name)


@each_specimen
def test_no_judge_sees_a_fault_in_a_sound_file(name: str) -> None:
    sound = specimen(name)
    assert list(sound.seen_by(sound.pdf)) == []
    assert list(sound.seen_by(sound.changed(lambda pdf: None))) == []


@each_specimen
def test_the_judges_see_planted_faults_of_structure(name: str) -> None:
    sound = specimen(name)
    planted = {kind: pdf for kind in FAULTS if (pdf := sound.mutant(kind)) is not None}
    unseen = {kind for kind, pdf in planted.items() if next(sound.seen_by(pdf), None) is None}
    assert len(planted) >= 100
    assert unseen <= UNSEEN, f"of {len(planted)} planted faults no judge sees: {', '.join(sorted(unseen - UNSEEN))}"
    assert len(unseen) <= (1 - LEAST_SEEN) * len(planted)


def test_every_kind_of_fault_is_planted_somewhere() -> None:
    assert [kind for kind in FAULTS if all(each.mutant(kind) is None for each in specimens())] == []
