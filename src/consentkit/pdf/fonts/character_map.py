"""What the codes of a font in a file mean, written for programs that search, copy or read aloud.

Guarantees: each section has no more entries than a character map may have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_MOST_ENTRIES = 100
"""The entries that a section of a character map may have (Adobe Technical Note 5014)."""


def character_map(meanings: Mapping[int, str]) -> Iterator[bytes]:
    """The lines of a ToUnicode map of codes of two bytes (ISO 32000-1, 9.10.3)."""
    yield b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
    yield b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"
    yield b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def"
    yield b"1 begincodespacerange <0000> <ffff> endcodespacerange"
    entries = [f"<{glyph:04x}> <{meaning.encode('utf-16-be').hex()}>" for glyph, meaning in meanings.items()]
    for start in range(0, len(entries), _MOST_ENTRIES):
        section = entries[start : start + _MOST_ENTRIES]
        yield "\n".join((f"{len(section)} beginbfchar", *section, "endbfchar")).encode()
    yield b"endcmap CMapName currentdict /CMap defineresource pop end end"
