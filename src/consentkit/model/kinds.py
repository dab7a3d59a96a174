"""Which kinds of documents and sizes of paper there are: what a command offers to choose from.

Guarantees: nothing else is loaded to know them.
"""

from __future__ import annotations

from typing import Literal, get_args

ProcedureVariant = Literal["consent", "information", "form", "refusal", "plan"]
"""What kind of document is made from a procedure. A consent is the information and the form in one file."""

Variant = Literal["consent", "information", "form", "refusal", "plan", "paper"]
"""What kind of document is made from a definition: one of those of a procedure, or the one of a paper."""

VARIANTS: tuple[ProcedureVariant, ...] = get_args(ProcedureVariant)
"""The kinds of documents of a procedure, in the order in which they are offered."""

DefinitionKind = Literal["procedure", "paper"]
"""What a document is made from."""

FORMER_VARIANTS: dict[str, Variant] = {"handout": "information"}
"""What kinds were called once, and what they are called now.

A request by a former name is refused with the current one. What an earlier version recorded is read under the current
name.
"""


def complaint_of_former_variant(name: object) -> str:
    """The error message for a former name of a kind; empty for any other name."""
    now = FORMER_VARIANTS.get(name) if isinstance(name, str) else None
    return f"`{name}` is now called `{now}`; write `{now}`" if now else ""


PaperSize = Literal["letter", "a4"]
"""The sizes of paper."""

PAPER_SIZES: dict[PaperSize, tuple[float, float]] = {"letter": (612.0, 792.0), "a4": (595.276, 841.89)}
"""Width and height of each paper in points, in the order in which they are offered."""
