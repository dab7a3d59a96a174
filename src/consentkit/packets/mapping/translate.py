"""Words of other programs, translated by what clinic.yaml states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

Value = TypeVar("Value")


def translated(text: str, translations: Mapping[str, Value]) -> Value | None:
    """What a text means: what is stated for exactly this text, else for the first pattern that it matches."""
    plain = _plain(text)
    for pattern, value in translations.items():
        if _plain(pattern) == plain:
            return value
    return next((value for pattern, value in translations.items() if matches(text, (pattern,))), None)


def matches(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text matches one of several patterns, in which * and ? stand for characters. Capitals don't count."""
    plain = _plain(text)
    return any(_compiled(pattern).fullmatch(plain) for pattern in patterns)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Not fnmatch, in which brackets have a meaning, too: [Cancelled] is what some systems write.
    return re.compile(re.escape(_plain(pattern)).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
