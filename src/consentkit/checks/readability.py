"""How hard a text is to read, by the formulas that clinics are asked to use.

Guarantees: the same text always gets the same figures, and each formula is stated with its source and its target. The
figures are rough: such formulas are off by about a grade and a half, and a good figure does not make a text clear. They
are not a rating by PEMAT or the CDC's index, which only people can give.

One rule of counting for all: a list item, a title or a label counts as a sentence, and numbers are left out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel

from consentkit.checks.syllables import COUNTERS
from consentkit.model.paper import PaperSection
from consentkit.model.pictures import ShownPicture
from consentkit.model.risks import Benefit, Risk
from consentkit.model.translation import Definition

Path = tuple[str | int, ...]
Verdict = Literal["passes", "warns", "fails"]

_SENTENCE_BREAK = re.compile(r"[.!?…؟]+[”\"’»)\]]*\s+")
_OPENING = '“"‘«(¿¡['
_ABBREVIATION = re.compile(r"(?:\b(?:Dr|Dra|Mr|Mrs|Ms|Prof|Sr|Sra|St|Ud|Uds)|\b[A-Z]\.[A-Z])\.\s*$")
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*(?:-[^\W\d_]+)*")
_POLYSYLLABLE = 3

NOT_READ_BY_PATIENTS = frozenset(
    {"code", "billing", "related", "policies", "sources", "review", "clauses", "plan", "covered_by"}
    | {"name", "signers", "due", "papers", "without"}
)
"""The keys of a procedure or paper that are facts, or meant for the clinic."""

TEXT, SHORT = "text", "short"
"""The keys of a risk or benefit."""


@dataclass(frozen=True)
class PlacedText:
    """A text, and its place in the data."""

    path: Path
    text: str

    @property
    def section(self) -> str:
        """The part of the document that the text belongs to."""
        return str(self.path[0])


@dataclass(frozen=True)
class Reading:
    """Counts of a text, and the figures that follow from them."""

    sentences: int
    words: int
    syllables: int
    polysyllables: int
    """Words of three syllables or more."""

    def __add__(self, other: Reading) -> Reading:
        """The counts of two texts together."""
        return Reading(
            sentences=self.sentences + other.sentences,
            words=self.words + other.words,
            syllables=self.syllables + other.syllables,
            polysyllables=self.polysyllables + other.polysyllables,
        )

    @property
    def words_a_sentence(self) -> float:
        """The mean length of a sentence."""
        return self.words / max(self.sentences, 1)

    @property
    def syllables_a_word(self) -> float:
        """The mean length of a word."""
        return self.syllables / max(self.words, 1)

    @property
    def smog(self) -> float:
        """SMOG grade (G. H. McLaughlin, "SMOG grading: a new readability formula", Journal of Reading, 1969)."""
        return 1.0430 * math.sqrt(self.polysyllables * 30 / max(self.sentences, 1)) + 3.1291

    @property
    def flesch_kincaid(self) -> float:
        """Flesch-Kincaid grade (J. P. Kincaid et al., U.S. Navy research branch report 8-75, 1975)."""
        return 0.39 * self.words_a_sentence + 11.8 * self.syllables_a_word - 15.59

    @property
    def grade(self) -> float:
        """The worse of the two grades of an English text."""
        return max(self.smog, self.flesch_kincaid)

    @property
    def fernandez_huerta(self) -> float:
        """Ease of a Spanish text (J. Fernández Huerta, "Medidas sencillas de lecturabilidad", Consigna, 1959).

        With words a sentence: the reading as sentences in a hundred words, which is often reprinted, would call long
        sentences easy (G. Law, "Error in the Fernandez Huerta readability formula", LINGUIST List 22.2332, 2011).
        """
        return 206.84 - 60 * self.syllables_a_word - 1.02 * self.words_a_sentence

    @property
    def szigriszt(self) -> float:
        """Ease of a Spanish text (F. Szigriszt Pazos, "Sistemas predictivos de legibilidad", Madrid, 1993)."""
        return 206.835 - 62.3 * self.syllables_a_word - self.words_a_sentence


@dataclass(frozen=True)
class Formula:
    """A formula with its target."""

    name: str
    compute: Callable[[Reading], float]
    passes: float
    """The worst figure that is good enough."""
    tolerated: float
    """The worst figure that gets only a warning."""
    is_grade: bool
    """Whether lower is easier, as with school grades; otherwise higher is."""

    def verdict(self, reading: Reading) -> Verdict:
        """Judge a text by its figure, to one decimal as it is printed."""
        sign = 1 if self.is_grade else -1
        figure = sign * round(self.compute(reading), 1)
        if figure <= sign * self.passes:
            return "passes"
        return "warns" if figure <= sign * self.tolerated else "fails"

    def describe(self, reading: Reading) -> str:
        """The name and the figure."""
        return f"{self.name} {self.compute(reading):.1f}"

    @property
    def target(self) -> str:
        """What the figure should be."""
        return f"at {'most' if self.is_grade else 'least'} {self.passes:g}"


FORMULAS: dict[str, tuple[Formula, ...]] = {
    "en": (
        Formula("SMOG", lambda reading: reading.smog, passes=8, tolerated=9.5, is_grade=True),
        Formula("Flesch-Kincaid", lambda reading: reading.flesch_kincaid, passes=8, tolerated=9.5, is_grade=True),
    ),
    # 55 is where INFLESZ begins to call a text normal (I. Barrio-Cantalejo et al., 2008). That five points below the
    # targets get only a warning is our choice: the formulas are as rough as the English ones.
    "es": (
        Formula("Fernández Huerta", lambda reading: reading.fernandez_huerta, passes=60, tolerated=55, is_grade=False),
        Formula("Szigriszt", lambda reading: reading.szigriszt, passes=55, tolerated=50, is_grade=False),
    ),
}
"""The formulas of each language that has some, with the targets of the project."""

LONGEST_SENTENCE = {"en": 20, "es": 22}
"""Words. Spanish needs a few more words to say the same."""
_LONGEST_ELSEWHERE = 22


def formulas(language: str) -> tuple[Formula, ...]:
    """The formulas for a language; none where nobody has made one that we know."""
    return FORMULAS.get(primary(language), ())


def primary(language: str) -> str:
    """The language of a tag, without script and region: es of es-MX."""
    return language.partition("-")[0]


def longest_sentence(language: str) -> int:
    """How many words a sentence of a language may have."""
    return LONGEST_SENTENCE.get(primary(language), _LONGEST_ELSEWHERE)


def judge(reading: Reading, language: str) -> Verdict:
    """The worst verdict of the formulas of a language."""
    verdicts = {formula.verdict(reading) for formula in formulas(language)}
    return next((verdict for verdict in ("fails", "warns") if verdict in verdicts), "passes")


def measure(passages: Iterable[str], language: str = "en") -> Reading:
    """Measure passages together. Raises ValueError for a language whose syllables can't be counted."""
    count = _counter(language)
    sentences = [sentence for passage in passages for sentence in split_sentences(passage)]
    counts = [count(word) for sentence in sentences for word in split_words(sentence)]
    return Reading(
        sentences=len(sentences),
        words=len(counts),
        syllables=sum(counts),
        polysyllables=sum(1 for count in counts if count >= _POLYSYLLABLE),
    )


