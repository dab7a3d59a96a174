"""The fonts that documents are set in.

Guarantees: every font comes from a package that pip installed with consentkit, under a family name that no font of
the machine can have; text in any other font is found out.

Atkinson Hyperlegible was drawn for readers with low vision; Source Sans 3 stands in for the letters that it lacks
(Vietnamese, Greek, Cyrillic). IBM Plex Sans Arabic has Arabic letters whose text programs read back right. All are
under the SIL Open Font License.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from consentkit.resources import font_file

BODY_FAMILY = "consentkit body"
WIDE_FAMILY = "consentkit wide"
ARABIC_FAMILY = "consentkit arabic"


@dataclass(frozen=True)
class FontFace:
    """One style of a family, and the file that holds it."""

    family: str
    weight: str
    package: str
    file: str

    @property
    def asset(self) -> str:
        """The address under which the style sheet finds the file."""
        return f"asset:{self.package}/{self.file.replace('[', '(').replace(']', ')')}"

    @property
    def rule(self) -> str:
        """The style rule that makes the face known."""
        return f'@font-face {{ font-family: "{self.family}"; font-weight: {self.weight}; src: url("{self.asset}"); }}'


WIDE_FACE = FontFace(WIDE_FAMILY, "400", "fontpkg_source_sans_3", "SourceSans3[wght].ttf")

_ARABIC_PACKAGE = "fontpkg_ibm_plex_sans_arabic"

_EVERY_PAGE = (
    FontFace(BODY_FAMILY, "400", "fontpkg_atkinson_hyperlegible", "AtkinsonHyperlegible-Regular.ttf"),
    FontFace(BODY_FAMILY, "700", "fontpkg_atkinson_hyperlegible", "AtkinsonHyperlegible-Bold.ttf"),
    WIDE_FACE,
)
_ARABIC = (
    FontFace(ARABIC_FAMILY, "400", _ARABIC_PACKAGE, "IBMPlexSansArabic-Regular.ttf"),
    FontFace(ARABIC_FAMILY, "700", _ARABIC_PACKAGE, "IBMPlexSansArabic-Bold.ttf"),
)
_ARABIC_LETTER = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefe]")

FACES = (*_EVERY_PAGE, *_ARABIC)

FAMILIES = frozenset(face.family for face in FACES)
"""The names of all families."""


def faces_for(text: str) -> tuple[FontFace, ...]:
    """The faces that a page needs. Those with Arabic letters cost time, so they come only where there is such a letter.

    The text is all that may be shown, markup and style sheets included.
    """
    return FACES if _ARABIC_LETTER.search(text) else _EVERY_PAGE


def font_assets(faces: Sequence[FontFace] = FACES) -> dict[str, bytes]:
    """The font files by the address under which the style sheet asks for them."""
    return {face.asset: _data(face) for face in faces}


@cache
def _data(face: FontFace) -> bytes:
    return font_file(face.package, face.file).read_bytes()


def font_rules(faces: Sequence[FontFace] = FACES) -> str:
    """The style rules that make faces known."""
    return "\n".join(face.rule for face in faces)


def unprintable(text: str) -> list[str]:
    """The characters that none of the fonts can show, sorted."""
    from io import BytesIO

    from fontTools.ttLib import TTFont

    known: set[int] = set()
    for data in font_assets().values():
        known |= set(TTFont(BytesIO(data), lazy=True).getBestCmap())
    return sorted(char for char in set(text) if not char.isspace() and ord(char) not in known)
