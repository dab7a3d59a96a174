"""Filled-in fields: their values are compared with their pictures.

Guarantees: a picture passes only if PDFium reads the value of the field in it, all within its edges. If it is empty or
out of date, as many programs leave it, it is drawn again by qpdf, and judged again; if it still differs, it is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pikepdf.form import ExtendedAppearanceStreamGenerator

from consentkit.pdf.foreign.copying import written_file
from consentkit.pdf.foreign.flattening import AnnotationPicture, inherited, is_text, texts_of
from consentkit.pdf.foreign.rendering import Rendered
from consentkit.pdf.foreign.values import dictionary, has_entries, listed, numbers_of, whole_number

_PASSWORD, _COMBO = 1 << 13, 1 << 17
_FONT = re.compile(rb"(/[!-~]+)\s+([\d.]+)\s+Tf")
_SMALLEST, _LARGEST, _OF_HEIGHT = 6.0, 12.0, 0.65
"""For text whose size is adapted to its field: its limits, in points, and the fraction of the field's height."""


def mismatched(pictures: Sequence[AnnotationPicture]) -> list[AnnotationPicture]:
    """The pictures of fields that differ from the value of the field."""
    fields = [picture for picture in pictures if is_text(picture.annotation)]
    if not fields:
        return []
    with Rendered(_sheet(fields)) as rendered:
        return [
            field for index, field in enumerate(fields) if not _shows(rendered.text_within(index), field.annotation)
        ]


def _sheet(fields: Sequence[AnnotationPicture]) -> bytes:
    """A file with the picture of each field on a separate page, which has the field's edges."""
    sheet = pikepdf.Pdf.new()
    forms = [sheet.copy_foreign(field.form) for field in fields]
    for place, field in enumerate(fields):
        page = sheet.make_indirect(Dictionary(Type=Name.Page, Parent=sheet.Root.Pages))
        page["/MediaBox"] = Array(numbers_of(field.annotation.get("/Rect"), 4))
        page["/Contents"] = sheet.make_stream(field.drawn("/Field"))
        page["/Resources"] = Dictionary(XObject=Dictionary(Field=forms[place]))
        sheet.Root.Pages.Kids.append(page)
    sheet.Root.Pages.Count = len(fields)
    return written_file(sheet)


def _shows(text: str, annotation: Any) -> bool:
    flags = whole_number(inherited(annotation, "/Ff")) or 0
    is_choice = str(inherited(annotation, "/FT")) == "/Ch"
    if flags & _PASSWORD and not is_choice:
        return True  # it displays asterisks
    drawn, values = _plain(text), [_plain(value) for value in texts_of(annotation)]
    if is_choice and not flags & _COMBO:  # a list displays what was not chosen, too
        return all(value in drawn for value in values) and bool(drawn or not listed(inherited(annotation, "/Opt")))
    return drawn == "".join(values)


def _plain(text: str) -> str:
    """The visible characters of a text: without spaces, line ends and control characters."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if unicodedata.category(char)[0] not in "ZC")


def draw_again(file: pikepdf.Pdf, annotations: Sequence[Any]) -> None:
    """Make qpdf draw the pictures of fields. What it can't draw still differs, and is then refused."""
    form = file.acroform
    for annotation in annotations:
        _give_font(annotation, file.Root.AcroForm)
    generator = ExtendedAppearanceStreamGenerator(file, form)
    for annotation in annotations:
        field = form.get_field_for_annotation(pikepdf.Annotation(annotation))
        with suppress(ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
            if str(inherited(annotation, "/FT")) == "/Ch":
                _use_display_text(annotation)
                generator.generate_choice(field)
            else:
                generator.generate_text(field)


def _use_display_text(annotation: Any) -> None:
    """Replace the export value of a choice by its display text, since qpdf draws the value."""
    texts, holder = texts_of(annotation), annotation
    while "/V" not in holder and has_entries(holder.get("/Parent")):
        holder = holder.get("/Parent")
    if len(texts) == 1 and isinstance(holder.get("/V"), String):
        holder["/V"] = String(texts[0])


def _give_font(annotation: Any, form: Any) -> None:
    """Make a field name an existing font and a size (ISO 32000-1, 12.7.3.3), as viewers do if it does not."""
    given = inherited(annotation, "/DA") or form.get("/DA")
    match = _FONT.search(bytes(given)) if isinstance(given, String) else None
    name, size = (match[1].decode("latin-1"), float(match[2])) if match else ("/Helv", 0.0)
    fonts = _entry(_entry(form, "/DR"), "/Font")
    if name not in fonts:
        fonts[name] = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
    if match is None or not size:
        box = numbers_of(annotation.get("/Rect"), 4)
        size = min(_LARGEST, max(_SMALLEST, abs(box[3] - box[1]) * _OF_HEIGHT))
        rest = bytes(given)[match.end() :] if match and given is not None else b" 0 g"
        annotation["/DA"] = String(f"{name} {size:.1f} Tf".encode("latin-1") + rest)


def _entry(holder: Any, key: str) -> Any:
    """A dictionary in a dictionary, added if it is missing."""
    if key not in holder:
        holder[key] = Dictionary()
    return dictionary(holder.get(key))
