"""WeasyPrint used directly, as a script of twenty lines would use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.content import Paper, Visit
from benchmarks.measuring import Cpu
from benchmarks.peers.pages import document_page, write_style
from benchmarks.peers.peer import Job, Peer, run_python
from benchmarks.peers.weasyprint_packet import weasyprint_packet

_SCRIPT = Path(__file__).with_name("weasyprint_page.py")
_STYLE_SHEET = "weasyprint.css"


class WeasyPrintPeer(Peer):
    """WeasyPrint with consentkit's HTML and style, fonts as files, and nothing of consentkit beside."""

    def __init__(self, *, tagged: bool, one_process: bool) -> None:
        how = "one process" if one_process else "a process each"
        self.name = f"WeasyPrint{', tagged' if tagged else ''}, {how}"
        self._tagged = tagged
        self._one_process = one_process

    def lacks(self) -> str | None:
        return None if find_spec("weasyprint") else "the Python package weasyprint; pip install weasyprint"

    def document(self, folder: Path, paper: Paper) -> Job:
        return self._job(folder, paper, paper.code, document_page(paper, _STYLE_SHEET))

    def packet(self, folder: Path, papers: Sequence[Paper], visit: Visit) -> Job:
        return self._job(folder, papers[0], visit.visit, weasyprint_packet(papers, visit, _STYLE_SHEET))

    def _job(self, folder: Path, paper: Paper, name: str, html: str) -> Job:
        if not (folder / _STYLE_SHEET).exists():
            write_style(folder, _STYLE_SHEET, paper)
        source = folder / f"{name}.html"
        source.write_text(html, encoding="utf-8")
        return Job(source, folder / f"{name}.pdf")

    @contextmanager
    def opened(self, folder: Path) -> Iterator[_Processes]:
        yield _Processes(tagged=self._tagged, one_process=self._one_process)


class _Processes:
    cpu: Cpu | None = None

    def __init__(self, *, tagged: bool, one_process: bool) -> None:
        self._options = ("--tagged",) if tagged else ()
        self._one_process = one_process

    def print(self, jobs: Sequence[Job]) -> None:
        for group in [jobs] if self._one_process else [[job] for job in jobs]:
            run_python(_SCRIPT, *self._options, *(path for job in group for path in (job.source, job.target)))
