"""A foreign PDF file written anew, with nothing in it but pages to be looked at and read out.

Guarantees: the new file holds drawings, what they draw with and, where the old tree agrees with the pages, a structure
tree; no annotation, form, action, link, name, outline or metadata. Each page stands upright with its corner at 0, 0,
inherits nothing, and its one drawing is closed, so that a stamp lands where it should. Same file, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from consentkit.pdf.extra.copying import Copier, Matrix, Objects, made, mcids_in, numbers, product, written
from consentkit.pdf.extra.drawing import Drawing, Unsound, read_drawing
from consentkit.pdf.extra.flattening import Picture, pictures_of
from consentkit.pdf.extra.judging import Judged
from consentkit.pdf.extra.pagetree import SourcePage
from consentkit.pdf.extra.streams import new_stream
from consentkit.pdf.extra.tree import Content, Tree, TreeWriter, read_tree, replace_annotations
from consentkit.pdf.extra.values import Key, dictionary, name_of, resolved

_UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Inert:
    """The new file."""

    pdf: bytes
    is_tagged: bool
    is_wholly_tagged: bool
    """Whether all its text is in the structure or known to be an artifact, and its language is told."""


@dataclass(frozen=True)
class _Page:
    """A page on its way into the new file."""

    source: SourcePage
    place: IndirectObject
    matrix: Matrix
    drawing: Drawing
    resources: DictionaryObject
    pictures: Sequence[Picture]


def rewrite(judged: Judged) -> Inert:
    """Write a file anew. Raises Refused, Unsound, TooLarge."""
    objects = Objects()
    catalog, tree_of_pages = objects.add(), objects.add()
    copier = Copier(objects)
    form = resolved(judged.catalog.get("/AcroForm"))
    form = form if isinstance(form, DictionaryObject) else DictionaryObject()
    pages = [_read(page, number, form, copier) for number, page in enumerate(judged.pages, 1)]
    tree = _tree_of(judged, pages, copier)
    untold = _draw_pages(pages, tree, copier, tree_of_pages)
    entries = _catalog(judged, tree_of_pages, copier)
    if tree is not None:
        places = copier.references | {page.source.key: page.place for page in pages}
        writer = TreeWriter(tree, objects, places, [page.source.key for page in pages])
        entries |= {"/StructTreeRoot": writer.write(), "/MarkInfo": made({"/Marked": BooleanObject(True)})}
    kids: list[PdfObject] = [page.place for page in pages]
    count = NumberObject(len(pages))
    objects.put(tree_of_pages, made({"/Type": NameObject("/Pages"), "/Kids": ArrayObject(kids), "/Count": count}))
    objects.put(catalog, made(entries))
    has_loose_text = any(page.drawing.has_loose_text for page in pages)
    return Inert(
        objects.file(catalog),
        tree is not None,
        tree is not None and not has_loose_text and not untold and "/Lang" in entries,
    )


def _read(page: SourcePage, number: int, form: DictionaryObject, copier: Copier) -> _Page:
    matrix = _upright(page)
    drawing = read_drawing(_contents(page.dictionary, copier), mcids_in(page.resources))
    resources = copier.resources(page.resources, None if matrix == _UNMOVED else matrix)
    pictures = list(pictures_of(page, number, form, copier))
    return _Page(page, copier.objects.add(), matrix, drawing, resources, pictures)


def _upright(page: SourcePage) -> Matrix:
    """From the units of a page to points from the lower left corner of what is shown, turned upright."""
    left, bottom, right, top = page.box
    width, height = right - left, top - bottom
    turned: dict[int, Matrix] = {
        0: _UNMOVED,
        90: (0, -1, 1, 0, 0, width),
        180: (-1, 0, 0, -1, width, height),
        270: (0, 1, -1, 0, height, 0),
    }
    return product(product((1, 0, 0, 1, -left, -bottom), turned[page.rotation]), (page.unit, 0, 0, page.unit, 0, 0))


def _contents(page: DictionaryObject, copier: Copier) -> bytes:
    found = resolved(page.get("/Contents"))
    if isinstance(found, NullObject):
        return b""
    streams = [resolved(item) for item in found] if isinstance(found, ArrayObject) else [found]
    pieces = []
    for stream in streams:
        if not isinstance(stream, StreamObject):
            raise Unsound("a page without a drawing")
        pieces.append(copier.data(stream))
    return b"\n".join(pieces)


def _tree_of(judged: Judged, pages: Sequence[_Page], copier: Copier) -> Tree | None:
    drawings = copier.drawings | {page.source.key: page.drawing for page in pages}
    owners = {key: judged.reader.get_object(IndirectObject(*key, judged.reader)) for key in drawings}
    parents = {key: resolved(dictionary(owner).get("/StructParents")) for key, owner in owners.items()}
    return read_tree(judged.catalog, drawings, parents)


def _draw_pages(pages: Sequence[_Page], tree: Tree | None, copier: Copier, above: IndirectObject) -> bool:
    """Write the pages. Tells whether a picture was drawn that the tree knows nothing of."""
    named = tree.annotations() if tree else set()
    drawn: dict[Key, tuple[Content, str]] = {}
    untold = False
    for page in pages:
        following = max(page.drawing.mcids, default=-1) + 1
        openings = []
        for picture in page.pictures:
            if picture.key in named and picture.key not in drawn and picture.key is not None:
                drawn[picture.key] = Content(page.source.key, page.source.key, following), picture.role
                openings.append(b"/%s <</MCID %d>> BDC" % (b"Form" if picture.role else b"Span", following))
                following += 1
            else:
                untold = True
                openings.append(b"/Artifact BMC")
        copier.objects.put(page.place, _written_page(page, openings if tree else [], above, copier))
    if tree is not None:
        replace_annotations(tree, drawn)
    return untold


def _written_page(page: _Page, openings: Sequence[bytes], above: IndirectObject, copier: Copier) -> DictionaryObject:
    width, height = page.source.size
    named = _named(page)
    entries: dict[str, PdfObject] = {
        "/Type": NameObject("/Page"),
        "/Parent": above,
        "/MediaBox": numbers((0, 0, width, height)),
        "/Resources": _with_pictures(page, named),
        "/Contents": copier.objects.add(new_stream(_drawing_of(page, named, openings))),
    }
    group = copier.part(page.source.dictionary.get("/Group"))
    if isinstance(resolved(group), DictionaryObject):
        entries["/Group"] = group
    return made(entries)


def _drawing_of(page: _Page, named: Mapping[str, Picture], openings: Sequence[bytes]) -> bytes:
    lines = [b"q"]
    if page.matrix != _UNMOVED:
        lines.append(written(page.matrix) + b" cm")
    lines += [b"q", page.drawing.data, b"Q"]
    for index, (name, picture) in enumerate(named.items()):
        do = b"q %s cm %s Do Q" % (written(picture.matrix), name.encode())
        lines += [openings[index], do, b"EMC"] if openings else [do]
    return b"\n".join([*lines, b"Q"])


def _named(page: _Page) -> Mapping[str, Picture]:
    """The pictures of a page, by names that nothing on it has yet."""
    taken = set(_forms(page))
    free = (name for name in (f"/Annotation{number}" for number in range(1, 1 << 30)) if name not in taken)
    return dict(zip(free, page.pictures, strict=False))


def _forms(page: _Page) -> DictionaryObject:
    found = resolved(page.resources.get("/XObject"))
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _with_pictures(page: _Page, named: Mapping[str, Picture]) -> DictionaryObject:
    if named:
        forms = DictionaryObject(_forms(page))
        forms.update({NameObject(name): picture.form for name, picture in named.items()})
        page.resources[NameObject("/XObject")] = forms
    return page.resources


def _catalog(judged: Judged, pages: IndirectObject, copier: Copier) -> dict[str, PdfObject]:
    entries: dict[str, PdfObject] = {"/Type": NameObject("/Catalog"), "/Pages": pages}
    language = resolved(judged.catalog.get("/Lang"))
    if isinstance(language, TextStringObject) and language.strip():
        entries["/Lang"] = language
    intents = copier.part(judged.catalog.get("/OutputIntents"))
    if isinstance(resolved(intents), ArrayObject):
        entries["/OutputIntents"] = intents
    return entries


def colour_components(judged: Judged) -> int | None:
    """How many colours the printer has that a file says it is made for; None where it does not say."""
    intents = resolved(judged.catalog.get("/OutputIntents"))
    for intent in intents if isinstance(intents, ArrayObject) else ():
        profile = resolved(dictionary(intent).get("/DestOutputProfile"))
        if name_of(dictionary(intent), "/S").startswith("/GTS_PDFA") and isinstance(profile, StreamObject):
            components = resolved(profile.get("/N"))
            return int(components) if isinstance(components, int) else None
    return None
