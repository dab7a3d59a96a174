"""Which way a text runs, and how numbers keep their order in one that runs from right to left.

Guarantees: a telephone number is read in the order in which it was typed, whatever is around it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl"]

LEFT_TO_RIGHT_MARK = "\u200e"

_RIGHT_TO_LEFT = {"R", "AL"}
_DIGIT_GROUPS = re.compile(r"(?<![\w\u200e+(-])[+(]*\d[\d()]*(?:[ \u00a0-]+\(?\d[\d()]*)+")


def direction_of(text: str) -> Direction:
    """The direction of the first letter, as HTML has it for `dir="auto"`; a text without letters runs to the right."""
    classes = (unicodedata.bidirectional(character) for character in text)
    return "rtl" if next((kind for kind in classes if kind in {"L", *_RIGHT_TO_LEFT}), "L") in _RIGHT_TO_LEFT else "ltr"


def keep_numbers_in_order(text: str) -> str:
    """Put a mark before each number of several groups in text that runs from right to left.

    After an Arabic letter, the bidirectional algorithm separates the groups of 217-555-0142, and shows the last one
    first (Unicode Standard Annex 9, W2 and W4: the hyphen joins European numbers only).
    """
    if all(unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT for character in text):
        return text
    return _DIGIT_GROUPS.sub(lambda match: LEFT_TO_RIGHT_MARK + match[0], text)
