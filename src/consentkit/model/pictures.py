"""Pictures of a procedure: which file, and what it shows in words.

Guarantees: no picture is without words for those who can't see it.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from consentkit.model.identity import PICTURE_PATTERN
from consentkit.model.values import Line, Record

PictureName = Annotated[str, StringConstraints(pattern=PICTURE_PATTERN)]
"""The name of a picture's file, without a folder."""


class ShownPicture(Record):
    """A picture beside the text."""

    file: PictureName
    """A PNG or JPEG file in the folder `pictures` of the clinic's folder. A translation may name another one."""
    alternative: Annotated[Line, Field(max_length=400)]
    """What the picture shows, for those who can't see it."""
    caption: Line | None = None
    """A sentence under it."""
