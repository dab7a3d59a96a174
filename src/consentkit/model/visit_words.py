"""What a visit says in words, and how each language says it: what a representative is to the patient, and languages.

Guarantees: a pack has every word of both lists, and no word has two meanings, so that a word that one language
knows can be printed in any other; what is in no list stays as it was typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Protocol

from pydantic import AfterValidator

from consentkit.model.values import Line, Record
from consentkit.problems import listed, quoted

RELATIONSHIPS = (
    *("mother", "father", "parent", "stepmother", "stepfather", "foster-parent", "grandmother", "grandfather"),
    *("sister", "brother", "aunt", "uncle", "daughter", "son", "wife", "husband", "partner"),
    *("legal-guardian", "conservator", "health-care-agent"),
)
"""What a representative may be to the patient."""
SPOKEN = (
    *("am", "ar", "ase", "de", "en", "es", "fa", "fr", "hi", "hmn", "ht", "it", "ja", "km", "ko", "pl", "pt", "ru"),
    *("so", "tl", "uk", "ur", "vi", "yue", "zh"),
)
"""The languages interpreted most in the United States, by their tags (BCP 47); `ase` is American Sign Language."""


def _all_of(keys: Sequence[str]) -> AfterValidator:
    return AfterValidator(lambda words: _complete(words, keys))


def _complete(words: dict[str, str], keys: Sequence[str]) -> dict[str, str]:
    if missing := [key for key in keys if key not in words]:
        raise ValueError(f"lacks {listed(missing)}; add what this language calls it")
    if unknown := [key for key in words if key not in keys]:
        raise ValueError(f"has {quoted(unknown[0])}, which no visit can say; delete it")
    meant: dict[str, str] = {}
    for key, word in words.items():
        if (earlier := meant.setdefault(folded(word), key)) != key:
            raise ValueError(f"has the same word for {earlier} and {key}; give each a word of its own")
    return words


class VisitWords(Record):
    """Words for what a visit says, by what they mean."""

    relationships: Annotated[dict[str, Line], _all_of(RELATIONSHIPS)]
    """What a representative is to the patient."""
    languages: Annotated[dict[str, Line], _all_of(SPOKEN)]
    """Languages that are interpreted, by their tags."""


class HasVisitWords(Protocol):
    """A language pack, as far as this module uses it."""

    @property
    def language(self) -> str:
        """Its language."""

    @property
    def visit(self) -> VisitWords:
        """Its words for what a visit says."""


def relationship_in(text: str, packs: Iterable[HasVisitWords]) -> dict[str, str]:
    """A relationship in each language; nothing where no list has it."""
    packs = list(packs)
    return _in_each(text, {pack.language: pack.visit.relationships for pack in packs})


def language_in(text: str, packs: Iterable[HasVisitWords]) -> dict[str, str]:
    """The name of a language in each language; nothing where no list has it."""
    packs = list(packs)
    return _in_each(text, {pack.language: pack.visit.languages for pack in packs})


def _in_each(text: str, lists: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    sought = folded(text)
    for words in lists.values():
        for key, word in words.items():
            if sought in {folded(key), folded(word)}:
                return {language: others[key] for language, others in lists.items()}
    return {}


def folded(text: str) -> str:
    """A word without capitals and hyphens, which don't make it another one."""
    return " ".join(text.casefold().replace("-", " ").split())
