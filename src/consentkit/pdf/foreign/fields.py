"""Filled-in fields: what they are filled with, compared with what their pictures show.

Guarantees: a picture passes only if PDFium reads in it what the field holds, all within its edges. Where it is empty or
out of date, as many programs leave it, it is drawn again by qpdf, and judged again; what then differs is refused.
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
"""The sizes, in points, of a text that is to be as large as its field allows, and its share of the field's height."""


def untrue(pictures: Sequence[AnnotationPicture]) -> list[AnnotationPicture]:
    """The pictures of fields that show something else than the field holds."""
    fields = [picture for picture in pictures if is_text(picture.annotation)]
    if not fields:
        return []
    with Rendered(_sheet(fields)) as rendered:
        return [
            field for index, field in enumerate(fields) if not _shows(rendered.text_within(index), field.annotation)
        ]


def _sheet(fields: Sequence[AnnotationPicture]) -> bytes:
    """A file with the picture of each field on a page of its own, which has the field's edges."""
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
        return True  # it shows as many stars
    shown, held = _plain(text), [_plain(value) for value in texts_of(annotation)]
    if is_choice and not flags & _COMBO:  # a list shows what was not chosen, too
        return all(value in shown for value in held) and bool(shown or not listed(inherited(annotation, "/Opt")))
    return shown == "".join(held)


def _plain(text: str) -> str:
    """A text as far as it is seen: without spaces, line ends and what has no shape."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if unicodedata.category(char)[0] not in "ZC")


def draw_again(file: pikepdf.Pdf, annotations: Sequence[Any]) -> None:
    """Let qpdf draw the pictures of fields. What it can't draw differs still, and is refused then."""
    form = file.acroform
    for annotation in annotations:
        _give_font(annotation, file.Root.AcroForm)
    generator = ExtendedAppearanceStreamGenerator(file, form)
    for annotation in annotations:
        field = form.get_field_for_annotation(pikepdf.Annotation(annotation))
        with suppress(ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
            if str(inherited(annotation, "/FT")) == "/Ch":
                _show_in_words(annotation)
                generator.generate_choice(field)
            else:
                generator.generate_text(field)


def _show_in_words(annotation: Any) -> None:
    """Let a choice hold the words that it is shown in, which qpdf draws: not its value for programs."""
    texts, holder = texts_of(annotation), annotation
    while "/V" not in holder and has_entries(holder.get("/Parent")):
        holder = holder.get("/Parent")
    if len(texts) == 1 and isinstance(holder.get("/V"), String):
        holder["/V"] = String(texts[0])


def _give_font(annotation: Any, form: Any) -> None:
    """Let a field name a font and a size that there are (ISO 32000-1, 12.7.3.3), as viewers do where it does not."""
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
    """A dictionary in a dictionary, made if it is not there."""
    if key not in holder:
        holder[key] = Dictionary()
    return dictionary(holder.get(key))
