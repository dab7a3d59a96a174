"""A page of HTML as plain data: its headings, paragraphs, items, rows and places to fill in, in their order.

Guarantees: no text is lost but what is for large print, which the pages in regular print hide; what a visit writes
stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any

Block = dict[str, Any]
"""A piece of a page: what it is, with its text as pieces of text, or with its rows."""

_BLOCKS = {
    **{f"h{level}": f"h{level}" for level in range(1, 7)},
    **dict.fromkeys(("p", "dd", "div", "section", "header", "main", "figcaption", "ul", "ol", "dl"), "p"),
    **dict.fromkeys(("dt", "caption"), "strong"),
    "li": "li",
}
"""The elements that are pieces of a page, and what each becomes."""
_VOID = {"img", "br", "meta", "link", "input", "hr", "col", "wbr"}
_BLANK = ""
"""What stands for a place to fill in: a piece without a text."""


class _Reader(HTMLParser):
    """Reads the body of a page. What is on each page is left out."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._values = values
        self._stack: list[tuple[str, bool]] = []
        """Each open element, and whether it is left out."""
        self._kind = "p"
        self._runs: list[str] = []
        self._table: list[list[list[str]]] | None = None

    @property
    def _is_left_out(self) -> bool:
        return any(left_out for _, left_out in self._stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img" and not self._is_left_out:
            self._flush()
            self.blocks.append({"kind": "image", "runs": [given.get("alt", "")]})
        if tag == "br" and not self._is_left_out:
            self._runs.append(" ")
        if tag in _VOID:
            return
        left_out = tag == "head" or "large-print" in given.get("class", "") or "data-running" in given
        self._stack.append((tag, left_out))
        if self._is_left_out:
            return
        if tag == "table":
            self._flush()
            self._table = []
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in {"td", "th"} and self._table:
            self._runs = []
            self._table[-1].append(self._runs)
        elif tag in _BLOCKS and self._table is None:
            self._flush()
            self._kind = _BLOCKS[tag]
        elif tag in _BLOCKS and self._runs:
            self._runs.append("\n")
        if "data-field" in given:
            value = self._values.get(given["data-field"])
            self._runs.append(f" {value} " if value else _BLANK)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self._stack and self._stack[-1][0] != tag:
            self._stack.pop()
        was_left_out = self._is_left_out
        if self._stack:
            self._stack.pop()
        if was_left_out:
            return
        if tag == "table" and self._table is not None:
            rows = [[_joined(cell) for cell in row] for row in self._table if row]
            self.blocks.append({"kind": "table", "rows": rows})
            self._table, self._runs = None, []
        elif tag in _BLOCKS and self._table is None:
            self._flush()
            self._kind = "p"

    def handle_data(self, data: str) -> None:
        if not self._is_left_out and (data.strip() or self._runs):
            self._runs.append(re.sub(r"\s+", " ", data))

    def close(self) -> None:
        super().close()
        self._flush()

    def _flush(self) -> None:
        runs = _joined(self._runs)
        if runs:
            self.blocks.append({"kind": self._kind, "runs": runs})
        self._runs = []


def _joined(runs: Sequence[str]) -> list[str]:
    """Texts that follow each other as one, places to fill in by themselves."""
    joined: list[str] = []
    for run in runs:
        if run == _BLANK or not joined or joined[-1] == _BLANK:
            joined.append(run)
        else:
            joined[-1] += run
    texts = [run if run == _BLANK else re.sub(r" {2,}", " ", run).strip(" ") for run in joined]
    return [text for text, run in zip(texts, joined, strict=True) if text or run == _BLANK]


def blocks_of(html: str, values: Mapping[str, str]) -> list[Block]:
    """What a page says, in its order. `values` are written into its places, by their names."""
    reader = _Reader(values)
    reader.feed(html)
    reader.close()
    return reader.blocks


def texts_of(blocks: Sequence[Block]) -> Iterator[str]:
    """Every text, each by itself; those of a letter or two say nothing."""
    for block in blocks:
        if block["kind"] != "image":
            cells = [cell for row in block["rows"] for cell in row] if "rows" in block else [block["runs"]]
            lines = (line.strip() for runs in cells for run in runs for line in run.split("\n"))
            yield from (line for line in lines if len(line) > _SAYS_NOTHING)


_SAYS_NOTHING = 2


_NO_TEXT_OF_FOOT = (
    re.compile(r'<span class="number-\w+"></span>'),
    re.compile(r'<(\w+) class="[^"]*(?:own-number|large-print)[^"]*"[^>]*>[^<]*</\1>'),
    re.compile(r"<[^>]*>"),
)


def running_texts(html: str) -> tuple[str, str, str]:
    """The mark at the head of each page, and the two lines of the foot, without their numbers."""
    mark, first, second = (
        _text_of(html, name, end)
        for name, end in (
            ('id="running-head"', '<div class="small-label"'),
            ('class="foot-line"', "</p>"),
            ('class="foot-note"', "</p>"),
        )
    )
    return mark, first, second


def _text_of(html: str, name: str, end: str) -> str:
    """The text of an element, up to a given end."""
    text = html[html.index(name) :].partition(">")[2].partition(end)[0]
    for pattern in _NO_TEXT_OF_FOOT:
        text = pattern.sub("", text)
    return re.sub(r"\s+", " ", unescape(text)).strip(" ·")
