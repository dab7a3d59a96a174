"""Typst, by its Python package, with a template of its own for the same content."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.content import Paper, font_files, logo
from benchmarks.measuring import Cpu
from benchmarks.peers.kept_open import KeptOpen
from benchmarks.peers.peer import Job, Peer, Printer, run_python

_HERE = Path(__file__).parent
_TEMPLATE = "template.typ"
_FONTS = "fonts"


class TypstPeer(Peer):
    """Typst, with a compiler for each document or one for all."""

    def __init__(self, *, one_process: bool) -> None:
        self.name = f"Typst, {'kept open' if one_process else 'a process each'}"
        self._one_process = one_process

    def lacks(self) -> str | None:
        return None if find_spec("typst") else "the Python package typst; pip install -r benchmarks/requirements.txt"

    def document(self, folder: Path, paper: Paper) -> Job:
        return _job(folder, paper.name, [paper])

    def packet(self, folder: Path, papers: Sequence[Paper], visit: str) -> Job:
        return _job(folder, visit, papers)

    @contextmanager
    def opened(self, folder: Path) -> Iterator[Printer]:
        (folder / _FONTS).mkdir()
        for number, path in enumerate(font_files().values()):
            shutil.copyfile(path, folder / _FONTS / f"font-{number}.ttf")
        shutil.copyfile(_HERE / _TEMPLATE, folder / _TEMPLATE)
        shutil.copyfile(logo(), folder / "logo.png")
        if not self._one_process:
            yield _Processes(folder)
            return
        kept_open = KeptOpen(_HERE / "compile.py", folder / _TEMPLATE, folder / _FONTS)
        try:
            yield kept_open
        finally:
            kept_open.close()


class _Processes:
    cpu: Cpu | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, job: Job) -> None:
        """It has nothing to get ready."""

    def print(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            run_python(_HERE / "compile.py", self._folder / _TEMPLATE, self._folder / _FONTS, job.source, job.target)


def _job(folder: Path, name: str, papers: Sequence[Paper]) -> Job:
    data = {"title": papers[0].title, "papers": [_as_data(paper) for paper in papers]}
    source = folder / f"{name}.json"
    source.write_text(json.dumps(data), encoding="utf-8")
    return Job(source, folder / f"{name}.pdf")


def _as_data(paper: Paper) -> dict[str, object]:
    mark, first, second = paper.running
    label = [paper.values.get(name) for name in ("patient_name", "patient_born", "patient_record")]
    return {"mark": mark, "foot": [first, second], "label": label, "blocks": paper.blocks()}
