"""A text for people who review it and write no YAML: numbered lines, with the sources beside the claims.

Guarantees: the lines are those of the finished document, in the order in which a patient reads them, so a remark about
line 12 is about what is printed; the same text gives the same file.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile

from consentkit.approval.changes import HEADING
from consentkit.approval.plain_text import plain_text
from consentkit.documents.document import Document
from consentkit.model.identity import printed_fingerprint
from consentkit.model.procedure import Procedure
from consentkit.model.risks import DatedSource
from consentkit.model.translation import Definition


@dataclass(frozen=True)
class ReviewLine:
    """A paragraph of the text."""

    number: int
    text: str
    is_heading: bool
    sources: tuple[str, ...]
    """Where the figures in it come from."""


@dataclass(frozen=True)
class ReviewCopy:
    """A text to be reviewed."""

    title: str
    about: str
    """Which document it is, and by which fingerprint an approval knows it."""
    language: str
    lines: tuple[ReviewLine, ...]
    sources: tuple[str, ...]
    """The sources of the text as a whole."""


_LABEL = re.compile(r"•|[0-9]{1,2}\.")
"""What precedes an entry of a list, as a paragraph of its own."""

COLUMNS = ("Line", "Text", "Source", "Remark")
"""What each row has: the last column is for whoever reviews the text."""


def review_copy(document: Document, definition: Definition) -> ReviewCopy:
    """The lines of a finished document, each with the sources of the claims in it."""
    claims = _claims(definition) if isinstance(definition, Procedure) else {}
    sources = (
        f"{one.title} – {one.publisher}" + (f", {one.year}" if one.year else "") for one in definition.every_source
    )
    fingerprint = printed_fingerprint(document.content_hash)
    return ReviewCopy(
        title=document.title,
        about=f"{document.code} ({document.language}, {document.variant}), fingerprint {fingerprint}",
        language=document.language,
        lines=tuple(_lines(plain_text(document), claims)),
        sources=tuple(sources),
    )


def _claims(procedure: Procedure) -> dict[str, str]:
    """What the procedure says with a source of its own, each with that source."""
    return {_folded(item.text): _written(item.source) for item in procedure.statements if item.source}


def _lines(text: str, claims: dict[str, str]) -> Iterator[ReviewLine]:
    for number, line in enumerate(_paragraphs(text), 1):
        folded = _folded(line)
        sources = dict.fromkeys(source for claim, source in claims.items() if claim in folded)
        yield ReviewLine(number, line.removeprefix(HEADING), line.startswith(HEADING), tuple(sources))


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs from the title on; above it are only places for particulars. Each has its bullet or number."""
    label = ""
    for line in dropwhile(lambda line: not line.startswith(HEADING), filter(None, text.splitlines())):
        if _LABEL.fullmatch(line):
            label = f"{line} "
        else:
            yield label + line
            label = ""


def _folded(text: str) -> str:
    """A text without what typesetting changes: kinds of spaces, and the capital letter at its beginning."""
    return " ".join(text.split()).rstrip(".").casefold()


def _written(source: DatedSource) -> str:
    return f"{source.title} – {source.publisher}, {source.year}"


_STYLE = """\
body { font: 12pt/1.5 serif; margin: 2em auto; max-width: 60em; padding: 0 1em; color: #000; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #777; padding: .3em .5em; text-align: start; vertical-align: top }
td:first-child { text-align: end } td:nth-child(2) { width: 55% } td:last-child { width: 20% }
.heading { font-weight: bold }
@media print { thead { display: table-header-group } tr { break-inside: avoid } }
"""


def as_html(copy: ReviewCopy) -> bytes:
    """The copy as a page that is complete by itself, to be printed or marked in an editor."""
    escaped = html.escape
    rows = "\n".join(_row(line, copy.language) for line in copy.lines)
    columns = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    sources = "\n".join(f"<li>{escaped(source)}</li>" for source in copy.sources)
    page = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escaped(copy.title)}</title>\n'
        f"<style>\n{_STYLE}</style></head>\n<body>\n<h1>{escaped(copy.title)}</h1>\n<p>{escaped(copy.about)}</p>\n"
        f"<table>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        f"<h2>Sources of the text</h2>\n<ol>\n{sources}\n</ol>\n</body>\n</html>\n"
    )
    return page.encode()


def _row(line: ReviewLine, language: str) -> str:
    look = ' class="heading"' if line.is_heading else ""
    text = f'<td lang="{html.escape(language)}" dir="auto"{look}>{html.escape(line.text)}</td>'
    source = html.escape("; ".join(line.sources))
    return f'<tr id="line-{line.number}"><td>{line.number}</td>{text}<td>{source}</td><td></td></tr>'
