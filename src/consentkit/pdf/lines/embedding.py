"""Fonts for drawn lines, as objects of a file.

Guarantees: a font has the glyphs that are used and no others, and says of each what it means and how wide it is; the
same glyphs give the same bytes.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from consentkit.pdf.file.syntax import Ref, Value, form_of
from consentkit.pdf.fonts.character_map import character_map
from consentkit.pdf.lines.faces import LineFace
from consentkit.pdf.link.compile import CompiledStream
from consentkit.pdf.link.order import DrawingResources

_USELESS_TABLES = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "JSTF", "OS/2", "STAT", "cmap", "name", "post")
"""What a font in a file does not need: its glyphs are called by their numbers."""
_LETTERS = 26
_EFFORT = 6


def resources_of(used: Mapping[str, tuple[LineFace, Mapping[int, str]]]) -> DrawingResources:
    """What drawings need that use faces by these names, each with the meanings of its glyphs."""
    plain: dict[int, Value] = {}
    streams: dict[int, CompiledStream] = {}
    fonts: dict[str, Value] = {}
    for name, (face, meanings) in used.items():
        fonts[name] = _add_font(face, dict(sorted(meanings.items())), plain, streams)
    return DrawingResources({"Font": fonts}, {number: form_of(value) for number, value in plain.items()}, streams)


def _add_font(
    face: LineFace, meanings: Mapping[int, str], plain: dict[int, Value], streams: dict[int, CompiledStream]
) -> Ref:
    """Add a font, and return its number (ISO 32000-1, 9.7.4)."""
    first = len(plain) + len(streams)
    whole, glyphs, descriptor, file, meaning = (Ref(first + place) for place in range(5))
    data = _subset(face, meanings)
    name = b"/%b+%b" % (_tag(data), face.name.encode())
    collection: dict[str, Value] = {"Registry": b"(Adobe)", "Ordering": b"(Identity)", "Supplement": b"0"}
    plain[whole] = {
        "Type": b"/Font",
        "Subtype": b"/Type0",
        "BaseFont": name,
        "Encoding": b"/Identity-H",
        "DescendantFonts": [glyphs],
        "ToUnicode": meaning,
    }
    plain[glyphs] = {
        "Type": b"/Font",
        "Subtype": b"/CIDFontType2",
        "BaseFont": name,
        "CIDSystemInfo": collection,
        "CIDToGIDMap": b"/Identity",
        "W": _widths(face, meanings),
        "FontDescriptor": descriptor,
    }
    plain[descriptor] = {"Type": b"/FontDescriptor", "FontName": name, **_measures(face), "FontFile2": file}
    streams[file] = _stream(data, {"Length1": b"%d" % len(data)})
    streams[meaning] = _stream(b"\n".join(character_map(meanings)), {})
    return whole


def _stream(data: bytes, entries: dict[str, Value]) -> CompiledStream:
    packed = zlib.compress(data, _EFFORT)
    return CompiledStream.stored({**entries, "Filter": b"/FlateDecode", "Length": b"%d" % len(packed)}, packed)


def _subset(face: LineFace, glyphs: Mapping[int, str]) -> bytes:
    """A font file with some glyphs of a face, which keep their numbers."""
    import uharfbuzz

    flags = uharfbuzz.SubsetFlags
    order = uharfbuzz.SubsetInput()
    order.glyph_set.update(glyphs)
    order.drop_table_tag_set.update(_table_tags())
    order.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NO_LAYOUT_CLOSURE | flags.NOTDEF_OUTLINE
    if face.axis is not None:
        order.pin_axis_location(face.file, "wght", float(face.axis))
    data: bytes = order.subset(face.file).blob.data
    return data


@cache
def _table_tags() -> frozenset[int]:
    return frozenset(int.from_bytes(tag.encode()) for tag in _USELESS_TABLES)


def _tag(data: bytes) -> bytes:
    """The six letters before the name of a subset (ISO 32000-1, 9.6.4)."""
    return bytes(65 + byte % _LETTERS for byte in hashlib.sha256(data).digest()[:6])


def _widths(face: LineFace, glyphs: Mapping[int, str]) -> list[Value]:
    """The widths of glyphs, in stretches of numbers without a gap."""
    widths: list[Value] = []
    before = None
    for glyph in glyphs:
        if before is None or glyph != before + 1:
            stretch: list[Value] = []
            widths += [b"%d" % glyph, stretch]
        stretch.append(b"%d" % face.width(glyph))
        before = glyph
    return widths


@cache
def _measures(face: LineFace) -> dict[str, Value]:
    """What the descriptor of a font says of its letters, in thousandths of the size."""
    head: Any = face.file.reference_table("head").data
    left, bottom, right, top = struct.unpack_from(">4h", head, _PLACE_OF_BOX)
    extents = face.font.get_font_extents("ltr")
    return {
        "Flags": b"4",
        "FontBBox": [b"%d" % edge for edge in (left, bottom, right, top)],
        "ItalicAngle": b"0",
        "Ascent": b"%d" % extents.ascender,
        "Descent": b"%d" % extents.descender,
        "CapHeight": b"%d" % face.height_of_capitals,
        "StemV": b"80",
    }


_PLACE_OF_BOX = 36
"""Where the table `head` has the box around all glyphs (ISO/IEC 14496-22)."""
