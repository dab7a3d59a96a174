"""How many syllables a word has, by the rules of its language.

Guarantees: every word has at least one syllable, and the same word always has the same number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

_STRONG = frozenset("aeoáéó")
_WEAK = frozenset("iuü")
_STRESSED_WEAK = frozenset("íú")
_PLAIN = str.maketrans("áéíóúü", "aeiouu")
_VOWELS = re.compile(r"[aeiouáéíóúü]+")


@lru_cache(maxsize=8192)
def english(word: str) -> int:
    """Count the syllables of an English word: by the dictionary of syllapy, and by its guess for a word not in it."""
    import syllapy  # loads its dictionary, which a command that measures nothing need not wait for

    return max(int(syllapy.count(word.replace("’", "'"))), 1)


@lru_cache(maxsize=8192)
def spanish(word: str) -> int:
    """Count the syllables of a Spanish word by the spelling rules of the Real Academia (Ortografía, 2010).

    Each group of vowels is one syllable, and one more for each hiatus in it: two strong vowels (te-a-tro), a strong
    one beside a stressed weak one (dí-a), or the same vowel twice (le-er). Everything else is a diphthong, even two
    different weak vowels with an accent (cuí-da-te). An h between vowels is silent, and so is the u of que, qui, gue
    and gui; y is a vowel at the end of a word only.
    """
    return max(sum(map(_syllables_of_group, _VOWELS.findall(_as_heard(word.lower())))), 1)


def _as_heard(word: str) -> str:
    word = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.replace("h", ""))
    return re.sub(r"y$", "i", word)


def _syllables_of_group(vowels: str) -> int:
    return 1 + sum(_is_hiatus(left, right) for left, right in pairwise(vowels))


def _is_hiatus(left: str, right: str) -> bool:
    pair = {left, right}
    if left.translate(_PLAIN) == right.translate(_PLAIN):
        return True
    return pair <= _STRONG or bool(pair & _STRONG and pair & _STRESSED_WEAK)


COUNTERS: dict[str, Callable[[str], int]] = {"en": english, "es": spanish}
"""The counter of each language that has one."""
