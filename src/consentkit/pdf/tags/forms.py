"""Fields to fill in on a screen, laid over the ruled lines that a page has for pens.

Guarantees: a document with fields looks like the one without until something is typed; every field has a label that a
screen reader speaks, in the words printed beside it, and no other field has the same; fields of one name share one
value; no field relies on the viewer to draw it. What is repeated at the head or foot of each page is a line for pens
and not a field: everybody who fills in the form by keyboard would have to pass it on each page.

A template marks an empty box as a field: `data-field` is its name, `data-label` what a screen reader speaks, and
`data-kind` what it is for, by default a line of text; `data-required` says that it must not stay empty. The field gets
the size of the box, so the style sheet stays in control, and a document without fields ignores the marks. WeasyPrint's
own form fields (`appearance: auto`) would require other elements than the lines on paper, and little of what the engine
writes for them could be kept: it relies on the viewer to draw them, which PDF/A forbids, and supports neither
signatures nor a value that occurs on several pages. No field has several lines: each viewer sets these at a distance of
its own, across the ruled ones.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import Element

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.matrix import Matrix

from consentkit.pdf.fonts.field_font import add_field_font
from consentkit.pdf.part import Corners
from consentkit.pdf.tags.collect import POINTS_PER_PIXEL, is_repeatable

logger = logging.getLogger("weasyprint")  # the engine's own: what collects its complaints gets ours, too

LEAST_SIDE = 9.0
"""The least width and height of a field, in points: a smaller one can neither be clicked nor read."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""Names of fields. A dot would make a hierarchy of them (ISO 32000-1, 12.7.3.2)."""

_FONT = "Field"
_APPEARANCE = f"/{_FONT} 0 Tf 0 g"
"""How typed text looks: black, in a size that the viewer fits to the field, so that no long name is cut off."""
_SHARE_OF_HEIGHT = 0.8
"""The size of what is typed on one of several lines, and of initials, as a share of the height of the field: there,
viewers must not make small letters of a long text."""

_REQUIRED = 1 << 1
"""Viewers mark such a field, and screen readers say so (WCAG technique PDF5)."""
_DOES_NOT_SCROLL = 1 << 23
"""Who types gets no further than the field is long, and continues in the next line."""
_SIGNATURES_EXIST = 1 << 0
_FLUSH_RIGHT = 2
_OFF = "/Off"


class FieldKind(StrEnum):
    """What a field is for."""

    TEXT = "text"
    """One line of text."""
    LINE = "line"
    """One of several lines below each other."""
    CHECK = "check"
    """A check box. The page draws its frame."""
    SIGNATURE = "signature"
    """A digital signature, which viewers offer to make."""
    INITIALS = "initials"
    """One line of text: the initials of whoever agrees to the statement above."""


@dataclass(frozen=True)
class Field:
    """A field as the author of a template describes it."""

    name: str
    label: str
    kind: FieldKind
    is_required: bool = False


@dataclass(frozen=True)
class FieldPlace:
    """Where a field is: its box, and its page, counted from 0."""

    field: Field
    box: Any
    page: int
    corners: Corners
    is_repeated: bool
    """Whether it is in something that is drawn on every page, where it is only a line for pens."""


Report = Callable[..., None]
"""Takes a complaint like a logger does: a format, and its arguments."""


def find_places(document: Any, *, fillable: bool) -> list[FieldPlace]:
    """All boxes that are correctly marked as fields, page by page.

    Mistakes in the marks of a fillable document go to the log of the engine, which makes it fail. In other documents
    the marks only determine where a visit's particulars may go.
    """
    report: Report = logger.error if fillable else logger.debug
    earlier: set[Element] = set()
    places = [place for number, page in enumerate(document.pages) for place in _places(page, number, report, earlier)]
    fields: dict[str, Field] = {}
    names: dict[str, str] = {}
    for place in places:
        field = place.field
        if fields.setdefault(field.name, field) != field:
            report("form field %r is marked twice, with different labels or kinds", field.name)
        if names.setdefault(field.label, field.name) != field.name:
            report(
                "form fields %r and %r have the same label; give each a label of its own",
                names[field.label],
                field.name,
            )
    return places


