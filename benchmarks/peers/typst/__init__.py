"""Typst, by its Python package, with a template of its own for the same content."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.content import Paper, Visit, font_files, logo, visit_data
from benchmarks.measuring import Cpu
from benchmarks.peers.peer import Job, Peer, run_python

_HERE = Path(__file__).parent
_TEMPLATE = "template.typ"
_FONTS = "fonts"


class TypstPeer(Peer):
    """Typst, with a compiler for each document or one for all."""

    def __init__(self, *, one_process: bool) -> None:
        self.name = f"Typst, {'one process' if one_process else 'a process each'}"
        self._one_process = one_process

    def lacks(self) -> str | None:
        return None if find_spec("typst") else "the Python package typst; pip install -r benchmarks/requirements.txt"

    def document(self, folder: Path, paper: Paper) -> Job:
        return _job(folder, paper.code, [paper], None)

    def packet(self, folder: Path, papers: Sequence[Paper], visit: Visit) -> Job:
        return _job(folder, visit.visit, papers, visit)

    @contextmanager
    def opened(self, folder: Path) -> Iterator[_Processes]:
        (folder / _FONTS).mkdir()
        for number, path in enumerate(font_files().values()):
            shutil.copyfile(path, folder / _FONTS / f"font-{number}.ttf")
        shutil.copyfile(_HERE / _TEMPLATE, folder / _TEMPLATE)
        shutil.copyfile(logo(), folder / "logo.png")
        yield _Processes(folder, one_process=self._one_process)


class _Processes:
    cpu: Cpu | None = None

    def __init__(self, folder: Path, *, one_process: bool) -> None:
        self._folder = folder
        self._one_process = one_process

    def print(self, jobs: Sequence[Job]) -> None:
        for group in [jobs] if self._one_process else [[job] for job in jobs]:
            files = (path for job in group for path in (job.source, job.target))
            run_python(_HERE / "compile.py", self._folder / _TEMPLATE, self._folder / _FONTS, *files)


def _job(folder: Path, name: str, papers: Sequence[Paper], visit: Visit | None) -> Job:
    title = papers[0].content.procedure.title if visit is None else "Papers for a visit"
    data = {
        "title": title,
        "visit": visit_data(visit) if visit else None,
        "papers": [paper.data() for paper in papers],
    }
    source = folder / f"{name}.json"
    source.write_text(json.dumps(data), encoding="utf-8")
    return Job(source, folder / f"{name}.pdf")
