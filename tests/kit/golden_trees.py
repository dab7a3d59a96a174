"""The structure trees of documents and packets as committed text files, to be read by people.

    PYTHONPATH=tests python -m kit.golden_trees --write    writes them anew, as `make trees` does

A line holds a structure element with its role, its language where that changes, what is said of it, and the start of
its text; an only child stands behind its parent. So a heading that is lost is a line in a diff. Which page something
is on does not count.

To lay out and examine all of them takes a minute and a half. So tests/pages/examined.json keeps of each consent on
Letter in which no judge found a fault a digest of all that decides what the file is: its HTML, style sheets, pictures
and properties, the modules that make and judge it, and the versions of the programs below. Where both that and its
tree are the same, it is not examined again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pikepdf

from consentkit.cache.store import Store, no_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import Content
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.identity import Variant
from consentkit.packets.packet import Packet
from kit import judges, structure_lint
from kit.judges import Expectation, document_expectation, judge_file, packet_expectation
from kit.measured_pages import made_from
from kit.packets import CHILD, MOTHER, packet, visit
from kit.running import SAMPLE_CLINIC
from kit.small import make_clinic, write_translation
from kit.structure_lint import lint_file
from kit.structure_tree import CUT, lines, tree_of
from kit.tagged_file import File

TREES = Path(__file__).parents[1] / "trees"
EXAMINED = Path(__file__).parents[1] / "pages/examined.json"


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


_IMPORTED = re.compile(r"^from kit\.(\w+) import", re.MULTILINE)
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


class Examined(NamedTuple):
    """What is known of a finished file."""

    tree: str
    findings: list[str]


def examine(pdf: bytes, expected: Expectation) -> Examined:
    """Let the judges look at a file."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        file = File(opened)
        findings = [str(finding) for finding in (*judge_file(file, expected), *lint_file(file))]
        return Examined("\n".join([*lines(tree_of(file), cut=CUT), ""]), findings)


def examine_case(case: Case, store: Store) -> Examined:
    """Find or make a document, and let the judges look at it."""
    workspace = case.workspace(store)
    document = case.document(workspace)
    html = workspace.compose(case.content(workspace)).html
    return examine(document.pdf, document_expectation(html, document))


# --- what was examined before ---


def is_kept(case: Case) -> bool:
    """Whether it counts as examined while nothing of it has changed; what is out of the ordinary is examined always."""
    return case == Case(case.code, case.language) and case.code != SPECIMEN


def digest(case: Case) -> str:
    """A digest of all that decides what the file of a document is, and how it is judged; it is not laid out."""
    return made_from(lambda: case.document(case.workspace(no_store())), __file__, *judging_modules())


@cache
def judging_modules() -> tuple[str, ...]:
    """The files of the modules that examine a document, with what they import of this folder."""
    files, to_read = set(), [Path(judges.__file__), Path(structure_lint.__file__)]
    while to_read:
        file = to_read.pop()
        files.add(str(file))
        imported = (file.with_name(f"{name}.py") for name in _IMPORTED.findall(file.read_text(encoding="utf-8")))
        to_read += [path for path in imported if str(path) not in files]
    return tuple(sorted(files))


def was_examined(case: Case) -> bool:
    """Whether a document was found to be without a fault, with the tree that is committed, and nothing has changed."""
    return is_kept(case) and examined_before().get(case.name) == [digest(case), digest_of_tree(case.name)]


@cache
def examined_before() -> dict[str, list[str]]:
    """By the name of each document that was examined: a digest of what decides its file, and one of its tree."""
    kept: dict[str, list[str]] = json.loads(EXAMINED.read_text(encoding="utf-8"))
    return kept


def digest_of_tree(name: str) -> str:
    """A digest of a committed tree; empty where there is no such file."""
    return hashlib.sha256(path_of(name).read_bytes()).hexdigest()[:32] if path_of(name).is_file() else ""


# --- the files ---


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
    kept = {}
    with ProcessPoolExecutor() as pool:
        for case, (text, made_from) in zip(cases, pool.map(_examined_anew, cases), strict=True):
            path_of(case.name).write_text(text, encoding="utf-8")
            if made_from:
                kept[case.name] = [made_from, digest_of_tree(case.name)]
            yield path_of(case.name)
    entries = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(kept.items()))
    EXAMINED.write_text(f"{{\n{entries}\n}}\n", encoding="utf-8")


def _examined_anew(case: Case | PacketCase) -> tuple[str, str]:
    """The tree of a file that is made anew, whatever is kept; and what it is made from, if no fault was found in it."""
    if isinstance(case, Case):
        found = examine_case(case, no_store())
        return found.tree, digest(case) if is_kept(case) and not found.findings else ""
    with TemporaryDirectory() as folder:
        made = case.make(Path(folder), no_store())
    return examine(made.pdf, packet_expectation(made)).tree, ""


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
