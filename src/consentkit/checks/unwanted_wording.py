"""Words and signs that a consent document should not have: what such an entry is, and how a text is searched for it.

Guarantees: a finding is at the words that it is about, also where the same words occur before. A pattern is compared
with what a reader sees, so accents that are typed apart from their letters make no difference. It belongs to a
rule only if it is wrong nearly wherever it occurs; what depends on the words around it has an `unless`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consentkit.checks.as_read import as_read
from consentkit.checks.readability import PlacedText
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, Subject, breach
from consentkit.problems import quoted

_NAME_KEYS = ("title", "also_called")
"""The keys of the names of a procedure."""
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

    def search(self, subject: Subject, placed: PlacedText, *, for_patients: bool) -> Iterator[RuleFinding]:
        """Report each place of a text where the wording occurs and is not excused."""
        if self.for_patients_only and not for_patients:
            return
        if self.names_only and placed.section not in _NAME_KEYS:
            return
        seen = as_read(placed.text)
        for match in self.pattern.finditer(seen.text):
            if not self._is_excused(seen.text, match.start()):
                message = self.message.format(match=quoted(match[0]))
                yield breach(self.rule, subject, spot_of(placed, match), message)

    def _is_excused(self, text: str, start: int) -> bool:
        """Whether the sentence takes the words back before it comes to them, as in "we cannot guarantee"."""
        before = _SENTENCE_END.split(text[:start])[-1]
        return self.unless is not None and self.unless.search(before) is not None


def spot_of(placed: PlacedText, match: re.Match[str]) -> Spot:
    """The spot of a match in the text as a reader sees it."""
    seen = as_read(placed.text)
    return spot_in(placed, seen.written_at(*match.span()), seen.start(match.start()))


def spot_in(placed: PlacedText, fragment: str, start: int) -> Spot:
    """The spot of a fragment that begins at an offset of a text."""
    return Spot(placed.path, fragment, placed.text.count(fragment, 0, start))
