"""How a value is set in type, whichever template prints it.

Guarantees: the words are printed as they are; what changes is where a line may break, and the order of what is read
from left to right among letters that are not. No template engine is loaded.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from consentkit.model.bidi import keep_numbers_in_order
from consentkit.model.risks import Statement

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=[^\W\d])")
_LAST_WORDS = re.compile(r"(?<=[\w,;:’”)]) (?=[“(¿¡]?[^\W_][^\s\u00a0]{0,9}\Z)(?<![^\s\u00a0]{11} )")
"""The space before the last word of a text, where that word and the one before it are short enough for any column."""
_SHORTEST_TEXT = 28
"""Characters from which a text is looked at for its last word: what is shorter is one line nearly everywhere."""
_NON_BREAKING_SPACE = "\u00a0"


class Printed(str):
    """A text that is printed in another way than it reads to conditions and filters, which see its plain value."""

    __slots__ = ()

    @property
    def printed(self) -> str:
        """What a page has of it, before escaping."""
        raise NotImplementedError


def typeset(value: Any) -> Any:
    """Keep a number and its unit on one line, and telephone numbers in order; no last word is alone on a line.

    Markup of the template is left alone.

    A risk or benefit is printed as its text, for templates that know of no figures.
    """
    if isinstance(value, Statement):
        value = value.text
    if isinstance(value, Printed):
        return value.printed
    if isinstance(value, str) and not isinstance(value, Markup):
        if len(value) >= _SHORTEST_TEXT:
            value = _LAST_WORDS.sub(_NON_BREAKING_SPACE, value)
        return keep_numbers_in_order(_NUMBER_AND_UNIT.sub(_NON_BREAKING_SPACE, value))
    return value
