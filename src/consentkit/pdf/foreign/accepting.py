"""The steps from a foreign file to one that may go into a packet.

Guarantees: a file is accepted only if it was judged, rewritten, judged again in its new form, and compared page by page
with the original, and if it can be linked into a packet and read back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Name, Stream

from consentkit.model.identity import PaperSize
from consentkit.pdf.foreign.claims import claims_of
from consentkit.pdf.foreign.comparing import require_same, require_same_characters
from consentkit.pdf.foreign.copying import written_file
from consentkit.pdf.foreign.cost import TooCostly
from consentkit.pdf.foreign.drawing import Unsound
from consentkit.pdf.foreign.fields import draw_again, mismatched
from consentkit.pdf.foreign.flattening import AnnotationPicture, appearance, has_text, is_printed
from consentkit.pdf.foreign.inert import Inert, colour_components, rewrite
from consentkit.pdf.foreign.judging import DAMAGED, REMEDY, TOO_LARGE, Judged, Refused, judge_foreign_file
from consentkit.pdf.foreign.placing import places_for
from consentkit.pdf.foreign.streams import Budget, TooLarge, peeled
from consentkit.pdf.foreign.values import array, dictionary, has_entries, object_key
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.read.drawn_text import PageTexts
from consentkit.pdf.read.structure_text import UnreadablePdf, readable_text

_MISMATCHED = "a field whose picture would differ from its value"
_TOO_COSTLY = f"holds drawings that call each other so often that no program could display it; {REMEDY}"


@dataclass(frozen=True)
class Accepted:
    """A file that may go into a packet."""

    pdf: bytes
    sizes: tuple[tuple[float, float], ...]
    is_tagged: bool
    claims_accessibility: bool
    claims_archive: bool
    notices: tuple[str, ...]
    may_be_kept: bool


def accepted(data: bytes, paper: PaperSize | None) -> Accepted:
    """Judge and rewrite a file. Raises Refused; for a damaged file, also any exception of the libraries."""
    try:
        judged, inert, again = _rewritten(data)
        _require_linkable(inert.pdf)
        judge_foreign_file(inert.pdf)  # what we pass on must pass the same judgment
    except TooLarge as error:
        raise Refused([TOO_LARGE]) from error
    except TooCostly as error:
        raise Refused([_TOO_COSTLY]) from error
    except (Unsound, pikepdf.PdfError) as error:
        raise Refused([DAMAGED]) from error
    sizes = tuple(page.size for page in judged.pages)
    claims = claims_of(_metadata(judged))
    originals, archivable = sizes, colour_components(judged) in (None, 1, 3)
    pdf = inert.pdf
    if paper:
        places = places_for(inert.pdf, sizes, paper)
        pdf = rewrite(judged, places).pdf
        require_same_characters(inert.pdf, pdf)
        _require_linkable(pdf)
        judge_foreign_file(pdf)
        sizes = tuple(place.sheet for place in places)
    require_same(data, _comparable(judged), inert.pdf, originals, inert.annotated)  # last: it alters what was judged
    is_readable = inert.is_tagged and _is_readable(inert.pdf)
    return Accepted(
        pdf,
        sizes,
        inert.is_tagged,
        is_readable and not again and inert.is_wholly_tagged and claims.accessibility,
        inert.is_tagged and not again and claims.archive and archivable,
        tuple(_notices(inert, again)),
        not inert.has_values,
    )


def _rewritten(data: bytes) -> tuple[Judged, Inert, Counter[int]]:
    """The rewritten file, and how many fields of each page had to be drawn again."""
    judged = judge_foreign_file(data)
    lacking = [
        annotation for annotation in _annotations(judged) if is_printed(annotation) and _lacks_picture(annotation)
    ]
    draw_again(judged.file, lacking)
    inert = rewrite(judged)
    wrong = mismatched(inert.pictures)
    _require_none([picture for picture in wrong if not has_text(picture.annotation)])  # its picture would be lost
    if wrong:
        draw_again(judged.file, [picture.annotation for picture in wrong])
        inert = rewrite(judged)
        _require_none(mismatched(inert.pictures))
    drawn = {object_key(annotation) for annotation in (*lacking, *(picture.annotation for picture in wrong))}
    return judged, inert, Counter(picture.page for picture in inert.pictures if picture.key in drawn)


def _require_none(wrong: Sequence[AnnotationPicture]) -> None:
    """Raise Refused if there is a field whose picture differs from its value."""
    if wrong:
        raise Refused([f"page {wrong[0].page} has {_MISMATCHED}; {REMEDY}"])


def _annotations(judged: Judged) -> list[Any]:
    return [
        dictionary(annotation)
        for page in judged.pages
        for annotation in array(page.dictionary.get("/Annots"))
        if annotation is not None
    ]


def _lacks_picture(annotation: Any) -> bool:
    return has_text(annotation) and appearance(annotation) is None


def _comparable(judged: Judged) -> bytes:
    """The original with fields as they were drawn, and without what is not for printing or has no picture in the file.

    Viewers draw such annotations each in their own way, and PDFium prints fields that are not for printing.
    """
    if "/Metadata" in judged.catalog:
        del judged.catalog["/Metadata"]  # pikepdf reads it when it writes a file, and may fail to
    form = judged.catalog.get("/AcroForm")
    if has_entries(form) and "/NeedAppearances" in form:
        del form["/NeedAppearances"]
    for page in judged.pages:
        annotations = array(page.dictionary.get("/Annots"))
        if annotations:
            kept = [item for item in annotations if has_entries(item) and is_printed(item) and appearance(item)]
            for item in kept:
                item["/Subtype"] = Name.Stamp  # whose picture PDFium draws as it is, even without a form
            page.dictionary["/Annots"] = Array(kept)
    return written_file(judged.file)


def _notices(inert: Inert, again: Counter[int]) -> Iterator[str]:
    """What the front desk should know of a file."""
    for page, count in sorted(inert.not_printed.items()):
        what = "1 field or mark that appears" if count == 1 else f"{count} fields or marks that appear"
        yield f"page {page} has {what} on the screen, but not on paper; left out: check that nothing is missing"
    for page, count in sorted(again.items()):
        what = "1 field" if count == 1 else f"{count} fields"
        yield f"page {page} has {what} whose picture was out of date; drawn again: compare the result with the file"
    for page, count in sorted(inert.signatures.items()):
        what = "1 digital signature, which is" if count == 1 else f"{count} digital signatures, which are"
        yield f"page {page} has {what} not valid in a packet; keep the original"


def _require_linkable(pdf: bytes) -> None:
    """Raise Refused if a file can't be linked into a packet, or the packet could not be read back."""
    try:
        compile_part(pdf)
        PageTexts().read(pdf)
    except ValueError as error:
        raise Refused([DAMAGED]) from error


def _is_readable(pdf: bytes) -> bool:
    try:
        return bool(readable_text(pdf).strip())
    except UnreadablePdf:
        return False


def _metadata(judged: Judged) -> bytes:
    """The metadata packet; empty if there is none that can be read."""
    stream = judged.catalog.get("/Metadata")
    try:
        content = peeled(stream, Budget()) if isinstance(stream, Stream) else None
    except (Unsound, TooLarge):
        return b""
    return content.data if content and not content.filters else b""
