"""Translations beside their originals."""

from __future__ import annotations

from kit.planting import SPANISH, changed, clean_files, found_in, read_folder


def test_a_translation_is_held_to_the_rules_of_its_language() -> None:
    files = changed("Podemos ir más despacio.", "Podemos ir " + "más " * 20 + "despacio.", SPANISH)
    (line,) = [line for line in read_folder(files).lines() if "long-sentence" in line]
    assert "has a sentence of 23 words; at most 22" in line


def test_a_translation_that_names_no_original_is_only_warned_of() -> None:
    (finding,) = read_folder(changed('translates: "current"', 'translates: ""', SPANISH)).findings()
    assert (finding.rule.id, finding.severity) == ("stale-translation", "warning")


def test_a_step_that_is_lost_in_translation_is_reported_once() -> None:
    files = clean_files()
    lost = "  - name: El comienzo\n    text: Le preguntamos cómo ha estado.\n"
    files[SPANISH] = files[SPANISH].replace(lost, "")
    assert found_in(files, SPANISH) == [("translation-shape", "description:")]
