"""What a finished file of ours must be, and every way in which it is not.

`document_expectation` takes it from the HTML of a document, `packet_expectation` from the parts of a packet and its
visit. `judge` compares a file with it: the structure tree by role, language, scope, label and text; bookmarks, page
labels, boxes of pages, metadata. Nothing that a program reads aloud or lists may name a patient.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from xml.etree import ElementTree

import pikepdf
from pikepdf import Dictionary

from consentkit.documents.document import Document
from consentkit.packets.items import PlacedItem
from consentkit.packets.packet import Packet
from consentkit.packets.slots import in_pieces, particulars
from consentkit.packets.wording import joined
from kit.finding import Finding
from kit.source_tree import running_fields, source_tree
from kit.structure_tree import Node, differences, folded, lines, tree_of, tree_with_targets
from kit.tagged_file import Element, File

PAPER_SIZES = {"letter": (612.0, 792.0), "a4": (595.276, 841.89)}
CLOSE = 0.5
"""Points by which the size of a page may differ."""
HIGHEST_HEADING = 60.0
"""Points from where a bookmark leads to down to the first line of its heading."""
INFO_ENTRIES = {"/Title", "/Producer"}
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


@dataclass(frozen=True)
class Expectation:
    """What a file must be."""

    tree: Node
    title: str
    size: tuple[float, float]
    """Width and height of each page, in points."""
    pages: int
    labels: Sequence[str] | None = None
    """What the pages are called; None where the file need not say it."""
    secrets: Sequence[str] = ()
    """What stands on the paper and in the fields alone: names and numbers of people."""
    running: frozenset[str] = frozenset()
    """Names of fields at the head of each page, which may follow behind everything else."""


def document_expectation(html: str, document: Document) -> Expectation:
    """What a document must be, by its HTML."""
    layout = document.layout
    tree = source_tree(html, fillable=layout.fillable, large_print=layout.large_print)
    return Expectation(
        tree,
        tree.details["title"],
        PAPER_SIZES[layout.paper],
        document.pages,
        running=frozenset(running_fields(html)),
    )


def packet_expectation(packet: Packet) -> Expectation:
    """What the packet of a visit must be, by its parts."""
    plan = packet.plan
    title = plan.pack.packet.cover.heading
    listed = [placed.first for placed in packet.papers[1:] if placed.paper.group]
    tree = Node("Document", plan.pack.language, {"title": title})
    tree.kids = [
        _paper_tree(packet, placed, listed if number == 0 else []) for number, placed in enumerate(packet.papers)
    ]
    visit = plan.visit
    people = (visit.clinician, visit.trainee, visit.supervisor, visit.representative, visit.interpreter)
    secrets = [visit.patient.name, visit.patient.record, plan.pack.dates.write(visit.patient.born)]
    secrets += [person.name for person in people if person is not None] + ([visit.witness] if visit.witness else [])
    return Expectation(
        tree,
        title,
        PAPER_SIZES[plan.layout.paper],
        packet.pages,
        labels=[str(number) for number in range(1, packet.pages + 1)],
        secrets=secrets,
        running=frozenset(("patient_name", "patient_born", "patient_record")),
    )


def _paper_tree(packet: Packet, placed: PlacedItem, listed: Sequence[int]) -> Node:
    """The tree of a part with what the visit writes into it."""
    part, form = placed.paper.part, placed.paper.form
    visit, pack, wording = packet.plan.visit, placed.paper.pack, packet.plan.wording
    said = in_pieces(visit, pack, wording, *(form.languages[1:] if form else ()))
    values = {**particulars(visit, pack), **{name: joined(pieces) for name, pieces in said.items()}}
    with pikepdf.open(io.BytesIO(part.pdf)) as pdf:
        tree, targets = tree_with_targets(File(pdf))
    tree.role, tree.details["title"] = "Part", folded(placed.paper.bookmark)
    targets = {name: placed.first + page for name, page in targets.items()}
    targets |= {f"target-{number}": first for number, first in enumerate(listed, 1)}
    nodes = {node.number: node for node in tree.below()}
    for slot in part.slots:
        if slot.name in values and slot.widget is None and slot.element is not None:
            node = nodes[slot.element]
            node.kids = _with_text(node.kids, values[slot.name])
    for node in nodes.values():
        if "field" in node.details:
            node.details["label"] = folded(f"{node.details['label']} – {placed.paper.bookmark}")
        if node.details.get("field") in values:
            node.details |= {"locked": "yes", "value": folded(values[node.details["field"]])}
        if (name := node.details.get("to", "")).startswith("#"):
            node.details["to"] = f"page {targets[name[1:]]}"
    return tree


def _with_text(kids: Sequence[Any], text: str) -> list[Any]:
    """What an element holds, with a text behind it: part of the last text, unless the last is an element."""
    if kids and isinstance(kids[-1], str):
        return [*kids[:-1], folded(f"{kids[-1]} {text}")]
    return [*kids, folded(text)]


# --- judging ---


def judge(pdf: bytes, expected: Expectation) -> list[Finding]:
    """Every way in which a file is not what it must be."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        if "/StructTreeRoot" not in opened.Root:
            return [Finding("tree-differs", "the file is not tagged")]
        return list(judge_file(File(opened), expected))


