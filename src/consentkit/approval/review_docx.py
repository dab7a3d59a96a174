"""A review copy as a DOCX file, for word processors.

Guarantees: the same copy gives the same file, at any time, so that one in which somebody has written is recognised;
without the library that writes DOCX, the error says how to install it.
"""

from __future__ import annotations

import datetime
import io
import zipfile

from consentkit.approval.review_copy import COLUMNS, ReviewCopy
from consentkit.errors import WrongUse

_SOME_DAY = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # python-docx has the day of its template otherwise
_WIDTHS = (1.2, 8.8, 3.5, 3.5)
"""In centimetres, of the columns."""


def as_docx(copy: ReviewCopy) -> bytes:
    """The copy as a DOCX file. Raises WrongUse where python-docx is not installed."""
    try:
        import docx
        from docx.shared import Cm
    except ImportError:
        raise WrongUse("writing DOCX needs a library: pip install 'consentkit[review]'; or name a .html file") from None
    document = docx.Document()
    about = document.core_properties
    about.title, about.author, about.language = copy.title, "consentkit", copy.language
    about.created = about.modified = _SOME_DAY
    document.add_heading(copy.title, 1)
    document.add_paragraph(copy.about)
    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    for line in copy.lines:
        cells = table.add_row().cells
        cells[0].text = str(line.number)
        cells[1].paragraphs[0].add_run(line.text).bold = line.is_heading
        cells[2].text = "; ".join(line.sources)
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS, strict=True):
            cell.width = Cm(width)
    document.add_heading("Sources of the text", 2)
    for source in copy.sources:
        document.add_paragraph(source, style="List Number")
    out = io.BytesIO()
    document.save(out)
    return _without_times(out)


def _without_times(file: io.BytesIO) -> bytes:
    """The same archive, whose parts do not say when they were packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _SOME_DAY.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return packed.getvalue()
