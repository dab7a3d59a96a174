"""The fonts that documents are set in.

Guarantees: every font comes from a package that pip installed with consentkit, under a family name that no font of
the machine can have; text in any other font is found out.

Atkinson Hyperlegible was drawn for readers with low vision; Source Sans 3 stands in for the letters that it lacks
(Vietnamese, Greek, Cyrillic). Both are under the SIL Open Font License.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from consentkit.resources import font_file

BODY_FAMILY = "consentkit body"
WIDE_FAMILY = "consentkit wide"


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

FACES = (
    FontFace(BODY_FAMILY, "400", "fontpkg_atkinson_hyperlegible", "AtkinsonHyperlegible-Regular.ttf"),
    FontFace(BODY_FAMILY, "700", "fontpkg_atkinson_hyperlegible", "AtkinsonHyperlegible-Bold.ttf"),
    WIDE_FACE,
)


FAMILIES = frozenset(face.family for face in FACES)
"""The names of all families."""


@cache
def font_assets() -> dict[str, bytes]:
    """The font files by the address under which the style sheet asks for them."""
    return {face.asset: font_file(face.package, face.file).read_bytes() for face in FACES}


def font_rules() -> str:
    """The style rules that make all faces known."""
    return "\n".join(face.rule for face in FACES)


def unprintable(text: str) -> list[str]:
    """The characters that none of the fonts can show, sorted."""
    from io import BytesIO

    from fontTools.ttLib import TTFont

    known: set[int] = set()
    for data in font_assets().values():
        known |= set(TTFont(BytesIO(data), lazy=True).getBestCmap())
    return sorted(char for char in set(text) if not char.isspace() and ord(char) not in known)
