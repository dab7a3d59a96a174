"""The pictures of the annotations of a page: filled-in fields, notes, marks.

Guarantees: what would be printed is drawn where it would be printed (qpdf computes the position: ISO 32000-1, 12.5.5);
an annotation with something to read but without a picture of it is refused rather than lost, and so is a tick that
differs from its picture. Links, and what is hidden or not for printing, draw nothing; what appears only on the screen
is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Stream, String

from consentkit.pdf.file.geometry import IDENTITY, box_moved
from consentkit.pdf.foreign.copying import Copier, numbers
from consentkit.pdf.foreign.cost import Costs
from consentkit.pdf.foreign.drawing import Unsound
from consentkit.pdf.foreign.judging import REMEDY, Refused
from consentkit.pdf.foreign.pagetree import SourcePage
from consentkit.pdf.foreign.values import (
    ForeignBox,
    ObjectKey,
    array,
    dictionary,
    entries_of,
    has_entries,
    listed,
    name_of,
    numbers_of,
    object_key,
    optional_dictionary,
    whole_number,
)

_HIDDEN, _PRINTED, _NOT_DISPLAYED = 2, 4, 32
_NEED_NO_PICTURE = {"/Link", "/Popup", "/Text", "/PrinterMark", "/TrapNet"}
"""If one of these has no picture, nothing of it belongs on paper."""
_ROLES = {"/Tx": "tv", "/Ch": "tv", "/Btn": "cb", "/Sig": "tv"}
_RADIO, _PUSH = 1 << 15, 1 << 16
_MOST_PARENTS = 50


_WRITTEN_ON = frozenset(("/FreeText", "/Ink", "/Stamp", "/Text"))
"""Annotations with which somebody writes onto a page: their text may be about one patient."""


@dataclass(frozen=True)
class AnnotationPicture:
    """The picture of an annotation."""

    form: Any
    """The picture, in the new file."""
    annotation: Any
    """The annotation, in the foreign file."""
    page: int
    """The page that it is on, counted from 1."""
    role: str
    """The role of a printed form field (ISO 32000-1, table 348); empty for anything else."""

    @property
    def key(self) -> ObjectKey | None:
        """The number of the annotation."""
        return object_key(self.annotation)

    def drawn(self, name: str) -> bytes:
        """The instructions that draw it under a name."""
        annotation = pikepdf.Annotation(self.annotation)
        return annotation.get_page_content_for_appearance(Name(name), 0, _PRINTED, _HIDDEN | _NOT_DISPLAYED)


class Annotations:
    """Reads the annotations of the pages of one file."""

    def __init__(self, form: Any, copier: Copier, costs: Costs) -> None:
        self._form, self._copier, self._costs = form, copier, costs
        self.not_printed: Counter[int] = Counter()
        """How many fields and marks of each page appear on the screen, but not on paper."""
        self.signatures: Counter[int] = Counter()
        """How many digital signatures are on each page."""
        self.has_values = False
        """Whether a field is filled in, so that the file may belong to one patient."""
        self.pages: set[int] = set()
        """Pages with annotations other than links."""

    def pictures_of(self, page: SourcePage, number: int) -> Iterator[AnnotationPicture]:
        """The pictures of the annotations of a page, in order. Raises Refused, Unsound."""
        for annotation in array(page.dictionary.get("/Annots")):
            if annotation is None:
                continue
            self._note(dictionary(annotation), number)
            if name_of(annotation, "/Subtype") == "/Link":
                continue
            self.pages.add(number)
            if not is_printed(annotation):
                continue
            picture = appearance(annotation)
            _require_true_tick(annotation, picture, number, self._copier)
            if picture is None:
                _require_nothing_lost(annotation, number)
            elif _has_size(picture, annotation):
                borrowed = self._borrowed(annotation)
                self._costs.require_affordable_picture(picture, borrowed, page.key)
                copy = self._copier.picture(_as_form(picture), borrowed)
                yield AnnotationPicture(_completed(copy), annotation, number, _role(annotation))

    def _note(self, annotation: Any, number: int) -> None:
        """Count what has to be reported about an annotation."""
        is_field = name_of(annotation, "/Subtype") == "/Widget"
        if is_field and str(inherited(annotation, "/FT")) == "/Sig" and has_entries(inherited(annotation, "/V")):
            self.signatures[number] += 1
            self.has_values = True
        has_value = is_field and (has_text(annotation) or name_of(annotation, "/AS") not in ("", "/Off"))
        self.has_values |= has_value or name_of(annotation, "/Subtype") in _WRITTEN_ON
        flags = whole_number(annotation.get("/F")) or 0
        if flags & (_PRINTED | _HIDDEN | _NOT_DISPLAYED) or name_of(annotation, "/Subtype") in ("/Link", "/Popup"):
            return
        picture = appearance(annotation)
        shows = picture is not None and self._paints(picture, annotation)
        if has_value or shows or (picture is None and not is_field):
            self.not_printed[number] += 1

    def _paints(self, picture: Any, annotation: Any) -> bool:
        return self._copier.drawing_of(picture, self._borrowed(annotation)).paints

    def _borrowed(self, annotation: Any) -> Any:
        """The resources that the picture of a field in an old file may borrow from the form."""
        is_field = name_of(annotation, "/Subtype") == "/Widget"
        return optional_dictionary(self._form.get("/DR")) if is_field else Dictionary()


def is_printed(annotation: Any) -> bool:
    """Whether an annotation belongs on paper (ISO 32000-1, 12.5.3)."""
    flags = whole_number(annotation.get("/F")) or 0
    return bool(flags & _PRINTED) and not flags & (_HIDDEN | _NOT_DISPLAYED)


def appearance(annotation: Any) -> Any:
    """The picture of an annotation; None if there is none for its current state. Raises Unsound."""
    normal = optional_dictionary(annotation.get("/AP")).get("/N")
    if normal is not None and not has_entries(normal):
        raise Unsound("a picture of the wrong kind")
    if isinstance(normal, Dictionary):
        state = name_of(annotation, "/AS")
        normal = normal.get(state) if state else None
        if normal is not None and not isinstance(normal, Stream):
            raise Unsound("a picture of the wrong kind")
    return normal


def _require_nothing_lost(annotation: Any, number: int) -> None:
    kind = name_of(annotation, "/Subtype")
    if kind == "/Widget":
        if _has_value(annotation):
            raise Refused([f"page {number} has a filled-in field without a picture of its text; {REMEDY}"])
    elif kind not in _NEED_NO_PICTURE:
        raise Refused([f"page {number} has a comment or mark without a picture of itself; {REMEDY}"])


def _has_value(annotation: Any) -> bool:
    if is_text(annotation):
        return has_text(annotation)
    return name_of(annotation, "/AS") not in ("", "/Off") and "/AP" not in annotation


def is_text(annotation: Any) -> bool:
    """Whether an annotation is a field of text or of choices, and not of ticks or a signature."""
    return name_of(annotation, "/Subtype") == "/Widget" and str(inherited(annotation, "/FT")) in ("/Tx", "/Ch")


def has_text(annotation: Any) -> bool:
    """Whether an annotation is a field that is filled with text or with a choice. Raises Unsound."""
    return is_text(annotation) and any(text.strip() for text in texts_of(annotation))


def texts_of(field: Any) -> list[str]:
    """The values of a field of text or of choices, as they are displayed. Raises Unsound."""
    values = listed(inherited(field, "/V"))
    display_texts = dict(_options(field))
    texts = []
    for value in values:
        if not isinstance(value, String | Name | Stream):
            raise Unsound("a field whose value is not text")
        text = str(String(value.read_bytes())) if isinstance(value, Stream) else str(value)
        texts.append(display_texts.get(text, text.removeprefix("/") if isinstance(value, Name) else text))
    return texts


def _options(field: Any) -> Iterator[tuple[str, str]]:
    """The values of a choice that have a different display text (ISO 32000-1, table 231), with that text."""
    for option in listed(inherited(field, "/Opt")):
        pair = listed(option)
        if len(pair) == 2 and all(isinstance(part, String) for part in pair):
            yield str(pair[0]), str(pair[1])


def _require_true_tick(annotation: Any, picture: Any, number: int, copier: Copier) -> None:
    """Raise Refused if the value of a check box or a radio button differs from its picture."""
    if name_of(annotation, "/Subtype") != "/Widget" or str(inherited(annotation, "/FT")) != "/Btn":
        return
    flags = whole_number(inherited(annotation, "/Ff")) or 0
    value = inherited(annotation, "/V")
    states = optional_dictionary(annotation.get("/AP")).get("/N")
    if flags & _PUSH or not isinstance(value, Name) or not isinstance(states, Dictionary):
        return
    own = [state for state, _ in entries_of(states) if state != "/Off"]
    chosen, displayed = name_of(Dictionary(V=value), "/V"), name_of(annotation, "/AS") or "/Off"
    is_ticked = displayed in own
    is_empty = is_ticked and (picture is None or not copier.drawing_of(picture, Dictionary()).paints)
    if is_empty or (chosen in own) != is_ticked or (is_ticked and displayed != chosen):
        raise Refused([f"page {number} has a check box or radio button that differs from its picture; {REMEDY}"])


def inherited(field: Any, key: str) -> Any:
    """An entry of a form field or of its ancestors; None if there is none."""
    for _ in range(_MOST_PARENTS):
        if key in field:
            return field.get(key)
        field = field.get("/Parent")
        if not has_entries(field):
            break
    return None


def _role(annotation: Any) -> str:
    if name_of(annotation, "/Subtype") != "/Widget":
        return ""
    kind, flags = str(inherited(annotation, "/FT")), whole_number(inherited(annotation, "/Ff")) or 0
    if kind == "/Btn" and flags & (_RADIO | _PUSH):
        return "rb" if flags & _RADIO else "pb"
    return _ROLES.get(kind, "tv")


def _has_size(picture: Any, annotation: Any) -> bool:
    """Whether a picture and its rectangle are more than a point or a line, as those of hidden signatures are."""
    left, bottom, right, top = sorted_box(numbers_of(annotation.get("/Rect"), 4))
    box = sorted_box(numbers_of(picture.get("/BBox"), 4))
    a, b, c, d, *_ = numbers_of(picture.get("/Matrix"), 6) if "/Matrix" in picture else IDENTITY
    turned = box_moved((a, b, c, d, 0, 0), box)  # not shifted: that does not matter, and would cost precision
    return left < right and bottom < top and turned.right > turned.left and turned.top > turned.bottom


def sorted_box(rectangle: list[float]) -> ForeignBox:
    """A rectangle from its lower left to its upper right corner."""
    left, bottom, right, top = rectangle
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _as_form(picture: Any) -> Any:
    """Make a picture state that it is a form, on which the copier and qpdf rely."""
    picture["/Subtype"] = Name.Form
    picture["/BBox"] = numbers(sorted_box(numbers_of(picture.get("/BBox"), 4)))
    return picture


def _completed(copy: Any) -> Any:
    copy["/Type"] = Name.XObject
    return copy
