"""Who sees a document before it is finished, and what there is to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # else it would be the page engine that is imported
    from consentkit.pdf.render.ahead import WhenLaidOut


@dataclass(frozen=True)
class DrawnDocument:
    """A document whose pages are complete, and have not been read back."""

    pdf: bytes = field(repr=False)
    title: str
    mark: str
    """What is at the head of each page: that it is a draft, or who approved it."""


@dataclass(frozen=True)
class Onlooker:
    """What is called while a document is made; never for one that is kept already."""

    when_drawn: Callable[[DrawnDocument], None]
    when_laid_out: WhenLaidOut | None = None
    """Gets its pages each time that another one is laid out."""
