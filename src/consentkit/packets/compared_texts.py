"""What is drawn on a page and read out for it, compared with what a visit has there.

Guarantees: texts are alike only where every letter, digit and mark is that distinguishes two patients, in their order.
On how many lines a text is set, and which of two hyphens a font shows, makes no difference. Little is loaded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from consentkit.packets.line_breaks import ways_to_break
from consentkit.pdf.file.unknown_letter import UNKNOWN


class DrawnText(NamedTuple):
    """A text that was drawn onto a page, and what is read out for it, if anything is."""

    text: str
    spoken: str | None


class OwnTexts(NamedTuple):
    """What a visit has on some of its pages."""

    required: Sequence[str]
    """What must be drawn on each of them."""
    allowed: Collection[str]
    """What else of the visit may be drawn on these."""


class ComparedTexts:
    """Texts as they are compared, each of them worked out once."""

    def __init__(self) -> None:
        self.fold = cache(_folded)
        self._lines = cache(_lines_of)
        self._known: dict[tuple[int, int], frozenset[str]] = {}

    def known(self, own: OwnTexts) -> frozenset[str]:
        """Every line of what may be drawn on some pages."""
        key = id(own.required), id(own.allowed)  # these stay until the file is read
        if key not in self._known:
            self._known[key] = self.lines([*own.required, *own.allowed])
        return self._known[key]

    def lines(self, texts: Iterable[str]) -> frozenset[str]:
        """Every line that these texts may be set on."""
        return frozenset().union(*map(self._lines, texts))


def _lines_of(text: str) -> frozenset[str]:
    """Every line that a text may be set on."""
    return frozenset(line for way in ways_to_break(text) for line in way)


def fault_of_page(
    read: Sequence[DrawnText], values: Sequence[str], own: OwnTexts, numbers: Sequence[str], texts: ComparedTexts
) -> str | None:
    """What is wrong with what was read of a page, as the rest of a sentence; None where it bears what it must, and
    nothing else.

    `values` are what its fields are filled with, and `numbers` what it must bear beside the texts of its paper.
    """
    drawn = {item.text for item in read}
    required = [*own.required, *numbers]
    if not all(text in drawn or _is_borne(text, drawn, texts.fold) for text in required):
        return "does not bear this patient's particulars"
    known = texts.known(own)
    strange = set(map(texts.fold, drawn.difference(known, numbers))) - {_NOTHING}
    is_strange = bool(strange) and not strange.issubset(map(texts.fold, known | texts.lines(numbers)))
    if is_strange or not {*required, *own.allowed}.issuperset(values):
        return "contains something that does not belong to this visit"
    for item in read:
        if item.spoken is not None and not is_read_out(item.text, item.spoken, known, texts.fold):
            return "is read aloud differently than it is drawn"
    return None


def is_read_out(text: str, said: str, known: Collection[str], fold: Callable[[str], Runs]) -> bool:
    """Whether what is said for a text is what it shows, in the order in which it is written."""
    if text in known and said.strip() == text:
        return True
    return fold(said) == fold(text) and _words(said) in set(map(_words, known))


def _is_borne(text: str, drawn: Collection[str], fold: Callable[[str], Runs]) -> bool:
    """Whether a page bears a text, on one line or on several."""
    if text.strip() in drawn:
        return True
    ways = [set(lines) for lines in ways_to_break(text)]
    folded = set(map(fold, drawn))
    return any(set(map(fold, lines)) <= folded for lines in ways)


class Runs(NamedTuple):
    """A text as far as its glyphs show it: without capitals, and without spaces and marks between the words."""

    is_mixed: bool
    """Whether something in it runs from right to left: its runs are drawn in another order then, and sorted here."""
    runs: tuple[str, ...]


_NOTHING = Runs(False, ())
_KEPT = "-./"
"""What distinguishes record numbers: 1-23 is not 12-3."""
_RIGHT_TO_LEFT = {"R", "AL"}
"""The classes of letters that are drawn from right to left (Unicode Standard Annex 9, table 4)."""
_TURNING = {*_RIGHT_TO_LEFT, "AN"}
"""Classes of characters that change the order in which others are drawn: Arabic digits, too."""


def _folded(text: str) -> Runs:
    """A text in whole runs of letters and digits, in their order; sorted where some of it runs from right to left.

    A run of digits or Latin letters is drawn in its own order in any case, and is never taken apart. Marks between runs
    change places with these where the text is mixed, so they are runs of their own there.
    """
    shown = _shown(text)
    if not any(unicodedata.bidirectional(char) in _TURNING for char in shown):
        return Runs(False, tuple(shown.split()))
    words = re.sub(rf"([{re.escape(_KEPT)}])", r" \1 ", shown).split()
    return Runs(True, tuple(sorted(run for word in words for run in _separated(word))))


def _words(text: str) -> tuple[str, ...]:
    """The words of a text in the order in which it is written, whichever way it runs."""
    return tuple(_shown(text).split())


def _shown(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_simplified(char) for char in plain)


def _simplified(char: str) -> str:
    """A character as far as it counts: letters, digits, what distinguishes record numbers; no format characters.

    One glyph serves for several kinds of hyphen, so a font says of it whichever it likes. What can't be known or
    can't be seen counts as a letter that no text of a visit has.
    """
    if char == UNKNOWN:
        return char
    category = unicodedata.category(char)
    if category in {"Pd", "Cf"}:
        return "-" if category == "Pd" else ""
    return char if char.isalnum() or category.startswith("M") or char in _KEPT else " "


def _separated(word: str) -> Iterator[str]:
    """The runs of a word that is mixed, each in one direction. Letters from right to left are read backwards."""
    for is_turned, run in groupby(word, key=_is_turned):
        letters = list(run)
        yield "".join(sorted(letters) if is_turned else letters)


def _is_turned(char: str) -> bool:
    """Whether a character goes with letters from right to left; so do their vowel signs."""
    return unicodedata.bidirectional(char) in {*_RIGHT_TO_LEFT, "NSM"}