def judge_file(file: File, expected: Expectation) -> Iterator[Finding]:
    """Every way in which a tagged file is not what it must be, one after the other."""
    for check in CHECKS:
        yield from check(file, expected)


def check_tree(file: File, expected: Expectation) -> Iterator[Finding]:
    """The structure tree is that of the source."""
    tree = tree_of(file)
    wanted = lines(_without_running(expected.tree, expected.running))
    for line in differences(wanted, lines(_without_running(tree, expected.running))):
        yield Finding("tree-differs", line)


def _without_running(tree: Node, names: frozenset[str]) -> Node:
    """The tree without the fields at the heads of pages, which come behind all else of a document or a part."""
    kids = list(tree.kids)
    while kids and isinstance(last := kids[-1], Node) and last.role == "Form" and last.details.get("field") in names:
        kids.pop()
    kids = [_without_running(kid, names) if isinstance(kid, Node) and kid.role == "Part" else kid for kid in kids]
    return Node(tree.role, tree.language, tree.details, kids, tree.number)


@dataclass(frozen=True)
class Bookmark:
    """A bookmark, and the page that it leads to, counted from 0."""

    depth: int
    title: str
    page: int | None
    top: float | None = field(default=None, compare=False)
    """How high on that page, in points from its bottom; None for the page as a whole."""

    def __str__(self) -> str:
        page = "no page" if self.page is None else f"page {self.page + 1}"
        return f"{'  ' * self.depth}{self.title!r}, {page}"


def check_said(file: File, expected: Expectation) -> Iterator[Finding]:
    """What is said in the place of glyphs is what they show. Marks and the order of letters may differ."""
    for element in file.elements:
        if "/ActualText" not in element.dictionary:
            continue
        said = _letters(str(element.dictionary.ActualText))
        drawn = _letters("".join(file.text_of(content) for content in element.contents()))
        if said != drawn:
            yield Finding("said-otherwise", f"{element.name} does not say what it shows")


def _letters(text: str) -> list[str]:
    return sorted(char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum())


def check_bookmarks(file: File, expected: Expectation) -> Iterator[Finding]:
    """The bookmarks are the parts and, below them, the headings of the second level; each leads to its place."""
    heads = list(_headings(file.top[0], file, 0))
    marks = list(_bookmarks(file, file.pdf.Root.get("/Outlines", Dictionary()), 0))
    for head, mark in zip_longest(heads, marks):
        if head != mark:
            yield Finding("bookmarks-differ", f"expected {head or 'no more'}; there is {mark or 'none'}")
            return
        too_far = head.top is not None and mark.top is not None and not 0 <= mark.top - head.top <= HIGHEST_HEADING
        if too_far:
            yield Finding("bookmarks-differ", f"{mark} leads {mark.top - head.top:g} points above its heading")


def _headings(element: Element, file: File, depth: int) -> Iterator[Bookmark]:
    for kid in element.elements:
        first = next(kid.contents(), None)
        page = first.page if first else None
        if kid.role == "Part":
            yield Bookmark(depth, folded(str(kid.dictionary.get("/T", ""))), page)
            yield from _headings(kid, file, depth + 1)
        elif kid.role == "H2":
            text = "".join(map(file.text_of, kid.contents()))
            yield Bookmark(depth, folded(text), page, file.top_of(first) if first else None)
        else:
            yield from _headings(kid, file, depth)


def _bookmarks(file: File, parent: Dictionary, depth: int) -> Iterator[Bookmark]:
    entry = parent.get("/First")
    while entry is not None:
        target = entry.get("/Dest", entry.get("/A", Dictionary()).get("/D"))
        page, top = file.page_of(target), None
        if page is not None and len(target) > 3 and str(target[1]) == "/XYZ":
            top = float(target[3])
        yield Bookmark(depth, folded(str(entry.get("/Title", ""))), page, top)
        yield from _bookmarks(file, entry, depth + 1)
        entry = entry.get("/Next")


