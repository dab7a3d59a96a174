"""All words that an approval of a text covers: what a finished document says, and what else its hash covers.

Guarantees: whatever a patient may read of a text on any of its papers is in it, a paragraph a line: also what only its
information, its form at a visit, the foot of pages or a screen reader says. Thus where none of these words has changed,
what has changed is how pages look.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from consentkit.approval.changes import HEADING, Change, changes
from consentkit.approval.plain_text import plain_text
from consentkit.documents.document import Document
from consentkit.documents.page import Page

_BESIDE = f"{HEADING}On other papers of this text, at the foot of pages, or for screen readers"
"""Above what the document itself does not say. It is kept with approvals: where it is missing, so are these words."""

_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "em", "i", "img", "small", "span", "strong", "sub", "sup"}
)
_SPOKEN = ("alt", "aria-label", "data-label", "title")
"""The attributes whose words are said, but not printed."""


def whole_text(document: Document, page: Page) -> str:
    """The words of a document, and then those beside it. `page` is what it was printed from."""
    own = plain_text(document)
    known = {line.removeprefix(HEADING) for line in own.splitlines()}
    beside = [line for line in dict.fromkeys(_lines(page)) if line not in known]
    return "\n".join([own.rstrip("\n"), _BESIDE, *beside]) + "\n"


def changes_of(before: str, today: str) -> tuple[Change, ...]:
    """What has changed in a whole text. Of an approval that kept the document alone, the document is compared."""
    if _BESIDE not in before.splitlines():
        today = today.partition(f"{_BESIDE}\n")[0]
    return tuple(changes(before, today))


def _lines(page: Page) -> Iterator[str]:
    for html in page.texts:
        reader = _LinesOfHtml()
        reader.feed(html)
        reader.close()
        yield from reader.lines
    yield from page.further_words


class _LinesOfHtml(HTMLParser):
    """The text of each block of a page, and what is said of it by attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._pieces: list[str] = []
        self._is_in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_of_block(tag)
        self._is_in_body |= tag == "body"
        given = {name: " ".join((value or "").split()) for name, value in attrs}
        spoken = (given.get(name) for name in _SPOKEN)
        self.lines += [line for line in spoken if line and line != given.get("data-field")]

    def handle_endtag(self, tag: str) -> None:
        self._end_of_block(tag)

    def handle_data(self, data: str) -> None:
        if self._is_in_body:
            self._pieces.append(data)

    def close(self) -> None:
        super().close()
        self._end_of_block("")

    def _end_of_block(self, tag: str) -> None:
        if tag in _INLINE:
            return
        line = " ".join("".join(self._pieces).split())
        if line.strip("…"):
            self.lines.append(line)
        self._pieces.clear()
