"""The words of the pages: the same sentences in each language, and each that a page uses is there."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from consentkit.journal.values import CODES, OVERRIDE_REASONS, WITHDRAWAL_REASONS
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.fields import FIELDS
from consentkit.operations.desk.printing import Reason, WhyVoid
from consentkit.operations.desk.rows import VisitState
from consentkit.web.words import FOLDER, languages, words_of

WEB = FOLDER.parent
TREES = {name: yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")) for name in languages()}


def sentences(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    match tree:
        case dict():
            for key, value in tree.items():
                yield from sentences(value, f"{path}.{key}".lstrip("."))
        case list():
            for number, value in enumerate(tree):
                yield from sentences(value, f"{path}.{number}")
        case _:
            yield path, tree


@pytest.mark.parametrize("language", languages())
def test_each_language_has_the_sentences_of_the_english_one_with_the_same_places(language: str) -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    own, english = dict(sentences(TREES[language])), dict(sentences(TREES["en"]))
    assert own.keys() == english.keys()
    assert {key for key, text in own.items() if not isinstance(text, str) or not text.strip()} == set()
    may_differ = {"date"}  # the order of its places, too
    assert [key for key in own if key not in may_differ and places(own[key]) - places(english[key])] == []


COUNTS = {"all", "ready", "attention", "printed", "left", "added", "missing", "seconds", "pages", "number"}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_word_beside_a_number_has_the_form_that_belongs_to_it(language: str, number: int) -> None:
    """One by one, so that none is forgotten: in both languages, nearly all plurals end with an s."""
    words, wrong = words_of(language), []
    for path, text in sentences(TREES[language]):
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        said = words(path, **{name: number if name in COUNTS else "…" for name in names}) if names else ""
        wrong += re.findall(r"\b1 \w+s\b" if number == 1 else r"\b[02] (?:visit|page|set|minute|row|visita)\b", said)
    assert set(wrong) <= {"1 needs", "1 does"}, "verbs"


def test_the_counts_of_a_day_are_said_as_people_say_them() -> None:
    counts = {"all": 1, "ready": 0, "attention": 1, "printed": 0}
    assert words_of("en")("counts", **counts) == "1 visit: 0 ready, 1 needs attention, 0 printed"
    assert words_of("es")("counts", **counts) == "1 visita: 0 listas, 1 por revisar, 0 impresas"
    assert words_of("es")("said.loaded", added=1) == "Se cargó 1 visita."
    assert words_of("es")("progress.scans", done=1, all=1) == "Leyendo los escaneos: 1 de 1 página leída"
    with pytest.raises(ValueError, match="beside a whole number"):
        words_of("en")("said.loaded", added="V-1")


def used() -> set[str]:
    """The names of the sentences that templates and modules name as they are."""
    templates = "".join(path.read_text(encoding="utf-8") for path in (WEB / "templates").glob("*.html"))
    modules = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.py"))
    named = re.findall(r"words(?:\.at)?\(['\"]([\w.-]+)['\"][),]", templates)
    named += re.findall(r"words(?:\(\))?(?:\.at)?\(\"([\w.-]+)\"", modules)
    named += re.findall(r'say_and_go\("([\w.-]+)"', modules)
    return set(named)


def test_each_sentence_that_a_page_names_is_there() -> None:
    assert len(used()) > 70
    assert [name for name in sorted(used()) if not words_of("en").has(name)] == []


def test_whatever_a_state_a_rule_or_a_refusal_is_there_are_words_for_it() -> None:
    words = words_of("en")
    assert set(words.at("states")) == set(words.at("marks")) == {state.value for state in VisitState}
    assert set(words.at("journal_actions")) == set(CODES["action"])
    assert set(words.at("override_reasons")) == set(OVERRIDE_REASONS)
    assert set(words.at("withdrawal_reasons")) == set(WITHDRAWAL_REASONS)
    assert set(words.at("journal_reasons")) == set(CODES["reason"])
    assert set(words.at("roles")) == set(CODES["role"])
    assert set(words.at("void_reasons")) == set(WhyVoid.__args__)  # type: ignore[attr-defined]
    assert set(words.at("how")) == set(FIELDS)
    assert set(CODES["rule"]) <= set(words.at("problems"))
    assert set(words.at("again_reasons")) == set(Reason.__args__)  # type: ignore[attr-defined]
    folder = Path(WEB.parent / "operations" / "desk")
    text = "".join(path.read_text(encoding="utf-8") for path in (*folder.glob("*.py"), *WEB.glob("*.py")))
    reasons = set(re.findall(r'DeskRefusal\("([\w-]+)"\)', text))
    assert len(reasons) > 8
    assert {reason for reason in reasons if not words.has(f"said.{reason}")} == set()
    assert DeskRefusal("not-ready").reason == "not-ready"


def test_no_sentence_is_left_that_nothing_uses() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (*WEB.glob("*.py"), *WEB.glob("templates/*.html")))
    text += "".join(path.read_text(encoding="utf-8") for path in (WEB.parent / "operations" / "desk").glob("*.py"))
    text += " ".join(CODES["rule"]) + " draft no-plan no-papers unprintable "
    chosen_by_data = (
        "errors.",
        "states.",
        "marks.",
        "text_states.",
        "fields.",
        "remedies.",
        "how.",
        "group_",
        "said.merged_",
    )
    unused = {
        key
        for key, _ in sentences(TREES["en"])
        if not key.startswith(chosen_by_data)
        and not re.search(rf"(?<![\w-]){re.escape(key.split('.')[0])}(?![\w-])", text)
    }
    assert unused == set()
    said = {key.removeprefix("said.") for key in dict(sentences(TREES["en"])) if key.startswith("said.")}
    left = {name for name in said if not name.startswith("merged_") and name not in text}
    assert left == set()
