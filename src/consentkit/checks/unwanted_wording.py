"""Words and signs that a consent document should not have: what such an entry is, and how a text is searched for it.

Guarantees: a finding is at the words that it is about, also where the same words occur before. A pattern is compared
with what a reader sees, so accents that are typed apart from their letters make no difference. It belongs to a
rule only if it is wrong nearly wherever it occurs; what depends on the words around it has an `unless`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from consentkit.checks.as_read import as_read
from consentkit.checks.readability import PlacedText
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, Subject, breach
from consentkit.problems import quoted

_NAME_KEYS = ("title", "also_called")
"""The keys of the names of a procedure."""
_MOST_TEXTS = 2**15
"""Texts whose wordings are remembered: three times what is shipped in two languages. A page that renews itself at each
save, and a desk, check the same texts again and again."""
_SENTENCE_END = re.compile(r"[.!?…][”\"’)]*\s|\n\n")


@dataclass(frozen=True)
class UnwantedWording:
    """A wording that breaks a rule."""

    rule: Rule
    pattern: re.Pattern[str]
    language: str = ""
    """The language, without region, in which it is wrong; empty if it is wrong in any."""
    unless: re.Pattern[str] | None = None
    """What makes it right, if it comes before it in the same sentence."""
    names_only: bool = False
    """Whether it is wrong in a title or other name only."""
    for_patients_only: bool = False
    """Whether it is allowed in notes for the clinic."""
    message: str = "contains {match}"

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Each place of a text, as a reader sees it, where the wording occurs and is not excused."""
        for match in self.pattern.finditer(text):
            if not self._is_excused(text, match.start()):
                yield match

    def applies_to(self, placed: PlacedText, *, for_patients: bool) -> bool:
        """Whether the wording is wrong in a text at this place."""
        return (for_patients or not self.for_patients_only) and (not self.names_only or placed.section in _NAME_KEYS)

    def _is_excused(self, text: str, start: int) -> bool:
        """Whether the sentence takes the words back before it comes to them, as in "we cannot guarantee"."""
        before = _SENTENCE_END.split(text[:start])[-1]
        return self.unless is not None and self.unless.search(before) is not None


@dataclass(frozen=True, eq=False)
class UnwantedWordings:
    """Wordings that texts are searched for together: a text that stays the same is searched once."""

    entries: tuple[UnwantedWording, ...]

    def search(self, subject: Subject, placed: PlacedText, *, for_patients: bool) -> Iterator[RuleFinding]:
        """Report each place of a text where one of them occurs and is not excused."""
        for entry, match in _occurrences(self, placed.text):
            if entry.applies_to(placed, for_patients=for_patients):
                message = entry.message.format(match=quoted(match[0]))
                yield breach(entry.rule, subject, spot_of(placed, match), message)

    def matched(self, text: str) -> list[str]:
        """What one of them matches in a text as it is written, excused or not."""
        return [match[0] for entry in self.entries for match in entry.pattern.finditer(text)]


@lru_cache(maxsize=_MOST_TEXTS)
def _occurrences(wordings: UnwantedWordings, text: str) -> tuple[tuple[UnwantedWording, re.Match[str]], ...]:
    seen = as_read(text).text
    return tuple((entry, match) for entry in wordings.entries for match in entry.matches(seen))


def spot_of(placed: PlacedText, match: re.Match[str]) -> Spot:
    """The spot of a match in the text as a reader sees it."""
    seen = as_read(placed.text)
    return spot_in(placed, seen.written_at(*match.span()), seen.start(match.start()))


def spot_in(placed: PlacedText, fragment: str, start: int) -> Spot:
    """The spot of a fragment that begins at an offset of a text."""
    return Spot(placed.path, fragment, placed.text.count(fragment, 0, start))
