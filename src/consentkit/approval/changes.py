"""What has changed between two texts of a document, in words that a clinician reads.

Guarantees: each changed paragraph is shown under its heading, as it was and as it is; what stays the same is left out,
also where its heading has other words now; nothing but the texts decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from consentkit.problems import printable

HEADING = "# "


@dataclass(frozen=True)
class Change:
    """One change: `before` is None for what is new, `after` for what is gone."""

    heading: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        return "\n".join(printable(line) for line in self._lines())

    @property
    def words_before(self) -> tuple[tuple[str, bool], ...]:
        """The text before in pieces, each with whether it is gone or has changed."""
        return _pieces(self.before, self.after)

    @property
    def words_after(self) -> tuple[tuple[str, bool], ...]:
        """The text after in pieces, each with whether it is new or has changed."""
        return _pieces(self.after, self.before)

    def _lines(self) -> Iterator[str]:
        if self.before is None:
            yield f"{self.heading}: new: {self.after}"
        elif self.after is None:
            yield f"{self.heading}: gone: {self.before}"
        else:
            yield f"{self.heading}:"
            yield f"    was: {_marked(self.before, self.after)}"
            yield f"    is:  {_marked(self.after, self.before)}"


def changes(before: str, after: str) -> list[Change]:
    """Compare two texts in which each line is a paragraph and headings begin with `# `."""
    return list(_changes(_lines(before), _lines(after)))


def _lines(text: str) -> list[tuple[str, str]]:
    """Each paragraph with the heading above it."""
    heading, lines = "", []
    for line in text.splitlines():
        if line.startswith(HEADING):
            heading = line.removeprefix(HEADING)
        lines.append((heading, line.removeprefix(HEADING)))
    return lines


def _changes(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, old_start, old_end, new_start, new_end in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        yield from _changes_of_part(before[old_start:old_end], after[new_start:new_end])


def _changes_of_part(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Change]:
    """The changes where no paragraph is what it was under the same heading: one under a new heading may be."""
    matcher = SequenceMatcher(None, [text for _, text in before], [text for _, text in after], autojunk=False)
    for _, old_start, old_end, new_start, new_end in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        for was, now in zip_longest(before[old_start:old_end], after[new_start:new_end]):
            heading = (now or was)[0] or "Before the title"
            yield Change(heading, was and was[1], now and now[1])


def _marked(text: str, other: str) -> str:
    """Put the words that differ in square brackets."""
    return " ".join(f"[{piece}]" if differs else piece for piece, differs in _pieces(text, other))


def _pieces(text: str | None, other: str | None) -> tuple[tuple[str, bool], ...]:
    """A text in pieces of whole words, each with whether the other text lacks it there."""
    words, others = (text or "").split(), (other or "").split()
    codes = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    return tuple((" ".join(words[start:end]), kind != "equal") for kind, start, end, _, _ in codes if end > start)
