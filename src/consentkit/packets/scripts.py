"""The language of a name, where its letters show it.

Guarantees: a language is known only by letters that hardly any other language of names has; a text in letters of many
languages (Latin, Cyrillic) has none. Chinese characters alone count as Chinese.
"""

from __future__ import annotations

import re
import unicodedata

_BY_LETTERS = {
    "ja": "[\u3041-\u30ff]",
    "ko": "[\u1100-\u11ff]",
    "zh": "[\u3400-\u4dbf\u4e00-\u9fff]",
    "ur": "[\u0679\u0688\u0691\u06ba\u06d2]",
    "fa": "[\u067e\u0686\u0698\u06a9\u06af\u06cc]",
    "ar": "[\u0620-\u064a]",
    "he": "[\u05d0-\u05ea]",
    "th": "[\u0e01-\u0e4e]",
    "el": "[\u0370-\u03ff]",
    "vi": "\u031b|\u0309|[\u0302\u0306][\u0300\u0301\u0303]|\u0323[\u0302\u0306]",
}
"""For each language, what shows it in a text with marks separated from letters; the first that matches counts.

Vietnamese alone has horns, hooks and two marks on one letter; a dot below is Yoruba and Igbo, too.
"""

_LAST_OF_MANY = "\xff"
"""The last of the letters of Western Europe, which many languages have, so that they show none."""

LANGUAGES = frozenset(_BY_LETTERS)


def language_of(text: str) -> str | None:
    """The language (BCP 47) in which a screen reader should say a text, or None where its letters don't show it."""
    if max(text, default="") <= _LAST_OF_MANY:
        return None
    separated = unicodedata.normalize("NFD", text)
    return next((tag for tag, letters in _BY_LETTERS.items() if re.search(letters, separated)), None)
