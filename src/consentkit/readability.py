"""How hard a text is to read, by the formulas that clinics are asked to use.

Guarantees: the same text always gets the same grades, and each formula is stated with its source. The figures are
rough: such formulas err by about a grade and a half, and a low grade does not make a text clear.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import syllapy
from pydantic import BaseModel

from consentkit.model import Procedure

_SENTENCE_END = re.compile(r"(?<=[.!?])[”\"’)]*\s+(?=[“\"(A-Z0-9])")
_WORD = re.compile(r"[A-Za-z]+(?:[’'][A-Za-z]+)*(?:-[A-Za-z]+)*")
_POLYSYLLABLE = 3


@dataclass(frozen=True)
class Reading:
    """Counts of a text, and the grades that follow from them."""

    sentences: int
    words: int
    syllables: int
    polysyllables: int

    @property
    def smog(self) -> float:
        """SMOG grade (G. H. McLaughlin, "SMOG grading: a new readability formula", Journal of Reading, 1969)."""
        return 1.0430 * math.sqrt(self.polysyllables * 30 / max(self.sentences, 1)) + 3.1291

    @property
    def flesch_kincaid(self) -> float:
        """Flesch-Kincaid grade (J. P. Kincaid et al., U.S. Navy research branch report 8-75, 1975)."""
        words = max(self.words, 1)
        return 0.39 * words / max(self.sentences, 1) + 11.8 * self.syllables / words - 15.59

    @property
    def grade(self) -> float:
        """The worse of the two grades."""
        return max(self.smog, self.flesch_kincaid)


def measure(passages: Iterable[str]) -> Reading:
    """Measure passages together. A passage without an end mark, such as a list item, counts as a sentence."""
    sentences = [sentence for passage in passages for sentence in split_sentences(passage)]
    counts = [syllapy.count(word.replace("’", "'")) for sentence in sentences for word in split_words(sentence)]
    return Reading(
        sentences=len(sentences),
        words=len(counts),
        syllables=sum(counts),
        polysyllables=sum(1 for count in counts if count >= _POLYSYLLABLE),
    )


def split_sentences(passage: str) -> list[str]:
    """Cut a passage into sentences at end marks and paragraph breaks; pieces without a word are left out."""
    pieces = (piece for paragraph in passage.split("\n\n") for piece in _SENTENCE_END.split(paragraph))
    return [piece for piece in pieces if _WORD.search(piece)]


def split_words(sentence: str) -> list[str]:
    """The words of a sentence; numbers are left out, since no formula here counts their syllables."""
    return _WORD.findall(sentence)


def passages_of(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Every text that a patient reads in a procedure, each with the section that it stands in."""
    read_by_patients = set(Procedure.model_fields) - {
        "code",
        "billing",
        "related",
        "policies",
        "sources",
        "review",
        "clauses",
    }
    for section in Procedure.model_fields:
        if section in read_by_patients:
            for text in _texts(getattr(procedure, section)):
                yield section, text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
