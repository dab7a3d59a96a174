"""The clinic's own particulars, from the folder that the clinic keeps.

Guarantees: without a folder everything still works and the paper has blanks to fill in by pen; a logo is a PNG or
JPEG picture by its content, of modest size, from inside the folder.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from consentkit import yamlfile
from consentkit.checks.settings import CheckSettings
from consentkit.errors import FileAccess, InvalidInput
from consentkit.explain import validated
from consentkit.files import read_bytes, read_text, reason
from consentkit.kinds import PARTICULARS, Paper
from consentkit.language import LanguageTag
from consentkit.model import Line, Record, without_repeats
from consentkit.packets.printing import PrintSettings
from consentkit.problems import Problem

LARGEST_LOGO = 2 * 1024 * 1024
"""Bytes of a logo file."""
WIDEST_LOGO = 4000
"""Pixels of a logo's longer side; printed at 600 dpi that is 17 cm."""
_PLAIN_MODES = {"1", "L", "RGB", "RGBA", "P"}
_PNG_DEPTH = 24
"""The byte of a PNG file that holds the bits of each channel (PNG, 11.2.2)."""
_MOST_BITS = 8
LOWEST_CONTRAST = 4.5
"""Contrast with white paper that an accent colour needs (WCAG 2, success criterion 1.4.3)."""


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of a colour such as #1f4e79 with white (WCAG 2, relative luminance)."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _dark_enough(colour: str) -> str:
    if contrast_with_white(colour) < LOWEST_CONTRAST:
        raise ValueError("is too light to print and copy well; choose a darker colour")
    return colour.lower()


class PacketSettings(Record):
    """What packets hold."""

    documents: Annotated[
        tuple[Literal["consent", "handout", "refusal"], ...], Field(min_length=1), AfterValidator(without_repeats)
    ] = ("consent",)
    """The kinds of documents that each procedure brings, in their order."""


class Clinic(Record):
    """Who gives out the document. Everything may be left out: the paper then has blanks."""

    name: Annotated[Line, Field(max_length=80)] | None = None
    """The clinic's name."""
    address: Annotated[tuple[Annotated[Line, Field(max_length=60)], ...], Field(max_length=3)] = ()
    """The address, line by line."""
    phone: Annotated[Line, Field(max_length=40)] | None = None
    """The telephone number that a patient should call."""
    logo: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None = None
    """The file name of a PNG or JPEG picture in the clinic folder."""
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_dark_enough)] | None = None
    """A colour for headings, such as "#1f4e79"; dark enough to print well in black and white."""
    paper: Paper = "letter"
    """The paper size that is used unless another is asked for."""
    language: LanguageTag = "en"
    """The language that is used unless another is asked for."""
    packet: PacketSettings = PacketSettings()
    """What the packet of a visit holds, where the visit itself does not say."""
    printing: PrintSettings = PrintSettings()
    """How packets are printed with `--print`."""
    checks: CheckSettings = CheckSettings()
    """How strictly `consentkit check` looks at the texts."""


@dataclass(frozen=True)
class Picture:
    """A picture file that has been looked at."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class ClinicFolder:
    """A clinic's folder, read once."""

    path: Path | None
    clinic: Clinic
    logo: Picture | None = None


def load_clinic(folder: Path | None) -> ClinicFolder:
    """Read a clinic folder. None gives a clinic of blanks."""
    if folder is None:
        return ClinicFolder(None, Clinic())
    path = folder / PARTICULARS
    shown = str(path)
    source = yamlfile.parse(read_text(path, shown), shown)
    clinic, problems = validated(Clinic, source)
    logo: Picture | None = None
    if clinic and clinic.logo:
        try:
            logo = read_picture(folder / clinic.logo)
        except (InvalidInput, FileAccess) as error:
            line, column = source.values[("logo",)]
            problems.append(Problem(shown, line, column, "logo", f"names a file that {_complaint(error)}"))
    if clinic is None or problems:
        raise InvalidInput(problems)
    return ClinicFolder(folder, clinic, logo)


def _complaint(error: InvalidInput | FileAccess) -> str:
    """What is wrong with the logo's file, without its path."""
    if isinstance(error, InvalidInput):
        return error.problems[0].message
    if isinstance(error.__cause__, FileNotFoundError):
        return "is not in the clinic folder; put it there or delete the line"
    return "can't be read" + (f": {reason(error.__cause__)}" if isinstance(error.__cause__, OSError) else "")


def read_picture(path: Path) -> Picture:
    """Read a PNG or JPEG picture, judged by its content. Raises InvalidInput or FileAccess."""
    from PIL import Image, UnidentifiedImageError  # costs start-up time, and few clinics have a logo

    data = read_bytes(path, LARGEST_LOGO)
    try:
        with warnings.catch_warnings(), _whole_pictures_only():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is looked at below
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                kind, (width, height) = image.format, image.size
                if max(width, height) <= WIDEST_LOGO:
                    image.load()  # `verify` passes a JPEG that breaks off
                    if not _is_plain(image, data):
                        kind, data = "PNG", _as_plain_png(image)
    except Image.DecompressionBombError:
        raise _unusable(path, f"is far too large; at most {WIDEST_LOGO} pixels a side are used") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _unusable(path, "is not a PNG or JPEG picture, or is damaged; save it again as one of these") from None
    if max(width, height) > WIDEST_LOGO:
        raise _unusable(path, f"is {width} by {height} pixels; at most {WIDEST_LOGO} a side are used")
    # A JPEG file of two pictures, as some cameras write it, goes by the name of MPO.
    return Picture(data, "image/png" if kind == "PNG" else "image/jpeg", width, height)


def _is_plain(image: Any, data: bytes) -> bool:
    """Whether a picture can be taken as it is: 8 bits a channel or fewer, gray or RGB, without a colour profile.

    PDF/A-2 allows neither the CMYK of a JPEG file, whose colours no output intent of ours describes, nor profiles for
    other kinds of colours than the picture has (ISO 19005-2, 6.2.4).
    """
    is_deep = image.format == "PNG" and data[_PNG_DEPTH] > _MOST_BITS
    is_several = getattr(image, "n_frames", 1) > 1 and image.format == "PNG"
    return image.mode in _PLAIN_MODES and not is_deep and not is_several and "icc_profile" not in image.info


def _as_plain_png(image: Any) -> bytes:
    """The picture in sRGB with 8 bits a channel, without anything but its pixels."""
    from PIL import Image, ImageCms

    if image.mode in {"I", "I;16", "I;16B"}:  # converting cuts values off where it should divide them
        image = image.point(lambda value: value / 257.0).convert("L")
    has_transparency = "A" in image.mode or "transparency" in image.info
    pixels = image.convert("RGBA") if has_transparency else image
    profile = None if has_transparency else image.info.get("icc_profile")
    if profile:
        try:
            target = ImageCms.createProfile("sRGB")
            pixels = ImageCms.profileToProfile(pixels, io.BytesIO(profile), target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile, or one for other colours
            pixels = image
    pixels = pixels if pixels.mode in {"RGB", "RGBA"} else pixels.convert("RGB")
    clean = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
    out = io.BytesIO()
    clean.save(out, "PNG")
    return out.getvalue()


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Refuse pictures that break off. WeasyPrint, once loaded, makes Pillow accept them everywhere."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _unusable(path: Path, message: str) -> InvalidInput:
    return InvalidInput([Problem(str(path), None, None, "", message)])
