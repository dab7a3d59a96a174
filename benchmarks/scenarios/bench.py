"""What scenarios are made of, and the list of them.

Guarantees: everybody works in a folder of its own; papers and open programs are shared by all scenarios of a run, so
that getting them ready is paid once and never measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.content import PacketLoader, Paper, Visit, load_paper, shipped_codes
from benchmarks.inspecting import Expected
from benchmarks.measuring import Contender
from benchmarks.peers import Job, Peer, Printer, available
from benchmarks.peers.peer import run_python
from benchmarks.people import visit_to_serve


@dataclass
class Bench:
    """Where contenders work: a folder for each, and what must be closed at the end."""

    folder: Path
    stack: ExitStack
    is_wanted: Callable[[str], bool]
    """Whether a contender of that name is asked for."""
    documents: int = 2000
    """How many documents the long list has."""
    _printers: dict[str, tuple[Path, Printer]] = field(default_factory=dict)
    _papers: dict[tuple[str, str], Paper] = field(default_factory=dict)
    _packets: dict[Visit, list[Paper]] = field(default_factory=dict)
    _loader: PacketLoader | None = None

    @property
    def papers(self) -> list[Paper]:
        """All documents that are shipped, in English."""
        return [self.paper(code) for code in shipped_codes()]

    def paper(self, code: str, language: str = "en") -> Paper:
        """One of them."""
        if (code, language) not in self._papers:
            self._papers[code, language] = load_paper(code, language)
        return self._papers[code, language]

    def papers_of(self, visit: Visit) -> list[Paper]:
        """The papers of a visit."""
        if visit not in self._packets:
            if self._loader is None:
                self._loader = PacketLoader(self.own_folder("pages") / "cache")
            self._packets[visit] = self._loader.load(visit_to_serve(self.own_folder("visits"), visit))
        return self._packets[visit]

    def peers(self) -> list[Peer]:
        """The peers that are installed and asked for."""
        return [peer for peer in available() if self.is_wanted(peer.name)]

    def own_folder(self, name: str) -> Path:
        """A folder for a contender of this name."""
        path = self.folder / re.sub(r"\W+", "-", name)
        path.mkdir(exist_ok=True)
        return path

    def printer(self, peer: Peer) -> tuple[Path, Printer]:
        """A peer that is ready to work, and its folder. It is opened once for all scenarios."""
        if peer.name not in self._printers:
            folder = self.own_folder(peer.name)
            self._printers[peer.name] = folder, self.stack.enter_context(peer.opened(folder))
        return self._printers[peer.name]


OTHER = "90834"
"""A document that everybody who is kept open has printed before the turn."""

Function = Callable[[Bench], list[Contender]]


@dataclass(frozen=True)
class Scenario:
    """Something that is measured."""

    name: str
    """A word for the command line."""
    title: str
    baseline: str
    """The contender whose cost is 1."""
    contenders: Function
    unit: str = ""
    """What costs are divided by, such as `packet`; empty where a contender's whole work is one thing."""
    rounds: int = 3
    """Rounds that count, unless another number is requested."""
    is_optional: bool = False
    """Whether it is left out unless it is named."""
    warms_up: bool = True
    """Whether a round goes ahead that does not count; not where everybody has been got ready, or takes long."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    name: str,
    title: str,
    baseline: str,
    *,
    unit: str = "",
    rounds: int = 3,
    is_optional: bool = False,
    warms_up: bool = True,
) -> Callable[[Function], Function]:
    """Enter a function that makes contenders into SCENARIOS."""

    def enter(function: Function) -> Function:
        SCENARIOS[name] = Scenario(name, title, baseline, function, unit, rounds, is_optional, warms_up)
        return function

    return enter


def expected_document(file: Path, paper: Paper) -> Expected:
    """A document that must be complete."""
    return Expected(file, tuple(paper.must_have()))


def expected_packet(bench: Bench, file: Path, visit: Visit) -> Expected:
    """A packet that must hold complete papers, with the patient's particulars on every page."""
    texts = (text for paper in bench.papers_of(visit) for text in paper.must_have())
    return Expected(file, tuple(texts), visit.label)


def print_with(bench: Bench, peer: Peer, papers: Sequence[Paper]) -> Contender:
    """A peer that prints documents."""
    folder, printer = bench.printer(peer)
    jobs = [peer.document(folder, paper) for paper in (bench.paper(OTHER), *papers)]
    results = (expected_document(job.target, paper) for job, paper in zip(jobs[1:], papers, strict=True))
    return _printing(peer, printer, jobs, tuple(results), len(papers))


def packets_with(bench: Bench, peer: Peer, visits: Sequence[Visit], most: int | None = None) -> Contender:
    """A peer that prints a packet for each visit but the first, which does not count, or for so many of them at most.

    Its cost is that of one.
    """
    folder, printer = bench.printer(peer)
    visits = visits[: most and most + 1]
    jobs = [peer.packet(folder, bench.papers_of(visit), visit.visit) for visit in visits]
    results = (expected_packet(bench, job.target, visit) for job, visit in zip(jobs[1:], visits[1:], strict=True))
    return _printing(peer, printer, jobs, tuple(results), len(visits) - 1)


def _printing(
    peer: Peer, printer: Printer, jobs: Sequence[Job], results: tuple[Expected, ...], units: int
) -> Contender:
    first, *others = jobs
    return Contender(
        peer.name,
        lambda: printer.print(others),
        results,
        printer.cpu,
        prepare=lambda: printer.begin(first),
        units=units,
    )


def run_consentkit(*arguments: str | Path) -> float:
    """Run the command line in a process of its own. Returns the megabytes of its largest process at most.

    Raises RuntimeError where it fails.
    """
    return run_python("-m", "consentkit", *arguments)


def emptied(folder: Path) -> None:
    """Remove all files from a folder of ours."""
    for path in folder.iterdir():
        path.unlink()