def add_form(pdf: pydyf.PDF, places: Iterable[FieldPlace]) -> None:
    """Add a field for each marked box, once the pages are drawn and before they are tagged."""
    by_name: dict[str, list[FieldPlace]] = {}
    for place in (place for place in places if not place.is_repeated):
        by_name.setdefault(place.field.name, []).append(place)
    if by_name:
        _FormWriter(pdf).write(by_name.values())


def _places(page: Any, number: int, report: Report, earlier: set[Element]) -> Iterator[FieldPlace]:
    """The correctly marked fields of a page, in the order of its boxes. `earlier` are elements of earlier pages."""
    for box, matrix, is_repeated in _boxes(page._page_box, Matrix(), earlier):
        field = _field(box.element, report)
        if field is None:
            continue
        corners = _corners(box, matrix, page.height)
        if min(corners.size) < LEAST_SIDE:
            report("form field %r is too small on page %d: %g by %g points", field.name, number + 1, *corners.size)
        if not corners.is_within(page.width * POINTS_PER_PIXEL, page.height * POINTS_PER_PIXEL):
            report("form field %r extends beyond page %d", field.name, number + 1)
        yield FieldPlace(field, box, number, corners, is_repeated)


def _boxes(
    box: Any, matrix: Matrix, earlier: set[Element], *, is_repeated: bool = False
) -> Iterator[tuple[boxes.Box, Matrix, bool]]:
    """The boxes of elements that are marked as fields, with the transformation from their positions to the page's.

    The third item is whether they are at the head or foot of a page, or in something that an earlier page had already.
    """
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if box.transformation_matrix:
        matrix = box.transformation_matrix @ matrix
    if isinstance(box, boxes.MarginBox) or (box.element in earlier and is_repeatable(box)):
        is_repeated = True
    elif box.element is not None and is_repeatable(box):
        earlier.add(box.element)
    if box.element is not None and box.element_tag == box.element.tag and "data-field" in box.element.attrib:
        yield box, matrix, is_repeated
        return
    for child in box.children:
        yield from _boxes(child, matrix, earlier, is_repeated=is_repeated)


def _field(element: Element, report: Report) -> Field | None:
    """The field that an element describes; None, with a complaint, if the description is faulty."""
    name, label, kind = (element.get(f"data-{part}", "") for part in ("field", "label", "kind"))
    faults = {
        "needs a name that starts with a letter and consists of a-z, 0-9 and _": not _NAME.fullmatch(name),
        "has no label: write data-label": not label.strip(),
        f"is of an unknown kind; data-kind must be one of {', '.join(FieldKind)}": kind not in {"", *FieldKind},
        "holds text, which typed text would cover": bool("".join(element.itertext()).strip()),
    }
    for fault, applies in faults.items():
        if applies:
            report("form field %r %s", name, fault)
    if any(faults.values()):
        return None
    return Field(name, " ".join(label.split()), FieldKind(kind or FieldKind.TEXT), "data-required" in element.attrib)


def _corners(box: boxes.Box, matrix: Matrix, page_height: float) -> Corners:
    """The rectangle that a box covers within its borders."""
    left, top = box.padding_box_x(), box.padding_box_y()
    right, bottom = left + box.padding_width(), top + box.padding_height()
    points = [matrix.transform_point(x, y) for x in (left, right) for y in (top, bottom)]
    across = [round(x * POINTS_PER_PIXEL, 3) for x, _ in points]
    up = [round((page_height - y) * POINTS_PER_PIXEL, 3) for _, y in points]
    return Corners(min(across), min(up), max(across), max(up))


