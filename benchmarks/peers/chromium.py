"""Headless Chromium, started once and kept open; it prints consentkit's HTML with a style of its own beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.content import Paper, Visit
from benchmarks.peers.browser import Browser, find_browser
from benchmarks.peers.pages import document_page, packet_page, page_name, write_style
from benchmarks.peers.peer import Job, Peer

_STYLE_SHEET = "chromium.css"
_LINE = "_" * 38
_SHORT_LINE = "_" * 12

# The first page has the large label. This must stand behind the rules for all pages, however specific it is.
_FIRST_PAGE = "@page :first { @top-right { content: none; } }\n"


class ChromiumPeer(Peer):
    """A browser that is kept open and given one HTML file after the other."""

    name = "Chromium, kept open"

    def lacks(self) -> str | None:
        return None if find_browser() else "the program chromium; apt-get install chromium"

    def document(self, folder: Path, paper: Paper) -> Job:
        html = document_page(paper, _STYLE_SHEET, _margins(paper, "@page", None))
        return _job(folder, paper, paper.code, html)

    def packet(self, folder: Path, papers: Sequence[Paper], visit: Visit) -> Job:
        style = "".join(_margins(paper, f"@page {page_name(paper)}", visit) for paper in papers) + _cover_margins(visit)
        return _job(folder, papers[0], visit.visit, packet_page(papers, visit, _STYLE_SHEET, style))

    @contextmanager
    def opened(self, folder: Path) -> Iterator[_OpenBrowser]:
        program = find_browser()
        assert program
        browser = Browser(program, folder)
        try:
            yield _OpenBrowser(browser)
        finally:
            browser.close()


class _OpenBrowser:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.cpu = browser.cpu

    def print(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.target.write_bytes(self._browser.print(job.source))


def _job(folder: Path, paper: Paper, name: str, html: str) -> Job:
    if not (folder / _STYLE_SHEET).exists():
        own = Path(__file__).with_name("chromium.css").read_text(encoding="utf-8")
        write_style(folder, _STYLE_SHEET, paper, own)
    source = folder / f"{name}.html"
    source.write_text(html, encoding="utf-8")
    return Job(source, folder / f"{name}.pdf")


def _margins(paper: Paper, pages: str, visit: Visit | None) -> str:
    """The texts at the head and foot of a document's pages. The label is blank where there is no visit."""
    words = paper.content.pack.label
    name, born, record = (visit.name, visit.born, visit.record) if visit else (_LINE, _SHORT_LINE, _SHORT_LINE)
    texts = {
        "top-left": paper.page.mark,
        "top-right": f"{words.name} {name}\n{words.born} {born}  {words.record} {record}",
        "bottom-left": f"{paper.head}\n{paper.foot}",
    }
    boxes = " ".join(f"@{box} {{ content: {_string(text)}; }}" for box, text in texts.items())
    return f"{pages} {{ {boxes} }}\n{_FIRST_PAGE}"


def _cover_margins(visit: Visit) -> str:
    return f"@page :first {{ @bottom-left {{ content: {_string(f'Visit {visit.visit}')}; }} }}\n"


def _string(text: str) -> str:
    """A text as a string of CSS (CSS Syntax, 4.3.5)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", "\\a ")
    return f'"{escaped}"'
