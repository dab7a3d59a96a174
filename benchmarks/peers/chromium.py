"""Headless Chromium, started once and kept open; it prints consentkit's HTML with a style of its own beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.content import Paper
from benchmarks.peers.browser import Browser, find_browser
from benchmarks.peers.pages import document_page, packet_page, write_style
from benchmarks.peers.peer import Job, Peer

_STYLE_SHEET = "chromium.css"
_LINE = "_" * 38
_SHORT_LINE = "_" * 12


class ChromiumPeer(Peer):
    """A browser that is kept open and given one HTML file after the other."""

    name = "Chromium, kept open"

    def lacks(self) -> str | None:
        return None if find_browser() else "the program chromium; apt-get install chromium"

    def document(self, folder: Path, paper: Paper) -> Job:
        return _job(folder, paper, paper.name, document_page(paper, _STYLE_SHEET, _margins(paper, "@page")))

    def packet(self, folder: Path, papers: Sequence[Paper], visit: str) -> Job:
        style = "".join(
            f"#{paper.name} {{ page: {paper.name}; }}\n#{paper.name} > div {{ page: auto; }}\n"
            f"{_margins(paper, f'@page {paper.name}')}"
            for paper in papers
        )
        return _job(folder, papers[0], visit, packet_page(papers, _STYLE_SHEET, style))

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

    def begin(self, job: Job) -> None:
        """It has nothing to get ready."""

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


def _margins(paper: Paper, pages: str) -> str:
    """The texts at the head and foot of a paper's pages. The label is blank where there is no visit."""
    mark, *foot = paper.running
    blank = {"patient_name": _LINE, "patient_born": _SHORT_LINE, "patient_record": _SHORT_LINE}
    name, born, record = {**blank, **{key: paper.values[key] for key in blank if key in paper.values}}.values()
    texts = {"top-left": mark, "top-right": f"{name}\n{born}  {record}", "bottom-left": "\n".join(foot)}
    boxes = " ".join(f"@{box} {{ content: {_string(text)}; }}" for box, text in texts.items())
    return f"{pages} {{ margin: 25mm 17mm 22mm; {boxes} }}\n"


def _string(text: str) -> str:
    """A text as a string of CSS (CSS Syntax, 4.3.5)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", "\\a ")
    return f'"{escaped}"'
