"""A structure tree for every PDF that WeasyPrint writes, which replaces the engine's own.

Guarantees: the tree conforms to PDF/UA-1; a paragraph is one element wherever it breaks; what is repeated on every page
is an artifact; the reading order is that of the source; words on both sides of a line end are separate for a screen
reader, too. No embedded font contains the time of the run.

WeasyPrint's own tree violates PDF/UA in several ways (text of headers belongs to nothing, there are no scopes and no
languages, a paragraph on two pages becomes two), and it offers no way to change it. So its private function `add_tags`
is replaced while a file is written, and `build_fonts_dictionary` is called with corrected meanings of glyphs and with
fonts that keep their date; a test checks the private names on which this relies.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pydyf
import weasyprint.pdf
from fontTools.ttLib import TTFont
from weasyprint.pdf.stream import Stream

from consentkit.pdf.fonts.meanings import correct_meanings
from consentkit.pdf.part import Slot
from consentkit.pdf.tags.collect import Collector
from consentkit.pdf.tags.forms import FieldPlace, add_form, find_places
from consentkit.pdf.tags.marks import MarkedContent, sequences
from consentkit.pdf.tags.nodes import AnnotationNode, Kid, Mark, Node, PictureNode, TextNode, arrange, text_of
from consentkit.pdf.tags.roles import ATTRIBUTE_OWNERS, CONTENT, Holds
from consentkit.pdf.tags.word_breaks import mark_word_breaks

logger = logging.getLogger("weasyprint")

_writing = threading.Lock()

_DatedFont = partial(TTFont, recalcTimestamp=False)
"""A font that is saved with the date of its file. By default, fontTools would write the time of the run into it."""

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b"))
"""Characters that allow a break: fonts draw nothing for them."""


@contextmanager
def own_tagging(fillable: bool = False) -> Iterator[list[Slot]]:
    """Make `write_pdf` tag its files our way, and add a form on request. One thread at a time: others wait.

    The list that is yielded contains the slots of the file once it is written.
    """
    slots: list[Slot] = []

    def write_tags(pdf: pydyf.PDF, document: Any, pdf_version: Any, page_streams: Sequence[Stream]) -> None:
        slots[:] = add_tags(pdf, document, page_streams, fillable=fillable)

    with _replaced_tagging(write_tags):
        yield slots


@contextmanager
def operators_of_text() -> Iterator[dict[Any, bytes]]:
    """Make `write_pdf` write a file of one page without tags, and collect the operators that draw each text box."""
    operators: dict[Any, bytes] = {}

    def collect_operators(pdf: pydyf.PDF, document: Any, pdf_version: Any, page_streams: Sequence[Stream]) -> None:
        (stream,) = page_streams
        places = {mcid: place for place, mcid in sequences(stream)}
        for box, tag in stream._tags.items():
            operators[box] = _operators(stream.stream, places[tag["mcid"]])

    with _replaced_tagging(collect_operators):
        yield operators


@contextmanager
def _replaced_tagging(function: Callable[..., None]) -> Iterator[None]:
    """Make the engine call a function of ours instead of its tagging, and correct the meanings of its glyphs."""
    with _writing:
        stock = weasyprint.pdf.add_tags, weasyprint.pdf.build_fonts_dictionary, weasyprint.pdf.fonts.TTFont
        weasyprint.pdf.add_tags = function
        weasyprint.pdf.build_fonts_dictionary = _build_fonts_dictionary
        weasyprint.pdf.fonts.TTFont = _DatedFont  # it makes static fonts of variable ones
        try:
            yield
        finally:
            weasyprint.pdf.add_tags, weasyprint.pdf.build_fonts_dictionary, weasyprint.pdf.fonts.TTFont = stock


def _operators(items: Sequence[Any], start: int) -> bytes:
    """The content of a marked-content sequence whose properties are at `start`: after BDC, before EMC."""
    return b"\n".join(items[start + 2 : items.index(b"EMC", start)])


def _build_fonts_dictionary(pdf: pydyf.PDF, fonts: Any, *options: Any) -> Any:
    correct_meanings(fonts.values())
    return weasyprint.pdf.fonts.build_fonts_dictionary(pdf, fonts, *options)


def add_tags(pdf: pydyf.PDF, document: Any, page_streams: Sequence[Stream], *, fillable: bool = False) -> list[Slot]:
    """Add the structure tree to a PDF whose pages have been drawn. Returns its slots."""
    places = find_places(document, fillable=fillable)
    if fillable:
        add_form(pdf, places)
    language = document.metadata.lang or ""
    if not language:
        logger.error('the document states no language: write <html lang="...">')
    collected = Collector(language)
    for number, (page, stream) in enumerate(zip(document.pages, page_streams, strict=True)):
        collected.add_page(number, page, stream._tags)
    collected.finish()
    root = collected.document
    root.entries.update(T=document.metadata.title or "")
    arrange(root)
    mark_word_breaks(root, collected.source)

    content = MarkedContent(pdf, page_streams, document.fonts.values())
    for mark, artifact in collected.artifacts.items():
        content.set_aside(mark, artifact)
    _correct_text(root, content)
    for page_number, annotation in collected.dropped:
        _drop_annotation(pdf, page_number, annotation)
    writer = _TreeWriter(pdf, content, page_streams)
    writer.write(root)

    pdf.catalog.setdefault("Lang", pydyf.String(language))
    pdf.catalog["ViewerPreferences"] = _viewer_preferences(document)
    pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
    return [_slot(place, writer.numbers, collected.places) for place in places]


def _slot(place: FieldPlace, numbers: Mapping[Node, int], nodes: Mapping[Any, Node]) -> Slot:
    node = nodes.get(place.box)
    holds_text = node is not None and CONTENT[node.role] in {Holds.PHRASE, Holds.EITHER}
    widget = place.box.widget_annotation
    return Slot(
        name=place.field.name,
        kind=place.field.kind.value,
        page=place.page,
        corners=place.corners,
        element=numbers.get(node) if node is not None and holds_text else None,
        widget=widget.number if widget is not None else None,
    )


def _viewer_preferences(document: Any) -> pydyf.Dictionary:
    """How viewers display the file: its title in the window; pages side by side in the direction of the language."""
    preferences = pydyf.Dictionary({"DisplayDocTitle": "true"})
    root = next((box for box in document.pages[0]._page_box.children if box.is_for_root_element), None)
    if root is not None and root.style["direction"] == "rtl":
        preferences["Direction"] = "/R2L"
    return preferences


def _correct_text(node: Node, content: MarkedContent) -> None:
    """Make sure that every piece of text is read out as it was written.

    Its glyphs may have another meaning or order: those of Arabic or Thai, or a glyph for several characters. Such a
    piece gets an ActualText. The spaces that the engine left out are drawn wherever a font has one.
    """
    for kid in node.kids:
        if isinstance(kid, Node):
            _correct_text(kid, content)
        elif isinstance(kid, TextNode):
            if kid.spoken is None and _visible(content.read(kid.mark)) != _visible(kid.drawn):
                kid.spoken = kid.drawn
            if kid.space_follows and (kid.spoken or not content.append_space(kid.mark)):
                kid.spoken = f"{kid.spoken or kid.drawn} "


def _visible(text: str) -> str:
    return "".join(text.split()).translate(_INVISIBLE)


def _drop_annotation(pdf: pydyf.PDF, page_number: int, annotation: pydyf.Dictionary) -> None:
    page = _object(pdf, pdf.page_references[page_number])
    page["Annots"].remove(annotation.reference)
    if not page["Annots"]:
        del page["Annots"]


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


class _TreeWriter:
    """Writes nodes as structure elements, and the parent tree that leads back from the pages to them."""

    def __init__(self, pdf: pydyf.PDF, content: MarkedContent, page_streams: Sequence[Stream]) -> None:
        self._pdf = pdf
        self._content = content
        self._page_streams = page_streams
        self._pages = pdf.page_references  # the engine makes this list again at each access
        self._owners: dict[Stream, dict[int, bytes]] = {stream: {} for stream in page_streams}
        self._annotations: list[tuple[pydyf.Dictionary, bytes]] = []
        self._named: dict[str, bytes] = {}
        self.numbers: dict[Node, int] = {}
        """The object number of each node that has been written."""

    def write(self, document: Node) -> None:
        """Write the whole tree, and attach it to the catalog."""
        root = pydyf.Dictionary({"Type": "/StructTreeRoot"})
        self._pdf.add_object(root)
        element = self._element(document, root, "")
        root["K"] = pydyf.Array([element.reference])
        root.update(self._parent_tree())
        if self._named:
            root["IDTree"] = self._name_tree()
        self._pdf.catalog["StructTreeRoot"] = root.reference
        self._order_annotations()

    def _order_annotations(self) -> None:
        """Put the links and fields of each page into reading order: some viewers follow the order of the list."""
        order = {annotation.reference: place for place, (annotation, _) in enumerate(self._annotations)}
        for reference in self._pages:
            annotations = _object(self._pdf, reference).get("Annots", [])
            annotations.sort(key=lambda annotation: order.get(annotation, len(order)))

    def _element(self, node: Node, parent: pydyf.Dictionary, language: str) -> pydyf.Dictionary:
        element = self._new_element(node.role, parent)
        self.numbers[node] = element.number
        for name, text in node.entries.items():
            self._add_entry(element, name, text)
        if node.language != language:
            element["Lang"] = pydyf.String(node.language)
        if node.attributes:
            element["A"] = _attributes(node)
        page = _first_page(node)
        if page is not None:
            element["Pg"] = self._pages[page]
        element["K"] = pydyf.Array()
        for kid in node.kids:
            element["K"].extend(self._kid(kid, node, element))
        return element

    def _new_element(self, role: str, parent: pydyf.Dictionary) -> pydyf.Dictionary:
        element = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{role}", "P": parent.reference})
        self._pdf.add_object(element)
        return element

    def _add_entry(self, element: pydyf.Dictionary, name: str, text: str) -> None:
        if name == "ID":
            if text in self._named:
                return  # an identifier names its first element, as in HTML
            self._named[text] = element.reference
        if text:
            element[name] = pydyf.String(text)

    def _kid(self, kid: Kid, node: Node, element: pydyf.Dictionary) -> Iterator[Any]:
        """The entry for a kid in the list of its element."""
        if isinstance(kid, Node):
            yield self._element(kid, element, node.language).reference
        elif isinstance(kid, AnnotationNode):
            yield self._object_reference(kid, node, element)
        elif isinstance(kid, TextNode) and kid.spoken is not None:
            yield self._replaced_text(kid, element).reference
        elif isinstance(kid, TextNode | PictureNode):
            yield self._content_reference(kid.mark, element)

    def _replaced_text(self, text: TextNode, parent: pydyf.Dictionary) -> pydyf.Dictionary:
        """A separate element for text that is read out differently from how it is drawn.

        The replacement belongs to the element and not to the marked content: from there, pdftotext and pdfium read
        Arabic backwards.
        """
        element = self._new_element("Span", parent)
        element["ActualText"] = pydyf.String(text.spoken)
        element["Pg"] = self._pages[text.mark.page]
        element["K"] = pydyf.Array([self._content_reference(text.mark, element)])
        return element

    def _content_reference(self, mark: Mark, element: pydyf.Dictionary) -> Any:
        stream = self._content.stream(mark)
        self._owners.setdefault(stream, {})[mark.mcid] = element.reference
        page = self._pages[mark.page]
        on_page = stream is self._page_streams[mark.page]
        if on_page and element["Pg"] == page:
            return mark.mcid
        reference = pydyf.Dictionary({"Type": "/MCR", "Pg": page, "MCID": mark.mcid})
        if not on_page:
            reference["Stm"] = stream.reference
        return reference

    def _object_reference(self, kid: AnnotationNode, node: Node, element: pydyf.Dictionary) -> pydyf.Dictionary:
        annotation = kid.dictionary
        self._annotations.append((annotation, element.reference))
        if annotation["Subtype"] == "/Link":
            annotation["Contents"] = pydyf.String(node.label or text_of(node))
        elif node.label and not annotation["TU"].string:
            annotation["TU"] = pydyf.String(node.label)
        page = self._pages[kid.page]
        return pydyf.Dictionary({"Type": "/OBJR", "Obj": annotation.reference, "Pg": page})

    def _parent_tree(self) -> dict[str, Any]:
        """The entries that lead back from marked content and annotations to their elements (ISO 32000-1, 14.7.4.4).

        The engine numbers the pages from 0; groups and annotations follow.
        """
        numbers = pydyf.Array()
        for key, (stream, owners) in enumerate(self._owners.items()):
            if stream not in self._page_streams:
                stream.extra["StructParents"] = key
            elements = pydyf.Array([owners.get(mcid, "null") for mcid in range(max(owners, default=-1) + 1)])
            self._pdf.add_object(elements)
            numbers.extend((key, elements.reference))
        first = len(self._owners)
        for key, (annotation, element_reference) in enumerate(self._annotations, first):
            annotation["StructParent"] = key
            numbers.extend((key, element_reference))
        tree = pydyf.Dictionary({"Nums": numbers})
        self._pdf.add_object(tree)
        return {"ParentTree": tree.reference, "ParentTreeNextKey": first + len(self._annotations)}

    def _name_tree(self) -> pydyf.Dictionary:
        names = pydyf.Array()
        for name in sorted(self._named, key=_string_bytes):
            names.extend((pydyf.String(name), self._named[name]))
        return pydyf.Dictionary({"Names": names})


def _first_page(node: Node) -> int | None:
    """The page on which a node's own content starts, without that of its child elements."""
    for kid in node.kids:
        if isinstance(kid, TextNode | PictureNode):
            return kid.mark.page
        if isinstance(kid, AnnotationNode):
            return kid.page
    return None


def _attributes(node: Node) -> pydyf.Dictionary:
    attributes = pydyf.Dictionary({"O": f"/{ATTRIBUTE_OWNERS[node.role]}"})
    for name, value in node.attributes.items():
        attributes[name] = pydyf.Array(value) if isinstance(value, list) else value
    return attributes


def _string_bytes(text: str) -> bytes:
    """A text string as it is in the file, by which name trees are sorted."""
    return text.encode("ascii") if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be")
