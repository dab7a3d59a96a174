"""How the papers of a visit say what it says in words: in their own languages where these have a word for it.

Guarantees: what has no word in the list of a language is printed as it was typed, and marked with the clinic's language
where the paper has another, so that a screen reader says it right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from consentkit.model.visit import Visit
from consentkit.model.visit_words import language_in, relationship_in
from consentkit.model.words import LanguagePack

Piece: TypeAlias = tuple[str, str | None]
"""A part of a text, and its language where that differs from the paper's."""


@dataclass(frozen=True)
class VisitWording:
    """What the visit says in words, by language. Nothing of it is shown: it is about a patient."""

    own: str | None = None
    """The language in which visits are written: the clinic's."""
    relationship: Mapping[str, str] = field(default_factory=dict, repr=False)
    interpreted: Mapping[str, str] = field(default_factory=dict, repr=False)

    def related(self, typed: str, languages: Sequence[str]) -> tuple[Piece, ...]:
        """A relationship, as a paper in these languages has it."""
        return self._said(typed, self.relationship, languages)

    def spoken(self, typed: str, languages: Sequence[str]) -> tuple[Piece, ...]:
        """The name of a language, as a paper in these languages has it."""
        return self._said(typed, self.interpreted, languages)

    def _said(self, typed: str, words: Mapping[str, str], languages: Sequence[str]) -> tuple[Piece, ...]:
        if not words:
            return ((typed, self.own if self.own != languages[0] else None),)
        first, *others = dict.fromkeys(words[language] for language in languages)
        if not others:
            return ((first, None),)
        return (f"{first} /", None), (others[0], languages[1])


AS_TYPED = VisitWording()
"""Every word as it was typed."""


def wording_of(visit: Visit, own: LanguagePack, packs: Sequence[LanguagePack]) -> VisitWording:
    """The words of a visit in its languages and the clinic's own."""
    every = {pack.language: pack for pack in (own, *packs)}.values()
    representative, interpreter = visit.representative, visit.interpreter
    return VisitWording(
        own=own.language,
        relationship=relationship_in(representative.relationship, every) if representative else {},
        interpreted=language_in(interpreter.language, every) if interpreter and interpreter.language else {},
    )


def joined(pieces: Sequence[Piece]) -> str:
    """The whole text."""
    return " ".join(text for text, _ in pieces)


def before(text: str, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Pieces with a text of the paper's language, or nobody's, before them."""
    (first, language), *others = pieces
    return ((f"{text} {first}", None), *others) if language is None else ((text, None), *pieces)


def behind(pieces: Sequence[Piece], text: str) -> tuple[Piece, ...]:
    """Pieces with a text right behind them."""
    *others, (last, language) = pieces
    return (*others, (f"{last}{text}", language))


def every_way(words: Mapping[str, str], typed: str) -> Iterator[str]:
    """Each way in which a word of a visit may be printed, for the check of a finished file."""
    ways = [typed, *words.values()]
    yield from ways
    for way in ways:
        yield f"{way} /"
        yield from (f"{way} / {other}" for other in ways)
