"""Sentences with placeholders: `{name}` in braces, where a value belongs.

Guarantees: a placeholder is one that will be filled in there, or the sentence is refused; a value is printed as it is,
whatever braces it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import AfterValidator

from consentkit.model.filling import PLACEHOLDER
from consentkit.model.filling import fill as fill  # noqa: PLC0414 - the other half of it
from consentkit.problems import listed, quoted


def takes(*names: str, optional: Sequence[str] = ()) -> AfterValidator:
    """Check that a word contains exactly the placeholders that will be filled in.

    Those of `optional` may be left out.
    """
    return AfterValidator(
        lambda text: with_placeholders(text, (*names, *(name for name in optional if f"{{{name}}}" in text)))
    )


def with_placeholders(text: str, names: Sequence[str]) -> str:
    """The text. Raises ValueError unless it contains exactly the placeholders of these names."""
    placeholders = set(PLACEHOLDER.findall(text))
    if unknown := sorted(placeholders - set(names)):
        known = listed([f"{{{name}}}" for name in names])
        raise ValueError(f"contains {quoted(f'{{{unknown[0]}}}')}, which is no placeholder here; use {known}")
    if missing := [name for name in names if name not in placeholders]:
        raise ValueError(f"lacks the placeholder `{{{missing[0]}}}`; put it where the value belongs")
    return text


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Cut a text at its placeholders: pairs of a kind, `text` or the placeholder's name, and the text."""
    for index, piece in enumerate(PLACEHOLDER.split(text)):
        if index % 2:
            yield piece, ""
        elif piece:
            yield "text", piece
