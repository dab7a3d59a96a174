"""Passages: what an author writes as a text, a list, or both.

Guarantees: a passage is never empty, and the short ways to write one mean the same as the long one.
"""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from consentkit.model.values import Line, Prose, Record


class Passage(Record):
    """A piece of explanation: text, a list, or introduction, list and note together."""

    intro: Prose | None = None
    """Text before the list, or alone."""
    items: tuple[Line, ...] = ()
    """The list, one thought an item."""
    note: Prose | None = None
    """Text after the list."""

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not self.intro and not self.items:
            raise ValueError("has no text; write a text, a list, or `intro` and `items`")
        return self


class ItemList(Passage):
    """A passage in which the list is what matters: at least one item."""

    items: tuple[Line, ...] = Field(min_length=1)
    """The list, one thought an item."""


def _from_text_or_list(value: Any) -> Any:
    if isinstance(value, str):
        return {"intro": value}
    return from_list(value)


def from_list(value: Any) -> Any:
    """Take a plain list for a passage with that list."""
    return {"items": value} if isinstance(value, list) else value


Text = Annotated[Passage, BeforeValidator(_from_text_or_list, json_schema_input_type=Prose | list[Line] | Passage)]
"""A passage, which an author may also write as plain text or as a plain list."""


Listing = Annotated[ItemList, BeforeValidator(from_list, json_schema_input_type=list[Line] | ItemList)]
"""A passage with a list, which an author may also write as a plain list."""
