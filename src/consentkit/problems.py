"""A finding about a file that somebody wrote: data first, text last.

Guarantees: the text form is `file:line:column: field: message [rule]`, and nothing in it can steer a terminal or a log,
however hostile the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning", "notice"]
"""How much a problem matters: an error stops the document, a warning wants an answer, a notice informs."""

_LONGEST_QUOTE = 60
LONGEST_MESSAGE = 2000
"""Characters of one message; what is longer quotes more of a file than anybody reads."""
_LONGEST_WORD = 200
_MOST_WORDS = 40
MOST_PROBLEMS = 50
"""Problems of a file that a text report names; JSON names MOST_PROBLEMS_IN_DATA."""
MOST_PROBLEMS_IN_DATA = 1000


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
    """The rule of `consentkit.checks` that found it; empty for mistakes in the form of a file."""
    remedy: str = ""
    """What to do, where the message does not say it."""

    def place(self) -> tuple[str, int, int]:
        """The order in which problems are told: file by file, from the top."""
        return self.file, self.line or 0, self.column or 0

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (printable(self.file), self.line, self.column) if part is not None)
        field = f"{printable(self.field)}: " if self.field else ""
        mark = "" if self.severity == "error" else f"{self.severity}: "
        remedy = f"; {self.remedy}" if self.remedy else ""
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{place}: {mark}{field}{cut(self.message, LONGEST_MESSAGE)}{remedy}{rule}"


def printable(text: str) -> str:
    """Make a foreign text harmless on a terminal: control, format and unassigned characters become escapes."""
    return "".join(char if _is_harmless(char) else f"\\u{{{ord(char):x}}}" for char in text)


def quoted(text: str) -> str:
    """Quote a foreign text in a message: harmless and not too long."""
    return f"`{printable(shortened(' '.join(text.split())))}`"


def shortened(text: str) -> str:
    """Cut a text that is too long to be quoted."""
    return cut(text, _LONGEST_QUOTE)


def cut(text: str, most: int) -> str:
    """A text of so many characters at most; one that was cut ends with an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _is_harmless(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """End a message with the nearest known word, or with nothing where none is near."""
    if len(word) > _LONGEST_WORD:  # which is no misspelling, and takes long to compare
        return ""
    spellings = {name.casefold(): name for name in sorted(known)}
    nearest = get_close_matches(word.casefold(), spellings, n=1, cutoff=0.6)
    return f"; did you mean `{spellings[nearest[0]]}`?" if nearest else ""


def listed(words: Sequence[str]) -> str:
    """Write words as a list in a sentence: `a`, `b` and `c`."""
    marked = [f"`{cut(word, _LONGEST_WORD)}`" for word in words[:_MOST_WORDS]]
    if len(words) > _MOST_WORDS:
        marked.append(f"{len(words) - _MOST_WORDS} more")
    return " and ".join([", ".join(marked[:-1]), marked[-1]] if len(marked) > 1 else marked)


def shown(problems: Sequence[Problem], most: int = MOST_PROBLEMS) -> list[str]:
    """Problems as lines of a report: of each file so many at most, and then how many more there are."""
    lines: list[str] = []
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.file] = counts.get(problem.file, 0) + 1
        if counts[problem.file] <= most:
            lines.append(str(problem))
    return lines + [
        f"{printable(name)}: and {count - most} more; correct these first, and run it again"
        for name, count in counts.items()
        if count > most
    ]
