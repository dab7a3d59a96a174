"""The font in which viewers display what is typed into a form.

Guarantees: it is a separate font file, since those of the page have no letters but the page's; it has the letters of
every European language in Latin, Greek or Cyrillic script, and of Vietnamese; each glyph is mapped to its character;
the codes are the glyph numbers of the file, as programs that fill in forms take for granted; whichever size a viewer
fits to a field, nothing of a letter is below its line.

Viewers choose the size of what is typed and its height above the line by rules of their own. poppler takes the whole
height of the field for the size, and a tenth of it for what reaches below the line, where most fonts need a quarter: it
would cut off the lower parts of g, j, p, q and y. So the letters of this font are smaller in their em, and higher.

qpdf supports only fonts with codes of one byte, but these have too few codes for Vietnamese names: viewers would use
another font, which is then not embedded. With codes of two bytes, pdf.js (Firefox), poppler and pypdf display all of
these letters in this font. PDFium (Chrome) does so for Western European ones.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from functools import cache

import pydyf
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from consentkit.pdf.fonts.character_map import character_map
from consentkit.pdf.fonts.font_files import WIDE_FACE
from consentkit.resources import font_file

_NAME = "/FIELDS+consentkit-fields"

# Latin with its accents, Greek as written today, Cyrillic; Vietnamese is in Latin Extended Additional. Then dashes,
# quotation marks and the like, currencies, № and ™.
_TYPED = (
    range(0x20, 0x530),
    range(0x1E00, 0x1F00),
    range(0x2010, 0x2070),
    range(0x20A0, 0x20C0),
    (0x2116, 0x2122),
)

_UNUSED_TABLES = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "gasp", "prep")

_SHARE = 0.86
"""The size of the letters in this font, as a share of that in which they were drawn."""
_RAISED = 0.125
"""How far they are lifted, as a share of the size of the type."""


def add_field_font(pdf: pydyf.PDF) -> bytes:
    """Embed the font, and return its reference."""
    data = _file()
    with TTFont(io.BytesIO(data), lazy=True) as font:
        widths = [round(font["hmtx"][glyph][0] * _scale(font), 2) for glyph in font.getGlyphOrder()]
        characters = _characters({code: font.getGlyphID(glyph) for code, glyph in font.getBestCmap().items()})
        descriptor = _descriptor(font)
    file = pydyf.Stream([data], {"Length1": len(data)}, compress=True)
    pdf.add_object(file)
    descriptor["FontFile2"] = file.reference
    pdf.add_object(descriptor)
    glyphs = _glyphs(widths, descriptor)
    pdf.add_object(glyphs)
    meanings = pydyf.Stream(list(character_map(characters)), compress=True)
    pdf.add_object(meanings)
    whole = pydyf.Dictionary({"Type": "/Font", "Subtype": "/Type0", "BaseFont": _NAME, "Encoding": "/Identity-H"})
    whole["DescendantFonts"] = pydyf.Array([glyphs.reference])
    whole["ToUnicode"] = meanings.reference
    pdf.add_object(whole)
    return bytes(whole.reference)


@cache
def _file() -> bytes:
    """The font file: the regular weight of a variable font, with the letters that people type."""
    with TTFont(font_file(WIDE_FACE.package, WIDE_FACE.file), recalcTimestamp=False) as font:
        for table in _UNUSED_TABLES:  # subsetting them would take longer than everything else
            if table in font:
                del font[table]
        subsetter = subset.Subsetter(subset.Options(name_IDs=[], notdef_outline=True))
        subsetter.populate(unicodes=[code for codes in _TYPED for code in codes])
        subsetter.subset(font)
        instantiateVariableFont(font, {"wght": float(WIDE_FACE.weight)}, inplace=True, static=True)
        _shrink_and_raise(font)
        file = io.BytesIO()
        font.save(file)
    return file.getvalue()


def _shrink_and_raise(font: TTFont) -> None:
    """Make the glyphs smaller in their em, by making it larger; and lift them in it."""
    by = round(_RAISED * font["head"].unitsPerEm / _SHARE)
    font["head"].unitsPerEm = round(font["head"].unitsPerEm / _SHARE)
    glyphs = font["glyf"]
    for name in font.getGlyphOrder():
        glyph = glyphs[name]
        if glyph.isComposite():
            for part in glyph.components:
                # The part brings its own lift along, turned as it is: an inverted one would sink.
                across, up = part.transform[1] if hasattr(part, "transform") else (0, 1)
                part.x, part.y = round(part.x - across * by), round(part.y + by - up * by)
        elif glyph.numberOfContours > 0:
            glyph.coordinates.translate((0, by))


def _characters(glyphs: Mapping[int, int]) -> dict[int, str]:
    """The character of each glyph. If there are several, it is the one that people type: omega, not the ohm sign."""
    characters: dict[int, str] = {}
    for code in sorted(glyphs, key=lambda code: (unicodedata.normalize("NFKC", chr(code)) != chr(code), code)):
        characters.setdefault(glyphs[code], chr(code))
    return dict(sorted(characters.items()))


def _descriptor(font: TTFont) -> pydyf.Dictionary:
    """The font descriptor. Lengths are in thousandths of the size."""
    head, scale = font["head"], _scale(font)
    left, bottom, right, top = (round(edge * scale) for edge in (head.xMin, head.yMin, head.xMax, head.yMax))
    return pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": _NAME,
            "Flags": 4,
            "FontBBox": pydyf.Array((left, bottom, right, top)),
            "ItalicAngle": 0,
            # Viewers fit the size of the text to these. The file's own values include the space between lines.
            "Ascent": top,
            "Descent": bottom,
            "CapHeight": round(font["OS/2"].sCapHeight * scale),
            "StemV": 80,
        }
    )


def _scale(font: TTFont) -> float:
    """Thousandths of the size in a unit of the font file."""
    return 1000 / int(font["head"].unitsPerEm)


def _glyphs(widths: list[float], descriptor: pydyf.Dictionary) -> pydyf.Dictionary:
    """The descendant font, which holds the glyphs of a composite font by their numbers."""
    collection = {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
    return pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": _NAME,
            "CIDSystemInfo": pydyf.Dictionary(collection),
            "CIDToGIDMap": "/Identity",
            "W": pydyf.Array((0, pydyf.Array(widths))),
            "FontDescriptor": descriptor.reference,
        }
    )
