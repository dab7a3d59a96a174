"""How hard texts are to read: the figures as a whole and by section, and what makes them so.

Guarantees: the figures are those of `checks.readability` over the texts that are given; a language without a formula
has no report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from consentkit.checks.readability import (
    Formula,
    PlacedText,
    Reading,
    count_words,
    formulas,
    hardest_words,
    measure,
    placed_passages,
    split_sentences,
    split_words,
)
from consentkit.checks.rule_finding import Subject
from consentkit.model.translation import Definition

MOST_NAMED = 5
"""How many sentences and words a report names."""


@dataclass(frozen=True)
class LongSentence:
    """A sentence, its length in words, and the line on which it begins."""

    text: str
    words: int
    line: int


@dataclass(frozen=True)
class HardWord:
    """A word, how often it is there, and the line of its first use."""

    word: str
    times: int
    line: int


@dataclass(frozen=True)
class ReadingReport:
    """How hard texts are to read, and what makes them so."""

    subject: Subject
    texts: tuple[PlacedText, ...]

    @property
    def language(self) -> str:
        """The language of the texts."""
        return self.subject.language

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas that count for the language."""
        return formulas(self.language)

    @cached_property
    def sections(self) -> dict[str, Reading]:
        """The counts of each section by its key, in the order of the file."""
        passages: dict[str, list[str]] = {}
        for placed in self.texts:
            passages.setdefault(placed.section, []).append(placed.text)
        return {name: measure(texts, self.language) for name, texts in passages.items()}

    @cached_property
    def whole(self) -> Reading:
        """The counts of everything together."""
        return sum(self.sections.values(), Reading(0, 0, 0, 0))

    def figures(self, reading: Reading) -> dict[str, float]:
        """Each formula's figure of the whole or of a section, to one decimal."""
        return {formula.name: round(formula.compute(reading), 1) for formula in self.formulas}

    @cached_property
    def longest(self) -> tuple[LongSentence, ...]:
        """The longest sentences, the longest first."""
        sentences = [(placed, sentence) for placed in self.texts for sentence in split_sentences(placed.text)]
        sentences.sort(key=lambda entry: -count_words(entry[1]))
        return tuple(
            LongSentence(sentence, count_words(sentence), self._line(placed, sentence))
            for placed, sentence in sentences[:MOST_NAMED]
        )

    @cached_property
    def hardest(self) -> tuple[HardWord, ...]:
        """The words with the most syllables, the hardest first."""
        words = hardest_words([placed.text for placed in self.texts], self.language, MOST_NAMED)
        return tuple(HardWord(word, times, self._line_of_word(word)) for word, times in words)

    def _line_of_word(self, word: str) -> int:
        uses = ((placed, use) for placed in self.texts for use in split_words(placed.text) if use.lower() == word)
        return self._line(*next(uses))

    def _line(self, placed: PlacedText, fragment: str) -> int:
        return self.subject.source.at_value(placed.path, fragment)[0]


def read_closely(subject: Subject, texts: Iterable[PlacedText]) -> ReadingReport | None:
    """Measure texts. None for a language without a formula."""
    return ReadingReport(subject, tuple(texts)) if formulas(subject.language) else None


def read_definition(subject: Subject, definition: Definition) -> ReadingReport | None:
    """Measure everything that a patient reads in a procedure or paper."""
    return read_closely(subject, placed_passages(definition))
