"""Planted faults of structure: what each judge sees of them.

    PYTHONPATH=tests python -m kit.mutants

prints a table of every kind of fault and every judge. The test beside it lets the judges of this folder go through the
same faults, and allows few to pass.
"""

from __future__ import annotations

import atexit
import io
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pikepdf
from pikepdf import Pdf

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.packets.packet import Packet, PacketMaker
from kit.judges import Expectation, document_expectation, judge_file, packet_expectation
from kit.mutants_of_content import CONTENT_FAULTS
from kit.mutants_of_tree import TREE_FAULTS
from kit.packets import plan, visit
from kit.planting_structure import NotThere
from kit.running import SAMPLE_CLINIC
from kit.small import CODE, make_clinic, write_translation
from kit.structure_lint import lint_file
from kit.tagged_file import File
from kit.validation import BOTH_STANDARDS, faults

Plant = Callable[[Pdf], object]

FAULTS: dict[str, Plant] = {**TREE_FAULTS, **CONTENT_FAULTS}
"""Every kind of fault, by its name: the group, a colon, what is wrong."""


@dataclass(frozen=True)
class Specimen:
    """A sound file to plant faults in, and what it must be."""

    name: str
    pdf: bytes
    expected: Expectation
    packet: Packet | None
    workspace: OpenWorkspace

    def mutant(self, kind: str) -> bytes | None:
        """The file with a fault planted; None where it lacks what the fault needs."""
        try:
            return self.changed(FAULTS[kind])
        except NotThere:
            return None

    def changed(self, plant: Plant) -> bytes:
        """The file after a change, written in a way that every judge reads."""
        with pikepdf.open(io.BytesIO(self.pdf)) as pdf, warnings.catch_warnings():
            warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
            plant(pdf)
            out = io.BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()

    def seen_by(self, pdf: bytes) -> Iterator[str]:
        """The judges that see a fault in a file, those of this folder first."""
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            if "/StructTreeRoot" not in opened.Root:
                yield from ("lint", "source")
            else:
                file = File(opened)
                if next(lint_file(file), None):
                    yield "lint"
                if next(judge_file(file, self.expected), None):
                    yield "source"
        if self.packet and not self._is_read_back(pdf):
            yield "read-back"
        if any(faults(pdf, profile) for profile in BOTH_STANDARDS):
            yield "validator"

    def _is_read_back(self, pdf: bytes) -> bool:
        assert self.packet is not None
        try:
            PacketMaker(self.workspace).require_identity(pdf, [self.packet])
        except RenderingFailed:
            return False
        return True


JUDGES = ("lint", "source", "read-back", "validator")


@cache
def specimens() -> tuple[Specimen, ...]:
    """A packet of a form in two languages with fields, one of two informations without, and a document with fields."""
    folder = Path(mkdtemp(prefix="mutants-"))
    atexit.register(shutil.rmtree, folder)
    make_clinic(folder, "name: Alder Clinic\nlogo: logo.png\n")
    (folder / "logo.png").write_bytes((SAMPLE_CLINIC / "logo.png").read_bytes())
    write_translation(folder / "procedures", "es", title="Un procedimiento")
    workspace = open_workspace(folder, open_store())
    return (
        _packet_specimen("packet with fields", workspace, "form", fillable=True),
        _packet_specimen("packet", workspace, "information", fillable=False),
        _document_specimen("document with fields", workspace),
    )


def _packet_specimen(name: str, workspace: OpenWorkspace, document: str, *, fillable: bool) -> Specimen:
    meant = visit(
        also_in=["es"],
        documents=[document],
        interpreter={"name": "Marisol Quintana", "is_a": "professional", "language": "Spanish", "number": "4471"},
    )
    made = PacketMaker(workspace).make(plan(workspace, meant, fillable=fillable))
    return Specimen(name, made.pdf, packet_expectation(made), made, workspace)


def _document_specimen(name: str, workspace: OpenWorkspace) -> Specimen:
    document: Document = workspace.render(CODE, fillable=True)
    html = workspace.compose(workspace.content(CODE)).html
    return Specimen(name, document.pdf, document_expectation(html, document), None, workspace)


def table() -> Iterator[str]:
    """Every kind of fault, and which judge sees it in which file."""
    counts = dict.fromkeys(JUDGES, 0)
    planted = caught = 0
    for specimen in specimens():
        unchanged = specimen.changed(lambda pdf: None)
        yield f"{specimen.name}: {len(specimen.pdf)} bytes, sound: {not list(specimen.seen_by(unchanged))}"
        yield f"  {'':64}{''.join(f'{name:>11}' for name in JUDGES)}"
        for kind in FAULTS:
            pdf = specimen.mutant(kind)
            if pdf is None:
                continue
            seen = set(specimen.seen_by(pdf))
            planted, caught = planted + 1, caught + bool(seen)
            counts = {name: count + (name in seen) for name, count in counts.items()}
            yield f"  {kind:64}{''.join(f'{chr(120) if name in seen else chr(183):>11}' for name in JUDGES)}"
    each = ", ".join(f"{name} {count}" for name, count in counts.items())
    yield f"{caught} of {planted} are seen: {each}"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
