"""WeasyPrint used directly, as a script of twenty lines would use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.content import Paper
from benchmarks.measuring import Cpu
from benchmarks.peers.kept_open import KeptOpen
from benchmarks.peers.pages import document_page, packet_page, write_style
from benchmarks.peers.peer import Job, Peer, Printer, run_python

_SCRIPT = Path(__file__).with_name("weasyprint_page.py")
_STYLE_SHEET = "weasyprint.css"
_OF_PACKET = """
.part + .part { break-before: page; }
@page :nth(1 of information) { margin-top: 8mm; @top-left { content: none; } }
@page :nth(1 of form) { margin-top: 8mm; @top-left { content: none; } }
"""
"""Each paper begins as it does alone: its first page has the large label, and no running head."""


class WeasyPrintPeer(Peer):
    """WeasyPrint with consentkit's HTML and style, fonts as files, and nothing of consentkit beside."""

    def __init__(self, *, tagged: bool, one_process: bool) -> None:
        how = "kept open" if one_process else "a process each"
        self.name = f"WeasyPrint{', tagged' if tagged else ''}, {how}"
        self._tagged = tagged
        self._one_process = one_process

    def lacks(self) -> str | None:
        return None if find_spec("weasyprint") else "the Python package weasyprint; pip install weasyprint"

    def document(self, folder: Path, paper: Paper) -> Job:
        return self._job(folder, paper, paper.name, document_page(paper, _STYLE_SHEET))

    def packet(self, folder: Path, papers: Sequence[Paper], visit: str) -> Job:
        return self._job(folder, papers[0], visit, packet_page(papers, _STYLE_SHEET, _OF_PACKET))

    def _job(self, folder: Path, paper: Paper, name: str, html: str) -> Job:
        if not (folder / _STYLE_SHEET).exists():
            write_style(folder, _STYLE_SHEET, paper)
        source = folder / f"{name}.html"
        source.write_text(html, encoding="utf-8")
        return Job(source, folder / f"{name}.pdf")

    @contextmanager
    def opened(self, folder: Path) -> Iterator[Printer]:
        options = ("--tagged",) if self._tagged else ()
        if not self._one_process:
            yield _Processes(options)
            return
        kept_open = KeptOpen(_SCRIPT, *options)
        try:
            yield kept_open
        finally:
            kept_open.close()


class _Processes:
    cpu: Cpu | None = None

    def __init__(self, options: Sequence[str]) -> None:
        self._options = options

    def begin(self, job: Job) -> None:
        """It has nothing to get ready."""

    def print(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            run_python(_SCRIPT, *self._options, job.source, job.target)
