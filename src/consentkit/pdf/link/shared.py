"""What the parts of a packet have in common: one file, one structure tree, one form, one list of bookmarks.

Guarantees: each part adds to these and changes nothing that another one has added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consentkit.pdf.file.syntax import Ref, Value, text_string
from consentkit.pdf.file.writer import FileWriter


@dataclass
class Branch:
    """A level of structure, bookmarks and fields that is being filled."""

    element: Ref
    bookmark: Ref
    fields: Ref
    elements: list[Value] = field(default_factory=list)
    bookmarks: list[tuple[Ref, dict[str, Value]]] = field(default_factory=list)
    field_kids: list[Value] = field(default_factory=list)


@dataclass
class Shared:
    """What all parts of a packet add to."""

    file: FileWriter
    pages: list[Ref] = field(default_factory=list)
    """The pages of the whole packet, those to come too, so that links can lead to them."""
    parents: list[Value] = field(default_factory=list)
    next_key: int = 0
    identifiers: list[tuple[bytes, Value]] = field(default_factory=list)
    roles: dict[str, Value] = field(default_factory=dict)
    classes: dict[str, Value] = field(default_factory=dict)
    form: dict[str, Value] = field(default_factory=dict)
    intent: Value | None = None
    _before: Ref | None = field(default=None, init=False)

    def content_before(self) -> Ref:
        """The content that goes before a page's own: it saves the state, so that what that changes ends with it."""
        if self._before is None:
            self._before = self.file.add_stream({}, b"q")
        return self._before


def renumbered(value: Value, numbers: Mapping[int, Ref]) -> Value:
    """A copy of a value, with the numbers of a part replaced by those of the packet.

    What leads to an object that a packet has only one of becomes null: it is set anew.
    """
    if isinstance(value, Ref):
        return numbers.get(value, b"null")
    if isinstance(value, list):
        return [renumbered(item, numbers) for item in value]
    if isinstance(value, dict):
        return {name: renumbered(entry, numbers) for name, entry in value.items()}
    return value


def bookmark(title: str, page: Ref, parent: Ref) -> dict[str, Value]:
    """A bookmark that leads to a page."""
    return {"Title": text_string(title), "Dest": [page, b"/Fit"], "Parent": parent}


def hang(bookmarks: Sequence[tuple[Ref, dict[str, Value]]], parent: Ref) -> dict[str, Value]:
    """Make bookmarks the kids of another one. Returns what that one says of them."""
    for place, (_, entries) in enumerate(bookmarks):
        entries["Parent"] = parent
        for name, neighbour in (("Prev", place - 1), ("Next", place + 1)):
            entries.pop(name, None)
            if 0 <= neighbour < len(bookmarks):
                entries[name] = bookmarks[neighbour][0]
    return {"First": bookmarks[0][0], "Last": bookmarks[-1][0]} if bookmarks else {}
