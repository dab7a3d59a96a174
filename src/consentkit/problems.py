"""A finding about a file that somebody wrote: data first, text last.

Guarantees: the text form is `file:line:column: field: message [rule]`, and nothing in it can steer a terminal or a log,
however hostile the file. No report is endless: a quoted text, a field, a message and the list of a file's problems each
have a greatest length.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Severity = Literal["error", "warning", "notice"]
"""How much a problem matters: an error stops the document, a warning needs an answer, a notice informs."""

_LONGEST_QUOTE = 60
LONGEST_FIELD = 200
"""The most characters of a field in a problem: enough for any key of ours, and for the start of one of 100 KB."""
LONGEST_MESSAGE = 1_000
"""The most characters of a message. What is longer quotes something, a template's expression for example."""
MOST_WORDS = 40
"""The most words of a list in a sentence."""
MOST_PROBLEMS_IN_DATA = 1_000
"""The most problems that JSON lists; the number of those left out is given beside them."""
MOST_SHOWN = 50
"""The most problems of one file that a report shows. A file with more has one cause for most of them."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what to do about it."""

    file: str
    """The file as the user named it."""
    line: int | None
    """The line, counted from 1; None where the whole file is meant."""
    column: int | None
    """The column, counted from 1 in characters."""
    field: str
    """The place in the data, such as `risks.common[2]`; empty for the whole file."""
    message: str
    """What is wrong, and what to do."""
    severity: Severity = "error"
    """Whether it stops the document."""
    rule: str = ""
    """The rule of `consentkit.checks` that was broken; empty for mistakes in the form of a file."""
    remedy: str = ""
    """What to do, where the message does not state it."""

    def __post_init__(self) -> None:
        """Bound what came from the file, whoever made the problem and however it is shown."""
        object.__setattr__(self, "field", shortened(self.field, LONGEST_FIELD))
        object.__setattr__(self, "message", shortened(self.message, LONGEST_MESSAGE))

    def place(self) -> tuple[str, int, int]:
        """The order in which problems are reported: file by file, from the top."""
        return self.file, self.line or 0, self.column or 0

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (printable(self.file), self.line, self.column) if part is not None)
        field = f"{printable(self.field)}: " if self.field else ""
        mark = "" if self.severity == "error" else f"{self.severity}: "
        remedy = f"; {self.remedy}" if self.remedy else ""
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{place}: {mark}{field}{self.message}{remedy}{rule}"


def printable(text: str) -> str:
    """Make a foreign text harmless on a terminal: control, format and unassigned characters become escapes."""
    return "".join(char if _is_harmless(char) else f"\\u{{{ord(char):x}}}" for char in text)


def quoted(text: str) -> str:
    """Quote a foreign text in a message: harmless and not too long."""
    return f"`{printable(shortened(' '.join(text.split())))}`"


def shortened(text: str, most: int = _LONGEST_QUOTE) -> str:
    """Cut a text that has more characters than a message should quote."""
    return text if len(text) <= most else text[: most - 1] + "…"


def report_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """A line for each problem, in their order; for one file at most `MOST_SHOWN`, then how many more there are."""
    for file, group in groupby(problems, key=lambda problem: problem.file):
        of_file = list(group)
        yield from map(str, of_file[:MOST_SHOWN])
        more = len(of_file) - MOST_SHOWN
        if more > 0:
            noun = "problem" if more == 1 else "problems"
            yield f"{printable(file)}: and {more:,} more {noun}; correct these first, then check again"


def _is_harmless(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """End a message with the nearest known word, or with nothing where none is near."""
    if len(word) > LONGEST_FIELD:  # no name of ours is that long, and comparing would take minutes
        return ""
    spellings = {name.casefold(): name for name in sorted(known)}
    from difflib import get_close_matches  # most runs suggest nothing

    nearest = get_close_matches(word.casefold(), spellings, n=1, cutoff=0.6)
    return f"; did you mean `{spellings[nearest[0]]}`?" if nearest else ""


def listed(words: Sequence[str]) -> str:
    """Write words as a list in a sentence: `a`, `b` and `c`. Of very many, the first ones and a count."""
    marked = [f"`{word}`" for word in words[:MOST_WORDS]]
    if len(words) > MOST_WORDS:
        return f"{', '.join(marked)} and {len(words) - MOST_WORDS:,} more"
    return " and ".join([", ".join(marked[:-1]), marked[-1]] if len(marked) > 1 else marked)