def check_labels(file: File, expected: Expectation) -> Iterator[Finding]:
    """The pages are called what stands on them."""
    if "/PageLabels" not in file.pdf.Root:
        if expected.labels is not None:
            yield Finding("labels-differ", "the file does not say what its pages are called")
        return
    labels = [page.label for page in file.pdf.pages]
    wanted = expected.labels or [str(number) for number in range(1, len(labels) + 1)]
    if labels != list(wanted):
        yield Finding("labels-differ", f"the pages are called {', '.join(labels[:5])}, not {', '.join(wanted[:5])}")


def check_pages(file: File, expected: Expectation) -> Iterator[Finding]:
    """There are as many pages as expected, of the size of the paper, upright and shown whole."""
    if len(file.pages) != expected.pages:
        yield Finding("pages-differ", f"{len(file.pages)} pages in place of {expected.pages}")
    for number, page in enumerate(file.pdf.pages, 1):
        if int(page.rotation if hasattr(page, "rotation") else page.obj.get("/Rotate", 0)):
            yield Finding("page-turned", f"page {number} is turned")
        if "/UserUnit" in page.obj:
            yield Finding("page-box", f"page {number} has a unit of its own")
        for box in (page.mediabox, page.cropbox, page.trimbox):
            left, bottom, right, top = map(float, box)
            sides = (left, bottom, right - expected.size[0], top - expected.size[1])
            if any(abs(side) > CLOSE for side in sides):
                yield Finding("page-box", f"page {number} shows {left:g} {bottom:g} {right:g} {top:g}")


def check_metadata(file: File, expected: Expectation) -> Iterator[Finding]:
    """The file says the same title and the same language wherever it says them."""
    told = metadata_of(file)
    title, language = folded(expected.title), expected.tree.language
    if others := set(file.pdf.docinfo.keys()) - INFO_ENTRIES:
        yield Finding(
            "info-unexpected", f"the Info dictionary holds {', '.join(sorted(others))}, which nobody asked for"
        )
    titles = {"dc:title": told.get("title", ""), "the Info dictionary": str(file.pdf.docinfo.get("/Title", ""))}
    for place, text in titles.items():
        if folded(text) != title:
            yield Finding("title-differs", f"{place} says {text!r}, not {title!r}")
    languages = {"dc:language": told.get("language", ""), "the catalog": str(file.pdf.Root.get("/Lang", ""))}
    for place, text in languages.items():
        if text != language:
            yield Finding("language-differs", f"{place} says {text!r}, not {language!r}")


def metadata_of(file: File) -> dict[str, str]:
    """Title and language as the metadata packet says them."""
    stream = file.pdf.Root.get("/Metadata")
    if stream is None:
        return {}
    root = ElementTree.fromstring(stream.read_bytes())
    return {
        name: " ".join("".join(entry.itertext()).strip() for entry in root.iter(f"{DUBLIN_CORE}{name}"))
        for name in ("title", "language")
    }


def check_discretion(file: File, expected: Expectation) -> Iterator[Finding]:
    """Nobody is named where a program shows it without opening the page: titles, bookmarks, labels, descriptions."""
    for place, text in told_texts(file):
        for secret in expected.secrets:
            if secret.casefold() in folded(text).casefold():
                yield Finding("particulars-told", f"{place} holds what belongs on the pages alone")


def told_texts(file: File) -> Iterator[tuple[str, str]]:
    """Everything that a file says of itself, each with where it does."""
    for key, value in file.pdf.docinfo.items():
        yield f"the Info entry {key}", str(value)
    if "/Metadata" in file.pdf.Root:
        yield "the metadata packet", file.pdf.Root.Metadata.read_bytes().decode("utf-8", "replace")
    for mark in _bookmarks(file, file.pdf.Root.get("/Outlines", Dictionary()), 0):
        yield "a bookmark", mark.title
    for element in file.elements:
        for key in ("/T", "/Alt", "/E", "/ID"):
            if key in element.dictionary:
                yield f"{key} of {element.name}", str(element.dictionary[key])
    for _, note in file.annotations:
        for key in ("/TU", "/T", "/Contents", "/NM"):
            if key in note:
                yield f"{key} of an annotation", str(note[key])
    for page in file.pdf.pages:
        yield "the label of a page", page.label


CHECKS: Sequence[Callable[[File, Expectation], Iterator[Finding]]] = (
    check_pages,
    check_labels,
    check_metadata,
    check_bookmarks,
    check_tree,
    check_said,
    check_discretion,
)