class _FormWriter:
    """Writes fields, and their widgets: the annotations that display a field on a page."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self._pdf = pdf
        self._pages = [pdf.objects[int(reference.split()[0])] for reference in pdf.page_references]
        self._resources = pydyf.Dictionary({"Font": pydyf.Dictionary({_FONT: add_field_font(pdf)})})
        pdf.add_object(self._resources)

    def write(self, places: Collection[Sequence[FieldPlace]]) -> None:
        """Write the form: all places of each field."""
        form = pydyf.Dictionary({"DR": self._resources.reference, "DA": pydyf.String(_APPEARANCE)})
        form["Fields"] = pydyf.Array([self._field(spots) for spots in places])
        if any(spots[0].field.kind is FieldKind.SIGNATURE for spots in places):
            form["SigFlags"] = _SIGNATURES_EXIST
        self._pdf.catalog["AcroForm"] = form

    def _field(self, places: Sequence[FieldPlace]) -> bytes:
        """Write a field and its widgets, which are one object if there is only one widget."""
        field = places[0].field
        entries = _entries(field, places[0].corners)
        is_typed = field.kind not in {FieldKind.CHECK, FieldKind.SIGNATURE}
        if is_typed and places[0].box.style["direction"] == "rtl":
            entries["Q"] = _FLUSH_RIGHT
        widgets = [self._widget(place) for place in places]
        if len(widgets) == 1:
            widgets[0].update(entries)
            return bytes(widgets[0].reference)
        self._pdf.add_object(entries)
        entries["Kids"] = pydyf.Array([widget.reference for widget in widgets])
        for widget in widgets:
            widget["Parent"] = entries.reference
            widget["TU"] = entries["TU"]  # pdf.js does not look for it in the parent
        return bytes(entries.reference)

    def _widget(self, place: FieldPlace) -> pydyf.Dictionary:
        """Write a widget, and put it on its page."""
        page = self._pages[place.page]
        widget = pydyf.Dictionary({"Type": "/Annot", "Subtype": "/Widget", "P": page.reference})
        widget["Rect"] = pydyf.Array(place.corners)
        widget["AP"] = pydyf.Dictionary({"N": self._appearance(place)})
        if place.field.kind is FieldKind.CHECK:
            widget["AS"] = _OFF
        self._pdf.add_object(widget)
        page.setdefault("Annots", pydyf.Array()).append(widget.reference)
        place.box.widget_annotation = widget  # the tagging takes it from there
        return widget

    def _appearance(self, place: FieldPlace) -> Any:
        """What a field without a value looks like: empty, but PDF/A requires it to be stated (ISO 19005-2, 6.3.3)."""
        match place.field.kind:
            case FieldKind.CHECK:
                states = {"Yes": self._drawing(place, _tick(*place.corners.size)), "Off": self._drawing(place, b"")}
                return pydyf.Dictionary(states)
            case FieldKind.TEXT | FieldKind.LINE | FieldKind.INITIALS:
                return self._drawing(place, b"/Tx BMC EMC")
            case FieldKind.SIGNATURE:
                return self._drawing(place, b"")

    def _drawing(self, place: FieldPlace, operators: bytes) -> bytes:
        drawing = pydyf.Stream([operators], {"Type": "/XObject", "Subtype": "/Form"})
        drawing.extra["BBox"] = pydyf.Array((0, 0, *place.corners.size))
        drawing.extra["Resources"] = self._resources.reference
        self._pdf.add_object(drawing)
        return bytes(drawing.reference)


def _entries(field: Field, corners: Corners) -> pydyf.Dictionary:
    """The entries of a field, without those of its widgets."""
    entries = pydyf.Dictionary({"T": pydyf.String(field.name), "TU": pydyf.String(field.label)})
    match field.kind:
        case FieldKind.TEXT:
            entries.update(FT="/Tx", DA=pydyf.String(_APPEARANCE))
        case FieldKind.LINE | FieldKind.INITIALS:
            size = round(_SHARE_OF_HEIGHT * corners.size[1], 1)
            entries.update(FT="/Tx", DA=pydyf.String(f"/{_FONT} {size} Tf 0 g"), Ff=_DOES_NOT_SCROLL)
        case FieldKind.CHECK:
            entries.update(FT="/Btn", V=_OFF)
        case FieldKind.SIGNATURE:
            entries.update(FT="/Sig")
    if field.is_required:
        entries["Ff"] = entries.get("Ff", 0) | _REQUIRED
    return entries


def _tick(width: float, height: float) -> bytes:
    """The operators that draw the mark in a check box."""
    points = [(round(x * width, 2), round(y * height, 2)) for x, y in ((0.2, 0.5), (0.42, 0.25), (0.8, 0.8))]
    start, turn, end = (f"{x} {y}" for x, y in points)
    return f"{round(min(width, height) / 9, 2)} w 1 J 1 j {start} m {turn} l {end} l S".encode()
