"""A foreign PDF file, rewritten with nothing in it but pages to look at and to read out.

Guarantees: the new file has drawings, their resources and, if the old structure tree agrees with the pages, a structure
tree; no annotation, form, action, link, name, outline or metadata. Each page is upright with its corner at 0, 0, and
inherits nothing; its only drawing restores the graphics state, so that stamps are drawn where they should be. The same
file gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from consentkit.pdf.file.geometry import Matrix, product
from consentkit.pdf.foreign.copying import Copier, mcids_in, numbers, written, written_file
from consentkit.pdf.foreign.cost import Costs
from consentkit.pdf.foreign.drawing import Drawing, read_drawing
from consentkit.pdf.foreign.flattening import AnnotationPicture, Annotations
from consentkit.pdf.foreign.judging import Judged
from consentkit.pdf.foreign.pagetree import SourcePage
from consentkit.pdf.foreign.placing import Placement
from consentkit.pdf.foreign.streams import Peeled, fill
from consentkit.pdf.foreign.tree import ForeignContent, ForeignTreeWriter, Tree, read_tree, replace_annotations
from consentkit.pdf.foreign.values import (
    ForeignBox,
    ObjectKey,
    array,
    dictionary,
    has_entries,
    name_of,
    optional_dictionary,
    put,
    whole_number,
)

_UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Inert:
    """The new file."""

    file: pikepdf.Pdf
    """The owner of the objects in `pictures`."""
    pdf: bytes
    is_tagged: bool
    is_wholly_tagged: bool
    """Whether all its text is in the structure or known to be an artifact, and its language is stated."""
    pictures: Sequence[AnnotationPicture]
    """The pictures of annotations that were drawn."""
    not_printed: Counter[int]
    """How many fields and marks of each page appear only on the screen, and are left out."""
    signatures: Counter[int]
    """How many digital signatures are on each page, which are no longer valid."""
    has_values: bool
    """Whether a field was filled in."""
    annotated: set[int]
    """Pages with fields, notes or marks."""


@dataclass(frozen=True)
class _MovedPage:
    """A page, and what it becomes in the new file."""

    source: SourcePage
    place: Any
    matrix: Matrix
    sheet: tuple[float, float]
    edges: ForeignBox | None
    """The visible part of a page that goes onto another sheet: what was cropped must stay invisible."""
    drawing: Drawing
    resources: Any
    pictures: Sequence[AnnotationPicture]


def rewrite(judged: Judged, places: Sequence[Placement] = ()) -> Inert:
    """Rewrite a file, with each page at its place if places are given. Raises Refused, Unsound, TooLarge, TooCostly."""
    new = pikepdf.Pdf.new()
    copier = Copier(new)
    form = optional_dictionary(judged.catalog.get("/AcroForm"))
    costs = Costs(copier)
    annotations = Annotations(form, copier, costs)
    reader = _InertReader(annotations, copier, costs)
    pages = [
        reader.read(page, number, place) for number, (page, place) in enumerate(zip_longest(judged.pages, places), 1)
    ]
    tree = _tree_of(judged, pages, copier)
    has_untagged = _draw_pages(pages, tree, copier)
    root = new.Root
    _fill_catalog(root, judged, copier)
    if tree is not None:
        written_to = copier.references | {page.source.key: page.place for page in pages}
        root["/StructTreeRoot"] = ForeignTreeWriter(
            tree, new, written_to, {page.source.key: page.matrix for page in pages}
        ).write()
        root["/MarkInfo"] = Dictionary(Marked=True)
    root["/Pages"]["/Kids"] = Array([page.place for page in pages])
    root["/Pages"]["/Count"] = len(pages)
    has_loose_text = any(page.drawing.has_loose_text for page in pages)
    return Inert(
        new,
        written_file(new),
        tree is not None,
        tree is not None and not has_loose_text and not has_untagged and "/Lang" in root,
        [picture for page in pages for picture in page.pictures],
        annotations.not_printed,
        annotations.signatures,
        annotations.has_values,
        annotations.pages,
    )


class _InertReader:
    """Reads the pages of one file."""

    def __init__(self, annotations: Annotations, copier: Copier, costs: Costs) -> None:
        self._annotations, self._copier, self._costs = annotations, copier, costs

    def read(self, page: SourcePage, number: int, place: Placement | None) -> _MovedPage:
        """Read a page and what is on it."""
        matrix = product(_upright(page), place.move) if place else _upright(page)
        drawing = read_drawing(_contents(page.dictionary, self._copier), mcids_in(page.resources))
        left, bottom, right, top = page.box
        self._costs.require_affordable(drawing, page.resources, page.key, (right - left) * (top - bottom))
        resources = self._copier.resources(page.resources, None if matrix == _UNMOVED else matrix)
        pictures = list(self._annotations.pictures_of(page, number))
        return _MovedPage(
            page,
            self._copier.new.make_indirect(Dictionary()),
            matrix,
            place.sheet if place else page.size,
            page.box if place else None,
            drawing,
            resources,
            pictures,
        )


def _upright(page: SourcePage) -> Matrix:
    """The matrix from the units of a page to points from the lower left corner of its visible part, turned upright."""
    left, bottom, right, top = page.box
    width, height = right - left, top - bottom
    turned: dict[int, Matrix] = {
        0: _UNMOVED,
        90: (0, -1, 1, 0, 0, width),
        180: (-1, 0, 0, -1, width, height),
        270: (0, 1, -1, 0, height, 0),
    }
    return product(product((1, 0, 0, 1, -left, -bottom), turned[page.rotation]), (page.unit, 0, 0, page.unit, 0, 0))


def _contents(page: Any, copier: Copier) -> bytes:
    contents = page.get("/Contents")
    streams = [] if contents is None else [contents] if isinstance(contents, Stream) else array(contents)
    return b"\n".join(copier.data(stream) for stream in streams)


def _tree_of(judged: Judged, pages: Sequence[_MovedPage], copier: Copier) -> Tree | None:
    drawings = copier.drawings | {page.source.key: page.drawing for page in pages}
    owners = {key: judged.file.get_object(key) for key in drawings}
    parents = {key: whole_number(dictionary(owner).get("/StructParents")) for key, owner in owners.items()}
    return read_tree(judged.catalog, drawings, parents)


def _draw_pages(pages: Sequence[_MovedPage], tree: Tree | None, copier: Copier) -> bool:
    """Write the pages. Returns whether a picture was drawn that is not in the tree."""
    named = tree.annotations() if tree else set()
    drawn: dict[ObjectKey, tuple[ForeignContent, str]] = {}
    has_untagged = False
    for page in pages:
        following = max(page.drawing.mcids, default=-1) + 1
        openings = []
        for picture in page.pictures:
            if picture.key in named and picture.key not in drawn and picture.key is not None:
                drawn[picture.key] = ForeignContent(page.source.key, page.source.key, following), picture.role
                openings.append(b"/%s <</MCID %d>> BDC" % (b"Form" if picture.role else b"Span", following))
                following += 1
            else:
                has_untagged = True
                openings.append(b"/Artifact BMC")
        _write_page(page, openings if tree else [], copier)
    if tree is not None:
        replace_annotations(tree, drawn)
    return has_untagged


def _write_page(page: _MovedPage, openings: Sequence[bytes], copier: Copier) -> None:
    new, named = copier.new, _named(page)
    entries: dict[str, Any] = {
        "/Type": Name.Page,
        "/Parent": new.Root.Pages,
        "/MediaBox": numbers((0, 0, *page.sheet)),
        "/Resources": _with_pictures(page, named),
        "/Contents": new.make_indirect(Stream(new, b"")),
    }
    fill(entries["/Contents"], Peeled(_drawing_of(page, named, openings)), {})
    group = copier.part(page.source.dictionary.get("/Group"))
    if has_entries(group):
        entries["/Group"] = group
    put(page.place, entries)


def _drawing_of(page: _MovedPage, named: Mapping[str, AnnotationPicture], openings: Sequence[bytes]) -> bytes:
    lines = [b"q"]
    if page.matrix != _UNMOVED:
        lines.append(written(page.matrix) + b" cm")
    if page.edges is not None:
        left, bottom, right, top = page.edges
        lines.append(written((left, bottom, right - left, top - bottom)) + b" re W n")
    lines += [b"q", page.drawing.data, b"Q"]
    for index, (name, picture) in enumerate(named.items()):
        do = picture.drawn(name)
        lines += [openings[index], do, b"EMC"] if openings else [do]
    return b"\n".join([*lines, b"Q"])


def _named(page: _MovedPage) -> Mapping[str, AnnotationPicture]:
    """The pictures of a page, by names that are not used on it yet."""
    taken = set(optional_dictionary(page.resources.get("/XObject")).keys())
    free = (name for name in (f"/Annotation{number}" for number in range(1, 1 << 30)) if name not in taken)
    return dict(zip(free, page.pictures, strict=False))


def _with_pictures(page: _MovedPage, named: Mapping[str, AnnotationPicture]) -> Any:
    if named:
        forms = dict(optional_dictionary(page.resources.get("/XObject")).items())
        page.resources["/XObject"] = Dictionary({**forms, **{name: picture.form for name, picture in named.items()}})
    return page.resources


def _fill_catalog(root: Any, judged: Judged, copier: Copier) -> None:
    language = judged.catalog.get("/Lang")
    if isinstance(language, String) and str(language).strip():
        root["/Lang"] = String(str(language))
    intents = copier.part(judged.catalog.get("/OutputIntents"))
    if isinstance(intents, Array):
        root["/OutputIntents"] = intents


def colour_components(judged: Judged) -> int | None:
    """How many colours the printer has for which a file was made; None if it does not state that."""
    for intent in array(judged.catalog.get("/OutputIntents")):
        profile = dictionary(intent).get("/DestOutputProfile")
        if name_of(intent, "/S").startswith("/GTS_PDFA") and isinstance(profile, Stream):
            return whole_number(profile.get("/N"))
    return None
