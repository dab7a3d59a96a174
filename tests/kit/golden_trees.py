"""The structure trees of documents and packets as committed text files, to be read by people.

    PYTHONPATH=tests python -m kit.golden_trees --write    writes them anew, as `make trees` does

A line holds a structure element with its role, its language where that changes, what is said of it, and the start of
its text; an only child stands behind its parent. So a heading that is lost is a line in a diff. Which page something
is on does not count.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf

from consentkit.cache.store import Store, no_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import Content
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.identity import Variant
from consentkit.packets.packet import Packet
from kit.packets import CHILD, MOTHER, packet, visit
from kit.running import SAMPLE_CLINIC
from kit.small import make_clinic, write_translation
from kit.structure_tree import CUT, lines, tree_of
from kit.tagged_file import File

TREES = Path(__file__).parents[1] / "trees"


@dataclass(frozen=True)
class Case:
    """A document of which the tree is kept."""

    code: str
    language: str = "en"
    variant: Variant = "consent"
    large_print: bool = False
    fillable: bool = False
    clinic: Path | None = None

    @property
    def name(self) -> str:
        """What its file is named after."""
        extras = [name for name in ("large", "fillable", "clinic") if getattr(self, _FLAGS.get(name, name))]
        kind = [] if self.variant == "consent" else [self.variant]
        return "-".join([self.code, self.language, *kind, *extras])

    def workspace(self, store: Store) -> OpenWorkspace:
        """Where the document is made."""
        return open_workspace(self.clinic, store)

    def content(self, workspace: OpenWorkspace) -> Content:
        """What it says."""
        return workspace.content(self.code, language=self.language, variant=self.variant)

    def document(self, workspace: OpenWorkspace) -> Document:
        """Find or make it."""
        return workspace.render(
            self.code,
            language=self.language,
            variant=self.variant,
            paper="letter",
            large_print=self.large_print,
            fillable=self.fillable,
        )


_FLAGS = {"large": "large_print"}


@dataclass(frozen=True)
class PacketCase:
    """A packet of which the tree is kept; its papers are about the small procedure."""

    name: str
    visit: dict[str, Any] = field(hash=False)
    options: dict[str, Any] = field(hash=False)

    def make(self, folder: Path, store: Store) -> Packet:
        """Make it, in a clinic of its own."""
        clinic = make_clinic(folder, "name: Alder Clinic\nlogo: logo.png\n")
        (clinic / "logo.png").write_bytes((SAMPLE_CLINIC / "logo.png").read_bytes())
        write_translation(clinic / "procedures", "es", title="Un procedimiento")
        return packet(open_workspace(clinic, store), visit(**self.visit), **self.options)


SPECIMEN = "90837"
DOCUMENTS = (
    *(Case(code, language) for code in open_workspace().library.codes() for language in ("en", "es")),
    Case(SPECIMEN, "en", "information"),
    Case(SPECIMEN, "es", "refusal"),
    Case("90839", "en", "plan", fillable=True),
    Case("90839", "es", "plan"),
    Case(SPECIMEN, "es", large_print=True),
    Case(SPECIMEN, "en", fillable=True, clinic=SAMPLE_CLINIC),
)
PACKETS = (
    PacketCase("packet", {"also_in": ["es"], "witness": "Wilma Witness"}, {}),
    PacketCase(
        "packet-of-a-child-fillable-duplex",
        {
            "patient": CHILD,
            "representative": MOTHER,
            "place": "telehealth",
            "language": "es",
            "documents": ["consent", "information"],
            "trainee": {"name": "Tess Trainee"},
            "supervisor": {"name": "Dr. Sam Supervisor"},
            "interpreter": {"name": "Ines Interpreter", "is_a": "professional", "language": "Spanish"},
        },
        {"fillable": True, "duplex": True},
    ),
)


def tree_text(file: File) -> str:
    """The tree of a file as its text file holds it."""
    return "\n".join([*lines(tree_of(file), cut=CUT), ""])


def path_of(name: str) -> Path:
    """The text file of a case."""
    return TREES / f"{name}.txt"


@cache
def committed(name: str) -> list[str]:
    """The lines of a committed tree; none where there is no such file."""
    path = path_of(name)
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def write() -> Iterator[Path]:
    """Write all trees anew, on every processor."""
    TREES.mkdir(exist_ok=True)
    for old in TREES.glob("*.txt"):
        old.unlink()
    cases = (*DOCUMENTS, *PACKETS)
    with ProcessPoolExecutor() as pool:
        for case, text in zip(cases, pool.map(_fresh_tree, cases), strict=True):
            path_of(case.name).write_text(text, encoding="utf-8")
            yield path_of(case.name)


def _fresh_tree(case: Case | PacketCase) -> str:
    """The tree of a file that is made anew, whatever is kept."""
    with TemporaryDirectory() as folder:
        made = (
            case.document(case.workspace(no_store())) if isinstance(case, Case) else case.make(Path(folder), no_store())
        )
    with pikepdf.open(io.BytesIO(made.pdf)) as opened:
        return tree_text(File(opened))


def main() -> None:
    """Write the trees."""
    parser = argparse.ArgumentParser(description="Write the structure trees of documents and packets anew.")
    parser.add_argument("--write", action="store_true", required=True, help="overwrite tests/trees/")
    parser.parse_args()
    written = list(write())
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{len(written)} trees in {TREES}, {size // 1024} KB. Read their `git diff` before you commit.\n")


if __name__ == "__main__":
    main()
