"""What the annotations of a page show: filled-in fields, notes, marks.

Guarantees: what would be printed is drawn, where it would be printed (ISO 32000-1, 12.5.5); what holds something to
read but no picture of it is refused rather than lost. Links, and what is hidden or not for printing, show nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    StreamObject,
)

from consentkit.pdf.extra.copying import Copier, Matrix, numbers
from consentkit.pdf.extra.judging import REMEDY, Refused
from consentkit.pdf.extra.pagetree import SourcePage
from consentkit.pdf.extra.values import Box, Key, dictionary, key_of, name_of, numbers_of, resolved

_HIDDEN, _PRINTED, _NOT_SHOWN = 2, 4, 32
_SHOW_NOTHING = {"/Link", "/Popup", "/Text", "/PrinterMark", "/TrapNet"}
"""Of these, what has no picture of its own has nothing that belongs on paper."""
_ROLES = {"/Tx": "tv", "/Ch": "tv", "/Btn": "cb", "/Sig": "tv"}
_RADIO, _PUSH = 1 << 15, 1 << 16
_MOST_PARENTS = 50


@dataclass(frozen=True)
class Picture:
    """What an annotation shows."""

    form: IndirectObject
    """The picture, in the new file."""
    matrix: Matrix
    """Where it goes on the page."""
    key: Key | None
    """The annotation, in the foreign file."""
    role: str
    """What a form field is called when it is printed (ISO 32000-1, table 348); empty for anything else."""


def pictures_of(page: SourcePage, number: int, form: DictionaryObject, copier: Copier) -> Iterator[Picture]:
    """What the annotations of a page show, in order. Raises Refused, Unsound."""
    annotations = resolved(page.dictionary.get("/Annots"))
    if isinstance(annotations, NullObject):
        return
    for item in annotations if isinstance(annotations, ArrayObject) else ():
        if isinstance(resolved(item), NullObject):
            continue
        annotation = dictionary(item)
        if name_of(annotation, "/Subtype") == "/Link" or not _is_printed(annotation):
            continue
        picture = _appearance(annotation)
        if picture is None:
            _require_nothing_lost(annotation, number)
        elif matrix := _placed(dictionary(picture), annotation):
            copy = copier.picture(_as_form(picture), _borrowed(annotation, form))
            yield Picture(_completed(copy, copier), matrix, key_of(item), _role(annotation))


def _is_printed(annotation: DictionaryObject) -> bool:
    flags = resolved(annotation.get("/F"))
    set_flags = int(flags) if isinstance(flags, int) else 0
    return bool(set_flags & _PRINTED) and not set_flags & (_HIDDEN | _NOT_SHOWN)


def _appearance(annotation: DictionaryObject) -> Any | None:
    """The picture to be shown, as a reference; None where there is none for the present state."""
    appearances = resolved(annotation.get("/AP"))
    if not isinstance(appearances, DictionaryObject):
        return None
    normal = appearances.get("/N")
    found = resolved(normal)
    if isinstance(found, DictionaryObject) and not isinstance(found, StreamObject):
        normal = found.get(name_of(annotation, "/AS"))
        found = resolved(normal)
    return normal if isinstance(found, StreamObject) else None


def _require_nothing_lost(annotation: DictionaryObject, number: int) -> None:
    kind = name_of(annotation, "/Subtype")
    if kind == "/Widget":
        if _has_value(annotation):
            raise Refused([f"page {number} has a filled-in field that holds no picture of its text; {REMEDY}"])
    elif kind not in _SHOW_NOTHING:
        raise Refused([f"page {number} has a comment or mark that holds no picture of itself; {REMEDY}"])


def _has_value(annotation: DictionaryObject) -> bool:
    if inherited(annotation, "/FT") not in ("/Tx", "/Ch"):
        return name_of(annotation, "/AS") not in ("", "/Off") and "/AP" not in annotation
    value = inherited(annotation, "/V")
    return not isinstance(value, NullObject) and bool(value) if not isinstance(value, StreamObject) else True


def inherited(field: DictionaryObject, key: str) -> Any:
    """An entry of a form field, or of the fields that it belongs to."""
    for _ in range(_MOST_PARENTS):
        value = resolved(field.get(key))
        if not isinstance(value, NullObject):
            return value
        above = resolved(field.get("/Parent"))
        if not isinstance(above, DictionaryObject):
            break
        field = above
    return NullObject()


def _role(annotation: DictionaryObject) -> str:
    if name_of(annotation, "/Subtype") != "/Widget":
        return ""
    kind, flags = str(inherited(annotation, "/FT")), inherited(annotation, "/Ff")
    if kind == "/Btn" and isinstance(flags, int) and flags & (_RADIO | _PUSH):
        return "rb" if flags & _RADIO else "pb"
    return _ROLES.get(kind, "tv")


def _placed(picture: DictionaryObject, annotation: DictionaryObject) -> Matrix | None:
    """The matrix that puts a picture into the rectangle of its annotation; None where it would have no size."""
    left, bottom, right, top = _sorted(numbers_of(annotation.get("/Rect"), 4))
    box = numbers_of(picture.get("/BBox"), 4)
    own = numbers_of(picture.get("/Matrix"), 6) if "/Matrix" in picture else [1, 0, 0, 1, 0, 0]
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [own[0] * x + own[2] * y + own[4] for x, y in corners]
    ys = [own[1] * x + own[3] * y + own[5] for x, y in corners]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if not width or not height or left == right or bottom == top:
        return None
    across, up = (right - left) / width, (top - bottom) / height
    return across, 0, 0, up, left - min(xs) * across, bottom - min(ys) * up


def _sorted(rectangle: list[float]) -> Box:
    left, bottom, right, top = rectangle
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _as_form(picture: Any) -> Any:
    """A picture is a form even where it does not say so; the copier goes by what is said."""
    resolved(picture)[NameObject("/Subtype")] = NameObject("/Form")  # type: ignore[index]
    return picture


def _completed(copy: IndirectObject, copier: Copier) -> IndirectObject:
    form = dictionary(copier.objects.get_object(copy))
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/BBox")] = numbers(_sorted(numbers_of(form.get("/BBox"), 4)))
    return copy


def _borrowed(annotation: DictionaryObject, form: DictionaryObject) -> DictionaryObject:
    """What old files let the picture of a field borrow from the form."""
    found = resolved(form.get("/DR")) if name_of(annotation, "/Subtype") == "/Widget" else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
