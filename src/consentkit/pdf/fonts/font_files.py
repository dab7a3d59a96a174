"""The fonts that documents are set in.

Guarantees: every font comes from a package that pip installed with consentkit, under a family name that no font of
the machine can have, so that text in any other font is detected. The only exception are Chinese, Japanese and Korean
characters, whose fonts are in no Python package: these come from the system's package `fonts-noto-cjk`, or are refused.

Atkinson Hyperlegible was drawn for readers with low vision; Source Sans 3 supplies the letters that it lacks
(Vietnamese, Greek, Cyrillic). IBM Plex Sans Arabic has Arabic letters whose text programs extract correctly. All are
under the SIL Open Font License.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from consentkit.resources import CJK_FONT, font_file

BODY_FAMILY = "consentkit body"
WIDE_FAMILY = "consentkit wide"
ARABIC_FAMILY = "consentkit arabic"
CJK_FAMILY = "consentkit cjk"
CJK_REMEDY = "for Chinese, Japanese and Korean characters, install a font: sudo apt-get install fonts-noto-cjk"
"""What to do about characters that the font of that package has."""


@dataclass(frozen=True)
class FontFace:
    """One style of a family, and the file that holds it."""

    family: str
    weight: str
    package: str
    file: str

    @property
    def asset(self) -> str:
        """The address under which the style sheet loads the file."""
        return f"asset:{self.package}/{self.file.replace('[', '(').replace(']', ')')}"

    @property
    def path(self) -> Path:
        """Where the file is installed."""
        return font_file(self.package, self.file) if self.package else CJK_FONT

    @property
    def rule(self) -> str:
        """The style rule that declares the face."""
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
_CJK = FontFace(CJK_FAMILY, "400", "", CJK_FONT.name)
_CJK_CHARACTER = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3000-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ARABIC_LETTER = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefe]")

FACES = (*_EVERY_PAGE, *_ARABIC)

IN_ORDER = (BODY_FAMILY, WIDE_FAMILY, ARABIC_FAMILY, CJK_FAMILY)
"""The families in the order in which they are searched for a character."""

IN_ONE_FONT = (WIDE_FAMILY, BODY_FAMILY, ARABIC_FAMILY, CJK_FAMILY)
"""The same for texts whose marks must come from the same font as their letters: the wide family has their anchors."""

ONE_FONT = "data-one-font"
"""The attribute of elements whose text needs that order."""

FAMILIES = frozenset(face.family for face in (*FACES, _CJK))
"""The names of all families."""


def faces_for(text: str) -> tuple[FontFace, ...]:
    """The faces that a page needs. Those for single scripts cost time, so they are only included if they are needed.

    The text is all that may be displayed, markup and style sheets included.
    """
    faces = FACES if _ARABIC_LETTER.search(text) else _EVERY_PAGE
    cjk = cjk_face() if has_cjk_character(text) else None
    return (*faces, cjk) if cjk else faces


def font_assets(faces: Sequence[FontFace] = FACES) -> dict[str, bytes]:
    """The font files by the address under which the style sheet loads them."""
    return {face.asset: data_of(face) for face in faces}


@cache
def data_of(face: FontFace) -> bytes:
    """The file of a face."""
    return face.path.read_bytes()


def font_rules(faces: Sequence[FontFace] = FACES) -> str:
    """The style rules that declare faces.

    The wide family is a variable font, which the engine measures in its lightest weight unless a rule sets another one:
    the letters would be too close together, and their widths in the file would be wrong.
    """
    rules = f"""
        html {{ font-variation-settings: "wght" 400; }}
        b, strong, h1, h2, h3, h4, h5, h6, th, dt {{ font-variation-settings: "wght" 700; }}
        [{ONE_FONT}] {{ font-family: {as_list(IN_ONE_FONT)} !important; }}
    """
    return "\n".join((*(face.rule for face in faces), rules))


def as_list(families: Sequence[str]) -> str:
    """Families as the value of `font-family`."""
    return ", ".join(f'"{family}"' for family in families)


def has_cjk_character(text: str) -> bool:
    """Whether a text has a Chinese, Japanese or Korean character, for which a font may have to be installed."""
    return _CJK_CHARACTER.search(text) is not None


def cjk_face() -> FontFace | None:
    """The face for Chinese, Japanese and Korean characters, if it is installed."""
    return _CJK if CJK_FONT.is_file() else None


@cache
def characters_of(face: FontFace) -> frozenset[int]:
    """The code points of all characters for which a face has glyphs."""
    import uharfbuzz

    return frozenset(uharfbuzz.Face(data_of(face)).unicodes)