def hardest_words(passages: Iterable[str], language: str, most: int) -> list[tuple[str, int]]:
    """The words with the most syllables, each with how often it occurs; the more frequent first where equal."""
    count = _counter(language)
    frequencies = Counter(word.lower() for passage in passages for word in split_words(passage))
    hard = [(word, times) for word, times in frequencies.items() if count(word) >= _POLYSYLLABLE]
    return sorted(hard, key=lambda entry: (-count(entry[0]), -entry[1], entry[0]))[:most]


def _counter(language: str) -> Callable[[str], int]:
    counter = COUNTERS.get(primary(language))
    if counter is None:
        raise ValueError(f"the syllables of {language} can't be counted")
    return counter


def split_sentences(passage: str) -> list[str]:
    """Cut a passage into sentences at end marks and paragraph breaks; pieces without a word are left out."""
    pieces = (piece for paragraph in passage.split("\n\n") for piece in _pieces(paragraph))
    return [piece for piece in pieces if _WORD.search(piece)]


def _pieces(paragraph: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE_BREAK.finditer(paragraph):
        if _begins_sentence(paragraph[match.end() :]) and not _ABBREVIATION.search(paragraph, start, match.end()):
            yield paragraph[start : match.end()].rstrip()
            start = match.end()
    yield paragraph[start:]


def _begins_sentence(text: str) -> bool:
    """Whether a text continues as a new sentence does. Scripts without capitals pass: no letter is lowercase there."""
    first = text.lstrip(_OPENING)[:1]
    return first.isalnum() and not first.islower()


def split_words(sentence: str) -> list[str]:
    """The words of a sentence; numbers are left out, since no formula here counts their syllables."""
    return _WORD.findall(sentence)


def count_words(sentence: str) -> int:
    """The length of a sentence in words."""
    return len(split_words(sentence))


def placed_passages(definition: Definition) -> Iterator[PlacedText]:
    """Every text that a patient reads in a procedure or paper, with its place."""
    return (text for text in texts_of(definition) if text.section not in NOT_READ_BY_PATIENTS)


def passages_of(definition: Definition) -> Iterator[tuple[str, str]]:
    """Every text that a patient reads in a procedure or paper, each with the section that it belongs to."""
    return ((placed.section, placed.text) for placed in placed_passages(definition))


def texts_of(definition: Definition) -> tuple[PlacedText, ...]:
    """Every text of a procedure or paper, in its order. Many rules look through them, one after the other."""
    return _texts_of(_Same(definition))


class _Same:
    """A definition that equals itself alone: to compare all its texts takes longer than to go through them."""

    __slots__ = ("definition",)

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.definition is self.definition

    def __hash__(self) -> int:
        return id(self.definition)


@lru_cache(maxsize=8)
def _texts_of(same: _Same) -> tuple[PlacedText, ...]:
    return tuple(texts_in(same.definition))


def texts_in(value: object, path: Path = ()) -> Iterator[PlacedText]:
    """Every text in a value that was read from a file, in its order."""
    if isinstance(value, str):
        yield PlacedText(path, value)
        return
    if isinstance(value, ShownPicture | PaperSection):  # the name of a file or clause is no text
        names = [name for name in type(value).model_fields if name not in ("file", "clause")]
        value = {name: getattr(value, name) for name in names}
    if isinstance(value, Risk | Benefit):
        yield from _texts_of_statement(value, path)
        return
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, tuple):
        inner = enumerate(value)
    elif isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, BaseModel):
        inner = ((name, getattr(value, name)) for name in type(value).model_fields)
    for step, entry in inner:
        yield from texts_in(entry, (*path, step))


def _texts_of_statement(statement: Risk | Benefit, path: Path) -> Iterator[PlacedText]:
    """What a patient reads of a risk or benefit; where its figure comes from is in the list of sources."""
    yield PlacedText((*path, TEXT), statement.text)
    if isinstance(statement, Risk) and statement.short:
        yield PlacedText((*path, SHORT), statement.short)
