"""Bundles of several origins, each with what becomes of it. A new one in the folder, with what is expected, is a test.

Those whose names begin with `hl7` are examples of the standard (hl7.fhir.r4.examples, CC0), without pictures and texts.
`expected.json` is written anew by: PYTHONPATH=tests python -m fhir.test_examples_of_bundles
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from consentkit.fhir.visits import read_fhir
from consentkit.model.systems import FhirSettings
from consentkit.packets.other_systems import SystemsReading

FOLDER = Path(__file__).parents[1] / "examples" / "fhir"
EXPECTED = FOLDER / "expected.json"
BUNDLES = sorted(path for path in FOLDER.glob("*.json") if path != EXPECTED)
SERVICES = [{"system": "http://snomed.info/sct", "code": "390906007", "procedures": ["90834"]}]
READING = SystemsReading(
    FhirSettings.model_validate({"timezone": "America/Chicago", "services": SERVICES}), languages=("en", "es")
)


def result_of(path: Path) -> dict[str, Any]:
    read = read_fhir(path.read_bytes(), path.name, READING)
    return {
        "visits": [
            entry.visit.model_dump(mode="json", exclude_defaults=True)
            if entry.visit
            else {"needs": [need.field for need in entry.needs], "problems": list(map(str, entry.problems))}
            for entry in read.entries
        ],
        "notes": list(read.notes),
    }


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_bundle_becomes_what_is_expected(path: Path) -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert result_of(path) == expected[path.stem]


def test_nothing_is_expected_of_a_bundle_that_is_not_there() -> None:
    assert list(json.loads(EXPECTED.read_text(encoding="utf-8"))) == [path.stem for path in BUNDLES]


if __name__ == "__main__":
    results = {path.stem: result_of(path) for path in BUNDLES}
    EXPECTED.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
